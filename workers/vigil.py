"""Silence is a fault: somebody looks every twenty seconds, and says aloud what is wrong and when it is well again."""

from collections.abc import Mapping

import structlog

from hub import status
from hub.status import Finding, Severity
from workers import stopping
from workers.process import Running

log = structlog.get_logger()

# What `hub status` holds for wrong is noticed after so long at the latest, and its own bounds are a minute.
LOOK_SECONDS = 20.0
# What a worker says of itself while it sees something wrong: how much.
ALARMS = "alarms"


async def run(running: Running) -> None:
    """Look until it is time to stop; each fault is told once when it comes, and once when it goes."""
    known: dict[str, Finding] = {}
    while not running.stop.is_set():
        clock = running.hub.clock
        facts = await status.gather(running.settings, clock, running.hub.directory)
        found = {finding.about: finding for finding in status.judge(facts, clock.now())}
        _tell(known, found)
        known = found
        running.state[ALARMS] = str(len(found))
        await stopping.pause(LOOK_SECONDS, running.stop)


def _tell(before: Mapping[str, Finding], now: Mapping[str, Finding]) -> None:
    for about, finding in now.items():
        if about not in before or before[about].severity < finding.severity:
            say = log.error if finding.severity is Severity.BROKEN else log.warning
            say("alarm.raised", about=about, what=finding.what, do=finding.do)
    for about in before.keys() - now.keys():
        log.info("alarm.ended", about=about)
