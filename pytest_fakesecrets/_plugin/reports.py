"""What the report of a failing test says of its fakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from .._fake import FakeSecrets

_RAN: Final = pytest.StashKey[list[Any]]()


def add_report(
    item: pytest.Item, report: pytest.TestReport, running: Sequence[FakeSecrets]
) -> None:
    """Have the report of a phase that failed show the fakes of its test, as text and for JUnit.

    :param running: the fakes that answer at the end of the phase.
    """
    ran = _ran(item, report, running)
    told = _told(ran) if report.failed else []
    report.sections += [("fake secrets", text) for text, _ in told]
    # A plugin may run a test again, which then begins with the properties of its failure.
    if report.failed or report.when == "setup":
        ours = [entry for _, entries in told for entry in entries]
        for properties in (item.user_properties, report.user_properties):
            others = [entry for entry in properties if not entry[0].startswith("fakesecrets.")]
            properties[:] = [*others, *ours]


def _ran(
    item: pytest.Item, report: pytest.TestReport, running: Sequence[FakeSecrets]
) -> list[FakeSecrets]:
    """Return the fakes of a test; those of its own have ended when it is torn down."""
    earlier = item.stash.get(_RAN, [])
    ran = [*earlier, *(fake for fake in running if fake not in earlier)]
    # pytest keeps every item to the end, and is not to keep the fakes with it.
    item.stash[_RAN] = [] if report.when == "teardown" else ran
    return ran


def _told(ran: Sequence[FakeSecrets]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return text and properties of each fake that was used."""
    if not ran:
        return []
    from .._report import summary

    told = [(str(fake), summary(fake._service)) for fake in ran]  # noqa: SLF001 - of our package
    return [(text, entries) for text, entries in told if entries]
