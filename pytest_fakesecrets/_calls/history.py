"""The latest calls of a fake."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from .._errors import HIDE_MISUSE, UsageError
from .call import Exchange

__tracebackhide__ = HIDE_MISUSE

DEFAULT_MAX_CALLS: Final = 10_000


class History:
    """The latest calls that reached a fake, oldest first: as many as are to be kept.

    :ivar max_calls: how many that is.
    :ivar dropped: how many older calls were dropped, to make room.
    :ivar total: how many calls there have ever been, those that were cleared included.
    """

    def __init__(self, max_calls: int = DEFAULT_MAX_CALLS) -> None:
        if isinstance(max_calls, bool) or not isinstance(max_calls, int) or max_calls < 1:
            message = f"max_calls={max_calls!r} is not a valid number of calls. Give 1 or more."
            raise UsageError(message)
        self.max_calls = max_calls
        self.dropped = 0
        self.total = 0
        self._kept: deque[Exchange] = deque(maxlen=max_calls)

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Exchange]:
        # A copy: other threads may call meanwhile.
        return iter(tuple(self._kept))

    def __getitem__(self, index: int) -> Exchange:
        return self._kept[index]

    def append(self, exchange: Exchange) -> None:
        """Add a call."""
        self.total += 1
        self.dropped += len(self._kept) == self.max_calls
        self._kept.append(exchange)

    def since(self, total: int) -> list[Exchange]:
        """Return the calls that were made since there had been so many, as far as they are kept."""
        made = self.total - total
        return list(self)[-made:] if made > 0 else []

    def clear(self) -> None:
        """Forget all calls, also that some were dropped."""
        self._kept.clear()
        self.dropped = 0
