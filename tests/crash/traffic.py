"""What is sent while workers die, and what comes back: the partner's side, which is never killed."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import aio_pika
from lxml import etree

from hub import broker
from hub.broker import Topology
from hub.broker.topology import EXCHANGE
from tests import centre

PARTNER, SERVICE, OURS = "900200", "900201", "900101"
APPREC = "{http://www.kith.no/xmlstds/apprec/2012-02-15}"


@dataclass(slots=True)
class Ledger:
    """What the partner knows: which messages the broker has from it, and which answers it got.

    Of what was only tried, the broker may or may not have it.
    """

    tried: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    rubbish: set[str] = field(default_factory=set)
    rubbish_tried: int = 0
    # For each message, the ids of the acknowledgements it got; each may come more than once under the same id.
    answers: dict[str, Counter[str]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def repeats(self) -> int:
        """How often an answer came again."""
        return sum(sum(ids.values()) - len(ids) for ids in self.answers.values())


class Partner:
    """A home service that sends through the broker and takes what comes back."""

    def __init__(self, channel: aio_pika.abc.AbstractChannel, ledger: Ledger, seed: int) -> None:
        self._channel = channel
        self._chance = random.Random(seed)
        self.ledger = ledger
        self._number = seed * 1_000_000

    async def send(self) -> None:
        """Send one message, and be sure that the broker has it; some twice, some that nobody can read."""
        exchange = await self._channel.get_exchange(EXCHANGE, ensure=False)
        self._number += 1
        id, chance = str(UUID(int=self._number, version=4)), self._chance.random()
        if chance < 0.02:
            amqp_id = str(uuid4())
            self.ledger.rubbish_tried += 1
            await exchange.publish(message(b"rubbish %d" % self._number, amqp_id), f"{OURS}_async", timeout=30)
            self.ledger.rubbish.add(amqp_id)
            return
        self.ledger.tried.add(id)
        for _ in range(2 if chance < 0.07 else 1):
            raw = centre.message(self._number)
            await exchange.publish(message(raw, str(uuid4())), f"{OURS}_async", timeout=30)
        self.ledger.sent.add(id)

    async def take(self, came: aio_pika.abc.AbstractIncomingMessage) -> None:
        """An acknowledgement came."""
        original, own = answered(came.body)
        self.ledger.answers.setdefault(original, Counter())[own] += 1
        await came.ack()

    async def hear(self, came: aio_pika.abc.AbstractIncomingMessage) -> None:
        """An error of the transport came."""
        self.ledger.errors[str(came.headers["originalMessageId"])] += 1
        await came.ack()


@asynccontextmanager
async def partner(url: str, ledger: Ledger, seed: int) -> AsyncIterator[Partner]:
    """A partner who is connected; the queues are there already."""
    connection = await aio_pika.connect(url)
    try:
        channel = await connection.channel(on_return_raises=True)
        found = Partner(channel, ledger, seed)
        await (await channel.get_queue(f"{PARTNER}_async", ensure=False)).consume(found.take)
        await (await channel.get_queue(f"{PARTNER}_error", ensure=False)).consume(found.hear)
        yield found
    finally:
        await connection.close()


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
