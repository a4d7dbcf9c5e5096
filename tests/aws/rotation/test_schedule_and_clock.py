from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
from freezegun import freeze_time
from support import outcome

from pytest_fakesecrets import FakeSecrets, UnsupportedError, Version
from pytest_fakesecrets._aws.api_model import service_model

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
NOW = datetime(2026, 1, 22, 6, 42, 22, 294_000, tzinfo=timezone.utc)
MONTHLY = {"AutomaticallyAfterDays": 30}

dated = pytest.mark.skipif(
    "NextRotationDate"
    not in service_model().operation_model("DescribeSecret").output_shape.members,
    reason="this botocore knows no NextRotationDate",
)


@pytest.fixture(autouse=True)
def _frozen(monkeypatch):
    monkeypatch.setattr(time, "time", NOW.timestamp)


@pytest.fixture
def plan(fake_secrets, secrets_client):
    """Return what makes a secret that is to be rotated by and by, and not now."""

    def plan(name, rules=MONTHLY, handler=None, **registered):
        fake_secrets.add(name, "v0")
        arn = f"{LAMBDA}-{name}"
        if handler is None and not registered:
            registered = {"generate": lambda current: f"v{int(current[1:]) + 1}"}
        fake_secrets.rotation_lambda(arn, handler, **registered)
        secrets_client.rotate_secret(
            SecretId=name, RotationLambdaARN=arn, RotationRules=rules, RotateImmediately=False
        )
        return fake_secrets[name]

    return plan


def at(*moment):
    """Return a moment of 2026."""
    return datetime(2026, *moment, tzinfo=timezone.utc)


def runs(fake):
    """Return what was rotated when, without the tests."""
    return [(run.secret, run.steps[0].started) for run in fake.rotations if not run.is_test]


def dates(client, name):
    """Return the dates of the last rotation and of the next."""
    described = client.describe_secret(SecretId=name)
    return described.get("LastRotatedDate"), described.get("NextRotationDate")


@dated
def test_the_clock_rotates(fake_secrets, secrets_client, plan):
    """What falls due while the clock moves on is rotated, as its window opens."""
    view = plan("db")

    fake_secrets.clock.advance(days=31)

    assert "v1" == view.value
    assert [("db", at(2, 21))] == runs(fake_secrets)
    assert (at(2, 21), at(3, 23, 23, 59, 59)) == dates(secrets_client, "db")
    assert NOW + timedelta(days=31) == fake_secrets.clock.now()


def test_nothing_is_due_before_its_window(fake_secrets, plan):
    """Until the window opens nothing is rotated."""
    view = plan("db")

    fake_secrets.clock.move_to(at(2, 20, 23, 59, 59))
    before = view.value
    fake_secrets.clock.move_to(at(2, 21))

    assert ("v0", "v1") == (before, view.value)


def test_many_rotations_of_one_secret(fake_secrets, plan):
    """A long way has as many rotations as it has windows."""
    view = plan("db", {"ScheduleExpression": "rate(4 hours)"})

    fake_secrets.clock.advance(days=2)

    assert "v12" == view.value
    assert [at(1, 22, 8), at(1, 22, 12), at(1, 22, 16)] == [when for _, when in runs(fake_secrets)][
        :3
    ]


def test_all_that_falls_due_happens_in_order(fake_secrets, secrets_client, plan):
    """Rotations and ends of recovery windows come one after the other, each at its moment."""
    seen = []

    def look(event, context):
        if event["Step"] == "finishSecret":
            seen.append((fake_secrets.clock.now(), event["SecretId"][-13:-7], sorted(fake_secrets)))

    plan("week", {"AutomaticallyAfterDays": 7}, look)
    plan("tens", {"AutomaticallyAfterDays": 10}, look)
    fake_secrets.add("gone", "v")
    secrets_client.delete_secret(SecretId="gone", RecoveryWindowInDays=8)

    fake_secrets.clock.advance(days=12)

    assert [at(1, 29), at(2, 1)] == [when for when, _, _ in seen]
    assert [["gone", "tens", "week"], ["tens", "week"]] == [names for _, _, names in seen]


def test_rotations_of_the_same_moment(fake_secrets, secrets_client, plan):
    """However many fall due at once, they run one after the other, and none in another."""
    running, deepest = [], []

    def handler(event, context):
        running.append(event)
        deepest.append(len(running))
        secrets_client.describe_secret(SecretId=event["SecretId"])
        fake_secrets.clock.advance(seconds=1)
        running.pop()

    for number in range(20):
        plan(str(number), handler=handler)

    fake_secrets.clock.advance(days=31)

    assert 20 == len(runs(fake_secrets))
    assert 1 == max(deepest)


