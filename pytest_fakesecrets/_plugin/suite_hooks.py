"""What the fakes of a run ask its hooks, and tell them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from .._errors import UsageError

if TYPE_CHECKING:
    import pytest

    from .._aws.model.secret import StoredSecret
    from .._aws.rotation.functions import Handler
    from .._calls.call import Call, Exchange
    from .._calls.hooks import Hooks
    from .._fake.seeds import Seed
    from .mark_names import Node
    from .mark_options import Origins

_SEEDS: Final = "pytest_fakesecrets_seeds"


class SuiteHooks:
    """Asks the hooks through what runs, so that a folder's conftest.py counts in its folder.

    :ivar node: what runs at present: a test, or a collector; None outside both.
    :ivar on_call: who else wants to know of each finished call.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.node: Node | None = None
        self.on_call: list[Callable[[Exchange], object]] = []

    @contextmanager
    def at(self, node: Node | None) -> Iterator[None]:
        """Have a node be what runs."""
        before, self.node = self.node, node
        try:
            yield
        finally:
            self.node = before

    def seeds(self, node: Node | None, asked: Collection[object]) -> tuple[list[object], Origins]:
        """Return the plugins that count for a node and were not asked yet, and their seeds.

        :param asked: those whose seeds a fake around has already.
        """
        hook = self._config.hook if node is None else node.ihook
        fresh = [
            impl.plugin
            for impl in getattr(hook, _SEEDS).get_hookimpls()
            if not any(impl.plugin is plugin for plugin in asked)
        ]
        if not fresh:
            return [], []
        manager = self._config.pluginmanager
        others = [plugin for plugin in manager.get_plugins() if plugin not in fresh]
        answers = manager.subset_hook_caller(_SEEDS, others)(node=node)
        # The closest conftest.py answers first, and is to have the last word on a secret.
        seeds = [seed for answer in reversed(answers) for seed in _checked(answer)]
        return fresh, [(f"hook {_SEEDS}", seed) for seed in seeds]

    def hooks(self, keep_secret: Callable[[StoredSecret], object] | None) -> Hooks:
        """Return what a fake is to ask; only what somebody answers, as most suites have none."""
        from .._calls.hooks import Hooks

        asking = {
            "decide_fault": ("pytest_fakesecrets_fault", self._decide_fault),
            "find_function": ("pytest_fakesecrets_rotation_function", self._find_function),
        }
        chosen: dict[str, Any] = {
            role: ask
            for role, (name, ask) in asking.items()
            if getattr(self._config.hook, name).get_hookimpls()
        }
        if self.on_call or self._config.hook.pytest_fakesecrets_call_finished.get_hookimpls():
            chosen["finish_call"] = self._finish_call
        return Hooks(**chosen, keep_secret=keep_secret)

    @property
    def _hook(self) -> Any:
        return self._config.hook if self.node is None else self.node.ihook

    def _decide_fault(self, call: Call) -> str | None:
        error: str | None = self._hook.pytest_fakesecrets_fault(call=call, node=self.node)
        if error is not None:
            _check_fault(error)
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

    def _finish_call(self, exchange: Exchange) -> None:
        for listen in self.on_call:
            listen(exchange)
        self._hook.pytest_fakesecrets_call_finished(call=exchange.call, node=self.node)


def _checked(seeds: Any) -> Iterable[Seed]:
    if isinstance(seeds, Iterable) and not isinstance(seeds, (Mapping, str)):
        return seeds
    shown = "a dict" if isinstance(seeds, Mapping) else repr(seeds)
    raise UsageError(
        f"A hook pytest_fakesecrets_seeds returned {shown}. Return a list of seeds, or None."
    )


def _check_fault(error: object) -> None:
    from .._calls.error_cases import check_error

    if not isinstance(error, str):
        raise UsageError(
            f"A hook pytest_fakesecrets_fault returned {error!r}. "
            "Return the name of an error, such as 'ThrottlingException', or None."
        )
    try:
        check_error(error)
    except UsageError as wrong:
        raise UsageError(f"A hook pytest_fakesecrets_fault returned {error!r}: {wrong}") from None
