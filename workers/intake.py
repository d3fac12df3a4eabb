"""From the broker's queues to the store: batches that are read, judged and committed together, then acknowledged."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from hashlib import sha256

import structlog

from hub import broker
from hub.account import SystemAccount
from hub.broker import Arrived, Connection
from hub.broker.topology import Topology
from hub.errors import Unavailable
from hub.record import Relayed
from hub.service import BROKER, Delivery, Prepared
from hub.status import IN_HAND_SINCE, READY, STORE, TROUBLE, WAITED, WORKED_AT
from hub.transport import moment
from workers import relay, session, stopping
from workers.process import Running
from workers.session import CAREFUL

log = structlog.get_logger()

# After so many beginnings a delivery is handled alone, so that it takes nobody with it; after so many it is parked. The
# very first beginning is not counted: five in all.
ALONE, MOST = 1, 4
# Between two tries of one that fails, and between two looks whether the database is back.
AGAIN_SECONDS, AWAY_SECONDS = 0.5, 1.0
# How often it is asked whether the broker still knows our consumers.
LOOK_SECONDS = 15.0


async def run(running: Running) -> None:
    """Take messages in until it is time to stop."""
    await session.run(running, _use)


async def _use(running: Running, line: Connection) -> None:
    taking = Taking(running, line)
    looking = asyncio.create_task(_look(running, line, taking), name="look")
    try:
        await taking.run()
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _look(running: Running, line: Connection, taking: "Taking") -> None:
    """End the connection when the broker has lost our consumers: a new one makes new ones.

    It has when it says so, when a queue has no consumer at all, and when messages lie ready there at two looks while
    nothing came between. What cannot be looked at hurts no other queue.
    """
    topology = broker.topology(running.hub.directory)
    waiting: dict[str, int] = {}
    while not line.closed.is_set():
        before, taken = waiting, taking.taken
        await stopping.pause(LOOK_SECONDS, line.closed)
        topology = await _grown(running, line, taking, topology)
        queues = [queue.name for queue in topology.inbound]
        depths = {name: depth for name in queues if (depth := await _depth(line, name))}
        waiting = {name: ready for name, (ready, _) in depths.items() if ready}
        running.state[READY] = str(sum(waiting.values()))
        lost = set(line.lost) | {name for name, (_, consumers) in depths.items() if not consumers}
        if taking.taken == taken and not taking.in_hand:
            lost |= before.keys() & waiting.keys()
        if lost and running.state.get(TROUBLE) is None and not line.closed.is_set():
            log.error("consumer.lost", queues=sorted(lost))
            line.closed.set()


async def _grown(running: Running, line: Connection, taking: "Taking", known: Topology) -> Topology:
    """Consume what another directory has more; of a practice that has left it nothing is lost in the broker."""
    topology = broker.topology(running.hub.directory)
    if topology == known or line.closed.is_set():
        return known
    here = {queue.name for queue in known.inbound}
    try:
        await line.declare(topology)
        await taking.consume([queue.name for queue in topology.inbound if queue.name not in here])
    except Unavailable as fault:
        log.warning("queues.unmade", exc_info=fault)
        return known
    return topology


async def _depth(line: Connection, queue: str) -> tuple[int, int] | None:
    try:
        return await line.depth(queue)
    except Unavailable as fault:
        log.warning("queue.unseen", queue=queue, exc_info=fault)
        return None


class Taking:
    """What one connection brings: while a batch is being committed, the next one is read and judged."""

    def __init__(self, running: Running, line: Connection) -> None:
        self._running = running
        self._hub = running.hub
        self._line = line
        self._settling: asyncio.Task[None] | None = None
        # What is to be handed to the broker when that which is under way is done, and since when the first is claimed.
        self._handing: asyncio.Task[None] | None = None
        self._claimed: list[Relayed] = []
        self._since = 0.0
        # Deliveries that were taken in hand in all, and those that are not done yet.
        self.taken, self.in_hand = 0, 0

    async def run(self) -> None:
        """Until it is time to stop, or the connection ends. Raises Unavailable when the broker fails."""
        await self.consume()
        try:
            while batch := await self._gather():
                self.taken += len(batch)
                self._told(len(batch))
                self._waited(batch[len(batch) // 2])
                await self._handle(batch)
        finally:
            try:
                await self._ended()
            finally:
                await self._handed()
        if self._running.stop.is_set() and not self._line.closed.is_set():
            await self._line.rest()
        elif self._line.closed.is_set():
            raise Unavailable("the connection to the broker ended")

    async def consume(self, queues: Sequence[str] | None = None) -> None:
        """Let deliveries come from these queues, or from all of the directory. Raises Unavailable."""
        if queues is None:
            queues = [queue.name for queue in broker.topology(self._hub.directory).inbound]
        # One by one where something in the queue seems to cost the connection, so that it is what counts as dead.
        # Otherwise all queues share what may be in hand, as the broker counts for each by itself.
        all = len(broker.topology(self._hub.directory).inbound)
        share = max(1, self._running.settings.broker.prefetch // all)
        await self._line.consume(queues, 1 if self._running.state.get(CAREFUL) else share)

    async def _gather(self) -> list[Arrived]:
        """What lies here, at least one and at most a batch; nothing when it is time to stop."""
        arrived = self._line.arrived
        if arrived.empty():
            waiting: asyncio.Task[Arrived] = asyncio.create_task(arrived.get())
            others = (waiting, self._settling) if self._settling else (waiting,)
            await session.first(self._running.stop, self._line, *others)
            if self._settling and self._settling.done() and not waiting.done():
                waiting.cancel()
                # What it died of is raised here, and ends the connection.
                await self._ended()
                return await self._gather()
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
        """Take a batch in. One that came back may have killed its handler, and is counted before anything else.

        It is counted with its batch at first, then by itself, so that nobody is blamed for another one's deeds.
        """
        again = [a for a in batch if a.again]
        if not again:
            await self._together(batch)
            return
        await self._ended()
        begun = await self._trials(again)
        suspects = [a for a in again if begun.get(_digest(a), 0) >= ALONE]
        for each in suspects:
            await self._suspected(each)
        if rest := [a for a in batch if a not in suspects]:
            await self._begin([a for a in rest if a.again])
            await self._together(rest)
            await self._ended()
        await self._forget(again)

    async def _suspected(self, each: Arrived) -> None:
        await self._alone(each, await self._begin([each]))
        await self._done([each])

    async def _together(self, batch: Sequence[Arrived]) -> None:
        """Read and judge now; commit and acknowledge beside the next batch, in the order of batches."""
        deliveries = [_delivery(a) for a in batch]
        clock, since = self._hub.clock, time.monotonic()
        try:
            # A broker that takes nothing gets nothing from here: it waits in the outbox for the relay.
            until = None if self._line.blocked else clock.after(relay.LEASE_SECONDS)
            writings = await self._hub.prepare(deliveries, clock.now(), until)
        except Exception as fault:
            await self._ended()
            await self._one_by_one(batch, fault)
            return
        await self._ended()
        self._settling = asyncio.create_task(self._settle(batch, writings, since), name="settle")

    async def _settle(self, batch: Sequence[Arrived], writings: Prepared, since: float) -> None:
        """Commit, acknowledge, and hand the answers to the broker beside the next batch; what fails the relay does."""
        begun = time.perf_counter()
        try:
            settled = await self._hub.settle(writings)
        except Exception as fault:
            await self._one_by_one(batch, fault)
            return
        self._running.count("received", len(batch))
        await self._done(batch)
        await self._hand(settled.claimed, since)
        self._running.state["last_seconds"] = f"{time.perf_counter() - begun:.3f}"

    async def _done(self, batch: Sequence[Arrived]) -> None:
        """These are committed; a connection that ended cannot be told, and the broker brings them again."""
        if not self._line.closed.is_set():
            await self._line.acknowledge(a.tag for a in batch)
        self._told(-len(batch))

    def _told(self, more: int) -> None:
        """Say in heartbeats since when something is in hand of which nothing is done, and when something was last."""
        began, now = not self.in_hand, self._hub.clock.now().isoformat()
        self.in_hand += more
        if not self.in_hand:
            self._running.state.pop(IN_HAND_SINCE, None)
        elif began or more < 0:
            self._running.state[IN_HAND_SINCE] = now
        self._running.state[WORKED_AT] = now

    def _waited(self, one: Arrived) -> None:
        """Say in heartbeats how long one from the midst of a batch has waited since it was sent, by its sender."""
        if sent := moment(one.origin.sent):
            waited = (self._hub.clock.now() - sent).total_seconds()
            self._running.state[WAITED] = f"{max(0.0, waited):.0f}"

    async def _hand(self, claimed: Sequence[Relayed], since: float) -> None:
        """Hand answers to the broker beside the next batches; those that come meanwhile go together after it."""
        if len(self._claimed) >= relay.PORTION:
            await self._handed()
        self._since = self._since if self._claimed else since
        self._claimed += claimed
        if self._handing is None or self._handing.done():
            self._handing = asyncio.create_task(self._hand_over(), name="hand over")

    async def _hand_over(self) -> None:
        while self._claimed and not self._line.closed.is_set():
            claimed, self._claimed = self._claimed, []
            try:
                await relay.hand_over(self._running, self._line, claimed, self._since)
            except Unavailable as fault:
                log.warning("answers.unwritten", exc_info=fault)

    async def _handed(self) -> None:
        """All answers are with the broker, or left to the relay."""
        if self._handing:
            await self._handing

    async def _ended(self) -> None:
        settling, self._settling = self._settling, None
        if settling:
            await settling

    async def _one_by_one(self, batch: Sequence[Arrived], fault: Exception) -> None:
        """A batch that failed whole: the store is waited for, and one that fails alone costs only itself."""
        log.warning("batch.failed", messages=len(batch), exc_info=fault)
        for each in batch:
            await self._suspected(each)
        await self._forget(batch)

    async def _alone(self, each: Arrived, begun: int) -> None:
        """Take one in by itself, however long the store is away; after the last try it is parked."""
        while not self._line.closed.is_set():
            if begun > MOST:
                await self._patiently(lambda: self._park(each))
                return
            try:
                await self._patiently(lambda: self._hub.receive([_delivery(each)], self._hub.clock.now()))
            except Unavailable:
                raise
            except Exception as fault:
                log.error("message.failed", begun=begun, exc_info=fault)
                begun = await self._begin([each])
                await stopping.pause(AGAIN_SECONDS, self._line.closed)
            else:
                self._running.count("received")
                return

    async def _park(self, each: Arrived) -> None:
        parked = await self._hub.park(_delivery(each), self._hub.clock.now())
        self._running.count("parked" if parked else "received")

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
                    await self._line.rest()
                    self._running.state[TROUBLE] = STORE
                    log.error("intake.paused", exc_info=fault)
                await stopping.pause(AWAY_SECONDS, self._running.stop)
                if self._running.stop.is_set():
                    # What is not committed is not acknowledged: the broker brings it again.
                    self._line.closed.set()
                    raise
        if resting:
            self._running.state.pop(TROUBLE, None)
            log.info("intake.resumed")
            await self.consume()

    async def _forget(self, done: Sequence[Arrived]) -> None:
        await self._patiently(lambda: self._hub.store.end_trials(list(map(_digest, done)), self._hub.clock.now()))

    async def _trials(self, again: Sequence[Arrived]) -> dict[bytes, int]:
        found: dict[bytes, int] = {}

        async def ask() -> None:
            found.update(await self._hub.store.trials(set(map(_digest, again))))

        await self._patiently(ask)
        return found

    async def _begin(self, again: Sequence[Arrived]) -> int:
        """Count one more beginning for each; returns the most that one of them has had."""
        most = 0

        async def count() -> None:
            nonlocal most
            counted = await self._hub.store.begin_trials(set(map(_digest, again)), self._hub.clock.now())
            most = max(counted.values())

        if again:
            await self._patiently(count)
        return most


def _delivery(a: Arrived) -> Delivery:
    """Whoever may use the broker may send for anybody: who it is, the document says (and it must say so)."""
    account = SystemAccount(f"{BROKER}{a.origin.from_her_id[:64]}", "", frozenset(), any=True)
    return Delivery(a.body, account, replace(a.origin, digest=sha256(a.body).hexdigest()))


def _digest(a: Arrived) -> bytes:
    return sha256(f"{a.origin.id}\0".encode() + a.body).digest()
