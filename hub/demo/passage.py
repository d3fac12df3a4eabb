"""What lies between the partners and the hub: nothing over HTTP, else the broker, through which all has to come."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from hub import broker
from hub.clock import Clock
from hub.demo import queues
from hub.demo.cast import Cast
from hub.demo.door import Door
from hub.demo.logbook import Logbook
from hub.demo.way import Mailboxes, Way
from hub.directory import Directory
from hub.store import Store

# Real seconds: what is on its way may take so long, and when all has come somebody waits for what should not come.
PATIENCE, QUIET = 60.0, 3.0
LOOK_SECONDS = 0.5
NAME, REPEATED = "demo", "message.duplicate"


@asynccontextmanager
async def ways(urls: Sequence[str], cast: Cast, door: Door) -> AsyncIterator[Mapping[str, Way]]:
    """Each system's way to the hub, by its name. Raises Unavailable when the broker cannot be used."""
    if not urls:
        yield {system.name: Mailboxes(system, door) for system in cast.systems}
        return
    async with AsyncExitStack() as stack:
        async with broker.connected(urls, NAME) as line:
            await line.declare(broker.topology(cast.directory))
        opened = (queues.opened(system, urls, door.book, door.clock) for system in cast.systems)
        yield {s.name: await stack.enter_async_context(way) for s, way in zip(cast.systems, opened, strict=True)}


async def settle(store: Store, book: Logbook, clock: Clock) -> None:
    """Wait until all that was sent has come through, both ways, and a while longer for what is too much.

    What has not come after a bounded time is lost: whoever adds up finds it.
    """
    until, quiet_since, before = time.monotonic() + PATIENCE, time.monotonic(), (0, 0)
    while time.monotonic() < until:
        tally = await store.tally()
        underway, _ = await store.waiting(clock.now())
        here = sum(tally["messages"].values()) + tally["quarantine"]["held"] + tally["events"].get(REPEATED, 0)
        now = here, len(book.fetched) + len(book.again)
        whole = not underway and here >= _handed(book) and now[1] >= sum(tally["outbox"].values())
        if not whole or now != before:
            quiet_since, before = time.monotonic(), now
        elif time.monotonic() - quiet_since > QUIET:
            break
        await asyncio.sleep(LOOK_SECONDS)
    queues.fall_silent(book, clock)


async def left(urls: Sequence[str], directory: Directory) -> Mapping[str, int]:
    """What still lies in queues, where none should. Raises Unavailable when the broker cannot be used."""
    if not urls:
        return {}
    async with broker.connected(urls, NAME) as line:
        depths = {q.name: (await line.depth(q.name))[0] for q in broker.topology(directory).queues}
    return {name: depth for name, depth in depths.items() if depth}


def _handed(book: Logbook) -> int:
    return sum(len(d.handed) for d in book.deliveries.values())
