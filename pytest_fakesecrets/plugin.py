"""The pytest plugin: fixtures and markers."""

# botocore takes a good part of a second to import, so nothing here imports it, nor any module that
# does, before a test wants a fake.

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import pytest

from ._errors import UsageError, unknown_choice

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from ._fake import FakeSecrets
    from ._seeds import Seed

_SCOPES: Final = ("session", "package", "module", "class", "function")
_WIDER: Final = (
    "session_fake_secrets",
    "package_fake_secrets",
    "module_fake_secrets",
    "class_fake_secrets",
)


@dataclass(frozen=True, slots=True)
class SecretsOptions:
    """What one ``@pytest.mark.secrets(...)`` says."""

    seeds: tuple[Seed, ...] = ()
    region: str | None = None
    account: str | None = None
    leaks: str | None = None

    @classmethod
    def of(cls, mark: pytest.Mark) -> SecretsOptions:
        """Read a mark; refuse an option that it does not have."""
        _check_options(mark, ("account", "leaks", "region"))
        _check_leaks(mark.kwargs.get("leaks"))
        return cls(mark.args, **mark.kwargs)


@dataclass(frozen=True, slots=True)
class ErrorsOptions:
    """What one ``@pytest.mark.secrets_errors(...)`` says."""

    operation: str = "GetSecretValue"
    only: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()

    @classmethod
    def of(cls, mark: pytest.Mark | None) -> ErrorsOptions:
        """Read a mark; refuse an option that it does not have."""
        if mark is None:
            return cls()
        _check_options(mark, ("also", "only", "operation"))
        if len(mark.args) + ("operation" in mark.kwargs) > 1:
            message = "@pytest.mark.secrets_errors takes one operation. Write a test for each."
            raise UsageError(message)
        named = {"operation": mark.args[0]} if mark.args else {}
        lists = {
            name: _several(name, mark.kwargs[name])
            for name in ("also", "only")
            if name in mark.kwargs
        }
        return cls(**{**named, **mark.kwargs, **lists})

    def codes(self) -> list[str]:
        """Return the errors to inject: the operation's documented ones, narrowed and widened."""
        from ._calls import check_operation
        from ._faults import check_error
        from ._model import errors_of

        check_operation(self.operation)
        documented = errors_of(self.operation)
        for code in self.only or ():
            if code not in documented:
                what = f"a documented error of {self.operation}"
                raise unknown_choice(what, code, documented)
        for code in self.also:
            check_error(code)
        chosen = [code for code in documented if self.only is None or code in self.only]
        return [*chosen, *(code for code in self.also if code not in chosen)]


@dataclass(frozen=True, slots=True)
class InjectedError:
    """The error that a run of a test meets.

    :ivar code: AWS's error code, such as ``DecryptionFailure``.
    :ivar operation: the operation that it is injected into.
    """

    code: str
    operation: str


@dataclass(frozen=True, slots=True)
class _Running:
    """A fake that a fixture has started, the marks that seeded it, and how narrow its scope is."""

    fake: FakeSecrets
    marks: tuple[pytest.Mark, ...]
    width: int


