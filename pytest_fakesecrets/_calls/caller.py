"""Who the test says makes a call."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from .._aws.arn import Arn, partition_of
from .._aws.iam.principal import Caller, Keys, account_of
from .._errors import HIDE_MISUSE, UsageError
from .._settings import check_account

__tracebackhide__ = HIDE_MISUSE


@functools.lru_cache(maxsize=256)
def _root(account: str, region: str) -> Caller:
    """Return the root of an account."""
    arn = Arn(partition_of(region), "iam", "", account, "root")
    return Caller(account, str(arn))


@dataclass(frozen=True, slots=True)
class CallerOverride:
    """What a test says of the caller; what it leaves open stays as it would be."""

    account: str | None = None
    principal: str | None = None
    keys: Keys = field(default_factory=dict)

    def merged_with(self, other: CallerOverride) -> CallerOverride:
        """Return both, where this one comes first. Account and principal go together."""
        if other is NO_OVERRIDE:
            return self
        if self is NO_OVERRIDE:
            return other
        who = other if self.account is None and self.principal is None else self
        return CallerOverride(who.account, who.principal, {**other.keys, **self.keys})

    def caller(self, account: str, region: str) -> Caller:
        """Return the caller, of an account where none was named: its root by default."""
        root = _root(self.account or account, region)
        if self.principal is None and not self.keys:
            return root
        return Caller(root.account, self.principal or root.principal, self.keys)


def caller_override(
    account: str | None, principal: str | None, keys: Mapping[str, str | Iterable[str]]
) -> CallerOverride:
    """Read what a test says of the caller.

    :raises UsageError: for what is not an account or a principal, or two that do not match.
    """
    if account is None and principal is None and not keys:
        return NO_OVERRIDE
    if account is not None:
        check_account(account)
    if principal is not None:
        owner = account_of(principal)
        if owner is not None and account not in (None, owner):
            raise UsageError(
                f"principal={principal!r} is not of account={account!r}. Leave account= out."
            )
        account = owner or account
    return CallerOverride(
        account, principal, {key.lower(): _values(key, keys[key]) for key in keys}
    )


@contextmanager
def override_caller(who: CallerOverride) -> Iterator[None]:
    """Have all calls of this thread, or asyncio task, be made by someone."""
    before = _override.get()
    _override.set(who.merged_with(before))
    try:
        yield
    finally:
        # No token: the end of an asynchronous fixture may run in another task.
        _override.set(before)


def current_override() -> CallerOverride:
    """Return what is said of whoever makes a call at present."""
    return _override.get()


def _values(key: str, value: object) -> tuple[str, ...]:
    values = (value,) if isinstance(value, str) else value
    if isinstance(values, Iterable):
        listed = tuple(values)
        if listed and all(isinstance(each, str) for each in listed):
            return listed
    raise UsageError(f"The key {key!r} of a caller has the value {value!r}. Give str, or several.")


NO_OVERRIDE: Final = CallerOverride()
_override: Final = ContextVar("pytest_fakesecrets_override", default=NO_OVERRIDE)
