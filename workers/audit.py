"""The loop that proves that nothing was forgotten: a glance every few seconds, and a look at all that is open."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime

import structlog

from hub import auditing
from hub.audit import Flaw
from hub.audited import AUDITED_AT, FOUND, MENDED, MENDED_AT, tallied, tally
from hub.auditing import Audit
from hub.errors import Unavailable
from hub.service import Hub
from hub.status import STORE, TROUBLE
from workers import notify, stopping, vigil
from workers.process import Running

log = structlog.get_logger()

# Between two glances at what is late, and between two looks at all that is open.
GLANCE_SECONDS, WHOLE_SECONDS = 5.0, 60.0
# Where very much is open, a look takes long: it rests so many times as long, for others work in its process too.
RESTS = 4.0
# The watch moves what lies with nobody within half a minute: this is somewhat longer, and shorter than between looks.
MOVED_SECONDS = 50.0
# How long it waits when the store failed, and how long a look may take at a stop.
FAILED_SECONDS, DRAIN_SECONDS = 2.0, 5.0


async def run(hub: Hub, stop: asyncio.Event, state: MutableMapping[str, str]) -> None:
    """Look until `stop`; in `state` it says what it found, what it mended, and when it looked at everything last."""
    log.info("audit.started")
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(_Auditor(hub, state).run(stop), name="auditor")
        await stop.wait()
        # What is mended stays, and the rest is found by whoever looks next.
        await asyncio.wait((looking,), timeout=DRAIN_SECONDS)
        looking.cancel()


async def work(running: Running) -> None:
    """The same as a process of its own; however many there are, everything is mended once.

    Beside it somebody looks whether the others are at work, and tells what is to be told, as a watch does not that is
    gone.
    """
    async with asyncio.TaskGroup() as group:
        group.create_task(run(running.hub, running.stop, running.state), name="audit")
        group.create_task(notify.run(running.hub, running.settings, running.stop), name="notify")
        if running.settings.broker.urls:
            group.create_task(vigil.run(running), name="vigil")


class _Auditor:
    """One auditor: what it found when it looked at everything last, and what it has mended since it began."""

    def __init__(self, hub: Hub, state: MutableMapping[str, str]) -> None:
        self._hub, self._state = hub, state
        self._stands, self._known = Counter[Flaw](), Counter[Flaw]()
        # By which configuration it looked last: by another one items lay elsewhere.
        self._version: int | None = None
        # One that never comes to the end of a look is told of like one that does not any more.
        state.setdefault(AUDITED_AT, hub.clock.now().isoformat())

    async def run(self, stop: asyncio.Event) -> None:
        """Glance and look until `stop`; a look at very much that is open holds up no glance."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeat(self._glance, GLANCE_SECONDS, stop), name="glances")
            group.create_task(self._repeat(self._whole, WHOLE_SECONDS, stop), name="looks")

    async def _repeat(self, look: Callable[[], Awaitable[None]], every: float, stop: asyncio.Event) -> None:
        """Look so often, and rest much longer than a look took; what fails is tried again soon."""
        while not stop.is_set():
            begun = time.monotonic()
            try:
                await look()
                self._state.pop(TROUBLE, None)
                took = time.monotonic() - begun
                seconds = max(every - took, RESTS * took)
            except Exception as fault:
                # Whatever it is, the doors beside it go on; and what is wrong stays wrong until it is looked at again.
                if isinstance(fault, Unavailable):
                    self._state[TROUBLE] = STORE
                log.error("audit.failed", exc_info=fault)
                seconds = FAILED_SECONDS
            await stopping.pause(seconds, stop)

    async def _glance(self) -> None:
        self._tell(self._stands + await auditing.glance(self._hub.store, self._hub.clock))

    async def _whole(self) -> None:
        clock, now = self._hub.clock, self._hub.clock.now()
        same, self._version = self._version == self._hub.version, self._hub.version
        done = await self._hub.audit(now, clock.after(-MOVED_SECONDS) if same else None)
        self._stands = done.found
        self._state[AUDITED_AT] = clock.now().isoformat()
        if done.mended:
            self._count(done, now)
            self._hub.ring()
        log.info("audit.done", seen=done.seen, found=done.found.total(), mended=done.mended.total())

    def _count(self, done: Audit, now: datetime) -> None:
        before = Counter(tallied(self._state.get(MENDED, "")))
        self._state[MENDED] = tally(before + Counter({flaw.value: n for flaw, n in done.mended.items()}))
        self._state[MENDED_AT] = now.isoformat()

    def _tell(self, found: Mapping[Flaw, int]) -> None:
        """Say what stands; the log hears of what is new, and when all is well again."""
        told = {flaw.value: n for flaw, n in found.items()}
        self._state[FOUND] = tally(told)
        if new := found.keys() - self._known.keys():
            log.error("audit.found", new=sorted(new), **told)
        elif self._known and not found:
            log.info("audit.well")
        self._known = Counter(found)
