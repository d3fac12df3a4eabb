"""The loop that lets deadlines lapse when they come; beside it those for who is away, and for the months."""

import asyncio
import time
from collections.abc import MutableMapping
from datetime import timedelta

import structlog

from hub.errors import HubError, Unavailable
from hub.service import Hub
from hub.status import GONE, STORE, TROUBLE
from workers import expect, lookup, notify, search, stopping, vigil
from workers.process import Running

log = structlog.get_logger()

# The longest sleep: a clock that was started meanwhile is seen after this many seconds at the latest; and the shortest.
LOOK_SECONDS, AT_ONCE_SECONDS = 0.5, 0.05
# How long it waits when the store failed.
FAILED_SECONDS = 2.0
# How often it is looked for what lies with somebody away, by the hub's clock.
COVER = timedelta(seconds=30)
# How often it is asked whether any clock goes by what is in force no longer; it is one question.
AGAIN_RECKONED_SECONDS = 30.0
# How often the months that come are made, and it is asked whether something is old enough to be let go.
FORGET_SECONDS = 6 * 3600.0
# How soon it is tried again when that failed: somebody may have been reading what is to go.
AGAIN_SECONDS = 300.0
# So many looks in a row that each find something are a backlog. In the process of the web whoever asks at the door
# would have to wait for each of them, all the time: from then on it leaves the rest to processes that only watch, and
# looks this seldom; where there are none, it rests so many times as long as it looked.
BACKLOG_LOOKS, ASIDE_SECONDS, RESTS = 50, 2.0, 2.0
# How long a look that is under way may take at a stop.
DRAIN_SECONDS = 5.0


async def run(hub: Hub, stop: asyncio.Event, state: MutableMapping[str, str], beside: bool = False) -> None:
    """Let every clock that has come lapse, those that came while nobody watched first; until `stop`.

    Who is away and messages' months are looked after beside it: no clock may wait for old bytes. In `state` it says
    when the database keeps it from its work. One that is `beside` the web lets that go before a backlog.
    """
    log.info("watch.started")
    async with asyncio.TaskGroup() as group:
        clocks = group.create_task(_clocks(hub, stop, state, beside), name="clocks")
        cover = group.create_task(_cover(hub), name="cover")
        anew = group.create_task(_reckon(hub), name="reckon")
        months = group.create_task(_months(hub), name="months")
        await stop.wait()
        # What is committed stays, and the rest is done by whoever watches next.
        cover.cancel()
        anew.cancel()
        months.cancel()
        await asyncio.wait((clocks,), timeout=DRAIN_SECONDS)
        clocks.cancel()


async def work(running: Running) -> None:
    """The same as a process of its own; however many there are, each step is taken once.

    Beside it somebody looks whether the others are at work, asks the registers about strangers, and listens whether
    partners send what they usually do; and what came is made findable.
    """
    async with asyncio.TaskGroup() as group:
        group.create_task(run(running.hub, running.stop, running.state), name="watch")
        group.create_task(lookup.run(running.hub, running.settings, running.stop), name="lookup")
        group.create_task(notify.run(running.hub, running.settings, running.stop), name="notify")
        group.create_task(expect.run(running.hub, running.stop), name="expect")
        group.create_task(search.run(running.hub, running.stop), name="search")
        if running.settings.broker.urls:
            group.create_task(vigil.run(running), name="vigil")


async def _clocks(hub: Hub, stop: asyncio.Event, state: MutableMapping[str, str], beside: bool) -> None:
    looks = 0
    while not stop.is_set():
        begun = time.monotonic()
        try:
            seconds = await _look(hub)
            looks = 0 if seconds else looks + 1
            if beside and looks >= BACKLOG_LOOKS:
                seconds = await _rest(hub, time.monotonic() - begun)
            state.pop(TROUBLE, None)
        except HubError as fault:
            # What was due stays due: it is looked for again until the store can be used.
            if isinstance(fault, Unavailable):
                state[TROUBLE] = STORE
            log.error("watch.failed", exc_info=fault)
            seconds = FAILED_SECONDS
        await stopping.pause(seconds, stop)


async def _rest(hub: Hub, looked: float) -> float:
    """How long to leave a backlog alone after a look that took so long."""
    now = hub.clock.now()
    watching = any(x.kind == "watch" and now - x.seen_at <= GONE for x in await hub.store.workers())
    return ASIDE_SECONDS if watching else RESTS * looked


async def _cover(hub: Hub) -> None:
    """Nothing lies with somebody away for longer than half a minute, and all of it is back soon after they are.

    Another configuration is heeded at once, and once more later: an intake may have read it a moment after us.
    """
    new = 1
    while True:
        try:
            if new:
                await hub.rehome(hub.clock.now())
            await hub.cover(hub.clock.now())
            await hub.press(hub.clock.now())
            new = max(0, new - 1)
        except HubError as fault:
            # What was to move is found again.
            log.error("cover.failed", exc_info=fault)
        await stopping.pause(max(hub.clock.seconds_until(hub.clock.now() + COVER), LOOK_SECONDS), hub.renewed)
        if hub.renewed.is_set():
            hub.renewed.clear()
            new = 2


async def _reckon(hub: Hub) -> None:
    """Clocks go by what is in force: by what was loaded before this began, by each other configuration at once, and by
    what an intake decided by a moment after us within half a minute.

    It may take long where much lies open, and nobody who covers waits for it.
    """
    done, at = -1, 0.0
    while True:
        if hub.version != done or time.monotonic() - at >= AGAIN_RECKONED_SECONDS:
            done, at = hub.version, time.monotonic()
            try:
                await hub.reckon(hub.clock.now())
            except HubError as fault:
                # What was to be set anew is found again.
                log.error("reckon.failed", exc_info=fault)
        await asyncio.sleep(LOOK_SECONDS)


async def _months(hub: Hub) -> None:
    """Make the months that come and let old ones go, now and every few hours; what fails is tried again sooner."""
    while True:
        seconds = FORGET_SECONDS
        for work in (hub.store.prepare, hub.forget):
            try:
                await work(hub.clock.now())
            except HubError as fault:
                log.error("months.failed", exc_info=fault)
                seconds = AGAIN_SECONDS
        await asyncio.sleep(seconds)


async def _look(hub: Hub) -> float:
    """Let what has come lapse; returns the seconds until the next clock comes or it is time to look again."""
    if await hub.tick(hub.clock.now()):
        return 0.0
    coming = await hub.store.next_due()
    # What is due and was not taken has just come, or is left alone as the store refuses it.
    return LOOK_SECONDS if coming is None else min(LOOK_SECONDS, max(hub.clock.seconds_until(coming), AT_ONCE_SECONDS))
