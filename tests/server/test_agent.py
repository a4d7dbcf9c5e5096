"""The local agent and the Lambda extension answer as the real ones do."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request

import pytest
from http_requests import send

from pytest_fakesecrets import FakeSecrets, UsageError

TOKEN = "X-Aws-Parameters-Secrets-Token"
GET = "/secretsmanager/get"
NOT_FOUND = (
    b'{"__type":"ResourceNotFoundException",'
    b'"message":"Secrets Manager can\'t find the specified secret."}'
)
FAILED = b"an unexpected error occurred while executing request"


@pytest.fixture
def agent(fake):
    """Give a server with the agent alone."""
    with fake.serve(agent=True) as server:
        yield server


@pytest.fixture
def extension(fake):
    """Give a server with the Lambda extension alone."""
    with fake.serve(extension=True) as server:
        yield server


def get(path, token="AWS_TOKEN", method="GET", **headers):  # noqa: S107 - a variable's name
    """Send a request to the agent or the extension that the environment names."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        given[TOKEN] = os.environ.get(token, token)

    class Here:
        url = os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"]

    return send(Here, method, path, given)


def test_what_the_agent_answers(agent, fake):
    """Members in the agent's order, dates as text, nothing of type or request."""
    fake.clock.freeze()
    fake.clock.move_to(fake.clock.now().replace(microsecond=46_000))
    view = fake.add("a", "é<")
    (version,) = view.versions.values()

    answer = get(f"{GET}?secretId=a")

    assert 200 == answer.status
    assert {"Content-Length", "Date"} == set(answer.headers)
    expected = {
        "ARN": view.arn,
        "Name": "a",
        "VersionId": version.id,
        "SecretString": "é<",
        "VersionStages": ["AWSCURRENT"],
        "CreatedDate": repr(version.created.timestamp()),
    }
    text = json.dumps(expected, ensure_ascii=False, separators=(",", ":"))
    assert text == answer.body.decode()
    assert expected["CreatedDate"].endswith(".046")


def test_a_whole_second_of_the_agent(agent, fake):
    """A date on a whole second has no fraction."""
    fake.clock.freeze()
    fake.clock.move_to(fake.clock.now().replace(microsecond=0))
    view = fake.add("a", b"\x00")

    answer = get(f"{GET}?secretId=a").json

    assert str(int(view.created.timestamp())) == answer["CreatedDate"]
    assert "AA==" == answer["SecretBinary"]
    assert "SecretString" not in answer


# Path, method and headers, with status and body; in the agent's own order of checks.
AGENT = {
    "ping": ("/ping", {"token": None}, 200, b"healthy"),
    "ping through a proxy": ("/ping", {"token": None, "X_Forwarded_For": "x"}, 200, b"healthy"),
    "forwarded": (f"{GET}?secretId=prod/db", {"X_Forwarded_For": ""}, 400, b"Forwarded"),
    "no token": (f"{GET}?secretId=prod/db", {"token": None}, 403, b"Bad Token"),
    "wrong token": (f"{GET}?secretId=prod/db", {"token": "x"}, 403, b"Bad Token"),
    "wrong token, no path": ("/nowhere", {"token": "x"}, 403, b"Bad Token"),
    "POST": (GET, {"method": "POST"}, 405, b"Not allowed"),
    "POST to ping": ("/ping", {"method": "POST", "token": None}, 405, b"Not allowed"),
    "HEAD": (GET, {"method": "HEAD"}, 405, b""),
    "no path": ("/nowhere", {}, 404, b"Not found"),
    "a slash more": (f"{GET}/?secretId=prod/db", {}, 404, b"Not found"),
    "no secret": (GET, {}, 400, b"missing parameter secretId"),
    "empty secret": (f"{GET}?secretId=", {}, 400, b"missing parameter secretId"),
    "empty path": ("/v1/", {}, 400, b"missing secret ID"),
    "unknown": (f"{GET}?secretId=a&page+no=1", {}, 400, b"unknown parameter: page no"),
    "the first one": (f"{GET}?a=1&refreshNow=x", {}, 400, b"unknown parameter: a"),
    "secretId in the path": ("/v1/a?secretId=b", {}, 400, b"unknown parameter: secretId"),
    "refresh": (f"{GET}?secretId=a&refreshNow=yes", {}, 400, b"invalid refreshNow value"),
    "role": (
        f"{GET}?secretId=a&roleArn=app",
        {},
        400,
        b"invalid roleArn format, expected arn:<partition>:iam::<account>:role/<name>",
    ),
    "no such secret": (
        f"{GET}?secretId=missing",
        {},
        400,
        NOT_FOUND,
    ),
}


