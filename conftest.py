"""Runs the examples of the documentation: each block of Python is a test file of its own."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from types import SimpleNamespace
from unittest import mock

# Loaded once here: what an example is first to import, it drops at its end.
with suppress(ImportError):
    import boto3  # noqa: F401 - see above
import pytest

pytest_plugins = ["pytester"]

try:
    from sybil import Document, Example, Region, Sybil
    from sybil.parsers.markdown import CodeBlockParser
except ImportError:  # whoever only runs examples/ needs no Sybil
    collect_ignore_glob = ["*.md"]
else:
    from pytest_fakesecrets import FakeSecrets

    COMMENT = re.compile(r"<!-- example: (.*) -->\n\Z")
    MODULE = re.compile(r"^```python\n# (\w+)\.py\n(.*?)^```$", re.MULTILINE | re.DOTALL)

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

    def run_as_test_file(example: Example) -> None:
        """Run one example in a directory of its own; without tests it must import."""
        pytester: pytest.Pytester = example.namespace["pytester"]
        pytester.makepyfile(**dict(MODULE.findall(example.document.text)))
        pytester.makepyfile(test_example=str(example.parsed))
        with surroundings(example):
            result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error")
        has_tests = "def test_" in example.parsed
        wanted = pytest.ExitCode.OK if has_tests else pytest.ExitCode.NO_TESTS_COLLECTED
        if result.ret != wanted:
            pytest.fail(result.stdout.str(), pytrace=False)

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
        ],
        patterns=["*.md"],
        fixtures=["pytester"],
    ).pytest()
