"""The fakes of one run of pytest, and their seeds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from .._errors import UsageError
from .._listeners import listeners
from .options import Origins, SecretsOptions, origins, read_paths
from .suite_hooks import Node, SuiteHooks

if TYPE_CHECKING:
    from .._aws.model.secret import StoredSecret
    from .._aws.model.values import Value
    from .._fake.fake import FakeSecrets
    from .._fake.seeds import Seed

_HOOK: Final = "pytest_fakesecrets_seeds"


class SeedsOfSuite:
    """The seeds of one run of pytest; files are read once, when the first fake wants them."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._of_ini: Origins | None = None

    def of_ini(self) -> Origins:
        """Return the seeds of the files that ini names."""
        if self._of_ini is None:
            paths = self._config.getini("fakesecrets_seeds")
            self._of_ini = origins(read_paths(paths), paths, self._config)
        return list(self._of_ini)

    def of_hooks(
        self, node: pytest.Item | pytest.Collector | None, asked: Collection[object]
    ) -> tuple[list[object], Origins]:
        """Return the plugins that count for a node and were not asked yet, and their seeds.

        :param asked: those whose seeds a fake around has already.
        """
        hook = self._config.hook if node is None else node.ihook
        fresh = [
            impl.plugin
            for impl in getattr(hook, _HOOK).get_hookimpls()
            if not any(impl.plugin is plugin for plugin in asked)
        ]
        if not fresh:
            return [], []
        manager = self._config.pluginmanager
        others = [plugin for plugin in manager.get_plugins() if plugin not in fresh]
        answers = manager.subset_hook_caller(_HOOK, others)(node=node)
        # The closest conftest.py answers first, and is to have the last word on a secret.
        seeds = [seed for answer in reversed(answers) for seed in _checked(answer)]
        return fresh, [(f"hook {_HOOK}", seed) for seed in seeds]


def _checked(seeds: Any) -> Iterable[Seed]:
    if isinstance(seeds, Iterable) and not isinstance(seeds, (Mapping, str)):
        return seeds
    shown = "a dict" if isinstance(seeds, Mapping) else repr(seeds)
    raise UsageError(
        f"A hook pytest_fakesecrets_seeds returned {shown}. Return a list of seeds, or None."
    )


_SCOPES: Final = ("autouse", "session", "package", "module", "class", "function")


@dataclass(slots=True, eq=False)
class Running:
    """A fake that a fixture, or the run itself, has started.

    :ivar scope_index: its scope, as an index: the smaller, the wider.
    :ivar node: what it is for; None for the whole run.
    :ivar marks: those that seeded it.
    :ivar asked: the plugins that have given seeds to it.
    :ivar seeds: its seeds, each with where it comes from.
    """

    fake: FakeSecrets
    scope_index: int
    node: Node | None
    marks: tuple[pytest.Mark, ...]
    asked: list[object]
    seeds: Origins

    @property
    def is_of_test(self) -> bool:
        """Whether it ends with one test."""
        return self.scope_index == len(_SCOPES) - 1


