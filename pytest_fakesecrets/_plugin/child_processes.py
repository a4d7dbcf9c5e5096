"""Which tests have had processes of multiprocessing that are not copies of this one."""

from __future__ import annotations

import sys
from typing import Any, Final

import pytest

# What multiprocessing imports to start such a process.
_WAYS: Final = frozenset(
    f"multiprocessing.popen_{way}" for way in ("forkserver", "spawn_posix", "spawn_win32")
)
_MADE_BEFORE: Final = pytest.StashKey[str]()


def note_processes(item: pytest.Item) -> None:
    """Note, as a test begins, which processes there have been."""
    item.stash[_MADE_BEFORE] = _made()


def had_new_processes(item: pytest.Item) -> bool:
    """Tell whether a test has made processes, or still has some, that began anew."""
    if _WAYS.isdisjoint(sys.modules):
        return False
    return bool(_module().active_children()) or item.stash.get(_MADE_BEFORE, None) != _made()


def _made() -> str:
    """Return a text that is another after each process that multiprocessing makes."""
    # It has no public count; where this one is missing, only processes that still run are known.
    return repr(getattr(_module(), "_process_counter", None))


def _module() -> Any:
    return sys.modules.get("multiprocessing.process")
