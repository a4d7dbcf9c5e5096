"""Calls over HTTP are answered as AWS answers them."""

from __future__ import annotations

import json
import socket
import threading

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ConnectionClosedError
from http_requests import authorization, post, send, signed

from pytest_fakesecrets import UnsupportedError


@pytest.fixture
def client(server):
    """Give a client that finds the server by the environment alone."""
    return boto3.client("secretsmanager")


def test_a_client_finds_the_server_by_the_environment(client, fake):
    """Create, read, change and delete go over HTTP, and into the log."""
    client.create_secret(Name="a", SecretBinary=b"\x00\x01")
    client.put_secret_value(SecretId="a", SecretString="é")
    answer = client.get_secret_value(SecretId="a")
    client.tag_resource(SecretId="a", Tags=[{"Key": "k", "Value": "v"}])
    client.delete_secret(SecretId="a", ForceDeleteWithoutRecovery=True)

    assert "é" == answer["SecretString"]
    assert ["prod/db"] == list(fake)
    assert {"http"} == {call.via for call in fake.calls}
    assert [
        "CreateSecret",
        "PutSecretValue",
        "GetSecretValue",
        "TagResource",
        "DeleteSecret",
    ] == fake.calls.operations


def test_the_headers_of_an_answer(server):
    """Each answer has AWS's headers, and the exact type."""
    answer = post(server, "GetSecretValue", {"SecretId": "prod/db"})

    assert 200 == answer.status
    assert "s3cret" == answer.json["SecretString"]
    assert "application/x-amz-json-1.1" == answer.headers["Content-Type"]
    assert str(len(answer.body)) == answer.headers["Content-Length"]
    assert 36 == len(answer.headers["x-amzn-RequestId"])
    assert answer.headers["Date"].endswith("GMT")
    assert "x-amzn-errortype" not in answer.headers


def test_an_empty_answer_is_empty(server):
    """TagResource has no output, and AWS sends no byte for it."""
    tags = [{"Key": "a", "Value": "b"}]
    answer = post(server, "TagResource", {"SecretId": "prod/db", "Tags": tags})

    assert (200, b"", "0") == (answer.status, answer.body, answer.headers["Content-Length"])


NOT_FOUND = "Secrets Manager can't find the specified secret."
INCOMPLETE = "Authorization header requires 'Signature' parameter."
FIVE = (
    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"
)
REFUSED = {
    "no such secret": (
        {},
        '{"SecretId": "x"}',
        ("ResourceNotFoundException", "Message", NOT_FOUND),
    ),
    "broken JSON": ({}, '{"SecretId": ', ("SerializationException", "message", "")),
    "not JSON": ({}, b"\xff\xfe", ("SerializationException", "message", "")),
    "a list": (
        {},
        "[]",
        ("SerializationException", "message", "Start of list found where not expected"),
    ),
    "unsigned": (
        {"Authorization": None},
        "{}",
        ("MissingAuthenticationTokenException", "message", "Missing Authentication Token"),
    ),
    "basic": (
        {"Authorization": "Basic YTpi"},
        "{}",
        ("MissingAuthenticationTokenException", "message", "Missing Authentication Token"),
    ),
    "half a signature": (
        {"Authorization": authorization().rpartition(",")[0]},
        "{}",
        ("IncompleteSignatureException", "message", INCOMPLETE),
    ),
    "no date": (
        {"X_Amz_Date": None},
        "{}",
        (
            "IncompleteSignatureException",
            "message",
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
        ),
    ),
    "short scope": (
        {"Authorization": authorization().replace("/aws4_request", "")},
        "{}",
        ("IncompleteSignatureException", "message", FIVE),
    ),
    "another service": (
        {"Authorization": authorization(service="s3")},
        "{}",
        (
            "InvalidSignatureException",
            "message",
            "Credential should be scoped to correct service: 'secretsmanager'. ",
        ),
    ),
    "not a Region": (
        {"Authorization": authorization(region="nowhere")},
        "{}",
        ("InvalidSignatureException", "message", "Credential should be scoped to a valid region. "),
    ),
    "another content type": (
        {"Content_Type": "application/json"},
        "{}",
        ("UnknownOperationException", "message", ""),
    ),
    "no such operation": (
        {"X_Amz_Target": "secretsmanager.ReadSecret"},
        "{}",
        ("UnknownOperationException", "message", ""),
    ),
    "another service's target": (
        {"X_Amz_Target": "AmazonSSM.GetParameter"},
        "{}",
        ("UnknownOperationException", "message", ""),
    ),
}


