"""What waits for a module to be imported."""

from __future__ import annotations

import importlib
import sys

import pytest

from pytest_fakesecrets._plugin.imports import WhenImported


@pytest.fixture
def module(pytester):
    """Return the name of a module that has not been imported."""
    pytester.makepyfile(some_module="VALUE = 1")
    pytester.syspathinsert()
    yield "some_module"
    sys.modules.pop("some_module", None)


def test_it_waits_for_the_module(module):
    """The call is made once, after the module was imported as ever."""
    called = []
    waiting = WhenImported(module, lambda: called.append(sys.modules[module].VALUE))
    importlib.import_module("json")
    assert [] == called

    importlib.import_module(module)
    importlib.reload(sys.modules[module])

    assert [1] == called
    assert waiting not in sys.meta_path


def test_a_module_that_is_there_already():
    """The call is made at once."""
    called = []
    WhenImported("sys", lambda: called.append(True))

    assert [True] == called


def test_who_waits_no_more_is_not_called(module):
    """A cancelled one leaves nothing behind."""
    called = []
    waiting = WhenImported(module, lambda: called.append(True))
    waiting.cancel()
    waiting.cancel()
    importlib.import_module(module)

    assert [] == called


def test_a_module_that_does_not_exist():
    """The error is Python's own."""
    waiting = WhenImported("no_such_module_anywhere", pytest.fail)
    with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
        importlib.import_module("no_such_module_anywhere")
    waiting.cancel()


def test_the_loader_stays_what_it_was(module):
    """The module has its own loader, as if nobody had waited."""
    WhenImported(module, lambda: None)
    imported = importlib.import_module(module)

    assert imported.__loader__ is imported.__spec__.loader
    assert "pytest_fakesecrets" not in type(imported.__loader__).__module__


@pytest.mark.parametrize("source", ["(fake_secrets): fake_secrets.add('a', 'v')", "(): pass"])
def test_the_installed_plugin(pytester, monkeypatch, source):
    """As users have it: found by its entry point, its modules rewritten by pytest's one loader."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    monkeypatch.delenv("PYTEST_PLUGINS")
    pytester.makepyfile(f"def test_it{source}")

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=1)
