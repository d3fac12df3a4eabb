"""Blows against a cluster of three brokers, a database and every link to them, while messages come."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from hub import broker, settings
from hub.store import Store
from tests import centre
from tests.chaos.link import Fault, Link, link
from tests.chaos.sender import Sender
from tests.crash import audit, nursery, peace, plant, traffic
from tests.crash.campaign import Nursery
from tests.crash.campaign import nursery as warmed
from tests.crash.traffic import Ledger
from tests.servers.postgresql import Postgresql
from tests.servers.rabbitmq import Cluster, Node

WORKERS = ("intake", "intake 2", "relay", "relay 2", "watch")
MESSAGE_SECONDS = 0.02
# The queue of the practice, and how long the cluster may take to say who leads it.
PRACTICE, LEADER_SECONDS = "900100_async", 60.0
# A quorum queue of this broker's version needs so long after it was declared before it survives a kill (pitfalls).
SETTLE_SECONDS = 8.0
# How long a blow lasts, and how long all must be still to count as peace.
BLOW_SECONDS, STILL_SECONDS, PATIENCE_SECONDS = 6.0, 5.0, 300.0
LINK_FAULTS = (Fault.SLOW, Fault.HOLE, Fault.CUT, Fault.RESET)


@dataclass(slots=True)
class Field:
    """Everything that can be hit."""

    cluster: Cluster
    server: Postgresql
    links: dict[str, Link]
    chance: random.Random


@dataclass(slots=True)
class Result:
    """What was done and what came of it."""

    blows: Counter[str] = field(default_factory=Counter)
    counts: dict[str, int] = field(default_factory=dict)
    planted: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    # Seconds from the end of a blow until an answer arrived again.
    recovered: list[float] = field(default_factory=list)


Blow = Callable[[Field], Awaitable[None]]


async def kill_node(place: Field) -> None:
    """One node, started again."""
    node = place.chance.choice(place.cluster.nodes)
    await asyncio.to_thread(node.kill)
    await asyncio.sleep(1.0)
    node.start()
    await asyncio.to_thread(node.wait)


async def kill_leader(place: Field) -> None:
    """The node that leads the practice's queue."""
    node = await leader(place.cluster)
    await asyncio.to_thread(node.kill)
    await asyncio.sleep(1.0)
    node.start()
    await asyncio.to_thread(node.wait)


async def leader(cluster: Cluster) -> Node:
    """The node that leads the practice's queue. Raises TimeoutError: a blow at another one would prove nothing."""
    until, said = time.monotonic() + LEADER_SECONDS, ""
    while time.monotonic() < until:
        # While it changes, it may be named wrongly or not at all.
        with suppress(RuntimeError):
            said = await asyncio.to_thread(cluster.nodes[0].ctl, "list_queues", "name", "leader", "--quiet")
        named = {
            name
            for queue, name in (line.split() for line in said.splitlines() if len(line.split()) == 2)
            if queue == PRACTICE
        }
        if found := [node for node in cluster.nodes if node.name in named]:
            return found[0]
        await asyncio.sleep(0.5)
    raise TimeoutError(f"nobody leads {PRACTICE} in {LEADER_SECONDS} s: {said}")


async def kill_all(place: Field) -> None:
    """All three at once."""
    for node in place.cluster.nodes:
        await asyncio.to_thread(node.kill)
    for node in place.cluster.nodes:
        node.start()
    for node in place.cluster.nodes:
        await asyncio.to_thread(node.wait)


async def freeze(place: Field) -> None:
    """One node stops in the midst of whatever it does, longer than heartbeats last."""
    node = place.chance.choice(place.cluster.nodes)
    node.freeze()
    await asyncio.sleep(BLOW_SECONDS * 3)
    node.thaw()


async def restart_database(place: Field) -> None:
    """PostgreSQL is killed and comes back."""
    await asyncio.to_thread(place.server.stop, signal.SIGKILL)
    await asyncio.sleep(2.0)
    await asyncio.to_thread(place.server.start)


