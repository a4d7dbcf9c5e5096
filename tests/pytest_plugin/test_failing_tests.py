from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree as ET

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "read-a-failure.md"
OPTIONS = ["-p", "no:cacheprovider"]
SECTION = re.compile(r"-+ fake secrets \((\w+)\) -+")
VERSION = re.compile(r"[0-9a-f]{6}…[0-9a-f]{6}")
SHOWN = [
    "Secrets Manager in us-east-1, account 123456789012",
    "calls:",
    "  1  GetSecretValue  a  OK",
    "secrets:",
    "  a  <version>  AWSCURRENT  ***",
]
PROPERTIES = [
    ("fakesecrets.call", "1 GetSecretValue a OK"),
    ("fakesecrets.secret", "a <version> AWSCURRENT ***"),
]
READ = """
import boto3
import pytest

pytestmark = pytest.mark.secrets({"a": "v"})

def read(name="a"):
    client = boto3.client("secretsmanager")
    return client.get_secret_value(SecretId=name)["SecretString"]
"""
FAILING = """
def test_it():
    assert read() == "w"
"""
PASSING = """
def test_other():
    assert read() == "v"
"""


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(pytester):
    """Run pytest on a file that holds some source; return the result."""

    def run(source, *options):
        pytester.makepyfile(test_it=READ + dedent(source))
        return pytester.runpytest_inprocess(*OPTIONS, *options)

    return run


def sections(result):
    """Return the lines of each section about fakes."""
    found = []
    inside = False
    for line in result.outlines:
        if SECTION.fullmatch(line):
            found.append([])
            inside = True
        elif line.startswith(("-", "=", "_")):
            inside = False
        elif inside:
            found[-1].append(VERSION.sub("<version>", line))
    return found


def titles(result):
    """Return the fixtures that the sections about fakes belong to."""
    return [found[1] for line in result.outlines if (found := SECTION.fullmatch(line))]


def properties(pytester, result):
    """Return the properties of each test case that JUnit XML has."""
    assert result.ret in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    cases = ET.parse(pytester.path / "junit.xml").iter("testcase")  # noqa: S314 - pytest wrote it
    return [
        (
            case.get("name"),
            [
                (each.get("name"), VERSION.sub("<version>", each.get("value")))
                for each in case.iter("property")
            ],
        )
        for case in cases
    ]


@pytest.mark.parametrize("options", [[], ["-q"], ["-vv"], ["--tb=short"]], ids=str)
def test_a_failing_test_shows_its_fake(run, options):
    """A test that fails shows its fake in a section of its own, however much pytest tells."""
    result = run(FAILING, *options)

    result.assert_outcomes(failed=1)
    assert [SHOWN] == sections(result)


@pytest.mark.parametrize(
    "options",
    [["-rA"], ["-rA", "--capture=no"], ["-vv", "-rA"]],
    ids=str,
)
def test_a_passing_test_shows_nothing(run, options):
    """A test that passes, is skipped or is expected to fail shows no fake."""
    result = run(
        PASSING
        + """
@pytest.mark.xfail
def test_expected():
    assert read() == "w"

def test_skipped():
    read()
    pytest.skip("not today")
""",
        *options,
    )

    result.assert_outcomes(passed=1, xfailed=1, skipped=1)
    assert [] == sections(result)


def test_a_test_that_should_fail_and_passes(run):
    """What strict xfail takes for a failure is shown as one."""
    result = run("""
    @pytest.mark.xfail(strict=True)
    def test_it():
        read()
    """)

    result.assert_outcomes(failed=1)
    assert [SHOWN] == sections(result)


def test_an_unused_fake_is_not_shown(run):
    """A fake that saw nothing and holds nothing is left out."""
    result = run("""
    pytestmark = []

    def test_it(fake_secrets):
        assert list(fake_secrets) == ["a"]
    """)

    result.assert_outcomes(failed=1)
    assert [] == sections(result)


def test_a_test_without_a_fake(run):
    """A test without a fake fails as ever."""
    result = run("""
    pytestmark = []

    def test_it():
        raise ValueError
    """)

    result.assert_outcomes(failed=1)
    assert [] == sections(result)


def test_a_failing_setup(run):
    """Where a later fixture fails, the report of the setup has the fake."""
    result = run("""
    @pytest.fixture
    def broken(fake_secrets):
        read()
        raise ValueError

    def test_it(broken):
        pass
    """)

    result.assert_outcomes(errors=1)
    assert [SHOWN] == sections(result)


