"""What came about the same patient, and what came before a message of its kind."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from hub.directory import InboxId
from hub.item import Item, ItemId
from hub.message import Status
from hub.record import Mention
from hub.store import rows
from hub.store.reading import ITEM, joined
from hub.store.tables import alert, item, message, notice

# So many messages before one are looked at, for one that the person may open.
LOOKED_AT = 5


def item_of(c: Connection, id: ItemId) -> Item | None:
    """One item without its message's bytes, or None."""
    row = c.execute(joined(*ITEM).where(item.c.id == id)).one_or_none()
    return rows.item_of(row) if row else None


def known(c: Connection, id: ItemId) -> bool:
    """Whether the patient of an item's message is known by a national number."""
    return bool(c.execute(joined(message.c.patient).where(item.c.id == id)).scalar())


def mentions(
    c: Connection,
    id: ItemId,
    inboxes: Collection[InboxId],
    told: Collection[InboxId],
    before: int | None,
    limit: int,
) -> list[Mention]:
    """The messages about the patient of an item's message, the newest first, from before a number.

    Only those with an item that lies or belongs in one of the inboxes, or that one of `told` was told about, and only
    those items. A message that is a test stands among tests alone.
    """
    row = c.execute(joined(message.c.patient, message.c.test).where(item.c.id == id)).one()
    if not row.patient:
        return []
    seen = _seen(inboxes, told)
    # In the words of the index of patients, or SQLite does not see that it has all of these.
    about = (message.c.patient == row.patient, message.c.patient != "", message.c.test.is_(row.test))
    some = select(item.c.id).where(item.c.message_id == message.c.id, seen).exists()
    wanted = select(message.c.id, message.c.received_at).where(*about, some)
    if before is not None:
        wanted = wanted.where(message.c.id < before)
    found = c.execute(wanted.order_by(message.c.id.desc()).limit(limit)).all()
    items: dict[int, list[Item]] = {}
    for r in c.execute(joined(*ITEM, item.c.message_id).where(item.c.message_id.in_([r.id for r in found]), seen)):
        items.setdefault(r.message_id, []).append(rows.item_of(r))
    return [Mention(r.id, r.received_at, tuple(items[r.id])) for r in found]


def before(c: Connection, id: ItemId) -> list[Item]:
    """Items of the messages that one follows, the nearest first: earlier editions of its document, then those of its
    kind about the same patient from the same service. What was taken back is none of them.
    """
    columns = (message.c.id, message.c.patient, message.c.kind, message.c.sender, message.c.service)
    m = c.execute(joined(*columns, message.c.document, message.c.test).where(item.c.id == id)).one()
    same = (message.c.sender == m.sender, message.c.test.is_(m.test), message.c.id < m.id)
    stands = message.c.status != Status.CANCELLED.value
    ways: list[Select[tuple[int]]] = []
    if m.document:
        document = (message.c.document == m.document, message.c.document != "")
        ways.append(select(message.c.id).where(*same, *document, stands))
    if m.patient:
        about = (message.c.patient == m.patient, message.c.patient != "")
        alike = (message.c.kind == m.kind, message.c.service == m.service)
        ways.append(select(message.c.id).where(*same, *about, *alike, stands))
    found = [n for way in ways for n in c.execute(way.order_by(message.c.id.desc()).limit(LOOKED_AT)).scalars()]
    numbers = list(dict.fromkeys(found))
    query = joined(*ITEM, item.c.message_id).where(item.c.message_id.in_(numbers))
    items = [(numbers.index(r.message_id), rows.item_of(r)) for r in c.execute(query)]
    return [x for _, x in sorted(items, key=lambda each: (each[0], each[1].id))]


def _seen(inboxes: Collection[InboxId], told: Collection[InboxId]) -> ColumnElement[bool]:
    heard = select(notice.c.item_id).where(notice.c.inbox.in_(told))
    warned = select(alert.c.item_id).where(alert.c.inbox.in_(told))
    lies = or_(item.c.inbox.in_(inboxes), item.c.home.in_(inboxes))
    return or_(lies, item.c.id.in_(heard.union(warned)))
