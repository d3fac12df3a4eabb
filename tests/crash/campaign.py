"""One round: workers that are killed and born again while messages come, then peace, then the books are checked."""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from hub import broker, settings
from hub.broker import Topology
from hub.errors import Unavailable
from hub.store import Store
from tests import centre
from tests.crash import audit, steps, traffic
from tests.crash.traffic import PARTNER, Ledger, Partner, partner

KINDS = ("intake", "relay", "watch")
# Between two kills on average, between two messages, and how long all must be still to count as peace.
PAUSE_SECONDS, MESSAGE_SECONDS, STILL_SECONDS = 0.06, 0.01, 3.0
# What a forked worker needs until it works.
START_SECONDS = 0.1
PATIENCE_SECONDS = 60.0


@dataclass(slots=True)
class Round:
    """What a round did and what came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    counts: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


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

    async def kill(self, kind: str) -> int:
        """End a worker at once; returns its exit code, which is another's when it ended before."""
        return int((await self._order({"kill": self.children.pop(kind)}))["dead"])

    async def stop(self, kind: str) -> int:
        """Tell a worker to stop in order; returns its exit code."""
        return int((await self._order({"kill": self.children.pop(kind), "signal": 15}))["dead"])

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
    """Kill that many times, at any moment and at each step in turn; then wait for peace, and check the books."""
    done, ledger, chance = Round(), Ledger(), random.Random(seed)
    topology = broker.topology(centre.configuration(found.folder).directory)
    await traffic.swept(found.broker.urls, topology)
    async with nursery(found, log) as home, partner(found.broker.urls[0], ledger, seed) as sender:
        for kind in KINDS:
            await home.fork(kind)
        sending = asyncio.create_task(_send(sender))
        await _kill(home, kills, chance, done, ledger)
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        await _peace(found, ledger, topology)
        for kind in KINDS:
            if code := await home.stop(kind):
                done.wrong.append(f"{kind} ended with {code}")
    async with Store(found.database.url) as store:
        done.counts, wrong = await audit.check(store, ledger, await _dead(found, topology))
    done.wrong += wrong
    return done


async def _kill(home: Nursery, kills: int, chance: random.Random, done: Round, ledger: Ledger) -> None:
    """Every other time at a moment of chance, otherwise at a named step, each in its turn."""
    named = [(kind, name, when) for kind in KINDS for name in steps.STEPS[kind] for when in steps.WHEN]
    chance.shuffle(named)
    for number in range(kills):
        if number % 2:
            kind = chance.choice(KINDS)
            await asyncio.sleep(chance.expovariate(1 / PAUSE_SECONDS))
            await _reborn(home, kind, done)
            continue
        kind, name, when = named[number // 2 % len(named)]
        await home.kill(kind)
        await home.fork(kind, (name, when, chance.randint(1, 3)))
        await asyncio.sleep(START_SECONDS + chance.expovariate(1 / PAUSE_SECONDS))
        done.steps[f"{when} {name}"] += 1
        await _reborn(home, kind, done)
        # A message that meets only workers who die at the same step would rightly be blamed for it.
        await _progress(ledger)


async def _reborn(home: Nursery, kind: str, done: Round) -> None:
    await home.kill(kind)
    await home.fork(kind)
    done.kills[kind] += 1


async def _progress(ledger: Ledger) -> None:
    """Until an answer arrives."""
    before, until = sum(map(len, ledger.answers.values())), time.monotonic() + PATIENCE_SECONDS
    while sum(map(len, ledger.answers.values())) == before:
        if time.monotonic() > until:
            raise TimeoutError(f"no answer in {PATIENCE_SECONDS} s")
        await asyncio.sleep(0.01)


async def _send(sender: Partner) -> None:
    while True:
        await sender.send()
        await asyncio.sleep(MESSAGE_SECONDS)


async def _peace(found: settings.Settings, ledger: Ledger, topology: Topology) -> None:
    """Wait until nothing waits anywhere, and has not for a while. Raises TimeoutError."""
    still, until = 0.0, time.monotonic() + PATIENCE_SECONDS
    before: object = None
    async with Store(found.database.url) as store, broker.connected(found.broker.urls, "peace") as line:
        while still < STILL_SECONDS:
            if time.monotonic() > until:
                raise TimeoutError(f"no peace after {PATIENCE_SECONDS} s: {before}")
            clock = found.running_clock()
            waiting, _ = await store.waiting(clock.now())
            depths = [(await line.depth(q.name))[0] for q in topology.inbound]
            now = (waiting, depths, len(ledger.answers), sum(ledger.errors.values()))
            busy = waiting or any(depths)
            still = 0.0 if now != before or busy else still + 0.25
            before = now
            await asyncio.sleep(0.25)


async def _dead(found: settings.Settings, topology: Topology) -> int:
    """How many dead letters there are."""
    with suppress(Unavailable):
        async with broker.connected(found.broker.urls, "audit") as line:
            return sum([(await line.depth(q.name))[0] for q in topology.queues if q.dead is None])
    raise RuntimeError(f"the broker of {PARTNER} cannot be asked")
