from __future__ import annotations

import inspect
import json

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from support import client_that_gives_up, members_of, new_client_that_gives_up, outcome

from pytest_fakesecrets import FakeSecrets, Secret

MODES = ("legacy", "standard", "adaptive")
TOKEN = "t" * 32
ROTATE = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
# botocore's own words, and how long a client with connect_timeout=3 and read_timeout=7 waits.
URL = "https://secretsmanager.us-east-1.amazonaws.com/"
UNREACHABLE = {
    "ConnectTimeoutError": (3, f'Connect timeout on endpoint URL: "{URL}"'),
    "ConnectionClosedError": (
        0,
        f'Connection was closed before we received a valid response from endpoint URL: "{URL}".',
    ),
    "EndpointConnectionError": (0, f'Could not connect to the endpoint URL: "{URL}"'),
    "ReadTimeoutError": (7, f'Read timeout on endpoint URL: "{URL}"'),
    "SSLError": (0, f"SSL validation failed for {URL} caused by a fault of the test"),
}
HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"

pytestmark = pytest.mark.usefixtures("sleeps")


@pytest.fixture
def fake(frozen_time):
    """Give a fake with a secret, and with a clock that nothing but botocore moves."""
    with FakeSecrets({"db": "old"}) as fake:
        yield fake


def client_of(mode, **config):
    """Return a client with a retry mode."""
    return boto3.client("secretsmanager", config=Config(retries={"mode": mode}, **config))


def passed(fake, since):
    """Return the seconds that passed on the fake's clock."""
    return (fake.clock.now() - since).total_seconds()


@pytest.mark.parametrize("error", UNREACHABLE)
def test_a_call_that_never_reaches_aws(fake, frozen_time, error):
    """The client meets botocore's exception, as late as it would, and nothing is changed."""
    before = fake.snapshot()
    fault = fake.faults.error(error)
    client = client_that_gives_up(connect_timeout=3, read_timeout=7)

    with pytest.raises(getattr(botocore.exceptions, error)) as caught:
        client.put_secret_value(SecretId="db", SecretString="new")

    assert UNREACHABLE[error] == (passed(fake, frozen_time), str(caught.value))
    assert before == fake.snapshot()
    assert 1 == fault.hits


@pytest.mark.parametrize("timeout", ["ConnectTimeoutError", "ReadTimeoutError"])
def test_a_timeout_takes_a_minute_by_default(fake, frozen_time, timeout):
    """A client that was told nothing waits for botocore's 60 seconds."""
    fake.faults.error(timeout)

    assert timeout == outcome(client_that_gives_up().list_secrets)
    assert 60 == passed(fake, frozen_time)


def test_a_timeout_of_a_client_that_waits_forever(fake, frozen_time):
    """A client without a timeout meets one all the same, as it would never come back."""
    fake.faults.error("ReadTimeoutError")

    assert "ReadTimeoutError" == outcome(client_that_gives_up(read_timeout=None).list_secrets)
    assert 0 == passed(fake, frozen_time)


@pytest.mark.parametrize(("mode", "attempts"), [("legacy", 5), ("standard", 3), ("adaptive", 3)])
@pytest.mark.parametrize("error", UNREACHABLE)
def test_exhausted_retries(fake, frozen_time, mode, attempts, error):
    """Botocore tries as often as ever, and then raises the exception itself."""
    fault = fake.faults.error(error)
    client = client_of(mode, connect_timeout=3, read_timeout=7)

    assert error == outcome(client.get_secret_value, SecretId="db")
    call = fake.calls.last
    assert (attempts, error, [error] * attempts) == (call.attempts, call.outcome, call.outcomes)
    assert attempts == fault.hits
    assert attempts - 1 == len(call.delays)
    expected = attempts * UNREACHABLE[error][0] + sum(call.delays)
    assert expected == pytest.approx(passed(fake, frozen_time), abs=0.01)
    assert fake.clock.now() == call.ended


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("error", UNREACHABLE)
def test_an_outage_that_ends(fake, mode, error):
    """A retry that reaches AWS hides the outage from the code under test."""
    fake.faults.error(error, times=2)

    answer = client_of(mode).get_secret_value(SecretId="db")

    assert ("old", 2) == (answer["SecretString"], answer["ResponseMetadata"]["RetryAttempts"])
    assert [error, error, "OK"] == fake.calls.last.outcomes
    assert fake.calls.last.error is None


