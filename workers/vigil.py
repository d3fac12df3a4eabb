"""Silence is a fault: somebody looks every few seconds, and says aloud what is wrong and when it is well again.

Each watch, auditor and web that has a broker looks at all that `hub status` looks at; the others see to it that each
sort of process is at work. What is broken is told to operations beside the log, by whoever sees it.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta

import structlog

from hub import distress, status
from hub.dispatch import Way
from hub.errors import HubError
from hub.finding import Finding, Severity
from hub.status import Facts
from hub.store import alarming
from workers import notify, stopping
from workers.process import Running, Work

log = structlog.get_logger()

# What `hub status` holds for wrong is noticed after so long at the latest. What is broken is looked at once more soon,
# and told when it still is so: a process that is heard of again meanwhile was only held up.
LOOK_SECONDS, AGAIN_SECONDS = 6.0, 5.0
# A site that starts has so long until all of it is there; until then nobody beside the log is told.
STARTS_SECONDS = status.GONE.total_seconds()
# So long after somebody saw that something works again nobody is told the contrary: two looks, or three.
PAUSE = timedelta(seconds=15)
# So long it sends what is due, beside whoever else does: a mail server may hang, and it is to look again.
SEND_SECONDS = 10.0
# How long a look that is under way may take at a stop.
STOP_SECONDS = 5.0
# What a worker says of itself while it sees something wrong: how much.
ALARMS = "alarms"

Found = Mapping[str, Finding]


async def run(running: Running, queues: bool = True) -> None:
    """Look until it is time to stop; each fault is told once when it comes, and once when it goes.

    Without `queues` the broker is not asked, and only what is told of is whether each sort of process is at work.
    """
    known: Found = {}
    raised: frozenset[str] | None = None
    begun = time.monotonic()
    while not running.stop.is_set():
        clock = running.hub.clock
        facts = await _gathered(running, queues)
        if facts is None:
            return
        judged = status.judge(facts, clock.now())
        # Of several about the same the worst counts.
        found = {x.about: x for x in reversed(judged) if queues or x.about in status.WORK}
        _tell(known, found)
        if facts.kept is not None and time.monotonic() - begun >= STARTS_SECONDS:
            raised = await _announced(running, known, found, raised, queues)
        doubtful = _broken(found) - _broken(known)
        known = found
        running.state[ALARMS] = str(len(found))
        await stopping.pause(AGAIN_SECONDS if doubtful else LOOK_SECONDS, running.stop)


def beside(work: Work) -> Work:
    """The same work, while somebody sees to it that the other sorts of process are at work."""

    async def both(running: Running) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_done(work, running), name="work")
                group.create_task(run(running, queues=False), name="vigil")
        except ExceptionGroup as several:
            # What ended it first is what is told.
            raise several.exceptions[0] from several

    return both


async def _done(work: Work, running: Running) -> None:
    await work(running)


async def _gathered(running: Running, queues: bool) -> Facts | None:
    """What there is to see; nothing when it is time to stop meanwhile, as a server that is silent may take long."""
    hub = running.hub
    asked = status.gather(running.settings, hub.clock, hub.directory) if queues else status.near(hub.store, hub.clock)
    looking = asyncio.create_task(asked)
    stopped = asyncio.create_task(running.stop.wait())
    await asyncio.wait((looking, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if looking.done():
        return looking.result()
    looking.cancel()
    await asyncio.wait((looking,), timeout=STOP_SECONDS)
    return None


def _tell(before: Found, now: Found) -> None:
    for about, finding in now.items():
        if about not in before or before[about].severity < finding.severity:
            say = log.error if finding.severity is Severity.BROKEN else log.warning
            say("alarm.raised", about=about, what=finding.what, do=finding.do)
    for about in before.keys() - now.keys():
        log.info("alarm.ended", about=about)


async def _announced(
    running: Running, before: Found, now: Found, raised: frozenset[str] | None, all: bool
) -> frozenset[str] | None:
    """Have operations told of what was broken at two looks, and that something works again; returns what they know of.

    Whoever begins goes on with what was told before, and of two who do not see the same nobody contradicts the other.
    """
    try:
        if raised is None:
            told = await running.hub.store.look(alarming.raised)
            raised = frozenset(x for x in told if all or x in status.WORK)
        stands, over = _broken(now) & _broken(before), raised - _broken(now)
        if await _dispatched(running, stands, over):
            await _send(running)
        return (raised | stands) - over
    except HubError as fault:
        log.error("alarm.untold", exc_info=fault)
        return raised


async def _dispatched(running: Running, stands: frozenset[str], over: frozenset[str]) -> int:
    """Write what is to be told, what others have not told; returns how many that were."""
    hub, now, speed = running.hub, running.hub.clock.now(), status.speed(running.hub.clock)
    made = 0
    for about in sorted(stands):
        made += await hub.store.note(
            alarming.tell,
            about,
            lambda since, about=about: [*distress.broken(about, since, hub.directory, now, speed)],  # type: ignore[misc]
            now,
            PAUSE * speed,
        )
    for about in sorted(over):
        made += await hub.store.note(
            alarming.end,
            about,
            lambda since, about=about: [*distress.mended(about, since, hub.directory, now)],  # type: ignore[misc]
            now,
        )
    return made


async def _send(running: Running) -> None:
    """Send at once, as whoever else sends may be what is broken; what fails is tried again by them."""
    until = time.monotonic() + SEND_SECONDS

    async def sending(ways: frozenset[Way]) -> None:
        while await notify.send(running.hub, by, ways) and not running.stop.is_set() and time.monotonic() < until:
            pass

    async with notify.courier(running.settings.notices) as by:
        await asyncio.gather(*(sending(ways) for ways in notify.WAYS))


def _broken(found: Found) -> frozenset[str]:
    return frozenset(about for about, finding in found.items() if finding.severity is Severity.BROKEN)
