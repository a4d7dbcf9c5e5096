"""The functions that rotate: the user's own, and the template that makes a next value."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import re
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from ..._errors import HIDE_MISUSE, UnsupportedError, UsageError
from ..arn import partition_of
from ..errors import version_not_found
from ..model.secret import CURRENT, PENDING, StoredSecret, StoredVersion
from ..model.values import Value, text_or_bytes

if TYPE_CHECKING:
    from ..model.values import SeedValue

__tracebackhide__ = HIDE_MISUSE

# What AWS's own rotation functions are deployed with.
_TIMEOUT: Final = timedelta(seconds=30)
_ARN: Final = re.compile(
    r"arn:(?P<partition>[^:]+):lambda:(?P<region>[^:]+):[0-9]{12}:function:(?P<name>[A-Za-z0-9_-]{1,140})"
    r"(?::(?P<version>\$LATEST|[A-Za-z0-9_-]{1,128}))?"
)
# A function's own name, or what manages a secret, such as rds.
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
Event = Mapping[str, str]
Handler = Callable[[dict[str, Any], Any], object]

# The current value is str, bytes or None; whoever makes a next one knows which of them it is.
Generate = Callable[[], "SeedValue"] | Callable[[Any], "SeedValue"]
SecretChange = Callable[[StoredSecret, datetime], StoredSecret]
Change = Callable[[str, SecretChange], StoredSecret]


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaContext:
    """What Lambda tells a function about the invocation.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    identity: None = None
    client_context: None = None
    now: Callable[[], datetime] = field(repr=False)
    ends: datetime = field(repr=False)

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda would stop the function, by the fake's clock."""
        return max(0, int((self.ends - self.now()) / timedelta(milliseconds=1)))


class RotationFunction(Protocol):
    """Something that carries out the steps of a rotation."""

    def run(self, event: Event, context: LambdaContext, change: Change, /) -> None:
        """Carry out one step; raise for failure."""


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A handler that was written for Lambda, sync or async; it calls Secrets Manager itself."""

    handler: Handler

    def run(self, event: Event, context: LambdaContext, _: Change) -> None:
        """Invoke the handler."""
        outcome = self.handler(dict(event), context)
        if inspect.isawaitable(outcome):
            _finish(outcome)


@dataclass(frozen=True, slots=True)
class GeneratedValue:
    """The common case: a next value is made, kept as pending, and made current."""

    generate: Callable[..., SeedValue]

    def run(self, event: Event, _: LambdaContext, change: Change) -> None:
        """Carry out one step as AWS's templates do; there is no database to set or test."""
        if event["Step"] == "createSecret":
            self._create(event["SecretId"], event["ClientRequestToken"], change)
        elif event["Step"] == "finishSecret":
            token = event["ClientRequestToken"]
            change(event["SecretId"], lambda secret, now: _made_current(secret, token, now))

    def _create(self, arn: str, token: str, change: Change) -> None:
        secret = change(arn, lambda secret, _: secret)
        if token not in secret.versions:
            raise version_not_found(token)
        if secret.versions[token].value is None:
            value = self._next_value(secret)
            change(arn, lambda secret, now: _with_pending(secret, token, value, now))

    def _next_value(self, secret: StoredSecret) -> Value:
        try:
            return text_or_bytes(self._next(secret))
        except UsageError as error:
            raise UsageError(f"generate= for secret {secret.name!r}: {error}") from None

    def _next(self, secret: StoredSecret) -> SeedValue:
        if not wants_current(self.generate):
            return self.generate()
        return self.generate(secret.current.value if secret.current else None)


class RotationFunctions:
    """The functions that a test has registered, by ARN; or by what manages a secret."""

    def __init__(self) -> None:
        self._functions: dict[str | None, RotationFunction] = {}
        # What a hook of the test suite knows of a function that no test registered.
        self.discover: Callable[[str], Handler | None] | None = None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def get(self, name: str) -> RotationFunction | None:
        """Return a function; None where there is none of that name.

        :raises UsageError: where a hook has found what cannot be a handler.
        """
        match = _ARN.fullmatch(name)
        for known in (name, match["name"] if match else None):
            if known in self._functions:
                return self._functions[known]
        # Asked each time: another test may mean another function by the same ARN.
        found = self.discover(name) if self.discover else None
        return None if found is None else UserFunction(found)

    def add(self, name: str, handler: Handler | None, generate: Generate | None) -> None:
        """Register a function.

        :raises UsageError: for what cannot be one.
        """
        _check(name, handler, generate)
        self._functions[name] = (
            GeneratedValue(generate)
            if generate is not None
            else UserFunction(cast("Handler", handler))
        )

    @property
    def names(self) -> list[str]:
        """The ARNs and names under which functions were registered."""
        return sorted(filter(None, self._functions))

    def start_from(self, outer: RotationFunctions) -> None:
        """Know another registry's functions too, beneath one's own."""
        self._functions = {**outer._functions, **self._functions}

    def clear(self) -> None:
        """Forget all functions."""
        self._functions.clear()


