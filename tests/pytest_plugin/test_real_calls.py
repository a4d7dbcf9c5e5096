from __future__ import annotations

import pytest
from botocore.session import Session

from pytest_fakesecrets import FakeSecrets
from pytest_fakesecrets._botocore.patching import unwatch, watch

# The run in this process would take our own filter of warnings over.
OPTIONS = [
    *("-p", "no:cacheprovider"),
    *("-W", "default"),
]
CLIENT = """
import boto3
import pytest

from pytest_fakesecrets import FakeSecrets

def client():
    return boto3.client(
        "secretsmanager",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=boto3.session.Config(retries={"total_max_attempts": 1}),
    )

def read():
    return client().get_secret_value(SecretId="db")
"""
REMEDIES = (
    "Have the test ask for fake_secrets, or mark it with @pytest.mark.secrets({...}). "
    "If it is to reach the real AWS, mark it with @pytest.mark.secrets(allow_real_calls=True)."
)


@pytest.fixture
def run(pytester):
    """Run pytest on a file with a guard; return the result."""

    def run(level, source, *options):
        pytester.makeini(f"[pytest]\nfakesecrets_real_calls = {level}\n")
        pytester.makepyfile(test_it=CLIENT + source)
        alone = "-n" not in options
        launch = pytester.runpytest_inprocess if alone else pytester.runpytest_subprocess
        return launch(*OPTIONS, *options)

    return run


def test_a_call_outside_any_fake_stays_in_the_process(run):
    """At level error the call raises a message with test, operation, line and remedies."""
    result = run("error", "\ndef test_reads():\n    read()\n")

    result.assert_outcomes(failed=1)
    (message,) = (line for line in result.outlines if line.startswith("E  "))
    assert ("Test test_it.py::test_reads called GetSecretValue of Secrets Manager at ") in message
    assert "test_it.py:17, outside any fake; the call was stopped" in message
    assert REMEDIES in message


def test_code_that_swallows_the_refusal_fails_all_the_same(run):
    """A test whose code catches everything fails with the same message."""
    result = run(
        "error",
        """
def test_reads():
    with pytest.raises(Exception):
        read()
""",
    )

    result.assert_outcomes(failed=1)
    assert "called GetSecretValue of Secrets Manager" in result.stdout.str()


def test_warn_lets_the_call_go(run):
    """At level warn the call goes on, with a warning at the line that called."""
    result = run(
        "warn",
        """
from botocore.exceptions import EndpointConnectionError

def test_reads():
    with pytest.raises(EndpointConnectionError):
        read()
""",
    )

    result.assert_outcomes(passed=1, warnings=1)
    shown = result.stdout.str()
    assert "test_it.py:17: FakeSecretsWarning: Test test_it.py::test_reads called" in shown
    assert "the call goes to the real AWS (fakesecrets_real_calls = warn)" in shown


def test_allow_is_silent(run):
    """At level allow nothing is said."""
    result = run(
        "allow",
        """
def test_reads():
    with pytest.raises(Exception, match="Could not connect"):
        read()
""",
    )

    result.assert_outcomes(passed=1)


def test_what_a_fake_or_a_stubber_answers_is_none_of_its_business(run):
    """Fakes of all kinds, and a Stubber, answer as ever."""
    result = run(
        "error",
        """
from botocore.stub import Stubber

def test_fixture(fake_secrets):
    fake_secrets.add("db", "v")
    assert read()["SecretString"] == "v"

@pytest.mark.secrets({"db": "v"})
def test_marker():
    assert read()["SecretString"] == "v"

def test_block():
    with FakeSecrets({"db": "v"}):
        assert read()["SecretString"] == "v"
    with pytest.raises(Exception, match="outside any fake"):
        read()

def test_stubber():
    stubbed = client()
    with Stubber(stubbed) as stubber:
        stubber.add_response("get_secret_value", {"SecretString": "v"})
        assert stubbed.get_secret_value(SecretId="db")["SecretString"] == "v"

def test_other_services():
    s3 = boto3.client("s3", region_name="us-east-1", endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="testing", aws_secret_access_key="testing",
        config=boto3.session.Config(retries={"total_max_attempts": 1}))
    with pytest.raises(Exception, match="Could not connect"):
        s3.list_buckets()
""",
    )

    result.assert_outcomes(passed=4, failed=1)
    assert "FAILED test_it.py::test_block" in result.stdout.str()


