"""Operations on the resource policies of a secret."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ..errors import MODELLED_ERRORS, ServiceError, invalid_parameter, not_found
from ..iam.policy import DEFAULT_POLICY, read_policy
from ..model.secret import StoredSecret
from .context import Context, Response
from .pagination import paginate
from .registry import operation

_PAGE_SIZE: Final = 100
# Like the console's sentence in the user guide; the text of the API is not known.
_LOCK_OUT: Final = "This resource policy will not allow you to manage this secret in the future."

# AWS publishes neither the names of its checks nor their texts.
_BROAD_CHECK: Final = "BlockPublicPolicyCheck"
_LOCK_OUT_CHECK: Final = "LockOutCheck"


@operation("PutResourcePolicy")
def put_resource_policy(
    context: Context,
    *,
    secret_id: str,
    resource_policy: str,
    policy_name: str = DEFAULT_POLICY,
    block_public_policy: bool = False,
) -> Response:
    """Answer PutResourcePolicy: the policy takes the place of the one before."""
    secret = context.find_changeable(secret_id)
    _refuse_other_name(policy_name)
    policy = read_policy(resource_policy)
    # "*" is not blocked by default: LocalStack recording test_resource_policy.
    if block_public_policy and policy.is_broad:
        raise ServiceError("PublicPolicyException")
    policies = {**secret.policies, policy_name: policy}
    # LastChangedDate: Cloud Custodian, test_secretsmanager_remove_matched.
    context.put(replace(secret, policies=policies, last_changed=context.now))
    return _naming(secret, policy_name)


@operation("GetResourcePolicy", reads=True)
def get_resource_policy(
    context: Context, *, secret_id: str, policy_name: str = DEFAULT_POLICY
) -> Response:
    """Answer GetResourcePolicy: the policy as AWS writes it, which is not how it was put."""
    secret = context.find_usable(secret_id)
    policy = secret.policies.get(policy_name)
    if policy is None and policy_name != DEFAULT_POLICY:
        raise not_found()
    # LocalStack recording test_resource_policy: absent where none is attached.
    return {**_naming(secret, policy_name), "ResourcePolicy": policy.text if policy else None}


@operation("DeleteResourcePolicy")
def delete_resource_policy(
    context: Context, *, secret_id: str, policy_name: str = DEFAULT_POLICY
) -> Response:
    """Answer DeleteResourcePolicy; without a policy, nothing changes."""
    secret = context.find_changeable(secret_id)
    _refuse_other_name(policy_name)
    kept = {name: policy for name, policy in secret.policies.items() if name != policy_name}
    if len(kept) < len(secret.policies):
        # LastChangedDate as with PutResourcePolicy; not recorded.
        context.put(replace(secret, policies=kept, last_changed=context.now))
    return _naming(secret, policy_name)


@operation("ListResourcePolicies", reads=True)
def list_resource_policies(
    context: Context,
    *,
    secret_id: str,
    max_results: int = _PAGE_SIZE,
    next_token: str | None = None,
) -> Response:
    """Answer ListResourcePolicies: the names, ``default`` first."""
    secret = context.find_usable(secret_id)
    page, following = paginate(
        # botocore 1.44, ListResourcePolicies: the default one first, the others by name.
        sorted(secret.policies, key=_default_first),
        size=max_results,
        token=next_token,
        query=secret.arn,
        key=_default_first,
    )
    return {"ResourcePolicies": [{"PolicyName": name} for name in page], "NextToken": following}


@operation("ValidateResourcePolicy")
def validate_resource_policy(
    context: Context, *, resource_policy: str, secret_id: str | None = None
) -> Response:
    """Answer ValidateResourcePolicy; what is not a policy is refused as by PutResourcePolicy."""
    secret = None if secret_id is None else context.find_usable(secret_id)
    context.authorize(secret_id, secret, operation="PutResourcePolicy")
    policy = read_policy(resource_policy)
    put = context.attempt(secret_id, secret, operation="PutResourcePolicy")
    problems = [
        (policy.is_broad, _BROAD_CHECK, MODELLED_ERRORS["PublicPolicyException"]),
        (put.is_refused_by(policy), _LOCK_OUT_CHECK, _LOCK_OUT),
    ]
    errors = [
        {"CheckName": name, "ErrorMessage": message} for found, name, message in problems if found
    ]
    # The empty list: example of the AWS CLI, validate-resource-policy.
    return {"PolicyValidationPassed": not errors, "ValidationErrors": errors}


def _naming(secret: StoredSecret, policy_name: str) -> Response:
    return {"ARN": secret.arn, "Name": secret.name, "PolicyName": policy_name}


def _refuse_other_name(policy_name: str) -> None:
    # "You can only attach the default policy": PutResourcePolicy's page.
    if policy_name != DEFAULT_POLICY:
        raise invalid_parameter()


def _default_first(name: str) -> list[bool | str]:
    return [name != DEFAULT_POLICY, name]
