"""Everything that a database says about a round, read once."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, func, select

from hub.deadline import Step, Why
from hub.store import cutting
from hub.store.tables import attempt, body, deadline, item, journal, message, notice, outbox, quarantine
from hub.store.tables import cutting as places
from hub.transport import Label


@dataclass(frozen=True, slots=True)
class Clock:
    """An item's deadline: `first` is the step that it began with, `step` the next one."""

    due: datetime
    steps: tuple[Step, ...]
    first: int
    step: int
    fires_at: datetime | None

    def moment(self, step: int) -> datetime | None:
        """When a step is to happen; the last one comes again each week, and without any none does."""
        if not self.steps:
            return None
        again = max(0, step - len(self.steps) + 1)
        return self.due + timedelta(minutes=self.steps[step - again].minutes, weeks=again)


@dataclass(frozen=True, slots=True)
class Books:
    """What there is of each thing."""

    messages: Sequence[Row[Any]]
    # The digests of messages' bytes, put together again; missing where there are none.
    bytes: Mapping[int, bytes]
    items: Mapping[int, Sequence[Row[Any]]]
    clocks: Mapping[str, Clock]
    # What the journal says of items: who was accepted or copied, and for each step whom it says were told.
    made: Counter[str]
    accepted: Counter[str]
    lapsed: Mapping[str, Mapping[int, Sequence[str]]]
    notices: Mapping[str, Mapping[int, frozenset[str]]]
    acknowledgements: Counter[int]
    # For each AMQP id that was refused, the errors about it; and what was sent under which AMQP id of our own.
    errors: Counter[str]
    attempts: Mapping[str, int]
    held: Sequence[Row[Any]]
    parked: int
    waiting: int


def read(c: Connection) -> Books:
    """All of it, as the connection sees it."""
    made, accepted, lapsed = _journal(c)
    sent = c.execute(select(outbox.c.kind, outbox.c.message_id, outbox.c.label)).all()
    return Books(
        messages=c.execute(select(message.c.id, message.c.msg_id, message.c.digest).order_by(message.c.id)).all(),
        bytes=_bytes(c),
        items=_items(c),
        clocks={row.item_id: _clock(row) for row in c.execute(select(deadline))},
        made=made,
        accepted=accepted,
        lapsed=lapsed,
        notices=_notices(c),
        acknowledgements=Counter(row.message_id for row in sent if row.kind == "apprec"),
        errors=Counter(_label(row.label).correlation for row in sent if row.kind == "error"),
        attempts={row.amqp_id: row.outbox_id for row in c.execute(select(attempt.c.amqp_id, attempt.c.outbox_id))},
        held=c.execute(select(quarantine.c.id, quarantine.c.raw, quarantine.c.digest, quarantine.c.why)).all(),
        parked=_count(c, outbox.c.parked_at.is_not(None)),
        waiting=_count(c, outbox.c.sent_at.is_(None)),
    )


def _bytes(c: Connection) -> dict[int, bytes]:
    """The digest of each message's bytes, found and put together as the store does it."""
    cut = set(c.execute(select(places.c.message_id)).scalars())
    there = and_(body.c.message_id == message.c.id, body.c.received_at == message.c.received_at)
    rows = c.execute(select(message.c.id, body.c.raw).join(body, there)).all()
    return {r.id: sha256(cutting.whole(c, r.id, r.raw) if r.id in cut else r.raw).digest() for r in rows}


def _items(c: Connection) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in c.execute(select(item.c.id, item.c.message_id, item.c.purpose)):
        found[row.message_id].append(row)
    return dict(found)


def _clock(row: Row[Any]) -> Clock:
    steps, why = _steps(row.steps), msgspec.json.decode(row.why, type=Why)
    clock = Clock(row.due_at, steps, 0, row.step, row.fires_at)
    # As deadline.first: a warning that had passed when the message came is left out.
    kept = (n for n, s in enumerate(steps) if s.minutes >= 0 or (clock.moment(n) or why.received) > why.received)
    return Clock(row.due_at, steps, next(kept, len(steps)), row.step, row.fires_at)


def _journal(c: Connection) -> tuple[Counter[str], Counter[str], dict[str, dict[int, list[str]]]]:
    made, accepted = Counter[str](), Counter[str]()
    lapsed: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    wanted = journal.c.event.in_(("message.accepted", "item.copied")) | journal.c.event.like("deadline.%")
    for r in c.execute(select(journal.c.event, journal.c.message, journal.c.item_id, journal.c.detail).where(wanted)):
        if r.event.startswith("deadline."):
            detail = msgspec.json.decode(r.detail)
            lapsed[r.item_id][int(detail["step"])].append(detail["told"])
        else:
            made[r.item_id] += 1
            accepted.update([r.message] if r.event == "message.accepted" else [])
    return made, accepted, lapsed


def _notices(c: Connection) -> dict[str, dict[int, frozenset[str]]]:
    found: dict[str, dict[int, frozenset[str]]] = defaultdict(lambda: defaultdict(frozenset))
    for r in c.execute(select(notice.c.item_id, notice.c.step, notice.c.inbox)):
        found[r.item_id][r.step] |= {r.inbox}
    return found


def _count(c: Connection, wanted: Any) -> int:
    return c.execute(select(func.count()).select_from(outbox).where(wanted)).scalar_one()


def _label(written: str) -> Label:
    return msgspec.json.decode(written, type=Label)


@lru_cache(maxsize=256)
def _steps(written: str) -> tuple[Step, ...]:
    return msgspec.json.decode(written, type=tuple[Step, ...])
