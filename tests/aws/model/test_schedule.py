from __future__ import annotations

from datetime import datetime, timezone

import pytest

from pytest_fakesecrets._aws.errors import ServiceError
from pytest_fakesecrets._aws.model.schedule import Schedule, read

INVALID = "Invalid schedule expression."
HOURS = "Rate in hour should be least 4 and less than 24."
DAYS = "Rate in day should be greater than 0 and less than 1000."
DURATION = "Duration must be at least 1 hour, at most 24 hour."
WITHIN_RATE = "Duration cannot be greater than Rate in hour."
WITHIN_DAY = "Starting hour and duration must be within a day."
BOTH = "You cannot specify both rotation frequency and schedule expression together."


def at(text):
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def window(schedule, now, last=None):
    """Return when the next window opens and closes, as text."""
    found = schedule.window_after(at(now), last and at(last))
    return found and tuple(moment.strftime("%Y-%m-%dT%H:%M:%S") for moment in found)


def openings(expression, now, count=4):
    """Return the next few openings, as text."""
    schedule, moment, found = read({"ScheduleExpression": expression}), at(now), []
    for _ in range(count):
        moment = schedule.window_after(moment).opens
        found.append(moment.strftime("%Y-%m-%dT%H"))
    return found


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"AutomaticallyAfterDays": 7, "ScheduleExpression": "rate(7 days)"}, BOTH),
        ({}, "The parameter name or value is invalid."),
        ({"Duration": "2h"}, "The parameter name or value is invalid."),
        ({"AutomaticallyAfterDays": 7, "Duration": "0h"}, DURATION),
        ({"AutomaticallyAfterDays": 7, "Duration": "25h"}, DURATION),
        ({"ScheduleExpression": "rate(4 hours)", "Duration": "5h"}, WITHIN_RATE),
        ({"ScheduleExpression": "rate(4 hours)", "Duration": "99h"}, DURATION),
        ({"ScheduleExpression": "cron(0 22 * * ? *)", "Duration": "3h"}, WITHIN_DAY),
        ({"ScheduleExpression": "cron(0 /8 * * ? *)", "Duration": "9h"}, WITHIN_DAY),
    ],
)
def test_rules_are_refused(rules, message):
    """AWS says which of its rules the members break together."""
    with pytest.raises(ServiceError) as caught:
        read(rules)

    assert ("InvalidParameterException", message) == (caught.value.code, caught.value.message)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("rate(3 hours)", HOURS),
        ("rate(24 hours)", HOURS),
        ("rate(0 days)", DAYS),
        ("rate(-1 days)", DAYS),
        ("rate(1000 days)", DAYS),
        ("rate(2 weeks)", INVALID),
        ("rate(10 minutes)", INVALID),
        ("rate(10days)", INVALID),
        ("rate(days)", INVALID),
        ("rate(\N{ARABIC-INDIC DIGIT SEVEN} days)", INVALID),
        ("cron(0 \N{ARABIC-INDIC DIGIT SEVEN} * * ? *)", INVALID),
        ("every day", INVALID),
        ("cron()", INVALID),
        ("cron(0 8 1 * ?)", INVALID),
        ("cron(0 8 1 * ? * *)", INVALID),
        ("cron(5 8 1 * ? *)", INVALID),
        ("cron(* 8 1 * ? *)", INVALID),
        ("cron(0 8 1 * ? 2027)", INVALID),
        ("cron(0 8 1 * 2 *)", INVALID),
        ("cron(0 8 * * * *)", INVALID),
        ("cron(0 8 ? * ? *)", INVALID),
        ("cron(0 24 1 * ? *)", INVALID),
        ("cron(0 24/8 1 * ? *)", INVALID),
        ("cron(0 * 1 * ? *)", INVALID),
        ("cron(0 /3 1 * ? *)", INVALID),
        ("cron(0 */3 1 * ? *)", INVALID),
        ("cron(0 2/24 1 * ? *)", INVALID),
        ("cron(0 8,12 1 * ? *)", INVALID),
        ("cron(0 8-12 1 * ? *)", INVALID),
        ("cron(0 8 0 * ? *)", INVALID),
        ("cron(0 8 0-1 * ? *)", INVALID),
        ("cron(0 8 30-32 * ? *)", INVALID),
        ("cron(0 8 1/32 * ? *)", INVALID),
        ("cron(0 8 001 * ? *)", INVALID),
        ("cron(0 8 32 * ? *)", INVALID),
        ("cron(0 8 1,, * ? *)", INVALID),
        ("cron(0 8 7-1 * ? *)", INVALID),
        ("cron(0 8 1/0 * ? *)", INVALID),
        ("cron(0 8 1/ * ? *)", INVALID),
        ("cron(0 8 -3 * ? *)", INVALID),
        ("cron(0 8 3- * ? *)", INVALID),
        ("cron(0 8 SUN * ? *)", INVALID),
        ("cron(0 8 SUNX * ? *)", INVALID),
        ("cron(0 8 FUNL * ? *)", INVALID),
        ("cron(0 8 30 2 ? *)", INVALID),
        ("cron(0 8 1 13 ? *)", INVALID),
        ("cron(0 8 1 0-1 ? *)", INVALID),
        ("cron(0 8 1 12-13 ? *)", INVALID),
        ("cron(0 8 1 1/13 ? *)", INVALID),
        ("cron(0 8 1 MAI ? *)", INVALID),
        ("cron(0 8 ? * 8 *)", INVALID),
        ("cron(0 8 ? * 0-1 *)", INVALID),
        ("cron(0 8 ? * 6-8 *)", INVALID),
        ("cron(0 8 ? * 1/8 *)", INVALID),
        ("cron(0 8 ? * 0#1,1#1 *)", INVALID),
        ("cron(0 8 ? * 8#1,7#1 *)", INVALID),
        ("cron(0 8 ? * 8L,7L *)", INVALID),
        ("cron(0 8 ? * 1#6,1#1 *)", INVALID),
        ("cron(0 8 ? * 1#0,1#1 *)", INVALID),
        ("cron(0 8 ? * DAY *)", INVALID),
        ("cron(0 8 ? * SUN#6 *)", INVALID),
        ("cron(0 8 ? * SUN#0 *)", INVALID),
        ("cron(0 8 ? * #1 *)", INVALID),
        ("cron(0 8 ? * *#1 *)", INVALID),
        ("cron(0 8 ? * MON-FRI#1 *)", INVALID),
        ("cron(0 8 ? * */2L *)", INVALID),
    ],
)
def test_an_expression_is_refused(expression, message):
    """What is not a rate, or no cron of AWS's kind, is refused with AWS's words."""
    with pytest.raises(ServiceError) as caught:
        read({"ScheduleExpression": expression})

    assert ("InvalidParameterException", message) == (caught.value.code, caught.value.message)


