from __future__ import annotations

import random

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

MODES = ("legacy", "standard", "adaptive")
RETRIED = ("InternalServiceError", "InternalFailure", "ThrottlingException")
FINAL = (
    "AccessDeniedException",
    "DecryptionFailure",
    "ExpiredTokenException",
    "InvalidParameterException",
    "InvalidRequestException",
    "ResourceNotFoundException",
    "ValidationException",
)
NEEDS_RETRY = "needs-retry.secrets-manager.GetSecretValue"

pytestmark = pytest.mark.usefixtures("sleeps")


def client_of(mode, **retries):
    """Return a client with a retry mode."""
    return boto3.client(
        "secretsmanager", "us-east-1", config=Config(retries={"mode": mode, **retries})
    )


def failure_of(client, name="db"):
    """Return the error that a client meets in the end."""
    with pytest.raises(ClientError) as raised:
        client.get_secret_value(SecretId=name)
    return raised.value


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("code", RETRIED)
def test_a_retry_that_succeeds_hides_the_error(fake_secrets, mode, code):
    """Botocore tries again after an error that may pass, and then gives the value."""
    fake_secrets.add("db", "s3cret")
    fault = fake_secrets.faults.error(code, operation="GetSecretValue", times=2)

    response = client_of(mode).get_secret_value(SecretId="db")

    assert "s3cret" == response["SecretString"]
    assert 2 == response["ResponseMetadata"]["RetryAttempts"]
    assert 200 == response["ResponseMetadata"]["HTTPStatusCode"]
    assert 2 == fault.hits
    assert fault.state != "active"


@pytest.mark.parametrize("mode", MODES)
def test_a_call_without_trouble_has_no_retries(fake_secrets, mode):
    """A call that succeeds at once tells of no retry."""
    fake_secrets.add("db", "s3cret")

    response = client_of(mode).get_secret_value(SecretId="db")

    assert 0 == response["ResponseMetadata"]["RetryAttempts"]
    assert 1 == fake_secrets.calls.last.attempts


@pytest.mark.parametrize(("mode", "attempts"), [("legacy", 5), ("standard", 3), ("adaptive", 3)])
@pytest.mark.parametrize("code", RETRIED)
def test_botocore_gives_up_after_as_many_attempts_as_ever(fake_secrets, mode, attempts, code):
    """The number of attempts is the one of botocore's retry mode."""
    fake_secrets.add("db", "s3cret")
    fault = fake_secrets.faults.error(code, operation="GetSecretValue")

    error = failure_of(client_of(mode))

    assert code == error.response["Error"]["Code"]
    assert attempts - 1 == error.response["ResponseMetadata"]["RetryAttempts"]
    assert error.response["ResponseMetadata"]["MaxAttemptsReached"]
    assert attempts == fault.hits


def test_the_final_error_says_that_botocore_gave_up(fake_secrets):
    """The text of the final error counts the retries, as botocore writes it."""
    fake_secrets.add("db", "s3cret")
    fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue")

    error = failure_of(client_of("legacy"))

    assert (
        "An error occurred (InternalServiceError) when calling the GetSecretValue operation "
        "(reached max retries: 4): An error occurred on the server side."
    ) == str(error)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("retries", "attempts"),
    [
        pytest.param({"max_attempts": 0}, 1, id="no retry"),
        pytest.param({"max_attempts": 1}, 2, id="one retry"),
        pytest.param({"max_attempts": 6}, 7, id="six retries"),
        pytest.param({"total_max_attempts": 1}, 1, id="one attempt"),
        pytest.param({"total_max_attempts": 4}, 4, id="four attempts"),
    ],
)
def test_the_config_of_a_client_limits_its_attempts(fake_secrets, mode, retries, attempts):
    """The option max_attempts counts retries and total_max_attempts attempts, in every mode."""
    fake_secrets.add("db", "s3cret")
    fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue")

    error = failure_of(client_of(mode, **retries))

    assert attempts - 1 == error.response["ResponseMetadata"]["RetryAttempts"]
    assert attempts == fake_secrets.calls.last.attempts


