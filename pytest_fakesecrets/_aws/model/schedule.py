"""When a secret is to be rotated: AWS's RotationRules and what follows from them.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html
"""

from __future__ import annotations

import functools
import math
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime, timedelta, timezone
from typing import Any, Final, NamedTuple

from ..errors import invalid_parameter

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_HOURS_A_DAY: Final = 24
_FIRST_MIDNIGHT: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)

# No pattern of weekday and day of the month is absent for longer, leap years of centuries included.
_LONGEST_GAP_MONTHS: Final = 12 * 41
# The texts are as CloudFormation printed them: https://github.com/badmintoncryer/cdk-preflight
_INVALID: Final = "Invalid schedule expression."
_RATE: Final = re.compile(r"rate\( *(-?\d+) +(hour|day)s? *\)", re.ASCII)
_CRON: Final = re.compile(r"cron\((.*)\)")
_CRON_FIELDS: Final = 6
_CRON_HOURS: Final = re.compile(
    r"(?P<single>\d{1,2})|(?P<first>\d{1,2}|\*)?/(?P<step>\d{1,2})", re.ASCII
)
_RATE_HOURS: Final = range(4, 24)
_RATE_DAYS: Final = range(1, 1000)
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS: Final = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)


class Window(NamedTuple):
    """The time in which AWS rotates; it does so at any moment of it."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """RotationRules as they were given. Made by :func:`read`, which checks them."""

    days: int | None = None
    expression: str | None = None
    duration: str | None = None

    def window_after(self, now: datetime, last: datetime | None = None) -> Window | None:
        """Return the first window that opens later than `now`; None beyond the end of time.

        :param last: the last rotation, which days are counted from; `now` by default.
        """
        try:
            opens = self._plan.opening_after(now, last or now)
            return None if opens is None else Window(opens, self._closing(opens))
        except OverflowError:
            return None

    def interval_after(self, now: datetime) -> int:
        """Return the AutomaticallyAfterDays that AWS tells, computed where it was not given."""
        return self._plan.interval_after(now)

    @property
    def _plan(self) -> _Days | _Hours | _Cron:
        return _Days(self.days) if self.days is not None else _parsed(self.expression or "")

    def _closing(self, opens: datetime) -> datetime:
        """Return the last second: of the hours that were said, of one hour, or of the UTC day."""
        if self.duration is not None:
            # By analogy with one hour; not recorded.
            return opens + int(self.duration[:-1]) * _HOUR - _SECOND
        if self._plan.is_hourly:
            # Cloud Custodian, test_secrets_manager_version_age: rate(4 hours) at 04:04, 08:59:59.
            return opens + _HOUR - _SECOND
        # So in published describe-secret outputs, of 30 days and of a weekly cron().
        return opens.replace(hour=23, minute=59, second=59)


def read(rules: Mapping[str, Any]) -> Schedule:
    """Check RotationRules.

    The wording is AWS's. It reached users through CloudFormation, which hides the codes but the
    first one's: https://github.com/hashicorp/terraform-provider-aws/issues/33329

    :raises ServiceError: InvalidParameterException.
    """
    days, expression = rules.get("AutomaticallyAfterDays"), rules.get("ScheduleExpression")
    if days is not None and expression is not None:
        raise invalid_parameter(
            "You cannot specify both rotation frequency and schedule expression together."
        )
    if days is None and expression is None:
        # What AWS answers to neither is not known.
        raise invalid_parameter()
    schedule = Schedule(days, expression, rules.get("Duration"))
    _check_duration(schedule)
    return schedule


def _check_duration(schedule: Schedule) -> None:
    plan = schedule._plan  # noqa: SLF001 - of the same module
    if schedule.duration is None:
        return
    hours = int(schedule.duration[:-1])
    if not 1 <= hours <= _HOURS_A_DAY:
        raise invalid_parameter("Duration must be at least 1 hour, at most 24 hour.")
    if isinstance(plan, _Hours) and hours > plan.count:
        raise invalid_parameter("Duration cannot be greater than Rate in hour.")
    if isinstance(plan, _Cron) and plan.hours[-1] + hours > _HOURS_A_DAY:
        raise invalid_parameter("Starting hour and duration must be within a day.")


@dataclass(frozen=True, slots=True)
class _Days:
    """Every so many days, counted from the day of the last rotation."""

    count: int
    is_hourly = False

    def opening_after(self, now: datetime, last: datetime) -> datetime:
        # Published: rotated 2026-01-22T06:42:22Z, 30 days, NextRotationDate 2026-02-21T23:59:59Z.
        opens = _midnight(last) + self.count * _DAY
        # Where that day has passed, days are counted from today; a guess.
        return opens if opens > now else _midnight(now) + self.count * _DAY

    def interval_after(self, _: datetime) -> int:
        return self.count


@dataclass(frozen=True, slots=True)
class _Hours:
    """Every so many hours, from a midnight on; of which day, AWS does not say."""

    count: int
    is_hourly = True

    def opening_after(self, now: datetime, _: datetime) -> datetime:
        step = self.count * _HOUR
        return _FIRST_MIDNIGHT + ((now - _FIRST_MIDNIGHT) // step + 1) * step

    def interval_after(self, _: datetime) -> int:
        # Cloud Custodian, test_secrets_manager_version_age; hashicorp/terraform-provider-aws#31915.
        return 1


_DaysOfMonth = Callable[[int, int], set[int]]


@dataclass(frozen=True, slots=True)
class _Cron:
    """At certain hours of certain days of certain months."""

    hours: tuple[int, ...]
    days: _DaysOfMonth
    months: frozenset[int]
    is_hourly: bool

    def opening_after(self, now: datetime, _: datetime) -> datetime | None:
        return next((opens for opens in self._openings(now, 1) if opens > now), None)

    def interval_after(self, now: datetime) -> int:
        """Return the days between the openings around this moment, begun days counting in full.

        DescribeSecret's page tells 14 days of the 1st and the 15th, a week after the 1st.
        """
        # A weekly cron() has 7 in a published output; a sample of the AWS CLI has 2 for 1,15.
        before = next((opens for opens in self._openings(now, -1) if opens <= now), None)
        after = self.opening_after(now, now)
        return math.ceil((after - before) / _DAY) if before and after else 1

    def _openings(self, now: datetime, direction: int) -> Iterator[datetime]:
        """Go through the openings from the beginning of a month on, or back from its end."""
        begin = now.year * 12 + now.month - 1
        for count in range(begin, begin + direction * _LONGEST_GAP_MONTHS, direction):
            year, month = count // 12, count % 12 + 1
            if not MINYEAR <= year <= MAXYEAR:
                return
            if month in self.months:
                for day in sorted(self.days(year, month))[::direction]:
                    for hour in self.hours[::direction]:
                        yield datetime(year, month, day, hour, tzinfo=timezone.utc)


@functools.cache
def _parsed(expression: str) -> _Days | _Hours | _Cron:
    rate, cron = _RATE.fullmatch(expression), _CRON.fullmatch(expression)
    if rate:
        return _rate(int(rate[1]), rate[2])
    if cron:
        return _cron(cron[1].split())
    raise invalid_parameter(_INVALID)


def _rate(count: int, unit: str) -> _Days | _Hours:
    if unit == "hour":
        if count not in _RATE_HOURS:
            raise invalid_parameter("Rate in hour should be least 4 and less than 24.")
        return _Hours(count)
    if count not in _RATE_DAYS:
        raise invalid_parameter("Rate in day should be greater than 0 and less than 1000.")
    return _Days(count)


def _cron(fields: list[str]) -> _Cron:
    if len(fields) != _CRON_FIELDS:
        raise invalid_parameter(_INVALID)
    minutes, hours, day, month, weekday, year = fields
    if minutes != "0" or year != "*" or (day == "?") == (weekday == "?"):
        raise invalid_parameter(_INVALID)
    days = _union(weekday, _weekday_rule) if day == "?" else _union(day, _day_rule)
    plan = _Cron(
        hours=_hours(hours),
        days=days,
        months=frozenset(
            value for item in month.split(",") for value in _values(item, 1, 12, _MONTHS)
        ),
        is_hourly="/" in hours,
    )
    # The 30th of February, say.
    if plan.opening_after(_FIRST_MIDNIGHT, _FIRST_MIDNIGHT) is None:
        raise invalid_parameter(_INVALID)
    return plan


def _hours(text: str) -> tuple[int, ...]:
    """Read one hour, or steps of at least four hours, which begin anew each day."""
    match = _CRON_HOURS.fullmatch(text)
    if match is None:
        raise invalid_parameter(_INVALID)
    first = match["single"] or match["first"] or "0"
    begin = 0 if first == "*" else int(first)
    step = _HOURS_A_DAY if match["single"] else int(match["step"])
    if begin >= _HOURS_A_DAY or not (match["single"] or step in _RATE_HOURS):
        raise invalid_parameter(_INVALID)
    return tuple(range(begin, _HOURS_A_DAY, step))


def _union(text: str, rule: Callable[[str], _DaysOfMonth]) -> _DaysOfMonth:
    rules = [rule(item) for item in text.split(",")]
    return lambda year, month: set().union(*(rule(year, month) for rule in rules))


def _day_rule(item: str) -> _DaysOfMonth:
    """Read days of the month: ``15``, ``1-7``, ``*/2``, ``L`` for the last, ``SUNL``."""
    if item == "L":
        return lambda year, month: {monthrange(year, month)[1]}
    if item[:-1].upper() in _WEEKDAYS:
        return _weekday_rule(item)
    wanted = _values(item, 1, 31, ())
    return lambda year, month: wanted & set(_days_of(year, month))


def _weekday_rule(item: str) -> _DaysOfMonth:
    """Read weekdays: ``MON-FRI``, ``2``, ``SUN#1`` for the first, ``SUNL`` for the last."""
    day, numbered, number = item.partition("#")
    if numbered:
        return _nth(_weekday(day), _number(number, range(1, 6)) - 1)
    if item.endswith("L") and item != "L":
        return _nth(_weekday(item[:-1]), -1)
    wanted = {7} if item == "L" else _values(item, 1, 7, _WEEKDAYS)
    return lambda year, month: {
        day for day in _days_of(year, month) if _weekday_of(year, month, day) in wanted
    }


