from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from pytest_fakesecrets import FakeSecrets, hookspecs
from pytest_fakesecrets._listeners import listeners
from pytest_fakesecrets._plugin.run import FakesOfRun

OPTIONS = ["-p", "no:cacheprovider"]
READ = """
import boto3
import pytest

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:rotate"

def read(name):
    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]

def rotate(name="db"):
    boto3.client("secretsmanager").rotate_secret(SecretId=name, RotationLambdaARN=LAMBDA,
        RotationRules={"AutomaticallyAfterDays": 30})
"""


@pytest.fixture
def run(pytester):
    """Run pytest on a file beside a conftest.py; return the result."""

    def run(conftest, source, *options):
        pytester.makeconftest(conftest)
        pytester.makepyfile(test_it=READ + source)
        return pytester.runpytest_inprocess(*OPTIONS, *options)

    return run


SPECS = {
    name: spec for name, spec in vars(hookspecs).items() if name.startswith("pytest_fakesecrets_")
}


@pytest.mark.parametrize("name", SPECS)
def test_each_hook_is_typed_and_described_in_one_sentence(name):
    """A hook has types for all it takes and gives, and a sentence that ends in a full stop."""
    spec = SPECS[name]
    sentence = inspect.getdoc(spec).partition("\n\n")[0]

    assert set(inspect.signature(spec).parameters) | {"return"} == set(spec.__annotations__)
    assert "node" in spec.__annotations__
    assert sentence.endswith(".")
    assert 1 == sentence.count(".")


def test_seeds(run):
    """Secrets that a hook contributes are there, beneath those of the markers."""
    result = run(
        """
        from pytest_fakesecrets import Secret

        def pytest_fakesecrets_seeds(node):
            tagged = Secret("tagged", "x", tags={"a": "b"})
            return [{"db": f"for {node.name}", "both": "hook"}, tagged]
        """,
        """
@pytest.mark.secrets({"both": "marker"})
def test_function(fake_secrets):
    assert read("db") == "for test_function"
    assert read("both") == "marker"
    assert fake_secrets["tagged"].tags == {"a": "b"}

def test_in_wider(module_fake_secrets, fake_secrets):
    assert read("db") == "for test_it.py"
""",
    )

    result.assert_outcomes(passed=2)


def test_a_hook_may_have_nothing_to_say(run):
    """A hook that returns None contributes nothing."""
    result = run(
        """
        def pytest_fakesecrets_seeds():
            return None

        def pytest_fakesecrets_fault():
            return None

        def pytest_fakesecrets_rotation_function():
            return None
        """,
        """

def test_it(fake_secrets):
    fake_secrets.add("db", "v")
    assert read("db") == "v"
    with pytest.raises(Exception, match="cannot invoke the specified Lambda"):
        rotate()
""",
    )

    result.assert_outcomes(passed=1)


def test_a_folder_s_conftest_counts_there(pytester):
    """The hooks of a folder's conftest.py count for its tests, and for no others."""
    pytester.makeconftest("""
    def pytest_fakesecrets_seeds():
        return [{"db": "root", "root": "x"}]
    """)
    for name, expected in (("one", "one"), ("two", "root")):
        folder = pytester.mkpydir(name)
        if name == "one":
            (folder / "conftest.py").write_text(
                "def pytest_fakesecrets_seeds():\n"
                "    return [{'db': 'one'}]\n"
                "def pytest_fakesecrets_fault(call):\n"
                "    return 'ThrottlingException' if call.operation == 'ListSecrets' else None\n"
            )
        (folder / f"test_{name}.py").write_text(
            f"{READ}\n"
            "from botocore.exceptions import ClientError\n\n"
            "def test_seed(fake_secrets):\n"
            f"    assert read('db') == '{expected}'\n"
            "    assert read('root') == 'x'\n\n"
            "def test_inner(session_fake_secrets, fake_secrets):\n"
            f"    assert read('db') == '{expected}'\n\n"
            "def test_fault(fake_secrets):\n"
            f"    if '{name}' == 'one':\n"
            "        with pytest.raises(ClientError, match='Throttling'):\n"
            "            boto3.client('secretsmanager').list_secrets()\n"
            "    else:\n"
            "        boto3.client('secretsmanager').list_secrets()\n"
        )

    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(passed=6)


