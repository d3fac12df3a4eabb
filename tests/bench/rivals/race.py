"""A rival beside the floor: on the same servers, with the same messages, measured from outside."""

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import aio_pika
import psycopg

from tests.bench import carried, cost, messages
from tests.bench.cost import Meter, Pace
from tests.bench.servers import Servers

# How long one may take for a message, with its start.
SECONDS, STARTS = 0.2, 60.0


@dataclass(frozen=True, slots=True)
class Rival:
    """A framework, how its consumer is started, and whether it only takes messages of its own making."""

    name: str
    words: tuple[str, ...]
    own: bool = False


RIVALS = (
    Rival("FastStream", ("tests.bench.rivals.faststream",)),
    Rival("Celery", ("celery", "--app", "tests.bench.rivals.celery", "worker", "--loglevel", "ERROR"), own=True),
)


def rate(rival: Rival, servers: Servers, folder: Path, count: int) -> Pace:
    """How fast it drains a filled queue: from the first message stored to the last, all of them answered."""
    url = servers.postgresql.url(servers.postgresql.create())
    with servers.virtual_host() as node, psycopg.connect(url, autocommit=True) as database:
        database.execute(carried.TABLE)
        environment = {**os.environ, "RIVAL_BROKER": node, "RIVAL_DATABASE": url}
        asyncio.run(_prepared(node, () if rival.own else messages.make(count, seed=5)))
        if rival.own:
            subprocess.run([sys.executable, "-m", "tests.bench.rivals.celery", str(count)], env=environment, check=True)
        with (folder / f"{rival.name}.log").open("wb") as log:
            process = subprocess.Popen([sys.executable, "-m", *rival.words], env=environment, stdout=log, stderr=log)
            try:
                return _watched(rival, process, servers, database, node, count)
            finally:
                process.terminate()
                process.wait(60)


def _watched(
    rival: Rival,
    process: subprocess.Popen[bytes],
    servers: Servers,
    database: psycopg.Connection,
    node: str,
    count: int,
) -> Pace:
    meter = Meter({"consumer": lambda: cost.tree(process.pid), **servers.parts()})
    until = time.monotonic() + STARTS
    stored = begun = 0
    while stored < count:
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{rival.name} stored {stored} of {count}")
        time.sleep(0.1)
        (stored,) = database.execute("SELECT coalesce(max(id), 0) FROM message").fetchone() or (0,)
        if stored and not begun:
            # What its start costs is not counted.
            begun, until = stored, time.monotonic() + STARTS + count * SECONDS
            meter.begin()
    asyncio.run(_answered(node, count))
    spent = meter.per_message(count - begun)
    row = database.execute("SELECT count(*), max(at) - min(at) FROM message").fetchone()
    if row is None or row[0] != count:
        raise RuntimeError(f"{rival.name} stored {row} and not {count}")
    return Pace(count / row[1].total_seconds(), spent)


async def _prepared(node: str, raws: "tuple[()] | list[bytes]") -> None:
    async with await aio_pika.connect(node) as connection:
        channel = await connection.channel(on_return_raises=True)
        await carried.declare(channel, carried.QUEUE, carried.ANSWERS)
        await carried.fill(channel, carried.QUEUE, raws)


async def _answered(node: str, count: int) -> None:
    """Until all answers lie there. Raises TimeoutError."""
    async with await aio_pika.connect(node) as connection, asyncio.timeout(60):
        channel = await connection.channel()
        while True:
            queue = await channel.declare_queue(carried.ANSWERS, passive=True)
            if (queue.declaration_result.message_count or 0) >= count:
                return
            await asyncio.sleep(0.05)
