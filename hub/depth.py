"""How deep the broker's queues are, and who consumes them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum

from hub import broker, transport
from hub.broker import Connection, Topology
from hub.directory import Directory
from hub.errors import Unavailable

# A queue that is missing closes the channel, and each next look costs a connection: after so many it is clear enough.
MISSING = 20


class Seen(StrEnum):
    """What came of looking for a queue."""

    THERE = "there"
    MISSING = "missing"  # the broker has no such queue
    SILENT = "silent"  # the broker did not say: a queue of a cluster without its majority is so


@dataclass(frozen=True, slots=True)
class Depth:
    """A queue of the broker: messages that are ready, and who consumes them."""

    queue: str
    inbound: bool
    seen: Seen
    ready: int = 0
    consumers: int = 0


@dataclass(frozen=True, slots=True)
class Queues:
    """What the broker showed; `fault` is why it cannot be reached, and `unseen` how many queues nobody looked for."""

    depths: tuple[Depth, ...] = ()
    unseen: int = 0
    fault: str = ""


async def look(urls: Sequence[str], directory: Directory) -> Queues:
    """Look at each queue that operations care about; what cannot be reached is a fact too."""
    wanted = _wanted(broker.topology(directory))
    depths: list[Depth] = []
    try:
        async with aclosing(_depths(urls, wanted)) as looking:
            async for depth in looking:
                depths.append(depth)
    except Unavailable as fault:
        return Queues(tuple(depths), len(wanted) - len(depths), str(fault))
    return Queues(tuple(depths), len(wanted) - len(depths))


def _wanted(topology: Topology) -> list[tuple[str, bool]]:
    """The queues that operations look at, and whether we consume them: ours, and every one of dead letters."""
    inbound = [queue.name for queue in topology.inbound]
    ours = {name.removesuffix(transport.inbound("")) for name in inbound}
    errors = [transport.errors(one) for one in ours]
    dead = [queue.name for queue in topology.others if queue.dead is None]
    return [*((name, True) for name in inbound), *((name, False) for name in (*sorted(errors), *dead))]


async def _depths(urls: Sequence[str], wanted: Sequence[tuple[str, bool]]) -> AsyncGenerator[Depth, None]:
    """Each queue's depth, over a new connection after each that did not answer. Raises Unavailable."""
    left, failed = list(wanted), 0
    while left and failed < MISSING:
        async with broker.connected(urls, "status") as line:
            while left:
                depth = await _depth(line, *left.pop(0))
                yield depth
                if depth.seen is not Seen.THERE:
                    failed += 1
                    break


async def _depth(line: Connection, queue: str, inbound: bool) -> Depth:
    try:
        ready, consumers = await line.depth(queue)
    except Unavailable as fault:
        # The library's ChannelNotFoundEntity; that name is for `hub.broker` alone to import.
        missing = "NotFound" in type(fault.__cause__).__name__
        return Depth(queue, inbound, Seen.MISSING if missing else Seen.SILENT)
    return Depth(queue, inbound, Seen.THERE, ready, consumers)
