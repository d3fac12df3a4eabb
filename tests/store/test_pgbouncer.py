"""Behind pgbouncer in transaction mode the store keeps its promises, with few connections to the server for many."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing

import psycopg
import pytest

from hub import intake as decisions
from hub.errors import Unavailable
from hub.store import Committed, Duplicate, Store, Writing
from hub.store.migrate import migrate
from hub.store.tables import REVISION
from tests import builders, centre
from tests.crash import traffic
from tests.servers import pgbouncer as pb
from tests.servers import postgresql as pg
from tests.servers import rabbitmq as mq
from tests.store import (
    test_forgetting,
    test_liveness,
    test_migrate,
    test_relaying,
    test_store,
    test_together,
    test_trials,
)
from tests.workers.conftest import placed
from workers import intake, relay

NOW = builders.TUESDAY
# How many connections a small pooler has to the server for each database, and how many stores share them.
SIZE, MANY = 2, 5
PATIENCE = 30

# The promises that a pooler could break: of transactions, locks and order, on connections that are not one's own.
CORE = {
    test_store: (
        "test_a_batch_is_written_whole_and_read_back_equal",
        "test_the_raw_message_is_kept_byte_for_byte",
        "test_a_second_delivery_changes_nothing_and_gets_the_first_acknowledgement",
        "test_of_many_who_claim_at_once_exactly_one_wins",
        "test_an_answer_and_an_escalation_cannot_both_win",
        "test_a_failed_batch_leaves_nothing_behind",
        "test_a_cancelled_caller_does_not_leave_half_a_batch",
        "test_two_hundred_writers_at_once_lose_no_update",
        "test_a_store_that_is_not_migrated_is_refused_with_what_to_do",
        "test_readers_cannot_write",
    ),
    test_together: (
        "test_a_message_that_comes_to_all_at_once_is_committed_once",
        "test_of_all_who_claim_an_item_in_different_processes_one_wins",
        "test_who_reads_the_journal_on_and_on_misses_nothing",
        "test_a_process_that_froze_in_the_midst_of_writing_holds_up_nobody_for_long",
        "test_a_month_of_messages_has_a_partition_of_its_own",
    ),
    test_relaying: (
        "test_of_several_who_claim_at_once_each_document_goes_to_one",
        "test_a_claim_that_ran_out_is_claimed_again_under_another_amqp_id",
        "test_what_is_sent_is_never_claimed_again_and_no_longer_waited_for",
        "test_whoever_lost_its_claim_changes_nothing_by_giving_up",
    ),
    test_liveness: (
        "test_a_process_is_known_by_its_last_words",
        "test_many_processes_beat_at_once",
    ),
    test_trials: ("test_whoever_counts_the_same_deliveries_at_once_is_counted_and_waits_for_nobody",),
    test_forgetting: ("test_an_old_month_goes_when_nothing_in_it_is_open_and_its_history_stays",),
    test_migrate: ("test_the_migrations_make_the_tables",),
}
globals().update({name: getattr(module, name) for module, names in CORE.items() for name in names})
several, stores = test_relaying.several, test_together.stores


@pytest.fixture
def url(pgbouncer_url: str) -> str:
    """Where those tests find their database."""
    return pgbouncer_url


@pytest.fixture
def postgresql_url(pgbouncer_url: str) -> str:
    """Where those of several processes find it."""
    return pgbouncer_url


@pytest.fixture
def small(postgresql: pg.Postgresql) -> Iterator[pb.Pgbouncer]:
    """A pooler of its own with few connections to the server."""
    with pb.running(postgresql, default_pool_size=SIZE) as pooler:
        yield pooler


@pytest.fixture
def database(pgbouncer_url: str) -> str:
    """The name of a new database."""
    return pgbouncer_url.rpartition("/")[2]


@asynccontextmanager
async def opened(url: str, count: int = MANY) -> AsyncIterator[list[Store]]:
    """Stores as so many processes have, each of which listens for the others' commits."""
    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(Store(url)) for _ in range(count)]
        listening = [asyncio.create_task(store.listen(lambda: None)) for store in found]
        try:
            yield found
        finally:
            for each in listening:
                each.cancel()
            await asyncio.gather(*listening, return_exceptions=True)


def admitted(n: int) -> Writing:
    change = decisions.judge(builders.message(n), builders.order(), NOW)
    return Writing(change, NOW, b"<xml>%d</xml>" % n, "test", tuple(b"ack %d" % n for _ in change.outgoing))


