"""Under a fake nothing of the machine's configuration is needed."""

from __future__ import annotations

import boto3
import botocore.session
import pytest
from botocore.endpoint import Endpoint
from botocore.exceptions import ConfigParseError, NoCredentialsError, ProfileNotFound

from pytest_fakesecrets import FakeSecrets
from pytest_fakesecrets._botocore.patching import unwatch, watch


@pytest.fixture(autouse=True)
def files(monkeypatch, tmp_path):
    """Have the machine know nothing; return the folder of its two files."""
    for name in ("DEFAULT_REGION", "REGION", "PROFILE", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path


def read():
    """Read a secret with a new session, as code under test does."""
    client = boto3.Session().client("secretsmanager")
    return client.get_secret_value(SecretId="a")["SecretString"]


def test_a_profile_that_does_not_exist(monkeypatch):
    """A wrong AWS_PROFILE matters only outside the fake."""
    monkeypatch.setenv("AWS_PROFILE", "missing")
    with FakeSecrets({"a": "v"}):
        assert "v" == read()
        assert boto3.Session(profile_name="other").client("secretsmanager")
    with pytest.raises(ProfileNotFound):
        read()


@pytest.mark.parametrize("name", ["config", "credentials"])
def test_a_broken_file(files, name):
    """A file that cannot be parsed matters only outside the fake."""
    (files / name).write_text("[default\nregion = eu-west-1\n")
    with FakeSecrets({"a": "v"}) as fake:
        assert "v" == read()
        assert "us-east-1" == fake.region
    with pytest.raises(ConfigParseError):
        read()


def test_no_home(monkeypatch):
    """Without a home there are no files, and none is needed."""
    for name in ("HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    with FakeSecrets({"a": "v"}):
        assert "v" == read()


def test_code_that_asks_for_credentials_first():
    """A session without credentials has dummies, and only under the fake."""
    session = boto3.Session()
    with FakeSecrets({"a": "v"}):
        credentials = session.get_credentials()
        assert ("testing", "testing") == (credentials.access_key, credentials.secret_key)
        assert "pytest-fakesecrets" == credentials.method
    assert session.get_credentials() is None


def test_credentials_that_there_are_stay(monkeypatch, files):
    """Variables and files are read as ever, and what a session was given stays."""
    given = botocore.session.Session()
    given.set_credentials("given", "s")
    with FakeSecrets():
        (files / "credentials").write_text(
            "[default]\naws_access_key_id = file\naws_secret_access_key = s\n"
        )
        assert "file" == boto3.Session().get_credentials().access_key
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "variable")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
        assert "variable" == boto3.Session().get_credentials().access_key
        assert "given" == given.get_credentials().access_key
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        assert "testing" == boto3.Session().get_credentials().access_key


def test_another_service_fails_as_ever():
    """A client of another service finds no credentials under a fake either."""
    with FakeSecrets():
        s3 = boto3.Session().client("s3", region_name="us-east-1")
        with pytest.raises(NoCredentialsError):
            s3.list_buckets()


@pytest.mark.parametrize("first", ["fake", "wrapper"])
def test_somebody_else_wraps_the_same_method(monkeypatch, first):
    """A wrapper that was put on while a fake is active survives it, and calls what is beneath."""
    seen = []
    fake = FakeSecrets({"a": "v"})
    original = Endpoint.make_request
    fake.start()
    beneath = Endpoint.make_request

    def wrapper(*args, **kwargs):
        seen.append(args)
        return beneath(*args, **kwargs)

    monkeypatch.setattr(Endpoint, "make_request", wrapper)
    assert "v" == read()
    if first == "wrapper":
        monkeypatch.undo()
        assert Endpoint.make_request is beneath
        fake.stop()
        assert Endpoint.make_request is original
        return
    fake.stop()
    assert Endpoint.make_request is wrapper
    with FakeSecrets({"a": "w"}):
        assert "w" == read()
    assert 1 == len(seen)
    # Whoever takes the wrapper away puts ours back, which passes everything on from now on.
    monkeypatch.undo()
    asked = []
    guard = Refusing()
    guard.ask_for_call = asked.append
    watch(guard)
    try:
        with pytest.raises(NoCredentialsError):
            boto3.Session().client("secretsmanager", region_name="us-east-1").list_secrets()
    finally:
        unwatch(guard)
        Endpoint.make_request = original
    assert ["ListSecrets"] == asked


class Refusing:
    """A guard that lets nothing pass."""

    def ask_for_call(self, operation):
        raise ValueError(operation)

    def ask_for_client(self, error):
        raise ValueError(error)


def test_a_guard_alone_forgives_nothing(monkeypatch, files):
    """Where botocore is only watched, a wrong configuration is an error as ever."""
    guard = Refusing()
    watch(guard)
    try:
        monkeypatch.setenv("AWS_PROFILE", "missing")
        with pytest.raises(ProfileNotFound):
            botocore.session.Session().get_scoped_config()
        (files / "config").write_text("[default")
        with pytest.raises(ConfigParseError):
            _ = botocore.session.Session().full_config
    finally:
        unwatch(guard)


def test_a_guard_is_asked_of_clients_of_secrets_manager_alone():
    """A client of another service that cannot be made is none of its business."""
    guard = Refusing()
    watch(guard)
    try:
        with pytest.raises(ValueError, match="region"):
            boto3.Session().client("secretsmanager")
        with pytest.raises(Exception, match="specify a region") as caught:
            boto3.Session().client("sqs")
        assert not isinstance(caught.value, ValueError)
    finally:
        unwatch(guard)
