"""Where secrets are kept: by account, Region and name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from .arn import in_region, is_arn, parse
from .model.replica import copy_from_primary
from .model.secret import StoredSecret

Snapshot = dict[tuple[str, str], dict[str, StoredSecret]]


class RegionSecrets:
    """The secrets of one account in one Region."""

    def __init__(
        self,
        secrets: dict[str, StoredSecret],
        deletions: dict[str, datetime],
        rotations: dict[str, datetime],
        on_put: Callable[[StoredSecret], object] | None,
    ) -> None:
        self._on_put = on_put
        self._secrets = secrets
        self._deletions = deletions
        self._rotations = rotations

    def __iter__(self) -> Iterator[StoredSecret]:
        return iter(tuple(self._secrets.values()))

    def find(self, secret_id: str) -> StoredSecret | None:
        """Return the secret that a name or an ARN, complete or partial, means."""
        if not is_arn(secret_id):
            return self._secrets.get(secret_id)
        arn = parse(secret_id)
        secret = self._secrets.get(arn.name) if arn else None
        return secret if secret and secret.has_arn(secret_id) else None

    def put(self, secret: StoredSecret) -> None:
        """Keep a secret, instead of the one that had its name."""
        former = self._secrets.get(secret.name, secret)
        self._deletions.pop(former.arn, None)
        self._rotations.pop(former.arn, None)
        self._secrets[secret.name] = secret
        if secret.recovery_window_ends is not None:
            self._deletions[secret.arn] = secret.recovery_window_ends
        if secret.rotation_due is not None:
            self._rotations[secret.arn] = secret.rotation_due
        if self._on_put is not None:
            self._on_put(secret)

    def remove(self, secret: StoredSecret) -> None:
        """Forget a secret; its name is free at once."""
        self._secrets.pop(secret.name, None)
        self._deletions.pop(secret.arn, None)
        self._rotations.pop(secret.arn, None)


class Store:
    """All shelves. What stands on them is immutable, so a snapshot is a copy of dicts."""

    def __init__(self) -> None:
        self._regions: Snapshot = {}
        # What falls due is at hand, so that no call has to look through all secrets.
        self._deletions: dict[str, datetime] = {}
        self.rotations: dict[str, datetime] = {}
        self._creation_order = 0
        self.on_put: Callable[[StoredSecret], object] | None = None

    def __iter__(self) -> Iterator[StoredSecret]:
        for secrets in tuple(self._regions.values()):
            yield from tuple(secrets.values())

    @classmethod
    def of(cls, snapshot: Snapshot) -> Store:
        """Return a store in the state of a snapshot."""
        store = cls()
        store.restore(snapshot)
        return store

    def region(self, account: str, region: str) -> RegionSecrets:
        """Return the shelf of an account in a Region."""
        secrets = self._regions.setdefault((account, region), {})
        return RegionSecrets(secrets, self._deletions, self.rotations, self.on_put)

    def region_of(self, secret: StoredSecret) -> RegionSecrets:
        """Return the shelf that a secret belongs on."""
        return self.region(secret.account, secret.region)

    def find(self, secret_id: str, account: str, region: str) -> StoredSecret | None:
        """Return what a SecretId means to a caller: a name is one of their own, an ARN anyone's."""
        arn = parse(secret_id)
        return self.region(arn.account if arn else account, region).find(secret_id)

    def find_arn(self, secret_id: str) -> StoredSecret | None:
        """Return the secret that an ARN means, wherever it lies."""
        arn = parse(secret_id)
        return self.region(arn.account, arn.region).find(secret_id) if arn else None

    def put(self, secret: StoredSecret) -> None:
        """Let a secret take the place of what it was; its replicas follow."""
        self.region_of(secret).put(secret)
        for replica in self.replicas_of(secret):
            self.region_of(replica).put(copy_from_primary(replica, secret))

    def seed(self, secrets: Iterable[StoredSecret]) -> None:
        """Have secrets exist, instead of those that had their names, and of their replicas."""
        arriving = tuple(secrets)
        for secret in arriving:
            former = self.region_of(secret).find(secret.name)
            if former is not None:
                self.remove_replicas(former, former.as_primary.regions)
        for secret in arriving:
            self.region_of(secret).put(secret)

    def remove_replicas(self, primary: StoredSecret, regions: Iterable[str]) -> None:
        """Forget the replicas of a secret in some Regions."""
        for region in regions:
            replica = self.replica_in(primary, region)
            if replica is not None:
                self.region_of(replica).remove(replica)

    def replica_in(self, primary: StoredSecret, region: str) -> StoredSecret | None:
        """Return the replica of a secret in a Region, if there is one."""
        return self._replica(primary, in_region(primary.arn, region))

    def replicas_of(self, primary: StoredSecret) -> Iterator[StoredSecret]:
        """Return all secrets that follow a secret."""
        known = primary.as_primary
        arns = [in_region(primary.arn, region) for region in known.regions]
        for arn in (*arns, known.associated):
            replica = self._replica(primary, arn) if arn else None
            if replica is not None:
                yield replica

    def _replica(self, primary: StoredSecret, arn: str) -> StoredSecret | None:
        secret = self.find_arn(arn)
        return secret if secret is not None and secret.primary_arn == primary.arn else None

    def next_deletion(self) -> datetime | None:
        """Return when the next recovery window ends."""
        return min(self._deletions.values(), default=None)

    def purge(self, now: datetime) -> None:
        """Remove the secrets whose recovery window has ended."""
        for arn, end in tuple(self._deletions.items()):
            secret = self.find_arn(arn)
            if secret is not None and end <= now:
                self.region_of(secret).remove(secret)

    def next_creation_order(self) -> int:
        """Return the number of a secret that is being created."""
        self._creation_order += 1
        return self._creation_order

    def snapshot(self) -> Snapshot:
        """Return a copy of the state."""
        return {place: dict(secrets) for place, secrets in self._regions.items() if secrets}

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to the state of a snapshot."""
        self._regions = {place: dict(secrets) for place, secrets in snapshot.items()}
        ends = {secret.arn: secret.recovery_window_ends for secret in self}
        self._deletions = {arn: end for arn, end in ends.items() if end}
        dues = {secret.arn: secret.rotation_due for secret in self}
        self.rotations = {arn: due for arn, due in dues.items() if due}
        self._creation_order = max(
            (self._creation_order, *(secret.creation_order for secret in self))
        )


def with_secrets(snapshot: Snapshot, secrets: Iterable[StoredSecret]) -> Snapshot:
    """Return a state in which secrets exist as well, as :meth:`Store.seed` has it."""
    store = Store.of(snapshot)
    store.seed(secrets)
    return store.snapshot()
