"""The table of operations: AWS's name to the function that answers."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from .._errors import NotImitatedError
from ._context import Context, Response
from .listing import list_secret_version_ids, list_secrets
from .passwords import get_random_password
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
    "BatchGetSecretValue": batch_get_secret_value,
    "CancelRotateSecret": cancel_rotate_secret,
    "CreateSecret": create_secret,
    "DeleteSecret": delete_secret,
    "DescribeSecret": describe_secret,
    "GetRandomPassword": get_random_password,
    "GetSecretValue": get_secret_value,
    "ListSecretVersionIds": list_secret_version_ids,
    "ListSecrets": list_secrets,
    "PutSecretValue": put_secret_value,
    "RestoreSecret": restore_secret,
    "RotateSecret": rotate_secret,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "UpdateSecret": update_secret,
    "UpdateSecretVersionStage": update_secret_version_stage,
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
    named = {snake_case(member): value for member, value in parameters.items()}
    return OPERATIONS[context.operation](context, **named)


def refuse_unknown(operation: str, parameters: Mapping[str, Any]) -> None:
    """Refuse an operation, or a member of one, that is not imitated.

    :raises NotImitatedError: which is no answer of AWS, so that no ``except ClientError`` of the
        code under test hides it.
    """
    if operation not in OPERATIONS:
        message = (
            f"{operation} is not imitated. Imitated are: {', '.join(sorted(OPERATIONS))}. "
            "To add it, write a function in pytest_fakesecrets/_operations/ and a line in the "
            "table OPERATIONS of its __init__.py; CONTRIBUTING.md shows how."
        )
        raise NotImitatedError(message)
    for member in parameters:
        if snake_case(member) not in members(operation):
            message = (
                f"The member {member} of {operation} is not imitated: it is newer than this "
                "version of pytest-fakesecrets. Update it, or leave the member out."
            )
            raise NotImitatedError(message)


@functools.cache
def members(operation: str) -> frozenset[str]:
    """Return the members of an operation that are imitated, in snake case."""
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
