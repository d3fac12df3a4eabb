"""How a database is opened so that what is committed stays committed; each kind has a module of its own."""

import sqlite3
from pathlib import Path
from types import ModuleType

import psycopg
from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from hub.errors import BadConfiguration
from hub.store import postgresql, sqlite

# Inserts go to the driver directly, so its own errors come too.
UNREACHABLE = (DBAPIError, NoConnection, sqlite3.Error, psycopg.Error, OSError)

# Each has `address`, `writer`, `sharers`, `readers`, `locked`, `lost` and `weakness`, and says what may run on the
# event loop and after how many seconds the database is held for silent.
KINDS: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}


def of(name: str) -> ModuleType:
    """The kind of database that SQLAlchemy calls so."""
    return KINDS[name]


def address(url: str) -> URL:
    """The database's address for its driver.

    Raises BadConfiguration when it is no address, or of a database the hub does not know.
    """
    try:
        parsed = make_url(url)
        kind = KINDS[parsed.get_backend_name()]
        found: URL = kind.address(parsed)
    except (ArgumentError, KeyError, ValueError) as fault:
        # What cannot be read is not repeated: it may hold a password.
        reason = str(fault) if type(fault) is ValueError else "must begin with sqlite:/// or postgresql://"
        raise BadConfiguration("configuration", "database.url", reason) from fault
    return found


def there(url: str) -> bool:
    """Whether there is anything to open: a database in a file would be made by whoever opens it."""
    at = address(url)
    return at.get_backend_name() != "sqlite" or Path(at.database or "").exists()


def shown(url: str) -> str:
    """An address as it may be told, without its password."""
    return make_url(url).render_as_string(hide_password=True)


def locked(fault: BaseException | None) -> bool:
    """Whether a failure was another process's transaction, which will end."""
    cause = getattr(fault, "orig", None) or fault
    return any(kind.locked(cause) for kind in KINDS.values())


def refused(fault: BaseException | None) -> bool:
    """Whether the database takes writes and refused what was written."""
    cause = getattr(fault, "orig", None) or fault
    return any(kind.refused(cause) for kind in KINDS.values())


def lost(fault: BaseException | None) -> bool:
    """Whether the database was not heard any more: it may have done what it was told, and is not better off alone."""
    cause = getattr(fault, "orig", None) or fault
    return isinstance(cause, TimeoutError) or any(kind.lost(cause) for kind in KINDS.values())


def weakness(c: Connection) -> str | None:
    """Why this database may lose what it committed, or None."""
    found: str | None = of(c.dialect.name).weakness(c)
    return found


def unreachable(url: str, fault: BaseException) -> BadConfiguration:
    """The words for a database that cannot be opened."""
    cause = getattr(fault, "orig", None) or fault
    return BadConfiguration("configuration", "database.url", f"{shown(url)} cannot be opened: {cause}")
