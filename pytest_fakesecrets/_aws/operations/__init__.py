"""The table of operations: AWS's name to the function that answers."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..._errors import UnsupportedError
from .context import Context, Response
from .listing import list_secret_version_ids, list_secrets
from .passwords import get_random_password
from .policies import (
    delete_resource_policy,
    get_resource_policy,
    list_resource_policies,
    put_resource_policy,
    validate_resource_policy,
)
from .replication import (
    associate_cross_account_replica,
    disassociate_cross_account_replica,
    remove_regions_from_replication,
    replicate_secret_to_regions,
    stop_replication_to_replica,
)
from .rotation import cancel_rotate_secret, rotate_secret
from .secrets import create_secret, delete_secret, describe_secret, restore_secret, update_secret
from .tags import tag_resource, untag_resource
from .values import (
    batch_get_secret_value,
    get_secret_value,
    put_secret_value,
    update_secret_version_stage,
)

OPERATIONS: Final[Mapping[str, Callable[..., Response]]] = {
    "AssociateCrossAccountReplica": associate_cross_account_replica,
    "BatchGetSecretValue": batch_get_secret_value,
    "CancelRotateSecret": cancel_rotate_secret,
    "CreateSecret": create_secret,
    "DeleteResourcePolicy": delete_resource_policy,
    "DeleteSecret": delete_secret,
    "DescribeSecret": describe_secret,
    "DisassociateCrossAccountReplica": disassociate_cross_account_replica,
    "GetRandomPassword": get_random_password,
    "GetResourcePolicy": get_resource_policy,
    "GetSecretValue": get_secret_value,
    "ListResourcePolicies": list_resource_policies,
    "ListSecretVersionIds": list_secret_version_ids,
    "ListSecrets": list_secrets,
    "PutResourcePolicy": put_resource_policy,
    "PutSecretValue": put_secret_value,
    "RemoveRegionsFromReplication": remove_regions_from_replication,
    "ReplicateSecretToRegions": replicate_secret_to_regions,
    "RestoreSecret": restore_secret,
    "StopReplicationToReplica": stop_replication_to_replica,
    "RotateSecret": rotate_secret,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "UpdateSecret": update_secret,
    "UpdateSecretVersionStage": update_secret_version_stage,
    "ValidateResourcePolicy": validate_resource_policy,
}
_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
__all__ = [
    "OPERATIONS",
    "Context",
    "Response",
    "members",
    "perform",
    "refuse_unknown",
    "snake_case",
]


def perform(context: Context, parameters: Mapping[str, Any]) -> Response:
    """Carry out one call whose parameters are valid.

    :raises ServiceError: as AWS answers.
    """
    if "SecretId" not in parameters:
        context.authorize(parameters.get("Name"))
    named = {snake_case(member): value for member, value in parameters.items()}
    return OPERATIONS[context.operation](context, **named)


def refuse_unknown(operation: str, parameters: Mapping[str, Any]) -> None:
    """Refuse an operation, or a member of one, that is not supported.

    :raises UnsupportedError: which is no answer of AWS, so that no ``except ClientError`` of the
        code under test hides it.
    """
    if operation not in OPERATIONS:
        message = (
            f"{operation} is not supported. Supported are: {', '.join(sorted(OPERATIONS))}. "
            "To add it, write a function in pytest_fakesecrets/_aws/operations/ and a line in the "
            "table OPERATIONS of its __init__.py; CONTRIBUTING.md shows how."
        )
        raise UnsupportedError(message)
    for member in parameters:
        if snake_case(member) not in members(operation):
            message = (
                f"The member {member} of {operation} is not supported: it is newer than this "
                "version of pytest-fakesecrets. Update it, or leave the member out."
            )
            raise UnsupportedError(message)


@functools.cache
def members(operation: str) -> frozenset[str]:
    """Return the members of an operation that are supported, in snake case."""
    signature = inspect.signature(OPERATIONS[operation])
    return frozenset(
        name
        for name, parameter in signature.parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    )


@functools.cache
def snake_case(member: str) -> str:
    """Return AWS's member name as Python spells it: SecretId is secret_id."""
    return _CAPITAL.sub("_", member).lower()
