"""Changes to rows: what one transaction does with a batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_, update

from hub.change import Acknowledgement, Change, Quarantined, conflict
from hub.item import ItemId, State
from hub.message import MessageId, MessageKey
from hub.record import Relayed
from hub.store import (
    cutting,
    enquiring,
    lane,
    lineage,
    moving,
    once,
    partition,
    postgresql,
    receipts,
    relaying,
    rows,
    undoing,
)
from hub.store.batch import Committed, Conflict, Duplicate, Writing, Written
from hub.store.tables import alert, body, deadline, item, journal, message, notice, outbox, quarantine
from hub.transport import Label


def write(c: Connection, batch: Sequence[Writing]) -> list[Written]:
    """Write a batch within the caller's transaction; each decision is written whole or not at all."""
    numbers, repeated = _arrive(c, batch)
    told = _told_before(c, batch)
    taken = once.claim(c, batch)
    moving_on = {n: w.change for n, w in enumerate(batch) if n not in taken and moving.moves(w.change)}
    moved = {**taken, **moving.claim(c, moving_on)}
    failed = {n for n, written in moved.items() if written != Committed()}
    once.release(c, [batch[n] for n in failed if n not in taken])
    good = [w for n, w in enumerate(batch) if n not in failed and n not in repeated and n not in told]
    about = {o.about for w in good for o in w.change.outgoing if o.about}
    numbers |= {key: row.id for key, row in _known(c, about - set(numbers)).items()}
    alone, successors = lineage.sort(c, good)
    claimed = _add(c, alone, numbers)
    for successor in successors:
        # One after the other: each may take the place of the one before.
        earlier, succeeding = lineage.succeed(c, successor)
        for change in earlier:
            moving.move(c, change)
        claimed += _add(c, [*(Writing(change, succeeding.at) for change in earlier), succeeding], numbers)
    if c.dialect.name == "postgresql":
        postgresql.tell(c)
    # Only now do the first documents of messages that came twice in this very batch lie in the outbox.
    again = {n: _repeat(c, batch[n]) for n in repeated} | dict.fromkeys(told, Duplicate("held", None))
    mine = {x.msg_id: x for x in claimed}
    return [again.get(n) or moved.get(n) or _committed(w, mine) for n, w in enumerate(batch)]


def _arrive(c: Connection, batch: Sequence[Writing]) -> tuple[dict[MessageKey, int], list[int]]:
    """Insert the messages that are new, with their numbers; and the places in the batch of those that are not.

    Each gets the number it would have. When fewer were inserted than tried, the ones that hold another
    number were here before.
    """
    arrivals = [(n, w.change.arrival.key) for n, w in enumerate(batch) if w.change.arrival]
    if not arrivals:
        return {}, []
    first = {key: n for n, key in reversed(arrivals)}
    (newest,) = lane.ask(c, _NEWEST) or (0,)
    numbers = {key: newest + i for i, key in enumerate(first, 1)}
    fresh = {key: cutting.cut(batch[n]) for key, n in first.items()}
    added = lane.add(c, message, [_message_row(batch[n], numbers[key]) for key, n in first.items()], ignore=True)
    if added < len(first):
        held = {key: row.id for key, row in _known(c, set(first)).items()}
        numbers = {key: number for key, number in numbers.items() if held[key] == number}
    for at in {batch[first[key]].at for key in numbers}:
        partition.ready(c, at)
    lane.add(c, body, [_body_row(n, batch[first[key]].at, fresh[key].rest) for key, n in numbers.items()])
    cutting.keep(c, [(number, fresh[key]) for key, number in numbers.items()])
    return numbers, [n for n, key in arrivals if key not in numbers or first[key] != n]


def _repeat(c: Connection, writing: Writing) -> Written:
    """A message whose key is taken: the same content is a duplicate, other content a conflict."""
    arrival = writing.change.arrival
    assert arrival is not None
    found = _known(c, {arrival.key})[arrival.key]
    if found.digest != sha256(writing.raw).digest():
        told = writing.conflict() if writing.conflict else None
        if told and _told_before(c, [told]):
            return Conflict()
        lane.add(c, quarantine, [_quarantine_row(writing, conflict(arrival.key))])
        lane.add(c, outbox, _outbox_rows(told, {}) if told else [])
        lane.add(c, journal, [_line(writing, "message.conflict")])
        return Conflict()
    lane.add(c, journal, [_line(writing, "message.duplicate")])
    first = select(outbox.c.body).where(outbox.c.message_id == found.id, outbox.c.kind == "apprec")
    return Duplicate(found.verdict, c.execute(first.order_by(outbox.c.id)).scalars().first())


def _committed(writing: Writing, claimed: Mapping[str, Relayed]) -> Committed:
    if not claimed:
        return Committed()
    ids = [o.document.id for o in writing.change.outgoing]
    return Committed(tuple(claimed[id] for id in ids if id in claimed))


def _add(c: Connection, batch: Sequence[Writing], numbers: Mapping[MessageKey, int]) -> list[Relayed]:
    """Insert all that is new, one statement for each table; returns the documents that are claimed by who writes it."""
    changes = [w.change for w in batch]
    fresh = [(change, x) for change in changes for x in change.items if not x.version]
    kept = {x.id for _, x in fresh}
    lane.add(c, item, [rows.item_row(x, numbers[x.message], moving.due(change, x)) for change, x in fresh])
    lane.add(c, deadline, [rows.deadline_row(d) for change in changes for d in change.deadlines if d.item in kept])
    documents = [row for w in batch for row in _outbox_rows(w, numbers)]
    claimed = relaying.add(c, documents, [label for w in batch for label in _labels(w)])
    undoing.keep(c, batch)
    lane.add(c, notice, [rows.notice_row(n) for change in changes for n in change.notices], ignore=True)
    for w in batch:
        if w.change.receipt:
            receipts.note(c, w.change.receipt, w.at)
        if w.change.replies:
            _wake(c, w.change.replies, w.at)
    lane.add(c, alert, [rows.alert_row(a) for change in changes for a in change.alerts], ignore=True)
    lane.add(c, quarantine, [_held(w) for w in batch if w.change.quarantined])
    lane.add(c, journal, [rows.entry_row(e) for change in changes for e in change.entries])
    enquiring.add(c, {x: w.at for w in reversed(batch) for x in w.change.enquiries})
    return claimed


