"""A great many clocks that have come at once, before a real `hub serve`: when they are told, and how the inbox is."""

import asyncio
import base64
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import Engine, create_engine, select, text, update

from hub import following, settings
from hub.deadline import Deadline, Step, Why
from hub.directory import InboxId
from hub.item import Item, Purpose, identify
from hub.store import Store, engine
from hub.store.tables import deadline as deadlines
from hub.store.tables import item as items
from tests import centre
from tests.servers import port as ports
from tests.year import filling

# So many are copied from one message; each lies in the next inbox.
PORTION = 10_000
INBOXES = ("primaerhelseteam", "koordinator", "saksbehandling", "vakt", "nora-nordli", "ante-somby", "ingrid-haugen")
LIST = "/v1/inboxes/primaerhelseteam/items"
BASIC = "Basic " + base64.b64encode(":".join(centre.NURSE).encode()).decode()
# How far away the clocks are at rest, and how long ago all had come when the hub starts.
AWAY, AGO = timedelta(days=3650), timedelta(hours=1)
# What is promised: the first urgent one is told, all are, and the inbox takes so many times as long as at rest.
URGENT_SECONDS, ALL_SECONDS, SLOWER = 5.0, 30 * 60.0, 1.2
# Between two questions of somebody at the page, and between two looks at what is left.
PAUSE_SECONDS, LOOK_SECONDS = 0.1, 0.1


@dataclass(slots=True)
class Latencies:
    """How long the inbox took, in milliseconds: the list over HTTP, and its lines from the store."""

    http: list[float] = field(default_factory=list)
    lines: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Backlog:
    """What came of it, in seconds from the start of `hub serve`; and the inbox at rest and meanwhile."""

    count: int
    urgent: float = 0.0
    urgent_all: float = 0.0
    all: float = 0.0
    start: float = 0.0
    rest: Latencies = field(default_factory=Latencies)
    meanwhile: Latencies = field(default_factory=Latencies)


def run(url: str, folder: Path, count: int, urgent: int, rest_seconds: float, watch: bool) -> Backlog:
    """Fill the database, see how the inbox is at rest, let all clocks come while the hub is down, and start it.

    With `watch` another process watches too, as where PostgreSQL is. Without any rest the inbox is not measured.
    """
    done, made = Backlog(count), create_engine(engine.address(url))
    fill(made, count)
    if rest_seconds:
        with served(url, folder, watch) as hub:
            centre.answering(hub)
            with asked(url, hub.port, done.rest):
                time.sleep(rest_seconds)
    lapse(made, urgent)
    begun = time.monotonic()
    with served(url, folder, watch) as hub:
        done.urgent = _until(made, begun, urgent - 1, True)
        centre.answering(hub)
        done.start = time.monotonic() - begun
        with asked(url, hub.port, done.meanwhile) if rest_seconds else nullcontext():
            done.urgent_all = _until(made, begun, 0, True)
            done.all = _until(made, begun, 0, False)
    made.dispose()
    return done


def told(done: Backlog) -> list[tuple[str, str, str]]:
    """What was measured, and what is promised of it."""
    rows = [
        ("hub serve answered", f"{done.start:.1f} s after its start", ""),
        ("the first urgent one is told", f"{done.urgent:.1f} s", f"{URGENT_SECONDS:.0f} s"),
        ("all urgent ones are told", f"{done.urgent_all:.1f} s", ""),
        ("all are told", f"{done.all:.0f} s, {done.count / done.all:.0f}/s", f"{ALL_SECONDS:.0f} s"),
    ]
    for what, rest, meanwhile in (
        ("p95 of the list over HTTP", done.rest.http, done.meanwhile.http),
        ("p95 of store.lines", done.rest.lines, done.meanwhile.lines),
    ):
        before, after = p95(rest), p95(meanwhile)
        found = f"{after:.1f} ms, at rest {before:.1f} ms: {after / before:.2f}" if before and after else "too few"
        rows.append((what, found, f"{SLOWER}"))
    return rows


