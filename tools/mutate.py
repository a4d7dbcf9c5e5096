"""Mutation testing of the package's core: `tox -e mutate`.

mutmut makes the mutants: copies of a function in which one thing is changed, among which an
environment variable chooses. This script runs the tests, which mutmut would do 10 times slower: the
tests are collected once, and forked processes run those that reach the function of a mutant, until
one fails. What only runs at the import of the package is tried by a run of pytest of its own.

mutmut leaves functions with decorators alone, and all operations have one, so it is given the
source with each decorator as an assignment after its function, which means the same.

    python tools/mutate.py [--only PATTERN]    try mutants, all or those whose name matches
    python tools/mutate.py --report            print the figures again
    python tools/mutate.py --show [PATTERN]    print what each survivor changes

Results are kept in the directory `--workdir`: mutants that were killed are not tried again there.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import fnmatch
import functools
import gc
import itertools
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = "pytest_fakesecrets"
ROOMS: Final = ("_aws", "_calls")
TESTS: Final = (
    *("tests/aws", "tests/calls", "tests/fake"),
    *(
        f"tests/clients/test_{name}.py"
        for name in ("events", "lent_clients", "parsing", "patching")
    ),
)
OPTIONS: Final = (
    *("-q", "--tb=native", "--hypothesis-profile", "mutate", "-p", "no:cacheprovider"),
    # It starts a server.
    *("--ignore", "tests/aws/rotation/test_aws_template.py"),
    # They look at tracebacks, and at the names of functions in the messages of Python.
    *("--deselect", "tests/calls/test_assertions.py::test_the_traceback_ends_at_the_test"),
    *("--deselect", "tests/fake/test_guidance.py::test_arguments_that_there_are_not"),
)
# Where the tests are of modules that no directory of tests is named after.
TESTS_OF: Final = {
    "_aws.api_model": "aws/operations/test_registry",
    "_aws.arn": "aws/operations/test_identifiers",
    "_aws.authorization": "aws/iam/",
    "_aws.due_times": "aws/rotation/",
    "_aws.errors": "aws/protocol/",
    "_aws.service": "fake/",
    "_aws.store": "aws/test_store",
    "_aws.table": "aws/test_store",
    "_calls.call": "calls/test_log",
    "_calls.call_table": "fake/test_report",
    "_calls.caller": "aws/iam/",
    "_calls.effects": "calls/test_outages",
    "_calls.error_cases": "fake/",
    "_calls.fault_rules": "calls/test_fault",
}
# So many seconds a mutant may hang, at most.
TIMEOUT: Final = 60


# -- the mutated package ----------------------------------------------------------------------


def without_decorators(source: str) -> str:
    """Return the source of a module with the decorators of its functions as assignments."""
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for function in sorted(functions, key=lambda node: node.lineno, reverse=True):
        decorators = [ast.unparse(decorator) for decorator in function.decorator_list]
        # mutmut copes with the first two itself.
        if not decorators or {"classmethod", "staticmethod", "overload"} & {*decorators}:
            continue
        value = function.name
        for decorator in reversed(decorators):
            value = f"({decorator})({value})"
        margin = " " * function.col_offset
        lines.insert(function.end_lineno or 0, f"{margin}{function.name} = {value}")
        del lines[function.decorator_list[0].lineno - 1 : function.lineno - 1]
    return "\n".join(lines) + "\n"


def make_mutants(workdir: Path) -> dict[str, str]:
    """Write the mutated package, and return what each mutant changes, as lines of a difference."""
    shutil.rmtree(workdir / PACKAGE, ignore_errors=True)
    shutil.rmtree(workdir / "tests", ignore_errors=True)
    for name in ("tests", "examples", PACKAGE):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, workdir / name, ignore=ignored, dirs_exist_ok=True)
    for name in ("conftest.py", "README.md", "pyproject.toml"):
        shutil.copy2(ROOT / name, workdir / name)
    os.chdir(workdir)  # where mutmut looks for its configuration
    from mutmut.mutation.file_mutation import mutate_file_contents

    changes: dict[str, str] = {}
    for room in ROOMS:
        for path in sorted((Path(PACKAGE) / room).rglob("*.py")):
            mutated = mutate_file_contents(str(path), without_decorators(path.read_text("utf-8")))
            path.write_text(mutated.code, "utf-8")
            lines = mutated.code.splitlines()
            module = ".".join(path.with_suffix("").parts)
            spans = mutated.line_span_by_function_name
            for name in mutated.mutant_names:
                original = spans[re.sub(r"\d+$", "orig", name)]
                old, new = (
                    [line for line in lines[span.start - 1 : span.end] if "__mutmut_" not in line]
                    for span in (original, spans[name])
                )
                if is_change(old, new):
                    changes[f"{module}.{name}"] = difference(old, new)
    return changes


def is_change(old: list[str], new: list[str]) -> bool:
    """Tell whether more was changed than a type for the type checker."""
    pattern = re.compile(r'\bcast\((None|"[^"]*")')
    return [pattern.sub("", line) for line in old] != [pattern.sub("", line) for line in new]


def difference(old: list[str], new: list[str]) -> str:
    """Return the lines that differ, marked as removed and added."""
    marked = difflib.unified_diff(old, new, n=0, lineterm="")
    return "\n".join(line for line in list(marked)[2:] if not line.startswith("@@"))


def function_of(mutant: str) -> str:
    """Return the function of a mutant, under the name that mutmut's statistics use."""
    return mutant.rpartition("__mutmut_")[0]


