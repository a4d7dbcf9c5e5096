from __future__ import annotations

import contextlib

import boto3
import pytest

from pytest_fakesecrets import FakeSecrets

moto = pytest.importorskip("moto")

REGION = "us-east-1"


@pytest.fixture(autouse=True)
def fresh_default_session(monkeypatch):
    """Have boto3 make its default session anew, as in a process that just began."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def names_in_moto():
    """Return the names of the secrets that moto itself holds."""
    listed = boto3.client("secretsmanager", REGION).list_secrets()["SecretList"]
    return [secret["Name"] for secret in listed]


def use_secrets():
    """Write and read a secret as an application does, and return what was read."""
    client = boto3.client("secretsmanager", REGION)
    client.create_secret(Name="written", SecretString="s3cret")
    return client.get_secret_value(SecretId="written")["SecretString"]


def use_s3():
    """Write and read an object as an application does, and return what was read."""
    client = boto3.client("s3", REGION)
    client.create_bucket(Bucket="bucket")
    client.put_object(Bucket="bucket", Key="key", Body=b"object")
    return client.get_object(Bucket="bucket", Key="key")["Body"].read()


def use_ssm():
    """Write and read a parameter as an application does, and return what was read."""
    client = boto3.client("ssm", REGION)
    client.put_parameter(Name="parameter", Value="plain", Type="String")
    return client.get_parameter(Name="parameter")["Parameter"]["Value"]


@pytest.mark.parametrize("moto_first", [True, False], ids=["moto first", "fake first"])
def test_each_fake_answers_for_its_own_services(moto_first):
    """Secrets Manager is ours and the rest is moto's, whichever was entered first."""
    fake = FakeSecrets()
    managers = [moto.mock_aws(), fake] if moto_first else [fake, moto.mock_aws()]

    with managers[0], managers[1]:
        read = (use_secrets(), use_s3(), use_ssm())

    assert ("s3cret", b"object", "plain") == read
    assert ["CreateSecret", "GetSecretValue"] == [call.operation for call in fake.calls]
    assert ["written"] == list(fake)


def test_moto_entered_first_holds_no_secret():
    """What was written while the fake was active is not in moto when the fake has ended."""
    with moto.mock_aws():
        with FakeSecrets({"seeded": "1"}):
            use_secrets()

        assert [] == names_in_moto()


def test_moto_entered_last_holds_no_secret():
    """The same where the fake was there first and ends first."""
    with contextlib.ExitStack() as fakes, contextlib.ExitStack() as motos:
        fakes.enter_context(FakeSecrets({"seeded": "1"}))
        motos.enter_context(moto.mock_aws())
        use_secrets()
        fakes.close()

        assert [] == names_in_moto()


def test_the_secrets_of_moto_are_not_ours():
    """A secret that moto held before cannot be seen in the fake, and is there again after it."""
    with moto.mock_aws():
        boto3.client("secretsmanager", REGION).create_secret(Name="of/moto", SecretString="1")
        with FakeSecrets() as fake:
            seen = names_in_moto()

        assert [] == seen
        assert [] == list(fake)
        assert ["of/moto"] == names_in_moto()


def test_s3_works_before_during_and_after_the_fake():
    """A client of another service does not notice that a fake came and went."""
    with moto.mock_aws():
        client = boto3.client("s3", REGION)
        client.create_bucket(Bucket="before")
        with FakeSecrets():
            client.create_bucket(Bucket="during")
            use_secrets()
        client.create_bucket(Bucket="after")

        buckets = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]

    assert ["after", "before", "during"] == sorted(buckets)


@pytest.mark.parametrize("made_in", ["moto", "fake"])
def test_clients_are_served_whoever_was_active_when_they_were_made(made_in):
    """A client of Secrets Manager is answered by the fake, also one that moto prepared."""
    clients = {}
    with moto.mock_aws():
        clients["moto"] = boto3.client("secretsmanager", REGION)
        with FakeSecrets({"db": "s3cret"}) as fake:
            clients["fake"] = boto3.client("secretsmanager", REGION)
            value = clients[made_in].get_secret_value(SecretId="db")["SecretString"]

    assert "s3cret" == value
    assert 1 == len(fake.calls)


def test_a_client_goes_back_to_moto_when_the_fake_has_ended():
    """The same client speaks to moto before, to the fake during, and to moto after."""
    with moto.mock_aws():
        client = boto3.client("secretsmanager", REGION)
        client.create_secret(Name="db", SecretString="of moto")
        before = client.get_secret_value(SecretId="db")["SecretString"]
        with FakeSecrets({"db": "of ours"}):
            during = client.get_secret_value(SecretId="db")["SecretString"]
        after = client.get_secret_value(SecretId="db")["SecretString"]

    assert ("of moto", "of ours", "of moto") == (before, during, after)


@moto.mock_aws
def test_a_decorator_of_moto_meets_the_fixture(fake_secrets):
    """Moto as a decorator starts inside the fixture, and leaves Secrets Manager to it."""
    read = (use_secrets(), use_s3())

    assert ("s3cret", b"object") == read
    assert ["written"] == list(fake_secrets)


@moto.mock_aws
@pytest.mark.secrets({"db": "s3cret"})
def test_a_decorator_of_moto_meets_the_marker():
    """Moto as a decorator leaves the secrets of the marker readable."""
    client = boto3.client("secretsmanager", REGION)

    assert "s3cret" == client.get_secret_value(SecretId="db")["SecretString"]


def test_a_fake_inside_a_decorated_function():
    """A fake that begins inside a function that moto decorates answers there."""

    @moto.mock_aws
    def decorated():
        with FakeSecrets({"db": "s3cret"}):
            inside = boto3.client("secretsmanager", REGION).get_secret_value(SecretId="db")
        return inside["SecretString"], use_s3(), names_in_moto()

    assert ("s3cret", b"object", []) == decorated()


def test_an_error_of_ours_is_not_an_error_of_moto(fake_secrets):
    """A missing secret is answered with AWS's own text and status while moto is active."""
    with moto.mock_aws():
        client = boto3.client("secretsmanager", REGION)
        with pytest.raises(client.exceptions.ResourceNotFoundException) as raised:
            client.get_secret_value(SecretId="missing")

    assert {
        "Code": "ResourceNotFoundException",
        "Message": "Secrets Manager can't find the specified secret.",
    } == raised.value.response["Error"]
    assert 400 == raised.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_the_credentials_of_an_assumed_role(fake_secrets):
    """What moto's STS hands out makes a client act as the role, and nobody else."""
    role, session = "arn:aws:iam::222222222222:role/app", "222222222222:assumed-role/app/session"
    with moto.mock_aws():
        sts = boto3.client("sts", REGION)
        given = sts.assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
        theirs = boto3.client(
            "secretsmanager",
            REGION,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )
        theirs.create_secret(Name="db", SecretString="theirs")
        boto3.client("secretsmanager", REGION).list_secrets()
        with fake_secrets.acting_as(account="333333333333"):
            theirs.list_secrets()
    theirs.list_secrets()

    root = "arn:aws:iam::{}:root".format
    assert [f"arn:aws:sts::{session}", root(fake_secrets.account), root("333333333333")] == [
        call.principal for call in fake_secrets.calls[:3]
    ]
    assert ["222222222222", fake_secrets.account] == [
        fake_secrets.calls[index].account for index in (0, 3)
    ]
