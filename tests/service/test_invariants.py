"""Whatever arrives, is done and lapses, in whatever order: nothing is lost, doubled or forgotten."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from hub import acting, desk, intake, lapsing
from hub.deadline import Ladder, Step, WorkingMinutes
from hub.desk import Act
from hub.directory import Person
from hub.errors import BadRequest, IllegalMove
from hub.item import Action, ItemId, Outcome
from hub.message import Fault, Message, MessageKey, Refusal, Status
from hub.record import Stored
from hub.store import Store, Writing, engine
from hub.store.tables import metadata
from tests import builders

PEOPLE = (builders.NURSE, builders.OTHER_NURSE)
GRACE = timedelta(seconds=60)
URGENT = Ladder("urgent", "at once", WorkingMinutes(30), (Step(0, ("duty",)),), urgent=True)
LADDERS = (URGENT, builders.LADDER)

deliveries = st.tuples(st.just("deliver"), st.integers(1, 4), st.booleans())
acts = st.tuples(
    st.just("act"), st.integers(0, 9), st.sampled_from(desk.ACTIONS), st.sampled_from(PEOPLE), st.booleans()
)
# Editions of three documents, in whatever order: of a number, so many hours old, and what it does to those before.
editions = st.tuples(st.just("edition"), st.integers(1, 3), st.integers(0, 4), st.sampled_from(Status))
ticks = st.tuples(st.just("tick"), st.integers(1, 2000))
histories = st.lists(st.one_of(deliveries, editions, acts, ticks), max_size=30)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_any_history_keeps_the_invariants(url: str, history: list[tuple[object, ...]]) -> None:
    empty(url)
    assert len(history) == asyncio.run(live(url, history))


def empty(url: str) -> None:
    """Take everything out of a database."""
    made = create_engine(engine.address(url))
    with made.begin() as c:
        for table in reversed(metadata.sorted_tables):
            c.execute(table.delete())
    made.dispose()


async def live(url: str, history: list[tuple[object, ...]]) -> int:
    """Play a history, and look at everything after every event; returns how often all was as it must be."""
    looked = 0
    now = builders.TUESDAY
    levels: Counter[ItemId] = Counter()
    delivered: set[object] = set()
    async with Store(url) as store:
        for what, *how in history:
            if what == "deliver":
                delivered.add(await deliver(store, now, *how))  # type: ignore[arg-type]
            elif what == "edition":
                delivered.add(await edition(store, now, *how))  # type: ignore[arg-type]
            elif what == "act":
                await act(store, now, *how)  # type: ignore[arg-type]
            else:
                now += timedelta(minutes=how[0])  # type: ignore[arg-type]
                await tick(store, now)
            await look(store, now, delivered, levels)
            looked += 1
    return looked


async def deliver(store: Store, now: datetime, n: int, good: bool) -> object:
    m = builders.message(n)
    reading: Message | Refusal = m if good else Refusal(m.envelope, (Fault("E36", "", ""),))
    change = intake.judge(reading, builders.order(), now)
    documents = tuple(b"document" for _ in change.outgoing)
    # The bytes of a message decide its verdict, so a bad copy of a good one is another document.
    await store.commit([Writing(change, now, b"good" if good else b"bad", "test", documents)])
    return m.key


async def edition(store: Store, now: datetime, document: int, age: int, status: Status) -> object:
    m = builders.message(100 * document + 10 * age + list(Status).index(status))
    written = builders.TUESDAY - timedelta(hours=10 - age)
    m = replace(m, envelope=replace(m.envelope, generated=written), status=status, document_id=f"D{document}")
    change = intake.judge(m, builders.order(), now)
    await store.commit([Writing(change, now, b"edition", "test", tuple(b"document" for _ in change.outgoing))])
    return m.key


def place(key: MessageKey) -> tuple[int, tuple[int, int]]:
    """Which document a message is an edition of, and its place among them; no document's for any other."""
    number = UUID(key.msg_id).int
    return number // 100, (number // 10 % 10, number % 10)


async def act(store: Store, now: datetime, place: int, action: Action, who: Person, stale: bool) -> None:
    found = await everything(store)
    if not found:
        return
    stored = found[place % len(found)]
    asked = Act(action, text="answer", outcome=Outcome.TELEPHONE, reason=desk.REASONS["9"])
    try:
        change = await acting.change(stored, asked, who, builders.order(ladders=LADDERS), read, now)
    except (IllegalMove, BadRequest):
        return
    documents = tuple(b"answer" for _ in change.outgoing)
    writings = [Writing(change, now, documents=documents)] * (2 if stale else 1)
    await store.commit(writings)


async def read(stored: Stored) -> Message:
    return builders.message()


async def find(id: ItemId) -> Message:
    return builders.message()


async def tick(store: Store, now: datetime) -> None:
    lapsed = [Writing(x, now) for x in await lapsing.due(store, builders.order(), find, GRACE, now, 100)]
    # Two watchers see the same clocks: only one of them may have its way.
    await asyncio.gather(store.commit(lapsed), store.commit(lapsed))


async def everything(store: Store) -> list[Stored]:
    found = []
    for inbox in builders.directory().inboxes:
        for closed in (False, True):
            for line in await store.lines(inbox, closed):
                stored = await store.stored(line.item.id)
                assert stored is not None
                found.append(stored)
    return found


async def look(store: Store, now: datetime, delivered: set[object], levels: Counter[ItemId]) -> None:
    found = await everything(store)
    tally = await store.tally()
    for stored in found:
        item, clock = stored.item, stored.deadline
        assert item.open or clock is None or clock.fires_at is None, "an ended item has no live clock"
        assert not item.open or clock is not None, "an open item has a clock"
        assert item.level >= levels[item.id], "the level never falls"
        assert item.state != "claimed" or item.owner, "what is taken has an owner"
        assert item.state != "new" or not item.owner, "what is new has none"
        waits = clock is not None and clock.paused is not None
        assert waits == (item.state == "waiting"), "while a partner is waited for our clock stands still"
        document, age = place(item.message)
        if document:
            later = (place(k) for k in delivered if isinstance(k, MessageKey))
            replaced = any(d == document and other > age and other[1] for d, other in later)
            assert not (replaced and item.open), "what was replaced or cancelled waits for nobody"
        levels[item.id] = item.level
    assert 0 == tally["lost"]["accepted without an item"]
    assert len(delivered) == sum(tally["messages"].values()), "a message is kept once"
    assert sum(tally["messages"].values()) == tally["outbox"].get("apprec", 0), "one acknowledgement for each"
    sent = sum(s.item.state in ("answered", "returned") for s in found) + tally["events"].get("item.waiting", 0)
    assert tally["outbox"].get("answer", 0) == sent, "one answer for each, and one question"
