from __future__ import annotations

import re
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from support import client_that_gives_up

from pytest_fakesecrets import Call, FakeSecrets, Masked, UnsupportedError, UsageError, Version
from pytest_fakesecrets._aws.operations.registry import OPERATIONS
from pytest_fakesecrets._fake.fake import pipeline_of

NOW = datetime(2024, 2, 29, 12, 30, 15, 250_000, tzinfo=timezone.utc)


@pytest.fixture
def made(fake_secrets, secrets_client):
    """Make five calls about two secrets; return the log."""
    fake_secrets.add("a", "v")
    secrets_client.get_secret_value(SecretId="a")
    secrets_client.describe_secret(SecretId=fake_secrets["a"].arn)
    secrets_client.create_secret(Name="b", SecretString="w")
    secrets_client.get_secret_value(SecretId="b", VersionStage="AWSCURRENT")
    with pytest.raises(secrets_client.exceptions.ResourceNotFoundException):
        secrets_client.get_secret_value(SecretId="c")
    return fake_secrets.calls


def operations(calls):
    """Return the operations of some calls."""
    return [call.operation for call in calls]


def test_log_is_a_sequence(made):
    """The log is a sequence of calls, oldest first."""
    every = [
        "GetSecretValue",
        "DescribeSecret",
        "CreateSecret",
        "GetSecretValue",
        "GetSecretValue",
    ]

    assert isinstance(made, Sequence)
    assert 5 == len(made)
    assert every == operations(made)
    assert every[::-1] == operations(reversed(made))
    assert every[1:3] == operations(made[1:3])
    assert "GetSecretValue" == made[0].operation == made[-1].operation
    assert made[4] is made.last
    assert made[2] in made
    assert all(isinstance(call, Call) for call in made)
    with pytest.raises(IndexError, match=r"^calls\[5\] was asked for, of 5 calls$"):
        made[5]


def test_log_starts_empty(fake_secrets, secrets_client):
    """Nothing but a call is logged: no fixture, no seed, no look by the test."""
    fake_secrets.add("a", "v")
    fake_secrets["a"].json  # noqa: B018 - looking is what leaves no trace
    fake_secrets.snapshot()

    assert 0 == len(fake_secrets.calls)
    assert [] == list(fake_secrets.calls)
    assert 0 == fake_secrets.calls.count()


@pytest.mark.usefixtures("fake_secrets")
def test_a_call_that_botocore_refuses_is_none(fake_secrets, secrets_client):
    """A request that botocore itself refuses never reaches the log."""
    with pytest.raises(ParamValidationError):
        secrets_client.get_secret_value(SecretId=5)

    assert 0 == len(fake_secrets.calls)


def test_iteration_is_undisturbed(fake_secrets, secrets_client):
    """A loop over the log does not see the calls that it makes."""
    fake_secrets.add("a", "v")
    secrets_client.get_secret_value(SecretId="a")
    for call in fake_secrets.calls:
        secrets_client.get_secret_value(SecretId=call.parameters["SecretId"])

    assert 2 == len(fake_secrets.calls)


def test_a_call_tells_everything(fake_secrets, monkeypatch):
    """A call has operation, parameters, place, attempts, outcome and moment."""
    monkeypatch.setattr(time, "time", NOW.timestamp)
    client = fake_secrets.client("eu-west-1", "111111111111")
    client.create_secret(
        Name="a", SecretString="v", ClientRequestToken="t" * 32, Tags=[{"Key": "k", "Value": "v"}]
    )

    call = fake_secrets.calls.last

    assert "CreateSecret" == call.operation
    assert {
        "Name": "a",
        "SecretString": "v",
        "ClientRequestToken": "t" * 32,
        "Tags": [{"Key": "k", "Value": "v"}],
    } == call.parameters
    assert "eu-west-1" == call.region
    assert "111111111111" == call.account
    assert "arn:aws:iam::111111111111:root" == call.principal
    assert "client" == call.via
    assert 1 == call.attempts
    assert call.error is None
    assert "OK" == call.outcome
    assert NOW == call.started


def test_binary_values_equal_their_bytes(fake_secrets, secrets_client):
    """A binary value stands in the log as bytes, not as what went over the wire."""
    secrets_client.create_secret(Name="a", SecretBinary=b"\x00\x01")

    assert b"\x00\x01" == fake_secrets.calls.last.parameters["SecretBinary"]


