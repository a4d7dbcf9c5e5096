from __future__ import annotations

import os
import socket

import boto3
import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import CredentialResolver
from botocore.exceptions import ClientError, NoRegionError, PartialCredentialsError

from pytest_fakesecrets import FakeSecrets

SERVICE = "secretsmanager"
KEYS = {"aws_access_key_id": "AKIAEXPLICIT", "aws_secret_access_key": "explicit"}

MAKERS = {
    "boto3.client": lambda **options: boto3.client(SERVICE, **options),
    "boto3.Session": lambda **options: boto3.Session().client(SERVICE, **options),
    "botocore.session": lambda **options: botocore.session.get_session().create_client(
        SERVICE, **options
    ),
}


@pytest.fixture(autouse=True)
def refused(monkeypatch, tmp_path):
    """Have a machine without AWS and without network; return what was tried all the same."""
    tried = []

    def refusing(what):
        def refuse(*_, **__):
            tried.append(what)
            message = f"{what} was used"
            raise OSError(message)

        return refuse

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr(socket.socket, "connect", refusing("socket.connect"))
    monkeypatch.setattr(socket.socket, "connect_ex", refusing("socket.connect_ex"))
    monkeypatch.setattr(socket, "getaddrinfo", refusing("getaddrinfo"))
    monkeypatch.setattr(CredentialResolver, "load_credentials", refusing("credentials"))
    return tried


@pytest.fixture
def config_file(monkeypatch, tmp_path):
    """Write the configuration file of the machine."""

    def write(text):
        path = tmp_path / "config"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(path))

    return write


def key_of(client):
    """Return the access key that a client would sign with."""
    return client._request_signer._credentials.access_key


def everyday_calls(client):
    """Do what applications do, and return the value read."""
    client.create_secret(Name="db", SecretString="old")
    client.put_secret_value(SecretId="db", SecretString="new")
    client.describe_secret(SecretId="db")
    list(client.get_paginator("list_secrets").paginate())
    return client.get_secret_value(SecretId="db")["SecretString"]


def test_the_guard_of_these_tests_works(refused):
    """Outside a fake, botocore looks for credentials, and the guard notices."""
    with pytest.raises(OSError, match="credentials was used"):
        boto3.client(SERVICE, "us-east-1")

    assert ["credentials"] == refused


@pytest.mark.parametrize("maker", MAKERS)
def test_nothing_leaves_the_process(fake_secrets, refused, maker):
    """Clients are made and calls answered with no socket, no name lookup, no credentials."""
    value = everyday_calls(MAKERS[maker]())

    assert "new" == value
    assert [] == refused


def test_nothing_leaves_the_process_by_our_own_client(secrets_client, refused):
    """The same holds for the client that the plugin makes."""
    value = everyday_calls(secrets_client)

    assert "new" == value
    assert [] == refused


@pytest.mark.parametrize("region", ["us-east-1", "cn-north-1", "us-gov-west-1", "eu-west-1"])
def test_nothing_leaves_the_process_in_any_partition(fake_secrets, refused, region):
    """The same holds wherever the client is said to be."""
    value = everyday_calls(boto3.client(SERVICE, region))

    assert "new" == value
    assert [] == refused


@pytest.mark.parametrize("mode", ["legacy", "standard", "in-region", "cross-region", "auto"])
def test_nothing_leaves_the_process_in_any_defaults_mode(fake_secrets, refused, mode):
    """No mode of botocore's defaults has the instance metadata service asked."""
    value = everyday_calls(boto3.client(SERVICE, config=Config(defaults_mode=mode)))

    assert "new" == value
    assert [] == refused


def test_nothing_leaves_the_process_in_the_defaults_mode_of_the_environment(
    fake_secrets, refused, monkeypatch
):
    """The same holds where the environment says that the mode is to be found out."""
    monkeypatch.setenv("AWS_DEFAULTS_MODE", "auto")

    value = everyday_calls(boto3.client(SERVICE))

    assert "new" == value
    assert [] == refused


