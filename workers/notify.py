"""The loop that tells people and systems beside their inboxes: it sorts what is new, and sends what is due."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog

from hub import notifying, settings
from hub.courier import Courier, Post, Webhook
from hub.directory import InboxId
from hub.dispatch import Claimed, Way
from hub.errors import Unavailable
from hub.notifying import Pace
from hub.service import Hub
from workers import stopping

log = structlog.get_logger()

# How often it is looked for something to tell, and how much is sorted in one transaction and sent together.
LOOK_SECONDS, PORTION, TOGETHER = 1.0, 500, 8
# For how long what is being sent is this process's own; no way out takes as long.
CLAIM_SECONDS = 240.0
# What goes beside what: a mail server that takes a connection and says nothing holds up no webhook and no alert.
WAYS = (frozenset({Way.MAIL}), frozenset({Way.WEBHOOK, Way.ALERTMANAGER}))
# How soon it is tried again in vain: twice as long each time, and after so many times it is given up (about 3 hours).
FIRST_SECONDS, LAST_SECONDS, MOST = 5.0, 1200.0, 17
# How often an alert that goes on is said again: Alertmanager forgets what it does not hear of.
REPEAT_SECONDS = 60.0
# How long it waits when the store failed, and how long what is being sent may take at a stop.
FAILED_SECONDS, DRAIN_SECONDS = 2.0, 5.0


async def run(hub: Hub, found: settings.Settings, stop: asyncio.Event) -> None:
    """Tell whatever is to be told, until `stop`; what is cut off is told by whoever looks next, under the same key."""
    async with courier(found.notices) as by:
        telling = asyncio.create_task(_tell(hub, by, pace(found.notices), stop), name="telling")
        await stop.wait()
        await asyncio.wait((telling,), timeout=DRAIN_SECONDS)
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


def courier(found: settings.Notices) -> Courier:
    """The ways out that a site has."""
    post = None
    if found.smtp_host and found.sender:
        login = found.smtp_user, found.smtp_password
        post = Post(found.sender, found.smtp_host, found.smtp_port, *login, found.smtp_tls)
    webhooks = {name: Webhook(x.url, x.secret) for name, x in found.webhooks.items()}
    return Courier(post, webhooks, found.alertmanager, found.link, found.seconds)


def pace(found: settings.Notices) -> Pace:
    """How soon and how often a site tells."""
    return Pace(timedelta(seconds=found.gather_seconds), timedelta(minutes=found.cool_down_minutes))


async def _tell(hub: Hub, by: Courier, pace: Pace, stop: asyncio.Event) -> None:
    """What is due goes also while a great many are still to be sorted, and each by its own way."""

    async def sorting() -> bool:
        return await sort(hub, pace) == PORTION

    async def sending(ways: frozenset[Way]) -> bool:
        return await send(hub, by, ways) > 0

    works: list[Callable[[], Awaitable[bool]]] = [sorting, *(partial(sending, ways) for ways in WAYS)]
    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(_repeat(work, stop))


async def _repeat(work: Callable[[], Awaitable[bool]], stop: asyncio.Event) -> None:
    """Do it again and again, at once when there is more of it, until `stop`."""
    while not stop.is_set():
        seconds = LOOK_SECONDS
        try:
            if await work():
                seconds = 0.0
        except Exception as fault:
            # Whatever it is, the clocks and the doors beside it go on.
            log.error("notices.failed", exc_info=fault)
            seconds = FAILED_SECONDS
        await stopping.pause(seconds, stop)


async def sort(hub: Hub, pace: Pace) -> int:
    """See to what nobody was told yet; returns how much that was. Raises Unavailable."""
    now, directory = hub.clock.now(), hub.directory
    done = await hub.store.dispatches.sort(
        lambda untold: notifying.addressed(untold, directory, now),
        lambda reached, standing: notifying.dispatches(reached, standing, pace, now),
        PORTION,
        now,
    )
    if done:
        log.info("notices.sorted", notices=done)
    return done


async def send(hub: Hub, by: Courier, ways: frozenset[Way] = frozenset(Way)) -> int:
    """Send what is due by some ways, each by one of however many look; returns how many it were. Raises Unavailable."""
    now, directory = hub.clock.now(), hub.directory
    until, ready = hub.clock.after(CLAIM_SECONDS), lambda x: notifying.ready(x, directory, now)
    due = await hub.store.dispatches.claim(now, until, TOGETHER, ready, ways)
    await asyncio.gather(*(_one(x, hub, by) for x in due))
    return len(due)


async def _one(x: Claimed, hub: Hub, by: Courier) -> None:
    now, lasts = hub.clock.now(), False
    try:
        if x.way is Way.ALERTMANAGER:
            overdue = await hub.store.dispatches.overdue(InboxId(x.target), now)
            lasts = overdue.count > 0
            await by.take(x, now, overdue)
        else:
            await by.take(x, now)
    except Unavailable as fault:
        await _put_off(x, str(fault), hub)
        return
    log.info("notice.sent", key=x.key, way=x.way.value, items=x.content.count, attempts=x.attempts)
    await hub.store.dispatches.sent(x, hub.clock.now(), hub.clock.after(REPEAT_SECONDS) if lasts else None)


async def _put_off(x: Claimed, fault: str, hub: Hub) -> None:
    """Try again later; an alert is never given up, as it is only over when nothing is late."""
    wait = min(FIRST_SECONDS * 2 ** min(x.attempts - 1, 20), LAST_SECONDS) * random.uniform(0.8, 1.2)
    over = x.attempts >= MOST and x.way is not Way.ALERTMANAGER
    say = log.error if over else log.warning
    say("notice.given_up" if over else "notice.put_off", key=x.key, way=x.way.value, fault=fault, attempts=x.attempts)
    again = None if over else notifying.ready(x, hub.directory, hub.clock.after(wait))
    await hub.store.dispatches.put_off(x, fault, hub.clock.now(), again)
