"""A fake of a wider scope answers only where it is used, whatever ran before."""

from __future__ import annotations

from itertools import permutations

import pytest

OPTIONS = ["-p", "no:cacheprovider", "-o", "fakesecrets_real_calls=allow"]
APPLICATION = """
import boto3
import pytest
from botocore.exceptions import ClientError

class OutsideError(Exception):
    pass

def refuse(**_):
    raise OutsideError

CLIENT = boto3.client(
    "secretsmanager", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
)
# Only what no fake answers comes so far.
CLIENT.meta.events.register("before-send.secrets-manager", refuse)

def read(name="a"):
    try:
        return CLIENT.get_secret_value(SecretId=name)["SecretString"]
    except ClientError:
        return "not found"
    except OutsideError:
        return "outside any fake"
"""
# Each fixture of a wider scope, and how a test comes to use it.
FIXTURES = """
NAME = "module_fake_secrets"

@pytest.fixture(scope="module")
def filled(module_fake_secrets):
    module_fake_secrets.add("a", "v")

@pytest.fixture(scope="module")
def filled_by_name(request):
    request.getfixturevalue(NAME).add("a", "v")

@pytest.fixture(scope="module")
def above(filled_by_name):
    return read()

@pytest.fixture(scope="module")
def above_by_name(request):
    request.getfixturevalue("filled_by_name")
    return read()

@pytest.fixture
def of_test(filled):
    return read()

def add(fake):
    fake.add("a", "v")
"""
USERS = {
    "directly": "(module_fake_secrets): add(module_fake_secrets); assert read() == 'v'",
    "through a fixture": "(filled): assert read() == 'v'",
    "through a fixture that asks by name": "(filled_by_name): assert read() == 'v'",
    "through two fixtures": "(above): assert (above, read()) == ('v', 'v')",
    "through two that ask by name": "(above_by_name): assert (above_by_name, read()) == ('v', 'v')",
    "through one of its own": "(of_test): assert (of_test, read()) == ('v', 'v')",
    "by name": "(request): add(request.getfixturevalue(NAME)); assert read() == 'v'",
    "in a copy": "(filled, fake_secrets): assert 'a' in fake_secrets; assert read() == 'v'",
}


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest on a file that holds some source; return the result."""
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)

    def run(source, *options):
        pytester.makepyfile(test_it=APPLICATION + FIXTURES + source)
        return pytester.runpytest_inprocess(*OPTIONS, *options)

    return run


@pytest.mark.parametrize("user", USERS.values(), ids=list(USERS))
def test_it_answers_in_each_test_that_uses_it(run, user):
    """A test that uses it is answered by it, be it the first or not; others are not."""
    others = """
def test_other_{0}():
    assert read() == "outside any fake"

def test_empty_{0}(fake_secrets):
    assert read() == "not found"
    assert len(fake_secrets) == 0
"""
    result = run(
        others.format(1)
        + f"def test_user_1{user}\n"
        + others.format(2)
        + f"def test_user_2{user}\n"
        + others.format(3)
    )

    result.assert_outcomes(passed=8)


TESTS = {
    "user": "def test_user(filled):\n    assert read() == 'v'\n",
    "by_name": "def test_by_name(filled_by_name):\n    assert read() == 'v'\n",
    "other": "def test_other():\n    assert read() == 'outside any fake'\n",
    "empty": "def test_empty(fake_secrets):\n    assert read() == 'not found'\n",
}


@pytest.mark.parametrize("order", list(permutations(TESTS)), ids="-".join)
def test_no_order_changes_an_outcome(run, order):
    """Whichever test runs first, each has the same outcome."""
    result = run("\n".join(TESTS[name] for name in order))

    result.assert_outcomes(passed=4)


def test_it_answers_in_tear_down(run):
    """A fixture that was set up with it is torn down with it, after a test that uses nothing."""
    result = run(
        """
SEEN = []

@pytest.fixture(scope="module")
def kept(filled):
    yield
    SEEN.append(read())

@pytest.fixture(scope="module")
def without():
    yield
    SEEN.append(read())

@pytest.fixture(scope="session", autouse=True)
def last():
    yield
    print("seen:", SEEN)

def test_without(without):
    pass

def test_user(kept):
    pass

def test_nothing():
    pass
""",
        "-s",
    )

    # `without` was set up before the fake was used.
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*seen: *'v', 'outside any fake'*"])


def test_a_set_up_that_fails(run):
    """Where the set-up of a fixture fails that uses it, the next test uses nothing of it."""
    result = run("""
@pytest.fixture(scope="module")
def broken(filled):
    raise ValueError(read())

def test_user(broken):
    pass

def test_empty(fake_secrets):
    assert read() == "not found"
""")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["E*ValueError: v"])


def test_each_module_has_its_own(run, pytester):
    """The same fixture of another module uses the fake of that module."""
    pytester.makepyfile(
        test_another=APPLICATION
        + FIXTURES
        + """
def test_user(filled_by_name, module_fake_secrets):
    assert list(module_fake_secrets) == ["a"]
"""
    )
    result = run("""
def test_user(filled_by_name, module_fake_secrets):
    assert list(module_fake_secrets) == ["a"]
    module_fake_secrets.add("b", "w")

def test_again(filled_by_name):
    assert read("b") == "w"
""")

    result.assert_outcomes(passed=3)


def test_fakes_of_several_scopes(run):
    """Of two wider scopes, only the one answers that a test uses; together they are nested."""
    result = run("""
@pytest.fixture(scope="session")
def of_session(session_fake_secrets):
    session_fake_secrets.add("s", "session")

@pytest.fixture(scope="module")
def of_module(module_fake_secrets):
    module_fake_secrets.add("m", "module")

def test_session(of_session):
    assert (read("s"), read("m")) == ("session", "not found")

def test_module(of_module):
    assert (read("s"), read("m")) == ("not found", "module")

def test_both(of_session, of_module):
    # The narrower one began outside the wider one, so it has no copy of it.
    assert (read("s"), read("m")) == ("not found", "module")

class TestClass:
    def test_three(self, of_session, class_fake_secrets):
        assert (read("s"), read("m")) == ("session", "not found")

    def test_two(self, class_fake_secrets, fake_secrets):
        assert list(fake_secrets) == ["s"]
""")

    result.assert_outcomes(passed=5)


def test_test_cases_of_unittest(run):
    """A TestCase that asks for it by a mark is answered in each of its tests, others are not."""
    result = run("""
import unittest

@pytest.mark.usefixtures("filled")
class TestUser(unittest.TestCase):
    def test_one(self):
        assert read() == "v"

    def test_two(self):
        assert read() == "v"

class TestOther(unittest.TestCase):
    def test_one(self):
        assert read() == "outside any fake"
""")

    result.assert_outcomes(passed=3)


def test_a_test_that_is_run_again(run, pytester):
    """Where a plugin runs a test again, it uses the fake again."""
    pytester.makeconftest("""
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    runtestprotocol(item, nextitem=nextitem, log=False)
    item._initrequest()
    for report in runtestprotocol(item, nextitem=nextitem, log=False):
        item.ihook.pytest_runtest_logreport(report=report)
    return True
""")
    result = run("""
def test_it(filled_by_name):
    assert read() == "v"

def test_other(fake_secrets):
    assert read() == "not found"
""")

    result.assert_outcomes(passed=2)
