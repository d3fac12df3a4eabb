"""The loop that counts what partners send, and tells when one falls silent or sends far too much."""

import asyncio
from datetime import timedelta

import structlog

from hub import hearing
from hub.hearing import Memory
from hub.service import Hub
from hub.traffic import Strange

log = structlog.get_logger()

# How often it listens, by the hub's clock, and how seldom at the most: a rehearsal's minute passes in a moment.
LOOK, SHORTEST_SECONDS = timedelta(minutes=1), 5.0
# How often old counts are let go.
FORGET = timedelta(hours=24)
# How long it waits when the store failed.
FAILED_SECONDS = 10.0


async def run(hub: Hub, stop: asyncio.Event) -> None:
    """Listen until `stop`; what is cut off is done by whoever listens next."""
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(_listen(hub), name="listening")
        await stop.wait()
        listening.cancel()


async def _listen(hub: Hub) -> None:
    memory, forgotten = Memory(), hub.clock.now() - FORGET
    while True:
        seconds = max(hub.clock.seconds_until(hub.clock.now() + LOOK), SHORTEST_SECONDS)
        try:
            await look(hub, memory)
            if hub.clock.now() - forgotten >= FORGET:
                await hearing.forget(hub.store, hub.clock.now())
                forgotten = hub.clock.now()
        except Exception as fault:
            # Whatever it is, the clocks and the doors beside it go on.
            log.error("traffic.failed", exc_info=fault)
            seconds = FAILED_SECONDS
        await asyncio.sleep(seconds)


async def look(hub: Hub, memory: Memory | None = None) -> hearing.Found:
    """Listen once, and log what was told and what ended; other processes do the same. Raises Unavailable."""
    found = await hearing.look(hub.store, hub.directory, hub.clock.now(), memory)
    for x in found.told:
        event = "partner.silent" if x.what is Strange.SILENT else "partner.flood"
        log.warning(event, partner=x.sender, kind=x.kind, came=x.came, low=x.usual.low, high=x.usual.high)
    for x in found.ended:
        log.info("partner.usual", partner=x.sender, kind=x.kind, since=x.at.isoformat())
    if found.told or found.ended:
        hub.ring()
    return found
