"""What a caller gets who speaks HTTP over a real socket, and how little one gets who does not."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI

from hub.web import body, door, upload
from hub.web.upload import Afloat
from tests import centre
from workers import connection, serve

pytestmark = pytest.mark.journey


@asynccontextmanager
async def opened(folder: Path, made: list[FastAPI] | None = None) -> AsyncIterator[int]:
    """The doors of `hub serve` in this process; its port. The application is put into `made`."""
    configured = centre.configured(folder)
    async with centre.opened(configured) as hub:
        server = serve._server(hub, configured)
        if made is not None:
            made.append(server.config.app)  # type: ignore[arg-type]
        with socket.create_server(("127.0.0.1", 0)) as listening:
            serving = asyncio.create_task(server.serve([listening]))
            try:
                yield listening.getsockname()[1]
            finally:
                server.should_exit = True
                await serving


async def told(port: int, *parts: bytes, seconds: float = 20) -> bytes:
    """What is answered to these parts, until the other side ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(seconds):
            return await reader.read()
    finally:
        writer.close()


def call(raw: bytes, *headers: str, key: str = "exchange", length: int | None = None) -> bytes:
    """A message's call as bytes."""
    lines = [
        "POST /v1/messages HTTP/1.1",
        "Host: hub",
        "Content-Type: application/xml",
        f"Authorization: Bearer sample-key-{key}",
        f"Content-Length: {len(raw) if length is None else length}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + raw


async def test_a_call_that_offers_an_upgrade_is_answered_as_it_is(tmp_path: Path) -> None:
    """Java's HttpClient offers HTTP/2 with every call."""
    offered = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk")
    async with opened(tmp_path) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for n in (1, 2):
            writer.write(call(centre.message(n), *offered))
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert b"hub-outcome: accepted" in head
            await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        writer.close()


async def test_an_upgraded_call_whose_body_comes_later_is_answered_too(tmp_path: Path) -> None:
    raw = centre.message()
    head = call(b"", "Connection: Upgrade, close", "Upgrade: websocket", "Expect: 100-continue", length=len(raw))
    async with opened(tmp_path) as port:
        answer = await told(port, head, raw[:500], raw[500:])
    assert b"hub-outcome: accepted" in answer


async def test_calls_that_offer_an_upgrade_may_come_at_once(tmp_path: Path) -> None:
    chunked = ("Connection: close, Upgrade", "Upgrade: h2c", "Transfer-Encoding: chunked")
    head = call(b"", *chunked).replace(b"Content-Length: 0\r\n", b"")
    raw = centre.message(3)
    last = head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(raw), raw)
    async with opened(tmp_path) as port:
        answer = await told(port, b"".join(call(centre.message(n), *chunked[1:2]) for n in (1, 2)) + last)
    assert 3 == answer.count(b"hub-outcome: accepted")


