from __future__ import annotations

from collections.abc import Iterator

import configuration
import pytest

from pytest_fakesecrets import ErrorCase, FakeSecrets

pytestmark = pytest.mark.secrets({"prod/app": {"debug": False}}, region="eu-west-1")


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    yield
    configuration.forget()


def test_reads_once(fake_secrets: FakeSecrets) -> None:
    """The second load comes from the cache: only one call is on the log."""
    configuration.load("prod/app")
    loaded = configuration.load("prod/app")

    assert loaded == {"debug": False}
    assert fake_secrets.calls.count("GetSecretValue", secret="prod/app") == 1


def test_survives_a_short_outage(fake_secrets: FakeSecrets) -> None:
    """Two retries happen by botocore's own rules, and no test sleeps for them."""
    fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue", times=2)

    assert configuration.load("prod/app") == {"debug": False}
    assert fake_secrets.calls.last.attempts == 3


def test_says_which_error_it_met(secrets_error: ErrorCase) -> None:
    """Runs once for each of the five errors that AWS documents for GetSecretValue."""
    with pytest.raises(configuration.ConfigurationUnavailableError, match=secrets_error.code):
        configuration.load("prod/app")


@pytest.mark.secrets_errors(only=["InternalServiceError"], also=["ThrottlingException"])
def test_an_old_copy_is_better_than_none(
    fake_secrets: FakeSecrets, secrets_error: ErrorCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a copy at hand an outage goes unnoticed, however old the copy is."""
    monkeypatch.setitem(configuration._cache, "prod/app", (0.0, {"debug": True}))

    assert configuration.load("prod/app") == {"debug": True}
    assert fake_secrets.calls.last.outcome == secrets_error.code
