"""What is random differs from test to test, and is the same whenever a test is repeated."""

from __future__ import annotations

import json

import pytest

TESTS = """
import json
import pytest
from pytest_fakesecrets import FakeSecrets

DRAWN = {}

@pytest.fixture(scope="session", autouse=True)
def written():
    yield
    with open("drawn.json", "w") as file:
        json.dump(DRAWN, file)

def note(name, fake):
    DRAWN[name] = [
        fake["seed"].arn[-6:],
        fake.client().get_random_password()["RandomPassword"],
        fake.client().create_secret(Name=name)["ARN"][-6:],
    ]

@pytest.mark.secrets({"seed": "v"})
@pytest.mark.parametrize("number", [1, 2])
def test_fixture(fake_secrets, number):
    note(f"fixture-{number}", fake_secrets)

@pytest.mark.parametrize("number", [1, 2])
def test_own(number):
    with FakeSecrets({"seed": "v"}) as fake:
        note(f"own-{number}", fake)

@pytest.mark.secrets({"seed": "v"})
@pytest.mark.parametrize("number", [1, 2])
class TestClass:
    def test_copy(self, class_fake_secrets, fake_secrets, number):
        assert class_fake_secrets["seed"].arn == fake_secrets["seed"].arn
        note(f"copy-{number}", fake_secrets)
"""


@pytest.fixture
def drawn(pytester):
    """Run some tests, and return what each has drawn."""
    pytester.makepyfile(test_it=TESTS)

    def run(*options):
        pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)
        return json.loads((pytester.path / "drawn.json").read_text())

    return run


def test_each_test_draws_differently(drawn):
    """No two tests draw the same suffix of an ARN, or the same password."""
    suffixes, passwords, created = zip(*drawn().values(), strict=True)

    assert 6 == len(set(passwords)) == len(set(created))
    # Those of the class share the fake around them, and with it the ARN of its seed.
    assert 5 == len(set(suffixes))


@pytest.mark.parametrize("options", [[], ["-k", "2"], ["-k", "copy"]], ids=" ".join)
def test_a_test_that_is_repeated_draws_the_same(drawn, options):
    """A test draws the same in every run, whichever tests run before it."""
    whole = drawn()

    assert drawn(*options).items() <= whole.items()