@pytest.mark.parametrize("value", ["v", b"v"], ids=["text", "bytes"])
def test_masked_values_equal_what_was_sent(value):
    """A masked value equals what was sent, hashes like it, and hands it out when asked."""
    masked = Masked(value)

    assert value == masked
    assert masked == value
    assert masked == Masked(value)
    assert masked != "other"
    assert masked != Masked("other")
    assert {value} == {masked}
    assert value is masked.value


def test_a_failed_call_has_its_code(fake_secrets, secrets_client):
    """The outcome of a call that fails is the error's code."""
    with pytest.raises(ClientError):
        secrets_client.get_secret_value(SecretId="a")

    assert "ResourceNotFoundException" == fake_secrets.calls.last.error
    assert "ResourceNotFoundException" == fake_secrets.calls.last.outcome


def test_an_answer_is_logged_before_a_client_reads_it(fake_secrets):
    """Before an answer is parsed its outcome is in the log; each answer has an id of its own."""
    client, seen = fake_secrets.client(), []

    def look(response_dict, **_):
        outcomes = fake_secrets.calls.last.outcomes
        seen.append((response_dict["status_code"], response_dict["headers"], list(outcomes)))

    client.meta.events.register("before-parse.secrets-manager", look)
    client.list_secrets()
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="no")

    assert [(200, ["OK"]), (400, ["ResourceNotFoundException"])] == [
        (status, outcomes) for status, _, outcomes in seen
    ]
    assert 2 == len({uuid.UUID(headers["x-amzn-RequestId"]) for _, headers, _ in seen})


def test_retries_are_attempts_of_one_call(fake_secrets, secrets_client):
    """A call that botocore repeats is one call; its outcome is that of the last attempt."""
    fake_secrets.add("a", "v")
    fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue", times=2)
    before = fake_secrets.clock.now()
    secrets_client.get_secret_value(SecretId="a")

    call = fake_secrets.calls.last

    assert 1 == len(fake_secrets.calls)
    assert 3 == call.attempts
    assert "OK" == call.outcome
    assert before <= call.started < before + timedelta(minutes=1)
    assert call.started < fake_secrets.clock.now()


def test_a_retried_call_that_fails(fake_secrets, secrets_client):
    """A call that fails to the end has as many attempts as botocore allows."""
    fake_secrets.faults.error("InternalServiceError")
    with pytest.raises(secrets_client.exceptions.InternalServiceError) as caught:
        secrets_client.describe_secret(SecretId="a")

    call = fake_secrets.calls.last

    assert "InternalServiceError" == call.outcome
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == call.attempts - 1
    assert 1 < call.attempts


def test_an_operation_that_is_not_supported_is_logged(fake_secrets, secrets_client, monkeypatch):
    """A call that the fake refuses is in the log as well."""
    monkeypatch.delitem(OPERATIONS, "CancelRotateSecret")

    with pytest.raises(UnsupportedError):
        secrets_client.cancel_rotate_secret(SecretId="a")

    assert "CancelRotateSecret" == fake_secrets.calls.last.operation


@pytest.mark.parametrize(
    ("operation", "secret", "found"),
    [
        (None, None, 5),
        ("GetSecretValue", None, 3),
        ("GetSecretValue", "a", 1),
        ("GetSecretValue", "c", 1),
        (None, "a", 2),
        (None, "b", 2),
        (None, "d", 0),
        ("PutSecretValue", None, 0),
    ],
    ids=[
        "all",
        "operation",
        "both",
        "secret that does not exist",
        "secret",
        "new secret",
        "no secret",
        "no operation",
    ],
)
def test_of_and_count(made, operation, secret, found):
    """of() finds the calls of an operation, about a secret, or both; count() counts them."""
    calls = made.of(operation, secret=secret)

    assert found == len(calls) == made.count(operation, secret=secret)
    assert all(operation in (None, call.operation) for call in calls)
    assert [call for call in made if call in calls] == calls


def test_a_secret_is_known_by_each_of_its_names(made, fake_secrets):
    """A secret's calls are found by its name and by its ARN, whichever the code used."""
    for name, calls in (("a", 2), ("b", 2)):
        arn = fake_secrets[name].arn
        assert calls == made.count(secret=name) == made.count(secret=arn)
    assert made[0].is_about(fake_secrets["a"].arn)
    assert made[1].is_about("a")
    assert not made[0].is_about("b")