def test_moto_answers_too(run):
    """What moto's mock answers does not leave the process either."""
    pytest.importorskip("moto")
    result = run(
        "error",
        """
from moto import mock_aws

@mock_aws
def test_moto():
    real = boto3.client("secretsmanager", region_name="us-east-1")
    real.create_secret(Name="db", SecretString="v")
    assert real.get_secret_value(SecretId="db")["SecretString"] == "v"
""",
    )

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "mark",
    [
        "@pytest.mark.secrets(allow_real_calls=True)\ndef test_real():",
        "@pytest.mark.secrets(allow_real_calls=True)\nclass TestIt:\n  def test_real(self):",
        (
            "pytestmark = pytest.mark.secrets({'db': 'v'})\n\n"
            "@pytest.mark.secrets(allow_real_calls=True)\ndef test_real():"
        ),
        (
            "@pytest.fixture(autouse=True, scope='module')\ndef wider(module_fake_secrets):\n"
            "    module_fake_secrets.add('db', 'v')\n\n"
            "@pytest.mark.secrets(allow_real_calls=True)\ndef test_real():"
        ),
    ],
    ids=["function", "class", "function of a seeded module", "inside a wider fake"],
)
def test_real_lets_one_test_through(run, mark):
    """A test that allows real calls reaches AWS; the others are stopped, or have their fakes."""
    result = run(
        "error",
        f"""
{mark}
        with pytest.raises(Exception, match="Could not connect"):
            read()

def test_other(request):
    if request.node.get_closest_marker("secrets") or "wider" in request.fixturenames:
        assert read()["SecretString"] == "v"
    else:
        with pytest.raises(Exception, match="outside any fake"):
            read()
        pytest.skip("stopped")
""",
    )

    outcomes = result.parseoutcomes()
    assert 2 == outcomes.get("passed", 0) + outcomes.get("skipped", 0)


def test_real_counts_without_a_guard_too(pytester):
    """Where a fake is active throughout, allow_real_calls=True lets a test through."""
    pytester.makeini("[pytest]\nfakesecrets_autouse = true\n")
    pytester.makepyfile(
        test_it=CLIENT
        + """
@pytest.mark.secrets(allow_real_calls=True)
def test_real():
    with pytest.raises(Exception, match="Could not connect"):
        read()
    with FakeSecrets({"db": "v"}):
        assert read()["SecretString"] == "v"

def test_fake(fake_secrets):
    fake_secrets.add("db", "v")
    assert read()["SecretString"] == "v"
"""
    )
    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (
            "@pytest.mark.secrets({'db': 'v'}, allow_real_calls=True)\ndef test_it(): pass",
            "lets a test reach the real AWS, so it cannot seed a fake as well.",
        ),
        (
            "@pytest.mark.secrets(allow_real_calls='yes')\ndef test_it(): pass",
            "allow_real_calls='yes' of @pytest.mark.secrets is neither True nor False.",
        ),
        (
            "@pytest.mark.secrets(allow_real_calls=True)\ndef test_it(fake_secrets): pass",
            "@pytest.mark.secrets(allow_real_calls=True) asks for fake_secrets too.",
        ),
    ],
    ids=["seeds", "text", "fixture"],
)
def test_contradictions_are_refused(run, test, message):
    """A mark that wants both the real AWS and a fake is refused with one message."""
    result = run("error", f"\n{test}\n")

    assert 0 != result.ret
    assert message in result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR" not in result.stdout.str()


