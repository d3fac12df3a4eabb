"""Commits that wait at the same time become one transaction, and each gets its own answer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from hub.store.batch import Writing, Written

_Waiting = tuple[Sequence[Writing], "asyncio.Future[list[Written]]"]


class Grouping:
    """Puts batches together while another transaction is on its way to the disk."""

    def __init__(self, commit: Callable[[Sequence[Writing]], Awaitable[list[Written]]]) -> None:
        self._commit = commit
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def write(self, batch: Sequence[Writing]) -> list[Written]:
        """Write a batch, and wait until it is on disk. A cancelled caller does not stop it half-way."""
        future: asyncio.Future[list[Written]] = asyncio.get_running_loop().create_future()
        self._waiting.append((batch, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run(), name="commit")
        return await future

    async def close(self) -> None:
        """Wait for what is under way."""
        if self._running is not None:
            await self._running

    async def _run(self) -> None:
        while group := self._waiting:
            self._waiting = []
            try:
                await self._together(group)
            except Exception as fault:
                # One decision that cannot be written must not take its neighbours with it.
                await self._one_by_one(group, fault)

    async def _together(self, group: Sequence[_Waiting]) -> None:
        written = iter(await self._commit([w for batch, _ in group for w in batch]))
        for batch, future in group:
            mine = [next(written) for _ in batch]
            if not future.done():
                future.set_result(mine)

    async def _one_by_one(self, group: Sequence[_Waiting], fault: Exception) -> None:
        for batch, future in group:
            try:
                mine = await self._commit(batch) if len(group) > 1 else None
            except Exception as its_own:
                fault, mine = its_own, None
            if future.done():
                continue
            if mine is None:
                future.set_exception(fault)
            else:
                future.set_result(mine)