@pytest.mark.parametrize(("path", "request_of", "status", "body"), AGENT.values(), ids=AGENT)
def test_refusals_of_the_agent(agent, path, request_of, status, body):
    """The first check that fails answers, with its exact text."""
    answer = get(path, **request_of)

    assert (status, body) == (answer.status, answer.body)


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        (f"{GET}?secretId=prod/db", "prod/db"),
        (f"{GET}?secretId=prod%2Fdb&refreshNow=TRUE", "prod/db"),
        (f"{GET}?secretId=missing&secretId=prod/db", "prod/db"),
        (f"{GET}?secretId=a%2Bb&refreshNow=0", "a+b"),
        ("/v1/prod/db", "prod/db"),
        ("/v1/a+b?versionStage=AWSCURRENT", "a+b"),
        (f"{GET}?secretId=prod/db&roleArn=arn:aws:iam::123456789012:role/app", "prod/db"),
    ],
)
def test_reads_through_the_agent(agent, fake, path, secret):
    """Each way to name a secret leads to one call of the log."""
    fake.add("a+b", "plus")

    assert secret == get(path).json["Name"]
    assert ("GetSecretValue", "agent") == (fake.calls.last.operation, fake.calls.last.via)


def test_a_path_is_not_decoded(agent):
    """The agent takes a path as it stands."""
    assert "ValidationException" == get("/v1/prod%2Fdb").json["__type"]


def test_versions_and_labels_go_to_aws(agent, fake):
    """AWS decides about them, also about those that do not fit together."""
    old = next(iter(fake["prod/db"].versions))
    fake["prod/db"] = "new"

    assert "s3cret" == get(f"{GET}?secretId=prod/db&versionStage=AWSPREVIOUS").json["SecretString"]
    assert "s3cret" == get(f"{GET}?secretId=prod/db&versionId={old}").json["SecretString"]
    both = get(f"{GET}?secretId=prod/db&versionId={old}&versionStage=AWSCURRENT")
    assert (400, "InvalidRequestException") == (both.status, both.json["__type"])


def test_another_header_for_the_token(agent):
    """The agent takes Vault's header, too."""
    answer = get(f"{GET}?secretId=prod/db", token=None, X_Vault_Token=os.environ["AWS_TOKEN"])

    assert 200 == answer.status


def test_the_token_in_a_file(agent):
    """The file has the token and a newline, and goes with the server."""
    path = agent.token_file

    assert f"{os.environ['AWS_TOKEN']}\n" == path.read_text()
    agent.stop()
    assert not path.exists()
    agent.start()


def test_a_role_reads_for_itself(agent, fake):
    """A role is who the policy sees; the agent has up to twenty of them."""
    role = "arn:aws:iam::123456789012:role/app"
    fake.deny("GetSecretValue", principal=role)

    denied = get(f"{GET}?secretId=prod/db&roleArn={role}")
    assert (400, "AccessDeniedException") == (denied.status, denied.json["__type"])
    assert role == fake.calls.last.principal

    for number in range(19):
        assert 200 == get(f"{GET}?secretId=prod/db&roleArn={role}{number}").status
    full = get(f"{GET}?secretId=prod/db&roleArn={role}more")
    assert (400, "MaxRolesExceeded") == (full.status, full.json["__type"])
    assert full.json["message"].endswith(f"create a client: {role}more")


