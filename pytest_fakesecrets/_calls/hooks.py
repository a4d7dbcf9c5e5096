"""What a test run may tell a fake, and be told by it, without the fake knowing pytest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._aws.model.secret import StoredSecret
    from .._aws.rotation.functions import Handler
    from .call import Call, Exchange


@dataclass(frozen=True, slots=True)
class Hooks:
    """Plain callables; None, as by default, for one that nobody implements.

    :ivar decide_fault: returns the error, if any, of a call that no fault decides.
    :ivar find_function: returns the handler, if any, of a rotation function that nobody registered.
    :ivar finish_call: is told of each call when the code under test has its outcome.
    :ivar keep_secret: is told of each secret that comes to be, or changes.
    """

    decide_fault: Callable[[Call], str | None] | None = None
    find_function: Callable[[str], Handler | None] | None = None
    finish_call: Callable[[Exchange], object] | None = None
    keep_secret: Callable[[StoredSecret], object] | None = None
