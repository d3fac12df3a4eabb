"""How a partner's system hands in its messages and gets what is for it: over HTTP here, by a broker in `queues`."""

from typing import Protocol

from hub.demo import post
from hub.demo.cast import System
from hub.demo.cover import Cover
from hub.demo.door import Door, as_system
from hub.demo.logbook import Fetched

AT_ONCE = 100


class Way(Protocol):
    """A system's way to the hub and back."""

    async def deliver(self, key: str, raw: bytes, cover: Cover) -> None:
        """Hand in bytes until they have arrived; what may not have is handed in again, the same bytes."""

    async def fetch(self) -> list[Fetched] | None:
        """Take what has come, write it down, and then let it go. What of it is new; None when nothing had come."""


class Mailboxes:
    """The hub's HTTP door."""

    def __init__(self, system: System, door: Door) -> None:
        self._sender = door.caller(as_system(system))
        self._fetcher = door.caller(as_system(system))
        self._book = door.book
        self._clock = door.clock
        self._boxes = boxes(system)

    async def deliver(self, key: str, raw: bytes, cover: Cover) -> None:
        """Hand in bytes; the answer to the call says what came of them."""
        await self._sender.deliver(key, raw)

    async def fetch(self) -> list[Fetched] | None:
        """Empty the mailboxes."""
        found = [each for box in self._boxes if (each := await self._empty(box)) is not None]
        return [fetched for each in found for fetched in each] if found else None

    async def _empty(self, box: str) -> list[Fetched] | None:
        answer = await self._fetcher.ask("GET", f"/v1/mailboxes/{box}/messages?limit={AT_ONCE}")
        waiting = answer.json() if answer else []
        if not waiting:
            return None
        new = [self._taken(box, each) for each in waiting if (box, each["id"]) not in self._book.fetched]
        await self._fetcher.ask("POST", f"/v1/mailboxes/{box}/confirm", {"ids": [each["id"] for each in waiting]})
        return new

    def _taken(self, box: str, each: dict[str, str]) -> Fetched:
        document = post.read(each["document"])
        fetched = Fetched(self._clock.now(), box, int(each["id"]), each["kind"], document)
        self._book.add(fetched)
        return fetched


def boxes(system: System) -> list[str]:
    """The services in whose name a system gets messages."""
    return sorted(str(her_id) for her_id in system.partner.services)
