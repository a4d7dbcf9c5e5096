from __future__ import annotations

import base64
import importlib.util

import boto3
import pytest
from botocore.exceptions import ClientError

needs_powertools = pytest.mark.skipif(
    importlib.util.find_spec("aws_lambda_powertools") is None,
    reason="aws-lambda-powertools is not installed",
)
needs_pydantic = pytest.mark.skipif(
    importlib.util.find_spec("pydantic_settings") is None,
    reason="pydantic-settings is not installed",
)


@pytest.fixture(autouse=True)
def machine_without_aws(monkeypatch):
    """Have no Region in the environment and no default session of boto3."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


@pytest.fixture
def parameters():
    """Powertools' parameters, with nothing in the cache."""
    module = pytest.importorskip("aws_lambda_powertools.utilities.parameters")
    module.clear_caches()
    yield module
    module.clear_caches()


@pytest.fixture
def settings_source():
    """Make a settings class of pydantic that reads one secret."""
    pydantic_settings = pytest.importorskip("pydantic_settings")

    def make(annotations, secret_id, **options):
        def customise(cls, settings_cls, **_):
            return (
                pydantic_settings.AWSSecretsManagerSettingsSource(
                    settings_cls, secret_id, **options
                ),
            )

        members = {
            "__annotations__": annotations,
            "settings_customise_sources": classmethod(customise),
            "__module__": __name__,
        }
        return type("Settings", (pydantic_settings.BaseSettings,), members)

    return make


@needs_powertools
def test_powertools_reads_a_secret(parameters, fake_secrets):
    """The function get_secret returns the value, with a client that Powertools makes itself."""
    fake_secrets.add("db", "s3cret")

    value = parameters.get_secret("db")

    assert "s3cret" == value
    assert "us-east-1" == fake_secrets.calls.last.region


@needs_powertools
def test_powertools_reads_binary(parameters, fake_secrets):
    """A binary secret comes as bytes."""
    fake_secrets.add("cert", b"\x00\x01")

    assert b"\x00\x01" == parameters.get_secret("cert")


@needs_powertools
def test_powertools_transforms_json(parameters, fake_secrets):
    """The option transform="json" parses the value."""
    fake_secrets.add("db", {"user": "app", "port": 5432})

    assert {"user": "app", "port": 5432} == parameters.get_secret("db", transform="json")


@needs_powertools
def test_powertools_transforms_base64(parameters, fake_secrets):
    """The option transform="binary" decodes the value."""
    fake_secrets.add("db", base64.b64encode(b"\xff\x00").decode())

    assert b"\xff\x00" == parameters.get_secret("db", transform="binary")


@needs_powertools
def test_powertools_reports_what_it_cannot_transform(parameters, fake_secrets):
    """A value that is not JSON is Powertools' own error."""
    fake_secrets.add("db", "no json")

    with pytest.raises(parameters.exceptions.TransformParameterError):
        parameters.get_secret("db", transform="json")

    assert 1 == fake_secrets.calls.count("GetSecretValue", secret="db")


@needs_powertools
def test_powertools_caches_a_value(parameters, fake_secrets):
    """Two reads within the age of the cache are one call."""
    fake_secrets.add("db", "s3cret")

    values = [parameters.get_secret("db", max_age=3600) for _ in range(2)]

    assert ["s3cret", "s3cret"] == values
    assert 1 == fake_secrets.calls.count("GetSecretValue", secret="db")


@needs_powertools
def test_powertools_caches_no_error(parameters, fake_secrets):
    """A read that failed is tried again by the next one."""
    with pytest.raises(parameters.exceptions.GetParameterError):
        parameters.get_secret("db")
    fake_secrets.add("db", "s3cret")

    assert "s3cret" == parameters.get_secret("db")


@needs_powertools
def test_powertools_sees_a_new_value_when_forced(parameters, fake_secrets, secrets_client):
    """The cache hides a new value until force_fetch asks for it."""
    fake_secrets.add("db", "old")
    before = parameters.get_secret("db", max_age=3600)
    secrets_client.put_secret_value(SecretId="db", SecretString="new")

    cached = parameters.get_secret("db", max_age=3600)
    forced = parameters.get_secret("db", max_age=3600, force_fetch=True)

    assert ("old", "old", "new") == (before, cached, forced)
    assert 2 == fake_secrets.calls.count("GetSecretValue", secret="db")


@needs_powertools
def test_powertools_reads_a_version(parameters, fake_secrets, secrets_client):
    """Further options reach AWS, such as the label of a version."""
    fake_secrets.add("db", "old")
    secrets_client.put_secret_value(SecretId="db", SecretString="new")

    assert "old" == parameters.get_secret("db", VersionStage="AWSPREVIOUS")


@needs_powertools
def test_powertools_reports_a_missing_secret(parameters, fake_secrets):
    """A secret that does not exist is a GetParameterError with AWS's text."""
    with pytest.raises(parameters.exceptions.GetParameterError) as raised:
        parameters.get_secret("missing")

    assert (
        "An error occurred (ResourceNotFoundException) when calling the GetSecretValue "
        "operation: Secrets Manager can't find the specified secret."
    ) == str(raised.value)


@needs_powertools
def test_powertools_reports_every_documented_error(parameters, fake_secrets, secrets_error):
    """Each error that AWS documents for GetSecretValue is a GetParameterError."""
    fake_secrets.add("db", "s3cret")

    with pytest.raises(parameters.exceptions.GetParameterError) as raised:
        parameters.get_secret("db")

    assert str(raised.value).startswith(f"An error occurred ({secrets_error.code}) when calling ")


