"""Operations that begin and end the rotation of a secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ..arn import partition_of
from ..errors import ServiceError, invalid_parameter, invalid_request
from ..model.rotation import Rotation, RotationRequest
from ..model.schedule import read
from ..model.secret import PENDING, StoredSecret
from ..rotation.functions import is_lambda_arn, not_registered
from .context import Context, Response, refuse_managed, refuse_replica
from .registry import operation

# LocalStack recording test_first_rotate_secret_with_missing_lambda_arn.
_NO_LAMBDA: Final = "No Lambda rotation function ARN is associated with this secret."
# GitHub issue hashicorp/terraform-provider-aws#35023.
_UNFINISHED: Final = "A previous rotation isn't complete. That rotation will be reattempted."
# LocalStack recording test_rotate_secret_invalid_lambda_arn.
_NO_PERMISSION: Final = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy "
    "grants access to the principal secretsmanager.amazonaws.com."
)


# Unlike the others, in the same recording of AWS.
@operation("RotateSecret", missing_token="InvalidParameterException")
def rotate_secret(
    context: Context,
    *,
    secret_id: str,
    client_request_token: str,
    rotation_lambda_arn: str | None = None,
    rotation_rules: Mapping[str, Any] | None = None,
    external_secret_rotation_metadata: Sequence[Mapping[str, str]] | None = None,
    external_secret_rotation_role_arn: str | None = None,
    rotate_immediately: bool = True,
) -> Response:
    """Answer RotateSecret: configure, reserve the next version, and have it run after the answer.

    The secret's own owner may rotate it also where another service manages it.
    """
    secret = _find_rotatable(context, secret_id)
    rotation = _configured(
        secret,
        rotation_lambda_arn,
        rotation_rules,
        external_secret_rotation_metadata,
        external_secret_rotation_role_arn,
    )
    is_on = secret.rotation is not None and secret.rotation.enabled
    if not _has_begun(replace(secret, rotation=rotation), client_request_token, is_on=is_on):
        if rotate_immediately:
            rotation = rotation.scheduled(context.now)
        elif rotation_rules is not None or rotation.due is None:
            rotation = rotation.scheduled(context.now, rotation.counted_from)
        # LastChangedDate: published describe-secret outputs.
        secret = replace(secret, rotation=rotation, last_changed=context.now)
        context.put(_begun(context, secret, client_request_token, test=not rotate_immediately))
    # LocalStack recordings test_rotate_secret_*; for RotateImmediately=False a guess.
    return {"ARN": secret.arn, "Name": secret.name, "VersionId": client_request_token}


@operation("CancelRotateSecret")
def cancel_rotate_secret(context: Context, *, secret_id: str) -> Response:
    """Answer CancelRotateSecret; the labels stay as they are, AWSPENDING too."""
    secret = _find_rotatable(context, secret_id)
    rotation = secret.rotation or Rotation(enabled=False)
    # LastChangedDate here, and RotationEnabled of a secret never rotated, are guesses.
    context.put(replace(secret, rotation=rotation.cancelled(), last_changed=context.now))
    # botocore service model, CancelRotateSecret: only of a rotation in progress.
    return {"ARN": secret.arn, "Name": secret.name, "VersionId": secret.pending_version_id}


def _find_rotatable(context: Context, secret_id: str) -> StoredSecret:
    """Return the secret that is meant; a managed one may be rotated, a replica may not."""
    secret = context.find_usable(secret_id)
    refuse_replica(secret)
    return secret


def rotation_members(secret: StoredSecret) -> Response:
    """Return what DescribeSecret and ListSecrets tell of the rotation."""
    rotation = secret.rotation
    # Absent, not false: LocalStack, test_first_rotate_secret_with_missing_lambda_arn.
    if rotation is None:
        return {}
    pairs = rotation.metadata
    return {
        "RotationEnabled": rotation.enabled,
        "RotationLambdaARN": rotation.lambda_arn,
        "RotationRules": _rules(rotation),
        "ExternalSecretRotationMetadata": pairs
        and [{"Key": key, "Value": value} for key, value in pairs],
        "ExternalSecretRotationRoleArn": rotation.role_arn,
        "LastRotatedDate": rotation.last_rotated,
        "NextRotationDate": rotation.next_date,
    }


def _rules(rotation: Rotation) -> Response | None:
    if rotation.schedule is None:
        return None
    return {
        # Also beside an expression: hashicorp/terraform-provider-aws#31915.
        "AutomaticallyAfterDays": rotation.interval,
        "Duration": rotation.schedule.duration,
        "ScheduleExpression": rotation.schedule.expression,
    }


def _configured(
    secret: StoredSecret,
    lambda_arn: str | None,
    rules: Mapping[str, Any] | None,
    metadata: Sequence[Mapping[str, str]] | None,
    role_arn: str | None,
) -> Rotation:
    """Return the rotation that a request asks for: what it does not say stays as it was."""
    rotation = replace(secret.rotation or Rotation(enabled=True), enabled=True)
    if rules is not None:
        rotation = replace(rotation, schedule=read(rules))
    if lambda_arn:
        _check_lambda_arn(secret, lambda_arn)
        rotation = replace(rotation, lambda_arn=lambda_arn)
    if metadata is not None:
        pairs = tuple((item["Key"], item["Value"]) for item in metadata)
        rotation = replace(rotation, metadata=pairs)
    return replace(rotation, role_arn=role_arn or rotation.role_arn)


def _check_lambda_arn(secret: StoredSecret, lambda_arn: str) -> None:
    refuse_managed(secret)
    if not is_lambda_arn(lambda_arn, secret.region):
        # AWS prints the Region and the account, and really <functionName>:
        # https://github.com/badmintoncryer/cdk-preflight
        raise invalid_parameter(
            "Invalid rotation Lambda ARN. Ensure the ARN matches format "
            f"arn:{partition_of(secret.region)}:lambda:{secret.region}:{secret.account}"
            ":function:<functionName>."
        )


def _has_begun(secret: StoredSecret, token: str, *, is_on: bool) -> bool:
    """Tell whether the same request has come before; refuse one that cannot begin now.

    :param is_on: whether rotation is on; a rotation that was cancelled does not go on by its token.
    """
    if secret.rotation_source is None:
        raise invalid_request(_NO_LAMBDA)
    if is_on and secret.labels.get(PENDING) == token:
        return True
    if secret.pending_version_id is not None:
        raise invalid_request(_UNFINISHED)
    # AWS's code and text are not known.
    if token in secret.versions:
        raise invalid_parameter()
    return False


def _begun(context: Context, secret: StoredSecret, token: str, *, test: bool) -> StoredSecret:
    """Reserve the version of a rotation, or of its test, and have the function called."""
    rotation_source = secret.rotation_source or ""
    if rotation_source not in context.functions:
        if secret.rotation and secret.rotation.lambda_arn:
            raise ServiceError("AccessDeniedException", _NO_PERMISSION)
        if not test:
            raise not_registered(rotation_source)
        # AWS tests only functions; what manages a secret itself needs no test.
        return secret
    copied = secret.current.value if test and secret.current else None
    reserved = secret.with_reserved(token, context.now, copied)
    context.rotations_requested.append(
        RotationRequest(secret.name, secret.arn, token, rotation_source, test)
    )
    return reserved
