"""What partners send and get: counted, held against what is usual, and listed."""

from collections.abc import Collection, Sequence
from datetime import datetime

from hub.change import Entry
from hub.dispatch import Dispatch
from hub.reconciliation import Passed
from hub.store import counting, passing
from hub.store.counting import Whose
from hub.store.side import Side
from hub.traffic import Counted, Unusual


class Partners:
    """The store's questions and changes about traffic. Each raises Unavailable."""

    def __init__(self, readers: Side, sharer: Side, writer: Side) -> None:
        self._readers, self._sharer, self._writer = readers, sharer, writer

    async def count(self, limit: int, whose: Whose) -> int:
        """Count the next messages, at most so many; returns how many were looked at, 0 when none was left to us."""
        if not await self._readers.run(counting.uncounted):
            return 0
        return await self._sharer.run(counting.count, limit, whose)

    async def counted(self, since: datetime) -> list[Counted]:
        """How many of which kind came from whom in each hour since then."""
        return await self._readers.run(counting.counted, since)

    async def forget(self, before: datetime) -> int:
        """Let go of older counts; returns how many."""
        return await self._sharer.run(counting.forget, before)

    async def unusual(self) -> list[Unusual]:
        """What is unusual and has not ended."""
        return await self._readers.run(counting.standing)

    async def tell(self, x: Unusual, entries: Sequence[Entry], dispatches: Sequence[Dispatch] = ()) -> bool:
        """Something is unusual, told once a day however many find it; false when it was told before."""
        if await self._readers.run(counting.known, x):
            return False
        return await self._writer.run(counting.tell, x, entries, dispatches)

    async def end(self, x: Unusual, entries: Sequence[Entry], now: datetime) -> bool:
        """It has ended; false when somebody said so before."""
        return await self._writer.run(counting.end, x, entries, now)

    async def passed(self, senders: Collection[str], first: datetime, end: datetime) -> list[Passed]:
        """All that passed between us and a partner from one moment to before another."""
        return await self._readers.run(passing.between, senders, first, end)
