"""SQLite: a file, one process that writes at a time, nothing else to run."""

import math
import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

# A small transaction runs on the event loop: it takes two or three milliseconds, and in a thread it would take twice as
# long, because thread and loop would wait for each other at every step.
ON_THE_LOOP = True

# A transaction waits this briefly for another process's, because small ones run on the event loop; who may wait
# longer tries again. A checkpoint each 16 MB of log: a smaller one would come several times a second under load.
_ALWAYS = ("PRAGMA busy_timeout=50", "PRAGMA wal_autocheckpoint=4000")

READERS = 4
# There is only one who writes.
SHARERS = 0

# There is no server that may fall silent.
READ_SECONDS = WRITE_SECONDS = BEAT_SECONDS = CLOSE_SECONDS = math.inf

# A connection moves between the threads of its pool, and is used by one at a time.
# Inserts of different lengths are different statements, each worth keeping.
_ANY_THREAD = {"check_same_thread": False, "cached_statements": 512}


def address(url: URL) -> URL:
    """The file's address for the driver. Raises ValueError."""
    if not url.database or url.database == ":memory:":
        raise ValueError("must name a file, as in sqlite:////var/lib/sambud/hub.db")
    return url.set(drivername="sqlite+pysqlite")


def writer(url: URL) -> Engine:
    """The one connection that writes (WAL, synchronous FULL); a queue in front of it beats SQLite's busy handler."""
    return _open(
        *(url, 1, "BEGIN IMMEDIATE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"),
        *("PRAGMA foreign_keys=ON", "PRAGMA cache_size=-16000"),
    )


def readers(url: URL) -> Engine:
    """Connections that cannot write, each seeing one moment of the database."""
    return _open(url, READERS, "BEGIN", "PRAGMA query_only=ON", "PRAGMA cache_size=-4000")


def locked(cause: BaseException | None) -> bool:
    """Whether a failure was another process's transaction, which will end."""
    return isinstance(cause, sqlite3.OperationalError) and "locked" in str(cause)


def refused(cause: BaseException | None) -> bool:
    """Whether the file takes writes and refused what was written."""
    return isinstance(cause, sqlite3.IntegrityError | sqlite3.DataError | sqlite3.InterfaceError)


def lost(_cause: BaseException | None) -> bool:
    """A file is always heard."""
    return False


def away(fault: BaseException | None) -> bool:
    """Whether nothing is wrong but the moment: another process holds the file."""
    return locked(getattr(fault, "orig", None) or fault)


def weakness(c: Connection) -> str | None:
    """Why it may lose what it committed at a power cut, or None."""
    mode = c.execute(text("PRAGMA journal_mode")).scalar()
    level = c.execute(text("PRAGMA synchronous")).scalar()
    if mode == "wal" and level == 2:
        return None
    return f"journal_mode is {mode} and synchronous {level}; WAL and FULL (2) are needed"


def _open(url: URL, size: int, begin: str, *pragmas: str) -> Engine:
    made = create_engine(url, poolclass=QueuePool, pool_size=size, max_overflow=0, connect_args=_ANY_THREAD)

    @event.listens_for(made, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver's own transactions begin too late and read before they write (lost updates).
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (*_ALWAYS, *pragmas):
            cursor.execute(pragma)
        cursor.close()

    event.listen(made, "begin", lambda c: c.exec_driver_sql(begin))
    return made


def listen(url: URL) -> None:
    """Other processes' commits are told by nobody."""
