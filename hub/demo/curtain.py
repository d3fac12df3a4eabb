"""What is said before the day and after it: where the page is, who can sign in, where the data lie."""

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from hub import settings
from hub.demo.cast import PASSWORD, Worker
from hub.demo.day import Day
from hub.demo.hours import BEGIN, DAY, END, local

# One of each kind is enough to look around; the sample's README names the others.
SHOWN = ("sykepleier", "koordinator", "fastlege", "saksbehandler", "daglig leder")


def before(day: Day) -> Iterator[str]:
    """How to look on, and what is about to happen."""
    begin = day.clock.start or BEGIN
    seconds = (END - begin).total_seconds() / day.plan.speed
    yield f"One working day at {day.cast.practice.name}: {DAY:%A %d %B %Y}, {day.plan.speed:g} times real time."
    if begin > BEGIN:
        yield f"It was broken off at {local(begin):%H:%M}, and goes on from there."
    yield f"{len(day.script.sendings)} messages and more to come (seed {day.script.seed}), in {_duration(seconds)}."
    yield ""
    yield from where(day)
    yield from _processes(day)
    if day.plan.broker:
        yield from _looking(day)
    yield ""


def where(day: Day) -> Iterator[str]:
    """The page, the sign-ins and the data."""
    yield f"Inbox page  {day.door.address}"
    for n, worker in enumerate(_shown(day)):
        heading = "Sign in as" if n == 0 else ""
        yield f"{heading:<12}{worker.username:<16}{worker.person.name}, {worker.person.role}"
    yield f"Password    {PASSWORD}, for all of them"
    if day.plan.broker:
        yield from _around(day)
        return
    kept = "kept" if day.folder.kept else "removed at the end; --data DIR keeps them"
    yield f"Data        {day.folder.path} ({kept})"


def _processes(day: Day) -> Iterator[str]:
    """What runs, and may be killed."""
    if not day.server.workers:
        yield f"Server      process {day.server.pid}; kill -9 it if you like, and nothing is lost"
        return
    yield f"Processes   {'server':<16}{day.server.pid}"
    for worker in day.server.workers:
        yield f"{'':<12}{worker.name:<16}{worker.pid}"
    yield "            kill -9 any of them if you like, and nothing is lost"


def _around(day: Day) -> Iterator[str]:
    """The broker, the database, and what the processes say."""
    for n, url in enumerate(day.plan.broker):
        yield f"{'' if n else 'Broker':<12}{url}"
    yield f"Database    {day.folder.database}"
    yield f"Logs        {day.folder.path}"


def _looking(day: Day) -> Iterator[str]:
    """How to ask the hub about itself, by its own clock."""
    yield ""
    yield f"To look in from another shell, with `{_command()} status`, `dead list` or `tally`, first:"
    yield "export " + " ".join(f"{name}={shlex.quote(str(value))}" for name, value in day.server.told.items())


def _command() -> str:
    """The command `hub` as it can be typed."""
    beside = Path(sys.executable).with_name("hub")
    return "hub" if shutil.which("hub") or not beside.exists() else str(beside)


def resting(day: Day) -> Iterator[str]:
    """What can be done after the day."""
    yield ""
    yield "The page stays up, with the clock at its usual pace. Ctrl-C ends it."
    yield ""
    yield from where(day)
    if day.plan.broker:
        yield from _looking(day)


def kept(day: Day) -> Iterator[str]:
    """Where a day that is over can be looked at, when its data stay."""
    if day.folder.kept:
        yield ""
        yield f"Data        {day.folder.path} (kept). To look at the day again:"
        yield f"            HUB_DATABASE__URL={day.folder.database} hub serve --config {settings.sample()}"


def broken_off(day: Day) -> str:
    """What is left when somebody stops the demo on its way."""
    moment = f"Broken off at {local(day.clock.now()):%H:%M} of the day."
    if not day.folder.kept:
        return f"{moment} Nothing is kept."
    return f"{moment} To go on: hub demo --data {day.folder.path}"


def _shown(day: Day) -> Iterator[Worker]:
    for role in SHOWN:
        yield next(w for w in day.cast.workers if w.person.role == role)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds > 90 else f"{seconds:.0f} seconds"
