"""What the benchmarks share: how two things are timed side by side, and the table that results."""

from __future__ import annotations

import gc
import statistics
import time
from contextlib import ExitStack, nullcontext

import pytest
from report import Row, fallen_behind, save, table

RESULTS = pytest.StashKey()
BEHIND = pytest.StashKey()


def pytest_addoption(parser):
    """Declare how many secrets are many, and whether the documentation changes."""
    parser.addoption("--many", type=int, default=500_000, help="how many secrets are many")
    parser.addoption(
        "--save", action="store_true", help="change docs/explanation/speed.md and speed.svg"
    )


def pytest_configure(config):
    """Begin an empty table."""
    config.stash[RESULTS] = []


def pytest_terminal_summary(terminalreporter, config):
    """Show the table, and what has fallen behind."""
    rows = config.stash[RESULTS]
    terminalreporter.write(f"\n{table(rows)}")
    for line in config.stash[BEHIND]:
        terminalreporter.write_line(f"fallen behind: {line}", red=True)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    """Fail where a ratio has fallen behind; save the table where that is wanted."""
    config = session.config
    rows = config.stash[RESULTS]
    config.stash[BEHIND] = fallen_behind(rows)
    if config.option.save:
        save(rows)
    elif config.stash[BEHIND] and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def many(request):
    """Return how many secrets are many."""
    return request.config.getoption("--many")


@pytest.fixture
def row(request):
    """Return what adds a line to the table, given figures of several rounds."""

    def add(what, figures, unit="x", *, picture=""):
        low, median, high = (
            statistics.quantiles(figures, n=4) if len(figures) > 1 else list(figures) * 3
        )
        request.config.stash[RESULTS].append(Row(what, median, low, high, unit, picture))

    return add


@pytest.fixture
def beside(benchmark):
    """Return what times a call and its peers in turn, as the speed of a machine changes.

    The call, and each peer, is a function that gives a context manager, which gives what to time.
    The result is a dict of names to lists: for each round, the seconds of one call. What is timed
    for pytest-benchmark itself is called ``it``.
    """

    def run(it, *, rounds=20, iterations=1, **peers):
        times = {name: [] for name in peers}
        ends = ExitStack()

        def one_round(call):
            for _ in range(iterations):
                call()

        def set_up():
            for name, begin in peers.items():
                with begin() as call:
                    gc.collect()
                    start = time.perf_counter()
                    one_round(call)
                    times[name].append((time.perf_counter() - start) / iterations)
            call = ends.enter_context(it())
            gc.collect()
            return (call,), {}

        def tear_down(_):
            ends.close()

        benchmark.pedantic(one_round, setup=set_up, teardown=tear_down, rounds=rounds)
        own = [seconds / iterations for seconds in benchmark.stats.stats.data]
        return {"it": own, **times}

    return run


def ratios(times, over, under):
    """Return for each round how many times as long one took as the other."""
    return [one / other for one, other in zip(times[over], times[under], strict=True)]


def always(call):
    """Return what gives a context manager that gives a call, which needs no surroundings."""
    return lambda: nullcontext(call)
