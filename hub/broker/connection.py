"""One connection to the broker: what it brings, and what is handed to it with its word that it has it.

Nothing here reconnects: a connection that breaks ends everything that was on it, and its owner makes a new one, with
queues and consumers and all. Consumers have been lost where a library mended connections underneath them.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError, DeliveryError, PublishError
from aiormq import Channel
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import ChannelPreconditionFailed

from hub.broker import labelling, leniency
from hub.broker.topology import DEAD, EXCHANGE, Queue, Topology
from hub.errors import BadConfiguration, Unavailable
from hub.transport import Label, Origin

# Shorter than three heartbeats, after which the library cancels whoever waits for a frozen broker.
HEARTBEAT_SECONDS = 10
CALL_SECONDS = 8.0
CONNECT_SECONDS = 10.0

# All that may come of a call to a broker that is not well; StopAsyncIteration comes out of the library's reader when a
# connection is cut while it is made. A cancellation that nobody asked for comes from the library too.
BROKEN = (AMQPError, OSError, TimeoutError, RuntimeError, StopAsyncIteration)

# What a broker must be able to say, or what is handed to it may be lost: that it has a message, and that it has not.
NEEDED = ("publisher_confirms", "basic.nack")


leniency.install()


class Sent(StrEnum):
    """What came of handing a message to the broker."""

    CONFIRMED = "confirmed"  # the broker has it, safe on its disks
    UNROUTABLE = "unroutable"  # no queue has this address; it is nowhere
    REFUSED = "refused"  # the broker does not take it now; it is nowhere
    UNKNOWN = "unknown"  # the broker did not say; it may be there


@dataclass(frozen=True, slots=True)
class Arrived:
    """A delivery that is not acknowledged yet. `tag` rises in the order of deliveries on this connection."""

    origin: Origin
    body: bytes
    tag: int
    again: bool


@dataclass(frozen=True, slots=True)
class Collected:
    """A delivery as a partner looks at it: by which address it came, what it answers, and all that is told of it."""

    arrived: Arrived
    address: str
    correlation: str
    told: Mapping[str, str]


class Connection:
    """Two lines to a broker as one: by the one it brings and is asked, by the other it is given. Made by `connected`.

    A broker that has no memory or disk left reads nothing more from a line by which it was given something, and so
    would not hear what is acknowledged there.
    """

    def __init__(
        self,
        connection: AbstractConnection,
        speaking: AbstractConnection,
        consuming: AbstractChannel,
        publishing: AbstractChannel,
        closed: asyncio.Event,
    ) -> None:
        self._connection = connection
        self._speaking = speaking
        self._consuming = consuming
        self._publishing = publishing
        # A look that fails closes its channel, and must close no other.
        self._looking: AbstractChannel | None = None
        self.closed = closed
        # Their tags by the queues that they consume, and the library's book of all tags.
        self._consumers: dict[str, str] = {}
        self._known: Mapping[str, Any] | None = None
        # Deliveries that are done, up to which the broker knows it, and those beyond.
        self._told = 0
        self._done: set[int] = set()
        self.arrived: asyncio.Queue[Arrived] = asyncio.Queue()
        self.collected: asyncio.Queue[Collected] = asyncio.Queue()

    async def declare(self, topology: Topology) -> None:
        """See to it that all exchanges, queues and bindings are there.

        Raises Unavailable; and BadConfiguration when one is there and not as it must be, such as a classic queue.
        """
        try:
            with _wrapped("declare"):
                # A channel of its own, as one that is told that a queue is otherwise is closed.
                async with self._connection.channel(publisher_confirms=False) as channel:
                    for name in (EXCHANGE, DEAD):
                        await channel.declare_exchange(name, "direct", durable=True, timeout=CALL_SECONDS)
                    # Each waits for the broker's word, and it takes them in order, so they need not wait in turn.
                    await asyncio.gather(*(_declare(channel, q) for q in topology.queues))
        except Unavailable as fault:
            if isinstance(fault.__cause__, ChannelPreconditionFailed):
                raise _otherwise(str(fault.__cause__)) from fault
            raise

    async def consume(self, queues: Sequence[str], prefetch: int) -> None:
        """Let deliveries come into `arrived`, at most so many that are not acknowledged. Raises Unavailable."""
        await self._attend(queues, prefetch, self._put)

    async def collect(self, queues: Sequence[str], prefetch: int) -> None:
        """As `consume`, for a partner: deliveries come into `collected`. Raises Unavailable."""
        await self._attend(queues, prefetch, self._put_whole)

    async def rest(self) -> None:
        """Let no more deliveries come; what came stays here. Raises Unavailable."""
        consumers, self._consumers = self._consumers, {}
        with _wrapped("cancel"):
            channel = await self._consuming.get_underlay_channel()
            for tag in consumers.values():
                await channel.basic_cancel(tag, timeout=CALL_SECONDS)

    async def acknowledge(self, tags: Iterable[int]) -> None:
        """These deliveries are done. Raises Unavailable.

        The broker is told of all up to the first that is not done yet: one word for many, and never one too much,
        in whatever order they were done.
        """
        self._done.update(tags)
        last = self._told
        while last + 1 in self._done:
            last += 1
            self._done.discard(last)
        if last == self._told:
            return
        self._told = last
        with _wrapped("ack"):
            channel = await self._consuming.get_underlay_channel()
            await channel.basic_ack(last, multiple=True)

    async def publish(self, label: Label, body: bytes, amqp_id: str, reply_to: str, at: datetime) -> Sent:
        """Hand a message to the broker, and wait for its word."""
        try:
            written = labelling.written(label, amqp_id, reply_to, at)
            channel = cast("Channel", await self._publishing.get_underlay_channel())
            # Without `wait` many go to the broker in one piece; its word on each is waited for all the same.
            await channel.basic_publish(
                body,
                exchange=EXCHANGE,
                routing_key=label.queue,
                properties=written,
                mandatory=True,
                timeout=CALL_SECONDS,
                wait=False,
            )
        except PublishError:
            return Sent.UNROUTABLE
        except DeliveryError:
            return Sent.REFUSED
        except BROKEN:
            return Sent.UNKNOWN
        except ValueError:
            # Something in it is no AMQP; it will be parked, and somebody looks.
            return Sent.REFUSED
        except asyncio.CancelledError:
            if _asked():
                raise
            return Sent.UNKNOWN
        return Sent.CONFIRMED

    @property
    def blocked(self) -> bool:
        """Whether the broker has said that it takes nothing now, as it has no memory or disk left."""
        transport = self._speaking.transport
        # The library tells it nowhere else.
        told: asyncio.Event | None = getattr(
            transport and transport.connection, "_Connection__connection_unblocked", None
        )
        return told is not None and not told.is_set()

    @property
    def lost(self) -> frozenset[str]:
        """The queues that we consumed until the broker told us that we do not any more: one was deleted, or moved."""
        known = self._known or {}
        return frozenset(queue for queue, tag in self._consumers.items() if tag not in known)

    async def depth(self, queue: str) -> tuple[int, int]:
        """How many messages are ready in a queue, and how many consumers it has. Raises Unavailable."""
        with _wrapped("look"):
            if self._looking is None or self._looking.is_closed:
                self._looking = await self._connection.channel(publisher_confirms=False)
            channel = await self._looking.get_underlay_channel()
            found = await channel.queue_declare(queue, passive=True, timeout=CALL_SECONDS)
            return found.message_count or 0, found.consumer_count or 0

    async def _attend(
        self, queues: Sequence[str], prefetch: int, put: Callable[[DeliveredMessage], Coroutine[Any, Any, None]]
    ) -> None:
        with _wrapped("consume"):
            channel = cast("Channel", await self._consuming.get_underlay_channel())
            self._known = channel.consumers
            await channel.basic_qos(prefetch_count=prefetch, timeout=CALL_SECONDS)
            for name in queues:
                told = await channel.basic_consume(name, put, timeout=CALL_SECONDS)
                self._consumers[name] = told.consumer_tag or ""

    async def _put(self, message: DeliveredMessage) -> None:
        """No await in here: the library starts a task for each delivery, and only so they stay in order."""
        self.arrived.put_nowait(_arrived(message))

    async def _put_whole(self, message: DeliveredMessage) -> None:
        """No await in here either."""
        key, answers = message.routing_key or "", message.header.properties.correlation_id or ""
        self.collected.put_nowait(Collected(_arrived(message), key, answers, labelling.told(message)))


def _arrived(message: DeliveredMessage) -> Arrived:
    return Arrived(
        labelling.origin(message),
        labelling.body(message),
        message.delivery_tag or 0,
        bool(message.redelivered),
    )


@asynccontextmanager
async def connected(urls: Sequence[str], name: str) -> AsyncIterator[Connection]:
    """A connection to the first of these brokers that answers, in an order of chance. Raises Unavailable."""
    closed = asyncio.Event()
    lines: list[AbstractConnection] = []
    try:
        for _ in range(2):
            with _wrapped("connect"):
                lines.append(await _first(urls, name))
            if (at := lines[-1].transport) and (reason := weakness(at.connection.server_capabilities)):
                raise BadConfiguration("configuration", "broker.urls", reason)
        connection, speaking = lines
        with _wrapped("channel"):
            consuming = await connection.channel(publisher_confirms=False)
            publishing = await speaking.channel(publisher_confirms=True, on_return_raises=True)
        for line in lines:
            line.close_callbacks.add(lambda *_: closed.set())
        for channel in (consuming, publishing):
            channel.close_callbacks.add(lambda *_: closed.set())
        yield Connection(connection, speaking, consuming, publishing, closed)
    finally:
        closed.set()
        await asyncio.gather(*map(_close, lines))


def weakness(capabilities: Mapping[str, Any]) -> str | None:
    """Why a broker with these capabilities may lose what is handed to it, or None."""
    missing = [name for name in NEEDED if not capabilities.get(name)]
    return f"the broker cannot {' and '.join(missing)}, so nobody would know what it lost" if missing else None


def _otherwise(told: str) -> BadConfiguration:
    """The words for a queue that is not as it must be; the broker names the queue and the argument."""
    reason = f"{told}. Move what lies there, delete it, and start again: `hub topology --json` shows how all must be"
    return BadConfiguration("broker", "topology", reason)


async def _declare(channel: AbstractChannel, q: Queue) -> None:
    queue = await channel.declare_queue(q.name, durable=True, arguments=q.arguments, timeout=CALL_SECONDS)
    await asyncio.gather(*(queue.bind(q.exchange, key, timeout=CALL_SECONDS) for key in q.keys))


class Kept(aio_pika.Connection):
    """A connection that only who made it closes.

    The library would close one that could not be made when it is cleared away, whether a loop runs then or not.
    """

    def __del__(self) -> None:
        """Nothing: what was made has been closed."""


async def _first(urls: Sequence[str], name: str) -> aio_pika.abc.AbstractConnection:
    last: BaseException = ConnectionError("no address")
    for url in random.sample(list(urls), len(urls)):
        try:
            return await aio_pika.connect(
                url,
                timeout=CONNECT_SECONDS,
                heartbeat=HEARTBEAT_SECONDS,
                client_properties={"connection_name": name},
                connection_class=Kept,
            )
        except BROKEN as fault:
            last = fault
    raise last


async def _close(connection: aio_pika.abc.AbstractConnection) -> None:
    """Close in order within a bound; what a broken connection says about that is no news."""
    try:
        async with asyncio.timeout(CALL_SECONDS):
            await connection.close()
    except BROKEN:
        return


def _asked() -> bool:
    """Whether somebody cancelled this task, and not the library a call of its own."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class _wrapped:  # noqa: N801  # used as a statement
    """The broker's failures in our own words."""

    def __init__(self, call: str) -> None:
        self._call = call

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: object) -> None:
        if isinstance(fault, Unavailable) or fault is None:
            return
        if isinstance(fault, BROKEN) or (isinstance(fault, asyncio.CancelledError) and not _asked()):
            reason = f"the broker failed ({self._call}: {type(fault).__name__})"
            raise Unavailable(reason) from fault
