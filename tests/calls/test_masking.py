from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from pytest_fakesecrets import FakeSecrets, Secret, UnsupportedError, UsageError, Version
from pytest_fakesecrets._aws.operations.registry import OPERATIONS

CANARY = "canary-7f3a"


def assert_masked(*shown):
    """Fail where one of some texts holds the canary."""
    for text in shown:
        assert text
        assert CANARY not in text


def forms(thing):
    """Return all texts that Python makes of an object."""
    return [repr(thing), str(thing), f"{thing}", repr([thing]), repr({"key": thing})]


@pytest.fixture(params=["text", "bytes", "JSON"])
def value(request):
    """Return a value of each kind that holds the canary."""
    return {"text": CANARY, "bytes": CANARY.encode(), "JSON": {"password": CANARY}}[request.param]


@pytest.fixture
def busy(fake_secrets, secrets_client, value):
    """Return a fake with the canary in a seed and in calls of all kinds."""
    fake_secrets.add("seeded", value, previous=value, pending=value)
    sent = {"SecretBinary": value} if isinstance(value, bytes) else {"SecretString": str(value)}
    secrets_client.create_secret(Name="created", **sent)
    secrets_client.put_secret_value(SecretId="created", **sent)
    secrets_client.update_secret(SecretId="created", **sent)
    with pytest.raises(ClientError):
        secrets_client.create_secret(Name="created", **sent)
    return fake_secrets


def test_descriptions(value):
    """Neither Secret nor Version shows its values."""
    secret = Secret("a", value, previous=value, pending=value)

    assert_masked(*forms(secret), *forms(Version(value, ["AWSCURRENT"])))
    assert_masked(*forms(Secret("a", versions=[Version(value, ["AWSCURRENT"])])))


def test_fakes_and_views(busy):
    """Neither a fake nor what it shows of its secrets shows values."""
    for view in busy.values():
        assert_masked(*forms(view), *forms(view.versions), *forms(view.labels))
    assert_masked(*forms(busy), *forms(dict(busy)))


def test_stored_secrets(busy):
    """What the service keeps, and a snapshot of it, shows no value."""
    assert_masked(*forms(busy.snapshot()))
    for secret in busy._service.store:
        assert_masked(
            *forms(secret), *(shown for v in secret.versions.values() for shown in forms(v))
        )


def test_calls(busy):
    """Neither the log, nor a call, nor its parameters show values, which are there all the same."""
    assert_masked(*forms(busy.calls), *forms(list(busy.calls)), *forms(busy.calls.of()))
    for call in busy.calls:
        assert_masked(*forms(call), *forms(call.parameters), *forms(call.parameters.items()))
    parameters = busy.calls.last.parameters
    assert CANARY in str((parameters.get("SecretString") or parameters["SecretBinary"]).value)


def test_values_in_the_log_show_a_mask(busy, value):
    """In a log a value shows as asterisks."""
    parameters = repr(busy.calls[0].parameters)
    shown = "'SecretBinary': b'***'" if isinstance(value, bytes) else "'SecretString': '***'"

    assert shown in parameters


def test_faults(busy):
    """No fault shows a value of the call that it failed."""
    busy.faults.error("InternalServiceError", secret="created", times=1)
    busy.client().put_secret_value(SecretId="created", SecretString=CANARY)

    assert_masked(*forms(busy.faults), *forms(busy.faults.error("DecryptionFailure")))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Secret("a", CANARY * 10_000),
        lambda: Secret("a", CANARY.encode() * 10_000),
        lambda: Secret("a", {CANARY: CANARY * 10_000}),
        lambda: Secret("a", {"key": CANARY.encode()}),
        lambda: Secret("a", {"key": {CANARY}}),
        lambda: Secret("a", {(CANARY,): CANARY}),
        lambda: Secret("a", {CANARY}),
        lambda: Secret("a", versions=[CANARY]),
        lambda: Secret("a", CANARY, versions=[Version(CANARY, ["AWSCURRENT"])]),
        lambda: Secret("a", previous=CANARY),
        lambda: FakeSecrets([CANARY]),
        lambda: FakeSecrets({"a": Secret("b", CANARY)}),
        lambda: FakeSecrets().add(Secret("a", CANARY), CANARY),
        FakeSecrets({"a": CANARY})["a"].json,
    ],
    ids=[
        "long text",
        "long bytes",
        "long JSON",
        "bytes in JSON",
        "set in JSON",
        "tuple as a key of JSON",
        "set",
        "text instead of a Version",
        "value and versions",
        "previous alone",
        "list as a seed",
        "Secret under another name",
        "Secret and a value",
        "no JSON",
    ],
)
def test_usage_errors(make):
    """No message about a wrong seed shows its value."""
    with pytest.raises(UsageError) as caught:
        make()

    assert_masked(str(caught.value), repr(caught.value))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_aws_s_messages(fake_secrets, secrets_client):
    """No error of AWS repeats the value that it refuses."""
    with pytest.raises(ClientError) as caught:
        secrets_client.create_secret(Name="a", SecretString=CANARY * 10_000)

    assert (
        "1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
        "Member must have length less than or equal to 65536"
    ) == caught.value.response["Error"]["Message"]


