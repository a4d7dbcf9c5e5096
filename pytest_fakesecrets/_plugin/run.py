"""The fakes of one run of pytest: which there are, which of them answer, what a test sees."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from .._errors import UsageError
from .._listeners import listeners
from .mark_names import Node, marks_of
from .suite_hooks import SuiteHooks

if TYPE_CHECKING:
    from .._aws.model.secret import StoredSecret
    from .._aws.model.values import Value
    from .._fake.fake import FakeSecrets
    from .._fake.report import LogPosition
    from .mark_options import Origins, SecretsOptions

AUTOUSE: Final = "fakesecrets_autouse"
_SCOPES: Final = (AUTOUSE, "session", "package", "module", "class", "function")


class Seeding(NamedTuple):
    """Where the seeds of a fake come from.

    :ivar marks: the marks that seeded it.
    :ivar plugins: the plugins whose hooks were asked for seeds.
    :ivar origins: the seeds, each with its origin.
    """

    marks: tuple[pytest.Mark, ...] = ()
    plugins: tuple[object, ...] = ()
    origins: Origins = []  # noqa: RUF012 - nobody changes it


class RunningFake:
    """A fake that a fixture, or the run itself, has started.

    :ivar fixture: the name of the fixture, or of the option that asked for the fake.
    :ivar scope_index: its scope, as an index: the smaller, the wider.
    :ivar node: what it is for; None for the whole run.
    :ivar passthrough: whether it lets calls go on to AWS.
    :ivar seeded: whether it has the seeds of marks, hooks and files.
    """

    __slots__ = ("fake", "fixture", "node", "passthrough", "scope_index", "seeded", "seeding")

    def __init__(
        self,
        fixture: str,
        scope: str,
        node: Node | None,
        *,
        passthrough: bool = False,
        seeded: bool = True,
    ) -> None:
        self.fixture = fixture
        self.scope_index = _SCOPES.index(scope)
        self.node = node
        self.passthrough = passthrough
        self.seeded = seeded
        self.fake: FakeSecrets
        self.seeding = Seeding()

    @property
    def is_of_test(self) -> bool:
        """Whether it ends with one test."""
        return self.scope_index == len(_SCOPES) - 1

    @property
    def is_of_scope(self) -> bool:
        """Whether it answers only where it is used: it outlives a test, but not for all tests."""
        return self.scope_index > 0 and not self.is_of_test


class SeenFake(NamedTuple):
    """A fake that a test has seen.

    :ivar since: what its log held before the test.
    """

    fixture: str
    fake: FakeSecrets
    since: LogPosition


class FakesOfRun:
    """All fakes of one run of pytest.

    A fake of a wider scope than a test answers only in tests that use its fixture, and in the
    set-up and tear-down of the fixtures that do.

    :ivar hooks: asks the hooks.
    :ivar running: the fakes that fixtures have started, widest first.
    :ivar in_use: those of them that answer, or wait beneath others that do, widest first.
    :ivar uses: each use of a fake of a wider scope since the test began, oldest first.
    :ivar on_end: who wants to know of each fake of `running` that ends.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.hooks = SuiteHooks(config)
        self.running: list[RunningFake] = []
        self.in_use: list[RunningFake] = []
        self.uses: list[RunningFake] = []
        self.on_end: list[Callable[[RunningFake], object]] = []
        self._active: list[FakeSecrets] = []
        self._made: list[FakeSecrets] = []
        self._seen: dict[FakeSecrets, SeenFake] = {}
        self._values: dict[tuple[str, Value], None] | None = None
        self._seeds_of_ini: Origins | None = None
        listeners.append(self)

    def close(self) -> None:
        """Listen no more."""
        listeners.remove(self)

    def begin_test(self) -> None:
        """Forget what only the test before had."""
        self.end_test()
        self._seen.clear()
        self._made.clear()
        for fake in self._active:
            self._see(fake)
        if self._values is not None:
            self._values.clear()
            self.refresh_hooks()

    def end_test(self) -> None:
        """Have the fakes of wider scopes answer no more, until a test uses them."""
        self.uses.clear()
        for entry in self._of_scopes():
            self._suspend(entry)

    @contextmanager
    def run(
        self,
        fixture: str,
        scope: str,
        node: Node | None = None,
        *,
        passthrough: bool = False,
        seeded: bool = True,
    ) -> Iterator[FakeSecrets]:
        """Have a fake run inside those that are in use, with the seeds that they lack.

        :param fixture: the name of the fixture, or of the option that asks for it.
        :param scope: the scope of a fixture, or ``fakesecrets_autouse``.
        :param node: what it is for; None for the whole run.
        :param passthrough: whether calls go on to AWS instead.
        :param seeded: whether it has seeds.
        """
        from .._fake.fake import pipeline_of

        entry = RunningFake(fixture, scope, node, passthrough=passthrough, seeded=seeded)
        with usage_errors_shown(at_start=node is None), self.hooks.at(node):
            self._make(entry)
        _insert(self.running, entry)
        self.use(entry)
        try:
            yield entry.fake
        finally:
            self.running.remove(entry)
            self._suspend(entry)
            pipeline_of(entry.fake).is_over = True
            for listen in self.on_end:
                listen(entry)

    def use(self, entry: RunningFake) -> None:
        """Have a fake answer from now on, below those of narrower scopes."""
        if entry.is_of_scope:
            self.uses.append(entry)
        if entry in self.in_use or entry not in self.running:
            return
        from .._fake.fake import begin

        # pytest may begin a fixture of a module in the middle of one of its classes.
        inner = self.in_use[_place(self.in_use, entry) :]
        below = inner[0].fake if inner else None
        begin(entry.fake, below=below, passthrough=entry.passthrough)
        _insert(self.in_use, entry)

    @contextmanager
    def resumed(self, entries: Iterable[RunningFake]) -> Iterator[None]:
        """Have fakes answer for a while, those of them that have not ended."""
        waiting = [entry for entry in entries if entry not in self.in_use]
        for entry in waiting:
            self.use(entry)
        try:
            yield
        finally:
            for entry in waiting:
                self._suspend(entry)

    def used_since(self, number: int) -> list[RunningFake]:
        """Return the fakes of wider scopes that were used since there were so many uses."""
        return list(dict.fromkeys(self.uses[number:]))

    def wider_in_use(self) -> list[RunningFake]:
        """Return the fakes of wider scopes that are in use."""
        return self._of_scopes()

    def seen(self) -> list[SeenFake]:
        """Return the fakes that the present test has seen, also those that have ended."""
        return list(self._seen.values())

    def seeds_of(self, fake: FakeSecrets) -> list[Any]:
        """Return what a fake that runs was seeded with."""
        return [
            seed
            for entry in self.running
            if entry.fake is fake
            for _, seed in entry.seeding.origins
        ]

    def own(self) -> list[FakeSecrets]:
        """Return the fakes that are the present test's alone; those that outlive it are not."""
        of_test = [entry.fake for entry in self.running if entry.is_of_test]
        lasting = [*self._active, *(entry.fake for entry in self.running)]
        ended = [fake for fake in self._seen if fake not in lasting]
        return [*of_test, *ended]

    def remember_values(self) -> Collection[tuple[str, Value]]:
        """Return what will hold the values of all secrets that the present test's fakes ever have.

        Each with the name of its secret.
        """
        self._values = {}
        self.refresh_hooks()
        return self._values.keys()

    def seed_from_late_hooks(self) -> None:
        """Give the fake of the whole run the seeds of hooks that were not known when it began."""
        if not self.running:
            return
        from .._fake.fake import add_seeds

        for entry in self.running:
            with usage_errors_shown(at_start=True):
                plugins, seeds = self.hooks.seeds(None, entry.seeding.plugins)
                add_seeds(entry.fake, (seed for _, seed in seeds))
            asked = (*entry.seeding.plugins, *plugins)
            entry.seeding = Seeding((), asked, [*entry.seeding.origins, *seeds])
        self.refresh_hooks()

    def random_seed(self) -> str:
        """Return the id of what a fake is made for, so that tests draw differently, and repeat."""
        return "" if self.hooks.node is None else self.hooks.node.nodeid

    def refresh_hooks(self) -> None:
        """Have the fakes that are active ask the hooks that there are by now."""
        for fake in dict.fromkeys(self._active):
            self._connect(fake)

    def made(self, fake: FakeSecrets) -> None:
        """Note that a fake was made, until the next test begins."""
        self._made.append(fake)

    def has_idle_fake(self) -> bool:
        """Tell whether a fake was made, for this test, that never began to answer."""
        from .._fake.fake import pipeline_of

        return any(not pipeline_of(fake).was_entered for fake in self._made)

    def began(self, fake: FakeSecrets) -> None:
        """Have a fake that begins ask the hooks that there are; most suites have none."""
        self._active.append(fake)
        if fake not in self._seen:
            self._see(fake)
        self._connect(fake)

    def ended(self, fake: FakeSecrets) -> None:
        """Note that a fake has stopped."""
        # One that began before the run is not known.
        if fake in self._active:
            self._active.remove(fake)

    def _make(self, entry: RunningFake) -> None:
        """Make a fake with its seeds, those of the closest mark last."""
        from .._fake.fake import FakeSecrets, add_seeds
        from .mark_options import SecretsOptions, check_seeds

        if not entry.seeded:
            entry.fake = FakeSecrets()
            return
        outer = self.in_use[: _place(self.in_use, entry)]
        applied = [mark for other in outer for mark in other.seeding.marks]
        marked = [] if entry.node is None else list(marks_of(entry.node))
        marked = [pair for pair in marked if not any(pair[1] is mark for mark in applied)]
        options = [SecretsOptions.of(mark) for _, mark in marked]
        for _, mark in marked:
            check_seeds(mark)
        asked = [plugin for other in outer for plugin in other.seeding.plugins]
        plugins, seeds = self.hooks.seeds(entry.node, asked)
        seeds = [*([] if outer else self._of_ini()), *seeds]
        holder: Any
        for (holder, _), option in zip(reversed(marked), reversed(options), strict=True):
            seeds += option.seeds_at(holder)
        around = [other.fake for other in reversed(outer)]
        entry.fake = FakeSecrets(
            **self._location(options, outer),
            max_calls=int(self.config.getini("fakesecrets_max_calls")),
            enforce_policies=self._said("enforce_policies", [*options, *around]),
            principal=self._said("principal", [*options, *around]) or None,
        )
        add_seeds(entry.fake, (seed for _, seed in seeds))
        entry.seeding = Seeding(tuple(mark for _, mark in marked), tuple(plugins), seeds)

    def _of_ini(self) -> Origins:
        """Return the seeds of the files that ini names, which are read once."""
        if self._seeds_of_ini is None:
            from .mark_options import origins, read_paths

            paths = self.config.getini("fakesecrets_seeds")
            self._seeds_of_ini = origins(read_paths(paths), paths, self.config)
        return self._seeds_of_ini

    def _said(self, name: str, places: Iterable[Any]) -> Any:
        """Return what the first place says of an option, or else ini."""
        said = (getattr(place, name) for place in places)
        ini = self.config.getini(f"fakesecrets_{name}")
        return next((value for value in said if value is not None), ini)

    def _location(self, options: list[SecretsOptions], outer: list[RunningFake]) -> dict[str, Any]:
        """Return Region and account: those of the closest mark, of the fake around, or of ini."""
        from .._fake.fake import pipeline_of
        from .._settings import UNDECIDED

        location = {}
        around = [pipeline_of(other.fake).settings for other in reversed(outer)]
        for name in ("region", "account"):
            given = [getattr(place, name) for place in (*options, *around)]
            given += [self.config.getini(f"fakesecrets_{name}")]
            known = (value for value in given if value and value != UNDECIDED)
            location[name] = next(known, None)
        return {name: value for name, value in location.items() if value is not None}

    def _of_scopes(self) -> list[RunningFake]:
        return [entry for entry in self.in_use if entry.is_of_scope]

    def _suspend(self, entry: RunningFake) -> None:
        if entry in self.in_use:
            self.in_use.remove(entry)
            entry.fake.stop()

    def _see(self, fake: FakeSecrets) -> None:
        from .._fake.fake import pipeline_of
        from .._fake.report import position

        names = [entry.fixture for entry in self.running if entry.fake is fake]
        name = names[0] if names else "FakeSecrets"
        self._seen[fake] = SeenFake(name, fake, position(pipeline_of(fake)))

    def _connect(self, fake: FakeSecrets) -> None:
        from .._fake.fake import pipeline_of

        keep_secret = None if self._values is None else self._keep_values
        pipeline_of(fake).connect(self.hooks.hooks(keep_secret))

    def _keep_values(self, secret: StoredSecret) -> None:
        for version in secret.versions.values():
            if self._values is not None and version.value is not None:
                self._values[secret.name, version.value] = None


def _insert(entries: list[RunningFake], entry: RunningFake) -> None:
    entries.insert(_place(entries, entry), entry)


def _place(entries: list[RunningFake], entry: RunningFake) -> int:
    """Return the index of a fake among others: after all that are as wide, or wider."""
    return sum(other.scope_index <= entry.scope_index for other in entries)


@contextmanager
def usage_errors_shown(*, at_start: bool = False) -> Iterator[None]:
    """Show a misuse as its message alone: the frames would all be ours.

    :param at_start: whether pytest has no test yet that could fail.
    """
    try:
        yield
    except UsageError as error:
        if at_start:
            raise pytest.UsageError(str(error)) from None
        raise pytest.fail.Exception(str(error), pytrace=False) from None
