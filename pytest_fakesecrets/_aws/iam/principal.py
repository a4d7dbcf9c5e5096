"""Who makes a call, as policies name it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..._errors import HIDE_MISUSE, UsageError

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
