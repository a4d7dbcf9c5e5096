"""How what was found in a test reaches its author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import FakeSecretsWarning

if TYPE_CHECKING:
    import pytest


def judge(item: pytest.Item, report: pytest.TestReport, level: str, title: str, text: str) -> None:
    """Warn of what was found in one phase of a test, or have it fail.

    :param level: ``warn`` or ``error``.
    :param title: of the section in the report of a test that had failed already.
    """
    if level == "warn":
        try:
            item.warn(FakeSecretsWarning(text))
        except FakeSecretsWarning:
            # The suite has its warnings raised, which a hook must not do.
            level = "error"
    if level == "error" and report.passed:
        report.outcome = "failed"
        report.longrepr = text
    elif level == "error":
        report.sections.append((title, text))
