"""How a database is opened so that what is committed stays committed."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from hub.errors import BadConfiguration

UNREACHABLE = (DBAPIError, OSError)

# One writer: SQLite has one anyway, and a queue in front of it beats its busy handler.
READERS = 4

# A connection moves between the threads of its pool, and is used by one at a time.
_ANY_THREAD = {"check_same_thread": False}


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
    _on_connect(made, "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")
    event.listen(made, "begin", lambda c: _begin(c, "BEGIN IMMEDIATE"))
    return made


def readers(url: URL) -> Engine:
    """Connections that cannot write, each seeing one moment of the database."""
    made = create_engine(url, poolclass=QueuePool, pool_size=READERS, max_overflow=0, connect_args=_ANY_THREAD)
    _on_connect(made, "PRAGMA query_only=ON")
    event.listen(made, "begin", lambda c: _begin(c, "BEGIN"))
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
