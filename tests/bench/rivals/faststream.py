"""The floor's work as FastStream's documentation begins.

`python -m tests.bench.rivals.faststream`
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from faststream import Context, ContextRepo, FastStream
from faststream.rabbit import QueueType, RabbitBroker, RabbitQueue
from lxml import etree
from psycopg_pool import AsyncConnectionPool

from hub import resources
from tests.bench.carried import ANSWER, ANSWERS, QUEUE

SCHEMA = etree.XMLSchema(etree.parse(resources.folder("schemas") / "catalogue.xsd"))

broker = RabbitBroker(os.environ["RIVAL_BROKER"])


@asynccontextmanager
async def lifespan(context: ContextRepo) -> AsyncIterator[None]:
    """Connections to the database as long as the program runs."""
    async with AsyncConnectionPool(os.environ["RIVAL_DATABASE"]) as pool:
        context.set_global("pool", pool)
        yield


app = FastStream(broker, lifespan=lifespan)


@broker.subscriber(RabbitQueue(QUEUE, queue_type=QueueType.QUORUM, durable=True))
@broker.publisher(ANSWERS, persist=True)
async def take(raw: bytes, pool: Annotated[AsyncConnectionPool, Context()]) -> bytes:
    """Take a message in; what is returned is published, and then the delivery is acknowledged."""
    SCHEMA.assertValid(etree.fromstring(raw))
    async with pool.connection() as connection:
        await connection.execute("INSERT INTO message (raw) VALUES (%s)", (raw,))
    return ANSWER


if __name__ == "__main__":
    asyncio.run(app.run())
