"""Attachments are kept once, however many messages bring them, and every message is put together again as it came."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from hub import intake
from hub.store import Store, Writing, cutting
from tests import builders

NOW = builders.TUESDAY
FILE = b"JVBERi0xLjQK" * 1_000


def message(n: int, *files: bytes) -> Writing:
    """A message with files between other bytes."""
    raw, places = b"<message>%d" % n, []
    for file in files:
        raw += b"<file>"
        places.append((len(raw), len(file)))
        raw += file + b"</file>\r\n"
    change = intake.judge(builders.message(n), builders.order(), NOW)
    assert change.arrival is not None
    change = replace(change, arrival=replace(change.arrival, files=tuple(places)))
    return Writing(change, NOW, raw, "test", tuple(b"ack" for _ in change.outgoing))


async def raw(store: Store, writing: Writing) -> bytes:
    stored = await store.stored(writing.change.items[0].id)
    assert stored is not None
    return stored.raw


async def counted(store: Store, table: str) -> int:
    return await store._readers.run(lambda c: int(c.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()))


async def test_the_same_file_in_two_messages_is_kept_once_and_both_come_back_whole(store: Store) -> None:
    writings = [message(1, FILE), message(2, FILE, FILE[::-1], FILE)]
    await store.commit(writings)
    assert [w.raw for w in writings] == [await raw(store, w) for w in writings]
    assert (2, 4) == (await counted(store, "blob"), await counted(store, "cutting"))


async def test_what_is_short_stays_where_it_is(store: Store) -> None:
    writing = message(1, FILE[:100])
    await store.commit([writing])
    assert writing.raw == await raw(store, writing)
    assert 0 == await counted(store, "blob")


async def test_a_second_delivery_keeps_nothing_more(store: Store) -> None:
    await store.commit([message(1, FILE)])
    await store.commit([message(1, FILE)])
    assert (1, 1) == (await counted(store, "blob"), await counted(store, "cutting"))


# On a busy machine so many bytes by chance take their time.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(min_size=cutting.SHORTEST, max_size=cutting.SHORTEST + 9), max_size=3))
def test_what_is_cut_out_is_all_that_was_there(files: list[bytes]) -> None:
    writing = message(1, *files)
    cut = cutting.cut(writing)
    assert sorted(files) == sorted(piece for _, piece in cut.pieces)
    assert len(writing.raw) == len(cut.rest) + sum(map(len, files))
