"""A steady flow: how long it takes from publish until the answer has come to the partner."""

import asyncio
import time
from uuid import uuid4

import aio_pika

from hub.broker.topology import EXCHANGE
from tests.bench import messages
from tests.bench.site import ADDRESS, ANSWERS
from tests.crash import traffic

# Messages a second.
PACE = 100


async def latencies(node: str, seconds: float) -> list[float]:
    """Milliseconds from publish to the answer's arrival at the partner, sorted."""
    sent: dict[str, float] = {}
    found: list[float] = []

    async def take(came: aio_pika.abc.AbstractIncomingMessage) -> None:
        if (begun := sent.pop(came.correlation_id or "", None)) is not None:
            found.append((time.perf_counter() - begun) * 1000)
        await came.ack()

    async with await aio_pika.connect(node) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        await (await channel.get_queue(ANSWERS, ensure=False)).consume(take)
        raws = messages.make(int(seconds * PACE), seed=77)
        begun = time.perf_counter()
        for n, raw in enumerate(raws):
            await asyncio.sleep(max(0.0, begun + n / PACE - time.perf_counter()))
            id = str(uuid4())
            sent[id] = time.perf_counter()
            await exchange.publish(traffic.message(raw, id), ADDRESS)
        async with asyncio.timeout(60):
            while sent:
                await asyncio.sleep(0.05)
    return sorted(found)
