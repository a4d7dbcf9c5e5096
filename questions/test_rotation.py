from __future__ import annotations

import pytest

from .asking import asks, attempt, confirms
from .scrubbing import OTHER_ACCOUNT

DAYS = {"AutomaticallyAfterDays": 30}


@pytest.fixture
def rotated(client, secret, rotation_function, wait_until):
    """Give a function that rotates the secret, and waits until that is done."""

    def rotate(**wishes):
        client.rotate_secret(SecretId=secret, RotationLambdaARN=rotation_function, **wishes)
        wait_until(lambda: "LastRotatedDate" in client.describe_secret(SecretId=secret))

    return rotate


@asks("AWSPENDING after a rotation that succeeded")
@asks("CreatedDate of a version that a rotation made")
@asks("LastRotatedDate after CancelRotateSecret")
def test_a_rotation(client, secret, token, rotated):
    """What do labels and dates show after a rotation that succeeded, and after its cancellation?"""
    rotated(ClientRequestToken=token("b"), RotationRules=DAYS)
    client.describe_secret(SecretId=secret)
    client.get_secret_value(SecretId=secret)
    client.list_secret_version_ids(SecretId=secret)
    client.cancel_rotate_secret(SecretId=secret)
    client.describe_secret(SecretId=secret)
    attempt(client.cancel_rotate_secret, SecretId=secret)


@asks("NextRotationDate with a Duration")
@asks("AutomaticallyAfterDays of a `cron()` schedule")
@asks("windows of a `rate()` of hours that do not divide a day")
@confirms
def test_schedules(client, secret, rotation_function, wait_until):
    """Which NextRotationDate and AutomaticallyAfterDays does each schedule have?"""
    for rules in (
        {"ScheduleExpression": "rate(4 hours)"},
        {"ScheduleExpression": "rate(5 hours)"},
        {"ScheduleExpression": "rate(7 hours)", "Duration": "2h"},
        {"ScheduleExpression": "rate(10 days)"},
        {"ScheduleExpression": "rate(10 days)", "Duration": "3h"},
        {"AutomaticallyAfterDays": 7, "Duration": "3h"},
        {"ScheduleExpression": "cron(0 8 1,15 * ? *)"},
        {"ScheduleExpression": "cron(0 8 1,15 * ? *)", "Duration": "4h"},
        {"ScheduleExpression": "cron(0 0 ? * 2 *)"},
        {"ScheduleExpression": "cron(0 0/8 * * ? *)"},
        {"ScheduleExpression": "cron(0 0 ? JAN SUN#1 *)"},
    ):
        wait_until(lambda: "AWSPENDING" not in str(client.describe_secret(SecretId=secret)))
        attempt(
            client.rotate_secret,
            SecretId=secret,
            RotationLambdaARN=rotation_function,
            RotationRules=rules,
            RotateImmediately=False,
        )
        client.describe_secret(SecretId=secret)


@asks("VersionId of RotateSecret with `RotateImmediately=False`")
@asks("NextRotationDate after RotateSecret with `RotateImmediately=False`")
@confirms
def test_a_rotation_that_is_not_immediate(client, secret, token, rotation_function, wait_until):
    """What do answer and description show after RotateSecret with RotateImmediately=False?"""
    client.rotate_secret(
        SecretId=secret,
        RotationLambdaARN=rotation_function,
        RotationRules=DAYS,
        RotateImmediately=False,
        ClientRequestToken=token("b"),
    )
    client.describe_secret(SecretId=secret)
    wait_until(lambda: token("b") not in str(client.describe_secret(SecretId=secret)))
    client.describe_secret(SecretId=secret)
    client.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)


@asks("a RotateSecret token that is a version already")
def test_the_token_of_a_rotation(client, secret, token, rotated):
    """What does RotateSecret answer to a token that is a version already?"""
    rotated(ClientRequestToken=token("b"))
    attempt(client.rotate_secret, SecretId=secret, ClientRequestToken=token("b"))
    attempt(client.rotate_secret, SecretId=secret, ClientRequestToken=token("a"))
    client.describe_secret(SecretId=secret)


@asks("RotateSecret without RotationRules on a secret that has none")
def test_a_rotation_without_rules(client, secret, rotated):
    """What are the rules of a secret that is rotated without any?"""
    rotated()
    client.describe_secret(SecretId=secret)


@asks("RotateSecret with empty RotationRules")
def test_empty_rules(client, secret, rotation_function):
    """What does RotateSecret answer to rules without members, and to two schedules?"""
    rotate = {"SecretId": secret, "RotationLambdaARN": rotation_function}
    attempt(client.rotate_secret, **rotate, RotationRules={})
    attempt(client.rotate_secret, **rotate, RotationRules={"Duration": "3h"})
    both = {**DAYS, "ScheduleExpression": "rate(10 days)"}
    attempt(client.rotate_secret, **rotate, RotationRules=both)
    client.describe_secret(SecretId=secret)


