"""What one test does to the client of the fixture secrets_client, the next one does not notice."""

from __future__ import annotations

import pytest

PLUGIN = """
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

seen = []

def read(client):
    return client.get_secret_value(SecretId="a")["SecretString"]

@pytest.fixture(autouse=True)
def seed(fake_secrets):
    fake_secrets.add("a", "v")
"""
# What the first of two tests does with its client.
USES = {
    "reads": ("read(client)", True),
    "meets an error": (
        "with pytest.raises(ClientError): client.cancel_rotate_secret(SecretId='b')",
        True,
    ),
    "adds a handler": (
        "client.meta.events.register('before-call', lambda **_: pytest.fail('called'))",
        False,
    ),
    "stubs": ("Stubber(client).activate()", False),
    "replaces a method": ("client.get_secret_value = lambda **_: pytest.fail('called')", False),
    "replaces a method for a while": (
        "monkeypatch.setattr(client, 'get_secret_value', lambda **_: pytest.fail('called'))",
        False,
    ),
    "retries": (
        "fake_secrets.faults.error('InternalServiceError', times=1)\n    read(client)",
        False,
    ),
    "changes the environment": ("monkeypatch.setenv('AWS_MAX_ATTEMPTS', '7')", True),
}


@pytest.mark.parametrize(("use", "is_lent_again"), USES.values(), ids=USES)
def test_the_next_test_has_a_client_like_new(pytester, use, is_lent_again):
    """A client goes on to the next test, unless that one would notice."""
    pytester.makepyfile(
        PLUGIN
        + f"""
def test_first(fake_secrets, monkeypatch, secrets_client):
    client = secrets_client
    {use}
    seen.append(client)

def test_second(secrets_client):
    assert {is_lent_again} is (secrets_client is seen[0])
    assert "v" == read(secrets_client)
"""
    )

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    "mark",
    ["secrets(region='eu-west-1')", "secrets(account='210987654321')", "usefixtures('retries')"],
)
def test_another_kind_of_client_is_another_client(pytester, mark):
    """A client is lent only where a new one would be made in the same way."""
    pytester.makepyfile(
        PLUGIN
        + f"""
@pytest.fixture
def retries(monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "7")

def test_first(secrets_client):
    seen.append(secrets_client)

@pytest.mark.{mark}
def test_second(secrets_client):
    assert secrets_client is not seen[0]
    assert "v" == read(secrets_client)

def test_third(secrets_client):
    assert secrets_client is seen[0]
"""
    )

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=3)


def test_two_runs_at_a_time_have_two_clients(pytester, secrets_client):
    """A client that a test has is not lent to another one meanwhile."""
    pytester.makepyfile("def test_it(secrets_client, in_use): assert secrets_client is not in_use")

    class InUse:
        @pytest.fixture
        def in_use(self):
            return secrets_client

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", plugins=[InUse()])

    result.assert_outcomes(passed=1)


def test_clients_for_few_environments_are_kept(pytester):
    """Where each test has an environment of its own, clients do not pile up."""
    pytester.makepyfile(
        """
import pytest
from pytest_fakesecrets._botocore.clients import _unused

@pytest.mark.parametrize("number", range(20))
def test_it(fake_secrets, secrets_client):
    assert len(_unused) <= 16

@pytest.fixture(autouse=True)
def environment(monkeypatch, number):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", str(number + 20))
"""
    )

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=20)


def test_lending_registers_no_handlers_of_botocore_again(pytester):
    """What botocore does for each new session, which takes milliseconds, is done for one test."""
    pytester.makepyfile(
        """
import pytest
from botocore import handlers

registered = []

class Counted(list):
    def __iter__(self):
        registered.append(True)
        return super().__iter__()

@pytest.mark.parametrize("number", range(3))
def test_reads(fake_secrets, number, secrets_client):
    secrets_client.list_secrets()
    assert number == 0 or not registered

@pytest.fixture(autouse=True)
def count(monkeypatch):
    registered.clear()
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", Counted(handlers.BUILTIN_HANDLERS))
"""
    )

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=3)