async def test_what_is_for_another_server_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as port:
        for foreign in (b"CONNECT hub:443 HTTP/1.1\r\nHost: hub:443\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
            assert (await told(port, foreign)).startswith(b"HTTP/1.1 400 ")


async def test_calls_that_are_sent_before_the_first_is_answered_are_answered_in_turn(tmp_path: Path) -> None:
    get = b"GET /health HTTP/1.1\r\nHost: hub\r\n\r\n"
    closing = get.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with opened(tmp_path) as port:
        answer = await told(port, get * connection.PIPELINED + closing)
        assert connection.PIPELINED + 1 == answer.count(b"HTTP/1.1 200 OK")
        too_many = await told(port, get * (connection.PIPELINED + 10))
        assert connection.PIPELINED + 1 == too_many.count(b"HTTP/1.1 200 OK") == too_many.count(b"HTTP/1.1")


@pytest.mark.parametrize(
    ("sent", "said"),
    {
        "no host": (b"GET /health HTTP/1.1\r\n\r\n", b"400"),
        "two hosts": (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        "an old version": (b"GET /health\r\n\r\n", b"400"),
        "a new version": (b"GET /health HTTP/2.0\r\nHost: a\r\n\r\n", b"400"),
        "a coding": (call(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: gzip, chunked"), b"501"),
        "two lengths": (call(b"", "Content-Length: 3"), b"400"),
        "a length and chunks": (call(b"", "Transfer-Encoding: chunked"), b"400"),
        "a wrong chunk": (call(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + b"zz\r\n", b"400"),
        "a long head": (b"GET /health HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", b"431"),
    }.values(),
)
async def test_what_is_no_call_is_refused_in_words(tmp_path: Path, sent: bytes, said: bytes) -> None:
    async with opened(tmp_path) as port:
        assert said == (await told(port, sent))[9:12]


async def test_a_call_is_answered_whatever_follows_it(tmp_path: Path) -> None:
    """The message is stored by then: a sender without its answer would take it for lost."""
    upgrade = ("Connection: close, Upgrade", "Upgrade: h2c")
    async with opened(tmp_path) as port:
        for n, (sent, said) in enumerate(
            [
                (call(centre.message(1)) + b"garbage\r\n\r\n", b"HTTP/1.1 400"),
                (call(centre.message(2), *upgrade) + b"garbage\r\n\r\n", b""),
                (call(centre.message(3)) + call(b"", length=1000) + b"half", b""),
            ]
        ):
            _, writer = connected = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            if n == 2:
                writer.write_eof()
            async with asyncio.timeout(20):
                answer = await connected[0].read()
            writer.close()
            assert (1, True) == (answer.count(b"hub-outcome: accepted"), said in answer)


@pytest.mark.parametrize("count", [1, 3])
async def test_a_sender_that_has_said_all_still_gets_its_answers(tmp_path: Path, count: int) -> None:
    async with opened(tmp_path) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"".join(call(centre.message(n)) for n in range(count)))
        writer.write_eof()
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
    assert count == answer.count(b"hub-outcome: accepted")


@pytest.mark.parametrize("pause", [0.0, 0.2])
async def test_what_follows_a_body_says_nothing_about_the_call(tmp_path: Path, pause: float) -> None:
    raw = centre.message()
    head = call(b"", "Connection: close").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    anonymous = head.replace(b"Authorization: Bearer sample-key-exchange\r\n", b"")
    trailer = b"0\r\nAuthorization: Bearer sample-key-exchange\r\n\r\n"
    async with opened(tmp_path) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(anonymous + b"%x\r\n%s\r\n" % (len(raw), raw))
        await asyncio.sleep(pause)
        writer.write(trailer)
        async with asyncio.timeout(20):
            assert b"401" == (await reader.readline())[9:12]
        writer.close()


@pytest.mark.parametrize(
    "endless", [b"0\r\nX-A: " + b"a" * 400_000, b"0\r\n" + b"X-A: a\r\n" * 50_000, b"1;" + b"a" * 400_000]
)
async def test_a_body_is_not_followed_by_anything_without_end(tmp_path: Path, endless: bytes) -> None:
    head = call(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    async with opened(tmp_path) as port:
        with pytest.raises(ConnectionResetError):
            await told(port, head + b"3\r\nabc\r\n" + endless, seconds=5)


async def test_a_head_without_end_is_refused_at_64_kb(tmp_path: Path) -> None:
    async with opened(tmp_path) as port:
        for endless in (b"X-A: " + b"a" * 70_000, b"X-A: a\r\n" * 9_000):
            answer = await told(port, b"GET /health HTTP/1.1\r\nHost: hub\r\n" + endless)
            assert answer.startswith(b"HTTP/1.1 431 ")
        long = b"GET /health HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nX-A: " + b"a" * 60_000 + b"\r\n\r\n"
        assert b'"well"' in await told(port, long)


async def test_a_head_that_does_not_come_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    async with opened(tmp_path) as port:
        silent, begun = await asyncio.gather(told(port), told(port, b"GET / HTTP/1.1\r\nHost: h"))
    assert (b"", b"HTTP/1.1 408 Request Timeout") == (silent, begun.partition(b"\r\n")[0])


async def test_a_connection_that_was_used_waits_no_longer_for_its_next_head(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    async with opened(tmp_path) as port:
        answer = await told(port, b"GET /health HTTP/1.1\r\nHost: hub\r\n\r\n", b"G")
    assert answer.endswith(b"}")


async def test_an_answer_that_nobody_reads_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "READ_SECONDS", 0.3)
    get = b"GET /static/sambud.css HTTP/1.1\r\nHost: hub\r\n\r\n"
    async with opened(tmp_path) as port:
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            deaf.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(deaf, ("127.0.0.1", port))
            with pytest.raises((ConnectionResetError, BrokenPipeError)):
                async with asyncio.timeout(20):
                    while True:
                        await loop.sock_sendall(deaf, get)
                        await asyncio.sleep(0.005)


async def test_there_is_room_for_only_so_many_and_those_are_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "room", lambda: 3)
    async with opened(tmp_path) as port:
        first = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        answer = await told(port)
        assert (b"HTTP/1.1 503", True) == (answer[:12], b"Retry-After: 5" in answer)
        for reader, writer in first:
            writer.write(b"GET /health HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n")
            assert b"200 OK" in await reader.readline()
            writer.close()


PAGE = "POST /sign-in HTTP/1.1\r\nHost: hub\r\nContent-Type: application/x-www-form-urlencoded\r\n"


def form(length: int, more: str = "") -> bytes:
    """The head of a call to a page by nobody yet known."""
    return f"{PAGE}{more}Content-Length: {length}\r\n\r\n".encode()


@pytest.mark.parametrize("head", [form(1000), call(b"", length=1000)], ids=["page", "message"])
async def test_a_body_that_does_not_come_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(upload, "PATIENCE_SECONDS", 0.3)
    async with opened(tmp_path) as port:
        answer = await told(port, head, b"some")
    assert (b"HTTP/1.1 408", True) == (answer[:12], b"urn:sambud:too-slow" in answer)


async def test_a_body_that_drips_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "PATIENCE_SECONDS", 0.5)
    async with opened(tmp_path) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(form(1000))
        answer = asyncio.create_task(reader.readuntil(b"\r\n\r\n"))
        async with asyncio.timeout(20):
            while not answer.done():
                writer.write(b"x")
                await asyncio.wait([answer], timeout=0.05)
        writer.close()
    assert b"HTTP/1.1 408" == answer.result()[:12]


async def stalled(port: int, afloat: Callable[[], Afloat], *heads: bytes) -> list[asyncio.StreamWriter]:
    """Uploads of 200 kB each that stop in the middle, all of which have arrived; close them in the end."""
    writers = []
    for n, head in enumerate(heads, 1):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + b"x" * 200_000)
        writers.append(writer)
        async with asyncio.timeout(20):
            while afloat()._whole < n * 200_000:
                await asyncio.sleep(0.01)
    return writers


async def test_bodies_that_stop_in_the_middle_keep_no_ordinary_call_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "AFLOAT", 500_000)
    async with opened(tmp_path, made := []) as port:
        open_ones = await stalled(port, lambda: made[0].state.afloat, form(900_000), form(900_000))
        large = await told(port, form(200_000, "Connection: close\r\n"), b"x" * 200_000)
        assert (b"HTTP/1.1 503", True) == (large[:12], b"retry-after: 5" in large)
        small = await told(port, form(3, "Connection: close\r\n"), b"a=b")
        assert b"HTTP/1.1 503" != small[:12]
        for writer in open_ones:
            writer.close()


async def test_messages_of_one_key_that_stop_in_the_middle_keep_no_others_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "AFLOAT", 900_000)
    monkeypatch.setattr(door, "SHARE", 500_000)
    text = "Blodtrykket er 180/100. " * 8_000
    last = ("Connection: close",)
    head = call(b"", length=900_000)
    async with opened(tmp_path, made := []) as port:
        open_ones = await stalled(port, lambda: made[0].state.gathering._afloat, head, head)
        same = await told(port, call(centre.message(1, text=text), *last))
        assert (b"HTTP/1.1 503", True) == (same[:12], b"retry-after: 5" in same)
        for answer in (
            await told(port, call(centre.message(2), *last)),
            await told(port, call(centre.message(3, text=text), *last, key="fjordbyen-kommune")),
        ):
            assert b"hub-outcome: accepted" in answer
        for writer in open_ones:
            writer.close()
