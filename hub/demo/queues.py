"""A partner's way through the message broker: to the practice's queue, and from the queues of its own.

The broker's word says that a delivery cannot be lost, and nothing more. What came of it is told later by another
message that names it: an acknowledgement, or an error in the error queue. What was here before is told nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from hub import broker, transport
from hub.broker import Collected, Connection, Sent
from hub.clock import Clock
from hub.demo import post
from hub.demo.cast import System
from hub.demo.cover import Cover
from hub.demo.logbook import Again, Cut, Fetched, Got, Handed, Logbook, Strange, Tried, Unsent
from hub.demo.post import Post
from hub.demo.sending import Verdict
from hub.errors import Unavailable
from hub.transport import Condition

# Between two tries to send, and between two connections, in real seconds.
PAUSE = 0.2
PREFETCH = 100
ERROR = "error"
# What becomes of a receipt: nothing that its sender could hear of.
NOTED = "noted"


class Queues:
    """One system's queues. Make it with `opened`."""

    def __init__(self, system: System, urls: Sequence[str], book: Logbook, clock: Clock) -> None:
        self._urls = urls
        self._name = f"demo-{system.name}"
        self._mine = [which(system.partner.her_id) for which in (transport.inbound, transport.errors)]
        self.book = book
        self._clock = clock
        self._line: Connection | None = None
        self._opened = asyncio.Event()

    async def keep(self) -> None:
        """Keep a connection open: when one ends, another is made, until this is cancelled."""
        while True:
            with suppress(Unavailable):
                async with broker.connected(self._urls, self._name) as line:
                    await line.collect(self._mine, PREFETCH)
                    self._line = line
                    self._opened.set()
                    await line.closed.wait()
            if self._opened.is_set():
                self._opened.clear()
                self.book.add(Cut(self._clock.now()))
            await asyncio.sleep(PAUSE)

    async def deliver(self, key: str, raw: bytes, cover: Cover) -> None:
        """Send until the broker says that it has the delivery, each time under an id of its own."""
        while True:
            await self._opened.wait()
            assert self._line is not None, "what is open is a line"
            id, now = str(uuid4()), self._clock.now()
            self.book.add(Tried(key, now, id))
            sent = await self._line.publish(cover.label(now), raw, id, transport.inbound(cover.sender), now)
            if sent is Sent.CONFIRMED:
                return self._handed(key, id, cover)
            if sent is not Sent.UNKNOWN:
                self.book.add(Unsent(key, self._clock.now()))
            await asyncio.sleep(PAUSE)

    async def fetch(self) -> list[Fetched] | None:
        """Take what the broker has brought; written down first, acknowledged then."""
        line = self._line
        if line is None or line.collected.empty():
            return None
        collected = [line.collected.get_nowait() for _ in range(line.collected.qsize())]
        new = [fetched for each in collected for fetched in self._taken(each)]
        # What cannot be acknowledged comes again, and is known then.
        with suppress(Unavailable):
            await line.acknowledge(each.arrived.tag for each in collected)
        return new

    def _handed(self, key: str, id: str, cover: Cover) -> None:
        now = self._clock.now()
        self.book.add(Handed(key, now, id))
        if cover.function == transport.APPREC:
            self.book.add(Got(key, now, 0, NOTED, id=id))

    def _taken(self, x: Collected) -> list[Fetched]:
        """Write a document down, and what it answers; one that is here already is only counted."""
        now, box = self._clock.now(), x.arrived.origin.to_her_id
        kind, document = _error(x) if x.address == transport.errors(box) else _document(x)
        if any(f.box == box and f.post.id == document.id for f in self.book.fetched.values()):
            self.book.add(Again(now, box, document.id))
            return []
        number = sum(f.box == box for f in self.book.fetched.values()) + 1
        fetched = Fetched(now, box, number, kind, document)
        self.book.add(fetched)
        if kind != "answer":
            self._answered(x, fetched)
        return [fetched]

    def _answered(self, x: Collected, fetched: Fetched) -> None:
        key = self.book.keys.get(x.correlation)
        if key is None:
            self.book.add(Strange(fetched.at, f"{fetched.kind} {fetched.post.id} answers no delivery of the demo"))
        elif x.correlation not in {got.id for got in self.book.of(key).got}:
            # A message for two receivers has two acknowledgements, and one of them is enough to know of it.
            self.book.add(Got(key, fetched.at, 0, _outcome(x, fetched), fetched.post, x.correlation))


@asynccontextmanager
async def opened(system: System, urls: Sequence[str], book: Logbook, clock: Clock) -> AsyncIterator[Queues]:
    """A system with its connection to the first of these brokers that answers."""
    made = Queues(system, urls, book, clock)
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(made.keep(), name=f"keep {system.name}")
        yield made
        keeping.cancel()


def fall_silent(book: Logbook, clock: Clock) -> None:
    """Nothing more will come: where one delivery of a message was answered, its others were seen to be the same."""
    for key, deliveries in book.deliveries.items():
        if deliveries.got:
            for id in deliveries.silent:
                book.add(Got(key, clock.now(), 0, Verdict.DUPLICATE, id=id))


def _document(x: Collected) -> tuple[str, Post]:
    kind = "apprec" if x.arrived.origin.label == transport.APPREC else "answer"
    return kind, post.read(x.arrived.body.decode())


def _error(x: Collected) -> tuple[str, Post]:
    """An error message has no body and no id that stays; what it says stands outside."""
    about = x.told.get("originalMessageId", "")
    return ERROR, Post(f"{ERROR} {about}", about=about, codes=(x.told.get("errorCondition", ""),))


def _outcome(x: Collected, fetched: Fetched) -> Verdict:
    if fetched.kind == "apprec":
        return Verdict.ACCEPTED if fetched.post.status == "1" else Verdict.REJECTED
    used = (Condition.INVALID_FIELD_VALUE.value, "MsgId")
    conflict = (x.told.get("errorCondition"), x.told.get("errorConditionData")) == used
    return Verdict.CONFLICT if conflict else Verdict.QUARANTINED
