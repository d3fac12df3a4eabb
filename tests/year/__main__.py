"""`make year`: working time against every minute of twenty years, a virtual year of deadlines, and a great backlog."""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine

from hub.store import engine
from hub.store.migrate import migrate
from tests.servers import postgresql
from tests.year import arithmetic, audit, backlog, life, plan, plant
from tests.year.audit import Audit
from tests.year.life import Lived, Turmoil
from tests.year.model import Model
from tests.year.plan import Plan

PARTS = ("arithmetic", "life", "backlog")
DATABASES = ("sqlite", "postgresql")
# A leap year, with both nights on which the clock is changed.
YEAR = 2028
# Working time is counted from one year to another; half a year at both ends is left to lead out of the cases.
FIRST, LAST = 2019, 2041
HOUR = timedelta(hours=1)
JUMPS = (HOUR, HOUR, 24 * HOUR, -timedelta(seconds=40), -timedelta(seconds=40))
# Broken watchers have a day with so many messages.
BROKEN_DAYS, BROKEN_COUNT = (date(YEAR, 10, 30),), 100

console = Console(width=110)


def main() -> int:
    """Do all three parts, or some; 1 when anything is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part")
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")
    parser.add_argument("--cases", type=int, default=1_000_000, help="how many cases of the arithmetic")
    parser.add_argument("--calendars", type=int, default=5, help="how many by chance beside the known")
    parser.add_argument("--deadlines", type=int, default=1_000_000, help="how many in the year, and in the backlog")
    parser.add_argument("--crashes", type=int, default=1_000, help="how many watchers are killed in the year")
    parser.add_argument("--urgent", type=int, default=1_000, help="how many of the backlog are urgent")
    parser.add_argument("--rest", type=float, default=30.0, help="seconds in which the inbox is measured at rest")
    parser.add_argument("--processes", type=int, default=2, help="how many compare calendars at the same time")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    well = True
    for part in asked.only or PARTS:
        if part == "arithmetic":
            well &= _arithmetic(asked)
        else:
            for name in asked.database or DATABASES:
                with database(name) as (url, folder):
                    well &= _life(asked, name, url) if part == "life" else _backlog(asked, name, url, folder)
    return 0 if well else 1


@contextmanager
def database(name: str) -> Iterator[tuple[str, Path]]:
    """A new and migrated database of a kind, and a folder beside it; both go away."""
    with tempfile.TemporaryDirectory(prefix="sambud-year-") as place:
        folder = Path(place)
        if name == "sqlite":
            url = f"sqlite:///{folder / 'hub.db'}"
            migrate(url)
            yield url, folder
            return
        with postgresql.running(None, "shared_buffers=512MB") as server:
            server.run("createdb", "hub")
            migrate(server.url("hub"))
            yield server.url("hub"), folder


def _arithmetic(asked: argparse.Namespace) -> bool:
    begun, found = time.monotonic(), arithmetic.calendars(asked.seed, asked.calendars)
    each = -(-asked.cases // len(found))
    table = Table("calendar", "cases", "disagreements", "counting", "comparing", title="Working time, minute by minute")
    with ProcessPoolExecutor(asked.processes, mp_context=multiprocessing.get_context("forkserver")) as pool:
        jobs = [pool.submit(arithmetic.compared, n, h, FIRST, LAST, each, asked.seed) for n, h in found.items()]
        done = [job.result() for job in jobs]
    for x in done:
        table.add_row(x.name, f"{x.cases:,}", f"{len(x.wrong)}", f"{x.counting:.1f} s", f"{x.comparing:.1f} s")
    console.print(table)
    _told(wrong for x in done for wrong in x.wrong[:5])
    total = sum(x.cases for x in done)
    wrong = sum(len(x.wrong) for x in done)
    console.print(f"{total:,} cases, {wrong} disagreements, {time.monotonic() - begun:.0f} s")
    return not wrong


def lived(url: str, planned: Plan, turmoil: Turmoil) -> tuple[Lived, Audit, dict[str, str]]:
    """A life on a database, what the audit says of it, and what it says of each plant where there is one to try."""
    model = Model(planned.days[0], planned.days[-1])
    done, made = life.Life(url, planned, model, turmoil).run(), create_engine(engine.address(url))
    with made.connect() as c:
        found = audit.check(c, planned, model, done)
        planted = {} if turmoil.broken else plant.found(c, planned, model, done)
    made.dispose()
    return done, found, planted


def _life(asked: argparse.Namespace, name: str, url: str) -> bool:
    turmoil = Turmoil(asked.crashes, max(3, asked.crashes // 50), JUMPS)
    begun = time.monotonic()
    done, found, planted = lived(url, Plan(asked.deadlines, plan.year(YEAR), asked.seed), turmoil)
    _table(asked, name, done, found, time.monotonic() - begun)
    broken = {kind: broken_watchers(kind, asked.seed) for kind in plant.BROKEN}
    said = Table("planted", "the audit says", title=f"What the audit finds, {name}")
    for what, words in planted.items():
        said.add_row(what, words or "NOTHING")
    for kind, count in broken.items():
        said.add_row(f"watchers that make it so: {kind}", f"{kind}: {count} times" if count else "NOTHING")
    console.print(said)
    return not found.faults and all(planted.values()) and all(broken.values())


def broken_watchers(kind: str, seed: int) -> int:
    """How often the audit finds what watchers do that are broken in this way."""
    with database("sqlite") as (url, _):
        _, found, _ = lived(url, Plan(BROKEN_COUNT, BROKEN_DAYS, seed), Turmoil(broken=kind))
    return found.faults[kind]


def _table(asked: argparse.Namespace, name: str, done: Lived, found: Audit, seconds: float) -> None:
    table = Table("what", "found", "bound", title=f"A virtual year on {name}")
    answered = sum(1 for at in done.answered if at)
    kills = ", ".join(f"{count} {how}" for how, count in done.crashes.items())
    stops = sum(gap.why == "stop" for gap in done.gaps)
    rows = [
        ("deadlines, answered", f"{asked.deadlines:,}, {answered:,}", ""),
        ("steps told, notices", f"{found.told:,}, {found.notices:,}", ""),
        ("not needed any more", f"{found.unneeded:,}", ""),
        ("looks of 3 watchers, that told something", f"{done.looks:,}, {len(done.done):,}", ""),
        ("watchers killed (SIGKILL)", f"{done.crashes.total():,}: {kills}", ""),
        ("cut off while they worked", f"{len(done.cut):,}", ""),
        ("stops of all, jumps of the clock", f"{stops}, {len(JUMPS)}", ""),
        ("answers that met a step", f"{done.stale:,}", ""),
        *((kind, f"{found.faults[kind]}", "0") for kind in ("missed", "early", "doubled")),
        ("anything else wrong", f"{found.faults.total() - sum(found.faults[k] for k in plant.BROKEN[:3])}", "0"),
        ("latest while somebody watched", f"{found.running.total_seconds():.2f} s", "5 s"),
        ("latest after a start or a jump", f"{found.started.total_seconds():.2f} s of {found.after:,}", "30 s"),
        ("marked late", f"{found.marked:,}", ""),
        ("took, with the audit", f"{done.seconds:.0f} s, {seconds:.0f} s", ""),
    ]
    for row in rows:
        table.add_row(*row)
    console.print(table)
    _told(found.wrong)


def _backlog(asked: argparse.Namespace, name: str, url: str, folder: Path) -> bool:
    table = Table("what", "measured", "bound", title=f"{asked.deadlines:,} due at once, {name}")
    # As deploy/ has it: beside PostgreSQL the watch is a process of its own.
    done = backlog.run(url, folder, asked.deadlines, asked.urgent, asked.rest, watch=name == "postgresql")
    for row in backlog.told(done):
        table.add_row(*row)
    console.print(table)
    return done.urgent < backlog.URGENT_SECONDS and done.all < backlog.ALL_SECONDS


def _told(wrong: Iterator[str] | list[str]) -> None:
    for words in wrong:
        console.print(words, style="red", markup=False)


if __name__ == "__main__":
    sys.exit(main())
