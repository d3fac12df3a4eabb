"""The whole way through the broker on PostgreSQL: from a filled queue to committed items and confirmed answers.

`python -m tests.bench.broker`; everything runs on this machine, the servers and the load as well.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import aio_pika
import psycopg
from rich.console import Console
from rich.table import Table

from hub import broker, settings
from hub.broker.topology import EXCHANGE
from hub.store.migrate import migrate
from tests import centre
from tests.bench import carried, messages
from tests.crash import traffic
from tests.servers import postgresql, rabbitmq

WORKERS = ("intake", "relay")
ADDRESS = f"{traffic.OURS}_async"
# How many are on their way to the broker at once while a queue is filled.
FILLING = 500


def main() -> None:
    """Measure and print; nothing here passes or fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.broker", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000, help="in the queue at the beginning of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stored", type=int, default=0, help="so many messages are stored before the last round")
    parser.add_argument("--steady", type=float, default=20.0, help="seconds at 100 messages a second")
    asked = parser.parse_args()
    table = Table("what", "measured", "floor, same run", "ratio", "target", title="Sambud on PostgreSQL, RabbitMQ")
    with tempfile.TemporaryDirectory(prefix="sambud-bench-") as folder, _servers() as (server, node):
        url = server.url(server.create())
        migrate(url)
        asyncio.run(_swept(node.url))
        with _working(url, node.url, Path(folder)) as processes:
            for n in range(asked.rounds):
                bare = asyncio.run(carried.rate(node.url, server.url(server.create()), asked.messages))
                rate = _drain(url, node.url, asked.messages, seed=n)
                ratio = f"{rate / bare:.2f}"
                table.add_row(f"round {n + 1}, 6 kB", f"{rate:.0f}/s", f"{bare:.0f}/s", ratio, "≥ 1000/s, ≥ 0.5")
            latencies = asyncio.run(_steady(node.url, asked.steady))
            p50, p99 = latencies[len(latencies) // 2], latencies[len(latencies) * 99 // 100]
            table.add_row("at 100/s, p50 and p99", f"{p50:.0f} ms, {p99:.0f} ms", "", "", "p99 < 250 ms")
            if asked.stored:
                before = rate
                _grow(url, asked.stored)
                rate = _drain(url, node.url, asked.messages, seed=100)
                row = (
                    f"with {asked.stored:,} stored",
                    f"{rate:.0f}/s",
                    f"{before:.0f}/s before",
                    f"{rate / before:.2f}",
                )
                table.add_row(*row, "≥ 0.9")
            for kind, process in processes.items():
                limit = "< 250 MB" if kind == "intake" else ""
                table.add_row(f"resident, {kind}", f"{_resident(process.pid):.0f} MB", "", "", limit)
    Console(width=110).print(table)


def _drain(url: str, node: str, count: int, seed: int) -> float:
    """Messages a second from the first that is taken in to the last answer that is confirmed.

    The queue is filled first, while the intake is stopped in the midst of whatever it does.
    """
    with psycopg.connect(url, autocommit=True) as c:
        before = _number(c, "SELECT coalesce(max(id), 0) FROM message")
        pids = list(_PAUSED)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        asyncio.run(_fill(node, messages.make(count, seed=1_000 + seed)))
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        while _number(c, f"SELECT count(*) FROM outbox WHERE message_id > {before} AND sent_at IS NOT NULL") < count:
            time.sleep(0.2)
        times = c.execute(_SPAN, (before,)).fetchone()
    asyncio.run(_emptied(node))
    assert times is not None
    return float(count / (times[1] - times[0]).total_seconds())


_SPAN = """SELECT min(m.received_at), max(o.sent_at)
FROM message m JOIN outbox o ON o.message_id = m.id WHERE m.id > %s"""

# The processes that are stopped while a queue is filled.
_PAUSED: list[int] = []


def _number(c: psycopg.Connection, query: str) -> int:
    row = c.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0


async def _fill(node: str, raws: Sequence[bytes]) -> None:
    async with await aio_pika.connect(node) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        for n in range(0, len(raws), FILLING):
            portion = raws[n : n + FILLING]
            await asyncio.gather(*(exchange.publish(traffic.message(raw, str(uuid4())), ADDRESS) for raw in portion))


async def _steady(node: str, seconds: float) -> list[float]:
    """Milliseconds from publish to the answer's arrival at the partner, sorted."""
    sent: dict[str, float] = {}
    latencies: list[float] = []

    async def take(came: aio_pika.abc.AbstractIncomingMessage) -> None:
        if (begun := sent.pop(came.correlation_id or "", None)) is not None:
            latencies.append((time.perf_counter() - begun) * 1000)
        await came.ack()

    async with await aio_pika.connect(node) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        await (await channel.get_queue(f"{traffic.PARTNER}_async", ensure=False)).consume(take)
        raws = messages.make(int(seconds * 100), seed=77)
        begun = time.perf_counter()
        for n, raw in enumerate(raws):
            await asyncio.sleep(max(0.0, begun + n / 100 - time.perf_counter()))
            id = str(uuid4())
            sent[id] = time.perf_counter()
            await exchange.publish(traffic.message(raw, id), ADDRESS)
        async with asyncio.timeout(60):
            while sent:
                await asyncio.sleep(0.05)
    return sorted(latencies)


async def _emptied(node: str) -> None:
    async with await aio_pika.connect(node) as connection:
        channel = await connection.channel()
        await (await channel.get_queue(f"{traffic.PARTNER}_async", ensure=False)).purge()


async def _swept(node: str) -> None:
    found = settings.load(settings.sample())
    await traffic.swept((node,), broker.topology(centre.configuration(found.folder).directory))


def _grow(url: str, count: int) -> None:
    """Store so many messages more, each with all its rows, copied from one that is there."""
    carried.grow(url, count)


@contextmanager
def _servers() -> Iterator[tuple[postgresql.Postgresql, rabbitmq.Node]]:
    with rabbitmq.running() as cluster, postgresql.running() as server:
        yield server, cluster.nodes[0]


@contextmanager
def _working(url: str, node: str, folder: Path) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """One intake and one relay, as processes."""
    own = {
        "HUB_DATABASE__URL": url,
        "HUB_CONFIG": str(settings.sample()),
        "HUB_BROKER__URLS": f'["{node}"]',
    }
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for kind in WORKERS:
            with (folder / f"{kind}.log").open("wb") as log:
                words = [sys.executable, "-m", "workers", kind]
                processes[kind] = subprocess.Popen(words, env={**os.environ, **own}, stderr=log)
        time.sleep(4)
        _PAUSED[:] = [processes["intake"].pid]
        yield processes
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait(30)


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
