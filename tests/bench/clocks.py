"""How fast working time is reckoned, and what a look of the watch costs: by what is due, and by what is open."""

import argparse
import asyncio
import logging
import statistics
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import structlog
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, create_engine, select, update

from hub import calendar, deadline
from hub.calendar import Hours
from hub.deadline import ElapsedHours, Ladder, SameDay, WorkingMinutes
from hub.item import ItemId
from hub.service import Hub
from hub.store import Store, engine
from hub.store.tables import deadline as deadlines
from hub.store.tables import item as items
from tests.year import backlog, filling, site
from tests.year.__main__ import DATABASES, database
from tests.year.minutes import CALENDARS
from tests.year.plan import DAY, Case

NOW = datetime(2028, 3, 1, 9, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# What is promised, and how often each look is measured.
ARITHMETIC, TICK_SECONDS, ROUNDS = 200_000, 1.0, 5
# So many practices a region has.
PRACTICES = 200


def main() -> None:
    """Measure and print; nothing here passes or fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.clocks", description=__doc__)
    parser.add_argument("--cases", type=int, default=200_000, help="how many deadlines are reckoned in each round")
    parser.add_argument("--open", type=int, action="append", help="how many items are open (10,000 and 1,000,000)")
    parser.add_argument("--due", type=int, action="append", help="how many of them are due (0, 100, 1,000)")
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    console = Console(width=110)
    table = Table("what", "a second and core", "floor, same run", "ratio", "target", title="Working time")
    arithmetic(table, asked.cases)
    console.print(table)
    table = Table(
        "database", "open", "due", "until all are told", "each", "floor", "target", title="A look of the watch"
    )
    for name in asked.database or DATABASES:
        with database(name) as (url, _):
            asyncio.run(looks(table, name, url, asked.open or [10_000, 1_000_000], asked.due or [0, 100, 1_000]))
    console.print(table)


def arithmetic(table: Table, count: int) -> None:
    """Each sort of reckoning beside its floor: one addition of a span, one search in a list, one moment made."""
    hours, chance = CALENDARS["with lunch and short days"], Random(1)
    starts = [datetime(2028, 1, 1, tzinfo=UTC) + chance.randrange(366 * 24 * 60) * MINUTE for _ in range(count)]
    spans = [chance.randrange(1, 1_200) for _ in starts]
    opens = [at for day in range(366) for at, _ in hours.openings(date(2028, 1, 1) + timedelta(days=day))]

    def floor() -> None:
        for start, span in zip(starts, spans, strict=True):
            _ = start + timedelta(minutes=span), bisect_left(opens, start)

    def add() -> None:
        for start, span in zip(starts, spans, strict=True):
            calendar.add_minutes(hours, start, span)

    # A region's practices, each with a closed day of its own.
    region = [replace(hours, closed={**hours.closed, date(2029, 1, 2) + n * DAY: "stengt"}) for n in range(PRACTICES)]

    def around() -> None:
        for n, start in enumerate(starts):
            calendar.add_minutes(region[n % PRACTICES], start, spans[n])

    kinds: Sequence[tuple[str, Callable[[], None], str]] = (
        ("calendar.add_minutes", add, f"≥ {ARITHMETIC:,}/s"),
        (f"the same, {PRACTICES} practices in turn", around, f"≥ {ARITHMETIC:,}/s"),
        *((f"deadline.reckoned, {kind}", _due(due, hours, starts), f"≥ {ARITHMETIC:,}/s") for kind, due in KINDS),
        *((f"with steps and reasons, {kind}", _first(due, hours, starts), "") for kind, due in KINDS),
    )
    add(), around()
    for what, work, target in kinds:
        # Each beside its own floor in the same seconds: others use the machine too.
        pairs = [(_rate(work, count), _rate(floor, count)) for _ in range(3)]
        rate, bare = (statistics.median(x) for x in zip(*pairs, strict=True))
        table.add_row(what, f"{rate:,.0f}", f"{bare:,.0f}", f"{rate / bare:.2f}", target)


# A deadline of each kind.
_CUT_OFF = next(x.due.cut_off for x in site.LADDERS if isinstance(x.due, SameDay))
KINDS: Sequence[tuple[str, deadline.Due]] = (
    ("working minutes", WorkingMinutes(120)),
    ("the same day", SameDay(_CUT_OFF, datetime(2028, 1, 1, 10).time())),
    ("calendar hours", ElapsedHours(72)),
)


def _due(due: deadline.Due, hours: Hours, starts: Sequence[datetime]) -> Callable[[], None]:
    """When each of them is due, in words too."""

    def work() -> None:
        for start in starts:
            deadline.reckoned(due, hours, start)

    return work


def _first(due: deadline.Due, hours: Hours, starts: Sequence[datetime]) -> Callable[[], None]:
    """The whole clock of each: with its steps, and all that is kept to explain it."""
    ladder, id = Ladder("bench", "soon", due, site.LADDERS[2].steps), ItemId("1")

    def work() -> None:
        for start in starts:
            deadline.first(id, ladder, "", hours, start)

    return work


def _rate(work: Callable[[], None], count: int) -> float:
    """So many a second of one core's own time."""
    begun = time.process_time()
    work()
    return count / (time.process_time() - begun)


async def looks(table: Table, name: str, url: str, opens: Sequence[int], dues: Sequence[int]) -> None:
    """With more and more items open: how long it takes until all that are due are told, some of them each time."""
    made, there = create_engine(engine.address(url)), 0
    async with Store(url) as store:
        hub = Hub(site.order(), None, store, None, None, 60 * MINUTE)  # type: ignore[arg-type]
        for count in sorted(opens):
            _open(made, there, count)
            there = count
            for due in dues:
                found = [await _look(hub, made, due) for _ in range(ROUNDS)]
                seconds, floor = (statistics.median(x) for x in zip(*found, strict=True))
                each = f"{seconds / due * 1e3:.2f} ms" if due else ""
                target = f"< {TICK_SECONDS:.0f} s" if due == 1_000 else ""
                table.add_row(
                    name, f"{count:,}", f"{due:,}", f"{seconds * 1e3:.1f} ms", each, f"{floor:.2f} ms", target
                )
    made.dispose()


async def _look(hub: Hub, made: Engine, due: int) -> tuple[float, float]:
    """The seconds of a look with so many due; and the milliseconds of the smallest question to the same store."""
    _lapse(made, due)
    begun = time.perf_counter()
    await hub.store.newest()
    floor, begun = (time.perf_counter() - begun) * 1e3, time.perf_counter()
    told = 0
    while n := await hub.tick(NOW):
        told += n
    await hub.store.next_due()
    if told != due:
        raise RuntimeError(f"{told} were told instead of {due}")
    return time.perf_counter() - begun, floor


def _open(made: Engine, there: int, count: int) -> None:
    """So many open items in all, with warnings that come in a year and more."""
    number = there + 1
    while number <= count:
        size = min(backlog.PORTION, count + 1 - number)
        with made.begin() as c:
            case = Case(number, next(iter(site.PRACTICES)), "same day", NOW + number * MINUTE, None)
            filling.write(c, [case], site.order())
            if size > 1:
                filling.copy(c, number, size - 1)
        number += size
    backlog.rest(made)


def _lapse(made: Engine, due: int) -> None:
    """So many of them, by chance, are to be warned of now; each is due in an hour and no step comes before."""
    with made.begin() as c:
        wanted = select(items.c.id).where(items.c.level == 0).order_by(items.c.id).limit(due).scalar_subquery()
        clock = {"step": 0, "due_at": NOW + HOUR, "fires_at": NOW}
        c.execute(update(deadlines).where(deadlines.c.item_id.in_(wanted)).values(clock))
        c.execute(update(items).where(items.c.id.in_(wanted)).values(due_at=NOW + HOUR))


if __name__ == "__main__":
    main()