def test_a_failing_teardown(run):
    """Where a teardown fails, its report has the fake, though that has ended."""
    result = run("""
    @pytest.fixture
    def broken():
        yield
        raise ValueError

    def test_it(broken, fake_secrets):
        read()
    """)

    result.assert_outcomes(passed=1, errors=1)
    assert [SHOWN] == sections(result)


def test_a_failing_test_and_teardown(run):
    """Each of two phases that fail has the section once."""
    result = run("""
    @pytest.fixture
    def broken(fake_secrets):
        yield
        read()
        raise ValueError

    def test_it(broken):
        raise ValueError
    """)

    result.assert_outcomes(failed=1, errors=1)
    place = "Secrets Manager in no Region yet, account 123456789012"
    without_calls = [place, "secrets:", "  no call was about 1 secret: a"]
    assert [SHOWN, without_calls] == sorted(sections(result), key=len, reverse=True)


def test_fakes_of_wider_scopes(run):
    """A fake of a wider scope that was used has a section as well, in front of the narrower's."""
    result = run("""
    pytestmark = []

    @pytest.fixture(scope="session")
    def filled(session_fake_secrets):
        session_fake_secrets.add("a", "v")

    @pytest.fixture
    def both(filled, request):
        read()
        return request.getfixturevalue("fake_secrets")

    def test_it(both):
        both.add("b", "v")
        read("b")
        raise ValueError
    """)

    result.assert_outcomes(failed=1)
    assert ["session_fake_secrets", "fake_secrets"] == titles(result)
    wider, narrower = sections(result)
    assert SHOWN == wider
    assert ["  1  GetSecretValue  b  OK"] == narrower[2:3]
    assert "  no call was about 1 secret: a" == narrower[-1]


def test_an_unused_fake_of_a_wider_scope(run):
    """A wider fake that only the tests before called has no section beside the test's own."""
    result = run("""
    pytestmark = []

    def test_first(session_fake_secrets):
        session_fake_secrets.add("a", "v")
        read()

    def test_it(session_fake_secrets, fake_secrets):
        fake_secrets.add("b", "v")
        read("b")
        raise ValueError
    """)

    result.assert_outcomes(passed=1, failed=1)
    assert ["fake_secrets"] == titles(result)


def test_a_fake_outlives_its_failing_test(run):
    """Of a fake of a wider scope, a test shows only the calls that were made since it began."""
    result = run("""
    pytestmark = []

    @pytest.mark.parametrize("name", ["a", "b"])
    def test_it(name, module_fake_secrets):
        module_fake_secrets.add(name, "v")
        read(name)
        raise ValueError
    """)

    result.assert_outcomes(failed=2)
    first, second = sections(result)
    assert SHOWN == first
    assert ["calls:", "  1  GetSecretValue  b  OK", "secrets:"] == second[1:4]
    assert "  no call was about 1 secret: a" == second[-1]


def test_rotations_show_no_text_of_what_they_raised(run):
    """The section has the rotations that ran, and of their exceptions the type."""
    result = run("""
    LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:rotate"

    def rotate(event, context):
        raise ValueError("canary")

    def test_it(fake_secrets, secrets_client):
        fake_secrets.rotation_lambda(LAMBDA, rotate)
        secrets_client.rotate_secret(
            SecretId="a", RotationLambdaARN=LAMBDA, RotationRules={"AutomaticallyAfterDays": 30}
        )
        fail = False
        assert fail
    """)

    result.assert_outcomes(failed=1)
    assert ["rotations:", "  a  failed  createSecret ValueError at test_it.py:13"] == sections(
        result
    )[0][3:5]
    assert "canary" not in result.stdout.str()


def test_test_cases_of_unittest(run):
    """A failing method of a TestCase shows its fake, too."""
    result = run("""
    import unittest

    class TestIt(unittest.TestCase):
        def test_it(self):
            self.assertEqual("w", read())
    """)

    result.assert_outcomes(failed=1)
    assert [SHOWN] == sections(result)


def test_captured_output_and_fakes_are_hidden_alike(run):
    """--show-capture=no hides the section, as it hides captured output."""
    result = run(FAILING, "--show-capture=no")

    result.assert_outcomes(failed=1)
    assert [] == sections(result)


@pytest.mark.parametrize("workers", [[], ["-p", "xdist", "-n", "1"]], ids=["one process", "xdist"])
def test_junit_properties(pytester, workers):
    """JUnit XML has a failing test's fake as properties, and none of a test that passes."""
    if workers:
        pytest.importorskip("xdist")
    pytester.makepyfile(test_it=READ + FAILING + PASSING)

    result = pytester.runpytest_subprocess(*OPTIONS, "--junitxml=junit.xml", *workers)

    result.assert_outcomes(passed=1, failed=1)
    assert [("test_it", PROPERTIES), ("test_other", [])] == sorted(properties(pytester, result))
    assert [SHOWN] == sections(result)


