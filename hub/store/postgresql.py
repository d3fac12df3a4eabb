"""PostgreSQL: any number of processes; their decisions are written one transaction after the other.

Nothing here outlives a transaction on the server, so it works behind pgbouncer in transaction mode too.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.pool import QueuePool

from hub.store import bound

# A commit crosses a network and waits for its turn, so it runs in a thread.
ON_THE_LOOP = False

READERS = 4
SHARERS = 2

# Seconds after which the server is held for silent: whoever reads or writes is told so, each a while after the server's
# own limits. A sign of life is of no use later, and a process that ends waits no longer for what is under way.
READ_SECONDS, WRITE_SECONDS, BEAT_SECONDS, CLOSE_SECONDS = 90.0, 45.0, 5.0, 5.0

# Seconds for a connection to be made, and in which a dead one is noticed; the last one is in milliseconds, for what was
# sent and not acknowledged.
_CONNECT = {
    **{"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3},
    "tcp_user_timeout": 20_000,
}
# `autocommit` as transactions are begun by us; statements are prepared by nobody, as the next one of a connection may
# meet another server process (pgbouncer).
_DRIVER: dict[str, Any] = {**_CONNECT, "autocommit": True, "prepare_threshold": None, "application_name": "sambud"}

# Whoever writes decisions holds this lock to the end of the transaction: what comes after sees all that came before,
# the journal's numbers rise in the order of commits, and no two can wait for each other (docs/decisions/0011).
TURN = 0x5A4D_4255
# A holder that froze loses its turn after the second of these; whoever waits gives up after the first and tries again.
_LIMITS = (
    "SET LOCAL lock_timeout = '2s'",
    "SET LOCAL idle_in_transaction_session_timeout = '15s'",
    "SET LOCAL statement_timeout = '30s'",
)

# A reader that was forgotten would hold back vacuum, and whoever changes a table.
_READING = ("SET LOCAL statement_timeout = '60s'", "SET LOCAL idle_in_transaction_session_timeout = '60s'")

# What ends by itself: a lock that another one holds, two who wait for each other, a transaction to be tried again.
_PASSING = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)

# Where processes tell each other that they have written, and how long they wait to listen again.
CHANNEL = "sambud"
AGAIN_SECONDS = 2.0

# SQLSTATE of connections that fail, of resources that are used up, and of a server that starts or stops.
_NOT_NOW = ("08", "53", "57P")

# SQLSTATE of connections that ended.
_ENDED = ("08", "57P")

# SQLSTATE of data, constraints and limits: what was written is refused, and would be again.
_REFUSED = ("22", "23", "54")
# What a server says when an address is wrong, and not the moment; nothing else is taken for a wrong configuration.
_WRONG = ("does not exist", "authentication failed", "no pg_hba.conf entry", "not permitted to log in")

# Settings by which nothing can be written or a commit may be lost, with the values by which all is well.
_DURABLE = {
    "default_transaction_read_only": ("off",),
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "local", "remote_write", "remote_apply"),
}


def address(url: URL) -> URL:
    """The server's address for the driver. Raises ValueError."""
    if not url.database:
        raise ValueError("must name a database, as in postgresql://sambud@db.example/sambud")
    return url.set(drivername="postgresql+psycopg")


def writer(url: URL) -> Engine:
    """The connection that writes decisions, each transaction in its turn among all processes."""
    return _open(url, 1, "BEGIN", *_LIMITS, f"SELECT pg_advisory_xact_lock({TURN})")


def sharers(url: URL) -> Engine:
    """Connections that write what needs no order among processes: claims, heartbeats, what was sent."""
    return _open(url, SHARERS, "BEGIN", *_LIMITS)


def readers(url: URL) -> Engine:
    """Connections that cannot write, each seeing one moment of the database."""
    return _open(url, READERS, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", *_READING)


def listen(url: URL) -> Callable[[Callable[[], None]], Awaitable[None]]:
    """Waits for other processes' commits, and rings for each; behind pgbouncer none is told, and that is no fault."""
    words = url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def run(ring: Callable[[], None]) -> None:
        while True:
            with suppress(psycopg.Error, OSError):
                async with await psycopg.AsyncConnection.connect(words, **_DRIVER) as c:
                    if await _pooled(c):
                        return
                    await c.execute(f"LISTEN {CHANNEL}")
                    async for _ in c.notifies():
                        ring()
            await asyncio.sleep(AGAIN_SECONDS)

    return run


async def _pooled(c: psycopg.AsyncConnection) -> bool:
    """Whether a pooler stands between: the server process that answers is not the one that it named when we came.

    There nobody must listen: the server's connection would go on listening for whoever has it next.
    """
    async with await c.execute("SELECT pg_backend_pid()") as found:
        return await found.fetchone() != (c.info.backend_pid,)


def tell(c: Connection) -> None:
    """Ring in all other processes when this transaction is committed."""
    c.exec_driver_sql(f"NOTIFY {CHANNEL}")


def locked(cause: BaseException | None) -> bool:
    """Whether a failure was another process's transaction, which will end."""
    return isinstance(cause, _PASSING)


def refused(cause: BaseException | None) -> bool:
    """Whether the server takes writes and refused what was written."""
    return isinstance(cause, psycopg.Error) and (cause.sqlstate or "").startswith(_REFUSED)


def lost(cause: BaseException | None) -> bool:
    """Whether the connection ended, or the server was silent."""
    return isinstance(cause, psycopg.OperationalError) and (cause.sqlstate or _ENDED[0]).startswith(_ENDED)


def away(fault: BaseException | None) -> bool:
    """Whether nothing is wrong but the moment: nobody answers at the address, or the server is starting or busy."""
    cause = getattr(fault, "orig", None) or fault
    if isinstance(cause, psycopg.Error) and cause.sqlstate is not None:
        return locked(cause) or cause.sqlstate.startswith(_NOT_NOW)
    # A connection that fails has words only.
    wrong = any(words in str(cause) for words in _WRONG)
    return isinstance(cause, NoConnection) or (isinstance(cause, psycopg.Error) and not wrong)


def weakness(c: Connection) -> str | None:
    """Why it cannot be written or may lose what it committed, or None."""
    if c.execute(text("SELECT pg_is_in_recovery()")).scalar():
        return "pg_is_in_recovery() is true: this is a standby, and the server that takes writes is needed"
    for name, good in _DURABLE.items():
        value = c.execute(text(f"SHOW {name}")).scalar()
        if value not in good:
            return f"{name} is {value}; {' or '.join(good)} is needed"
    return None


def _open(url: URL, size: int, *begin: str) -> Engine:
    made = create_engine(
        url, poolclass=QueuePool, pool_size=size, max_overflow=0, pool_pre_ping=True, connect_args=_DRIVER
    )
    words = "; ".join(begin)

    @event.listens_for(made, "do_connect")
    def connect(_dialect: object, _record: object, given: Sequence[Any], named: dict[str, Any]) -> bound.Connection:
        return bound.connect(*given, **named)

    @event.listens_for(made, "begin")
    def begin_in_one(c: Connection) -> None:
        # One way to the server and back for all of it; the driver sends several statements only without parameters.
        try:
            c.connection.cursor().execute(words)
        except psycopg.Error:
            # A transaction that has begun and not got its turn; one that is cut off has ended.
            with suppress(psycopg.Error):
                c.connection.rollback()
            raise

    return made
