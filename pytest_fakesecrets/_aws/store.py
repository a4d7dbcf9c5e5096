"""Where secrets are kept: by account, Region and name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from .._text import counted
from .arn import in_region, is_arn, moved_arn, parse_secret_arn
from .due_times import DueTimes
from .model.replica import copy_from_primary
from .model.secret import StoredSecret
from .table import SecretTable

# What secrets were before a change, by account, Region and name; None where there was none.
Former = dict[tuple[str, str, str], StoredSecret | None]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Snapshot:
    """The secrets of all accounts and Regions at some moment; equal where the secrets are."""

    tables: Mapping[tuple[str, str], SecretTable] = field(default_factory=dict)
    deletions: DueTimes = field(default_factory=DueTimes)
    rotations: DueTimes = field(default_factory=DueTimes)
    last_creation: int = 0

    def __repr__(self) -> str:
        return f"<Snapshot of {counted(sum(map(len, self.tables.values())), 'secret')}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Snapshot) and self._secrets() == other._secrets()

    __hash__ = None  # type: ignore[assignment]  # what is compared may change

    def _secrets(self) -> dict[tuple[str, str], list[StoredSecret]]:
        return {place: list(table) for place, table in self.tables.items() if len(table)}


class RegionSecrets:
    """The secrets of one account in one Region."""

    def __init__(self, store: Store, place: tuple[str, str], table: SecretTable) -> None:
        self._store = store
        self._place = place
        self._table = table

    def __iter__(self) -> Iterator[StoredSecret]:
        return iter(self._table)

    def after(
        self, last: Iterable[Any] | None, sort_by: str, *, descending: bool
    ) -> Iterator[StoredSecret]:
        """Return the secrets behind a position in an order, as :meth:`SecretTable.after` does."""
        return self._table.after(last, sort_by, descending=descending)

    def find(self, secret_id: str) -> StoredSecret | None:
        """Return the secret that a name or an ARN, complete or partial, means."""
        if not is_arn(secret_id):
            return self._table.get(secret_id)
        arn = parse_secret_arn(secret_id)
        secret = self._table.get(arn.secret_name) if arn else None
        return secret if secret and secret.has_arn(secret_id) else None

    def put(self, secret: StoredSecret) -> None:
        """Keep a secret, instead of the one that had its name."""
        former = self._table.put(secret)
        self._store.note_change((*self._place, secret.name), former, secret)

    def remove(self, secret: StoredSecret) -> None:
        """Forget a secret; its name is free at once."""
        former = self._table.remove(secret.name)
        self._store.note_change((*self._place, secret.name), former, None)

    def copy_table(self) -> SecretTable:
        """Return a copy of the secrets."""
        return self._table.copy()


class Store:
    """The secrets of all accounts and Regions.

    :ivar deletions: when the recovery windows of secrets end.
    :ivar rotations: when secrets are to be rotated.
    :ivar on_put: is told of each secret that comes to be, or changes; None for nobody.
    """

    def __init__(self) -> None:
        self._regions: dict[tuple[str, str], RegionSecrets] = {}
        self._last_creation = 0
        self._former: Former | None = None
        self.deletions = DueTimes()
        self.rotations = DueTimes()
        self.on_put: Callable[[StoredSecret], object] | None = None

    def __iter__(self) -> Iterator[StoredSecret]:
        for region in tuple(self._regions.values()):
            yield from region

    def region(self, account: str, region: str) -> RegionSecrets:
        """Return the secrets of an account in a Region."""
        place = (account, region)
        found = self._regions.get(place)
        return found or self._regions.setdefault(place, RegionSecrets(self, place, SecretTable()))

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

    def named(self, name: str) -> list[StoredSecret]:
        """Return all secrets that have a name, in whatever account and Region."""
        found = (secrets.find(name) for secrets in tuple(self._regions.values()))
        return [secret for secret in found if secret is not None]

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

    def move(self, region: str, to: str) -> None:
        """Move all secrets of a Region, none of which has a replica, to another one."""
        for account in [account for account, place in self._regions if place == region]:
            moving = list(self.region(account, region))
            for secret in moving:
                self.region_of(secret).remove(secret)
            self.seed(replace(secret, arn=moved_arn(secret.arn, to)) for secret in moving)

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
        """Return the present secrets."""
        tables = {place: secrets.copy_table() for place, secrets in self._regions.items()}
        deletions, rotations = self.deletions.copy(), self.rotations.copy()
        return Snapshot(tables, deletions, rotations, self._last_creation)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to the secrets of a snapshot."""
        self._regions = {
            place: RegionSecrets(self, place, table.copy())
            for place, table in snapshot.tables.items()
        }
        self.deletions = snapshot.deletions.copy()
        self.rotations = snapshot.rotations.copy()
        self._last_creation = max(self._last_creation, snapshot.last_creation)

    def before(self, former: Former) -> Store:
        """Return a copy in which secrets are what they were."""
        store = Store()
        store.restore(self.snapshot())
        for (account, region, name), secret in former.items():
            secrets = store.region(account, region)
            present = secrets.find(name)
            if secret is not None:
                secrets.put(secret)
            elif present is not None:
                secrets.remove(present)
        return store
