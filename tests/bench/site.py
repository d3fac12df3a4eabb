"""A hub of processes on a database and a part of the broker of its own, and what can be measured from outside it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import aio_pika
import psycopg

from hub import broker, settings
from hub.broker.topology import EXCHANGE
from hub.store.migrate import migrate
from tests import centre
from tests.bench import cost, messages
from tests.bench.cost import Meter, Pace
from tests.bench.servers import Servers
from tests.crash import traffic

# Which processes there are, by what they are called here: two intakes, as the machine has two cores.
INTAKES = ("intake", "second intake")
PROCESSES = {**dict.fromkeys(INTAKES, "intake"), "relay": "relay", "watch": "watch"}
ADDRESS, ANSWERS = f"{traffic.OURS}_async", f"{traffic.PARTNER}_async"
# How many messages are made at once to fill a queue, and how many of them are on their way to the broker at once.
MAKING, FILLING = 5_000, 500
# How long the processes may take to start, and without anything being taken in.
STARTS, SILENT = 60.0, 120.0
# Between two looks at how far it is, as each costs the database a little.
LOOK = 0.5


@dataclass(slots=True)
class Site:
    """Where a hub's data are, and its processes while it works."""

    servers: Servers
    url: str
    node: str
    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @contextmanager
    def working(self, start: datetime | None = None) -> Iterator[None]:
        """Two intakes, one relay and one watch; their clocks are right, or it is `start` now for them."""
        own = {
            "HUB_CONFIG": str(settings.sample()),
            "HUB_DATABASE__URL": self.url,
            "HUB_BROKER__URLS": f'["{self.node}"]',
        }
        if start is not None:
            own |= {"HUB_CLOCK__START": start.isoformat(), "HUB_CLOCK__ANCHOR": str(time.time())}
        try:
            for name, kind in PROCESSES.items():
                with (self.folder / f"{name}.log").open("ab") as log:
                    words = [sys.executable, "-m", "workers", kind]
                    self.processes[name] = subprocess.Popen(words, env={**os.environ, **own}, stderr=log)
            self._beating()
            yield
        finally:
            for process in self.processes.values():
                process.terminate()
            for process in self.processes.values():
                process.wait(60)
            self.processes = {}

    def fill(self, count: int, seed: int) -> None:
        """Put so many messages into the queue; they are the same for the same seed."""
        asyncio.run(_fill(self.node, count, seed))

    def drain(self, count: int, seed: int) -> Pace:
        """From the first that is taken in to the last answer that is confirmed; the queue is filled before.

        Meanwhile the intakes are stopped in the midst of whatever they do.
        """
        before, intakes = self.newest(), [self.processes[name] for name in INTAKES]
        for intake in intakes:
            intake.send_signal(signal.SIGSTOP)
        self.fill(count, seed)
        meter = self._meter()
        meter.begin()
        for intake in intakes:
            intake.send_signal(signal.SIGCONT)
        for _ in self.progress(before, count):
            pass
        spent = meter.per_message(count)
        rate = self.rate(before, count)
        self.emptied()
        return Pace(rate, spent)

    def progress(self, before: int, count: int) -> Iterator[int]:
        """Again and again how many of the messages since then are answered, until all are. Raises RuntimeError."""
        heard, done = time.monotonic(), 0
        with psycopg.connect(self.url, autocommit=True) as c:
            while done < count:
                time.sleep(LOOK)
                row = c.execute(_DONE, (before,)).fetchone()
                assert row is not None
                if row[0] > done:
                    heard = time.monotonic()
                done = row[0]
                self._alive()
                if time.monotonic() - heard > SILENT:
                    raise RuntimeError(f"{done} of {count} are answered, and no more come: {self._logs()}")
                yield done

    def newest(self) -> int:
        """The number of the last message that is stored."""
        with psycopg.connect(self.url) as c:
            row = c.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()
            return int(row[0]) if row else 0

    def rate(self, before: int, count: int) -> float:
        """Messages a second of those since then, by the hub's clock. Raises RuntimeError if they are not so many."""
        with psycopg.connect(self.url) as c:
            row = c.execute(_SPAN, (before,)).fetchone()
        if row is None or row[0] != count:
            raise RuntimeError(f"{count} were sent, and answered are {row}")
        return float(count / row[1].total_seconds())

    def emptied(self) -> None:
        """Throw away what the partner got."""
        asyncio.run(_emptied(self.node))

    def resident(self) -> dict[str, float]:
        """Megabytes in memory of each process, of the intakes the larger one, with its readers by themselves."""
        found = {name: cost.resident(process.pid) for name, process in self.processes.items()}
        largest = max(INTAKES, key=found.__getitem__)
        readers = sum(map(cost.resident, cost.below(self.processes[largest].pid)))
        return {"intake": found[largest], "readers": readers, "relay": found["relay"], "watch": found["watch"]}

    def _meter(self) -> Meter:
        pids: Mapping[str, int] = {kind: process.pid for kind, process in self.processes.items()}
        return Meter(
            {
                "intakes": lambda: sum(cost.own(pids[name]) for name in INTAKES),
                "readers": lambda: sum(cost.others(pids[name]) for name in INTAKES),
                "relay": lambda: cost.tree(pids["relay"]),
                "watch": lambda: cost.tree(pids["watch"]),
                **self.servers.parts(),
            }
        )

    def _beating(self) -> None:
        """Until all processes say that they live. Raises RuntimeError."""
        until = time.monotonic() + STARTS
        pids = {process.pid for process in self.processes.values()}
        with psycopg.connect(self.url, autocommit=True) as c:
            while pids - {int(name.split("-")[-2]) for (name,) in c.execute("SELECT name FROM worker")}:
                self._alive()
                if time.monotonic() > until:
                    raise RuntimeError(f"not all of {[*PROCESSES]} have started: {self._logs()}")
                time.sleep(0.1)

    def _alive(self) -> None:
        if ended := [kind for kind, process in self.processes.items() if process.poll() is not None]:
            raise RuntimeError(f"{ended} ended: {self._logs()}")

    def _logs(self) -> str:
        return "\n".join(path.read_text()[-2000:] for path in sorted(self.folder.glob("*.log")))