class Results:
    """What became of each mutant, in a file.

    :ivar fates: the test that killed it; None where it survived.
    :ivar changes: what it changes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self.fates: dict[str, str | None] = kept.get("fates", {})
        self.changes: dict[str, str] = kept.get("changes", {})
        self.noted = 0

    def begin(self, changes: dict[str, str]) -> None:
        """Forget the mutants that there are no more, or that change something else."""
        self.fates = {
            mutant: fate
            for mutant, fate in self.fates.items()
            if changes.get(mutant) == self.changes.get(mutant)
        }
        self.changes = changes

    def note(self, mutant: str, killer: str | None) -> None:
        """Note what became of a mutant."""
        self.fates[mutant] = killer
        self.noted += 1
        if self.noted % 100 == 0:
            self.save()

    def save(self) -> None:
        """Write the file."""
        self.path.write_text(json.dumps({"fates": self.fates, "changes": self.changes}), "utf-8")

    def survivors(self, pattern: str) -> list[str]:
        """Return the mutants that survived and whose name matches."""
        return [
            mutant
            for mutant, killer in self.fates.items()
            if killer is None and fnmatch.fnmatch(mutant, pattern)
        ]


# -- running the tests ------------------------------------------------------------------------


class Mutation:
    """A plugin of pytest that runs the collected tests for each mutant that they reach.

    :param mutants: those to try.
    :param results: gets the test that killed each mutant, or None where all passed.
    :param seconds: so many of tests a mutant has to survive.
    """

    def __init__(self, mutants: list[str], results: Results, seconds: float) -> None:
        self.seconds = seconds
        self.mutants = mutants
        self.results = results
        self.items: dict[str, pytest.Item] = {}
        self.reaching: dict[str, list[str]] = {}
        self.killers: dict[str, list[str]] = defaultdict(list)
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure."""
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Find out which tests reach which function, and try the mutants."""
        self.items = {item.nodeid: item for item in session.items}
        # Nobody wants to see some 100,000 results.
        session.config.pluginmanager.unregister(name="terminalreporter")
        warm_up()
        try:
            self.reaching = start(self.find_tests)[0].recv()
        except EOFError:
            pytest.exit("The tests must pass without a mutant.", returncode=1)
        count = os.cpu_count() or 1
        reached = list(filter(self.is_reached, self.mutants))
        running = {}
        for mutants in (reached[number::count] for number in range(count)):
            connection, process = start(self.try_mutants, mutants)
            running[connection] = (process, mutants, len(mutants))
        while running:
            for connection in list(running):
                if connection.poll(0.01):
                    self.receive(connection, running)
        self.results.save()
        return True

    def is_reached(self, mutant: str) -> bool:
        """Tell whether a test runs the function of a mutant."""
        return bool(self.reaching.get(function_of(mutant)))

    def receive(
        self, connection: Connection, running: dict[Connection, tuple[Any, list[str], int]]
    ) -> None:
        """Note what a process says of its next mutant, or begin the next process."""
        process, mutants, at_first = running[connection]
        try:
            killer = connection.recv()
        except EOFError:
            del running[connection]
            process.join()
            # It has hung, or pytest itself failed. After other mutants, it may be due to them.
            if process.exitcode and len(mutants) == at_first:
                self.results.note(mutants.pop(0), "process")
            if mutants:
                following, process = start(self.try_mutants, mutants)
                running[following] = (process, mutants, len(mutants))
        else:
            self.results.note(mutants.pop(0), killer)

    def find_tests(self, connection: Connection) -> None:
        """Run all tests, and send those that reach each function."""
        from mutmut.mutation.trampoline import set_mutant_under_test
        from mutmut.state import state

        set_mutant_under_test("stats")
        reaching: dict[str, list[str]] = defaultdict(list)
        items = list(self.items.values())
        for item, after in zip(items, [*items[1:], None], strict=True):
            forget_results()
            state()._stats.clear()
            item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
            for function in state()._stats:
                reaching[function.removesuffix("__mutmut")].append(item.nodeid)
        if self.failed:
            sys.exit(f"Without a mutant these fail: {self.failed}")
        connection.send(dict(reaching))

    def try_mutants(self, connection: Connection, mutants: list[str]) -> None:
        """Try mutants, and send what killed each, until one has left something behind."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for number, mutant in enumerate(mutants):
            signal.alarm(TIMEOUT)
            tests = self.in_order(mutant, self.reaching[function_of(mutant)])
            killer = self.first_failure(mutant, tests)
            is_clean = killer is None or self.first_failure("", [killer]) is None
            if is_clean or number == 0:
                connection.send(killer)
                if killer:
                    self.remember(killer, mutant)
            if not is_clean:
                return  # the next process tries this one again, if it was not the first

    def first_failure(self, mutant: str, tests: list[str]) -> str | None:
        """Run tests with a mutant, and return the first that fails, or None."""
        from mutmut.mutation.trampoline import set_mutant_under_test

        set_mutant_under_test(mutant)
        forget_results()
        self.failed.clear()
        end = time.process_time() + self.seconds
        items = [self.items[test] for test in tests]
        for item, after in zip(items, [*items[1:], None], strict=True):
            is_over = time.process_time() > end
            following = None if is_over else after
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                # Its fixtures may be those of the next test, too.
                item.session._setupstate.teardown_exact(None)
                return self.failed[0]
            if is_over:
                break
        return None

    def in_order(self, mutant: str, tests: list[str]) -> list[str]:
        """Return tests in the order in which they are likely to kill a mutant.

        First those that killed mutants of the function or of the module before, then those of the
        same room, and of each function of tests its first parameters before its second.
        """
        module = mutant.rpartition(".")[0]
        near = tests_near(mutant)
        own = f"/test_{module.rpartition('.')[2]}.py"
        seen: Counter[str] = Counter()
        rank = {}
        for test in tests:
            function = test.partition("[")[0]
            rank[test] = (own not in test, near not in test, seen[function])
            seen[function] += 1
        by_function, by_module = self.killers[function_of(mutant)], self.killers[module]
        killers = [test for test in (*by_function, *by_module[:50]) if test in rank]
        return list(dict.fromkeys([*killers, *sorted(tests, key=rank.__getitem__)]))

    def remember(self, killer: str, mutant: str) -> None:
        """Have a test tried first for what is near to a mutant that it killed."""
        for part in (function_of(mutant), mutant.rpartition(".")[0]):
            others = [other for other in self.killers[part] if other != killer]
            self.killers[part] = [killer, *others]