@pytest.mark.filterwarnings("ignore::pytest_fakesecrets.FakeSecretsWarning")
@pytest.mark.parametrize("named", ["region", "seed", "client"])
def test_a_region_that_only_the_test_knows(named):
    """A Region that the test names exists, in an inner fake too; any other has no host."""
    new = "eu-wset-1"
    secrets = [Secret("db", "old", region=new)] if named == "seed" else []
    with FakeSecrets(*secrets, region=new if named == "region" else "us-east-1") as outer:
        if named == "client":
            outer.client(new)
        with FakeSecrets() as inner:
            client, lost = client_that_gives_up(new), client_that_gives_up("eu-wset-2")

            assert "OK" == outcome(client.list_secrets)
            assert "EndpointConnectionError" == outcome(lost.list_secrets)
            assert ["OK", "EndpointConnectionError"] == [call.outcome for call in inner.calls]


def test_an_outage_in_a_block(fake):
    """A fault ends with its block."""
    client = client_that_gives_up()
    with fake.faults.error("EndpointConnectionError", region="us-east-1") as outage:
        assert "EndpointConnectionError" == outcome(client.list_secrets)
        assert "active" == outage.state

    assert "OK" == outcome(client.list_secrets)
    assert (1, "cancelled") == (outage.hits, outage.state)


def test_a_call_that_never_reaches_aws_asks_for_no_permission(fake):
    """Neither a denial nor a lack of the secret is met before the connection."""
    fake.faults.error("SSLError")
    denial = fake.deny("GetSecretValue")

    assert "SSLError" == outcome(client_that_gives_up().get_secret_value, SecretId="no")
    assert 0 == denial.hits


SLOW = {
    "slow": ({}, [("delay", 5)], "OK", 5),
    "slow twice": ({}, [("delay", 5), ("delay", 2.5)], "OK", 7.5),
    "just in time": ({}, [("delay", 60)], "OK", 60),
    "too slow": ({}, [("delay", 60.001)], "ReadTimeoutError", 60),
    "an hour": ({}, [("delay", 3600)], "ReadTimeoutError", 60),
    "too slow for this client": ({"read_timeout": 3}, [("delay", 5)], "ReadTimeoutError", 3),
    "slow for a patient client": ({"read_timeout": 900}, [("delay", 600)], "OK", 600),
    "slow for one that waits forever": ({"read_timeout": None}, [("delay", 3600)], "OK", 3600),
    "together too slow": (
        {"read_timeout": 3}, [("delay", 2), ("delay", 2)], "ReadTimeoutError", 3,
    ),
    "slow error": (
        {}, [("delay", 5), ("error", "InternalServiceError")], "InternalServiceError", 5,
    ),
    "error, slow": (
        {}, [("error", "InternalServiceError"), ("delay", 5)], "InternalServiceError", 5,
    ),
    "too slow error": ({}, [("delay", 61), ("error", "InternalFailure")], "ReadTimeoutError", 60),
    "slow and lost": ({}, [("delay", 5), ("drop_response",)], "ReadTimeoutError", 60),
    "slowly closed": (
        {}, [("delay", 5), ("drop_response", "ConnectionClosedError")], "ConnectionClosedError", 5,
    ),
    "closed too late": (
        {}, [("delay", 61), ("drop_response", "ConnectionClosedError")], "ReadTimeoutError", 60,
    ),
    "slow and garbled": ({}, [("delay", 5), ("corrupt_response",)], "OK", 5),
    "slow outage": (
        {}, [("delay", 5), ("error", "ConnectionClosedError")], "ConnectionClosedError", 5,
    ),
    "too slow outage": (
        {}, [("delay", 61), ("error", "ConnectionClosedError")], "ReadTimeoutError", 60,
    ),
    "no connection": (
        {}, [("delay", 61), ("error", "EndpointConnectionError")], "EndpointConnectionError", 0,
    ),
    "no handshake": ({}, [("error", "SSLError"), ("delay", 61)], "SSLError", 0),
    "slow to connect": (
        {"connect_timeout": 3}, [("delay", 5), ("error", "ConnectTimeoutError")],
        "ConnectTimeoutError", 3,
    ),
    "lost for good": ({"read_timeout": None}, [("drop_response",)], "ReadTimeoutError", 0),
}  # fmt: skip
EFFECTLESS = {"error"}


@pytest.mark.parametrize("case", SLOW)
def test_slow_answers(fake, frozen_time, case):
    """A slow answer adds to any outcome, until the client gives up, by the fake's clock alone."""
    config, faults, expected, seconds = SLOW[case]
    for method, *arguments in faults:
        getattr(fake.faults, method)(*arguments)
    client = client_that_gives_up(**config)

    assert expected == outcome(client.put_secret_value, SecretId="db", SecretString="new")
    assert seconds == passed(fake, frozen_time)
    assert [expected] == fake.calls.last.outcomes
    refused = EFFECTLESS & {method for method, *_ in faults}
    assert ("old" if refused else "new") == fake["db"].value


