"""The marks of suites that exist already, and of this plugin."""

from __future__ import annotations

import pytest

OPTIONS = ["-p", "no:cacheprovider", "--strict-markers"]
READ = """
import boto3
import pytest
from pytest_fakesecrets._botocore.active import innermost

def is_fake():
    return innermost() is not None
"""
OWN_MARK = {
    "ini": ("[pytest]\nmarkers =\n    secrets: needs the secrets of production\n", ""),
    "ini with arguments": ("[pytest]\nmarkers =\n    secrets(*names): needs them\n", ""),
    "conftest": (
        "",
        "def pytest_configure(config): config.addinivalue_line('markers', 'secrets: needs them')",
    ),
}
HEADER = "fakesecrets: the mark secrets is this suite's own; that of the plugin is fake_secrets"


@pytest.fixture
def run(pytester):
    """Run pytest on a file that holds some source; return the result."""

    def run(source, *options, ini="", conftest=""):
        pytester.makeini(ini)
        pytester.makeconftest(conftest)
        pytester.makepyfile(test_it=READ + source)
        return pytester.runpytest_inprocess(*OPTIONS, *options)

    return run


@pytest.mark.parametrize(("ini", "conftest"), OWN_MARK.values(), ids=list(OWN_MARK))
def test_a_mark_of_the_suite_s_own(run, ini, conftest):
    """Where the suite registers a mark ``secrets``, it keeps its meaning, whatever it is given."""
    result = run(
        """
@pytest.mark.secrets
def test_bare():
    assert not is_fake()

@pytest.mark.secrets("prod/db", level=5)
def test_arguments():
    assert not is_fake()

@pytest.mark.secrets({"a": "v"})
@pytest.mark.fake_secrets({"b": "w"})
def test_both(fake_secrets):
    assert list(fake_secrets) == ["b"]
""",
        ini=ini,
        conftest=conftest,
    )

    result.assert_outcomes(passed=3)
    assert 1 == result.outlines.count(HEADER)


def test_no_mark_of_the_suite_s_own(run):
    """Elsewhere both names mean the same, and the header says nothing."""
    result = run("""
@pytest.mark.secrets({"a": "v"})
@pytest.mark.fake_secrets({"b": "w"}, region="eu-west-1")
def test_both(fake_secrets):
    assert sorted(fake_secrets) == ["a", "b"]
    assert fake_secrets.region == "eu-west-1"
""")

    result.assert_outcomes(passed=1)
    assert HEADER not in result.outlines


@pytest.mark.parametrize(
    ("other", "ini", "is_fake"),
    [
        ("", "", False),
        ("@pytest.mark.secrets\ndef test_other(): assert not is_fake()", "", False),
        ("def test_other(fake_secrets): pass", "", True),
        ("def test_other(secrets_client): pass", "", True),
        ("@pytest.mark.secrets({'a': 'v'})\ndef test_other(): pass", "", True),
        ("@pytest.mark.fake_secrets\ndef test_other(): pass", "", True),
        ("@pytest.mark.secrets_errors\ndef test_other(): pass", "", True),
        ("", "[pytest]\nfakesecrets_region = eu-west-1\n", True),
    ],
    ids=["nothing", "bare", "fixture", "client", "seeds", "mark", "errors", "ini"],
)
def test_a_mark_without_arguments(run, other, ini, is_fake):
    """It activates a fake only in a suite that uses the plugin elsewhere, too."""
    result = run(
        f"@pytest.mark.secrets\ndef test_it():\n    assert is_fake() is {is_fake}\n{other}\n",
        ini=ini,
    )

    assert pytest.ExitCode.OK == result.ret


def test_the_list_of_marks(pytester):
    """Pytest --markers shows both names, or only the long one beside the suite's own."""
    shown = pytester.runpytest_inprocess("--markers").stdout.str()
    pytester.makeini(OWN_MARK["ini"][0])
    beside = pytester.runpytest_inprocess("--markers").stdout.str()

    assert "@pytest.mark.secrets(*seeds" in shown
    assert "@pytest.mark.fake_secrets(*seeds" in shown
    assert "@pytest.mark.secrets(*seeds" not in beside
    assert "@pytest.mark.secrets: needs" in beside
