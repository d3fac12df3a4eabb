"""A server that takes no writes is not taken for one that is well: neither at the start nor when it is asked."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from hub import intake
from hub.errors import BadConfiguration, Unavailable
from hub.store import Committed, Store, Writing
from hub.store.migrate import migrate
from tests import builders
from tests.servers import account
from tests.servers import postgresql as pg

NOW = builders.TUESDAY
READ_ONLY = "default_transaction_read_only"


def admitted(n: int) -> Writing:
    change = intake.judge(builders.message(n), builders.order(), NOW)
    return Writing(change, NOW, b"<xml>%d</xml>" % n, "test", tuple(b"ack" for _ in change.outgoing))


async def test_asking_whether_it_can_be_written_leaves_nothing(store: Store) -> None:
    before = await store.tally()
    await store.probe(NOW)
    assert ([], before) == (await store.workers(), await store.tally())


async def test_asking_whether_it_can_be_written_writes_to_the_servers_disk(postgresql_url: str) -> None:
    async with Store(postgresql_url) as store:
        with psycopg.connect(postgresql_url, autocommit=True) as c:
            before = c.execute("SELECT pg_current_wal_flush_lsn()").fetchone()
            await store.probe(NOW)
            row = c.execute("SELECT %s < pg_current_wal_flush_lsn()", before).fetchone()
    assert (True,) == row


async def test_a_database_that_is_set_to_be_read_only_is_refused_naming_the_setting(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as c:
        c.execute(f"ALTER DATABASE {postgresql_url.rpartition('/')[2]} SET {READ_ONLY} = on")
    with pytest.raises(BadConfiguration, match=f"database.url: {READ_ONLY} is on; off is needed"):
        async with Store(postgresql_url):
            pass


class TestServer:
    """A server of its own, whose settings change and of which there is a copy."""

    @pytest.fixture
    def server(self, postgresql: pg.Postgresql) -> Iterator[pg.Postgresql]:
        with pg.running() as server:
            server.run("createdb", "hub")
            migrate(server.url("hub"))
            yield server

    @pytest.fixture
    def standby(self, server: pg.Postgresql, free_port: int) -> Iterator[pg.Postgresql]:
        """A copy that follows the server."""
        with account.folder_of(pg.USER, None) as place:
            server.run("pg_basebackup", "-D", str(place / "data"), "-R", "-c", "fast", "--no-sync")
            found = pg.Postgresql(place, free_port)
            try:
                found.start()
                yield found
            finally:
                found.stop()

    async def test_a_standby_is_refused_by_its_name(self, standby: pg.Postgresql) -> None:
        with pytest.raises(BadConfiguration, match=r"pg_is_in_recovery\(\) is true: this is a standby"):
            async with Store(standby.url("hub")):
                pass

    async def test_a_server_that_takes_no_writes_any_more_is_told_and_is_well_again_later(
        self, server: pg.Postgresql
    ) -> None:
        async with Store(server.url("hub")) as store:
            await store.probe(NOW)
            await let(server, "on")
            for work in (store.probe(NOW), store.commit([admitted(1)])):
                with pytest.raises(
                    Unavailable, match=r"the store failed \(ReadOnlySqlTransaction\); nothing was taken"
                ):
                    await work
            # Whoever only reads sees nothing of it.
            assert 0 == await store.newest()
            await let(server, "off")
            await store.probe(NOW)
            assert [Committed()] == await store.commit([admitted(1)])


async def let(server: pg.Postgresql, value: str) -> None:
    """Let every transaction from now on be read-only, or not; they are told by a signal, which takes a moment."""
    with psycopg.connect(server.url("hub"), autocommit=True) as c:
        c.execute(f"ALTER SYSTEM SET {READ_ONLY} = {value}")
        c.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(0.5)
