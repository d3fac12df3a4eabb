"""Migrations and tables say the same, and a database is brought from one to the other without loss."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from hub.store import engine, migrate
from hub.store.tables import REVISION


def test_the_migrations_make_the_tables(url: str) -> None:
    made = create_engine(engine.address(url))
    with made.connect() as c:
        assert [] == migrate.differences(c)
    made.dispose()


def test_migrating_again_changes_nothing(url: str) -> None:
    assert REVISION == migrate.migrate(url)


def test_the_store_asks_for_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert REVISION == ScriptDirectory.from_config(config).get_current_head()
