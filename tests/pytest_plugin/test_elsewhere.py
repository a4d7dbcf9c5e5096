"""Tests run against another Secrets Manager, by --fakesecrets-endpoint."""

from __future__ import annotations

import json

import pytest

from pytest_fakesecrets import FakeSecrets

pytest.importorskip("werkzeug")

TESTS = """
import boto3
import pytest
from pytest_fakesecrets import FakeSecrets, Secret, Version

@pytest.mark.secrets({"prod/db": {"user": "app"}, "bytes": b"\\x00"})
def test_seeds_of_a_mark(secrets_client):
    assert '{"user": "app"}' == secrets_client.get_secret_value(SecretId="prod/db")["SecretString"]
    assert b"\\x00" == secrets_client.get_secret_value(SecretId="bytes")["SecretBinary"]

@pytest.mark.secrets({"prod/db": "s3cret"})
def test_a_client_of_its_own():
    client = boto3.client("secretsmanager")
    client.put_secret_value(SecretId="prod/db", SecretString="new")
    client.create_secret(Name="left-behind", SecretString="x")

@pytest.mark.secrets(Secret("a", "new", previous="old", pending="next", tags={"k": "v"}))
def test_versions(secrets_client):
    def read(label):
        return secrets_client.get_secret_value(SecretId="a", VersionStage=label)["SecretString"]
    labels = ("AWSCURRENT", "AWSPREVIOUS", "AWSPENDING")
    assert ["new", "old", "next"] == [read(label) for label in labels]
    assert [{"Key": "k", "Value": "v"}] == secrets_client.describe_secret(SecretId="a")["Tags"]

def test_nothing_is_left(fake_secrets, secrets_client):
    assert [] == secrets_client.list_secrets(IncludePlannedDeletion=True)["SecretList"]

def test_adds(fake_secrets, secrets_client):
    fake_secrets.add("b", "v")
    fake_secrets.add({"c": "v", "d": Secret("d", "v", description="D")})
    fake_secrets.add("e", "v", description="E")
    names = [s["Name"] for s in fake_secrets.client().list_secrets()["SecretList"]]
    assert ["b", "c", "d", "e"] == sorted(names)

@pytest.fixture(scope="module")
def shared(module_fake_secrets):
    module_fake_secrets.add("shared", "v")

@pytest.mark.secrets({"own": "v"})
def test_a_wider_scope(shared, secrets_client):
    for name in ("shared", "own"):
        assert "v" == secrets_client.get_secret_value(SecretId=name)["SecretString"]

def test_no_fixture():
    with FakeSecrets({"a": "v"}) as fake:
        assert "v" == fake["a"].value
"""
SKIPPED = """
import datetime
import pytest
from pytest_fakesecrets import Secret, Version

def test_faults(fake_secrets):
    fake_secrets.faults.error("ThrottlingException")

def test_errors(secrets_error):
    assert 0

def test_server(fake_secrets_server):
    assert 0

def test_views(fake_secrets):
    fake_secrets["a"]

def test_writes(fake_secrets):
    fake_secrets["a"] = "v"

def test_removes(fake_secrets):
    del fake_secrets["a"]

def test_lists(fake_secrets):
    list(fake_secrets)

def test_counts(fake_secrets):
    len(fake_secrets)

def test_contains(fake_secrets):
    "a" in fake_secrets

@pytest.mark.secrets({"a": Secret("a", "v", region="eu-west-1")})
def test_regions(secrets_client):
    assert 0

def test_details(fake_secrets):
    fake_secrets.add("a", "v", arn_suffix="abcdef")

@pytest.mark.secrets(Secret("a", versions=[Version("v", ["AWSCURRENT"]), Version("w")]))
def test_versions_without_labels(secrets_client):
    assert 0
"""


@pytest.fixture
def url():
    """Give the endpoint of another Secrets Manager: a fake behind a server."""
    with FakeSecrets(region="us-east-1").serve() as server:
        yield server.url


def run(pytester, url, *options):
    """Run pytest in a process of its own, which has the option."""
    return pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", f"--fakesecrets-endpoint={url}", *options
    )


def test_tests_in_plain_boto3_run_there(pytester, url):
    """Seeds are made there, all clients find them, and nothing is left."""
    pytester.makepyfile(TESTS)

    result = run(pytester, url)

    result.assert_outcomes(passed=7)
    result.stdout.fnmatch_lines([f"fakesecrets: tests run against {url}"])


def test_what_only_a_fake_has_is_skipped_with_the_reason(pytester, url):
    """Faults, views and seeds that no call can make skip the test, and say what it wanted."""
    pytester.makepyfile(SKIPPED)

    result = run(pytester, url, "-rs")

    # Five of them are runs of test_errors.
    result.assert_outcomes(skipped=SKIPPED.count("def test_") - 1 + 5)
    for what in ("fake_secrets.faults", "fake_secrets.serve", "fake_secrets[[]...]", "region="):
        result.stdout.fnmatch_lines([f"SKIPPED*: {what}*"])


def test_a_policy_and_a_deletion_are_made_there(pytester, url):
    """Policies are attached, and deletions requested, by calls."""
    statement = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    pytester.makepyfile(
        f"""
import pytest
from pytest_fakesecrets import Secret

@pytest.mark.secrets(Secret("gone", "v", deleted=True), Secret("empty"))
def test_it(secrets_client, fake_secrets):
    assert "DeletedDate" in secrets_client.describe_secret(SecretId="gone")
    assert "VersionIdsToStages" not in secrets_client.describe_secret(SecretId="empty")
    allowed = {policy!r}.replace("Deny", "Allow")
    fake_secrets.add("open", "v", policy=allowed)
    assert "Allow" in secrets_client.get_resource_policy(SecretId="open")["ResourcePolicy"]
"""
    )

    run(pytester, url).assert_outcomes(passed=1)


def test_what_was_there_stays(pytester):
    """Secrets that the tests did not make are left alone."""
    pytester.makepyfile(TESTS)
    with FakeSecrets({"kept": "v"}, region="us-east-1") as fake, fake.serve() as server:
        result = run(pytester, server.url, "-k", "test_adds or test_versions")

        assert ["kept"] == list(fake)
    assert 1 == result.parseoutcomes()["failed"]


def test_with_a_fake_around_the_whole_run(pytester, url):
    """fakesecrets_autouse lets calls through as well."""
    pytester.makepyfile(TESTS)

    run(pytester, url, "-o", "fakesecrets_autouse=true").assert_outcomes(passed=7)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ("localhost:4566", "is not an endpoint. Write it like http://localhost:4566."),
        ("http://[", "is not an endpoint"),
        ("https://secretsmanager.eu-west-1.amazonaws.com", "is AWS itself"),
    ],
)
def test_wrong_endpoints(pytester, wrong, text):
    """What is not an endpoint is refused at the start, and so is AWS's own."""
    result = run(pytester, wrong)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert f"ERROR: --fakesecrets-endpoint={wrong} {text}" in result.stderr.str()


def test_moto_s_server(pytester):
    """The same tests run against moto."""
    server_of_moto = pytest.importorskip("moto.server")
    server = server_of_moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        pytester.makepyfile(TESTS)
        result = run(pytester, f"http://{host}:{port}")
    finally:
        server.stop()

    result.assert_outcomes(passed=7)
