"""One request that the code under test made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from .._aws.arn import is_arn
from .._aws.errors import ServiceError
from .._aws.iam.principal import Caller
from .._aws.model.secret import CURRENT
from .._aws.model.values import Value
from .._aws.protocol.aws_json import decode
from .._errors import HIDE_MISUSE

__tracebackhide__ = HIDE_MISUSE

# The operations that are about a version with some label, AWSCURRENT where none is named.
_READING_CURRENT: Final = frozenset({"BatchGetSecretValue", "GetSecretValue"})
STAGED: Final = _READING_CURRENT | {
    "CreateSecret",
    "PutSecretValue",
    "UpdateSecret",
    "UpdateSecretVersionStage",
}
_SENSITIVE: Final = frozenset({"SecretString", "SecretBinary", "RandomPassword", "RotationToken"})


class Masked:
    """A secret value in the log: it equals what was sent, and does not show it.

    No ``str``, as pytest prints the differences of strings.

    :ivar value: what was sent, str or bytes.
    """

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "'***'" if isinstance(self.value, str) else "b'***'"

    def __eq__(self, other: object) -> bool:
        return self.value == (other.value if isinstance(other, Masked) else other)

    def __hash__(self) -> int:
        return hash(self.value)


@dataclass(slots=True, kw_only=True)
class Call:
    """One request that the code under test made, with its outcome.

    ``call.parameters`` is what was sent, by AWS's member names, with secret values masked
    (:class:`Masked`).

    :ivar operation: AWS's name, such as ``GetSecretValue``.
    :ivar sent: the parameters as they were sent, for the service.
    :ivar region: the Region of the client.
    :ivar account: the account of the caller.
    :ivar attempts: how often botocore sent it; more than one where it retried.
    :ivar error: what the last attempt met: AWS's error code, or the name of botocore's exception
        where no answer came, such as ``ReadTimeoutError``; None for success.
    :ivar started: when it was made, by the fake's clock.
    :ivar ended: when the code under test had the outcome, by the fake's clock; None before.
    :ivar outcomes: the outcome of each attempt: ``OK``, or as `error`.
    :ivar delays: the seconds that botocore waited before each retry.
    :ivar listed: the ARNs of the secrets that the answer to a ListSecrets shows.
    :ivar labels: the staging labels that it asked for, or gave to a new version.
    :ivar read_timeout: the seconds after which the client gives up waiting for an answer.
    :ivar connect_timeout: the seconds after which it gives up connecting.
    :ivar has_no_host: whether it was sent to a Region that does not exist.
    """

    operation: str
    sent: Mapping[str, Any] = field(repr=False, compare=False)
    parameters: Mapping[str, Any] = field(init=False)
    region: str
    account: str = field(init=False)
    caller: Caller = field(repr=False, compare=False)
    attempts: int = 0
    error: str | None = None
    started: datetime | None = None
    identities: set[str] = field(default_factory=set, repr=False, compare=False)
    malformed: ServiceError | None = field(default=None, repr=False, compare=False)
    ended: datetime | None = field(default=None, repr=False)
    outcomes: list[str] = field(default_factory=list, repr=False)
    delays: list[float] = field(default_factory=list, repr=False)
    listed: set[str] = field(default_factory=set, repr=False, compare=False)
    labels: set[str] = field(default_factory=set, repr=False)
    read_timeout: float | None = field(default=None, repr=False, compare=False)
    connect_timeout: float | None = field(default=None, repr=False, compare=False)
    has_no_host: bool = field(default=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.account = self.caller.account
        self.parameters = _masked(self.sent)
        self.identities.update(secret_ids(self.parameters))
        self.labels.update(_labels(self.operation, self.parameters))

    @property
    def principal(self) -> str:
        """The ARN of the caller, or the name of a service; the account's root by default."""
        return self.caller.principal

    @property
    def outcome(self) -> str:
        """The error code that the code under test saw, or ``OK``."""
        return self.error or "OK"

    @property
    def secrets(self) -> list[str]:
        """The secrets that it named, as they were sent; of a batch with filters, those it found."""
        found = sorted(name for name in tuple(self.identities) if not is_arn(name))
        return secret_ids(self.parameters) or found

    def met(self, error: str | None) -> None:
        """Note what the latest attempt met; None for success."""
        self.error = error
        self.outcomes[self.attempts - 1 :] = [self.outcome]

    def is_about(self, secret: str) -> bool:
        """Tell whether the call named a secret, be it by name or by ARN."""
        return secret in self.identities


def _masked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Masked(value) if name in _SENSITIVE else value for name, value in parameters.items()
    }


def secret_ids(parameters: Mapping[str, Any]) -> list[str]:
    """Return the names and ARNs of secrets in a request, as they were sent."""
    single = (parameters.get("SecretId"), parameters.get("Name"))
    return [name for name in single if name] + list(parameters.get("SecretIdList") or ())


def _labels(operation: str, parameters: Mapping[str, Any]) -> list[str]:
    named = [parameters["VersionStage"]] if "VersionStage" in parameters else []
    named += parameters.get("VersionStages", ())
    if named or operation not in STAGED or "VersionId" in parameters:
        return named
    is_new_value = "SecretString" in parameters or "SecretBinary" in parameters
    return [CURRENT] if is_new_value or operation in _READING_CURRENT else []


def read_call(operation: str, body: bytes, **details: Any) -> Call:
    """Read a request; one that makes no sense is a call all the same, and is answered so.

    :param details: further fields of :class:`Call`, such as its Region and its caller.
    """
    try:
        return Call(operation=operation, sent=decode(operation, body), **details)
    except ServiceError as error:
        return Call(operation=operation, sent={}, malformed=error, **details)
