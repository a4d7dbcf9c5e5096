from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from pytest_fakesecrets._calls.hooks import Hooks
from pytest_fakesecrets._fake.fake import pipeline_of

ROTATE = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
pytestmark = pytest.mark.secrets({"a": "v"})


def test_a_predicate_may_call(fake_secrets, secrets_client):
    """What a predicate calls meets no fault, so that none asks itself, or strikes too often."""
    seen = []

    def asks(call):
        seen.append(call.operation)
        return bool(secrets_client.describe_secret(SecretId="a"))

    fault = fake_secrets.faults.delay(1, times=1, when=asks)
    secrets_client.get_secret_value(SecretId="a")

    assert (["GetSecretValue"], 1) == (seen, fault.hits)
    assert ["GetSecretValue", "DescribeSecret"] == [call.operation for call in fake_secrets.calls]


def test_a_predicate_may_wait_for_another_thread(fake_secrets, secrets_client):
    """No lock is held while a predicate is asked."""

    def waits(call):
        if call.operation != "GetSecretValue":
            return False
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(secrets_client.describe_secret, SecretId="a").result(timeout=20)

    fault = fake_secrets.faults.delay(1, when=waits)
    secrets_client.get_secret_value(SecretId="a")

    assert 1 == fault.hits


def test_a_predicate_may_move_the_clock(fake_secrets, secrets_client):
    """A rotation that falls due meanwhile runs, also by an asynchronous handler, in its thread."""
    steps = []

    async def handler(event, context):
        fake_secrets.client().describe_secret(SecretId=event["SecretId"])
        steps.append(event["Step"])

    fake_secrets.rotation_lambda(ROTATE, handler)
    secrets_client.rotate_secret(
        SecretId="a", RotationLambdaARN=ROTATE, RotationRules={"AutomaticallyAfterDays": 1}
    )
    before = len(steps)
    fake_secrets.faults.delay(
        1,
        operation="GetSecretValue",
        when=lambda _: fake_secrets.clock.advance(days=3) and False,
    )
    secrets_client.get_secret_value(SecretId="a")

    assert len(steps) > before > 0


@pytest.mark.parametrize("hook", ["decide_fault", "finish_call"])
def test_a_hook_may_call(fake_secrets, secrets_client, hook):
    """A hook is not asked about what it calls itself."""
    asked = []

    def calls(about):
        asked.append(about)
        secrets_client.describe_secret(SecretId="a")

    pipeline_of(fake_secrets).connect(Hooks(**{hook: calls}))
    secrets_client.get_secret_value(SecretId="a")

    assert 1 == len(asked)


def test_a_hook_is_told_of_each_secret(fake_secrets, secrets_client):
    """It learns of those that are there already, of new ones, and of each change."""
    kept = []
    fake_secrets.add("b", "v")
    secrets_client.list_secrets()  # the first call decides the Region of the secrets
    pipeline_of(fake_secrets).connect(Hooks(keep_secret=lambda secret: kept.append(secret.name)))
    before = sorted(kept)
    kept.clear()

    secrets_client.create_secret(Name="c", SecretString="v")
    secrets_client.put_secret_value(SecretId="a", SecretString="w")
    secrets_client.delete_secret(SecretId="b", ForceDeleteWithoutRecovery=True)
    fake_secrets.add("d", "v")

    assert ["a", "b"] == before
    assert ["c", "a", "d"] == list(dict.fromkeys(kept))


def test_a_hook_finds_a_function(fake_secrets, secrets_client):
    """It is asked for a function that nobody registered, each time anew."""
    asked, steps = [], []

    def find(arn):
        asked.append(arn)
        return (lambda event, _: steps.append(event["Step"])) if arn == ROTATE else None

    fake_secrets.add("b", "v")
    pipeline_of(fake_secrets).connect(Hooks(find_function=find))
    secrets_client.rotate_secret(SecretId="a", RotationLambdaARN=ROTATE)
    other = ROTATE.replace("rotate", "other")
    with pytest.raises(ClientError, match="cannot invoke the specified Lambda function"):
        secrets_client.rotate_secret(SecretId="b", RotationLambdaARN=other)

    assert ["createSecret", "setSecret", "testSecret", "finishSecret"] == steps
    assert {ROTATE, other} == set(asked)

    asked.clear()
    fake_secrets.rotation_lambda(ROTATE, generate=lambda: "w")
    secrets_client.rotate_secret(SecretId="b", RotationLambdaARN=ROTATE)
    assert ([], "w") == (asked, fake_secrets["b"].value)


def test_what_an_observer_raises_reaches_the_code_under_test(fake_secrets, secrets_client):
    """An observer may refuse a call that has been made; the log shows the call's own outcome."""

    def refuse(exchange):
        raise AssertionError(exchange.call.operation)

    pipeline_of(fake_secrets).connect(Hooks(finish_call=refuse))

    with pytest.raises(AssertionError, match="GetSecretValue"):
        secrets_client.get_secret_value(SecretId="a")
    assert "OK" == fake_secrets.calls.last.outcome
