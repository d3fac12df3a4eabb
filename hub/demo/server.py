"""The hub's own processes: the server, and workers beside it where a broker brings the messages."""

import asyncio
import json
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from hub import settings
from hub.clock import Clock
from hub.demo.child import Child, Failed, cause
from hub.demo.door import Door
from hub.demo.folder import Folder
from hub.demo.logbook import Died, Logbook

# A process that dies so often in a row, each time within seconds, will not live.
MOST_DEATHS = 5
LIVES_AT_LEAST = 2.0

# What takes messages from a broker, brings it ours and watches the clocks, two of each as a site would have them; and
# one that proves that nothing is forgotten.
WORKERS = {"intake": 2, "relay": 2, "watch": 2, "audit": 1}

# A step of a ladder is late when the hub was away, not when the day runs fast: so many real seconds are no delay.
GRACE_SECONDS = 1.5


class Server:
    """All processes. Use it as an async context manager; `guard` sees to it that they run."""

    def __init__(
        self, folder: Folder, port: int, clock: Clock, door: Door, book: Logbook, broker: Sequence[str] = ()
    ) -> None:
        self._folder = folder
        self._port = port
        self._clock = clock
        self._door = door
        self._book = book
        self._broker = tuple(broker)
        self._web = Child("server", "serve", folder, door.caller().healthy)
        started = WORKERS.items() if broker else ()
        self.workers = tuple(Child(f"{kind} worker {n + 1}", kind, folder) for kind, of in started for n in range(of))

    @property
    def pid(self) -> int:
        """The server that runs now."""
        return self._web.pid

    @property
    def told(self) -> Mapping[str, object]:
        """What somebody who wants to look at the same hub has to put into the environment."""
        assert self._clock.start is not None, "a demo's clock is a rehearsal's"
        broker = {"HUB_BROKER__URLS": json.dumps(self._broker, separators=(",", ":"))} if self._broker else {}
        return {
            "HUB_CONFIG": settings.sample().resolve(),
            "HUB_DATABASE__URL": self._folder.database,
            **broker,
            "HUB_CLOCK__START": self._clock.start.isoformat(),
            "HUB_CLOCK__ANCHOR": self._clock.anchor,
            "HUB_CLOCK__SPEED": self._clock.speed,
        }

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
        """Start each process again whenever it ends. Raises Failed when one does not live."""
        async with asyncio.TaskGroup() as group:
            for child in (self._web, *self.workers):
                group.create_task(self._guard(child, say))

    async def rewind(self, clock: Clock) -> None:
        """Stop all processes and start them with another clock."""
        await self.stop()
        self._clock = clock
        await self._start()

    async def stop(self) -> None:
        """Let all processes end, and make sure of it."""
        await self._door.shut()
        await asyncio.gather(*(child.stop() for child in (self._web, *self.workers)))

    async def _start(self) -> None:
        async with asyncio.TaskGroup() as group:
            for child in (self._web, *self.workers):
                group.create_task(child.start(self._given()))
        self._door.opened.set()

    async def _guard(self, child: Child, say: Callable[[str], None]) -> None:
        quick, born = 0, time.monotonic()
        while (code := await child.ended()) is not None:
            quick = quick + 1 if time.monotonic() - born < LIVES_AT_LEAST else 1
            if child is self._web:
                await self._door.shut()
            if quick >= MOST_DEATHS:
                raise Failed(f"the {child.name} ended {quick} times in a row; its last words: {child.last_words()}")
            self._book.add(Died(self._clock.now()))
            died = time.monotonic()
            await child.start(self._given())
            born = time.monotonic()
            if child is self._web:
                self._door.opened.set()
            say(
                f"The {child.name} died ({cause(code)}) and was started again {born - died:.1f} s later, "
                f"as process {child.pid}."
            )

    def _given(self) -> Mapping[str, object]:
        """What differs from the sample's settings."""
        return {
            **self.told,
            "HUB_WEB__HOST": "127.0.0.1",
            "HUB_WEB__PORT": self._port,
            # A sign-in lasts so many of the day's hours, which are short.
            "HUB_WEB__SESSION_HOURS": 72,
            "HUB_WATCH__GRACE_SECONDS": round(60 + GRACE_SECONDS * self._clock.speed),
        }


def port(wanted: int) -> int:
    """The wanted port, or a free one when it is taken."""
    for candidate in (wanted, 0):
        with suppress(OSError), socket.create_server(("127.0.0.1", candidate)) as probe:
            found: int = probe.getsockname()[1]
            return found
    raise Failed("no port is free on 127.0.0.1")