@pytest.mark.parametrize(
    ("rules", "now", "expected"),
    [
        # Seen in AWS: the date of the last rotation and AWS's NextRotationDate.
        ({"AutomaticallyAfterDays": 30}, "2026-01-22T06:42:22", "2026-02-21T23:59:59"),
        ({"AutomaticallyAfterDays": 30}, "2024-02-22T01:02:03", "2024-03-23T23:59:59"),
        ({"AutomaticallyAfterDays": 30}, "2026-02-03T17:34:00", "2026-03-05T23:59:59"),
        (
            {"ScheduleExpression": "cron(0 0 ? * 2 *)"},
            "2023-10-16T00:20:00",
            "2023-10-23T23:59:59",
        ),
        # What follows from the description of the windows.
        ({"ScheduleExpression": "rate(10 days)"}, "2026-01-01T12:00:00", "2026-01-11T23:59:59"),
        ({"ScheduleExpression": "rate(1 day)"}, "2026-01-01T00:00:00", "2026-01-02T23:59:59"),
        (
            {"ScheduleExpression": "rate(10 days)", "Duration": "3h"},
            "2026-01-01T12:00:00",
            "2026-01-11T02:59:59",
        ),
        (
            {"AutomaticallyAfterDays": 1, "Duration": "24h"},
            "2026-01-01T12:00:00",
            "2026-01-02T23:59:59",
        ),
        (
            {"AutomaticallyAfterDays": 1, "Duration": "1h"},
            "2026-01-01T12:00:00",
            "2026-01-02T00:59:59",
        ),
        ({"ScheduleExpression": "rate(4 hours)"}, "2026-01-01T06:42:00", "2026-01-01T08:59:59"),
        (
            {"ScheduleExpression": "rate(4 hours)", "Duration": "4h"},
            "2026-01-01T06:42:00",
            "2026-01-01T11:59:59",
        ),
        (
            {"ScheduleExpression": "cron(0 0 1 12 ? *)"},
            "9999-06-01T00:00:00",
            "9999-12-01T23:59:59",
        ),
        (
            {"ScheduleExpression": "cron(0 22 1 * ? *)", "Duration": "2h"},
            "2026-01-01T06:42:00",
            "2026-01-01T23:59:59",
        ),
        ({"ScheduleExpression": "rate(12 hours)"}, "2026-01-01T12:00:00", "2026-01-02T00:59:59"),
        (
            {"ScheduleExpression": "rate(6 hours)", "Duration": "2h"},
            "2026-01-01T19:00:00",
            "2026-01-02T01:59:59",
        ),
        ({"ScheduleExpression": "cron(0 8 1 * ? *)"}, "2026-01-01T08:00:00", "2026-02-01T23:59:59"),
        ({"ScheduleExpression": "cron(0 8 1 * ? *)"}, "2026-01-01T07:59:59", "2026-01-01T23:59:59"),
        (
            {"ScheduleExpression": "cron(0 16 1,15 * ? *)", "Duration": "2h"},
            "2026-01-03T00:00:00",
            "2026-01-15T17:59:59",
        ),
        (
            {"ScheduleExpression": "cron(0 /8 * * ? *)"},
            "2026-01-01T09:00:00",
            "2026-01-01T16:59:59",
        ),
    ],
)
def test_the_next_rotation_is_told_by_the_end_of_its_window(rules, now, expected):
    """NextRotationDate is the last second in which AWS may rotate."""
    assert expected == window(read(rules), now)[1]


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        ("2026-02-01T12:00:00", "2026-01-22T06:42:22", "2026-02-21T00:00:00"),
        ("2026-02-21T00:00:00", "2026-01-22T06:42:22", "2026-03-23T00:00:00"),
        ("2026-03-01T12:00:00", "2026-01-22T06:42:22", "2026-03-31T00:00:00"),
    ],
    ids=["still to come", "at this moment", "long gone"],
)
def test_days_are_counted_from_the_last_rotation(now, last, expected):
    """The window is so many days after the last rotation, or from now where that is gone."""
    assert expected == window(Schedule(30), now, last)[0]


