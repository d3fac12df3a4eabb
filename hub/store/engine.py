"""How a database is opened so that what is committed stays committed."""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from hub.errors import BadConfiguration

UNREACHABLE = (DBAPIError, OSError)

# One writer: SQLite has one anyway, and a queue in front of it beats its busy handler.
READERS = 4


def address(url: str) -> URL:
    """The database's address for the async driver.

    Raises BadConfiguration when it is no address, or of a database the hub does not know.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as fault:
        raise BadConfiguration("configuration", "database.url", f"{url!r} is no database address") from fault
    if parsed.get_backend_name() != "sqlite":
        raise BadConfiguration("configuration", "database.url", "must begin with sqlite:///")
    if not parsed.database or parsed.database == ":memory:":
        raise BadConfiguration(
            "configuration", "database.url", "must name a file, as in sqlite:////var/lib/sambud/hub.db"
        )
    return parsed.set(drivername="sqlite+aiosqlite")


def writer(url: URL) -> AsyncEngine:
    """The one connection that writes: WAL, synchronous FULL, BEGIN IMMEDIATE."""
    made = create_async_engine(url, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0)
    _on_connect(made.sync_engine, "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")
    event.listen(made.sync_engine, "begin", lambda c: _begin(c, "BEGIN IMMEDIATE"))
    return made


def readers(url: URL) -> AsyncEngine:
    """Connections that cannot write, each seeing one moment of the database."""
    made = create_async_engine(url, poolclass=AsyncAdaptedQueuePool, pool_size=READERS, max_overflow=0)
    _on_connect(made.sync_engine, "PRAGMA query_only=ON")
    event.listen(made.sync_engine, "begin", lambda c: _begin(c, "BEGIN"))
    return made


def unreachable(url: str, fault: BaseException) -> BadConfiguration:
    """The words for a database that cannot be opened."""
    cause = getattr(fault, "orig", None) or fault
    return BadConfiguration("configuration", "database.url", f"{url} cannot be opened: {cause}")


def _on_connect(made: Engine, *pragmas: str) -> None:
    @event.listens_for(made, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver's own transactions begin too late and read before they write (lost updates).
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("PRAGMA busy_timeout=10000", "PRAGMA cache_size=-16000", *pragmas):
            cursor.execute(pragma)
        cursor.close()


def _begin(connection: Connection, words: str) -> None:
    connection.exec_driver_sql(words)
