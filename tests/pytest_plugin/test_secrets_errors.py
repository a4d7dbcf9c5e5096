from __future__ import annotations

import pytest

OPTIONS = ["-p", "no:cacheprovider"]
IMPORTS = """
import boto3
import pytest
import unittest
from pytest_fakesecrets import ErrorCase
"""


@pytest.fixture
def ids(pytester):
    """Run pytest on a file; return the ids of the tests that passed, without their common part."""

    def run(source):
        pytester.makepyfile(test_it=IMPORTS + source)
        result = pytester.runpytest_inprocess(*OPTIONS, "-v")
        assert {"passed", "subtests"} >= set(result.parseoutcomes())
        lines = [line for line in result.outlines if " PASSED" in line]
        return [line.partition("::")[2].partition(" ")[0] for line in lines]

    return run


def test_several_operations(ids):
    """Each operation's errors have runs of their own, whose ids begin with the operation."""
    passed = ids("""
@pytest.mark.secrets_errors("GetSecretValue", "PutSecretValue", only=["DecryptionFailure",
    "EncryptionFailure"], also=["ReadTimeoutError"])
def test_it(secrets_error, secrets_client, fake_secrets):
    fake_secrets.add("db", "v")
    with pytest.raises(secrets_error.exception) as caught:
        secrets_client.get_secret_value(SecretId="db")
        secrets_client.put_secret_value(SecretId="db", SecretString="w")
    assert isinstance(secrets_error, ErrorCase)
    assert fake_secrets.calls.last.operation == secrets_error.operation
    assert fake_secrets.calls.last.error == secrets_error.code
""")

    assert [
        "test_it[GetSecretValue-DecryptionFailure]",
        "test_it[GetSecretValue-ReadTimeoutError]",
        "test_it[PutSecretValue-DecryptionFailure]",
        "test_it[PutSecretValue-EncryptionFailure]",
        "test_it[PutSecretValue-ReadTimeoutError]",
    ] == sorted(passed)


def test_some_are_left_out(ids):
    """All documented errors but some, by the mark and in a loop."""
    passed = ids("""
@pytest.mark.secrets_errors(exclude=["DecryptionFailure", "InternalServiceError"])
def test_it(secrets_error):
    pass

def test_loop(fake_secrets):
    codes = [
        error.code
        for error in fake_secrets.faults.each_error("ListSecrets", exclude=["InternalServiceError"])
    ]
    assert codes
    assert "InternalServiceError" not in codes
""")

    assert [
        "test_it[InvalidParameterException]",
        "test_it[InvalidRequestException]",
        "test_it[ResourceNotFoundException]",
        "test_loop",
    ] == sorted(passed)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ('exclude=["DecryptFailure"]', "did you mean DecryptionFailure?"),
        ('exclude="DecryptionFailure"', "exclude='DecryptionFailure' is one string. Give a list."),
        (
            'exclude=["DecryptionFailure"], only=["DecryptionFailure"]',
            "only= and exclude= cannot be given together.",
        ),
    ],
    ids=["typing error", "one string", "beside only"],
)
def test_what_cannot_be_left_out_is_refused(pytester, options, expected):
    """What exclude= names must be documented errors, and all others are meant without only=."""
    pytester.makepyfile(
        IMPORTS
        + f"""
@pytest.mark.secrets_errors({options})
def test_it(secrets_error):
    pass
"""
    )
    result = pytester.runpytest_inprocess(*OPTIONS)

    assert expected in result.stdout.str()


def test_several_marks_add_up(ids):
    """Several marks of one function add up, each with its own only= and also=, from the top."""
    passed = ids("""
@pytest.mark.secrets_errors("GetSecretValue", only=["DecryptionFailure"])
@pytest.mark.secrets_errors("GetSecretValue", only=["DecryptionFailure"], also=["SSLError"])
@pytest.mark.secrets_errors("ListSecrets", only=["InternalServiceError"])
def test_it(secrets_error):
    pass
""")

    assert [
        "test_it[GetSecretValue-DecryptionFailure]",
        "test_it[GetSecretValue-SSLError]",
        "test_it[ListSecrets-InternalServiceError]",
    ] == passed


