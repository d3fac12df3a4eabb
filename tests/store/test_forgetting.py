"""Old messages' bytes are let go by whole months; what was done about them stays, and so does what is open."""

import asyncio
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text

from hub import desk, intake
from hub.desk import Act
from hub.errors import Unavailable
from hub.item import Action, Outcome
from hub.store import Committed, Store, Writing, partition
from tests import builders

OLD, NEW = datetime(2026, 9, 14, 9, tzinfo=UTC), builders.TUESDAY
FILE = b"JVBERi0xLjQK" * 1_000


def admitted(n: int, at: datetime) -> Writing:
    raw = b"<message>%d" % n + FILE + b"</message>"
    change = intake.judge(builders.message(n), builders.order(), at)
    assert change.arrival is not None
    change = replace(change, arrival=replace(change.arrival, files=((len(b"<message>%d" % n), len(FILE)),)))
    return Writing(change, at, raw, "test", tuple(b"ack" for _ in change.outgoing))


async def close(store: Store, writing: Writing) -> None:
    for x in writing.change.items:
        stored = await store.stored(x.id)
        assert stored is not None
        act = Act(Action.CLOSE, outcome=Outcome.TELEPHONE)
        await store.commit([Writing(desk.act(stored.item, (), act, builders.NURSE, NEW), NEW)])


async def test_an_old_month_goes_when_nothing_in_it_is_open_and_its_history_stays(store: Store) -> None:
    old, new = admitted(1, OLD), admitted(2, NEW)
    await store.commit([old, new])
    assert 0 == await store.forget(NEW)
    await close(store, old)
    assert 1 == await store.forget(NEW)
    gone, kept = [await store.stored(w.change.items[0].id) for w in (old, new)]
    assert gone is not None and kept is not None
    assert (None, new.raw) == (gone.raw, kept.raw)
    assert [] != await store.history(old.change.items[0].id)
    assert 0 == await store.forget(NEW)


async def test_a_message_that_comes_again_after_its_bytes_went_is_still_a_duplicate(store: Store) -> None:
    old = admitted(1, OLD)
    await store.commit([old])
    await close(store, old)
    await store.forget(NEW)
    (again,) = await store.commit([replace(old, at=NEW + timedelta(days=1))])
    assert "Duplicate" == type(again).__name__


async def test_a_file_goes_with_the_last_message_that_brought_it(store: Store) -> None:
    old, new = admitted(1, OLD), admitted(2, NEW)
    await store.commit([old, new])
    await close(store, old)
    await store.forget(NEW)
    assert 1 == await _blobs(store)
    await close(store, new)
    assert 1 == await store.forget(NEW + timedelta(days=31))
    assert 0 == await _blobs(store)


async def test_what_is_not_done_when_a_process_ends_is_done_by_the_next_who_forgets(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.store.PORTION", 1)
    first, second, new = admitted(1, OLD), admitted(2, OLD + timedelta(days=31)), admitted(3, NEW)
    await store.commit([first, second, new])
    for each in (first, second):
        await close(store, each)
    # As far as a process came that was killed then.
    assert await store._writer.run(partition.drop, datetime(2026, 9, 1, tzinfo=UTC))
    assert 3 == await _count(store, "cutting")
    assert 1 == await store.forget(NEW)
    assert (1, 1) == (await _count(store, "cutting"), await _blobs(store))
    stored = await store.stored(new.change.items[0].id)
    assert new.raw == (stored and stored.raw)


async def test_a_month_goes_once_however_many_forget_at_once(url: str) -> None:
    async with Store(url) as one, Store(url) as other:
        old = admitted(1, OLD)
        await one.commit([old])
        await close(one, old)
        assert 1 == sum(await asyncio.gather(*(store.forget(NEW) for store in (one, other))))
        assert 0 == await _blobs(one)


async def test_who_reads_bytes_puts_forgetting_off_and_holds_up_nobody(postgresql_url: str) -> None:
    async with Store(postgresql_url) as store, Store(postgresql_url) as other:
        old = admitted(1, OLD)
        await store.commit([old])
        await close(store, old)
        with closing(psycopg.connect(postgresql_url)) as backup:
            backup.execute("LOCK TABLE body IN ACCESS SHARE MODE")
            forgetting = asyncio.create_task(store.forget(NEW))
            assert await longest((store, other), forgetting) < 2
            with pytest.raises(Unavailable, match="body_2026_09 is let go another time"):
                await forgetting
        assert 1 == await store.forget(NEW)


async def test_many_files_go_while_others_write(postgresql_url: str) -> None:
    """However many others there are, what nobody needs is found at once, and let go in portions."""
    async with Store(postgresql_url) as store:
        with psycopg.connect(postgresql_url) as c:
            plant(c)
        forgetting = asyncio.create_task(store.forget(NEW))
        assert await longest((store,), forgetting) < 2
        assert (1, 50_000) == (await forgetting, await _blobs(store))


async def longest(stores: tuple[Store, ...], meanwhile: asyncio.Task[int]) -> float:
    """How long the slowest of many commits took, from now on until something is done."""
    found, n = 0.0, 100
    while n == 100 or not meanwhile.done():
        for store in stores:
            n += 1
            begun = time.monotonic()
            assert [Committed()] == await store.commit([admitted(n, NEW)])
            found = max(found, time.monotonic() - begun)
    return found


def plant(c: psycopg.Connection) -> None:
    """Messages with a file each: 2,000 of an old month, about which nothing is open, and 49,999 that stay."""
    partition_of = "CREATE TABLE body_2026_09 PARTITION OF body FOR VALUES FROM ('2026-09-01Z') TO ('2026-10-01Z')"
    rows = "SELECT n, CASE WHEN n > 2000 THEN %s ELSE %s END FROM generate_series(1, 51999) n"
    c.execute(partition_of)
    c.execute(
        "INSERT INTO message (id, received_at, sender, msg_id, digest, verdict, kind, patient, via)"
        f" SELECT n, at, 's', n::text, '', 'accepted', '', '', '' FROM ({rows}) AS r (n, at)",
        (NEW, OLD),
    )
    c.execute("INSERT INTO body SELECT id, received_at, '' FROM message WHERE id <= 2000")
    c.execute("INSERT INTO blob SELECT sha256(id::text::bytea), '' FROM message")
    c.execute("INSERT INTO cutting SELECT id, 0, sha256(id::text::bytea) FROM message")


async def _blobs(store: Store) -> int:
    return await _count(store, "blob")


async def _count(store: Store, table: str) -> int:
    return await store._readers.run(lambda c: int(c.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()))
