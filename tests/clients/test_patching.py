from __future__ import annotations

import asyncio
import contextlib
import io
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.endpoint import Endpoint
from botocore.exceptions import ClientError
from botocore.session import Session
from botocore.stub import Stubber

from pytest_fakesecrets import FakeSecrets, UnsupportedError, UsageError
from pytest_fakesecrets._fake.fake import begin

SERVICE = "secretsmanager"
REGION = "us-east-1"
# What AWS accepts in a policy and the fake does not evaluate.
BINARY_POLICY = """{"Statement": {
    "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
    "Condition": {"BinaryEquals": {"key": "QmluYXJ5"}}
}}"""
KEYS = {"aws_access_key_id": "AKIAEXPLICIT", "aws_secret_access_key": "explicit"}

MAKERS = {
    "boto3.client": lambda **options: boto3.client(SERVICE, REGION, **KEYS, **options),
    "boto3.Session": lambda **options: boto3.Session(**KEYS).client(SERVICE, REGION, **options),
    "botocore.session": lambda **options: botocore.session.get_session().create_client(
        SERVICE, REGION, **KEYS, **options
    ),
}
MADE_AT_IMPORT = {name: make() for name, make in MAKERS.items()}


class Body(io.BytesIO):
    """A body as botocore reads one from a socket."""

    def stream(self, **_):
        """Give all at once."""
        yield self.read()


class Answering:
    """A handler of ``before-send`` that answers instead of the network, and counts."""

    def __init__(self, body, content_type):
        self.body = body
        self.content_type = content_type
        self.requests = []

    def __call__(self, request, **_):
        """Answer one request."""
        self.requests.append(request)
        headers = {"Content-Type": self.content_type}
        return AWSResponse(request.url, 200, headers, Body(self.body))


@pytest.fixture
def eager_threads():
    """Have Python switch threads as often as it can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def value_of(client, name="db"):
    """Return the value that a client reads."""
    return client.get_secret_value(SecretId=name)["SecretString"]


def methods():
    """Return the methods of botocore that a fake replaces, as they are now."""
    return vars(Endpoint)["make_request"], vars(Session)["create_client"]


def failure_of(call, **parameters):
    """Return the error response that a call meets."""
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return raised.value.response


@pytest.mark.parametrize("maker", MAKERS)
def test_a_client_made_at_import_is_served(fake_secrets, maker):
    """A client that a module made when it was imported reads from the fake."""
    fake_secrets.add("db", "s3cret")

    assert "s3cret" == value_of(MADE_AT_IMPORT[maker])
    assert 1 == fake_secrets.calls.count("GetSecretValue", secret="db")


@pytest.mark.parametrize("maker", MAKERS)
def test_a_client_made_before_the_fake_is_served(maker):
    """A client is served by the fake that begins after it, and by the next one."""
    client = MAKERS[maker]()

    with FakeSecrets({"db": "first"}):
        first = value_of(client)
    with FakeSecrets({"db": "second"}):
        second = value_of(client)

    assert ("first", "second") == (first, second)


@pytest.mark.parametrize("maker", MAKERS)
def test_a_client_made_inside_the_fake_is_served(maker):
    """A client made while one fake is active is served by it, and by the next one."""
    with FakeSecrets({"db": "first"}):
        client = MAKERS[maker]()
        first = value_of(client)
    with FakeSecrets({"db": "second"}):
        second = value_of(client)

    assert ("first", "second") == (first, second)


def test_a_client_made_in_conftest_is_served(pytester, monkeypatch):
    """A client that conftest.py made at import is served in fixtures and in tests."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXPLICIT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "explicit")
    pytester.makeconftest(
        """
        import boto3
        import pytest

        CLIENT = boto3.client("secretsmanager", "us-east-1")

        @pytest.fixture
        def client():
            return CLIENT

        @pytest.fixture
        def password(fake_secrets):
            fake_secrets.add("db", "s3cret")
            return CLIENT.get_secret_value(SecretId="db")["SecretString"]
        """
    )
    pytester.makepyfile(
        """
        import pytest

        def test_fixture(password):
            assert password == "s3cret"

        @pytest.mark.secrets({"db": "marked"})
        def test_marker(client):
            assert client.get_secret_value(SecretId="db")["SecretString"] == "marked"
        """
    )

    result = pytester.runpytest()

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize(
    "url", ["http://localhost:4566", "https://vpce-1.secretsmanager.us-east-1.vpce.amazonaws.com"]
)
def test_a_client_with_an_endpoint_url_is_served(fake_secrets, maker, url):
    """A client that is pointed somewhere else is served all the same."""
    fake_secrets.add("db", "s3cret")
    client = MAKERS[maker](endpoint_url=url)

    assert "s3cret" == value_of(client)
    assert url == client.meta.endpoint_url


