"""The smaller parts: the folder and its lock, the port, the door that is shut for a while, and the plain screen."""

import asyncio
import io
import os
import socket
from pathlib import Path

import pytest

from hub.clock import Clock
from hub.demo import figures, folder, server
from hub.demo.cast import Cast
from hub.demo.door import Door
from hub.demo.hours import BEGIN, at
from hub.demo.ledger import Piece
from hub.demo.logbook import Got, Logbook
from hub.demo.screen import Screen, line
from hub.directory import InboxId
from hub.errors import BadConfiguration

CLOCK = Clock(BEGIN, 0.0, 1.0)


async def test_a_temporary_folder_is_removed() -> None:
    async with folder.opened(None) as place:
        assert place.path.is_dir() and not place.kept
    assert not place.path.exists()


async def test_a_named_folder_is_made_and_kept(tmp_path: Path) -> None:
    async with folder.opened(tmp_path / "a" / "b") as place:
        assert place.kept
    assert place.path.is_dir()


async def test_two_demos_cannot_play_in_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "WAIT_SECONDS", 0)
    async with folder.opened(tmp_path):
        with pytest.raises(BadConfiguration, match="another demo is playing"):
            async with folder.opened(tmp_path):
                pass


async def test_a_folder_with_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sambud.db").touch()
    with pytest.raises(BadConfiguration, match="no demo made"):
        async with folder.opened(tmp_path):
            pass


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadConfiguration, match="cannot be used"):
        async with folder.opened(tmp_path / "file" / "in it"):
            pass


def test_another_port_is_found_when_the_wanted_one_is_taken(free_port: int) -> None:
    assert free_port == server.port(free_port)
    with socket.create_server(("127.0.0.1", free_port)):
        assert server.port(free_port) not in (0, free_port)


async def test_a_delivery_without_an_answer_is_made_again_with_the_same_bytes(tmp_path: Path, who: Cast) -> None:
    """The door takes the first delivery and breaks off; it answers the second."""
    taken: list[bytes] = []

    async def hub(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(next(x for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")).split(b":")[1])
        taken.append(await reader.readexactly(length))
        if len(taken) == 2:
            writer.write(b"HTTP/1.1 200 OK\r\nHub-Outcome: duplicate\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    listening = await asyncio.start_server(hub, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    with Logbook(tmp_path / "log") as book:
        door = Door(f"http://127.0.0.1:{port}", book, CLOCK)
        door.opened.set()
        got = await door.caller("Bearer x").deliver("m", b"<bytes/>")
        assert ("duplicate", 200) == (got.outcome, got.status)
        assert (2, 1) == (book.of("m").tried, book.of("m").loose)
        await door.shut()
    listening.close()
    await listening.wait_closed()
    assert [b"<bytes/>"] * 2 == taken


async def test_a_delivery_that_nobody_could_take_cannot_have_arrived(tmp_path: Path, free_port: int) -> None:
    with Logbook(tmp_path / "log") as book:
        door = Door(f"http://127.0.0.1:{free_port}", book, CLOCK)
        door.opened.set()
        delivering = asyncio.create_task(door.caller("Bearer x").deliver("m", b"<bytes/>"))
        while not book.of("m").unsent:
            await asyncio.sleep(0.01)
        assert 0 == book.of("m").loose
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
        await door.shut()


def test_the_plain_screen_writes_lines_without_control_codes(tmp_path: Path, who: Cast) -> None:
    out = io.StringIO()
    screen = Screen(out)
    with Logbook(tmp_path / "log") as book, screen:
        book.add(Got("m", at(9), 200, "accepted"))
        piece = Piece(InboxId("primaerhelseteam"), "m", False, at(16), at(16, 1), "answered", True, True)
        found = figures.stand(book, [piece], who.directory.inboxes.values(), at(17))
        screen.say("a line")
        screen.show(found)
    said = line(found)
    assert "a line\n" == out.getvalue()
    assert "17:00  received 1, acknowledged 0, open 0, done 1 (in time 0), warned 1, escalated 1, late 1" == said[:92]
    assert "\x1b" not in said


def test_the_lock_is_not_handed_on_by_accident(tmp_path: Path) -> None:
    async def inheritable() -> bool:
        async with folder.opened(tmp_path) as place:
            return os.get_inheritable(place.lock)

    assert not asyncio.run(inheritable())