def tests_near(mutant: str) -> str:
    """Return how the paths of the tests of a mutant's module begin."""
    _, part, room, *_ = mutant.split(".")
    return TESTS_OF.get(f"{part}.{room}", f"aws/{room}/" if part == "_aws" else "calls/")


def start(target: Callable[..., None], *arguments: Any) -> tuple[Connection, Any]:
    """Start a forked process, so that no cache of this one is warm; return what it sends by."""
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(sending, *arguments))
    process.start()
    sending.close()
    return receiving, process


def warm_up() -> None:
    """Have the forked processes find what does not depend on mutants ready."""
    import botocore.session

    # Its JSON stays in the loader that all sessions of the tests share.
    session = botocore.session.get_session()
    session.set_credentials("testing", "testing")
    session.create_client("secretsmanager", "us-east-1")
    loader = botocore.loaders.JSONFileLoader
    load = functools.cache(functools.partial(loader.load_file, loader()))

    def load_file(self: Any, path: str) -> Any:
        # What tests change, such as the Regions, is not shared.
        return load(path) if path.endswith("service-2") else original(self, path)

    original = loader.load_file
    setattr(loader, "load_file", load_file)  # noqa: B010 - mypy
    gc.collect()
    gc.freeze()  # otherwise each process would go through all that there is, and so copy it


