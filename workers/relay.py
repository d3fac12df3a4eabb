"""From the outbox to the broker: claimed, published with confirm, and marked; what fails is tried again later."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from hub.broker import Connection, Sent
from hub.clock import Clock
from hub.errors import Unavailable
from hub.record import Relayed
from hub.status import BLOCKED, STORE, TROUBLE
from hub.transport import inbound
from workers import session, stopping
from workers.process import Running

log = structlog.get_logger()

# As many at once, and nobody else gets them meanwhile: half of it is longer than a publish may take, and after the
# other half none is begun, or it might be sent twice.
PORTION = 256
LEASE_SECONDS = 20.0
# The first wait after a try that failed, the longest one, and the last try of all: after some hours.
FIRST_SECONDS, LONGEST_SECONDS, MOST = 5.0, 1200.0, 16
# How long it waits when there is nothing to send, unless somebody rings.
LOOK_SECONDS = 0.25
AWAY_SECONDS = 1.0


async def run(running: Running) -> None:
    """Send what is to be sent until it is time to stop."""
    await session.run(running, _use)


async def _use(running: Running, line: Connection) -> None:
    """Send over one connection. Raises Unavailable when it ends."""
    while not running.stop.is_set() and not line.closed.is_set():
        rung = asyncio.create_task(running.hub.changed(LOOK_SECONDS))
        await asyncio.sleep(0)
        try:
            if line.blocked:
                # Whatever is published now waits in the line, and each try that is not heard of counts as one.
                running.state[TROUBLE] = BLOCKED
            else:
                done = await _portion(running, line)
                running.state.pop(TROUBLE, None)
                if done:
                    rung.cancel()
                    continue
        except Unavailable as fault:
            running.state[TROUBLE] = STORE
            log.warning("relay.paused", exc_info=fault)
            await stopping.pause(AWAY_SECONDS, running.stop)
        await session.first(running.stop, line, rung)
        rung.cancel()
    if line.closed.is_set():
        raise Unavailable("the connection to the broker ended")


async def _portion(running: Running, line: Connection) -> int:
    """Send what is due, at most so many; returns how many there were."""
    clock, since = running.hub.clock, time.monotonic()
    claimed = await running.hub.store.relay(clock.now(), clock.after(LEASE_SECONDS), PORTION)
    if claimed:
        await hand_over(running, line, claimed, since)
    return len(claimed)


async def hand_over(running: Running, line: Connection, claimed: Sequence[Relayed], since: float) -> None:
    """Hand documents over that nobody else gets for LEASE_SECONDS from `since` (monotonic), and write how it went.

    Where that took too long already, somebody else gets them. Raises Unavailable when the database is away and it is
    time to stop; then it is not written, and they are sent once more under the same MsgId.
    """
    if time.monotonic() - since > LEASE_SECONDS / 2:
        log.warning("relay.too_late", documents=len(claimed))
        return
    store, now = running.hub.store, running.hub.clock.now()
    results = await asyncio.gather(*(_publish(line, x, now) for x in claimed))
    done = [x for x, sent in zip(claimed, results, strict=True) if sent is Sent.CONFIRMED]
    failed = [
        (x, sent.value, _again(x, running.hub.clock))
        for x, sent in zip(claimed, results, strict=True)
        if sent is not Sent.CONFIRMED
    ]
    # The broker has them: that must be written however long the database is away, or they would be sent again.
    if done:
        await _surely(running, lambda: store.relayed(done, running.hub.clock.now()))
        running.count("sent", len(done))
    if failed:
        await _surely(running, lambda: store.put_off(failed, running.hub.clock.now()))
        running.count("failed", len(failed))
    log.info("outbox.relayed", **_counted(results))
    if Sent.UNKNOWN in results and not line.blocked:
        # A broker that says nothing, or a connection that lost an answer: what comes after goes over a new one.
        line.closed.set()


async def _publish(line: Connection, x: Relayed, now: datetime) -> Sent:
    return await line.publish(x.label, x.body, x.amqp_id, inbound(x.label.from_her_id), now)


async def _surely(running: Running, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
            running.state.pop(TROUBLE, None)
            return
        except Unavailable as fault:
            running.state[TROUBLE] = STORE
            log.warning("relay.unwritten", exc_info=fault)
            if running.stop.is_set():
                raise
            await stopping.pause(AWAY_SECONDS, running.stop)


def _again(x: Relayed, clock: Clock) -> datetime | None:
    """When it is tried again: later each time, and never all at once; None after the last try."""
    if x.attempts >= MOST:
        return None
    wait: float = min(FIRST_SECONDS * 2 ** (x.attempts - 1), LONGEST_SECONDS)
    return clock.after(wait * random.uniform(0.75, 1.25))


def _counted(results: Sequence[Sent]) -> dict[str, int]:
    return {sent.value: results.count(sent) for sent in dict.fromkeys(results)}
