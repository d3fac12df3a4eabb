"""The loop that lets deadlines lapse when they come."""

import asyncio
import time

import structlog

from hub.errors import Unavailable
from hub.service import Hub
from workers import stopping, vigil
from workers.process import Running

log = structlog.get_logger()

# The longest sleep: a clock that was started meanwhile is seen after this many seconds at the latest.
LOOK_SECONDS = 0.5
# How long it waits when the store failed.
FAILED_SECONDS = 2.0
# How often it is asked whether something is old enough to be let go.
FORGET_SECONDS = 6 * 3600.0


async def run(hub: Hub, stop: asyncio.Event) -> None:
    """Let every clock that has come lapse, those that came while nobody watched first; until `stop`."""
    log.info("watch.started")
    forgetting = 0.0
    while not stop.is_set():
        try:
            seconds = await _look(hub)
            if time.monotonic() >= forgetting:
                # The next time comes whether or not this one goes well: no clock may wait for old bytes.
                forgetting = time.monotonic() + FORGET_SECONDS
                await hub.forget(hub.clock.now())
        except Unavailable as fault:
            # What was due stays due: it is looked for again until the store can be used.
            log.error("watch.failed", exc_info=fault)
            seconds = FAILED_SECONDS
        await stopping.pause(seconds, stop)


async def work(running: Running) -> None:
    """The same as a process of its own; however many there are, each step is taken once.

    Beside it somebody looks whether the others are at work.
    """
    async with asyncio.TaskGroup() as group:
        group.create_task(run(running.hub, running.stop), name="clocks")
        if running.settings.broker.urls:
            group.create_task(vigil.run(running), name="vigil")


async def _look(hub: Hub) -> float:
    """Let what has come lapse; returns the seconds until the next clock comes or it is time to look again."""
    if await hub.tick(hub.clock.now()):
        return 0.0
    coming = await hub.store.next_due()
    return LOOK_SECONDS if coming is None else min(LOOK_SECONDS, hub.clock.seconds_until(coming))