@pytest.mark.parametrize(
    ("expression", "now", "expected"),
    [
        (
            "rate(10 hours)",
            "1970-01-01T00:00:00",
            ["1970-01-01T10", "1970-01-01T20", "1970-01-02T06", "1970-01-02T16"],
        ),
        (
            "cron(0 2/10 * * ? *)",
            "2026-01-01T02:00:00",
            ["2026-01-01T12", "2026-01-01T22", "2026-01-02T02", "2026-01-02T12"],
        ),
        (
            "cron(0 8/8 ? * SAT,SUN *)",
            "2026-01-01T00:00:00",
            ["2026-01-03T08", "2026-01-03T16", "2026-01-04T08", "2026-01-04T16"],
        ),
        (
            "cron(0 */12 1 1/6 ? *)",
            "2026-01-01T00:00:00",
            ["2026-01-01T12", "2026-07-01T00", "2026-07-01T12", "2027-01-01T00"],
        ),
        (
            "cron(0 0 L * ? *)",
            "2028-01-01T00:00:00",
            ["2028-01-31T00", "2028-02-29T00", "2028-03-31T00", "2028-04-30T00"],
        ),
        (
            "cron(0 0 SUNL * ? *)",
            "2026-01-01T00:00:00",
            ["2026-01-25T00", "2026-02-22T00", "2026-03-29T00", "2026-04-26T00"],
        ),
        (
            "cron(0 0 ? * 1L *)",
            "2026-01-01T00:00:00",
            ["2026-01-25T00", "2026-02-22T00", "2026-03-29T00", "2026-04-26T00"],
        ),
        (
            "cron(0 0 ? * L *)",
            "2026-01-01T00:00:00",
            ["2026-01-03T00", "2026-01-10T00", "2026-01-17T00", "2026-01-24T00"],
        ),
        (
            "cron(0 0 ? * SUN#1,WED#3 *)",
            "2026-01-01T00:00:00",
            ["2026-01-04T00", "2026-01-21T00", "2026-02-01T00", "2026-02-18T00"],
        ),
        (
            "cron(0 0 ? * sun#5 *)",
            "2026-01-01T00:00:00",
            ["2026-03-29T00", "2026-05-31T00", "2026-08-30T00", "2026-11-29T00"],
        ),
        (
            "cron(0 9 ? JAN,feb MON-FRI/2 *)",
            "2026-01-30T09:00:00",
            ["2026-02-02T09", "2026-02-04T09", "2026-02-06T09", "2026-02-09T09"],
        ),
        (
            "cron(0 9 31 * ? *)",
            "2026-02-01T00:00:00",
            ["2026-03-31T09", "2026-05-31T09", "2026-07-31T09", "2026-08-31T09"],
        ),
        (
            "cron(0 9 10-12 3-4 ? *)",
            "2026-03-11T09:00:00",
            ["2026-03-12T09", "2026-04-10T09", "2026-04-11T09", "2026-04-12T09"],
        ),
        (
            "cron(0 9 1/31 1/12 ? *)",
            "2026-01-01T00:00:00",
            ["2026-01-01T09", "2027-01-01T09", "2028-01-01T09", "2029-01-01T09"],
        ),
        (
            "cron(0 23 31-31 12 ? *)",
            "2026-01-01T00:00:00",
            ["2026-12-31T23", "2027-12-31T23", "2028-12-31T23", "2029-12-31T23"],
        ),
        (
            "cron(0 9 ? * 7/7 *)",
            "2026-01-01T00:00:00",
            ["2026-01-03T09", "2026-01-10T09", "2026-01-17T09", "2026-01-24T09"],
        ),
        (
            "cron(0 9 ? * 7#1,1L *)",
            "2026-01-01T00:00:00",
            ["2026-01-03T09", "2026-01-25T09", "2026-02-07T09", "2026-02-22T09"],
        ),
        (
            "cron(0 9 /15 * ? *)",
            "2026-03-11T09:00:00",
            ["2026-03-16T09", "2026-03-31T09", "2026-04-01T09", "2026-04-16T09"],
        ),
        (
            "cron(0 0 29 2 ? *)",
            "2095-01-01T00:00:00",
            ["2096-02-29T00", "2104-02-29T00", "2108-02-29T00", "2112-02-29T00"],
        ),
    ],
)
def test_the_openings_of_an_expression(expression, now, expected):
    """Windows open at the moments that the expression says, one after the other."""
    assert expected == openings(expression, now)


