from __future__ import annotations

import asyncio
import os
import sys

import pytest
from botocore.credentials import CredentialResolver
from botocore.endpoint import Endpoint
from botocore.exceptions import ClientError

from pytest_fakesecrets import FakeSecrets, UnsupportedError

pytest.importorskip("aiobotocore")

from aiobotocore.config import AioConfig
from aiobotocore.credentials import AioCredentialResolver
from aiobotocore.session import AioSession, get_session
from aiobotocore.stub import AioStubber

SERVICE = "secretsmanager"
MODES = ("legacy", "standard", "adaptive")
NEEDS_RETRY = "needs-retry.secrets-manager.GetSecretValue"


@pytest.fixture(autouse=True)
def refused(monkeypatch, tmp_path):
    """Have a machine without AWS and without network; return what was tried all the same."""
    tried = []

    def refusing(what):
        def refuse(*_, **__):
            tried.append(what)
            message = f"{what} was used"
            raise OSError(message)

        return refuse

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setattr("socket.socket.connect", refusing("socket.connect"))
    monkeypatch.setattr("socket.getaddrinfo", refusing("getaddrinfo"))
    monkeypatch.setattr(CredentialResolver, "load_credentials", refusing("credentials"))
    monkeypatch.setattr(AioCredentialResolver, "load_credentials", refusing("credentials"))
    return tried


def client_of(**options):
    """Return a client that is to be entered."""
    return get_session().create_client(SERVICE, **options)


def mode_of(mode, **retries):
    """Return the configuration of a retry mode."""
    return AioConfig(retries={"mode": mode, **retries})


def read(name="db", **options):
    """Run the story of a client that reads one secret."""

    async def story():
        async with client_of(**options) as client:
            return await client.get_secret_value(SecretId=name)

    return asyncio.run(story())


def failure_of(name="db", **options):
    """Return the error that a client meets."""
    with pytest.raises(ClientError) as raised:
        read(name, **options)
    return raised.value


def test_a_client_without_region_and_credentials_is_served(fake_secrets, refused):
    """A client reads from the fake with nothing of AWS on the machine and no network."""
    fake_secrets.add("db", "s3cret")

    response = read()

    assert "s3cret" == response["SecretString"]
    assert ["db"] == [call.parameters["SecretId"] for call in fake_secrets.calls]
    assert [] == refused


def test_the_everyday_operations_are_answered(fake_secrets):
    """What one call writes, the next one reads."""

    async def story():
        async with client_of() as client:
            created = await client.create_secret(Name="db", SecretString="old")
            put = await client.put_secret_value(SecretId="db", SecretString="new")
            described = await client.describe_secret(SecretId="db")
            got = await client.get_secret_value(SecretId="db")
            previous = await client.get_secret_value(SecretId="db", VersionStage="AWSPREVIOUS")
            return created, put, described, got, previous

    created, put, described, got, previous = asyncio.run(story())

    assert {
        created["VersionId"]: ["AWSPREVIOUS"],
        put["VersionId"]: ["AWSCURRENT"],
    } == described["VersionIdsToStages"]
    assert ("new", "old") == (got["SecretString"], previous["SecretString"])
    assert created["ARN"] == got["ARN"]
    assert "new" == fake_secrets["db"].value


def test_binary_values_and_dates_are_parsed(fake_secrets):
    """Bytes come as bytes, and dates with their time zone."""
    fake_secrets.add("cert", b"\x00\xff")

    response = read("cert")

    assert b"\x00\xff" == response["SecretBinary"]
    assert fake_secrets["cert"].created == response["CreatedDate"]


def test_a_call_without_output_gives_metadata_only(fake_secrets):
    """TagResource answers with no body."""
    fake_secrets.add("db", "s3cret")

    async def story():
        async with client_of() as client:
            return await client.tag_resource(SecretId="db", Tags=[{"Key": "k", "Value": "v"}])

    response = asyncio.run(story())

    assert ["ResponseMetadata"] == list(response)
    assert {"k": "v"} == fake_secrets["db"].tags


