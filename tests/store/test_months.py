"""Each month's bytes have a place before anything comes, and nobody who reads the others holds up its making."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import create_engine
from structlog.testing import capture_logs

from hub import intake, settings
from hub.account import SystemAccount
from hub.clock import Clock
from hub.service import Delivery, Hub
from hub.store import Committed, Store, Writing, engine, migrate
from tests import builders, centre
from tests.servers import postgresql as pg
from workers import watch

NOW = builders.TUESDAY
THIS = ["body_2026_11", "body_2026_12", "body_2027_01", "body_2027_02"]
# A moment whose months no other test makes, and what `prepare` makes then.
FAR = datetime(2030, 10, 31, 23, 59, tzinfo=UTC)
THEN = ["body_2030_10", "body_2030_11", "body_2030_12", "body_2031_01"]
SOON = 5


@pytest.fixture
def url(postgresql_url: str) -> str:
    """SQLite keeps all bytes together."""
    return postgresql_url


@pytest.fixture
def backup(postgresql_url: str) -> Iterator[psycopg.Connection]:
    """Somebody who reads every table in one long transaction, as pg_dump does."""
    with closing(psycopg.connect(postgresql_url)) as found:
        found.execute("LOCK TABLE body IN ACCESS SHARE MODE")
        yield found


def admitted(n: int, at: datetime) -> Writing:
    change = intake.judge(builders.message(n), builders.order(), at)
    return Writing(change, at, b"<xml>%d</xml>" % n, "test", tuple(b"ack" for _ in change.outgoing))


def months(url: str) -> list[str]:
    """The partitions that are there."""
    with psycopg.connect(url) as c:
        found = c.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'body'::regclass")
        return sorted(name for (name,) in found)


def test_migrating_makes_this_month_and_the_next_three(postgresql: pg.Postgresql) -> None:
    empty = postgresql.url(postgresql.create())
    migrate.migrate(empty, NOW)
    assert months(empty) == THIS
    migrate.migrate(empty, NOW + timedelta(days=7))
    assert months(empty) == [*THIS, "body_2027_03"]


async def test_months_are_made_while_somebody_reads_them_all(
    store: Store, url: str, backup: psycopg.Connection
) -> None:
    before = months(url)
    async with asyncio.timeout(SOON):
        await store.prepare(FAR)
    assert sorted([*before, *THEN]) == months(url)


async def test_the_first_message_of_a_month_waits_for_nobody_who_reads(
    store: Store, url: str, backup: psycopg.Connection
) -> None:
    async with asyncio.timeout(SOON):
        assert [Committed()] == await store.commit([admitted(1, FAR)])
    assert "body_2030_10" in months(url)


async def test_whoever_makes_the_same_months_at_once_waits_for_the_other(url: str) -> None:
    async with Store(url) as one, Store(url) as other, Store(url) as third:
        found = await asyncio.gather(
            *(store.prepare(FAR) for store in (one, other, third)),
            *(store.commit([admitted(n, FAR)]) for n, store in enumerate((one, other, third), 1)),
        )
        assert [None] * 3 + [[Committed()]] * 3 == found
        assert {"accepted": 3} == (await one.tally())["messages"]


async def test_months_that_were_made_are_like_the_tables(store: Store, url: str) -> None:
    await store.prepare(FAR)
    made = create_engine(engine.address(url))
    with made.connect() as c:
        assert [] == migrate.differences(c)
    made.dispose()
    with psycopg.connect(url) as c:
        keys = c.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'pk_body'::regclass").fetchone()
    assert (len(months(url)),) == keys


async def test_a_month_that_was_taken_out_by_hand_is_taken_in_again_with_what_is_in_it(store: Store, url: str) -> None:
    first = admitted(1, FAR)
    await store.commit([first])
    with psycopg.connect(url) as c:
        c.execute("ALTER TABLE body DETACH PARTITION body_2030_10")
    assert [Committed()] == await store.commit([admitted(2, FAR)])
    stored = await store.stored(first.change.items[0].id)
    assert first.raw == (stored and stored.raw)


async def test_a_file_has_no_months(sqlite_url: str) -> None:
    async with Store(sqlite_url) as store:
        await store.prepare(FAR)
        assert [Committed()] == await store.commit([admitted(1, FAR)])


class TestWatch:
    """The loop that looks after the months, on a hub whose clock is a rehearsal's."""

    @pytest.fixture
    def found(self, postgresql_url: str) -> settings.Settings:
        sample = settings.load(settings.sample())
        clock = settings.Rehearsal(start=FAR, anchor=time.time())
        database = settings.Database(url=postgresql_url)
        return sample.model_copy(update={"database": database, "clock": clock})

    async def test_the_watch_makes_the_months_of_the_hubs_own_clock_at_its_start(
        self, found: settings.Settings, url: str
    ) -> None:
        async with centre.opened(found) as hub:
            assert not set(THEN) & set(months(url))
            await watched(hub, lambda: set(THEN) <= set(months(url)))

    async def test_a_month_that_cannot_be_made_is_told_and_stops_no_clock(
        self, found: settings.Settings, url: str
    ) -> None:
        with psycopg.connect(url) as c:
            c.execute("CREATE TABLE body_2030_12 (something int)")
        async with centre.opened(found) as hub:
            account = SystemAccount("test", "", frozenset(), any=True)
            await hub.receive([Delivery(centre.message(), account)], hub.clock.now())
            due = await hub.store.next_due()
            assert due is not None
            hub.clock = Clock(due + timedelta(minutes=1), time.time(), 1.0)
            with capture_logs() as told:
                await watched(hub, lambda: any(line["event"] == "months.failed" for line in told))
            assert due != await hub.store.next_due()


async def watched(hub: Hub, holds: Callable[[], bool]) -> None:
    """Watch until something holds, and then look once more."""
    stop = asyncio.Event()
    watching = asyncio.create_task(watch.run(hub, stop, {}))
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.05)
    await asyncio.sleep(2 * watch.LOOK_SECONDS)
    stop.set()
    await watching
