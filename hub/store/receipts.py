"""What partners say of what we sent: matched by MsgId and receiver, each document once (HIS 80415 3.3)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, String, cast, or_, select, update

from hub.change import Alert, AlertKind, Entry
from hub.directory import InboxId
from hub.item import ItemId
from hub.message import Receipt, plain_message_id
from hub.store import lane, rows
from hub.store.tables import alert, item, journal, outbox

# So long after it was written a document is to be acknowledged (HIS 80415).
WITHIN = timedelta(hours=96)

# AppRec's statuses (8258) of a document that was taken, of which the second is told with what was wrong all the same.
TAKEN = ("1", "3")

# What is told where no acknowledgement comes.
_NOTHING_CAME = (AlertKind.MISSING.value, AlertKind.UNDELIVERED.value)

# So much of what a partner says is kept to be shown; the acknowledgement itself has all of it.
LONGEST_WORDS = 2_000
_LONGEST_STATUS = 64


def note(c: Connection, receipt: Receipt, at: datetime) -> None:
    """Keep a partner's acknowledgement with the document it is about; one that is not all good alerts whoever sent it.

    A status that 8258 does not have is no promise that the document was taken. A second one is ignored, one that comes
    late still counts, and one about nothing of ours is only noted.
    """
    row = _about(c, receipt)
    if row is None or row.receipt in ("accepted", "rejected"):
        _tell(c, Entry(at, "receipt.unmatched" if row is None else "receipt.repeated", receipt.key))
        return
    rejected, words = receipt.status not in TAKEN, _words(receipt)
    values = {"receipt": "rejected" if rejected else "accepted", "receipt_at": at, "faults": words}
    c.execute(update(outbox).where(outbox.c.id == row.id).values(values))
    # What was missing came after all: nobody need look for it any more.
    found = (alert.c.kind.in_(_NOTHING_CAME), alert.c.about == row.msg_id, alert.c.seen_at.is_(None))
    c.execute(update(alert).where(*found).values(seen_at=at, seen_by="receipt"))
    if row.item_id:
        _tell_item(c, row, receipt, rejected, words, at)


def give_up(c: Connection, ids: Collection[int]) -> bool:
    """Wait no longer for these; false when one of them was acknowledged meanwhile, and then nothing is done."""
    wanted = (outbox.c.id.in_(ids), outbox.c.receipt.is_(None))
    if len(c.execute(select(outbox.c.id).where(*wanted)).all()) != len(set(ids)):
        return False
    c.execute(update(outbox).where(*wanted).values(receipt="missing"))
    return True


def hurry(c: Connection, id: int, now: datetime) -> None:
    """The transport gave this one up: nobody need wait for its acknowledgement to come."""
    waited = (outbox.c.id == id, outbox.c.receipt.is_(None), outbox.c.receipt_due.is_not(None))
    c.execute(update(outbox).where(*waited).values(receipt_due=now))


def expect(c: Connection, ids: Collection[int], now: datetime) -> None:
    """These parked ones are brought once more: their acknowledgement is waited for anew, and what was told is over."""
    mine = (outbox.c.id.in_(ids), outbox.c.parked_at.is_not(None), outbox.c.receipt_due.is_not(None))
    waited = (*mine, or_(outbox.c.receipt.is_(None), outbox.c.receipt == "missing"))
    told = (alert.c.kind.in_(_NOTHING_CAME), alert.c.about.in_(select(outbox.c.msg_id).where(*waited)))
    # It stays, as its number is never to be another's, and stands in the way of none that comes again.
    ended = alert.c.about + "#" + cast(alert.c.id, String)
    c.execute(update(alert).where(*told).values(about=ended, seen_at=now, seen_by="replay"))
    c.execute(update(outbox).where(*waited).values(receipt=None, receipt_due=now + WITHIN))


def _about(c: Connection, receipt: Receipt) -> Row[Any] | None:
    """The document of ours that it is about, if it comes from the one who got it."""
    wanted = (outbox.c.msg_id == plain_message_id(receipt.original), outbox.c.kind != "apprec")
    columns = (*outbox.c, item.c.inbox)
    together = outbox.outerjoin(item, item.c.id == outbox.c.item_id)
    row = c.execute(select(*columns).select_from(together).where(*wanted)).one_or_none()
    if row is None:
        return None
    from_ = {receipt.sender.level_1, receipt.sender.level_2, receipt.key.sender}
    return row if from_ & {row.her_id, row.level_1} else None


def _words(receipt: Receipt) -> str:
    """What it says, for whoever sent the document; a status of nobody's code list is told first."""
    told = [": ".join(t for t in (x.value, x.text) if t) for x in receipt.faults]
    status = [] if receipt.status in (*TAKEN, "2") else [f"Status {receipt.status[:_LONGEST_STATUS]}"]
    words = "; ".join(status + told)
    return words if len(words) <= LONGEST_WORDS else f"{words[: LONGEST_WORDS - 1]}…"


def _tell_item(c: Connection, row: Row[Any], receipt: Receipt, rejected: bool, words: str, at: datetime) -> None:
    id, inbox = ItemId(row.item_id), InboxId(row.inbox)
    codes = " ".join(x.value for x in receipt.faults)
    detail = {"document": row.msg_id, "codes": codes, "late": "yes" if row.receipt == "missing" else "no"}
    event = "answer.rejected" if rejected else "answer.acknowledged"
    _tell(c, Entry(at, event, receipt.key, id, inbox, detail=detail))
    if rejected or words:
        kind = AlertKind.REJECTED if rejected else AlertKind.REMARKED
        lane.add(c, alert, [rows.alert_row(Alert(kind, inbox, id, row.msg_id, at, words))], ignore=True)


def _tell(c: Connection, entry: Entry) -> None:
    lane.add(c, journal, [rows.entry_row(entry)])