def fail_link(name: str, fault: Fault) -> Blow:
    """A blow against a link."""

    async def blow(place: Field) -> None:
        place.links[name].fail(fault)
        await asyncio.sleep(BLOW_SECONDS)
        place.links[name].fail(Fault.NONE)

    blow.__name__ = f"{fault} {name}"
    return blow


def blows(kills: int, alls: int, freezes: int, restarts: int, links: Sequence[str], seed: int) -> list[Blow]:
    """So many of each, in an order of chance; each link fails in each way."""
    found: list[Blow] = [*[kill_node] * (kills - kills // 2), *[kill_leader] * (kills // 2)]
    found += [*[kill_all] * alls, *[freeze] * freezes, *[restart_database] * restarts]
    found += [fail_link(name, fault) for name in links for fault in LINK_FAULTS]
    random.Random(seed).shuffle(found)
    return found


@asynccontextmanager
async def linked(cluster: Cluster, server: Postgresql) -> AsyncIterator[dict[str, Link]]:
    """A link to each node and to the database."""
    async with AsyncExitStack() as stack:
        made = {"database": await stack.enter_async_context(link("database", server.port))}
        for number, node in enumerate(cluster.nodes, 1):
            made[f"broker {number}"] = await stack.enter_async_context(link(f"broker {number}", node.port))
        yield made


async def play(
    cluster: Cluster, server: Postgresql, database: str, blows: Sequence[Blow], seed: int, log: Any = None,
    tell: Callable[[str], None] = print,
) -> Result:  # fmt: skip
    """Deal the blows one after the other, then wait for peace and check the books, and last the check by plants."""
    done, ledger = Result(), Ledger()
    topology = broker.topology(centre.configuration(settings.load(settings.sample()).folder).directory)
    await traffic.swept(cluster.urls, topology)
    await asyncio.sleep(SETTLE_SECONDS)
    async with linked(cluster, server) as links:
        brokers = tuple(f"amqp://guest:guest@127.0.0.1:{links[n].port}/" for n in links if n != "database")
        url = server.url(database).replace(f":{server.port}/", f":{links['database'].port}/")
        assert urlsplit(url).port == links["database"].port
        place = Field(cluster, server, links, random.Random(seed))
        found = nursery.configured(url, brokers, time.time())
        async with warmed(found, log) as home:
            sender = Sender(cluster.urls, ledger, seed, MESSAGE_SECONDS)
            taking = asyncio.create_task(sender.take())
            sending = asyncio.create_task(sender.send())
            for name in WORKERS:
                await home.fork(name.split()[0], name=name)
            await _answer(ledger)
            for blow in blows:
                tell(f"{blow.__name__} ({len(ledger.sent)} sent)")
                await blow(place)
                begun = time.monotonic()
                await _answer(ledger)
                done.recovered.append(round(time.monotonic() - begun, 1))
                done.blows[blow.__name__] += 1
            sender.stop.set()
            await sending
            async with Store(server.url(database)) as store:
                waiting = (cluster.urls, topology, ledger, STILL_SECONDS, PATIENCE_SECONDS)
                at, done.wrong = await peace.made(store, found.running_clock(), *waiting)
                await _stop(home, done)
                taking.cancel()
                await asyncio.gather(taking, return_exceptions=True)
                done.counts, wrong = await audit.check(store, ledger, await peace.dead(cluster.urls, topology), at)
                done.planted = await plant.found(store, ledger, at)
    done.wrong += [*wrong, *plant.overlooked(done.planted)]
    return done


async def _stop(home: Nursery, done: Result) -> None:
    for name in WORKERS:
        done.wrong += (await home.stop(name)).faults(name, 0)


async def _answer(ledger: Ledger) -> None:
    """Until an answer arrives. Raises TimeoutError: nothing mended itself."""
    before, until = len(ledger.answers), time.monotonic() + PATIENCE_SECONDS
    while len(ledger.answers) == before:
        if time.monotonic() > until:
            raise TimeoutError(f"no answer in {PATIENCE_SECONDS} s")
        await asyncio.sleep(0.05)
