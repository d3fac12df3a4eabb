"""The hub's own process, started as anybody would start it, and started again when it dies."""

import asyncio
import shutil
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import hub
from hub import settings
from hub.clock import Clock
from hub.demo.door import Door
from hub.demo.folder import Folder
from hub.demo.logbook import Died, Logbook
from hub.errors import HubError

STARTS_WITHIN = 30.0
STOPS_WITHIN = 15.0
LOOK_SECONDS = 0.05

# A server that dies so often in a row, each time within seconds, will not live.
MOST_DEATHS = 5
LIVES_AT_LEAST = 2.0

# A step of a ladder is late when the hub was away, not when the day runs fast: so many real seconds are no delay.
GRACE_SECONDS = 1.5


class Failed(HubError):
    """The server does not start, or does not stay."""

    code = "server-failed"
    title = "The demo's server does not run"


class Server:
    """The child process. Use it as an async context manager; `guard` sees to it that it runs."""

    def __init__(self, folder: Folder, port: int, clock: Clock, door: Door, book: Logbook) -> None:
        self._folder = folder
        self._port = port
        self._clock = clock
        self._door = door
        self._caller = door.caller()
        self._book = book
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        """The process that runs now."""
        return self._process.pid if self._process else 0

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.stop()

    async def guard(self, say: Callable[[str], None]) -> None:
        """Start the server again whenever it ends. Raises Failed when it does not live."""
        quick = 0
        while process := self._process:
            born = time.monotonic()
            code = await process.wait()
            if self._process is not process:
                return
            quick = quick + 1 if time.monotonic() - born < LIVES_AT_LEAST else 1
            await self._door.shut()
            if quick >= MOST_DEATHS:
                raise Failed(f"the server ended {quick} times in a row; its last words: {self._last_words()}")
            self._book.add(Died(self._clock.now()))
            died = time.monotonic()
            await self._start()
            away = time.monotonic() - died
            say(f"The server died ({_cause(code)}) and was started again {away:.1f} s later, as process {self.pid}.")

    async def rewind(self, clock: Clock) -> None:
        """Stop the server and start it with another clock."""
        await self.stop()
        self._clock = clock
        await self._start()

    async def stop(self) -> None:
        """Let the server end by the end of its input, and make sure of it."""
        process, self._process = self._process, None
        await self._door.shut()
        if process is None:
            return
        assert process.stdin is not None, "the server's input is a pipe"
        process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOPS_WITHIN):
                await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()

    async def _start(self) -> None:
        with self._folder.server_log.open("ab") as log:
            before = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *_command(self._folder, self._port, self._clock),
                stdin=PIPE,
                stdout=log,
                stderr=log,
                # Where the packages are, whatever folder the demo was started in.
                cwd=Path(hub.__file__).parent.parent,
                # Ctrl-C is for the demo, which then stops its server itself.
                start_new_session=True,
                pass_fds=(self._folder.lock,),
            )
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                await self._ready(self._process, before)
        except TimeoutError:
            raise Failed(
                f"the server is not ready within {STARTS_WITHIN:.0f} s; its last words: {self._last_words()}"
            ) from None
        self._door.opened.set()

    async def _ready(self, process: Process, before: int) -> None:
        """Wait until it says that it has the door, for somebody else might answer there; then until it answers."""
        while not (self._started(before) and await self._caller.healthy()):
            if process.returncode is not None:
                raise Failed(f"the server does not start ({_cause(process.returncode)}): {self._last_words()}")
            await asyncio.sleep(LOOK_SECONDS)

    def _started(self, before: int) -> bool:
        with self._folder.server_log.open("rb") as log:
            log.seek(before)
            return b'"process.started"' in log.read()

    def _last_words(self) -> str:
        said = self._folder.server_log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return said[-1] if said else "it said nothing"


def port(wanted: int) -> int:
    """The wanted port, or a free one when it is taken."""
    for candidate in (wanted, 0):
        with suppress(OSError), socket.create_server(("127.0.0.1", candidate)) as probe:
            found: int = probe.getsockname()[1]
            return found
    raise Failed("no port is free on 127.0.0.1")


def _command(folder: Folder, port: int, clock: Clock) -> tuple[str, ...]:
    """`env` sets what differs from the sample's settings, and leaves the rest of the environment as it is."""
    assert clock.start is not None, "a demo's clock is a rehearsal's"
    given = {
        "HUB_DATABASE__URL": folder.database,
        "HUB_WEB__HOST": "127.0.0.1",
        "HUB_WEB__PORT": port,
        # A sign-in lasts so many of the day's hours, which are short.
        "HUB_WEB__SESSION_HOURS": 72,
        "HUB_WATCH__GRACE_SECONDS": round(60 + GRACE_SECONDS * clock.speed),
        "HUB_CLOCK__START": clock.start.isoformat(),
        "HUB_CLOCK__ANCHOR": clock.anchor,
        "HUB_CLOCK__SPEED": clock.speed,
    }
    return (
        shutil.which("env") or "/usr/bin/env",
        *(f"{name}={value}" for name, value in given.items()),
        sys.executable,
        *("-m", "workers", "serve", "--config", str(settings.sample().resolve()), "--with-parent"),
    )


def _cause(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
