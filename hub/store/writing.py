"""Changes to rows: what one transaction does with a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Executable, insert, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.change import Change
from hub.item import Item
from hub.message import MessageKey
from hub.store import rows
from hub.store.tables import deadline, item, journal, message, notice, outbox, quarantine


@dataclass(frozen=True, slots=True)
class Writing:
    """One decision to write: its Change, the bytes that caused it, and its documents, written out.

    `documents` are in the order of `change.outgoing`; `raw` and `via` belong to an arrival.
    """

    change: Change
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


# Messages that are not known to be here already: their place in the batch, and their row.
_Fresh = dict[MessageKey, tuple[int, dict[str, Any]]]


async def write(connection: AsyncConnection, batch: Sequence[Writing], now: datetime) -> list[Written]:
    """Write a batch within the caller's transaction; each decision is written whole or not at all."""
    results: list[Written] = [Committed() for _ in batch]
    numbers = await _arrive(connection, batch, now, results)
    for n, writing in enumerate(batch):
        if isinstance(results[n], Committed) and any(x.version for x in writing.change.items):
            results[n] = await _move(connection, writing.change)
    good = [w for n, w in enumerate(batch) if isinstance(results[n], Committed)]
    numbers |= await _known(connection, {w.change.outgoing[0].about for w in good if w.change.outgoing} - set(numbers))
    await _add(connection, good, numbers, now)
    return results


async def _arrive(
    connection: AsyncConnection, batch: Sequence[Writing], now: datetime, results: list[Written]
) -> dict[MessageKey, int]:
    """Insert the messages; those whose key is taken become Duplicate or Conflict in `results`."""
    fresh: _Fresh = {}
    again: list[int] = []
    for n, writing in enumerate(batch):
        if (arrival := writing.change.arrival) is None:
            continue
        if arrival.key in fresh:
            again.append(n)
        else:
            fresh[arrival.key] = (n, _message_row(writing, now))
    if not fresh:
        return {}
    adding = (
        insert_or_ignore(message).on_conflict_do_nothing().returning(message.c.id, message.c.sender, message.c.msg_id)
    )
    added = await connection.execute(adding, [row for _, row in fresh.values()])
    numbers = {MessageKey(r.sender, r.msg_id): r.id for r in added}
    again += [n for key, (n, _) in fresh.items() if key not in numbers]
    for n in sorted(again):
        results[n] = await _repeated(connection, batch[n], now, _earlier(batch, n, fresh, numbers))
    return numbers


def _earlier(batch: Sequence[Writing], n: int, fresh: _Fresh, numbers: Mapping[MessageKey, int]) -> bytes | None:
    """The first document of the same message earlier in this very batch: it is not in the outbox yet."""
    arrival = batch[n].change.arrival
    if arrival is None or arrival.key not in numbers:
        return None
    return next(iter(batch[fresh[arrival.key][0]].documents), None)


async def _repeated(connection: AsyncConnection, writing: Writing, now: datetime, earlier: bytes | None) -> Written:
    """A message whose key is taken: the same content is a duplicate, other content a conflict."""
    arrival = writing.change.arrival
    assert arrival is not None
    key = arrival.key
    found = (await connection.execute(_by_key(key))).one()
    if found.digest != sha256(writing.raw).digest():
        await _run(connection, insert(quarantine), [_quarantine_row(writing, key, "[]", now)])
        await _run(connection, insert(journal), [_line(now, "message.conflict", key, writing.via)])
        return Conflict()
    await _run(connection, insert(journal), [_line(now, "message.duplicate", key, writing.via)])
    if earlier is not None:
        return Duplicate(found.verdict, earlier)
    body = await connection.execute(
        select(outbox.c.body).where(outbox.c.message_id == found.id, outbox.c.kind == "apprec").order_by(outbox.c.id)
    )
    return Duplicate(found.verdict, body.scalars().first())


