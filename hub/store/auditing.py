"""What an auditor asks: a few ends of indexes every few seconds, and every minute all that is open."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, literal, select, text, tuple_, update

from hub.change import Entry
from hub.directory import InboxId
from hub.item import OPEN, ItemId
from hub.record import Audited
from hub.store import lane, reading, rows, writing
from hub.store.batch import Committed, Writing, Written
from hub.store.receipts import WITHIN
from hub.store.tables import Moment, deadline, item, journal, message, notice, outbox

# In the very words of the indexes.
_UNEXPECTED = text("kind IN ('answer', 'forward') AND receipt IS NULL AND receipt_due IS NULL")
_LIVE = (text("fires_at IS NOT NULL"), text("basis <> ''"))
# What goes by the broker, has not gone, and will not be tried; of what is parked somebody was told.
_STRANDED = (
    *(outbox.c.confirmed_at.is_(None), outbox.c.label.is_not(None), outbox.c.sent_at.is_(None)),
    *(outbox.c.next_attempt_at.is_(None), outbox.c.parked_at.is_(None)),
)
# Both due times: the one of the list, and the clock's.
_COLUMNS = (
    *(column for column in item.c if column.name != "due_at"),
    *(message.c.sender, message.c.msg_id),
    *(item.c.due_at.label("listed"), deadline.c.due_at, *reading.CLOCK),
)

Place = tuple[datetime, ItemId]
# What is told of something that was mended; it gets the document's MsgId and the item that it was sent from.
Telling = Callable[[str, ItemId | None], Entry]


def overdue(c: Connection, before: datetime, limit: int) -> int:
    """How many clocks should have taken a step before then, at most so many."""
    # One by one: each is an end of the index.
    clocks = (select(deadline.c.item_id).where(deadline.c.urgent.is_(x), deadline.c.fires_at < before) for x in _BOTH)
    receipts = select(outbox.c.id).where(outbox.c.receipt.is_(None), outbox.c.receipt_due < before)
    return min(limit, sum(_count(c, query, limit) for query in (*clocks, receipts)))


def untried(c: Connection, before: datetime, limit: int) -> int:
    """How many documents should have been tried before then, at most so many."""
    return _count(c, select(outbox.c.id).where(outbox.c.next_attempt_at < before), limit)


def opened(c: Connection, inbox: InboxId, after: Place | None, limit: int) -> tuple[list[Audited], Place | None]:
    """Open items of an inbox after a place in its list, and the place of the last one, None when it was the last."""
    place = tuple_(item.c.due_at, item.c.id)
    query = reading.joined(*_COLUMNS).where(item.c.inbox == inbox, reading.IS_OPEN, item.c.due_at.is_not(None))
    if after is not None:
        query = query.where(place > tuple_(literal(after[0], Moment), literal(after[1])))
    found = c.execute(query.order_by(item.c.due_at, item.c.id).limit(limit)).all()
    return _audited(c, found), (found[-1].listed, ItemId(found[-1].id)) if len(found) == limit else None


def undated(c: Connection, limit: int) -> list[ItemId]:
    """Open items that stand at no place of any list."""
    found = c.execute(select(item.c.id).where(reading.IS_OPEN, item.c.due_at.is_(None)).limit(limit))
    return [ItemId(id) for id in found.scalars()]


def running(c: Connection, limit: int) -> list[ItemId]:
    """Items that have ended, and whose clock runs or would be set anew; of the others only open ones are looked at."""
    ended = item.c.state.not_in(_OPEN)
    both = deadline.join(item, item.c.id == deadline.c.item_id)
    asked = [select(deadline.c.item_id).select_from(both).where(live, ended).limit(limit) for live in _LIVE]
    return list(dict.fromkeys(ItemId(id) for query in asked for id in c.execute(query).scalars()))


def one(c: Connection, id: ItemId) -> Audited:
    """An item as it is now, with what happened to it and the steps that were told of the editions before it."""
    (seen,) = _audited(c, c.execute(reading.joined(*_COLUMNS).where(item.c.id == id)).all())
    events, older = _history(c, id)
    earlier = set[int]()
    while older:
        last = older.pop()
        earlier |= {step for _, step in _told(c, [last])[last]}
        older += _history(c, last)[1]
    return Audited(seen.item, seen.deadline, seen.told, seen.listed, events, frozenset(earlier))


def attach(c: Connection, w: Writing) -> Written:
    """Write a decision about an item, and its clock where it had none."""
    (written,) = writing.write(c, [w])
    if written == Committed():
        lane.add(c, deadline, [rows.deadline_row(d) for d in w.change.deadlines], ignore=True)
    return written


def expect(c: Connection, tell: Telling, limit: int) -> int:
    """Wait from now on for the acknowledgements of what people sent and nobody waits for; returns how many."""
    mine = select(outbox.c.id).where(_UNEXPECTED).limit(limit)
    values = {"receipt_due": outbox.c.created_at}
    done = c.execute(update(outbox).where(outbox.c.id.in_(mine), _UNEXPECTED).values(values).returning(*_DONE)).all()
    for row in done:
        c.execute(update(outbox).where(outbox.c.id == row.id).values(receipt_due=row.created_at + WITHIN))
    return _tell(c, done, tell)


def send(c: Connection, tell: Telling, now: datetime, limit: int) -> int:
    """Have documents tried that nobody would ever try again; returns how many."""
    mine = select(outbox.c.id).where(*_STRANDED).limit(limit)
    tried = update(outbox).where(outbox.c.id.in_(mine), *_STRANDED).values(next_attempt_at=now)
    return _tell(c, c.execute(tried.returning(*_DONE)).all(), tell)


def amiss(c: Connection, limit: int) -> tuple[int, int]:
    """How many documents there are of the one sort and of the other, at most so many."""
    sorts = (select(outbox.c.id).where(_UNEXPECTED), select(outbox.c.id).where(*_STRANDED))
    unexpected, stranded = (_count(c, query, limit) for query in sorts)
    return unexpected, stranded


_OPEN = sorted(state.value for state in OPEN)
_BOTH = (True, False)
_DONE = (outbox.c.id, outbox.c.created_at, outbox.c.msg_id, outbox.c.item_id)


def _count(c: Connection, query: Select[Any], limit: int) -> int:
    return c.execute(select(func.count()).select_from(query.limit(limit).subquery())).scalar_one()


def _audited(c: Connection, found: Sequence[Row[Any]]) -> list[Audited]:
    told = _told(c, [ItemId(r.id) for r in found])
    clocks = (None if r.steps is None else rows.deadline_of(r) for r in found)
    return [
        Audited(rows.item_of(r), d, frozenset(told[ItemId(r.id)]), r.listed) for r, d in zip(found, clocks, strict=True)
    ]


def _told(c: Connection, ids: Collection[ItemId]) -> dict[ItemId, set[tuple[int, int]]]:
    """The steps that inboxes were told of, each with its round."""
    told: dict[ItemId, set[tuple[int, int]]] = defaultdict(set)
    if ids:
        asked = select(notice.c.item_id, notice.c.round, notice.c.step).where(lane.among(c, notice.c.item_id, ids))
        for id, round, step in c.execute(asked):
            told[ItemId(id)].add((round, step))
    return told


def _history(c: Connection, id: ItemId) -> tuple[tuple[str, ...], list[ItemId]]:
    """What happened to an item, and the ones of earlier editions whose place it took."""
    lines = select(journal.c.event, journal.c.detail).where(journal.c.item_id == id).order_by(journal.c.id)
    found = c.execute(lines).all()
    older = [ItemId(json.loads(r.detail)["earlier"]) for r in found if r.event == "item.replaces"]
    return tuple(r.event for r in found), older


def _tell(c: Connection, done: Sequence[Row[Any]], tell: Telling) -> int:
    entries = [tell(r.msg_id, ItemId(r.item_id) if r.item_id else None) for r in done]
    lane.add(c, journal, [rows.entry_row(entry) for entry in entries])
    return len(done)
