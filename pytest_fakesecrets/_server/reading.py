"""How the local agent and the Lambda extension read secrets: as SDKs inside them, with a cache."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from .._aws.iam.principal import account_of
from .._aws.model.secret import CURRENT
from .._aws.protocol.requests import read_request
from .._calls.call import Exchange
from .._calls.caller import CallerOverride
from .._calls.effects import NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._aws.protocol.answers import Answer
    from .._calls.pipeline import Pipeline

CACHE_SIZE: Final = 1000
# What the SDKs of Rust and Go do by default.
_ATTEMPTS: Final = 3
_SERVER_SIDE: Final = 500
_THROTTLED: Final = frozenset({"ThrottlingException"})


class ReadError(Exception):
    """AWS answered with an error, or not at all.

    :param status: the HTTP status of AWS's answer; None if AWS did not answer.
    :param code: AWS's code, or the name of botocore's exception for such a failure.
    """

    def __init__(self, status: int | None, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message

    @property
    def is_transient(self) -> bool:
        """Whether the same may succeed later: no answer, or an error of AWS's side."""
        return self.status is None or self.status >= _SERVER_SIDE


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the agent or the extension, as it was written.

    :ivar role: the ARN of the role to read as; None for the fake's own caller.
    """

    secret_id: str
    version_id: str | None = None
    label: str | None = None
    role: str | None = None

    @property
    def members(self) -> dict[str, str]:
        """What GetSecretValue is asked."""
        members = {
            "SecretId": self.secret_id,
            "VersionId": self.version_id,
            "VersionStage": self.label,
        }
        return {name: value for name, value in members.items() if value is not None}


class Source:
    """Reads secrets of a fake, each attempt as a call of its own way.

    :param via: what calls in the log are said to come through.
    :param who: who callers are, beside what the fake itself says.
    :param wait: is given the seconds by which an answer was delayed, by the fake's clock.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        via: str,
        who: CallerOverride,
        wait: Callable[[float], object],
    ) -> None:
        self._pipeline = pipeline
        self._via = via
        self._who = who
        self._wait = wait

    def now(self) -> datetime:
        """Return the present, by the fake's clock."""
        return self._pipeline.service.timeline.now()

    def call(self, operation: str, members: dict[str, str], role: str | None) -> dict[str, Any]:
        """Return AWS's answer, parsed as JSON.

        :raises ReadError: for an error that is left after the attempts of an SDK.
        """
        exchange = self._exchange(operation, members, role)
        try:
            answer = self._attempt(exchange)
            while isinstance(answer, ReadError) and self._repeats(exchange, answer):
                answer = self._attempt(exchange)
        except BaseException as error:
            exchange.record_outcome(type(error).__name__)
            raise
        finally:
            self._pipeline.finish(exchange)
        if isinstance(answer, ReadError):
            raise answer
        return answer

    def _attempt(self, exchange: Exchange) -> dict[str, Any] | ReadError:
        try:
            answer = self._pipeline.answer(exchange)
        except NoAnswerError as failure:
            parsed: dict[str, Any] | ReadError = ReadError(None, failure.error)
        else:
            parsed = _parsed(answer)
        self._wait(exchange.delay)
        if isinstance(parsed, ReadError):
            exchange.record_outcome(parsed.code)
        return parsed

    def _repeats(self, exchange: Exchange, failure: ReadError) -> bool:
        may_succeed = failure.is_transient or failure.code in _THROTTLED
        return may_succeed and exchange.call.attempts < _ATTEMPTS

    def _exchange(self, operation: str, members: dict[str, str], role: str | None) -> Exchange:
        settings = self._pipeline.settings
        who = self._who.merged_with(self._pipeline.caller)
        if role is not None:
            who = CallerOverride(account_of(role), role).merged_with(who)
        request = read_request(operation, json.dumps(members).encode())
        caller = who.caller(settings.account, settings.region)
        exchange = Exchange(request, caller, settings.region)
        exchange.call.via = self._via
        return exchange


def _parsed(answer: Answer) -> dict[str, Any] | ReadError:
    try:
        parsed = json.loads(answer.body)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        return ReadError(None, "ResponseParserError")
    if answer.status != 200:  # noqa: PLR2004 - HTTP's own number
        code = str(parsed.get("__type", ""))
        message = str(parsed.get("message", parsed.get("Message", "")))
        return ReadError(answer.status, code, message)
    return parsed


@dataclass(slots=True)
class _Entry:
    """A secret in the cache, as GetSecretValue answered, and since when it counts as fresh."""

    secret: dict[str, Any]
    since: datetime


class Cache:
    """The secrets that one agent or extension has read, by what was asked.

    :param seconds: how long a secret is answered without asking AWS; None to ask each time.
    :param describes: whether DescribeSecret is asked first whether an old entry is still right, and
        an old entry served while AWS fails, as the agent does.
    """

    def __init__(self, source: Source, seconds: float | None, *, describes: bool) -> None:
        self._source = source
        self._seconds = seconds
        self._describes = describes
        self._entries: OrderedDict[Asked, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget what was read."""
        with self._lock:
            self._entries.clear()

    def read(self, asked: Asked, *, refresh: bool = False) -> dict[str, Any]:
        """Return a secret as GetSecretValue answers, from the cache where that is right.

        :raises ReadError: for an error of AWS, which leaves the cache as it is.
        """
        entry = None if self._seconds is None else self._entries.get(asked)
        if entry is None or refresh:
            return self._fetch(asked)
        if self._is_fresh(entry):
            return entry.secret
        try:
            if self._describes and self._is_current(asked, entry):
                return self._keep(asked, entry.secret)
            return self._fetch(asked)
        except ReadError as failure:
            if not (self._describes and failure.is_transient):
                raise
            return self._keep(asked, entry.secret)

    def _is_fresh(self, entry: _Entry) -> bool:
        age = self._source.now() - entry.since
        return bool(self._seconds) and age <= timedelta(seconds=self._seconds or 0)

    def _fetch(self, asked: Asked) -> dict[str, Any]:
        secret = self._source.call("GetSecretValue", asked.members, asked.role)
        return secret if self._seconds is None else self._keep(asked, secret)

    def _keep(self, asked: Asked, secret: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self._entries.pop(asked, None)
            self._entries[asked] = _Entry(secret, self._source.now())
            if len(self._entries) > CACHE_SIZE:
                self._entries.popitem(last=False)
        return secret

    def _is_current(self, asked: Asked, entry: _Entry) -> bool:
        """Ask AWS whether a version is there, and carries the label that is meant."""
        described = self._source.call(
            "DescribeSecret", {"SecretId": entry.secret["ARN"]}, asked.role
        )
        versions = described.get("VersionIdsToStages", {})
        if asked.version_id is not None and asked.label is None:
            return asked.version_id in versions
        version = asked.version_id or entry.secret["VersionId"]
        return (asked.label or CURRENT) in versions.get(version, ())
