"""The seeds that a test suite has for all its fakes: those of ini and of hooks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from .._errors import UsageError
from .options import Origins, origins, read_paths

if TYPE_CHECKING:
    import pytest

    from .._seeds import Seed

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
