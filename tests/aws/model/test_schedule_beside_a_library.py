from __future__ import annotations

import math
from contextlib import suppress
from datetime import datetime, time, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_fakesecrets._aws.errors import ServiceError
from pytest_fakesecrets._aws.model.schedule import Schedule, read

croniter = pytest.importorskip("croniter")

COUNT = 5
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def at(text):
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


# Each of the strategies below makes what AWS is told together with what the library is told. Where
# their spellings differ, the library is told the values themselves: it counts weekdays from 0,
# reads 5-5 as everything, and steps from a single weekday on to the 7, which is Sunday again.


def spelled(value, names):
    """Return how a value may be written."""
    if not names:
        return st.just(str(value))
    name = names[value - 1]
    return st.sampled_from([str(value), name, name.lower(), name.title()])


@st.composite
def literals(draw, low, high, names=(), shift=0):
    """Make one item of a list: a value, a range or a step."""
    first, last = sorted(draw(st.tuples(*[st.integers(low, high)] * 2)))
    step = draw(st.integers(1, high))
    one, other = draw(spelled(first, names)), draw(spelled(last, names))
    text, end, stride = draw(
        st.sampled_from(
            [
                (one, first, 1),
                (f"{one}-{other}", last, 1),
                (f"{one}/{step}", high, step),
                (f"{one}-{other}/{step}", last, step),
                (f"/{step}", None, step),
                (f"*/{step}", None, step),
            ]
        )
    )
    if end is None:
        first, end = low, high
    begin, end = first - shift, end - shift
    return text, (
        "dom" if not shift else "dow",
        f"{begin}-{end}/{stride}" if begin < end else begin,
    )


@st.composite
def occurrences(draw, *, last_only):
    """Make an item that means one weekday of a month: the n-th or the last."""
    weekday = draw(st.integers(1, 7))
    if last_only:
        return f"{WEEKDAYS[weekday - 1]}L", ("nth", f"L{weekday - 1}")
    name, index = draw(spelled(weekday, WEEKDAYS)), draw(st.integers(1, 5))
    return draw(
        st.sampled_from(
            [
                (f"{name}#{index}", ("nth", f"{weekday - 1}#{index}")),
                (f"{name}L", ("nth", f"L{weekday - 1}")),
            ]
        )
    )


@st.composite
def hours(draw):
    """Make an hour, or a step of so many from one on; and the last hour of the day by itself."""
    first, step = draw(st.integers(0, 23)), draw(st.one_of(st.none(), st.integers(4, 23)))
    if step is None:
        return str(first), first, first
    begin = draw(st.sampled_from([str(first), "", "*"]))
    first = first if begin.isdigit() else 0
    return (
        f"{begin}/{step}",
        f"{first}-23/{step}" if first < 23 else first,
        23 - (23 - first) % step,
    )


days_of_month = st.one_of(
    literals(1, 31),
    st.just(("L", ("dom", "L"))),
    occurrences(last_only=True),
)
days_of_week = st.one_of(
    literals(1, 7, WEEKDAYS, shift=1),
    st.just(("L", ("dow", "6"))),
    occurrences(last_only=False),
)


def listed(items):
    """Make a list of items, or the star."""
    lists = st.lists(items, min_size=1, max_size=3)
    return st.one_of(st.just([("*", ("dom", "*"))]), lists, lists, lists)


@st.composite
def crons(draw):
    """Make an expression of AWS's, its last hour, and those that mean the same together.

    The library refuses what mixes weekdays and n-th weekdays, so each kind has its own.
    """
    (hour, hour_told, last_hour), on_weekdays = draw(hours()), draw(st.booleans())
    days = draw(listed(days_of_week if on_weekdays else days_of_month))
    months = draw(listed(literals(1, 12, MONTHS)))
    day, month = (",".join(text for text, _ in items) for items in (days, months))
    expression = f"cron(0 {hour} {f'? {month} {day}' if on_weekdays else f'{day} {month} ?'} *)"
    told = []
    for kind in ("dom", "dow", "nth"):
        field = ",".join(str(item) for _, (its_kind, item) in days if its_kind == kind)
        if field:
            month = ",".join(str(item) for _, (_, item) in months)
            place = f"{field} {month} *" if kind == "dom" else f"* {month} {field}"
            told.append(f"0 {hour_told} {place}")
    return expression, last_hour, told