def test_the_metadata_of_a_response_are_those_of_aws(fake_secrets):
    """A response carries the id, the status, AWS's headers and the number of retries."""
    fake_secrets.add("db", "s3cret")

    metadata = read()["ResponseMetadata"]

    headers = metadata["HTTPHeaders"]
    assert {"RequestId", "HTTPStatusCode", "HTTPHeaders", "RetryAttempts"} == set(metadata)
    assert (200, 0) == (metadata["HTTPStatusCode"], metadata["RetryAttempts"])
    assert metadata["RequestId"] == headers["x-amzn-requestid"]
    assert "application/x-amz-json-1.1" == headers["content-type"]


def test_an_error_is_of_the_class_of_the_client(fake_secrets):
    """A modelled error is the client's own exception class, with AWS's text."""

    async def story():
        async with client_of() as client:
            with pytest.raises(client.exceptions.ResourceNotFoundException) as raised:
                await client.get_secret_value(SecretId="missing")
            return raised.value.response

    response = asyncio.run(story())

    metadata = response.pop("ResponseMetadata")
    message = "Secrets Manager can't find the specified secret."
    assert {
        "Error": {"Code": "ResourceNotFoundException", "Message": message},
        "Message": message,
    } == response
    assert 400 == metadata["HTTPStatusCode"]


def test_every_documented_error_has_its_class(fake_secrets, secrets_error):
    """Each error that AWS documents for GetSecretValue can be caught by its own class."""

    async def story():
        async with client_of() as client:
            with pytest.raises(ClientError) as raised:
                await client.get_secret_value(SecretId="db")
            return type(raised.value), getattr(client.exceptions, secrets_error.code)

    raised, expected = asyncio.run(story())

    assert expected is raised


def test_an_unmodelled_error_has_no_top_level_message(fake_secrets):
    """An error of the framework in front of the service has its text in Error alone."""
    error = failure_of("not a name")

    assert "Message" not in error.response
    assert {
        "Code": "ValidationException",
        "Message": (
            "Invalid name. Must be a valid name containing alphanumeric characters, "
            "or any of the following: -/_+=.@!"
        ),
    } == error.response["Error"]


def test_what_is_not_supported_is_a_usage_error(fake_secrets):
    """What the fake cannot evaluate is not a ClientError here either."""
    binary = """{"Statement": {
        "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
        "Condition": {"BinaryEquals": {"key": "QmluYXJ5"}}
    }}"""
    fake_secrets.add("db", "s3cret")

    async def story():
        async with client_of() as client:
            await client.put_resource_policy(SecretId="db", ResourcePolicy=binary)

    with pytest.raises(UnsupportedError):
        asyncio.run(story())

    assert "PutResourcePolicy" == fake_secrets.calls.last.operation


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("code", ["InternalServiceError", "InternalFailure", "ThrottlingException"])
def test_a_retry_that_succeeds_hides_the_error(fake_secrets, awake, mode, code):
    """A client tries again after an error that may pass, without sleeping."""
    fake_secrets.add("db", "s3cret")
    fault = fake_secrets.faults.error(code, operation="GetSecretValue", times=2)

    response = read(config=mode_of(mode))

    assert "s3cret" == response["SecretString"]
    assert 2 == response["ResponseMetadata"]["RetryAttempts"]
    assert 2 == fault.hits
    assert 3 == fake_secrets.calls.last.attempts


@pytest.mark.parametrize(("mode", "attempts"), [("legacy", 5), ("standard", 3), ("adaptive", 3)])
def test_a_client_gives_up_after_as_many_attempts_as_ever(fake_secrets, awake, mode, attempts):
    """The number of attempts is the one of the retry mode, as for a synchronous client."""
    fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue")

    error = failure_of(config=mode_of(mode))

    assert attempts - 1 == error.response["ResponseMetadata"]["RetryAttempts"]
    assert error.response["ResponseMetadata"]["MaxAttemptsReached"]
    assert attempts == fake_secrets.calls.last.attempts
    assert 1 == len(fake_secrets.calls)


