"""The fakes of one run of pytest, and what they ask of the test suite."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from .._announce import listeners
from .._errors import UsageError
from .options import Origins, SecretsOptions, origins, read_paths

if TYPE_CHECKING:
    from .._calls import Call
    from .._fake import FakeSecrets
    from .._hooks import Hooks
    from .._lambdas import Handler
    from .._secret import StoredSecret, Value
    from .._seeds import Seed

Node = pytest.Item | pytest.Collector

_WIDTHS: Final = ("always", "session", "package", "module", "class", "function")


@dataclass(slots=True, eq=False)
class Running:
    """A fake that a fixture, or the run itself, has started.

    :ivar width: its scope, as an index: the smaller, the wider.
    :ivar node: what it is for; None for the whole run.
    :ivar marks: those that seeded it.
    :ivar asked: the plugins that have given seeds to it.
    :ivar seeds: its seeds, each with where it comes from.
    """

    fake: FakeSecrets
    width: int
    node: Node | None
    marks: tuple[pytest.Mark, ...]
    asked: list[object]
    seeds: Origins

    @property
    def is_of_test(self) -> bool:
        """Whether it ends with one test."""
        return self.width == len(_WIDTHS) - 1


class FakesOfRun:
    """All fakes of one run of pytest.

    :ivar node: what runs at present: a test, or a collector; None outside both.
    :ivar running: the fakes that fixtures have started, widest first.
    :ivar active: the fakes that answer, or wait beneath others that do, whoever started them.
    :ivar started: the fakes that have started since the present test began.
    :ivar on_call: who wants to know of each finished call.
    :ivar on_end: who wants to know of each fake of `running` that ends.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.node: Node | None = None
        self.running: list[Running] = []
        self.active: list[FakeSecrets] = []
        self.started: list[FakeSecrets] = []
        self.on_call: list[Callable[[Call], object]] = []
        self.on_end: list[Callable[[Running], object]] = []
        self._values: dict[tuple[str, Value], None] | None = None
        self._seeds_of_ini: Origins | None = None
        listeners.append(self)

    def close(self) -> None:
        """Listen no more."""
        listeners.remove(self)

    def begin_test(self) -> None:
        """Forget what only the test before had."""
        self.started.clear()
        if self._values is not None:
            self._values.clear()
            self.renew_hooks()

    def remember_values(self) -> Collection[tuple[str, Value]]:
        """Return what will hold the values of all secrets that the present test's fakes ever have.

        Each with the name of its secret.
        """
        self._values = {}
        self.renew_hooks()
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
    def at(self, node: Node) -> Iterator[None]:
        """Have a node be what runs."""
        before, self.node = self.node, node
        try:
            yield
        finally:
            self.node = before

    @contextmanager
    def run(
        self, scope: str, node: Node | None = None, *, lets_through: bool = False
    ) -> Iterator[FakeSecrets]:
        """Have a fake run inside those that run already, with the seeds that they lack.

        :param scope: the scope of a fixture, or ``always``.
        :param node: what it is for; None for the whole run.
        :param lets_through: whether calls go on to AWS instead.
        """
        width = _WIDTHS.index(scope)
        # pytest may begin a fixture of a module in the middle of one of its classes.
        outer = [other for other in self.running if other.width <= width]
        inner = [other for other in self.running if other.width > width]
        with usage_errors_shown(at_start=node is None):
            entry = self._new(width, node, outer, lets_through=lets_through)
        entry.fake.start(beneath=inner[0].fake if inner else None, lets_through=lets_through)
        self.running[:] = [*outer, entry, *inner]
        try:
            yield entry.fake
        finally:
            self.running.remove(entry)
            entry.fake.stop()
            for listen in self.on_end:
                listen(entry)

    def _new(
        self, width: int, node: Node | None, outer: list[Running], *, lets_through: bool
    ) -> Running:
        """Make a fake with its seeds, those of the closest mark last."""
        from .._fake import FakeSecrets

        if lets_through:
            return Running(FakeSecrets(), width, node, (), [], [])
        applied = [mark for other in outer for mark in other.marks]
        marked = [] if node is None else list(node.iter_markers_with_node("secrets"))
        marked = [pair for pair in marked if not any(pair[1] is mark for mark in applied)]
        options = [SecretsOptions.of(mark) for _, mark in marked]
        asked, seeds = self._seeds_of_suite(node, outer)
        holder: Any
        for (holder, _), option in zip(reversed(marked), reversed(options), strict=True):
            seeds += option.seeds_at(holder)
        fake = FakeSecrets(*(seed for _, seed in seeds), **self._place(options, outer))
        marks = tuple(mark for _, mark in marked)
        return Running(fake, width, node, marks, asked, seeds)

    def ask_again(self) -> None:
        """Give the fake of the whole run the seeds of hooks that were not known when it began."""
        if not self.running:
            return
        from .._seeds import read

        for entry in self.running:
            with usage_errors_shown(at_start=True):
                asked, seeds = self._seeds_of_suite(None, [entry])
                for secret in read(seed for _, seed in seeds):
                    entry.fake.add(secret)
            entry.asked += asked
            entry.seeds += seeds
        self.renew_hooks()

    def renew_hooks(self) -> None:
        """Have the fakes that are active ask the hooks that there are by now."""
        for fake in dict.fromkeys(self.active):
            fake.use(self._hooks())

    def _seeds_of_suite(
        self, node: Node | None, outer: list[Running]
    ) -> tuple[list[object], Origins]:
        """Return the seeds of ini and hooks that the fakes around lack, and who gave them."""
        if self._seeds_of_ini is None:
            paths = self.config.getini("fakesecrets_seeds")
            self._seeds_of_ini = origins(read_paths(paths), paths, self.config)
        seeds = [] if outer else list(self._seeds_of_ini)
        name = "pytest_fakesecrets_seeds"
        hook = self.config.hook if node is None else node.ihook
        fresh = [
            impl.plugin
            for impl in getattr(hook, name).get_hookimpls()
            if not any(impl.plugin is plugin for other in outer for plugin in other.asked)
        ]
        if fresh:
            manager = self.config.pluginmanager
            others = [plugin for plugin in manager.get_plugins() if plugin not in fresh]
            answers = manager.subset_hook_caller(name, others)(node=node)
            seeds += [
                (f"hook {name}", seed) for answer in reversed(answers) for seed in _checked(answer)
            ]
        return fresh, seeds

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
        fake.use(self._hooks())

    def ended(self, fake: FakeSecrets) -> None:
        """Note that a fake has stopped."""
        # One that began before the run is not known.
        if fake in self.active:
            self.active.remove(fake)

    def _hooks(self) -> Hooks:
        from .._hooks import Hooks

        asking = {
            "decide_fault": ("pytest_fakesecrets_fault", self._decide_fault),
            "find_function": ("pytest_fakesecrets_rotation_function", self._find_function),
        }
        chosen: dict[str, Any] = {
            role: ask
            for role, (name, ask) in asking.items()
            if getattr(self.config.hook, name).get_hookimpls()
        }
        if self.on_call or self.config.hook.pytest_fakesecrets_call_finished.get_hookimpls():
            chosen["finish_call"] = self._finish_call
        if self._values is not None:
            chosen["keep_secret"] = self._keep_values
        return Hooks(**chosen)

    def _keep_values(self, secret: StoredSecret) -> None:
        for version in secret.versions.values():
            if self._values is not None and version.value is not None:
                self._values[secret.name, version.value] = None

    @property
    def _hook(self) -> Any:
        """The hooks that count for what runs: a folder's conftest.py only in its folder."""
        return self.config.hook if self.node is None else self.node.ihook

    def _decide_fault(self, call: Call) -> str | None:
        error = self._hook.pytest_fakesecrets_fault(call=call, node=self.node)
        if error is not None and not isinstance(error, str):
            raise UsageError(
                f"A hook pytest_fakesecrets_fault returned {error!r}. "
                "Return the name of an error, such as 'ThrottlingException', or None."
            )
        return error

    def _find_function(self, arn: str) -> Handler | None:
        if not arn.startswith("arn:"):
            return None
        handler: Handler | None = self._hook.pytest_fakesecrets_rotation_function(
            arn=arn, node=self.node
        )
        if handler is not None and not callable(handler):
            raise UsageError(
                f"A hook pytest_fakesecrets_rotation_function returned {handler!r} for {arn}. "
                "Return a handler(event, context), or None."
            )
        return handler

    def _finish_call(self, call: Call) -> None:
        for listen in self.on_call:
            listen(call)
        self._hook.pytest_fakesecrets_call_finished(call=call, node=self.node)


def _checked(seeds: Any) -> Iterable[Seed]:
    if isinstance(seeds, Iterable) and not isinstance(seeds, (Mapping, str)):
        return seeds
    shown = "a dict" if isinstance(seeds, Mapping) else repr(seeds)
    raise UsageError(
        f"A hook pytest_fakesecrets_seeds returned {shown}. Return a list of seeds, or None."
    )


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
