"""The pytest plugin: fixtures, markers, ini options and hooks."""

# botocore takes a good part of a second to import, so nothing here imports it, nor any module that
# does, before a test wants a fake.

from __future__ import annotations

from contextlib import ExitStack

import pytest

from ._plugin.collection import (
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_collectstart,
    pytest_generate_tests,
    pytest_make_collect_report,
)
from ._plugin.comparisons import pytest_assertrepr_compare
from ._plugin.detectors import detect_leaks, detect_unused_faults, detect_unused_seeds
from ._plugin.fixtures import (
    FAKES,
    class_fake_secrets,
    fake_secrets,
    fake_secrets_server,
    module_fake_secrets,
    package_fake_secrets,
    secrets_client,
    secrets_error,
    session_fake_secrets,
)
from ._plugin.mark_names import add_markers, is_short_name_taken
from ._plugin.options import ENDPOINT, add_endpoint, add_inis, check_endpoint, check_inis, described
from ._plugin.run import AUTOUSE, FakesOfRun
from ._plugin.running import (
    pytest_fixture_setup,
    pytest_runtest_makereport,
    pytest_runtest_protocol,
    pytest_runtest_setup,
)

# pytest takes fixtures and hooks from the plugin itself.
__all__ = [
    "class_fake_secrets",
    "fake_secrets",
    "fake_secrets_server",
    "module_fake_secrets",
    "package_fake_secrets",
    "pytest_assertrepr_compare",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_collectstart",
    "pytest_fixture_setup",
    "pytest_generate_tests",
    "pytest_make_collect_report",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "secrets_client",
    "secrets_error",
    "session_fake_secrets",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    add_inis(parser)
    add_endpoint(parser)


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
    add_markers(config)
    if config.getini("fakesecrets_leaks") != "off":
        detect_leaks(config)
    if config.getini("fakesecrets_unused_faults") != "off":
        detect_unused_faults(config)
    if config.getini("fakesecrets_unused_seeds") != "off":
        detect_unused_seeds(config)
    config.stash[FAKES].seed_from_late_hooks()


def _begin(config: pytest.Config) -> None:
    """Begin all that ends with the run; where pytest loads the plugin late, when it configures."""
    if FAKES in config.stash:
        return
    check_inis(config)
    url: str | None = getattr(config.known_args_namespace, ENDPOINT, None)
    check_endpoint(url)
    ends = ExitStack()
    # Unlike pytest_unconfigure, it runs also where a conftest.py cannot be imported.
    config.add_cleanup(ends.close)
    fakes = config.stash[FAKES] = FakesOfRun(config)
    ends.callback(fakes.close)
    if (level := config.getini("fakesecrets_real_calls")) != "allow":
        from ._plugin.real_calls import Guard

        guard = Guard(fakes, level)
        config.pluginmanager.register(guard, "fakesecrets_real_calls")
        ends.callback(guard.close)
    if config.getini(AUTOUSE):
        ends.enter_context(fakes.run(AUTOUSE, AUTOUSE, passthrough=url is not None))


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Show the ini options under ``-v``, and what a mark of the suite's own means for ours."""
    lines = [f"fakesecrets: {described(config)}"] if config.option.verbose > 0 else []
    if url := config.getoption(ENDPOINT):
        lines.append(f"fakesecrets: tests run against {url}")
    if is_short_name_taken(config):
        lines.append(
            "fakesecrets: the mark secrets is this suite's own; that of the plugin is fake_secrets"
        )
    return lines
