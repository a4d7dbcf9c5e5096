"""What the report of a failing test says of its fakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from .._fake.fake import FakeSecrets

_OURS: Final = pytest.StashKey[list[tuple[str, str]]]()


def add_report(item: pytest.Item, report: pytest.TestReport, fakes: Sequence[FakeSecrets]) -> None:
    """Have the report of a phase that failed show the fakes of its test, as text and for JUnit."""
    told = _described(fakes) if report.failed else []
    report.sections += [("fake secrets", text) for text, _ in told]
    # A plugin may run a test again, which then begins with the properties of its failure.
    if report.failed or report.when == "setup":
        former = item.stash.get(_OURS, [])
        ours = item.stash[_OURS] = [entry for _, entries in told for entry in entries]
        if former or ours:
            for properties in (item.user_properties, report.user_properties):
                others = [entry for entry in properties if entry not in former]
                properties[:] = [*others, *ours]


def _described(fakes: Sequence[FakeSecrets]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return text and properties of each fake that was used."""
    if not fakes:
        return []
    from .._fake.fake import pipeline_of
    from .._fake.report import summary

    told = [(str(fake), summary(pipeline_of(fake))) for fake in fakes]
    return [(text, entries) for text, entries in told if entries]