moments = st.one_of(
    st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(timezone.utc)),  # noqa: DTZ001
    st.integers(366 * 24, 230 * 365 * 24).map(lambda hours: EPOCH + hours * HOUR),
)


def openings_of_the_library(told, now):
    """Return the next few openings, fewer where there are none."""
    found = set()
    for expression in told:
        iterator = croniter.croniter(expression, now)
        with suppress(croniter.CroniterBadDateError):  # the 30th of February, say
            found |= {iterator.get_next(datetime) for _ in range(COUNT)}
    return sorted(found)[:COUNT]


def windows(schedule, now):
    """Return the next few windows, one after the other."""
    found = []
    for _ in range(COUNT):
        found.append(tuple(schedule.window_after(now)))
        now = found[-1][0]
    return found


def windows_or_none(rules, now):
    """Return the next few windows; none for an expression that is refused."""
    try:
        schedule = read(rules)
    except ServiceError as error:
        if error.message != "Invalid schedule expression.":
            raise
        return []
    return windows(schedule, now)


@given(crons(), moments)
@example(("cron(0 0 29 2 ? *)", 0, ["0 0 29 2 *"]), at("2095-01-01"))
@example(("cron(0 0 ? 2 SUN#5 *)", 0, ["0 0 * 2 0#5"]), at("2088-03-01"))
@example(("cron(0 0 30 FEB ? *)", 0, ["0 0 30 2 *"]), at("2026-01-01"))
@example(("cron(0 0 31,SUNL 4 ? *)", 0, ["0 0 31 4 *", "0 0 * 4 L0"]), at("2026-01-01"))
def test_windows_open_when_the_library_says(cron, now):
    """A cron() of AWS's means what one of another library does, weekdays counted from 1."""
    expression, last_hour, told = cron
    opened = openings_of_the_library(told, now)
    if "/" in expression.split()[1]:
        expected = [(opens, opens + HOUR - SECOND) for opens in opened]
    else:
        expected = [(opens, opens + (24 - last_hour) * HOUR - SECOND) for opens in opened]

    assert expected == windows_or_none({"ScheduleExpression": expression}, now)


@given(crons(), moments, st.data())
def test_windows_last_as_long_as_was_said(cron, now, data):
    """Duration says how many hours after its opening a window closes."""
    expression, last_hour, told = cron
    duration = data.draw(st.integers(1, 24 - last_hour))
    expected = [
        (opens, opens + duration * HOUR - SECOND) for opens in openings_of_the_library(told, now)
    ]

    rules = {"ScheduleExpression": expression, "Duration": f"{duration}h"}

    assert expected == windows_or_none(rules, now)


@given(crons(), moments)
def test_days_are_those_between_the_openings_of_the_library(cron, now):
    """AutomaticallyAfterDays tells the days from the opening before to the one after."""
    expression, _, told = cron
    after = openings_of_the_library(told, now)[:1]
    just_later = now + timedelta(microseconds=1)
    before = [
        croniter.croniter(each, just_later).get_prev(datetime)
        for each in told
        if openings_of_the_library([each], now)
    ]
    expected = [math.ceil((opens - max(before)) / DAY) for opens in after]

    actual = [
        read({"ScheduleExpression": expression}).interval_after(now)
        for _ in windows_or_none({"ScheduleExpression": expression}, now)[:1]
    ]

    assert expected == actual


