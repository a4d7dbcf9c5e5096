"""What a fault does to one attempt of a call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

from .._aws.api_model import errors_of
from .._aws.errors import MODELLED_ERRORS, ServiceError, denial_of
from .._aws.operations.registry import OPERATIONS
from .._aws.protocol.answers import Answer
from .._aws.store import Former
from .._codes import LOST_RESPONSES
from .call import Exchange


class NoAnswerError(Exception):
    """The client is not to get an answer.

    :param error: the name of the exception of botocore that it gets instead.
    """

    def __init__(self, error: str) -> None:
        self.error = error
        super().__init__(error)


class Effect:
    """Something that happens to an attempt. The answers here are those of one that changes nothing.

    :cvar decides: whether it decides the outcome; of several such, the earliest fault counts.
    :cvar reaches_aws: whether the call reaches AWS at all.
    :cvar is_performed: whether AWS carries the call out.
    :cvar uses_writes: whether it is told of each write.
    """

    __slots__ = ()

    decides: ClassVar[bool] = True
    reaches_aws: ClassVar[bool] = True
    is_performed: ClassVar[bool] = True
    uses_writes: ClassVar[bool] = False

    @property
    def connects(self) -> bool:
        """Whether there is a connection, and so an answer to wait for."""
        return True

    @property
    def exception(self) -> str | None:
        """The name of botocore's exception that the client gets instead of an answer."""
        return None

    @property
    def delay(self) -> float:
        """The seconds that it adds to the time of an answer."""
        return 0

    @property
    def code_in_batch(self) -> str | None:
        """The code that one read of BatchGetSecretValue has in the answer's Errors; None for none.

        Those of the framework in front of the service, such as throttling, refuse whole calls.
        """
        return None

    def applies_to(self, exchange: Exchange, now: datetime) -> bool:  # noqa: ARG002 - for the others
        """Tell whether it could show in this call."""
        return True

    def refusal(self, exchange: Exchange) -> ServiceError | None:  # noqa: ARG002 - for the others
        """Return the error that AWS answers with, before any effect."""
        return None

    def delivered(self, answer: Answer) -> Answer:
        """Return the answer as it arrives."""
        return answer

    def read_from(self, now: datetime) -> Former | None:  # noqa: ARG002 - for the others
        """Return what secrets are to be read as, instead of what they are, and count the read."""
        return None

    def note_write(self, former: Former, now: datetime) -> None:
        """Note a write, and what the secrets were before it."""

    def forget(self, former: Former | None = None) -> None:
        """Forget former values of some secrets; of all where none are named."""


NO_EFFECT = Effect()


@dataclass(frozen=True, slots=True)
class ErrorResponse(Effect):
    """AWS answers with an error, before any effect."""

    code: str
    message: str | None = None
    is_performed: ClassVar[bool] = False

    def __str__(self) -> str:
        return self.code

    @property
    def code_in_batch(self) -> str | None:
        """The code, of an error of the service itself or of IAM."""
        is_of_service = self.code in MODELLED_ERRORS or self.code == "AccessDeniedException"
        return self.code if is_of_service else None

    def applies_to(self, exchange: Exchange, now: datetime) -> bool:  # noqa: ARG002 - any time
        """Tell whether the operation can answer with the error."""
        return can_raise(exchange.request.operation, self.code)

    def refusal(self, exchange: Exchange) -> ServiceError:
        """Return the error, with AWS's own text where the test gave none."""
        if self.code == "AccessDeniedException" and self.message is None:
            action = f"secretsmanager:{exchange.request.operation}"
            members = exchange.request.members
            resource = members.get("SecretId") or members.get("Name")
            return denial_of(exchange.caller.principal, action, resource)
        return ServiceError(self.code, self.message)


@dataclass(frozen=True, slots=True)
class ConnectionFailure(Effect):
    """Nothing reaches AWS: the client gets an exception of botocore's own."""

    error: str
    reaches_aws: ClassVar[bool] = False
    is_performed: ClassVar[bool] = False

    def __str__(self) -> str:
        return self.error

    @property
    def connects(self) -> bool:
        """Whether it comes after the connection was made."""
        return self.error in LOST_RESPONSES

    @property
    def exception(self) -> str:
        """The name of botocore's exception."""
        return self.error


