"""Lines for people to read: plain, short, and no wider than a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, TypeVar

_WIDTH: Final = 80
_COLUMN: Final = 32
_DEEPER: Final = " " * 6
_MOST_ENTRIES: Final = 20
_MOST_NAMES: Final = 3
Thing = TypeVar("Thing")
Row = tuple[str, ...]
Entry = list[Row]


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a report.

    :ivar subject: what an entry is, such as ``call``.
    :ivar entries: one for each thing, and one that says how many were left out.
    """

    subject: str
    entries: list[Entry]

    @classmethod
    def of(
        cls,
        subject: str,
        things: Sequence[Thing],
        entry: Callable[[Thing], Entry],
        *,
        latest: bool = False,
    ) -> Section:
        """Describe the first, or the latest, of some things: as many as a reader takes in."""
        kept = things[-_MOST_ENTRIES:] if latest else things[:_MOST_ENTRIES]
        entries = [entry(thing) for thing in kept]
        if len(kept) < len(things):
            more: Entry = [(f"… {len(things) - len(kept)} more",)]
            entries.insert(0 if latest else len(entries), more)
        return cls(subject, entries)

    def lines(self) -> list[str]:
        """Return a heading and an aligned table; nothing where there are no entries."""
        rows = [row for entry in self.entries for row in entry]
        return [f"{self.subject}s:", *_table(rows)] if rows else []

    def properties(self) -> list[tuple[str, str]]:
        """Return each entry as one line, under the name of such properties."""
        return [
            (f"fakesecrets.{self.subject}", "; ".join(" ".join(filter(None, row)) for row in entry))
            for entry in self.entries
        ]


def shortened(text: str, width: int = _COLUMN) -> str:
    """Write a text in printable ASCII; of a long one, beginning and end tell it from others."""
    shown = ascii(text)[1:-1]
    if len(shown) <= width:
        return shown
    end = (width - 1) // 2
    return f"{shown[: width - 1 - end]}…{shown[-end:]}"


def several(names: Sequence[str]) -> str:
    """Write some names after one another, or the first ones and how many there are besides."""
    more = len(names) - _MOST_NAMES
    return ", ".join([*names[:_MOST_NAMES], *([f"… {more} more"] if more > 0 else [])])


def counted(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _table(rows: Sequence[Row]) -> Iterator[str]:
    """Align all cells but the last ones, which end where they end."""
    columns = zip_longest(*(row[:-1] for row in rows), fillvalue="")
    widths = [min(max(map(len, column)), _COLUMN) for column in columns]
    for *row, last in rows:
        yield from _fitted("".join(map(_padded, row, widths)), last)


def _padded(cell: str, width: int) -> str:
    return f"{cell:<{width}}  "


def _fitted(head: str, last: str) -> list[str]:
    """Write a row on one line, or else its last cell on lines of their own."""
    line = f"  {head}{last}".rstrip()
    if len(line) <= _WIDTH:
        return [line]
    return [*_wrapped(f"  {head.rstrip()}"), *_wrapped(f"{_DEEPER}{last}")]


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, _WIDTH, subsequent_indent=_DEEPER, break_on_hyphens=False)
