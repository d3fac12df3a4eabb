"""Streams get every line of their inboxes once and in order, and cost little however many they are."""

import asyncio
import sqlite3
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from hub.directory import InboxId
from hub.service import Delivery, Hub
from hub.web import feed
from hub.web.feed import Feed, Listener
from tests import centre

TEAM = InboxId(centre.TEAM)
NURSE = b64encode(":".join(centre.NURSE).encode()).decode()
OTHER = InboxId("koordinator")


@asynccontextmanager
async def running(hub: Hub) -> AsyncIterator[Feed]:
    """A feed that reads."""
    made = Feed(hub, asyncio.Event())
    work = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        work.cancel()
        await asyncio.wait([work])


async def arrive(hub: Hub, *numbers: int) -> None:
    """Messages for the team, in one commit."""
    exchange = next(s for s in hub.accounts.systems.values() if s.any)
    await hub.receive([Delivery(centre.message(n), exchange) for n in numbers], hub.clock.now())


async def heard(listener: Listener, until: int) -> list[int]:
    """The numbers of the lines that came, in order, until this one is there."""
    found: list[int] = []
    async with asyncio.timeout(30):
        while until not in found:
            lines, _ = await listener.take(found[-1] if found else 0, 1.0)
            found += [int(line.split(b": ")[1]) for line in lines.splitlines() if line.startswith(b"id: ")]
    return found


async def lines(hub: Hub, after: int = 0) -> list[int]:
    return [told.id for told in await hub.store.journal(after, [TEAM])]


BROKEN = "INSERT INTO journal (at, event, message, item_id, inbox, who, detail) VALUES (?, 'x', '', NULL, ?, '', 'x')"


def spoil(database: Path) -> None:
    """A line in the journal that nobody can read."""
    with closing(sqlite3.connect(database)) as c, c:
        c.execute(BROKEN, ("2026-11-24 09:00:00.000000", TEAM))


async def test_a_feed_that_dies_ends_its_streams_and_says_so(hub: Hub, tmp_path: Path) -> None:
    made = Feed(hub, asyncio.Event())
    made.check()
    work = asyncio.create_task(made.run())
    async with made.listening([TEAM]) as listener:
        spoil(tmp_path / "hub.db")
        with pytest.raises(ValueError, match="malformed"):
            await asyncio.wait_for(work, 30)
        assert (b"", 0) == await listener.take(0, 30)
        assert listener.lost
    with pytest.raises(RuntimeError, match="feed"):
        made.check()


def test_a_process_whose_feed_dies_ends_with_it(tmp_path: Path) -> None:
    with centre.served(tmp_path) as served:
        asked = Request(f"{served.url}/v1/events", headers={"Authorization": f"Basic {NURSE}"})
        with urlopen(asked, timeout=30) as stream:
            # Only who hears of something is sure to be listening.
            urlopen(Request(f"{served.url}/v1/messages", centre.message(), {**centre.EXCHANGE, **centre.XML})).close()
            assert any(b"message.accepted" in line for line in stream)
            spoil(tmp_path / "hub.db")
            assert 0 != served.process.wait(30)
        assert "feed.died" in served.log.read_text(encoding="utf-8")


async def test_who_joins_while_much_is_written_misses_nothing_and_hears_nothing_twice(hub: Hub) -> None:
    async def joined(after: int) -> tuple[int, list[int]]:
        begun = await hub.store.newest()
        async with made.listening([TEAM]) as listener:
            missed, looked, _ = await made.since(begun, [TEAM])
            await arrive(hub, 1000 + after)
            last = (await lines(hub))[-1]
            later = [n for n in await heard(listener, last) if n > looked]
        return begun, [*(told.id for told in missed), *later]

    async with running(hub) as made:
        writing = asyncio.gather(*(arrive(hub, n) for n in range(60)))
        found = await asyncio.gather(*(joined(n) for n in range(12)))
        await writing
    written = await lines(hub)
    for begun, numbers in found:
        assert [n for n in written if begun < n <= numbers[-1]] == numbers


async def test_a_line_goes_to_those_who_follow_its_inbox_and_to_no_others(hub: Hub) -> None:
    async with running(hub) as made, made.listening([OTHER]) as other, made.listening([TEAM, OTHER]) as both:
        await arrive(hub, 1)
        (written,) = await lines(hub)
        assert [written] == await heard(both, written)
        assert (b"", 0) == await other.take(0, 0.1)


async def test_what_is_about_others_is_not_looked_at_again(hub: Hub) -> None:
    await arrive(hub, *range(5))
    made = Feed(hub, asyncio.Event())
    assert ([], await hub.store.newest(), True) == await made.since(0, [OTHER])


async def test_a_stream_far_behind_gets_all_in_portions(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PORTION", 2)
    await arrive(hub, *range(5))
    made, after, found, all_there = Feed(hub, asyncio.Event()), 0, list[int](), False
    while not all_there:
        told, after, all_there = await made.since(after, [TEAM])
        found += [t.id for t in told]
    assert await lines(hub) == found


async def test_however_much_is_written_a_stream_is_woken_a_few_times_a_second(hub: Hub) -> None:
    async with running(hub) as made, made.listening([TEAM]) as listener:
        begun, times = time.monotonic(), 0
        writing = asyncio.gather(*(arrive(hub, n) for n in range(150)))
        while not writing.done():
            told, _ = await listener.take(0, 0.05)
            times += bool(told)
        await writing
        assert times <= (time.monotonic() - begun) / feed.PAUSE_SECONDS + 2


def test_who_takes_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "BEHIND", 2)
    listener = Listener([TEAM])
    for n, lost in enumerate((False, False, True, True)):
        listener.put(n, b"")
        assert lost == listener.lost
