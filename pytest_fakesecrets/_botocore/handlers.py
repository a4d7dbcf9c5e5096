"""What is registered with the events of a client, of which a fake emits most."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from botocore.client import BaseClient

from .._aws.api_model import SERVICE

if TYPE_CHECKING:
    from .._calls.call import Exchange

# Only a request that is sent emits them.
_NOT_EMITTED: Final = ("request-created", "choose-signer", "before-sign", "before-send")


def handlers_in_vain(exchange: Exchange) -> list[tuple[str, Any]]:
    """Return the handlers that would have been called had a call been signed and sent.

    :return: each with its event; none of a client that is gone.
    """
    endpoint: Any = exchange.sender and exchange.sender()
    if endpoint is None:
        return []
    emitter = endpoint._event_emitter  # noqa: SLF001 - an endpoint has no public way to ask
    operation = exchange.request.operation
    return [
        (event, handler)
        for event in _NOT_EMITTED
        for handler in registered(emitter, f"{event}.secrets-manager.{operation}")
    ]


def is_stubbed(value: Any) -> bool:
    """Tell whether something is a client of Secrets Manager with a Stubber, or its Stubber."""
    # No class, where nobody has imported it.
    stubber: Any = getattr(sys.modules.get("botocore.stub"), "Stubber", ())
    # isinstance() would ask for the class, which some proxies answer by an exception.
    if issubclass(type(value), stubber):
        return _is_ours(value.client)
    return (
        issubclass(type(value), BaseClient)
        and _is_ours(value)
        and any(
            isinstance(getattr(handler, "__self__", None), stubber)
            for handler in registered(
                value.meta.events, "before-call.secrets-manager.GetSecretValue"
            )
        )
    )


def _is_ours(client: Any) -> bool:
    return bool(client.meta.service_model.service_name == SERVICE)


def registered(emitter: Any, event: str) -> Iterable[Any]:
    """Return the handlers of an event, with those that botocore itself has registered."""
    known = emitter._emitter._handlers  # noqa: SLF001 - an emitter has no public way to ask
    handlers: Iterable[Any] = known.prefix_search(event)
    return handlers
