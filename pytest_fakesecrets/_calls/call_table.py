"""Calls and secrets as people read them."""

from __future__ import annotations

import builtins
import re
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from .._aws.arn import parse_secret_arn
from .._aws.errors import DEFAULT_MESSAGES
from .._codes import CONNECTION_ERRORS
from .._text import Entry, Section, several, shortened

if TYPE_CHECKING:
    from .._settings import Settings
    from .call import Call

_KNOWN: Final = frozenset(
    (*DEFAULT_MESSAGES, *CONNECTION_ERRORS, "OK", "UnsupportedError", "UsageError")
)


def calls_section(calls: Sequence[Call], own: Settings, *, dropped: int = 0) -> Section:
    """Describe the latest calls of a log, seen from where the fake stands.

    :param dropped: how many earlier calls the log no longer has.
    """

    def entry(numbered: tuple[int, Call]) -> Entry:
        number, call = numbered
        return [(str(number), shortened(call.operation), _about(call, own), _outcome(call))]

    section = Section.of("call", list(enumerate(calls, dropped + 1)), entry, latest=True)
    if dropped:
        section.entries.insert(0, [(f"… {dropped} more, dropped from the log",)])
    return section


def named(secret_id: str, region: str, account: str, own: Settings) -> str:
    """Name a secret, and where it lies if that is not where the fake stands."""
    arn = parse_secret_arn(secret_id)
    if arn is not None:
        secret_id, region, account = arn.secret_name, arn.region, arn.account
    return " ".join([shortened(secret_id), *_elsewhere(region, account, own)])


def named_here(secret_id: str, own: Settings) -> str:
    """Name a secret that is where the fake stands, unless its ARN says otherwise."""
    return named(secret_id, own.region, own.account, own)


def known_outcome(outcome: str) -> str:
    """Write the outcome of a call; an error code that a damaged answer made up is not shown."""
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