def test_a_slow_answer_strikes_only_where_one_is_awaited(fake):
    """Who cannot connect waits for no slow answer, and so none is counted."""
    slow = fake.faults.delay(5, times=1)
    fake.faults.error("EndpointConnectionError", times=1)
    client = client_that_gives_up()

    assert "EndpointConnectionError" == outcome(client.list_secrets)
    assert (0, "active") == (slow.hits, slow.state)
    assert "OK" == outcome(client.list_secrets)
    assert (1, "exhausted") == (slow.hits, slow.state)


@pytest.mark.parametrize("mode", MODES)
def test_a_slow_answer_is_asked_for_again(fake, frozen_time, mode):
    """A client that gave up tries again, and each try takes as long as it waits."""
    fake.faults.delay(5, times=2)

    answer = client_of(mode, read_timeout=2).get_secret_value(SecretId="db")

    call = fake.calls.last
    assert "old" == answer["SecretString"]
    assert ["ReadTimeoutError", "ReadTimeoutError", "OK"] == call.outcomes
    assert 4 + sum(call.delays) == pytest.approx(passed(fake, frozen_time), abs=0.01)


def test_what_falls_due_during_a_slow_answer_happens(fake):
    """A recovery window that ends while the client waits has ended for its next call."""
    client = client_that_gives_up(read_timeout=None)
    client.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    fake.faults.delay(8 * 24 * 3600)

    assert "OK" == outcome(client.describe_secret, SecretId="db")
    assert "ResourceNotFoundException" == outcome(client.describe_secret, SecretId="db")


def test_a_timeout_of_its_own_for_one_call(fake, frozen_time):
    """A call whose event handler gives it a read_timeout gives up then."""

    def hurry(params, context, **_):
        context["read_timeout"] = 2

    client = new_client_that_gives_up()
    client.meta.events.register("before-call.secrets-manager.ListSecrets", hurry)
    fake.faults.delay(5)

    assert "ReadTimeoutError" == outcome(client.list_secrets)
    assert "OK" == outcome(client.get_secret_value, SecretId="db")
    assert 2 + 5 == passed(fake, frozen_time)


WRITES = {
    "create": ("create_secret", {"Name": "new", "SecretString": "v", "ClientRequestToken": TOKEN}),
    "put": ("put_secret_value", {"SecretId": "db", "SecretString": "v"}),
    "update": ("update_secret", {"SecretId": "db", "SecretString": "v"}),
    "rotate": (
        "rotate_secret",
        {"SecretId": "db", "RotationLambdaARN": ROTATE,
         "RotationRules": {"AutomaticallyAfterDays": 30}},
    ),
}  # fmt: skip
LOSSES = [
    ("drop_response",),
    ("drop_response", "ConnectionClosedError"),
    ("corrupt_response", HTML),
]


def state_after(call, parameters, *fault, **options):
    """Return the secrets after a call in a fake of its own, and the call."""
    with FakeSecrets({"db": "old"}) as fake:
        rotated = []
        fake.rotation_lambda(ROTATE, generate=lambda: rotated.append(1) or "rotated")
        if fault:
            method, *arguments = fault
            getattr(fake.faults, method)(*arguments, **options)
        answer = getattr(client_of("standard"), call)(**parameters)
        secrets = {
            name: {version.value: version.labels for version in fake[name].versions.values()}
            for name in fake
        }
        return secrets, sum(rotated), answer, fake.calls.last


@pytest.mark.parametrize("loss", LOSSES, ids=["timeout", "closed", "page of a proxy"])
@pytest.mark.parametrize("write", WRITES)
def test_a_lost_response_and_its_retry_have_one_effect(frozen_time, write, loss):
    """The retry brings the same token, so that AWS knows it: one version, one rotation."""
    call, parameters = WRITES[write]
    options = {"status": 502} if loss[0] == "corrupt_response" else {}
    expected, rotations, answer, _ = state_after(call, parameters)

    secrets, again, retried, logged = state_after(call, parameters, *loss, times=1, **options)

    assert (expected, rotations) == (secrets, again)
    assert set(answer) == set(retried)
    assert 2 == logged.attempts
    assert "OK" == logged.outcomes[1]


