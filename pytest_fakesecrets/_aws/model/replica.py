"""How a replica follows its primary."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from ..arn import in_region
from .replication import AccountReplica, RegionReplica
from .secret import StoredSecret, StoredVersion

# All else follows, so that what a secret will hold one day follows without a word here.
_OWN: Final = (
    "last_accessed",
    "arn",
    "last_changed",
    "created",
    "creation_token",
    "deletion_requested",
    "kms_key_id",
    "name",
    "recovery_window_ends",
    "replication",
    "creation_order",
)

# Of all that describes the secret, CreateSecret lets a replica in another account have only tags.
_OWN_IN_ANOTHER_ACCOUNT: Final = (*_OWN, "policies")


def new_replica(
    primary: StoredSecret,
    region: str,
    *,
    created: datetime,
    creation_order: int,
    kms_key_id: str | None = None,
) -> StoredSecret:
    """Return the first state of a secret's replica in another Region."""
    empty = StoredSecret(
        name=primary.name,
        arn=in_region(primary.arn, region),
        created=created,
        last_changed=primary.last_changed,
        kms_key_id=kms_key_id,
        replication=RegionReplica(primary.arn),
        creation_order=creation_order,
    )
    return copy_from_primary(empty, primary)


def copy_from_primary(replica: StoredSecret, primary: StoredSecret) -> StoredSecret:
    """Return the replica as its primary is now; its creation, reads and keys stay its own.

    It shows its primary's LastChangedDate, and no Tags where the primary has an empty list of them:
    https://github.com/cloud-custodian/cloud-custodian, test_secrets_manager_replica_attribute
    """
    across = isinstance(replica.replication, AccountReplica)
    own = {name: getattr(replica, name) for name in (_OWN_IN_ANOTHER_ACCOUNT if across else _OWN)}
    versions = {
        version_id: _copied(version, replica) for version_id, version in primary.versions.items()
    }
    tags = replica.tags if across else primary.tags or None
    # A new key of the replica's own may be a later change.
    changed = max(primary.last_changed, replica.last_changed)
    return replace(primary, **{**own, "last_changed": changed, "tags": tags}, versions=versions)


def _copied(version: StoredVersion, replica: StoredSecret) -> StoredVersion:
    known = replica.versions.get(version.id)
    if known is None:
        # That its CreatedDate is that of the primary's version is a guess.
        return replace(version, kms_key_id=replica.kms_key_id, last_accessed=None)
    return replace(version, kms_key_id=known.kms_key_id, last_accessed=known.last_accessed)
