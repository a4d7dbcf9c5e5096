"""Where secrets are kept: by account, Region and name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import cast

from .arn import in_region, is_arn, parse_secret_arn
from .model.replica import copy_from_primary
from .model.secret import StoredSecret

# By account and Region, then by name.
Snapshot = dict[tuple[str, str], dict[str, StoredSecret]]
# What secrets were before a change, by account, Region and name; None where there was none.
Former = dict[tuple[str, str, str], StoredSecret | None]


class DueTimes:
    """When each of several secrets, named by ARN, falls due for something.

    :ivar next: the earliest moment; None where nothing is to fall due.
    """

    def __init__(self, moments: Mapping[str, datetime]) -> None:
        self._moments = dict(moments)
        # Moments that have changed since stay in the heap until they come to its top.
        self._heap = [(moment, arn) for arn, moment in self._moments.items()]
        heapify(self._heap)
        self.next: datetime | None = None
        self._refresh()

    def set(self, arn: str, moment: datetime | None) -> None:
        """Set the moment of a secret; None for one that is not to fall due."""
        if self._moments.get(arn) == moment:
            return
        if moment is None:
            del self._moments[arn]
        else:
            self._moments[arn] = moment
            heappush(self._heap, (moment, arn))
        self._refresh()

    def first_due(self, now: datetime) -> str | None:
        """Return the ARN of the secret that has been due for longest; None where none is."""
        return self._heap[0][1] if self.next is not None and self.next <= now else None

    def _refresh(self) -> None:
        heap = self._heap
        while heap and self._moments.get(heap[0][1]) != heap[0][0]:
            heappop(heap)
        self.next = heap[0][0] if heap else None


class RegionSecrets:
    """The secrets of one account in one Region."""

    def __init__(
        self, store: Store, place: tuple[str, str], secrets: dict[str, StoredSecret]
    ) -> None:
        self._store = store
        self._place = place
        self._secrets = secrets

    def __iter__(self) -> Iterator[StoredSecret]:
        return iter(tuple(self._secrets.values()))

    def find(self, secret_id: str) -> StoredSecret | None:
        """Return the secret that a name or an ARN, complete or partial, means."""
        if not is_arn(secret_id):
            return self._secrets.get(secret_id)
        arn = parse_secret_arn(secret_id)
        secret = self._secrets.get(arn.secret_name) if arn else None
        return secret if secret and secret.has_arn(secret_id) else None

    def put(self, secret: StoredSecret) -> None:
        """Keep a secret, instead of the one that had its name."""
        former = self._secrets.get(secret.name)
        self._secrets[secret.name] = secret
        self._store.note_change((*self._place, secret.name), former, secret)

    def remove(self, secret: StoredSecret) -> None:
        """Forget a secret; its name is free at once."""
        former = self._secrets.pop(secret.name, None)
        self._store.note_change((*self._place, secret.name), former, None)

    def snapshot(self) -> dict[str, StoredSecret]:
        """Return a copy of the secrets by name."""
        return dict(self._secrets)


class Store:
    """The secrets of all accounts and Regions. They are immutable, so copies of dicts are copies.

    :ivar deletions: when the recovery windows of secrets end.
    :ivar rotations: when secrets are to be rotated.
    :ivar on_put: is told of each secret that comes to be, or changes; None for nobody.
    """

    def __init__(self) -> None:
        self._regions: dict[tuple[str, str], RegionSecrets] = {}
        self._last_creation = 0
        self._former: Former | None = None
        self.deletions = DueTimes({})
        self.rotations = DueTimes({})
        self.on_put: Callable[[StoredSecret], object] | None = None

    def __iter__(self) -> Iterator[StoredSecret]:
        for region in tuple(self._regions.values()):
            yield from region

    def region(self, account: str, region: str) -> RegionSecrets:
        """Return the secrets of an account in a Region."""
        place = (account, region)
        found = self._regions.get(place)
        return found or self._regions.setdefault(place, RegionSecrets(self, place, {}))

    def region_of(self, secret: StoredSecret) -> RegionSecrets:
        """Return the secrets among which a secret belongs."""
        return self.region(secret.account, secret.region)

    def find(self, secret_id: str, account: str, region: str) -> StoredSecret | None:
        """Return what a SecretId means to a caller: a name is one of their own, an ARN anyone's."""
        arn = parse_secret_arn(secret_id) if is_arn(secret_id) else None
        return self.region(arn.account if arn else account, region).find(secret_id)

    def find_arn(self, secret_id: str) -> StoredSecret | None:
        """Return the secret that an ARN means, wherever it is."""
        arn = parse_secret_arn(secret_id)
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

    def note_change(
        self, place: tuple[str, str, str], former: StoredSecret | None, secret: StoredSecret | None
    ) -> None:
        """Keep what depends on a secret that was put or removed; for the secrets of a Region."""
        if self._former is not None:
            self._former.setdefault(place, former)
        if former is not None and (secret is None or secret.arn != former.arn):
            self.deletions.set(former.arn, None)
            self.rotations.set(former.arn, None)
        if secret is not None:
            self.deletions.set(secret.arn, secret.recovery_window_ends)
            self.rotations.set(secret.arn, secret.rotation_due)
            if self.on_put is not None:
                self.on_put(secret)

    @contextmanager
    def changes(self) -> Iterator[Former]:
        """Record what secrets were that are changed within the block."""
        former: Former = {}
        self._former = former
        try:
            yield former
        finally:
            self._former = None

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

    def purge(self, now: datetime) -> None:
        """Remove the secrets whose recovery window has ended."""
        while (arn := self.deletions.first_due(now)) is not None:
            secret = cast("StoredSecret", self.find_arn(arn))  # only what exists falls due
            self.region_of(secret).remove(secret)

    def next_creation_order(self) -> int:
        """Return the number of a secret that is being created."""
        self._last_creation += 1
        return self._last_creation

    def snapshot(self) -> Snapshot:
        """Return a copy of the secrets."""
        copies = {place: region.snapshot() for place, region in self._regions.items()}
        return {place: secrets for place, secrets in copies.items() if secrets}

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to the secrets of a snapshot."""
        self._regions = {
            place: RegionSecrets(self, place, dict(secrets)) for place, secrets in snapshot.items()
        }
        ends = {secret.arn: secret.recovery_window_ends for secret in self}
        self.deletions = DueTimes({arn: end for arn, end in ends.items() if end})
        dues = {secret.arn: secret.rotation_due for secret in self}
        self.rotations = DueTimes({arn: due for arn, due in dues.items() if due})
        orders = (secret.creation_order for secret in self)
        self._last_creation = max((self._last_creation, *orders))

    def before(self, former: Former) -> Store:
        """Return a copy in which secrets are what they were."""
        secrets = self.snapshot()
        for (account, region, name), secret in former.items():
            named = secrets.setdefault((account, region), {})
            if secret is None:
                named.pop(name, None)
            else:
                named[name] = secret
        store = Store()
        store.restore(secrets)
        return store
