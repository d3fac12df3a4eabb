"""What goes by the broker: claimed for a while, tried under a new id each time, and sent, put off or parked."""

import os
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select, update

from hub.change import Entry
from hub.item import ItemId
from hub.record import Parked, Relayed
from hub.store import lane, receipts, rows
from hub.store.tables import attempt, journal, outbox
from hub.transport import Label

_COLUMNS = (outbox.c.id, outbox.c.msg_id, outbox.c.kind, outbox.c.body, outbox.c.label, outbox.c.attempts)


def fresh() -> str:
    """An id for a try that no other has: a UUID of version 7 (RFC 9562).

    It begins with the time, so that a year's attempts are written at one end of their index, and not all over it.
    """
    milliseconds = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(10), "big")
    high, low = chance >> 62 & 0xFFF, chance & 0x3FFF_FFFF_FFFF_FFFF
    written = f"{milliseconds & 0xFFFF_FFFF_FFFF:012x}7{high:03x}{low | 1 << 63:016x}"
    return f"{written[:8]}-{written[8:12]}-{written[12:16]}-{written[16:20]}-{written[20:]}"


def known(c: Connection, ids: Collection[str]) -> set[str]:
    """Those of these documents that were written before."""
    return {*c.execute(select(outbox.c.msg_id).where(lane.among(c, outbox.c.msg_id, ids))).scalars()}


def claim(c: Connection, now: datetime, until: datetime, limit: int) -> list[Relayed]:
    """Documents whose time has come, the longest overdue first; nobody else gets them before `until`.

    Whoever has them and dies leaves an attempt whose outcome nobody knows, and they are tried again.
    """
    due = select(outbox.c.id).where(outbox.c.next_attempt_at <= now).order_by(outbox.c.next_attempt_at, outbox.c.id)
    mine = due.limit(limit).with_for_update(skip_locked=True)
    values = {"next_attempt_at": until, "attempts": outbox.c.attempts + 1}
    found = c.execute(update(outbox).where(outbox.c.id.in_(mine)).values(values).returning(*_COLUMNS)).all()
    claimed = [
        Relayed(r.id, r.msg_id, r.kind, r.body, _label(r.label), fresh(), r.attempts)
        for r in sorted(found, key=lambda r: r.id)
    ]
    _begun(c, claimed, now)
    return claimed


def add(c: Connection, documents: Sequence[Mapping[str, Any]], labels: Sequence[Label | None]) -> list[Relayed]:
    """Insert documents; those that have had an attempt are claimed by whoever inserts them, and are returned."""
    mine = [(row, label) for row, label in zip(documents, labels, strict=True) if label and row["attempts"]]
    if not mine:
        lane.add(c, outbox, documents)
        return []
    numbers = lane.numbered(c, outbox, documents, "msg_id")
    claimed = [
        Relayed(numbers[row["msg_id"]], row["msg_id"], row["kind"], row["body"], label, fresh(), 1)
        for row, label in mine
    ]
    _begun(c, claimed, mine[0][0]["created_at"])
    return claimed


def sent(c: Connection, done: Sequence[Relayed], now: datetime) -> None:
    """The broker has these."""
    values = {"sent_at": now, "confirmed_at": now, "next_attempt_at": None, "parked_at": None}
    mine = lane.among(c, outbox.c.id, [x.id for x in done])
    c.execute(update(outbox).where(mine, outbox.c.sent_at.is_(None)).values(values))
    _ended(c, [x.amqp_id for x in done], "confirmed", now)


def put_off(c: Connection, failed: Sequence[tuple[Relayed, str, datetime | None]], now: datetime) -> None:
    """The broker does not have these, or did not say: each with why, and when it is tried again or None to give up.

    What is given up is parked: it stays, is told in the journal, and operations own it; whoever watches tells those who
    sent it, at once. Nothing comes of a try after
    which somebody else claimed the document: the last word is theirs.
    """
    told: list[Entry] = []
    for x, outcome, again in failed:
        values = {"next_attempt_at": again, "parked_at": None if again else now}
        mine = (outbox.c.id == x.id, outbox.c.attempts == x.attempts, outbox.c.sent_at.is_(None))
        if c.execute(update(outbox).where(*mine).values(values)).rowcount and again is None:
            told.append(_entry(x, "outbox.parked", now, why=outcome))
            receipts.hurry(c, x.id, now)
        _ended(c, [x.amqp_id], outcome, now)
    lane.add(c, journal, [rows.entry_row(entry) for entry in told])


def parked(c: Connection, limit: int) -> list[Parked]:
    """What was given up, the oldest first."""
    tried = select(attempt.c.outcome).where(attempt.c.outbox_id == outbox.c.id).correlate(outbox)
    last = tried.order_by(attempt.c.at.desc()).limit(1).scalar_subquery().label("outcome")
    query = select(*_COLUMNS, outbox.c.parked_at, outbox.c.item_id, last).where(outbox.c.parked_at.is_not(None))
    found = c.execute(query.order_by(outbox.c.parked_at, outbox.c.id).limit(limit))
    return [
        Parked(r.id, r.parked_at, _label(r.label), r.msg_id, r.attempts, r.outcome or "unknown", _item(r.item_id))
        for r in found
    ]


def again(c: Connection, ids: Collection[int], who: str, now: datetime) -> int:
    """Try parked ones again from the beginning; returns how many there were."""
    receipts.expect(c, ids, now)
    return _unpark(c, ids, {"parked_at": None, "next_attempt_at": now, "attempts": 0}, "outbox.replayed", who, "", now)


def discard(c: Connection, ids: Collection[int], who: str, why: str, now: datetime) -> int:
    """Give parked ones up for good; returns how many there were."""
    values = {"parked_at": None, "confirmed_at": now}
    return _unpark(c, ids, values, "outbox.discarded", who, why, now)


def waiting(c: Connection, now: datetime) -> tuple[int, datetime | None]:
    """How many documents wait for the broker, and since when the oldest does."""
    wanted = outbox.c.next_attempt_at.is_not(None)
    count, oldest = c.execute(select(func.count(), func.min(outbox.c.created_at)).where(wanted)).one()
    return count, oldest


def _unpark(
    c: Connection, ids: Collection[int], values: Mapping[str, object], event: str, who: str, why: str, now: datetime
) -> int:
    wanted = (outbox.c.id.in_(ids), outbox.c.parked_at.is_not(None))
    found = c.execute(select(outbox.c.id, outbox.c.msg_id, outbox.c.item_id).where(*wanted)).all()
    c.execute(update(outbox).where(*wanted).values(values))
    told = [Entry(now, event, item=_item(r.item_id), who=who, detail={"document": r.msg_id, "why": why}) for r in found]
    lane.add(c, journal, [rows.entry_row(entry) for entry in told])
    return len(found)


def _begun(c: Connection, claimed: Iterable[Relayed], now: datetime) -> None:
    lane.add(c, attempt, [{"amqp_id": x.amqp_id, "outbox_id": x.id, "at": now} for x in claimed])


def _ended(c: Connection, ids: Sequence[str], outcome: str, now: datetime) -> None:
    c.execute(update(attempt).where(lane.among(c, attempt.c.amqp_id, ids)).values(ended_at=now, outcome=outcome))


def _entry(x: Relayed, event: str, now: datetime, **detail: str) -> Entry:
    return Entry(now, event, detail={"document": x.msg_id, "to": x.label.queue, "attempts": str(x.attempts), **detail})


def _label(written: str) -> Label:
    return msgspec.json.decode(written, type=Label)


def _item(id: str | None) -> ItemId | None:
    return ItemId(id) if id else None