def test_the_environment_limits_the_attempts(fake_secrets, monkeypatch):
    """AWS_RETRY_MODE and AWS_MAX_ATTEMPTS count where the client says nothing."""
    monkeypatch.setenv("AWS_RETRY_MODE", "standard")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    fake_secrets.add("db", "s3cret")
    fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue")

    error = failure_of(boto3.Session().client("secretsmanager", "us-east-1"))

    assert 1 == error.response["ResponseMetadata"]["RetryAttempts"]
    assert 2 == fake_secrets.calls.last.attempts


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("code", FINAL)
def test_an_error_that_stays_is_sent_once(fake_secrets, mode, code):
    """Botocore does not repeat what would fail again."""
    fake_secrets.add("db", "s3cret")
    fault = fake_secrets.faults.error(code, operation="GetSecretValue")

    error = failure_of(client_of(mode))

    assert code == error.response["Error"]["Code"]
    assert 0 == error.response["ResponseMetadata"]["RetryAttempts"]
    assert "MaxAttemptsReached" not in error.response["ResponseMetadata"]
    assert 1 == fault.hits
    assert 1 == fake_secrets.calls.last.attempts


def test_a_secret_that_is_missing_is_asked_for_once(fake_secrets):
    """An error of the service itself, without any fault, is not retried either."""
    error = failure_of(client_of("standard"), "missing")

    assert "ResourceNotFoundException" == error.response["Error"]["Code"]
    assert 1 == fake_secrets.calls.last.attempts


def test_the_attempts_of_one_call_are_one_call_in_the_log(fake_secrets):
    """The log counts calls, and each call its attempts and its last outcome."""
    fake_secrets.add("db", "s3cret")
    fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue", times=2)
    client = client_of("standard")

    client.get_secret_value(SecretId="db")
    client.get_secret_value(SecretId="db")

    assert [(3, "OK", None), (1, "OK", None)] == [
        (call.attempts, call.outcome, call.error) for call in fake_secrets.calls
    ]
    assert 2 == fake_secrets.calls.count("GetSecretValue", secret="db")


def test_a_call_that_never_succeeded_has_its_error_in_the_log(fake_secrets):
    """The outcome of a call is what the code under test saw."""
    fake_secrets.add("db", "s3cret")
    fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue")

    failure_of(client_of("standard"))

    assert 1 == len(fake_secrets.calls)
    assert (3, "InternalServiceError") == (
        fake_secrets.calls.last.attempts,
        fake_secrets.calls.last.outcome,
    )


def test_a_fault_counts_attempts_across_calls(fake_secrets):
    """The times of a fault are attempts: a call may use up some, the next one the rest."""
    fake_secrets.add("db", "s3cret")
    fault = fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue", times=4)
    client = client_of("standard")

    error = failure_of(client)
    response = client.get_secret_value(SecretId="db")

    assert 2 == error.response["ResponseMetadata"]["RetryAttempts"]
    assert 1 == response["ResponseMetadata"]["RetryAttempts"]
    assert 4 == fault.hits


def test_each_attempt_may_meet_another_fault(fake_secrets):
    """A retry meets the next fault in line; the code under test sees the last one."""
    fake_secrets.add("db", "s3cret")
    fake_secrets.faults.error("ThrottlingException", operation="GetSecretValue", times=1)
    fake_secrets.faults.error("DecryptionFailure", operation="GetSecretValue", times=1)

    error = failure_of(client_of("standard"))

    assert "DecryptionFailure" == error.response["Error"]["Code"]
    assert 1 == error.response["ResponseMetadata"]["RetryAttempts"]
    assert 2 == fake_secrets.calls.last.attempts


