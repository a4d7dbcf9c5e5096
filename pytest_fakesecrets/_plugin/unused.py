"""Faults that applied to no call, and seeds that no call was about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from .._errors import FakeSecretsWarning
from .mark_options import level_of
from .outcomes import Problem, report_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._calls.call import Exchange
    from .._fake.fake import FakeSecrets
    from .run import FakesOfRun, RunningFake

_OUTPUT: Final = "fakesecrets_seeds_used"
_SHOWN: Final = 20


class UnusedFaults:
    """Judges the faults of each test; those of a wider fake when it ends."""

    def __init__(self, fakes: FakesOfRun) -> None:
        self._fakes = fakes
        self._ended: pytest.Item | None = None
        fakes.on_end.append(self._judge_wider)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Note the end of a test; its subtests, which end before, are not judged."""
        yield
        self._ended = item

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:
        """Judge a test that has passed so far."""
        outcome: Any = yield
        report = outcome.get_result()
        if self._ended is not item or call.when != "call" or not report.passed:
            return
        level = level_of(item, "unused_faults")
        text = "" if level == "off" else _unmet(self._fakes.own())
        if text:
            report_problem(
                item, call, report, Problem(level, "faults that applied to no call", text)
            )

    def _judge_wider(self, entry: RunningFake) -> None:
        if entry.is_of_test or entry.node is None:
            return
        level, text = level_of(entry.node, "unused_faults"), _unmet([entry.fake])
        if text and level == "error":
            raise pytest.fail.Exception(text, pytrace=False)
        if text and level == "warn":
            entry.node.warn(FakeSecretsWarning(text))


class UnusedSeeds:
    """Judges all seeds at the end of the run, those of pytest-xdist's workers together.

    :param level: ``warn`` or ``error``.
    """

    def __init__(self, fakes: FakesOfRun, level: str) -> None:
        self._fakes = fakes
        self._level = level
        self._used: dict[str, bool] = {}
        self._touched: dict[RunningFake, set[str]] = {}
        fakes.hooks.on_call.append(self._note_call)
        fakes.on_end.append(self._note_end)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of pytest-xdist knows."""
        self._merge(getattr(node, "workeroutput", {}).get(_OUTPUT, {}))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Have the run fail for seeds that nothing used; a run that was cut short is not judged."""
        for entry in self._fakes.running:
            self._note_end(entry)
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_OUTPUT] = self._used
        elif session.shouldstop or session.shouldfail or session.config.option.collectonly:
            self._used.clear()
        elif self._unused() and self._level == "error" and not session.exitstatus:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Name the seeds that nothing used."""
        unused = self._unused()
        if not unused:
            return
        terminalreporter.section("seeds that no call was about")
        for line in unused[:_SHOWN]:
            terminalreporter.line(line)
        if len(unused) > _SHOWN:
            terminalreporter.line(f"… {len(unused) - _SHOWN} more")
        remedy = "Remove them, or run the tests that use them."
        terminalreporter.line(f"{remedy} (fakesecrets_unused_seeds = {self._level})")

    def _note_call(self, exchange: Exchange) -> None:
        for entry in self._fakes.in_use:
            self._touched.setdefault(entry, set()).update(
                exchange.secret_ids, exchange.returned_arns
            )

    def _note_end(self, entry: RunningFake) -> None:
        from .._aws.arn import parse_secret_arn
        from .._fake.fake import pipeline_of
        from .._fake.seeds import read
        from .._settings import UNDECIDED

        arns = map(parse_secret_arn, self._touched.pop(entry, ()))
        touched = {(arn.account, arn.region, arn.secret_name) for arn in arns if arn is not None}
        own = pipeline_of(entry.fake).settings
        if own.region == UNDECIDED:  # then only fakes within it were called
            touched = {(account, UNDECIDED, name) for account, _, name in touched}
        for origin, seed in entry.seeding.origins:
            for secret in read([seed]):
                account, region = secret.account or own.account, secret.region or own.region
                where = (account, region, secret.name)
                at_home = (own.account, own.region) == (account, region)
                place = "" if at_home else f" ({region}, {account})"
                self._merge({f"{secret.name}: seeded by {origin}{place}": where in touched})

    def _merge(self, used: dict[str, bool]) -> None:
        for seed, is_used in used.items():
            self._used[seed] = self._used.get(seed, False) or is_used

    def _unused(self) -> list[str]:
        return sorted(seed for seed, is_used in self._used.items() if not is_used)


def _unmet(fakes: list[FakeSecrets]) -> str:
    """Return a text about the faults that applied to no call; none where there are no such."""
    from .._fake.fake import pipeline_of

    faults = [rule for fake in fakes for rule in pipeline_of(fake).rules if not rule.hits]
    if not faults:
        return ""
    lines = "".join(f"  {fault}\n" for fault in faults)
    return (
        f"Faults were added that applied to no call:\n{lines}"
        "Call what they are for, look at fake.calls for what was called instead, or remove them. "
        "To allow it: @pytest.mark.secrets(unused_faults='off')."
    )
