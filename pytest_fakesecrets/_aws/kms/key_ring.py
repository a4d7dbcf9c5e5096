"""The KMS keys that are known of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from ..arn import Arn, partition_of
from .key import ACTIONS, Key, invalid_key, is_key_of_another_service, parse_key


class KeyRing:
    """Keys by ARN. One of which nothing is known exists, works and is for everyone."""

    def __init__(self) -> None:
        self._keys: dict[Arn, Key] = {}
        self._aliases: dict[Arn, Arn] = {}

    def known(self, now: datetime) -> Iterator[Key]:
        """Return the keys of which something is known."""
        return (key.at(now) for key in self._keys.values())

    def named(self, key: str | None, region: str, account: str) -> Arn:
        """Return the ARN of the key that a secret of some Region and account names.

        :raises ServiceError: for what cannot be a key.
        """
        name = parse_key(key, region, account)
        if name is None:
            raise invalid_key("Invalid keyId")
        return self.resolved(name)

    def resolved(self, name: Arn) -> Arn:
        """Return the ARN of the key that an alias means; other ARNs as they are."""
        return self._aliases.get(name, name)

    def find(self, name: Arn, now: datetime) -> Key:
        """Return a key as it is at a moment, by its ARN or that of an alias."""
        if is_key_of_another_service(name):
            return Key(name, denied=ACTIONS)
        name = self.resolved(name)
        known = self._keys.get(name)
        return Key(name) if known is None else known.at(now)

    def put(self, key: Key) -> None:
        """Know a key, instead of what was known of it."""
        self._keys[key.name] = key

    def add_aliases(self, aliases: Iterable[Arn], name: Arn) -> None:
        """Have aliases mean a key."""
        self._aliases.update(dict.fromkeys(aliases, name))

    def move(self, region: str, to: str) -> None:
        """Have the keys of a Region, and their aliases, be those of another one."""

        def moved(name: Arn) -> Arn:
            if name.region != region:
                return name
            return name._replace(partition=partition_of(to), region=to)

        moving = [replace(key, name=moved(key.name)) for key in self._keys.values()]
        self._keys = {key.name: key for key in moving}
        self._aliases = {moved(alias): moved(name) for alias, name in self._aliases.items()}

    def clear(self) -> None:
        """Forget all keys and aliases."""
        self._keys.clear()
        self._aliases.clear()

    def start_from(self, outer: KeyRing) -> None:
        """Begin with a copy of another ring's keys; its own come first."""
        self._keys = {**outer._keys, **self._keys}
        self._aliases = {**outer._aliases, **self._aliases}
