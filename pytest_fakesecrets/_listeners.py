"""Who wants to know of each fake that begins or ends."""

# The plugin listens from the moment it is configured, when importing a fake would cost a good part
# of a second; so the two are connected here.

from __future__ import annotations

from typing import Any, Final, Protocol


class Listener(Protocol):
    """One run of pytest."""

    def random_seed(self) -> str:
        """Return what a fake draws from that is made now: the same whenever a test is repeated."""
        ...

    def made(self, fake: Any, /) -> None:
        """Note that a fake was made, which may never begin."""

    def began(self, fake: Any, /) -> None:
        """Note that a fake begins to answer."""

    def ended(self, fake: Any, /) -> None:
        """Note that it has stopped."""


# Of a run of pytest within another, the inner one, which is the last, is concerned.
listeners: Final[list[Listener]] = []
