"""One round: workers that are killed and born again while messages come, then peace, then the books are checked."""

import asyncio
import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any

from hub import broker, settings
from hub.store import Store
from tests import centre
from tests.crash import audit, peace, plant, steps, traffic
from tests.crash.steps import Step
from tests.crash.traffic import Ledger, Partner, partner

KINDS = ("intake", "relay", "watch")
# Between two kills on average, between two messages, and how long all must be still to count as peace.
PAUSE_SECONDS, MESSAGE_SECONDS, STILL_SECONDS = 0.06, 0.01, 4.0
# How long a worker may take to come to the step at which it is to die.
REACH_SECONDS = 8.0
# How long the stranger cannot be reached, and can be again.
AWAY_SECONDS = 1.0
PATIENCE_SECONDS = 60.0
BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Round:
    """What a round did and what came of it."""

    ledger: Ledger = field(default_factory=Ledger)
    kills: Counter[str] = field(default_factory=Counter)
    # How often a worker died at a step, and how often one that should have never came there.
    steps: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    counts: dict[str, int] = field(default_factory=dict)
    planted: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    # Up to when each step of a ladder must have happened.
    at: datetime = BEGINNING


@dataclass(frozen=True, slots=True)
class End:
    """How a worker ended; `early` when it had before it was told to."""

    code: int
    early: bool

    def faults(self, name: str, code: int) -> list[str]:
        """What is wrong with that, where it should have ended with this code when it was told to."""
        if self.early:
            return [f"{name} ended by itself with {self.code}"]
        return [] if self.code == code else [f"{name} ended with {self.code}"]


class Nursery:
    """The warmed parent, and its children by what they are."""

    def __init__(self, process: asyncio.subprocess.Process, found: settings.Settings) -> None:
        self._process = process
        self._settings = (found.database.url, found.broker.urls, found.clock.anchor)
        self._turn = asyncio.Lock()
        self.children: dict[str, int] = {}

    async def fork(self, kind: str, step: tuple[str, str, int] | None = None, name: str = "") -> None:
        """A new worker of a kind, known by its name or its kind; with a step it kills itself there."""
        answer = await self._order({"fork": kind, "settings": self._settings, "step": step})
        self.children[name or kind] = answer["pid"]

    async def reached(self, kind: str, seconds: float) -> bool:
        """Whether a worker comes to its step within so many seconds."""
        return bool((await self._order({"reached": self.children[kind], "seconds": seconds}))["reached"])

    async def kill(self, kind: str) -> End:
        """End a worker at once."""
        return End(**await self._order({"kill": self.children.pop(kind)}))

    async def stop(self, kind: str) -> End:
        """Tell a worker to stop in order."""
        return End(**await self._order({"kill": self.children.pop(kind), "signal": signal.SIGTERM}))

    async def _order(self, order: dict[str, Any]) -> dict[str, Any]:
        async with self._turn:
            assert self._process.stdin is not None and self._process.stdout is not None
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            answer: dict[str, Any] = json.loads(await self._process.stdout.readline())
            return answer


@asynccontextmanager
async def nursery(found: settings.Settings, log: Any = None) -> AsyncIterator[Nursery]:
    """A nursery that is warm."""
    words = (sys.executable, "-m", "tests.crash.nursery")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, stderr=log)
    try:
        yield Nursery(process, found)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def play(found: settings.Settings, kills: int, seed: int, log: Any = None) -> Round:
    """Kill that many times, at any moment and at each step in turn; then wait for peace, and check the books.

    Last of all the check is checked: it must find whatever is planted in these books.
    """
    done, chance = Round(), random.Random(seed)
    urls, topology = found.broker.urls, broker.topology(centre.configuration(found.folder).directory)
    await traffic.swept(urls, topology)
    async with (
        nursery(found, log) as home,
        partner(urls[0], done.ledger, seed) as sender,
        Store(found.database.url) as store,
    ):
        for kind in KINDS:
            await home.fork(kind)
        async with _busy(sender):
            await _kill(home, kills, chance, done)
        clock = found.running_clock()
        done.at, restless = await peace.made(store, clock, urls, topology, done.ledger, STILL_SECONDS, PATIENCE_SECONDS)
        for kind in KINDS:
            done.wrong += (await home.stop(kind)).faults(kind, 0)
        done.counts, wrong = await audit.check(store, done.ledger, await peace.dead(urls, topology), done.at)
        done.planted = await plant.found(store, done.ledger, done.at)
    done.wrong += [*restless, *wrong, *plant.overlooked(done.planted)]
    return done


@asynccontextmanager
async def _busy(sender: Partner) -> AsyncIterator[None]:
    """Meanwhile messages come, and the stranger comes and goes. Whatever they fail with is raised."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_send(sender, stop))
        group.create_task(_wander(sender, stop))
        try:
            yield
        finally:
            stop.set()


async def _send(sender: Partner, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await sender.send()
        await asyncio.sleep(MESSAGE_SECONDS)


async def _wander(sender: Partner, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await sender.leave()
        await asyncio.sleep(AWAY_SECONDS)
        await sender.come()
        await asyncio.sleep(AWAY_SECONDS)


async def _kill(home: Nursery, kills: int, chance: random.Random, done: Round) -> None:
    """Every other time at a named step, each in its turn, otherwise at a moment of chance."""
    named = list(steps.ALL)
    chance.shuffle(named)
    turns = cycle(named)
    for number in range(kills):
        if number % 2:
            kind = chance.choice(KINDS)
            await asyncio.sleep(chance.expovariate(1 / PAUSE_SECONDS))
            await _end(home, kind, done)
        else:
            step = next(turns)
            kind = step.kind
            await _end(home, kind, done)
            if step.name in steps.PRELUDES:
                await die_at(home, steps.PRELUDES[step.name], 1, done)
            await die_at(home, step, 1 if step.name in steps.SELDOM else chance.randint(1, 3), done)
        await home.fork(kind)
        done.kills[kind] += 1
        if not number % 2:
            # A message that meets only workers who die would rightly be blamed for it: five times, and it is parked.
            await _progress(done.ledger)


async def die_at(home: Nursery, step: Step, times: int, done: Round) -> None:
    """A worker that dies when it comes to a step so often; one that never comes there is killed, and told of."""
    await home.fork(step.kind, (step.name, step.when, times))
    reached = await home.reached(step.kind, REACH_SECONDS)
    (done.steps if reached else done.missed)[str(step)] += 1
    end = await home.kill(step.kind)
    done.wrong += End(end.code, end.early and not reached).faults(f"{step.kind} ({step})", -signal.SIGKILL)


async def _end(home: Nursery, kind: str, done: Round) -> None:
    done.wrong += (await home.kill(kind)).faults(kind, -signal.SIGKILL)


async def _progress(ledger: Ledger) -> None:
    """Until something is answered that was sent just now: what had been in hand before is done. Raises TimeoutError."""
    before, until = len(ledger.tried), time.monotonic() + PATIENCE_SECONDS
    while not any(id in ledger.answers for id in islice(ledger.tried, before, None)):
        if time.monotonic() > until:
            raise TimeoutError(f"no answer in {PATIENCE_SECONDS} s")
        await asyncio.sleep(0.01)