class FakesOfRun:
    """All fakes of one run of pytest.

    :ivar hooks: asks the hooks.
    :ivar running: the fakes that fixtures have started, widest first.
    :ivar active: the fakes that answer, or wait beneath others that do, whoever started them.
    :ivar started: the fakes that have started since the present test began.
    :ivar on_end: who wants to know of each fake of `running` that ends.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.hooks = SuiteHooks(config)
        self.running: list[Running] = []
        self.active: list[FakeSecrets] = []
        self.started: list[FakeSecrets] = []
        self.on_end: list[Callable[[Running], object]] = []
        self._values: dict[tuple[str, Value], None] | None = None
        self._suite = SeedsOfSuite(config)
        listeners.append(self)

    def close(self) -> None:
        """Listen no more."""
        listeners.remove(self)

    def begin_test(self) -> None:
        """Forget what only the test before had."""
        self.started.clear()
        if self._values is not None:
            self._values.clear()
            self.refresh_hooks()

    def remember_values(self) -> Collection[tuple[str, Value]]:
        """Return what will hold the values of all secrets that the present test's fakes ever have.

        Each with the name of its secret.
        """
        self._values = {}
        self.refresh_hooks()
        return self._values.keys()

    def of_test(self) -> list[FakeSecrets]:
        """Return the fakes that the present test has seen, also those that have ended."""
        return list(dict.fromkeys([*self.active, *self.started]))

    def own(self) -> list[FakeSecrets]:
        """Return the fakes that are the present test's alone; those that outlive it are not."""
        of_test = [entry.fake for entry in self.running if entry.is_of_test]
        ended = [fake for fake in self.started if fake not in self.active]
        return list(dict.fromkeys([*of_test, *ended]))

    @contextmanager
    def run(
        self, scope: str, node: Node | None = None, *, passthrough: bool = False
    ) -> Iterator[FakeSecrets]:
        """Have a fake run inside those that run already, with the seeds that they lack.

        :param scope: the scope of a fixture, or ``autouse``.
        :param node: what it is for; None for the whole run.
        :param passthrough: whether calls go on to AWS instead.
        """
        scope_index = _SCOPES.index(scope)
        # pytest may begin a fixture of a module in the middle of one of its classes.
        outer = [other for other in self.running if other.scope_index <= scope_index]
        inner = [other for other in self.running if other.scope_index > scope_index]
        with usage_errors_shown(at_start=node is None):
            entry = self._new(scope_index, node, outer, passthrough=passthrough)
        from .._fake.fake import begin

        begin(entry.fake, below=inner[0].fake if inner else None, passthrough=passthrough)
        self.running[:] = [*outer, entry, *inner]
        try:
            yield entry.fake
        finally:
            self.running.remove(entry)
            entry.fake.stop()
            for listen in self.on_end:
                listen(entry)

    def _new(
        self, scope_index: int, node: Node | None, outer: list[Running], *, passthrough: bool
    ) -> Running:
        """Make a fake with its seeds, those of the closest mark last."""
        from .._fake.fake import FakeSecrets

        if passthrough:
            return Running(FakeSecrets(), scope_index, node, (), [], [])
        applied = [mark for other in outer for mark in other.marks]
        marked = [] if node is None else list(node.iter_markers_with_node("secrets"))
        marked = [pair for pair in marked if not any(pair[1] is mark for mark in applied)]
        options = [SecretsOptions.of(mark) for _, mark in marked]
        asked, seeds = self._suite.of_hooks(
            node, [plugin for other in outer for plugin in other.asked]
        )
        seeds = [*([] if outer else self._suite.of_ini()), *seeds]
        holder: Any
        for (holder, _), option in zip(reversed(marked), reversed(options), strict=True):
            seeds += option.seeds_at(holder)
        fake = FakeSecrets(*(seed for _, seed in seeds), **self._place(options, outer))
        marks = tuple(mark for _, mark in marked)
        return Running(fake, scope_index, node, marks, asked, seeds)

    def seed_from_late_hooks(self) -> None:
        """Give the fake of the whole run the seeds of hooks that were not known when it began."""
        if not self.running:
            return
        from .._fake.seeds import read

        for entry in self.running:
            with usage_errors_shown(at_start=True):
                asked, seeds = self._suite.of_hooks(None, entry.asked)
                for secret in read(seed for _, seed in seeds):
                    entry.fake.add(secret)
            entry.asked += asked
            entry.seeds += seeds
        self.refresh_hooks()

    def refresh_hooks(self) -> None:
        """Have the fakes that are active ask the hooks that there are by now."""
        for fake in dict.fromkeys(self.active):
            self._connect(fake)

    def _place(self, options: list[SecretsOptions], outer: list[Running]) -> dict[str, Any]:
        """Return Region and account: those of the closest mark, of the fake around, or of ini."""
        place = {}
        for name in ("region", "account"):
            said = [getattr(option, name) for option in options]
            said += [getattr(other.fake, name) for other in reversed(outer)]
            said += [self.config.getini(f"fakesecrets_{name}")]
            place[name] = next(value for value in said if value is not None)
        return place

    def began(self, fake: FakeSecrets) -> None:
        """Have a fake that begins ask the hooks that there are; most suites have none."""
        self.active.append(fake)
        if fake not in self.started:
            self.started.append(fake)
        self._connect(fake)

    def ended(self, fake: FakeSecrets) -> None:
        """Note that a fake has stopped."""
        # One that began before the run is not known.
        if fake in self.active:
            self.active.remove(fake)

    def _connect(self, fake: FakeSecrets) -> None:
        keep_secret = None if self._values is None else self._keep_values
        from .._fake.fake import pipeline_of

        pipeline_of(fake).connect(self.hooks.hooks(keep_secret))

    def _keep_values(self, secret: StoredSecret) -> None:
        for version in secret.versions.values():
            if self._values is not None and version.value is not None:
                self._values[secret.name, version.value] = None


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
