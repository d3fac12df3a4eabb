"""Changes to rows: what one transaction does with a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Executable, Row, select, tuple_, update

from hub.change import Change, Quarantined, conflict
from hub.item import Item
from hub.message import MessageId, MessageKey
from hub.store import rows
from hub.store.adding import add
from hub.store.tables import deadline, item, journal, message, notice, outbox, quarantine


@dataclass(frozen=True, slots=True)
class Writing:
    """One decision to write: its Change, when it was made, and its documents, written out.

    `documents` are in the order of `change.outgoing`; `raw` and `via` belong to an arrival.
    """

    change: Change
    at: datetime
    raw: bytes = b""
    via: str = ""
    documents: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Committed:
    """All of it is written."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The message was here before: nothing but a journal line is written. `first` is its first document."""

    verdict: str
    first: bytes | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """The MsgId was here before with other content: the new bytes are in quarantine."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """The item changed since it was read: nothing is written."""

    version: int


Written = Committed | Duplicate | Conflict | Outdated


def write(c: Connection, batch: Sequence[Writing]) -> list[Written]:
    """Write a batch within the caller's transaction; each decision is written whole or not at all."""
    numbers, repeated = _arrive(c, batch)
    moved = {n: _move(c, w.change) for n, w in enumerate(batch) if any(x.version for x in w.change.items)}
    failed = {n for n, written in moved.items() if written != Committed()}
    good = [w for n, w in enumerate(batch) if n not in failed and n not in repeated]
    about = {o.about for w in good for o in w.change.outgoing}
    numbers |= {key: row.id for key, row in _known(c, about - set(numbers)).items()}
    _add(c, good, numbers)
    # Only now do the first documents of messages that came twice in this very batch lie in the outbox.
    again = {n: _repeat(c, batch[n]) for n in repeated}
    return [again.get(n) or moved.get(n) or Committed() for n in range(len(batch))]


def _arrive(c: Connection, batch: Sequence[Writing]) -> tuple[dict[MessageKey, int], list[int]]:
    """Insert the messages that are new, with their numbers; and the places in the batch of those that are not.

    Each gets the number it would have. When fewer were inserted than tried, the ones that hold another
    number were here before.
    """
    arrivals = [(n, w.change.arrival.key) for n, w in enumerate(batch) if w.change.arrival]
    if not arrivals:
        return {}, []
    first = {key: n for n, key in reversed(arrivals)}
    newest: int = c.exec_driver_sql(_NEWEST).scalar() or 0
    numbers = {key: newest + i for i, key in enumerate(first, 1)}
    added = add(c, message, [_message_row(batch[n], numbers[key]) for key, n in first.items()], ignore=True)
    if added < len(first):
        held = {key: row.id for key, row in _known(c, set(first)).items()}
        numbers = {key: number for key, number in numbers.items() if held[key] == number}
    return numbers, [n for n, key in arrivals if key not in numbers or first[key] != n]


def _repeat(c: Connection, writing: Writing) -> Written:
    """A message whose key is taken: the same content is a duplicate, other content a conflict."""
    arrival = writing.change.arrival
    assert arrival is not None
    found = _known(c, {arrival.key})[arrival.key]
    if found.digest != sha256(writing.raw).digest():
        add(c, quarantine, [_quarantine_row(writing, conflict(arrival.key))])
        add(c, journal, [_line(writing, "message.conflict")])
        return Conflict()
    add(c, journal, [_line(writing, "message.duplicate")])
    first = select(outbox.c.body).where(outbox.c.message_id == found.id, outbox.c.kind == "apprec")
    return Duplicate(found.verdict, c.execute(first.order_by(outbox.c.id)).scalars().first())


def _move(c: Connection, change: Change) -> Written:
    """Claim every moved item at the version it was read with, all or none of them."""
    point = c.begin_nested()
    for x in (x for x in change.items if x.version):
        if c.execute(_update(x)).rowcount != 1:
            point.rollback()
            return Outdated(c.execute(select(item.c.version).where(item.c.id == x.id)).scalar_one())
    for d in change.deadlines:
        c.execute(update(deadline).where(deadline.c.item_id == d.item).values(rows.deadline_row(d)))
    point.commit()
    return Committed()


def _add(c: Connection, batch: Sequence[Writing], numbers: Mapping[MessageKey, int]) -> None:
    """Insert all that is new, one statement for each table."""
    changes = [w.change for w in batch]
    fresh = [(change, x) for change in changes for x in change.items if not x.version]
    kept = {x.id for _, x in fresh}
    add(c, item, [rows.item_row(x, numbers[x.message], _due(change, x)) for change, x in fresh])
    add(c, deadline, [rows.deadline_row(d) for change in changes for d in change.deadlines if d.item in kept])
    add(c, outbox, [row for w in batch for row in _outbox_rows(w, numbers)])
    add(c, notice, [rows.notice_row(n) for change in changes for n in change.notices], ignore=True)
    add(c, quarantine, [_held(w) for w in batch if w.change.quarantined])
    add(c, journal, [rows.entry_row(e) for change in changes for e in change.entries])


_NEWEST = "SELECT max(id) FROM message"
_FOUND = select(message.c.id, message.c.sender, message.c.msg_id, message.c.digest, message.c.verdict)


def _known(c: Connection, keys: set[MessageKey]) -> dict[MessageKey, Row[int, str, str, bytes, str]]:
    """The messages of these keys that are here."""
    if not keys:
        return {}
    wanted = tuple_(message.c.sender, message.c.msg_id).in_([(k.sender, k.msg_id) for k in keys])
    return {MessageKey(r.sender, MessageId(r.msg_id)): r for r in c.execute(_FOUND.where(wanted))}


def _message_row(writing: Writing, number: int) -> dict[str, Any]:
    arrival = writing.change.arrival
    assert arrival is not None
    return {
        "id": number,
        "sender": arrival.key.sender,
        "msg_id": arrival.key.msg_id,
        "digest": sha256(writing.raw).digest(),
        "raw": writing.raw,
        "verdict": arrival.verdict,
        "kind": arrival.kind,
        "patient": arrival.patient,
        "received_at": writing.at,
        "via": writing.via,
    }


def _outbox_rows(writing: Writing, numbers: Mapping[MessageKey, int]) -> list[dict[str, Any]]:
    return [
        {
            "her_id": out.to or out.about.sender,
            "level_1": out.about.sender,
            "message_id": numbers[out.about],
            "msg_id": out.document.id,
            "kind": out.kind,
            "body": body,
            "created_at": writing.at,
            "confirmed_at": None,
        }
        for out, body in zip(writing.change.outgoing, writing.documents, strict=True)
    ]


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
    row = {"at": writing.at, "event": event, "message": str(arrival and arrival.key), "item_id": None, "inbox": None}
    return row | {"who": writing.via, "detail": "{}"}


def _update(x: Item) -> Executable:
    values = {
        "state": x.state.value,
        "owner": x.owner,
        "level": x.level,
        "inbox": x.inbox,
        "note": x.note,
        "version": x.version + 1,
    }
    return update(item).where(item.c.id == x.id, item.c.version == x.version).values(values)


def _due(change: Change, x: Item) -> datetime | None:
    return next((d.due for d in change.deadlines if d.item == x.id), None)