def test_a_write_that_is_not_idempotent_fails_when_it_is_sent_again(fake):
    """A label that was moved by the attempt whose answer was lost is not there to be moved."""
    client = client_of("standard")
    old = fake["db"].labels["AWSCURRENT"]
    new = client.put_secret_value(SecretId="db", SecretString="v")["VersionId"]
    client.update_secret_version_stage(SecretId="db", VersionStage="x", MoveToVersionId=old)
    fake.faults.drop_response(operation="UpdateSecretVersionStage", times=1)

    assert "InvalidParameterException" == outcome(
        client.update_secret_version_stage,
        SecretId="db",
        VersionStage="x",
        RemoveFromVersionId=old,
        MoveToVersionId=new,
    )
    assert ["ReadTimeoutError", "InvalidParameterException"] == fake.calls.last.outcomes
    assert new == fake["db"].labels["x"]


@pytest.mark.parametrize(("mode", "attempts"), [("legacy", 5), ("standard", 3), ("adaptive", 3)])
def test_responses_that_are_always_lost(fake, mode, attempts):
    """A client gives up in the end, and its write has happened once."""
    fault = fake.faults.drop_response()
    client = client_of(mode)

    assert "ReadTimeoutError" == outcome(client.put_secret_value, SecretId="db", SecretString="v")
    assert attempts == fault.hits
    assert ["old", "v"] == sorted(version.value for version in fake["db"].versions.values())


def test_a_refusal_may_be_lost_as_well(fake):
    """What AWS would have refused is not heard of either."""
    fake.faults.drop_response("ConnectionClosedError")

    assert "ConnectionClosedError" == outcome(
        client_that_gives_up().get_secret_value, SecretId="no"
    )
    assert "ConnectionClosedError" == fake.calls.last.error


@pytest.mark.parametrize(
    ("first", "second", "expected", "value"),
    [
        (("error", "InternalServiceError"), ("drop_response",), "InternalServiceError", "old"),
        (("drop_response",), ("error", "InternalServiceError"), "ReadTimeoutError", "new"),
        (("error", "SSLError"), ("corrupt_response", HTML), "SSLError", "old"),
        (("corrupt_response", b"{}"), ("error", "SSLError"), "OK", "new"),
        (("drop_response",), ("corrupt_response",), "ReadTimeoutError", "new"),
        (("error", "SSLError"), ("error", "ReadTimeoutError"), "SSLError", "old"),
    ],
)
def test_the_first_of_those_that_decide_wins(fake, first, second, expected, value):
    """Of two faults that decide the outcome the earlier one strikes, and it alone."""
    faults = [getattr(fake.faults, method)(*args) for method, *args in (first, second)]
    client = client_that_gives_up()

    assert expected == outcome(client.put_secret_value, SecretId="db", SecretString="new")
    assert [1, 0] == [fault.hits for fault in faults]
    assert value == fake["db"].value


GARBLED = {
    "half a JSON": ("get_secret_value", {}, {}),
    "no JSON": ("get_secret_value", {"body": b"oops"}, {}),
    "nothing": ("get_secret_value", {"body": b""}, {}),
    "an empty object": ("get_secret_value", {"body": b"{}"}, {}),
    "other members": (
        "get_secret_value",
        {"body": b'{"SecretString": "other", "Unknown": 1}'},
        {"SecretString": "other"},
    ),
    "a page": ("get_secret_value", {"body": HTML}, {}),
    "no UTF-8": ("get_secret_value", {"body": b"\xff\xfe"}, UnicodeDecodeError),
    "a list": ("get_secret_value", {"body": b"[1]"}, AttributeError),
    "null": ("get_secret_value", {"body": b"null"}, Exception),
    "page of a proxy": ("get_secret_value", {"body": HTML, "status": 502}, ("502", "Bad Gateway")),
    "another page": (
        "get_secret_value",
        {"body": b"<!doctype html>", "status": 502},
        ("502", "<!doctype html>"),
    ),
    "no page": ("get_secret_value", {"body": b"", "status": 503}, ("503", "Service Unavailable")),
    "status alone": ("get_secret_value", {"body": b"no", "status": 403}, ("403", "no")),
    "redirection": ("get_secret_value", {"body": b"", "status": 302}, ("302", "")),
    "another error": (
        "get_secret_value",
        {"body": b'{"__type": "InvalidRequestException", "Message": "m"}', "status": 400},
        ("InvalidRequestException", "m"),
    ),
    "error of a proxy": (
        "get_secret_value",
        {"body": b'{"__type": "proxy#Busy", "message": "m"}', "status": 400},
        ("Busy", "m"),
    ),
    "operation without a body": ("tag_resource", {}, {}),
    "body for none": ("tag_resource", {"body": b"oops"}, {}),
    "page for none": ("tag_resource", {"body": HTML, "status": 502}, ("502", "Bad Gateway")),
}  # fmt: skip