@pytest.mark.parametrize(
    ("rules", "now", "expected"),
    [
        ({"AutomaticallyAfterDays": 42}, "2026-01-01T00:00:00", 42),
        # https://github.com/hashicorp/terraform-provider-aws/pull/31915
        ({"ScheduleExpression": "rate(10 hours)"}, "2026-01-01T00:00:00", 1),
        ({"ScheduleExpression": "rate(10 days)"}, "2026-01-01T00:00:00", 10),
        ({"ScheduleExpression": "rate(999 days)"}, "2026-01-01T00:00:00", 999),
        ({"ScheduleExpression": "cron(0 0 ? * 2 *)"}, "2023-10-16T00:00:00", 7),
        # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
        ({"ScheduleExpression": "cron(0 16 1,15 * ? *)"}, "2018-05-08T02:40:53", 14),
        ({"ScheduleExpression": "cron(0 16 1,15 * ? *)"}, "2018-05-15T16:00:00", 17),
        ({"ScheduleExpression": "cron(0 /8 * * ? *)"}, "2026-01-01T00:00:00", 1),
        ({"ScheduleExpression": "cron(0 2/10 1 * ? *)"}, "2026-01-05T00:00:00", 31),
        ({"ScheduleExpression": "cron(0 0 1 1 ? *)"}, "9999-06-01T00:00:00", 1),
        ({"ScheduleExpression": "cron(0 0 1 6 ? *)"}, "0001-02-01T00:00:00", 1),
        ({"ScheduleExpression": "cron(0 0 1 1,6 ? *)"}, "0001-02-01T00:00:00", 151),
    ],
)
def test_days_are_told_for_every_schedule(rules, now, expected):
    """AutomaticallyAfterDays is computed from the expression where it was not given."""
    assert expected == read(rules).interval_after(at(now))


@pytest.mark.parametrize(
    "rules",
    [
        {"AutomaticallyAfterDays": 1000},
        {"ScheduleExpression": "rate(23 hours)"},
        {"ScheduleExpression": "cron(0 0 1 1 ? *)"},
    ],
)
def test_time_has_an_end(rules):
    """Beyond the year 9999 there is no next window."""
    assert window(read(rules), "9999-12-31T23:30:00") is None
