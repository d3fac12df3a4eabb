"""Connections to the broker, one after the other: whenever one ends, the next is made, until it is time to stop."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from hub import broker
from hub.broker import Connection
from hub.errors import Unavailable
from hub.status import BROKER, TROUBLE
from workers import stopping
from workers.process import Running, needs_broker

log = structlog.get_logger()

# Between two connections: the first wait, and the longest.
SHORTEST, LONGEST = 0.2, 5.0
# A connection that lived no longer than this many seconds was lost soon; after so many in a row something in the queue
# may be what costs them: RabbitMQ ends a connection over a message whose properties it cannot hand on.
SOON_SECONDS, MANY = 5.0, 3
# What a worker says of itself meanwhile.
CAREFUL = "careful"


async def run(running: Running, use: Callable[[Running, Connection], Awaitable[None]]) -> None:
    """Use one connection after the other; the broker may come and go, and need not be there at the beginning."""
    urls = needs_broker(running.settings)
    wait, soon = SHORTEST, 0
    running.state[TROUBLE] = BROKER
    while not running.stop.is_set():
        began: float | None = None
        try:
            async with broker.connected(urls, running.name) as line:
                await line.declare(broker.topology(running.hub.directory))
                began, wait = time.monotonic(), SHORTEST
                running.state.pop(TROUBLE, None)
                log.info("broker.connected", worker=running.name)
                await use(running, line)
        except Unavailable as fault:
            running.state[TROUBLE] = BROKER
            running.count("disconnects")
            log.warning("broker.lost", worker=running.name, exc_info=fault)
            soon = soon + 1 if began and time.monotonic() - began < SOON_SECONDS else 0
            _heed(running, soon)
            await stopping.pause(wait * random.uniform(0.5, 1.5), running.stop)
            wait = wait if began else min(wait * 2, LONGEST)


def _heed(running: Running, soon: int) -> None:
    """Be careful while connections are lost soon after they were made, and not any more when they last."""
    if soon >= MANY:
        running.state[CAREFUL] = "yes"
        log.error("broker.careful", worker=running.name, lost=soon)
    else:
        running.state.pop(CAREFUL, None)


async def first(stop: asyncio.Event, line: Connection, *others: asyncio.Future[Any]) -> None:
    """Wait for the first of these, the end of the connection, or the time to stop."""
    waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(line.closed.wait())]
    try:
        await asyncio.wait((*waits, *others), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