@pytest.mark.parametrize(
    "suite",
    [
        "@pytest.mark.secrets(file='missing.json')\nclass TestIt:\n  ",
        "class TestIt:\n  ",
    ],
    ids=["with a file that is missing", "with a hook that fails"],
)
def test_real_wants_no_seeds(run, pytester, suite):
    """For a test that reaches the real AWS nothing is seeded, and no hook asked."""
    if "file" not in suite:
        pytester.makeconftest("def pytest_fakesecrets_seeds(): raise ValueError")
    body = "@pytest.mark.secrets(allow_real_calls=True)\n  def test_real(self):\n    pass\n"
    result = run("allow", f"\n{suite}{body}")

    result.assert_outcomes(passed=1)


def test_a_session_class_that_comes_after_the_guard(monkeypatch):
    """A kind of session that is imported later, as aiobotocore's, wants no Region all the same."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    guard = object()  # is asked nothing here
    watch(guard)
    try:

        class Late(Session):
            def create_client(self, *args, **kwargs):
                return super().create_client(*args, **kwargs)

        session = Late()
        with FakeSecrets(region="eu-west-1"):
            client = session.create_client("secretsmanager")
    finally:
        unwatch(guard)

    assert "eu-west-1" == client.meta.region_name
    assert "create_client" in vars(Late)


def test_a_call_at_import_names_the_file(run):
    """A call while tests are collected is stopped, too."""
    result = run("error", "\nVALUE = read()\n")

    result.assert_outcomes(errors=1)
    shown = result.stdout.str()
    assert "The collection of test_it.py called GetSecretValue of Secrets Manager at " in shown
    assert "set fakesecrets_autouse = true to have a fake for it" in shown


def test_a_call_outside_any_test_is_stopped_too(pytester, run):
    """A call of a conftest.py's hook is stopped, and the message says that no test runs."""
    pytester.makeconftest("""
    import test_it

    def pytest_sessionfinish():
        try:
            test_it.read()
        except Exception as error:
            print(error)
    """)
    result = run("error", "\ndef test_it(): pass\n", "-s")

    assert "Code outside any test called GetSecretValue" in result.stdout.str()


def test_workers_have_the_guard(run):
    """Under pytest-xdist each worker has its guard."""
    result = run("error", "\ndef test_reads():\n    read()\n", "-p", "xdist", "-n", "1")

    result.assert_outcomes(failed=1)
    assert "Test test_it.py::test_reads called GetSecretValue" in result.stdout.str()


def test_a_thread_s_call_is_stopped(run):
    """A call from a thread that swallows the refusal has the test fail."""
    result = run(
        "error",
        """
import threading

def quietly():
    try:
        read()
    except Exception:
        pass

def test_thread():
    thread = threading.Thread(target=quietly)
    thread.start()
    thread.join()
""",
    )

    result.assert_outcomes(failed=1)
    assert "called GetSecretValue of Secrets Manager at" in result.stdout.str()


@pytest.fixture
def unconfigured(monkeypatch, tmp_path):
    """Have the machine know neither Region nor credentials."""
    for name in ("DEFAULT_REGION", "REGION", "PROFILE", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "missing"))


PLAIN = """
import boto3
import pytest

from pytest_fakesecrets import FakeSecrets

def read(client=None):
    client = client or boto3.Session().client("secretsmanager")
    return client.get_secret_value(SecretId="db")
"""


@pytest.mark.usefixtures("unconfigured")
@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("error", "RealCallError: Test test_it.py::test_it made a client of Secrets Manager at"),
        ("warn", "FakeSecretsWarning: Test test_it.py::test_it made a client of Secrets Manager"),
        ("allow", "NoRegionError: You must specify a region."),
    ],
)
def test_a_client_that_cannot_be_made(pytester, level, shown):
    """A client that fails for want of a Region is named with the line and the remedies."""
    pytester.makeini(f"[pytest]\nfakesecrets_real_calls = {level}\n")
    pytester.makepyfile(test_it=PLAIN + "\ndef test_it():\n    read()\n")

    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(failed=1, warnings=1 if level == "warn" else 0)
    assert shown in result.stdout.str()
    if level != "allow":
        assert "test_it.py:7, outside any fake; botocore could not make it" in result.stdout.str()
    if level != "error":
        assert "clients of Secrets Manager need no Region, no credentials" in result.stdout.str()


