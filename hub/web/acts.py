"""The API's acts beside those on the item itself: to take back, to have an answer ready, to ask a colleague."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from hub import consulting
from hub.directory import InboxId
from hub.item import ItemId
from hub.opinion import LONGEST
from hub.record import Opinion
from hub.web import cursor, ready
from hub.web.access import TheHub, Who
from hub.web.api import Limit, OpenedOut, Shape, Version, Wanted, shown
from hub.web.once import Calling, Once

router = APIRouter(prefix="/v1")


class TemplateOut(Shape):
    """An answer that the inbox has ready; what is not known of the message stands as … in it."""

    name: str
    text: str


@router.get("/items/{id}/templates")
async def templates(id: str, who: Who, hub: TheHub) -> list[TemplateOut]:
    """The answers that the item's inbox has ready, filled in for its message and the caller."""
    found = ready.answers(hub, await hub.open(ItemId(id), who), who)
    return [TemplateOut(name=x.name, text=x.text) for x in found]


class AskedIn(Wanted):
    """Which inbox of the practice is asked for an opinion, and what."""

    to: Annotated[str, Field(min_length=1, max_length=64)]
    question: Annotated[str, Field(min_length=1, max_length=LONGEST)]


class OpinionIn(Wanted):
    """What a colleague thinks."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]


class OpinionOut(Shape):
    """What an inbox was asked about an item, and what somebody there answered; null while nobody has."""

    id: int
    item: str
    inbox: str
    asked_by: str
    question: str
    asked_at: datetime
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


@router.post("/items/{id}/opinions", status_code=201)
async def ask(id: str, body: AskedIn, call: Once) -> OpinionOut:
    """Ask another inbox of the practice about an item; it stays where it is, with its clock and whoever has it."""
    call, hub = call.about(ItemId(id)), call.hub
    made: list[Opinion] = []

    async def ask() -> None:
        question = (ItemId(id), InboxId(body.to), body.question, call.who)
        made.append(await consulting.ask(hub, *question, hub.clock.now(), call.once))

    await call.done(ask)
    if call.once and not made:
        made.append(await consulting.asked(hub, call.once, call.who))
    return _opinion(made[0])


@router.get("/items/{id}/opinions")
async def about(id: str, who: Who, hub: TheHub) -> list[OpinionOut]:
    """What colleagues were asked about an item, and what they answered, in order."""
    return [_opinion(x) for x in await consulting.about(hub, ItemId(id), who)]


@router.post("/opinions/{id}/answer")
async def give(id: Annotated[int, Path(ge=1, le=2**62)], body: OpinionIn, call: Once) -> OpinionOut:
    """Answer what an inbox of the caller's was asked; 400 when a colleague has, or the item is ended."""
    await call.done(lambda: consulting.give(call.hub, id, body.text, call.who, call.hub.clock.now(), call.once))
    return _opinion(await consulting.one(call.hub, id, call.who))


@router.get("/inboxes/{inbox}/opinions")
async def waiting(
    request: Request,
    response: Response,
    inbox: str,
    who: Who,
    hub: TheHub,
    after: cursor.Number = None,
    limit: Limit = 100,
) -> list[OpinionOut]:
    """What an inbox is asked and nobody has answered, about what is still open, the oldest first.

    `Link` says where it goes on.
    """
    found = await consulting.waiting(hub, [hub.inbox(InboxId(inbox), who).id], after, limit)
    cursor.linked(request, response, [x.number for x, _ in found], limit)
    return [_opinion(x) for x, _ in found]


def _opinion(x: Opinion) -> OpinionOut:
    return OpinionOut(
        id=x.number,
        item=x.item,
        inbox=x.inbox,
        asked_by=x.asked_by,
        question=x.question,
        asked_at=x.asked_at,
        answer=x.answer,
        answered_by=x.answered_by,
        answered_at=x.answered_at,
    )


class UndoIn(Wanted):
    """The version that the act has made, unless If-Match tells it."""

    version: Version = None


_UNSAID = UndoIn()


@router.post("/items/{id}/undo")
async def undo(id: str, call: Calling, body: UndoIn = _UNSAID) -> OpenedOut:
    """Take back what the caller just did, where that asked for `undo_seconds` and they are not over; once."""
    call = call.about(ItemId(id))

    async def undoing(version: int) -> None:
        await call.hub.undo(ItemId(id), version, call.who, call.hub.clock.now(), call.once)

    await call.at_version(body.version, undoing)
    return await shown(ItemId(id), call)
