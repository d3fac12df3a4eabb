"""What is sent while workers die, and what comes back: the partner's side, which is never killed."""

import random
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID, uuid4

import aio_pika
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage, AbstractQueue
from lxml import etree

from hub import broker
from hub.broker import Topology
from hub.broker.topology import EXCHANGE
from tests import centre

PARTNER, SERVICE, OURS = "900200", "900201", "900101"
# Who is in no directory, and whose service's queue can be reached only at times.
STRANGER, STRANGE_SERVICE = "900990", "900991"
APPREC = "{http://www.kith.no/xmlstds/apprec/2012-02-15}"

# What is sent: at the beginning one of each in turn, then as often as this says.
PLAIN, URGENT, TWICE, RUBBISH, STRANGE, WITH_FILE = "plain", "urgent", "twice", "rubbish", "strange", "with file"
WEIGHTS = {PLAIN: 60, URGENT: 15, TWICE: 5, RUBBISH: 4, STRANGE: 12, WITH_FILE: 4}
# Long enough to be cut out of a message, and the same in many.
FILES = [b64encode(b"%PDF-1.4\n" + bytes([n]) * 6_000).decode() for n in b"abc"]
FILE = """ <Document><RefDoc><IssueDate V="2026-11-24"/><MsgType V="A" DN="Vedlegg"/>
  <MimeType>application/pdf</MimeType><Description>Plan</Description><Content>
   <Base64Container xmlns="http://www.kith.no/xmlstds/base64container">{}</Base64Container></Content></RefDoc></Document>
</MsgHead>"""


@dataclass(slots=True)
class Ledger:
    """What the partner knows: which messages the broker has from it, and which answers it got.

    Of what was only tried, the broker may or may not have it.
    """

    # The digests of what was tried: of messages by their MsgIds, of rubbish by its AMQP ids.
    tried: dict[str, bytes] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    rubbish_tried: dict[str, bytes] = field(default_factory=dict)
    rubbish: set[str] = field(default_factory=set)
    # For each message, the ids of the acknowledgements it got; each may come more than once under the same id.
    answers: dict[str, Counter[str]] = field(default_factory=dict)
    # For each AMQP id, those under which an error about it came.
    errors: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def repeats(self) -> int:
        """How often an answer came again."""
        return sum(sum(ids.values()) - len(ids) for ids in self.answers.values())

    @property
    def heard(self) -> int:
        """How much has come back in all."""
        return sum(ids.total() for ids in (*self.answers.values(), *self.errors.values()))

    def had(self, parcel: "Parcel") -> None:
        """The broker has all of it."""
        (self.rubbish if parcel.id in self.rubbish_tried else self.sent).add(parcel.id)

    async def take(self, came: AbstractIncomingMessage) -> None:
        """An acknowledgement came."""
        original, own = answered(came.body)
        self.answers.setdefault(original, Counter())[own] += 1
        await came.ack()

    async def hear(self, came: AbstractIncomingMessage) -> None:
        """An error of the transport came."""
        original = str(came.headers["originalMessageId"])
        self.errors.setdefault(original, Counter())[came.message_id or ""] += 1
        await came.ack()


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent next: one message, or the same one twice; `id` is its MsgId, or rubbish's AMQP id."""

    id: str
    messages: tuple[aio_pika.Message, ...]


class Mix:
    """What partners send: messages, some twice, some urgent, some with files, some that nobody can read."""

    def __init__(self, ledger: Ledger, seed: int, strangers: bool = False) -> None:
        self._ledger = ledger
        self._chance = random.Random(seed)
        self._weights = {kind: n for kind, n in WEIGHTS.items() if strangers or kind != STRANGE}
        self._first = [*reversed(self._weights)]
        self._number = seed * 1_000_000

    def next(self) -> Parcel:
        """What comes next; from now on it may have been sent."""
        self._number += 1
        (drawn,) = self._chance.choices(list(self._weights), list(self._weights.values()))
        kind = self._first.pop() if self._first else drawn
        if kind == RUBBISH:
            return self._rubbish(b"rubbish %d" % self._number)
        raw, id = written(kind, self._number), str(UUID(int=self._number, version=4))
        self._ledger.tried[id] = sha256(raw).digest()
        told = {"fromHerId": STRANGE_SERVICE} if kind == STRANGE else {}
        return Parcel(id, tuple(message(raw, str(uuid4()), **told) for _ in range(2 if kind == TWICE else 1)))

    def _rubbish(self, raw: bytes) -> Parcel:
        """Under its own id it is one delivery, however often it comes."""
        id = str(uuid4())
        self._ledger.rubbish_tried[id] = sha256(raw).digest()
        return Parcel(id, tuple(message(raw, id) for _ in range(self._chance.choice((1, 2)))))


