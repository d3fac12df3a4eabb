"""How a database is opened so that what is committed stays committed."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from hub.errors import BadConfiguration

# Inserts go to the driver directly, so its own errors come too.
UNREACHABLE = (DBAPIError, sqlite3.Error, OSError)

# A transaction waits this briefly for another process's, because small ones run on the event loop; who may wait
# longer tries again. A checkpoint each 16 MB of log: a smaller one would come several times a second under load.
_ALWAYS = ("PRAGMA busy_timeout=50", "PRAGMA wal_autocheckpoint=4000")

# One writer: SQLite has one anyway, and a queue in front of it beats its busy handler.
READERS = 4

# A connection moves between the threads of its pool, and is used by one at a time.
# Inserts of different lengths are different statements, each worth keeping.
_ANY_THREAD = {"check_same_thread": False, "cached_statements": 512}


def address(url: str) -> URL:
    """The database's address for its driver.

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
    return parsed.set(drivername="sqlite+pysqlite")


def writer(url: URL) -> Engine:
    """The one connection that writes: WAL, synchronous FULL, BEGIN IMMEDIATE."""
    made = create_engine(url, poolclass=QueuePool, pool_size=1, max_overflow=0, connect_args=_ANY_THREAD)
    durable = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")
    _on_connect(made, *durable, "PRAGMA cache_size=-16000")
    event.listen(made, "begin", lambda c: _begin(c, "BEGIN IMMEDIATE"))
    return made


def readers(url: URL) -> Engine:
    """Connections that cannot write, each seeing one moment of the database."""
    made = create_engine(url, poolclass=QueuePool, pool_size=READERS, max_overflow=0, connect_args=_ANY_THREAD)
    _on_connect(made, "PRAGMA query_only=ON", "PRAGMA cache_size=-4000")
    event.listen(made, "begin", lambda c: _begin(c, "BEGIN"))
    return made


def locked(fault: BaseException | None) -> bool:
    """Whether a failure was another process's transaction, which will end."""
    cause = getattr(fault, "orig", None) or fault
    return isinstance(cause, sqlite3.OperationalError) and "locked" in str(cause)


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
        for pragma in (*_ALWAYS, *pragmas):
            cursor.execute(pragma)
        cursor.close()


def _begin(connection: Connection, words: str) -> None:
    connection.exec_driver_sql(words)
