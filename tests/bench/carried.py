"""The bare floor of the way through the broker: what the same work costs in one process that does nothing else."""

import asyncio
import time
from collections.abc import Sequence
from uuid import uuid4

import aio_pika
import psycopg
from lxml import etree

from hub import resources
from tests.bench import messages
from tests.bench.cost import Meter, Pace

QUEUE, ANSWERS = "floor_async", "floor_answers"
BATCH = 256
# The size of an acknowledgement of the hub's.
ANSWER = b"<AppRec/>" * 200
# `at` tells those who measure from outside when a message was stored.
TABLE = """CREATE TABLE message (
    id bigserial PRIMARY KEY, raw bytea NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())"""


async def rate(node: str, url: str, count: int, meter: Meter) -> Pace:
    """Bare consume, validate, one row for each in batches, publish with confirm, acknowledge."""
    schema = etree.XMLSchema(etree.parse(resources.folder("schemas") / "catalogue.xsd"))
    async with await aio_pika.connect(node) as connection:
        channel = await connection.channel(on_return_raises=True)
        await channel.set_qos(prefetch_count=2 * BATCH)
        await declare(channel, QUEUE, ANSWERS)
        await fill(channel, QUEUE, messages.make(count, seed=5))
        arrived: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as database:
            await database.execute(TABLE)
            queue = await channel.get_queue(QUEUE)
            meter.begin()
            begun = time.perf_counter()
            tag = await queue.consume(arrived.put)
            await _drain(channel, arrived, database, schema, count)
            seconds = time.perf_counter() - begun
            spent = meter.per_message(count)
            await queue.cancel(tag)
        for name in (QUEUE, ANSWERS):
            await channel.queue_delete(name)
    return Pace(count / seconds, spent)


async def declare(channel: aio_pika.abc.AbstractChannel, *names: str) -> None:
    """See to it that these queues are there: quorum queues, as the hub's are."""
    for name in names:
        await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})


async def fill(channel: aio_pika.abc.AbstractChannel, queue: str, raws: Sequence[bytes]) -> None:
    """Put all of these into a queue, and be sure that the broker has them."""
    for n in range(0, len(raws), 500):
        portion = [_message(raw, "application/xml") for raw in raws[n : n + 500]]
        await asyncio.gather(*(channel.default_exchange.publish(message, queue) for message in portion))


async def _drain(
    channel: aio_pika.abc.AbstractChannel,
    arrived: "asyncio.Queue[aio_pika.abc.AbstractIncomingMessage]",
    database: psycopg.AsyncConnection,
    schema: etree.XMLSchema,
    count: int,
) -> None:
    while count:
        batch = [await arrived.get()]
        while len(batch) < BATCH and not arrived.empty():
            batch.append(arrived.get_nowait())
        for message in batch:
            schema.assertValid(etree.fromstring(message.body))
        async with database.transaction(), database.cursor() as cursor:
            await cursor.executemany("INSERT INTO message (raw) VALUES (%s)", [(m.body,) for m in batch])
        answers = (_message(ANSWER) for _ in batch)
        await asyncio.gather(*(channel.default_exchange.publish(answer, ANSWERS) for answer in answers))
        await batch[-1].ack(multiple=True)
        count -= len(batch)


def _message(body: bytes, content_type: str | None = None) -> aio_pika.Message:
    return aio_pika.Message(body, message_id=str(uuid4()), delivery_mode=2, content_type=content_type)
