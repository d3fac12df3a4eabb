"""What colleagues are asked about items, and what they answer."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from hub.change import Entry, Once
from hub.directory import InboxId, PersonId
from hub.item import Item, ItemId
from hub.record import Opinion
from hub.store import reading, rows, telling
from hub.store.tables import item, once, opinion

_COLUMNS = (
    *(opinion.c.id.label("number"), opinion.c.inbox.label("asked_inbox"), opinion.c.asked_by, opinion.c.question),
    *(opinion.c.asked_at, opinion.c.answer, opinion.c.answered_by, opinion.c.answered_at),
)


def ask(c: Connection, asked: Opinion, told: Sequence[Entry]) -> Opinion:
    """Keep a question; returns it with its number."""
    row = {
        "item_id": asked.item,
        "inbox": asked.inbox,
        "asked_by": asked.asked_by,
        "question": asked.question,
        "asked_at": asked.asked_at,
    }
    number = c.execute(insert(opinion).values(row).returning(opinion.c.id)).scalar_one()
    telling.tell(c, told)
    return _found(c, opinion.c.id == number)[0][0]


def give(c: Connection, number: int, answer: str, told: Sequence[Entry]) -> bool:
    """Keep an answer; false when somebody was first, and then nothing is written."""
    values = {"answer": answer, "answered_by": told[0].who, "answered_at": told[0].at}
    open = (opinion.c.id == number, opinion.c.answered_at.is_(None))
    if not c.execute(update(opinion).where(*open).values(values)).rowcount:
        return False
    telling.tell(c, told)
    return True


def one(c: Connection, number: int) -> tuple[Opinion, Item] | None:
    """A question with its item, or None."""
    return next(iter(_found(c, opinion.c.id == number)), None)


def under(c: Connection, key: Once) -> Opinion | None:
    """What was asked under a key: it was written with the key, as of the same moment."""
    at = select(once.c.at).where(once.c.person == key.person, once.c.key == key.key).scalar_subquery()
    same = (opinion.c.item_id == key.item, opinion.c.asked_by == key.person, opinion.c.asked_at == at)
    return next((asked for asked, _ in _found(c, *same)), None)


def about(c: Connection, id: ItemId) -> list[Opinion]:
    """What was asked about an item, in order."""
    return [asked for asked, _ in _found(c, opinion.c.item_id == id)]


def waiting(c: Connection, inboxes: Collection[InboxId], limit: int, after: int = 0) -> list[tuple[Opinion, Item]]:
    """What some inboxes are asked and have not answered, about what is still open, the oldest first."""
    unanswered = (opinion.c.inbox.in_(inboxes), opinion.c.answered_at.is_(None), opinion.c.id > after)
    return _found(c, *unanswered, reading.IS_OPEN, limit=limit)


def asked(c: Connection, id: ItemId, inboxes: Collection[InboxId]) -> bool:
    """Whether some of these inboxes were asked about an item that is still open."""
    query = select(func.count()).select_from(opinion).join(item, item.c.id == opinion.c.item_id)
    return bool(c.execute(query.where(opinion.c.item_id == id, opinion.c.inbox.in_(inboxes), reading.IS_OPEN)).scalar())


def _found(c: Connection, *wanted: ColumnElement[bool] | Any, limit: int | None = None) -> list[tuple[Opinion, Item]]:
    query = reading.joined(*reading.ITEM, *_COLUMNS).join(opinion, opinion.c.item_id == item.c.id).where(*wanted)
    return [(_opinion(r), rows.item_of(r)) for r in c.execute(query.order_by(opinion.c.id).limit(limit))]


def _opinion(r: Row[Any]) -> Opinion:
    who = PersonId(r.answered_by) if r.answered_by else None
    asked = (ItemId(r.id), InboxId(r.asked_inbox), PersonId(r.asked_by), r.question, r.asked_at)
    return Opinion(r.number, *asked, r.answer, who, r.answered_at)