@pytest.mark.parametrize(("headers", "body", "error"), REFUSED.values(), ids=REFUSED)
def test_refusals(server, fake, headers, body, error):
    """What is wrong gets AWS's own error in AWS's own shape, and changes nothing."""
    before = str(fake["prod/db"].versions)

    answer = post(server, "GetSecretValue", body=body, **headers)

    code, key, text = error
    assert (400, {"__type": code, key: text}) == (answer.status, answer.json)
    assert code == answer.headers["x-amzn-errortype"]
    assert "application/x-amz-json-1.1" == answer.headers["Content-Type"]
    assert before == str(fake["prod/db"].versions)


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "PATCH", "BREW"])
def test_other_methods(server, method):
    """Only POST is a call."""
    answer = send(server, method, "/", signed("GetSecretValue"))

    assert (400, "UnknownOperationException") == (answer.status, answer.json["__type"])


def test_the_type_may_have_parameters(server):
    """Case and charset of the content type are free."""
    kind = "Application/X-Amz-Json-1.1; charset=utf-8"
    answer = post(server, "GetSecretValue", {"SecretId": "prod/db"}, Content_Type=kind)

    assert 200 == answer.status


def test_a_body_over_the_limit(server):
    """A body that no secret needs is refused before it is read to its end."""
    answer = post(server, "CreateSecret", body=b"x" * 1_100_000)

    assert (413, "RequestEntityTooLargeException") == (answer.status, answer.json["__type"])
    assert "close" == answer.headers["Connection"]


def raw(server, data, *, until=b"}"):
    """Send bytes, and return what comes back before the connection is closed."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(data)
        received = b""
        while until not in received:
            part = connection.recv(65536)
            if not part:
                break
            received += part
    return received.decode()


MALFORMED = {
    "no HTTP": b"hello\r\n\r\n",
    "no version": b"POST / HTTP/x\r\n\r\n",
    "long line": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n",
    "length is a word": b"POST / HTTP/1.1\r\nContent-Length: ten\r\n\r\n",
    "negative length": b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": b"POST / HTTP/1.1\r\nContent-Length: 1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_malformed_requests(server, data):
    """What is not HTTP is refused in AWS's shape, and the connection ends."""
    received = raw(server, data)

    assert received.startswith(("HTTP/1.1 4", "HTTP/1.1 505"))
    assert '"__type":"MalformedHttpRequestException"' in received
    assert "Connection: close" in received
    assert "Traceback" not in received


def test_half_a_request_harms_nobody(server, client):
    """A client that goes away in the middle of a request leaves the others alone."""
    head = b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc"
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head)
        assert "s3cret" == client.get_secret_value(SecretId="prod/db")["SecretString"]


def test_chunks_and_a_question_before_the_body(server):
    """A body may come in chunks, and after 100 Continue."""
    body = json.dumps({"SecretId": "prod/db"}).encode()
    head = "".join(f"{name}: {value}\r\n" for name, value in signed("GetSecretValue").items())
    start = f"POST / HTTP/1.1\r\n{head}".encode()
    chunked = start + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    asking = start + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    assert "s3cret" in raw(server, chunked)
    asked = raw(server, asking)
    assert asked.startswith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert "s3cret" in asked


def test_a_connection_is_kept(server):
    """Requests follow one another in one connection."""
    body = json.dumps({"SecretId": "prod/db"}).encode()
    head = "".join(f"{name}: {value}\r\n" for name, value in signed("GetSecretValue").items())
    request = f"POST / HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        for _ in range(3):
            connection.sendall(request)
            assert b"s3cret" in connection.recv(65536)


def test_accounts_and_regions(server, fake):
    """The account is the access key id, the Region that of the signature."""
    keys = {"aws_access_key_id": "210987654321", "aws_secret_access_key": "x"}
    other = boto3.client("secretsmanager", region_name="eu-west-1", **keys)

    arn = other.create_secret(Name="a", SecretString="v")["ARN"]

    assert arn.startswith("arn:aws:secretsmanager:eu-west-1:210987654321:secret:a-")
    assert "v" == fake[arn].value


def test_code_that_signs_its_own_requests(server):
    """A request that code signs itself, and sends by a client of HTTP, is answered."""
    body = json.dumps({"SecretId": "prod/db"})
    head = {
        "X-Amz-Target": "secretsmanager.GetSecretValue",
        "Content-Type": "application/x-amz-json-1.1",
    }
    request = AWSRequest("POST", f"{server.url}/", data=body, headers=head)
    SigV4Auth(Credentials("AKIDEXAMPLE", "x", "token"), "secretsmanager", "us-east-1").add_auth(
        request
    )

    answer = send(server, "POST", "/", dict(request.headers.items()), body)

    assert "s3cret" == answer.json["SecretString"]