def parameters_of(method):
    """Return the least parameters of a call."""
    return {"SecretId": "db", **({"Tags": []} if method == "tag_resource" else {})}


@pytest.mark.parametrize("case", GARBLED)
def test_garbled_answers(fake, case):
    """Botocore's parser makes of the body what it makes of any other."""
    method, damage, expected = GARBLED[case]
    fault = fake.faults.corrupt_response(**damage)
    client = client_that_gives_up()

    if inspect.isclass(expected):
        with pytest.raises(expected) as raised:
            getattr(client, method)(**parameters_of(method))
        seen, code = expected, type(raised.value).__name__
    else:
        try:
            seen = members_of(getattr(client, method)(**parameters_of(method)))
            code = "OK"
        except ClientError as error:
            seen = (error.response["Error"]["Code"], error.response["Error"]["Message"])
            code = error.response["Error"]["Code"]

    assert expected == seen
    assert (1, 1) == (fault.hits, fake.calls.last.attempts)
    assert (code, [code]) == (fake.calls.last.outcome, fake.calls.last.outcomes)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_page_of_a_proxy_is_retried(fake, mode, status):
    """Botocore repeats a call that met a server's error, whatever its body."""
    fake.faults.corrupt_response(HTML, status=status, times=2)

    answer = client_of(mode).get_secret_value(SecretId="db")

    assert "old" == answer["SecretString"]
    assert [str(status), str(status), "OK"] == fake.calls.last.outcomes


@pytest.mark.parametrize("status", [100, 599])
def test_an_answer_may_have_any_status(fake, status):
    """The lowest and the highest status of HTTP arrive like all others."""
    statuses = []
    client = new_client_that_gives_up()
    client.meta.events.register(
        "response-received.secrets-manager",
        lambda response_dict, **_: statuses.append(response_dict["status_code"]),
    )
    fake.faults.corrupt_response(status=status)

    outcome(client.get_secret_value, SecretId="db")

    assert [status] == statuses


def test_half_of_an_answer_arrives(fake):
    """By default the first half of AWS's own answer arrives."""
    bodies = []
    client = new_client_that_gives_up()
    client.meta.events.register(
        "response-received.secrets-manager",
        lambda response_dict, **_: bodies.append(response_dict["body"]),
    )
    client.describe_secret(SecretId="db")
    fake.faults.corrupt_response()

    client.describe_secret(SecretId="db")

    whole, half = bodies
    assert half == whole[: len(whole) // 2]
    assert "db" == json.loads(whole)["Name"]


def test_an_error_that_arrives_as_a_success(fake):
    """The log tells what the client made of the answer, not what AWS meant."""
    fake.faults.corrupt_response(status=200)

    assert "OK" == outcome(client_that_gives_up().get_secret_value, SecretId="no")
    assert ("OK", ["OK"]) == (fake.calls.last.outcome, fake.calls.last.outcomes)


def test_a_garbled_answer_to_a_write(fake):
    """A write whose answer is damaged has happened."""
    fake.faults.corrupt_response()

    answer = client_that_gives_up().put_secret_value(SecretId="db", SecretString="new")

    assert {} == members_of(answer)
    assert "new" == fake["db"].value


def test_the_log_of_a_long_story(fake, frozen_time):
    """A call tells of each attempt's outcome, of each delay, and when it began and ended."""
    fake.faults.delay(5, times=1)
    fake.faults.error("ThrottlingException", nth=1)
    fake.faults.error("EndpointConnectionError", nth=2)
    fake.faults.drop_response(nth=3)
    fake.faults.corrupt_response(HTML, status=502, nth=4)
    client = boto3.client("secretsmanager", config=Config(retries={"max_attempts": 5}))

    client.get_secret_value(SecretId="db")

    call = fake.calls.last
    assert [
        "ThrottlingException",
        "EndpointConnectionError",
        "ReadTimeoutError",
        "502",
        "OK",
    ] == call.outcomes
    assert (5, None, "OK") == (call.attempts, call.error, call.outcome)
    assert 4 == len(call.delays)
    assert 5 + 60 + sum(call.delays) == pytest.approx(passed(fake, frozen_time), abs=0.01)
    assert (frozen_time, fake.clock.now()) == (call.started, call.ended)


def test_the_log_of_a_call_without_trouble(fake, frozen_time):
    """A call that succeeds at once has one outcome and no delay."""
    client_that_gives_up().get_secret_value(SecretId="db")

    call = fake.calls.last
    assert (["OK"], []) == (call.outcomes, call.delays)
    assert frozen_time == call.started == call.ended
