"""Calls over HTTP."""

from __future__ import annotations

import http.client
import json
import time

from conftest import always
from pytest_fakesecrets import FakeSecrets

HEADERS = {
    "X-Amz-Target": "secretsmanager.GetSecretValue",
    "X-Amz-Date": "20261130T000000Z",
    "Content-Type": "application/x-amz-json-1.1",
    "Authorization": "AWS4-HMAC-SHA256 Credential=x/20261130/us-east-1/secretsmanager/aws4_request,"
    " SignedHeaders=host, Signature=0f",
}


def bench_first_byte(beside, row):
    """Read a secret over a connection that is kept, until the head of the answer is there."""
    body = json.dumps({"SecretId": "a"})
    waited = []
    with FakeSecrets({"a": "v"}).serve() as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)

        def read():
            start = time.perf_counter()
            connection.request("POST", "/", body, HEADERS)
            response = connection.getresponse()
            waited.append((time.perf_counter() - start) * 1e3)
            assert response.status == 200
            response.read()

        beside(always(read), rounds=20, iterations=50)
        connection.close()
    row("GetSecretValue over HTTP, until the first byte of the answer", waited, "ms")