def test_a_handler_may_let_time_pass(fake_secrets, plan):
    """What a handler moves the clock by on the way is part of the way."""
    plan("db", handler=lambda *_: fake_secrets.clock.advance(hours=1))
    start = fake_secrets.clock.now()

    fake_secrets.clock.advance(days=31)
    between = fake_secrets.clock.now()
    fake_secrets.clock.move_to(at(3, 24))
    fake_secrets.clock.advance(hours=1)

    assert start + timedelta(days=31) == between
    assert 2 == len(runs(fake_secrets))


def test_a_handler_may_outlast_the_way(fake_secrets, plan):
    """Time does not run back when a handler has taken it further than the test went."""
    plan("db", handler=lambda *_: fake_secrets.clock.advance(hours=12))

    assert at(2, 23) == fake_secrets.clock.move_to(at(2, 21))


def test_going_back(fake_secrets, plan):
    """A move into the past rotates nothing."""
    plan("db")
    fake_secrets.clock.move_to(at(1, 1))

    assert [] == runs(fake_secrets)
    assert at(1, 1) == fake_secrets.clock.now()


@pytest.mark.parametrize(
    "look",
    [
        lambda fake: fake["db"].value,
        list,
        lambda fake: fake.client().list_secrets(),
    ],
    ids=["view", "iteration", "call"],
)
def test_time_that_passes_by_itself(look):
    """What fell due in real time is rotated at the next call, or look at the fake, once."""
    with freeze_time(NOW) as frozen, FakeSecrets({"db": "old"}) as fake:
        fake.rotation_lambda(LAMBDA, generate=lambda: "new")
        fake.client().rotate_secret(
            SecretId="db",
            RotationLambdaARN=LAMBDA,
            RotationRules=MONTHLY,
            RotateImmediately=False,
        )
        frozen.tick(timedelta(days=95))
        before = len(fake.rotations)
        look(fake)

        assert (1, 2) == (before, len(fake.rotations))
        assert "new" == fake["db"].value
        assert NOW + timedelta(days=95) == fake.rotations[-1].steps[0].started


EARLY = pytest.mark.parametrize(
    "early", [timedelta(seconds=1), timedelta()], ids=["just before", "to the second"]
)


@EARLY
def test_the_moment_at_which_a_secret_is_rotated(secrets_client, plan, early):
    """A call finds the next value as soon as the window has opened."""
    with freeze_time(at(1, 22)) as frozen:
        plan("db")
        frozen.move_to(at(2, 21) - early)

        value = secrets_client.get_secret_value(SecretId="db")["SecretString"]
    assert ("v0" if early else "v1") == value


@EARLY
def test_the_moment_at_which_a_secret_goes(fake_secrets, secrets_client, early):
    """A call finds no secret as soon as its recovery window has ended."""
    with freeze_time(at(1, 22)) as frozen:
        fake_secrets.add("db", "v")
        secrets_client.delete_secret(SecretId="db", RecoveryWindowInDays=30)
        frozen.move_to(at(2, 21) - early)

        found = outcome(secrets_client.describe_secret, SecretId="db")
    assert ("OK" if early else "ResourceNotFoundException") == found


@pytest.mark.parametrize("change", ["cancel", "delete", "remove", "replace"])
def test_what_is_rotated_no_more(fake_secrets, secrets_client, plan, change):
    """Cancelled, scheduled for deletion, deleted or replaced, a secret falls due no more."""
    plan("db")
    if change == "cancel":
        secrets_client.cancel_rotate_secret(SecretId="db")
    elif change == "replace":
        fake_secrets.add("db", "other")
    else:
        secrets_client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=change == "remove")

    fake_secrets.clock.advance(days=31 if change == "delete" else 100)

    assert [] == runs(fake_secrets)


@dated
def test_a_restored_secret_is_rotated_when_it_is_turned_on_again(
    fake_secrets, secrets_client, plan
):
    """DeleteSecret ends the plan, and nothing is made up for; RotateSecret makes a new one.

    That deletion turns the rotation off was recorded by Cloud Custodian,
    test_secrets_manager_delete.
    """
    view = plan("db")
    secrets_client.delete_secret(SecretId="db")
    fake_secrets.clock.advance(days=29, hours=18)
    secrets_client.restore_secret(SecretId="db")
    fake_secrets.clock.advance(days=100)
    restored = view.value, runs(fake_secrets), dates(secrets_client, "db")
    secrets_client.rotate_secret(SecretId="db", RotateImmediately=False)
    fake_secrets.clock.advance(days=31)

    assert ("v0", [], (None, None)) == restored
    assert "v1" == view.value
    assert 1 == len(runs(fake_secrets))


def test_a_change_by_hand_puts_it_off(fake_secrets, secrets_client, plan):
    """Days are counted from a new current value as well."""
    view = plan("db")
    fake_secrets.clock.advance(days=20)
    secrets_client.put_secret_value(SecretId="db", SecretString="v10")
    fake_secrets.clock.advance(days=20)
    put_off = view.value
    fake_secrets.clock.advance(days=10)

    assert ("v10", "v11") == (put_off, view.value)


