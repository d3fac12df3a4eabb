"""Questions to the national registers: each is asked once by whoever is first, and its answer is kept."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, case, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.directory import InboxId
from hub.enquiry import Enquiry, Looked, Register, Registered
from hub.item import Item
from hub.store import reading, rows
from hub.store.tables import Moment, enquiry, item, message

_INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

# So much of why a register could not be asked is kept.
LONGEST = 300


def add(c: Connection, wanted: Mapping[Enquiry, datetime]) -> None:
    """Ask these, each wanted since then, within the caller's transaction.

    One whose answer is here is looked at anew by whoever asks. All writers go through them in the same order, so that
    no two wait for each other.
    """
    if not wanted:
        return
    values = [
        {"register": x.register.value, "key": x.key, "asked_at": wanted[x], "next_at": wanted[x]}
        for x in sorted(wanted, key=lambda x: (x.register.value, x.key))
    ]
    adding = _INSERT[c.dialect.name](enquiry).values(values)
    # What waits to be asked again goes on waiting, since when it did.
    ended = enquiry.c.next_at.is_(None)
    again = {
        "next_at": case((ended, adding.excluded.next_at), else_=enquiry.c.next_at),
        "asked_at": case((ended, adding.excluded.asked_at), else_=enquiry.c.asked_at),
        "times": enquiry.c.times + 1,
    }
    c.execute(adding.on_conflict_do_update(index_elements=["register", "key"], set_=again))


def claim(c: Connection, now: datetime, until: datetime, limit: int) -> list[Looked]:
    """Questions that are due; nobody else gets them before `until`."""
    due = select(enquiry).where(enquiry.c.next_at <= now).order_by(enquiry.c.next_at, enquiry.c.key).limit(limit)
    claimed = []
    # What somebody else has in hand is left to them: nobody waits here for a row while holding another.
    for row in c.execute(due.with_for_update(skip_locked=True)).all():
        mine = (_is(Enquiry(Register(row.register), row.key)), enquiry.c.next_at == row.next_at)
        if c.execute(update(enquiry).where(*mine).values(next_at=until)).rowcount:
            claimed.append(_looked(row))
    return claimed


def answer(c: Connection, x: Looked, told: Registered, at: datetime) -> None:
    """A register has answered; the answer is kept."""
    values = {"answer": rows.encode(told), "answered_at": at, "attempts": 0, "fault": ""}
    c.execute(update(enquiry).where(_is(x.enquiry)).values(values))
    done(c, x, at)


def done(c: Connection, x: Looked, at: datetime) -> None:
    """What came of the answer is done; who wanted to know meanwhile has it looked at anew."""
    later = case((enquiry.c.times == x.times, None), else_=literal(at, Moment))
    c.execute(update(enquiry).where(_is(x.enquiry)).values(next_at=later))


def put_off(c: Connection, asked: Enquiry, fault: str, until: datetime | None) -> None:
    """A register could not be asked; it is tried again then, or with None when somebody wants to know anew."""
    values = {"attempts": enquiry.c.attempts + 1, "fault": fault[:LONGEST], "next_at": until}
    c.execute(update(enquiry).where(_is(asked)).values(values))


def looked(c: Connection, wanted: Collection[Enquiry]) -> dict[Enquiry, Looked]:
    """How these stand; those that nobody asked are left out."""
    if not wanted:
        return {}
    found = map(_looked, c.execute(select(enquiry).where(or_(*map(_is, wanted)))))
    return {x.enquiry: x for x in found}


def waiting(c: Connection) -> tuple[int, datetime | None, str]:
    """How many were asked in vain, since when the first of them was, and why the last one was."""
    vain = (enquiry.c.attempts > 0, enquiry.c.next_at.is_not(None))
    count, since = c.execute(select(func.count(), func.min(enquiry.c.asked_at)).where(*vain)).one()
    last = select(enquiry.c.fault).where(*vain).order_by(enquiry.c.next_at.desc()).limit(1)
    return count, since, c.execute(last).scalar() or ""


def items(c: Connection, patient: str, inboxes: Collection[InboxId]) -> list[Item]:
    """What lies open about a patient in some inboxes."""
    wanted = (reading.IS_OPEN, item.c.inbox.in_(inboxes), message.c.patient == patient)
    return [rows.item_of(r) for r in c.execute(reading.joined(*reading.ITEM).where(*wanted).order_by(item.c.id))]


def _is(x: Enquiry) -> Any:
    return and_(enquiry.c.register == x.register.value, enquiry.c.key == x.key)


def _looked(r: Row[Any]) -> Looked:
    told = msgspec.json.decode(r.answer, type=Registered) if r.answer else None
    return Looked(Enquiry(Register(r.register), r.key), r.asked_at, r.times, r.attempts, r.answered_at, told, r.fault)
