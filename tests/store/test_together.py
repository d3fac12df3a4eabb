"""Several processes on one PostgreSQL: a message is taken once, a claim has one winner, the journal keeps its order."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from hub import desk, intake
from hub.desk import Act
from hub.errors import BadConfiguration, Unavailable
from hub.item import Action
from hub.store import Committed, Duplicate, Outdated, Store, Writing, Written
from hub.store.migrate import migrate
from hub.store.postgresql import TURN
from tests import builders
from tests.servers import postgresql as pg

NOW = builders.TUESDAY
TEAM = builders.TEAM[0]


@pytest.fixture
async def stores(postgresql_url: str) -> AsyncIterator[list[Store]]:
    """Three stores on one database, as three processes have."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Store(postgresql_url)) for _ in range(3)]


def admitted(n: int) -> Writing:
    change = intake.judge(builders.message(n), builders.order(), NOW)
    return Writing(change, NOW, b"<xml>%d</xml>" % n, "test", tuple(b"ack %d" % n for _ in change.outgoing))


async def test_a_message_that_comes_to_all_at_once_is_committed_once(stores: list[Store]) -> None:
    batch = [admitted(n) for n in range(1, 41)]
    # Each in another order, which would make rows wait for each other without turns.
    written = await asyncio.gather(stores[0].commit(batch), stores[1].commit(batch[::-1]), stores[2].commit(batch))
    written[1].reverse()
    for each in zip(*written, strict=True):
        assert [Committed] == [type(w) for w in each if not isinstance(w, Duplicate)]
    assert {"accepted": 40} == (await stores[0].tally())["messages"]


async def test_of_all_who_claim_an_item_in_different_processes_one_wins(stores: list[Store]) -> None:
    await stores[0].commit([admitted(1)])
    stored = await stores[1].stored(admitted(1).change.items[0].id)
    assert stored is not None

    async def claim(n: int) -> Written:
        change = desk.act(stored.item, (), Act(Action.CLAIM), builders.person(f"nurse{n}"), NOW)
        (written,) = await stores[n % 3].commit([Writing(change, NOW)])
        return written

    written = await asyncio.gather(*(claim(n) for n in range(30)))
    assert (1, 29) == (written.count(Committed()), written.count(Outdated(2)))


async def test_who_reads_the_journal_on_and_on_misses_nothing(stores: list[Store]) -> None:
    """Numbers rise in the order of commits: what is seen later never has a lower number."""
    seen: list[int] = []

    async def write(store: Store, first: int) -> None:
        for n in range(first, first + 30):
            await store.commit([admitted(n)])

    async def read() -> None:
        while len(seen) < 60:
            told = await stores[2].journal(seen[-1] if seen else 0, [TEAM])
            seen.extend(t.id for t in told)

    async with asyncio.timeout(60):
        await asyncio.gather(write(stores[0], 1), write(stores[1], 101), read())
    assert seen == [t.id for t in await stores[2].journal(0, [TEAM], limit=1000)]


async def test_a_process_that_froze_in_the_midst_of_writing_holds_up_nobody_for_long(
    stores: list[Store], postgresql_url: str
) -> None:
    # The server cuts it off, so that leaving it in order would fail.
    with closing(psycopg.connect(postgresql_url, autocommit=True)) as frozen:
        frozen.execute("BEGIN; SET LOCAL idle_in_transaction_session_timeout = '1s'")
        frozen.execute(f"SELECT pg_advisory_xact_lock({TURN})")
        begun = time.monotonic()
        assert [Committed()] == await stores[0].commit([admitted(1)])
    assert time.monotonic() - begun > 0.9


async def test_a_database_that_may_lose_commits_is_refused_naming_the_setting(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as c:
        c.execute(f"ALTER DATABASE {postgresql_url.rpartition('/')[2]} SET synchronous_commit = off")
    with pytest.raises(BadConfiguration, match="synchronous_commit is off"):
        async with Store(postgresql_url):
            pass


async def test_a_month_of_messages_has_a_partition_of_its_own(stores: list[Store]) -> None:
    later = [Writing(w.change, w.at + timedelta(days=31), w.raw, w.via, w.documents) for w in map(admitted, (2, 3))]
    await stores[0].commit([admitted(1), *later])
    found = await stores[0]._readers.run(
        lambda c: dict(c.execute(text("SELECT tableoid::regclass::text, count(*) FROM body GROUP BY 1")).all())
    )
    assert {"body_2026_11": 1, "body_2026_12": 2} == found


class TestRestart:
    """A server of its own, which goes away and comes back."""

    @pytest.fixture
    def server(self, postgresql: pg.Postgresql) -> Iterator[pg.Postgresql]:
        with pg.running() as server:
            yield server

    async def test_a_store_goes_on_when_the_server_is_there_again(
        self, server: pg.Postgresql, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.run("createdb", "hub")
        migrate(server.url("hub"))
        async with Store(server.url("hub")) as store:
            await store.commit([admitted(1)])
            server.stop(signal.SIGKILL)
            with pytest.raises(Unavailable):
                await store.commit([admitted(2)])
            with pytest.raises(Unavailable):
                await store.tally()
            server.start()
            assert [Duplicate("accepted", b"ack 1"), Committed()] == await store.commit([admitted(1), admitted(2)])
            assert {"accepted": 2} == (await store.tally())["messages"]
