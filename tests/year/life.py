"""A virtual year: messages come and are answered, clocks lapse, watchers die, stop and start, and the time jumps.

While anybody works the virtual time passes as the real one does; while all sleep it is skipped, to the next moment at
which somebody wakes. So a year needs no longer than its work, and how late something is told is what it would be.
"""

import heapq
import multiprocessing
import signal
import time
from array import array
from asyncio import Runner
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from random import Random
from typing import Any

from sqlalchemy import Connection as Database

from hub.change import Change, Entry
from hub.deadline import Deadline
from hub.item import Action, Item, ItemId
from hub.store import Store, Writing, lane, reading, rows
from hub.store.batch import Committed
from hub.store.tables import item as items
from tests.year import filling, site, watcher
from tests.year.model import Model
from tests.year.plan import Case, Plan
from tests.year.watcher import Order, Report
from workers.watch import LOOK_SECONDS

LOOK = timedelta(seconds=LOOK_SECONDS)
QUARTER = timedelta(minutes=15)
NEVER = datetime.max.replace(tzinfo=UTC)
# Before which statement a watcher dies at the latest: a look with work has about so many.
FUSE = 16
# How long one that is killed from outside has worked, at most.
MOMENT_SECONDS = 0.02
# In this share of the moments all watchers wake at the very same time, as they do when they know what comes. In some
# others they look just before, and so come to know; else each goes by its own look, and the first does the work alone.
TOGETHER, BEFORE = 0.35, 0.1

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.year.watcher"])


@dataclass(slots=True)
class Gap:
    """Nobody watched from one moment to another: all were dead, or the clock jumped."""

    begin: datetime
    end: datetime
    why: str


@dataclass(slots=True)
class Lived:
    """What happened in the year, as whoever ran it knows: what the audit goes by beside the books."""

    # When who decided by a time was done; and between which times somebody who was killed had worked.
    done: dict[datetime, tuple[datetime, datetime]] = field(default_factory=dict)
    cut: list[tuple[datetime, datetime]] = field(default_factory=list)
    # When each message was answered, in seconds since 1970, by its number; 0 while it is not.
    answered: "array[float]" = field(default_factory=lambda: array("d"))
    gaps: list[Gap] = field(default_factory=list)
    crashes: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    stale: int = 0
    end: datetime = NEVER
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Turmoil:
    """What goes wrong: how many crashes, how many stops of all watchers, and by how much the clock jumps each time."""

    crashes: int = 0
    stops: int = 0
    jumps: tuple[timedelta, ...] = ()
    broken: str = ""