@pytest.mark.usefixtures("unconfigured")
def test_no_credentials_get_a_hint(pytester):
    """A test that failed for want of credentials is told what needs none."""
    pytester.makeini("[pytest]\nfakesecrets_real_calls = allow\n")
    pytester.makepyfile(
        test_it=PLAIN
        + """
def test_it():
    read(boto3.Session().client("secretsmanager", region_name="us-east-1"))

def test_other():
    raise ValueError
"""
    )

    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(failed=2)
    assert 1 == result.stdout.str().count("NoCredentialsError: a client of AWS was used")


@pytest.mark.usefixtures("unconfigured")
def test_a_fake_that_was_not_entered(pytester):
    """Whoever forgets to enter a fake is told so."""
    pytester.makeini("[pytest]\nfakesecrets_real_calls = error\n")
    pytester.makepyfile(
        test_it=PLAIN
        + """
def test_it():
    FakeSecrets({"db": "v"})
    read()

def test_client():
    read(FakeSecrets({"db": "v"}).client())

def test_ended():
    with FakeSecrets({"db": "v"}) as fake:
        client = fake.client()
        read(client)
    read(client)
"""
    )

    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(failed=3)
    assert "A FakeSecrets(...) was made and not entered: it answers only inside" in (
        result.stdout.str()
    )
    shown = [line for line in result.outlines if line.startswith("E ")]
    assert 2 == sum("A client that fake.client() made was used" in line for line in shown)


def test_a_fake_of_a_test_that_has_ended(pytester):
    """Changes to a fake that has ended with its test would have no effect."""
    pytester.makepyfile(
        test_it=PLAIN
        + """
kept = []

def test_first(fake_secrets):
    kept.append(fake_secrets)
    fake_secrets.add("db", "v")

CHANGES = [
    lambda fake: fake.add("db", "w"),
    lambda fake: fake.put("db", "w"),
    lambda fake: fake.remove("db"),
]

@pytest.mark.parametrize("change", CHANGES)
def test_later(change):
    assert "v" == kept[0]["db"].value
    with pytest.raises(Exception, match="This fake has ended with the test"):
        change(kept[0])
"""
    )

    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(passed=4)


@pytest.mark.parametrize("first", ["botocore.session", "pytest_fakesecrets"])
def test_the_guard_waits_for_botocore(pytester, first):
    """By default calls are warned of, whoever imports botocore first; nothing imports it early."""
    pytester.makepyfile(
        test_it=f"""
import sys

import pytest

def test_nothing():
    assert "botocore" not in sys.modules

def test_it():
    if {first!r} == "pytest_fakesecrets":
        from pytest_fakesecrets import FakeSecrets
        with FakeSecrets({{"db": "v"}}) as fake:
            fake.client().get_secret_value(SecretId="db")
    import botocore.config
    import botocore.session
    from botocore.exceptions import BotoCoreError, ClientError
    client = botocore.session.Session().create_client("secretsmanager", "us-east-1",
        aws_access_key_id="x", aws_secret_access_key="x", endpoint_url="http://127.0.0.1:9",
        config=botocore.config.Config(retries={{"total_max_attempts": 1}}))
    with pytest.warns(match="called ListSecrets of Secrets Manager at"):
        with pytest.raises(BotoCoreError):
            client.list_secrets()
"""
    )

    result = pytester.runpytest_subprocess(*OPTIONS)

    result.assert_outcomes(passed=2)
