"""While another process writes on and on, everybody is told so in time, however many wait."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.change import Change
from hub.clock import Clock
from hub.directory import PersonId
from hub.errors import Unavailable
from hub.store import Store, Writing, grouping

NOW = Clock(None, 0.0, 1.0).now()


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def other(sqlite_url: str, store: Store) -> Iterator[sqlite3.Connection]:
    """Another connection, in a transaction that writes."""
    found = sqlite3.connect(Path(sqlite_url.removeprefix("sqlite:///")), isolation_level=None)
    found.execute("BEGIN IMMEDIATE")
    yield found
    found.close()


def nothing() -> Writing:
    """A decision that writes nothing, which needs the right to write all the same."""
    return Writing(Change(entries=()), NOW)


async def waited(work: object) -> float:
    """How many seconds it took until the store was said to be unavailable."""
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        await work  # type: ignore[misc]
    return time.monotonic() - begun


async def test_nobody_waits_for_the_patience_of_those_before(
    store: Store, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "PATIENCE_SECONDS", 1.0)

    batches = [waited(store.commit([nothing()])) for _ in range(15)]
    people = [waited(store.sign_in(f"token {n}", PersonId("kari.moen"), NOW, NOW)) for n in range(5)]
    seconds = await asyncio.gather(*batches, *people)
    assert max(seconds) < 4


async def test_who_came_later_is_still_written_when_the_other_has_ended(
    store: Store, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "PATIENCE_SECONDS", 0.3)
    first = asyncio.create_task(waited(store.commit([nothing()])))
    second = asyncio.create_task(waited(store.commit([nothing()])))
    await asyncio.sleep(0)
    monkeypatch.setattr(grouping, "PATIENCE_SECONDS", 30.0)
    third = asyncio.create_task(store.commit([nothing()]))
    await asyncio.gather(first, second)
    other.execute("ROLLBACK")
    assert 1 == len(await third)
