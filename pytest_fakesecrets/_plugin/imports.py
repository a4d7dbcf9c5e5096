"""What is done as soon as a module is imported, without importing it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any


class WhenImported:
    """Calls something once, after a module was imported; at once if it has been already.

    :param name: the module's name.
    :param call: is called without arguments.
    """

    def __init__(self, name: str, call: Callable[[], object]) -> None:
        self._name = name
        self._call = call
        self._is_asking = False
        if name in sys.modules:
            call()
        else:
            sys.meta_path.insert(0, self)

    def cancel(self) -> None:
        """Wait no more."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Have the module loaded as it would be without this, and then the call made."""
        del path, target
        if name != self._name or self._is_asking:
            return None
        self._is_asking = True
        try:
            spec = find_spec(name)
        finally:
            self._is_asking = False
        if spec is not None and spec.loader is not None:
            loader: Any = _Loader(spec, spec.loader, self)
            spec.loader = loader
        return spec

    def was_imported(self) -> None:
        """Make the call."""
        self.cancel()
        self._call()


class _Loader:
    """Loads one module as another loader does, which may be that of many modules."""

    def __init__(self, spec: ModuleSpec, loader: Any, waiting: WhenImported) -> None:
        self._spec = spec
        self._loader = loader
        self._waiting = waiting

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Have the other loader create the module."""
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module, which is the other loader's from now on."""
        self._spec.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._waiting.was_imported()