def test_nothing_leaves_the_process_after_an_error(fake_secrets, refused):
    """Errors and retries are answered in the process too."""
    fake_secrets.add("db", "s3cret")
    fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue", times=2)
    client = boto3.client(SERVICE)

    value = client.get_secret_value(SecretId="db")["SecretString"]
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="missing")

    assert "s3cret" == value
    assert [] == refused


def test_a_profile_of_the_machine_is_not_asked_for_credentials(fake_secrets, refused, config_file):
    """A profile that would run a program for credentials does not run it."""
    config_file("[default]\nregion = eu-west-1\ncredential_process = /bin/false\n")

    client = boto3.client(SERVICE)

    assert "new" == everyday_calls(client)
    assert [] == refused


def test_an_unsigned_client_is_refused_without_network(fake_secrets, refused):
    """A client that does not sign is refused in the process, as AWS refuses it."""
    client = boto3.client(SERVICE, config=Config(signature_version=UNSIGNED))

    with pytest.raises(ClientError, match="Missing Authentication Token"):
        everyday_calls(client)
    assert [] == refused


def test_a_client_made_without_credentials_before_the_fake_is_served(monkeypatch, refused):
    """A client that found no credentials when it was made needs none inside a fake."""
    with monkeypatch.context() as machine:
        machine.setattr(CredentialResolver, "load_credentials", lambda _: None)
        client = boto3.client(SERVICE, "us-east-1")

    with FakeSecrets():
        value = everyday_calls(client)

    assert "new" == value
    assert [] == refused


def test_a_fake_leaves_no_credentials_in_a_session(monkeypatch):
    """A session used inside a fake finds the credentials of the machine after it."""
    session = botocore.session.get_session()
    with FakeSecrets():
        session.create_client(SERVICE)
    found = botocore.credentials.Credentials("AKIAMACHINE", "machine")
    monkeypatch.setattr(CredentialResolver, "load_credentials", lambda _: found)

    assert "AKIAMACHINE" == key_of(session.create_client(SERVICE, "us-east-1"))


def test_a_fake_leaves_no_region_in_a_session():
    """A session used inside a fake still has no Region after it."""
    session = botocore.session.get_session()
    with FakeSecrets():
        session.create_client(SERVICE)

    with pytest.raises(NoRegionError):
        session.create_client(SERVICE, **KEYS)

    assert session.get_config_variable("region") is None


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "cn-north-1"])
def test_a_missing_region_is_that_of_the_fake(maker, region):
    """A client of which nothing says the Region is in the fake's."""
    with FakeSecrets(region=region):
        client = MAKERS[maker]()
        arn = client.create_secret(Name="db")["ARN"]

    assert region == client.meta.region_name
    assert region == arn.split(":")[3]


@pytest.mark.secrets(region="eu-central-1")
def test_a_missing_region_is_that_of_the_marker():
    """The Region of the marker is the fake's, and so the client's."""
    client = boto3.client(SERVICE)

    assert "eu-central-1" == client.meta.region_name


def test_a_missing_region_is_that_of_the_innermost_fake():
    """Of nested fakes, the one that answers supplies the Region."""
    with FakeSecrets(region="eu-west-1"), FakeSecrets(region="eu-west-2"):
        client = boto3.client(SERVICE)

    assert "eu-west-2" == client.meta.region_name


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"region_name": "ap-south-1"}, id="argument"),
        pytest.param({"config": Config(region_name="ap-south-1")}, id="config"),
        pytest.param(
            {"region_name": "ap-south-1", "config": Config(region_name="eu-west-1")},
            id="argument over config",
        ),
    ],
)
def test_a_region_that_the_code_gives_is_respected(fake_secrets, monkeypatch, maker, options):
    """What the code says about the Region wins over the environment and over the fake."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")

    client = MAKERS[maker](**options)

    assert "ap-south-1" == client.meta.region_name


@pytest.mark.parametrize("maker", MAKERS)
def test_the_region_of_the_environment_is_respected(fake_secrets, monkeypatch, maker):
    """AWS_DEFAULT_REGION wins over the fake."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")

    assert "sa-east-1" == MAKERS[maker]().meta.region_name