def test_finished_calls_are_observed(run, pytester):
    """Each call is told once, with its outcome, also of a fake that the test made itself."""
    result = run(
        """
        def pytest_fakesecrets_call_finished(call, node):
            with open("calls.txt", "a") as file:
                print(node.name, call.operation, call.outcome, call.attempts, file=file)
        """,
        """
from pytest_fakesecrets import FakeSecrets

def test_fixture(fake_secrets):
    fake_secrets.add("db", "v")
    fake_secrets.faults.error("InternalServiceError", times=1)
    read("db")
    with pytest.raises(Exception):
        read("missing")

def test_block():
    with FakeSecrets({"db": "v"}) as fake, fake.faults.error("ReadTimeoutError", times=9):
        with pytest.raises(Exception):
            boto3.client("secretsmanager").list_secrets()
""",
    )

    result.assert_outcomes(passed=2)
    first, second, third = (pytester.path / "calls.txt").read_text().splitlines()
    assert "test_fixture GetSecretValue OK 2" == first
    assert "test_fixture GetSecretValue ResourceNotFoundException 1" == second
    assert third.startswith("test_block ListSecrets ReadTimeoutError ")


def test_a_fault_of_a_hook(run):
    """A hook decides for attempts that no fault of the test decides."""
    result = run(
        """
        def pytest_fakesecrets_fault(call, node):
            if node.get_closest_marker("outage") and call.operation == "GetSecretValue":
                return "EndpointConnectionError" if call.attempts < 3 else None

        def pytest_configure(config):
            config.addinivalue_line("markers", "outage: AWS is out of reach")
        """,
        """
@pytest.mark.outage
@pytest.mark.secrets({"db": "v"})
def test_outage(fake_secrets):
    assert read("db") == "v"
    assert fake_secrets.calls.last.outcomes == ["EndpointConnectionError"] * 2 + ["OK"]

@pytest.mark.outage
@pytest.mark.secrets({"db": "v"})
def test_the_test_comes_first(fake_secrets):
    fault = fake_secrets.faults.error("ThrottlingException", times=1)
    assert read("db") == "v"
    assert fake_secrets.calls.last.outcomes[0] == "ThrottlingException"

@pytest.mark.secrets({"db": "v"})
def test_none(fake_secrets):
    assert read("db") == "v"
    assert fake_secrets.calls.last.attempts == 1
""",
    )

    result.assert_outcomes(passed=3)


def test_a_rotation_function_is_found(run):
    """A hook finds the handler of a function that no test registered, and is asked once."""
    result = run(
        """
        import boto3

        def handler(event, context):
            client = boto3.client("secretsmanager")
            token = event["ClientRequestToken"]
            if event["Step"] == "createSecret":
                client.put_secret_value(SecretId=event["SecretId"], ClientRequestToken=token,
                    SecretString="rotated", VersionStages=["AWSPENDING"])
            elif event["Step"] == "finishSecret":
                old = client.get_secret_value(SecretId=event["SecretId"])["VersionId"]
                client.update_secret_version_stage(SecretId=event["SecretId"],
                    VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=old)

        def pytest_fakesecrets_rotation_function(arn, node):
            assert node.name == "test_found"
            return handler if arn.endswith(":rotate") else None
        """,
        """
@pytest.mark.secrets({"db": "v"})
def test_found(fake_secrets):
    rotate()
    assert read("db") == "rotated"
""",
    )

    result.assert_outcomes(passed=1)


def test_each_test_finds_its_own_function(run):
    """What one test's hook found is not kept for the next, in a fake that lasts longer."""
    result = run(
        """
        import pytest

        def pytest_fakesecrets_rotation_function(arn, node):
            def handler(event, context):
                with open("steps.txt", "a") as file:
                    print(node.name, event["Step"], file=file)
            return handler
        """,
        """
@pytest.fixture(scope="module", autouse=True)
def seeded(module_fake_secrets):
    module_fake_secrets.add("one", "v")
    module_fake_secrets.add("two", "v")

def test_one(): rotate("one")

def test_two(): rotate("two")
""",
    )

    result.assert_outcomes(passed=2)
    lines = Path("steps.txt").read_text(encoding="utf-8").split()
    assert {"test_one", "test_two"} == set(lines[::2])


