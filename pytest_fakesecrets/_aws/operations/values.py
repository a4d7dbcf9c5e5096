"""Operations on the values and staging labels of a secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ..errors import ServiceError, invalid_parameter, invalid_request, version_not_found
from ..model.secret import CURRENT, StoredSecret, StoredVersion
from ..model.values import Value
from .context import Context, Response
from .encryption import decrypt, encrypt
from .pagination import paginate_secrets
from .registry import operation

_BATCH_SIZE: Final = 20
# GitHub issue hashicorp/terraform-provider-aws#19731.
_NO_VALUE: Final = "You must provide either SecretString or SecretBinary."
# GitHub issue aws/aws-sdk-java#1556, for CreateSecret; in 2018 with another apostrophe.
_TWO_VALUES: Final = (
    "You can't specify both a binary secret value and a string secret value in the same secret."
)
# LocalStack recording test_get_secret_value_errors.
_LABEL_NOT_ON_VERSION: Final = (
    "You provided a VersionStage that is not associated to the provided VersionId."
)
# terraform-provider-aws matches on it, apostrophe included: internal/service/secretsmanager.
_CURRENT_STAYS: Final = (
    "You can only move staging label AWSCURRENT to a different secret version. "
    "It can\N{RIGHT SINGLE QUOTATION MARK}t be completely removed."
)


@operation("GetSecretValue", reads=True)
def get_secret_value(
    context: Context,
    *,
    secret_id: str,
    version_id: str | None = None,
    version_stage: str | None = None,
) -> Response:
    """Answer GetSecretValue, and note the day."""
    secret = context.find_usable(secret_id)
    version = _requested_version(secret, version_id, version_stage)
    context.refuse_default_key(secret, version.kms_key_id)
    decrypt(context, secret, version)
    read = secret.read_at(version.id, context.now)
    if read is not secret:
        context.put(read)
    return _value_entry(secret, version)


@operation("BatchGetSecretValue", reads=True)
def batch_get_secret_value(
    context: Context,
    *,
    secret_id_list: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Response:
    """Answer BatchGetSecretValue: the current value of each secret, or why there is none."""
    # The rules are the model's, the two texts moto's; AWS's are not known.
    if bool(secret_id_list) == bool(filters):
        raise invalid_parameter(
            "Either 'SecretIdList' or 'Filters' must be provided, but not both."
        )
    if filters:
        context.authorize(operation="ListSecrets")
        # AWS's order is not known; here it is that of creation.
        page, following = paginate_secrets(
            context, filters, size=max_results or _BATCH_SIZE, token=next_token
        )
        return _batch(context, [secret.arn for secret in page], following)
    if max_results is not None:
        raise invalid_parameter(
            "'Filters' not specified. "
            "'Filters' must also be specified when 'MaxResults' is provided."
        )
    # What AWS answers to a token without filters is not known.
    if next_token is not None:
        raise ServiceError("InvalidNextTokenException")
    return _batch(context, secret_id_list or (), None)


@operation("PutSecretValue", missing_token="InvalidRequestException")
def put_secret_value(
    context: Context,
    *,
    secret_id: str,
    client_request_token: str,
    secret_string: str | None = None,
    secret_binary: bytes | None = None,
    version_stages: Sequence[str] = (CURRENT,),
    rotation_token: str | None = None,  # noqa: ARG001 - for rotation by an assumed role, as AWS
) -> Response:
    """Answer PutSecretValue."""
    value = one_value(secret_string, secret_binary)
    if value is None:
        raise invalid_request(_NO_VALUE)
    secret = context.find_changeable(secret_id)
    secret = put_version(context, secret, client_request_token, value, version_stages)
    return {
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": client_request_token,
        # moto, aws_verified test_put_same_secret_value_with_same_token: those that it has now.
        "VersionStages": secret.labels_of(client_request_token),
    }


@operation("UpdateSecretVersionStage")
def update_secret_version_stage(
    context: Context,
    *,
    secret_id: str,
    version_stage: str,
    remove_from_version_id: str | None = None,
    move_to_version_id: str | None = None,
) -> Response:
    """Answer UpdateSecretVersionStage."""
    secret = context.find_changeable(secret_id)
    for version_id in (remove_from_version_id, move_to_version_id):
        if version_id is not None and version_id not in secret.versions:
            raise version_not_found(version_id)
    if move_to_version_id is None:
        moved = _label_removed(secret, version_stage, remove_from_version_id)
    else:
        moved = _label_moved(secret, version_stage, remove_from_version_id, move_to_version_id)
    # LastChangedDate: published describe-secret outputs; that it stays otherwise is a guess.
    if moved is not secret:
        context.put(replace(moved, last_changed=context.now))
    return {"ARN": secret.arn, "Name": secret.name}


def one_value(secret_string: str | None, secret_binary: bytes | None) -> Value | None:
    """Return the value that a request gives, if any."""
    if secret_string is not None and secret_binary is not None:
        raise invalid_parameter(_TWO_VALUES)
    return secret_binary if secret_string is None else secret_string


def put_version(
    context: Context, secret: StoredSecret, token: str, value: Value, labels: Iterable[str]
) -> StoredSecret:
    """Keep a new version whose id is the token; the same value once more changes nothing."""
    context.refuse_default_key(secret, secret.kms_key_id)
    known = secret.versions.get(token)
    if known is not None and known.value is not None:
        decrypt(context, secret, known)
        refuse_other_content(secret, known, value)
        return secret
    encrypt(context, secret)
    # Dated now also where a rotation reserved it; AWS's choice is not known.
    version = StoredVersion(
        id=token, value=value, created=context.now, kms_key_id=secret.kms_key_id
    )
    # LocalStack recording test_last_updated_date.
    secret = replace(secret.with_value(version, labels), last_changed=context.now)
    context.put(secret)
    return secret


def refuse_other_content(secret: StoredSecret, version: StoredVersion, value: Value | None) -> None:
    """Refuse a token that already stands for another value."""
    if value != version.value:
        raise ServiceError(
            "ResourceExistsException",
            # moto, aws_verified tests of the three operations with a token used before.
            f"You can't use ClientRequestToken {version.id} because that value is already in use "
            f"for a version of secret {secret.arn}.",
        )


def _requested_version(
    secret: StoredSecret, version_id: str | None, label: str | None
) -> StoredVersion:
    if version_id is None:
        return _labelled_version(secret, label or CURRENT)
    version = secret.versions.get(version_id)
    if version is None or version.value is None:
        # Of a reserved version: moto, aws_verified test_rotate_secret_using_lambda (the code).
        raise version_not_found(version_id)
    if label is not None and secret.labels.get(label) != version_id:
        raise invalid_request(_LABEL_NOT_ON_VERSION)
    return version


def _labelled_version(secret: StoredSecret, label: str) -> StoredVersion:
    version = secret.labelled(label)
    if version is None or version.value is None:
        raise ServiceError(
            "ResourceNotFoundException",
            # LocalStack recordings test_get_secret_value_errors, test_secret_version_not_found.
            f"Secrets Manager can't find the specified secret value for staging label: {label}",
        )
    return version


def _value_entry(secret: StoredSecret, version: StoredVersion) -> Response:
    member = "SecretBinary" if isinstance(version.value, bytes) else "SecretString"
    return {
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": version.id,
        member: version.value,
        # Absent where there are none, as ListSecretVersionIds has it; not recorded here.
        "VersionStages": secret.labels_of(version.id) or None,
        # The version's; for BatchGetSecretValue the model says the secret's, perhaps by mistake.
        "CreatedDate": version.created,
    }


def _batch(context: Context, secret_ids: Sequence[str], next_token: str | None) -> Response:
    # CloudTrail logs a GetSecretValue for each, and each is allowed or refused as one.
    values, errors = [], []
    for secret_id in secret_ids:
        single = replace(context, operation="GetSecretValue", parameters={"SecretId": secret_id})
        try:
            if context.refuse_entry is not None:
                secret = context.store.find(secret_id, context.account, context.region)
                context.refuse_entry(secret_id, secret)
            values.append(get_secret_value(single, secret_id=secret_id))
        except ServiceError as error:
            # That SecretId is the ARN where filters were given is a guess.
            entry = {"SecretId": secret_id, "ErrorCode": error.code, "Message": error.message}
            errors.append(entry)
    # Errors, an empty list where there are none: AWS CLI, example of batch-get-secret-value.
    return {"SecretValues": values, "Errors": errors, "NextToken": next_token}


def _label_removed(secret: StoredSecret, label: str, holder: str | None) -> StoredSecret:
    # What AWS answers to neither id is not known.
    if holder is None:
        raise invalid_parameter()
    _refuse_other_holder(secret, label, holder)
    if label == CURRENT:
        raise invalid_parameter(_CURRENT_STAYS)
    return secret.detach(label)


def _label_moved(
    secret: StoredSecret, label: str, remove_from: str | None, to: str
) -> StoredSecret:
    holder = secret.labels.get(label)
    if remove_from is not None:
        _refuse_other_holder(secret, label, remove_from)
    if holder == to:
        return secret
    if holder is not None and remove_from is None:
        raise invalid_parameter(
            # moto, aws_verified test_update_secret_version_stage_dont_specify_current_stage.
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently "
            f"attached to version {holder}, so you must explicitly reference that version in "
            "RemoveFromVersionId."
        )
    return secret.attach(label, to)


def _refuse_other_holder(secret: StoredSecret, label: str, holder: str) -> None:
    if secret.labels.get(label) != holder:
        raise invalid_parameter(
            # floci's text, so particular that it may be AWS's; not recorded.
            f"When you move staging label {label}, if you specify RemoveFromVersionId, it must be "
            f"set to the version that currently has the staging label {label}."
        )
