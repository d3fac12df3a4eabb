"""The board of those who plan, for their clients: how all teams stand, and items moved from one to another."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import Field, model_validator

from hub import rebalancing
from hub.board import Board, Cell, Kind, Load, Team
from hub.directory import Directory, InboxId, PersonId
from hub.rebalancing import MOST
from hub.tally import Urgent
from hub.web.access import TheHub, Who
from hub.web.api import Shape, Wanted
from hub.web.several import DoneOut, WishIn

router = APIRouter(prefix="/v1")


class TeamOut(Shape):
    """How an inbox stands; `person` is whose own it is.

    `new` is what nobody has taken, `risk` what is due within 60 working minutes, `waiting` what waits for its sender.
    `pressing` says that more is due within the hour than those who are here can do, and `pile` that the unplaced lies
    here. `here` are those at work now, `today` those who come later today.
    """

    inbox: str
    name: str
    kind: str
    person: str | None
    open: int
    new: int
    late: int
    risk: int
    waiting: int
    due_at: datetime | None
    pressing: bool
    pile: bool
    here: list[str]
    today: list[str]


class LoadOut(Shape):
    """What a person has taken, and what is new in their own inbox; `here` is whether they are at work now.

    `since` is when they come later today, and `until` when they go.
    """

    person: str
    name: str
    items: int
    late: int
    today: int
    here: bool
    since: str | None
    until: str | None


class UrgentOut(Shape):
    """An item that needs a hand; `patient` and `subject` are empty where the caller may not open it (`opens`)."""

    id: str
    version: int
    inbox: str
    state: str
    owner: str | None
    kind: str
    sender: str
    patient: str
    subject: str
    due_at: datetime | None
    urgent: bool
    opens: bool


class DayOut(Shape):
    """How a day is covered: how many of a team are at work, a person's hours, who stands in, since when nobody is."""

    day: date
    cover: Kind
    people: int
    hours: list[str]
    by: str | None
    since: str | None


class CoverOut(Shape):
    """The days ahead of a team (`inbox`) or of a person."""

    inbox: str | None
    person: str | None
    days: list[DayOut]


class BoardOut(Shape):
    """All teams of the practices that the caller plans for; `urgent` is what needs a hand, the first due first."""

    urgent: list[UrgentOut]
    teams: list[TeamOut]
    people: list[LoadOut]
    cover: list[CoverOut]


class MoveIn(Wanted):
    """Which items are moved: to an inbox, or to a person, in whose own inbox they lie then or who has taken them."""

    items: Annotated[list[WishIn], Field(min_length=1, max_length=MOST)]
    to: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    person: Annotated[str | None, Field(min_length=1, max_length=64)] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.to is None) == (self.person is None):
            raise ValueError("give either to or person")
        return self


@router.get("/board")
async def board(who: Who, hub: TheHub) -> BoardOut:
    """How all teams stand at the practices of which the caller is coordinator or manager, with 14 days of cover."""
    found = await rebalancing.seen(hub, who, hub.clock.now())
    return _board(found.board, found.urgent, hub.directory)


@router.post("/items/move")
async def move(body: MoveIn, who: Who, hub: TheHub) -> DoneOut:
    """Move items to a team or a person of their practice, each by itself, also what somebody has taken.

    Their clocks run on. Only coordinators and managers may; 403 for others.
    """
    wishes = [x.wish() for x in body.items]
    to = PersonId(body.person) if body.person else InboxId(body.to or "")
    found = await rebalancing.move(hub, wishes, to, body.person is not None, who, hub.clock.now())
    return DoneOut.of("moved", found)


def _board(x: Board, urgent: Sequence[Urgent], directory: Directory) -> BoardOut:
    return BoardOut(
        urgent=[_urgent(u) for u in urgent],
        teams=[_team(team, directory) for team in x.teams],
        people=[_load(load, directory) for load in x.people],
        cover=[CoverOut(inbox=c.inbox, person=c.person, days=[_day(cell) for cell in c.cells]) for c in x.cover],
    )


def _urgent(x: Urgent) -> UrgentOut:
    item = x.line.item
    return UrgentOut(
        id=item.id,
        version=item.version,
        inbox=item.inbox,
        state=item.state.value,
        owner=item.owner,
        kind=item.headline.kind,
        sender=item.headline.sender,
        patient=item.headline.patient if x.seen else "",
        subject=item.headline.subject if x.seen else "",
        due_at=x.line.due,
        urgent=x.line.urgent,
        opens=x.seen,
    )


def _team(x: Team, directory: Directory) -> TeamOut:
    inbox = directory.inboxes[x.inbox]
    return TeamOut(
        inbox=inbox.id,
        name=inbox.name,
        kind=inbox.kind.value,
        person=inbox.owner,
        open=x.open,
        new=x.new,
        late=x.late,
        risk=x.risk,
        waiting=x.waiting,
        due_at=x.due,
        pressing=x.pressing,
        pile=x.pile,
        here=list(x.here),
        today=list(x.today),
    )


def _load(x: Load, directory: Directory) -> LoadOut:
    return LoadOut(
        person=x.person,
        name=directory.people[x.person].name,
        items=x.items,
        late=x.late,
        today=x.today,
        here=x.here,
        since=_clock(x.since),
        until=_clock(x.until),
    )


def _day(x: Cell) -> DayOut:
    hours = [f"{begins:%H:%M}-{ends:%H:%M}" for begins, ends in x.hours]
    return DayOut(day=x.day, cover=x.kind, people=x.people, hours=hours, by=x.by, since=_clock(x.since))


def _clock(at: time | None) -> str | None:
    return f"{at:%H:%M}" if at else None
