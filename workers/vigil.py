"""Silence is a fault: somebody looks every twenty seconds, and says aloud what is wrong and when it is well again."""

import asyncio
from collections.abc import Mapping

import structlog

from hub import status
from hub.status import Facts, Finding, Severity
from workers import stopping
from workers.process import Running

log = structlog.get_logger()

# What `hub status` holds for wrong is noticed after so long at the latest, and its own bounds are a minute.
LOOK_SECONDS = 20.0
# How long a look that is under way may take at a stop.
STOP_SECONDS = 5.0
# What a worker says of itself while it sees something wrong: how much.
ALARMS = "alarms"


async def run(running: Running) -> None:
    """Look until it is time to stop; each fault is told once when it comes, and once when it goes."""
    known: dict[str, Finding] = {}
    while not running.stop.is_set():
        clock = running.hub.clock
        facts = await _gathered(running)
        if facts is None:
            return
        found = {finding.about: finding for finding in status.judge(facts, clock.now())}
        _tell(known, found)
        known = found
        running.state[ALARMS] = str(len(found))
        await stopping.pause(LOOK_SECONDS, running.stop)


async def _gathered(running: Running) -> Facts | None:
    """What there is to see; nothing when it is time to stop meanwhile, as a server that is silent may take long."""
    looking = asyncio.create_task(status.gather(running.settings, running.hub.clock, running.hub.directory))
    stopped = asyncio.create_task(running.stop.wait())
    await asyncio.wait((looking, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if looking.done():
        return looking.result()
    looking.cancel()
    await asyncio.wait((looking,), timeout=STOP_SECONDS)
    return None


def _tell(before: Mapping[str, Finding], now: Mapping[str, Finding]) -> None:
    for about, finding in now.items():
        if about not in before or before[about].severity < finding.severity:
            say = log.error if finding.severity is Severity.BROKEN else log.warning
            say("alarm.raised", about=about, what=finding.what, do=finding.do)
    for about in before.keys() - now.keys():
        log.info("alarm.ended", about=about)