@pytest.mark.parametrize(
    ("setup", "call", "teardown"),
    [
        ("read(); raise ValueError", "pass", "pass"),
        ("pass", "read()", "raise ValueError"),
        ("pass", "read(); raise ValueError", "raise ValueError"),
    ],
    ids=["setup", "teardown", "call and teardown"],
)
def test_junit_properties_of_each_phase(pytester, run, setup, call, teardown):
    """Whichever phase fails, its test case has the properties once."""
    result = run(
        f"""
    @pytest.fixture(autouse=True)
    def around(request):
        request.getfixturevalue("fake_secrets")
        {setup}
        yield
        {teardown}

    def test_it():
        {call}
    """,
        "--junitxml=junit.xml",
    )

    told = [own for _, own in properties(pytester, result)]
    # Of two test cases for one test, an old pytest gives properties to the last alone.
    assert PROPERTIES == told[-1]
    assert all(own in ([], PROPERTIES) for own in told)


def test_properties_of_one_s_own(pytester, run):
    """What the test itself records stays."""
    result = run(
        """
    def test_it(record_property):
        record_property("ticket", "1")
        assert read() == "w"
    """,
        "--junitxml=junit.xml",
        "--override-ini=junit_family=xunit1",
    )

    assert [("test_it", [("ticket", "1"), *PROPERTIES])] == properties(pytester, result)


def test_a_test_that_is_run_again(pytester, run):
    """Where a plugin runs a test again, nothing of a failure is left when it passes."""
    pytester.makeconftest("""
    import pytest
    from _pytest.runner import runtestprotocol

    def pytest_runtest_protocol(item, nextitem):
        runtestprotocol(item, nextitem=item, log=False)
        item._initrequest()
        for report in runtestprotocol(item, nextitem=nextitem, log=False):
            item.ihook.pytest_runtest_logreport(report=report)
        return True
    """)
    result = run(
        """
    times = []

    def test_it():
        read()
        times.append(1)
        assert len(times) == 2
    """,
        "--junitxml=junit.xml",
    )

    result.assert_outcomes(passed=1)
    assert [("test_it", [])] == properties(pytester, result)


def test_ended_fakes_are_forgotten(run):
    """The items, which pytest keeps, do not keep the fakes of their tests."""
    result = run("""
    import gc
    import weakref

    ENDED = []

    @pytest.mark.parametrize("number", range(3))
    def test_it(number, fake_secrets):
        read()
        ENDED.append(weakref.ref(fake_secrets))

    def test_last():
        gc.collect()
        assert [None] * 3 == [ended() for ended in ENDED]
    """)

    result.assert_outcomes(passed=4)


def test_the_picture_in_the_documentation(pytester):
    """The page shows what the plugin prints for the test above it, but for the delays."""
    page = PAGE.read_text(encoding="utf-8")
    source, picture = re.search(r"```py\n(.*?)```\n+```text\n(.*?)\n```", page, re.DOTALL).groups()
    pytester.makepyfile(source)

    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(failed=1)
    heading, *shown = picture.splitlines()
    assert ("fake_secrets",) == SECTION.fullmatch(heading).groups()
    assert 80 == len(heading)
    assert [without_delays(shown)] == [without_delays(lines) for lines in sections(result)]


def without_delays(lines):
    """Return the lines of a report with all delays alike, and all versions."""
    return [re.sub(r"waited \d+\.\d s", "waited", VERSION.sub("<version>", line)) for line in lines]


def test_properties_of_any_kind(pytester):
    """Whatever a test records, its failure is reported; it need not have a fake."""
    pytester.makepyfile("""
    def test_it(record_property):
        record_property(1, 2)
        assert 0

    def test_other(record_property, fake_secrets, secrets_client):
        record_property(1, 2)
        secrets_client.list_secrets()
        assert 0
    """)

    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(failed=2)
    assert "INTERNALERROR" not in result.stdout.str()


def test_a_fake_that_is_entered_twice_is_shown_once(run):
    """One fake has one section, however often a test entered it."""
    result = run("""
    from pytest_fakesecrets import FakeSecrets

    def test_it():
        fake = FakeSecrets({"a": "v"})
        for _ in range(2):
            with fake:
                read()
        assert 0
    """)

    result.assert_outcomes(failed=1)
    assert 1 == sum("calls:" in lines for lines in sections(result))
