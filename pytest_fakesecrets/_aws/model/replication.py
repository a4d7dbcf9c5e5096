"""What ties a secret to others: to its replicas, or to the primary that it is a replica of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

FAILED: Final = "Failed"
IN_PROGRESS: Final = "InProgress"
IN_SYNC: Final = "InSync"
PENDING: Final = "Pending"
DETACHED: Final = "Detached"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaRegion:
    """One Region that a primary was to be replicated to; `failure` says why it was not."""

    kms_key_id: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """The replica of a primary in another account, until one side ends it."""

    replica_arn: str
    role_arn: str | None = None
    status: str = IN_SYNC


@dataclass(frozen=True, slots=True, kw_only=True)
class Primary:
    """Where a secret is replicated to; nowhere, for most."""

    regions: Mapping[str, ReplicaRegion] = field(default_factory=dict)
    association: Association | None = None

    @property
    def associated(self) -> str | None:
        """The ARN of the replica in another account that follows, if there is one."""
        if self.association is None or self.association.status == DETACHED:
            return None
        return self.association.replica_arn

    def with_region(self, name: str, region: ReplicaRegion) -> Primary:
        """Add a Region, or describe a known one anew in its place."""
        return replace(self, regions={**self.regions, name: region})

    def without_regions(self, names: Collection[str]) -> Primary:
        """Leave Regions out."""
        kept = {name: region for name, region in self.regions.items() if name not in names}
        return replace(self, regions=kept)


# Most secrets are primaries of nothing.
NOT_REPLICATED: Final = Primary()


@dataclass(frozen=True, slots=True)
class RegionReplica:
    """What makes a secret a replica of one in another Region."""

    primary_arn: str


@dataclass(frozen=True, slots=True)
class AccountReplica:
    """What makes a secret a replica of one in another account."""

    primary_arn: str
    status: str = PENDING


Replication = Primary | RegionReplica | AccountReplica