def test_an_endpoint_url_of_the_environment_is_served(fake_secrets, monkeypatch):
    """AWS_ENDPOINT_URL does not lead past the fake."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://localhost:4567")
    fake_secrets.add("db", "s3cret")

    assert "s3cret" == value_of(boto3.Session().client(SERVICE, REGION))


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("eu-west-1", "aws"),
        ("ap-southeast-3", "aws"),
        ("cn-north-1", "aws-cn"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-gov-east-1", "aws-us-gov"),
    ],
)
def test_the_region_of_a_client_decides_the_partition(fake_secrets, region, partition):
    """The ARN of a secret has the Region of the client, and the partition of that Region."""
    client = boto3.client(SERVICE, region)

    created = client.create_secret(Name="db", SecretString="s3cret")
    read = client.get_secret_value(SecretId=created["ARN"])

    prefix = f"arn:{partition}:secretsmanager:{region}:123456789012:secret:db-"
    assert prefix == created["ARN"][:-6]
    assert created["ARN"] == read["ARN"]
    assert region == fake_secrets.calls.last.region


def test_the_secrets_of_a_region_are_its_own(fake_secrets):
    """The same name in two Regions is two secrets, and neither Region sees the other's."""
    american = boto3.client(SERVICE, "us-east-1")
    european = boto3.client(SERVICE, "eu-west-1")
    first = american.create_secret(Name="db", SecretString="american")
    second = european.create_secret(Name="db", SecretString="european")

    assert ("american", "european") == (value_of(american), value_of(european))
    assert first["ARN"] != second["ARN"]
    assert (
        "ResourceNotFoundException"
        == (failure_of(european.get_secret_value, SecretId=first["ARN"])["Error"]["Code"])
    )


def test_a_paginator_walks_through_all_pages(fake_secrets, secrets_client):
    """The paginator of list_secrets asks for page after page until all are there."""
    for number in range(5):
        fake_secrets.add(f"secret/{number}", "s3cret")
    pages = secrets_client.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 2})

    names = [[secret["Name"] for secret in page["SecretList"]] for page in pages]

    assert [2, 2, 1] == [len(page) for page in names]
    assert [f"secret/{number}" for number in range(5)] == sorted(
        name for page in names for name in page
    )
    assert 3 == fake_secrets.calls.count("ListSecrets")


@pytest.mark.parametrize("maker", MAKERS)
def test_an_error_is_of_the_class_of_the_client(fake_secrets, maker):
    """A modelled error is the client's own exception class, and a ClientError."""
    client = MAKERS[maker]()

    with pytest.raises(client.exceptions.ResourceNotFoundException) as raised:
        client.get_secret_value(SecretId="missing")

    assert client.exceptions.ResourceNotFoundException is type(raised.value)
    assert isinstance(raised.value, ClientError)
    assert "GetSecretValue" == raised.value.operation_name


def test_every_documented_error_has_its_class(fake_secrets, secrets_client, secrets_error):
    """Each error that AWS documents for GetSecretValue can be caught by its own class."""
    fake_secrets.add("db", "s3cret")
    expected = getattr(secrets_client.exceptions, secrets_error.code)

    with pytest.raises(ClientError) as raised:
        value_of(secrets_client)

    assert expected is type(raised.value)


def test_another_service_is_sent_on_its_way(fake_secrets):
    """A call to another service goes down to where it would be sent, and the fake sees nothing."""
    answering = Answering(
        b"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>210987654321</Account>"
        b"</GetCallerIdentityResult></GetCallerIdentityResponse>",
        "text/xml",
    )
    client = boto3.client("sts", REGION, **KEYS)
    client.meta.events.register("before-send.sts.GetCallerIdentity", answering)

    identity = client.get_caller_identity()

    assert "210987654321" == identity["Account"]
    assert b"AKIAEXPLICIT" in answering.requests[0].headers["Authorization"]
    assert 0 == len(fake_secrets.calls)