_RUNNING: Final = pytest.StashKey[list[_Running]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini options."""
    parser.addini(
        "fakesecrets_leaks",
        "what to do about a test that shows the value of a secret: off, warn or error",
        type="string",
        default="off",
    )
    parser.addini(
        "fakesecrets_leaks_min_length",
        "how many characters a value has at least, to be looked for",
        type="string",
        default="8",
    )
    parser.addini(
        "fakesecrets_leaks_ignore",
        "what is no secret: patterns NAME, or NAME:PATH for a part of the secret's JSON",
        type="linelist",
    )
    parser.addini(
        "fakesecrets_leaks_exclude_loggers",
        "loggers whose DEBUG records, and those of their children, are not looked into",
        type="args",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and leak detection where it is wanted."""
    config.stash[_RUNNING] = []
    if config.getini("fakesecrets_leaks") != "off":
        _detect_leaks(config)
    config.addinivalue_line(
        "markers",
        "secrets(*seeds, region=None, account=None, leaks=None): give the test a fake AWS Secrets "
        "Manager with these secrets (dicts of names to values, Secret objects). Several marks add "
        "up; the closest wins for the same secret.",
    )
    config.addinivalue_line(
        "markers",
        "secrets_errors(operation='GetSecretValue', only=None, also=()): which errors the fixture "
        "secrets_error goes through; by default all that AWS documents for the operation.",
    )


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Have each package know ``package_fake_secrets`` as its own.

    pytest takes the package of a fixture to be where it is defined, and for one of a plugin that
    is the whole session.
    """
    if isinstance(collector, pytest.Package):
        manager = collector.session._fixturemanager  # noqa: SLF001 - no public way to register one
        holder = ModuleType(collector.name)
        vars(holder).update(package_fake_secrets=package_fake_secrets)
        manager.parsefactories(holder, collector.nodeid.removesuffix("/__init__.py"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the marker alone activate a fake."""
    for item in items:
        names = getattr(item, "fixturenames", None)
        if names is not None and item.get_closest_marker("secrets"):
            # Before all others, so that an autouse fixture may already call Secrets Manager.
            names[:] = ["fake_secrets", *(name for name in names if name != "fake_secrets")]
            if any(_wants_leaks(mark) for mark in item.iter_markers("secrets")):
                _detect_leaks(item.config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``secrets_error`` once for each error."""
    if "secrets_error" not in metafunc.fixturenames:
        return
    with _usage_errors_shown():
        options = ErrorsOptions.of(metafunc.definition.get_closest_marker("secrets_errors"))
        errors = [InjectedError(code, options.operation) for code in options.codes()]
    metafunc.parametrize(
        "secrets_error", errors, indirect=True, ids=[error.code for error in errors]
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Show with a failing test the rotations that ran in it, without what they raised."""
    outcome: Any = yield
    report = outcome.get_result()
    running = item.config.stash.get(_RUNNING, [])
    runs = [repr(run) for other in running for run in other.fake.rotations]
    if call.when == "call" and report.failed and runs:
        report.sections.append(("rotations of fake secrets", "\n".join(runs)))


@pytest.fixture
def fake_secrets(request: pytest.FixtureRequest) -> Iterator[FakeSecrets]:
    """Give a fake AWS Secrets Manager that answers every botocore client until the test ends."""
    for name in _WIDER:
        if name in request.fixturenames:
            request.getfixturevalue(name)
    yield from _run_fake(request)


@pytest.fixture(scope="class")
def class_fake_secrets(request: pytest.FixtureRequest) -> Iterator[FakeSecrets]:
    """Give a fake AWS Secrets Manager that lasts as long as the test class."""
    yield from _run_fake(request)


@pytest.fixture(scope="module")
def module_fake_secrets(request: pytest.FixtureRequest) -> Iterator[FakeSecrets]:
    """Give a fake AWS Secrets Manager that lasts as long as the test module."""
    yield from _run_fake(request)


@pytest.fixture(scope="package")
def package_fake_secrets(request: pytest.FixtureRequest) -> Iterator[FakeSecrets]:
    """Give a fake AWS Secrets Manager that lasts as long as the test package."""
    yield from _run_fake(request)


@pytest.fixture(scope="session")
def session_fake_secrets(request: pytest.FixtureRequest) -> Iterator[FakeSecrets]:
    """Give a fake AWS Secrets Manager that lasts as long as the test run."""
    yield from _run_fake(request)


@pytest.fixture
def secrets_client(fake_secrets: FakeSecrets) -> SecretsManagerClient:
    """Give a client of the fake AWS Secrets Manager: boto3's, or else botocore's."""
    return fake_secrets.client()


@pytest.fixture
def secrets_error(fake_secrets: FakeSecrets, request: pytest.FixtureRequest) -> InjectedError:
    """Have AWS Secrets Manager answer with an error; one run for each documented one."""
    error: InjectedError = request.param
    fake_secrets.faults.add(error.code, operation=error.operation)
    return error


def _run_fake(request: pytest.FixtureRequest) -> Iterator[FakeSecrets]:
    """Start a fake inside those that run already, with the seeds of the marks they lack."""
    from ._fake import FakeSecrets

    running = request.config.stash[_RUNNING]
    width = _SCOPES.index(request.scope)
    # pytest may begin a fixture of a module in the middle of one of its classes.
    outer = [other for other in running if other.width <= width]
    inner = [other for other in running if other.width > width]
    applied = [mark for other in outer for mark in other.marks]
    marks = tuple(
        mark
        for mark in request.node.iter_markers("secrets")
        if not any(mark is other for other in applied)
    )
    with _usage_errors_shown():
        options = [SecretsOptions.of(mark) for mark in marks]
        # The closest mark comes first, and is to have the last word on a secret.
        seeds = [seed for option in reversed(options) for seed in option.seeds]
        fake = FakeSecrets(*seeds, **_place(options, outer))
    entry = _Running(fake, marks, width)
    fake.start(beneath=inner[0].fake if inner else None)
    running[:] = [*outer, entry, *inner]
    try:
        yield fake
    finally:
        running.remove(entry)
        fake.stop()


def _place(options: list[SecretsOptions], running: list[_Running]) -> dict[str, Any]:
    """Return Region and account: those of the closest mark, else of the fake around."""
    place = {}
    for name in ("region", "account"):
        said = [getattr(option, name) for option in options]
        said += [getattr(outer.fake, name) for outer in reversed(running)]
        place[name] = next((value for value in said if value is not None), None)
    return {name: value for name, value in place.items() if value is not None}


@contextmanager
def _usage_errors_shown() -> Iterator[None]:
    """Show a misuse as its message alone: the frames would all be ours."""
    try:
        yield
    except UsageError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _check_options(mark: pytest.Mark, known: tuple[str, ...]) -> None:
    for option in mark.kwargs:
        if option not in known:
            what = f"an option of @pytest.mark.{mark.name}"
            raise unknown_choice(what, option, known)


def _check_leaks(level: str | None) -> None:
    if level is None:
        return
    from ._plugin.leaks import LEVELS

    if level not in LEVELS:
        what = "a value of leaks= of @pytest.mark.secrets"
        raise unknown_choice(what, level, LEVELS)


def _wants_leaks(mark: pytest.Mark) -> bool:
    return mark.kwargs.get("leaks") in ("warn", "error")


def _detect_leaks(config: pytest.Config) -> None:
    """Register leak detection, unless it is there already."""
    if config.pluginmanager.has_plugin("fakesecrets_leaks"):
        return
    from ._announce import listeners
    from ._plugin.leaks import LeakDetector
    from ._plugin.values import SeenValues

    seen = SeenValues()
    config.pluginmanager.register(LeakDetector(config, seen), "fakesecrets_leaks")
    config.pluginmanager.register(seen, "fakesecrets_values")
    listeners.append(seen.heard_of)
    config.add_cleanup(lambda: listeners.remove(seen.heard_of))


def _several(name: str, codes: Any) -> tuple[str, ...]:
    if isinstance(codes, str):
        message = f"{name}={codes!r} of @pytest.mark.secrets_errors is one string. Give a list."
        raise UsageError(message)
    return tuple(codes)
