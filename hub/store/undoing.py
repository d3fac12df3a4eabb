"""What can be taken back: kept with the act that made it, and its letters held until the time is over."""

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, or_, select

from hub.change import Undoable
from hub.directory import InboxId, PersonId
from hub.item import ItemId
from hub.record import Taken
from hub.store import lane, rows
from hub.store.batch import Writing
from hub.store.tables import item, outbox, undo


def keep(c: Connection, done: Iterable[Writing]) -> None:
    """Keep what it takes to undo these, once their letters lie in the outbox; what is over by now is forgotten."""
    for w in done:
        kept = w.change.undo
        if kept is None:
            continue
        c.execute(delete(undo).where(or_(undo.c.item_id == kept.item.id, undo.c.until <= w.at)))
        written = [o.document.id for o in w.change.outgoing]
        letters = c.execute(select(outbox.c.id).where(outbox.c.msg_id.in_(written))).scalars().all() if written else ()
        lane.add(c, undo, [_row(kept, tuple(letters))])


def found(c: Connection, id: ItemId) -> Taken | None:
    """What was done last to an item, as long as nothing happened to it since; it may be too late all the same."""
    same = (undo.c.item_id == item.c.id, undo.c.version == item.c.version)
    lies = select(undo, item.c.inbox, item.c.due_at).join(item, item.c.id == undo.c.item_id)
    query = lies.where(*same, item.c.id == id)
    row = c.execute(query).one_or_none()
    if row is None:
        return None
    kept = msgspec.json.decode(row.was, type=Undoable)
    letters = msgspec.json.decode(row.letters, type=tuple[int, ...])
    return Taken(kept, row.version, InboxId(row.inbox), letters, row.due_at)


def together(c: Connection, person: PersonId, until: datetime) -> list[tuple[ItemId, int]]:
    """What somebody did at the same moment and can take back until then: the items, and the versions that it made."""
    same = (undo.c.item_id == item.c.id, undo.c.version == item.c.version)
    query = select(undo.c.item_id, undo.c.version).join(item, item.c.id == undo.c.item_id)
    found = c.execute(query.where(*same, undo.c.person == person, undo.c.until == until).order_by(undo.c.item_id))
    return [(ItemId(id), version) for id, version in found]


def take_back(c: Connection, letters: Collection[int]) -> bool:
    """Take letters out of the outbox; false when somebody got one of them, or may have, and then none is missing."""
    unsent = (outbox.c.attempts == 0, outbox.c.confirmed_at.is_(None), outbox.c.sent_at.is_(None))
    return c.execute(delete(outbox).where(outbox.c.id.in_(letters), *unsent)).rowcount == len(letters)


def _row(kept: Undoable, letters: tuple[int, ...]) -> dict[str, object]:
    return {
        "item_id": kept.item.id,
        "version": kept.item.version + 1,
        "person": kept.person,
        "until": kept.until,
        "was": rows.encode(kept),
        "letters": rows.encode(letters),
    }
