"""The secrets of one account in one Region, by name and in order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from .model.secret import StoredSecret

# Where a secret is in an order: what it is sorted by, and what tells it from all others.
# How AWS orders equal dates is not known; here the order of creation decides.
Position = tuple[Any, int, str]
SORT_KEYS: Final[Mapping[str, Callable[[StoredSecret], float | str]]] = {
    "created-date": lambda secret: secret.created.timestamp(),
    # Where AWS puts secrets that were never read is not known.
    "last-accessed-date": lambda secret: (
        secret.last_accessed.timestamp() if secret.last_accessed else 0
    ),
    "last-changed-date": lambda secret: secret.last_changed.timestamp(),
    "name": lambda secret: secret.name,
}


def position(secret: StoredSecret, sort_by: str) -> Position:
    """Return where a secret is in an order."""
    return SORT_KEYS[sort_by](secret), secret.creation_order, secret.name


class SecretTable:
    """Secrets by name, and in each order that was asked for.

    A copy shares all with its original, until one of the two changes: then that one gets its own.
    """

    __slots__ = ("_is_shared", "_orders", "_secrets")

    def __init__(self) -> None:
        self._secrets: dict[str, StoredSecret] = {}
        self._orders: dict[str, list[Position]] = {}
        self._is_shared = False

    def __len__(self) -> int:
        return len(self._secrets)

    def __iter__(self) -> Iterator[StoredSecret]:
        return iter(tuple(self._secrets.values()))

    def copy(self) -> SecretTable:
        """Return a copy, at no cost that grows with the secrets."""
        copy = SecretTable()
        copy._secrets, copy._orders = self._secrets, self._orders
        copy._is_shared = self._is_shared = True
        return copy

    def get(self, name: str) -> StoredSecret | None:
        """Return the secret of a name."""
        return self._secrets.get(name)

    def put(self, secret: StoredSecret) -> StoredSecret | None:
        """Keep a secret, and return the one that had its name."""
        self._own()
        former = self._secrets.get(secret.name)
        self._secrets[secret.name] = secret
        for sort_by, order in self._orders.items():
            before = None if former is None else position(former, sort_by)
            _move(order, before, position(secret, sort_by))
        return former

    def remove(self, name: str) -> StoredSecret | None:
        """Forget the secret of a name, and return it."""
        self._own()
        former = self._secrets.pop(name, None)
        if former is not None:
            for sort_by, order in self._orders.items():
                _move(order, position(former, sort_by), None)
        return former

    def after(
        self, last: Iterable[Any] | None, sort_by: str, *, descending: bool = False
    ) -> Iterator[StoredSecret]:
        """Return the secrets of an order behind a position; without one, all of them.

        :param last: a position, of a secret that may be gone meanwhile.
        :raises TypeError: for what is not a position in this order.
        """
        order = self._order(sort_by)
        start, end = 0, len(order)
        if last is not None:
            if descending:
                end = bisect_left(order, tuple(last))
            else:
                start = bisect_right(order, tuple(last))
        places = range(end - 1, start - 1, -1) if descending else range(start, end)
        return (self._secrets[order[place][-1]] for place in places)

    def _order(self, sort_by: str) -> list[Position]:
        order = self._orders.get(sort_by)
        if order is None:
            order = sorted(position(secret, sort_by) for secret in self._secrets.values())
            self._orders[sort_by] = order
        return order

    def _own(self) -> None:
        if self._is_shared:
            self._secrets = dict(self._secrets)
            self._orders = {sort_by: list(order) for sort_by, order in self._orders.items()}
            self._is_shared = False


def _move(order: list[Position], former: Position | None, present: Position | None) -> None:
    """Move an entry of an order to where it belongs now."""
    if former == present:
        return
    if former is not None:
        del order[bisect_left(order, former)]
    if present is not None:
        insort(order, present)
