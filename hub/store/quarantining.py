"""What could not be handled: quarantined bytes and parked documents, as operations look at them and end them."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, func, select, update

from hub.change import Entry
from hub.message import MessageId, MessageKey
from hub.record import Dead, Ended
from hub.store import lane, rows
from hub.store.tables import attempt, journal, outbox, quarantine
from hub.transport import Label

_OPEN = quarantine.c.ended_at.is_(None)
_PARKED = outbox.c.parked_at.is_not(None)
# A length is asked for in its place: the bytes may be many megabytes.
_HELD = [c for c in quarantine.c if c is not quarantine.c.raw]


def dead(c: Connection, limit: int) -> list[Dead]:
    """What nobody has ended yet: from quarantine, then from the outbox, each from the oldest."""
    held = c.execute(_held().where(_OPEN).order_by(quarantine.c.id).limit(limit))
    parked = c.execute(_parked().where(_PARKED).order_by(outbox.c.parked_at, outbox.c.id).limit(limit))
    return [*map(_of_quarantine, held), *map(_of_outbox, parked)]


def count(c: Connection) -> tuple[int, int]:
    """How many rows of quarantine nobody has ended yet, and how many documents are parked."""
    held = c.execute(select(func.count()).select_from(quarantine).where(_OPEN)).scalar_one()
    return held, c.execute(select(func.count()).select_from(outbox).where(_PARKED)).scalar_one()


def one(c: Connection, id: str) -> Dead | None:
    """A row of quarantine, ended or not, or a parked document; None when there is none."""
    number = int(id[1:])
    if id[0] == "q":
        row = c.execute(_held().where(quarantine.c.id == number)).one_or_none()
        return _of_quarantine(row) if row else None
    row = c.execute(_parked().where(outbox.c.id == number, _PARKED)).one_or_none()
    return _of_outbox(row) if row else None


def raw(c: Connection, id: str) -> bytes | None:
    """The bytes of either, or None when there is none."""
    number = int(id[1:])
    if id[0] == "q":
        return c.execute(select(quarantine.c.raw).where(quarantine.c.id == number)).scalar_one_or_none()
    return c.execute(select(outbox.c.body).where(outbox.c.id == number, _PARKED)).scalar_one_or_none()


def again(c: Connection, number: int) -> int | None:
    """The newest row of quarantine that holds the same bytes, came later and is not ended; None when there is none."""
    digest = select(quarantine.c.digest).where(quarantine.c.id == number).scalar_subquery()
    newer = (quarantine.c.id > number, quarantine.c.digest == digest, _OPEN)
    found: int | None = c.execute(select(func.max(quarantine.c.id)).where(*newer)).scalar_one()
    return found


def end(c: Connection, numbers: Collection[int], how: str, who: str, why: str, now: datetime) -> int:
    """End rows of quarantine that nobody has ended; `how` is replayed or discarded. Returns how many there were."""
    wanted = (quarantine.c.id.in_(numbers), _OPEN)
    found = c.execute(select(quarantine.c.id, quarantine.c.sender, quarantine.c.msg_id).where(*wanted)).all()
    ending = f"{how}: {why}" if why else how
    c.execute(update(quarantine).where(*wanted).values(ended_at=now, ended_by=who, ending=ending))
    lane.add(c, journal, [rows.entry_row(entry) for entry in _entries(found, how, who, why, now)])
    return len(found)


def _entries(found: Iterable[Any], how: str, who: str, why: str, now: datetime) -> Iterator[Entry]:
    for r in found:
        key = MessageKey(r.sender, MessageId(r.msg_id)) if r.sender else None
        yield Entry(now, f"quarantine.{how}", key, who=who, detail={"quarantine": f"q{r.id}", "why": why})


def _held() -> Select[Any]:
    return select(*_HELD, func.length(quarantine.c.raw).label("size"))


def _parked() -> Select[Any]:
    last = select(attempt.c.outcome).where(attempt.c.outbox_id == outbox.c.id).order_by(attempt.c.at.desc()).limit(1)
    columns = (outbox.c.id, outbox.c.msg_id, outbox.c.kind, outbox.c.label, outbox.c.attempts, outbox.c.item_id)
    moments = (outbox.c.created_at, outbox.c.parked_at)
    size = func.length(outbox.c.body).label("size")
    return select(*columns, *moments, size, last.scalar_subquery().label("outcome"))


def _of_quarantine(r: Row[Any]) -> Dead:
    ended = Ended(r.ended_at, r.ended_by or "", r.ending or "") if r.ended_at else None
    told = {"through": r.via, "sender": r.sender or "", "msg_id": r.msg_id or "", "sha256": r.digest.hex()}
    return Dead(f"q{r.id}", r.received_at, r.why, r.size, told, rows.faults_of(r.faults), ended)


def _of_outbox(r: Row[Any]) -> Dead:
    label = msgspec.json.decode(r.label, type=Label)
    told = {
        "kind": r.kind,
        "msg_id": r.msg_id,
        "from": label.from_her_id,
        "to": label.to_her_id,
        "queue": label.queue,
        "attempts": str(r.attempts),
        "written_at": r.created_at.isoformat(),
        "item": r.item_id or "",
    }
    return Dead(f"o{r.id}", r.parked_at, r.outcome or "unknown", r.size, told)
