"""The guard: what happens to a call of Secrets Manager outside any fake."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Any, Final

import pytest

from .._errors import HIDE_MISUSE, FakeSecretsWarning, RealCallError
from .imports import WhenImported
from .outcomes import Problem, place, report_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from .run import FakesOfRun

__tracebackhide__ = HIDE_MISUSE

_KEY: Final = pytest.StashKey[list[str]]()

# What lies between the line that called and us.
_PASSING: Final = frozenset(
    {"aiobotocore", "aioboto3", "asyncio", "boto3", "botocore", "pytest_fakesecrets"}
)


class Guard:
    """Asked of each call that no fake answers, from when botocore is imported.

    :param level: ``warn`` or ``error``.
    """

    def __init__(self, fakes: FakesOfRun, level: str) -> None:
        self._fakes = fakes
        self._level = level
        self._is_watching = False
        self._waiting = WhenImported("botocore.session", self._wait_for_ours)

    def close(self) -> None:
        """Be asked no more."""
        self._waiting.cancel()
        if self._is_watching:
            from .._botocore.patching import unwatch

            unwatch(self)

    def ask_for_call(self, operation: str) -> None:
        """Warn of a call, or refuse to let it go.

        :raises RealCallError: at level ``error``.
        """
        goes = "the call goes to the real AWS" if self._level == "warn" else "the call was stopped"
        self._ask(f"called {operation} of Secrets Manager", goes)

    def ask_for_client(self, error: Exception) -> None:
        """Warn of a client that could not be made, or refuse it with the same text.

        :raises RealCallError: at level ``error``.
        """
        self._ask("made a client of Secrets Manager", f"botocore could not make it: {error}")

    def _wait_for_ours(self) -> None:
        """Begin now; or, where it is ours that import botocore for a fake, when they are done."""
        ours = "pytest_fakesecrets._botocore"
        if ours in sys.modules:
            self._waiting = WhenImported(f"{ours}.patching", self._watch)
        else:
            self._watch()

    def _watch(self) -> None:
        from .._botocore.patching import watch

        watch(self)
        self._is_watching = True

    def _ask(self, what: str, fate: str) -> None:
        file, line = _caller()
        text = self._message(what, place(file, line, self._fakes.config.rootpath), fate)
        if self._level == "warn":
            warnings.warn_explicit(FakeSecretsWarning(text), None, file, line)
            return
        if self._fakes.hooks.node is not None:
            self._fakes.hooks.node.stash.setdefault(_KEY, []).append(text)
        raise RealCallError(text) from None

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:
        """Have a test fail whose code has swallowed the refusal."""
        outcome: Any = yield
        report = outcome.get_result()
        texts = item.stash.get(_KEY, [])
        if texts and report.passed:
            report_problem(item, call, report, Problem("error", "guard", texts[0]))
        texts.clear()

    def _message(self, what: str, line: str, fate: str) -> str:
        node = self._fakes.hooks.node
        who = "Code outside any test" if node is None else _described(node)
        remedy = (
            "Have the test ask for fake_secrets, or mark it with @pytest.mark.secrets({...}). If "
            "it is to reach the real AWS, mark it with @pytest.mark.secrets(allow_real_calls=True)."
        )
        if not isinstance(node, pytest.Item):
            remedy = (
                "No fixture or mark can help so early: set fakesecrets_autouse = true to have a "
                "fake for it, or call later, in a fixture or a test."
            )
        if self._fakes.has_idle_fake():
            remedy = (
                "A FakeSecrets(...) was made and not entered: it answers only inside "
                "'with FakeSecrets(...) as fake:', or between fake.start() and fake.stop()."
            )
        return (
            f"{who} {what} at {line}, outside any fake; {fate.rstrip('.')} "
            f"(fakesecrets_real_calls = {self._level}). {remedy}"
        )


def _described(node: pytest.Item | pytest.Collector) -> str:
    if isinstance(node, pytest.Item):
        return f"Test {node.nodeid}"
    return f"The collection of {node.nodeid or 'the session'}"


def _caller() -> tuple[str, int]:
    """Return file and line of what called the client."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - warnings and logging do the same
    while frame is not None and frame.f_back is not None and _is_passing(frame):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("", 0)


def _is_passing(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).partition(".")[0] in _PASSING
