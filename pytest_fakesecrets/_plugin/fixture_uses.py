"""Which fixtures use a fake of a wider scope: it answers where they are used, nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from .run import FakesOfRun, RunningFake

if TYPE_CHECKING:
    import pytest


class FixtureUses:
    """Has fakes of wider scopes answer wherever a fixture is used that was set up with them.

    pytest has no hook for a fixture whose value is there already, so that the ``execute`` of each
    such fixture's definition is replaced by one that notes the use.
    """

    def __init__(self, fakes: FakesOfRun) -> None:
        self._fakes = fakes
        self._used_by: dict[pytest.FixtureDef[Any], list[RunningFake]] = {}

    @contextmanager
    def noted(self, definition: pytest.FixtureDef[Any]) -> Iterator[None]:
        """Note what a fixture of a wider scope uses, and have that answer in its tear-down, too."""
        fakes, teardown, uses = self._fakes, ExitStack(), len(self._fakes.uses)
        # pytest calls finalizers in reverse order: the first is called after all of the fixture's.
        definition.addfinalizer(teardown.close)
        yield
        present = fakes.wider_in_use()
        definition.addfinalizer(lambda: teardown.enter_context(fakes.resumed(present)))
        if used := fakes.used_since(uses):
            if definition not in self._used_by:
                self._note_each_use(definition)
            self._used_by[definition] = used

    def _note_each_use(self, definition: Any) -> None:
        execute = definition.execute

        def noting(*args: Any, **kwargs: Any) -> Any:
            for entry in self._used_by[definition]:
                self._fakes.use(entry)
            return execute(*args, **kwargs)

        definition.execute = noting