def test_another_service_of_the_same_protocol_is_sent_on_its_way(fake_secrets):
    """What decides is the service, not the protocol: Systems Manager speaks the same JSON."""
    answering = Answering(b'{"Parameter": {"Value": "plain"}}', "application/x-amz-json-1.1")
    client = boto3.client("ssm", REGION, **KEYS)
    client.meta.events.register("before-send.ssm.GetParameter", answering)

    parameter = client.get_parameter(Name="/aws/reference/secretsmanager/db")

    assert "plain" == parameter["Parameter"]["Value"]
    assert 1 == len(answering.requests)
    assert 0 == len(fake_secrets.calls)


def test_a_stubbed_client_of_another_service_is_left_alone(fake_secrets):
    """A Stubber on a client of another service works as ever."""
    client = boto3.client("s3", REGION, **KEYS)
    with Stubber(client) as stubber:
        stubber.add_response("list_buckets", {"Buckets": [{"Name": "bucket"}]})

        buckets = client.list_buckets()["Buckets"]

    assert [{"Name": "bucket"}] == buckets
    assert 0 == len(fake_secrets.calls)


def test_a_stubber_wins_for_its_client_only(fake_secrets):
    """A Stubber answers for one client; another one, and the same one later, get the fake."""
    fake_secrets.add("db", "s3cret")
    stubbed = boto3.client(SERVICE, REGION)
    other = boto3.client(SERVICE, REGION)
    with Stubber(stubbed) as stubber:
        stubber.add_response("get_secret_value", {"SecretString": "stubbed"}, {"SecretId": "db"})

        during = (value_of(stubbed), value_of(other))

    assert ("stubbed", "s3cret") == during
    assert "s3cret" == value_of(stubbed)
    assert 2 == len(fake_secrets.calls)


def test_a_stubbed_error_wins_over_a_fault(fake_secrets, secrets_client):
    """An error of a Stubber is what its client meets, whatever fault is armed."""
    fault = fake_secrets.faults.error("DecryptionFailure", operation="GetSecretValue")
    with Stubber(secrets_client) as stubber:
        stubber.add_client_error("get_secret_value", "AccessDeniedException", "No.", 400)

        error = failure_of(secrets_client.get_secret_value, SecretId="db")

    assert {"Code": "AccessDeniedException", "Message": "No."} == error["Error"]
    assert 0 == fault.hits


def test_events_around_a_call_are_emitted(fake_secrets, secrets_client):
    """Handlers before and after a call see what was asked and what was answered."""
    fake_secrets.add("db", "s3cret")
    seen = []
    events = secrets_client.meta.events
    events.register(
        "provide-client-params.secrets-manager.GetSecretValue",
        lambda params, **_: {**params, "SecretId": "db"},
    )
    events.register(
        "before-call.secrets-manager.GetSecretValue",
        lambda params, **_: seen.append(params["body"]),
    )
    events.register(
        "after-call.secrets-manager.GetSecretValue",
        lambda http_response, parsed, **_: seen.append(
            (http_response.status_code, parsed["SecretString"])
        ),
    )

    value = value_of(secrets_client, "alias")

    assert "s3cret" == value
    assert [b'{"SecretId": "db"}', (200, "s3cret")] == seen


def test_without_a_fake_the_client_speaks_to_aws():
    """Where no fake is active, a call goes down to where it would be sent."""
    client = MAKERS["boto3.client"]()
    answering = Answering(b'{"SecretString": "of AWS"}', "application/x-amz-json-1.1")
    client.meta.events.register("before-send.secrets-manager.GetSecretValue", answering)

    before = value_of(client)
    with FakeSecrets({"db": "of the fake"}):
        during = value_of(client)
    after = value_of(client)

    assert ("of AWS", "of the fake", "of AWS") == (before, during, after)
    assert 2 == len(answering.requests)
    assert b"AKIAEXPLICIT" in answering.requests[0].headers["Authorization"]


