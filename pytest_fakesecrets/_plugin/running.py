"""What happens while a test runs: its fakes begin and end, and its report tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

import pytest

from .child_processes import note_processes
from .collection import is_run_per_error
from .fixture_uses import FixtureUses
from .fixtures import FAKES, WIDER, is_real
from .mark_names import is_marked
from .outcomes import add_hint
from .run import AUTOUSE

# The ends of what began for one test.
_ENDS: Final = pytest.StashKey[ExitStack]()
_USES: Final = pytest.StashKey[FixtureUses]()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Have a test be what runs."""
    fakes = item.config.stash[FAKES]
    with fakes.hooks.at(item), ExitStack() as ends:
        item.stash[_ENDS] = ends
        yield
    fakes.end_test()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin a test, with a fake where no fixture can give it one."""
    fakes = item.config.stash[FAKES]
    ends = item.stash.setdefault(_ENDS, ExitStack())
    # A plugin may run a test again.
    ends.close()
    fakes.begin_test()
    note_processes(item)
    if is_real(item):
        real = fakes.run("allow_real_calls", "function", item, passthrough=True, seeded=False)
        ends.enter_context(real)
    elif item.config.getini(AUTOUSE) and not hasattr(item, "fixturenames"):
        ends.enter_context(fakes.run(AUTOUSE, "function", item))
    _refuse_shared_examples(item)
    if item.get_closest_marker("secrets_errors") and not is_run_per_error(item):
        pytest.fail(
            "@pytest.mark.secrets_errors runs a test once per error, which pytest can do with "
            "functions and methods that have the mark themselves, or whose class or module has it, "
            "but not for a pytest.param, nor in a unittest.TestCase. Go through the errors in the "
            "test: for error in fake.faults.each_error(): with self.subTest(error.code): …",
            pytrace=False,
        )


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Iterator[None]:
    """Note which fakes of wider scopes a fixture uses.

    Under ``fakesecrets_autouse``, have a test's own copy there before its other fixtures.
    """
    if request.scope == "function":
        if (
            request.config.getini(AUTOUSE)
            and request.fixturename not in ("fake_secrets", "request", *WIDER)
            and "fake_secrets" in getattr(request.node, "fixturenames", ())
        ):
            request.getfixturevalue("fake_secrets")
        yield
        return
    stash = request.config.stash
    if _USES not in stash:
        stash[_USES] = FixtureUses(stash[FAKES])
    with stash[_USES].noted(fixturedef):
        yield


# Last, when the outcome is final: that of a test that is expected to fail is not a failure.
@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Show with a failing test what its fakes have seen."""
    outcome: Any = yield
    report, seen = outcome.get_result(), item.config.stash[FAKES].seen()
    if report.failed:
        add_hint(report, call.excinfo)
    if seen or item.user_properties:
        from .failure_report import add_report

        add_report(item, report, call.excinfo, seen)


def _refuse_shared_examples(item: pytest.Item) -> None:
    """Refuse a mark on a test of Hypothesis, as Hypothesis refuses fixtures of one test.

    It does not know what a mark has added to a test's fixtures.
    """
    function = getattr(item, "obj", None)
    if not getattr(function, "is_hypothesis_test", False) or not is_marked(item) or is_real(item):
        return
    settings = getattr(function, "_hypothesis_internal_use_settings", None)
    suppressed = getattr(settings, "suppress_health_check", ())
    if not any(check.name == "function_scoped_fixture" for check in suppressed):
        pytest.fail(
            "A test of Hypothesis has a mark that gives it a fake: all examples would share it, "
            "and one would find what another wrote. Begin a fake in each example, inside the "
            "test: with FakeSecrets({...}) as fake: … If sharing is meant, say so with "
            "@settings(suppress_health_check=[HealthCheck.function_scoped_fixture]); "
            "fake_secrets.reset() makes an example begin empty.",
            pytrace=False,
        )