@pytest.mark.parametrize("form", ["complete", "partial"])
def test_partial_arns_are_the_secret_s(fake_secrets, secrets_client, form):
    """A call by a partial ARN is about the secret, too."""
    view = fake_secrets.add("a", "v")
    secrets_client.get_secret_value(SecretId=view.arn if form == "complete" else view.arn[:-7])

    assert 1 == fake_secrets.calls.count(secret="a") == fake_secrets.calls.count(secret=view.arn)


def test_deleting_and_failing_calls_are_about_the_secret(fake_secrets, secrets_client):
    """A call that removes the secret, or meets a fault, is found by both names all the same."""
    arn = fake_secrets.add("a", "v").arn
    fake_secrets.faults.error("ThrottlingException", operation="DescribeSecret")
    with pytest.raises(ClientError):
        secrets_client.describe_secret(SecretId="a")
    secrets_client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)

    assert ["DescribeSecret", "DeleteSecret"] == operations(fake_secrets.calls.of(secret=arn))


@pytest.mark.parametrize(
    "secret_id", ["never", "arn:aws:secretsmanager:us-east-1:123456789012:secret:never-AbCdEf"]
)
def test_the_deletion_of_nothing_is_about_what_aws_answered(
    fake_secrets, secrets_client, secret_id
):
    """AWS pretends to have deleted a secret; the call is found by its name and by its ARN."""
    answer = secrets_client.delete_secret(SecretId=secret_id, ForceDeleteWithoutRecovery=True)

    calls = fake_secrets.calls
    assert "never" == answer["Name"]
    assert [1, 1] == [calls.count(secret=answer[name]) for name in ("Name", "ARN")]


@pytest.mark.parametrize(
    "request_",
    [{"SecretIdList": ["a", "b"]}, {"Filters": [{"Key": "name", "Values": ["a", "b"]}]}],
    ids=["list", "filters"],
)
def test_a_batch_is_about_each_of_its_secrets(fake_secrets, secrets_client, request_):
    """A batch is one call about all the secrets that it read."""
    if not hasattr(secrets_client, "batch_get_secret_value"):
        pytest.skip("this botocore has no BatchGetSecretValue")
    arns = [fake_secrets.add(name, "v").arn for name in ("a", "b")]
    secrets_client.batch_get_secret_value(**request_)

    calls = fake_secrets.calls

    assert 1 == len(calls)
    assert all(1 == calls.count(secret=name) for name in ["a", "b", *arns])
    assert ["a", "b"] == calls.last.secrets
    assert 0 == calls.count("GetSecretValue")


def test_a_list_is_about_what_it_shows(fake_secrets, secrets_client):
    """The log knows which secrets the page of a list has shown."""
    arn = fake_secrets.add("a", "v").arn
    fake_secrets.add("b", "v")

    secrets_client.list_secrets(Filters=[{"Key": "name", "Values": ["a"]}])

    assert (arn,) == pipeline_of(fake_secrets).history[-1].returned_arns


def test_a_version_stands_for_its_labels(fake_secrets, secrets_client):
    """A call that names a version by its id asks for the labels that the version has."""
    versions = [Version("new", ["AWSCURRENT", "blue"], id="1" * 32), Version("old", id="2" * 32)]
    fake_secrets.add("a", versions=versions)
    labels = []
    for number in "12":
        secrets_client.get_secret_value(SecretId="a", VersionId=number * 32)
        labels.append(fake_secrets.calls.last.labels)

    assert [{"AWSCURRENT", "blue"}, set()] == labels


def test_last_of_none():
    """Without a call there is no last one, and the message says where to look first."""
    with pytest.raises(UsageError) as caught:
        FakeSecrets().calls.last  # noqa: B018 - the access is what fails

    assert "No call was made yet. Look at len(fake.calls) before you ask for last." == str(
        caught.value
    )


