"""The fake's time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta, timezone
from typing import Final

from ._errors import HIDE_MISUSE, UsageError

__tracebackhide__ = HIDE_MISUSE

_UNITS: Final = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")


class Clock:
    """The time that a fake lives in: the real one, plus what the test moved it by.

    It follows :func:`time.time`, so freezegun and time-machine keep working; after :meth:`freeze`
    it stands still, and only the test and the waits of botocore move it.
    """

    def __init__(self) -> None:
        self._offset = timedelta()
        # What the machine's clock showed when this one was frozen.
        self._frozen: datetime | None = None
        self._moved: Callable[[], object] = lambda: None
        self._next_due: Callable[[], datetime | None] = lambda: None

    def __repr__(self) -> str:
        frozen = ", frozen" if self._frozen else ""
        shown = self.now().isoformat(timespec="milliseconds")
        return f"<Clock {shown}, moved by {self._offset}{frozen}>"

    def now(self) -> datetime:
        """Return the present moment, in UTC, to the millisecond (as precise as AWS's dates)."""
        return _to_millisecond((self._frozen or _machine_time()) + self._offset)

    def advance(self, **amount: float) -> datetime:
        """Let time pass; what falls due meanwhile, such as the end of a recovery window, happens.

        :param amount: the keywords of :class:`datetime.timedelta`: ``days=31``, ``seconds=0.5``.
        :return: the new present.
        :raises UsageError: for an unknown unit, or an amount that is not positive.
        """
        if unknown := sorted(set(amount) - set(_UNITS)):
            message = (
                f"clock.advance() has no unit {unknown[0]!r}. Choose among: {', '.join(_UNITS)}."
            )
            raise UsageError(message)
        step = _amount(amount)
        if step < timedelta():
            message = (
                f"clock.advance() was given {step.total_seconds()} seconds, but time only passes. "
                "To choose a moment in the past, use clock.move_to(datetime)."
            )
            raise UsageError(message)
        return self._move_by(step)

    def move_to(self, moment: datetime) -> datetime:
        """Set the present, and let it run on from there.

        :param moment: with a time zone; it may lie in the past.
        :return: the new present.
        :raises UsageError: for a moment without a time zone.
        """
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            message = (
                f"clock.move_to() was given {moment!r}, which has no time zone. "
                "Say which: datetime(2026, 1, 31, tzinfo=timezone.utc)."
            )
            raise UsageError(message)
        return self._move_by(moment - self.now())

    def freeze(self) -> AbstractContextManager[Clock]:
        """Have the clock stand still, so that dates are exact to the millisecond.

        It still moves by :meth:`advance`, :meth:`move_to`, and the delays of faults and retries.

        :return: a context manager, for a block at whose end the clock runs on. Without ``with``, it
            stands still until :meth:`unfreeze`.
        """
        was_frozen = self._frozen is not None
        self._frozen = self._frozen or _machine_time()
        return self._until_exit(keep=was_frozen)

    def unfreeze(self) -> None:
        """Have the clock run on from the moment that it shows; one that runs goes on."""
        if self._frozen is not None:
            self._offset += self._frozen - _machine_time()
            self._frozen = None

    @contextmanager
    def _until_exit(self, *, keep: bool) -> Iterator[Clock]:
        try:
            yield self
        finally:
            if not keep:
                self.unfreeze()

    def on_move(
        self, listener: Callable[[], object], next_due: Callable[[], datetime | None]
    ) -> None:
        """Have `listener` called whenever the test has moved the clock.

        :param next_due: tells the moment at which the clock is to stop on its way, and to have
            the listener called, which lets happen what is due then.
        """
        self._moved = listener
        self._next_due = next_due

    def follow(self, other: Clock) -> None:
        """Show the same time as another clock, from now on."""
        self._offset = other._offset
        self._frozen = other._frozen

    def _move_by(self, step: timedelta) -> datetime:
        _check_reach(self.now(), step)
        arrival, end = self._offset + step, self.now() + step
        if step > timedelta():
            self._stop_until(end)
            # What happened on the way may have moved the clock, too.
            arrival = max(arrival, self._offset)
        self._offset = arrival
        self._moved()
        return self.now()

    def _stop_until(self, end: datetime) -> None:
        while (due := self._next_due()) is not None and due <= end:
            self._offset += max(due - self.now(), timedelta())
            self._moved()


def _machine_time() -> datetime:
    # Rounding down before the offset keeps two readings of a stopped machine clock equal.
    return datetime.fromtimestamp(int(time.time() * 1000) / 1000, tz=timezone.utc)


def _amount(amount: dict[str, float]) -> timedelta:
    try:
        return timedelta(**amount)
    except (TypeError, ValueError, OverflowError):
        given = ", ".join(f"{unit}={number!r}" for unit, number in amount.items())
        message = (
            f"clock.advance({given}) is no amount of time. Give numbers: days=31, seconds=0.5."
        )
        raise UsageError(message) from None


def _check_reach(present: datetime, step: timedelta) -> None:
    try:
        _ = present + step
    except OverflowError:
        message = f"{step} from {present} is beyond what a datetime can hold. Move the clock less."
        raise UsageError(message) from None


def _to_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
