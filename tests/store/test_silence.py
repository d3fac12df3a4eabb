"""A server that is frozen while its machine still acknowledges packets: all are told in time, nothing is doubled."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, text

from hub import intake
from hub.errors import Unavailable
from hub.record import Worker
from hub.store import Committed, Duplicate, Store, Writing, postgresql, writing
from hub.store.migrate import migrate
from tests import builders
from tests.servers import postgresql as pg

NOW = builders.TUESDAY
# The bounds of these tests; a connection takes two seconds at least to be given up.
SECONDS = {"READ_SECONDS": 2.0, "WRITE_SECONDS": 2.0, "BEAT_SECONDS": 1.0, "CLOSE_SECONDS": 1.0}
IN_TIME = 8.0


@pytest.fixture(scope="module")
def server(postgresql: pg.Postgresql) -> Iterator[pg.Postgresql]:
    """A server of its own, which may be frozen."""
    with pg.running() as server:
        yield server


@pytest.fixture
def url(server: pg.Postgresql) -> Iterator[str]:
    """A database of its own for each test."""
    name = server.create()
    migrate(server.url(name), NOW)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
async def store(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """A store that is soon out of patience."""
    for name, seconds in SECONDS.items():
        monkeypatch.setattr(postgresql, name, seconds)
    async with Store(url) as opened:
        await opened.commit([admitted(1)])
        yield opened


def admitted(n: int) -> Writing:
    change = intake.judge(builders.message(n), builders.order(), NOW)
    return Writing(change, NOW, b"<xml>%d</xml>" % n, "test", tuple(b"ack %d" % n for _ in change.outgoing))


def signalled(server: pg.Postgresql, number: signal.Signals) -> None:
    """Send a signal to the server and every process that it started, to itself first so that it starts no other."""
    assert server.process is not None
    os.kill(server.process.pid, number)
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    for pid in map(int, children):
        os.kill(pid, number)


@contextmanager
def frozen(server: pg.Postgresql) -> Iterator[None]:
    """Nothing moves at the server meanwhile."""
    signalled(server, signal.SIGSTOP)
    try:
        yield
    finally:
        signalled(server, signal.SIGCONT)


async def told(*works: Awaitable[object]) -> list[str]:
    """What each was told, all of them in time."""
    begun = time.monotonic()
    async with asyncio.timeout(60):
        found = await asyncio.gather(*works, return_exceptions=True)
    assert IN_TIME > time.monotonic() - begun
    assert [Unavailable] * len(works) == [type(each) for each in found]
    return list(map(str, found))


async def messages(store: Store) -> int:
    return (await store.tally())["messages"]["accepted"]


async def test_a_commit_is_told_in_time_and_is_there_once_when_it_is_tried_again(
    store: Store, server: pg.Postgresql
) -> None:
    with frozen(server):
        await told(store.commit([admitted(2)]))
    (again,) = await store.commit([admitted(2)])
    assert again in (Committed(), Duplicate("accepted", b"ack 2"))
    assert 2 == await messages(store)


async def test_however_many_wait_all_are_told_in_time(store: Store, server: pg.Postgresql) -> None:
    with frozen(server):
        commits = [store.commit([admitted(n)]) for n in range(2, 40)]
        reads = [store.tally() for _ in range(40)]
        beats = [store.beat(Worker(f"intake-{n}", "intake", NOW, NOW, {})) for n in range(10)]
        people = [store.sign_out(f"token {n}") for n in range(10)]
        await told(*commits, *reads, *beats, *people)
        # The threads are free again, and whoever comes now is told too.
        await told(store.commit([admitted(2)]), *(store.newest() for _ in range(4)))
    assert [Committed()] == await store.commit([admitted(40)])
    assert [] == await store.workers()


async def test_of_a_commit_that_was_not_answered_nobody_says_that_it_is_not_written(
    store: Store, server: pg.Postgresql, url: str
) -> None:
    def frozen_before_the_end(c: Connection, batch: Sequence[Writing]) -> None:
        writing.write(c, batch)
        signalled(server, signal.SIGSTOP)

    try:
        (words,) = await told(store._writer.run(frozen_before_the_end, [admitted(2)]))
    finally:
        signalled(server, signal.SIGCONT)
    assert "the store failed (Silent); it may or may not be written, so try again" == words
    # The server had got it, and whoever tries again waits until it is there.
    assert [Duplicate("accepted", b"ack 2")] == await store.commit([admitted(2)])
    assert 2 == await messages(store)


async def test_a_server_that_works_on_and_on_is_given_up_too(store: Store, server: pg.Postgresql, url: str) -> None:
    def slow(c: Connection) -> None:
        c.execute(text("DELETE FROM outbox"))
        c.execute(text("SELECT pg_sleep(6)"))

    before = await store.tally()
    (words,) = await told(store._writer.run(slow))
    assert "the store failed (Silent); nothing was taken in, so try again" == words
    with psycopg.connect(url, autocommit=True) as c:
        c.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(6)'")
    assert [Committed()] == await store.commit([admitted(2)])
    assert before["outbox"]["apprec"] + 1 == (await store.tally())["outbox"]["apprec"]


async def test_a_process_ends_in_time_with_everything_under_way(
    server: pg.Postgresql, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would be told for an hour, and yet it is closed."""
    monkeypatch.setattr(postgresql, "CLOSE_SECONDS", 1.0)
    monkeypatch.setattr(postgresql, "BEAT_SECONDS", 1.0)
    for name in ("READ_SECONDS", "WRITE_SECONDS"):
        monkeypatch.setattr(postgresql, name, 3600.0)
    store = await Store(url).__aenter__()
    await store.commit([admitted(1)])
    await store.tally()
    with frozen(server):
        commits = [asyncio.ensure_future(store.commit([admitted(n)])) for n in range(2, 9)]
        reads = [asyncio.ensure_future(store.tally()) for _ in range(9)]
        shared = [asyncio.ensure_future(store.begin_trials([b"%032d" % n], NOW)) for n in range(9)]
        await asyncio.sleep(0.2)
        await told(store.leave("serve-1"))
        begun = time.monotonic()
        async with asyncio.timeout(60):
            await store.close()
        assert IN_TIME > time.monotonic() - begun
        await told(*commits, *reads, *shared)
    async with Store(url) as again:
        assert await messages(again) in range(1, 9)
