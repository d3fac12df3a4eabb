"""Whether every step of every ladder was told exactly once and in time: the books against the model.

It knows what was told (notices and journal), and from whoever ran the year when each decision was done, when people
answered and when nobody watched; nothing is asked of the hub's own reckoning.
"""

import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select

from hub.store import lane
from hub.store.tables import deadline, item, journal, notice
from tests.year.life import Lived
from tests.year.model import Model, Rung
from tests.year.plan import Case, Plan
from tests.year.watcher import GRACE

# So late something may be told while somebody watches, and after a start or a jump of the clock.
RUNNING, STARTED = timedelta(seconds=5), timedelta(seconds=30)
LAPSED = ("deadline.warned", "deadline.escalated")
# So many items are read at once, and so many faults are told.
PORTION, TOLD = 500, 50
ZERO = timedelta(0)


@dataclass(slots=True)
class Audit:
    """What was found: how much was told, the worst lateness of both sorts, and what is wrong."""

    told: int = 0
    notices: int = 0
    unneeded: int = 0
    marked: int = 0
    running: timedelta = ZERO
    started: timedelta = ZERO
    after: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Books:
    """What the database holds of some items."""

    clocks: dict[str, Any]
    lines: dict[str, list[Any]]
    notices: dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class _Limit:
    """By when something is to be told, and since when somebody could have."""

    by: datetime
    since: datetime
    after: bool


class Times:
    """When decisions were done, and when anybody could have made them."""

    def __init__(self, lived: Lived) -> None:
        self._lived = lived
        self._gaps = sorted(lived.gaps, key=lambda gap: gap.begin)
        self._cut = sorted(lived.cut)

    def decided(self, at: datetime) -> tuple[datetime, datetime] | None:
        """When something was decided by a time, and when it was done; None when nobody worked at that time.

        What was cut off is known less exactly.
        """
        if found := self._lived.done.get(at):
            return found
        for begin, end in reversed(self._cut[: bisect_right(self._cut, (at, datetime.max.replace(tzinfo=UTC)))]):
            if begin <= at <= end:
                return at, end
        return None

    def limit(self, at: datetime) -> _Limit:
        """Until when what comes then is to be told."""
        for gap in self._gaps:
            if gap.begin - RUNNING <= at < gap.end:
                at_end = self._chained(gap.end)
                return _Limit(at_end + STARTED, at_end, True)
            if gap.end <= at < gap.end + STARTED:
                return _Limit(max(at + RUNNING, gap.end + STARTED), at, True)
        return _Limit(at + RUNNING, at, False)

    def answered(self, case: Case) -> datetime | None:
        """When somebody really answered."""
        seconds = self._lived.answered[case.number]
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    def _chained(self, end: datetime) -> datetime:
        """A stop that follows at once makes the one before longer."""
        return next((self._chained(g.end) for g in self._gaps if g.begin <= end + STARTED and g.end > end), end)


def check(c: Connection, plan: Plan, model: Model, lived: Lived) -> Audit:
    """All of it."""
    found, times = Audit(), Times(lived)
    for _, cases in plan.cases():
        some(c, cases, model, times, lived.end, found)
    lines = c.execute(select(func.count()).select_from(journal).where(journal.c.event.in_(LAPSED))).scalar_one()
    notices = c.execute(select(func.count()).select_from(notice)).scalar_one()
    if (lines, notices) != (found.told, found.notices):
        _fault(
            found, "foreign", f"{lines} steps and {notices} notices are there, {found.told} and {found.notices} known"
        )
    return found


def some(
    c: Connection, cases: Iterable[Case], model: Model, times: Times, end: datetime, found: Audit | None = None
) -> Audit:
    """These messages; what is found is added to what was found before."""
    found, left = found or Audit(), iter(cases)
    while portion := list(islice(left, PORTION)):
        books = _read(c, [case.item for case in portion])
        for case in portion:
            for kind, words in _wrong(case, model, times, books, end, found):
                _fault(found, kind, f"{case.item}: {words}")
    return found


def _fault(found: Audit, kind: str, words: str) -> None:
    found.faults[kind] += 1
    if len(found.wrong) < TOLD:
        found.wrong.append(f"{kind}: {words}")


