"""Commits that wait at the same time become one transaction, and each gets its own answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from hub.store import engine
from hub.store.batch import Writing, Written

# How long a batch waits for another process that writes, from when it came.
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A batch, the moment (monotonic) until which it may be tried again, and who waits for it."""

    batch: Sequence[Writing]
    until: float
    future: "asyncio.Future[list[Written]]"


class Grouping:
    """Puts batches together while another transaction is on its way to the disk.

    `commit` is given what to write and until when it may try again while another process writes.
    """

    def __init__(self, commit: Callable[[Sequence[Writing], float], Awaitable[list[Written]]]) -> None:
        self._commit = commit
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def write(self, batch: Sequence[Writing]) -> list[Written]:
        """Write a batch, and wait until it is on disk. A cancelled caller does not stop it half-way."""
        future: asyncio.Future[list[Written]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(batch, time.monotonic() + PATIENCE_SECONDS, future))
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
                if engine.locked(fault.__cause__):
                    self._give_up(group, fault)
                elif engine.lost(fault.__cause__):
                    # Each by itself would wait as long, and might find itself written before.
                    _tell(group, fault)
                else:
                    # One decision that cannot be written must not take its neighbours with it.
                    await self._one_by_one(group, fault)

    async def _together(self, group: Sequence[_Waiting]) -> None:
        until = min(waiting.until for waiting in group)
        written = iter(await self._commit([w for waiting in group for w in waiting.batch], until))
        for waiting in group:
            mine = [next(written) for _ in waiting.batch]
            if not waiting.future.done():
                waiting.future.set_result(mine)

    def _give_up(self, group: Sequence[_Waiting], fault: Exception) -> None:
        """Another process writes on and on: whose time is up is told so at once, the others wait on together."""
        now = time.monotonic()
        late = [waiting for waiting in group if waiting.until <= now] or group
        _tell(late, fault)
        self._waiting = [*(waiting for waiting in group if waiting not in late), *self._waiting]

    async def _one_by_one(self, group: Sequence[_Waiting], fault: Exception) -> None:
        for waiting in group:
            try:
                mine = await self._commit(waiting.batch, waiting.until) if len(group) > 1 else None
            except Exception as its_own:
                fault, mine = its_own, None
            if waiting.future.done():
                continue
            if mine is None:
                waiting.future.set_exception(fault)
            else:
                waiting.future.set_result(mine)


def _tell(group: Sequence[_Waiting], fault: Exception) -> None:
    for waiting in group:
        if not waiting.future.done():
            waiting.future.set_exception(fault)