@dataclass(frozen=True, slots=True)
class DroppedResponse(Effect):
    """The call takes effect, and its answer does not arrive."""

    error: str

    def __str__(self) -> str:
        return f"dropped response ({self.error})"

    @property
    def exception(self) -> str:
        """The name of botocore's exception."""
        return self.error


@dataclass(frozen=True, slots=True)
class CorruptedResponse(Effect):
    """The call takes effect, and its answer arrives damaged."""

    body: bytes | None
    status: int | None

    def __str__(self) -> str:
        return "corrupted response"

    def delivered(self, answer: Answer) -> Answer:
        """Return what arrives: by default the first half of the body."""
        body = answer.body[: len(answer.body) // 2] if self.body is None else self.body
        return replace(answer, status=self.status or answer.status, body=body)


@dataclass(frozen=True, slots=True)
class Delay(Effect):
    """The answer takes a while."""

    seconds: float
    decides: ClassVar[bool] = False

    def __str__(self) -> str:
        return f"response after {self.seconds:g} s"

    @property
    def delay(self) -> float:
        """The seconds that the answer takes."""
        return self.seconds


@dataclass(slots=True)
class _Write:
    """A write that reads are not to see yet, and what the secrets were before it."""

    at: datetime
    former: Former
    reads_left: int | None


@dataclass(slots=True)
class StaleReads(Effect):
    """Reads show what was there before the latest writes.

    :ivar calls: how many reads after a write do not see it; None for no such limit.
    :ivar seconds: for how long, by the fake's clock; None for no such limit.
    """

    calls: int | None
    seconds: float | None
    _writes: list[_Write] = field(default_factory=list)
    decides: ClassVar[bool] = False
    uses_writes: ClassVar[bool] = True

    def __str__(self) -> str:
        calls = [] if self.calls is None else [f"{self.calls} calls"]
        seconds = [] if self.seconds is None else [f"{self.seconds:g} s"]
        return f"stale reads for {' or '.join(calls + seconds)}"

    def applies_to(self, exchange: Exchange, now: datetime) -> bool:
        """Tell whether the call reads, and there is a write that it is not to see."""
        return OPERATIONS[exchange.request.operation].reads and bool(self._hidden(now))

    def read_from(self, now: datetime) -> Former:
        """Return what the secrets were before the writes that are not to be seen."""
        former: Former = {}
        for write in reversed(self._hidden(now)):
            former.update(write.former)
            if write.reads_left is not None:
                write.reads_left -= 1
        return former

    def note_write(self, former: Former, now: datetime) -> None:
        """Remember what secrets were before a write."""
        self._writes = [*self._hidden(now), _Write(now, dict(former), self.calls)]

    def forget(self, former: Former | None = None) -> None:
        """Have some secrets be read as they are, or all; later writes are noted again."""
        for write in self._writes:
            for place in write.former.copy() if former is None else former:
                write.former.pop(place, None)

    def _hidden(self, now: datetime) -> list[_Write]:
        return [write for write in self._writes if self._hides(write, now)]

    def _hides(self, write: _Write, now: datetime) -> bool:
        # With both limits, a write is seen as soon as one of them is reached.
        if write.reads_left is not None and write.reads_left <= 0:
            return False
        return self.seconds is None or now - write.at < timedelta(seconds=self.seconds)


@dataclass(slots=True)
class AttemptEffects:
    """What all faults together do to one attempt.

    :ivar deciding: the effect that decides the outcome.
    :ivar delay: the seconds that the answer takes.
    :ivar former: what a read is to show secrets as, instead of what they are.
    """

    deciding: Effect = NO_EFFECT
    delay: float = 0
    former: Former | None = None

    def failure(self, exchange: Exchange) -> str | None:
        """Return the name of the exception that the client gets instead of an answer."""
        if exchange.read_timeout is not None and self.delay > exchange.read_timeout:
            return "ReadTimeoutError"
        return self.deciding.exception

    def seconds(self, exchange: Exchange) -> float:
        """Return how long the client waits, for an answer or until it gives up."""
        limits = {
            "ReadTimeoutError": exchange.read_timeout,
            "ConnectTimeoutError": exchange.connect_timeout,
        }
        failure = self.failure(exchange)
        return limits[failure] or 0 if failure in limits else self.delay


UNAFFECTED = AttemptEffects()


def can_raise(operation: str, code: str) -> bool:
    """Tell whether an operation can answer with an error, as far as AWS documents."""
    return code not in MODELLED_ERRORS or code in errors_of(operation)