def test_an_empty_database_is_migrated_through_it_again_and_again(
    postgresql: pg.Postgresql, pgbouncer: pb.Pgbouncer
) -> None:
    name = postgresql.create()
    assert [REVISION] * 3 == [migrate(pgbouncer.url(name)) for _ in range(3)]
    postgresql.drop(name)


async def test_many_stores_on_two_connections_write_everything_once(small: pb.Pgbouncer, database: str) -> None:
    """Each of them brings the same, in an order of its own, and asks in between."""
    async with opened(small.url(database)) as stores:
        orders = [[admitted((n * 7 + k * 13) % 40 + 1) for n in range(40)] for k in range(MANY)]

        async def commit(store: Store, order: list[Writing]) -> list[type]:
            found: list[type] = []
            for n in range(0, 40, 8):
                found += [type(w) for w in await store.commit(order[n : n + 8])]
                await store.tally()
            return found

        async with asyncio.timeout(PATIENCE):
            written = await asyncio.gather(*(commit(s, o) for s, o in zip(stores, orders, strict=True)))
        assert (40, 160) == tuple(sum(found.count(kind) for found in written) for kind in (Committed, Duplicate))
        assert {"accepted": 40} == (await stores[0].tally())["messages"]


async def test_who_listens_holds_no_connection_to_the_server_and_does_not_come_again_and_again(
    small: pb.Pgbouncer, postgresql: pg.Postgresql, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More listen than there are connections, and others work all the same."""
    monkeypatch.setattr("hub.store.postgresql.AGAIN_SECONDS", 0.01)
    async with opened(small.url(database)) as stores, asyncio.timeout(PATIENCE):
        for n in range(1, 21):
            await asyncio.gather(*(store.commit([admitted(n)]) for store in stores), *(s.tally() for s in stores))
        came = logins(small, database)
        for n in range(21, 41):
            await stores[n % MANY].commit([admitted(n)])
        assert came == logins(small, database)
        # All are idle now: whoever still held a connection would be seen.
        (pool,) = small.show("POOLS", database)
        assert (0, 0, SIZE) == (pool["sv_active"], pool["cl_waiting"], pool["sv_idle"] + pool["sv_used"])
    with psycopg.connect(postgresql.url(database)) as c:
        others = "datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        found = c.execute(f"SELECT state FROM pg_stat_activity WHERE {others}".encode(), [database]).fetchall()
        assert [("idle",)] * SIZE == found


def logins(pooler: pb.Pgbouncer, database: str) -> int:
    """How often anybody has come for this database."""
    return pooler.log().count(f"login attempt: db={database} ")


async def test_a_store_goes_on_when_the_pooler_was_killed_and_is_there_again(
    small: pb.Pgbouncer, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.postgresql.AGAIN_SECONDS", 0.01)
    async with opened(small.url(database), 2) as (one, other):
        await asyncio.gather(one.commit([admitted(1)]), other.commit([admitted(2)]))
        small.stop(signal.SIGKILL)
        with pytest.raises(Unavailable):
            await one.commit([admitted(3)])
        with pytest.raises(Unavailable):
            await other.tally()
        small.start()
        assert [Duplicate("accepted", b"ack 1"), Committed()] == await one.commit([admitted(1), admitted(3)])
        assert [Committed()] == await other.commit([admitted(4)])
        assert {"accepted": 4} == (await other.tally())["messages"]


async def test_workers_take_in_and_answer_behind_it(pgbouncer_url: str, rabbitmq: mq.Node) -> None:
    async with (
        placed(pgbouncer_url, rabbitmq.url) as place,
        place.working(intake.run, "intake"),
        place.working(relay.run, "relay"),
    ):
        await place.send(centre.message(1), "first")
        answer = await place.got(f"{traffic.PARTNER}_async")
        assert ("APPREC", "first") == (answer.type, answer.correlation_id)
        assert {"accepted": 1} == (await place.hub.store.tally())["messages"]


async def test_nobody_hears_what_is_told_to_those_who_listen(small: pb.Pgbouncer, database: str) -> None:
    """A connection to the server that listens would tell whoever has it next, who keeps it all and never asks."""
    async with opened(small.url(database)) as stores, asyncio.timeout(PATIENCE):
        for n in range(1, 41):
            await asyncio.gather(*(store.commit([admitted(n)]) for store in stores), *(s.tally() for s in stores))
        with closing(psycopg.connect(small.url(database))) as one, closing(psycopg.connect(small.url(database))) as two:
            # Each holds one of the pooler's two connections until its transaction ends.
            heard = [c.execute("SELECT pg_listening_channels()").fetchall() for c in (one, two)]
    assert ([[], []], False) == (heard, "when not linked" in small.log())