def test_a_nested_fake_starts_with_a_copy():
    """An inner fake has the outer secrets and its own, which win over those of the same name."""
    with (
        FakeSecrets({"db": "outer", "kept": "outer"}),
        FakeSecrets({"db": "inner", "new": "inner"}),
    ):
        client = boto3.client(SERVICE, REGION)

        values = [value_of(client, name) for name in ("db", "kept", "new")]

    assert ["inner", "outer", "inner"] == values


def test_a_nested_fake_leaves_the_outer_one_untouched():
    """What happens in an inner fake is forgotten at its end: values, deletions, calls."""
    client = MAKERS["boto3.client"]()
    with FakeSecrets({"db": "outer", "kept": "outer"}) as outer:
        arn = outer["db"].arn
        with FakeSecrets() as inner:
            client.put_secret_value(SecretId="db", SecretString="inner")
            client.delete_secret(SecretId="kept", ForceDeleteWithoutRecovery=True)
            client.create_secret(Name="new", SecretString="inner")
            inside = (value_of(client), inner["db"].arn, sorted(inner))

        outside = (value_of(client), outer["db"].arn, sorted(outer))

    assert ("inner", arn, ["db", "new"]) == inside
    assert ("outer", arn, ["db", "kept"]) == outside
    assert 4 == len(inner.calls)
    assert 1 == len(outer.calls)


def test_a_nested_fake_starts_with_the_time_of_the_outer_one(monkeypatch):
    """An inner fake begins when the outer one is, and moves on alone."""
    monkeypatch.setattr("time.time", lambda: 1_767_225_600.0)
    begin = datetime(2030, 5, 6, tzinfo=timezone.utc)
    with FakeSecrets() as outer:
        outer.clock.move_to(begin)
        with FakeSecrets() as inner:
            started = inner.clock.now()
            inner.clock.advance(days=1)

        assert begin == started
        assert begin == outer.clock.now()


def test_what_the_outer_fake_does_later_stays_outside():
    """A secret added to the outer fake after the inner one began is not in the inner one."""
    with FakeSecrets() as outer, FakeSecrets() as inner:
        outer.add("late", "outer")
        error = failure_of(boto3.client(SERVICE, REGION).get_secret_value, SecretId="late")

    assert "ResourceNotFoundException" == error["Error"]["Code"]
    assert "late" not in inner


def test_fakes_may_end_in_another_order_than_they_began():
    """The latest fake that has not ended answers, in whatever order fakes end."""
    client = MAKERS["boto3.client"]()
    before = methods()
    with contextlib.ExitStack() as first, contextlib.ExitStack() as second:
        first.enter_context(FakeSecrets({"db": "first"}))
        second.enter_context(FakeSecrets({"db": "second"}))
        both = value_of(client)
        first.close()
        one = value_of(client)
        second.close()
        after = methods()

    assert ("second", "second") == (both, one)
    assert before == after


def test_of_three_fakes_the_middle_one_may_end_first():
    """A fake that ends in the middle changes nothing for the others."""
    client = MAKERS["boto3.client"]()
    stacks = [contextlib.ExitStack() for _ in range(3)]
    read = []
    for number, stack in enumerate(stacks):
        stack.enter_context(FakeSecrets({"db": str(number)}))
    for ending in (1, 2, 0):
        read.append(value_of(client))
        stacks[ending].close()

    assert ["2", "2", "0"] == read


def test_the_same_fake_may_be_entered_twice():
    """A fake entered inside itself keeps its state, and ends with the outermost block."""
    client = MAKERS["boto3.client"]()
    before = methods()
    with FakeSecrets({"db": "s3cret"}) as fake:
        with fake:
            client.put_secret_value(SecretId="db", SecretString="new")
            inside = value_of(client)
        outside = value_of(client)
        between = methods()

    assert ("new", "new") == (inside, outside)
    assert 3 == len(fake.calls)
    assert before != between
    assert before == methods()


def test_a_fake_entered_twice_ends_from_the_inside():
    """Of a fake that was entered twice, with another one between, the inner entry ends first."""
    client = MAKERS["boto3.client"]()
    outer, between = FakeSecrets({"db": "outer"}), FakeSecrets({"db": "between"})
    read = []
    for fake in (outer, between, outer):
        fake.start()
        read.append(value_of(client))
    for fake in (outer, between):
        fake.stop()
        read.append(value_of(client))
    outer.stop()

    assert ["outer", "between", "outer", "between", "outer"] == read


