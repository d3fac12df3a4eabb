"""Nothing waits for somebody who is away: whoever watches moves it, once, and it comes back by itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from hub import covering, desk, intake, watch
from hub.account import Accounts
from hub.clock import Clock
from hub.desk import Act
from hub.directory import Absence, InboxId, PersonId
from hub.errors import NotAllowed
from hub.item import Action, Item
from hub.message import Status
from hub.readers import readers_of
from hub.service import Hub
from hub.settings import Acceptance, Signatures, Wire
from hub.store import Store, Writing, Written
from tests import builders
from workers import watch as watching

# Berg is off on Wednesday, and Dahl stands in for her; the practice closes at 16:00.
NOW = builders.TUESDAY
CLOSED, THURSDAY = NOW + timedelta(hours=7), NOW + timedelta(days=1, hours=7)
BERG, DAHL, PILE = InboxId("berg"), InboxId("dahl"), InboxId("coordinator")
GRACE = timedelta(seconds=60)


def made(store: Store, clock: Clock | None = None) -> Hub:
    """A hub of the builders' centre whose reader processes were never started: nothing here may need one."""
    readers = readers_of(Wire(), Acceptance(), Signatures())
    return Hub(builders.order(), Accounts({}, {}), store, readers, clock or Clock(), GRACE)


@pytest.fixture
async def hub(url: str) -> AsyncIterator[Hub]:
    """A hub with a message to a GP, of each kind of database."""
    async with Store(url) as store:
        found = made(store)
        await arrive(found, 1)
        yield found


async def arrive(hub: Hub, *numbers: int, **changes: Any) -> None:
    """Messages about a patient who is Berg's."""
    values: dict[str, Any] = {"patient": builders.patient("2"), **changes}
    judged = [intake.judge(builders.message(n, **values), hub.order, NOW) for n in numbers]
    await hub.store.commit([Writing(x, NOW, b"raw", "test", tuple(b"ack" for _ in x.outgoing)) for x in judged])


async def lying(hub: Hub, *inboxes: InboxId) -> list[int]:
    """How many open items lie in each inbox."""
    return [len(await hub.store.lines(inbox, limit=1000)) for inbox in inboxes]


async def item(hub: Hub, inbox: InboxId) -> Item:
    return (await hub.store.lines(inbox))[0].item


async def act(hub: Hub, x: Item, action: Action, who: str, at: datetime) -> None:
    person = hub.directory.people[PersonId(who)]
    await hub.store.commit([Writing(desk.act(x, (), Act(action), person, at), at)])


async def test_what_lies_with_somebody_away_goes_to_who_covers_and_comes_back(hub: Hub) -> None:
    clock = (await hub.store.lines(BERG))[0]
    assert (0, [1, 0]) == (await hub.cover(NOW), await lying(hub, BERG, DAHL))
    assert (1, [0, 1]) == (await hub.cover(CLOSED), await lying(hub, BERG, DAHL))
    (line,) = await hub.store.lines(DAHL)
    assert (BERG, clock.due, True) == (line.item.home, line.due, line.running)
    assert (0, [0, 1]) == (await hub.cover(THURSDAY - GRACE), await lying(hub, BERG, DAHL))
    assert (1, [1, 0]) == (await hub.cover(THURSDAY), await lying(hub, BERG, DAHL))
    (line,) = await hub.store.lines(BERG)
    assert (None, clock.due, True) == (line.item.home, line.due, line.running)
    told = [t.event for t in await hub.store.history(line.item.id)]
    assert ["message.accepted", "item.covered", "item.left", "item.handed_back", "item.left"] == told


async def test_however_many_watch_each_item_moves_once(hub: Hub, url: str) -> None:
    await arrive(hub, *range(2, 31))
    async with Store(url) as second, Store(url) as third:
        counted = await asyncio.gather(*(x.cover(CLOSED) for x in (hub, made(second), made(third), hub)))
    assert 30 == sum(counted)
    tally = await hub.store.tally()
    assert (30, 30) == (tally["events"]["item.covered"], tally["events"]["item.left"])
    assert [0, 30] == await lying(hub, BERG, DAHL)


async def test_many_items_move_in_portions(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "PORTION", 4)
    await arrive(hub, *range(2, 12))
    sizes = [len(portion) async for portion in covering.moves(hub.store, hub.directory, CLOSED)]
    assert [4, 4, 3] == sizes
    assert (11, 0) == (await hub.cover(CLOSED), await hub.cover(CLOSED))


async def test_while_nothing_has_to_move_only_counts_are_asked(hub: Hub) -> None:
    await hub.cover(CLOSED)
    asked: list[str] = []
    engine = hub.store._readers.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _x, sql, *_: asked.append(sql))
    assert 0 == await hub.cover(CLOSED)
    questions = [sql for sql in asked if "FROM item" in sql]
    # How many lie in each inbox; how those lie that are away from home or taken.
    assert 3 == len(questions) == sum("count(" in sql or "DISTINCT" in sql for sql in questions)