@contextmanager
def made(servers: Servers, folder: Path, name: str) -> Iterator[Site]:
    """A new one with empty tables and queues; its queues go away, its database stays as long as its server."""
    url = servers.postgresql.url(servers.postgresql.create())
    migrate(url)
    own = folder / name
    own.mkdir()
    with servers.virtual_host() as node:
        found = settings.load(settings.sample())
        asyncio.run(traffic.swept((node,), broker.topology(centre.configuration(found.folder).directory)))
        yield Site(servers, url, node, own)


# What is taken in, less what the broker does not have yet: neither looks at more rows than it must.
_DONE = """SELECT (SELECT coalesce(max(id), 0) - %s FROM message)
- (SELECT count(*) FROM outbox WHERE next_attempt_at IS NOT NULL)"""

_SPAN = """SELECT count(*), max(o.sent_at) - min(m.received_at)
FROM message m JOIN outbox o ON o.message_id = m.id WHERE m.id > %s AND o.sent_at IS NOT NULL"""


async def _fill(node: str, count: int, seed: int) -> None:
    async with await aio_pika.connect(node) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        for made in range(0, count, MAKING):
            raws = messages.make(min(MAKING, count - made), seed=1_000 * (seed + 1) + made // MAKING)
            for n in range(0, len(raws), FILLING):
                sent = (traffic.message(raw, str(uuid4())) for raw in raws[n : n + FILLING])
                await asyncio.gather(*(exchange.publish(message, ADDRESS) for message in sent))


async def _emptied(node: str) -> None:
    async with await aio_pika.connect(node) as connection:
        channel = await connection.channel()
        await (await channel.get_queue(ANSWERS, ensure=False)).purge()
