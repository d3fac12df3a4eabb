"""The loop that lets deadlines lapse when they come."""

import asyncio

import structlog

from hub.service import Hub

log = structlog.get_logger()

# The longest sleep: a clock that was started meanwhile is seen after this many seconds at the latest.
LOOK_SECONDS = 0.5


async def run(hub: Hub, stop: asyncio.Event) -> None:
    """Let every clock that has come lapse, those that came while nobody watched first; until `stop`."""
    log.info("watch.started")
    while not stop.is_set():
        if not await hub.tick(hub.clock.now()):
            await _pause(hub, stop)


async def _pause(hub: Hub, stop: asyncio.Event) -> None:
    """Sleep until the next clock comes or it is time to look again, whichever is first."""
    coming = await hub.store.next_due()
    seconds = LOOK_SECONDS if coming is None else min(LOOK_SECONDS, hub.clock.seconds_until(coming))
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
