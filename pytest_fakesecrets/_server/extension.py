"""The AWS Parameters and Secrets Lambda Extension: what it answers to a GET on its port.

Its source is closed. Evidence: the Lambda developer guide, "Use Secrets Manager secrets in Lambda
functions"; answers recorded in github.com/fedonev/lambda-params-secrets and in issue 905 of
github.com/awslabs/aws-sdk-rust; clients in github.com/winebarrel/secretlamb.
"""

from __future__ import annotations

import json
import threading
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from .http import Received, Reply
from .reading import Asked, ReadError

if TYPE_CHECKING:
    from .reading import Cache

PATH: Final = "/secretsmanager/get"
PARAMETER_PATHS: Final = "/systemsmanager/"
TOKEN_HEADER: Final = "x-aws-parameters-secrets-token"  # noqa: S105 - a name, not a token
_PLAIN: Final = {"Content-Type": "text/plain"}
# The text of every error of AWS's.
_FAILED: Final = "an unexpected error occurred while executing request"
_NOT_READY: Final = "not ready to serve traffic, please wait"
_NAMES: Final = {"secretId": "secret_id", "versionId": "version_id", "versionStage": "label"}
_ORDER: Final = (
    "ARN",
    "CreatedDate",
    "Name",
    "SecretBinary",
    "SecretString",
    "VersionId",
    "VersionStages",
)
# What Go's encoding/json writes of characters that mean something to HTML.
_ESCAPED: Final = str.maketrans(
    {char: f"\\u{ord(char):04x}" for char in ("<", ">", "&", "\u2028", "\u2029")}
)


class ExtensionFace:
    """Answers as the extension.

    :param token: what requests must carry.
    """

    def __init__(self, token: str, cache: Cache) -> None:
        self._token = token
        self._cache = cache
        self._not_ready = 0
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget what was read."""
        self._cache.clear()

    def be_not_ready(self, times: int) -> None:
        """Have the next requests find an extension that has not started yet."""
        with self._lock:
            self._not_ready = times

    def answer(self, received: Received) -> Reply:
        """Answer a request."""
        if received.headers.get(TOKEN_HEADER) != self._token:
            named = {**_PLAIN, "x-amzn-errortype": "AccessDeniedException"}
            return Reply(401, named, b"bad session token or header key")
        if self._is_not_ready():
            return _refusal(_NOT_READY)
        if received.path.startswith(PARAMETER_PATHS):
            text = "pytest-fakesecrets answers for Secrets Manager alone, not for Parameter Store"
            return Reply(501, _PLAIN, text.encode())
        asked = _asked(received)
        if asked is None:
            return _refusal(_FAILED)
        try:
            secret = self._cache.read(asked)
        except ReadError:
            return _refusal(_FAILED)
        return Reply(200, {"Content-Type": "application/json"}, _written(secret))

    def _is_not_ready(self) -> bool:
        with self._lock:
            self._not_ready -= 1
            return self._not_ready >= 0


def _asked(received: Received) -> Asked | None:
    """Return what is asked; None for what cannot be, of which no answer was ever recorded."""
    given = dict(parse_qsl(received.query, keep_blank_values=True))
    is_known = received.method == "GET" and received.path == PATH and set(given) <= set(_NAMES)
    if not is_known or not given.get("secretId"):
        return None
    return Asked(**{_NAMES[name]: value for name, value in given.items()})


def _refusal(text: str) -> Reply:
    return Reply(400, _PLAIN, text.encode())


def _written(secret: dict[str, Any]) -> bytes:
    """Write a secret as Go writes the output of its SDK."""
    members = {name: secret.get(name) for name in _ORDER}
    members["CreatedDate"] = _moment(secret["CreatedDate"])
    members["ResultMetadata"] = {}
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_ESCAPED).encode()


def _moment(seconds: float) -> str:
    """Write a date as Go's RFC 3339 does: in UTC, without zeros at the end of the fraction."""
    moment = datetime.fromtimestamp(round(seconds, 3), tz=timezone.utc)
    fraction = f".{moment.microsecond:06d}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"