FAILURES = [
    ("ReadTimeoutError", 504, {"__type": "TimeoutError", "message": "Timeout"}, 3),
    ("EndpointConnectionError", 502, {"__type": "ConnectionError", "message": "Read Error"}, 3),
    ("ThrottlingException", 400, {"__type": "ThrottlingException", "message": "Rate exceeded"}, 3),
    ("InternalFailure", 500, {"__type": "InternalFailure"}, 3),
    ("DecryptionFailure", 400, None, 1),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure[0])
def test_failures_of_aws_through_the_agent(agent, fake, failure):
    """The agent's SDK tries three times where it may help; then the client hears of it."""
    error, status, body, attempts = failure
    fault = fake.faults.error(error)

    answer = get(f"{GET}?secretId=prod/db")

    assert status == answer.status
    assert body in (None, answer.json)
    assert attempts == fault.hits == fake.calls.last.attempts


def test_one_failure_does_not_show(agent, fake):
    """An error that passes is over before the agent's SDK gives up."""
    fake.faults.error("InternalServiceError", times=2)

    assert 200 == get(f"{GET}?secretId=prod/db").status
    assert 3 == fake.calls.last.attempts


def test_what_code_of_the_test_raises(fake):
    """An exception of a predicate is shown when the server ends, not to the client."""
    fake.faults.error("ThrottlingException", when=lambda _: 1 / 0)
    server = fake.serve(agent=True)
    server.start()

    assert 500 == get(f"{GET}?secretId=prod/db").status
    with pytest.raises(ZeroDivisionError):
        server.stop()
    assert "ZeroDivisionError" == fake.calls.last.error


def test_an_answer_without_a_code(agent, fake):
    """An error of AWS that has no code is one of the agent's own."""
    fake.faults.corrupt_response(b"{}", status=400)

    answer = get(f"{GET}?secretId=prod/db")

    assert (500, {"__type": "InternalFailure"}) == (answer.status, answer.json)


@pytest.mark.parametrize("body", [b"<html>", b"[]"])
def test_a_damaged_answer_through_the_agent(agent, fake, body):
    """What the agent cannot read is a connection error to its clients."""
    fake.faults.corrupt_response(body)

    answer = get(f"{GET}?secretId=prod/db")

    assert (502, "Response Error") == (answer.status, answer.json["message"])


def test_the_cache_of_the_agent(fake):
    """An entry is asked about by DescribeSecret once it is old, and read again where it changed."""
    with fake.serve(agent=True, cache_seconds=300) as server:

        def read(more=""):
            before = len(fake.calls)
            value = get(f"{GET}?secretId=prod/db{more}").json.get("SecretString")
            return value, [call.operation for call in fake.calls[before:]]

        assert ("s3cret", ["GetSecretValue"]) == read()
        fake["prod/db"] = "new"
        assert ("s3cret", []) == read()
        # Without a label and with AWSCURRENT are two entries.
        assert ("new", ["GetSecretValue"]) == read("&versionStage=AWSCURRENT")
        fake.clock.advance(seconds=301)
        assert ("new", ["DescribeSecret", "GetSecretValue"]) == read()
        fake.clock.advance(seconds=301)
        assert ("new", ["DescribeSecret"]) == read()
        assert ("new", []) == read()
        assert ("new", ["GetSecretValue"]) == read("&refreshNow=true")
        fake["prod/db"] = "newest"
        server.clear_cache()
        assert ("newest", ["GetSecretValue"]) == read()
        version = f"&versionId={next(iter(fake['prod/db'].versions))}"
        assert ("s3cret", ["GetSecretValue"]) == read(version)
        fake.clock.advance(seconds=301)
        # It has no label, and DescribeSecret does not list such versions.
        assert ("s3cret", ["DescribeSecret", "GetSecretValue"]) == read(version)