async def _move(connection: AsyncConnection, change: Change) -> Written:
    """Claim every moved item at the version it was read with, all or none of them."""
    point = await connection.begin_nested()
    for x in (x for x in change.items if x.version):
        if (await connection.execute(_update(x))).rowcount != 1:
            await point.rollback()
            held = await connection.execute(select(item.c.version).where(item.c.id == x.id))
            return Outdated(held.scalar_one())
    for d in change.deadlines:
        moved = update(deadline).where(deadline.c.item_id == d.item).values(rows.deadline_row(d))
        await connection.execute(moved)
    await point.commit()
    return Committed()


async def _add(
    connection: AsyncConnection, batch: Sequence[Writing], numbers: Mapping[MessageKey, int], now: datetime
) -> None:
    """Insert all that is new, one statement for each table."""
    changes = [w.change for w in batch]
    fresh = [(c, x) for c in changes for x in c.items if not x.version]
    await _run(connection, insert(item), [rows.item_row(x, numbers[x.message], _due(c, x)) for c, x in fresh])
    kept = {x.id for _, x in fresh}
    clocks = [rows.deadline_row(d) for c in changes for d in c.deadlines if d.item in kept]
    await _run(connection, insert(deadline), clocks)
    await _run(connection, insert(outbox), [row for w in batch for row in _outbox_rows(w, numbers, now)])
    told = insert_or_ignore(notice).on_conflict_do_nothing()
    await _run(connection, told, [rows.notice_row(n) for c in changes for n in c.notices])
    held = [w for w in batch if w.change.quarantined]
    await _run(connection, insert(quarantine), [_held(w, now) for w in held])
    await _run(connection, insert(journal), [rows.entry_row(e) for c in changes for e in c.entries])


async def _known(connection: AsyncConnection, keys: set[MessageKey]) -> dict[MessageKey, int]:
    """The numbers of messages that were written earlier."""
    if not keys:
        return {}
    wanted = tuple_(message.c.sender, message.c.msg_id).in_([(k.sender, k.msg_id) for k in keys])
    found = await connection.execute(select(message.c.id, message.c.sender, message.c.msg_id).where(wanted))
    return {MessageKey(r.sender, r.msg_id): r.id for r in found}


async def _run(connection: AsyncConnection, statement: Executable, parameters: list[dict[str, Any]]) -> None:
    if parameters:
        await connection.execute(statement, parameters)


def _message_row(writing: Writing, now: datetime) -> dict[str, Any]:
    arrival = writing.change.arrival
    assert arrival is not None
    return {
        "sender": arrival.key.sender,
        "msg_id": arrival.key.msg_id,
        "digest": sha256(writing.raw).digest(),
        "raw": writing.raw,
        "verdict": arrival.verdict,
        "kind": arrival.kind,
        "patient": arrival.patient,
        "received_at": now,
        "via": writing.via,
    }


def _outbox_rows(writing: Writing, numbers: Mapping[MessageKey, int], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "her_id": out.to or out.about.sender,
            "message_id": numbers[out.about],
            "msg_id": out.document.id,
            "kind": out.kind,
            "body": body,
            "created_at": now,
            "confirmed_at": None,
        }
        for out, body in zip(writing.change.outgoing, writing.documents, strict=True)
    ]


def _held(writing: Writing, now: datetime) -> dict[str, Any]:
    held = writing.change.quarantined
    assert held is not None
    return _quarantine_row(writing, held.sender, rows.encode(held.faults), now)


def _quarantine_row(writing: Writing, key: MessageKey | None, faults: str, now: datetime) -> dict[str, Any]:
    return {
        "raw": writing.raw,
        "digest": sha256(writing.raw).digest(),
        "sender": key.sender if key else None,
        "msg_id": key.msg_id if key else None,
        "faults": faults,
        "received_at": now,
        "via": writing.via,
    }


def _line(now: datetime, event: str, key: MessageKey, via: str) -> dict[str, Any]:
    row = {"at": now, "event": event, "message": str(key), "item_id": None, "inbox": None}
    return row | {"who": via, "detail": "{}"}


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


def _by_key(key: MessageKey) -> Executable:
    wanted = (message.c.sender == key.sender, message.c.msg_id == key.msg_id)
    return select(message.c.id, message.c.digest, message.c.verdict, message.c.received_at).where(*wanted)