@pytest.mark.parametrize(
    ("expression", "now", "expected"),
    [
        ("rate(1 day)", "2026-12-31T23:59:59", ["2027-01-01", "2027-01-02", "2027-01-03"]),
        ("rate(1 days)", "2028-02-28T00:00:00", ["2028-02-29", "2028-03-01", "2028-03-02"]),
        ("rate(7 days)", "2026-02-25T12:00:00", ["2026-03-04", "2026-03-11", "2026-03-18"]),
        ("rate(30 days)", "2026-01-22T06:42:22", ["2026-02-21", "2026-03-23", "2026-04-22"]),
        ("rate(365 days)", "2027-06-01T00:00:01", ["2028-05-31", "2029-05-31", "2030-05-31"]),
        ("rate(999 days)", "2026-01-01T00:00:00", ["2028-09-26", "2031-06-22", "2034-03-17"]),
        (
            "rate(4 hours)",
            "2026-01-01T04:04:00",
            ["2026-01-01T08:00", "2026-01-01T12:00", "2026-01-01T16:00"],
        ),
        (
            "rate(6 hours)",
            "2026-02-28T18:00:00",
            ["2026-03-01T00:00", "2026-03-01T06:00", "2026-03-01T12:00"],
        ),
        (
            "rate(12 hour)",
            "2026-12-31T11:59:59",
            ["2026-12-31T12:00", "2027-01-01T00:00", "2027-01-01T12:00"],
        ),
        # No divisor of a day: counted on from 1970, so 05:00 of one day, 04:00 of the next.
        (
            "rate(23 hours)",
            "1970-01-05T00:00:00",
            ["1970-01-05T19:00", "1970-01-06T18:00", "1970-01-07T17:00"],
        ),
    ],
)
def test_a_rate_opens_its_windows(expression, now, expected):
    """A rate() of days opens at midnights, one of hours at multiples of so many hours."""
    opened = windows(read({"ScheduleExpression": expression}), at(now))[:3]

    assert [at(text) for text in expected] == [opens for opens, _ in opened]


def midnight_after(moment, days):
    """Return the midnight so many days after that of the moment."""
    return datetime.combine(moment.date(), time(), timezone.utc) + days * DAY


@given(st.integers(1, 999), moments, st.booleans())
def test_a_rate_of_days_is_added_to_the_day(count, now, as_number):
    """Each window opens so many days after the day of the last, until the end of its day."""
    rules = (
        {"AutomaticallyAfterDays": count}
        if as_number
        else {"ScheduleExpression": f"rate({count} {'day' if count == 1 else 'days'})"}
    )
    opened = [midnight_after(now, count * index) for index in range(1, COUNT + 1)]

    assert [(opens, opens + DAY - SECOND) for opens in opened] == windows(read(rules), now)
    assert count == read(rules).interval_after(now)


@given(st.integers(1, 999), moments, st.timedeltas(timedelta(0), timedelta(days=2000)))
def test_a_rate_of_days_counts_from_the_last_rotation(count, last, later):
    """Days count from the rotation, or from today where that day has passed."""
    now = last + later
    due = midnight_after(last, count)
    expected = due if due > now else midnight_after(now, count)

    assert expected == Schedule(count).window_after(now, last).opens


@given(st.integers(4, 23), moments, st.data())
def test_a_rate_of_hours_opens_at_multiples(count, now, data):
    """A window opens at each full hour whose number since 1970 is a multiple, for its duration."""
    duration = data.draw(st.one_of(st.none(), st.integers(1, count)))
    full_hour = now.replace(minute=0, second=0, microsecond=0)
    following = (full_hour + index * HOUR for index in range(1, COUNT * count + 1))
    opened = [hour for hour in following if int(hour.timestamp()) % (count * 3600) == 0]
    rules = {"ScheduleExpression": f"rate({count} hours)"}
    if duration is not None:
        rules["Duration"] = f"{duration}h"

    expected = [(opens, opens + (duration or 1) * HOUR - SECOND) for opens in opened]

    assert expected == windows(read(rules), now)
    assert 1 == read(rules).interval_after(now)
