"""What is open is asked of the index that holds nothing else, however much has ended."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from hub.directory import InboxId
from hub.item import OPEN
from hub.store import Store, reading

QUESTIONS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "counts": lambda store: store.counts(),
    "loads": lambda store: store.loads(datetime.now(UTC)),
    "lines": lambda store: store.lines(InboxId("team")),
}


def test_the_index_holds_every_open_state() -> None:
    assert {state.value for state in OPEN} == set(re.findall(r"'(\w+)'", reading._IS_OPEN.text))


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