def forget_results() -> None:
    """Clear the caches of the package's functions, which are warm from the time of its import."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == PACKAGE:
            for value in list(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()


def run_tests(mutants: list[str], workdir: Path, results: Results, seconds: float) -> int:
    """Try mutants, and return the exit status of pytest."""
    sys.path[:0] = [str(workdir), str(workdir / "tests")]
    mutation = Mutation(mutants, results, seconds)
    status = int(pytest.main([*OPTIONS, *TESTS], plugins=[mutation]))
    if not status:
        unreached = itertools.filterfalse(mutation.is_reached, mutants)
        run_from_the_import(list(unreached), workdir, results)
    return status


def run_from_the_import(mutants: list[str], workdir: Path, results: Results) -> None:
    """Try mutants of functions that no test reaches, as they run when the package is imported."""

    def killer(mutant: str) -> str | None:
        paths = (workdir / "tests").glob(f"{tests_near(mutant).removesuffix('/')}*")
        command = [sys.executable, "-m", "pytest", "-x", *OPTIONS, *map(str, sorted(paths))]
        path = os.pathsep.join([str(workdir), str(workdir / "tests")])
        environment = {**os.environ, "MUTANT_UNDER_TEST": mutant, "PYTHONPATH": path}
        run = subprocess.run(command, check=False, capture_output=True, env=environment)
        return "import" if run.returncode else None

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for mutant, fate in zip(mutants, threads.map(killer, mutants), strict=True):
            results.note(mutant, fate)
    results.save()


# -- what is printed --------------------------------------------------------------------------


def room_of(mutant: str) -> str:
    """Return the folder of a mutant, to two levels."""
    _, part, name, *_ = mutant.split(".")
    return f"{part}/{name}/" if (ROOT / PACKAGE / part / name).is_dir() else f"{part}/"


def print_report(fates: dict[str, str | None]) -> None:
    """Print the figures of each room."""
    rooms: dict[str, list[bool]] = defaultdict(list)
    for mutant, killer in fates.items():
        rooms[room_of(mutant)].append(killer is not None)
        rooms["all"].append(killer is not None)
    print(f"{'':20}{'mutants':>9}{'survived':>10}{'killed':>9}")
    for room, killed in sorted(rooms.items()):
        share = sum(killed) / len(killed)
        print(f"{room:20}{len(killed):9}{killed.count(False):10}{share:9.1%}")


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workdir", type=Path, default=ROOT / "build" / "mutants")
    parser.add_argument("--only", metavar="PATTERN", default="*")
    parser.add_argument("--seconds", type=float, default=6, help="of tests for a survivor")
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--show", nargs="?", const="*", metavar="PATTERN")
    options = parser.parse_args()
    workdir = options.workdir.resolve()
    workdir.mkdir(parents=True, exist_ok=True)
    results = Results(workdir / "results.json")
    if options.show:
        for mutant in results.survivors(options.show):
            print(mutant, results.changes[mutant], sep="\n")
        return 0
    if not options.report:
        results.begin(make_mutants(workdir))
        chosen = [
            mutant
            for mutant in fnmatch.filter(results.changes, options.only)
            if results.fates.get(mutant) is None
        ]
        # Survivors first; then in an order by which what is known after a while stands for all.
        random.Random(0).shuffle(chosen)
        chosen.sort(key=lambda mutant: mutant not in results.fates)
        status = run_tests(chosen, workdir, results, options.seconds)
        if status:
            return status
    print_report(results.fates)
    return 0


if __name__ == "__main__":
    sys.exit(main())
