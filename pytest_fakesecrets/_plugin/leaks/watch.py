"""Has a test tell where it shows the value of a secret."""

from __future__ import annotations

import copy
import linecache
import logging
import re
import sys
import traceback
import warnings
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TextIO

import pytest

from ..mark_options import level_of
from ..outcomes import Problem, place, report_problem
from .search import Leak, LeakFinder

if TYPE_CHECKING:
    from ..run import FakesOfRun

_ANSI: Final = re.compile(r"\x1b\[[\d;]*m")

# What pytest puts before the lines of source that it shows.
_MARGIN: Final = " >|"
_MAX_LINES: Final = 5


class _Shown(NamedTuple):
    """A text that a test shows, where it does so, and whether its lines have numbers to tell."""

    where: str
    text: str
    has_lines: bool = False


class LeakDetector:
    """A plugin that looks for values in what each phase of a test shows.

    :param config: the configuration, with the ini options ``fakesecrets_leaks...``.
    :param fakes: those of the run, which remember what they hold from now on.
    """

    def __init__(self, config: pytest.Config, fakes: FakesOfRun) -> None:
        self._values = fakes.remember_values()
        self._finder = LeakFinder(
            int(config.getini("fakesecrets_leaks_min_length")),
            config.getini("fakesecrets_leaks_ignore"),
        )
        self._excluded = tuple(config.getini("fakesecrets_leaks_exclude_loggers"))
        self._is_captured = config.getoption("capture", "no") != "no"
        self._root = config.rootpath
        self._shown: list[_Shown] = []

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """Watch the setup."""
        with self._watching(item, "setup"):
            yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Watch the test itself."""
        with self._watching(item, "call"):
            yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        """Watch the teardown."""
        with self._watching(item, "teardown"):
            yield

    # The innermost of all, so that a leak is to xfail, and to whatever else judges a failure, the
    # failure of the test.
    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:
        """Report the leaks of the phase that has ended."""
        outcome: Any = yield
        level = level_of(item, "leaks")
        if level == "off":
            return
        report: pytest.TestReport = outcome.get_result()
        message = self._message(call, report)
        if message:
            report_problem(item, call, report, Problem(level, "leaked secrets", message))

    @contextmanager
    def _watching(self, item: pytest.Item, phase: str) -> Iterator[None]:
        # A list of its own for each phase: what outlives a phase fills one that nobody reads.
        shown: list[_Shown] = []
        self._shown = shown
        if level_of(item, "leaks") == "off":
            yield
            return
        with ExitStack() as stack:
            stack.enter_context(_logging(shown, self._root, self._excluded))
            stack.enter_context(_warning(shown, self._root))
            if not self._is_captured:
                for name in ("stdout", "stderr"):
                    stack.enter_context(_writing(shown, name, phase))
            yield

    def _message(self, call: pytest.CallInfo[None], report: pytest.TestReport) -> str:
        """Return what is to be said, and forget what the phase has shown so far."""
        terms = self._finder.search(self._values)
        shown = [*_captured(report), *self._shown]
        self._shown.clear()
        if terms and report.failed and call.excinfo:
            shown.append(_failure(report, call.excinfo.value, self._root))
        found = [(leak, text) for text in shown for leak in terms.find(text.text)]
        return _described(found) if found else ""


@contextmanager
def _logging(shown: list[_Shown], root: Path, excluded: tuple[str, ...]) -> Iterator[None]:
    """Keep the log records that reach the root logger."""
    handler = _Handler(shown, root, excluded)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


class _Handler(logging.Handler):
    def __init__(self, shown: list[_Shown], root: Path, excluded: tuple[str, ...]) -> None:
        super().__init__()
        self._shown = shown
        self._root = root
        self._excluded = tuple(f"{name}." for name in excluded)

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno <= logging.DEBUG and f"{record.name}.".startswith(self._excluded):
            return
        # A record that cannot be formatted is the business of the handlers that show it.
        with suppress(Exception):
            # A copy: a formatter leaves the exception's text in the record, for others to use.
            text = self.format(copy.copy(record))
            line = place(record.pathname, record.lineno, self._root)
            where = f'in a log record of "{record.name}" ({record.levelname}), {line}'
            self._shown.append(_Shown(where, text))


@contextmanager
def _warning(shown: list[_Shown], root: Path) -> Iterator[None]:
    """Keep the warnings that are shown.

    pytest_warning_recorded comes after the last report of a test, when none can fail any more.
    """
    former = warnings.showwarning

    def show(  # noqa: PLR0913, PLR0917 - as Python calls it
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        where = f"in a {category.__name__}, {place(filename, lineno, root)}"
        shown.append(_Shown(where, str(message)))
        former(message, category, filename, lineno, file, line)

    warnings.showwarning = show
    try:
        yield
    finally:
        if warnings.showwarning is show:
            warnings.showwarning = former


@contextmanager
def _writing(shown: list[_Shown], name: str, phase: str) -> Iterator[None]:
    """Keep what is written to a stream that pytest does not capture."""
    stream: TextIO = getattr(sys, name)
    tee = _Tee(stream)
    setattr(sys, name, tee)
    try:
        yield
    finally:
        if getattr(sys, name) is tee:
            setattr(sys, name, stream)
        shown.append(_Shown(f"in {name} of {phase}", tee.end(), has_lines=True))


class _Tee:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._written: list[str] = []
        self._has_ended = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        if not self._has_ended:
            self._written.append(text)
        return self._stream.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def end(self) -> str:
        """Return what was written, and go on for those only that hold the stream still."""
        self._has_ended = True
        return "".join(self._written)


def _captured(report: pytest.TestReport) -> Iterator[_Shown]:
    """Yield what pytest captured in the phase of a report, which tells of the phases before too."""
    for title, text in report.sections:
        for name in ("stdout", "stderr"):
            if title == f"Captured {name} {report.when}":
                where = f"in captured {name} of {report.when}"
                yield _Shown(where, text, has_lines=True)


def _failure(report: pytest.TestReport, error: BaseException, root: Path) -> _Shown:
    """Return what a failure shows, without the lines of source: they are in the files anyway."""
    source = {
        line.strip(_MARGIN + "\n")
        for file in set(_files(error))
        for line in linecache.getlines(file)
    }
    lines = _ANSI.sub("", report.longreprtext).split("\n")
    text = "\n".join("" if line.strip(_MARGIN) in source else line for line in lines)
    crash = getattr(report.longrepr, "reprcrash", None)
    # Lines of items count from 0.
    path, line = (
        (crash.path, crash.lineno) if crash else (report.location[0], (report.location[1] or 0) + 1)
    )
    return _Shown(f"in the text of the failure, {place(path, line, root)}", text)


def _files(error: BaseException) -> Iterator[str]:
    """Yield the files that the traceback of an error, and of those behind it, goes through."""
    pending: list[BaseException | None] = [error]
    for behind in pending:
        if behind is not None:
            yield from (
                frame.f_code.co_filename for frame, _ in traceback.walk_tb(behind.__traceback__)
            )
            further = (behind.__cause__, behind.__context__, *getattr(behind, "exceptions", ()))
            pending += [other for other in further if other not in pending]


def _described(found: list[tuple[Leak, _Shown]]) -> str:
    places = dict.fromkeys(_line(leak, shown) for leak, shown in found)
    patterns = dict.fromkeys(origin.pattern for leak, _ in found for origin in leak.origins)
    return "\n".join(
        [
            "This test shows values of secrets:",
            *(f"  {place}" for place in places),
            "What is not a secret can be named in the ini option fakesecrets_leaks_ignore, here as",
            *(f"  {pattern}" for pattern in patterns),
            'and a test that may show values can be marked with @pytest.mark.secrets(leaks="off").',
        ]
    )


def _line(leak: Leak, shown: _Shown) -> str:
    origins = " and ".join(map(str, leak.origins))
    lines = _lines(leak.lines) if shown.has_lines else ""
    return ", ".join(filter(None, (origins, leak.form, shown.where, lines)))


def _lines(numbers: tuple[int, ...]) -> str:
    listed = ", ".join(map(str, numbers[:_MAX_LINES]))
    more = len(numbers) - _MAX_LINES
    return f"line{'s' * (len(numbers) > 1)} {listed}" + (f" and {more} more" if more > 0 else "")