def test_a_fake_below_one_that_was_entered_twice():
    """A fake that begins below another is right below its inner entry, and copies what is there."""
    client = MAKERS["boto3.client"]()
    outer, between = FakeSecrets({"db": "outer"}), FakeSecrets({"db": "between", "own": "v"})
    below = FakeSecrets()
    for fake in (outer, between, outer):
        fake.start()
    begin(below, below=outer)
    read = [value_of(client)]
    for fake in (outer, below, between, outer):
        fake.stop()
        if fake is outer:
            read.append(value_of(client) if len(read) < len("ab") else "none")

    assert "v" == below["own"].value
    assert ["outer", "between", "none"] == read


def test_a_fake_may_be_entered_again():
    """A fake that has ended goes on where it was when it is entered once more."""
    client = MAKERS["boto3.client"]()
    fake = FakeSecrets({"db": "old"})
    with fake:
        client.put_secret_value(SecretId="db", SecretString="new")
    with fake:
        value = value_of(client)

    assert "new" == value


def test_botocore_is_given_its_own_methods_back():
    """After the end of the last fake, botocore's methods are the very ones they were."""
    before = methods()
    with FakeSecrets():
        during = methods()
        with FakeSecrets():
            nested = methods()
        still = methods()

    assert before == methods()
    assert [True, True] == [ours is not theirs for ours, theirs in zip(during, before, strict=True)]
    assert during == nested == still


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_botocore_is_given_its_own_methods_back_after_an_error(error):
    """A block that fails, in whatever way, ends its fake."""
    before = methods()

    with pytest.raises(error), FakeSecrets(), FakeSecrets():
        raise error

    assert before == methods()


def test_botocore_is_given_its_own_methods_back_after_a_usage_error():
    """A call that the fake refuses as not supported leaves nothing behind."""
    before = methods()

    with pytest.raises(UnsupportedError), FakeSecrets({"db": "s3cret"}):
        boto3.client(SERVICE, REGION).put_resource_policy(
            SecretId="db", ResourcePolicy=BINARY_POLICY
        )

    assert before == methods()


def test_botocore_is_given_its_own_methods_back_after_a_failing_test(pytester):
    """A test that fails ends its fake, and the next test finds botocore as it was."""
    pytester.makepyfile(
        """
        from botocore.endpoint import Endpoint
        from botocore.session import Session

        BEFORE = (vars(Endpoint)["make_request"], vars(Session)["create_client"])

        def test_fails(fake_secrets):
            assert False

        def test_next():
            assert BEFORE == (vars(Endpoint)["make_request"], vars(Session)["create_client"])
        """
    )

    result = pytester.runpytest()

    result.assert_outcomes(passed=1, failed=1)


def test_the_replaced_methods_look_like_the_originals():
    """A replaced method keeps its name and its documentation."""
    originals = methods()
    with FakeSecrets():
        replaced = methods()

    assert [original.__qualname__ for original in originals] == [
        method.__qualname__ for method in replaced
    ]
    assert [original.__doc__ for original in originals] == [method.__doc__ for method in replaced]


def test_two_threads_may_share_a_client(fake_secrets, secrets_client, eager_threads):
    """Two threads with one client each read their own secret, and only that."""
    fake_secrets.add("one", "1")
    fake_secrets.add("two", "2")
    barrier = threading.Barrier(2)

    def read(name):
        barrier.wait()
        return {value_of(secrets_client, name) for _ in range(50)}

    with ThreadPoolExecutor(2) as threads:
        values = list(threads.map(read, ["one", "two"]))

    assert [{"1"}, {"2"}] == values
    assert 50 == fake_secrets.calls.count("GetSecretValue", secret="one")
    assert 50 == fake_secrets.calls.count("GetSecretValue", secret="two")


