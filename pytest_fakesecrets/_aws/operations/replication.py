"""Operations that replicate a secret to other Regions, and to another account.

What takes AWS a minute or two is done at once here: only the answer that starts a replication
says InProgress.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ..arn import is_region_beside, parse_secret_arn, partition_of
from ..errors import ServiceError, invalid_parameter, invalid_request, not_found
from ..kms.key import DEFAULT_KEY
from ..model.replica import new_replica
from ..model.replication import (
    DETACHED,
    FAILED,
    IN_PROGRESS,
    IN_SYNC,
    NOT_REPLICATED,
    AccountReplica,
    Association,
    RegionReplica,
    ReplicaRegion,
    Replication,
)
from ..model.secret import StoredSecret
from ..store import Store
from .context import Context, Response
from .encryption import try_key
from .registry import operation

# AWS CLI, example of describe-secret; terraform-aws-modules/terraform-aws-secrets-manager#18.
_SUCCESS: Final = "Replication succeeded"
RegionList = Sequence[Mapping[str, str]]


@operation("ReplicateSecretToRegions")
def replicate_secret_to_regions(
    context: Context,
    *,
    secret_id: str,
    add_replica_regions: RegionList,
    force_overwrite_replica_secret: bool = False,
) -> Response:
    """Answer ReplicateSecretToRegions; for a Region that has a replica already, change its key."""
    secret = context.find_changeable(secret_id)
    check_regions(secret.region, add_replica_regions)
    secret = replicate(
        context, secret, add_replica_regions, overwrite=force_overwrite_replica_secret
    )
    asked = names_of(add_replica_regions)
    return {"ARN": secret.arn, "ReplicationStatus": status_of(context.store, secret, asked)}


@operation("RemoveRegionsFromReplication")
def remove_regions_from_replication(
    context: Context, *, secret_id: str, remove_replica_regions: Sequence[str]
) -> Response:
    """Answer RemoveRegionsFromReplication; Regions without a replica are ignored."""
    secret = context.find_changeable(secret_id)
    # AWS's code and text are not known.
    if not secret.as_primary.regions:
        raise invalid_request()
    context.store.remove_replicas(secret, remove_replica_regions)
    remaining = secret.as_primary.without_regions(remove_replica_regions)
    # LastChangedDate as with ReplicateSecretToRegions; not recorded.
    secret = replace(secret, replication=remaining, last_changed=context.now)
    context.put(secret)
    # The empty list: example of the AWS CLI, remove-regions-from-replication.
    return {"ARN": secret.arn, "ReplicationStatus": status_of(context.store, secret)}


@operation("StopReplicationToReplica")
def stop_replication_to_replica(context: Context, *, secret_id: str) -> Response:
    """Answer StopReplicationToReplica: the replica becomes a secret like any other."""
    replica = context.find_usable(secret_id)
    # AWS's code and text are not known.
    if replica.primary_arn is None:
        raise invalid_request()
    _let_go(context, replica)
    # LastChangedDate, KmsKeyId and rotation of a former replica are guesses.
    context.put(replace(replica, replication=NOT_REPLICATED, last_changed=context.now))
    return {"ARN": replica.arn}


@operation("AssociateCrossAccountReplica")
def associate_cross_account_replica(
    context: Context,
    *,
    secret_id: str,
    cross_account_replica_arn: str,
    replica_restriction: str = "SameOrg",  # noqa: ARG001 - here all accounts are of one organization
    replication_role_arn: str | None = None,
) -> Response:
    """Answer AssociateCrossAccountReplica."""
    secret = _find_own(context, secret_id)
    # The replica's own account has agreed by naming this primary, so no policy is asked.
    replica = context.store.find_arn(cross_account_replica_arn)
    if replica is None or replica.arn != cross_account_replica_arn:
        raise not_found()
    if not isinstance(replica.replication, AccountReplica) or replica.primary_arn != secret.arn:
        raise _no_replica_of(secret, replica.arn)
    # At most one: botocore 1.44, AssociateCrossAccountReplica; AWS's text is not known.
    if secret.as_primary.associated not in (None, replica.arn):
        raise ServiceError("LimitExceededException")
    in_sync = AccountReplica(secret.arn, IN_SYNC)
    context.put(replace(replica, replication=in_sync))
    association = Association(replica_arn=replica.arn, role_arn=replication_role_arn)
    _keep_association(context, secret, association)
    return {
        "ARN": secret.arn,
        "CrossAccountReplicaARN": replica.arn,
        "ReplicationStatus": association.status,
    }


@operation("DisassociateCrossAccountReplica")
def disassociate_cross_account_replica(
    context: Context, *, secret_id: str, cross_account_replica_arn: str
) -> Response:
    """Answer DisassociateCrossAccountReplica; the replica stays one, and follows no more."""
    secret = _find_own(context, secret_id)
    association = secret.as_primary.association
    if association is None or association.replica_arn != cross_account_replica_arn:
        raise _no_replica_of(secret, cross_account_replica_arn)
    replica = context.store.find_arn(association.replica_arn)
    if replica is not None and replica.primary_arn == secret.arn:
        context.put(replace(replica, replication=AccountReplica(secret.arn, DETACHED)))
    _keep_association(context, secret, None)
    return {"ARN": secret.arn, "CrossAccountReplicaARN": association.replica_arn}


def _find_own(context: Context, secret_id: str) -> StoredSecret:
    secret = context.find_changeable(secret_id)
    # AWS's texts about replicas in other accounts are not known.
    if secret.account != context.account:
        raise invalid_parameter("The primary secret must be in the AWS account of the caller.")
    return secret


def check_regions(own: str, wanted: RegionList) -> None:
    """Refuse to replicate to the secret's own Region, and to where there is none."""
    for region in names_of(wanted):
        if region == own or not is_region_beside(own, region):
            # As CloudFormation printed it: https://github.com/badmintoncryer/cdk-preflight
            raise invalid_parameter("Invalid replica region.")


