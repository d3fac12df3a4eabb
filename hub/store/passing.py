"""What passed between us and a partner in a time: what came, what was held, and what we sent."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, or_, select

from hub.reconciliation import Passed, Way, passed
from hub.store.tables import message, outbox, quarantine

# Numbers rise in the order of commits, and times with them, but for a clock that was wrong: not by more than this.
ASTRAY = timedelta(days=2)


def between(c: Connection, senders: Collection[str], first: datetime, end: datetime) -> list[Passed]:
    """All that passed between us and a partner, from one moment to before another, in order of time."""
    found = [*_came(c, senders, first, end), *_held(c, senders, first, end), *_sent(c, senders, first, end)]
    return sorted(found, key=lambda x: (x.way.value, x.at, x.msg_id, x.kind))


def _came(c: Connection, senders: Collection[str], first: datetime, end: datetime) -> Iterator[Passed]:
    columns = (message.c.msg_id, message.c.kind, message.c.received_at, message.c.verdict, message.c.test)
    in_time = (message.c.received_at >= first, message.c.received_at < end)
    near = _near(c, message, "received_at", first, end)
    theirs = or_(message.c.sender.in_(senders), message.c.service.in_(senders))
    for r in c.execute(select(*columns).where(*near, *in_time, theirs)):
        verdict = "test" if r.test and r.verdict == "accepted" else r.verdict
        yield passed(Way.TO_HUB, r.msg_id, r.kind, r.received_at, verdict)


def _held(c: Connection, senders: Collection[str], first: datetime, end: datetime) -> Iterator[Passed]:
    """What lies in quarantine, or did: it came, and nobody was answered."""
    near = _near(c, quarantine, "received_at", first, end)
    in_time = (quarantine.c.received_at >= first, quarantine.c.received_at < end)
    columns = (quarantine.c.msg_id, quarantine.c.received_at)
    for r in c.execute(select(*columns).where(*near, *in_time, quarantine.c.sender.in_(senders))):
        yield passed(Way.TO_HUB, r.msg_id or "", "", r.received_at, "held")


def _sent(c: Connection, senders: Collection[str], first: datetime, end: datetime) -> Iterator[Passed]:
    columns = (
        *(outbox.c.msg_id, outbox.c.kind, outbox.c.created_at, outbox.c.receipt, outbox.c.sent_at),
        *(outbox.c.confirmed_at, outbox.c.parked_at, outbox.c.receipt_due, message.c.msg_id.label("about")),
    )
    theirs = or_(outbox.c.level_1.in_(senders), outbox.c.her_id.in_(senders))
    in_time = (outbox.c.created_at >= first, outbox.c.created_at < end)
    query = select(*columns).select_from(outbox.outerjoin(message, message.c.id == outbox.c.message_id))
    for r in c.execute(query.where(*_near(c, outbox, "created_at", first, end), *in_time, theirs)):
        yield passed(Way.FROM_HUB, r.msg_id, r.kind, r.created_at, _known(r), r.about or "")


def _known(r: Any) -> str:
    """How far a document of ours is known to have come: what they said of it, else where it is."""
    if r.receipt:
        return str(r.receipt)
    if r.parked_at:
        return "given up"
    if not (r.sent_at or r.confirmed_at):
        return "waiting"
    return "waited for" if r.receipt_due else "sent"


def _near(c: Connection, table: Table, at: str, first: datetime, end: datetime) -> tuple[Any, ...]:
    """The rows among which all of these are, by their numbers: there is no index of times, and need be none."""
    low, high = _first(c, table, at, first - ASTRAY), _first(c, table, at, end + ASTRAY)
    return table.c.id >= low, table.c.id <= high


def _first(c: Connection, table: Table, at: str, moment: datetime) -> int:
    """By halves, a number with an earlier row before it and a later one at it, or where the table ends."""
    low, high = 0, (c.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1)).scalar() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        row = c.execute(
            select(table.c.id, table.c[at].label("at")).where(table.c.id >= middle).order_by(table.c.id).limit(1)
        ).first()
        if row is None or row.at >= moment:
            high = middle
        else:
            low = row.id + 1
    return low
