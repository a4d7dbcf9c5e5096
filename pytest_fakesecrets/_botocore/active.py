"""The fakes that are active, and what their clients carry in the context of a request."""

from __future__ import annotations

import threading
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
    present = tuple(active)
    return next(reversed(present if below is None else present[: present.index(below)]), None)


def position(pipeline: Pipeline | None) -> int:
    """Return where a fake stands among the active ones, the last time that it was entered."""
    places = [at for at, entered in enumerate(active) if entered is pipeline]
    return max(places, default=len(active))