async def test_an_answer_and_a_move_cannot_both_win(hub: Hub) -> None:
    seen = await item(hub, BERG)
    portions = [portion async for portion in covering.moves(hub.store, hub.directory, CLOSED)]
    await act(hub, seen, Action.CLAIM, "berg", NOW)
    written = await hub.store.commit([Writing(change, CLOSED) for portion in portions for change in portion])
    assert ["Outdated"] == [type(w).__name__ for w in written]
    assert "claimed" == (await item(hub, BERG)).state
    assert (1, "new") == (await hub.cover(CLOSED), (await item(hub, DAHL)).state)


async def test_what_somebody_changed_just_then_is_looked_at_again(hub: Hub) -> None:
    seen, commit = await item(hub, BERG), hub.store.commit

    async def overtaken(batch: Sequence[Writing]) -> list[Written]:
        hub.store.commit = commit  # type: ignore[method-assign]
        await act(hub, seen, Action.CLAIM, "berg", NOW)
        return await commit(batch)

    hub.store.commit = overtaken  # type: ignore[method-assign]
    assert (1, [0, 1]) == (await hub.cover(CLOSED), await lying(hub, BERG, DAHL))


async def test_who_covers_and_has_taken_it_keeps_it(hub: Hub) -> None:
    await hub.cover(CLOSED)
    await act(hub, await item(hub, DAHL), Action.CLAIM, "dahl", CLOSED)
    assert (0, [0, 1]) == (await hub.cover(THURSDAY), await lying(hub, BERG, DAHL))
    await act(hub, await item(hub, DAHL), Action.RELEASE, "dahl", THURSDAY)
    assert (1, [1, 0]) == (await hub.cover(THURSDAY), await lying(hub, BERG, DAHL))


async def test_another_directory_moves_what_lies_with_somebody_who_is_away_by_it(hub: Hub) -> None:
    leave = tuple(Absence(PersonId(p), NOW.date(), NOW.date() + timedelta(days=30)) for p in ("berg", "dahl"))
    own = hub.order
    hub.order = replace(own, directory=replace(own.directory, absences=leave))
    assert (1, [0, 0, 1]) == (await hub.cover(NOW), await lying(hub, BERG, DAHL, PILE))
    hub.order = replace(own, directory=replace(own.directory, absences=leave[:1]))
    assert (1, [0, 1, 0]) == (await hub.cover(NOW), await lying(hub, BERG, DAHL, PILE))
    hub.order = own
    assert (1, [1, 0, 0]) == (await hub.cover(NOW), await lying(hub, BERG, DAHL, PILE))


async def test_what_a_colleague_took_before_going_away_is_free_and_what_they_took_since_is_theirs(hub: Hub) -> None:
    await arrive(hub, 2, 3, patient=builders.patient("1"))
    team = builders.TEAM[0]
    first, second = (line.item for line in await hub.store.lines(team))
    away = Absence(builders.NURSE.id, builders.WEDNESDAY, builders.WEDNESDAY)
    hub.order = replace(hub.order, directory=replace(hub.directory, absences=(away,)))
    wednesday = NOW + timedelta(days=1)
    await act(hub, first, Action.CLAIM, "nurse", NOW)
    await act(hub, second, Action.CLAIM, "nurse", wednesday)
    await hub.cover(wednesday)
    found = {line.item.id: line.item.owner for line in await hub.store.lines(team)}
    assert {first.id: None, second.id: "nurse"} == found


async def test_the_clock_tells_the_inbox_where_it_lies(hub: Hub) -> None:
    await hub.cover(CLOSED)
    late = CLOSED + timedelta(days=1)
    ((x, due),) = await hub.store.due(late, 10)
    assert (DAHL,) == tuple(n.inbox for n in watch.lapse(x, due, hub.directory, GRACE, late).notices)


async def test_a_new_edition_lies_and_belongs_where_the_earlier_one_did(hub: Hub) -> None:
    await arrive(hub, 10, document_id="D1")
    await hub.cover(CLOSED)
    changed = {"document_id": "D1", "status": Status.CHANGED}
    later = builders.envelope(11, generated=NOW + timedelta(minutes=5))
    await arrive(hub, 11, envelope=later, **changed)
    lines = [line.item for line in await hub.store.lines(DAHL)]
    assert ({DAHL}, {BERG}, 2) == ({x.inbox for x in lines}, {x.home for x in lines}, len(lines))
    assert 2 == await hub.cover(THURSDAY)


async def test_whose_it_is_may_open_it_while_somebody_else_covers(hub: Hub) -> None:
    await hub.cover(CLOSED)
    x = await item(hub, DAHL)
    people = hub.directory.people
    assert x == (await hub._stored(x.id, people[PersonId("berg")])).item
    with pytest.raises(NotAllowed):
        await hub._stored(x.id, builders.person("third"))


async def test_whoever_watches_does_it(hub: Hub, url: str) -> None:
    clock = Clock(CLOSED, datetime.now().timestamp())
    async with Store(url) as store:
        stop, watched = asyncio.Event(), made(store, clock)
        running = asyncio.create_task(watching.run(watched, stop, {}))
        async with asyncio.timeout(10):
            while await lying(hub, BERG, DAHL) != [0, 1]:
                await watched.changed(0.1)
        stop.set()
        await running
        assert [DAHL] == [line.item.inbox for line in await store.lines(DAHL)]
