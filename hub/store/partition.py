"""The months by which PostgreSQL keeps the messages' bytes apart; SQLite keeps them together."""

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, select, text

from hub import item as items
from hub.store.tables import blob, body, cutting, item, message

NAME = "body_"
OPEN = sorted(state.value for state in items.OPEN)


def ready(c: Connection, at: datetime) -> None:
    """See to it that what is received at this moment has its place."""
    if c.dialect.name != "postgresql":
        return
    first = _month(at)
    name = f"{NAME}{first:%Y_%m}"
    if c.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar() is None:
        c.exec_driver_sql(
            f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF body"
            f" FOR VALUES FROM ('{first.isoformat()}') TO ('{_next(first).isoformat()}')"
        )


def between(c: Connection, first: datetime | None, last: datetime | None) -> None:
    """See to all months from one moment to another; none when there is no such moment."""
    if first is None or last is None or c.dialect.name != "postgresql":
        return
    month = _month(first)
    while month <= last:
        ready(c, month)
        month = _next(month)


def forget(c: Connection, before: datetime) -> int:
    """Let go of the bytes of messages from whole months before this one's beginning; returns of how many months.

    Everything else of a message stays: who sent it, what came of it, its history. A month in which something is still
    open waits. What was cut out of messages goes when no message needs it any more.
    """
    last, gone = _month(before), 0
    oldest: datetime | None = c.execute(select(func.min(body.c.received_at))).scalar()
    month = _month(oldest) if oldest else last
    while month < last:
        gone += _dropped(c, month)
        month = _next(month)
    return gone


def _dropped(c: Connection, month: datetime) -> bool:
    """Whether a month's bytes were there, and went."""
    within = (message.c.received_at >= month, message.c.received_at < _next(month))
    undone = select(item.c.id).join(message, message.c.id == item.c.message_id).where(item.c.state.in_(OPEN), *within)
    held = select(body.c.message_id).where(body.c.received_at >= month, body.c.received_at < _next(month))
    if c.execute(undone.limit(1)).first() or not c.execute(held.limit(1)).first():
        return False
    c.execute(delete(cutting).where(cutting.c.message_id.in_(held)))
    if c.dialect.name == "postgresql":
        c.exec_driver_sql(f"DROP TABLE {NAME}{month:%Y_%m}")
    else:
        c.execute(delete(body).where(body.c.received_at >= month, body.c.received_at < _next(month)))
    c.execute(delete(blob).where(~select(cutting.c.digest).where(cutting.c.digest == blob.c.digest).exists()))
    return True


def _month(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
