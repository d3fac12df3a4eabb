"""Who covers, for those who plan it: the working days ahead on which nobody does."""

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from hub import presence, pressure
from hub.errors import NotAllowed
from hub.presence import Gap
from hub.web.access import TheHub, Who
from hub.web.api import Shape
from hub.workload import Pressing

router = APIRouter(prefix="/v1")

MINUTE = timedelta(minutes=1)


class GapOut(Shape):
    """A working day on which nobody acts on what comes to an inbox; `since` is null when it is all of the day."""

    day: date
    since: str | None
    practice: str
    inbox: str
    what: str
    path: list[str]


@router.get("/cover")
async def cover(who: Who, hub: TheHub, days: Annotated[int, Query(ge=1, le=366)] = 14) -> list[GapOut]:
    """Gaps in cover at the practices of which the caller is coordinator or manager, from today on."""
    practices = hub.directory.planned(who)
    if not practices:
        raise NotAllowed(f"{who.id} is neither coordinator nor manager")
    return [_gap(gap) for gap in presence.coming(hub.directory, hub.clock.now(), days, practices)]


class PressingOut(Shape):
    """An inbox in which more is due `until` then than can be done: each item takes one person so many minutes.

    Each of those who are there has `minutes_left` for it, beside what they do in other inboxes. `known` is whether that
    is what people took of late; else it is assumed.
    """

    inbox: str
    due: int
    until: datetime
    people: int
    minutes_each: float
    minutes_needed: float
    minutes_left: float
    known: bool


@router.get("/load")
async def load(who: Who, hub: TheHub) -> list[PressingOut]:
    """Where more is due soon than those who are here can do, at the practices of which the caller is coordinator."""
    practices = hub.directory.planned(who)
    if not practices:
        raise NotAllowed(f"{who.id} is neither coordinator nor manager")
    return [_pressing(x) for x in await pressure.found(hub.store, hub.directory, hub.clock.now(), practices)]


def _pressing(x: Pressing) -> PressingOut:
    return PressingOut(
        inbox=x.inbox,
        due=x.due,
        until=x.until,
        people=x.people,
        minutes_each=x.each / MINUTE,
        minutes_needed=x.needed / MINUTE,
        minutes_left=x.left / MINUTE,
        known=x.known,
    )


def _gap(gap: Gap) -> GapOut:
    since = f"{gap.since:%H:%M}" if gap.since else None
    return GapOut(day=gap.day, since=since, practice=gap.practice, inbox=gap.inbox, what=gap.words, path=list(gap.path))