@dated
def test_a_change_by_hand_restarts_the_count(fake_secrets, secrets_client, plan):
    """RotationRulesType: "Manually updating the secret value … is considered a valid rotation"."""
    plan("db")
    fake_secrets.clock.advance(days=5)
    secrets_client.put_secret_value(SecretId="db", SecretString="v10")
    _, before = dates(secrets_client, "db")
    fake_secrets.clock.advance(days=1)
    secrets_client.rotate_secret(SecretId="db", RotationRules=MONTHLY, RotateImmediately=False)

    assert (None, before) == dates(secrets_client, "db")


@dated
def test_an_unfinished_rotation_is_reattempted(fake_secrets, secrets_client, plan):
    """After a failure the date is in the past; the next window tries the same version again."""
    failing = [True]

    def handler(event, context):
        if failing and event["Step"] == "setSecret":
            raise RuntimeError

    plan("db", {"AutomaticallyAfterDays": 10}, handler)
    fake_secrets.clock.advance(days=15)
    told = dates(secrets_client, "db")
    failing.clear()
    fake_secrets.clock.advance(days=10)

    first, second = (run for run in fake_secrets.rotations if not run.is_test)
    assert (None, at(2, 1, 23, 59, 59)) == told
    assert (at(2, 1), at(2, 11)) == (first.steps[0].started, second.steps[0].started)
    assert first.token == second.token
    assert (at(2, 11), at(2, 21, 23, 59, 59)) == dates(secrets_client, "db")


def test_snapshots_remember_what_is_due(fake_secrets, plan):
    """A snapshot that is brought back brings its plans along."""
    view = plan("db")
    snapshot = fake_secrets.snapshot()
    fake_secrets.reset()
    fake_secrets.rotation_lambda(f"{LAMBDA}-db", generate=lambda: "new")
    fake_secrets.restore(snapshot)

    fake_secrets.clock.advance(days=31)

    assert "new" == view.value


def test_a_fake_inside_another_rotates_for_itself(fake_secrets, plan):
    """An inner fake takes over what is planned; the outer one's secret stays as it is."""
    view = plan("db")
    with FakeSecrets() as inner:
        inner.clock.advance(days=31)

        assert ("v1", "v0") == (inner["db"].value, view.value)


def test_no_room_for_a_version(fake_secrets, secrets_client, plan):
    """A secret without room for AWSPENDING fails its rotation, and goes on."""
    plan("db")
    for label in range(19):
        (version,) = fake_secrets["db"].versions
        secrets_client.update_secret_version_stage(
            SecretId="db", VersionStage=str(label), MoveToVersionId=version
        )

    fake_secrets.clock.advance(days=31)

    run = fake_secrets.rotations.last
    assert "<RotationRun db failed: createSecret ServiceError>" == repr(run)
    assert (
        "ResourceNotFoundException: Secrets Manager can't find the specified secret value for "
        f"VersionId: {run.token}"
    ) == str(run.exception)
    assert fake_secrets["db"].value == "v0"


def test_room_is_made_for_a_version(fake_secrets, secrets_client, plan):
    """A rotation that falls due forgets the oldest version where there are 100, as a put does."""
    view = plan("db")
    (oldest,) = view.versions
    for number in range(1, 100):
        secrets_client.put_secret_value(SecretId="db", SecretString=f"v{number}")

    fake_secrets.clock.advance(days=31)

    assert "v100" == view.value
    assert 100 == len(view.versions)
    assert oldest not in view.versions


def test_nobody_to_rotate(fake_secrets, secrets_client):
    """A managed secret that falls due without anything that rotates it says so, once."""
    fake_secrets.add("rds!db", owning_service="rds", versions=[Version("v", ["AWSCURRENT"])])
    secrets_client.rotate_secret(SecretId="rds!db", RotationRules=MONTHLY, RotateImmediately=False)

    with pytest.raises(UnsupportedError) as caught:
        fake_secrets.clock.advance(days=31)

    assert (
        "No function is registered for 'rds', which is to rotate the secret. Register one: "
        "fake.rotation_lambda('rds', generate=lambda: 'the next value')."
    ) == str(caught.value)
    assert {"AWSCURRENT"} == set(fake_secrets["rds!db"].labels)
    assert "failed" == fake_secrets.rotations[-1].outcome


@dated
def test_what_is_overdue_moves_no_time_back(fake_secrets, plan, monkeypatch):
    """What fell due while real time passed happens at the present, not at its own moment."""
    plan("db")
    later = NOW + timedelta(days=60)
    monkeypatch.setattr(time, "time", later.timestamp)
    fake_secrets.clock.advance(seconds=1)

    assert later <= runs(fake_secrets)[0][1] <= later + timedelta(seconds=1)