def _wrong(
    case: Case, model: Model, times: Times, books: _Books, end: datetime, found: Audit
) -> Iterator[tuple[str, str]]:
    due, answered = model.due(case), times.answered(case)
    rungs = model.rungs(case, answered)
    clock = books.clocks.get(case.item)
    if clock is None or clock.due_at != due:
        yield "clock", f"due at {clock and clock.due_at} instead of {due}"
        return
    lines, notices = books.lines[case.item], books.notices[case.item]
    found.told += len(lines)
    found.notices += len(notices)
    steps = defaultdict(list)
    for line in lines:
        steps[int(json.loads(line.detail)["step"])].append(line)
    for rung in rungs:
        told = [x for x in notices if x.step == rung.step]
        yield from _rung(rung, steps.pop(rung.step, []), told, answered, times, end, found)
    for step in steps:
        yield "foreign", f"step {step} was told, which it does not have"
    yield from _standing(rungs, lines, clock, answered, model.steps(case))


def _rung(
    rung: Rung,
    lines: Sequence[Any],
    told: Sequence[Any],
    answered: datetime | None,
    times: Times,
    end: datetime,
    found: Audit,
) -> Iterator[tuple[str, str]]:
    limit = times.limit(rung.at)
    if not lines and not told:
        found.unneeded += 1
        if limit.by < min(answered or end, end):
            yield "missed", f"step {rung.step} was due at {rung.at} and told to nobody"
        return
    if len(lines) != 1 or len(told) != len(rung.told):
        kind = "doubled" if len(lines) > 1 or len(told) > len(rung.told) else "missed"
        yield kind, f"step {rung.step} is in the journal {len(lines)} times, with {len(told)} notices"
        return
    (line,), at = lines, lines[0].at
    if {x.inbox for x in told} != rung.told or line.event != rung.event or {x.at for x in told} != {at}:
        yield "told otherwise", f"step {rung.step} by {line.event} to {sorted(x.inbox for x in told)}"
    known = times.decided(at)
    if known is None:
        yield "unknown", f"step {rung.step} was told at {at}, when nobody worked"
    decided, done = known or (at, at)
    if min(decided, at) < rung.at:
        yield "early", f"step {rung.step} was due at {rung.at} and told at {min(decided, at)}"
    if done > limit.by:
        yield "late", f"step {rung.step} was due at {rung.at} and told at {done}"
    if answered and decided > answered:
        yield "after the answer", f"step {rung.step} was told at {decided}, answered at {answered}"
    late = at - rung.at > GRACE
    if {x.late for x in told} != {late}:
        yield "mark", f"step {rung.step} was due at {rung.at}, told at {at} and marked {told[0].late}"
    found.marked += late
    found.after += limit.after
    if limit.after:
        found.started = max(found.started, done - limit.since)
    else:
        found.running = max(found.running, done - rung.at)


def _standing(
    rungs: Sequence[Rung], lines: Sequence[Any], clock: Any, answered: datetime | None, steps: int
) -> Iterator[tuple[str, str]]:
    """Where the clock stands in the end: on the step after the last one that was told, or nowhere."""
    after = len(lines)
    coming = rungs[after].at if after < len(rungs) and answered is None else None
    if clock.fires_at != coming:
        yield "clock", f"it comes next at {clock.fires_at} instead of {coming}"
    if after and clock.level != min(rungs[min(after, len(rungs)) - 1].step + 1, steps):
        yield "clock", f"it is at level {clock.level}"


def _read(c: Connection, ids: Sequence[str]) -> _Books:
    clocks = select(deadline.c.item_id, deadline.c.due_at, deadline.c.fires_at, item.c.level)
    clocks = clocks.join(item, item.c.id == deadline.c.item_id).where(lane.among(c, deadline.c.item_id, ids))
    lines = select(journal.c.item_id, journal.c.at, journal.c.event, journal.c.detail)
    lines = lines.where(lane.among(c, journal.c.item_id, ids), journal.c.event.in_(LAPSED))
    told = select(notice.c.item_id, notice.c.step, notice.c.inbox, notice.c.at, notice.c.late)
    told = told.where(lane.among(c, notice.c.item_id, ids))
    return _Books({r.item_id: r for r in c.execute(clocks)}, _by_item(c.execute(lines)), _by_item(c.execute(told)))


def _by_item(found: Iterable[Any]) -> dict[str, list[Any]]:
    made = defaultdict(list)
    for row in found:
        made[row.item_id].append(row)
    return made
