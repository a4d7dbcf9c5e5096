"""Outcomes that a test decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypedDict

from .._aws.api_model import check_operation, errors_of, exception_of, operations, request_shape
from .._aws.errors import DEFAULT_MESSAGES, kind_of
from .._codes import CONNECTION_ERRORS, LOST_RESPONSES
from .._errors import HIDE_MISUSE, UsageError, unknown_choice
from .._settings import check_account, check_region
from .call import STAGED, Call
from .effects import (
    READS,
    Blow,
    Effect,
    Garbled,
    Lagging,
    Lost,
    Outcome,
    Refused,
    Slow,
    State,
    Unreachable,
    can_raise,
    can_strike,
)

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from .._codes import ConnectionErrorName, ErrorCode, LostResponseName, OperationName

__tracebackhide__ = HIDE_MISUSE

_NAMING: Final = frozenset({"Name", "SecretId", "SecretIdList"})

# About thirty years: longer than any test has time for, and within what a datetime can hold.
_LONGEST: Final = 1_000_000_000


class FaultOptions(TypedDict, total=False):
    """Which attempts a fault strikes: those that all the given options mean.

    :ivar operation: AWS's name, such as ``GetSecretValue``; any by default.
    :ivar secret: a name or an ARN; any secret by default.
    :ivar version_stage: a staging label that the call asks for, or gives to a new version;
        ``AWSCURRENT`` is asked for by who names neither a label nor a version.
    :ivar region: the Region of the client.
    :ivar account: the account of the caller, twelve digits.
    :ivar when: a predicate, given the :class:`Call`.
    :ivar times: how many attempts it strikes, the first ones; all by default. botocore retries
        some failures, and each retry is an attempt.
    :ivar nth: only the n-th attempt of those meant, counted from 1.
    :ivar every: every n-th of them.
    :ivar probability: each of them with this probability, above 0 and up to 1.
    :ivar seed: of the numbers that `probability` draws, which are the same in each run; 0 by
        default.
    """

    operation: OperationName | str | None
    secret: str | None
    version_stage: str | None
    region: str | None
    account: str | None
    when: Callable[[Call], object] | None
    times: int | None
    nth: int | None
    every: int | None
    probability: float | None
    seed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Selection:
    """Which calls a fault is meant for."""

    operation: str | None = None
    secret: str | None = None
    version_stage: str | None = None
    region: str | None = None
    account: str | None = None
    when: Callable[[Call], object] | None = None

    def __post_init__(self) -> None:
        check_operation(self.operation)
        for name in ("secret", "version_stage"):
            _check_text(name, getattr(self, name))
        if self.operation is not None:
            _check_reach(self.operation, self.secret, self.version_stage)
        if self.region is not None:
            check_region(self.region)
        if self.account is not None:
            check_account(self.account)
        if self.when is not None and not callable(self.when):
            raise UsageError(f"when={self.when!r} is no predicate. Give a function of a Call.")

    def __str__(self) -> str:
        where = f"{self.operation or 'any operation'} of {self.secret or 'any secret'}"
        named = {"version_stage": self.version_stage, "region": self.region}
        named |= {"account": self.account, "when": self.when and _name_of(self.when)}
        return ", ".join([where, *(f"{key}={value}" for key, value in named.items() if value)])

    def means(self, call: Call) -> bool:
        """Tell whether a call is meant."""
        return (
            self.operation in (None, call.operation)
            and (self.secret is None or call.is_about(self.secret))
            and (self.version_stage is None or self.version_stage in call.labels)
            and self.region in (None, call.region)
            and self.account in (None, call.account)
            and (self.when is None or bool(self.when(call)))
        )


@dataclass(slots=True, kw_only=True)
class _Rhythm:
    """Which of the attempts that are meant a fault strikes."""

    times: int | None = None
    nth: int | None = None
    every: int | None = None
    probability: float | None = None
    seed: int | None = None
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        for name in ("times", "nth", "every"):
            _check_count(name, getattr(self, name))
        _check_probability(self.probability)
        choices = {"nth": self.nth, "every": self.every, "probability": self.probability}
        given = [name for name, value in choices.items() if value is not None]
        given += ["times"] if self.nth is not None and self.times is not None else []
        if len(given) > 1:
            raise UsageError(f"{given[0]}= and {given[1]}= exclude each other. Give one of them.")
        _check_seed(self.seed, self.probability)
        self._random = Random(self.seed or 0)  # noqa: S311 - nothing here is secret

    def __str__(self) -> str:
        named = {"nth": self.nth, "every": self.every, "probability": self.probability}
        return "".join(f", {key}={value}" for key, value in named.items() if value is not None)

    def is_due(self, number: int) -> bool:
        """Tell whether the attempt of this number, counted from 1, is struck."""
        if self.nth is not None:
            return number == self.nth
        if self.every is not None:
            return number % self.every == 0
        return self.probability is None or self._random.random() < self.probability

    def is_over(self, number: int, hits: int) -> bool:
        """Tell whether no later attempt can be struck."""
        return (self.nth is not None and number >= self.nth) or (
            self.times is not None and hits >= self.times
        )


class Fault:
    """Something that a test has happen to calls. Returned by the methods of :class:`Faults`.

    As a context manager it is armed until the block ends.

    :ivar hits: how many attempts it has struck so far.
    """

    def __init__(self, effect: Effect, options: Mapping[str, Any]) -> None:
        for option in options:
            if option not in _OPTIONS:
                raise unknown_choice("an option of a fault", option, _OPTIONS)
        given = {name: value for name, value in options.items() if value is not None}
        selecting = _Selection.__dataclass_fields__
        self._selection = _Selection(**{k: v for k, v in given.items() if k in selecting})
        self._rhythm = _Rhythm(**{k: v for k, v in given.items() if k not in selecting})
        self.effect = effect
        self.hits = 0
        self._meant = 0
        self._cancelled = False

    def __repr__(self) -> str:
        times = self._rhythm.times
        left = "" if times is None else f", {times - self.hits} times more"
        return f"<Fault {self.effect} on {self._selection}{self._rhythm}{left}, {self.hits} hits>"

    def __enter__(self) -> Self:
        if self._cancelled:
            raise UsageError(f"{self!r} was cancelled, so no block arms it again. Add a new one.")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cancel()

    @property
    def operation(self) -> str | None:
        """The operation that it is for, None for any."""
        return self._selection.operation

    @property
    def secret(self) -> str | None:
        """The secret that it is for, None for any."""
        return self._selection.secret

    @property
    def target(self) -> str:
        """What it is for, in words."""
        return f"{self._selection}{self._rhythm}"

    @property
    def active(self) -> bool:
        """Whether it can still strike a call."""
        return not self._cancelled and not self._rhythm.is_over(self._meant, self.hits)

    @property
    def state(self) -> str:
        """``active``, ``exhausted`` or ``cancelled``."""
        if self._cancelled:
            return "cancelled"
        return "active" if self.active else "exhausted"

    def cancel(self) -> None:
        """Let calls pass again."""
        self._cancelled = True
        if isinstance(self.effect, Lagging):
            self.effect.forget()

    def means(self, call: Call) -> bool:
        """Tell whether it is armed, and meant for this attempt, as its predicate says."""
        return self.active and self._selection.means(call)

    def is_due(self, call: Call, now: datetime) -> bool:
        """Tell whether this attempt, which it is meant for, is one to strike; count it."""
        if not (self.active and can_strike(self.effect, call, now)):
            return False
        self._meant += 1
        return self._rhythm.is_due(self._meant)


class Faults:
    """The faults of one fake.

    Of those that decide a call's outcome the earliest counts; slow answers and lagging reads add
    to whatever outcome there is.
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __repr__(self) -> str:
        return f"<Faults {self._faults}>"

    def __iter__(self) -> Iterator[Fault]:
        return iter(tuple(self._faults))

    def __len__(self) -> int:
        return len(self._faults)

    # An object that is there, also without faults.
    def __bool__(self) -> bool:
        return True

    def error(
        self,
        error: ErrorCode | ConnectionErrorName | str,
        *,
        message: str | None = None,
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Make calls fail, before they have any effect.

        :param error: AWS's code: one of the service's own, such as ``InternalServiceError``, or of
            the framework in front of it, such as ``ThrottlingException``. Or an exception of
            botocore's, for a call that never reaches AWS: ``EndpointConnectionError``,
            ``ConnectTimeoutError``, ``ReadTimeoutError``, ``ConnectionClosedError``, ``SSLError``.
            A timeout takes as long as the client's configuration says, by the fake's clock.
        :param message: the text of AWS's answer; AWS's own by default.
        :param options: which attempts fail, see :class:`FaultOptions`; by default all of every
            operation that documents the error, until :meth:`Fault.cancel`.
        :return: a handle with ``.hits`` and ``.cancel()``, and a context manager.
        :raises UsageError: for a code that Secrets Manager, or the operation, does not have.
        """
        return self._keep(Fault(_failure(error, message, options.get("operation")), options))

    def delay(self, seconds: float, **options: Unpack[FaultOptions]) -> Fault:
        """Make answers slow, by the fake's clock: nobody really waits.

        The call takes effect. Where `seconds` exceed the client's ``read_timeout`` (60 by default),
        the client gives up then with ReadTimeoutError. Slow answers add up.

        :param seconds: how long an answer takes.
        :param options: which attempts, see :class:`FaultOptions`; all by default.
        :raises UsageError: for what is no positive number.
        """
        return self._keep(Fault(Slow(_positive("seconds", seconds)), options))

    def drop_response(
        self,
        error: LostResponseName | str = "ReadTimeoutError",
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Have calls take effect, and their answers not arrive.

        botocore sends such a call again, with the same ClientRequestToken.

        :param error: what the client meets: ``ReadTimeoutError``, after the client's
            ``read_timeout`` by the fake's clock, or ``ConnectionClosedError``.
        :param options: which attempts, see :class:`FaultOptions`; all by default.
        :raises UsageError: for another error.
        """
        if error not in LOST_RESPONSES:
            raise unknown_choice(
                "what a client meets when a response is lost", error, LOST_RESPONSES
            )
        return self._keep(Fault(Lost(error), options))

    def corrupt_response(
        self,
        body: bytes | None = None,
        *,
        status: int | None = None,
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Have calls take effect, and their answers arrive damaged.

        What botocore makes of it depends on the damage: of a body that is no JSON, an answer
        without members; of one that is no UTF-8, a UnicodeDecodeError.

        :param body: what arrives; by default the first half of the answer.
        :param status: the HTTP status, 100 to 599; by default that of the answer. botocore
            repeats calls that meet 500, 502, 503 or 504.
        :param options: which attempts, see :class:`FaultOptions`; all by default.
        :raises UsageError: for what is no body, or no status.
        """
        if body is not None and not isinstance(body, bytes):
            raise UsageError(f"body of type {type(body).__name__} is no body. Give bytes.")
        if status is not None and not (isinstance(status, int) and status in range(100, 600)):
            raise UsageError(f"status={status!r} is no HTTP status. Give 100 to 599.")
        return self._keep(Fault(Garbled(body, status), options))

    def stale_reads(
        self,
        *,
        calls: int | None = None,
        seconds: float | None = None,
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Have reads and lists lag behind later writes, as those of AWS may.

        Writes are calls: what the test does itself is seen at once, and so is a rotation that the
        clock has ``generate=`` make.

        :param calls: how many reads after a write do not see it.
        :param seconds: for how long, by the fake's clock. With both, whatever comes first.
        :param options: which reads, see :class:`FaultOptions`; all by default.
        :raises UsageError: without either, or for an operation that is no read.
        """
        operation = options.get("operation")
        check_operation(operation)
        if operation is not None and operation not in READS:
            choices = READS & operations()
            raise unknown_choice("an operation that reads secrets", operation, choices)
        if calls is None and seconds is None:
            raise UsageError("faults.stale_reads() was told no lag. Give calls=1, or seconds=0.5.")
        _check_count("calls", calls)
        lagging = Lagging(calls, None if seconds is None else _positive("seconds", seconds))
        return self._keep(Fault(lagging, options))

    def each_error(
        self,
        *operations: OperationName | str,
        only: Iterable[ErrorCode | str] | None = None,
        also: Iterable[ErrorCode | ConnectionErrorName | str] = (),
    ) -> Iterator[ErrorCase]:
        """Go through the documented errors of operations; each is injected while its turn lasts.

        For tests that pytest cannot run several times, such as those of ``unittest.TestCase``.

        :param operations: AWS's names; ``GetSecretValue`` by default.
        :param only: some of the documented codes instead of all.
        :param also: further codes, or exceptions of botocore's, as :meth:`error` takes them.
        :raises UsageError: for what is no operation, or no error of it.
        """
        # Not a generator itself, so that a misuse is refused at once.
        return self._in_turn(errors_to_inject(operations, only, also))

    def clear(self) -> None:
        """Cancel all faults, and forget them."""
        for fault in self:
            fault.cancel()
        self._faults.clear()

    def meant_for(self, call: Call) -> list[Fault]:
        """Return the faults that mean an attempt. Predicates may call, so hold no lock."""
        return [fault for fault in self if fault.means(call)]

    def strike(
        self, call: Call, now: datetime, meant: Iterable[Fault], decided: str | None
    ) -> Blow:
        """Return what befalls an attempt.

        :param meant: the faults that mean it.
        :param decided: the error that a hook of the test suite has for it, where no fault decides.
        """
        # Every fault counts the attempts that it is meant for, whichever of them strikes.
        due = [fault for fault in meant if fault.is_due(call, now)]
        blow = Blow(self._outcome(call, due, decided))
        for fault in due:
            if isinstance(fault.effect, Slow) and blow.connects:
                fault.hits += 1
                blow.delay += fault.effect.seconds
            elif isinstance(fault.effect, Lagging) and blow.is_performed and blow.past is None:
                fault.hits += 1
                blow.past = fault.effect.past(now)
                fault.effect.count_read()
        return blow

    @property
    def is_lagging(self) -> bool:
        """Whether reads are to lag behind, so that writes must be noted."""
        return any(isinstance(fault.effect, Lagging) and fault.active for fault in self._faults)

    def note_write(self, before: State, now: datetime) -> None:
        """Have lagging reads go on seeing what was there before a write."""
        for fault in self._faults:
            if isinstance(fault.effect, Lagging) and fault.active:
                fault.effect.note(before, now)

    def change_past(self, change: Callable[[State], State]) -> None:
        """Have reads that lag see at once what the test itself does to the secrets."""
        for fault in self._faults:
            if isinstance(fault.effect, Lagging):
                fault.effect.change_past(change)

    def _in_turn(self, errors: Iterable[ErrorCase]) -> Iterator[ErrorCase]:
        for injected in errors:
            with self.error(injected.code, operation=injected.operation):
                yield injected

    def _outcome(self, call: Call, due: Iterable[Fault], decided: str | None) -> Outcome | None:
        for fault in due:
            if isinstance(fault.effect, Outcome):
                fault.hits += 1
                return fault.effect
        return None if decided is None else _failure(decided, None, call.operation)

    def _keep(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault


@dataclass(frozen=True, slots=True)
class ErrorCase:
    """The error that a run of a test meets.

    :ivar code: AWS's error code, such as ``DecryptionFailure``, or the name of botocore's
        exception, such as ``ReadTimeoutError``.
    :ivar operation: the operation that it is injected into.
    """

    code: str
    operation: str

    @property
    def exception(self) -> type[Exception]:
        """What boto3 raises: botocore's exception of that name, ClientError for AWS's codes."""
        return exception_of(self.code)


def errors_to_inject(
    operations: Iterable[str], only: Iterable[str] | None, also: Iterable[str]
) -> list[ErrorCase]:
    """Return the documented errors of operations, narrowed and widened.

    :raises UsageError: for what is no operation, or no error of it.
    """
    named = tuple(operations) or ("GetSecretValue",)
    for operation in named:
        check_operation(operation)
    names = tuple(dict.fromkeys(named))
    wanted, further = _several("only", only), _several("also", also) or ()
    documented = {operation: errors_of(operation) for operation in names}
    for code in wanted or ():
        if not any(code in codes for codes in documented.values()):
            choices = {code for codes in documented.values() for code in codes}
            raise unknown_choice(f"a documented error of {' or '.join(names)}", code, choices)
    for code in further:
        check_error(code)
        if not any(can_raise(operation, code) for operation in names):
            choices = {code for codes in documented.values() for code in codes}
            raise unknown_choice(f"an error of {' or '.join(names)}", code, choices)
    return [
        ErrorCase(code, operation)
        for operation in names
        for code in dict.fromkeys(
            (
                *(code for code in documented[operation] if wanted is None or code in wanted),
                *(code for code in further if can_raise(operation, code)),
            )
        )
    ]


def check_error(error: str) -> None:
    """Refuse an error that no call to Secrets Manager can meet."""
    if error not in DEFAULT_MESSAGES and error not in CONNECTION_ERRORS:
        choices = (*DEFAULT_MESSAGES, *CONNECTION_ERRORS)
        raise unknown_choice("an error of Secrets Manager", error, choices)


def _failure(error: str, message: str | None, operation: str | None) -> Refused | Unreachable:
    check_error(error)
    check_operation(operation)
    if message is not None and not isinstance(message, str):
        raise UsageError(f"message={message!r} is no text. Give a string.")
    if error in CONNECTION_ERRORS:
        if message is not None:
            raise UsageError(f"{error} is no answer of AWS, so it has no message=. Leave it out.")
        return Unreachable(error)
    if operation is not None and not can_raise(operation, error):
        raise unknown_choice(f"an error of {operation}", error, errors_of(operation))
    return Refused(error, message)


def _check_reach(operation: str, secret: str | None, version_stage: str | None) -> None:
    if secret is not None and _NAMING.isdisjoint(request_shape(operation).members):
        raise UsageError(
            f"{operation} names no secret, so no fault of it is about {secret!r}. "
            "Leave secret= out."
        )
    if version_stage is not None and operation not in STAGED:
        raise UsageError(
            f"{operation} asks for no staging label, so no fault of it is about "
            f"{version_stage!r}. Leave version_stage= out."
        )


def _check_count(name: str, count: Any) -> None:
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
        what = {"times": "a number of attempts", "calls": "a number of calls"}.get(name, "a number")
        remedy = "1 or more, or None for all" if name == "times" else "1 or more"
        raise UsageError(f"{name}={count!r} is not {what}. Give {remedy}.")


def _check_probability(probability: Any) -> None:
    if probability is None:
        return
    if not _is_number(probability) or not 0 < probability <= 1:
        raise UsageError(
            f"probability={probability!r} is not a probability. Give more than 0 and at most 1."
        )


def _positive(name: str, number: Any) -> float:
    if not _is_number(number) or not 0 < number <= _LONGEST:
        raise UsageError(
            f"{name}={number!r} is no span of time. Give a number above 0, up to {_LONGEST:,}."
        )
    return float(number)


def _is_number(given: Any) -> bool:
    return isinstance(given, (int, float)) and not isinstance(given, bool)


def _check_seed(seed: Any, probability: float | None) -> None:
    if seed is None:
        return
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise UsageError(f"seed={seed!r} is no seed. Give an integer.")
    if probability is None:
        raise UsageError(f"seed={seed!r} seeds nothing. Give probability= with it.")


def _check_text(name: str, given: Any) -> None:
    if given is not None and not (isinstance(given, str) and given):
        what = {"secret": "a name or an ARN", "version_stage": "a staging label"}[name]
        raise UsageError(f"{name}={given!r} is not {what}. Give one, or None for any.")


def _several(name: str, codes: Iterable[str] | None) -> tuple[str, ...] | None:
    if isinstance(codes, str):
        raise UsageError(f"{name}={codes!r} is one string. Give a list.")
    return None if codes is None else tuple(codes)


def _name_of(function: Callable[..., object]) -> str:
    # As the source says; its repr, and a name given at run time, may hold the value of a secret.
    code = getattr(function, "__code__", None)
    return kind_of(function) if code is None else str(code.co_name)


_OPTIONS: Final = tuple(FaultOptions.__annotations__)
