"""The servers of a whole run: started when the first test asks for one, gone at its end; and databases on them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.store.migrate import migrate
from tests import centre
from tests.servers import pgbouncer as pb
from tests.servers import postgresql as pg
from tests.servers import rabbitmq as mq

# The database that every test's own is made like.
TEMPLATE = "hub_template"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[pg.Postgresql]:
    """A PostgreSQL with a database of this version's tables to copy."""
    with pg.running() as server:
        server.run("createdb", TEMPLATE)
        migrate(server.url(TEMPLATE))
        yield server


@pytest.fixture(scope="session")
def pgbouncer(postgresql: pg.Postgresql) -> Iterator[pb.Pgbouncer]:
    """A pgbouncer before that PostgreSQL, which knows all its databases."""
    with pb.running(postgresql) as pooler:
        yield pooler


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[mq.Node]:
    """One RabbitMQ node."""
    with mq.running() as cluster:
        yield cluster.nodes[0]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn."""
    found: str = request.param
    return found


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest) -> str:
    """The address of a new and migrated database, of each kind in turn."""
    found: str = request.getfixturevalue(f"{kind}_url")
    return found


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a new and migrated file."""
    return centre.configured(tmp_path).database.url


@pytest.fixture
def postgresql_url(postgresql: pg.Postgresql) -> Iterator[str]:
    """The address of a new database with this version's tables, on PostgreSQL."""
    name = postgresql.create(TEMPLATE)
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture
def pgbouncer_url(postgresql: pg.Postgresql, pgbouncer: pb.Pgbouncer) -> Iterator[str]:
    """The address of a new database with this version's tables, on PostgreSQL behind pgbouncer."""
    name = postgresql.create(TEMPLATE)
    yield pgbouncer.url(name)
    postgresql.drop(name)
