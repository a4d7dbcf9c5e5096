from __future__ import annotations

import pytest

# The run in this process would take our own filter of warnings over.
OPTIONS = [
    *("-p", "no:cacheprovider"),
    *("-W", "default"),
]
READ = """
import boto3
import pytest

from pytest_fakesecrets import FakeSecrets

def read(name):
    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
"""


@pytest.fixture
def run(pytester):
    """Run pytest on a file with ini options; return the result."""

    def run(ini, source, *options):
        pytester.makeini(f"[pytest]\n{ini}\n")
        pytester.makepyfile(test_it=READ + source)
        alone = "-n" not in options
        launch = pytester.runpytest_inprocess if alone else pytester.runpytest_subprocess
        return launch(*OPTIONS, *options)

    return run


FAULTS = """
def test_met(fake_secrets):
    fake_secrets.add("db", "v")
    fake_secrets.faults.error("ThrottlingException", times=1)
    read("db")

def test_unmet(fake_secrets):
    fake_secrets.faults.error("DecryptionFailure", operation="GetSecretValue", secret="db")
    with fake_secrets.faults.delay(3):
        pass
"""


@pytest.mark.parametrize("workers", [[], ["-p", "xdist", "-n", "1"]], ids=["alone", "xdist"])
def test_an_unmet_fault_fails_its_test(run, workers):
    """At level error the test that armed a fault in vain fails, and says which."""
    result = run("fakesecrets_unused_faults = error", FAULTS, *workers)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "Faults were added that applied to no call:",
            "  DecryptionFailure on GetSecretValue of db",
            "  response after 3 s on any operation of any secret",
            "Call what they are for, look at fake.calls *unused_faults='off').",
        ]
    )


def test_an_unmet_fault_is_warned_of(run):
    """At level warn the test passes, with a warning."""
    result = run("fakesecrets_unused_faults = warn", FAULTS)

    result.assert_outcomes(passed=2, warnings=1)
    assert "FakeSecretsWarning: Faults were added that applied to no call:" in result.stdout.str()


def test_a_warning_that_is_an_error_fails_the_test(run):
    """Where warnings are raised, the test fails and pytest goes on."""
    result = run("fakesecrets_unused_faults = warn", FAULTS, "-W", "error")

    result.assert_outcomes(passed=1, failed=1)


def test_off_is_silent(run):
    """At level off nothing is said."""
    result = run("", FAULTS)

    result.assert_outcomes(passed=2)


def test_the_marker_decides_for_its_test(run):
    """The closest marker that says decides, in either direction."""
    result = run(
        "fakesecrets_unused_faults = error",
        """
@pytest.mark.secrets(unused_faults="off")
class TestIt:
    def test_off(self, fake_secrets):
        fake_secrets.faults.error("ThrottlingException")

    @pytest.mark.secrets(unused_faults="error")
    def test_error(self, fake_secrets):
        fake_secrets.faults.error("ThrottlingException")
""",
    )

    result.assert_outcomes(passed=1, failed=1)


def test_a_failing_test_is_not_judged(run):
    """A test that fails, is skipped or fails as expected keeps its own outcome."""
    result = run(
        "fakesecrets_unused_faults = error",
        """
def test_fails(fake_secrets):
    fake_secrets.faults.error("ThrottlingException")
    raise ValueError("its own")

def test_skips(fake_secrets):
    fake_secrets.faults.error("ThrottlingException")
    pytest.skip("not now")

@pytest.mark.xfail
def test_xfails(fake_secrets):
    fake_secrets.faults.error("ThrottlingException")
    raise ValueError
""",
    )

    result.assert_outcomes(failed=1, skipped=1, xfailed=1)
    assert "Faults were added" not in result.stdout.str()


def test_faults_of_other_fakes(run):
    """Faults of a fake that the test made, and of the fixture secrets_error, are judged as well."""
    result = run(
        "fakesecrets_unused_faults = error",
        """
def test_block():
    with FakeSecrets() as fake:
        fake.faults.error("SSLError")

@pytest.mark.secrets_errors(only=["DecryptionFailure"])
def test_errors():
    pass
""",
    )

    result.assert_outcomes(failed=2)


