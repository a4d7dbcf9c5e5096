"""The log of the calls that the code under test made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, overload

from ._arn import is_arn
from ._caller import Caller
from ._errors import HIDE_MISUSE, ServiceError, UsageError, unknown_choice
from ._lines import calls_section, known_outcome, named_here
from ._model import operations
from ._secret import CURRENT, Value
from ._settings import Settings

if TYPE_CHECKING:
    from ._codes import OperationName

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
    :ivar at: when it was made, by the fake's clock.
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
    at: datetime | None = None
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


class CallLog(Sequence[Call]):
    """All calls that reached a fake, oldest first; ``print`` shows the latest as a table."""

    def __init__(self, own: Settings | None = None) -> None:
        self._calls: list[Call] = []
        self._own = own or Settings()

    def __repr__(self) -> str:
        listed = ", ".join(map(_summary, self))
        return f"<CallLog of {': '.join(filter(None, [str(len(self)), listed]))}>"

    def __str__(self) -> str:
        return "\n".join(calls_section(self, self._own).lines()) or "no calls"

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Call]: ...
    def __getitem__(self, index: int | slice) -> Call | Sequence[Call]:
        return self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._calls))

    @property
    def last(self) -> Call:
        """The latest call.

        :raises UsageError: where none was made.
        """
        if not self._calls:
            message = "No call was made, so there is no last one. Look at len(fake.calls) first."
            raise UsageError(message)
        return self._calls[-1]

    def of(
        self, operation: OperationName | str | None = None, *, secret: str | None = None
    ) -> list[Call]:
        """Return the calls of one operation, about one secret, or both.

        :param operation: AWS's name, such as ``GetSecretValue``; any by default.
        :param secret: a name or an ARN; any by default.
        :raises UsageError: for an operation that Secrets Manager does not have.
        """
        check_operation(operation)
        return [
            call
            for call in self
            if operation in (None, call.operation) and (secret is None or call.is_about(secret))
        ]

    def count(
        self, operation: OperationName | str | None = None, *, secret: str | None = None
    ) -> int:
        """Return how many calls :meth:`of` finds; the attempts of one call count once."""
        return len(self.of(operation, secret=secret))

    def assert_called(
        self,
        operation: OperationName | str | None = None,
        *,
        secret: str | None = None,
        times: int | None = None,
    ) -> None:
        """Fail, with the log in the message, where no call was made, or not as many as wanted.

        :param operation: AWS's name, such as ``GetSecretValue``; any by default.
        :param secret: a name or an ARN; any by default.
        :param times: how many calls, retries not counted; at least one by default.
        :raises UsageError: for an operation that Secrets Manager does not have, or no number.
        """
        __tracebackhide__ = True
        _check_times(times)
        count = self.count(operation, secret=secret)
        if count == times or (times is None and count):
            return
        expected = _expected(times)
        happened = f"was called {_often(count)}" if count else "was not called"
        sentence = f"{operation or 'Secrets Manager'} should {expected}{self._about(secret)}"
        raise AssertionError(f"{sentence}, but {happened}.\n{self}")

    def assert_not_called(
        self, operation: OperationName | str | None = None, *, secret: str | None = None
    ) -> None:
        """Fail, with the log in the message, where a call was made.

        :param operation: AWS's name, such as ``GetSecretValue``; any by default.
        :param secret: a name or an ARN; any by default.
        :raises UsageError: for an operation that Secrets Manager does not have.
        """
        __tracebackhide__ = True
        self.assert_called(operation, secret=secret, times=0)

    def assert_only(self, *operations: OperationName | str, secret: str | None = None) -> None:
        """Fail, with the log in the message, where a call of another operation was made.

        :param operations: AWS's names of all that is allowed; none of them need have been called.
        :param secret: a name or an ARN, to look at the calls about this secret alone.
        :raises UsageError: without an operation, or for one that Secrets Manager does not have.
        """
        __tracebackhide__ = True
        _check_allowed(operations)
        made = [call.operation for call in self.of(secret=secret)]
        others = [name for name in dict.fromkeys(made) if name not in operations]
        if others:
            allowed, found = " and ".join(operations), " and ".join(others)
            were = "was" if len(others) == 1 else "were"
            sentence = f"Only {allowed} should have been called{self._about(secret)}"
            raise AssertionError(f"{sentence}, but {found} {were} called.\n{self}")

    def record(self, call: Call) -> None:
        """Write a new call down."""
        self._calls.append(call)

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()

    def _about(self, secret: str | None) -> str:
        return "" if secret is None else f" about {named_here(secret, self._own)}"


def check_operation(operation: str | None) -> None:
    """Refuse an operation that Secrets Manager does not have."""
    if operation is None:
        return
    # A list of operations cannot even be looked up.
    if not isinstance(operation, str) or operation not in operations():
        what = "an operation of Secrets Manager"
        raise unknown_choice(what, operation, operations())


def _check_times(times: Any) -> None:
    is_number = isinstance(times, int) and not isinstance(times, bool) and times >= 0
    if times is not None and not is_number:
        raise UsageError(f"times={times!r} is not a number of calls. Give 0 or more.")


def _check_allowed(operations: Sequence[str]) -> None:
    if not operations:
        raise UsageError(
            "assert_only() was told no operation. Name those that may have been called, or use "
            "assert_not_called() where none may."
        )
    for operation in operations:
        check_operation(str(operation))


def _expected(times: int | None) -> str:
    if times == 0:
        return "not have been called"
    return "have been called" if times is None else f"have been called {_often(times)}"


def _often(times: int) -> str:
    return {1: "once", 2: "twice"}.get(times, f"{times} times")


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


def _summary(call: Call) -> str:
    named = " ".join(secret_ids(call.parameters))
    retried = f" after {call.attempts} attempts" if call.attempts > 1 else ""
    return f"{call.operation}({named}) {known_outcome(call.outcome)}{retried}"
