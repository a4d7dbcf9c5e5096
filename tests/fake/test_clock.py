from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest

from pytest_fakesecrets import FakeSecrets, UsageError

NOW = datetime(2024, 2, 29, 12, 30, 15, 250_000, tzinfo=timezone.utc)


@pytest.fixture
def frozen(monkeypatch):
    """Stop the process's time at one moment."""
    monkeypatch.setattr(time, "time", NOW.timestamp)


def created(client, name):
    """Create a secret; return the moment at which the fake says it happened."""
    client.create_secret(Name=name, SecretString="v")
    return client.describe_secret(SecretId=name)["CreatedDate"]


def test_real_time_by_default(fake_secrets, secrets_client):
    """Without a move the fake's time is the process's, in UTC and to the millisecond."""
    before = time.time() - 0.001
    moments = [fake_secrets.clock.now(), created(secrets_client, "a")]
    after = time.time()

    assert all(before <= moment.timestamp() <= after for moment in moments)
    assert all(moment.utcoffset() == timedelta() for moment in moments)
    assert all(moment.microsecond % 1000 == 0 for moment in moments)


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(
    ("amount", "step"),
    [
        ({"weeks": 1}, timedelta(weeks=1)),
        ({"days": 31}, timedelta(days=31)),
        ({"hours": 1, "minutes": 2}, timedelta(hours=1, minutes=2)),
        ({"seconds": 0.5}, timedelta(milliseconds=500)),
        ({"milliseconds": 3}, timedelta(milliseconds=3)),
        ({"microseconds": 2_000}, timedelta(milliseconds=2)),
        ({}, timedelta()),
    ],
    ids=["weeks", "days", "several", "part of a second", "milliseconds", "microseconds", "nothing"],
)
def test_advance(fake_secrets, secrets_client, amount, step):
    """advance() lets time pass, and returns the new present."""
    assert NOW + step == fake_secrets.clock.advance(**amount)
    assert NOW + step == fake_secrets.clock.now()
    assert NOW + step == created(secrets_client, "a")


@pytest.mark.usefixtures("frozen")
def test_advances_add_up(fake_secrets):
    """Two advances are as far as their sum."""
    fake_secrets.clock.advance(days=1)
    fake_secrets.clock.advance(seconds=1)

    assert NOW + timedelta(days=1, seconds=1) == fake_secrets.clock.now()


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(
    ("moment", "present"),
    [
        (datetime(2030, 1, 1, tzinfo=timezone.utc), datetime(2030, 1, 1, tzinfo=timezone.utc)),
        (datetime(1999, 1, 1, tzinfo=timezone.utc), datetime(1999, 1, 1, tzinfo=timezone.utc)),
        (
            datetime(2030, 1, 1, 5, tzinfo=timezone(timedelta(hours=5))),
            datetime(2030, 1, 1, tzinfo=timezone.utc),
        ),
        (
            datetime(2030, 1, 1, 0, 0, 0, 123_456, tzinfo=timezone.utc),
            datetime(2030, 1, 1, 0, 0, 0, 123_000, tzinfo=timezone.utc),
        ),
    ],
    ids=["future", "past", "another time zone", "microseconds"],
)
def test_move_to(fake_secrets, secrets_client, moment, present):
    """move_to() sets the present, also back, and returns it."""
    assert present == fake_secrets.clock.move_to(moment)
    assert present == fake_secrets.clock.now()
    assert present == created(secrets_client, "a")


def test_time_runs_on_after_a_move(fake_secrets, monkeypatch):
    """From the moment that was moved to, time passes as it really does."""
    monkeypatch.setattr(time, "time", lambda: 1_000.0)
    fake_secrets.clock.move_to(NOW)
    monkeypatch.setattr(time, "time", lambda: 1_060.0)

    assert NOW + timedelta(seconds=60) == fake_secrets.clock.now()


def test_what_falls_due_happens(fake_secrets, secrets_client):
    """A recovery window that a move passes has ended, without any call between."""
    fake_secrets.add("a", "v")
    fake_secrets.clock.move_to(NOW)
    secrets_client.delete_secret(SecretId="a", RecoveryWindowInDays=7)

    fake_secrets.clock.advance(days=6)
    assert "a" in fake_secrets
    fake_secrets.clock.move_to(NOW + timedelta(days=8))
    assert [] == list(fake_secrets)


@pytest.mark.parametrize("missing", [timedelta(seconds=1), timedelta()], ids=["before", "at"])
def test_what_falls_due_as_time_passes_by_itself_happens(
    fake_secrets, secrets_client, monkeypatch, missing
):
    """A call finds a secret until the very end of its recovery window, and nothing from then on."""
    monkeypatch.setattr(time, "time", NOW.timestamp)
    fake_secrets.add("a", "v")
    secrets_client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
    monkeypatch.setattr(time, "time", (NOW + timedelta(days=7) - missing).timestamp)

    listed = secrets_client.list_secrets(IncludePlannedDeletion=True)["SecretList"]

    assert (["a"] if missing else []) == [secret["Name"] for secret in listed]