@pytest.mark.parametrize(
    ("level", "outcomes"),
    [("error", {"passed": 2, "errors": 1}), ("warn", {"passed": 2, "warnings": 1})],
)
def test_a_wider_fake_is_judged_at_its_end(run, level, outcomes):
    """A fault of a module's fake has until the end of the module."""
    result = run(
        f"fakesecrets_unused_faults = {level}",
        """
@pytest.fixture(scope="module", autouse=True)
def armed(module_fake_secrets):
    module_fake_secrets.add("db", "v")
    module_fake_secrets.faults.error("ThrottlingException", operation="GetSecretValue", times=1)
    module_fake_secrets.faults.error("InternalServiceError", operation="ListSecrets")

def test_one():
    pass

def test_two():
    read("db")
""",
    )

    result.assert_outcomes(**outcomes)
    assert "InternalServiceError on ListSecrets of any secret" in result.stdout.str()
    assert "ThrottlingException on" not in result.stdout.str()


def test_a_wider_fake_is_not_judged_where_its_module_says_so(run):
    """The mark of a module is that of the module's fake."""
    result = run(
        "fakesecrets_unused_faults = error",
        """
pytestmark = pytest.mark.secrets(unused_faults="off")

def test_it(module_fake_secrets):
    module_fake_secrets.faults.error("InternalServiceError")
""",
    )

    result.assert_outcomes(passed=1)


SEEDS = """
pytestmark = pytest.mark.secrets({"of-module": "v", "idle": "v"})

@pytest.mark.secrets({"used": "v", "unused": "v"})
def test_one():
    read("used")

@pytest.mark.secrets({"listed": "v"}, file="more.json")
def test_two():
    client = boto3.client("secretsmanager")
    client.list_secrets(Filters=[{"Key": "name", "Values": ["listed"]}])
    client.describe_secret(SecretId="of-module")

@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.secrets({"sometimes": "v", "now-and-then": "v"})
def test_three(time):
    if time == 2:
        with FakeSecrets():
            read("now-and-then")
"""


@pytest.fixture
def files(pytester):
    """Write two files of seeds."""
    (pytester.path / "all.json").write_text('{"everywhere": "v", "used": "v", "nowhere": "v"}')
    (pytester.path / "more.json").write_text('{"more": "v"}')


@pytest.mark.parametrize(
    ("level", "always", "workers"),
    [
        ("warn", "false", []),
        ("error", "true", []),
        ("error", "false", ["-p", "xdist", "-n", "2"]),
        ("warn", "true", ["-p", "xdist", "-n", "1"]),
    ],
    ids=["warn", "error and always", "error and xdist", "warn, always and xdist"],
)
@pytest.mark.usefixtures("files")
def test_unused_seeds(run, level, always, workers):
    """At the end of the run, each seed that no call was about is named with where it stands."""
    result = run(
        f"fakesecrets_unused_seeds = {level}\nfakesecrets_seeds = all.json\n"
        f"fakesecrets_autouse = {always}",
        SEEDS,
        *workers,
    )

    result.assert_outcomes(passed=4)
    assert (pytest.ExitCode.TESTS_FAILED if level == "error" else 0) == result.ret
    result.stdout.fnmatch_lines(
        [
            "*seeds that no call was about*",
            "everywhere: seeded by all.json",
            "idle: seeded by test_it.py",
            "more: seeded by more.json",
            "nowhere: seeded by all.json",
            "sometimes: seeded by test_it.py::test_three",
            "unused: seeded by test_it.py::test_one",
            f"Remove them, or run the tests that use them. (fakesecrets_unused_seeds = {level})",
        ],
        consecutive=True,
    )


@pytest.mark.usefixtures("files")
def test_unused_seeds_are_not_judged_where_the_run_stopped(run):
    """A run that was cut short tells nothing of seeds."""
    result = run(
        "fakesecrets_unused_seeds = error",
        SEEDS + "\ndef test_four(): assert False\n\ndef test_five(): pass\n",
        "-x",
    )

    result.assert_outcomes(passed=4, failed=1)
    assert "seeds that no call was about" not in result.stdout.str()


def test_many_unused_seeds_are_cut(run):
    """Of many unused seeds twenty are named, and the rest counted."""
    result = run(
        "fakesecrets_unused_seeds = warn",
        "\n@pytest.mark.secrets({f's{n:02}': 'v' for n in range(25)})\ndef test_it(): pass\n",
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["s19: seeded by *", "… 5 more"], consecutive=True)