@pytest.mark.parametrize("method", ["of", "count"])
@pytest.mark.parametrize(
    ("operation", "beginning"),
    [
        (
            "GetSecret",
            "GetSecret is not an operation of Secrets Manager; did you mean GetSecretValue?",
        ),
        ("get_secret_value", "get_secret_value is not an operation of Secrets Manager"),
        ("Qwx", "Qwx is not an operation of Secrets Manager."),
    ],
    ids=["near", "Python's spelling", "far"],
)
def test_unknown_operations_are_refused(method, operation, beginning):
    """An operation that Secrets Manager does not have is refused, with the nearest and with all."""
    with pytest.raises(UsageError) as caught:
        getattr(FakeSecrets().calls, method)(operation)

    message = str(caught.value)
    assert message.startswith(beginning)
    for choice in ("CreateSecret", "DescribeSecret", "UpdateSecretVersionStage"):
        assert choice in message.partition(" Choose one of: ")[2]


def test_python_spelling_gets_a_hint():
    """For boto3's own method name the operation it means is proposed."""
    with pytest.raises(UsageError) as caught:
        FakeSecrets().calls.count("get_secret_value")

    assert str(caught.value).startswith(
        "get_secret_value is not an operation of Secrets Manager; did you mean GetSecretValue? "
    )


def test_repr_of_a_log(made):
    """A log shows each call in a few words."""
    assert (
        "<CallLog of 5: "
        f"GetSecretValue(a) OK, DescribeSecret({made[1].parameters['SecretId']}) OK, "
        "CreateSecret(b) OK, GetSecretValue(b) OK, "
        "GetSecretValue(c) ResourceNotFoundException>"
    ) == repr(made)


def test_repr_of_an_empty_log():
    """A log without calls shows that there are none."""
    assert "<CallLog of 0>" == repr(FakeSecrets().calls)


def test_repr_of_retries(fake_secrets, secrets_client):
    """A log shows how many attempts a repeated call had."""
    fake_secrets.add("a", "v")
    fake_secrets.faults.error("InternalServiceError", times=1)
    secrets_client.get_secret_value(SecretId="a")

    assert "<CallLog of 1: GetSecretValue(a) OK after 2 attempts>" == repr(fake_secrets.calls)


def test_repr_of_a_batch_that_met_a_page(fake_secrets):
    """A log shows every secret that a call named, and the status of an answer without a code."""
    client = client_that_gives_up()
    if not hasattr(client, "batch_get_secret_value"):
        pytest.skip("this botocore has no BatchGetSecretValue")
    fake_secrets.faults.corrupt_response(b"<html>", status=502)
    with pytest.raises(ClientError):
        client.batch_get_secret_value(SecretIdList=["a", "b"])

    assert "<CallLog of 1: BatchGetSecretValue(a b) 502>" == repr(fake_secrets.calls)


def test_repr_of_a_call(fake_secrets, secrets_client, monkeypatch):
    """A call shows its members."""
    monkeypatch.setattr(time, "time", NOW.timestamp)
    fake_secrets.add("a", "v")
    secrets_client.get_secret_value(SecretId="a")

    assert (
        "Call(operation='GetSecretValue', parameters={'SecretId': 'a'}, region='us-east-1', "
        f"account='123456789012', attempts=1, error=None, started={NOW!r})"
    ) == repr(fake_secrets.calls.last)


def test_the_log_cannot_be_changed_by_what_it_returns(fake_secrets, secrets_client):
    """Names, labels and calls are copies: who changes them changes no log."""
    fake_secrets.add("a", "v")
    secrets_client.get_secret_value(SecretId="a")
    call = fake_secrets.calls.last

    call.secrets.append("other")
    call.labels.add("other")
    fake_secrets.calls[:].clear()

    assert (["a"], {"AWSCURRENT"}) == (call.secrets, call.labels)
    assert [call] == list(fake_secrets.calls)
    assert not call.is_about("other")


def test_a_log_may_be_cleared(fake_secrets, secrets_client):
    """After clear() the log begins anew; the secrets stay."""
    fake_secrets.add("a", "v")
    secrets_client.list_secrets()

    fake_secrets.calls.clear()
    secrets_client.get_secret_value(SecretId="a")

    assert ["GetSecretValue"] == [call.operation for call in fake_secrets.calls]


@pytest.fixture
def full():
    """Give a fake whose log has dropped three of seven calls."""
    with FakeSecrets({"a": "v", "b": "w"}, max_calls=4) as fake:
        client = fake.client()
        for name in ("a", "a", "b", "b", "b", "b"):
            client.get_secret_value(SecretId=name)
        client.list_secrets()
        yield fake


