"""The example client of docs/client against a running hub, over lines that break in the midst of it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hub.desk import Act
from hub.item import Action
from tests.chaos.link import Fault, link
from tests.web.running import TEAM, Centre, message

FILE = Path(__file__).parent.parent.parent / "docs" / "client" / "inbox.py"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = spec_from_file_location("inbox", FILE)
    assert spec is not None and spec.loader is not None
    made = module_from_spec(spec)
    sys.modules["inbox"] = made
    spec.loader.exec_module(made)
    made.PAUSE = 0.05  # type: ignore[attr-defined]
    return made


def nurse(example: ModuleType, url: str) -> Any:
    return example.Inbox(url, "kari.moen", "sambud")


@asynccontextmanager
async def between(url: str, meddle: Callable[[bytes], Awaitable[bool]]) -> AsyncIterator[str]:
    """A way to the hub for one call each; `meddle` sees each call first, and says whether to lose the answer."""
    host, _, port = url.removeprefix("http://").partition(":")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        length = [x for x in asked.lower().split(b"\r\n") if x.startswith(b"content-length:")]
        asked += await reader.readexactly(int(length[0].split(b":")[1])) if length else b""
        lost = await meddle(asked)
        there, back = await asyncio.open_connection(host, int(port))
        back.write(asked)
        answer = await there.read()
        back.close()
        if not lost:
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def test_it_lists_an_inbox_page_by_page(example: ModuleType, centre: Centre) -> None:
    await centre.receive(*(message() for _ in range(5)))
    found = await asyncio.to_thread(lambda: list(nurse(example, centre.url).items(TEAM, 2)))
    assert [line.item.id for line in await centre.hub.store.lines(TEAM)] == [x["id"] for x in found]


async def test_an_answer_whose_line_broke_is_sent_once(example: ModuleType, centre: Centre) -> None:
    await centre.receive(message())
    item, asked = await centre.item(), list[bytes]()

    async def lose(call: bytes) -> bool:
        asked.append(call.split(b" ")[1].rpartition(b"/")[2] if call.startswith(b"POST") else b"")
        return asked[-1] != b"" and asked.count(asked[-1]) == 1

    async with between(centre.url, lose) as url:
        done = await asyncio.to_thread(nurse(example, url).answer, item.id, "Legen ser på det i dag.")
    events = [x.event for x in await centre.hub.store.history(item.id)]
    assert [b"claim", b"claim", b"answer", b"answer"] == [x for x in asked if x]
    assert ("answered", ["message.accepted", "item.claimed", "item.answered"]) == (done["state"], events)


async def test_when_the_item_changed_meanwhile_it_is_looked_at_anew(example: ModuleType, centre: Centre) -> None:
    await centre.receive(message())
    item, first = await centre.item(), True

    async def hurry(call: bytes) -> bool:
        nonlocal first
        if first and b"/claim " in call:
            first = False
            await centre.act("elle.sara", Act(Action.URGE))
        return False

    async with between(centre.url, hurry) as url:
        done = await asyncio.to_thread(nurse(example, url).answer, item.id, "Ja.")
    assert ("answered", "Ja.") == (done["state"], done["note"])


async def test_when_somebody_was_first_the_text_is_not_lost(example: ModuleType, centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.act("elle.sara", Act(Action.CLAIM))
    words = ["--url", centre.url, "answer", item.id, "Legen ser på det."]
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(FILE), *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (2, "claimed") == (done.returncode, (await centre.item()).state.value)
    assert "elle.sara" in done.stderr and "Your text: Legen ser på det." in done.stderr


async def test_it_follows_events_through_a_broken_line_and_misses_none(example: ModuleType, centre: Centre) -> None:
    port = int(centre.url.rpartition(":")[2])
    async with link("hub", port) as way:
        following = nurse(example, f"http://127.0.0.1:{way.port}").events("0")

        async def next_one() -> Any:
            async with asyncio.timeout(30):
                return await asyncio.to_thread(next, following)

        await centre.receive(message())
        heard = [await next_one()]
        way.fail(Fault.CUT)
        await centre.receive(message(), message())
        way.fail(Fault.NONE)
        heard += [await next_one() for _ in range(2)]
        way.fail(Fault.RESET)
        await centre.receive(message())
        heard.append(await next_one())
    told = [str(x.id) for x in await centre.hub.store.journal(0, [TEAM]) if x.event == "message.accepted"]
    assert (told, 4) == ([x.id for x in heard], len(told))