def names_of(wanted: RegionList) -> list[str]:
    """Return the Regions of a request."""
    return [region["Region"] for region in wanted]


def replicate(
    context: Context, primary: StoredSecret, wanted: RegionList, *, overwrite: bool
) -> StoredSecret:
    """Make replicas, and keep the primary that knows of them."""
    # Cloud Custodian recording test_secrets_manager_replica_attribute.
    primary = replace(primary, last_changed=context.now)
    for asked in wanted:
        name = asked["Region"]
        region = _replicated(context, primary, name, asked.get("KmsKeyId"), overwrite=overwrite)
        replication = primary.as_primary.with_region(name, region)
        primary = replace(primary, replication=replication)
    context.put(primary)
    return primary


def status_of(store: Store, secret: StoredSecret, asked: Collection[str] = ()) -> list[Response]:
    """Return ReplicationStatus; the replicas that were `asked` for just now are under way."""
    return [
        _status_in(store, secret, name, region, under_way=name in asked)
        # In the order asked for: community.aws, integration tests of secretsmanager_secret.
        for name, region in secret.as_primary.regions.items()
    ]


def replication_of(store: Store, secret: StoredSecret) -> Response:
    """Return what DescribeSecret tells of replication, and ListSecrets does not."""
    return {
        # Absent again without replicas: community.aws, integration tests of secretsmanager_secret.
        "ReplicationStatus": status_of(store, secret) or None,
        "CrossAccountPrimary": _account_primary(secret),
        "CrossAccountReplicas": _account_replicas(secret),
    }


def shown_key(secret: StoredSecret) -> str | None:
    """Return the KmsKeyId of a description; only a replica names the default key.

    So it is in a recording of DescribeSecret, for a primary without KmsKeyId:
    https://github.com/cloud-custodian/cloud-custodian, test_secrets_manager_replica_attribute
    """
    is_replica = isinstance(secret.replication, RegionReplica)
    return secret.kms_key_id or (DEFAULT_KEY if is_replica else None)


def refuse_replicated(secret: StoredSecret) -> None:
    """Refuse to delete a secret that has replicas."""
    primary = secret.as_primary
    # gruntwork-io/cloud-nuke#435, rebuy-de/aws-nuke#1127; that Failed ones count is a guess.
    if primary.regions:
        raise invalid_parameter(
            f"You can't delete secret {secret.arn} that still has replica regions "
            f"[{', '.join(primary.regions)}]."
        )
    # AWS's text is not known; it copies the one above.
    if primary.associated is not None:
        raise invalid_parameter(
            f"You can't delete secret {secret.arn} that still has cross-account replicas "
            f"[{primary.associated}]."
        )


def replication_at_creation(
    context: Context, primary_arn: str | None, kms_key_id: str | None, **members: object
) -> Replication:
    """Have a secret that is being created wait for a primary of another account, if it names one.

    :param members: what CreateSecret was given and only the primary may decide.
    """
    if primary_arn is None:
        return NOT_REPLICATED
    # The model has these rules and no texts: botocore 1.44, CreateSecret.
    for name, value in members.items():
        if value is not None:
            raise invalid_parameter(f"You can't specify {name} for a cross-account replica secret.")
    primary = parse_secret_arn(primary_arn)
    here = f"arn:{partition_of(context.region)}:secretsmanager:{context.region}:"
    if (
        primary is None
        or not primary.is_complete
        or not primary_arn.startswith(here)
        or primary.account == context.account
    ):
        raise invalid_parameter(
            "CrossAccountPrimaryARN must be the ARN of a secret in a different AWS account "
            "and in the same Region."
        )
    if not kms_key_id or "alias/aws/" in kms_key_id:
        raise invalid_parameter(
            "You must specify a customer managed KMS key for a cross-account replica secret."
        )
    return AccountReplica(primary_arn)