def test_a_full_log_drops_the_oldest_calls(full):
    """It keeps as many as it may, and counts the others."""
    assert 3 == full.calls.dropped
    assert 4 == len(full.calls) == len(list(full.calls)) == len(full.calls[:])
    assert ["GetSecretValue"] * 3 + ["ListSecrets"] == [call.operation for call in full.calls]
    assert full.calls[0] is full.calls.of("GetSecretValue")[0]
    assert "ListSecrets" == full.calls.last.operation

    full.calls.clear()
    assert 0 == full.calls.dropped == len(full.calls)


def test_a_report_counts_dropped_calls(full):
    """Calls keep their numbers, and a line says how many are missing."""
    assert [
        "calls:",
        "  … 3 more, dropped from the log",
        "  4  GetSecretValue  b  OK",
        "  5  GetSecretValue  b  OK",
        "  6  GetSecretValue  b  OK",
        "  7  ListSecrets        OK",
    ] == str(full.calls).splitlines()
    assert "\n  … 3 more, dropped from the log\n" in str(full)


ANSWERED = {
    "called": lambda calls: calls.assert_called("GetSecretValue"),
    "called about": lambda calls: calls.assert_called(secret="b"),
}
WRONG = {
    "more than": lambda calls: calls.assert_called("GetSecretValue", times=2),
    "not": lambda calls: calls.assert_not_called("ListSecrets"),
    "only": lambda calls: calls.assert_only_called("GetSecretValue"),
}
OPEN = {
    "called": lambda calls: calls.assert_called(secret="a"),
    "exactly": lambda calls: calls.assert_called("GetSecretValue", times=3),
    "as many as there were": lambda calls: calls.assert_called("GetSecretValue", times=6),
    "not": lambda calls: calls.assert_not_called("PutSecretValue"),
    "only": lambda calls: calls.assert_only_called("GetSecretValue", "ListSecrets"),
    "count()": lambda calls: calls.count("GetSecretValue"),
    "operations": lambda calls: calls.operations,
}


@pytest.mark.parametrize("ask", ANSWERED.values(), ids=ANSWERED)
def test_what_the_kept_calls_answer_passes(full, ask):
    """Dropped calls could not make these fail."""
    ask(full.calls)


@pytest.mark.parametrize("ask", WRONG.values(), ids=WRONG)
def test_what_the_kept_calls_break_fails(full, ask):
    """Dropped calls could not make these pass."""
    with pytest.raises(AssertionError):
        ask(full.calls)


@pytest.mark.parametrize("question", OPEN)
def test_what_dropped_calls_leave_open_is_refused(full, question):
    """The message has what was asked, the numbers and the remedies."""
    with pytest.raises(UsageError) as caught:
        OPEN[question](full.calls)

    asked = question if question in ("count()", "operations") else "This assertion"
    assert (
        f"{asked} needs all calls, but the oldest 3 were dropped: the log keeps 4. "
        "Set a higher max_calls= of the fake, or fakesecrets_max_calls in the ini file; "
        "or call fake.calls.clear() before the part that you look at."
    ) == str(caught.value)

    full.calls.clear()
    with suppress(AssertionError):
        OPEN[question](full.calls)


def test_the_calls_since_an_earlier_moment(full):
    """A report shows those that came later, as far as the log has them still."""
    history = pipeline_of(full).history
    moments = (0, 3, 5, 6, 7)
    kept = [len(history.since(moment)) for moment in moments]
    latest = [exchange.call for exchange in history.since(5)]
    full.calls.clear()

    assert 7 == history.total
    assert [4, 4, 2, 1, 0] == kept
    assert ["GetSecretValue", "ListSecrets"] == operations(latest)
    assert [0] * 5 == [len(history.since(moment)) for moment in moments]


@pytest.mark.parametrize("number", [0, -1, 1.5, True, "10", None])
def test_a_log_keeps_at_least_one_call(number):
    """Another limit is refused."""
    message = f"max_calls={number!r} is not a valid number of calls. Give 1 or more."
    with pytest.raises(UsageError, match=re.escape(message)):
        FakeSecrets(max_calls=number)


def test_the_log_keeps_ten_thousand_calls():
    """By default, which the ini option has as well."""
    assert 10_000 == pipeline_of(FakeSecrets()).history.max_calls
