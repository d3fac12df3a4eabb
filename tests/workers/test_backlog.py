"""Beside the web a backlog does not keep whoever asks at the door waiting."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select

from hub.record import Worker
from hub.service import LAPSING, Hub
from hub.store import engine
from hub.store.tables import notice
from tests import centre
from tests.year import backlog
from workers import watch

COUNT, LOOKS = 5 * LAPSING, 2


@pytest.fixture
async def behind(url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub on a database in which five looks' worth of clocks came an hour ago."""
    made = create_engine(engine.address(url))
    backlog.fill(made, COUNT)
    backlog.lapse(made, urgent=10)
    made.dispose()
    found = centre.configured(tmp_path)
    async with centre.opened(
        found.model_copy(update={"database": found.database.model_copy(update={"url": url})})
    ) as hub:
        yield hub


async def told(hub: Hub) -> int:
    return await hub.store._readers.run(lambda c: c.execute(select(func.count()).select_from(notice)).scalar_one())


async def reached(hub: Hub, count: int) -> None:
    async with asyncio.timeout(20):
        while await told(hub) < count:
            await asyncio.sleep(0.02)


async def test_it_is_left_to_a_process_that_only_watches(behind: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "BACKLOG_LOOKS", LOOKS)
    now = behind.clock.now()
    await behind.store.beat(Worker("watch-1", "watch", now, now, {}))
    stop = asyncio.Event()
    watching = asyncio.create_task(watch.run(behind, stop, {}, beside=True))
    await reached(behind, LOOKS * LAPSING)
    # By itself it would have told all in less.
    await asyncio.sleep(0.5)
    assert LOOKS * LAPSING == await told(behind)
    stop.set()
    await watching


async def test_where_nobody_else_watches_it_goes_on_with_rests(behind: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "BACKLOG_LOOKS", LOOKS)
    gone = behind.clock.now() - timedelta(minutes=1)
    await behind.store.beat(Worker("watch-1", "watch", gone, gone, {}))
    stop = asyncio.Event()
    watching = asyncio.create_task(watch.run(behind, stop, {}, beside=True))
    await reached(behind, COUNT)
    stop.set()
    await watching
