"""A partner whose own connections fail too: it sends until the broker has it, and takes whatever comes."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

import aio_pika

from hub.broker.connection import BROKEN, Kept
from hub.broker.topology import EXCHANGE
from tests.crash.traffic import OURS, PARTNER, Ledger, Mix, Parcel

PUBLISH_SECONDS, AGAIN_SECONDS = 10.0, 0.5


class Sender:
    """Sends and takes over one connection after the other, to whichever node answers."""

    def __init__(self, urls: Sequence[str], ledger: Ledger, seed: int, pause: float) -> None:
        self._urls = list(urls)
        self._chance = random.Random(seed)
        self._mix = Mix(ledger, seed)
        self._parcel: Parcel | None = None
        self._pause = pause
        self.ledger = ledger
        self.stop = asyncio.Event()

    async def send(self) -> None:
        """Send until told to stop; what the broker has not confirmed is sent again, as it is."""
        await self._stubbornly(self._sending, until_stopped=True)

    async def take(self) -> None:
        """Take what comes until cancelled."""
        await self._stubbornly(self._taking, until_stopped=False)

    async def _sending(self, connection: aio_pika.abc.AbstractConnection) -> None:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        while not self.stop.is_set():
            self._parcel = self._parcel or self._mix.next()
            for each in self._parcel.messages:
                await exchange.publish(each, f"{OURS}_async", timeout=PUBLISH_SECONDS)
            self.ledger.had(self._parcel)
            self._parcel = None
            await asyncio.sleep(self._pause)

    async def _taking(self, connection: aio_pika.abc.AbstractConnection) -> None:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=100)
        closed = asyncio.Event()
        for each in (connection, channel):
            each.close_callbacks.add(lambda *_: closed.set())
        for queue, take in ((f"{PARTNER}_async", self.ledger.take), (f"{PARTNER}_error", self.ledger.hear)):
            await (await channel.get_queue(queue, ensure=False)).consume(take, timeout=PUBLISH_SECONDS)
        await closed.wait()

    async def _stubbornly(
        self, use: Callable[[aio_pika.abc.AbstractConnection], Awaitable[None]], until_stopped: bool
    ) -> None:
        while not (until_stopped and self.stop.is_set()):
            try:
                url = self._chance.choice(self._urls)
                connection = await aio_pika.connect(url, timeout=5, heartbeat=6, connection_class=Kept)
                async with connection:
                    await use(connection)
            except BROKEN:
                await asyncio.sleep(AGAIN_SECONDS)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                await asyncio.sleep(AGAIN_SECONDS)
