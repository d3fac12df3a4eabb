"""A coordinator makes Maundy Thursday short and puts two nurses on leave; warnings and the ladder follow, all day."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub import registry, settings
from hub.desk import Act
from hub.directory import InboxId, PersonId
from hub.item import Action
from hub.service import Delivery, Hub, open_hub
from tests import centre, forked
from tests.centre import TEAM

COORDINATOR = InboxId("koordinator")
# Wall time of the day, in Oslo, the Sunday before the clocks change.
EIGHT = datetime(2027, 3, 25, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
# The paragraph of docs/presence.md, and two nurses of five who are away.
WRITTEN = """
[[absence]]
person = "elle.sara"
from = 2027-03-22
to = 2027-03-26
reason = "ferie"

[[absence]]
person = "fatima.ali"
from = 2027-03-25
to = 2027-03-25
reason = "kurs"
"""
SHORT = '[[practice.short]]\nholiday = "Skjærtorsdag"\nopen = "08:00-12:00"\nname = "Skjærtorsdag"\n\n'


def clock(hour: int, minute: int = 0) -> datetime:
    """A time of that day as the clock on the wall shows it."""
    return EIGHT + timedelta(hours=hour - 8, minutes=minute)


def planned(folder: Path) -> Path:
    """The sample's folder with what the coordinator wrote into it."""
    shutil.copytree(settings.sample().parent, folder / "centre")
    file = folder / "centre" / "centre.toml"
    text = file.read_text(encoding="utf-8")
    mark = "[[practice.closed]]"
    file.write_text(text.replace(mark, SHORT + mark, 1) + WRITTEN, encoding="utf-8")
    return folder / "centre"


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Hub]:
    found = registry.load(planned(folder))
    async with open_hub(centre.configured(folder), found, *centre._readers) as hub:
        yield hub


async def events(hub: Hub, inbox: InboxId) -> list[str]:
    return [x.event for x in await hub.store.journal(0, [inbox])]


async def test_the_short_day_moves_the_deadline_and_the_ladder_climbs_by_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as hub:
        exchange = next(s for s in hub.accounts.systems.values() if s.any)
        await hub.receive([Delivery(centre.message(n), exchange) for n in range(1, 31)], clock(9))
        lines = await hub.store.lines(TEAM)
        assert ({clock(12)}, 30) == ({x.due for x in lines}, len(lines))
        # What comes after the cut-off, which moved with the short day, is due after Easter.
        await hub.receive([Delivery(centre.message(99), exchange)], clock(11, 30))
        assert datetime(2027, 3, 30, 8, tzinfo=UTC) == (await hub.store.lines(TEAM))[-1].due

        # Three of five are here, and 30 messages are due within the hour: that is said an hour before it is late.
        assert 1 == await hub.press(clock(11, 5))
        (said,) = [x for x in await hub.store.journal(0, [COORDINATOR]) if x.event == "load.pressing"]
        assert ("30", "3", "100") == tuple(said.detail[x] for x in ("due", "people", "minutes"))

        assert (0, 30) == (await hub.tick(clock(10, 59)), await hub.tick(clock(11)))
        nurse = hub.directory.people[PersonId("kari.moen")]
        for line in (await hub.store.lines(TEAM))[:28]:
            await hub.act(line.item.id, Act(Action.ANSWER, text="Ja."), line.item.version, nurse, clock(11, 45))
        steps = [await hub.tick(clock(12, minute)) for minute in (0, 29, 30)]
        # The two that are left climb: the coordinator at the deadline, the doctor on duty half an hour later.
        assert [2, 0, 2] == steps
        assert 2 == len([x for x in await events(hub, InboxId("vakt")) if x == "notice.told"])
        left = {x.item.id for x in await hub.store.lines(TEAM) if x.due == clock(12)}
        assert {2} == {len([t for t in await hub.store.history(x) if t.event == "deadline.escalated"]) for x in left}


async def test_she_sees_the_gap_and_the_deadline_before_the_day(tmp_path: Path) -> None:
    folder = planned(tmp_path)
    done = forked.text("check-config", "--config", str(folder / "hub.toml"))
    assert 0 == done.returncode, done.stderr
    told = forked.text(
        *("explain", str(write(tmp_path)), "--at", "2027-03-25 09:00", "--config", str(folder / "hub.toml"))
    )
    assert 0 == told.returncode, told.stderr
    assert "Due        Thursday 25 March 2027 12:00" in told.stdout


def write(folder: Path) -> Path:
    file = folder / "message.xml"
    file.write_bytes(centre.message())
    return file
