"""Operations on a secret as a whole, from its creation to its deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from ..arn import Arn, is_arn, new_suffix, parse_secret_arn
from ..errors import (
    MARKED_FOR_DELETION,
    ServiceError,
    invalid_parameter,
    invalid_request,
    not_found,
)
from ..model.secret import CURRENT, DEFAULT_WINDOW_DAYS, RECOVERY_WINDOW_DAYS, StoredSecret
from ..model.values import Value
from .context import Context, Response, refuse_managed, refuse_replica
from .encryption import decrypt, try_key, with_key
from .registry import operation
from .replication import (
    RegionList,
    check_regions,
    refuse_replicated,
    replicate,
    replication_at_creation,
    replication_of,
    shown_key,
    status_of,
)
from .rotation import rotation_members
from .tags import read_tags, tag_list
from .values import one_value, put_version, refuse_other_content


@operation("CreateSecret", missing_token="InvalidRequestException")
def create_secret(
    context: Context,
    *,
    name: str,
    client_request_token: str,
    description: str | None = None,
    kms_key_id: str | None = None,
    secret_string: str | None = None,
    secret_binary: bytes | None = None,
    tags: Sequence[Mapping[str, str]] | None = None,
    add_replica_regions: RegionList | None = None,
    force_overwrite_replica_secret: bool = False,
    type: str | None = None,  # noqa: A002 - AWS's member
    cross_account_primary_arn: str | None = None,
) -> Response:
    """Answer CreateSecret."""
    if tags:
        context.authorize(name, operation="TagResource")
    value = one_value(secret_string, secret_binary)
    check_regions(context.region, add_replica_regions or ())
    replication = replication_at_creation(
        context,
        cross_account_primary_arn,
        kms_key_id,
        SecretString=secret_string,
        SecretBinary=secret_binary,
        Description=description,
        AddReplicaRegions=add_replica_regions,
        Type=type,
    )
    existing = context.own_secrets.find(name)
    if existing is not None:
        return _created_again(context, existing, client_request_token, value)
    secret = StoredSecret(
        name=name,
        arn=context.new_arn(name),
        created=context.now,
        last_changed=context.now,
        # LocalStack recording test_create_secret_version_from_empty_secret: "" is not kept.
        description=description or None,
        kms_key_id=kms_key_id or None,
        type=type or None,
        # Absent: LocalStack recording test_secret_tags. That an empty list is kept is a guess.
        tags=None if tags is None else read_tags(tags),
        replication=replication,
        creation_token=client_request_token,
        creation_order=context.store.next_creation_order(),
    )
    try_key(context, secret)
    if value is not None:
        secret = put_version(context, secret, client_request_token, value, [CURRENT])
    context.put(secret)
    if add_replica_regions:
        secret = replicate(
            context, secret, add_replica_regions, overwrite=force_overwrite_replica_secret
        )
    return _creation(context, secret, client_request_token, just_now=True)


@operation("DescribeSecret", reads=True)
def describe_secret(context: Context, *, secret_id: str) -> Response:
    """Answer DescribeSecret; a secret scheduled for deletion is described too."""
    secret = context.find(secret_id)
    return {
        **description_of(secret),
        **replication_of(context.store, secret),
        # LocalStack recording test_create_secret_version_from_empty_secret: absent without a value.
        "VersionIdsToStages": secret.labels_by_version() or None,
    }


@operation("UpdateSecret", missing_token="InvalidRequestException")
def update_secret(
    context: Context,
    *,
    secret_id: str,
    client_request_token: str,
    description: str | None = None,
    kms_key_id: str | None = None,
    secret_string: str | None = None,
    secret_binary: bytes | None = None,
    type: str | None = None,  # noqa: A002 - AWS's member
) -> Response:
    """Answer UpdateSecret."""
    # "A replica secret can't be updated independently … except for its encryption key":
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
    others = (description, secret_string, secret_binary, type)
    only_key = kms_key_id is not None and all(other is None for other in others)
    before = secret = context.find_changeable(secret_id, or_replica=only_key)
    value = one_value(secret_string, secret_binary)
    if description is not None:
        # An empty one clears it: a live probe in github.com/go-to-k/cdkd.
        secret = replace(secret, description=description or None)
    if kms_key_id is not None:
        secret = with_key(context, secret, kms_key_id or None)
    if type is not None:
        secret = replace(secret, type=type or None)
    # With nothing but SecretId AWS answers too; that LastChangedDate then stays is a guess.
    if secret is not before:
        secret = replace(secret, last_changed=context.now)
    if value is not None:
        secret = put_version(context, secret, client_request_token, value, [CURRENT])
    context.put(secret)
    made = None if value is None else client_request_token
    return {"ARN": secret.arn, "Name": secret.name, "VersionId": made}


@operation("DeleteSecret")
def delete_secret(
    context: Context,
    *,
    secret_id: str,
    recovery_window_in_days: int | None = None,
    force_delete_without_recovery: bool = False,
) -> Response:
    """Answer DeleteSecret: schedule the deletion, or delete at once."""
    secret = _find_deletable(context, secret_id, force=force_delete_without_recovery)
    _check_window(recovery_window_in_days, force=force_delete_without_recovery)
    if force_delete_without_recovery or secret is None:
        return _delete_now(context, secret, secret_id)
    # Cloud Custodian recording test_secrets_manager_delete; botocore service model, DeleteSecret.
    ends = context.now + timedelta(days=recovery_window_in_days or DEFAULT_WINDOW_DAYS)
    context.put(secret.scheduled_for_deletion(context.now, ends))
    return _deletion(secret, ends)


@operation("RestoreSecret")
def restore_secret(context: Context, *, secret_id: str) -> Response:
    """Answer RestoreSecret; a secret that is not scheduled for deletion stays as it is."""
    secret = context.find(secret_id)
    refuse_managed(secret)
    refuse_replica(secret)
    if secret.is_scheduled_for_deletion:
        context.put(secret.restored(context.now))
    return {"ARN": secret.arn, "Name": secret.name}


def description_of(secret: StoredSecret) -> Response:
    """Return what DescribeSecret and ListSecrets tell alike."""
    return {
        "ARN": secret.arn,
        "Name": secret.name,
        "Type": secret.type,
        "Description": secret.description,
        "KmsKeyId": shown_key(secret),
        **rotation_members(secret),
        "LastChangedDate": secret.last_changed,
        "LastAccessedDate": secret.last_accessed,
        "DeletedDate": secret.deletion_requested,
        # LocalStack recording test_secret_tags: absent at first, empty after the last was removed.
        "Tags": None if secret.tags is None else tag_list(secret.tags),
        "OwningService": secret.owning_service,
        "CreatedDate": secret.created,
        "PrimaryRegion": secret.primary_region,
    }


def _created_again(
    context: Context, secret: StoredSecret, token: str, value: Value | None
) -> Response:
    """Answer for a name that is taken: fine only where botocore repeats the same request."""
    if secret.is_scheduled_for_deletion:
        # LocalStack, test_exp_raised_on_creation_of_secret_scheduled_for_deletion.
        raise invalid_request(
            "You can't create this secret because a secret with this name is already scheduled "
            "for deletion."
        )
    version = secret.versions.get(token)
    if version is not None:
        decrypt(context, secret, version)
        refuse_other_content(secret, version, value)
    elif value is not None or secret.creation_token != token:
        raise ServiceError(
            "ResourceExistsException",
            # LocalStack recording test_secret_exists_snapshots.
            f"The operation failed because the secret {secret.name} already exists.",
        )
    return _creation(context, secret, token)


def _creation(
    context: Context, secret: StoredSecret, token: str, *, just_now: bool = False
) -> Response:
    asked = secret.as_primary.regions if just_now else ()
    return {
        "ARN": secret.arn,
        "Name": secret.name,
        # LocalStack recording test_create_secret_version_from_empty_secret.
        "VersionId": token if token in secret.versions else None,
        "ReplicationStatus": status_of(context.store, secret, asked) or None,
    }


def _find_deletable(context: Context, secret_id: str, *, force: bool) -> StoredSecret | None:
    """Return the secret to delete; None where there is none and force hides that."""
    try:
        secret = context.find(secret_id)
    except ServiceError as error:
        if force and error.code == not_found().code:
            return None
        raise
    if secret.is_scheduled_for_deletion and not force:
        # A guess; other emulators end it "because it was already scheduled for deletion."
        raise invalid_request(MARKED_FOR_DELETION)
    refuse_managed(secret)
    refuse_replica(secret)
    refuse_replicated(secret)
    return secret


def _check_window(days: int | None, *, force: bool) -> None:
    # The range comes first: https://github.com/getmoto/moto/issues/6461 quotes AWS on 0 with force.
    if days is not None and days not in RECOVERY_WINDOW_DAYS:
        raise invalid_parameter(
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
        )
    # moto's text, which tests of users expect too; AWS's has not been seen.
    if days is not None and force:
        raise invalid_parameter(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
        )


def _delete_now(context: Context, secret: StoredSecret | None, secret_id: str) -> Response:
    if secret is not None:
        context.store.region_of(secret).remove(secret)
        return _deletion(secret, context.now)
    # AWS answers for a secret that does not exist as if it had just deleted it.
    # LocalStack, test_delete_non_existent_secret_returns_as_if_secret_exists; an ARN is a guess.
    text = secret_id if is_arn(secret_id) else context.new_arn(secret_id)
    arn = cast("Arn", parse_secret_arn(text))  # a malformed one has been refused
    complete = text if arn.is_complete else f"{text}-{new_suffix(context.random)}"
    return {"ARN": complete, "Name": arn.secret_name, "DeletionDate": context.now}


def _deletion(secret: StoredSecret, moment: datetime) -> Response:
    return {"ARN": secret.arn, "Name": secret.name, "DeletionDate": moment}