def test_policies_count(server, client, fake):
    """A permission that a test takes away is taken from other processes, too."""
    fake.deny("GetSecretValue", secret="prod/db")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.get_secret_value(SecretId="prod/db")


def test_a_block_of_acting_as_around_the_server(fake):
    """Who acts when the server starts, acts for its clients."""
    role = "arn:aws:iam::123456789012:role/app"
    with fake.acting_as(principal=role), fake.serve():
        boto3.client("secretsmanager").list_secrets()

    assert role == fake.calls.last.principal


def test_attempts_of_one_call(server, client, fake):
    """SDKs number their attempts; the log shows one call, as for a client in the process."""
    fake.faults.error("ThrottlingException", times=2)

    client.get_secret_value(SecretId="prod/db")

    assert 1 == len(fake.calls)
    assert ["ThrottlingException", "ThrottlingException", "OK"] == fake.calls.last.outcomes


def test_more_calls_than_are_remembered(server, fake):
    """Attempts are told apart also where others have come between, as long as they are few."""
    for number in range(300):
        post(server, "ListSecrets", Amz_Sdk_Invocation_Id=str(number))
    for number in (299, 0):
        post(server, "ListSecrets", Amz_Sdk_Invocation_Id=str(number))

    assert 301 == len(fake.calls)
    assert 2 == fake.calls[299].attempts


def test_a_dropped_response(server, fake):
    """The call takes effect, and the connection is closed without an answer."""
    client = boto3.client("secretsmanager", config=Config(retries={"total_max_attempts": 1}))
    fake.faults.drop_response("ConnectionClosedError", times=1)

    with pytest.raises(ConnectionClosedError):
        client.put_secret_value(SecretId="prod/db", SecretString="new")

    assert "new" == fake["prod/db"].value


def test_a_corrupted_response(server, client, fake):
    """A damaged answer has the status that the test wants."""
    fake.faults.corrupt_response(b"<html>", status=502, times=1)

    client.get_secret_value(SecretId="prod/db")

    assert ["502", "OK"] == fake.calls.last.outcomes


def test_a_delay_is_by_the_clock_of_the_fake(server, client, fake):
    """Nobody waits; with real_delays the answer is really late."""
    fake.faults.delay(3600, times=1)
    before = fake.clock.now()

    client.get_secret_value(SecretId="prod/db")

    assert 3600 <= (fake.clock.now() - before).total_seconds() < 3660


def test_real_delays(fake):
    """With real_delays the answer is late until the client has lost patience."""
    with fake.serve(real_delays=True):
        config = Config(retries={"total_max_attempts": 1}, read_timeout=0.2)
        client = boto3.client("secretsmanager", config=config)
        fake.faults.delay(60, times=1)

        with pytest.raises(Exception, match="timeout"):
            client.get_secret_value(SecretId="prod/db")


def test_what_is_not_supported(server, client, fake):
    """A policy that the fake cannot evaluate is refused with the reason, and not repeated."""
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "secretsmanager:*",
        "Resource": "*",
        "Condition": {"BinaryEquals": {"aws:username": "QQ=="}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    with pytest.raises(ClientError, match="BinaryEquals") as refused:
        client.put_resource_policy(SecretId="prod/db", ResourcePolicy=policy)

    response = refused.value.response
    assert UnsupportedError.__name__ == response["Error"]["Code"] == fake.calls.last.error
    assert 501 == response["ResponseMetadata"]["HTTPStatusCode"]


def test_what_code_of_the_test_raises(fake):
    """An exception of a predicate is shown when the server ends, not to the client."""
    fake.faults.error("ThrottlingException", when=lambda _: 1 / 0)
    server = fake.serve()
    server.start()

    answer = post(server, "GetSecretValue", {"SecretId": "prod/db"})

    assert (500, "InternalFailure") == (answer.status, answer.json["__type"])
    with pytest.raises(ZeroDivisionError):
        server.__exit__(None, None, None)
    assert "ZeroDivisionError" == fake.calls.last.error


def test_sixteen_clients_lose_no_write(server, fake):
    """Clients in threads of their own write into one secret, and each version is there."""

    def write(number):
        client = boto3.session.Session().client("secretsmanager")
        for step in range(5):
            client.put_secret_value(SecretId="prod/db", SecretString=f"{number}/{step}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    versions = fake["prod/db"].versions.values()
    labels = [label for version in versions for label in version.labels]
    assert 80 == len(fake.calls) == fake.calls.count("PutSecretValue")
    assert {f"{number}/{step}" for number in range(16) for step in range(5)} | {"s3cret"} >= {
        version.value for version in versions
    }
    assert ["AWSCURRENT", "AWSPREVIOUS"] == sorted(labels)
