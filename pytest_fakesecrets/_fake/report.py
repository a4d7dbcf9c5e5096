"""The report: the calls, faults and rotations of a fake, and the secrets that it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from .._aws.arn import parse_secret_arn
from .._calls.call_table import calls_section, named, named_here
from .._settings import UNDECIDED
from .._text import Entry, Section, counted, several, shortened

if TYPE_CHECKING:
    from .._aws.model.secret import StoredSecret
    from .._aws.model.values import Value
    from .._aws.rotation.runner import RotationRun
    from .._calls.call import Call, Exchange
    from .._calls.fault_rules import FaultRule
    from .._calls.pipeline import Pipeline
    from .._settings import Settings


class LogPosition(NamedTuple):
    """How much a fake had logged at some moment."""

    calls: int
    rotations: int


def position(pipeline: Pipeline) -> LogPosition:
    """Return how much a fake has logged so far."""
    return LogPosition(pipeline.history.total, len(pipeline.service.rotations.runs))


def describe(
    pipeline: Pipeline, since: LogPosition | None = None, hints: Iterable[str] = ()
) -> str:
    """Tell all about a fake, in lines of at most 80 columns that show no value of a secret.

    Nothing happens by it: what has fallen due stays due.

    :param since: leaves out calls and rotations before it, and all of a secret but its name where
        no call was about it.
    :param hints: what else may be behind a failure.
    """
    own = pipeline.settings
    place = "no Region yet" if own.region == UNDECIDED else shortened(own.region)
    heading = f"Secrets Manager in {place}, account {own.account}"
    tables = (line for section in _sections(pipeline, since, hints) for line in section.lines())
    return "\n".join([heading, *tables])


def summary(
    pipeline: Pipeline, since: LogPosition | None = None, hints: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """Tell the same as properties of one line each; none for a fake that was not used."""
    sections = _sections(pipeline, since, hints)
    return [entry for section in sections for entry in section.properties()]


# No lock is taken: a call that hangs in a predicate of the test holds it, and the report of that
# test must not hang as well.
def _sections(
    pipeline: Pipeline, since: LogPosition | None, further_hints: Iterable[str]
) -> Iterator[Section]:
    own = pipeline.settings
    calls, rotations = since or (0, 0)
    exchanges = pipeline.history.since(calls)
    dropped = pipeline.history.dropped if since is None else 0
    yield calls_section([exchange.call for exchange in exchanges], own, dropped=dropped)
    hints = dict.fromkeys(hint for exchange in exchanges for hint in _hints(pipeline, exchange))
    hints.update(dict.fromkeys(further_hints))
    yield Section.of("hint", list(hints), lambda hint: [(hint,)])
    yield Section.of("fault", list(pipeline.rules), lambda rule: _fault(rule, own))
    yield Section.of(
        "rotation",
        list(pipeline.service.rotations.runs)[rotations:],
        lambda run: _rotation(run, own),
        latest=True,
    )
    touched = {name for exchange in exchanges for name in exchange.secret_ids}
    yield _secrets_section(pipeline, touched, show_all=since is None)


def _hints(pipeline: Pipeline, exchange: Exchange) -> Iterator[str]:
    """Say what may be behind the outcome of a call."""
    call = exchange.call
    if (call.operation, call.error) == ("RotateSecret", "AccessDeniedException"):
        known = several(pipeline.service.rotations.functions.names) or "none"
        yield f"the function of a rotation is not registered by rotation_lambda(); known: {known}"
    if call.error in ("AccessDeniedException", "ResourceNotFoundException"):
        for secret_id in exchange.sent_ids:
            arn = parse_secret_arn(secret_id)
            name = arn.secret_name if arn else secret_id
            found = pipeline.service.store.named(name)
            for secret in found:
                yield from _place(secret, call)
            if not found and (near := _near(name, pipeline)):
                yield f"there is no secret {shortened(name)}; the fake has {shortened(near)}"


def _place(secret: StoredSecret, call: Call) -> Iterator[str]:
    """Say where a secret lies, if a call looked for it elsewhere."""
    is_of_account = secret.account == call.account or call.error == "AccessDeniedException"
    if secret.region != call.region or not is_of_account:
        yield (
            f"{shortened(secret.name)} lies in {shortened(secret.region)}, account "
            f"{secret.account}; a call looked in {shortened(call.region)}, account "
            f"{call.account}"
        )


def _near(name: str, pipeline: Pipeline) -> str | None:
    """Return a name like another one, whatever the case of its letters."""
    names = {each.name.casefold(): each.name for each in islice(pipeline.service.store, 1_000)}
    near = get_close_matches(name.casefold(), names, n=1, cutoff=0.8)
    return names[near[0]] if near else None


def _fault(fault: FaultRule, own: Settings) -> Entry:
    hits = counted(fault.hits, "hit") if fault.hits else "NEVER HIT"
    target = re.sub(r"[^ ,]+", lambda word: named_here(word[0], own), fault.target)
    return [(f"{hits}, {fault.state}", str(fault.effect), target)]


def _rotation(run: RotationRun, own: Settings) -> Entry:
    outcome = [run.outcome, *(["test only"] if run.is_test else [])]
    stays = run.outcome == "succeeded" and not (run.is_test or run.made_current)
    outcome += ["AWSCURRENT did not move"] if stays else []
    outcome += [f"attempt {run.attempt}"] if run.attempt > 1 else []
    steps = ", ".join(map(str, run.steps))
    place = run.steps[-1].location
    steps += f" at {shortened(place)}" if place else ""
    return [(named_here(run.arn, own), ", ".join(outcome), steps)]


def _secrets_section(pipeline: Pipeline, touched: set[str], *, show_all: bool) -> Section:
    """Describe the secrets that there are, first those that calls were about.

    :param show_all: whether the others are described as well, or only named in one line.
    """
    own, now = pipeline.settings, pipeline.service.timeline.now()
    ends = ((secret, secret.recovery_window_ends) for secret in pipeline.service.store)
    present = [secret for secret, end in ends if end is None or end > now]
    shown = [secret for secret in present if secret.arn in touched]
    others = [secret for secret in present if secret.arn not in touched]
    if show_all:
        shown, others = shown + others, []
    section = Section.of("secret", shown, lambda secret: _secret(secret, own))
    if others:
        names = several([_named(secret, own) for secret in others])
        section.entries.append([(f"no call was about {counted(len(others), 'secret')}: {names}",)])
    return section


def _named(secret: StoredSecret, own: Settings) -> str:
    return named(secret.name, secret.region, secret.account, own)


def _secret(secret: StoredSecret, own: Settings) -> Entry:
    labelled = sorted((labels, id_) for id_, labels in secret.labels_by_version().items())
    versions = [
        (
            shortened(id_, 13),
            several(list(map(shortened, labels))),
            _mask(secret.versions[id_].value),
        )
        for labels, id_ in labelled
    ]
    first, *others = versions or [("-", "-", "-")]
    entry = [
        (_named(secret, own), *first, *_marks(secret)),
        *(("", *version) for version in others),
    ]
    deprecated = len(secret.versions) - len(versions)
    return [*entry, *([("", counted(deprecated, "deprecated version"))] if deprecated else [])]


def _marks(secret: StoredSecret) -> Iterator[str]:
    marks = []
    if secret.recovery_window_ends is not None:
        marks.append(f"deleted, recoverable until {secret.recovery_window_ends:%Y-%m-%d}")
    if secret.primary_arn is not None:
        account = secret.primary_arn.split(":")[4]
        marks.append(f"replica of {secret.primary_region or account}")
    if marks:
        yield ", ".join(marks)


def _mask(value: Value | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, bytes):
        return "b'***'"
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return "***"
    if isinstance(parsed, dict):
        return "{...}"
    return "[...]" if isinstance(parsed, list) else "***"
