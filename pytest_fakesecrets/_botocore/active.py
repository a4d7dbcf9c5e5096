"""The fakes that are active."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from .._errors import HIDE_MISUSE

if TYPE_CHECKING:
    from .._calls.pipeline import Service

__tracebackhide__ = HIDE_MISUSE

_ACCOUNT_KEY: Final = "pytest_fakesecrets_account"
_OVERRIDE_KEY: Final = "pytest_fakesecrets_acting"
_CREDENTIALS: Final[Mapping[str, Any]] = {
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
}
_lock: Final = threading.Lock()
_active: Final[list[Service]] = []


def innermost(*, below: Service | None = None) -> Service | None:
    """Return the service that answers at present, or would if it were not for another one."""
    # One reading of the list: the last fake may end in another thread meanwhile.
    active = tuple(_active)
    return next(reversed(active if below is None else active[: active.index(below)]), None)


def _position(service: Service | None) -> int:
    places = [at for at, active in enumerate(_active) if active is service]
    return max(places, default=len(_active))
