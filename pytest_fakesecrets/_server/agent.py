"""The AWS Secrets Manager Agent: what it answers to a GET on its port.

By the source of https://github.com/aws/aws-secretsmanager-agent, version 2.1: server.rs, parse.rs,
cache_manager.rs, utils.rs.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from .http import Received, Reply
from .reading import Asked, ReadError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .reading import Cache

PING: Final = "/ping"
PREFIX: Final = "/v1/"
PATH: Final = "/secretsmanager/get"
TOKEN_HEADERS: Final = ("x-aws-parameters-secrets-token", "x-vault-token")
_ROLE: Final = re.compile(r"arn:\w[\w-]*:iam::\d{12}:role/.+")
_ROLE_FORM: Final = "arn:<partition>:iam::<account>:role/<name>"
_MAX_ROLES: Final = 20
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_TIMEOUTS: Final = frozenset({"ReadTimeoutError", "ConnectTimeoutError"})


class _RefusedError(Exception):
    """A request that the agent refuses before it asks AWS."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.reply = Reply(status, {}, text.encode())


class AgentFace:
    """Answers as the agent.

    :param token: what requests must carry.
    :param new_cache: makes an empty cache; each role has one of its own.
    """

    def __init__(self, token: str, new_cache: Callable[[], Cache]) -> None:
        self._token = token
        self._new_cache = new_cache
        self._caches: dict[str | None, Cache] = {}

    def clear(self) -> None:
        """Forget what was read, and by which roles."""
        self._caches.clear()

    def answer(self, received: Received) -> Reply:
        """Answer a request; the first check that fails decides, in the agent's order."""
        try:
            asked, refresh = self._checked(received)
        except _RefusedError as refused:
            return refused.reply
        if asked is None:
            return Reply(200, {}, b"healthy")
        cache = self._cache_of(asked.role)
        if cache is None:
            text = (
                f"The maximum number of assumed roles ({_MAX_ROLES}) has been reached. Unable to "
                f"assume the following role to create a client: {asked.role}"
            )
            return _error(400, "MaxRolesExceeded", text)
        try:
            secret = cache.read(asked, refresh=refresh)
        except ReadError as failure:
            return _failure(failure)
        return Reply(200, {}, _written(secret))

    def _cache_of(self, role: str | None) -> Cache | None:
        """Return the cache of a role, or of the fake's own caller; None for a role too many."""
        if role not in self._caches:
            roles = [known for known in self._caches if known is not None]
            if role is not None and len(roles) >= _MAX_ROLES:
                return None
            self._caches[role] = self._new_cache()
        return self._caches[role]

    def _checked(self, received: Received) -> tuple[Asked | None, bool]:
        """Return what is asked, and whether it is to be read anew; nothing for a ping."""
        is_ping = received.path == PING
        if "x-forwarded-for" in received.headers and not is_ping:
            raise _RefusedError(400, "Forwarded")
        tokens = [received.headers.get(name) for name in TOKEN_HEADERS]
        if self._token not in tokens and not is_ping:
            raise _RefusedError(403, "Bad Token")
        if received.method != "GET":
            raise _RefusedError(405, "" if received.method == "HEAD" else "Not allowed")
        if is_ping:
            return None, False
        if received.path == PATH:
            return _asked(received.query, None)
        if received.path.startswith(PREFIX):
            secret_id = received.path[len(PREFIX) :]
            if not secret_id:
                raise _RefusedError(400, "missing secret ID")
            # The path is not decoded: url.path() of parse.rs.
            return _asked(received.query, secret_id)
        raise _RefusedError(404, "Not found")


def _asked(query: str, secret_id: str | None) -> tuple[Asked, bool]:
    names = {"versionId": "version_id", "versionStage": "label", "roleArn": "role"}
    if secret_id is None:
        names["secretId"] = "secret_id"
    asked, refresh = Asked(secret_id or ""), False
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in names:
            asked = replace(asked, **{names[name]: value})
        elif name == "refreshNow":
            if value.lower() not in _FLAGS:
                raise _RefusedError(400, "invalid refreshNow value")
            refresh = _FLAGS[value.lower()]
        else:
            raise _RefusedError(400, f"unknown parameter: {name}")
    if not asked.secret_id:
        raise _RefusedError(400, "missing parameter secretId")
    if asked.role is not None and not _ROLE.fullmatch(asked.role):
        raise _RefusedError(400, f"invalid roleArn format, expected {_ROLE_FORM}")
    return asked, refresh


def _failure(failure: ReadError) -> Reply:
    if failure.code in _TIMEOUTS:
        return _error(504, "TimeoutError", "Timeout")
    if failure.code == "ResponseParserError":
        return _error(502, "ConnectionError", "Response Error")
    if failure.status is None:
        return _error(502, "ConnectionError", "Read Error")
    if not failure.code:
        return _error(500, "InternalFailure")
    return _error(failure.status, failure.code, failure.message)


def _error(status: int, code: str, message: str = "") -> Reply:
    body = {"__type": code, "message": message} if message else {"__type": code}
    return Reply(status, {}, _json(body))


def _written(secret: dict[str, Any]) -> bytes:
    """Write a secret as output.rs does: dates are text, what is missing is left out."""
    names = ("ARN", "Name", "VersionId", "SecretString", "SecretBinary", "VersionStages")
    written = {name: secret[name] for name in names if secret.get(name) is not None}
    return _json({**written, "CreatedDate": _seconds(secret["CreatedDate"])})


def _seconds(moment: float) -> str:
    return str(int(moment)) if moment == int(moment) else repr(moment)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
