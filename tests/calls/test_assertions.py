from __future__ import annotations

import os

import pytest
from botocore.exceptions import ClientError

from pytest_fakesecrets import FakeSecrets, UsageError

OPTIONS = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:benchmark"]
LOG = """calls:
  1  GetSecretValue  a  OK
  2  GetSecretValue  a  OK
  3  DescribeSecret  b  ResourceNotFoundException"""


@pytest.fixture
def calls(fake_secrets, secrets_client):
    """Read a secret twice, describe one that does not exist; return the log."""
    fake_secrets.add("a", "v")
    for _ in range(2):
        secrets_client.get_secret_value(SecretId="a")
    with pytest.raises(ClientError):
        secrets_client.describe_secret(SecretId="b")
    return fake_secrets.calls


def complaint(assertion, *operations, **details):
    """Return sentence and log of an assertion that does not hold."""
    with pytest.raises(AssertionError) as caught:
        assertion(*operations, **details)
    sentence, _, log = str(caught.value).partition("\n")
    return sentence, log


def misuse(assertion, *operations, **details):
    """Return the message about an assertion that makes no sense."""
    with pytest.raises(UsageError) as caught:
        assertion(*operations, **details)
    return str(caught.value)


@pytest.mark.parametrize(
    ("operation", "details"),
    [
        (None, {}),
        (None, {"times": 3}),
        (None, {"secret": "a"}),
        ("GetSecretValue", {}),
        ("GetSecretValue", {"times": 2}),
        ("GetSecretValue", {"secret": "a", "times": 2}),
        ("GetSecretValue", {"secret": "b", "times": 0}),
        ("DescribeSecret", {"secret": "b", "times": 1}),
        ("PutSecretValue", {"times": 0}),
    ],
    ids=str,
)
def test_calls_that_were_made(calls, operation, details):
    """assert_called holds where calls were made: any, or as many as were said."""
    assert calls.assert_called(operation, **details) is None


@pytest.mark.parametrize(
    ("operation", "details", "sentence"),
    [
        (
            "PutSecretValue",
            {},
            "PutSecretValue should have been called, but was not called.",
        ),
        (
            "PutSecretValue",
            {"secret": "a", "times": 1},
            "PutSecretValue should have been called once about a, but was not called.",
        ),
        (
            "GetSecretValue",
            {"times": 1},
            "GetSecretValue should have been called once, but was called twice.",
        ),
        (
            None,
            {"times": 5},
            "Secrets Manager should have been called 5 times, but was called 3 times.",
        ),
        (
            None,
            {"secret": "c"},
            "Secrets Manager should have been called about c, but was not called.",
        ),
        (
            "DescribeSecret",
            {"secret": "b", "times": 0},
            "DescribeSecret should not have been called about b, but was called once.",
        ),
    ],
    ids=["never", "never about it", "too often", "too rarely", "no such secret", "not at all"],
)
def test_calls_that_were_not_made(calls, operation, details, sentence):
    """assert_called fails with what was expected, what happened, and the log."""
    assert (sentence, LOG) == complaint(calls.assert_called, operation, **details)


@pytest.mark.parametrize(
    ("operation", "details"),
    [("PutSecretValue", {}), ("DescribeSecret", {"secret": "a"}), (None, {"secret": "c"})],
    ids=["operation", "both", "secret"],
)
def test_calls_that_were_rightly_not_made(calls, operation, details):
    """assert_not_called holds where no such call was made."""
    assert calls.assert_not_called(operation, **details) is None


@pytest.mark.parametrize(
    ("operation", "details", "sentence"),
    [
        (
            "GetSecretValue",
            {},
            "GetSecretValue should not have been called, but was called twice.",
        ),
        (
            None,
            {"secret": "b"},
            "Secrets Manager should not have been called about b, but was called once.",
        ),
        (None, {}, "Secrets Manager should not have been called, but was called 3 times."),
    ],
    ids=["operation", "secret", "any"],
)
def test_calls_that_were_wrongly_made(calls, operation, details, sentence):
    """assert_not_called fails with what happened, and the log."""
    assert (sentence, LOG) == complaint(calls.assert_not_called, operation, **details)


