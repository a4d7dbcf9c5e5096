"""What a test run may say to a fake, and be told by it, without the fake knowing pytest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._aws.model.secret import StoredSecret
    from .._aws.rotation.functions import Handler
    from .call import Call


def _nothing(_: object) -> None:
    """Say nothing, or hear it and do nothing."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Plain callables; each does nothing by default.

    :ivar decide_fault: the error, if any, that a call is to meet for which no fault is armed.
    :ivar find_function: the handler, if any, of a rotation function that nobody registered.
    :ivar finish_call: is told of each call when the code under test has its outcome.
    :ivar keep_secret: is told of each secret that comes to be, or changes.
    """

    decide_fault: Callable[[Call], str | None] = _nothing
    find_function: Callable[[str], Handler | None] = _nothing
    finish_call: Callable[[Call], object] = _nothing
    keep_secret: Callable[[StoredSecret], object] | None = None
