"""What can befall one attempt of a call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from .._aws.api_model import errors_of
from .._aws.errors import MODELLED_ERRORS, ServiceError, denial_of
from .._aws.protocol.aws_json import Answer
from .._codes import LOST_RESPONSES

if TYPE_CHECKING:
    from .call import Call

# Reads that may show the past. What GetRandomPassword and ValidateResourcePolicy answer has none.
READS: Final = frozenset(
    {
        "BatchGetSecretValue",
        "DescribeSecret",
        "GetResourcePolicy",
        "GetSecretValue",
        "ListResourcePolicies",
        "ListSecretVersionIds",
        "ListSecrets",
    }
)
STATELESS: Final = frozenset({"GetRandomPassword", "ValidateResourcePolicy"})

# A snapshot of the store, which is none of this module's business.
State = Any


@dataclass(frozen=True, slots=True)
class Refused:
    """AWS answers with an error, before any effect."""

    code: str
    message: str | None = None

    def __str__(self) -> str:
        return self.code

    def error(self, call: Call) -> ServiceError:
        """Return the error, with AWS's own text where the test gave none."""
        if self.code == "AccessDeniedException" and self.message is None:
            parameters = call.parameters
            resource = parameters.get("SecretId") or parameters.get("Name")
            return denial_of(call.principal, f"secretsmanager:{call.operation}", resource)
        return ServiceError(self.code, self.message)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nothing reaches AWS: the client meets an exception of botocore's own."""

    error: str

    def __str__(self) -> str:
        return self.error


@dataclass(frozen=True, slots=True)
class Lost:
    """The call takes effect, and its answer does not arrive."""

    error: str

    def __str__(self) -> str:
        return f"dropped response ({self.error})"


@dataclass(frozen=True, slots=True)
class Garbled:
    """The call takes effect, and its answer arrives damaged."""

    body: bytes | None
    status: int | None

    def __str__(self) -> str:
        return "corrupted response"

    def damage(self, answer: Answer) -> Answer:
        """Return what arrives: by default the first half of the body."""
        body = answer.body[: len(answer.body) // 2] if self.body is None else self.body
        return replace(answer, status=self.status or answer.status, body=body)


@dataclass(frozen=True, slots=True)
class Slow:
    """The answer takes a while."""

    seconds: float

    def __str__(self) -> str:
        return f"response after {self.seconds:g} s"


@dataclass(slots=True)
class _Write:
    """A write that reads are not to see yet, and what they see instead."""

    at: datetime
    before: State
    reads_left: int | None


@dataclass(slots=True)
class Lagging:
    """Reads show what was there before the latest writes.

    :ivar calls: how many reads after a write do not see it; None for no such limit.
    :ivar seconds: for how long, by the fake's clock; None for no such limit.
    """

    calls: int | None
    seconds: float | None
    _writes: list[_Write] = field(default_factory=list)

    def __str__(self) -> str:
        calls = [] if self.calls is None else [f"{self.calls} calls"]
        seconds = [] if self.seconds is None else [f"{self.seconds:g} s"]
        return f"stale reads for {' or '.join(calls + seconds)}"

    def note(self, before: State, now: datetime) -> None:
        """Remember what was there before a write."""
        self.past(now)
        self._writes.append(_Write(now, before, self.calls))

    def forget(self) -> None:
        """Remember no write any more."""
        self._writes.clear()

    def change_past(self, change: Callable[[State], State]) -> None:
        """Have what was there before the writes be something else."""
        for write in self._writes:
            write.before = change(write.before)

    def past(self, now: datetime) -> State | None:
        """Return what a read sees at present; None where that is all there is."""
        self._writes[:] = [write for write in self._writes if self._hides(write, now)]
        return self._writes[0].before if self._writes else None

    def count_read(self) -> None:
        """Note that a read saw the past."""
        for write in self._writes:
            if write.reads_left is not None:
                write.reads_left -= 1

    def _hides(self, write: _Write, now: datetime) -> bool:
        # With both limits, a write is seen as soon as one of them is reached.
        if write.reads_left is not None and write.reads_left <= 0:
            return False
        return self.seconds is None or now - write.at < timedelta(seconds=self.seconds)


Outcome = Refused | Unreachable | Lost | Garbled
Effect = Outcome | Slow | Lagging


@dataclass(slots=True)
class Blow:
    """What all faults together make of one attempt.

    :ivar outcome: what the first of those that decide an outcome says.
    :ivar delay: the seconds that the answer takes.
    :ivar past: what a read is to be answered from, instead of the present.
    """

    outcome: Outcome | None = None
    delay: float = 0
    past: State | None = None

    def refuse(self, call: Call) -> None:
        """Refuse the call, where AWS is to.

        :raises ServiceError: the error that the test asked for.
        """
        if isinstance(self.outcome, Refused):
            raise self.outcome.error(call)

    @property
    def is_unreachable(self) -> bool:
        """Whether the call never reaches AWS."""
        return isinstance(self.outcome, Unreachable)

    @property
    def is_performed(self) -> bool:
        """Whether AWS carries the call out."""
        return not isinstance(self.outcome, (Refused, Unreachable))

    @property
    def connects(self) -> bool:
        """Whether there is a connection, and so an answer to wait for."""
        return not isinstance(self.outcome, Unreachable) or self.outcome.error in LOST_RESPONSES

    def failure(self, call: Call) -> str | None:
        """Return the exception that the client meets instead of an answer, by its name."""
        if call.read_timeout is not None and self.delay > call.read_timeout:
            return "ReadTimeoutError"
        return self.outcome.error if isinstance(self.outcome, (Unreachable, Lost)) else None

    def seconds(self, call: Call) -> float:
        """Return how long the client waits, for an answer or until it gives up."""
        limits = {
            "ReadTimeoutError": call.read_timeout,
            "ConnectTimeoutError": call.connect_timeout,
        }
        failure = self.failure(call)
        return limits[failure] or 0 if failure in limits else self.delay

    def delivered(self, answer: Answer) -> Answer:
        """Return the answer as it arrives."""
        return self.outcome.damage(answer) if isinstance(self.outcome, Garbled) else answer


def can_strike(effect: Effect, call: Call, now: datetime) -> bool:
    """Tell whether an effect could show in this call."""
    if isinstance(effect, Refused):
        return can_raise(call.operation, effect.code)
    if isinstance(effect, Lagging):
        return call.operation in READS and effect.past(now) is not None
    return True


def can_raise(operation: str, code: str) -> bool:
    """Tell whether an operation can answer with an error, as far as AWS documents."""
    return code not in MODELLED_ERRORS or code in errors_of(operation)


class NoAnswerError(Exception):
    """The client hears nothing of AWS; reaches the code under test as an exception of botocore's.

    :param error: the name of that exception, such as ``ReadTimeoutError``.
    """

    def __init__(self, error: str) -> None:
        self.error = error
        super().__init__(error)
