"""Who makes a call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from ._arn import partition_of
from ._errors import HIDE_MISUSE, UsageError
from ._settings import check_account

__tracebackhide__ = HIDE_MISUSE

Keys = Mapping[str, tuple[str, ...]]

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
_PRINCIPAL: Final = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?:iam::(?P<owner>\d{12}):(?:root|(?:user|role)/[^*?]+)"
    r"|sts::(?P<lender>\d{12}):(?:assumed-role/(?P<role>[^*?/]+)/[^*?/]+|federated-user/[^*?]+))"
)
_SERVICE: Final = re.compile(r"(?:[a-z0-9-]+\.)+amazonaws\.com(?:\.cn)?")
_ACCOUNT: Final = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call: a principal, acting for an account.

    :ivar keys: what else conditions of policies may ask for, by key in lower case.
    """

    account: str
    principal: str
    keys: Keys = field(default_factory=dict)

    @property
    def is_service(self) -> bool:
        """Whether it is a service of AWS, which belongs to no account."""
        return is_service(self.principal)

    @property
    def arn(self) -> str:
        """What aws:PrincipalArn holds: for the session of a role, the role."""
        arn = _PRINCIPAL.fullmatch(self.principal)
        if arn is None or arn["role"] is None:
            return self.principal
        return f"arn:{arn['partition']}:iam::{self.account}:role/{arn['role']}"

    @property
    def names(self) -> frozenset[str]:
        """All that a policy may name it by: account, user or role, session; or the service."""
        if self.is_service:
            return frozenset({self.principal})
        arns = {normal_principal(name) or name for name in (self.arn, self.principal)}
        return frozenset({self.account, *arns})


@dataclass(frozen=True, slots=True)
class Acting:
    """What a test says of the caller; what it leaves open stays as it would be."""

    account: str | None = None
    principal: str | None = None
    keys: Keys = field(default_factory=dict)

    def over(self, other: Acting) -> Acting:
        """Return both, where this one comes first. Account and principal go together."""
        who = other if self.account is None and self.principal is None else self
        return Acting(who.account, who.principal, {**other.keys, **self.keys})

    def caller(self, account: str, region: str) -> Caller:
        """Return the caller, of an account where none was named: its root by default."""
        account = self.account or account
        root = f"arn:{partition_of(region)}:iam::{account}:root"
        return Caller(account, self.principal or root, self.keys)


def said(
    account: str | None, principal: str | None, keys: Mapping[str, str | Iterable[str]]
) -> Acting:
    """Read what a test says of the caller.

    :raises UsageError: for what is no account, no principal, or two that do not match.
    """
    if account is not None:
        check_account(account)
    if principal is not None:
        owner = account_of(principal)
        if owner is not None and account not in (None, owner):
            raise UsageError(
                f"principal={principal!r} is not of account={account!r}. Leave account= out."
            )
        account = owner or account
    return Acting(account, principal, {key.lower(): _values(key, keys[key]) for key in keys})


def account_of(principal: object) -> str | None:
    """Return the account that a principal belongs to; None for a service.

    :raises UsageError: for what is no principal.
    """
    arn = _PRINCIPAL.fullmatch(principal) if isinstance(principal, str) else None
    if arn is not None:
        return arn["owner"] or arn["lender"]
    if isinstance(principal, str) and is_service(principal):
        return None
    raise UsageError(
        f"principal={principal!r} is no principal. Give an ARN of IAM or STS, like "
        "'arn:aws:iam::123456789012:role/app', or a service, like 'lambda.amazonaws.com'."
    )


def normal_principal(name: str) -> str | None:
    """Return the AWS principal that a policy names, an account as its id; None for no such."""
    if _ACCOUNT.fullmatch(name):
        return name
    arn = _PRINCIPAL.fullmatch(name)
    if arn is None:
        return None
    return arn["owner"] if name.endswith(":root") else name


def is_service(name: str) -> bool:
    """Tell whether a name has the form of a service principal."""
    return _SERVICE.fullmatch(name) is not None


@contextmanager
def acting(who: Acting) -> Iterator[None]:
    """Have all calls of this thread, or asyncio task, be made by someone."""
    before = _acting.get()
    _acting.set(who.over(before))
    try:
        yield
    finally:
        # No token: the end of an asynchronous fixture may run in another task.
        _acting.set(before)


def acting_now() -> Acting:
    """Return what is said of whoever makes a call at present."""
    return _acting.get()


def _values(key: str, value: object) -> tuple[str, ...]:
    values = (value,) if isinstance(value, str) else value
    if isinstance(values, Iterable):
        listed = tuple(values)
        if listed and all(isinstance(each, str) for each in listed):
            return listed
    raise UsageError(f"The key {key!r} of a caller has the value {value!r}. Give str, or several.")


_NOBODY: Final = Acting()
_acting: Final = ContextVar("pytest_fakesecrets_acting", default=_NOBODY)
