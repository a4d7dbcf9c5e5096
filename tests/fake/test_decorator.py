"""FakeSecrets as a decorator, with pytest and without."""

from __future__ import annotations

import asyncio
import inspect
import unittest

import boto3
import pytest

from pytest_fakesecrets import FakeSecrets, UsageError

fake = FakeSecrets({"a": "v"})


def read(name="a"):
    """Read a secret as code under test does."""
    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]


def write():
    """Change what a copy of the fake holds."""
    client = boto3.client("secretsmanager")
    client.put_secret_value(SecretId="a", SecretString="w")
    client.create_secret(Name="b", SecretString="x")


@fake
def test_a_function():
    """A function that is decorated runs with a fake."""
    assert "v" == read()


@pytest.mark.parametrize("added", [1, 2])
@FakeSecrets({"a": "v"}, region="eu-west-1")
def test_with_parameters(added, secrets_client, fake_secrets):
    """Fixtures and parameters are there as ever; the fake of the decorator is the inner one."""
    fake_secrets.add("outer", "o")
    assert "v" == read()
    assert added in (1, 2)
    assert "eu-west-1" in boto3.client("secretsmanager").describe_secret(SecretId="a")["ARN"]
    assert secrets_client is not None


@pytest.mark.parametrize("asynchronous", [False, True])
def test_each_call_begins_anew(asynchronous):
    """What one call does, the next one does not see; what it returns is returned."""

    @fake
    def use():
        before = read()
        write()
        return before, read(), read("b")

    @fake
    async def use_in_turn():
        await asyncio.sleep(0)
        before = read()
        write()
        return before, read(), read("b")

    for _ in range(2):
        answer = asyncio.run(use_in_turn()) if asynchronous else use()
        assert ("v", "w", "x") == answer
    assert ["a"] == list(fake)
    assert inspect.iscoroutinefunction(use_in_turn)
    assert "use" == use.__name__


def test_what_is_added_later_counts():
    """A copy is made when the function is called."""
    later = FakeSecrets()
    use = later(read)
    later.add("a", "later")

    assert "later" == use()


def test_an_exception_ends_the_fake():
    """A function that raises leaves no fake behind."""

    @fake
    def fail():
        raise ValueError

    with FakeSecrets({"a": "outer"}):
        with pytest.raises(ValueError):
            fail()
        assert "outer" == read()


@FakeSecrets({"a": "v"})
class TestOfAClass:
    def test_one(self):
        assert "v" == read()
        write()

    def test_two(self):
        assert "v" == read()

    async def helper(self):
        """Not a test, so it stays what it is."""


class Cases:
    """TestCases that pytest does not collect by themselves."""

    @FakeSecrets({"a": "v"})
    class OfUnittest(unittest.TestCase):  # noqa: D106 - the outer one says it
        def setUp(self):
            assert read() == "v"
            write()

        def tearDown(self):
            assert read() == "w"

        def test_one(self):
            assert read() == "w"

        def test_two(self):
            assert read() == "w"

    @FakeSecrets({"a": "v"})
    class Asynchronous(unittest.IsolatedAsyncioTestCase):  # noqa: D106 - the same
        async def test_one(self):
            await asyncio.sleep(0)
            assert read() == "v"


@pytest.mark.parametrize("case", [Cases.OfUnittest, Cases.Asynchronous])
def test_unittest(case):
    """In a TestCase, setUp and tearDown have the fake, too; each test begins anew."""
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)

    assert ([], []) == (result.errors, result.failures)
    assert result.testsRun


def generate():
    """Be a generator."""
    yield


async def generate_in_turn():
    """Be an asynchronous one."""
    yield


class Helper:
    """A class without tests."""


@pytest.mark.parametrize("target", [generate, generate_in_turn, 7, Helper])
def test_what_cannot_be_decorated(target):
    """A decorator that would do nothing is refused."""
    with pytest.raises(UsageError, match=r"cannot decorate|would do nothing"):
        fake(target)
