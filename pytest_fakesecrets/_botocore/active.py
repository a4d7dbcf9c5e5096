"""The fakes that are active, and what their clients carry in the context of a request."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Final

from .._calls.pipeline import Pipeline

ACCOUNT_KEY: Final = "pytest_fakesecrets_account"
OVERRIDE_KEY: Final = "pytest_fakesecrets_caller"
CREDENTIALS: Final[dict[str, Any]] = {
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
}

# Held while fakes begin and end; a call only reads the list.
lock: Final = threading.Lock()
active: Final[list[Pipeline]] = []


def innermost(*, below: Pipeline | None = None) -> Pipeline | None:
    """Return the fake that answers at present, or would if it were not for another one."""
    # One reading of the list: the last fake may end in another thread meanwhile.
    present = active[-1:] if below is None else active[: position(below, active)]
    return present[-1] if present else None


def position(pipeline: Pipeline | None, among: Sequence[Pipeline]) -> int:
    """Return the last index of a fake among others; their number for one that is not there."""
    places = [index for index, entered in enumerate(among) if entered is pipeline]
    return max(places, default=len(among))
