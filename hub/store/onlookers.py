"""Who has an item open or writes an answer to it: rows that hold only as long as somebody says so again."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from hub.directory import InboxId, PersonId
from hub.item import Item, ItemId
from hub.record import Read, Reading
from hub.store import lane
from hub.store.side import Side
from hub.store.tables import item, reader


class Onlookers:
    """The store's questions about who reads what. Each raises Unavailable; `since` is when whoever stays was seen."""

    def __init__(self, readers: Side, sharer: Side) -> None:
        self._readers, self._sharer = readers, sharer

    async def seen(self, x: Item, person: PersonId, writing: bool | None, now: datetime, since: datetime) -> bool:
        """Somebody has an item open, and writes or not (None: as before); true when that is news to others."""
        return await self._sharer.run(seen, x.id, x.inbox, person, writing, now, since)

    async def left(self, id: ItemId, person: PersonId) -> bool:
        """Somebody has closed an item; false when nobody knew that they had it open."""
        return await self._sharer.run(left, id, person)

    async def readers(self, items: Collection[ItemId], since: datetime) -> Mapping[ItemId, tuple[Reading, ...]]:
        """Who has each of some items open, whoever came first before the others; items that nobody reads are left out.

        It says nothing of who may know it: ask for items that the caller may open.
        """
        return await self._readers.run(readers, items, since)

    async def now(self, since: datetime) -> Mapping[ItemId, Read]:
        """Every item that somebody has open."""
        return await self._readers.run(current, since)


def seen(
    c: Connection, id: ItemId, inbox: InboxId, person: PersonId, writing: bool | None, now: datetime, since: datetime
) -> bool:
    """Somebody has an item open; whoever was not seen since then is forgotten."""
    c.execute(delete(reader).where(reader.c.seen_at <= since))
    own = (reader.c.item_id == id, reader.c.person == person)
    was: bool | None = c.execute(select(reader.c.writing).where(*own)).scalar()
    does = bool(was) if writing is None else writing
    if was is None:
        values = {"inbox": inbox, "writing": does, "since": now, "seen_at": now}
        # Two calls of the same person at once: the first one's row stands for both.
        lane.add(c, reader, [{"item_id": id, "person": person, **values}], ignore=True)
    else:
        c.execute(update(reader).where(*own).values(inbox=inbox, writing=does, seen_at=now))
    return was is not does


def left(c: Connection, id: ItemId, person: PersonId) -> bool:
    """Somebody has closed an item."""
    return bool(c.execute(delete(reader).where(reader.c.item_id == id, reader.c.person == person)).rowcount)


def readers(c: Connection, items: Collection[ItemId], since: datetime) -> dict[ItemId, tuple[Reading, ...]]:
    """Who has each of some items open."""
    wanted = (reader.c.item_id.in_(items), reader.c.seen_at > since)
    query = select(reader.c.item_id, reader.c.person, reader.c.writing, reader.c.since).where(*wanted)
    found: dict[ItemId, tuple[Reading, ...]] = {}
    for id, person, writing, begun in c.execute(query.order_by(reader.c.since, reader.c.person)):
        found[ItemId(id)] = (*found.get(ItemId(id), ()), Reading(PersonId(person), writing, begun))
    return found


def current(c: Connection, since: datetime) -> dict[ItemId, Read]:
    """Every item that somebody has open, for the inboxes where it lies and to which it belongs."""
    fresh = reader.c.seen_at > since
    ids = select(reader.c.item_id).where(fresh)
    places = {
        r.id: (r.inbox, r.home)
        for r in c.execute(select(item.c.id, item.c.inbox, item.c.home).where(item.c.id.in_(ids)))
    }
    return {
        id: Read(InboxId(places[id][0]), frozenset(InboxId(x) for x in places[id] if x), found)
        for id, found in readers(c, list(places), since).items()
    }