def test_days_of_access_follow_the_clock(fake_secrets, secrets_client):
    """The day of the last read is the fake's day."""
    fake_secrets.add("a", "v")
    fake_secrets.clock.move_to(NOW)
    secrets_client.get_secret_value(SecretId="a")

    answer = secrets_client.describe_secret(SecretId="a")

    assert datetime(2024, 2, 29, tzinfo=timezone.utc) == answer["LastAccessedDate"]


def test_the_process_s_time_stays(fake_secrets):
    """Moving the fake's clock moves nothing else."""
    before = time.time()
    fake_secrets.clock.move_to(NOW)
    now = datetime.now(timezone.utc)

    assert before <= time.time() < before + 3600
    assert now - datetime.fromtimestamp(before, timezone.utc) < timedelta(hours=1)


def test_freezegun_is_respected(fake_secrets, secrets_client):
    """Under freezegun the fake lives in the frozen time, plus what it was advanced by."""
    freezegun = pytest.importorskip("freezegun")
    with freezegun.freeze_time(NOW) as frozen:
        assert NOW == fake_secrets.clock.now() == created(secrets_client, "a")
        frozen.tick(60)
        assert NOW + timedelta(seconds=60) == fake_secrets.clock.now()
        fake_secrets.clock.advance(hours=1)
        assert NOW + timedelta(seconds=3660) == created(secrets_client, "b")
    assert fake_secrets.clock.now() > NOW + timedelta(days=365)


def test_time_machine_is_respected(fake_secrets, secrets_client):
    """Under time-machine the fake lives in the travelled time, plus what it was advanced by."""
    time_machine = pytest.importorskip("time_machine")
    with time_machine.travel(NOW, tick=False) as traveller:
        assert NOW == fake_secrets.clock.now() == created(secrets_client, "a")
        traveller.shift(60)
        assert NOW + timedelta(seconds=60) == fake_secrets.clock.now()
        fake_secrets.clock.advance(hours=1)
        assert NOW + timedelta(seconds=3660) == created(secrets_client, "b")
    assert fake_secrets.clock.now() > NOW + timedelta(days=365)


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        (
            {"day": 1},
            (
                "day is not a unit of clock.advance(); did you mean days? "
                "Choose one of: days, hours, microseconds, milliseconds, minutes, seconds, weeks."
            ),
        ),
        (
            {"years": 1, "months": 1},
            (
                "months is not a unit of clock.advance(); did you mean minutes? "
                "Choose one of: days, hours, microseconds, milliseconds, minutes, seconds, weeks."
            ),
        ),
        (
            {"seconds": -1.5},
            (
                "clock.advance() was given -1.5 seconds, but cannot go back in time. "
                "To choose a moment in the past, use clock.move_to(datetime)."
            ),
        ),
        (
            {"days": 1, "hours": -25},
            (
                "clock.advance() was given -3600.0 seconds, but cannot go back in time. "
                "To choose a moment in the past, use clock.move_to(datetime)."
            ),
        ),
    ],
    ids=["unit", "units", "backwards", "backwards in sum"],
)
def test_refused_advances(amount, message):
    """An unknown unit and a negative amount are refused, and move nothing."""
    clock = FakeSecrets().clock
    before = repr(clock)[-len("moved by 0:00:00>") :]

    with pytest.raises(UsageError) as caught:
        clock.advance(**amount)

    assert message == str(caught.value)
    assert "moved by 0:00:00>" == before == repr(clock)[-len(before) :]


@pytest.mark.parametrize(
    "amount",
    [{"days": "1"}, {"days": None}, {"days": 10**10}, {"days": 10**7}, {"seconds": float("nan")}],
    ids=["text", "None", "beyond all amounts", "beyond all dates", "not a number"],
)
def test_other_amounts_are_refused(amount):
    """An amount that is not an amount of time is refused by the fake, not by Python."""
    with pytest.raises(UsageError):
        FakeSecrets().clock.advance(**amount)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2024, 1, 1), "datetime.datetime(2024, 1, 1, 0, 0)"),  # noqa: DTZ001 - refused
        ("2024-01-01", "'2024-01-01'"),
        (1_700_000_000, "1700000000"),
        (None, "None"),
    ],
    ids=["no time zone", "text", "number", "None"],
)
def test_refused_moves(moment, shown):
    """A moment without a time zone, and what is not a moment, is refused."""
    with pytest.raises(UsageError) as caught:
        FakeSecrets().clock.move_to(moment)

    assert (
        f"clock.move_to() was given {shown}, which has no time zone. "
        "Give one with a zone: datetime(2026, 1, 31, tzinfo=timezone.utc)."
    ) == str(caught.value)


@pytest.mark.usefixtures("frozen")
def test_repr():
    """A clock shows the present and how far it was moved."""
    clock = FakeSecrets().clock
    clock.advance(days=1)

    assert "<Clock 2024-03-01T12:30:15.250+00:00, moved by 1 day, 0:00:00>" == repr(clock)


