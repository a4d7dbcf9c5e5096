"""The pytest plugin: fixtures, markers, ini options and hooks."""

# botocore takes a good part of a second to import, so nothing here imports it, nor any module that
# does, before a test wants a fake.

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

import pytest

from ._plugin.failure_report import add_report
from ._plugin.fixtures import (
    FAKES,
    WIDER,
    class_fake_secrets,
    fake_of_scope,
    fake_secrets,
    is_real,
    module_fake_secrets,
    package_fake_secrets,
    secrets_client,
    secrets_error,
    session_fake_secrets,
)
from ._plugin.options import add_inis, check_inis, described, errors_of_marks, level_of
from ._plugin.run import FakesOfRun, usage_errors_shown
from ._plugin.unused import UnusedFaults, UnusedSeeds

# pytest takes fixtures from the plugin itself.
__all__ = [
    "class_fake_secrets",
    "fake_secrets",
    "module_fake_secrets",
    "package_fake_secrets",
    "secrets_client",
    "secrets_error",
    "session_fake_secrets",
]

# The ends of what began for one test.
_ENDS: Final = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini options."""
    add_inis(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks that a conftest.py may implement."""
    from . import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Have ``fakesecrets_autouse`` begin before a conftest.py can read a secret."""
    _begin(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and what the ini options ask for."""
    _begin(config)
    config.addinivalue_line(
        "markers",
        "secrets(*seeds, region=None, account=None, file=(), allow_real_calls=False, leaks=None, "
        "unused_faults=None): "
        "give the test a fake AWS Secrets Manager with these secrets (dicts of names to values, "
        "Secret objects; files relative to the test's). Several marks add up; the closest wins for "
        "the same secret. allow_real_calls=True lets the test reach the real AWS instead.",
    )
    config.addinivalue_line(
        "markers",
        "secrets_errors(*operations, only=None, also=()): run the test once for each error that "
        "AWS documents for the operations (GetSecretValue by default), already injected; the "
        "fixture secrets_error tells which. only= takes some of them, also= adds others, such as "
        "ThrottlingException or ReadTimeoutError.",
    )
    fakes = config.stash[FAKES]
    if config.getini("fakesecrets_leaks") != "off":
        _detect_leaks(config)
    if (level := config.getini("fakesecrets_unused_seeds")) != "off":
        config.pluginmanager.register(UnusedSeeds(fakes, level), "fakesecrets_unused_seeds")
    config.pluginmanager.register(UnusedFaults(fakes), "fakesecrets_unused_faults")
    fakes.seed_from_late_hooks()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have the fakes that are active know the hooks of all folders."""
    session.config.stash[FAKES].refresh_hooks()


def _begin(config: pytest.Config) -> None:
    """Begin all that ends with the run; where pytest loads the plugin late, when it configures."""
    if FAKES in config.stash:
        return
    check_inis(config)
    ends = ExitStack()
    # Unlike pytest_unconfigure, it runs also where a conftest.py cannot be imported.
    config.add_cleanup(ends.close)
    fakes = config.stash[FAKES] = FakesOfRun(config)
    ends.callback(fakes.close)
    if (level := config.getini("fakesecrets_real_calls")) != "allow":
        from ._botocore.patching import unwatch, watch
        from ._plugin.real_calls import Guard

        guard = Guard(fakes, level)
        config.pluginmanager.register(guard, "fakesecrets_real_calls")
        watch(guard.ask)
        ends.callback(unwatch, guard.ask)
    if config.getini("fakesecrets_autouse"):
        ends.enter_context(fakes.run("autouse"))


def pytest_report_header(config: pytest.Config) -> str | None:
    """Show the ini options under ``-v``."""
    return f"fakesecrets: {described(config)}" if config.option.verbose > 0 else None


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """Have messages about calls at import name the file."""
    with collector.config.stash[FAKES].hooks.at(collector):
        yield


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Have each package know ``package_fake_secrets`` as its own.

    pytest takes the package of a fixture to be where it is defined, and for one of a plugin that
    is the whole session. Before pytest 9.1, which has no public way to say otherwise, it stays so.
    """
    register: Any = getattr(pytest, "register_fixture", None)
    if register is not None and isinstance(collector, pytest.Package):
        name = "package_fake_secrets"
        register(name=name, func=fake_of_scope, node=collector, scope="package")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have the marker alone, and ``fakesecrets_autouse``, activate a fake."""
    always = config.getini("fakesecrets_autouse")
    item: Any
    for item in items:
        # Lists of their own: pytest shares one among all parametrisations of a function.
        names = getattr(item, "fixturenames", None)
        if level_of(item, "leaks") != "off":
            _detect_leaks(config)
        if names is None or is_real(item):
            continue
        if _is_run_per_error(item) and "secrets_error" not in names:
            # pytest forgets a fixture that pytest_generate_tests has added.
            names = item.fixturenames = [*names, "secrets_error"]
        if item.get_closest_marker("secrets"):
            # Before all others, so that an autouse fixture may already call Secrets Manager.
            others = (name for name in names if name != "fake_secrets")
            item.fixturenames = ["fake_secrets", *others]
        elif always and "fake_secrets" not in names:
            # After those of wider scopes, which are to write to the fake that outlives the test.
            item.fixturenames = [*names, "fake_secrets"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``secrets_error``, or has its marker, once for each error."""
    if "secrets_error" not in metafunc.fixturenames:
        if not metafunc.definition.get_closest_marker("secrets_errors"):
            return
        metafunc.fixturenames.append("secrets_error")
    with usage_errors_shown():
        errors = errors_of_marks(metafunc.definition)
    single = len({error.operation for error in errors}) == 1
    ids = [error.code if single else f"{error.operation}-{error.code}" for error in errors]
    metafunc.parametrize("secrets_error", errors, indirect=True, ids=ids)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Have a test be what runs."""
    with item.config.stash[FAKES].hooks.at(item), ExitStack() as ends:
        item.stash[_ENDS] = ends
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin a test, with a fake where no fixture can give it one."""
    fakes = item.config.stash[FAKES]
    ends = item.stash.setdefault(_ENDS, ExitStack())
    # A plugin may run a test again.
    ends.close()
    fakes.begin_test()
    if is_real(item):
        ends.enter_context(fakes.run("function", item, passthrough=True))
    elif item.config.getini("fakesecrets_autouse") and not hasattr(item, "fixturenames"):
        ends.enter_context(fakes.run("function", item))
    if item.get_closest_marker("secrets_errors") and not _is_run_per_error(item):
        pytest.fail(
            "@pytest.mark.secrets_errors runs a test once per error, which pytest can do with "
            "functions and methods that have the mark themselves, or whose class or module has it, "
            "but not for a pytest.param, nor in a unittest.TestCase. Go through the errors in the "
            "test: for error in fake.faults.each_error(): with self.subTest(error.code): …",
            pytrace=False,
        )


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(request: pytest.FixtureRequest) -> None:
    """Under ``fakesecrets_autouse``, have a test's own copy there before its other fixtures."""
    if (
        request.scope == "function"
        and request.config.getini("fakesecrets_autouse")
        and request.fixturename not in ("fake_secrets", "request", *WIDER)
        and "fake_secrets" in getattr(request.node, "fixturenames", ())
    ):
        request.getfixturevalue("fake_secrets")


# Last, when the outcome is final: that of a test that is expected to fail is not a failure.
@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show with a failing test what its fakes have seen."""
    outcome: Any = yield
    fakes = item.config.stash[FAKES]
    add_report(item, outcome.get_result(), fakes.of_test())


def _is_run_per_error(item: pytest.Item) -> bool:
    return "secrets_error" in getattr(getattr(item, "callspec", None), "params", ())


def _detect_leaks(config: pytest.Config) -> None:
    """Begin to look for leaks, unless that is done already."""
    if config.pluginmanager.has_plugin("fakesecrets_leaks"):
        return
    from ._plugin.leaks.watch import LeakDetector

    config.pluginmanager.register(LeakDetector(config, config.stash[FAKES]), "fakesecrets_leaks")
