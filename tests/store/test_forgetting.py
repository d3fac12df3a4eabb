"""Old messages' bytes are let go by whole months; what was done about them stays, and so does what is open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from hub import desk, intake
from hub.desk import Act
from hub.item import Action, Outcome
from hub.store import Store, Writing
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


async def _blobs(store: Store) -> int:
    return await store._readers.run(lambda c: int(c.execute(text("SELECT count(*) FROM blob")).scalar_one()))
