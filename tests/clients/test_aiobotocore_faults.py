from __future__ import annotations

import asyncio

import botocore.exceptions
import pytest
from botocore.exceptions import ReadTimeoutError

pytest.importorskip("aiobotocore")

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session

ATTEMPTS = {"legacy": 5, "standard": 3, "adaptive": 3}
NEEDS_RETRY = "needs-retry.secrets-manager.GetSecretValue"

pytestmark = pytest.mark.usefixtures("awake")


def client_of(**options):
    """Return a client that is to be entered."""
    return get_session().create_client("secretsmanager", **options)


def read(**options):
    """Run the story of a client that reads one secret."""

    async def story():
        async with client_of(**options) as client:
            return await client.get_secret_value(SecretId="db")

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        ("ConnectTimeoutError", 3),
        ("ConnectionClosedError", 0),
        ("EndpointConnectionError", 0),
        ("ReadTimeoutError", 7),
        ("SSLError", 0),
    ],
)
@pytest.mark.parametrize("mode", ATTEMPTS)
def test_an_outage(fake_secrets, frozen_time, mode, error, seconds):
    """A client that reaches nothing raises botocore's exception, after as many tries as ever."""
    attempts = ATTEMPTS[mode]
    fake_secrets.faults.error(error)
    config = AioConfig(retries={"mode": mode}, connect_timeout=3, read_timeout=7)

    with pytest.raises(getattr(botocore.exceptions, error)):
        read(config=config)

    call = fake_secrets.calls.last
    assert (attempts, [error] * attempts) == (call.attempts, call.outcomes)
    waited = (fake_secrets.clock.now() - frozen_time).total_seconds()
    assert attempts * seconds + sum(call.delays) == pytest.approx(waited, abs=0.01)


def test_a_slow_answer(fake_secrets, frozen_time):
    """An answer takes its time on the fake's clock, and the client gives up when it would."""
    fake_secrets.add("db", "s3cret")
    fake_secrets.faults.delay(5)

    patient = read(config=AioConfig(read_timeout=6))
    with pytest.raises(ReadTimeoutError):
        read(config=AioConfig(read_timeout=2, retries={"max_attempts": 0}))

    assert "s3cret" == patient["SecretString"]
    assert 5 + 2 == (fake_secrets.clock.now() - frozen_time).total_seconds()


@pytest.mark.parametrize("error", ["ReadTimeoutError", "ConnectionClosedError"])
def test_a_lost_response_and_its_retry_have_one_effect(fake_secrets, error):
    """A write whose answer was lost is sent again with its token, and makes one version."""
    fake_secrets.add("db", "old")
    fake_secrets.faults.drop_response(error, times=1)

    async def story():
        async with client_of() as client:
            return await client.put_secret_value(SecretId="db", SecretString="new")

    version = asyncio.run(story())["VersionId"]

    assert [error, "OK"] == fake_secrets.calls.last.outcomes
    assert version == fake_secrets["db"].labels["AWSCURRENT"]
    assert 2 == len(fake_secrets["db"].versions)


def test_garbled_answers(fake_secrets):
    """Half an answer has no members, and what is not a string is an exception of the parser's."""
    fake_secrets.add("db", "s3cret")
    with fake_secrets.faults.corrupt_response():
        half = read()
    with fake_secrets.faults.corrupt_response(b"\xff"), pytest.raises(UnicodeDecodeError):
        read()
    with fake_secrets.faults.corrupt_response(b"<html>", status=502, times=1):
        whole = read()

    assert ["ResponseMetadata"] == list(half)
    assert "s3cret" == whole["SecretString"]
    assert [["OK"], ["UnicodeDecodeError"], ["502", "OK"]] == [
        call.outcomes for call in fake_secrets.calls
    ]


def test_reads_that_lag(fake_secrets):
    """A read after a write sees what was there before."""
    fake_secrets.add("db", "old")
    fake_secrets.faults.stale_reads(calls=1)

    async def story():
        async with client_of() as client:
            await client.put_secret_value(SecretId="db", SecretString="new")
            answers = [await client.get_secret_value(SecretId="db") for _ in range(2)]
            return [answer["SecretString"] for answer in answers]

    assert ["old", "new"] == asyncio.run(story())


def test_a_call_that_is_cancelled(fake_secrets):
    """A call that nobody waits for any more is on the log as cancelled."""
    fake_secrets.add("db", "s3cret")

    async def story():
        async with client_of() as client:
            client.meta.events.register_first(NEEDS_RETRY, lambda **_: asyncio.Event().wait())
            call = asyncio.ensure_future(client.get_secret_value(SecretId="db"))
            await asyncio.sleep(0)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    asyncio.run(story())

    assert "CancelledError" == fake_secrets.calls.last.outcome
    assert fake_secrets.calls.last.ended is not None
