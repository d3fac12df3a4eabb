"""The board is counted by the indexes of what is open, on each database, and what needs a hand comes first."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from hub.change import Alert, AlertKind, Change
from hub.directory import InboxId, PersonId
from hub.item import State
from hub.store import Store, Writing, boarding
from hub.tally import Held, Span, Tally
from tests.store.test_listing import MINUTE, NOW, NURSE, OTHER, TEAM, THIRD, came

EMPTY, GP = InboxId("empty"), PersonId("gp")
SPAN = Span((TEAM, OTHER, EMPTY), NOW + 60 * MINUTE, NOW + timedelta(hours=10))


def claimed(by: PersonId = NURSE) -> dict[str, Any]:
    return {"state": State.CLAIMED, "owner": by}


async def test_what_is_open_is_counted_by_how_it_stands_and_when_it_is_due(store: Store) -> None:
    await store.commit(
        [
            came(1, due=-10),
            came(2, due=0, **claimed()),
            came(3, due=60),
            came(4, due=10 * 60),  # at midnight
            came(5, due=24 * 60),
            came(6, due=-500, state=State.WAITING),
            came(7, due=-500, state=State.ANSWERED),
            came(8, OTHER, due=30),
            came(9, THIRD, due=-10),
        ]
    )
    found = {x.inbox: x for x in await store.look(boarding.tallies, [SPAN], NOW)}
    team = Tally(TEAM, new=4, claimed=1, waiting=1, late=2, soon=1, new_late=1, new_today=3, due=NOW - 10 * MINUTE)
    assert {TEAM: team, OTHER: Tally(OTHER, new=1, soon=1, new_today=1, due=NOW + 30 * MINUTE)} == found


async def test_inboxes_with_other_hours_are_counted_by_these(store: Store) -> None:
    await store.commit([came(1, due=90), came(2, OTHER, due=90)])
    later = Span((OTHER,), NOW + 120 * MINUTE, SPAN.tonight)
    found = await store.look(boarding.tallies, [Span((TEAM,), SPAN.soon, SPAN.tonight), later], NOW)
    assert [(TEAM, 0), (OTHER, 1)] == [(x.inbox, x.soon) for x in found]


async def test_what_people_have_taken_is_counted_wherever_it_lies(store: Store) -> None:
    far = 24 * 60
    await store.commit(
        [came(1, due=-1, **claimed()), came(2, THIRD, due=5, **claimed()), came(3, due=far, **claimed())]
    )
    await store.commit([came(4, **claimed(GP)), came(5, owner=None), came(6, state=State.ANSWERED, owner=NURSE)])
    found = await store.look(boarding.held, [NURSE, GP, PersonId("none")], SPAN.tonight, NOW)
    assert [Held(GP, 1, 0, 1), Held(NURSE, 3, 1, 2)] == sorted(found, key=lambda x: x.person)


async def numbers(store: Store, *piles: InboxId, limit: int = 50, seen: tuple[InboxId, ...] = (TEAM,)) -> list[int]:
    found = await store.look(boarding.urgent, [SPAN], piles, seen, limit)
    return [int(re.sub(r"\D", "", x.line.item.headline.subject)) for x in found]


async def test_what_needs_a_hand_is_late_due_soon_or_unplaced_the_first_due_first(store: Store) -> None:
    await store.commit(
        [
            came(1, due=20),
            came(2, OTHER, due=-5),
            came(3, due=61),
            came(4, OTHER, due=500),
            came(5, due=-9, state=State.WAITING),
            came(6, due=-9, state=State.CLOSED),
            came(7, THIRD, due=-9),
        ]
    )
    assert [2, 1] == await numbers(store)
    assert [2, 1, 4] == await numbers(store, OTHER)
    assert [2] == await numbers(store, limit=1)
    assert [] == await store.look(boarding.urgent, [], (), (TEAM,), 50)


async def test_it_says_what_those_who_ask_may_open(store: Store) -> None:
    """What lies with them, belongs to them, or was told to them."""
    told = came(4, OTHER, due=4)
    alert = Alert(AlertKind.REJECTED, TEAM, told.change.items[0].id, "x", NOW, "")
    await store.commit([came(1, due=1), came(2, OTHER, due=2), came(3, OTHER, due=3, home=TEAM), told])
    await store.commit([Writing(Change((), alerts=(alert,)), NOW)])
    found = await store.look(boarding.urgent, [SPAN], (), (TEAM,), 50)
    assert [True, False, True, True] == [x.seen for x in found]


async def test_sqlite_looks_at_no_row_to_count(sqlite_url: str) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    async with Store(sqlite_url) as store:
        await store.commit([came(1), came(2, **claimed())])
        engine = store._readers.engine
        event.listen(engine, "before_cursor_execute", lambda _c, _x, sql, values, *_: asked.append((sql, values)))
        await store.look(boarding.tallies, [SPAN], NOW)
        await store.look(boarding.held, [NURSE], SPAN.tonight, NOW)
        selects = [x for x in asked if x[0].startswith("SELECT")]
        with engine.connect() as c:
            plans = [str(c.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()) for sql, values in selects]
    *counts, held = plans
    assert [] == [plan for plan in counts if "COVERING INDEX ix_item_open" not in plan]
    assert [] == [plan for plan in counts if "TEMP B-TREE" in plan]
    assert "INDEX ix_item_owner" in held, held
