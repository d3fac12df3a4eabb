"""How a process is told to stop: by a signal, or by its parent's end."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable

import structlog

log = structlog.get_logger()


def on_signal(leave: Callable[[], None], with_parent: bool) -> None:
    """Call `leave` at SIGTERM and SIGINT, and when standard input closes if the parent holds it."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leave)
    if with_parent:
        loop.add_reader(sys.stdin.fileno(), _heed, leave)


async def pause(seconds: float, stop: asyncio.Event) -> None:
    """Wait so long, or until it is time to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


def _heed(leave: Callable[[], None]) -> None:
    """Read away what the parent writes; its end of the pipe closing is the end."""
    if not os.read(sys.stdin.fileno(), 4096):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        log.warning("process.orphaned")
        leave()
