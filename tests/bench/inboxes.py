"""Inboxes that stand open: what their pages and streams cost one process, and how soon an event reaches all of them.

`python -m tests.bench.inboxes`

Each page does what a browser does with it: it is opened, follows the events, looks at its lists a moment after the
first event of a burst and once in a while without any, and now and then somebody opens a message and comes back.
Meanwhile messages come. The pages are a process of their own, so that what they cost is not the hub's, and they ask
over bare connections: a client library takes longer over a list than the hub does.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import re
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event as Ready
from pathlib import Path

import httpx2
from rich.console import Console
from rich.table import Table

from hub.web.access import COOKIE
from tests.bench import messages, server
from tests.bench.load import KEY

INBOX, PASSWORD = "primaerhelseteam", "sambud"
# Who works there; each has as many of the pages.
PEOPLE = ("kari.moen", "elle.sara", "per.solbakken", "fatima.ali", "berit.dahl")
# As hub/web/static/live.js: from the first event of a burst to the look, and so much more by chance.
SOON_SECONDS, SPREAD_SECONDS = 0.3, 0.7
# Somebody opens a message so often, and reads it so long.
OPENS_SECONDS, READS_SECONDS = 20.0, 5.0
# What came within this time of the end may not have reached everybody, and is not counted.
TAIL_SECONDS = 2.0


@dataclass
class Seen:
    """What the pages saw: milliseconds by kind of page, and for each event when it came to each stream."""

    pages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    events: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    times: dict[str, float] = field(default_factory=dict)


class Line:
    """A connection that stays open, by which one page is fetched after the other."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port, self._cookie = port, cookie
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._free = asyncio.Lock()

    async def get(self, path: str) -> bytes:
        """A page. Raises RuntimeError when the hub answers anything else."""
        async with self._free:
            if self._ends is None:
                self._ends = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._ends
            asked = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", f"Cookie: {self._cookie}"]
            writer.write("\r\n".join([*asked, "Accept: text/html", "", ""]).encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = re.search(rb"content-length: (\d+)", head)
            if not head.startswith(b"http/1.1 200") or length is None:
                raise RuntimeError(f"{path}: {head[:12].decode()}")
            return await reader.readexactly(int(length[1]))

    def close(self) -> None:
        """Leave."""
        if self._ends:
            self._ends[1].close()


class Inbox:
    """One page that stands open. Raises RuntimeError when the hub answers anything but what was asked for."""

    def __init__(self, client: httpx2.AsyncClient, line: Line, seen: Seen, chance: random.Random) -> None:
        self._client, self._line, self._seen, self._chance = client, line, seen, chance
        self._rung, self._newest = asyncio.Event(), ""

    async def open(self) -> None:
        """The list, from which the stream goes on."""
        page = await self._get("list", f"/inboxes/{INBOX}")
        self._newest = re.findall(rb'data-newest="(\d+)"', page)[0].decode()
        self._items = [x.decode() for x in re.findall(rb'href="(/items/[^"?]+)', page)]

    async def follow(self) -> None:
        """The stream, for ever."""
        url = f"/v1/events?after={self._newest}&pulse=1"
        async with self._client.stream("GET", url, timeout=None) as stream:
            said: dict[str, str] = {}
            async for line in stream.aiter_lines():
                name, _, value = line.partition(": ")
                if name:
                    said[name] = value
                    continue
                if said.keys() >= {"id", "data"}:
                    self._seen.events[said["id"]].append(time.time())
                    self._seen.times[said["id"]] = datetime.fromisoformat(json.loads(said["data"])["at"]).timestamp()
                    self._rung.set()
                said.clear()
        raise RuntimeError("the stream ended")

    async def look(self) -> None:
        """The lists anew after each burst, for ever."""
        while True:
            await self._rung.wait()
            await asyncio.sleep(SOON_SECONDS + self._chance.random() * SPREAD_SECONDS)
            self._rung.clear()
            await self._get("lists anew", f"/inboxes/{INBOX}/lines")

    async def work(self) -> None:
        """Open a message and come back, for ever."""
        while True:
            await asyncio.sleep(self._chance.uniform(0.5, 1.5) * OPENS_SECONDS)
            await self._get("message", self._chance.choice(self._items))
            await asyncio.sleep(READS_SECONDS)
            await self.open()

    async def _get(self, kind: str, path: str) -> bytes:
        begun = time.perf_counter()
        page = await self._line.get(path)
        self._seen.pages[kind].append((time.perf_counter() - begun) * 1e3)
        return page


async def watched(port: int, count: int, seconds: float, seed: int, ready: Ready) -> Seen:
    """Keep so many inboxes open for so long, each with a sign-in of its own; `ready` is set when they are."""
    seen, base = Seen(), f"http://127.0.0.1:{port}"
    clients = [httpx2.AsyncClient(base_url=base, timeout=30) for _ in range(count)]
    lines = []
    for n, client in enumerate(clients):
        person = PEOPLE[n % len(PEOPLE)]
        answer = await client.post("/sign-in", data={"username": person, "password": PASSWORD})
        if answer.status_code != 303:
            raise RuntimeError(f"the sign-in answers {answer.status_code}")
        lines.append(Line(port, f"{COOKIE}={client.cookies[COOKIE]}"))
    own = enumerate(zip(clients, lines, strict=True))
    opened = [Inbox(client, line, seen, random.Random(seed * 1000 + n)) for n, (client, line) in own]
    for each in opened:
        await each.open()
    seen.pages.clear()
    tasks = [asyncio.create_task(work()) for each in opened for work in (each.follow, each.look, each.work)]
    ready.set()
    done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in tasks:
        task.cancel()
    for task in done:
        task.result()
    for client, line in zip(clients, lines, strict=True):
        await client.aclose()
        line.close()
    return seen


def watch(port: int, count: int, seconds: float, seed: int, ready: Ready, told: "Queue[Seen | str]") -> None:
    """The pages' process."""
    try:
        seen = asyncio.run(watched(port, count, seconds, seed, ready))
        told.put(Seen(dict(seen.pages), dict(seen.events), seen.times))
    except Exception as fault:
        told.put(f"{type(fault).__name__}: {fault}")
        raise


def send(port: int, bodies: list[bytes], every: float) -> None:
    """One message after the other comes, so many seconds apart."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/xml"}
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        for body in bodies:
            due = time.monotonic() + every
            answer = client.post("/v1/messages", content=body)
            if answer.headers.get("hub-outcome") != "accepted":
                raise RuntimeError(answer.text)
            time.sleep(max(0.0, due - time.monotonic()))


def floor(port: int, count: int) -> list[float]:
    """The least that a page can cost: what it takes to be told that the hub is well, in milliseconds."""
    found = []
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(count):
            begun = time.perf_counter()
            client.get("/health").raise_for_status()
            found.append((time.perf_counter() - begun) * 1e3)
    return found


def p(share: float, found: list[float]) -> float:
    """The value that so large a share does not exceed."""
    return sorted(found)[min(int(len(found) * share), len(found) - 1)]


def main() -> None:
    """Measure and print; nothing here passes or fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.inboxes", description=__doc__)
    parser.add_argument("--pages", type=int, default=50, help="how many inboxes stand open")
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two messages")
    parser.add_argument("--open", type=int, default=500, help="how many messages have come before")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    table = Table("what", "measured", "target", title=f"{asked.pages} open inboxes, one process, SQLite")
    with tempfile.TemporaryDirectory(prefix="sambud-bench-") as folder, server.running(Path(folder)) as (port, hub, _):
        server.load(port, 4, asked.open, seed=asked.seed)
        before, _ = server.memory(hub)
        spawn = multiprocessing.get_context("spawn")
        ready, told = spawn.Event(), spawn.Queue()
        # The pages stay a little longer than messages come.
        words = (port, asked.pages, asked.seconds + 2 * TAIL_SECONDS, asked.seed, ready, told)
        pages = spawn.Process(target=watch, args=words)
        bodies = messages.make(int(asked.seconds / asked.every), asked.seed + 1)
        bare = floor(port, 200)
        pages.start()
        if not ready.wait(120):
            raise RuntimeError("the pages did not open")
        send(port, bodies, asked.every)
        seen = told.get(timeout=asked.seconds + 120)
        pages.join()
        own, readers = server.memory(hub)
    if isinstance(seen, str):
        raise RuntimeError(seen)
    for row in rows(seen, asked.pages):
        table.add_row(*row)
    table.add_row("floor: p50, p95 of /health alone", f"{p(0.5, bare):.1f} ms, {p(0.95, bare):.1f} ms", "")
    table.add_row("resident", f"{own:.0f} MB ({before:.0f} MB before), readers {readers:.0f} MB", "< 300 MB")
    Console(width=110).print(table)


def rows(seen: Seen, pages: int) -> list[tuple[str, str, str]]:
    """What was seen, as rows of a table. Raises RuntimeError when an event did not reach every page."""
    found = [
        (f"{kind}: p50, p95 of {len(x):,}", f"{p(0.5, x):.1f} ms, {p(0.95, x):.1f} ms", "p95 < 150 ms")
        for kind, x in sorted(seen.pages.items())
    ]
    last = max(seen.times.values()) - TAIL_SECONDS
    counted = {number: at for number, at in seen.times.items() if at < last}
    if short := [number for number in counted if len(seen.events[number]) != pages]:
        raise RuntimeError(f"{len(short)} of {len(counted)} events did not reach each of the {pages} pages once")
    took = [(max(seen.events[number]) - at) * 1e3 for number, at in counted.items()]
    worst = f"{p(0.5, took):.0f} ms, {p(0.95, took):.0f} ms, {max(took):.0f} ms"
    return [*found, (f"from what happened to the last page: p50, p95, most of {len(took)}", worst, "< 500 ms")]


if __name__ == "__main__":
    main()
