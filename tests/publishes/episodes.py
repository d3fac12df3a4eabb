"""What befalls a broker while it is published to: it freezes, has no memory left, hangs up, or the line is cut."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.chaos.link import Fault, Link
from tests.servers.rabbitmq import Node

# A blow falls while a portion is on its way, within so many seconds.
AIM_SECONDS = 0.15
# What a connection with heartbeats every second bears (aiormq: three times one more), and a little.
STUCK_SECONDS = 7.0


@dataclass(frozen=True, slots=True)
class Field:
    """The broker, the line to it, and how long a publish waits for the broker's word."""

    node: Node
    line: Link
    chance: random.Random
    patience: float

    async def last(self, least: float, most: float) -> None:
        """Go on between so many times as long as a publish waits."""
        await asyncio.sleep(self.patience * self.chance.uniform(least, most))

    async def aim(self) -> None:
        """Until some moment while a portion is on its way."""
        await asyncio.sleep(self.chance.uniform(0.0, AIM_SECONDS))


Episode = Callable[[Field], Awaitable[None]]


async def freeze(field: Field) -> None:
    """The broker stops in the midst of whatever it does, longer than a publish waits."""
    async with _frozen(field):
        await field.last(1.3, 1.8)


async def falter(field: Field) -> None:
    """The broker stops, and goes on before anybody has given up."""
    async with _frozen(field):
        await field.last(0.2, 0.6)


async def stick(field: Field) -> None:
    """The broker stops for so long that the library gives up the connection, and cancels whoever waits on it."""
    async with _frozen(field):
        await asyncio.sleep(STUCK_SECONDS + field.chance.uniform(0.0, 2.0))


async def alarm(field: Field) -> None:
    """No memory is left: the broker reads nothing more from whoever publishes, until there is some again."""
    await asyncio.to_thread(field.node.ctl, "set_vm_memory_high_watermark", "0.00001")
    try:
        await field.last(1.3, 1.8)
    finally:
        await asyncio.to_thread(field.node.ctl, "set_vm_memory_high_watermark", "0.4")


async def cut(field: Field) -> None:
    """The line is torn, and what is on it is lost both ways."""
    await field.aim()
    field.line.fail(Fault.RESET)


async def hang_up(field: Field) -> None:
    """The broker closes every connection, with a word."""
    await asyncio.to_thread(field.node.ctl, "close_all_connections", "campaign")


ALL: tuple[Episode, ...] = (freeze, falter, stick, alarm, cut, hang_up)


@asynccontextmanager
async def _frozen(field: Field) -> AsyncIterator[None]:
    await field.aim()
    field.node.freeze()
    try:
        yield
    finally:
        field.node.thaw()
