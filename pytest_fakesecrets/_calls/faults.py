"""What a test may have happen to calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .._aws.api_model import check_operation, errors_of, operations
from .._aws.operations.registry import reading_operations
from .._codes import CONNECTION_ERRORS, LOST_RESPONSES
from .._errors import HIDE_MISUSE, UsageError, unknown_choice
from .._guidance import guided
from .effects import (
    ConnectionFailure,
    CorruptedResponse,
    Delay,
    DroppedResponse,
    Effect,
    ErrorResponse,
    StaleReads,
    can_raise,
)
from .error_cases import ErrorCase, check_error, errors_to_inject
from .fault_rules import FaultOptions, FaultRule, FaultRules, check_count, positive

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from .._codes import ConnectionErrorName, ErrorCode, LostResponseName, OperationName

__tracebackhide__ = HIDE_MISUSE


class Fault:
    """Something that a test has happen to calls. Returned by the methods of :class:`Faults`.

    As a context manager it is active until the block ends.
    """

    def __init__(self, rules: FaultRules, rule: FaultRule) -> None:
        self._rules = rules
        self._rule = rule

    def __repr__(self) -> str:
        times = self._rule.schedule.times
        left = "" if times is None else f", {times - self.hits} times more"
        return f"<Fault {self._rule}{left}, {self.hits} hits>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fault) and other._rule is self._rule

    def __hash__(self) -> int:
        return hash(self._rule)

    def __enter__(self) -> Self:
        if self._rule.is_cancelled:
            raise UsageError(
                f"{self!r} was cancelled, and cannot become active again. Add a new one."
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cancel()

    @property
    def hits(self) -> int:
        """How many attempts it has applied to so far."""
        return self._rule.hits

    @property
    def operation(self) -> str | None:
        """The operation that it is for, None for any."""
        return self._rule.selection.operation

    @property
    def secret(self) -> str | None:
        """The name or ARN of the secret that it is for, None for any."""
        return self._rule.selection.secret

    @property
    def target(self) -> str:
        """What it is for, in words: operation, secret, and the other options."""
        return self._rule.target

    @property
    def state(self) -> str:
        """``active``, ``exhausted`` (it can apply to no further attempt) or ``cancelled``."""
        return self._rule.state

    def cancel(self) -> None:
        """Let calls pass again."""
        self._rules.cancel(self._rule)


@guided(
    {
        **dict.fromkeys(
            ("add", "fail", "inject", "raise_error"), "Have calls fail with error(code)."
        ),
        **dict.fromkeys(("latency", "slow"), "Have answers take time with delay(seconds)."),
        "reset": "Cancel and forget all faults with clear().",
        "throttle": "Have calls be throttled with error('ThrottlingException').",
        "timeout": "Have calls time out with error('ReadTimeoutError').",
    }
)
class Faults:
    """The faults of one fake.

    Of those that decide a call's outcome the earliest counts; delays and stale reads add to
    whatever outcome there is.
    """

    def __init__(self, rules: FaultRules) -> None:
        self._rules = rules

    def __repr__(self) -> str:
        return f"<Faults {list(self)}>"

    def __iter__(self) -> Iterator[Fault]:
        return (Fault(self._rules, rule) for rule in self._rules)

    def __len__(self) -> int:
        return sum(1 for _ in self._rules)

    # An object that is there, also without faults.
    def __bool__(self) -> bool:
        return True

    def error(
        self,
        error: ErrorCode | ConnectionErrorName | str | type[Exception],
        *,
        message: str | None = None,
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Make calls fail, before they have any effect.

        :param error: AWS's code: one of the service's own, such as ``InternalServiceError``, or of
            the framework in front of it, such as ``ThrottlingException``. Or an exception of
            botocore's, for a call that never reaches AWS: ``EndpointConnectionError``,
            ``ConnectTimeoutError``, ``ReadTimeoutError``, ``ConnectionClosedError``, ``SSLError``.
            They may be given as classes, too: ``botocore.exceptions.ReadTimeoutError``.
            A timeout takes as long as the client's configuration says, by the fake's clock.
        :param message: the text of AWS's answer; AWS's own by default.
        :param options: which attempts fail, see :class:`FaultOptions`; by default all of every
            operation that documents the error, until :meth:`Fault.cancel`.
        :return: a handle with ``.hits`` and ``.cancel()``, and a context manager.
        :raises UsageError: for a code that Secrets Manager, or the operation, does not have.
        """
        name = error if isinstance(error, str) else name_of_exception(error)
        return self._keep(FaultRule(failure(name, message, options.get("operation")), options))

    def delay(self, seconds: float, **options: Unpack[FaultOptions]) -> Fault:
        """Make answers slow, by the fake's clock: nobody really waits.

        The call takes effect. Where `seconds` exceed the client's ``read_timeout`` (60 by default),
        the client gives up then with ReadTimeoutError. Slow answers add up.

        :param seconds: how long an answer takes.
        :param options: which attempts, see :class:`FaultOptions`; all by default.
        :raises UsageError: for what is not a positive number.
        """
        return self._keep(FaultRule(Delay(positive("seconds", seconds)), options))

    def drop_response(
        self,
        error: LostResponseName | str | type[Exception] = "ReadTimeoutError",
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Have calls take effect, and their answers not arrive.

        botocore sends such a call again, with the same ClientRequestToken.

        :param error: what the client gets: ``ReadTimeoutError``, after the client's
            ``read_timeout`` by the fake's clock, or ``ConnectionClosedError``.
        :param options: which attempts, see :class:`FaultOptions`; all by default.
        :raises UsageError: for another error.
        """
        name = error if isinstance(error, str) else name_of_exception(error)
        if name not in LOST_RESPONSES:
            raise unknown_choice(
                "what a client gets when a response is dropped", name, LOST_RESPONSES
            )
        return self._keep(FaultRule(DroppedResponse(name), options))

    def corrupt_response(
        self,
        body: bytes | None = None,
        *,
        status: int | None = None,
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Have calls take effect, and their answers arrive damaged.

        What botocore makes of it depends on the damage: of a body that is not JSON, an answer
        without members; of one that is not UTF-8, a UnicodeDecodeError.

        :param body: what arrives; by default the first half of the answer.
        :param status: the HTTP status, 100 to 599; by default that of the answer. botocore
            repeats calls that get 500, 502, 503 or 504.
        :param options: which attempts, see :class:`FaultOptions`; all by default.
        :raises UsageError: for what is not a body, or not a status.
        """
        if body is not None and not isinstance(body, bytes):
            raise UsageError(f"body= is of type {type(body).__name__}. Give bytes.")
        if status is not None and not (isinstance(status, int) and status in range(100, 600)):
            raise UsageError(f"status={status!r} is not an HTTP status. Give 100 to 599.")
        return self._keep(FaultRule(CorruptedResponse(body, status), options))

    def stale_reads(
        self,
        *,
        calls: int | None = None,
        seconds: float | None = None,
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Have reads and lists show what was there before later writes, as those of AWS may.

        Writes are calls: what the test does itself is seen at once, and so is a rotation that the
        clock has ``generate=`` make.

        :param calls: how many reads after a write do not see it.
        :param seconds: for how long, by the fake's clock. With both, whatever comes first.
        :param options: which reads, see :class:`FaultOptions`; all by default.
        :raises UsageError: without either, or for an operation that does not read.
        """
        operation = options.get("operation")
        check_operation(operation)
        reading = reading_operations()
        if operation is not None and operation not in reading:
            choices = operations().intersection(reading)
            raise unknown_choice("an operation that reads secrets", operation, choices)
        if calls is None and seconds is None:
            raise UsageError(
                "faults.stale_reads() needs to know for how long. Give calls=1, or seconds=0.5."
            )
        check_count("calls", calls)
        stale = StaleReads(calls, None if seconds is None else positive("seconds", seconds))
        return self._keep(FaultRule(stale, options))

    def each_error(
        self,
        *operations: OperationName | str,
        only: Iterable[ErrorCode | str] | None = None,
        exclude: Iterable[ErrorCode | str] = (),
        also: Iterable[ErrorCode | ConnectionErrorName | str] = (),
    ) -> Iterator[ErrorCase]:
        """Go through the documented errors of operations; each is injected while its turn lasts.

        For tests that pytest cannot run several times, such as those of ``unittest.TestCase``.

        :param operations: AWS's names; ``GetSecretValue`` by default.
        :param only: some of the documented codes instead of all.
        :param exclude: documented codes to leave out.
        :param also: further codes, or exceptions of botocore's, as :meth:`error` takes them.
        :raises UsageError: for what is not an operation, or not an error of it.
        """
        # Not a generator itself, so that a misuse is refused at once.
        return self._in_turn(errors_to_inject(operations, only=only, exclude=exclude, also=also))

    def clear(self) -> None:
        """Cancel all faults, and forget them."""
        self._rules.clear()

    def _in_turn(self, errors: Iterable[ErrorCase]) -> Iterator[ErrorCase]:
        for case in errors:
            with self.error(case.code, operation=case.operation):
                yield case

    def _keep(self, rule: FaultRule) -> Fault:
        self._rules.add(rule)
        return Fault(self._rules, rule)


def name_of_exception(error: object) -> str:
    """Return the name of an exception's class, such as botocore's ReadTimeoutError.

    Of an exception of a client, such as ``client.exceptions.DecryptionFailure``, it is AWS's code.
    """
    if isinstance(error, type) and issubclass(error, Exception):
        return error.__name__
    raise UsageError(
        f"{error!r} is neither the name of an error, such as 'ThrottlingException', nor the class "
        "of an exception of botocore's."
    )


def failure(error: str, message: str | None, operation: str | None) -> Effect:
    """Return the effect of an error: of AWS's answer, or of botocore's exception.

    :raises UsageError: for an error that Secrets Manager, or the operation, does not have.
    """
    check_error(error)
    check_operation(operation)
    if message is not None and not isinstance(message, str):
        raise UsageError(f"message={message!r} is not a string. Give the text of AWS's answer.")
    if error in CONNECTION_ERRORS:
        if message is not None:
            raise UsageError(
                f"{error} is not an answer of AWS, so it has no message=. Leave it out."
            )
        return ConnectionFailure(error)
    if operation is not None and not can_raise(operation, error):
        raise unknown_choice(f"an error of {operation}", error, errors_of(operation))
    return ErrorResponse(error, message)
