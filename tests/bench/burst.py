"""A burst after silence: messages that lay in the queue for 72 hours while nobody worked, and are drained at once.

The hub works first, on a day of its own. Then its processes end, the queue is filled, and they begin again with clocks
that are 72 hours further: what was left open has lapsed meanwhile, and the burst is drained while memory is watched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from tests.bench import site
from tests.bench.servers import Servers
from tests.bench.site import Site

# When the messages of tests/bench/messages.py were written, a Tuesday; and how long it is silent then.
WRITTEN = datetime(2026, 11, 24, 9, 32, 12, tzinfo=UTC)
SILENCE = timedelta(hours=72)
# Messages before the silence, whose clocks run while nobody is there.
BEFORE = 1_000
# A sample each so many parts of the burst; what a process needs at most is in it after the first two.
PARTS, SETTLED = 10, 2
# More than this share above what it was then counts as growth: less comes and goes.
SLACK = 0.05


@dataclass(slots=True)
class Burst:
    """What was seen: messages a second, notices of what had lapsed, and the megabytes of each process."""

    count: int
    rate: float = 0.0
    lapsed: int = 0
    samples: list[Mapping[str, float]] = field(default_factory=list)
    highest: dict[str, float] = field(default_factory=dict)

    def settled(self, process: str) -> float:
        """Megabytes of a process when two parts of the ten were drained."""
        return self.samples[SETTLED - 1][process]

    def grows(self, process: str) -> bool:
        """Whether a process needs more at the end than it did then."""
        return self.samples[-1][process] > self.settled(process) * (1 + SLACK)


def drained(servers: Servers, folder: Path, count: int) -> Burst:
    """Do it with so many messages."""
    with site.made(servers, folder, "burst") as here:
        with here.working(WRITTEN):
            here.drain(BEFORE, seed=500)
        here.fill(count, seed=501)
        with here.working(WRITTEN + SILENCE):
            found = _watched(here, count)
        here.emptied()
        return found


def _watched(here: Site, count: int) -> Burst:
    """Drain it, and look at the memory again and again: a sample after each part."""
    found = Burst(count)
    for done in here.progress(BEFORE, count):
        now = here.resident()
        found.highest = {process: max(size, found.highest.get(process, 0.0)) for process, size in now.items()}
        while len(found.samples) < done * PARTS // count:
            found.samples.append(now)
    found.rate = here.rate(BEFORE, count)
    with psycopg.connect(here.url) as c:
        row = c.execute("SELECT count(*) FROM notice WHERE late").fetchone()
        found.lapsed = row[0] if row else 0
    return found
