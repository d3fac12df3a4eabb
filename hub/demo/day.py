"""The day, put together: a server, the partners' systems, the staff, and somebody who watches and counts."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.clock import Clock
from hub.demo import audit, carried, cast, figures, hours, page, passage, script, server
from hub.demo.audit import Played
from hub.demo.cast import Cast
from hub.demo.door import Door
from hub.demo.folder import Folder
from hub.demo.ledger import Ledger
from hub.demo.logbook import Closed, Logbook, Opened, Stood
from hub.demo.partner import Correspondent
from hub.demo.plan import Plan
from hub.demo.repertoire import Repertoire
from hub.demo.screen import Screen
from hub.demo.script import Script
from hub.demo.server import Server
from hub.demo.staff import Colleague
from hub.demo.way import Way
from hub.errors import BadConfiguration
from hub.store import Store, migrate

# The clock begins to run when the server is there: it takes about so long to start, and longer with workers beside it.
LEAD_SECONDS, LEAD_WITH_WORKERS = 3.0, 9.0
COUNT_SECONDS = 1.0
# How late the hub may heed a clock: it looks twice a second, and the machine may be busy.
HEED_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Day:
    """All parts of a day that is being played."""

    plan: Plan
    folder: Folder
    cast: Cast
    script: Script
    repertoire: Repertoire
    book: Logbook
    clock: Clock
    door: Door
    server: Server
    store: Store
    ledger: Ledger
    screen: Screen


@dataclass(frozen=True, slots=True)
class Ended:
    """A day that has come to its end: what was played, when it ended, and how often somebody else was first."""

    played: Played
    at: datetime
    conflicts: int


@asynccontextmanager
async def opened(plan: Plan, folder: Folder, screen: Screen) -> AsyncIterator[Day]:
    """Put the parts together, and take them apart in reverse.

    Raises BadConfiguration when the folder holds a day that cannot go on, Failed when the server does not start.
    """
    async with AsyncExitStack() as stack:
        book = stack.enter_context(Logbook(folder.logbook))
        who = cast.gather(hours.DAY)
        play = script.write(book.opened.seed if book.opened else plan.seed, who)
        play = carried.script(play) if plan.broker else play
        _begin(book, play, folder)
        migrate.migrate(folder.database)
        store = await stack.enter_async_context(Store(folder.database))
        ledger = Ledger(store, who.directory)
        lead = LEAD_WITH_WORKERS if plan.broker else LEAD_SECONDS
        clock = Clock(await _start(book, ledger), time.time() + lead, plan.speed)
        port = server.port(plan.port)
        door = Door(f"http://127.0.0.1:{port}", book, clock)
        child = await stack.enter_async_context(Server(folder, port, clock, door, book, plan.broker))
        yield Day(plan, folder, who, play, Repertoire(play), book, clock, door, child, store, ledger, screen)


async def play(day: Day) -> Ended:
    """Play the day to its end."""
    colleagues = _colleagues(day)
    async with asyncio.TaskGroup() as group:
        attendants = (group.create_task(day.server.guard(day.screen.say)), group.create_task(_count(day)))
        async with passage.ways(day.plan.broker, day.cast, day.door) as ways, asyncio.TaskGroup() as players:
            await _perform(day, ways, colleagues, players)
        for attendant in attendants:
            attendant.cancel()
    now = day.clock.now()
    hub = await day.ledger.whole(now - timedelta(seconds=HEED_SECONDS * day.plan.speed))
    left = await passage.left(day.plan.broker, day.cast.directory)
    played = Played(day.repertoire.sendings, day.book, hub, left)
    return Ended(played, now, sum(c.conflicts for c in colleagues))


def close(day: Day, ended: Ended) -> bool:
    """Tell how the day went. Whether it adds up."""
    found = audit.differences(ended.played)
    day.book.add(Closed(ended.at, not found))
    inboxes = day.cast.directory.inboxes.values()
    day.screen.say_all(page.lines(ended.played, inboxes, ended.at, ended.conflicts, day.plan.speed))
    day.screen.say_all(page.verdict(found), "bold red" if found else "bold green")
    return not found


async def slow_down(day: Day) -> None:
    """Let the clock run as fast as any other from now on: the server is started anew with it."""
    await day.server.rewind(Clock(day.clock.now(), time.time(), 1.0))


async def rest(day: Day, stop: asyncio.Event) -> None:
    """See to it that the page stays up, until told to stop."""
    guard = asyncio.create_task(day.server.guard(day.screen.say))
    waiting = asyncio.create_task(stop.wait())
    done, left = await asyncio.wait((guard, waiting), return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    for task in done:
        task.result()


def _begin(book: Logbook, play: Script, folder: Folder) -> None:
    """Begin a day, or go on with the one that was cut off."""
    if book.opened is None:
        book.add(Opened(play.seed, play.digest))
    elif book.closed:
        result = "it added up" if book.closed.adds_up else "it did not add up"
        reason = f"the day in this folder is finished, and {result}; name another folder, or remove this one"
        raise BadConfiguration(str(folder.path), "", reason)
    elif book.opened.digest != play.digest:
        reason = (
            "the day in this folder was begun by another version of Sambud; name another folder, or remove this one"
        )
        raise BadConfiguration(str(folder.path), "", reason)


async def _start(book: Logbook, ledger: Ledger) -> datetime:
    """Where the clock stood: no earlier than anything that the senders or the hub have written down."""
    return max(hours.BEGIN, *(m for m in (book.stood, await ledger.latest()) if m)) if book.stood else hours.BEGIN


async def _perform(day: Day, ways: Mapping[str, Way], colleagues: list[Colleague], players: asyncio.TaskGroup) -> None:
    """Let everybody play; it is evening when all is sent, all have gone home and the last step is told."""
    evening = asyncio.Event()
    systems = [Correspondent(s, day.cast, day.repertoire, day.book, day.clock, ways[s.name]) for s in day.cast.systems]
    for system in systems:
        players.create_task(system.fetch(evening))
    acts = [players.create_task(system.send()) for system in systems]
    acts += [players.create_task(colleague.work()) for colleague in colleagues]
    await asyncio.gather(*acts, asyncio.sleep(day.clock.seconds_until(hours.END)))
    if day.plan.broker:
        await passage.settle(day.store, day.book, day.clock)
    evening.set()


def _colleagues(day: Day) -> list[Colleague]:
    inboxes = day.cast.directory.inboxes
    return [
        Colleague(w, [inboxes[i] for i in w.person.inboxes], day.repertoire, day.door, day.script.seed)
        for w in day.cast.workers
    ]


async def _count(day: Day) -> None:
    """Show how it stands, and note where the clock stands."""
    while True:
        await day.ledger.refresh()
        now = day.clock.now()
        day.book.add(Stood(now))
        day.screen.show(figures.stand(day.book, day.ledger.pieces.values(), day.cast.directory.inboxes.values(), now))
        await asyncio.sleep(COUNT_SECONDS)