@asks("new RotationRules of a RotateSecret that is refused because a rotation isn't complete")
@confirms
def test_a_rotation_that_hangs(client, secret, token, rotation_function, wait_until):
    """What does a rotation leave that fails, and does a refused RotateSecret keep its new rules?"""
    client.update_secret(SecretId=secret, Description="fails in testSecret")
    rotate = {"SecretId": secret, "RotationLambdaARN": rotation_function}
    client.rotate_secret(**rotate, RotationRules=DAYS, ClientRequestToken=token("b"))
    wait_until(lambda: token("b") in str(client.list_secret_version_ids(SecretId=secret)))
    client.describe_secret(SecretId=secret)
    attempt(client.rotate_secret, **rotate, RotationRules={"AutomaticallyAfterDays": 7})
    client.describe_secret(SecretId=secret)
    client.cancel_rotate_secret(SecretId=secret)
    client.describe_secret(SecretId=secret)
    client.put_secret_value(SecretId=secret, SecretString="third", ClientRequestToken=token("c"))
    client.describe_secret(SecretId=secret)


@asks("codes of the refusals of schedules, and of a malformed Lambda ARN")
@confirms
def test_wrong_schedules(client, secret, rotation_function):
    """In which words, and by which code, are schedules refused?"""
    for expression, duration in (
        ("rate(3 hours)", None),
        ("rate(24 hours)", None),
        ("rate(0 days)", None),
        ("rate(1000 days)", None),
        ("rate(2 weeks)", None),
        ("rate(4 hours)", "0h"),
        ("rate(4 hours)", "25h"),
        ("rate(4 hours)", "5h"),
        ("cron(0 23 * * ? *)", "2h"),
        ("cron(5 8 * * ? *)", None),
        ("cron(0 8 * * ? 2030)", None),
        ("cron(0 8 * * * *)", None),
        ("cron(0 8 * * ?)", None),
        ("cron(0 0/3 * * ? *)", None),
        ("daily", None),
    ):
        rules = {"ScheduleExpression": expression}
        if duration:
            rules["Duration"] = duration
        attempt(
            client.rotate_secret,
            SecretId=secret,
            RotationLambdaARN=rotation_function,
            RotationRules=rules,
            RotateImmediately=False,
        )
    client.describe_secret(SecretId=secret)


@asks("codes of the refusals of schedules, and of a malformed Lambda ARN")
@asks("a rotation function of another account")
@confirms
def test_wrong_functions(client, secret, region, other_region, account):
    """In which words is a function refused that does not exist, or is elsewhere, or malformed?"""
    function = f"arn:aws:lambda:{region}:{account}:function:fakesecrets-questions-missing"
    rotate = client.rotate_secret
    attempt(rotate, SecretId=secret)
    attempt(rotate, SecretId=secret, RotationLambdaARN=function)
    for wrong in (
        function.replace(region, other_region),
        function.replace(account, OTHER_ACCOUNT),
        function.replace(":lambda:", ":sns:"),
        function.replace(":function:", ":thing:"),
        "fakesecrets-questions-missing",
        "",
    ):
        attempt(rotate, SecretId=secret, RotationLambdaARN=wrong)
    client.describe_secret(SecretId=secret)


@asks("CancelRotateSecret of a secret that was never rotated")
def test_cancelling_nothing(client, secret):
    """What does CancelRotateSecret answer for a secret that was never rotated?"""
    attempt(client.cancel_rotate_secret, SecretId=secret)
    client.describe_secret(SecretId=secret)


@confirms
def test_a_rotation_without_a_value(client, name, token, rotation_function, wait_until):
    """Can a secret without a value be rotated?"""
    client.create_secret(Name=name("empty"))
    attempt(
        client.rotate_secret,
        SecretId=name("empty"),
        RotationLambdaARN=rotation_function,
        ClientRequestToken=token("a"),
    )
    wait_until(lambda: "LastRotatedDate" in client.describe_secret(SecretId=name("empty")))
    client.describe_secret(SecretId=name("empty"))


@confirms
def test_a_put_between_rotations(client, secret, token, rotated):
    """Does a value that is put by hand set NextRotationDate anew?"""
    rules = {"ScheduleExpression": "rate(4 hours)"}
    rotated(ClientRequestToken=token("b"), RotationRules=rules)
    client.describe_secret(SecretId=secret)
    value = {"SecretString": "by hand", "ClientRequestToken": token("c")}
    client.put_secret_value(SecretId=secret, **value)
    client.describe_secret(SecretId=secret)
