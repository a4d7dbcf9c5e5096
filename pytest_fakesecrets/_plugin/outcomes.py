"""How what was found in a test reaches its author."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from .._errors import FakeSecretsWarning


class Problem(NamedTuple):
    """What was found.

    :ivar level: ``warn`` or ``error``.
    :ivar title: of the section in the report of a test that has failed already.
    """

    level: str
    title: str
    text: str


def place(path: str, line: int, root: Path) -> str:
    """Return ``path:line``, the path as seen from the root of the run where it lies below."""
    with suppress(ValueError):
        path = Path(path).relative_to(root).as_posix()
    return f"{path}:{line}"


def report_problem(
    item: pytest.Item,
    call: pytest.CallInfo[None],
    report: pytest.TestReport,
    problem: Problem,
) -> None:
    """Warn of what was found in one phase of a test, or have the phase fail.

    To be called by the innermost wrapper of ``pytest_runtest_makereport``, so that it is to xfail,
    and to whatever else judges a failure, the failure of the test.
    """
    if problem.level == "warn" and _warned(item, problem.text):
        return
    if not report.passed:
        report.sections.append((problem.title, problem.text))
        return
    try:
        pytest.fail(problem.text, pytrace=False)
    except pytest.fail.Exception:
        call.excinfo = pytest.ExceptionInfo.from_current()
    report.outcome = "failed"
    report.longrepr = problem.text


def _warned(item: pytest.Item, text: str) -> bool:
    """Warn; tell whether that is all, or the suite has its warnings raised."""
    try:
        item.warn(FakeSecretsWarning(text))
    except FakeSecretsWarning:
        return False
    return True
