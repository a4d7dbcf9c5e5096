"""The log of the calls that the code under test made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

from .._aws.api_model import check_operation
from .._errors import HIDE_MISUSE, UsageError
from .._guidance import guided
from .._settings import Settings
from .._text import counted
from .call import Call
from .call_table import calls_section, known_outcome, named_here
from .history import History

if TYPE_CHECKING:
    from .._codes import OperationName

__tracebackhide__ = HIDE_MISUSE


@guided(
    {
        **dict.fromkeys(
            (
                "assert_any_call",
                "assert_called_once_with",
                "assert_called_with",
                "assert_has_calls",
            ),
            "Compare parameters with assert_called(operation, parameters={...}).",
        ),
        **dict.fromkeys(("filter", "get"), "Find calls with of(operation, secret=...)."),
        **dict.fromkeys(("call_count", "called"), "Count calls with count(operation)."),
        **dict.fromkeys(("reset", "reset_mock"), "Forget all calls with clear()."),
    }
)
class CallLog(Sequence[Call]):
    """The calls that reached a fake, oldest first; ``print`` shows the latest as a table.

    It keeps the latest ``max_calls`` of the fake; :attr:`dropped` counts those that it dropped.
    What dropped calls could change is refused: :meth:`count`, and assertions that they could have
    made fail or pass.
    """

    def __init__(self, history: History, own: Settings) -> None:
        self._history = history
        self._own = own

    def __repr__(self) -> str:
        listed = ", ".join(map(_summary, self))
        return f"<CallLog of {': '.join(filter(None, [str(len(self)), listed]))}>"

    def __str__(self) -> str:
        return "\n".join(calls_section(self, self._own, dropped=self.dropped).lines()) or "no calls"

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Call]: ...
    def __getitem__(self, index: int | slice) -> Call | Sequence[Call]:
        if isinstance(index, slice):
            return list(self)[index]
        try:
            return self._history[index].call
        except IndexError:
            message = f"calls[{index}] was asked for, of {counted(len(self), 'call')}"
            raise IndexError(message) from None

    def __len__(self) -> int:
        return len(self._history)

    def __iter__(self) -> Iterator[Call]:
        return iter([exchange.call for exchange in self._history])

    @property
    def dropped(self) -> int:
        """How many calls were dropped, the oldest first, because the log was full."""
        return self._history.dropped

    @property
    def last(self) -> Call:
        """The latest call.

        :raises UsageError: where none was made.
        """
        if not self._history:
            message = "No call was made yet. Look at len(fake.calls) before you ask for last."
            raise UsageError(message)
        return self._history[-1].call

    @property
    def operations(self) -> list[str]:
        """The operations that were called, oldest first, to compare with a list of names.

        :raises UsageError: where calls were dropped.
        """
        self._refuse_if_dropped("operations")
        return [call.operation for call in self]

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
        """Return how many calls :meth:`of` finds; the attempts of one call count once.

        :raises UsageError: as :meth:`of`; and where calls were dropped.
        """
        self._refuse_if_dropped("count()")
        return len(self.of(operation, secret=secret))

    def assert_called(
        self,
        operation: OperationName | str | None = None,
        *,
        secret: str | None = None,
        times: int | None = None,
        parameters: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Fail, with the log in the message, where no call was made, or not as many as wanted.

        :param operation: AWS's name, such as ``GetSecretValue``; any by default.
        :param secret: a name or an ARN; any by default.
        :param times: how many calls, retries not counted; at least one by default.
        :param parameters: some of what was sent, by AWS's member names, values of secrets too:
            ``{"VersionStage": "AWSPREVIOUS"}``; other members do not matter.
        :raises UsageError: for an operation that Secrets Manager does not have, or for `times` that
            is not a number; and where dropped calls leave it open.
        """
        __tracebackhide__ = True
        _check_times(times)
        calls = self.of(operation, secret=secret)
        count = sum(call.has_sent(parameters) for call in calls)
        if times is None and count:
            return
        if times is None or count <= times:
            self._refuse_if_dropped("This assertion")
        if count == times:
            return
        expected = _expected(times)
        happened = f"was called {_often(count)}" if count else "was not called"
        sent = f" with {_without_values(parameters)}" if parameters else ""
        sentence = f"{operation or 'Secrets Manager'} should {expected}{self._about(secret)}{sent}"
        raise AssertionError(f"{sentence}, but {happened}.\n{self}")

    def assert_called_once(
        self,
        operation: OperationName | str | None = None,
        *,
        secret: str | None = None,
        parameters: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Fail where not exactly one call was made: :meth:`assert_called` with ``times=1``."""
        __tracebackhide__ = True
        self.assert_called(operation, secret=secret, times=1, parameters=parameters)

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

    def assert_only_called(
        self, *operations: OperationName | str, secret: str | None = None
    ) -> None:
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
        self._refuse_if_dropped("This assertion")

    def clear(self) -> None:
        """Forget all calls."""
        self._history.clear()

    def _refuse_if_dropped(self, what: str) -> None:
        """Refuse a question that only a whole log can answer."""
        if self.dropped:
            raise UsageError(
                f"{what} needs all calls, but the oldest {self.dropped:,} were dropped: the log "
                f"keeps {self._history.max_calls:,}. Set a higher max_calls= of the fake, or "
                "fakesecrets_max_calls in the ini file; or call fake.calls.clear() before the part "
                "that you look at."
            )

    def _about(self, secret: str | None) -> str:
        return "" if secret is None else f" about {named_here(secret, self._own)}"


def _check_times(times: Any) -> None:
    is_number = isinstance(times, int) and not isinstance(times, bool) and times >= 0
    if times is not None and not is_number:
        raise UsageError(f"times={times!r} is not a number of calls. Give 0 or more.")


def _without_values(parameters: Mapping[str, Any]) -> dict[str, Any]:
    hidden = {"RotationToken", "SecretBinary", "SecretString"}
    return {name: "***" if name in hidden else sent for name, sent in parameters.items()}


def _check_allowed(operations: Sequence[str]) -> None:
    if not operations:
        raise UsageError(
            "assert_only_called() needs the operations that may have been called. "
            "Where none may, use assert_not_called()."
        )
    for operation in operations:
        check_operation(str(operation))


def _expected(times: int | None) -> str:
    if times == 0:
        return "not have been called"
    return "have been called" if times is None else f"have been called {_often(times)}"


def _often(times: int) -> str:
    return {1: "once", 2: "twice"}.get(times, f"{times} times")


def _summary(call: Call) -> str:
    named = " ".join(call.secrets)
    retried = f" after {call.attempts} attempts" if call.attempts > 1 else ""
    return f"{call.operation}({named}) {known_outcome(call.outcome)}{retried}"
