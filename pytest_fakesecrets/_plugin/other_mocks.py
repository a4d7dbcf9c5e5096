"""What else in the process may have answered, or lost, the calls of a test that failed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from .._aws.arn import parse_secret_arn
from .._botocore.handlers import handlers_in_vain, is_stubbed
from .._text import shortened
from .child_processes import had_new_processes

if TYPE_CHECKING:
    from types import TracebackType

    import pytest

    from .._calls.call import Exchange

# What a test replaces to have botocore's answers made up: owner and attribute.
_ENTRANCES: Final = {
    "boto3.client": ("boto3", "client"),
    "boto3.resource": ("boto3", "resource"),
    "boto3.Session": ("boto3", "Session"),
    "boto3.session.Session.client": ("boto3.session", "Session.client"),
    "botocore.client.BaseClient._make_api_call": ("botocore.client", "BaseClient._make_api_call"),
}
_REPLACED: Final = {
    "boto3": "boto3",
    "client": "a client",
    "resource": "a resource",
    "Session": "a session",
    "_make_api_call": "a client's calls",
}
_MOCKS: Final = ("unittest.mock", "mock.mock")
# How unittest.mock writes a mock that stands for one of them, or what such a mock has answered.
_MOCK: Final = re.compile(rf"<\w*Mock name='({'|'.join(_REPLACED)})\b")
_LIBRARIES: Final = frozenset({"aiobotocore", "boto3", "botocore", "moto", "pytest_fakesecrets"})
# These add headers to, or trace, whatever is sent; no test waits for it.
_INSTRUMENTATIONS: Final = frozenset(
    {"aws_lambda_powertools", "aws_xray_sdk", "ddtrace", "opentelemetry", "sentry_sdk"}
)


def hints_about_calls(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """Say what the calls that the fake has answered cannot have seen."""
    for exchange in exchanges:
        if exchange.call.error == "ResourceNotFoundException":
            yield from _held_by_moto(exchange)
        for event, handler in handlers_in_vain(exchange):
            yield from _handler_in_vain(event, handler)


def hints_about_silence(
    item: pytest.Item, error: pytest.ExceptionInfo[BaseException] | None
) -> Iterator[str]:
    """Say why a test may have made calls of which none has reached its fake."""
    values = list(_values(item, None if error is None else error.tb))
    mocked = _replaced_entrance() or _mocked(item, values)
    if mocked is not None:
        yield f"no call reached this fake: a mock answers in place of {mocked}"
    if any(map(is_stubbed, values)):
        yield (
            "no call reached this fake: botocore's Stubber answers a client, before its calls "
            "reach the fake"
        )
    if had_new_processes(item):
        yield (
            "no call reached this fake: it answers in its own process, and multiprocessing has "
            "started others by spawn or forkserver; the fixture fake_secrets_server serves them"
        )


def _held_by_moto(exchange: Exchange) -> Iterator[str]:
    models: Any = sys.modules.get("moto.secretsmanager.models")
    call = exchange.call
    for secret_id in exchange.sent_ids:
        arn = parse_secret_arn(secret_id)
        name = arn.secret_name if arn else secret_id
        # moto has a backend for each account and Region of its own choice.
        with suppress(AttributeError, KeyError, TypeError):
            if name in models.secretsmanager_backends[call.account][call.region].secrets:
                yield (
                    f"moto's mock_aws has a secret {shortened(name)}, made while no fake was "
                    "active; the fake has only what is seeded, or created under it"
                )


def _handler_in_vain(event: str, handler: Any) -> Iterator[str]:
    module = str(getattr(handler, "__module__", None) or type(handler).__module__)
    if module.partition(".")[0] not in _LIBRARIES | _INSTRUMENTATIONS:
        shown = getattr(handler, "__qualname__", type(handler).__qualname__)
        yield (
            f"{module}.{shown} was not called: a fake emits no {event}, as nothing is signed "
            "and sent"
        )


def _values(item: pytest.Item, traceback: TracebackType | None) -> Iterator[Any]:
    """Return what a test that failed had: its fixtures, and the variables of each frame."""
    yield from getattr(item, "funcargs", {}).values()
    while traceback is not None:
        yield from traceback.tb_frame.f_locals.values()
        traceback = traceback.tb_next


def _replaced_entrance() -> str | None:
    """Return a function of boto3, or of botocore, that is not its own at present."""
    imported = {name: place for name, place in _ENTRANCES.items() if place[0] in sys.modules}
    for name, (module, path) in imported.items():
        value: Any = sys.modules[module]
        for part in path.split("."):
            value = getattr(value, part, None)
        if str(getattr(value, "__module__", None)).partition(".")[0] not in _LIBRARIES:
            return name
    return None


def _mocked(item: pytest.Item, values: Sequence[Any]) -> str | None:
    """Return what a mock stood for while the test ran; its patch may be over by now."""
    for patching in getattr(getattr(item, "obj", None), "patchings", ()):
        if patching.attribute in _REPLACED:
            return _REPLACED[patching.attribute]
    for value in values:
        found = type(value).__module__ in _MOCKS and _MOCK.match(repr(value))
        if found:
            return _REPLACED[found[1]]
    return None
