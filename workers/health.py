"""A worker's health probe: 200 while it works or rests, 503 with the reason while it cannot work or gets nowhere."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime

from hub.clock import Clock
from hub.errors import BadConfiguration
from hub.settings import Worker
from hub.status import IN_HAND_SINCE, STUCK, TROUBLE, speed

# A probe's question is a line or two.
LONGEST, SECONDS = 8_192, 5.0


async def serve(settings: Worker, clock: Clock, state: Mapping[str, str], stop: asyncio.Event) -> None:
    """Answer probes until `stop`, where a port is given. Raises BadConfiguration when it is taken."""
    if settings.health_port is None:
        await stop.wait()
        return

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(_answer(state, clock))
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            # Whoever asks so gets no answer.
            return
        finally:
            writer.close()

    try:
        server = await asyncio.start_server(answer, settings.health_host, settings.health_port, limit=LONGEST)
    except OSError as fault:
        reason = f"{settings.health_host}:{settings.health_port} cannot be used: {fault.strerror}"
        raise BadConfiguration("configuration", "worker.health_port", reason) from fault
    async with server:
        await stop.wait()


def _answer(state: Mapping[str, str], clock: Clock) -> bytes:
    status = "503 Service Unavailable" if state.get(TROUBLE) or _stuck(state, clock) else "200 OK"
    body = json.dumps(dict(state)).encode()
    lines = (
        f"HTTP/1.1 {status}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def _stuck(state: Mapping[str, str], clock: Clock) -> bool:
    """Whether the same has been in hand for too long."""
    since = state.get(IN_HAND_SINCE)
    return since is not None and (clock.now() - datetime.fromisoformat(since)) / speed(clock) > STUCK