def test_the_agent_serves_old_entries_while_aws_fails(fake):
    """An old entry is served while AWS fails, unless refreshNow wants a new one."""
    with fake.serve(agent=True, cache_seconds=10):
        assert 200 == get(f"{GET}?secretId=prod/db").status
        fake.clock.advance(seconds=11)
        with fake.faults.error("InternalServiceError"):
            assert "s3cret" == get(f"{GET}?secretId=prod/db").json["SecretString"]
            assert 500 == get(f"{GET}?secretId=prod/db&refreshNow=1").status
        fake.clock.advance(seconds=11)
        fake.remove("prod/db")
        assert 400 == get(f"{GET}?secretId=prod/db").status


def test_a_cache_of_zero_seconds(fake):
    """Every read counts as old: only a changed secret is read again."""
    with fake.serve(agent=True, cache_seconds=0):
        for _ in range(2):
            get(f"{GET}?secretId=prod/db")

    assert ["GetSecretValue", "DescribeSecret"] == fake.calls.operations


def test_the_cache_has_room_for_a_thousand(fake):
    """The entry that was written longest ago goes."""
    with fake.serve(agent=True, cache_seconds=300):
        get(f"{GET}?secretId=prod/db")
        for number in range(1000):
            fake.add(f"a{number}", "v")
            get(f"{GET}?secretId=a{number}")
        before = len(fake.calls)
        get(f"{GET}?secretId=a1")
        assert before == len(fake.calls)
        get(f"{GET}?secretId=prod/db")
        assert before + 1 == len(fake.calls)


def test_what_the_extension_answers(extension, fake):
    """Members in Go's order, null for what is missing, dates in UTC, HTML escaped."""
    fake.clock.freeze()
    fake.clock.move_to(fake.clock.now().replace(microsecond=490_000))
    view = fake.add("a", "<é&")
    (version,) = view.versions.values()

    answer = get(f"{GET}?secretId=a", token="AWS_SESSION_TOKEN")

    assert 200 == answer.status
    date = f"{version.created:%Y-%m-%dT%H:%M:%S}.49Z"
    expected = (
        f'{{"ARN":"{view.arn}","CreatedDate":"{date}","Name":"a","SecretBinary":null,'
        f'"SecretString":"\\u003cé\\u0026","VersionId":"{version.id}",'
        '"VersionStages":["AWSCURRENT"],"ResultMetadata":{}}'
    )
    assert expected == answer.body.decode()
    assert "extension" == fake.calls.last.via


EXTENSION = {
    "no token": (f"{GET}?secretId=prod/db", {"token": None}, 401),
    "wrong token, POST": ("/secretsmanager/", {"token": "x", "method": "POST"}, 401),
    "no such secret": (f"{GET}?secretId=missing", {}, 400),
    "no secret": (GET, {}, 400),
    "unknown parameter": (f"{GET}?secretId=prod/db&refreshNow=1", {}, 400),
    "another path": ("/nowhere", {}, 400),
    "POST": (f"{GET}?secretId=prod/db", {"method": "POST"}, 400),
}


@pytest.mark.parametrize(("path", "request_of", "status"), EXTENSION.values(), ids=EXTENSION)
def test_refusals_of_the_extension(extension, path, request_of, status):
    """Whatever goes wrong has one text, but for the token."""
    answer = get(path, **{"token": "AWS_SESSION_TOKEN", **request_of})

    text = b"bad session token or header key" if status == 401 else FAILED
    assert (status, text, "text/plain") == (
        answer.status,
        answer.body,
        answer.headers["Content-Type"],
    )
    assert ("x-amzn-errortype" in answer.headers) is (status == 401)


def test_an_extension_that_is_not_ready(extension):
    """Code that reads at import finds an extension that has not started."""
    extension.not_ready(times=2)

    bodies = [get(f"{GET}?secretId=prod/db", token="AWS_SESSION_TOKEN") for _ in range(3)]

    assert [400, 400, 200] == [answer.status for answer in bodies]
    assert b"not ready to serve traffic, please wait" == bodies[0].body


