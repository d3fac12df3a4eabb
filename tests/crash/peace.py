"""After the kills: waiting until nothing waits anywhere, so that the books can be read."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from hub import broker
from hub.broker import Topology
from hub.clock import Clock
from hub.errors import Unavailable
from hub.store import Store
from tests.crash.traffic import Ledger

# So many seconds after its time a step counts as one that does not happen.
LATE_SECONDS = 2.0
LOOK_SECONDS = 0.25


async def made(
    store: Store,
    clock: Clock,
    urls: Sequence[str],
    topology: Topology,
    ledger: Ledger,
    still: float,
    patience: float,
) -> tuple[datetime, list[str]]:
    """Wait until all has been still for so long; returns up to when every step must have happened, and what is wrong.

    A broker or a database that is away is waited for as everything else is.
    """
    calm, before, until = 0.0, None, time.monotonic() + patience
    while calm < still:
        if time.monotonic() > until:
            return clock.after(-LATE_SECONDS), [f"no peace after {patience} s: {before}"]
        now = None
        with suppress(Unavailable):
            waiting, _ = await store.waiting(clock.now())
            late = len(await store.due(clock.after(-LATE_SECONDS), 1))
            depths = await depth(urls, [queue.name for queue in topology.inbound])
            now = {"waiting": waiting, "late clocks": late, "queued": depths, "came back": ledger.heard}
        busy = now is None or now["waiting"] or now["late clocks"] or now["queued"]
        calm = 0.0 if now != before or busy else calm + LOOK_SECONDS
        before = now
        await asyncio.sleep(LOOK_SECONDS)
    return clock.after(-LATE_SECONDS), []


async def dead(urls: Sequence[str], topology: Topology) -> int:
    """How many dead letters there are. Raises Unavailable."""
    return await depth(urls, [queue.name for queue in topology.queues if queue.dead is None])


async def depth(urls: Sequence[str], queues: Sequence[str]) -> int:
    """How many messages are ready in these queues together. Raises Unavailable."""
    async with broker.connected(urls, "peace") as line:
        return sum([(await line.depth(name))[0] for name in queues])
