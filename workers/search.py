"""The loop that makes messages findable, a moment after they came and never in the way of those that come."""

import asyncio

import structlog

from hub import searching
from hub.service import Hub
from hub.status import GONE

log = structlog.get_logger()

# How long it waits for something new, in real seconds.
LOOK_SECONDS = 5.0
# The shortest rest after a portion, and how many times as long as the portion took: whoever takes messages in or looks
# at a page has the machine for at least as long.
REST_SECONDS, RESTS = 0.5, 1.0
# Where more came than this while a portion was read, a backlog is left for calmer times: a portion each so often.
BUSY, BUSY_SECONDS = 2 * searching.TOGETHER, 5.0
# How long it waits when something failed.
FAILED_SECONDS = 10.0


async def run(hub: Hub, stop: asyncio.Event, beside: bool = False) -> None:
    """Make findable what came, the oldest first, until `stop`; what is cut off is done by whoever looks next.

    One that is `beside` the web leaves it to processes that only watch, where there are any.
    """
    async with asyncio.TaskGroup() as group:
        following = group.create_task(_follow(hub, beside), name="search")
        await stop.wait()
        following.cancel()


async def _follow(hub: Hub, beside: bool) -> None:
    clock, left = asyncio.get_running_loop().time, 0
    while True:
        begun = clock()
        try:
            found = searching.NOTHING if beside and await _watched(hub) else await searching.index(hub)
            seconds = rest(found, left, clock() - begun)
            left = found.left
        except Exception as fault:
            # Whatever it is, the clocks and the doors beside it go on.
            log.error("search.failed", exc_info=fault)
            seconds, left = FAILED_SECONDS, 0
        if not seconds:
            await hub.changed(LOOK_SECONDS)
        # What comes in a burst is looked at together.
        await asyncio.sleep(seconds or REST_SECONDS)


async def _watched(hub: Hub) -> bool:
    """Whether a process is there that only watches."""
    now = hub.clock.now()
    return any(x.kind == "watch" and now - x.seen_at <= GONE for x in await hub.store.workers())


def rest(found: searching.Indexed, left: int, took: float) -> float:
    """How long to rest after a portion, when so many were left before it; 0 where something new is waited for."""
    if not found.left:
        return 0.0
    came = found.left + found.done - left
    if left and came > BUSY:
        return BUSY_SECONDS
    return max(REST_SECONDS, RESTS * took) if came > 0 else RESTS * took