def _replicated(
    context: Context,
    primary: StoredSecret,
    region: str,
    kms_key_id: str | None,
    *,
    overwrite: bool,
) -> ReplicaRegion:
    """Have a replica in a Region, and return what its primary is to know of it."""
    existing = context.store.region(primary.account, region).find(primary.name)
    failure = _obstacle(primary, existing, region, overwrite=overwrite)
    if failure is not None:
        return ReplicaRegion(kms_key_id=kms_key_id, failure=failure)
    if existing is None or existing.primary_arn is None:
        replica = new_replica(
            primary,
            region,
            created=context.now,
            creation_order=context.store.next_creation_order(),
            kms_key_id=kms_key_id or None,
        )
    else:
        replica = existing.encrypted_with(kms_key_id) if kms_key_id else existing
    try:
        try_key(context, replica)
    except ServiceError as error:
        # A bad key fails the replica, not the call:
        # https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1459
        # AWS's text is not known.
        failure = f"Replication failed: {error.message}"
        return ReplicaRegion(kms_key_id=kms_key_id, failure=failure)
    context.put(replica)
    return ReplicaRegion()


def _obstacle(
    primary: StoredSecret, existing: StoredSecret | None, region: str, *, overwrite: bool
) -> str | None:
    if existing is None or existing.primary_arn == primary.arn:
        return None
    # An operator saw "is currently replicated to … with a different arn", also when overwriting.
    if isinstance(existing.replication, RegionReplica):
        return (
            f"Replication failed: Secret name {primary.name} is currently replicated to {region} "
            "with a different arn."
        )
    # An ordinary secret: botocore's model; that one with replicas is kept is a guess.
    if overwrite and existing.replication == NOT_REPLICATED:
        return None
    return _taken(primary, region)


def _taken(primary: StoredSecret, region: str) -> str:
    # moto's text, perhaps AWS's; the model's example: "Secret with this name already exists …".
    return f"Replication failed: Secret name {primary.name} already exists in region {region}."


def _status_in(
    store: Store, secret: StoredSecret, name: str, region: ReplicaRegion, *, under_way: bool
) -> Response:
    replica = store.replica_in(secret, name)
    if replica is None:
        key, accessed, status = region.kms_key_id, None, FAILED
        # Without a failure of its own, a seed has taken the replica's place since.
        message = region.failure or _taken(secret, name)
    else:
        key, accessed, status = replica.kms_key_id, replica.last_accessed, IN_SYNC
        message = _SUCCESS
    return {
        "Region": name,
        # AWS CLI, example of replicate-secret-to-regions: always there.
        "KmsKeyId": key or DEFAULT_KEY,
        "Status": IN_PROGRESS if under_way else status,
        # AWS CLI, example of replicate-secret-to-regions: none at first.
        "StatusMessage": None if under_way else message,
        # Cloud Custodian recording test_secrets_manager_replica_attribute.
        "LastAccessedDate": accessed,
    }


def _account_primary(secret: StoredSecret) -> Response | None:
    replication = secret.replication
    if not isinstance(replication, AccountReplica):
        return None
    return {
        "PrimarySecretARN": replication.primary_arn,
        "ReplicationStatus": replication.status,
        # As of replicas in other Regions; not recorded.
        "StatusMessage": _SUCCESS if replication.status == IN_SYNC else None,
    }


def _account_replicas(secret: StoredSecret) -> list[Response] | None:
    association = secret.as_primary.association
    if association is None:
        return None
    return [
        {
            "ReplicaSecretARN": association.replica_arn,
            "ReplicationRoleARN": association.role_arn,
            "ReplicationStatus": association.status,
            "StatusMessage": _SUCCESS if association.status == IN_SYNC else None,
        }
    ]


def _let_go(context: Context, replica: StoredSecret) -> None:
    """Have the primary of a replica, if it still is there, know that it follows no more."""
    primary = context.store.find_arn(replica.primary_arn or "")
    if primary is None:
        return
    known = primary.as_primary
    if isinstance(replica.replication, RegionReplica):
        # That the primary's entry goes, and its LastChangedDate stays, is a guess.
        context.put(replace(primary, replication=known.without_regions([replica.region])))
    elif known.association is not None and known.associated == replica.arn:
        # botocore 1.44, StopReplicationToReplica.
        detached = replace(known.association, status=DETACHED)
        context.put(replace(primary, replication=replace(known, association=detached)))


def _keep_association(
    context: Context, secret: StoredSecret, association: Association | None
) -> None:
    # LastChangedDate as with ReplicateSecretToRegions; not recorded.
    replication = replace(secret.as_primary, association=association)
    context.put(replace(secret, replication=replication, last_changed=context.now))


def _no_replica_of(secret: StoredSecret, replica_arn: str) -> ServiceError:
    # AWS's text is not known.
    return invalid_parameter(
        f"Secret {replica_arn} is not a cross-account replica of secret {secret.arn}."
    )