@needs_powertools
def test_powertools_survives_an_outage(parameters, fake_secrets):
    """Botocore's retries work below Powertools."""
    fake_secrets.add("db", "s3cret")
    fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue", times=2)

    assert "s3cret" == parameters.get_secret("db")
    assert 3 == fake_secrets.calls.last.attempts


@needs_powertools
def test_powertools_sets_a_new_secret(parameters, fake_secrets):
    """SecretsProvider.set creates a secret that does not exist yet."""
    provider = parameters.SecretsProvider()

    response = provider.set("db", "s3cret")

    assert fake_secrets["db"].arn == response["ARN"]
    assert "s3cret" == fake_secrets["db"].value
    assert ["PutSecretValue", "CreateSecret"] == [call.operation for call in fake_secrets.calls]


@needs_powertools
@pytest.mark.parametrize(
    ("value", "stored"),
    [("new", "new"), (b"\x00", b"\x00"), ({"user": "app"}, '{"user": "app"}')],
    ids=["string", "bytes", "dict"],
)
def test_powertools_sets_a_new_value(parameters, fake_secrets, value, stored):
    """SecretsProvider.set gives a secret that exists another value."""
    fake_secrets.add("db", "old")
    provider = parameters.SecretsProvider()

    response = provider.set("db", value, client_request_token="c" * 32)

    assert "c" * 32 == response["VersionId"]
    assert ["AWSCURRENT"] == response["VersionStages"]
    assert stored == fake_secrets["db"].value


@needs_powertools
def test_powertools_function_sets_a_secret(parameters, fake_secrets):
    """The function set_secret does the same as the provider."""
    parameters.set_secret(name="db", value="s3cret")

    assert "s3cret" == fake_secrets["db"].value


@needs_powertools
def test_powertools_reports_a_secret_that_cannot_be_set(parameters, fake_secrets, secrets_client):
    """A secret that is scheduled for deletion is a SetSecretError with AWS's text."""
    fake_secrets.add("db", "old")
    secrets_client.delete_secret(SecretId="db")

    with pytest.raises(parameters.exceptions.SetSecretError) as raised:
        parameters.set_secret(name="db", value="new")

    assert (
        "Error setting secret - An error occurred (InvalidRequestException) when calling the "
        "PutSecretValue operation: You can't perform this operation on the secret because it was "
        "marked for deletion."
    ) == str(raised.value)


@needs_powertools
def test_powertools_takes_a_client(parameters, fake_secrets):
    """A provider with a client of ours reads through it."""
    fake_secrets.add("db", "s3cret")
    provider = parameters.SecretsProvider(boto3_client=fake_secrets.client("us-east-1"))

    assert "s3cret" == provider.get("db")


@needs_pydantic
def test_pydantic_reads_its_settings(settings_source, fake_secrets):
    """The keys of a JSON secret are the fields of the settings."""
    fake_secrets.add("app", {"user": "app", "port": "5432"})
    settings = settings_source({"user": str, "port": int}, "app")()

    assert ("app", 5432) == (settings.user, settings.port)
    assert 1 == fake_secrets.calls.count("GetSecretValue", secret="app")


@needs_pydantic
def test_pydantic_reads_nested_settings(settings_source, fake_secrets):
    """Keys with two hyphens are the fields of a nested model."""
    pydantic = pytest.importorskip("pydantic")
    database = pydantic.create_model("Database", host=(str, ...), port=(int, ...))
    fake_secrets.add("app", {"database--host": "db.internal", "database--port": "5432"})

    settings = settings_source({"database": database}, "app")()

    assert ("db.internal", 5432) == (settings.database.host, settings.database.port)


@needs_pydantic
def test_pydantic_reads_another_region(settings_source, fake_secrets):
    """The Region of the source is where the secret is looked for."""
    fake_secrets.add("app", {"user": "american"})
    fake_secrets.add("app", {"user": "european"}, region="eu-west-1")

    settings = settings_source({"user": str}, "app", region_name="eu-west-1")()

    assert "european" == settings.user


@needs_pydantic
def test_pydantic_reads_a_version(settings_source, fake_secrets, secrets_client):
    """A version id leads to that version, not to the current one."""
    fake_secrets.add("app", {"user": "old"})
    old = fake_secrets["app"].labels["AWSCURRENT"]
    secrets_client.put_secret_value(SecretId="app", SecretString='{"user": "new"}')

    current = settings_source({"user": str}, "app")()
    settings = settings_source({"user": str}, "app", version_id=old)()

    assert ("new", "old") == (current.user, settings.user)


@needs_pydantic
def test_pydantic_sees_the_errors_of_aws(settings_source, fake_secrets, secrets_client):
    """A missing secret is botocore's own ClientError, which pydantic lets through."""
    settings = settings_source({"user": str}, "missing")

    with pytest.raises(ClientError) as raised:
        settings()

    assert "ResourceNotFoundException" == raised.value.response["Error"]["Code"]


def test_pyfakefs(pytester):
    """A client that was made before the file system was replaced needs nothing of it."""
    pytest.importorskip("pyfakefs")
    pytester.makepyfile("""
    import boto3
    import pytest

    @pytest.fixture
    def client(fake_secrets):
        return boto3.client("secretsmanager", region_name="us-east-1")

    def test_it(client, fs, fake_secrets):
        fake_secrets.add("db", "v")
        assert client.get_secret_value(SecretId="db")["SecretString"] == "v"
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_secret_value(SecretId="missing")
        client.create_secret(Name="other", SecretString="v")
        assert len(client.list_secrets()["SecretList"]) == 2
    """)

    result = pytester.runpytest_subprocess("-p", "pyfakefs.pytest_plugin")

    result.assert_outcomes(passed=1)
