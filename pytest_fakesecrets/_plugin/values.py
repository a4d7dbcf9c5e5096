"""The values of secrets that the fakes of a test hold, or held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    import pytest

    from .._fake import FakeSecrets
    from .._secret import Value


class SeenValues:
    """A plugin that hears of every fake, and remembers what it held since the item began."""

    def __init__(self) -> None:
        self._alive: WeakSet[FakeSecrets] = WeakSet()
        # A fake that a test made itself is to live until its last report.
        self._used: list[FakeSecrets] = []
        self._values: dict[tuple[str, Value], None] = {}

    def __call__(self, item: pytest.Item) -> list[tuple[str, Value]]:
        """Return names and values."""
        del item
        for fake in tuple(self._alive):
            self._values.update(dict.fromkeys(_values_of(fake)))
        return list(self._values)

    def pytest_runtest_logstart(self) -> None:
        """Forget what only the item before had."""
        self._used.clear()
        self._values.clear()

    def heard_of(self, fake: FakeSecrets) -> None:
        """Note a fake that begins to answer."""
        self._alive.add(fake)
        self._used.append(fake)
        self._values.update(dict.fromkeys(_values_of(fake)))


def _values_of(fake: FakeSecrets) -> Iterator[tuple[str, Value]]:
    for shelf in fake.snapshot().values():
        for secret in shelf.values():
            for version in secret.versions.values():
                if version.value is not None:
                    yield secret.name, version.value
    # Of secrets that were deleted meanwhile, what calls have sent.
    for call in fake.calls:
        sent = (call.sent.get(member) for member in ("SecretString", "SecretBinary"))
        names = sorted(name for name in call.identities if not name.startswith("arn:"))
        yield from (
            (names[0], value) for value in sent if names and isinstance(value, (str, bytes))
        )
