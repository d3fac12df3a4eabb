"""One reader of the journal for all streams of this process: it looks when something was written, and hands it on."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import structlog
from fastapi.sse import format_sse_event

from hub.directory import InboxId
from hub.errors import Unavailable
from hub.record import Told
from hub.service import Hub
from hub.web.reading import Readings

log = structlog.get_logger()

# How long it waits before it looks for what other processes wrote.
LOOK_SECONDS = 1.0
# It looks no more often than this, however much is written: pages need no more, and intake pays for every look.
PAUSE_SECONDS = 0.25
# As many lines as one look takes, and as many as may wait for one reader; who is further behind comes back.
PORTION = 500
BEHIND = 5_000


class Listener:
    """One stream's place at the feed: what came for it and was not sent yet."""

    def __init__(self, inboxes: Collection[InboxId]) -> None:
        self.inboxes = frozenset(inboxes)
        self.lost = False
        self._lines: list[tuple[int, bytes]] = []
        # What is of the moment, and has no number.
        self._passing: list[bytes] = []
        self._rung = asyncio.Event()

    def put(self, number: int, line: bytes) -> None:
        """A line for this stream; one that nobody takes makes the listener lost."""
        self.lost = self.lost or len(self._lines) >= BEHIND
        if not self.lost:
            self._lines.append((number, line))

    def tell(self, line: bytes) -> None:
        """A line of the moment for this stream; whoever does not take such lines loses the old ones."""
        self._passing = [*self._passing[-BEHIND:], line]

    def ring(self) -> None:
        """Wake who waits in `take`."""
        self._rung.set()

    async def take(self, after: int, seconds: float) -> tuple[bytes, int]:
        """The lines after a number and those of the moment, and the last one's number; waits at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return b"", after
        self._rung.clear()
        lines, self._lines = self._lines, []
        passing, self._passing = self._passing, []
        missed = [line for number, line in lines if number > after]
        return b"".join((*missed, *passing)), max([after, *(n for n, _ in lines)])


class Feed:
    """Reads the journal for all listeners at once; `run` does the work, and stops when it is cancelled.

    When it fails in a way that nobody foresaw, all streams end at once, and `check` tells it to who runs the process.
    """

    def __init__(self, hub: Hub, stopping: asyncio.Event) -> None:
        self._hub = hub
        self._stopping = stopping
        self._listeners: set[Listener] = set()
        self._after = 0
        self._died: Exception | None = None
        self.readings = Readings(hub)
        self._looking, self._looked = asyncio.Lock(), float("-inf")

    def check(self) -> None:
        """Raises RuntimeError from what ended the feed, if something did: nobody would hear of anything any more."""
        if self._died:
            raise RuntimeError("the feed of the streams has died") from self._died

    @asynccontextmanager
    async def listening(self, inboxes: Collection[InboxId]) -> AsyncIterator[Listener]:
        """A listener who gets every line of these inboxes that is written from now on, and maybe some before."""
        self.check()
        newest = await self._hub.store.newest()
        if not self._listeners:
            self._after = newest
        listener = Listener(inboxes)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def since(self, after: int, inboxes: Collection[InboxId]) -> tuple[list[Told], int, bool]:
        """Lines of these inboxes after a number, up to which number it was looked, and whether that is all there is."""
        newest = await self._hub.store.newest()
        lines = await self._hub.store.journal(after, inboxes, PORTION)
        if len(lines) == PORTION:
            return lines, lines[-1].id, False
        # What is about other inboxes was looked at too, and need not be again.
        return lines, max([after, newest, *(told.id for told in lines)]), True

    async def run(self) -> None:
        """Look whenever something was written, and now and then for what others wrote. Raises what it dies of."""
        try:
            await self._run()
        except Exception as fault:
            log.critical("feed.died", exc_info=fault)
            self._died = fault
            for listener in self._listeners:
                listener.lost = True
            self._ring(self._listeners)
            raise

    async def _run(self) -> None:
        while True:
            # Whoever writes from here on rings, also while it is read what was written before.
            rung = asyncio.create_task(self._hub.changed(LOOK_SECONDS))
            await asyncio.sleep(0)
            try:
                await self._look()
                if self._listeners and time.monotonic() - self._looked >= LOOK_SECONDS:
                    await self.look_around()
            except Unavailable as fault:
                # What was not read stays where it is: it is looked for again.
                log.error("feed.failed", exc_info=fault)
            await asyncio.gather(rung, asyncio.sleep(PAUSE_SECONDS))
            if self._stopping.is_set():
                self._ring(self._listeners)

    async def _look(self) -> None:
        all_there = not self._listeners
        while not all_there:
            # All inboxes, also those that nobody follows: somebody may come while it is read.
            lines, self._after, all_there = await self.since(self._after, self._hub.directory.inboxes)
            self._hand_on(lines)

    async def look_around(self) -> None:
        """Tell who has begun or ceased to read; whoever wrote it down need not wait for the next look.

        Raises Unavailable.
        """
        async with self._looking:
            self._looked = time.monotonic()
            for inboxes, line in await self.readings.changes():
                heard = [x for x in self._listeners if not x.inboxes.isdisjoint(inboxes)]
                for listener in heard:
                    listener.tell(line)
                self._ring(heard)

    def _hand_on(self, lines: Collection[Told]) -> None:
        wanted: defaultdict[InboxId | None, list[Listener]] = defaultdict(list)
        for listener in self._listeners:
            for inbox in listener.inboxes:
                wanted[inbox].append(listener)
        for told in lines:
            line = event(told)
            for listener in wanted[told.inbox]:
                listener.put(told.id, line)
        self._ring({listener for told in lines for listener in wanted[told.inbox]})

    def _ring(self, listeners: Collection[Listener]) -> None:
        for listener in listeners:
            listener.ring()


def event(told: Told) -> bytes:
    """A line as it is sent: ids and words only; who may read the item opens it."""
    data = {"at": told.at.isoformat(), "inbox": told.inbox, "item": told.item, "who": told.who}
    # Lines of an earlier version may have what somebody wrote.
    detail = {name: value for name, value in told.detail.items() if name != "note"}
    words = json.dumps(data | detail, ensure_ascii=False)
    return format_sse_event(event=told.event, data_str=words, id=str(told.id))
