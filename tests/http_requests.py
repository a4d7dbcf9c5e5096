"""Requests over HTTP, as other processes send them."""

from __future__ import annotations

import http.client
import json
from typing import NamedTuple
from urllib.parse import urlsplit


class Answer(NamedTuple):
    """A response over HTTP."""

    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        """Return the body, parsed."""
        return json.loads(self.body)


def authorization(key="123456789012", region="us-east-1", service="secretsmanager"):
    """Return the header of a signed request; nobody verifies the signature."""
    scope = f"{key}/20261130/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0f"


def signed(operation, **headers):
    """Return the headers that an SDK sends."""
    given = {
        "X-Amz-Target": f"secretsmanager.{operation}",
        "X-Amz-Date": "20261130T000000Z",
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": authorization(),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return {name: value for name, value in given.items() if value is not None}


def send(server, method, path, headers=None, body=None):
    """Send a request as it stands, and return what comes back."""
    place = urlsplit(server.url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers), response.read())
    finally:
        connection.close()


def post(server, operation, members=None, body=None, **headers):
    """Make a call, as an SDK does without saying so."""
    data = json.dumps(members or {}) if body is None else body
    return send(server, "POST", "/", signed(operation, **headers), data)