def test_the_closest_place_counts(ids):
    """A function's mark takes the place of its class's, and that of its module's."""
    passed = ids("""
pytestmark = pytest.mark.secrets_errors("ListSecrets", only=["InternalServiceError"])

def test_module(secrets_error):
    pass

@pytest.mark.secrets_errors("PutSecretValue", only=["EncryptionFailure"])
class TestIt:
    def test_class(self, secrets_error):
        pass

    @pytest.mark.secrets_errors(only=["DecryptionFailure"])
    def test_function(self, secrets_error):
        pass
""")

    assert [
        "test_module[InternalServiceError]",
        "TestIt::test_class[EncryptionFailure]",
        "TestIt::test_function[DecryptionFailure]",
    ] == passed


def test_the_mark_alone_is_enough(ids):
    """A marked test need not ask for the fixture."""
    passed = ids("""
@pytest.mark.secrets_errors(only=["DecryptionFailure", "InternalServiceError"])
def test_it():
    with pytest.raises(Exception, match="DecryptionFailure|InternalServiceError"):
        boto3.client("secretsmanager").get_secret_value(SecretId="db")
""")

    assert ["test_it[DecryptionFailure]", "test_it[InternalServiceError]"] == sorted(passed)


def test_beside_the_user_s_own_parametrize(ids):
    """The errors are multiplied by the parameters of the test and of its fixtures."""
    passed = ids("""
@pytest.fixture(params=["blue", "green"])
def colour(request):
    return request.param

@pytest.mark.parametrize("name", ["a", "b"])
@pytest.mark.secrets_errors(only=["DecryptionFailure"], also=["ThrottlingException"])
def test_it(name, colour, secrets_error, secrets_client):
    with pytest.raises(Exception, match=secrets_error.code):
        secrets_client.get_secret_value(SecretId=name)
""")

    assert 8 == len(passed)
    for part in ("a", "b", "blue", "green", "DecryptionFailure", "ThrottlingException"):
        assert 4 == sum(part in name.partition("[")[2].rstrip("]").split("-") for name in passed)


def test_unittest_is_told_another_way(pytester):
    """The mark on a TestCase fails its tests, with what to write instead."""
    pytester.makepyfile(
        IMPORTS
        + """
@pytest.mark.secrets_errors("GetSecretValue")
class TestOld(unittest.TestCase):
    def test_it(self):
        pass
"""
    )
    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(errors=1)
    assert "for error in fake.faults.each_error(): with self.subTest" in result.stdout.str()


def test_unittest_goes_through_errors_itself(ids):
    """In a TestCase each error is injected for one turn of a loop."""
    passed = ids("""
@pytest.mark.secrets({"db": "v"})
class TestOld(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def fake(self, fake_secrets):
        self.fake = fake_secrets

    def test_it(self):
        client = self.fake.client()
        seen = []
        for error in self.fake.faults.each_error(also=["ConnectTimeoutError"]):
            with self.subTest(error.code), self.assertRaises(error.exception):
                client.get_secret_value(SecretId="db")
            seen.append(error.code)
        self.assertEqual(6, len(seen))
        self.assertEqual("v", client.get_secret_value(SecretId="db")["SecretString"])
""")

    assert ["TestOld::test_it"] == passed


def test_an_error_that_no_operation_has_is_refused(pytester):
    """Of several operations, one at least must have each error."""
    pytester.makepyfile(
        IMPORTS
        + """
@pytest.mark.secrets_errors("GetSecretValue", "ListSecrets", also=["EncryptionFailure"])
def test_it(secrets_error):
    pass
"""
    )
    result = pytester.runpytest_inprocess(*OPTIONS)

    assert (
        "EncryptionFailure is not an error of GetSecretValue or ListSecrets; "
        "did you mean DecryptionFailure?"
    ) in result.stdout.str()
