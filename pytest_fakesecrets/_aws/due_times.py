"""When secrets fall due for something."""

from __future__ import annotations

from datetime import datetime
from heapq import heapify, heappop, heappush

# As many moments that have changed since may stay in the heap, and as many again as count.
_MAX_STALE = 64


class DueTimes:
    """When each of several secrets, named by ARN, falls due for something.

    :ivar next: the earliest moment; None where nothing is to fall due.
    """

    def __init__(self) -> None:
        self._moments: dict[str, datetime] = {}
        # Moments that have changed since stay in the heap until they come to its top.
        self._heap: list[tuple[datetime, str]] = []
        self.next: datetime | None = None

    def copy(self) -> DueTimes:
        """Return a copy."""
        copy = DueTimes()
        copy._moments = dict(self._moments)
        copy._heap = list(self._heap)
        copy.next = self.next
        return copy

    def set(self, arn: str, moment: datetime | None) -> None:
        """Set the moment of a secret; None for one that is not to fall due."""
        if self._moments.get(arn) == moment:
            return
        if moment is None:
            del self._moments[arn]
        else:
            self._moments[arn] = moment
            heappush(self._heap, (moment, arn))
        self._refresh()

    def first_due(self, now: datetime) -> str | None:
        """Return the ARN of the secret that has been due for longest; None where none is."""
        return self._heap[0][1] if self.next is not None and self.next <= now else None

    def _refresh(self) -> None:
        if len(self._heap) > 2 * len(self._moments) + _MAX_STALE:
            self._heap = [(moment, arn) for arn, moment in self._moments.items()]
            heapify(self._heap)
        heap = self._heap
        while heap and self._moments.get(heap[0][1]) != heap[0][0]:
            heappop(heap)
        self.next = heap[0][0] if heap else None
