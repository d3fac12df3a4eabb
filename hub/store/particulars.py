"""What a list's line leaves out: the patient's number, and when an item came, was changed, was begun and ended."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, func, literal, or_, select, text, tuple_

from hub.directory import InboxId
from hub.item import OPEN, ItemId, State
from hub.record import Line, Listed, Particulars
from hub.store.listing import COLUMNS, Place, line
from hub.store.reading import joined
from hub.store.tables import Moment, item, journal, message

_OPEN = sorted(s.value for s in OPEN)
# What is told of an item without changing it has other names.
_CHANGES = ("item.%", "deadline.%", "message.%")
# In the very words of the index of patients, or SQLite does not see that it has all of these.
_KNOWN = text("message.patient <> ''")
_OVER = [f"item.{state.value}" for state in State if state not in OPEN]
# What is withdrawn was done by the sender, and nobody here did anything about it.
_BEGUN = [f"item.{state.value}" for state in State if state not in (State.NEW, State.WITHDRAWN)]


def of(c: Connection, ids: Collection[ItemId]) -> dict[ItemId, Particulars]:
    """These of some items; what there is no item of is left out."""
    columns = (item.c.id, item.c.state, message.c.patient, message.c.received_at, message.c.test)
    times = {r.item_id: r for r in c.execute(_times(ids))}
    found: dict[ItemId, Particulars] = {}
    for r in c.execute(joined(*columns).where(item.c.id.in_(ids))):
        at = times.get(r.id)
        changed = (at and at.changed) or r.received_at
        ended = at.ended if at and r.state not in _OPEN else None
        begun = at.begun if at else None
        found[ItemId(r.id)] = Particulars(
            r.patient, r.received_at, max(changed, r.received_at), begun, ended, bool(r.test)
        )
    return found


def lines(c: Connection, ids: Collection[ItemId], inboxes: Collection[InboxId]) -> list[Line]:
    """Those of some items that lie in these inboxes, the first due first."""
    wanted = joined(*COLUMNS).where(item.c.id.in_(ids), item.c.inbox.in_(inboxes))
    return [line(r) for r in c.execute(wanted.order_by(item.c.due_at, item.c.id))]


def about(
    c: Connection, patient: str, inboxes: Collection[InboxId], ended: bool, after: Place | None, limit: int
) -> Listed:
    """What lies in some inboxes about a patient, in the order of a list: open items, or ended ones."""
    # A patient has few messages and an inbox may have a million, so the inboxes are kept from being looked up first.
    whose = (message.c.patient == patient, _KNOWN, item.c.inbox.concat("").in_(inboxes))
    states = item.c.state.not_in(_OPEN) if ended else item.c.state.in_(_OPEN)
    query = joined(*COLUMNS).where(*whose, states)
    if after is not None:
        last = tuple_(literal(datetime.fromisoformat(after[0]), Moment), literal(after[1]))
        place = tuple_(item.c.due_at, item.c.id)
        query = query.where(place < last if ended else place > last)
    order = (item.c.due_at.desc(), item.c.id.desc()) if ended else (item.c.due_at, item.c.id)
    found = [line(r) for r in c.execute(query.order_by(*order).limit(limit))]
    end = found[-1] if len(found) == limit else None
    return Listed(found, (end.due.isoformat(), end.item.id) if end and end.due else None)


def _times(ids: Collection[ItemId]) -> Select[Any]:
    """When each of some items was changed, begun and ended, by the journal."""
    changes = or_(*(journal.c.event.like(name) for name in _CHANGES))
    return (
        select(
            journal.c.item_id,
            func.max(journal.c.at).label("changed"),
            func.min(case((journal.c.event.in_(_BEGUN), journal.c.at))).label("begun"),
            func.max(case((journal.c.event.in_(_OVER), journal.c.at))).label("ended"),
        )
        .where(journal.c.item_id.in_(ids), changes)
        .group_by(journal.c.item_id)
    )
