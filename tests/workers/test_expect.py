"""The loop that listens: it counts what came through the doors, tells of silence, survives failures, and stops."""

import asyncio
import time as clock
from collections.abc import AsyncIterator
from datetime import date, time, timedelta
from pathlib import Path

import psycopg
import pytest
from structlog.testing import capture_logs

from hub import calendar, settings
from hub.clock import Clock
from hub.service import Delivery, Hub
from hub.web import metrics
from tests import centre
from workers import expect

TODAY = date(2026, 11, 24)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """The sample centre at 10:05 on a Tuesday, after three weeks with nine messages each working day but today."""
    async with centre.hub(tmp_path) as made:
        await weeks(made)
        yield made


async def weeks(hub: Hub) -> None:
    (hours,) = [practice.hours for practice in hub.directory.practices.values()]
    exchange = next(a for a in hub.accounts.systems.values() if a.any)
    for n in range(21, 0, -1):
        if calendar.working_day(hours, day := TODAY - timedelta(days=n)):
            batch = [Delivery(centre.message(n * 100 + i), exchange) for i in range(9)]
            await hub.receive(batch, calendar.at(hours, day, time(9)))
    hub.clock = Clock(calendar.at(hours, TODAY, time(10, 5)), clock.time())


async def test_it_tells_of_silence_by_numbers_and_stops_at_once(hub: Hub) -> None:
    stop = asyncio.Event()
    with capture_logs() as logs:
        listening = asyncio.create_task(expect.run(hub, stop))
        async with asyncio.timeout(10):
            while not await hub.store.partners.unusual():
                await asyncio.sleep(0.02)
        stop.set()
        await asyncio.wait_for(listening, 1)
    (line,) = [x for x in logs if x["event"] == "partner.silent"]
    assert {"partner": "900200", "kind": "dialogue", "came": 0, "low": 9, "high": 9} == {
        key: line[key] for key in ("partner", "kind", "came", "low", "high")
    }
    assert "Fjordbyen" not in str(line)
    (told,) = await hub.store.journal(0, [member for member in hub.directory.inboxes if member == "koordinator"])
    assert ("partner.silent", None) == (told.event, told.item)
    figures = (await metrics.Figures(hub, keep=0).text()).decode()
    assert "\nsambud_partners_silent 1.0\n" in figures


async def test_it_goes_on_when_the_database_was_away(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expect, "FAILED_SECONDS", 0.05)
    found = centre.configured(tmp_path, database=settings.Database(url=postgresql_url))
    async with centre.opened(found) as hub:
        stop = asyncio.Event()
        with psycopg.connect(postgresql_url, autocommit=True) as c:
            c.execute("ALTER TABLE mark RENAME TO gone")
            with capture_logs() as logs:
                await weeks(hub)
                listening = asyncio.create_task(expect.run(hub, stop))
                async with asyncio.timeout(10):
                    while not [x for x in logs if x["event"] == "traffic.failed"]:
                        await asyncio.sleep(0.02)
                c.execute("ALTER TABLE gone RENAME TO mark")
                async with asyncio.timeout(10):
                    while not await hub.store.partners.unusual():
                        await asyncio.sleep(0.02)
        stop.set()
        await listening