@pytest.mark.parametrize("maker", MAKERS)
def test_the_region_of_the_configuration_file_is_respected(fake_secrets, config_file, maker):
    """The Region of the default profile wins over the fake."""
    config_file("[default]\nregion = ca-central-1\n")

    assert "ca-central-1" == MAKERS[maker]().meta.region_name


@pytest.mark.parametrize("maker", MAKERS)
def test_the_region_of_a_profile_is_respected(fake_secrets, config_file, monkeypatch, maker):
    """The Region of the profile that the environment names wins over the fake."""
    config_file("[default]\nregion = ca-central-1\n\n[profile work]\nregion = eu-north-1\n")
    monkeypatch.setenv("AWS_PROFILE", "work")

    assert "eu-north-1" == MAKERS[maker]().meta.region_name


def test_a_profile_without_region_gets_that_of_the_fake(fake_secrets, config_file, monkeypatch):
    """A profile that says nothing of a Region leaves it to the fake."""
    config_file("[profile work]\noutput = json\n")
    monkeypatch.setenv("AWS_PROFILE", "work")

    assert "us-east-1" == boto3.client(SERVICE).meta.region_name


def region_of_a_boto3_session():
    """Return the Region of a client of a boto3 session that has one."""
    return boto3.Session(region_name="ap-south-1").client(SERVICE).meta.region_name


def region_of_a_default_session():
    """Return the Region of a client of boto3's default session that has one."""
    boto3.setup_default_session(region_name="ap-south-1")
    return boto3.client(SERVICE).meta.region_name


def region_of_a_variable():
    """Return the Region of a client of a session whose variable was set."""
    session = botocore.session.get_session()
    session.set_config_variable("region", "ap-south-1")
    return session.create_client(SERVICE).meta.region_name


def region_of_a_default_config():
    """Return the Region of a client of a session that has a default configuration."""
    session = botocore.session.get_session()
    session.set_default_client_config(Config(region_name="ap-south-1"))
    return session.create_client(SERVICE).meta.region_name


def region_of_a_merged_config():
    """Return the Region where the default configuration has one and the client's has not."""
    session = botocore.session.get_session()
    session.set_default_client_config(Config(region_name="ap-south-1"))
    return session.create_client(
        SERVICE, config=Config(retries={"mode": "standard"})
    ).meta.region_name


@pytest.mark.parametrize(
    "region_of",
    [
        region_of_a_boto3_session,
        region_of_a_default_session,
        region_of_a_variable,
        region_of_a_default_config,
        region_of_a_merged_config,
    ],
)
def test_the_region_of_a_session_is_respected(fake_secrets, region_of):
    """What a session says about the Region wins over the fake."""
    assert "ap-south-1" == region_of()


@pytest.mark.parametrize("maker", MAKERS)
def test_explicit_credentials_of_a_client_are_left_alone(fake_secrets, maker):
    """A client that is given credentials keeps them."""
    client = MAKERS[maker](**KEYS)

    assert "AKIAEXPLICIT" == key_of(client)
    assert "new" == everyday_calls(client)


def test_explicit_credentials_of_a_boto3_session_are_left_alone(fake_secrets, refused):
    """A client of a session that was given credentials has those."""
    client = boto3.Session(**KEYS).client(SERVICE)

    assert "AKIAEXPLICIT" == key_of(client)
    assert [] == refused


def test_explicit_credentials_of_a_botocore_session_are_left_alone(fake_secrets, refused):
    """The same holds for botocore's own session."""
    session = botocore.session.get_session()
    session.set_credentials("AKIAEXPLICIT", "explicit", "token")

    client = session.create_client(SERVICE)

    assert "AKIAEXPLICIT" == key_of(client)
    assert "token" == client._request_signer._credentials.token
    assert [] == refused


