"""What is loaded is in force in every running process a moment later, without a restart; what is wrong never is."""

import asyncio
import errno
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from hub import following, registry, settings
from hub.directory import InboxId, PersonId
from hub.following import InForce
from hub.record import Version
from hub.registry import archive
from hub.service import Delivery, Hub, open_hub
from hub.store import Store
from tests import builders, centre
from workers import watch

PILE = InboxId("koordinator")
RENAMED = 'name = "Koordinator"', 'name = "Koordinatoren"'
SAMPLE = settings.load(settings.sample()).folder


async def put(store: Store, old: str = "", new: str = "") -> int:
    """Put the sample's files in force, with a text replaced wherever it stands; returns the version's number."""
    files = {
        name: raw.replace(old.encode(), new.encode()) if old else raw for name, raw in archive.gather(SAMPLE).items()
    }
    number = await store.newest_version() + 1
    named = {name: archive.digest(content) for name, content in files.items()}
    version = Version(number, builders.TUESDAY, "kari", "", named)
    assert await store.put_version(version, {archive.digest(x): x for x in files.values()})
    return number


async def taken_up(hub: Hub, number: int) -> float:
    """How long it took until a hub decided by a version."""
    began = time.monotonic()
    async with asyncio.timeout(20):
        while hub.version != number:
            await asyncio.sleep(0.01)
    return time.monotonic() - began


@pytest.fixture
async def hub(url: str) -> AsyncIterator[Hub]:
    sample = settings.load(settings.sample())
    async with centre.opened(sample.model_copy(update={"database": settings.Database(url=url)})) as opened:
        yield opened


async def test_until_something_is_loaded_the_folder_is_in_force(hub: Hub) -> None:
    assert (0, "Koordinator") == (hub.version, hub.directory.inboxes[PILE].name)


async def test_what_is_loaded_is_in_force_at_once_and_patients_who_stay_are_not_read_again(hub: Hub) -> None:
    first = await put(hub.store)
    await taken_up(hub, first)
    listings = hub.directory.listings
    await taken_up(hub, await put(hub.store, *RENAMED))
    assert "Koordinatoren" == hub.directory.inboxes[PILE].name
    assert listings is hub.directory.listings


async def test_who_may_sign_in_changes_with_it(hub: Hub) -> None:
    await taken_up(hub, await put(hub.store, 'username = "nora.nordli"', 'username = "nora"'))
    assert ("nora" in hub.accounts.people, "nora.nordli" in hub.accounts.people) == (True, False)


async def test_a_version_that_cannot_be_used_is_never_in_force_and_the_next_one_is(hub: Hub) -> None:
    first = await put(hub.store)
    await taken_up(hub, first)
    with capture_logs() as logs:
        wrong = await put(hub.store, "[[rule]]", "[[rules]]")
        await asyncio.sleep(1.2)
        assert first == hub.version
        await taken_up(hub, await put(hub.store, *RENAMED))
    assert wrong + 1 == hub.version
    assert [wrong] == [x["version"] for x in logs if x["event"] == "configuration.unusable"]


async def test_a_reload_writes_nothing_to_a_disk(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patients and password hashes would outlive a process that is killed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))
    number = await put(hub.store, *RENAMED)
    await taken_up(hub, number)
    assert (number, "Koordinatoren") == (hub.version, hub.directory.inboxes[PILE].name)


def failing(once: Exception, then: Callable[..., Any]) -> Callable[..., Any]:
    """What fails the first time, and works from then on."""
    left = [once]

    def does(*given: Any, **named: Any) -> Any:
        if left:
            raise left.pop()
        return then(*given, **named)

    return does


@pytest.mark.parametrize(
    ("fault", "event"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "configuration.failed"),
        (MemoryError(), "configuration.failed"),
        (RuntimeError("can't start new thread"), "configuration.failed"),
    ],
)
async def test_whatever_goes_wrong_while_a_version_is_read_is_told_and_it_is_tried_again(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, fault: Exception, event: str
) -> None:
    monkeypatch.setattr(following, "AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(registry, "load", failing(fault, registry.load))
    with capture_logs() as logs:
        number = await put(hub.store, *RENAMED)
        await taken_up(hub, number)
    (told,) = (x for x in logs if x["event"] == event)
    assert (number, "error", fault) == (told["version"], told["log_level"], told["exc_info"])


async def test_a_failure_that_nobody_foresaw_does_not_end_the_looking(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "AGAIN_SECONDS", 0.1)
    with capture_logs() as logs:
        monkeypatch.setattr(hub.store, "newest_version", failing(ZeroDivisionError("a bug"), hub.store.newest_version))
        await taken_up(hub, await put_next(hub.store))
    assert ["error"] == [x["log_level"] for x in logs if x["event"] == "configuration.failed"]


async def put_next(store: Store) -> int:
    """As `put` does, where the number of the newest version cannot be asked for now."""
    await asyncio.sleep(2 * following.LOOK_SECONDS)
    return await put(store)


async def test_a_version_that_could_not_be_handed_on_is_handed_on_again(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "AGAIN_SECONDS", 0.1)
    number = await put(hub.store)
    taken: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    renew = failing(ZeroDivisionError("a bug"), lambda found, order: taken.set_result(found.number))
    found = InForce(centre.configuration(SAMPLE))
    with capture_logs() as logs:
        beside = asyncio.create_task(following.follow(hub.store, found, settings.load(settings.sample()), renew))
        async with asyncio.timeout(20):
            assert number == await taken
        beside.cancel()
        await asyncio.gather(beside, return_exceptions=True)
    assert [number] == [x["version"] for x in logs if x["event"] == "configuration.failed"]


async def test_whoever_starts_later_begins_with_what_was_loaded(hub: Hub, tmp_path: Path) -> None:
    number = await put(hub.store, *RENAMED)
    sample = settings.load(settings.sample()).model_copy(
        update={"database": settings.Database(url=hub.store._url), "folder": tmp_path / "nothing"}
    )
    async with open_hub(sample, reading=False) as other:
        assert (number, "Koordinatoren") == (other.version, other.directory.inboxes[PILE].name)


async def test_what_lies_in_an_inbox_that_goes_moves_to_the_coordinator(hub: Hub) -> None:
    """By whoever watches, which has no readers: it knows whose the inbox was."""
    exchange = next(s for s in hub.accounts.systems.values() if s.any)
    await hub.receive([Delivery(centre.message(n), exchange) for n in range(3)], hub.clock.now())
    stop = asyncio.Event()
    watching = asyncio.create_task(watch.run(hub, stop, {}))
    await taken_up(hub, await put(hub.store, centre.TEAM, "teamet"))
    async with asyncio.timeout(10):
        while len(lines := await hub.store.lines(PILE)) < 3:
            await asyncio.sleep(0.02)
    stop.set()
    await watching
    told = await hub.store.history(lines[0].item.id)
    assert ["message.accepted", "item.rehomed"] == [t.event for t in told]
    assert (await hub.open(lines[0].item.id, hub.directory.people[PersonId("berit.dahl")])).item.inbox == PILE
