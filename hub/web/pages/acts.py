"""What a person does about an item with one press of a button: take back what was just done, or mark it as read."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from hub import consulting
from hub.desk import Act
from hub.directory import InboxId
from hub.errors import BadRequest, IllegalMove, NotAllowed, Stale
from hub.item import Action, Item, ItemId, Outcome
from hub.service import Hub
from hub.web.access import TheHub, Visitor, Who
from hub.web.pages import item as items
from hub.web.pages import onward, page, signing
from hub.web.pages.item import Typed

router = APIRouter()

Version = Annotated[int, Form(ge=1, le=2**31)]


@router.post("/items/{id}/undo")
async def undo(request: Request, id: str, version: Version, who: Who, hub: TheHub) -> Response:
    """Take back what the person just did; the item's page has what they had written again."""
    wrote = await _written(hub, ItemId(id))
    try:
        await hub.undo(ItemId(id), version, who, hub.clock.now())
    except (Stale, BadRequest) as error:
        return await items.refused(request, ItemId(id), who, hub, Typed(), error)
    if not (wrote.text or wrote.note):
        return RedirectResponse(f"/items/{id}?done=undone", 303)
    said = "unsent" if wrote.action is Action.ANSWER else "undone"
    return await items.show(request, who, hub, await hub.open(ItemId(id), who), wrote, done=said)


@router.post("/items/{id}/read")
async def read(
    request: Request, id: str, version: Version, who: Who, hub: TheHub, list: Annotated[str, Form()] = ""
) -> Response:
    """The person has read what is only to be read; back to the list."""
    act = Act(Action.CLOSE, outcome=Outcome.READ, undo=request.app.state.undo)
    try:
        done = await hub.act(ItemId(id), act, version, who, hub.clock.now())
    except (Stale, IllegalMove, BadRequest) as error:
        return await items.refused(request, ItemId(id), who, hub, Typed(), error)
    place = await items.placed(await page.places(hub, who), done, hub)
    return RedirectResponse(await onward.path(hub, act.action, done, Typed(list=list), place, who), 303)


@router.post("/items/{id}/opinions")
async def ask(
    request: Request,
    id: str,
    who: Visitor,
    hub: TheHub,
    to: Annotated[str, Form(max_length=64)] = "",
    text: Annotated[str, Form()] = "",
) -> Response:
    """Ask a colleague about the message; it stays where it is. Without a session the sign-in keeps what was typed."""
    question = text.replace("\r\n", "\n")
    if who is None:
        return signing.form(request, f"/items/{id}", kept=asdict(Typed("opinion", text=question, to=to)))
    try:
        await consulting.ask(hub, ItemId(id), InboxId(to), question, who, hub.clock.now())
    except (BadRequest, NotAllowed) as error:
        return await items.refused(request, ItemId(id), who, hub, Typed("opinion", text=question, to=to), error)
    return RedirectResponse(f"/items/{id}?done=asked", 303)


@router.post("/items/{id}/opinions/{number}")
async def give(
    request: Request,
    id: str,
    number: Annotated[int, Path(ge=1, le=2**62)],
    who: Visitor,
    hub: TheHub,
    text: Annotated[str, Form()] = "",
) -> Response:
    """Say what the person thinks; back to their inbox. Without a session the sign-in keeps what was typed."""
    answer = text.replace("\r\n", "\n")
    if who is None:
        return signing.form(request, f"/items/{id}", kept=asdict(Typed("opinion", text=answer)))
    try:
        given = await consulting.give(hub, number, answer, who, hub.clock.now())
    except (BadRequest, NotAllowed) as error:
        return await items.refused(request, ItemId(id), who, hub, Typed("opinion", text=answer), error)
    return RedirectResponse(page.told(page.inbox_path(given.inbox), "given"), 303)


async def _written(hub: Hub, id: ItemId) -> Typed:
    """What was written with what an item was ended by, to be mended and sent again."""
    stored = await hub.store.stored(id)
    return _typed(stored.item) if stored else Typed()


def _typed(item: Item) -> Typed:
    match item.state.value:
        case "answered":
            return Typed(Action.ANSWER, text=item.note)
        case "returned":
            return Typed(Action.RETURN, text=item.note)
        case "closed":
            return Typed(Action.CLOSE, note=item.note)
        case _:
            return Typed()
