"""The bare floor of the way through the broker, and a database that has been in use for long."""

import asyncio
import time
from uuid import uuid4

import aio_pika
import psycopg
from lxml import etree

from hub import resources
from tests.bench import messages

QUEUE, ANSWERS = "floor_async", "floor_answers"
BATCH = 128


async def rate(node: str, url: str, count: int) -> float:
    """Messages a second: bare consume, validate, one row for each in batches, publish with confirm, acknowledge."""
    schema = etree.XMLSchema(etree.parse(resources.folder("schemas") / "catalogue.xsd"))
    async with await aio_pika.connect(node) as connection:
        channel = await connection.channel(on_return_raises=True)
        await channel.set_qos(prefetch_count=2 * BATCH)
        for name in (QUEUE, ANSWERS):
            await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
        await _fill(channel, count)
        arrived: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as database:
            await database.execute("CREATE TABLE message (id bigserial PRIMARY KEY, raw bytea NOT NULL)")
            queue = await channel.get_queue(QUEUE)
            begun = time.perf_counter()
            tag = await queue.consume(arrived.put)
            await _drain(channel, arrived, database, schema, count)
            seconds = time.perf_counter() - begun
            await queue.cancel(tag)
        for name in (QUEUE, ANSWERS):
            await channel.queue_delete(name)
    return count / seconds


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
        answers = (aio_pika.Message(b"<AppRec/>" * 200, message_id=str(uuid4()), delivery_mode=2) for _ in batch)
        await asyncio.gather(*(channel.default_exchange.publish(answer, ANSWERS) for answer in answers))
        await batch[-1].ack(multiple=True)
        count -= len(batch)


async def _fill(channel: aio_pika.abc.AbstractChannel, count: int) -> None:
    raws = messages.make(count, seed=5)
    for n in range(0, count, 500):
        portion = [aio_pika.Message(raw, message_id=str(uuid4()), delivery_mode=2) for raw in raws[n : n + 500]]
        await asyncio.gather(*(channel.default_exchange.publish(message, QUEUE) for message in portion))


def grow(url: str, count: int) -> None:
    """Store so many messages more, with items, clocks, answers and journal, copied from what is there."""
    with psycopg.connect(url, autocommit=True) as c:
        row = c.execute("SELECT max(id) FROM message").fetchone()
        assert row is not None
        last = row[0]
        c.execute("CREATE TEMP TABLE copied AS SELECT generate_series(1, %s) AS n", (count,))
        for statement in _COPIES:
            c.execute(statement.encode(), {"last": last})
        c.execute("ANALYZE")


_COPIES = (
    """INSERT INTO message (id, sender, msg_id, digest, verdict, kind, patient, received_at, via, status, document,
       parent, thread, generated_at, test)
       SELECT m.id + n, m.sender, m.msg_id || '-' || n, m.digest, m.verdict, m.kind, m.patient, m.received_at, m.via,
       m.status, m.document, m.parent, m.thread, m.generated_at, m.test FROM message m, copied WHERE m.id = %(last)s""",
    """INSERT INTO body SELECT b.message_id + n, b.received_at, b.raw FROM body b, copied
       WHERE b.message_id = %(last)s""",
    """INSERT INTO item SELECT left(md5(i.id || n), 20), i.message_id + n, i.inbox, i.purpose, 'closed', i.owner,
       i.level, i.version, i.note, i.headline, i.placing, i.due_at FROM item i, copied WHERE i.message_id = %(last)s""",
    """INSERT INTO deadline SELECT left(md5(d.item_id || n), 20), d.due_at, d.steps, d.why, d.step, NULL
       FROM deadline d JOIN item i ON i.id = d.item_id, copied WHERE i.message_id = %(last)s""",
    """INSERT INTO outbox (her_id, level_1, message_id, msg_id, kind, body, created_at, confirmed_at, label, sent_at)
       SELECT o.her_id, o.level_1, o.message_id + n, md5(o.msg_id || n), o.kind, o.body, o.created_at, o.confirmed_at,
       o.label, o.sent_at FROM outbox o, copied WHERE o.message_id = %(last)s""",
    """INSERT INTO journal (at, event, message, item_id, inbox, who, detail)
       SELECT j.at, j.event, j.message || n, left(md5(j.item_id || n), 20), j.inbox, j.who, j.detail
       FROM journal j, copied WHERE j.id = (SELECT max(id) FROM journal WHERE event = 'message.accepted')""",
)
