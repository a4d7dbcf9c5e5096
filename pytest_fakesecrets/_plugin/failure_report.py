"""What the report of a failing test says of its fakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest

from .._fake.fake import pipeline_of
from .._fake.report import describe, summary
from .other_mocks import hints_about_calls, hints_about_silence
from .run import SeenFake

_OURS: Final = pytest.StashKey[list[tuple[str, str]]]()


def add_report(
    item: pytest.Item,
    report: pytest.TestReport,
    error: pytest.ExceptionInfo[BaseException] | None,
    seen: Sequence[SeenFake],
) -> None:
    """Have the report of a phase that failed show the fakes of its test, as text and for JUnit."""
    described = _described(item, error, seen) if report.failed else []
    report.sections += [(title, text) for title, text, _ in described]
    # A plugin may run a test again, which then begins with the properties of its failure.
    if report.failed or report.when == "setup":
        former = item.stash.get(_OURS, [])
        ours = item.stash[_OURS] = [entry for _, _, entries in described for entry in entries]
        if former or ours:
            for properties in (item.user_properties, report.user_properties):
                others = [entry for entry in properties if entry not in former]
                properties[:] = [*others, *ours]


def _described(
    item: pytest.Item,
    error: pytest.ExceptionInfo[BaseException] | None,
    seen: Sequence[SeenFake],
) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return title, text and properties of each fake that has something to tell."""
    described = []
    logs = [pipeline_of(fake).history.since(since.calls) for _, fake, since in seen]
    for (fixture, fake, since), log in zip(seen, logs, strict=True):
        pipeline = pipeline_of(fake)
        hints = list(hints_about_calls(log))
        if not any(logs) and fake is seen[-1].fake:
            hints += hints_about_silence(item, error)
        entries = summary(pipeline, since, hints)
        was_used = any(name != "fakesecrets.secret" for name, _ in entries)
        # Of several fakes, the test sees the secrets of the last one, which has the others' too.
        if was_used or (entries and fake is seen[-1].fake):
            described.append(
                (f"fake secrets ({fixture})", describe(pipeline, since, hints), entries)
            )
    return described
