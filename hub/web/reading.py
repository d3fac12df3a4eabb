"""Who has an item open just now: told by the pages and the API, and told to others as it changes."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.sse import format_sse_event
from pydantic import BaseModel, ConfigDict, StrictBool

from hub import opening
from hub.directory import InboxId, Person
from hub.item import Item, ItemId
from hub.record import Read, Reading
from hub.service import Hub
from hub.web.access import TheHub, Who

router = APIRouter(prefix="/v1")

# Whoever was not seen for so many real seconds has left; pages say it three times as often.
STAY_SECONDS = 60.0

EVENT = "item.reading"


class ReaderOut(BaseModel):
    """Somebody has the item open since then; `writing` when they write an answer."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    person: str
    writing: bool
    since: datetime


class ReadingIn(BaseModel):
    """What the caller does with the item that they have open."""

    model_config = ConfigDict(extra="forbid")

    writing: StrictBool = False


class Readings:
    """What the streams of this process know of who reads what: looked at as a whole, and told where it differs."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._known: Mapping[ItemId, Read] = {}

    async def changes(self) -> list[tuple[frozenset[InboxId], bytes]]:
        """What is otherwise than it was, each with the inboxes that hear of it. Raises Unavailable."""
        was, self._known = self._known, await self._hub.store.onlookers.now(_since(self._hub))
        now = self._known
        ended = {id: Read(x.inbox, x.inboxes, ()) for id, x in was.items() if id not in now}
        begun = {id: x for id, x in now.items() if id not in was or was[id] != x}
        return [(x.inboxes, self._line(id, x)) for id, x in (ended | begun).items()]

    async def told(self, inboxes: Collection[InboxId]) -> bytes:
        """What somebody who begins to follow some inboxes is told of them. Raises Unavailable."""
        found = await self._hub.store.onlookers.now(_since(self._hub))
        return b"".join(self._line(id, x) for id, x in found.items() if not x.inboxes.isdisjoint(inboxes))

    def _line(self, id: ItemId, x: Read) -> bytes:
        """An event without a number: it is of the moment, and nobody who comes back misses it."""
        readers = [{"person": r.person, "writing": r.writing} for r in x.readers]
        data = {"at": self._hub.clock.now().isoformat(), "inbox": x.inbox, "item": id, "readers": readers}
        return format_sse_event(event=EVENT, data_str=json.dumps(data, ensure_ascii=False))


async def readers(hub: Hub, items: Collection[ItemId]) -> Mapping[ItemId, tuple[Reading, ...]]:
    """Who has each of some items open; ask only for those that the caller may open. Raises Unavailable."""
    return await hub.store.onlookers.readers(items, _since(hub)) if items else {}


async def of(hub: Hub, id: ItemId) -> list[ReaderOut]:
    """Who has an item open, as the API shows it. Raises Unavailable."""
    found = await readers(hub, (id,))
    return [ReaderOut.model_validate(x) for x in found.get(id, ())]


async def begin(request: Request, item: Item, who: Person, writing: bool | None) -> None:
    """A person has an item open; others hear of it at once when that is news. Raises Unavailable."""
    hub: Hub = request.app.state.hub
    if await hub.store.onlookers.seen(item, who.id, writing, hub.clock.now(), _since(hub)):
        await request.app.state.feed.look_around()


async def end(request: Request, id: ItemId, who: Person) -> None:
    """A person has closed an item. Raises Unavailable."""
    hub: Hub = request.app.state.hub
    if await hub.store.onlookers.left(id, who.id):
        await request.app.state.feed.look_around()


@router.put("/items/{id}/reading")
async def put(request: Request, id: str, body: ReadingIn, who: Who, hub: TheHub) -> list[ReaderOut]:
    """The caller has the item open, or writes an answer; say it every 20 seconds. Returns all who do."""
    await begin(request, await opening.item(hub.store, ItemId(id), who, hub.clock.now()), who, body.writing)
    return await of(hub, ItemId(id))


@router.delete("/items/{id}/reading", status_code=204)
async def delete(request: Request, id: str, who: Who, hub: TheHub) -> None:
    """The caller has closed the item; without it they are taken to have left after a minute."""
    await opening.item(hub.store, ItemId(id), who, hub.clock.now())
    await end(request, ItemId(id), who)


def _since(hub: Hub) -> datetime:
    """When whoever is still here was seen: real people read, also by a rehearsal's clock."""
    return hub.clock.after(-STAY_SECONDS)
