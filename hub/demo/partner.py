"""A partner's system at play: it sends what the script says, fetches its mailboxes, and answers as real ones do."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from hub.demo import post
from hub.demo.cast import Cast, System
from hub.demo.door import Door, as_system
from hub.demo.logbook import Fetched
from hub.demo.repertoire import Repertoire
from hub.demo.sending import Sending

# A mailbox is looked into every ten minutes of the day, but not all the time in a fast one.
FETCH_MINUTES = 10
FETCH_AT_LEAST, FETCH_AT_MOST = 0.7, 5.0
AT_ONCE = 100


class Correspondent:
    """One partner's system."""

    def __init__(self, system: System, cast: Cast, repertoire: Repertoire, door: Door) -> None:
        self._system = system
        self._cast = cast
        self._repertoire = repertoire
        self._sender = door.caller(as_system(system))
        self._fetcher = door.caller(as_system(system))
        self._book = door.book
        self._clock = door.clock
        self._line = asyncio.Lock()
        self._boxes = sorted(str(her_id) for her_id in system.partner.services)

    async def send(self) -> None:
        """Send all that the script says, in order of time; what was answered before is not sent again."""
        mine = [s for s in self._repertoire.sendings if s.system == self._system.name and s.sort != "again"]
        for moment, sending in sorted(self._left(mine), key=lambda x: (x[0], x[1].key)):
            await asyncio.sleep(self._clock.seconds_until(moment))
            await self._deliver(sending.key, sending.raw)

    async def fetch(self, evening: asyncio.Event) -> None:
        """Look into the mailboxes until it is evening and nothing more comes; all that follows is done by then."""
        async with asyncio.TaskGroup() as group:
            for fetched in list(self._book.fetched.values()):
                self._follow(fetched, group)
            while True:
                last = evening.is_set()
                found = [await self._empty(box, group) for box in self._boxes]
                if last and not any(found):
                    return
                if not any(found):
                    await self._pause(evening)

    def _left(self, sendings: Iterable[Sending]) -> Iterable[tuple[datetime, Sending]]:
        for s in sendings:
            yield from ((moment, s) for moment in s.times[len(self._book.of(s.key).got) :])

    async def _deliver(self, key: str, raw: bytes) -> None:
        """One at a time, as such systems do."""
        async with self._line:
            await self._sender.deliver(key, raw)

    async def _pause(self, evening: asyncio.Event) -> None:
        seconds = FETCH_MINUTES * 60 / self._clock.speed
        try:
            async with asyncio.timeout(min(FETCH_AT_MOST, max(FETCH_AT_LEAST, seconds))):
                await evening.wait()
        except TimeoutError:
            return

    async def _empty(self, box: str, group: asyncio.TaskGroup) -> bool:
        """Take what lies in a mailbox: write it down, then confirm it, then act on it. Whether there was anything."""
        answer = await self._fetcher.ask("GET", f"/v1/mailboxes/{box}/messages?limit={AT_ONCE}")
        waiting = answer.json() if answer else []
        if not waiting:
            return False
        new = [self._taken(box, each) for each in waiting if (box, each["id"]) not in self._book.fetched]
        await self._fetcher.ask("POST", f"/v1/mailboxes/{box}/confirm", {"ids": [each["id"] for each in waiting]})
        for fetched in new:
            self._follow(fetched, group)
        return True

    def _taken(self, box: str, each: dict[str, str]) -> Fetched:
        document = post.read(each["document"])
        fetched = Fetched(self._clock.now(), box, int(each["id"]), each["kind"], document)
        self._book.add(fetched)
        return fetched

    def _follow(self, fetched: Fetched, group: asyncio.TaskGroup) -> None:
        """An answer gets a receipt, and now and then another message in the same conversation."""
        if fetched.kind != "answer" or fetched.box not in self._boxes:
            return
        group.create_task(self._receive(fetched))
        if again := self._repertoire.again(fetched):
            group.create_task(self._send_again(again))

    async def _receive(self, fetched: Fetched) -> None:
        key = receipt_key(fetched)
        if not self._book.of(key).got:
            partner, practice = self._system.partner, self._cast.practice
            await self._deliver(key, post.receipt(fetched.post, partner, fetched.box, practice, fetched.at))

    async def _send_again(self, sending: Sending) -> None:
        if not self._book.of(sending.key).got:
            await asyncio.sleep(self._clock.seconds_until(sending.times[0]))
            await self._deliver(sending.key, sending.raw)


def receipt_key(fetched: Fetched) -> str:
    """Under which key the receipt for an answer is kept."""
    return f"receipt {fetched.post.id}"
