"""The auditor as a loop: it says what it found and mended, and tells the log when it is new."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from hub.account import SystemAccount
from hub.audited import AUDITED_AT, FOUND, MENDED, MENDED_AT, tallied
from hub.clock import Clock
from hub.service import Delivery, Hub
from hub.store.tables import deadline
from tests import centre
from workers import audit

ANYBODY = SystemAccount("exchange", "", frozenset(), any=True)


async def looked(hub: Hub, state: dict[str, str], until: str) -> None:
    """Let an auditor work until it has said something."""
    stop = asyncio.Event()
    task = asyncio.create_task(audit.run(hub, stop, state))
    async with asyncio.timeout(10):
        while until not in state:
            await asyncio.sleep(0.01)
    stop.set()
    await task


@pytest.fixture
async def days_ago(tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub with a message that came five days ago, and nobody watched."""
    async with centre.hub(tmp_path) as hub:
        await hub.receive([Delivery(centre.message(), ANYBODY)], hub.clock.now() - timedelta(days=5))
        yield hub


async def test_what_is_overdue_is_found_and_told_once(days_ago: Hub) -> None:
    state: dict[str, str] = {}
    with capture_logs() as told:
        await looked(days_ago, state, FOUND)
    assert {"overdue": 1} == tallied(state[FOUND])
    assert [["overdue"]] == [x["new"] for x in told if x["event"] == "audit.found"]
    assert (True, False) == (AUDITED_AT in state, MENDED in state)


async def test_a_lost_clock_is_mended_and_counted(days_ago: Hub) -> None:
    await days_ago.store.mend(lambda c: c.execute(delete(deadline)))
    state: dict[str, str] = {MENDED: "unclocked=2"}
    with capture_logs() as told:
        await looked(days_ago, state, FOUND)
    assert ({"unclocked": 3}, True) == (tallied(state[MENDED]), MENDED_AT in state)
    assert ["unclocked"] == [x["flaw"] for x in told if x["event"] == "audit.mended"]


async def test_a_rehearsals_minute_is_as_long_as_its_clock_is_fast(tmp_path: Path) -> None:
    async with centre.hub(tmp_path) as hub:
        began = hub.clock.now() - timedelta(minutes=30)
        hub.clock = Clock(began, time.time(), 3600.0)
        await hub.receive([Delivery(centre.message(text="Det haster."), ANYBODY)], began - timedelta(hours=1))
        state: dict[str, str] = {}
        await looked(hub, state, FOUND)
    assert {} == tallied(state[FOUND])