def test_unused_seeds_are_silent_where_all_are_used(run):
    """A run whose seeds are all used says nothing."""
    result = run(
        "fakesecrets_unused_seeds = error",
        "\n@pytest.mark.secrets({'db': 'v'})\ndef test_it(): read('db')\n",
    )

    result.assert_outcomes(passed=1)
    assert 0 == result.ret


def test_a_misspelt_mark_is_shown_as_ever(run):
    """A mark that cannot be read fails its own test, and nothing else."""
    result = run(
        "",
        """
def test_first(session_fake_secrets):
    pass

@pytest.mark.secrets({"a": "b"}, lekas="off")
def test_misspelt(session_fake_secrets):
    pass
""",
    )

    result.assert_outcomes(passed=1, errors=1)
    assert "lekas is not an option of @pytest.mark.secrets" in result.stdout.str()


def test_a_fault_for_a_later_subtest(run):
    """A test is judged when it ends, and not at the end of each subtest."""
    result = run(
        "fakesecrets_unused_faults = error",
        """
import unittest

@pytest.mark.secrets({"db": "v"})
class TestOld(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def fake(self, fake_secrets):
        self.fake = fake_secrets

    def test_it(self):
        self.fake.faults.error("DecryptionFailure")
        with self.subTest("first"):
            pass
        with self.subTest("second"), self.assertRaises(Exception):
            read("db")
""",
    )

    assert 0 == result.ret


def test_a_fake_that_a_fixture_keeps_is_not_the_first_test_s(run):
    """A fake that outlives the test which began it is not judged by that test."""
    result = run(
        "fakesecrets_unused_faults = error",
        """
@pytest.fixture(scope="session")
def own():
    with FakeSecrets({"db": "v"}) as fake:
        fake.faults.error("DecryptionFailure")
        yield fake

def test_first(own):
    pass

def test_second(own):
    with pytest.raises(Exception, match="DecryptionFailure"):
        read("db")
""",
    )

    result.assert_outcomes(passed=2)


def test_seeds_of_several_regions_are_told_apart(run):
    """A secret of another Region is another seed, whatever its name."""
    result = run(
        "fakesecrets_unused_seeds = warn",
        """
from pytest_fakesecrets import Secret

@pytest.mark.secrets(Secret("db", "v"), Secret("db", "w", region="eu-west-1"))
def test_it():
    read("db")

@pytest.mark.secrets(Secret("far", "w", region="eu-west-1", account="111111111111"))
def test_far(fake_secrets):
    fake_secrets.client("eu-west-1", "111111111111").get_secret_value(SecretId="far")
""",
    )

    assert "db: seeded by test_it.py::test_it (eu-west-1, 123456789012)" in result.outlines
    assert 1 == sum(": seeded by " in line for line in result.outlines)


@pytest.mark.usefixtures("files")
def test_a_run_that_only_collects_is_not_judged(run):
    """Neither is one that runs no test."""
    ini = (
        "fakesecrets_unused_seeds = error\nfakesecrets_seeds = all.json\nfakesecrets_autouse = true"
    )
    result = run(ini, "\ndef test_it(): pass\n", "--collect-only")

    assert 0 == result.ret
    assert "no call was about" not in result.stdout.str()


@pytest.mark.usefixtures("files")
def test_a_seed_that_is_read_at_import_is_used(run):
    """Calls at import count, too."""
    result = run(
        "fakesecrets_unused_seeds = error\nfakesecrets_seeds = more.json\n"
        "fakesecrets_autouse = true",
        "\nread('more')\n\ndef test_it(): pass\n",
    )

    result.assert_outcomes(passed=1)
    assert 0 == result.ret


def test_ended_fakes_are_forgotten(run):
    """What is remembered of seeds does not keep the fakes of all tests."""
    result = run(
        "fakesecrets_unused_seeds = error",
        """
import gc
import weakref

ENDED = []

@pytest.mark.parametrize("number", range(3))
@pytest.mark.secrets({"db": "v"})
def test_it(number, fake_secrets):
    read("db")
    ENDED.append(weakref.ref(fake_secrets))

def test_last():
    gc.collect()
    assert [None] * 3 == [ended() for ended in ENDED]
""",
    )

    result.assert_outcomes(passed=4)
