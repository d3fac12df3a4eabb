"""From the broker's queues to the store: batches that are read, judged and committed together, then acknowledged."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256

import structlog

from hub import broker
from hub.account import SystemAccount
from hub.broker import Arrived, Connection
from hub.errors import Unavailable
from hub.service import BROKER, Delivery, Prepared
from workers import session, stopping
from workers.health import TROUBLE
from workers.process import Running

log = structlog.get_logger()

# From so many beginnings on a delivery is handled alone, so that it takes nobody with it; after so many it is parked.
ALONE, MOST = 3, 5
# Between two tries of one that fails, and between two looks whether the database is back.
AGAIN_SECONDS, AWAY_SECONDS = 0.5, 1.0
# How often it is asked whether the broker still knows our consumers.
LOOK_SECONDS = 15.0


async def run(running: Running) -> None:
    """Take messages in until it is time to stop."""
    await session.run(running, _use)


async def _use(running: Running, line: Connection) -> None:
    taking = Taking(running, line)
    looking = asyncio.create_task(_look(running, line), name="look")
    try:
        await taking.run()
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _look(running: Running, line: Connection) -> None:
    """End the connection when the broker has lost our consumers: a new one makes new ones."""
    queues = [queue.name for queue in broker.topology(running.hub.directory).inbound]
    while not line.closed.is_set():
        await stopping.pause(LOOK_SECONDS, line.closed)
        try:
            lost = [name for name in queues if (await line.depth(name))[1] == 0]
        except Unavailable:
            lost = queues
        if lost and running.state.get(TROUBLE) is None:
            log.error("consumer.lost", queues=lost)
            line.closed.set()


class Taking:
    """What one connection brings: while a batch is being committed, the next one is read and judged."""

    def __init__(self, running: Running, line: Connection) -> None:
        self._running = running
        self._hub = running.hub
        self._line = line
        self._settling: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Until it is time to stop, or the connection ends. Raises Unavailable when the broker fails."""
        await self._consume()
        try:
            while batch := await self._gather():
                await self._handle(batch)
        finally:
            if self._settling:
                await self._settling
        if self._running.stop.is_set() and not self._line.closed.is_set():
            await self._line.rest()
        elif self._line.closed.is_set():
            raise Unavailable("the connection to the broker ended")

    async def _consume(self) -> None:
        queues = [queue.name for queue in broker.topology(self._hub.directory).inbound]
        await self._line.consume(queues, self._running.settings.broker.prefetch)

    async def _gather(self) -> list[Arrived]:
        """What lies here, at least one and at most a batch; nothing when it is time to stop."""
        arrived = self._line.arrived
        if arrived.empty():
            waiting: asyncio.Task[Arrived] = asyncio.create_task(arrived.get())
            await session.first(self._running.stop, self._line, waiting)
            if not waiting.done() or self._running.stop.is_set() or self._line.closed.is_set():
                waiting.cancel()
                return []
            batch = [waiting.result()]
        else:
            if self._running.stop.is_set() or self._line.closed.is_set():
                return []
            batch = [arrived.get_nowait()]
        while len(batch) < self._running.settings.broker.batch and not arrived.empty():
            batch.append(arrived.get_nowait())
        return batch

    async def _handle(self, batch: list[Arrived]) -> None:
        """Take a batch in. One that came back is counted before anything else, as it may have killed its handler."""
        begun = await self._begun([a for a in batch if a.again])
        suspects = [a for a in batch if begun.get(_digest(a), 0) >= ALONE]
        if suspects or begun:
            await self._ended()
            for each in suspects:
                await self._alone(each, begun[_digest(each)])
            rest = [a for a in batch if a not in suspects]
            if rest:
                await self._together(rest, last=batch[-1].tag)
            await self._ended()
            await self._forget(list(begun))
            if not rest:
                await self._line.acknowledge(batch[-1].tag)
            return
        await self._together(batch, last=batch[-1].tag)

    async def _together(self, batch: Sequence[Arrived], last: int) -> None:
        """Read and judge now; commit and acknowledge beside the next batch, in the order of batches."""
        deliveries = [_delivery(a) for a in batch]
        try:
            writings = await self._hub.prepare(deliveries, self._hub.clock.now())
        except Exception as fault:
            await self._ended()
            await self._one_by_one(batch, fault)
            await self._line.acknowledge(last)
            return
        await self._ended()
        self._settling = asyncio.create_task(self._settle(batch, writings, last), name="settle")

    async def _settle(self, batch: Sequence[Arrived], writings: Prepared, last: int) -> None:
        begun = time.perf_counter()
        try:
            outcomes = await self._hub.settle(writings)
        except Exception as fault:
            await self._one_by_one(batch, fault)
        else:
            self._running.count("received", len(outcomes))
        if not self._line.closed.is_set():
            await self._line.acknowledge(last)
        self._running.state["last_seconds"] = f"{time.perf_counter() - begun:.3f}"

    async def _ended(self) -> None:
        settling, self._settling = self._settling, None
        if settling:
            await settling

    async def _one_by_one(self, batch: Sequence[Arrived], fault: Exception) -> None:
        """A batch that failed whole: the store is waited for, and one that fails alone costs only itself."""
        log.warning("batch.failed", messages=len(batch), exc_info=fault)
        for each in batch:
            await self._alone(each, 0)

    async def _alone(self, each: Arrived, begun: int) -> None:
        """Take one in by itself, however long the store is away; after the last try it is parked."""
        while not self._line.closed.is_set():
            if begun > MOST:
                await self._patiently(lambda: self._hub.park(_delivery(each), self._hub.clock.now()))
                self._running.count("parked")
                return
            try:
                await self._patiently(lambda: self._hub.receive([_delivery(each)], self._hub.clock.now()))
            except Exception as fault:
                log.error("message.failed", via=each.origin.from_her_id, begun=begun, exc_info=fault)
                begun = max((await self._begun([each])).values())
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                self._running.count("received")
                return

    async def _patiently(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do it as soon as the database can be used; meanwhile nothing more comes, and the connection stays."""
        resting = False
        while True:
            try:
                await work()
                break
            except Unavailable as fault:
                if self._line.closed.is_set():
                    raise
                if not resting:
                    resting = True
                    self._running.state[TROUBLE] = "store"
                    log.error("intake.paused", exc_info=fault)
                    await self._line.rest()
                await stopping.pause(AWAY_SECONDS, self._running.stop)
                if self._running.stop.is_set():
                    # What is not committed is not acknowledged: the broker brings it again.
                    self._line.closed.set()
                    raise
        if resting:
            self._running.state.pop(TROUBLE, None)
            log.info("intake.resumed")
            await self._consume()

    async def _begun(self, again: Sequence[Arrived]) -> dict[bytes, int]:
        if not again:
            return {}
        found: dict[bytes, int] = {}

        async def count() -> None:
            found.update(await self._hub.store.begin_trials({_digest(a) for a in again}, self._hub.clock.now()))

        await self._patiently(count)
        return found

    async def _forget(self, digests: Sequence[bytes]) -> None:
        await self._patiently(lambda: self._hub.store.end_trials(digests, self._hub.clock.now()))


def _delivery(a: Arrived) -> Delivery:
    """Whoever may use the broker may send for anybody: who it is, the document says (and it must say so)."""
    account = SystemAccount(f"{BROKER}{a.origin.from_her_id[:64]}", "", frozenset(), any=True)
    return Delivery(a.body, account, a.origin)


def _digest(a: Arrived) -> bytes:
    return sha256(f"{a.origin.id}\0".encode() + a.body).digest()