def _nth(weekday: int, index: int) -> _DaysOfMonth:
    def days(year: int, month: int) -> set[int]:
        found = [day for day in _days_of(year, month) if _weekday_of(year, month, day) == weekday]
        return set(found[index:][:1])

    return days


def _days_of(year: int, month: int) -> range:
    return range(1, monthrange(year, month)[1] + 1)


def _weekday_of(year: int, month: int, day: int) -> int:
    """Return the weekday as AWS counts: Sunday is 1."""
    return (monthrange(year, month)[0] + day) % 7 + 1


def _weekday(text: str) -> int:
    (weekday,) = _values(text, 1, 7, _WEEKDAYS, span=False)
    return weekday


def _values(
    item: str, low: int, high: int, names: tuple[str, ...], *, span: bool = True
) -> set[int]:
    """Read ``5``, ``MAY``, ``*``, ``1-5``, and each of these with a step: ``2/10``."""
    base, stepped, step = item.partition("/")
    first, ranged, last = base.partition("-")
    if (stepped or ranged or base == "*") and not span:
        raise invalid_parameter(_INVALID)
    if base == "*" or (stepped and not base):
        begin, end = low, high
    else:
        begin = _value(first, low, high, names)
        end = _value(last, low, high, names) if ranged else high if stepped else begin
    if begin > end:
        raise invalid_parameter(_INVALID)
    return set(range(begin, end + 1, _number(step, range(1, high + 1)) if stepped else 1))


def _value(text: str, low: int, high: int, names: tuple[str, ...]) -> int:
    if text.upper() in names:
        return names.index(text.upper()) + 1
    return _number(text, range(low, high + 1))


def _number(text: str, allowed: range) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", text) or int(text) not in allowed:
        raise invalid_parameter(_INVALID)
    return int(text)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
