"""The months by which PostgreSQL keeps the messages' bytes apart; SQLite keeps them together."""

from datetime import UTC, datetime

from sqlalchemy import Connection, text

NAME = "body_"


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


def _month(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