@pytest.mark.parametrize("shared", [True, False], ids=["one client", "a client each"])
def test_many_threads_may_write_one_secret(fake_secrets, secrets_client, eager_threads, shared):
    """However many threads write at once, one version is AWSCURRENT and none is lost."""
    count, writes = 12, 8
    fake_secrets.add("db", "first")
    barrier = threading.Barrier(count)

    def write(thread):
        client = secrets_client if shared else fake_secrets.client()
        barrier.wait()
        for number in range(writes):
            client.put_secret_value(SecretId="db", SecretString=f"{thread}/{number}")

    with ThreadPoolExecutor(count) as threads:
        list(threads.map(write, range(count)))
    described = secrets_client.describe_secret(SecretId="db")["VersionIdsToStages"]
    written = {f"{thread}/{number}" for thread in range(count) for number in range(writes)}

    assert [["AWSCURRENT"], ["AWSPREVIOUS"]] == sorted(described.values())
    assert written | {"first"} == {
        version.value for version in fake_secrets["db"].versions.values()
    }
    assert value_of(secrets_client) in written
    assert count * writes == fake_secrets.calls.count("PutSecretValue", secret="db")


def test_many_threads_may_create_one_secret(fake_secrets, secrets_client, eager_threads):
    """Of many threads that create the same name at once, exactly one succeeds."""
    count = 12
    barrier = threading.Barrier(count)
    # botocore makes these classes when they are first asked for: threads may each get their own.
    exists = secrets_client.exceptions.ResourceExistsException

    def create(thread):
        barrier.wait()
        try:
            secrets_client.create_secret(Name="db", SecretString=str(thread))
        except exists:
            return None
        return str(thread)

    with ThreadPoolExecutor(count) as threads:
        created = [value for value in threads.map(create, range(count)) if value is not None]

    assert [value_of(secrets_client)] == created


def test_a_fault_strikes_as_often_as_it_says_among_threads(fake_secrets, eager_threads):
    """The number of times of a fault holds however many threads meet it."""
    fake_secrets.add("db", "s3cret")
    fault = fake_secrets.faults.error("DecryptionFailure", operation="GetSecretValue", times=7)
    client = fake_secrets.client()
    barrier = threading.Barrier(12)
    failure = client.exceptions.DecryptionFailure  # made here, for the reason above

    def read(_):
        barrier.wait()
        try:
            return value_of(client)
        except failure:
            return None

    with ThreadPoolExecutor(12) as threads:
        values = list(threads.map(read, range(12)))

    assert 7 == values.count(None)
    assert 7 == fault.hits


def test_the_metadata_of_a_response_are_those_of_aws(fake_secrets, secrets_client):
    """A response carries the id, the status, AWS's headers and the number of retries."""
    fake_secrets.clock.move_to(datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc))
    fake_secrets.add("db", "s3cret")

    metadata = secrets_client.get_secret_value(SecretId="db")["ResponseMetadata"]

    headers = metadata["HTTPHeaders"]
    assert {"RequestId", "HTTPStatusCode", "HTTPHeaders", "RetryAttempts"} == set(metadata)
    assert (200, 0) == (metadata["HTTPStatusCode"], metadata["RetryAttempts"])
    assert {"x-amzn-requestid", "content-type", "content-length", "date"} == set(headers)
    assert metadata["RequestId"] == headers["x-amzn-requestid"]
    assert metadata["RequestId"] == str(uuid.UUID(metadata["RequestId"], version=4))
    assert "application/x-amz-json-1.1" == headers["content-type"]
    assert headers["date"].startswith("Wed, 04 Mar 2026 05:06:")
    assert int(headers["content-length"]) > len("s3cret")


def test_every_call_has_its_own_request_id(fake_secrets, secrets_client):
    """No two calls share the id of a request."""
    ids = [
        secrets_client.list_secrets()["ResponseMetadata"]["RequestId"],
        secrets_client.list_secrets()["ResponseMetadata"]["RequestId"],
        failure_of(secrets_client.get_secret_value, SecretId="missing")["ResponseMetadata"][
            "RequestId"
        ],
    ]

    assert 3 == len(set(ids))


def test_a_call_without_output_gives_metadata_only(fake_secrets, secrets_client):
    """TagResource answers with no body, so that a response has nothing but its metadata."""
    fake_secrets.add("db", "s3cret")

    response = secrets_client.tag_resource(SecretId="db", Tags=[{"Key": "k", "Value": "v"}])

    assert ["ResponseMetadata"] == list(response)
    assert "0" == response["ResponseMetadata"]["HTTPHeaders"]["content-length"]


