"""What the broker has: its queues made, and emptied to see what is in them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from hub import broker
from hub.broker.topology import EXCHANGE, Topology
from hub.message import HerId
from tests import builders
from tests.publishes.mix import FITS, FULL_QUEUE, PARTNERS

# How long nothing more must come: the broker counts what it has a little later.
QUIET_SECONDS = 2.0

# How often a message with an AMQP id was in a queue.
Found = Counter[tuple[str, str]]


def topology() -> Topology:
    """The hub's own queues for some partners, with those for errors and dead letters."""
    known = builders.directory()
    partner = known.partners[builders.PARTNER]
    partners = {HerId(id): replace(partner, her_id=HerId(id), services={}) for id in PARTNERS}
    return broker.topology(replace(known, practices={}, partners=partners))


async def prepare(url: str) -> None:
    """Make all queues, the one that will be full too."""
    async with broker.connected([url], "campaign") as line:
        await line.declare(topology())
    full: dict[str, Any] = {"x-queue-type": "quorum", "x-overflow": "reject-publish", "x-max-length": FITS}
    async with _channel(url) as channel:
        queue = await channel.declare_queue(FULL_QUEUE, durable=True, arguments=full)
        await queue.bind(EXCHANGE, FULL_QUEUE)


async def make_room(url: str, found: Found) -> None:
    """Take what is in the full queue."""
    async with _channel(url) as channel:
        queue = await channel.get_queue(FULL_QUEUE, ensure=False)
        while (came := await queue.get(no_ack=True, fail=False)) is not None:
            found[FULL_QUEUE, came.message_id or ""] += 1


async def drain(url: str, found: Found) -> None:
    """Take everything from everywhere, until nothing has come for a while and no queue has anything."""
    names = [FULL_QUEUE, *(queue.name for queue in topology().queues)]
    async with _channel(url) as channel:
        for name in names:
            queue = await channel.get_queue(name, ensure=False)
            await queue.consume(_counting(found, name), no_ack=True)
        before, quiet = -1, 0.0
        while quiet < QUIET_SECONDS:
            await asyncio.sleep(0.1)
            waiting = [(await channel.declare_queue(name, passive=True)).declaration_result for name in names]
            now = found.total()
            still = now == before and not any(each.message_count for each in waiting)
            quiet, before = quiet + 0.1 if still else 0.0, now


def _counting(found: Found, name: str) -> Any:
    async def count(came: AbstractIncomingMessage) -> None:
        found[name, came.message_id or ""] += 1

    return count


@asynccontextmanager
async def _channel(url: str) -> AsyncIterator[AbstractChannel]:
    """A connection of the auditor's own, past any line that fails."""
    async with await aio_pika.connect(url) as connection:
        yield await connection.channel()
