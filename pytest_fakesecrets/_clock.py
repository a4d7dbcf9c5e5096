"""The fake's time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta, timezone
from typing import Final

from ._errors import HIDE_MISUSE, UsageError, unknown_choice
from ._guidance import guided

__tracebackhide__ = HIDE_MISUSE

_UNITS: Final = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")
_NOTHING: Final = timedelta()


class Timeline:
    """The time of one fake: the machine's, plus an offset; what falls due on the way happens.

    :ivar moves: how often it was moved.
    """

    def __init__(self) -> None:
        self.moves = 0
        self._offset = _NOTHING
        # What the machine's clock showed when this one was frozen.
        self._frozen: datetime | None = None
        self._moved: Callable[[], object] = lambda: None
        self._next_due: Callable[[], datetime | None] = lambda: None

    def __str__(self) -> str:
        frozen = ", frozen" if self._frozen else ""
        shown = self.now().isoformat(timespec="milliseconds")
        return f"{shown}, moved by {self._offset}{frozen}"

    def now(self) -> datetime:
        """Return the present moment, in UTC, to the millisecond (as precise as AWS's dates)."""
        moment = self._frozen or _machine_time()
        if not self._offset:
            return moment
        moment += self._offset
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def on_move(
        self, listener: Callable[[], object], next_due: Callable[[], datetime | None]
    ) -> None:
        """Have `listener` called whenever the time was moved.

        :param next_due: returns the moment at which the time is to stop on its way, and to have
            the listener called, which lets happen what is due then.
        """
        self._moved = listener
        self._next_due = next_due

    def follow(self, other: Timeline) -> None:
        """Show the same time as another one, from now on."""
        self._offset = other._offset
        self._frozen = other._frozen

    def wait(self, seconds: float) -> None:
        """Let seconds pass."""
        self.move_by(timedelta(seconds=seconds))

    def move_by(self, step: timedelta) -> datetime:
        """Move to another moment and return it; it may lie in the past."""
        _check_range(self.now(), step)
        arrival, end = self._offset + step, self.now() + step
        if step > _NOTHING:
            self._stop_until(end)
            # What happened on the way may have moved the time, too.
            arrival = max(arrival, self._offset)
        self._offset = arrival
        self.moves += 1
        self._moved()
        return self.now()

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen is not None

    def freeze(self) -> None:
        """Stand still."""
        self._frozen = self._frozen or _machine_time()

    def unfreeze(self) -> None:
        """Run on from the moment that it shows; one that runs goes on."""
        if self._frozen is not None:
            self._offset += self._frozen - _machine_time()
            self._frozen = None

    def _stop_until(self, end: datetime) -> None:
        while (due := self._next_due()) is not None and due <= end:
            # A moment that has passed already moves nothing back.
            self._offset += max(due - self.now(), _NOTHING)
            self._moved()


@guided(
    dict.fromkeys(
        ("add", "forward", "move", "set", "sleep", "tick", "travel"),
        "Let time pass with advance(days=1), or choose a moment with move_to(datetime).",
    )
)
class Clock:
    """The time that a fake lives in: the real one, plus what the test moved it by.

    It follows :func:`time.time`, so freezegun and time-machine keep working; after :meth:`freeze`
    it stands still, and only the test and the waits of botocore move it.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    def __repr__(self) -> str:
        return f"<Clock {self._timeline}>"

    def now(self) -> datetime:
        """Return the present moment, in UTC, to the millisecond (as precise as AWS's dates)."""
        return self._timeline.now()

    def advance(self, step: timedelta | None = None, /, **amount: float) -> datetime:
        """Let time pass; what falls due meanwhile, such as the end of a recovery window, happens.

        The fake's time alone moves; what :func:`time.time` shows the code under test stays.

        :param step: how much time passes; or instead of it:
        :param amount: the keywords of :class:`datetime.timedelta`: ``days=31``, ``seconds=0.5``.
        :return: the new present, in UTC.
        :raises UsageError: for an unknown unit, or an amount that is negative.
        """
        if step is not None:
            _check_step(step, amount)
        if unknown := sorted(set(amount) - set(_UNITS)):
            raise unknown_choice("a unit of clock.advance()", unknown[0], _UNITS)
        step = _amount(amount) if step is None else step
        if step < _NOTHING:
            message = (
                f"clock.advance() was given {step.total_seconds()} seconds, but cannot go back "
                f"in time. "
                "To choose a moment in the past, use clock.move_to(datetime)."
            )
            raise UsageError(message)
        return self._timeline.move_by(step)

    def move_to(self, moment: datetime) -> datetime:
        """Set the present, and let it run on from there.

        :param moment: with a time zone; it may lie in the past.
        :return: the new present, in UTC.
        :raises UsageError: for a moment without a time zone.
        """
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            message = (
                f"clock.move_to() was given {moment!r}, which has no time zone. "
                "Give one with a zone: datetime(2026, 1, 31, tzinfo=timezone.utc)."
            )
            raise UsageError(message)
        return self._timeline.move_by(moment - self.now())

    def freeze(self) -> AbstractContextManager[Clock]:
        """Have the clock stand still, so that dates are exact to the millisecond.

        It still moves by :meth:`advance`, :meth:`move_to`, and the delays of faults and retries.

        :return: a context manager, for a block at whose end the clock runs on. Without ``with``, it
            stands still until :meth:`unfreeze`.
        """
        was_frozen = self._timeline.is_frozen
        self._timeline.freeze()
        return self._until_exit(keep=was_frozen)

    def unfreeze(self) -> None:
        """Have the clock run on from the moment that it shows; one that runs goes on."""
        self._timeline.unfreeze()

    @contextmanager
    def _until_exit(self, *, keep: bool) -> Iterator[Clock]:
        try:
            yield self
        finally:
            if not keep:
                self.unfreeze()


def _machine_time() -> datetime:
    # Rounding down before the offset keeps two readings of a stopped machine clock equal.
    return datetime.fromtimestamp(int(time.time() * 1000) / 1000, tz=timezone.utc)


def _check_step(step: object, amount: Mapping[str, float]) -> None:
    if not isinstance(step, timedelta) or amount:
        given = f"{step!r} and more" if amount else repr(step)
        raise UsageError(
            f"clock.advance() was given {given}. Give either a timedelta, or a number with its "
            "unit: clock.advance(seconds=30)."
        )


def _amount(amount: dict[str, float]) -> timedelta:
    try:
        return timedelta(**amount)
    except (TypeError, ValueError, OverflowError):
        given = ", ".join(f"{unit}={number!r}" for unit, number in amount.items())
        message = (
            f"clock.advance({given}) is not an amount of time. Give numbers: days=31, seconds=0.5."
        )
        raise UsageError(message) from None


def _check_range(present: datetime, step: timedelta) -> None:
    try:
        _ = present + step
    except OverflowError:
        message = f"{step} from {present} is beyond what a datetime can hold. Move the clock less."
        raise UsageError(message) from None
