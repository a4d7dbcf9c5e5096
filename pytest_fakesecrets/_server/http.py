"""What both faces of a server have in common: requests, responses, and errors of HTTP itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from .._aws.protocol.answers import CONTENT_TYPE

# AWS does not say how large a request may be. A value of 65,536 bytes, each character of it escaped
# in JSON, fits.
MAX_BODY: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class Received:
    """A request that has arrived whole.

    :ivar path: as it was sent, without the query.
    :ivar query: as it was sent, without the question mark.
    :ivar headers: by name in lower case.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back; the length is added when it is sent."""

    status: int
    headers: dict[str, str]
    body: bytes


class NoReplyError(Exception):
    """The connection is to be closed without an answer."""


class HttpError(Exception):
    """A request that no service gets to see.

    The codes are those of https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html

    :param status: the HTTP status.
    :param code: AWS's error code.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message


def malformed(message: str, status: int = 400) -> HttpError:
    """Return the error for what is not HTTP."""
    return HttpError(status, "MalformedHttpRequestException", message)


def too_large() -> HttpError:
    """Return the error for a body over the limit."""
    text = f"The request entity is larger than {MAX_BODY} bytes."
    return HttpError(413, "RequestEntityTooLargeException", text)


def refused(error: HttpError, request_id: str) -> Reply:
    """Return an error of HTTP in AWS's own shape."""
    body = json.dumps({"__type": error.code, "message": error.message}, separators=(",", ":"))
    headers = {
        "x-amzn-RequestId": request_id,
        "x-amzn-errortype": error.code,
        "Content-Type": CONTENT_TYPE,
    }
    return Reply(error.status, headers, body.encode())