@pytest.mark.parametrize("mode", MODES)
def test_the_config_of_a_client_limits_its_attempts(fake_secrets, awake, mode):
    """total_max_attempts is respected."""
    fake_secrets.faults.error("ThrottlingException", operation="GetSecretValue")

    error = failure_of(config=mode_of(mode, total_max_attempts=2))

    assert 1 == error.response["ResponseMetadata"]["RetryAttempts"]
    assert 2 == fake_secrets.calls.last.attempts


def test_an_error_that_stays_is_sent_once(fake_secrets, awake):
    """What would fail again is not repeated."""
    error = failure_of("missing")

    assert 0 == error.response["ResponseMetadata"]["RetryAttempts"]
    assert 1 == fake_secrets.calls.last.attempts


@pytest.mark.parametrize("asynchronous", [True, False], ids=["coroutine", "function"])
def test_a_delay_moves_the_clock_of_the_fake(fake_secrets, awake, monkeypatch, asynchronous):
    """Whatever delay a handler wants, be it a coroutine or not, passes on the fake's clock."""
    monkeypatch.setattr("time.time", lambda: 1_767_225_600.0)
    fake_secrets.add("db", "s3cret")
    begin = fake_secrets.clock.now()

    def want(attempts, **_):
        return 90 if attempts < 3 else None

    async def want_later(attempts, **_):
        return want(attempts)

    async def story():
        async with client_of() as client:
            client.meta.events.register_first(NEEDS_RETRY, want_later if asynchronous else want)
            return await client.get_secret_value(SecretId="db")

    response = asyncio.run(story())

    assert 2 == response["ResponseMetadata"]["RetryAttempts"]
    assert 180 == (fake_secrets.clock.now() - begin).total_seconds()


def test_a_handler_may_really_wait(fake_secrets):
    """A coroutine among the handlers may wait for something else in the event loop."""
    fake_secrets.add("db", "s3cret")

    async def story():
        waited = asyncio.Event()

        async def wait(**_):
            await waited.wait()

        async with client_of() as client:
            client.meta.events.register_first(NEEDS_RETRY, wait)
            call = asyncio.ensure_future(client.get_secret_value(SecretId="db"))
            await asyncio.sleep(0)
            done = call.done()
            waited.set()
            return done, await call

    done, response = asyncio.run(story())

    assert not done
    assert "s3cret" == response["SecretString"]


def test_a_paginator_walks_through_all_pages(fake_secrets):
    """The paginator of list_secrets asks for page after page until all are there."""
    for number in range(5):
        fake_secrets.add(f"secret/{number}", "s3cret")

    async def story():
        async with client_of() as client:
            pages = client.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 2})
            return [[secret["Name"] for secret in page["SecretList"]] async for page in pages]

    pages = asyncio.run(story())

    assert [2, 2, 1] == [len(page) for page in pages]
    assert {f"secret/{number}" for number in range(5)} == {name for page in pages for name in page}


def test_many_tasks_may_share_a_client(fake_secrets):
    """However many tasks write at once, one version is AWSCURRENT and none is lost."""
    fake_secrets.add("db", "first")
    values = [f"value/{number}" for number in range(60)]

    async def story():
        async with client_of() as client:
            await asyncio.gather(
                *(client.put_secret_value(SecretId="db", SecretString=value) for value in values)
            )
            read = await asyncio.gather(
                *(client.get_secret_value(SecretId="db") for _ in range(60))
            )
            described = await client.describe_secret(SecretId="db")
            return {response["SecretString"] for response in read}, described

    read, described = asyncio.run(story())

    assert [["AWSCURRENT"], ["AWSPREVIOUS"]] == sorted(described["VersionIdsToStages"].values())
    assert {fake_secrets["db"].value} == read
    assert {"first", *values} == {version.value for version in fake_secrets["db"].versions.values()}
    assert 121 == len(fake_secrets.calls)


def test_a_client_made_before_the_fake_is_served():
    """A client is served by each fake that begins after it."""

    async def story():
        async with client_of(
            region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        ) as client:
            values = []
            for value in ("first", "second"):
                with FakeSecrets({"db": value}):
                    response = await client.get_secret_value(SecretId="db")
                values.append(response["SecretString"])
            return values

    assert ["first", "second"] == asyncio.run(story())