def test_credentials_that_a_session_already_found_are_left_alone(monkeypatch):
    """A session that found credentials before the fake began goes on with them."""
    session = botocore.session.get_session()
    found = botocore.credentials.Credentials("AKIAMACHINE", "machine")
    with monkeypatch.context() as machine:
        machine.setattr(CredentialResolver, "load_credentials", lambda _: found)
        session.get_credentials()

    with FakeSecrets():
        client = session.create_client(SERVICE)

    assert "AKIAMACHINE" == key_of(client)


@pytest.mark.parametrize("given", KEYS)
def test_half_of_the_credentials_is_refused_as_ever(fake_secrets, given):
    """One key without the other is botocore's own error, inside a fake as outside."""
    with pytest.raises(PartialCredentialsError):
        boto3.client(SERVICE, "us-east-1", **{given: "half"})

    assert 0 == len(fake_secrets.calls)


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        pytest.param((SERVICE,), {}, id="service by position"),
        pytest.param((), {"service_name": SERVICE}, id="service by keyword"),
        pytest.param((SERVICE, None), {}, id="no Region by position"),
        pytest.param((SERVICE,), {"region_name": None}, id="no Region by keyword"),
        pytest.param((SERVICE, None, None, None, None, None), {}, id="many by position"),
        pytest.param(
            (SERVICE, None, None, True, None, None, None, None, None, None),
            {},
            id="all by position",
        ),
        pytest.param(
            (SERVICE, None),
            {"aws_access_key_id": None, "aws_secret_access_key": None, "config": None},
            id="none by keyword",
        ),
        pytest.param((SERVICE,), {"aws_session_token": "token"}, id="token alone"),
    ],
)
def test_create_client_takes_its_arguments_as_ever(fake_secrets, refused, arguments, options):
    """However create_client is called, what is missing is supplied."""
    client = botocore.session.get_session().create_client(*arguments, **options)

    assert "us-east-1" == client.meta.region_name
    assert "new" == everyday_calls(client)
    assert [] == refused


def test_positional_arguments_keep_their_meaning(fake_secrets):
    """Region, endpoint and credentials given by position arrive as such."""
    client = botocore.session.get_session().create_client(
        SERVICE, "eu-west-1", None, None, None, "http://localhost:4566", "AKIAEXPLICIT", "explicit"
    )

    assert ("eu-west-1", "http://localhost:4566", "AKIAEXPLICIT") == (
        client.meta.region_name,
        client.meta.endpoint_url,
        key_of(client),
    )


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        pytest.param((), {}, id="no service"),
        pytest.param((SERVICE,), {"colour": "red"}, id="unknown keyword"),
        pytest.param((SERVICE,), {"service_name": SERVICE}, id="service twice"),
    ],
)
def test_wrong_arguments_are_refused_as_ever(fake_secrets, arguments, options):
    """Arguments that create_client does not have are a TypeError, inside a fake as outside."""
    with pytest.raises(TypeError):
        botocore.session.get_session().create_client(*arguments, **options)

    assert 0 == len(fake_secrets.calls)


def test_an_unknown_service_is_refused_as_ever(fake_secrets):
    """A misspelt service is botocore's own error."""
    with pytest.raises(botocore.exceptions.UnknownServiceError):
        botocore.session.get_session().create_client("secretmanager", "us-east-1", **KEYS)

    assert 0 == len(fake_secrets.calls)


def test_another_service_gets_no_region_of_ours(fake_secrets):
    """A client of another service without Region is an error as ever."""
    with pytest.raises(NoRegionError):
        boto3.client("sqs", **KEYS)

    assert 0 == len(fake_secrets.calls)


def test_another_service_gets_no_credentials_of_ours(fake_secrets, refused):
    """A client of another service looks for its credentials as ever."""
    with pytest.raises(OSError, match="credentials was used"):
        boto3.client("sqs", "us-east-1")

    assert ["credentials"] == refused