def _wake(c: Connection, waiting: Sequence[ItemId], at: datetime) -> None:
    """The partner replied: whoever watches lets the clocks that waited go on, as soon as this is committed.

    The items have another version then, or a step of the partner's clock that somebody takes just now would undo it.
    """
    waits = (item.c.id.in_(waiting), item.c.state == State.WAITING.value)
    c.execute(update(item).where(*waits).values(version=item.c.version + 1))
    wanted = (deadline.c.item_id.in_(waiting), deadline.c.paused.is_not(None), deadline.c.replied_at.is_(None))
    c.execute(update(deadline).where(*wanted).values(replied_at=at, fires_at=at))


_NEWEST = "SELECT coalesce(max(id), 0) FROM message"
_FOUND = select(message.c.id, message.c.sender, message.c.msg_id, message.c.digest, message.c.verdict)


def _known(c: Connection, keys: set[MessageKey]) -> dict[MessageKey, Row[int, str, str, bytes, str]]:
    """The messages of these keys that are here."""
    if not keys:
        return {}
    wanted = tuple_(message.c.sender, message.c.msg_id).in_([(k.sender, k.msg_id) for k in keys])
    return {MessageKey(r.sender, MessageId(r.msg_id)): r for r in c.execute(_FOUND.where(wanted))}


def _body_row(number: int, at: datetime, raw: bytes) -> dict[str, Any]:
    return {"message_id": number, "received_at": at, "raw": raw}


def _message_row(writing: Writing, number: int) -> dict[str, Any]:
    arrival = writing.change.arrival
    assert arrival is not None
    return {
        "id": number,
        "sender": arrival.key.sender,
        "service": _service(writing.change),
        "msg_id": arrival.key.msg_id,
        "digest": sha256(writing.raw).digest(),
        "verdict": arrival.verdict,
        "kind": arrival.kind,
        "patient": arrival.patient,
        "received_at": writing.at,
        "via": writing.via,
        "status": arrival.status.value,
        "document": arrival.document,
        "parent": arrival.parent,
        "thread": arrival.thread,
        "generated_at": arrival.generated,
        "test": arrival.test,
    }


def _service(change: Change) -> str:
    """The HER-id of the service or person that sent it, as its answer goes to it; "" where it named none."""
    if change.receipt:
        return change.receipt.sender.level_2 or ""
    about = (o.document.about.sender for o in change.outgoing if isinstance(o.document, Acknowledgement))
    return next((sender.level_2 or "" for sender in about), "")


def _outbox_rows(writing: Writing, numbers: Mapping[MessageKey, int]) -> list[dict[str, Any]]:
    held = writing.change.undo.until if writing.change.undo else None
    return [
        {
            "her_id": out.to or out.organisation or (label.to_her_id if label else ""),
            "level_1": out.organisation,
            "message_id": numbers[out.about] if out.about else None,
            "msg_id": out.document.id,
            "kind": out.kind,
            "body": document,
            "created_at": writing.at,
            "confirmed_at": None,
            "held_until": held,
            "item_id": out.item,
            "author": out.author,
            # An acknowledgement is never acknowledged (HIS 80415); everything else is, within the standard's 96 hours.
            "receipt_due": out.document.at + receipts.WITHIN if out.kind in ("answer", "forward") else None,
            "label": None if label is None else rows.encode(label),
            "next_attempt_at": None if label is None else writing.until or held or writing.at,
            "attempts": 1 if label and writing.until else 0,
        }
        for out, document, label in zip(writing.change.outgoing, writing.documents, _labels(writing), strict=True)
    ]


def _labels(writing: Writing) -> tuple[Label | None, ...]:
    return writing.labels or (None,) * len(writing.documents)


def _told_before(c: Connection, batch: Sequence[Writing]) -> list[int]:
    """The places of deliveries that could not be taken, and whose senders were told so before."""
    errors = {n: o.document.id for n, w in enumerate(batch) for o in w.change.outgoing if o.kind == "error"}
    if not errors:
        return []
    here = set(c.execute(select(outbox.c.msg_id).where(outbox.c.msg_id.in_(errors.values()))).scalars())
    first = {id: n for n, id in reversed(errors.items())}
    told = [n for n, id in errors.items() if id in here or first[id] != n]
    lane.add(c, journal, [_line(batch[n], "message.duplicate") for n in told])
    return told


def _held(writing: Writing) -> dict[str, Any]:
    held = writing.change.quarantined
    assert held is not None
    return _quarantine_row(writing, held)


def _quarantine_row(writing: Writing, held: Quarantined) -> dict[str, Any]:
    key = held.sender
    return {
        "raw": writing.raw,
        "digest": sha256(writing.raw).digest(),
        "sender": key.sender if key else None,
        "msg_id": key.msg_id if key else None,
        "why": held.why,
        "faults": rows.encode(held.faults),
        "received_at": writing.at,
        "via": writing.via,
    }


def _line(writing: Writing, event: str) -> dict[str, Any]:
    arrival = writing.change.arrival
    about = str(arrival.key) if arrival else None
    row = {"at": writing.at, "event": event, "message": about, "item_id": None, "inbox": None}
    return row | {"who": writing.via, "detail": "{}"}