def test_a_nested_fake_answers_until_it_ends():
    """The innermost fake answers, and leaves the outer one untouched."""

    async def story():
        async with client_of() as client:
            with FakeSecrets({"db": "inner"}):
                inside = await client.get_secret_value(SecretId="db")
            outside = await client.get_secret_value(SecretId="db")
            return inside["SecretString"], outside["SecretString"]

    with FakeSecrets({"db": "outer"}) as outer:
        values = asyncio.run(story())

    assert ("inner", "outer") == values
    assert 1 == len(outer.calls)


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_an_explicit_region_is_respected(fake_secrets, region, partition):
    """The ARN of a secret has the Region of the client, and the partition of that Region."""

    async def story():
        async with client_of(region_name=region) as client:
            return await client.create_secret(Name="db")

    created = asyncio.run(story())

    prefix = f"arn:{partition}:secretsmanager:{region}:123456789012:secret:db-"
    assert prefix == created["ARN"][:-6]


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_a_missing_region_is_that_of_the_fake(region):
    """A client of which nothing says the Region is in the fake's."""

    async def story():
        async with client_of() as client:
            return client.meta.region_name

    with FakeSecrets(region=region):
        found = asyncio.run(story())

    assert region == found


def test_explicit_credentials_of_a_session_are_left_alone(fake_secrets, refused):
    """A client of a session that was given credentials has those."""

    async def story():
        session = get_session()
        session.set_credentials("AKIAEXPLICIT", "explicit")
        async with session.create_client(SERVICE) as client:
            return client._request_signer._credentials.access_key

    assert "AKIAEXPLICIT" == asyncio.run(story())
    assert [] == refused


def test_another_service_is_left_alone(fake_secrets, refused):
    """A client of another service looks for its credentials as ever."""

    async def story():
        async with get_session().create_client("sqs", "us-east-1") as client:
            await client.list_queues()

    with pytest.raises(OSError, match="credentials was used"):
        asyncio.run(story())

    assert ["credentials"] == refused
    assert 0 == len(fake_secrets.calls)


def test_a_stubber_wins_for_its_client_only(fake_secrets):
    """A stubber answers for one client; another one gets the fake."""
    fake_secrets.add("db", "s3cret")

    async def story():
        async with client_of() as stubbed, client_of() as other:
            with AioStubber(stubbed) as stubber:
                stubber.add_response("get_secret_value", {"SecretString": "stubbed"})
                first = await stubbed.get_secret_value(SecretId="db")
            second = await other.get_secret_value(SecretId="db")
            return first["SecretString"], second["SecretString"]

    assert ("stubbed", "s3cret") == asyncio.run(story())
    assert 1 == len(fake_secrets.calls)


def test_the_session_is_given_its_own_methods_back():
    """After the end of the last fake, the methods are the very ones they were."""

    def methods():
        return vars(Endpoint)["make_request"], vars(AioSession)["create_client"]

    before = methods()
    with FakeSecrets():
        during = methods()

    assert before == methods()
    assert all(ours is not theirs for ours, theirs in zip(during, before, strict=True))


def test_a_session_imported_inside_a_fake_is_served(pytester):
    """A client needs no Region and no credentials where aiobotocore is imported during a fake."""
    script = pytester.makepyfile(
        script="""
        import asyncio
        import sys

        from pytest_fakesecrets import FakeSecrets

        async def story():
            from aiobotocore.session import get_session

            async with get_session().create_client("secretsmanager") as client:
                response = await client.get_secret_value(SecretId="db")
                print(client.meta.region_name, response["SecretString"])

        with FakeSecrets({"db": "s3cret"}, region="eu-west-1"):
            assert "aiobotocore.session" not in sys.modules
            asyncio.run(story())
        """
    )

    result = pytester.run(sys.executable, script)

    assert ["eu-west-1 s3cret"] == result.outlines
    assert 0 == result.ret
