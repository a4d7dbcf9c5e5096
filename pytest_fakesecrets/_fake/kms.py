"""The KMS keys of a fake, as a test sees and changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from .._aws.arn import Arn
from .._aws.kms.key import (
    ACTIONS,
    DELETED,
    DISABLED,
    ENABLED,
    HOW_TO_NAME,
    PENDING_DELETION,
    Key,
    is_key_of_another_service,
    is_key_of_aws,
    parse_key,
)
from .._aws.kms.key_ring import KeyRing
from .._clock import Timeline
from .._errors import HIDE_MISUSE, UsageError, unknown_choice
from .._guidance import guided
from .._settings import Settings
from .guesses import OF_KMS

__tracebackhide__ = HIDE_MISUSE

# https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
_WAITING_DAYS: Final = range(7, 31)


@guided(OF_KMS)
class Kms:
    """The keys that secrets are encrypted with.

    Every key exists and works until the test says otherwise. A key is named by its id, its alias,
    or the ARN of either; without an ARN, that of the fake's Region and account is meant. An alias
    means a key of its own, unless :meth:`add` says which.
    """

    def __init__(
        self,
        settings: Settings,
        timeline: Timeline,
        keys: KeyRing,
        decide_region: Callable[[], object],
    ) -> None:
        self._settings = settings
        self._decide_region = decide_region
        self._timeline = timeline
        self._keys = keys

    def __repr__(self) -> str:
        known = map(str, self._keys.known(self._timeline.now()))
        return f"<Kms {', '.join(known) or 'all work'}>"

    def add(self, key: str, *, aliases: Iterable[str] = (), asymmetric: bool = False) -> str:
        """Have a key exist and work, instead of what was known of it, and give it aliases.

        :param key: its id or ARN; an alias for a key whose id does not matter.
        :param aliases: what means the same key, such as ``alias/app``, in the key's Region. Taken
            from another key, an alias takes along what was encrypted under its name.
        :param asymmetric: whether it is a key pair, with which secrets cannot be encrypted.
        :return: its ARN.
        :raises UsageError: for what cannot be a key, or an alias of one.
        """
        # The ARN that is returned has one.
        self._decide_region()
        name = self._own(key)
        if isinstance(aliases, str):
            raise UsageError(f"aliases={aliases!r} is one string. Give a list: [{aliases!r}].")
        named = [self._alias(alias, name) for alias in aliases]
        self._keys.put(Key(name, asymmetric=asymmetric))
        self._keys.add_aliases(named, name)
        return str(name)

    def disable(self, key: str) -> None:
        """Have a key refuse to encrypt and to decrypt; a scheduled deletion is cancelled."""
        self._change(key, DISABLED)

    def enable(self, key: str) -> None:
        """Have a key work again that was disabled, or whose deletion was scheduled."""
        self._change(key, ENABLED)

    def schedule_deletion(self, key: str, *, days: int = 30) -> None:
        """Have a key wait for its deletion, and be gone when the clock has come that far.

        :param days: 7 to 30.
        """
        if days not in _WAITING_DAYS:
            raise UsageError(f"days={days!r} is not a waiting period of KMS. Give 7 to 30.")
        self._change(key, PENDING_DELETION, days=days)

    def remove(self, key: str) -> None:
        """Have a key not exist, as if it had never been or its deletion had taken place."""
        name = self._own(key)
        self._keys.put(Key(name, DELETED))

    def deny(self, key: str, *actions: str) -> None:
        """Take the permission to use a key from every caller.

        :param key: ``alias/aws/secretsmanager`` too, as policies can deny that one.
        :param actions: some of ``kms:Decrypt``, ``kms:Encrypt`` and ``kms:GenerateDataKey``;
            all three by default.
        """
        found = self._deniable(key)
        self._keys.put(replace(found, denied=found.denied | _chosen(actions)))

    def allow(self, key: str, *actions: str) -> None:
        """Give back what :meth:`deny` took: some actions, or all by default."""
        found = self._deniable(key)
        self._keys.put(replace(found, denied=found.denied - _chosen(actions)))

    def clear(self) -> None:
        """Forget what was said: every key exists and works."""
        self._keys.clear()

    def _find(self, name: Arn) -> Key:
        return self._keys.find(name, self._timeline.now())

    def _read(self, key: str) -> Arn:
        settings = self._settings
        name = parse_key(key, settings.region, settings.account) if isinstance(key, str) else None
        if name is None or not key:
            raise UsageError(f"{key!r} does not name a KMS key. {HOW_TO_NAME}")
        return self._keys.resolved(name)

    def _own(self, key: str) -> Arn:
        name = self._read(key)
        if is_key_of_aws(name):
            raise UsageError(
                f"{key} is AWS's own key, whose state nobody can change. "
                "Have the secret use another: Secret(name, value, kms_key_id='alias/app')."
            )
        return name

    def _deniable(self, key: str) -> Key:
        name = self._read(key)
        if is_key_of_another_service(name):
            raise UsageError(f"{key} belongs to another service: secrets cannot use it.")
        return self._find(name)

    def _alias(self, alias: str, key: Arn) -> Arn:
        name = parse_key(alias, key.region, key.account) if isinstance(alias, str) else None
        if name is None or is_key_of_aws(name) or not alias.startswith("alias/"):
            raise UsageError(f"{alias!r} cannot be an alias of a key. Write it like 'alias/app'.")
        return name

    def _change(self, key: str, state: str, *, days: int | None = None) -> None:
        found = self._find(self._own(key))
        if found.state == DELETED:
            raise UsageError(f"{key} does not exist any more. kms.add({key!r}) has it exist again.")
        deletion = None if days is None else self._timeline.now() + timedelta(days=days)
        self._keys.put(replace(found, state=state, deletion=deletion))


def _chosen(actions: tuple[str, ...]) -> frozenset[str]:
    for action in actions:
        if action not in ACTIONS:
            what = "an action of Secrets Manager on a KMS key"
            raise unknown_choice(what, action, ACTIONS)
    return frozenset(actions) or ACTIONS
