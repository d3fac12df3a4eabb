"""The months by which PostgreSQL keeps the messages' bytes apart; SQLite keeps them together."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, select, text, tuple_
from sqlalchemy.exc import DBAPIError

from hub import item as items
from hub.errors import Unavailable
from hub.store import engine
from hub.store.tables import blob, body, cutting, item, message

NAME = "body_"
OPEN = sorted(state.value for state in items.OPEN)

# How many months beyond this one are made before anything is received in them.
AHEAD = 3
# Whoever makes a month holds this lock to the end of the transaction, so that no two make the same.
MAKING = 0x5A4D_4D4F
# Whoever drops a month asks for the whole table, and all who want it meanwhile wait behind: so it gives up this soon.
DROP_TIMEOUT = "200ms"

# A place of what was cut out: the message's number, and where in it.
Place = tuple[int, int]


def ready(c: Connection, at: datetime) -> None:
    """See to it that what is received at this moment has its place."""
    month = _month(at)
    if _there(c, month):
        return
    c.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MAKING})")
    if _there(c, month):
        return
    # PARTITION OF would wait for everybody who reads the table, a backup too; this gets along with them.
    c.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {_name(month)} (LIKE body INCLUDING ALL)")
    c.exec_driver_sql(
        f"ALTER TABLE body ATTACH PARTITION {_name(month)}"
        f" FOR VALUES FROM ('{month.isoformat()}') TO ('{_next(month).isoformat()}')"
    )


def between(c: Connection, first: datetime | None, last: datetime | None) -> None:
    """See to all months from one moment to another; none when there is no such moment."""
    if first is None or last is None:
        return
    month = _month(first)
    while month <= last:
        ready(c, month)
        month = _next(month)


def missing(c: Connection, now: datetime) -> list[datetime]:
    """This month and those to come that are to be made."""
    return [month for month in _coming(now) if not _there(c, month)]


def ahead(c: Connection, now: datetime) -> None:
    """See to this month and those to come."""
    for month in _coming(now):
        ready(c, month)


def old(c: Connection, before: datetime) -> list[datetime]:
    """The whole months before this one's beginning that are there, the oldest first."""
    if c.dialect.name == "postgresql":
        children = "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = 'body'::regclass"
        found = (re.fullmatch(rf"{NAME}(\d{{4}})_(\d\d)", name) for name in c.execute(text(children)).scalars())
        months = sorted(datetime(int(m[1]), int(m[2]), 1, tzinfo=UTC) for m in found if m)
        return [month for month in months if month < _month(before)]
    months, oldest = [], c.execute(select(func.min(body.c.received_at))).scalar()
    month = _month(oldest or before)
    while month < _month(before):
        months.append(month)
        month = _next(month)
    return months


def drop(c: Connection, month: datetime) -> bool:
    """Let go of the bytes of a month's messages; returns whether there were any.

    Everything else of a message stays: who sent it, what came of it, its history. A month in which something is still
    open waits. Raises Unavailable when somebody reads bytes just now.
    """
    within = (message.c.received_at >= month, message.c.received_at < _next(month))
    undone = select(item.c.id).join(message, message.c.id == item.c.message_id).where(item.c.state.in_(OPEN), *within)
    if c.execute(undone.limit(1)).first():
        return False
    its_own = (body.c.received_at >= month, body.c.received_at < _next(month))
    held = c.execute(select(body.c.message_id).where(*its_own).limit(1)).first() is not None
    if c.dialect.name != "postgresql":
        c.execute(delete(body).where(*its_own))
    elif _there(c, month):
        _drop(c, month)
    return held


def orphans(c: Connection, before: datetime, limit: int) -> list[Place]:
    """What was cut out of messages whose bytes were let go, at most so many places."""
    last = _month(before)
    there = (body.c.message_id == message.c.id, body.c.received_at == message.c.received_at)
    kept = select(body.c.message_id).where(*there, body.c.received_at < last).exists()
    query = select(cutting.c.message_id, cutting.c.start).join(message, message.c.id == cutting.c.message_id)
    query = query.where(message.c.received_at < last, ~kept).order_by(cutting.c.message_id, cutting.c.start)
    return [(r.message_id, r.start) for r in c.execute(query.limit(limit))]


def clear(c: Connection, places: Sequence[Place]) -> None:
    """Let go of what was cut out of messages at these places, where no other message needs it."""
    gone = tuple_(cutting.c.message_id, cutting.c.start).in_(places)
    digests = set(c.execute(select(cutting.c.digest).where(gone)).scalars())
    c.execute(delete(cutting).where(gone))
    needed = select(cutting.c.digest).where(cutting.c.digest == blob.c.digest).exists()
    c.execute(delete(blob).where(blob.c.digest.in_(digests), ~needed))


def _drop(c: Connection, month: datetime) -> None:
    try:
        c.exec_driver_sql(f"SET LOCAL lock_timeout = '{DROP_TIMEOUT}'")
        c.exec_driver_sql(f"DROP TABLE {_name(month)}")
    except DBAPIError as fault:
        if engine.locked(fault):
            # Not another's turn, which ends soon: it is tried again at the next look, and not at once.
            raise Unavailable(f"somebody reads messages' bytes, so {_name(month)} is let go another time") from None
        raise


def _there(c: Connection, month: datetime) -> bool:
    """Whether there is a place for what is received in a month."""
    if c.dialect.name != "postgresql":
        return True
    asked = text("SELECT relispartition FROM pg_class WHERE oid = to_regclass(:name)")
    return bool(c.execute(asked, {"name": _name(month)}).scalar())


def _coming(now: datetime) -> list[datetime]:
    months = [_month(now)]
    for _ in range(AHEAD):
        months.append(_next(months[-1]))
    return months


def _name(month: datetime) -> str:
    return f"{NAME}{month:%Y_%m}"


def _month(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
