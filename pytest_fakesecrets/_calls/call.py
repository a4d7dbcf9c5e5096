"""One call that the code under test made: what a test sees of it, and what the way of it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from weakref import ReferenceType

from .._aws.api_model import naming_members, returns_values, uses_labels
from .._aws.arn import is_arn
from .._aws.iam.principal import Caller
from .._aws.model.secret import CURRENT, StoredSecret
from .._aws.model.values import Value
from .._aws.protocol.requests import Request

_SHOWN: Final = (
    "operation",
    "parameters",
    "region",
    "account",
    "attempts",
    "error",
    "started",
)


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


class Call:
    """One call that the code under test made, with its outcome.

    :ivar operation: AWS's name, such as ``GetSecretValue``.
    :ivar region: the Region of the client.
    :ivar account: the account of the caller.
    :ivar principal: the ARN of the caller, or the name of a service; the account's root by default.
    :ivar attempts: how often botocore sent it; more than one where it retried.
    :ivar error: the outcome of the last attempt: AWS's error code, or the name of botocore's
        exception where no answer came, such as ``ReadTimeoutError``; None for success.
    :ivar started: when it was made, in UTC, by the fake's clock; None before the first attempt.
    :ivar ended: when the code under test had the outcome, by the fake's clock; None before.
    :ivar outcomes: the outcome of each attempt: ``OK``, or as `error`.
    :ivar delays: the seconds that botocore waited before each retry.
    :ivar via: how it came: ``client``, from a client in the process; through a server ``http``, or
        as a read of the ``agent`` or the Lambda ``extension``.
    """

    __slots__ = (
        "_found",
        "_parameters",
        "_sent",
        "account",
        "attempts",
        "delays",
        "ended",
        "error",
        "operation",
        "outcomes",
        "principal",
        "region",
        "started",
        "via",
    )

    def __init__(
        self, request: Request, caller: Caller, region: str, found: _SecretsOfCall
    ) -> None:
        self.operation = request.operation
        self.region = region
        self.account = caller.account
        self.principal = caller.principal
        self.attempts = 0
        self.error: str | None = None
        self.started: datetime | None = None
        self.ended: datetime | None = None
        self.outcomes: list[str] = []
        self.delays: list[float] = []
        self.via = "client"
        self._sent: Mapping[str, Any] = request.members
        self._parameters: dict[str, Any] | None = None
        self._found = found

    def __repr__(self) -> str:
        return f"Call({', '.join(f'{name}={getattr(self, name)!r}' for name in _SHOWN)})"

    @property
    def parameters(self) -> dict[str, Any]:
        """What was sent, by AWS's member names, with secret values as :class:`Masked`."""
        if self._parameters is None:
            hidden = naming_members(self.operation).sensitive
            self._parameters = {
                name: Masked(value) if name in hidden else value
                for name, value in self._sent.items()
            }
        return self._parameters

    @property
    def outcome(self) -> str:
        """The error code that the code under test saw, or ``OK``."""
        return self.error or "OK"

    @property
    def secrets(self) -> list[str]:
        """The secrets that it named, as they were sent; of a batch with filters, those it found."""
        found = sorted(name for name in self._found.names if not is_arn(name))
        return _secret_ids(self.operation, self._sent) or found

    @property
    def labels(self) -> set[str]:
        """The staging labels that it asked for, or gave to a new version."""
        return _labels(self.operation, self._sent) | self._found.labels

    def has_sent(self, parameters: Mapping[str, Any]) -> bool:
        """Tell whether all of some parameters were sent, by AWS's names and with these values."""
        return all(
            name in self._sent and self._sent[name] == value for name, value in parameters.items()
        )

    def is_about(self, secret: str) -> bool:
        """Tell whether the call named a secret, be it by name or by ARN."""
        return secret in self._found.names or secret in _secret_ids(self.operation, self._sent)


# The time has been moved, or may have been: the end of a call is read from the clock.
MOVED: Final = -1


class _SecretsOfCall:
    """The secrets that a call turned out to be about, by name and ARN, and labels of theirs."""

    __slots__ = ("labels", "names")

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.labels: set[str] = set()


@dataclass(slots=True)
class Exchange:
    """A call under way.

    :ivar call: its entry in the log.
    :ivar read_timeout: the seconds after which the client stops waiting for an answer; None for
        never.
    :ivar connect_timeout: the seconds after which it stops connecting; None for never.
    :ivar has_host: whether the Region that it was sent to exists.
    :ivar sender: a weak reference to botocore's endpoint that sent it.
    :ivar moves: how often the fake's time had been moved when it began; ``MOVED`` where it moved
        during the call.
    :ivar delay: the seconds by which a fault delayed the answer of the last attempt.
    :ivar returned_arns: the ARNs of the secrets that the answer to a ListSecrets shows.
    """

    request: Request
    caller: Caller
    region: str
    read_timeout: float | None = None
    connect_timeout: float | None = None
    has_host: bool = True
    sender: ReferenceType[Any] | None = None
    moves: int = 0
    delay: float = 0
    returned_arns: tuple[str, ...] = ()
    call: Call = field(init=False)
    _found: _SecretsOfCall = field(init=False)

    def __post_init__(self) -> None:
        self._found = _SecretsOfCall()
        self.call = Call(self.request, self.caller, self.region, self._found)

    @property
    def secret_ids(self) -> set[str]:
        """The names and ARNs of the secrets that the call is about, sent or found."""
        return self._found.names.union(self.sent_ids)

    @property
    def sent_ids(self) -> list[str]:
        """The names and ARNs of secrets in the request."""
        return _secret_ids(self.request.operation, self.request.members)

    def note_secret(self, secret: StoredSecret) -> None:
        """Have the log know a secret by every name, whichever of them the code used."""
        self._found.names.update((secret.name, secret.arn))
        version_id = self.request.members.get("VersionId")
        if version_id is not None:
            self._found.labels.update(secret.labels_of(version_id))

    def note_names(self, *names: str) -> None:
        """Have the log know the name or ARN of a secret that an answer holds."""
        self._found.names.update(names)

    def record_outcome(self, error: str | None) -> None:
        """Record the outcome of the latest attempt; None for success."""
        call = self.call
        call.error = error
        call.outcomes[call.attempts - 1 :] = [call.outcome]


def _secret_ids(operation: str, members: Mapping[str, Any]) -> list[str]:
    named = naming_members(operation)
    ids = [members[name] for name in named.ids if members.get(name)]
    return ids + [each for name in named.id_lists for each in members.get(name, ())]


def _labels(operation: str, members: Mapping[str, Any]) -> set[str]:
    named = naming_members(operation)
    labels = {members[name] for name in named.labels if name in members}
    labels.update(each for name in named.label_lists for each in members.get(name, ()))
    if labels or not uses_labels(operation) or "VersionId" in members:
        return labels
    # AWSCURRENT is meant where neither a label nor a version is named.
    is_new_value = any(name in members for name in named.values)
    return {CURRENT} if is_new_value or returns_values(operation) else labels
