"""Who makes a call, as policies name it."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..._errors import HIDE_MISUSE, UsageError
from ..arn import ACCOUNT, Arn, parse_arn

__tracebackhide__ = HIDE_MISUSE

Keys = Mapping[str, tuple[str, ...]]

# What follows the account, by service:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
_RESOURCES: Final = {
    "iam": re.compile(r"root|(?:user|role)/[^*?]+"),
    "sts": re.compile(r"assumed-role/(?P<role>[^*?/]+)/[^*?/]+|federated-user/[^*?]+"),
}
_PARTITION: Final = re.compile(r"aws[a-z-]*")
_SERVICE: Final = re.compile(r"(?:[a-z0-9-]+\.)+amazonaws\.com(?:\.cn)?")


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
        arn = _principal_arn(self.principal)
        session = arn and arn.service == "sts" and _RESOURCES["sts"].fullmatch(arn.resource)
        if not arn or not session or session["role"] is None:
            return self.principal
        return str(Arn(arn.partition, "iam", "", self.account, f"role/{session['role']}"))

    @property
    def names(self) -> frozenset[str]:
        """All that a policy may name it by: account, user or role, session; or the service."""
        if self.is_service:
            return frozenset({self.principal})
        arns = {normal_principal(name) or name for name in (self.arn, self.principal)}
        return frozenset({self.account, *arns})


def account_of(principal: object) -> str | None:
    """Return the account that a principal belongs to; None for a service.

    :raises UsageError: for what is not a principal.
    """
    arn = _principal_arn(principal) if isinstance(principal, str) else None
    if arn is not None:
        return arn.account
    if isinstance(principal, str) and is_service(principal):
        return None
    raise UsageError(
        f"principal={principal!r} is not a principal. Give an ARN of IAM or STS, like "
        "'arn:aws:iam::123456789012:role/app', or a service, like 'lambda.amazonaws.com'."
    )


def normal_principal(name: str) -> str | None:
    """Return the AWS principal that a policy names, an account as its id; None for no such."""
    if ACCOUNT.fullmatch(name):
        return name
    arn = _principal_arn(name)
    if arn is None:
        return None
    return arn.account if arn.resource == "root" else name


@functools.lru_cache(maxsize=1024)
def is_service(name: str) -> bool:
    """Tell whether a name has the form of a service principal."""
    return _SERVICE.fullmatch(name) is not None


def _principal_arn(name: str) -> Arn | None:
    """Return the ARN of an account, a user, a role or a session; None for anything else."""
    arn = parse_arn(name)
    if arn is None or arn.region or not _PARTITION.fullmatch(arn.partition):
        return None
    resource = _RESOURCES.get(arn.service)
    is_known = resource is not None and resource.fullmatch(arn.resource) is not None
    return arn if is_known and ACCOUNT.fullmatch(arn.account) else None
