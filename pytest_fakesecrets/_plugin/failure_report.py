"""What the report of a failing test says of its fakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest

from .._fake.fake import pipeline_of
from .._fake.report import describe, summary
from .run import SeenFake

_OURS: Final = pytest.StashKey[list[tuple[str, str]]]()


def add_report(item: pytest.Item, report: pytest.TestReport, seen: Sequence[SeenFake]) -> None:
    """Have the report of a phase that failed show the fakes of its test, as text and for JUnit."""
    described = _described(seen) if report.failed else []
    report.sections += [(title, text) for title, text, _ in described]
    # A plugin may run a test again, which then begins with the properties of its failure.
    if report.failed or report.when == "setup":
        former = item.stash.get(_OURS, [])
        ours = item.stash[_OURS] = [entry for _, _, entries in described for entry in entries]
        if former or ours:
            for properties in (item.user_properties, report.user_properties):
                others = [entry for entry in properties if entry not in former]
                properties[:] = [*others, *ours]


def _described(seen: Sequence[SeenFake]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return title, text and properties of each fake that has something to tell."""
    described = []
    for fixture, fake, since in seen:
        pipeline = pipeline_of(fake)
        entries = summary(pipeline, since)
        was_used = any(name != "fakesecrets.secret" for name, _ in entries)
        # Of several fakes, the test sees the secrets of the last one, which has the others' too.
        if was_used or (entries and fake is seen[-1].fake):
            described.append((f"fake secrets ({fixture})", describe(pipeline, since), entries))
    return described
