"""What a list's line leaves out, and what lies in some inboxes about a patient, on each kind of database."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from hub import desk, intake
from hub.change import Change
from hub.desk import Act
from hub.directory import InboxId
from hub.item import Action, Item, Outcome
from hub.record import Listed, Particulars
from hub.store import Store, Writing, particulars
from tests import builders

NOW = builders.TUESDAY
MINUTE = timedelta(minutes=1)
TEAM, OTHER = InboxId("team"), InboxId("berg")
PATIENT = "01864612632"


def came(n: int, inbox: InboxId = TEAM, patient: str = PATIENT) -> Writing:
    """The n-th message about a patient, due n minutes from now."""
    change = intake.judge(builders.message(n), builders.order(), NOW)
    item, clock, arrival = change.items[0], change.deadlines[0], change.arrival
    assert arrival is not None
    item, clock = replace(item, inbox=inbox), replace(clock, due=NOW + n * MINUTE)
    entries = tuple(replace(x, inbox=inbox) for x in change.entries)
    whole = Change(entries, replace(arrival, patient=patient), (item,), (clock,))
    return Writing(whole, NOW, b"raw %d" % n, "test")


async def acted(store: Store, item: Item, act: Act, minutes: int) -> Item:
    """Somebody does something so many minutes later."""
    at = NOW + minutes * MINUTE
    stored = await store.stored(item.id)
    assert stored is not None and stored.deadline is not None
    await store.commit([Writing(desk.act(stored.item, (stored.deadline,), act, builders.person("nurse"), at), at)])
    changed = await store.stored(item.id)
    assert changed is not None
    return changed.item


async def about(store: Store, *inboxes: InboxId, ended: bool = False, after: tuple[str, str] | None = None) -> Listed:
    return await store.look(particulars.about, PATIENT, inboxes, ended, after, 2)


async def test_an_item_tells_when_it_came_was_begun_changed_and_ended(store: Store) -> None:
    await store.commit([came(1)])
    (line,) = await store.lines(TEAM)
    id = line.item.id
    assert {id: Particulars(PATIENT, NOW, NOW)} == await store.look(particulars.of, [id])
    await acted(store, line.item, Act(Action.CLAIM), 5)
    begun = Particulars(PATIENT, NOW, NOW + 5 * MINUTE, NOW + 5 * MINUTE)
    assert {id: begun} == await store.look(particulars.of, [id])
    await acted(store, line.item, Act(Action.CLOSE, outcome=Outcome.HOME_VISIT), 9)
    ended = replace(begun, changed_at=NOW + 9 * MINUTE, ended_at=NOW + 9 * MINUTE)
    assert {id: ended} == await store.look(particulars.of, [id])


async def test_what_is_about_a_patient_comes_in_order_and_page_by_page(store: Store) -> None:
    await store.commit([came(n) for n in (3, 1, 2, 4)])
    await store.commit([came(5, OTHER), came(6, patient="26868035306")])
    (first,) = [x.item for x in await store.lines(TEAM, limit=1)]
    page = await about(store, TEAM)
    rest = await about(store, TEAM, after=page.following)
    assert [NOW + n * MINUTE for n in (1, 2, 3, 4)] == [x.due for x in (*page.lines, *rest.lines)]
    assert () == tuple((await about(store, TEAM, after=rest.following)).lines)
    assert [NOW + 5 * MINUTE] == [x.due for x in (await about(store, OTHER)).lines]
    await acted(store, first, Act(Action.CLOSE, outcome=Outcome.HOME_VISIT), 9)
    assert [first.id] == [x.item.id for x in (await about(store, TEAM, ended=True)).lines]
    assert first.id not in [x.item.id for x in (await about(store, TEAM)).lines]


async def test_only_what_lies_in_the_inboxes_is_found_by_its_id(store: Store) -> None:
    await store.commit([came(1), came(2, OTHER)])
    ids = [(await store.lines(inbox))[0].item.id for inbox in (TEAM, OTHER)]
    assert ids[:1] == [x.item.id for x in await store.look(particulars.lines, ids, [TEAM])]


async def test_sqlite_looks_for_a_patient_by_the_index_of_patients(sqlite_url: str) -> None:
    """An inbox may have a million items, of which few are about one patient."""
    said: list[tuple[str, Any]] = []
    async with Store(sqlite_url) as store:
        engine = store._readers.engine
        event.listen(engine, "before_cursor_execute", lambda _c, _x, sql, values, *_: said.append((sql, values)))
        await about(store, TEAM, OTHER, after=(NOW.isoformat(), "x"))
        (select,) = [x for x in said if x[0].startswith("SELECT")]
        with engine.connect() as c:
            plan = " | ".join(str(r.detail) for r in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {select[0]}", select[1]))
    assert "SEARCH message USING INDEX ix_message_patient" in plan, plan
    assert "SEARCH item USING INDEX ix_item_message_id" in plan, plan
