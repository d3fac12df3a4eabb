"""Words to rows and back."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row

from hub.change import Alert, Entry, Notice
from hub.deadline import Deadline, Paused, Step, Why
from hub.directory import InboxId, PersonId
from hub.item import Headline, Item, ItemId, Placing, Purpose, State
from hub.message import Fault, MessageId, MessageKey
from hub.record import Told


def encode(value: object) -> str:
    """A word as JSON text."""
    return msgspec.json.encode(value).decode()


def item_row(x: Item, message_id: int, due: datetime | None) -> dict[str, Any]:
    """A new item's row; it is stored as version 1."""
    return {
        "id": x.id,
        "message_id": message_id,
        "inbox": x.inbox,
        "purpose": x.purpose.value,
        "state": x.state.value,
        "owner": x.owner,
        "level": x.level,
        "version": 1,
        "note": x.note,
        "headline": encode(x.headline),
        "placing": encode(x.placing),
        "due_at": due,
        "home": x.home,
    }


def item_of(row: Row[Any]) -> Item:
    """The item of a row that joins item and message."""
    return Item(
        id=ItemId(row.id),
        message=MessageKey(row.sender, MessageId(row.msg_id)),
        inbox=InboxId(row.inbox),
        purpose=Purpose(row.purpose),
        headline=msgspec.json.decode(row.headline, type=Headline),
        placing=msgspec.json.decode(row.placing, type=Placing),
        state=State(row.state),
        owner=PersonId(row.owner) if row.owner else None,
        level=row.level,
        version=row.version,
        note=row.note,
        home=InboxId(row.home) if row.home else None,
    )


def deadline_row(d: Deadline) -> dict[str, Any]:
    """A deadline's row."""
    return {
        "item_id": d.item,
        "due_at": d.due,
        "steps": encode(d.steps),
        "why": encode(d.why),
        "step": d.step,
        "fires_at": d.fires_at,
        "urgent": d.urgent,
        "round": d.round,
        "set_at": d.set_at,
        "basis": d.basis,
        "paused": encode(d.paused) if d.paused else None,
        "replied_at": d.replied_at,
    }


def deadline_of(row: Row[Any]) -> Deadline:
    """The deadline of a row that has its columns beside the item's."""
    return Deadline(
        item=ItemId(row.id),
        due=row.due_at,
        steps=msgspec.json.decode(row.steps, type=tuple[Step, ...]),
        why=msgspec.json.decode(row.why, type=Why),
        step=row.step,
        fires_at=row.fires_at,
        urgent=row.urgent,
        round=row.round,
        set_at=row.set_at,
        basis=row.basis,
        paused=msgspec.json.decode(row.paused, type=Paused) if row.paused else None,
        replied_at=row.replied_at,
    )


def faults_of(written: str) -> tuple[Fault, ...]:
    """The faults of a quarantine row."""
    return msgspec.json.decode(written, type=tuple[Fault, ...])


def notice_row(n: Notice) -> dict[str, Any]:
    """A notice's row."""
    return {
        "inbox": n.inbox,
        "item_id": n.item,
        "round": n.round,
        "step": n.step,
        "due_at": n.due,
        "at": n.at,
        "late": n.late,
        "through": " ".join(n.through),
    }


def alert_row(a: Alert) -> dict[str, Any]:
    """An alert's row."""
    return {
        "kind": a.kind.value,
        "inbox": a.inbox,
        "item_id": a.item,
        "about": a.about,
        "words": a.words,
        "at": a.at,
    }


def entry_row(e: Entry) -> dict[str, Any]:
    """A journal line's row."""
    return {
        "at": e.at,
        "event": e.event,
        "message": str(e.message) if e.message else None,
        "item_id": e.item,
        "inbox": e.inbox,
        "who": e.who,
        "detail": encode(e.detail),
    }


def told_of(row: Row[Any]) -> Told:
    """The journal line of a row."""
    detail = msgspec.json.decode(row.detail, type=dict[str, str])
    return Told(row.id, row.at, row.event, row.message, row.item_id, row.inbox, row.who, detail)