@dataclass(slots=True)
class Watcher:
    """A child, and when it wakes by itself; None while it works. `sent` is when it was told to.

    How often it looks while nothing comes it says itself.
    """

    process: BaseProcess
    line: Connection
    wake: datetime | None = None
    sent: datetime = NEVER
    fuse: int = 0
    period: timedelta = LOOK

    def skip(self, event: datetime, way: float) -> None:
        """It has looked again and again meanwhile and found nothing, until something comes."""
        if self.wake is None or self.wake >= event:
            return
        if way < TOGETHER and self.period == LOOK:
            self.wake = event
            return
        looks = -((self.wake - event) // self.period)
        self.wake += (looks - (way < TOGETHER + BEFORE)) * self.period


class Life:
    """The year, its watchers and its time."""

    def __init__(self, url: str, plan: Plan, model: Model, turmoil: Turmoil, watchers: int = 3) -> None:
        self._url, self._plan, self._model, self._turmoil = url, plan, model, turmoil
        self._order, self._chance = site.order(), Random(plan.seed)
        self._count, self._watchers = watchers, list[Watcher]()
        self._start, self._anchor = _midnight(plan.days[0]), time.monotonic()
        # What is to happen, in order; of what comes at the same time messages come first.
        self._agenda: list[tuple[datetime, bool, int, Callable[[Any], None], Any]] = []
        self._numbers = count()
        # The moments at which some clock comes, by the model.
        self._coming: list[datetime] = []
        self._quarters: dict[datetime, list[Case]] = defaultdict(list)
        # When anybody looked last.
        self._looked = self._start
        self._doomed = 0
        self._stopped = 0
        self.lived = Lived(answered=array("d", bytes(8 * (plan.count + 1))))

    def run(self) -> Lived:
        """Live it to the end, when every clock has come."""
        begun = time.monotonic()
        self._plan_ahead()
        with Runner() as self._runner:
            self._store = self._runner.run(Store(self._url).__aenter__())
            try:
                self._begin()
                while self._agenda or self._coming or self._working():
                    self._step()
                # What the last look began is ended, and nothing comes after it.
                self.lived.end = self._now() + timedelta(seconds=60)
                self._skip(self.lived.end)
                while self._working() or any(w.wake <= self._now() for w in self._watchers if w.wake):
                    self._send()
                    self._hear(None)
            finally:
                for each in self._watchers:
                    each.process.kill()
                    each.process.join()
                self._runner.run(self._store.close())
        self.lived.seconds = time.monotonic() - begun
        return self.lived

    # What is planned.

    def _plan_ahead(self) -> None:
        for day, cases in self._plan.cases():
            self._put(_midnight(day), self._fill, cases)
        turmoil, chance = self._turmoil, self._chance
        for _ in range(turmoil.crashes):
            self._put(self._sometime(), self._crash)
        for _ in range(turmoil.stops):
            begin = self._sometime()
            self._put(begin, self._stop)
            self._put(begin + timedelta(seconds=chance.choice((300, 3600, 8 * 3600, 16 * 3600))), self._begin_again)
        for jump in turmoil.jumps:
            self._put(self._sometime(), self._jump, jump)

    def _sometime(self) -> datetime:
        """A moment of a day on which something comes, mostly while people work."""
        day = self._chance.choice(self._plan.days)
        return _midnight(day) + timedelta(seconds=self._chance.randrange(5 * 3600, 18 * 3600))

    def _put(self, at: datetime, act: Callable[[Any], None], about: Any = None) -> None:
        heapq.heappush(self._agenda, (at, act != self._fill, next(self._numbers), act, about))

    # The time.

    def _now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._anchor)

    def _skip(self, to: datetime) -> None:
        self._start, self._anchor = to, time.monotonic()

    def _step(self) -> None:
        """Do the next thing that is to be done, or wait for whoever works, or go on to when somebody wakes."""
        now = self._now()
        # Whoever works is disturbed by people who answer, and by nothing else.
        if self._agenda and self._agenda[0][0] <= now and (not self._working() or self._agenda[0][3] == self._answer):
            *_, act, about = heapq.heappop(self._agenda)
            act(about)
        elif self._working():
            self._send()
            self._hear(self._next(now) - now)
        elif not any(w.wake <= now for w in self._watchers if w.wake):
            self._sleep(now)
        else:
            self._send()

    def _next(self, now: datetime) -> datetime:
        """When something is to be done although somebody works."""
        wakes = [w.wake for w in self._watchers if w.wake]
        return min((at for at in (*wakes, *(at for at, *_ in self._agenda[:1])) if at > now), default=NEVER)

    def _sleep(self, now: datetime) -> None:
        """All sleep: it is at once the moment at which somebody has something to do."""
        while self._coming and self._coming[0] <= min(now, self._looked):
            heapq.heappop(self._coming)
        # What came while nobody looked is still to be found, by the next look.
        events = [] if self._stopped else self._coming[:1]
        event = min([*events, *(at for at, *_ in self._agenda[:1])], default=now)
        comes = event in events
        way = self._chance.random() if comes else 1.0
        for each in self._watchers:
            each.skip(event, way)
        self._skip(max(now, min(w.wake for w in self._watchers if w.wake) if comes else event))

    # What happens.

    def _fill(self, cases: Sequence[Case]) -> None:
        """A day's messages; the time stands still meanwhile."""
        now = self._now()
        self._runner.run(self._store._writer.run(filling.write, cases, self._order))
        coming = set()
        for case in cases:
            until = min(case.answered + QUARTER, self._model.over) if case.answered else self._model.over
            coming |= {r.at for r in self._model.rungs(case, until) if r.at <= until}
            if case.answered:
                quarter = case.answered + (_midnight(case.answered.date()) - case.answered) % QUARTER
                if quarter not in self._quarters:
                    self._put(quarter, self._answer, quarter)
                self._quarters[quarter].append(case)
        for moment in coming:
            heapq.heappush(self._coming, moment)
        self._skip(now)

    def _answer(self, quarter: datetime) -> None:
        """People answer; who finds an item changed meanwhile reads it again, as at the page. Watchers go on."""
        self._send()
        left = {case.item: case for case in self._quarters.pop(quarter)}
        while left:
            found = self._runner.run(self._store._readers.run(_read, list(left)))
            now = self._now()
            changes = [_closed(x, d, now) for x, d in found]
            written = self._runner.run(self._store.commit([Writing(change, now) for change in changes]))
            at = self._now().timestamp()
            for (x, _), said in zip(found, written, strict=True):
                if said == Committed():
                    self.lived.answered[left.pop(x.id).number] = at
                else:
                    self.lived.stale += 1

    def _crash(self, _: None) -> None:
        self._doomed += 1

    def _stop(self, _: None) -> None:
        self._stopped += 1
        if self._stopped > 1:
            return
        for each in list(self._watchers):
            self._kill(each, "all at once")
        self.lived.gaps.append(Gap(self._now(), NEVER, "stop"))

    def _begin_again(self, _: None) -> None:
        self._stopped -= 1
        if not self._stopped:
            next(gap for gap in self.lived.gaps if gap.end == NEVER).end = self._now()
            self._begin()

    def _jump(self, by: timedelta) -> None:
        """The clock is set; whoever sleeps sleeps on as long as before."""
        now = self._now()
        self._skip(now + by)
        for each in self._watchers:
            if each.wake:
                each.wake += by
        self._looked = min(self._looked, now + by)
        if by > timedelta(0) and not self._stopped:
            self.lived.gaps.append(Gap(now, now + by, "jump"))

    # The watchers.

    def _begin(self) -> None:
        while len(self._watchers) < self._count:
            mine, its = _forks.Pipe()
            process = _forks.Process(target=watcher.main, args=(its, self._url, self._turmoil.broken), daemon=True)
            process.start()
            its.close()
            self._watchers.append(Watcher(process, mine))

    def _working(self) -> bool:
        return any(w.wake is None for w in self._watchers)

    def _send(self) -> None:
        """Everybody who wakes now looks; one of them may be about to die."""
        now = self._now()
        due = bool(self._coming) and self._coming[0] <= now
        for each in [w for w in self._watchers if w.wake and w.wake <= now]:
            doomed = due and self._doomed > 0
            each.fuse = self._chance.randint(1, FUSE) if doomed and self._chance.random() < 0.7 else 0
            each.wake, each.sent = None, self._now()
            self._looked = max(self._looked, each.sent)
            each.line.send(Order(self._start, self._anchor, each.fuse))
            self.lived.looks += 1
            self._doomed -= doomed
            if doomed and not each.fuse:
                time.sleep(self._chance.random() * MOMENT_SECONDS)
                self._kill(each, "at any moment")
                self._begin()

    def _hear(self, span: timedelta | None) -> None:
        """Wait for whoever works, at most so long."""
        lines: dict[Any, Watcher] = {w.line: w for w in self._watchers if w.wake is None}
        seconds = None if span is None else min(span.total_seconds(), 3600.0)
        for line in wait(list(lines), seconds) if lines else ():
            each = lines[line]
            try:
                report = each.line.recv()
            except (EOFError, ConnectionResetError):
                self._died(each)
                continue
            now = self._now()
            if isinstance(report, Report):
                self._heard(each, report, now)
                each.wake = now + timedelta(seconds=report.seconds)
                each.period = max(LOOK, timedelta(seconds=report.seconds))
            else:
                each.wake = now

    def _heard(self, each: Watcher, report: Report, now: datetime) -> None:
        # It had less to do than it was to do before it died: another one dies.
        self._doomed += each.fuse > 0
        for at, end in report.done:
            # Whoever says another time than it was is not believed.
            self.lived.done[at] = (at, end) if each.sent <= at <= end <= now else (now, now)

    def _died(self, each: Watcher) -> None:
        """It came to its statement."""
        if not each.fuse:
            raise RuntimeError("a watcher ended by itself")
        self._kill(each, "at a statement")
        self._begin()

    def _kill(self, each: Watcher, how: str) -> None:
        with suppress(ProcessLookupError):
            each.process.kill()
        each.process.join()
        if each.process.exitcode != -signal.SIGKILL:
            raise RuntimeError(f"a watcher ended by itself with {each.process.exitcode}")
        each.line.close()
        self._watchers.remove(each)
        if each.wake is None and each.sent != NEVER:
            self.lived.cut.append((each.sent, self._now()))
        self.lived.crashes[how] += 1


def _closed(x: Item, d: Deadline, now: datetime) -> Change:
    entry = Entry(now, "item.closed", x.message, x.id, x.inbox, "anna", {"outcome": "telephone"})
    return Change((entry,), items=(x.moved(Action.CLOSE, None),), deadlines=(d.stopped,))


def _read(c: Database, ids: Sequence[ItemId]) -> list[tuple[Item, Deadline]]:
    found = c.execute(reading.joined(*reading.ITEM, *reading.CLOCK).where(lane.among(c, items.c.id, ids)))
    return [(rows.item_of(r), rows.deadline_of(r)) for r in found]


def _midnight(day: Any) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