def test_what_is_not_supported(fake_secrets, secrets_client, monkeypatch):
    """The refusal of an operation that is not supported does not show the value in it."""
    monkeypatch.delitem(OPERATIONS, "CreateSecret")

    with pytest.raises(UnsupportedError) as caught:
        secrets_client.create_secret(Name="a", SecretString=CANARY)

    assert_masked(str(caught.value), repr(caught.value), repr(fake_secrets.calls))


@pytest.mark.parametrize(
    "line",
    [
        "assert fake_secrets.calls.count() == 0, fake_secrets.calls",
        "assert not fake_secrets.calls",
        "assert fake_secrets.calls.last == None",
        "assert fake_secrets.calls[0] == fake_secrets.calls[1]",
        "assert fake_secrets.calls.last.parameters == {}",
        'assert fake_secrets.calls.last.parameters == {"Name": "a", "SecretString": "other"}',
        'assert fake_secrets.calls.last.parameters["SecretString"] == "other"',
        'assert fake_secrets.calls.last.parameters["SecretString"] == "other\\nlines"',
        'assert fake_secrets.calls[0].parameters["SecretBinary"] == b"other"',
        'assert "other" in fake_secrets.calls.last.parameters["SecretString"]',
        'assert "SecretString" not in fake_secrets.calls.last.parameters',
        "assert list(fake_secrets.calls) == []",
        "fake_secrets.calls.assert_not_called()",
        "fake_secrets.calls.assert_only_called('GetSecretValue')",
        "assert dict(fake_secrets) == {}",
        'assert fake_secrets["a"].versions == {}',
        'assert fake_secrets["a"] is None',
        "assert fake_secrets.snapshot() == {}",
        "fake_secrets.add('c', canary() * 10_000)",
        "fake_secrets.add('c', {'key': {canary()}})",
        "fake_secrets.add('c', canary() + chr(0xd800))",
        "fake_secrets['a'].json()",
        (
            "with mock.patch.dict("
            "'pytest_fakesecrets._aws.operations.registry.OPERATIONS', clear=True): "
            "secrets_client.create_secret(Name='d', SecretString=canary())"
        ),
    ],
    ids=[
        "message",
        "log",
        "call",
        "two calls",
        "parameters",
        "parameters of the same shape",
        "text",
        "text of several lines",
        "bytes",
        "part of a text",
        "member",
        "list of calls",
        "calls that were made",
        "calls that were not to be made",
        "fake",
        "versions",
        "view",
        "snapshot",
        "long value",
        "value of a wrong type",
        "value that UTF-8 cannot hold",
        "value that is not JSON",
        "what is not supported",
    ],
)
def test_reports_of_failing_tests(pytester, line):
    """Where a test fails, no line that pytest prints about the plugin's objects shows a value."""
    pytester.makepyfile(f"""
    from unittest import mock

    def canary():
        return "-".join(["canary", "7f3a"])

    def test_it(fake_secrets, secrets_client):
        fake_secrets.add("a", canary())
        secrets_client.create_secret(Name="bytes", SecretBinary=canary().encode())
        secrets_client.create_secret(Name="b", SecretString=canary())
        {line}
    """)
    options = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-vv"]

    result = pytester.runpytest_inprocess(*options)

    result.assert_outcomes(failed=1)
    assert_masked("\n".join(result.outlines))


def test_reports_of_wrong_markers(pytester):
    """The report of a marker with an impossible value does not show it."""
    pytester.makepyfile("""
    import pytest

    def canary():
        return "-".join(["canary", "7f3a"])

    @pytest.mark.secrets({"a": canary() * 10_000})
    def test_it():
        pass
    """)
    options = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-vv", "--showlocals"]

    result = pytester.runpytest_inprocess(*options)

    result.assert_outcomes(errors=1)
    assert_masked("\n".join(result.outlines))
