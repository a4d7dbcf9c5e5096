"""Lines for people to read: plain, short, and no wider than a terminal."""

from __future__ import annotations

import builtins
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Final, TypeVar

from ._arn import parse
from ._codes import CONNECTION_ERRORS
from ._errors import DEFAULT_MESSAGES

if TYPE_CHECKING:
    from ._calls import Call
    from ._settings import Settings

_WIDTH: Final = 80
_COLUMN: Final = 32
_DEEPER: Final = " " * 6
_MOST_ENTRIES: Final = 20
_MOST_NAMES: Final = 3
_KNOWN: Final = frozenset(
    (*DEFAULT_MESSAGES, *CONNECTION_ERRORS, "OK", "NotImitatedError", "UsageError")
)

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


def calls_section(calls: Sequence[Call], own: Settings) -> Section:
    """Describe the latest calls of a log, seen from where the fake stands."""

    def entry(numbered: tuple[int, Call]) -> Entry:
        number, call = numbered
        return [(str(number), shortened(call.operation), _about(call, own), _outcome(call))]

    return Section.of("call", list(enumerate(calls, 1)), entry, latest=True)


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


def named(secret_id: str, region: str, account: str, own: Settings) -> str:
    """Name a secret, and where it lies if that is not where the fake stands."""
    arn = parse(secret_id)
    if arn is not None:
        secret_id, region, account = arn.name, arn.region, arn.account
    return " ".join([shortened(secret_id), *_elsewhere(region, account, own)])


def named_here(secret_id: str, own: Settings) -> str:
    """Name a secret that is where the fake stands, unless its ARN says otherwise."""
    return named(secret_id, own.region, own.account, own)


def kind_of(thing: object) -> str:
    """Name a thing's class, or the nearest base of it that the source code names.

    A class made at run time may have anything for its name, the value of a secret too.
    """
    return next(kind.__name__ for kind in type(thing).__mro__ if _is_written(kind))


def known_outcome(outcome: str) -> str:
    """Write what a call met; an error code that a damaged answer made up is not shown."""
    is_known = outcome in _KNOWN or outcome in vars(builtins) or re.fullmatch(r"\d{3}", outcome)
    return outcome if is_known else "unknown error"


def _about(call: Call, own: Settings) -> str:
    names = [named(secret, call.region, call.account, own) for secret in call.secrets]
    return several(names) or " ".join(_elsewhere(call.region, call.account, own))


def _elsewhere(region: str, account: str, own: Settings) -> list[str]:
    place = [] if region == own.region else [shortened(region)]
    place += [] if account == own.account else [account]
    return [f"({', '.join(place)})"] if place else []


def _outcome(call: Call) -> str:
    if len(call.outcomes) < call.attempts:
        return "no outcome"
    runs = [(code, len(list(run))) for code, run in groupby(map(known_outcome, call.outcomes[:-1]))]
    earlier = ", ".join(code if times == 1 else f"{times} x {code}" for code, times in runs)
    after = f" after {earlier}" if earlier else ""
    waited = f", waited {sum(call.delays):.1f} s" if call.delays else ""
    return f"{known_outcome(call.outcome)}{after}{waited}"


def _is_written(kind: type) -> bool:
    home = getattr(sys.modules.get(kind.__module__), "__dict__", {})
    return (
        kind.__module__ == "builtins"
        or kind.__name__ in DEFAULT_MESSAGES
        or "<locals>" in kind.__qualname__
        or home.get(kind.__name__) is kind
    )


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
