"""Sends requests of right and wrong shape to a fake, by three ways: ``tox -e fuzz``.

Through a client, over HTTP and through the agent's paths. Each request gets an answer or an error
of AWS, never an exception of Python's, and an error changes nothing.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import sys
import time
from collections import Counter
from contextlib import suppress
from random import Random, SystemRandom
from urllib.parse import quote, urlencode, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from http_requests import signed

from pytest_fakesecrets import FakeSecrets, UnsupportedError
from pytest_fakesecrets._aws.api_model import operations, request_shape
from pytest_fakesecrets._aws.errors import DEFAULT_MESSAGES

OF_HTTP = {"MalformedHttpRequestException", "RequestEntityTooLargeException"}
# Nobody injects the errors of AWS's side: they would be exceptions that the server has caught.
KNOWN = {*DEFAULT_MESSAGES, *OF_HTTP, "UnsupportedError"} - {"InternalFailure"}
# After so many requests, a new fake.
PART = 2000
NAMES = ["a", "a", "prod/db", "prod/db", "new", "other", "prod/db-abcdef", "x" * 512, "missing"]
ODD_TEXTS = ["", "é\u2028\ud800", "0" * 32, "AWSCURRENT", "{}", "\x00", "a" * 70_000]
TEXTS = ["v", "w", "text", "1", *ODD_TEXTS]
ODD = [None, True, 0, -1, 1.5, 10**40, [], {}, [[]], {"a": {}}, "text"]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "*", "Resource": "*"}
    ],
}
ROTATE = "arn:aws:lambda:us-east-1:123456789012:function:rotate"


class Requests:
    """Makes requests, the same for the same seed."""

    def __init__(self, seed):
        self.random = Random(seed)  # noqa: S311 - repeatable
        self.operations = sorted(operations())

    def body(self, operation):
        """Return the body of a request, mostly of the right shape."""
        if self.random.random() < 0.02:
            return self.random.choice([b"", b"{", b"\xff", b"null", b"[]", b'"a"', b"{" * 2000])
        members = self.value(request_shape(operation))
        return json.dumps(members).encode()

    def value(self, shape):
        """Return a value of a shape, or now and then anything else."""
        random = self.random
        if random.random() < 0.01:
            return random.choice(ODD)
        make = getattr(self, f"_{shape.type_name}", self._string)
        return make(shape)

    def _structure(self, shape):
        chosen = {
            name: member
            for name, member in shape.members.items()
            if self.random.random() < (0.99 if name in shape.required_members else 0.25)
        }
        return {name: self.value(member) for name, member in chosen.items()}

    def _list(self, shape):
        return [self.value(shape.member) for _ in range(self.random.choice([0, 1, 1, 2, 25]))]

    def _blob(self, shape):
        return base64.b64encode(self.random.choice(TEXTS).encode(errors="ignore")).decode()

    def _boolean(self, shape):
        return self.random.random() < 0.5

    def _integer(self, shape):
        limits = shape.metadata
        if self.random.random() < 0.9:
            return self.random.randint(limits.get("min", 0), min(limits.get("max", 100), 100))
        return self.random.choice([0, -5, 2**40])

    _long = _integer

    def _string(self, shape):
        if enum := shape.metadata.get("enum"):
            return self.random.choice([*enum, *enum, "other"])
        pools = {
            "ClientRequestTokenType": [f"{self.random.randrange(8):032}", "short"],
            "NameType": NAMES,
            "NonEmptyResourcePolicyType": [json.dumps(POLICY), "{", json.dumps([])],
            "RegionType": ["us-east-1", "eu-west-1", "nowhere"],
            "RotationLambdaARNType": [ROTATE, "arn:aws:lambda:x"],
            "ScheduleExpressionType": ["rate(10 days)", "cron(0 8 1 * ? *)", "rate(1)"],
            "SecretIdType": [
                *NAMES,
                f"arn:aws:secretsmanager:us-east-1:123456789012:secret:a-{'b' * 6}",
            ],
            "SecretVersionIdType": [f"{self.random.randrange(8):032}"],
            "SecretVersionStageType": ["AWSCURRENT", "AWSPREVIOUS", "AWSPENDING", "mine"],
        }
        pool = pools.get(shape.name, ["v", "w", "text", "1"])
        return self.random.choice(pool if self.random.random() < 0.97 else ODD_TEXTS)


class Ways:
    """The ways to a fake. Each returns the code of an error, or None."""

    def __init__(self, fake, server):
        self.client = boto3.client(
            "secretsmanager",
            config=Config(parameter_validation=False, retries={"mode": "standard"}),
        )
        self.client.meta.events.register("before-call.secrets-manager", self._replace_body)
        self.body = b""
        self.token = server.environ["AWS_TOKEN"]
        place = urlsplit(server.url)
        self.connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)

    def _replace_body(self, params, **_):
        params["body"] = self.body

    def by_client(self, requests, operation):
        """Make a call through a client, which sends the body as it is."""
        self.body = requests.body(operation)
        method = next(
            name for name, api in self.client.meta.method_to_api_mapping.items() if api == operation
        )
        try:
            getattr(self.client, method)()
        except ClientError as error:
            return error.response["Error"]["Code"]
        except UnsupportedError as error:
            return type(error).__name__
        return None

    def by_http(self, requests, operation):
        """Make a call over HTTP, at times with a wrong head."""
        head = signed(operation)
        if requests.random.random() < 0.1:
            name = requests.random.choice([*head, "Content-Length"])
            head[name] = requests.random.choice(
                ["", "x", "secretsmanager.", "AWS4-HMAC-SHA256 a=b"]
            )
            if name == "Content-Length":
                del head[name]
        status, body = self._send("POST", "/", head, requests.body(operation))
        return json.loads(body)["__type"] if status != 200 else None

    def by_agent(self, requests, operation):
        """Ask the agent, by right and wrong paths and parameters."""
        random = requests.random
        names = ["secretId", "versionId", "versionStage", "refreshNow", "roleArn", "other"]
        query = [
            (name, random.choice([*NAMES, *TEXTS[:8]])) for name in names if random.random() < 0.3
        ]
        encoded = urlencode(query, errors="replace") if random.random() < 0.9 else "%zz&&=&a"
        path = random.choice(
            ["/secretsmanager/get", "/v1/", f"/v1/{quote(random.choice(NAMES))}", "/ping", "/x"]
        )
        token = self.token if random.random() < 0.9 else "x"
        method = "GET" if random.random() < 0.95 else random.choice(["POST", "PUT"])
        status, body = self._send(
            method, f"{path}?{encoded}", {"X-Aws-Parameters-Secrets-Token": token}, None
        )
        if status == 200:
            return None
        return json.loads(body)["__type"] if body[:1] == b"{" else "ValidationException"

    def _send(self, method, path, headers, body):
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return response.status, response.read()


def state_of(fake):
    """Return all that a call could change, as values that do not change."""
    return list(fake._pipeline.service.store)


def attempt(ways, requests, fake, codes):
    """Send one request; return what went wrong with it, or None."""
    operation = requests.random.choice(requests.operations)
    way = requests.random.choice([ways.by_client, ways.by_http, ways.by_agent])
    before, where = state_of(fake), f"{way.__name__} {operation}"
    try:
        code = way(requests, operation)
    except Exception as error:  # noqa: BLE001 - what is looked for
        ways.connection.close()
        return f"{where}: {error!r} {ways.body[:200]}"
    codes[code] += 1
    if code is None:
        return None
    if code not in KNOWN:
        return f"{where}: unknown code {code}"
    return f"{where}: {code} changed secrets" if state_of(fake) != before else None


def run(requests, count):
    """Send requests; return what went wrong, and how often each code came."""
    wrong, codes = [], Counter()
    for first in range(0, count, PART):
        with FakeSecrets({"a": "v", "prod/db": {"k": 1}}, region="us-east-1") as fake:
            fake.clock.freeze()
            fake.rotation_lambda(ROTATE, generate=lambda: "rotated")
            server = fake.serve(agent=True)
            server.start()
            ways = Ways(fake, server)
            for number in range(first, min(first + PART, count)):
                problem = attempt(ways, requests, fake, codes)
                if problem is not None:
                    wrong.append(f"{number}: {problem}")
            ways.connection.close()
            # What the server has caught is in the list already.
            with suppress(Exception):
                server.stop()
    return wrong, codes


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    given = parser.parse_args()
    start = time.perf_counter()
    wrong, codes = run(Requests(given.seed), given.requests)
    seconds = time.perf_counter() - start
    print(f"{given.requests} requests in {seconds:.0f} s, seed {given.seed}")  # noqa: T201 - a command prints
    for code, times in codes.most_common():
        print(f"  {times:7} {code or 'answered'}")  # noqa: T201 - a command prints
    for line in wrong[:20]:
        print(f"WRONG {line}")  # noqa: T201 - a command prints
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
