from __future__ import annotations

import asyncio
import functools
import time
from contextlib import suppress
from datetime import datetime, timezone

# Loaded once here: what a run of pytester in this process is first to import, it drops at its end.
import boto3  # noqa: F401 - see above
import botocore.session
import pytest
from answer_shapes import check_answers

check_answers()
# Hundreds of sessions would each read the same JSON of botocore's again.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)

with suppress(ImportError):  # not where only aiobotocore is tested
    from hypothesis import settings

    settings.register_profile("thorough", max_examples=60, deadline=None)
    settings.register_profile("soak", max_examples=1_000, deadline=None)
    settings.register_profile("quick", max_examples=15, deadline=None)
    # The same examples in each run: otherwise chance says which mutants live.
    settings.register_profile(
        "mutate", max_examples=15, deadline=None, derandomize=True, database=None
    )
    settings.load_profile("thorough")

# Otherwise the durations of tests with a frozen time are nonsense.
with suppress(ImportError):  # not where only aiobotocore is tested
    import freezegun

    freezegun.configure(extend_ignore_list=["_pytest.timing"])


# Tests that are about sockets, or about calls that leave, which they stop themselves.
WITH_SOCKETS = (
    "command",
    "server",
    "test_elsewhere",
    "test_machine_configuration",
    "test_questions",
    "test_real_calls",
)

with suppress(ImportError):  # not where only aiobotocore is tested
    import pytest_socket

    @pytest.fixture(autouse=True)
    def sockets(request):
        """Have no test open a socket but those that are about sockets."""
        if any(part in str(request.path) for part in WITH_SOCKETS):
            pytest_socket.enable_socket()
        else:
            pytest_socket.disable_socket(allow_unix_socket=True)
        yield
        pytest_socket.enable_socket()


@pytest.fixture
def sleeps(monkeypatch):
    """Have any sleep of the process fail, and return those that were tried."""
    tried = []

    def sleep(seconds):
        tried.append(seconds)
        pytest.fail(f"The process slept for {seconds} seconds.")

    monkeypatch.setattr(time, "sleep", sleep)
    return tried


@pytest.fixture
def frozen_time(monkeypatch):
    """Have the time of the machine stand still, so that only botocore moves the fake's clock."""
    monkeypatch.setattr(time, "time", lambda: 1_767_225_600.0)
    return datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def awake(monkeypatch):
    """Have any sleep of the event loop fail the test."""
    sleep = asyncio.sleep

    async def refuse(seconds, result=None):
        assert seconds == 0, f"The event loop slept for {seconds} seconds."

        return await sleep(0, result)

    monkeypatch.setattr(asyncio, "sleep", refuse)