WHEN = datetime(2030, 1, 31, 9, 0, 0, 123_000, tzinfo=timezone.utc)


def test_a_frozen_clock_states_exact_dates(fake_secrets, secrets_client):
    """Frozen and moved to a moment, the clock dates everything to that very millisecond."""
    fake_secrets.clock.freeze()
    fake_secrets.clock.move_to(WHEN)

    assert WHEN == created(secrets_client, "a")
    assert WHEN == secrets_client.get_secret_value(SecretId="a")["CreatedDate"]
    assert WHEN == fake_secrets.calls.last.started == fake_secrets.calls.last.ended
    assert "frozen" in repr(fake_secrets.clock)


def test_a_frozen_clock_stands_still_while_real_time_passes(fake_secrets, monkeypatch):
    """After freeze() real time does not count; advance() does."""
    monkeypatch.setattr(time, "time", NOW.timestamp)
    fake_secrets.clock.freeze()
    monkeypatch.setattr(time, "time", lambda: NOW.timestamp() + 60)

    assert NOW == fake_secrets.clock.now()
    assert NOW + timedelta(seconds=5) == fake_secrets.clock.advance(seconds=5)


def test_an_unfrozen_clock_runs_on_from_what_it_shows(fake_secrets, monkeypatch):
    """After unfreeze() the time goes on where it stood, without a leap."""
    monkeypatch.setattr(time, "time", NOW.timestamp)
    fake_secrets.clock.freeze()
    monkeypatch.setattr(time, "time", lambda: NOW.timestamp() + 60)
    fake_secrets.clock.unfreeze()

    assert NOW == fake_secrets.clock.now()
    monkeypatch.setattr(time, "time", lambda: NOW.timestamp() + 61)
    assert NOW + timedelta(seconds=1) == fake_secrets.clock.now()


def test_a_clock_is_frozen_until_its_block_ends(fake_secrets, monkeypatch):
    """freeze() is a context manager; a block within another does not end the outer one."""
    monkeypatch.setattr(time, "time", NOW.timestamp)
    with fake_secrets.clock.freeze() as clock, clock.freeze():
        monkeypatch.setattr(time, "time", lambda: NOW.timestamp() + 60)
    assert NOW + timedelta() == fake_secrets.clock.now()
    monkeypatch.setattr(time, "time", lambda: NOW.timestamp() + 90)

    assert NOW + timedelta(seconds=30) == fake_secrets.clock.now()


def test_an_inner_block_leaves_the_clock_frozen(fake_secrets, monkeypatch):
    """A clock that was frozen before a block is frozen after it."""
    monkeypatch.setattr(time, "time", NOW.timestamp)
    fake_secrets.clock.freeze()
    with fake_secrets.clock.freeze():
        pass
    monkeypatch.setattr(time, "time", lambda: NOW.timestamp() + 60)

    assert NOW == fake_secrets.clock.now()


def test_unfreeze_without_freeze_changes_nothing(fake_secrets, monkeypatch):
    """A clock that runs goes on running."""
    monkeypatch.setattr(time, "time", NOW.timestamp)
    fake_secrets.clock.unfreeze()

    assert NOW == fake_secrets.clock.now()


def test_a_fake_inside_one_with_a_frozen_clock_is_frozen_too(fake_secrets):
    """A nested fake starts with the time of the outer one, which stands still."""
    fake_secrets.clock.freeze()
    fake_secrets.clock.move_to(WHEN)

    with FakeSecrets() as inner:
        assert WHEN == inner.clock.now()
        inner.clock.unfreeze()

    assert WHEN == fake_secrets.clock.now()


def test_what_falls_due_happens_under_a_frozen_clock(fake_secrets, secrets_client):
    """A recovery window ends when the test moves a frozen clock past it."""
    secrets_client.create_secret(Name="a", SecretString="v")
    with fake_secrets.clock.freeze() as clock:
        secrets_client.delete_secret(SecretId="a", RecoveryWindowInDays=7)
        clock.advance(days=7)

        assert "a" not in fake_secrets


def test_advance_by_a_timedelta():
    """A timedelta says the same as keywords."""
    fake = FakeSecrets()
    fake.clock.freeze()
    before = fake.clock.now()

    assert before + timedelta(days=1, seconds=2) == fake.clock.advance(timedelta(days=1, seconds=2))


@pytest.mark.parametrize(
    ("step", "amount", "shown"),
    [
        (30, {}, "was given 30. Give either a timedelta, or a number with its unit"),
        (timedelta(1), {"days": 1}, "was given datetime.timedelta(days=1) and more"),
        (timedelta(-1), {}, "-86400.0 seconds, but cannot go back in time"),
    ],
    ids=["number", "both", "backwards"],
)
def test_advance_by_what_is_not_a_step(step, amount, shown):
    """A number without a unit, or two amounts, are refused with what to write."""
    with pytest.raises(UsageError) as caught:
        FakeSecrets().clock.advance(step, **amount)
    assert shown in str(caught.value)
