"""What is open is asked of the index that holds nothing else, however much has ended."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from hub.directory import InboxId
from hub.item import OPEN, ItemId
from hub.record import Lying
from hub.store import Store, reading
from hub.store.tables import quarantine

QUESTIONS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "counts": lambda store: store.counts(),
    "loads": lambda store: store.loads(datetime.now(UTC)),
    "lines": lambda store: store.lines(InboxId("team")),
}


def test_the_index_holds_every_open_state() -> None:
    assert {state.value for state in OPEN} == set(re.findall(r"'(\w+)'", reading.IS_OPEN.text))


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
async def test_sqlite_looks_at_open_items_only(sqlite_url: str, question: Callable[[Store], Awaitable[object]]) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    async with Store(sqlite_url) as store:
        engine = store._readers.engine
        event.listen(engine, "before_cursor_execute", lambda _c, _x, sql, values, *_: asked.append((sql, values)))
        await question(store)
        (select,) = [x for x in asked if x[0].startswith("SELECT")]
        with engine.connect() as c:
            plan = " ".join(str(r.detail) for r in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {select[0]}", select[1]))
    assert "INDEX ix_item_open" in plan, plan


async def test_sqlite_looks_for_what_may_have_to_move_by_its_indexes(sqlite_url: str) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    async with Store(sqlite_url) as store:
        engine = store._readers.engine
        event.listen(engine, "before_cursor_execute", lambda _c, _x, sql, values, *_: asked.append((sql, values)))
        await store.lying([InboxId("team"), InboxId("other")])
        await store.lying_so(Lying(InboxId("team")), ItemId("x"), 10)
        selects = [x for x in asked if x[0].startswith("SELECT")]
        with engine.connect() as c:
            plans = [c.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in selects]
    home, taken, away, alike = [" ".join(str(r.detail) for r in plan) for plan in plans]
    assert "INDEX ix_item_home (home>?)" in home, home
    assert "INDEX ix_item_open" in taken, taken
    assert "INDEX ix_item_open (inbox=?)" in away and "INDEX ix_item_open (inbox=?)" in alike, (away, alike)


async def test_what_nobody_has_ended_in_quarantine_is_asked_of_its_index(store: Store) -> None:
    """However much has been replayed or discarded."""
    now = datetime.now(UTC)
    row = {"raw": b"x", "digest": b"", "why": "unreadable", "faults": "[]", "received_at": now, "via": ""}
    ended = {**row, "ended_at": now, "ended_by": "kari", "ending": "discarded"}
    await store._writer.run(lambda c: c.execute(insert(quarantine), [ended] * 3000) and None)
    await store._writer.run(lambda c: c.execute(insert(quarantine), [row] * 3) and None)
    await store._writer.run(lambda c: c.execute(text("ANALYZE")) and None)
    asked: list[tuple[str, Any]] = []
    engine = store._readers.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _x, sql, values, *_: asked.append((sql, values)))
    found = (await store.dead_count(), len(await store.dead()), len(await store.held(ended=False)))
    assert ((3, 0), 3, 3) == found
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    selects = [x for x in asked if "FROM quarantine" in x[0]]
    with engine.connect() as c:
        plans = [str(c.exec_driver_sql(f"{explain} {sql}", values).all()) for sql, values in selects]
    assert [] == [plan for plan in plans if "ix_quarantine_open" not in plan]