def test_hooks_count_for_the_fake_of_the_whole_run(pytester):
    """Under fakesecrets_autouse, a conftest.py's hooks count at import as well."""
    pytester.makeini("[pytest]\nfakesecrets_autouse = true\n")
    pytester.makeconftest("""
    def pytest_fakesecrets_fault(call, node):
        return "DecryptionFailure"
    """)
    pytester.makepyfile(
        test_it=READ
        + """
try:
    read("db")
except Exception as error:
    MET = str(error)

def test_it():
    assert "DecryptionFailure" in MET
"""
    )

    pytester.runpytest_inprocess(*OPTIONS).assert_outcomes(passed=1)


def test_no_hook_rotates_what_aws_itself_rotates(run):
    """A hook is asked for Lambda functions only; for managed secrets the test has generate=."""
    result = run(
        "def pytest_fakesecrets_rotation_function(arn): raise AssertionError(arn)",
        """
from pytest_fakesecrets import UnsupportedError, Secret

@pytest.mark.secrets(Secret("db", "v", owning_service="rds"))
def test_managed(secrets_client):
    with pytest.raises(UnsupportedError, match="registered for 'rds'"):
        secrets_client.rotate_secret(SecretId="db")
""",
    )

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("hook", "test", "message"),
    [
        (
            "pytest_fakesecrets_seeds(): return ['db']",
            "def test_it(fake_secrets): pass",
            "A seed of type str is not the description of a secret.",
        ),
        (
            "pytest_fakesecrets_seeds(): return 5",
            "def test_it(fake_secrets): pass",
            "A hook pytest_fakesecrets_seeds returned 5. Return a list of seeds, or None.",
        ),
        (
            "pytest_fakesecrets_seeds(): return {'db': 'v'}",
            "def test_it(fake_secrets): pass",
            "A hook pytest_fakesecrets_seeds returned a dict. Return a list of seeds, or None.",
        ),
        (
            "pytest_fakesecrets_fault(): return 'Throttling'",
            "def test_it(secrets_client): secrets_client.list_secrets()",
            (
                "A hook pytest_fakesecrets_fault returned 'Throttling': Throttling is not an error "
                "of Secrets Manager; did you mean ThrottlingException?"
            ),
        ),
        (
            "pytest_fakesecrets_fault(): return 5",
            "def test_it(secrets_client): secrets_client.list_secrets()",
            "A hook pytest_fakesecrets_fault returned 5. Return the name of an error,",
        ),
        (
            "pytest_fakesecrets_rotation_function(arn): return 'handler'",
            "@pytest.mark.secrets({'db': 'v'})\ndef test_it(): rotate()",
            "A hook pytest_fakesecrets_rotation_function returned 'handler' for arn:aws:lambda:",
        ),
    ],
)
def test_what_a_hook_returns_is_checked(run, hook, test, message):
    """An answer that makes no sense is refused, with the name of the hook or of the input."""
    result = run(f"def {hook}", f"\n{test}\n")

    assert pytest.ExitCode.TESTS_FAILED == result.ret
    assert message in result.stdout.str()


def test_the_example_of_the_reference(pytester):
    """The conftest.py of the reference does what it says."""
    page = Path(__file__).parents[2] / "docs" / "reference" / "hooks.md"
    _, _, example = page.read_text(encoding="utf-8").partition("```python\n")
    pytester.makeconftest(example.partition("```")[0])
    pytester.makepyfile(
        test_it=READ
        + """
def test_seeds(fake_secrets):
    assert read("prod/db") == "s3cret"
    assert fake_secrets["api"].labels.keys() == {"AWSCURRENT", "AWSPREVIOUS"}

@pytest.mark.outage
def test_outage(fake_secrets):
    with pytest.raises(Exception, match="Could not connect"):
        read("prod/db")
"""
    )

    pytester.runpytest_inprocess(*OPTIONS).assert_outcomes(passed=2)


def test_a_fake_that_began_before_the_run_may_end_in_it(pytestconfig):
    """A run that hears of the end of a fake whose beginning it never heard of minds nothing."""
    with FakeSecrets() as fake:
        fakes = FakesOfRun(pytestconfig)
        fake.stop()
        assert [] == fakes.seen()
        fakes.close()
        fake.start()

    assert fakes not in listeners


def test_an_unknown_hook_is_refused(run):
    """A misspelt hook is refused by pluggy's validation."""
    result = run("def pytest_fakesecrets_seed(): return []", "\ndef test_it(): pass\n")

    assert 0 != result.ret
    assert "unknown hook 'pytest_fakesecrets_seed'" in result.stdout.str() + result.stderr.str()
