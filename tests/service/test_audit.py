"""Whatever is broken in the database is found, and mended where it can be; in a sound one nothing is."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection, delete, event, select, update

from hub import acting, auditing, covering, intake, lapsing
from hub.audit import Flaw
from hub.auditing import Audit
from hub.clock import Clock
from hub.desk import Act
from hub.directory import Absence, Directory, InboxId, PersonId
from hub.intake import Order
from hub.item import Action, ItemId, Outcome
from hub.message import Message
from hub.record import Audited, Stored, Version
from hub.store import Store, Writing
from hub.store import auditing as asking
from hub.store.tables import deadline, item, notice, outbox
from hub.transport import Label
from tests import builders
from tests.service import test_invariants as campaign

NOW = builders.TUESDAY
LATER = NOW + timedelta(hours=9)
STANDING = Clock(LATER, 0.0, 1e-9)
GRACE = timedelta(seconds=60)
ORDER = builders.order()
# What a plant is done to: the item of the team, by its id.
Plant = Callable[[Connection, ItemId], object]


async def read(stored: Stored) -> Message:
    return builders.message()


async def find(id: ItemId) -> Message:
    return builders.message()


async def look(store: Store, now: datetime = LATER, order: Order = ORDER, before: datetime | None = None) -> Audit:
    return await auditing.whole(store, order, read, now, before)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """A store with an item of the team whose ladder has been climbed, and a copy for a GP."""
    async with Store(url) as opened:
        change = intake.judge(builders.message(), ORDER, NOW)
        await opened.commit([Writing(change, NOW, b"raw", "test", (b"ack",))])
        await climb(opened, LATER)
        yield opened


async def climb(store: Store, now: datetime) -> None:
    while due := await lapsing.due(store, ORDER, find, GRACE, now, 100):
        await store.commit([Writing(change, now) for change in due])


async def team_item(store: Store) -> ItemId:
    (line,) = await store.lines(builders.TEAM[0])
    return line.item.id


async def act(store: Store, id: ItemId, asked: Act, now: datetime = LATER) -> None:
    stored = await store.stored(id)
    assert stored is not None
    change = await acting.change(stored, asked, builders.NURSE, ORDER, read, now)
    await store.commit([Writing(change, now, documents=tuple(b"document" for _ in change.outgoing))])


async def plant(store: Store, work: Plant) -> ItemId:
    id = await team_item(store)
    await store.mend(work, id)
    return id


def set_clock(**values: Any) -> Plant:
    return lambda c, id: c.execute(update(deadline).where(deadline.c.item_id == id).values(**values))


def set_item(**values: Any) -> Plant:
    return lambda c, id: c.execute(update(item).where(item.c.id == id).values(**values))


def lose_clock(c: Connection, id: ItemId) -> None:
    c.execute(delete(deadline).where(deadline.c.item_id == id))


def lose_notices(c: Connection, id: ItemId) -> None:
    c.execute(delete(notice).where(notice.c.item_id == id, notice.c.step == 1))


def lose_place(c: Connection, id: ItemId) -> None:
    lose_clock(c, id)
    c.execute(update(item).where(item.c.id == id).values(due_at=None))


def pause(c: Connection, id: ItemId) -> None:
    row = c.execute(select(deadline).where(deadline.c.item_id == id)).one()
    paused = f'{{"due":"2026-11-24T15:00:00Z","steps":{row.steps},"why":{row.why},"step":1,"urgent":false}}'
    c.execute(update(deadline).where(deadline.c.item_id == id).values(paused=paused))


def set_ahead(c: Connection, id: ItemId) -> None:
    """The clock of the machine that took it in was a year ahead."""
    row = c.execute(select(deadline).where(deadline.c.item_id == id)).one()
    why = json.loads(row.why) | {"received": (LATER + timedelta(days=364)).isoformat()}
    c.execute(update(deadline).where(deadline.c.item_id == id).values(why=json.dumps(why)))


PLANTS: dict[str, tuple[Flaw, Plant]] = {
    "a clock that counts from next year": (Flaw.AHEAD, set_ahead),
    "an inbox that is in no directory": (Flaw.HOMELESS, set_item(inbox="gone")),
    "a clock that was lost": (Flaw.UNCLOCKED, lose_clock),
    "a clock that was lost with its place in the list": (Flaw.UNCLOCKED, lose_place),
    "a clock that was stopped": (Flaw.STOPPED, set_clock(fires_at=None, step=1)),
    "a step at another time than the ladder's": (Flaw.ASTRAY, set_clock(fires_at=LATER + timedelta(days=9), step=2)),
    "a step after the ladder's end": (Flaw.ASTRAY, set_clock(fires_at=LATER + timedelta(days=9))),
    "another due time in the list": (Flaw.ASTRAY, set_item(due_at=LATER + timedelta(days=9))),
    "a step that nobody heard of": (Flaw.UNTOLD, lose_notices),
    "an item that waits with no clock of ours": (Flaw.UNPAUSED, set_item(state="waiting")),
    "a paused clock of what waits for nobody": (Flaw.PAUSED, pause),
    "a clock that runs after the end": (Flaw.RUNNING, lambda c, id: (set_item(state="closed")(c, id), RUN(c, id))),
    "a clock that would be set anew after the end": (Flaw.RUNNING, set_item(state="answered")),
}
RUN = set_clock(fires_at=LATER + timedelta(days=1), basis="")


async def test_in_a_sound_database_nothing_is_found(store: Store) -> None:
    done = await look(store)
    assert (2, Counter(), Counter()) == (done.seen, done.found, done.mended)


@pytest.mark.parametrize(("flaw", "work"), PLANTS.values(), ids=PLANTS)
async def test_each_plant_is_found_and_mended_once_whoever_looks(store: Store, flaw: Flaw, work: Plant) -> None:
    id = await plant(store, work)
    several = await asyncio.gather(*(look(store) for _ in range(3)))
    assert {flaw: 1} == sum((done.mended for done in several), Counter())
    again = await look(store)
    assert (Counter(), Counter()) == (again.found, again.mended)
    (line,) = [line for line in await store.history(id) if line.event == "audit.mended"]
    assert (flaw.value, "audit", True) == (line.detail["flaw"], line.who, bool(line.detail["because"]))


async def test_an_item_without_an_inbox_goes_to_the_pile_with_its_clock(store: Store) -> None:
    id = await plant(store, set_item(inbox="gone"))
    await look(store)
    assert id in [line.item.id for line in await store.lines(InboxId("coordinator"))]


async def test_an_inbox_that_others_may_know_already_is_no_flaw(store: Store) -> None:
    await plant(store, set_item(inbox="new"))
    assert await store.put_version(Version(1, NOW, "kari", "", {}), {})
    assert Counter() == (await look(store)).mended
    assert {Flaw.HOMELESS: 1} == (await auditing.whole(store, ORDER, read, LATER, None, 1)).mended


async def test_of_a_great_many_only_some_are_mended_and_the_rest_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "MOST", 1)
    await plant(store, lambda c, _: c.execute(delete(deadline)))
    done = await look(store)
    assert ({Flaw.UNCLOCKED: 1}, {Flaw.UNCLOCKED: 1}) == (done.found, done.mended)


async def test_a_lost_clock_is_set_as_if_it_had_come_then_and_what_passed_is_told(store: Store) -> None:
    id = await team_item(store)
    before = (await store.stored(id)).deadline  # type: ignore[union-attr]
    await store.mend(lambda c: c.execute(delete(notice).where(notice.c.item_id == id)))
    await plant(store, lose_clock)
    await look(store)
    stored = await store.stored(id)
    assert stored is not None and stored.deadline is not None and before is not None
    assert (before.due, before.why, 0) == (stored.deadline.due, stored.deadline.why, stored.deadline.step)
    await climb(store, LATER)
    told = {told.inbox for told in await store.history(id) if told.event == "notice.told"}
    assert {"coordinator", "duty", "manager", "operations"} == told


async def test_what_was_told_of_a_lost_clock_is_told_in_a_new_round(store: Store) -> None:
    id = await plant(store, lose_clock)
    await look(store)
    stored = await store.stored(id)
    assert stored is not None and stored.deadline is not None
    assert (1, LATER) == (stored.deadline.round, stored.deadline.set_at)
    await climb(store, LATER)
    assert (Counter(), Counter()) == ((done := await look(store)).found, done.mended)


async def test_a_step_that_nobody_heard_of_is_told_to_those_whom_the_ladder_names(store: Store) -> None:
    id = await plant(store, lose_notices)
    await look(store)
    told = await store.look(lambda c: c.execute(select(notice.c.inbox, notice.c.step, notice.c.late)).all())
    assert ("coordinator", 1, True) in told
    assert 1 <= len([line for line in await store.history(id) if line.event == "audit.mended"])


async def test_whoever_has_an_item_keeps_it_when_its_clock_goes_on(store: Store) -> None:
    await act(store, await team_item(store), Act(Action.CLAIM))
    id = await plant(store, pause)
    await look(store)
    stored = await store.stored(id)
    assert stored is not None and stored.deadline is not None
    assert ("claimed", builders.NURSE.id, None) == (stored.item.state, stored.item.owner, stored.deadline.paused)


async def test_what_a_person_does_just_then_goes_before_a_mend(store: Store) -> None:
    id = await plant(store, set_clock(fires_at=None, step=1))
    seen = await store.look(asking.one, id)
    await act(store, id, Act(Action.CLOSE, outcome=Outcome.HOME_VISIT))
    change = auditing.audit.straighten(seen, Flaw.STOPPED, LATER)
    assert 1 < (await store.mend(asking.attach, Writing(change, LATER))).version  # type: ignore[union-attr]
    assert Counter() == (await look(store)).mended


def absent(*people: str) -> Directory:
    day = (LATER + timedelta(days=1)).date()
    away = tuple(Absence(PersonId(x), NOW.date(), day, "leave") for x in people)
    return builders.directory(absences=away)


async def test_what_lies_with_nobody_goes_to_who_covers_when_it_has_for_long(store: Store) -> None:
    # The GP has Wednesdays off, and nobody has watched since Tuesday's closing time.
    assert Counter() == (await look(store, before=NOW)).mended
    done = await look(store, before=LATER - GRACE)
    assert ({Flaw.UNATTENDED: 1}, Counter()) == (done.mended, done.found)
    assert ["dahl"] == [x.item.inbox for x in [*await store.lines(InboxId("dahl"))]]


async def test_where_even_the_coordinator_is_away_somebody_is_told_and_nothing_moves(store: Store) -> None:
    order = replace(ORDER, directory=absent("nurse", "other"))
    await settle(store, order)
    done = await look(store, order=order, before=LATER - GRACE)
    assert ({Flaw.UNATTENDED: 1}, Counter()) == (done.found, done.mended)


async def settle(store: Store, order: Order) -> None:
    """What lies with somebody away goes where it is to go, as the watch does it."""
    async for portion in covering.moves(store, order.directory, LATER):
        await store.commit([Writing(change, LATER) for change in portion])


async def test_what_was_sent_is_waited_for_from_when_it_was_written(store: Store) -> None:
    id = await team_item(store)
    await act(store, id, Act(Action.ANSWER, "Ja."))
    await store.mend(lambda c: c.execute(update(outbox).where(outbox.c.kind == "answer").values(receipt_due=None)))
    done = await look(store)
    assert {Flaw.UNEXPECTED: 1} == done.mended
    due = await store.look(lambda c: c.execute(select(outbox.c.receipt_due).where(outbox.c.kind == "answer")).scalar())
    assert LATER + timedelta(hours=96) == due
    assert Counter() == (await look(store)).mended
    assert ["audit.mended"] == [x.event for x in await store.history(id)][-1:]


async def test_a_document_that_nobody_would_send_is_sent(store: Store) -> None:
    change = intake.judge(builders.message(2), ORDER, NOW)
    label = Label("APPREC", "101", "201", "201_async")
    await store.commit([Writing(change, NOW, b"two", "amqp:201", (b"ack",), (label,))])
    await store.mend(
        lambda c: c.execute(update(outbox).where(outbox.c.label.is_not(None)).values(next_attempt_at=None))
    )
    assert [] == await store.relay(LATER, LATER, 10)
    assert {Flaw.STRANDED: 1} == (await look(store)).mended
    assert 1 == len(await store.relay(LATER, LATER + GRACE, 10))
    assert Counter() == (await look(store)).mended


async def test_what_is_long_overdue_is_seen_at_a_glance(store: Store) -> None:
    assert Counter() == await auditing.glance(store, STANDING)
    change = intake.judge(builders.message(2), ORDER, NOW)
    label = Label("APPREC", "101", "201", "201_async")
    await store.commit([Writing(change, NOW, b"two", "amqp:201", (b"ack",), (label,))])
    assert {Flaw.OVERDUE: 2, Flaw.UNTRIED: 1} == await auditing.glance(store, STANDING)


async def test_a_glance_asks_ends_of_indexes_only(sqlite_url: str) -> None:
    asked: list[tuple[str, Any]] = []
    async with Store(sqlite_url) as store:
        engine = store._readers.engine
        event.listen(engine, "before_cursor_execute", lambda _c, _x, sql, values, *_: asked.append((sql, values)))
        await auditing.glance(store, STANDING)
        await store.look(asking.amiss, 10)
        await store.look(asking.running, 10)
        selects = [(sql, values) for sql, values in asked if sql.startswith("SELECT")]
        with engine.connect() as c:
            plans = [c.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in selects]
    steps = [str(step.detail) for plan in plans for step in plan if "anon" not in step.detail]
    assert all("ix_" in step or "sqlite_autoindex" in step for step in steps if "CO-ROUTINE" not in step), steps
    assert {"ix_deadline_fires", "ix_outbox_relay", "ix_outbox_unexpected", "ix_outbox_unacknowledged"} <= {
        word for step in steps for word in step.split()
    }


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=campaign.histories)
def test_after_any_history_nothing_is_found(url: str, history: list[tuple[object, ...]]) -> None:
    campaign.empty(url)
    found = asyncio.run(audited(url, history))
    assert (Counter(), Counter()) == (found.found, found.mended)


async def audited(url: str, history: list[tuple[object, ...]]) -> Audit:
    await campaign.live(url, history)
    async with Store(url) as store:
        order, now = builders.order(), builders.TUESDAY + timedelta(days=60)
        return await auditing.whole(store, order, read, now, None)


def test_an_item_remembers_what_was_told_before_a_pause() -> None:
    change = intake.judge(builders.message(), ORDER, NOW)
    clock = replace(change.deadlines[0], step=3, round=2, set_at=NOW)
    x = Audited(change.items[0], clock, frozenset({(0, 0), (0, 1), (2, 2)}), clock.due)
    assert (0, 1) == auditing.audit.untold(x)
    assert () == auditing.audit.untold(replace(x, events=("deadline.paused", "deadline.resumed")))
    assert (1,) == auditing.audit.untold(
        replace(x, told=frozenset({(2, 2)}), events=("deadline.paused", "deadline.resumed"))
    )
