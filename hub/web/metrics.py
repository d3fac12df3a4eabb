"""What a Prometheus server reads: counts and ages, in its text form; never who, what or about whom.

Everything but quarantine is asked of indexes that hold what is open, and messages are counted on from where the last
count ended. All of it is measured at most once in 15 seconds, however many ask.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hub import audited, status
from hub.audit import Flaw
from hub.errors import Unavailable
from hub.item import OPEN
from hub.service import Hub
from hub.status import Facts, Kept
from hub.traffic import Strange

router = APIRouter()

# How long what was measured is told again.
KEPT_SECONDS = 15.0
# A database that says nothing for so long counts as one that is away: Prometheus itself gives up after ten seconds.
PATIENCE_SECONDS = 8.0

# What is told from the beginning, as 0: a series that begins with its first event has no rate.
VERDICTS = ("accepted", "rejected", "noted")
KINDS = ("audit", "intake", "relay", "serve", "watch")
_HELD = status.IN_HAND_SINCE


class Figures(Collector):
    """What was measured last, and when; measured anew when it is asked for and too old."""

    def __init__(self, hub: Hub, keep: float = KEPT_SECONDS) -> None:
        self._hub, self._keep = hub, keep
        self._measuring = asyncio.Lock()
        self._messages = Counter(dict.fromkeys(VERDICTS, 0))
        self._newest = 0
        self._facts = Facts(None)
        self._now = hub.clock.now()
        self._at = float("-inf")
        self._registry = CollectorRegistry()
        self._registry.register(self)

    async def text(self) -> bytes:
        """All figures in Prometheus' text form."""
        async with self._measuring:
            if time.monotonic() - self._at >= self._keep:
                await self._measure()
        return generate_latest(self._registry)

    def describe(self) -> Iterable[Metric]:
        """Nothing: what is told depends on whether the database can be read."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The figures as Prometheus' library has them."""
        kept = self._facts.kept
        yield _one("store_up", "1 if the database could be read, else 0; then only this is told", int(kept is not None))
        # A constant: whoever waits for it in vain knows that nobody can tell anything any more.
        yield _one("heartbeat", "1 as long as somebody tells this", 1)
        yield _one("measured_age_seconds", "How old all of this is", time.monotonic() - self._at)
        if kept is not None:
            yield _counter("messages", "Messages with an acknowledgement, or that are one", "verdict", self._messages)
            yield from _stored(self._facts, kept, self._now)
            yield from _processes(self._facts, kept, self._now)
            yield from _audited(self._facts, kept, self._now)

    async def _measure(self) -> None:
        clock = self._hub.clock
        self._now, kept = clock.now(), None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                kept = await status.look(self._hub.store, clock)
                await self._count()
        except (Unavailable, TimeoutError):
            kept = None
        self._facts, self._at = Facts(kept, speed=status.speed(clock)), time.monotonic()

    async def _count(self) -> None:
        """Count the messages that came since; what was counted stays counted, whatever becomes of the rest."""
        more = {"": 1}
        while more:
            self._newest, more = await self._hub.store.verdicts(self._newest)
            self._messages.update(more)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Counts and ages for Prometheus; open to everybody, tells nothing of any patient, person or partner."""
    figures: Figures = request.app.state.figures
    return Response(await figures.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _stored(facts: Facts, kept: Kept, now: datetime) -> Iterator[Metric]:
    states = dict.fromkeys(sorted(state.value for state in OPEN), 0)
    for load in kept.loads:
        states[load.state] += load.items
    waited = status.age(facts, kept.since, now).total_seconds() if kept.since else 0.0
    yield _gauge("items", "Open items", "state", states)
    yield _one("items_late", "Open items whose time has passed", sum(load.late for load in kept.loads))
    yield _one("outbox_waiting", "Documents that wait for the broker", kept.waiting)
    yield _one("outbox_oldest_seconds", "How long the oldest of them has waited, 0 when none does", waited)
    yield _one("parked", "Documents that the broker did not take however often it was tried", kept.parked)
    yield _one("quarantine", "Messages in quarantine that nobody has replayed or discarded", kept.held)
    silent = {x.sender for x in kept.unusual if x.what is Strange.SILENT}
    yield _one("partners_silent", "Partners from whom much less comes than usual", len(silent))


def _processes(facts: Facts, kept: Kept, now: datetime) -> Iterator[Metric]:
    alive, seen = dict.fromkeys(KINDS, 0), dict[str, float]()
    for x in kept.workers:
        if x.kind in alive:
            age = status.age(facts, x.seen_at, now)
            alive[x.kind] += age <= status.GONE
            seen[x.kind] = min(age.total_seconds(), seen.get(x.kind, age.total_seconds()))
    intakes = [x for x in kept.workers if x.kind == "intake" and status.age(facts, x.seen_at, now) <= status.GONE]
    ready = [int(x.state[status.READY]) for x in intakes if status.READY in x.state]
    held = [status.age(facts, datetime.fromisoformat(since), now) for x in intakes if (since := x.state.get(_HELD))]
    if ready:
        yield _one("inbound_ready", "Messages that lie ready at the broker, as an intake saw last", max(ready))
    queued = status.waits(facts, now).total_seconds()
    yield _one("inbound_waited_seconds", "How long what an intake took last had waited, by its sender's clock", queued)
    longest = max(held, default=timedelta(0)).total_seconds()
    yield _one("inbound_held_seconds", "The longest that an intake has had messages in hand and done none", longest)
    yield _gauge("workers", "Processes that were heard of a moment ago", "kind", alive)
    yield _gauge("worker_last_seen_seconds", "How long ago the freshest of a kind was heard of", "kind", seen)


def _audited(facts: Facts, kept: Kept, now: datetime) -> Iterator[Metric]:
    zeros = dict.fromkeys((flaw.value for flaw in Flaw), 0)
    alive = (x for x in kept.workers if status.age(facts, x.seen_at, now) <= status.GONE)
    yield _gauge(
        "audit_found", "What an auditor found that does not hold, and still is so", "kind", zeros | audited.found(alive)
    )
    mended = zeros | audited.mended(kept.workers)
    yield _gauge("audit_mended", "What the auditors of the last day have mended", "kind", mended)


def _counter(name: str, told: str, label: str, values: Mapping[str, int]) -> Metric:
    made = CounterMetricFamily(f"sambud_{name}", told, labels=[label])
    for value, count in sorted(values.items()):
        made.add_metric([value], count)
    return made


def _gauge(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    made = GaugeMetricFamily(f"sambud_{name}", told, labels=[label])
    for value, number in sorted(values.items()):
        made.add_metric([value], number)
    return made


def _one(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"sambud_{name}", told, value=value)