def test_parameters_are_not_imitated(extension):
    """Parameter Store is another service."""
    path = "/systemsmanager/parameters/get?name=a"
    answer = get(path, token="AWS_SESSION_TOKEN")

    assert (501, True) == (answer.status, b"not for Parameter Store" in answer.body)


def test_the_cache_of_the_extension(fake):
    """An old entry is read again, without asking whether it changed."""
    with fake.serve(extension=True, cache_seconds=300) as server:
        for _ in range(2):
            get(f"{GET}?secretId=prod/db", token="AWS_SESSION_TOKEN")
        assert 1 == len(fake.calls)
        server.clear_cache()
        get(f"{GET}?secretId=prod/db", token="AWS_SESSION_TOKEN")
        fake.clock.advance(seconds=301)
        fake.faults.error("InternalServiceError")
        answer = get(f"{GET}?secretId=prod/db", token="AWS_SESSION_TOKEN")

    assert ["GetSecretValue"] * 3 == fake.calls.operations
    assert (400, FAILED) == (answer.status, answer.body)


BOTH = [
    ("/ping", {"token": None}, 200),
    ("/v1/prod/db", {"token": "AWS_TOKEN"}, 200),
    (f"{GET}?secretId=prod/db", {"token": "AWS_TOKEN"}, 200),
    (f"{GET}?secretId=prod/db", {"token": "AWS_SESSION_TOKEN"}, 200),
    (f"{GET}?secretId=prod/db", {"token": None}, 403),
    (f"{GET}?secretId=prod/db", {"token": None, "X_Vault_Token": "x"}, 403),
    (f"{GET}?secretId=prod/db&refreshNow=1", {"token": "x"}, 403),
    ("/systemsmanager/parameters/get", {"token": "x"}, 401),
]


@pytest.mark.parametrize(("path", "request_of", "status"), BOTH)
def test_both_at_one_port(fake, path, request_of, status):
    """The token tells which of the two is meant; who has none, is refused as the agent refuses."""
    with fake.serve(agent=True, extension=True):
        assert status == get(path, **request_of).status


def test_in_a_function_of_lambda_the_extension_refuses(fake, monkeypatch):
    """Where Lambda's own variable is set, a wrong token is the extension's to refuse."""
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
    with fake.serve(agent=True, extension=True):
        assert 401 == get(f"{GET}?secretId=prod/db", token="x").status
        assert 403 == get(f"{GET}?secretId=prod/db&refreshNow=1", token="x").status


def test_code_as_people_write_it(fake, monkeypatch):
    """A function that reads from the extension by urllib, as AWS's documentation shows."""

    def load(name):
        port = os.environ["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"]
        url = f"http://localhost:{port}/secretsmanager/get?secretId={name}"
        request = urllib.request.Request(url)
        request.add_header(TOKEN, os.environ["AWS_SESSION_TOKEN"])
        with urllib.request.urlopen(request) as response:  # noqa: S310 - our own server
            return json.loads(response.read())["SecretString"]

    with fake.serve(extension=True):
        assert "s3cret" == load("prod/db")
        with pytest.raises(urllib.error.HTTPError, match="400"):
            load("missing")


def test_misuses(fake):
    """What a server does not run, it cannot be asked for."""
    with fake.serve() as server:
        with pytest.raises(UsageError, match=r"serve\(agent=True\)"):
            _ = server.token_file
        with pytest.raises(UsageError, match=r"serve\(extension=True\)"):
            server.not_ready()
        server.clear_cache()
    with fake.serve(extension=True) as server:
        for wrong in (-1, True, "2"):
            with pytest.raises(UsageError, match="is not a number of requests"):
                server.not_ready(wrong)


def test_secrets_lie_where_the_fake_stands(monkeypatch):
    """The agent reads in the Region that is meant where none is named."""
    fake = FakeSecrets({"a": "v"}, region="eu-west-1")
    with fake.serve(agent=True):
        assert ":eu-west-1:" in get(f"{GET}?secretId=a").json["ARN"]
        assert "eu-west-1" == os.environ["AWS_REGION"]