@pytest.mark.parametrize(
    ("operations", "secret"),
    [
        (["GetSecretValue", "DescribeSecret"], None),
        (["GetSecretValue", "DescribeSecret", "PutSecretValue"], None),
        (["GetSecretValue"], "a"),
        (["PutSecretValue"], "c"),
    ],
    ids=["all", "more than all", "about one", "none made"],
)
def test_only_what_is_allowed(calls, operations, secret):
    """assert_only_called holds where each call was of an operation that is allowed."""
    assert calls.assert_only_called(*operations, secret=secret) is None


@pytest.mark.parametrize(
    ("operations", "secret", "sentence"),
    [
        (
            ["GetSecretValue"],
            None,
            "Only GetSecretValue should have been called, but DescribeSecret was called.",
        ),
        (
            ["PutSecretValue", "CreateSecret"],
            None,
            (
                "Only PutSecretValue and CreateSecret should have been called, "
                "but GetSecretValue and DescribeSecret were called."
            ),
        ),
        (
            ["DescribeSecret"],
            "a",
            "Only DescribeSecret should have been called about a, but GetSecretValue was called.",
        ),
    ],
    ids=["one", "two", "about one"],
)
def test_more_than_is_allowed(calls, operations, secret, sentence):
    """assert_only_called fails with the operations that were called as well, and the log."""
    assert (sentence, LOG) == complaint(calls.assert_only_called, *operations, secret=secret)


def test_a_secret_is_named_by_its_arn_as_well(calls, fake_secrets):
    """Calls by name are found by ARN, of which a message has the name."""
    arn = fake_secrets["a"].arn
    sentence = "GetSecretValue should have been called once about a, but was called twice."

    assert calls.assert_called("GetSecretValue", secret=arn, times=2) is None
    assert (sentence, LOG) == complaint(calls.assert_called, "GetSecretValue", secret=arn, times=1)


def test_retries_are_no_further_calls(fake_secrets, secrets_client):
    """A call that botocore repeats counts once."""
    fake_secrets.add("a", "v")
    fake_secrets.faults.error("ThrottlingException", times=2)
    secrets_client.get_secret_value(SecretId="a")

    assert fake_secrets.calls.assert_called("GetSecretValue", times=1) is None


def test_an_empty_log():
    """Where nothing was called, the message says so."""
    sentence = "Secrets Manager should have been called, but was not called."

    assert (sentence, "no calls") == complaint(FakeSecrets().calls.assert_called)


def test_a_long_log_is_cut(fake_secrets, secrets_client):
    """Of a long log the latest calls are shown, and how many came before."""
    for _ in range(55):
        secrets_client.list_secrets()

    _, log = complaint(fake_secrets.calls.assert_not_called)

    lines = log.splitlines()
    assert ["calls:", "  … 35 more", "  36  ListSecrets    OK"] == lines[:3]
    assert "  55  ListSecrets    OK" == lines[-1]
    assert 22 == len(lines)


@pytest.mark.parametrize("times", [-1, True, 1.0, "1", [1]], ids=repr)
def test_impossible_numbers(calls, times):
    """What is not a number of calls is refused."""
    message = f"times={times!r} is not a number of calls. Give 0 or more."

    assert message == misuse(calls.assert_called, "GetSecretValue", times=times)


@pytest.mark.parametrize("assertion", ["assert_called", "assert_not_called", "assert_only_called"])
def test_unknown_operations(calls, assertion):
    """An operation that Secrets Manager does not have is refused with the one that is meant."""
    beginning = (
        "get_secret_value is not an operation of Secrets Manager; did you mean GetSecretValue? "
    )

    assert misuse(getattr(calls, assertion), "get_secret_value").startswith(beginning)


