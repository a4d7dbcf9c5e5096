"""The events of botocore, the endpoints and the signatures that a call goes through."""

from __future__ import annotations

import io
import json
from contextlib import suppress

import boto3
import botocore
import pytest
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from support import refusal

from pytest_fakesecrets import FakeSecrets, Secret, marks

VERSION = tuple(map(int, botocore.__version__.split(".")[:2]))
KEYS = {"aws_access_key_id": "AKIAEXPLICIT", "aws_secret_access_key": "explicit"}
# What prepares a request to be signed and sent, which the fake does not do.
NOT_EMITTED = {"request-created", "choose-signer", "before-sign", "before-send"}


class Body(io.BytesIO):
    """A body as botocore reads one from a socket."""

    def stream(self, **_):
        """Give all at once."""
        yield self.read()


def recorded(client):
    """Have a client note the events that it emits, without the service and the operation."""
    events = []

    def note(event_name, **_):
        name = event_name.split(".")[0]
        if event_name.endswith(".GetSecretValue") and name not in NOT_EMITTED:
            events.append(name)

    client.meta.events.register_first("*", note)
    return events


def answer_of_aws(status, body):
    """Have botocore's own path receive an HTTP answer instead of opening a connection."""
    content = json.dumps(body).encode()

    def answer(request, **_):
        headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": "1"}
        return AWSResponse(request.url, status, headers, Body(content))

    return answer


def call(client):
    """Read a secret, whatever comes of it."""
    with suppress(client.exceptions.ClientError):
        client.get_secret_value(SecretId="a")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"ARN": "arn", "Name": "a", "SecretString": "v"}),
        (400, {"__type": "ResourceNotFoundException", "Message": "gone"}),
        (500, {"__type": "InternalServiceError", "Message": "oops"}),
    ],
    ids=["success", "error", "error that is retried"],
)
def test_clients_hear_the_events_of_botocores_own_path(monkeypatch, status, body):
    """Between the request and the parsed answer the fake emits what botocore itself emits."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    real = boto3.client("secretsmanager", "us-east-1", **KEYS)
    real.meta.events.register("before-send", answer_of_aws(status, body))
    expected = recorded(real)
    call(real)

    with FakeSecrets(*({"a": "v"} for _ in range(status == 200))) as fake:
        if status == 500:
            fake.faults.error("InternalServiceError")
        client = boto3.client("secretsmanager", "us-east-1")
        actual = recorded(client)
        call(client)

    if VERSION < (1, 35):  # had no before-parse, for which the fake hears no handler either
        actual = [event for event in actual if event != "before-parse"]
    assert expected == actual
    assert "response-received" in actual


def test_a_handler_of_before_parse_may_add_to_an_answer(secrets_client, fake_secrets):
    """What a handler puts into customized_response_dict is in the answer, as botocore has it."""
    fake_secrets.add("a", "v")

    def add(response_dict, customized_response_dict, operation_model, **_):
        assert 200 == response_dict["status_code"]
        customized_response_dict["Extra"] = operation_model.name

    secrets_client.meta.events.register("before-parse.secrets-manager.GetSecretValue", add)

    assert "GetSecretValue" == secrets_client.get_secret_value(SecretId="a")["Extra"]


def test_an_unsigned_call_is_refused(fake_secrets):
    """AWS wants a signature before all else, and says so for whatever was asked."""
    fake_secrets.add("a", "v")
    client = boto3.client("secretsmanager", "us-east-1", config=Config(signature_version=UNSIGNED))

    missing = ("MissingAuthenticationTokenException", "Missing Authentication Token")
    assert missing == refusal(client.get_secret_value, SecretId="a")
    assert missing == refusal(client.list_secrets)
    assert missing == refusal(client.delete_secret, SecretId="a")
    assert "a" in fake_secrets
    assert missing[0] == fake_secrets.calls.last.error


@pytest.mark.parametrize("region", ["us-eats-1", "invalid-region"])
def test_a_region_that_does_not_exist_has_no_endpoint(fake_secrets, region):
    """A misspelt Region fails as it would outside: its host name cannot be found."""
    client = boto3.client("secretsmanager", region)

    with pytest.raises(EndpointConnectionError, match=region):
        client.list_secrets()
    assert "EndpointConnectionError" == fake_secrets.calls.last.error


def fake_of(region):
    """Name a Region in the fake."""
    return FakeSecrets(region=region)


def seed_in(region):
    """Name a Region in a seed."""
    return FakeSecrets(Secret("a", "v", region=region))


def added_to(region):
    """Name a Region in a secret that is added."""
    fake = FakeSecrets()
    fake.add("a", "v", region=region)
    return fake


def asked_for_a_client(region):
    """Name a Region for a client of the fake."""
    fake = FakeSecrets()
    fake.client(region)
    return fake


@pytest.mark.filterwarnings("ignore::pytest_fakesecrets.FakeSecretsWarning")
@pytest.mark.parametrize("naming", [fake_of, seed_in, added_to, asked_for_a_client])
def test_a_region_that_the_test_names_exists(naming):
    """The test knows of Regions that botocore does not list; fakes inside know them too."""
    with naming("xx-new-1"):
        assert "SecretList" in boto3.client("secretsmanager", "xx-new-1").list_secrets()
        with naming("xx-new-2"):
            assert "SecretList" in boto3.client("secretsmanager", "xx-new-1").list_secrets()
            assert "SecretList" in boto3.client("secretsmanager", "xx-new-2").list_secrets()
        with pytest.raises(EndpointConnectionError):
            boto3.client("secretsmanager", "xx-new-2").list_secrets()


@pytest.mark.filterwarnings("ignore::pytest_fakesecrets.FakeSecretsWarning")
@marks.secrets(region="xx-new-1")
def test_a_region_that_a_marker_names_exists():
    """The marker's region= counts as one that the test names."""
    assert "SecretList" in boto3.client("secretsmanager", "xx-new-1").list_secrets()


def test_an_endpoint_of_ones_own_is_not_looked_for_by_region(fake_secrets):
    """With endpoint_url the Region is only a word in the signature."""
    client = boto3.client("secretsmanager", "local-dev", endpoint_url="http://localhost:4566")

    assert [] == client.list_secrets()["SecretList"]