@pytest.mark.parametrize(
    ("code", "status", "message", "top_level"),
    [
        pytest.param(
            "ResourceNotFoundException",
            400,
            "Secrets Manager can't find the specified secret.",
            True,
            id="not found",
        ),
        pytest.param(
            "DecryptionFailure",
            400,
            "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
            True,
            id="modelled",
        ),
        pytest.param(
            "InternalServiceError",
            500,
            "An error occurred on the server side.",
            True,
            id="modelled, of the server",
        ),
        pytest.param("ThrottlingException", 400, "Rate exceeded", False, id="throttling"),
        pytest.param(
            "AccessDeniedException",
            400,
            (
                "User: arn:aws:iam::123456789012:root is not authorized to perform: "
                "secretsmanager:GetSecretValue on resource: db because no identity-based policy "
                "allows the secretsmanager:GetSecretValue action"
            ),
            False,
            id="access",
        ),
        pytest.param(
            "ExpiredTokenException",
            400,
            "The security token included in the request is expired",
            False,
            id="token",
        ),
        pytest.param("InternalFailure", 500, "", False, id="of the server"),
    ],
)
def test_the_response_of_an_error_is_that_of_aws(fake_secrets, code, status, message, top_level):
    """Botocore shows a top-level Message for modelled errors only; 500 is the server's fault."""
    fake_secrets.faults.error(code, operation="GetSecretValue")
    client = fake_secrets.client()

    response = failure_of(client.get_secret_value, SecretId="db")

    metadata = response.pop("ResponseMetadata")
    expected = {"Error": {"Code": code, "Message": message}}
    assert expected | ({"Message": message} if top_level else {}) == response
    assert status == metadata["HTTPStatusCode"]
    assert metadata["RequestId"] == metadata["HTTPHeaders"]["x-amzn-requestid"]
    assert "application/x-amz-json-1.1" == metadata["HTTPHeaders"]["content-type"]


def test_a_name_that_aws_refuses_has_no_top_level_message(fake_secrets, secrets_client):
    """A ValidationException is not in the service's model, so its text is in Error alone."""
    response = failure_of(secrets_client.get_secret_value, SecretId="not a name")

    metadata = response.pop("ResponseMetadata")
    assert {
        "Error": {
            "Code": "ValidationException",
            "Message": (
                "Invalid name. Must be a valid name containing alphanumeric characters, "
                "or any of the following: -/_+=.@!"
            ),
        }
    } == response
    assert 400 == metadata["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        pytest.param(
            "get_secret_value",
            {"SecretId": 5},
            "NUMBER_VALUE can not be converted to a String",
            id="number for a string",
        ),
        pytest.param(
            "list_secrets",
            {"MaxResults": "5"},
            "STRING_VALUE can not be converted to an Integer",
            id="string for an integer",
        ),
    ],
)
def test_a_type_that_botocore_lets_through_is_an_error_of_aws(
    fake_secrets, operation, parameters, message
):
    """Without botocore's own check, a wrong type is AWS's SerializationException."""
    client = boto3.client(SERVICE, REGION, config=Config(parameter_validation=False))

    response = failure_of(getattr(client, operation), **parameters)

    assert {"Code": "SerializationException", "Message": message} == response["Error"]
    assert 400 == response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_handler_may_change_the_body(fake_secrets, secrets_client):
    """What a handler of before-call makes of a request is what AWS gets to see."""
    secrets_client.meta.events.register(
        "before-call.secrets-manager.GetSecretValue",
        lambda params, **_: params.update(body=b"{"),
    )

    response = failure_of(secrets_client.get_secret_value, SecretId="db")

    assert {"Code": "SerializationException", "Message": ""} == response["Error"]


def test_botocore_still_checks_parameters_itself(fake_secrets, secrets_client):
    """What botocore refuses on the client never becomes a call."""
    with pytest.raises(botocore.exceptions.ParamValidationError):
        secrets_client.get_secret_value(SecretId="")

    assert 0 == len(fake_secrets.calls)