def test_each_attempt_has_its_own_request_id(fake_secrets):
    """The id of a request is new in every attempt, as AWS gives it."""
    fake_secrets.add("db", "s3cret")
    fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue", times=2)
    client = client_of("standard")
    ids = []
    client.meta.events.register_first(
        NEEDS_RETRY,
        lambda response, **_: ids.append(response[1]["ResponseMetadata"]["RequestId"]),
    )

    response = client.get_secret_value(SecretId="db")

    assert 3 == len(set(ids))
    assert response["ResponseMetadata"]["RequestId"] == ids[-1]


def test_a_retried_write_has_one_effect(fake_secrets):
    """A fault strikes before any effect, so the retry of a write makes one version."""
    fake_secrets.add("db", "old")
    fake_secrets.faults.error("InternalServiceError", operation="PutSecretValue", times=2)

    client_of("standard").put_secret_value(SecretId="db", SecretString="new")

    assert ["new", "old"] == sorted(
        version.value for version in fake_secrets["db"].versions.values()
    )
    assert "new" == fake_secrets["db"].value


def test_legacy_delays_move_the_clock_of_the_fake(fake_secrets, frozen_time, monkeypatch):
    """The exponential delays of the legacy mode pass on the fake's clock alone."""
    monkeypatch.setattr(random, "random", lambda: 0.5)
    fake_secrets.add("db", "s3cret")
    fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue", times=3)

    client_of("legacy").get_secret_value(SecretId="db")

    assert 0.5 + 1 + 2 == (fake_secrets.clock.now() - frozen_time).total_seconds()


@pytest.mark.parametrize("mode", MODES)
def test_every_delay_moves_the_clock_of_the_fake(fake_secrets, frozen_time, mode):
    """Whatever delay a retry handler wants, in any mode, passes on the fake's clock."""
    fake_secrets.add("db", "s3cret")
    client = client_of(mode)
    client.meta.events.register_first(
        NEEDS_RETRY, lambda attempts, **_: 90 * attempts if attempts < 3 else None
    )

    response = client.get_secret_value(SecretId="db")

    assert 90 + 180 == (fake_secrets.clock.now() - frozen_time).total_seconds()
    assert 2 == response["ResponseMetadata"]["RetryAttempts"]
    assert 3 == fake_secrets.calls.last.attempts


def test_a_delay_of_nothing_is_a_retry_too(fake_secrets, frozen_time):
    """A retry handler that wants no pause is obeyed, and no time passes."""
    fake_secrets.add("db", "s3cret")
    client = client_of("standard")
    client.meta.events.register_first(
        NEEDS_RETRY, lambda attempts, **_: 0 if attempts == 1 else None
    )

    client.get_secret_value(SecretId="db")

    assert frozen_time == fake_secrets.clock.now()
    assert 2 == fake_secrets.calls.last.attempts


def test_what_falls_due_during_a_delay_happens(fake_secrets, frozen_time):
    """A secret whose recovery window ends during a delay is gone in the next attempt."""
    fake_secrets.add("db", "s3cret")
    client = client_of("standard")
    client.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    client.meta.events.register_first(
        "needs-retry.secrets-manager.DescribeSecret",
        lambda attempts, **_: 8 * 24 * 3600 if attempts == 1 else None,
    )

    with pytest.raises(client.exceptions.ResourceNotFoundException) as raised:
        client.describe_secret(SecretId="db")

    assert 1 == raised.value.response["ResponseMetadata"]["RetryAttempts"]
    assert "db" not in fake_secrets


def test_an_adaptive_client_never_waits_for_its_rate(fake_secrets, sleeps):
    """An adaptive client that was throttled goes on without holding the process up."""
    fake_secrets.add("db", "s3cret")
    fake_secrets.faults.error("ThrottlingException", operation="GetSecretValue", times=2)
    client = client_of("adaptive")

    values = {client.get_secret_value(SecretId="db")["SecretString"] for _ in range(20)}

    assert {"s3cret"} == values
    assert [] == sleeps
