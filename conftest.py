"""Runs the examples of the documentation: each block of Python is a test file of its own."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

try:
    from sybil import Example, Sybil
    from sybil.parsers.markdown import CodeBlockParser
except ImportError:  # whoever only runs examples/ needs no Sybil
    collect_ignore_glob = ["*.md"]
else:

    def run_as_test_file(example: Example) -> None:
        """Run one example in a directory of its own; without tests it must import."""
        pytester: pytest.Pytester = example.namespace["pytester"]
        pytester.makepyfile(test_example=str(example.parsed))
        result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error")
        has_tests = "def test_" in example.parsed
        wanted = pytest.ExitCode.OK if has_tests else pytest.ExitCode.NO_TESTS_COLLECTED
        if result.ret != wanted:
            pytest.fail(result.stdout.str(), pytrace=False)

    pytest_collect_file = Sybil(
        parsers=[CodeBlockParser(language="python", evaluator=run_as_test_file)],
        patterns=["*.md"],
        fixtures=["pytester"],
    ).pytest()
