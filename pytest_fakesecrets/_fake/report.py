"""The report: the calls, faults and rotations of a fake, and the secrets that it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .._calls.call_table import calls_section, named, named_here
from .._text import Entry, Section, counted, several, shortened

if TYPE_CHECKING:
    from .._aws.model.secret import StoredSecret
    from .._aws.model.values import Value
    from .._aws.rotation.runner import RotationRun
    from .._calls.fault_rules import FaultRule
    from .._calls.pipeline import Pipeline
    from .._settings import Settings


def describe(pipeline: Pipeline) -> str:
    """Tell all about a fake, in lines of at most 80 columns that show no value of a secret.

    Nothing happens by it: what has fallen due stays due.
    """
    own = pipeline.settings
    heading = f"Secrets Manager in {shortened(own.region)}, account {own.account}"
    tables = (line for section in _sections(pipeline) for line in section.lines())
    return "\n".join([heading, *tables])


def summary(pipeline: Pipeline) -> list[tuple[str, str]]:
    """Tell the same as properties of one line each; none for a fake that was not used."""
    return [entry for section in _sections(pipeline) for entry in section.properties()]


# No lock is taken: a call that hangs in a predicate of the test holds it, and the report of that
# test must not hang as well.
def _sections(pipeline: Pipeline) -> Iterator[Section]:
    own = pipeline.settings
    yield calls_section([exchange.call for exchange in pipeline.exchanges], own)
    yield Section.of("fault", list(pipeline.rules), lambda rule: _fault(rule, own))
    yield Section.of(
        "rotation",
        list(pipeline.service.rotations.runs),
        lambda run: _rotation(run, own),
        latest=True,
    )
    yield Section.of("secret", _secrets(pipeline), lambda secret: _secret(secret, own))


def _fault(fault: FaultRule, own: Settings) -> Entry:
    hits = counted(fault.hits, "hit") if fault.hits else "NEVER HIT"
    target = re.sub(r"[^ ,]+", lambda word: named_here(word[0], own), fault.target)
    return [(f"{hits}, {fault.state}", str(fault.effect), target)]


def _rotation(run: RotationRun, own: Settings) -> Entry:
    outcome = [run.outcome, *(["test only"] if run.is_test else [])]
    outcome += [f"attempt {run.attempt}"] if run.attempt > 1 else []
    steps = ", ".join(map(str, run.steps))
    return [(named_here(run.arn, own), ", ".join(outcome), steps)]


def _secrets(pipeline: Pipeline) -> list[StoredSecret]:
    """Return the secrets that there are, first those that the calls were about."""
    now = pipeline.service.timeline.now()
    touched = {name for exchange in list(pipeline.exchanges) for name in exchange.secret_ids}
    ends = ((secret, secret.recovery_window_ends) for secret in pipeline.service.store)
    present = [secret for secret, end in ends if end is None or end > now]
    return sorted(present, key=lambda secret: secret.arn not in touched)


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
    name = named(secret.name, secret.region, secret.account, own)
    entry = [(name, *first, *_marks(secret)), *(("", *version) for version in others)]
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
