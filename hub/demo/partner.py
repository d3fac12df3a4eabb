"""A partner's system at play: it sends what the script says, fetches what is for it, and answers as real ones do."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from hub.clock import Clock
from hub.demo import cover, post, way
from hub.demo.cast import Cast, System
from hub.demo.cover import Cover
from hub.demo.logbook import Fetched, Logbook
from hub.demo.repertoire import Repertoire
from hub.demo.sending import Sending
from hub.demo.way import Way

# It is looked for post every ten minutes of the day, but not all the time in a fast one.
FETCH_MINUTES = 10
FETCH_AT_LEAST, FETCH_AT_MOST = 0.7, 5.0
# Real seconds for which one message is waited for by the next, and how often it is looked.
PATIENCE, LOOK_SECONDS = 60.0, 0.05


class Correspondent:
    """One partner's system."""

    def __init__(
        self, system: System, cast: Cast, repertoire: Repertoire, book: Logbook, clock: Clock, way_: Way
    ) -> None:
        self._system = system
        self._cast = cast
        self._repertoire = repertoire
        self._book = book
        self._clock = clock
        self._way = way_
        self._turn = asyncio.Lock()
        self._boxes = way.boxes(system)

    async def send(self) -> None:
        """Send all that the script says, in order of time; what was answered before is not sent again."""
        mine = [s for s in self._repertoire.sendings if s.system == self._system.name and s.sort != "again"]
        for moment, sending in sorted(self._left(mine), key=lambda x: (x[0], x[1].key)):
            await asyncio.sleep(self._clock.seconds_until(moment))
            await self._answered(sending.after)
            await self._send(sending)

    async def fetch(self, evening: asyncio.Event) -> None:
        """Fetch until it is evening and nothing more comes; all that follows is done by then."""
        async with asyncio.TaskGroup() as group:
            for fetched in list(self._book.fetched.values()):
                self._follow(fetched, group)
            while True:
                last = evening.is_set()
                found = await self._way.fetch()
                for fetched in found or ():
                    self._follow(fetched, group)
                if last and found is None:
                    return
                if found is None:
                    await self._pause(evening)

    def _left(self, sendings: Iterable[Sending]) -> Iterable[tuple[datetime, Sending]]:
        for s in sendings:
            yield from ((moment, s) for moment in s.times[self._book.of(s.key).made :])

    async def _answered(self, key: str) -> None:
        """Wait until another message was answered, but not for one that is lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while key and not self._book.of(key).got:
                    await asyncio.sleep(LOOK_SECONDS)

    async def _send(self, sending: Sending) -> None:
        about = cover.of_sending(sending, self._system.partner, self._cast.practice)
        await self._deliver(sending.key, sending.raw, about)

    async def _deliver(self, key: str, raw: bytes, about: Cover) -> None:
        """One at a time, as such systems do."""
        async with self._turn:
            await self._way.deliver(key, raw, about)

    async def _pause(self, evening: asyncio.Event) -> None:
        seconds = FETCH_MINUTES * 60 / self._clock.speed
        try:
            async with asyncio.timeout(min(FETCH_AT_MOST, max(FETCH_AT_LEAST, seconds))):
                await evening.wait()
        except TimeoutError:
            return

    def _follow(self, fetched: Fetched, group: asyncio.TaskGroup) -> None:
        """An answer gets a receipt, and now and then another message in the same conversation."""
        if fetched.kind != "answer" or fetched.box not in self._boxes:
            return
        group.create_task(self._receive(fetched))
        if again := self._repertoire.again(fetched):
            group.create_task(self._send_again(again))

    async def _receive(self, fetched: Fetched) -> None:
        key = receipt_key(fetched)
        if not self._book.of(key).made:
            partner, practice = self._system.partner, self._cast.practice
            raw = post.receipt(fetched.post, partner, fetched.box, practice, fetched.at)
            await self._deliver(key, raw, cover.of_receipt(fetched, partner, practice))

    async def _send_again(self, sending: Sending) -> None:
        if not self._book.of(sending.key).made:
            await asyncio.sleep(self._clock.seconds_until(sending.times[0]))
            await self._send(sending)


def receipt_key(fetched: Fetched) -> str:
    """Under which key the receipt for an answer is kept."""
    return f"receipt {fetched.post.id}"
