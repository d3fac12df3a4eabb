"""Whether a database can be used: it has this version's tables, and keeps what it commits."""

from sqlalchemy import Connection, inspect, text

from hub.errors import BadConfiguration
from hub.store import engine
from hub.store.tables import REVISION


def at_revision(c: Connection, url: str) -> None:
    """Refuse a database of another version's tables. Raises BadConfiguration."""
    known = inspect(c).has_table("alembic_version")
    row = c.execute(text("SELECT version_num FROM alembic_version")).first() if known else None
    if row is None or row[0] != REVISION:
        raise wrong_tables(url, f"is at revision {row[0]}" if row else "is empty")


def durable(c: Connection) -> None:
    """Refuse a database that may lose what it committed at a power cut. Raises BadConfiguration."""
    if reason := engine.weakness(c):
        raise BadConfiguration("configuration", "database.url", reason)


def wrong_tables(url: str, what: str) -> BadConfiguration:
    """Why a database has not the tables that this version needs, and what to do."""
    reason = f"{engine.shown(url)} {what}, this version needs {REVISION}: run `hub migrate`"
    return BadConfiguration("configuration", "database.url", reason)
