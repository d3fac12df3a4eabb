"""A hub on PostgreSQL with a broker, and a worker of it that runs in the test's own process."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aio_pika
import pytest
import structlog

from hub import broker, settings
from hub.broker.topology import EXCHANGE
from hub.service import Hub
from tests import centre
from tests.crash import traffic
from tests.servers import rabbitmq as mq
from workers.process import Running, Work

OURS = f"{traffic.OURS}_async"


@dataclass(slots=True)
class Place:
    """A hub, its settings, and a partner's channel."""

    hub: Hub
    settings: settings.Settings
    channel: aio_pika.abc.AbstractChannel

    async def send(self, raw: bytes, amqp_id: str, **told: str) -> None:
        """Send a message to the practice, as the home service."""
        exchange = await self.channel.get_exchange(EXCHANGE, ensure=False)
        await exchange.publish(traffic.message(raw, amqp_id, **told), OURS)

    async def got(self, queue: str, seconds: float = 15.0) -> aio_pika.abc.AbstractIncomingMessage:
        """The next message of a queue."""
        found = await self.channel.get_queue(queue, ensure=False)
        until = time.monotonic() + seconds
        # No timeout around it: the library sometimes loses a cancellation that comes while it asks.
        while (came := await found.get(fail=False)) is None:
            if time.monotonic() > until:
                raise TimeoutError(f"nothing came into {queue} in {seconds} s")
            await asyncio.sleep(0.02)
        await came.ack()
        return came

    @asynccontextmanager
    async def working(self, work: Work, name: str = "test") -> AsyncIterator[Running]:
        """A worker at work; it is stopped in order at the end."""
        running = Running(self.hub, self.settings, name)
        task = asyncio.ensure_future(work(running))
        try:
            yield running
        finally:
            running.stop.set()
            async with asyncio.timeout(15):
                await task

    async def until(self, holds: Callable[[], Awaitable[object]], seconds: float = 15.0) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(seconds):
            while not await holds():
                await asyncio.sleep(0.02)


@asynccontextmanager
async def placed(url: str, *brokers: str) -> AsyncIterator[Place]:
    """A hub on this database and these brokers."""
    sample = settings.load(settings.sample())
    found = sample.model_copy(
        update={"database": settings.Database(url=url), "broker": settings.Broker(urls=brokers, prefetch=32, batch=8)}
    )
    topology = broker.topology(centre.configuration(found.folder).directory)
    await traffic.swept(brokers, topology)
    async with centre.opened(found) as hub, await aio_pika.connect(brokers[0]) as connection:
        yield Place(hub, found, await connection.channel(on_return_raises=True))


@pytest.fixture(autouse=True)
def _brief() -> Iterator[None]:
    """Failures that a test makes on purpose are told in a line, as in a process."""
    structlog.configure(
        processors=[structlog.processors.add_log_level, _without_trace, structlog.dev.ConsoleRenderer()]
    )
    yield
    structlog.reset_defaults()


def _without_trace(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["fault"] = repr(event.pop("exc_info", None))
    return event


@pytest.fixture
async def place(postgresql_url: str, rabbitmq: mq.Node) -> AsyncIterator[Place]:
    """The run's own servers."""
    async with placed(postgresql_url, rabbitmq.url) as found:
        yield found
