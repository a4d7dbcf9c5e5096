"""What happens while pytest collects: marked tests get their fakes and their errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .._errors import UsageError
from .detectors import detect_leaks, detect_unused_faults
from .fixtures import FAKES, FIXTURES, fake_of_scope, is_real
from .mark_names import decide, is_marked


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``secrets_error``, or has its marker, once for each error."""
    if "secrets_error" not in metafunc.fixturenames:
        if not metafunc.definition.get_closest_marker("secrets_errors"):
            return
        metafunc.fixturenames.append("secrets_error")
    from .mark_options import errors_of_marks

    try:
        errors = errors_of_marks(metafunc.definition)
    except UsageError as error:
        # For the fixture to show: an error raised here would hide all other tests of the file.
        metafunc.parametrize("secrets_error", [error], indirect=True, ids=["misused"])
        return
    single = len({error.operation for error in errors}) == 1
    ids = [error.code if single else f"{error.operation}-{error.code}" for error in errors]
    metafunc.parametrize("secrets_error", errors, indirect=True, ids=ids)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have the marker alone, and ``fakesecrets_autouse``, activate a fake."""
    always = config.getini("fakesecrets_autouse")
    decide(config, items, FIXTURES)
    item: Any
    for item in items:
        # Lists of their own: pytest shares one among all parametrisations of a function.
        names = getattr(item, "fixturenames", None)
        if is_marked(item):
            _detect_what_marks_ask_for(item)
        if names is None or is_real(item):
            continue
        if is_run_per_error(item) and "secrets_error" not in names:
            # pytest forgets a fixture that pytest_generate_tests has added.
            names = item.fixturenames = [*names, "secrets_error"]
        if is_marked(item):
            # Before all others, so that an autouse fixture may already call Secrets Manager.
            others = (name for name in names if name != "fake_secrets")
            item.fixturenames = ["fake_secrets", *others]
        elif always and "fake_secrets" not in names:
            # After those of wider scopes, which are to write to the fake that outlives the test.
            item.fixturenames = [*names, "fake_secrets"]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have the fakes that are active know the hooks of all folders."""
    session.config.stash[FAKES].refresh_hooks()


def _detect_what_marks_ask_for(item: pytest.Item) -> None:
    from .mark_options import level_of

    if level_of(item, "leaks") != "off":
        detect_leaks(item.config)
    if level_of(item, "unused_faults") != "off":
        detect_unused_faults(item.config)


def is_run_per_error(item: pytest.Item) -> bool:
    """Tell whether a test is run once for each error."""
    return "secrets_error" in getattr(getattr(item, "callspec", None), "params", ())
