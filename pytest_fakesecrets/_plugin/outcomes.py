"""How what was found in a test reaches its author."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

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


# What botocore raises where a machine is not configured for AWS.
_NOT_CONFIGURED: Final = frozenset(
    {
        "NoCredentialsError",
        "NoRegionError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    }
)


def add_hint(report: pytest.TestReport, error: pytest.ExceptionInfo[BaseException] | None) -> None:
    """Say in the report of a test that failed for want of configuration what would help."""
    kind = type(None) if error is None else error.type
    if kind.__name__ in _NOT_CONFIGURED and kind.__module__ == "botocore.exceptions":
        text = (
            f"{kind.__name__}: a client of AWS was used that no fake answers. Under a fake, "
            "clients of Secrets Manager need no Region, no credentials and no profile: have the "
            "test ask for fake_secrets, or mark it with @pytest.mark.secrets({...})."
        )
        report.sections.append(("fake secrets", text))


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
