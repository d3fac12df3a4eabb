"""Whatever a clock was computed from changes: the clocks of what lies open are set by it, and say so."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from hub.calendar import Hours, ShortDay
from hub.deadline import WorkingMinutes
from hub.desk import Act
from hub.directory import Directory, PersonId
from hub.item import Action
from hub.service import Delivery, Hub
from hub.settings import Database
from hub.store.tables import body, deadline
from tests import centre

# The Wednesday before Maundy Thursday 2027, half past four: what comes now is due the next working morning.
EVENING = datetime(2027, 3, 24, 15, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def hub(url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub of the sample centre, on each kind of database."""
    configured = centre.configured(tmp_path).model_copy(update={"database": Database(url=url)})
    async with centre.opened(configured) as opened:
        yield opened


async def receive(hub: Hub, *numbers: int, at: datetime = MORNING) -> None:
    exchange = next(s for s in hub.accounts.systems.values() if s.any)
    await hub.receive([Delivery(centre.message(n), exchange) for n in numbers], at)


def put(hub: Hub, **changes: object) -> None:
    """Other ladders, or another directory, are in force from now on."""
    hub.order = replace(hub.order, **changes)  # type: ignore[arg-type]


def with_hours(directory: Directory, hours: Hours) -> Directory:
    practices = {id: replace(x, hours=hours) for id, x in directory.practices.items()}
    return replace(directory, practices=practices)


async def dues(hub: Hub) -> set[datetime | None]:
    return {line.due for line in await hub.store.lines(centre.TEAM, limit=200)}


async def test_a_short_day_that_is_put_in_moves_what_is_due_then_and_the_journal_says_so(hub: Hub) -> None:
    await receive(hub, *range(3), at=MORNING)
    (before,) = await dues(hub)
    hours = next(iter(hub.directory.practices.values())).hours
    short = ShortDay("Personalmøte", ((datetime(2026, 1, 1, 8).time(), datetime(2026, 1, 1, 12).time()),))
    put(hub, directory=with_hours(hub.directory, replace(hours, short={MORNING.date(): short})))
    now = MORNING + timedelta(hours=1)
    assert (3, 0) == (await hub.reckon(now), await hub.reckon(now))
    (after,) = await dues(hub)
    assert before and after
    # Received at nine, before the cut-off of the short day: due when it closes.
    assert MORNING + timedelta(hours=3) == after
    (line, *_) = await hub.store.lines(centre.TEAM)
    moved = (await hub.store.history(line.item.id))[-1]
    assert ("deadline.moved", before.isoformat(), after.isoformat(), "hours") == (moved.event, *moved.detail.values())


async def test_each_step_of_a_moved_clock_is_told_again(hub: Hub) -> None:
    await receive(hub, 1, at=MORNING)
    (due,) = await dues(hub)
    assert due
    assert 1 == await hub.tick(due - timedelta(minutes=30))
    ladders = tuple(replace(x, due=WorkingMinutes(600)) for x in hub.order.ladders)
    put(hub, ladders=ladders)
    assert 1 == await hub.reckon(due - timedelta(minutes=20))
    (later,) = await dues(hub)
    assert later
    assert due < later
    assert 1 == await hub.tick(later - timedelta(minutes=30))
    (line,) = await hub.store.lines(centre.TEAM)
    history = [t.event for t in await hub.store.history(line.item.id)]
    assert ["message.accepted", "deadline.warned", "deadline.moved", "deadline.warned"] == history
    # The level never falls, and the same inbox was told twice.
    assert [1, 1] == [line.item.level, *(step + 1 for _, step, _, _ in (await hub.store.notices(centre.TEAM))[:1])]


async def test_what_was_ended_stays_as_it_was(hub: Hub) -> None:
    await receive(hub, 1)
    (line,) = await hub.store.lines(centre.TEAM)
    nurse = hub.directory.people[PersonId("kari.moen")]
    await hub.act(line.item.id, Act(Action.ANSWER, text="Ja."), line.item.version, nurse, MORNING)
    put(hub, ladders=tuple(replace(x, due=WorkingMinutes(600)) for x in hub.order.ladders))
    assert 0 == await hub.reckon(MORNING)
    ended = await hub.store.stored(line.item.id)
    assert ended and ended.deadline
    assert (line.due, "", None) == (ended.deadline.due, ended.deadline.basis, ended.deadline.fires_at)


async def test_whose_ladder_has_been_climbed_is_due_anew_too(hub: Hub) -> None:
    await receive(hub, 1)
    while await hub.tick(MORNING + 2 * DAY):
        pass
    (line,) = await hub.store.lines(centre.TEAM)
    assert line.due
    assert line.due < MORNING + 2 * DAY
    put(hub, ladders=tuple(replace(x, due=WorkingMinutes(6000)) for x in hub.order.ladders))
    assert 1 == await hub.reckon(MORNING + 2 * DAY)
    (line,) = await hub.store.lines(centre.TEAM)
    assert line.due
    assert line.due > MORNING + 2 * DAY


async def test_what_was_too_old_to_be_kept_follows_the_ladder_of_its_name(hub: Hub) -> None:
    await receive(hub, 1)
    await hub.store._writer.run(lambda c: c.execute(delete(body)) and None)
    put(hub, ladders=tuple(replace(x, due=WorkingMinutes(600)) for x in hub.order.ladders))
    (before,) = await dues(hub)
    assert 1 == await hub.reckon(MORNING)
    (after,) = await dues(hub)
    assert before and after
    assert before < after


async def test_clocks_of_an_earlier_version_of_the_hub_are_found_and_left_as_they_are(hub: Hub) -> None:
    await receive(hub, *range(70))
    before = await dues(hub)
    await hub.store._writer.run(lambda c: c.execute(update(deadline).values(basis="unknown")) and None)
    assert 0 == await hub.reckon(MORNING)
    assert (before, []) == (await dues(hub), await hub.store.clocks_by_others(set(hub.order.bases.values()), 9))


async def test_what_comes_in_the_evening_is_explained_by_what_was_stored(hub: Hub) -> None:
    await receive(hub, 1, at=EVENING)
    (line,) = await hub.store.lines(centre.TEAM)
    stored = await hub.store.stored(line.item.id)
    assert stored and stored.deadline
    why = stored.deadline.why
    assert ("Europe/Oslo", EVENING, hub.order.basis(centre.TEAM)) == (why.zone, why.begun, stored.deadline.basis)
    assert centre.TEAM == why.inbox
    assert why.facts
    assert why.skipped
