"""Editions of one document among what is stored: which come before a message, and which already came after it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from hub import succession
from hub.change import Arrival, Change
from hub.message import MessageId, MessageKey, Status
from hub.store import rows
from hub.store.batch import Writing
from hub.store.tables import deadline, item, message
from hub.succession import Earlier

_Edition = Row[str, str, str, str, str, datetime]


def sort(c: Connection, batch: Sequence[Writing]) -> tuple[list[Writing], list[Writing]]:
    """Decisions that stand by themselves, and changes and cancellations in the order in which they were made.

    An edition whose successor came first is withdrawn at once.
    """
    came = {w.change.arrival.key: w.change.arrival for w in batch if w.change.arrival and w.change.items}
    later = _successors(c, list(came.values())) if came else {}
    alone, successors = [], []
    for w in batch:
        arrival = w.change.arrival
        after = later.get(arrival.key) if arrival else None
        if after is not None:
            key = MessageKey(after.sender, MessageId(after.msg_id))
            change = succession.overtake(w.change, key, Status(after.status), w.at)
            w = replace(w, change=change)
        if arrival and w.change.items and arrival.status is not Status.NEW:
            successors.append((arrival, after is not None, w))
        else:
            alone.append(w)
    successors.sort(key=lambda each: _age(each[0]))
    return alone, [w for _, _, w in successors]


def succeed(c: Connection, writing: Writing) -> tuple[list[Change], Writing]:
    """What becomes of the editions before a change or cancellation, and it itself in their place."""
    arrival = writing.change.arrival
    assert arrival is not None, "only what arrives succeeds something"
    earlier = _items(c, arrival)
    withdrawn = [succession.withdraw(e, arrival.key, arrival.status, writing.at) for e in earlier if e.item.open]
    if all(x.state.value == "withdrawn" for x in writing.change.items):
        return withdrawn, writing
    return withdrawn, replace(writing, change=succession.succeed(writing.change, earlier, writing.at))


def _age(x: Arrival) -> tuple[datetime, bool, str]:
    assert x.generated is not None, "a message was written at some time"
    return x.generated, x.status is Status.CANCELLED, x.key.msg_id


def _successors(c: Connection, came: Sequence[Arrival]) -> dict[MessageKey, _Edition]:
    """For each that has one, the last change or cancellation of it that was written after it."""
    about = or_(
        and_(message.c.document != "", message.c.document.in_({x.document for x in came if x.document})),
        message.c.parent.in_({x.key.msg_id for x in came}),
    )
    wanted = and_(message.c.sender.in_({x.key.sender for x in came}), message.c.status != "new", about)
    found: dict[MessageKey, _Edition] = {}
    for row in c.execute(select(*_EDITION).where(wanted, message.c.verdict == "accepted")):
        for x in came:
            if _succeeds(row, x) and (x.key not in found or _written(found[x.key]) < _written(row)):
                found[x.key] = row
    return found


def _succeeds(row: _Edition, x: Arrival) -> bool:
    if row.sender != x.key.sender or row.msg_id == x.key.msg_id:
        return False
    same = bool(x.document and row.document == x.document) or row.parent == x.key.msg_id
    assert x.generated is not None, "a message was written at some time"
    own = (x.generated, x.status is not Status.NEW, x.status is Status.CANCELLED, x.key.msg_id)
    return same and own < _written(row)


def _written(row: _Edition) -> tuple[datetime, bool, bool, str]:
    return row.generated_at, True, row.status == "cancelled", row.msg_id


def _items(c: Connection, x: Arrival) -> list[Earlier]:
    """The items of the editions before it, with their clocks."""
    refers = {r for r in (x.parent, x.thread) if r}
    about: list[ColumnElement[bool]] = []
    if x.document:
        about.append(message.c.document == x.document)
    if refers:
        about.append(message.c.msg_id == x.parent)
        about.append(and_(message.c.msg_id.in_(refers), message.c.kind == x.kind))
        about.append(and_(message.c.status != "new", message.c.parent.in_(refers)))
    if not about:
        return []
    before = and_(
        message.c.sender == x.key.sender, message.c.msg_id != x.key.msg_id, message.c.generated_at <= x.generated
    )
    together = item.join(message, message.c.id == item.c.message_id).outerjoin(
        deadline, deadline.c.item_id == item.c.id
    )
    columns = (item, message.c.sender, message.c.msg_id, *_CLOCK)
    found = c.execute(select(*columns).select_from(together).where(before, or_(*about)).order_by(item.c.message_id))
    return [Earlier(rows.item_of(r), rows.deadline_of(r) if r.steps is not None else None) for r in found]


_EDITION = (
    *(message.c.sender, message.c.msg_id, message.c.document, message.c.parent),
    *(message.c.status, message.c.generated_at),
)
_CLOCK = (deadline.c.steps, deadline.c.why, deadline.c.step, deadline.c.fires_at)
