"""What an item's page says of who reads it: it tells that it is open, and shows who else has it open."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request, Response

from hub import opening
from hub.directory import Person
from hub.errors import Unavailable
from hub.item import ItemId
from hub.service import Hub
from hub.web import language, reading, wording
from hub.web.access import TheHub, Who
from hub.web.language import N_, Language
from hub.web.pages import page

router = APIRouter()

# What is said of whoever has the item open.
WRITES, READS = N_("%(who)s is writing an answer"), N_("Read now by %(who)s")

Flag = Annotated[bool, Form()]


@router.get("/items/{id}/reading")
async def shown(request: Request, id: str, who: Who, hub: TheHub) -> Response:
    """Who else has an item open, as its page shows it."""
    await opening.item(hub.store, ItemId(id), who, hub.clock.now())
    return await _fragment(request, ItemId(id), who, hub)


@router.post("/items/{id}/reading")
async def said(request: Request, id: str, who: Who, hub: TheHub, writing: Flag = False, left: Flag = False) -> Response:
    """The page of an item is open, and somebody writes there or not; or it was `left`."""
    if left:
        # Whoever has handed it on may open it no more, and has left all the same.
        await reading.end(request, ItemId(id), who)
        return Response(status_code=204)
    item = await opening.item(hub.store, ItemId(id), who, hub.clock.now())
    await reading.begin(request, item, who, writing)
    return await _fragment(request, item.id, who, hub)


def opened(request: Request, background: BackgroundTasks, id: ItemId, who: Person) -> None:
    """A person has opened the page of an item: without scripts they are taken to read it for a minute from now."""
    # What an open page fetches by itself tells nothing of anybody.
    if request.headers.get("sec-fetch-dest", "document") == "document":
        background.add_task(_noted, request, id, who)


async def words(hub: Hub, id: ItemId, who: Person, told: Language) -> Sequence[str]:
    """Who else has an item open, a sentence for each; whoever writes comes first. Raises Unavailable."""
    found = await reading.readers(hub, (id,))
    others = [x for x in found.get(id, ()) if x.person != who.id]
    ordered = sorted(others, key=lambda x: not x.writing)
    return [told.gettext(WRITES if x.writing else READS, who=wording.name(hub.directory, x.person)) for x in ordered]


async def _noted(request: Request, id: ItemId, who: Person) -> None:
    # Who reads is of use to others, and never a reason to fail.
    hub: Hub = request.app.state.hub
    with suppress(Unavailable):
        await reading.begin(request, await opening.item(hub.store, id, who, hub.clock.now()), who, None)


async def _fragment(request: Request, id: ItemId, who: Person, hub: Hub) -> Response:
    values = {"readers": await words(hub, id, who, language.of(request))}
    return page.show(request, "readers.html", values, who)