@pytest.mark.parametrize("operation", [None, ["GetSecretValue"]], ids=repr)
def test_only_takes_names(calls, operation):
    """assert_only_called refuses what is not a name of an operation, such as a list of them."""
    beginning = f"{operation} is not an operation of Secrets Manager"

    assert misuse(calls.assert_only_called, operation).startswith(beginning)


def test_only_without_an_operation(calls):
    """assert_only_called of nothing is refused, with the assertion that is meant."""
    message = (
        "assert_only_called() needs the operations that may have been called. "
        "Where none may, use assert_not_called()."
    )

    assert message == misuse(calls.assert_only_called)
    assert message == misuse(calls.assert_only_called, secret="a")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("assert_called('GetSecretValue')", "AssertionError: GetSecretValue should have been *"),
        (
            "assert_called_once('GetSecretValue')",
            "AssertionError: GetSecretValue should have been called once, *",
        ),
        ("assert_not_called()", "AssertionError: Secrets Manager should not have been called, *"),
        (
            "assert_only_called('GetSecretValue')",
            "AssertionError: Only GetSecretValue should have *",
        ),
        ("assert_called(times=-1)", "*UsageError: times=-1 is not a number of calls. *"),
        ("assert_not_called('Get')", "*UsageError: Get is not an operation of Secrets Manager*"),
        ("assert_only_called()", "*UsageError: assert_only_called() needs the operations *"),
    ],
    ids=["called", "called once", "not called", "only", "times", "operation", "nothing"],
)
def test_the_traceback_ends_at_the_test(pytester, line, message):
    """The report of an assertion that does not hold ends at the line of the test."""
    pytester.makepyfile(f"""
    def test_it(fake_secrets, secrets_client):
        secrets_client.list_secrets()
        fake_secrets.calls.{line}
    """)

    result = pytester.runpytest_inprocess(*OPTIONS)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f">       fake_secrets.calls.{line}", f"E       {message}"])
    assert not any(f"_calls{os.sep}" in shown for shown in result.outlines)


@pytest.fixture
def called(fake_secrets, secrets_client):
    """Make two calls; return the log."""
    fake_secrets.add("a", "v", previous="u")
    secrets_client.get_secret_value(SecretId="a", VersionStage="AWSPREVIOUS")
    secrets_client.put_secret_value(SecretId="a", SecretString="w")
    return fake_secrets.calls


def test_some_of_the_parameters(called):
    """An assertion may compare some of what was sent, values too; those are not shown."""
    called.assert_called("GetSecretValue", parameters={"VersionStage": "AWSPREVIOUS"})
    called.assert_called_once(parameters={"SecretId": "a", "SecretString": "w"})
    called.assert_called(parameters={"VersionStage": "AWSCURRENT"}, times=0)
    called.assert_called(parameters={"SecretId": "a", "SecretString": "v"}, times=0)
    called.assert_called(parameters={"VersionId": None}, times=0)

    with pytest.raises(AssertionError, match="should have been called once, but was called twice"):
        called.assert_called_once()


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [
        ({"SecretString": "hunter2"}, "{'SecretString': '***'}"),
        ({"SecretBinary": b"hunter2"}, "{'SecretBinary': '***'}"),
        (
            {"SecretId": "a", "SecretString": "w", "Description": "d"},
            "{'SecretId': 'a', 'SecretString': '***', 'Description': 'd'}",
        ),
        ({"RotationToken": "hunter2"}, "{'RotationToken': '***'}"),
    ],
    ids=["text", "bytes", "several", "token"],
)
def test_parameters_that_were_not_sent(called, parameters, shown):
    """The message shows which were expected, without values of secrets."""
    details = {"secret": "a", "parameters": parameters}
    sentence, _ = complaint(called.assert_called_once, "PutSecretValue", **details)

    assert (
        f"PutSecretValue should have been called once about a with {shown}, but was not called."
    ) == sentence


def test_the_operations_in_order(called):
    """The names of all operations compare with a list."""
    assert ["GetSecretValue", "PutSecretValue"] == called.operations