class Partner:
    """A home service that sends through the broker and takes what comes back, beside a stranger who does so too."""

    def __init__(self, exchange: AbstractExchange, strangers: AbstractQueue, ledger: Ledger, mix: Mix) -> None:
        self._exchange = exchange
        self._strangers = strangers
        self._mix = mix
        self.ledger = ledger

    async def send(self) -> None:
        """Send what is next, and be sure that the broker has it."""
        parcel = self._mix.next()
        for each in parcel.messages:
            await self._exchange.publish(each, f"{OURS}_async", timeout=30)
        self.ledger.had(parcel)

    async def leave(self) -> None:
        """No address leads to the stranger any more."""
        await self._strangers.unbind(self._exchange, self._strangers.name, timeout=30)

    async def come(self) -> None:
        """The stranger can be reached."""
        await self._strangers.bind(self._exchange, self._strangers.name, timeout=30)


@asynccontextmanager
async def partner(url: str, ledger: Ledger, seed: int) -> AsyncIterator[Partner]:
    """A partner who is connected, and a stranger; the partner's queues are there already."""
    connection = await aio_pika.connect(url)
    try:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        strangers = await channel.declare_queue(
            f"{STRANGE_SERVICE}_async", durable=True, arguments={"x-queue-type": "quorum"}, timeout=30
        )
        await strangers.purge()
        found = Partner(exchange, strangers, ledger, Mix(ledger, seed, strangers=True))
        await found.come()
        heard = await strangers.consume(ledger.take)
        await (await channel.get_queue(f"{PARTNER}_async", ensure=False)).consume(ledger.take)
        await (await channel.get_queue(f"{PARTNER}_error", ensure=False)).consume(ledger.hear)
        yield found
        await strangers.cancel(heard)
        await strangers.delete(if_unused=False, if_empty=False)
    finally:
        await connection.close()


def written(kind: str, number: int) -> bytes:
    """The bytes of the message of a kind with this number."""
    if kind == URGENT:
        return centre.message(number, text="Det haster: hun har falt.")
    if kind == STRANGE:
        return centre.message(number, sender=STRANGER).replace(SERVICE.encode(), STRANGE_SERVICE.encode())
    raw = centre.message(number)
    if kind != WITH_FILE:
        return raw
    return raw.replace(b"</MsgHead>", FILE.format(FILES[number % len(FILES)]).encode())


def answered(raw: bytes) -> tuple[str, str]:
    """What an acknowledgement is about, and its own id."""
    root = etree.fromstring(raw)
    original, own = root.findtext(f"{APPREC}OriginalMsgId/{APPREC}Id"), root.findtext(f"{APPREC}Id")
    assert original and own
    return original, own


def message(raw: bytes, amqp_id: str, **told: str) -> aio_pika.Message:
    """A message as the partner labels it; `told` are properties that are otherwise."""
    properties = {
        "fromHerId": SERVICE,
        "toHerId": OURS,
        "Label": "DIALOG_HELSEFAGLIG",
        "applicationTimeStamp": "2026-11-24T08:59:00+01:00",
    }
    return aio_pika.Message(
        raw,
        headers=properties | told,
        message_id=amqp_id,
        content_type="application/xml",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


async def swept(urls: Sequence[str], topology: Topology) -> None:
    """See to it that every queue is there and empty."""
    async with broker.connected(urls, "sweep") as line:
        await line.declare(topology)
    async with await aio_pika.connect(urls[0]) as connection:
        channel = await connection.channel()
        for queue in topology.queues:
            await (await channel.get_queue(queue.name, ensure=False)).purge()