def p95(found: list[float]) -> float:
    """The time that 19 of 20 do not exceed."""
    return sorted(found)[len(found) * 95 // 100] if found else 0.0


def fill(made: Engine, count: int) -> None:
    """So many open items of the sample centre whose clocks do not come yet: a second apart in each inbox."""
    basis, number = _basis(), 1
    at = datetime.now(UTC).replace(microsecond=0) - PORTION * timedelta(seconds=1) - AGO + AWAY
    while number <= count:
        size = min(PORTION, count + 1 - number)
        with made.begin() as c:
            inbox = InboxId(INBOXES[number // PORTION % len(INBOXES)])
            filling.put(c, [(number, datetime.now(UTC), *_made(number, inbox, at, basis))])
            if size > 1:
                filling.copy(c, number, size - 1)
        number += size
    rest(made)


def lapse(made: Engine, urgent: int) -> None:
    """Every clock came an hour ago and more; so many of them are of what is urgent."""
    with made.begin() as c:
        back = f"{-int(AWAY.total_seconds())}"
        due, fires = (filling.later(c.dialect.name, x, back) for x in ("due_at", "fires_at"))
        c.execute(text(f"UPDATE deadline SET due_at = {due}, fires_at = {fires}"))
        c.execute(text(f"UPDATE item SET due_at = {due}"))
        some = select(items.c.id).order_by(items.c.id).limit(urgent)
        c.execute(update(deadlines).where(deadlines.c.item_id.in_(some)).values(urgent=True))
    rest(made)


def rest(made: Engine) -> None:
    """What a database has behind it that has been in use for long: statistics, and nothing left to write."""
    with made.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
        for words in _RESTS[c.dialect.name]:
            c.execute(text(words))


_RESTS = {"sqlite": ("PRAGMA wal_checkpoint(TRUNCATE)",), "postgresql": ("VACUUM ANALYZE", "CHECKPOINT")}


@contextmanager
def served(url: str, folder: Path, watch: bool) -> Iterator[centre.Served]:
    """The sample centre's web on the database, and with `watch` a watch of its own; they start."""
    port = ports.free()
    own = {"HUB_DATABASE__URL": url, "HUB_WEB__PORT": str(port), "HUB_CONFIG": str(settings.sample())}
    with (folder / "serve.log").open("ab") as log, ExitStack() as stack:
        for kind in ("watch", "serve") if watch else ("serve",):
            words = (sys.executable, "-m", "workers", kind)
            process = subprocess.Popen(words, env=os.environ | own, stdin=subprocess.DEVNULL, stderr=log)
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
        yield centre.Served(process, port, folder / "serve.log")


@contextmanager
def asked(url: str, port: int, found: Latencies) -> Iterator[None]:
    """Meanwhile somebody looks at the inbox again and again, over HTTP and in the store."""
    stop = Event()
    threads = [
        Thread(target=_ask_http, args=(port, found.http, stop)),
        Thread(target=lambda: asyncio.run(_ask_store(url, found.lines, stop))),
    ]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        stop.set()
        for each in threads:
            each.join()


def _ask_http(port: int, found: list[float], stop: Event) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    first = True
    while not stop.is_set():
        begun = time.perf_counter()
        connection.request("GET", LIST, headers={"Authorization": BASIC})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"the inbox answers {answer.status}")
        # The first one pays for the password.
        if not first:
            found.append((time.perf_counter() - begun) * 1e3)
        first = False
        stop.wait(PAUSE_SECONDS)
    connection.close()


async def _ask_store(url: str, found: list[float], stop: Event) -> None:
    async with Store(url) as store:
        while not stop.is_set():
            begun = time.perf_counter()
            await store.lines(InboxId("primaerhelseteam"))
            found.append((time.perf_counter() - begun) * 1e3)
            await asyncio.sleep(PAUSE_SECONDS)


def _until(made: Engine, begun: float, left: int, urgent: bool) -> float:
    """The seconds until so many clocks at the most have come and are not told, of what is urgent or not."""
    due = (deadlines.c.urgent.is_(urgent), deadlines.c.fires_at <= datetime.now(UTC))
    some = select(deadlines.c.item_id).where(*due).limit(left + 1)
    while True:
        with made.connect() as c:
            if len(c.execute(some).all()) <= left:
                return time.monotonic() - begun
        time.sleep(LOOK_SECONDS)


def _made(number: int, inbox: InboxId, at: datetime, basis: str) -> tuple[Item, Deadline]:
    key = filling.key(number)
    item = Item(identify(key, inbox), key, inbox, Purpose.ACTION, filling.HEADLINE, filling.PLACING)
    why = Why("backlog", "at once", "", at - AWAY, "at once", zone="Europe/Oslo")
    # The one after is far away, so that each has one step to take.
    steps = (Step(0, ("inbox",)), Step(60 * 24 * 60, ("coordinator",)))
    return item, Deadline(item.id, at, steps, why, 0, at, basis=basis)


def _basis() -> str:
    """By what the sample centre's clocks are computed: nobody need set these anew."""
    found = settings.load(settings.sample())
    return following.order(centre.configuration(found.folder), found).basis(centre.TEAM)