def is_lambda_arn(arn: str, region: str) -> bool:
    """Tell whether this is the ARN of a function in a Region; it may be another account's."""
    match = _ARN.fullmatch(arn)
    return match is not None and (match["partition"], match["region"]) == (
        partition_of(region),
        region,
    )


def context_of(arn: str, request_id: str, now: Callable[[], datetime]) -> LambdaContext:
    """Return what Lambda would tell the function at this moment."""
    match = _ARN.fullmatch(arn)
    name = match["name"] if match else arn
    version = (match and match["version"]) or "$LATEST"
    started = now()
    return LambdaContext(
        function_name=name,
        function_version=version,
        invoked_function_arn=arn,
        memory_limit_in_mb="128",
        aws_request_id=request_id,
        log_group_name=f"/aws/lambda/{name}",
        log_stream_name=f"{started:%Y/%m/%d}/[{version}]{request_id.replace('-', '')}",
        now=now,
        ends=started + _TIMEOUT,
    )


def wants_current(generate: Callable[..., object]) -> bool:
    """Tell whether a callable has a positional parameter without a default."""
    try:
        parameters = inspect.signature(generate).parameters.values()
    except ValueError:  # some builtins do not tell
        return False
    return any(
        parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        and parameter.default is parameter.empty
        for parameter in parameters
    )


def _check(name: object, handler: object, generate: object) -> None:
    if callable(name):
        raise UsageError(
            "rotation_lambda() was given a function in the place of its name. Give both: "
            "rotation_lambda('rotate', handler)."
        )
    if not isinstance(name, str) or not (_ARN.fullmatch(name) or _NAME.fullmatch(name)):
        raise UsageError(
            f"{name!r} is not the name or the ARN of a Lambda function. Write 'rotate', for a "
            "function of that name in any account and Region, or "
            "'arn:aws:lambda:us-east-1:123456789012:function:rotate'."
        )
    if (handler is None) == (generate is None):
        raise UsageError(
            f"rotation_lambda({name!r}) needs one of two: your own handler, "
            "or generate= with a callable that returns the next value."
        )
    given, function = ("generate=", generate) if handler is None else ("handler", handler)
    if not callable(function):
        raise UsageError(
            f"The {given} of rotation_lambda({name!r}) is of type {type(function).__name__}, which "
            "cannot be called. Give the function itself, imported from its module."
        )
    if handler is not None and not _takes(handler, 2):
        raise UsageError(
            f"The handler of rotation_lambda({name!r}) does not take two arguments. Lambda calls "
            "it as handler(event, context)."
        )
    if generate is not None and not (_takes(generate, 0) or _takes(generate, 1)):
        raise UsageError(
            f"The generate= of rotation_lambda({name!r}) takes several arguments. It is called "
            "without one, or with the current value."
        )


def _takes(function: Any, number: int) -> bool:
    """Tell whether a function can be called with so many arguments."""
    try:
        inspect.signature(function).bind(*range(number))
    except TypeError:
        return False
    except ValueError:  # some builtins do not tell
        return True
    return True


def not_registered(name: str) -> UnsupportedError:
    """Return what says that a rotation cannot be run, and the remedy."""
    return UnsupportedError(
        f"No function is registered for {name!r}, which is to rotate the secret. "
        f"Register one: fake.rotation_lambda({name!r}, generate=lambda: 'the next value')."
    )


def _made_current(secret: StoredSecret, token: str, now: datetime) -> StoredSecret:
    return replace(secret.attach(CURRENT, token), last_changed=now)


def _with_pending(secret: StoredSecret, token: str, value: Value, now: datetime) -> StoredSecret:
    version = StoredVersion(id=token, value=value, created=now, kms_key_id=secret.kms_key_id)
    return replace(secret.with_value(version, [PENDING]), last_changed=now)


def _finish(awaitable: Awaitable[object]) -> None:
    """Wait for an asynchronous handler, in a thread: this one may be in an event loop's hands."""

    async def wait() -> None:
        await awaitable

    trio: Any = sys.modules.get("trio")
    run = trio.run if trio is not None and trio.lowlevel.in_trio_run() else _run_with_asyncio
    with ThreadPoolExecutor(1) as thread:
        thread.submit(contextvars.copy_context().run, run, wait).result()


def _run_with_asyncio(function: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(function())
