"""Who may do what: refusals by IAM and by the policies of secrets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .._errors import HIDE_MISUSE, UsageError
from .api_model import check_operation, naming_members
from .arn import parse_secret_arn
from .errors import ServiceError, denial_of
from .iam.policy import ALLOW, DENY, KEY_MEMBERS, Policy, Request, decide
from .iam.principal import Caller, account_of, normal_principal
from .model.secret import StoredSecret

__tracebackhide__ = HIDE_MISUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a caller is about to do.

    :ivar resource: the name or ARN as it was sent; None for what concerns no single secret.
    :ivar secret: the secret that it means, if it exists.
    """

    caller: Caller
    operation: str
    region: str
    now: datetime
    parameters: Mapping[str, Any]
    resource: str | None = None
    secret: StoredSecret | None = None

    @property
    def action(self) -> str:
        """What a policy calls it."""
        return f"secretsmanager:{self.operation}"

    @property
    def owner(self) -> str:
        """The account of the secret."""
        if self.secret is not None:
            return self.secret.account
        arn = None if self.resource is None else parse_secret_arn(self.resource)
        return self.caller.account if arn is None else arn.account

    @property
    def is_own(self) -> bool:
        """Whether a principal acts in its own account, where it needs no resource policy."""
        return self.owner == self.caller.account and not self.caller.is_service

    def verdict_of(self, policies: Collection[Policy]) -> str | None:
        """Return what resource policies say about it: ``Allow``, ``Deny``, or None."""
        if not policies:
            return None
        resource = "*" if self.secret is None else self.secret.arn
        keys = dict(self._keys())
        return decide(policies, Request(self.action, resource, self.caller.names, keys))

    def is_refused_by(self, policy: Policy) -> bool:
        """Tell whether a policy, if it were the only one, would refuse it."""
        verdict = self.verdict_of([policy])
        return verdict == DENY or (verdict is None and not self.is_own)

    def _keys(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield from _caller_keys(self.caller)
        yield from _request_keys(self.parameters)
        yield "aws:requestedregion", (self.region,)
        yield "aws:securetransport", ("true",)
        yield "aws:viaawsservice", ("false",)
        yield "aws:currenttime", (self.now.isoformat(),)
        yield "aws:epochtime", (str(int(self.now.timestamp())),)
        yield "aws:resourceaccount", (self.owner,)
        if self.secret is not None:
            yield from _secret_keys(self.secret)
        yield from self.caller.keys.items()


class Denial:
    """A permission that a test took away. Returned by :meth:`FakeSecrets.deny`.

    :ivar operation: AWS's name of the operation.
    :ivar secret: the name or ARN that it is for; None for all secrets.
    :ivar principal: whom it is taken from; None for everybody.
    :ivar hits: how many attempts it has refused so far.
    """

    def __init__(
        self,
        operation: str,
        *,
        secret: str | None,
        principal: str | None,
        withdraw: Callable[[Denial], object],
    ) -> None:
        self.operation = operation
        self.secret = secret
        self.principal = principal
        self.hits = 0
        self._withdraw = withdraw

    def __repr__(self) -> str:
        where = f"{self.operation} of {self.secret or 'any secret'}"
        return f"<Denial of {where} to {self.principal or 'everybody'}, {self.hits} hits>"

    def cancel(self) -> None:
        """Give the permission back."""
        self._withdraw(self)


class Denials:
    """The permissions that a test took away."""

    def __init__(self) -> None:
        self._denials: tuple[Denial, ...] = ()
        self.enforces_policies = True

    def __bool__(self) -> bool:
        return bool(self._denials)

    def add(self, operation: str, *, secret: str | None, principal: str | None) -> Denial:
        """Take a permission away.

        :raises UsageError: for what is not an operation, or not a principal.
        """
        check_operation(operation)
        named = naming_members(operation)
        if secret is not None and named.id_lists:
            message = (
                f"{operation} names several secrets, so it cannot be denied for {secret!r} alone. "
                "AWS asks for the permission to GetSecretValue for each: deny that."
            )
            raise UsageError(message)
        if secret is not None and not named.ids:
            message = (
                f"{operation} has no parameter that names a secret, so it cannot be denied for "
                f"{secret!r}. "
                "Leave secret= out."
            )
            raise UsageError(message)
        principal = _normal(principal)
        denial = Denial(operation, secret=secret, principal=principal, withdraw=self._withdraw)
        self._denials += (denial,)
        return denial

    def clear(self) -> None:
        """Forget all denials."""
        self._denials = ()

    def refuse(self, attempt: Attempt) -> bool:
        """Tell whether one of them is about this attempt; the first such counts it."""
        for denial in self._denials:
            if _is_about(denial, attempt):
                denial.hits += 1
                return True
        return False

    def _withdraw(self, denial: Denial) -> None:
        self._denials = tuple(other for other in self._denials if other is not denial)


def _is_about(denial: Denial, attempt: Attempt) -> bool:
    secret = attempt.secret
    named = (attempt.resource, *((secret.name, secret.arn) if secret else ()))
    return (
        denial.operation == attempt.operation
        and (denial.secret is None or denial.secret in named)
        and (denial.principal is None or denial.principal in attempt.caller.names)
    )


def is_open_to_owner(secret: StoredSecret, caller: Caller) -> bool:
    """Tell whether no policy can refuse a caller: it acts for the owner, and there is none."""
    return not (secret.policies or caller.is_service) and secret.account == caller.account


def authorize(attempt: Attempt, denials: Denials) -> None:
    """Refuse what a caller may not do.

    :raises ServiceError: AccessDeniedException.
    """
    action, secret = attempt.action, attempt.secret
    verdict: str | None = ALLOW
    if denials.enforces_policies:
        verdict = attempt.verdict_of(secret.policies.values() if secret else ())
    if verdict == DENY:
        # An ending that users of AWS saw.
        raise _denied(attempt, "with an explicit deny in a resource-based policy")
    if denials.refuse(attempt):
        raise _denied(attempt)
    if verdict != ALLOW and not attempt.is_own:
        # In the style of the refusals that were seen; this ending was not.
        raise _denied(attempt, f"because no resource-based policy allows the {action} action")


def _denied(attempt: Attempt, reason: str | None = None) -> ServiceError:
    return denial_of(attempt.caller.principal, attempt.action, attempt.resource, reason)


def _caller_keys(caller: Caller) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "aws:principalisawsservice", (_text(caller.is_service),)
    if caller.is_service:
        yield "aws:principalservicename", (caller.principal,)
    else:
        yield "aws:principalaccount", (caller.account,)
        yield "aws:principalarn", (caller.arn,)


def _request_keys(parameters: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    # AWS's keys hold what "the request" has, so VersionStage is absent where none was asked for.
    for member in KEY_MEMBERS:
        if member in parameters:
            yield f"secretsmanager:{member.lower()}", (_text(parameters[member]),)
    tags = {tag["Key"]: tag["Value"] for tag in parameters.get("Tags", ())}
    for key, value in tags.items():
        yield f"aws:requesttag/{key.lower()}", (value,)
    if keys := (*tags, *parameters.get("TagKeys", ())):
        yield "aws:tagkeys", keys


def _secret_keys(secret: StoredSecret) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "secretsmanager:secretprimaryregion", (secret.primary_region or secret.region,)
    for key, value in (secret.tags or {}).items():
        yield f"aws:resourcetag/{key.lower()}", (value,)
        yield f"secretsmanager:resourcetag/{key.lower()}", (value,)


def _text(value: str | bool | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _normal(principal: str | None) -> str | None:
    if principal is None:
        return None
    known = normal_principal(principal) if isinstance(principal, str) else None
    if known is None:
        account_of(principal)
    return known or principal
