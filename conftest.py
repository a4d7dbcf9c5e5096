"""Runs the examples of the documentation: each block of Python is a test file of its own."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

# Loaded once here: what an example is first to import, it drops at its end.
with suppress(ImportError):
    import boto3  # noqa: F401 - see above
import pytest

pytest_plugins = ["pytester"]


@pytest.fixture
def pytester(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Give what runs pytest inside of a test with this plugin alone; ``-p`` adds others."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "pytest_fakesecrets.plugin")
    return pytester


try:
    from sybil import Document, Example, Region, Sybil
    from sybil.parsers.markdown import CodeBlockParser
except ImportError:  # whoever only runs examples/ needs no Sybil
    collect_ignore_glob = ["*.md"]
else:
    from pytest_fakesecrets import FakeSecrets

    COMMENT = re.compile(r"<!-- example: (.*) -->\n\Z")
    MODULE = re.compile(r"^```py(?:thon)?\n# (\w+)\.py\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    DURATION = re.compile(r"\bin \d+\.\d+s\b")

    @contextmanager
    def localstack() -> Iterator[None]:
        """Have a fake answer in the place of LocalStack, and nothing start a container."""
        container = SimpleNamespace(get_url=lambda: "http://localhost:4566")
        stand_in = SimpleNamespace(LocalStackContainer=lambda: nullcontext(container))
        modules = {"testcontainers.localstack": stand_in}
        with mock.patch.dict(sys.modules, modules), FakeSecrets():
            yield

    def surroundings(example: Example) -> AbstractContextManager[None]:
        """Return what the comment before an example asks for; skip one that lacks a module."""
        comment = COMMENT.search(example.document.text, 0, example.region.start)
        wish = comment[1] if comment else ""
        if wish == "with LocalStack":
            return localstack()
        if wish.startswith("needs "):
            pytest.importorskip(wish.removeprefix("needs "))
        elif wish:
            pytest.fail(f"No example can be {wish!r}. CONTRIBUTING.md says what it can.")
        return nullcontext()

    def modules(example: Example, *, until: int | None = None) -> dict[str, str]:
        """Return the blocks of a document, and of its folder's index, that name a file of Python.

        :param until: the offset in the document at which to stop; its end by default.
        """
        index = Path(example.document.path).parent / "index.md"
        common = index.read_text(encoding="utf-8") if index.exists() else ""
        return dict(MODULE.findall(common + example.document.text[:until]))

    def run_as_test_file(example: Example) -> None:
        """Run one example in a directory of its own; without tests it must import."""
        pytester: pytest.Pytester = example.namespace["pytester"]
        pytester.makepyfile(**modules(example), test_example=str(example.parsed))
        with surroundings(example):
            result = pytester.runpytest_inprocess(
                "-p", "no:cacheprovider", "-W", "error", "test_example.py"
            )
        has_tests = "def test_" in example.parsed
        wanted = pytest.ExitCode.OK if has_tests else pytest.ExitCode.NO_TESTS_COLLECTED
        if result.ret != wanted:
            pytest.fail(result.stdout.str(), pytrace=False)

    def run_in_terminal(example: Example) -> None:
        """Run pytest as a block of console does, on the files shown so far; compare what it prints.

        A line ``...`` stands for any lines.
        """
        pytester: pytest.Pytester = example.namespace["pytester"]
        command, *expected = example.parsed.strip().splitlines()
        pytester.makepyfile(**modules(example, until=example.region.start))
        with mock.patch.dict(os.environ, {"COLUMNS": "80"}):
            result = pytester.runpytest_inprocess(
                "-p", "no:cacheprovider", *shlex.split(command)[2:]
            )
        printed = "\n".join(DURATION.sub("in 0.01s", line).rstrip() for line in result.outlines)
        wanted = "\n".join(DURATION.sub("in 0.01s", line).rstrip() for line in expected)
        pattern = re.escape(wanted).replace(r"\.\.\.", r"[\s\S]*?")
        if re.fullmatch(pattern, printed.strip()) is None:
            pytest.fail(f"{command} printed:\n{printed}", pytrace=False)

    def parse_terminals(document: Document) -> Iterable[Region]:
        """Find the blocks of console that run pytest."""
        for region in CodeBlockParser(language="console", evaluator=run_in_terminal)(document):
            if region.parsed.startswith("$ pytest"):
                yield region

    def make_calls_of_script(example: Example) -> None:
        """Make the calls that a script makes with awslocal, the AWS CLI of LocalStack."""
        with FakeSecrets() as fake:
            for line in example.parsed.replace("\\\n", "").splitlines():
                _, _, command, *options = shlex.split(line)
                members = [option.title().replace("-", "") for option in options[::2]]
                call = getattr(fake.client(), command.replace("-", "_"))
                call(**dict(zip(members, options[1::2], strict=True)))

    def parse_scripts(document: Document) -> Iterable[Region]:
        """Find the scripts with awslocal; other blocks of shell are not run."""
        for region in CodeBlockParser(language="shell", evaluator=make_calls_of_script)(document):
            if region.parsed.startswith("awslocal "):
                yield region

    pytest_collect_file = Sybil(
        parsers=[
            CodeBlockParser(language="python", evaluator=run_as_test_file),
            parse_scripts,
            parse_terminals,
        ],
        patterns=["*.md"],
        fixtures=["pytester"],
    ).pytest()
