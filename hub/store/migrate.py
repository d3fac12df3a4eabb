"""Brings a database to the tables of this version."""

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine

from hub.store import engine, partition
from hub.store.tables import metadata


def migrate(url: str, now: datetime | None = None) -> str:
    """Bring the database to the newest revision, and return it; safe to run again and while empty.

    The months that come after `now`, or else after what this machine's clock says, are made too.
    Raises BadConfiguration when the address is wrong or the database cannot be opened.
    """
    made = create_engine(engine.address(url))
    try:
        with made.begin() as connection:
            revision = _upgrade(connection)
            partition.ahead(connection, now or datetime.now(UTC))
            return revision
    except engine.UNREACHABLE as fault:
        raise engine.unreachable(url, fault) from fault
    finally:
        made.dispose()


def differences(connection: Connection) -> list[object]:
    """What the database has otherwise than the tables say; empty when they agree.

    The index of words is each database's own, and no table here.
    """
    own = (partition.NAME, "search")
    options = {"include_name": lambda name, _kind, _parent: not (name or "").startswith(own)}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def _upgrade(connection: Connection) -> str:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return MigrationContext.configure(connection).get_current_revision() or ""
