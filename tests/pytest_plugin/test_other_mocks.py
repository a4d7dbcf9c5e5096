"""What the report of a failing test says of others that answer calls, or wait for them."""

from __future__ import annotations

from textwrap import dedent
from xml.etree import ElementTree as ET

import pytest

OPTIONS = ["-p", "no:cacheprovider"]
READ = """
from unittest import mock

import boto3
import pytest
from botocore.stub import Stubber

pytestmark = pytest.mark.secrets({"a": "v"}, region="us-east-1")

def read(client=None):
    client = client or boto3.client("secretsmanager", region_name="us-east-1")
    return client.get_secret_value(SecretId="a")["SecretString"]

def stub(client):
    stubber = Stubber(client)
    stubber.add_response("get_secret_value", {"SecretString": "x"})
    stubber.activate()
    return client
"""
NO_CALL = "no call reached this fake: "


@pytest.fixture
def hints(pytester, monkeypatch):
    """Run pytest on tests that fail; return the hints of each report."""
    monkeypatch.setenv("COLUMNS", "300")
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)

    def run(source):
        pytester.makepyfile(test_it=READ + dedent(source))
        xml = pytester.path / "report.xml"
        result = pytester.runpytest_inprocess(*OPTIONS, f"--junit-xml={xml}")
        assert result.parseoutcomes().keys() == {"failed"}
        cases = ET.parse(xml).iter("testcase")  # noqa: S314 - written by pytest
        return [
            [
                found.get("value")
                for found in case.iter("property")
                if found.get("name") == "fakesecrets.hint"
            ]
            for case in cases
        ]

    return run


@pytest.mark.parametrize(
    ("source", "replaced"),
    [
        (
            """
            def test_it(monkeypatch):
                monkeypatch.setattr(boto3, "client", lambda *args, **kwargs: mock.MagicMock())
                assert read() == "v"
            """,
            "boto3.client",
        ),
        (
            """
            @mock.patch("boto3.client")
            def test_it(_):
                assert read() == "v"
            """,
            "a client",
        ),
        (
            """
            def test_it():
                with mock.patch("boto3.client"):
                    value = read()
                assert value == "v"
            """,
            "a client",
        ),
        (
            """
            def test_it():
                with mock.patch(__name__ + ".boto3"):
                    value = read()
                assert value == "v"
            """,
            "boto3",
        ),
        (
            """
            @mock.patch("botocore.client.BaseClient._make_api_call", return_value={})
            def test_it(_):
                assert read() == "v"
            """,
            "a client's calls",
        ),
        (
            """
            @pytest.fixture(autouse=True)
            def answers():
                with mock.patch("botocore.client.BaseClient._make_api_call", return_value={}):
                    yield

            def test_it():
                assert read() == "v"
            """,
            "botocore.client.BaseClient._make_api_call",
        ),
    ],
    ids=["monkeypatch", "decorator", "with", "name of a module", "every call", "fixture"],
)
def test_a_mock_that_answers_is_named(hints, source, replaced):
    """Where no call has reached the fake, the report says what a mock has replaced."""
    assert [[f"{NO_CALL}a mock answers in place of {replaced}"]] == hints(source)


def test_a_stubber_that_answers_is_named(hints):
    """Whether the test has the Stubber, or only a client that has one."""
    said = f"{NO_CALL}botocore's Stubber answers a client, before its calls reach the fake"

    assert [[said], [said], []] == hints("""
    @pytest.fixture
    def client():
        return stub(boto3.client("secretsmanager", region_name="us-east-1"))

    def test_client(client):
        assert read(client) == "v"

    def test_stubber():
        with Stubber(boto3.client("secretsmanager", region_name="us-east-1")) as stubber:
            stubber.add_response("get_secret_value", {"SecretString": "x"})
            assert read(stubber.client) == "v"

    def test_other():
        client = boto3.client("secretsmanager", region_name="us-east-1")
        sts = Stubber(boto3.client("sts", region_name="us-east-1"))
        assert client is sts
    """)


def test_other_processes_are_named(hints):
    """A fake answers in its own process alone; a test that has no other gets no hint."""
    said = (
        f"{NO_CALL}it answers in its own process, and multiprocessing has started others by spawn "
        "or forkserver; the fixture fake_secrets_server serves them"
    )

    assert [[said], [], [said], [said], []] == hints("""
    import multiprocessing

    CONTEXT = multiprocessing.get_context("spawn")

    @pytest.fixture(scope="class")
    def pool():
        with CONTEXT.Pool(1) as pool:
            yield
        pool.join()

    def test_own():
        process = CONTEXT.Process(target=print)
        process.start()
        process.join()
        assert 0

    def test_after_it():
        assert 0

    @pytest.mark.usefixtures("pool")
    class TestWithPool:
        def test_one(self):
            assert 0

        def test_two(self):
            assert 0

    def test_after_the_pool():
        assert 0
    """)


def test_nothing_is_guessed(hints):
    """Where a call did reach the fake, or nothing else answers, there is no hint."""
    assert [[], [], []] == hints("""
    def test_nothing():
        assert 0

    @mock.patch("boto3.resource")
    def test_call(_):
        assert read() == "w"

    @mock.patch("builtins.print")
    def test_mock(_):
        client = mock.Mock(name="other")
        assert 0
    """)


def test_handlers_of_what_is_not_emitted_are_named(hints):
    """Nothing is signed and sent, so that who waits for that waits in vain."""
    end = "as nothing is signed and sent"

    assert [
        [
            f"test_it.note was not called: a fake emits no request-created, {end}",
            f"test_it.Waiting was not called: a fake emits no before-sign, {end}",
            f"test_it.note was not called: a fake emits no before-send, {end}",
        ],
        [],
    ] == hints("""
    def note(**kwargs):
        pass

    class Waiting:
        def __call__(self, **kwargs):
            pass

    def test_it():
        client = boto3.client("secretsmanager", region_name="us-east-1")
        events = client.meta.events
        events.register("request-created.secrets-manager", note)
        events.register("before-sign.*.GetSecretValue", Waiting())
        events.register("before-send", note)
        events.register("before-send.secrets-manager.PutSecretValue", note)
        events.register("before-parse", note)
        read(client)
        assert read(client) == "w"

    def test_other():
        assert read() == "w"
    """)


def test_handlers_of_instrumentation_are_not_named(hints):
    """Powertools registers a handler with each session, once it is imported."""
    pytest.importorskip("aws_lambda_powertools")

    assert [[]] == hints("""
    from aws_lambda_powertools.shared.user_agent import register_feature_to_client

    pytestmark = []

    def test_it(fake_secrets):
        client = boto3.client("secretsmanager", region_name="us-east-1")
        register_feature_to_client(client, "parameters")
        client.get_secret_value(SecretId="a")
    """)


def test_a_secret_of_moto_is_named(hints):
    """What was made under moto's mock is not in a fake that begins later."""
    pytest.importorskip("moto")
    said = (
        "moto's mock_aws has a secret m, made while no fake was active; the fake has only what is "
        "seeded, or created under it"
    )

    assert [[said], []] == hints("""
    from moto import mock_aws
    from pytest_fakesecrets import FakeSecrets

    @pytest.fixture(autouse=True)
    def secret(request):
        with mock_aws():
            client = boto3.client("secretsmanager", region_name="us-east-1")
            client.create_secret(Name="m", SecretString="x")
            yield client

    pytestmark = []

    def test_it(secret, fake_secrets):
        secret.get_secret_value(SecretId="m")

    def test_other(secret, fake_secrets):
        secret.get_secret_value(SecretId="n")
    """)