def test_a_client_of_an_account_acts_as_that_account(fake_secrets):
    """A client made for another account creates its secrets there; others keep their own."""
    other = fake_secrets.client(account="210987654321").create_secret(Name="db")
    own = fake_secrets.client().create_secret(Name="db")
    plain = boto3.client(SERVICE, REGION).create_secret(Name="plain")

    accounts = [created["ARN"].split(":")[4] for created in (other, own, plain)]

    assert ["210987654321", "123456789012", "123456789012"] == accounts


def test_a_fake_cannot_end_more_often_than_it_began():
    """Ending a fake that is not active is refused, and leaves botocore as it is."""
    fake = FakeSecrets()
    before = Endpoint.make_request

    with pytest.raises(UsageError) as caught:
        fake.stop()

    message = "This fake is not active, so it cannot end. Enter it once for each exit."
    assert message == str(caught.value)
    assert before is Endpoint.make_request


class AsyncEndpoint(Endpoint):
    """An endpoint in the manner of aiobotocore: asynchronous, with make_request inherited."""

    async def _send_request(self, request_dict, operation_model):
        raise NotImplementedError


class AsyncEmitter:
    """An emitter whose events are awaited."""

    def __init__(self, emitter):
        self._emitter = emitter

    async def emit(self, *args, **kwargs):
        return self._emitter.emit(*args, **kwargs)


class AsyncParserFactory:
    """A factory of parsers that are awaited."""

    def create_parser(self, _protocol):
        return self

    async def parse(self, *_):
        raise NotImplementedError


def request_of(client):
    """Return the request that a client would send, ready for its endpoint."""
    requests = []

    def keep(params, **_):
        requests.append(params)

    client.meta.events.register("before-call", keep)
    client.get_secret_value(SecretId="a")
    return requests[0]


def test_an_asynchronous_endpoint_is_given_something_to_await(fake_secrets, secrets_client):
    """Where the endpoint is asynchronous, the answer is awaited and the same."""
    fake_secrets.add("a", "v")
    request = request_of(secrets_client)
    endpoint = secrets_client._endpoint
    endpoint.__class__ = AsyncEndpoint
    endpoint._event_emitter = AsyncEmitter(endpoint._event_emitter)
    endpoint._response_parser_factory = AsyncParserFactory()
    operation = secrets_client.meta.service_model.operation_model("GetSecretValue")

    _, parsed = asyncio.run(endpoint.make_request(operation, request))

    assert "v" == parsed["SecretString"]


def test_a_kind_of_session_that_is_imported_late_is_served(monkeypatch):
    """A session whose class is defined while a fake is active needs no Region either."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with FakeSecrets({"a": "v"}, region="eu-west-3"):

        class LateSession(Session):
            def create_client(self, *args, **kwargs):
                return super().create_client(*args, **kwargs)

        original = LateSession.create_client
        client = LateSession().create_client("secretsmanager")
        again = LateSession().create_client("secretsmanager")

    assert "eu-west-3" == client.meta.region_name == again.meta.region_name
    assert original is LateSession.create_client


def test_a_session_that_is_begun_as_the_last_fake_ends_is_left_alone():
    """What was looked up while a fake was active does nothing once it has ended."""
    with FakeSecrets():
        begin = Session.__init__

    begin(Session.__new__(Session))

    assert begin is not Session.__init__


def test_handlers_of_received_responses_run(fake_secrets, secrets_client):
    """A handler registered for response-received sees each answer, as with AWS."""
    fake_secrets.add("a", "v")
    seen = []

    def keep(response_dict, parsed_response, **_):
        seen.append((response_dict["status_code"], parsed_response["SecretString"]))

    secrets_client.meta.events.register("response-received.secrets-manager", keep)
    secrets_client.get_secret_value(SecretId="a")

    assert [(200, "v")] == seen


def test_a_session_that_begins_while_the_fake_ends():
    """Where the fake ends meanwhile, as in another thread, nothing is replaced any more."""
    fake, original = FakeSecrets(), Session.create_client
    fake.start()

    class Ending:
        """Variables of a session, which end the fake when they are read."""

        def keys(self):
            fake.stop()
            return []

    session = Session(session_vars=Ending())

    assert isinstance(session, Session)
    assert Session.create_client is original
