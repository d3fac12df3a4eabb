"""A broker that takes a message says so, one that does not is never taken to have; and nothing that comes is lost."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import pytest

from hub import broker
from hub.broker import Connection, Sent, connection
from hub.broker.topology import EXCHANGE
from hub.errors import Unavailable
from hub.transport import Label, inbound
from tests import builders
from tests.broker.place import PATIENCE, Place, arrived
from tests.servers import rabbitmq as mq

NOW = builders.TUESDAY


@asynccontextmanager
async def opened(node: mq.Node, place: Place) -> AsyncIterator[Connection]:
    async with broker.connected([node.url], "test") as line:
        await line.declare(broker.topology(place.directory))
        yield line


async def publish(line: Connection, label: Label, id: str, body: bytes = b"<xml/>") -> Sent:
    return await line.publish(label, body, id, "", NOW)


async def publish_many(line: Connection, place: Place, count: int) -> list[Sent]:
    return await asyncio.gather(*(publish(line, place.label(), f"id-{n}") for n in range(count)))


async def filled(line: Connection, place: Place, count: int) -> list[str]:
    """So many messages for the practice, one after the other; returns their ids."""
    ids = [f"id-{n}" for n in range(count)]
    for id in ids:
        assert Sent.CONFIRMED == await publish(line, place.label(inbound(place.service)), id)
    return ids


async def until(expected: object, asked: Callable[[], Awaitable[object]]) -> None:
    """The broker counts what it has a little later."""
    async with asyncio.timeout(PATIENCE):
        while expected != await asked():
            await asyncio.sleep(0.02)


class TestPublish:
    async def test_what_the_broker_confirms_is_in_its_queue(self, line: Connection, place: Place) -> None:
        assert Sent.CONFIRMED == await publish(line, place.label(), "id-1", b"\x00\xff")
        await line.consume([place.sent], 10)
        (found,) = await arrived(line)
        assert ("id-1", b"\x00\xff", "APPREC") == (found.origin.id, found.body, found.origin.label)

    async def test_what_has_no_queue_is_nowhere_and_said_so(self, line: Connection, place: Place) -> None:
        assert Sent.UNROUTABLE == await publish(line, place.label("nobody_async"), "id-1")

    @pytest.mark.parametrize("expected", [[Sent.CONFIRMED, Sent.UNROUTABLE], [Sent.UNROUTABLE, Sent.CONFIRMED]])
    async def test_of_two_in_flight_each_hears_what_became_of_it(
        self, line: Connection, place: Place, expected: list[Sent]
    ) -> None:
        labels = {Sent.CONFIRMED: place.label(), Sent.UNROUTABLE: place.label("nobody_async")}
        assert expected == await asyncio.gather(*(publish(line, labels[sent], f"id-{sent}") for sent in expected))

    async def test_of_hundreds_in_flight_each_hears_what_became_of_it(self, line: Connection, place: Place) -> None:
        expected = [Sent.UNROUTABLE if n % 3 == 0 or n % 7 == 0 else Sent.CONFIRMED for n in range(600)]
        labels = [place.label("nobody_async" if sent is Sent.UNROUTABLE else "") for sent in expected]
        assert expected == await asyncio.gather(*(publish(line, x, f"id-{n}") for n, x in enumerate(labels)))
        await line.consume([place.sent], 0)
        assert {f"id-{n}" for n, sent in enumerate(expected) if sent is Sent.CONFIRMED} == {
            each.origin.id for each in await arrived(line, expected.count(Sent.CONFIRMED))
        }

    async def test_what_a_full_queue_refuses_is_nowhere_and_said_so(
        self, rabbitmq: mq.Node, line: Connection, place: Place
    ) -> None:
        async with await aio_pika.connect(rabbitmq.url) as other:
            channel = await other.channel()
            full: dict[str, Any] = {"x-max-length": 1, "x-overflow": "reject-publish"}
            queue = await channel.declare_queue(f"{place.nursing}_full", auto_delete=True, arguments=full)
            await queue.bind(EXCHANGE, queue.name)
            label = place.label(queue.name)
            assert [Sent.CONFIRMED, Sent.REFUSED, Sent.REFUSED] == [
                await publish(line, label, f"id-{n}") for n in range(3)
            ]

    async def test_what_is_too_long_for_the_broker_is_cut_and_sent(self, line: Connection, place: Place) -> None:
        """A stranger's words come back to it, and nobody's words may stop what others wait for."""
        long = "æ\0" * 100_000
        label = place.label(function=long, correlation=long, from_her_id=long, told={"errorDescription": long})
        assert Sent.CONFIRMED == await line.publish(label, b"", "id-1", long, NOW)
        assert Sent.CONFIRMED == await publish(line, place.label(), "id-2")
        await line.consume([place.sent], 10)
        assert ["id-1", "id-2"] == [each.origin.id for each in await arrived(line, 2)]


class TestConsume:
    async def test_deliveries_come_in_order(self, line: Connection, place: Place) -> None:
        ids = await filled(line, place, 300)
        await line.consume([place.taken], 300)
        found = await arrived(line, 300)
        assert ids == [each.origin.id for each in found]
        assert sorted({each.tag for each in found}) == [each.tag for each in found]
        assert {False} == {each.again for each in found}

    async def test_no_more_come_than_may_lie_here_unfinished(self, line: Connection, place: Place) -> None:
        await filled(line, place, 5)
        await line.consume([place.taken], 2)
        first = await arrived(line, 2)
        await until((3, 1), lambda: line.depth(place.taken))
        assert line.arrived.empty()
        await line.acknowledge([each.tag for each in first])
        assert ["id-2", "id-3"] == [each.origin.id for each in await arrived(line, 2)]

    async def test_what_is_acknowledged_is_gone_and_the_rest_comes_again(
        self, rabbitmq: mq.Node, line: Connection, place: Place
    ) -> None:
        """All up to the first that is not done, in whatever order they were done."""
        ids = await filled(line, place, 6)
        async with opened(rabbitmq, place) as other:
            await other.consume([place.taken], 10)
            tags = [each.tag for each in await arrived(other, 6)]
            for done in ([tags[2]], [tags[0], tags[1]], [tags[4]]):
                await other.acknowledge(done)
            # What is written in order is done in order: when the broker answers this, it has heard the rest.
            await other.rest()
        await line.consume([place.taken], 10)
        again = await arrived(line, 3)
        assert [(id, True) for id in ids[3:]] == [(each.origin.id, each.again) for each in again]
        await line.acknowledge([each.tag for each in again])

    async def test_a_queues_depth_counts_what_waits_and_who_takes_it(self, line: Connection, place: Place) -> None:
        assert (0, 0) == await line.depth(place.taken)
        await filled(line, place, 3)
        await until((3, 0), lambda: line.depth(place.taken))
        await line.consume([place.taken], 10)
        await until((0, 1), lambda: line.depth(place.taken))
        await line.acknowledge([each.tag for each in await arrived(line, 3)])
        await line.rest()
        await until((0, 0), lambda: line.depth(place.taken))

    async def test_who_rests_gets_nothing_and_may_begin_again(self, line: Connection, place: Place) -> None:
        await line.consume([place.taken], 10)
        await line.rest()
        ids = await filled(line, place, 2)
        await until((2, 0), lambda: line.depth(place.taken))
        assert line.arrived.empty()
        await line.consume([place.taken], 10)
        assert ids == [each.origin.id for each in await arrived(line, 2)]

    async def test_a_queue_that_is_not_there_is_a_failure_of_the_broker(self, line: Connection) -> None:
        with pytest.raises(Unavailable, match="consume"):
            await line.consume(["nobody_async"], 10)


class TestConnect:
    async def test_a_connection_to_nowhere_is_unavailable(self, free_port: int) -> None:
        with pytest.raises(Unavailable, match="connect") as failed:
            async with broker.connected([f"amqp://guest:secret@127.0.0.1:{free_port}/"], "test"):
                pass
        assert "secret" not in str(failed.value)

    async def test_a_password_that_is_wrong_is_not_told(self, rabbitmq: mq.Node) -> None:
        with pytest.raises(Unavailable) as failed:
            async with broker.connected([rabbitmq.url.replace("guest:guest", "guest:secret")], "test"):
                pass
        assert "secret" not in str(failed.value)

    async def test_of_several_brokers_one_that_answers_is_taken(
        self, rabbitmq: mq.Node, place: Place, free_port: int
    ) -> None:
        nowhere = f"amqp://guest:guest@127.0.0.1:{free_port}/"
        for _ in range(5):
            async with broker.connected([nowhere, rabbitmq.url, nowhere], "test") as line:
                topology = broker.topology(place.directory)
                await line.declare(topology)
                assert (0, 0) == await line.depth(topology.inbound[0].name)

    async def test_nowhere_to_connect_to_is_unavailable(self) -> None:
        with pytest.raises(Unavailable):
            async with broker.connected([], "test"):
                pass


def states(node: mq.Node) -> set[str]:
    """What the node's processes do, as the system says: T is stopped, Z has ended."""
    group = str(node.process and node.process.pid)
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        # Others come and go meanwhile.
        with suppress(OSError):
            state, _, owner, *_ = stat.read_text().rpartition(")")[2].split()
            found |= {state} if owner == group else set()
    return found


@contextmanager
def frozen(node: mq.Node) -> Iterator[None]:
    """The node does nothing any more."""
    node.freeze()
    try:
        while states(node) - {"T", "Z"}:
            time.sleep(0.01)
        yield
    finally:
        node.thaw()


@asynccontextmanager
async def alarmed(node: mq.Node) -> AsyncIterator[None]:
    """No memory is left, so the broker reads nothing from whoever publishes."""
    await asyncio.to_thread(node.ctl, "set_vm_memory_high_watermark", "0.00001")
    try:
        yield
    finally:
        await asyncio.to_thread(node.ctl, "set_vm_memory_high_watermark", "0.4")


async def blocked(line: Connection, label: Label, caplog: pytest.LogCaptureFixture) -> list[asyncio.Task[Sent]]:
    """What was published until the broker told that it does not listen: only whoever publishes hears of its alarm."""
    sending: list[asyncio.Task[Sent]] = []
    async with asyncio.timeout(PATIENCE):
        while "was blocked by" not in caplog.text:
            sending.append(asyncio.create_task(publish(line, label, f"id-{uuid4()}")))
            await asyncio.wait(sending[-1:], timeout=0.1)
    return sending


def test_a_call_is_given_up_before_the_library_gives_up_the_connection() -> None:
    assert connection.CALL_SECONDS < 3 * connection.HEARTBEAT_SECONDS


@pytest.mark.rabbitmq
class TestUnwell:
    @pytest.fixture
    async def line(self, node: mq.Node, place: Place) -> AsyncIterator[Connection]:
        async with opened(node, place) as line:
            yield line

    @pytest.fixture
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> float:
        """What a short call may take on a busy machine, which is still far from three heartbeats."""
        monkeypatch.setattr(connection, "CALL_SECONDS", 1.0)
        return 10.0

    async def test_a_broker_that_freezes_leaves_it_open_what_it_has_and_the_publisher_lives_on(
        self, node: mq.Node, place: Place, line: Connection, impatient: float
    ) -> None:
        with frozen(node):
            begun = time.monotonic()
            assert [Sent.UNKNOWN] * 20 == await publish_many(line, place, 20)
            assert time.monotonic() - begun < impatient
        assert Sent.CONFIRMED == await publish(line, place.label(), "last")

    async def test_a_broker_without_memory_leaves_it_open_what_it_has_and_the_publisher_lives_on(
        self, node: mq.Node, place: Place, line: Connection, impatient: float, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with alarmed(node):
            sending = await blocked(line, place.label(), caplog)
            begun = time.monotonic()
            assert [Sent.UNKNOWN] * 20 == await publish_many(line, place, 20)
            assert time.monotonic() - begun < impatient
            assert {Sent.CONFIRMED, Sent.UNKNOWN} >= set(await asyncio.gather(*sending))
        assert Sent.CONFIRMED == await publish(line, place.label(), "last")

    async def test_a_connection_that_is_given_up_ends_its_publishes_and_not_the_publisher(
        self, node: mq.Node, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The library cancels whoever waits after three heartbeats, which looks as if somebody had asked for it."""
        monkeypatch.setattr(connection, "HEARTBEAT_SECONDS", 1)
        monkeypatch.setattr(connection, "CALL_SECONDS", PATIENCE)
        async with opened(node, place) as line:
            with frozen(node):
                async with asyncio.timeout(PATIENCE / 2):
                    assert Sent.UNKNOWN == await publish(line, place.label(), "id-1")
                    await line.closed.wait()
            task = asyncio.current_task()
            assert 0 == (task and task.cancelling())
            assert Sent.UNKNOWN == await publish(line, place.label(), "id-2")

    async def test_who_is_cut_off_while_publishing_hears_at_once_that_nobody_knows(
        self, node: mq.Node, place: Place, line: Connection, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with alarmed(node):
            before = await blocked(line, place.label(), caplog)
            sending = [asyncio.create_task(publish(line, place.label(), f"id-{n}")) for n in range(20)]
            cutting = asyncio.create_task(asyncio.to_thread(node.ctl, "close_all_connections", "test"))
            await line.closed.wait()
            begun = time.monotonic()
            assert [Sent.UNKNOWN] * 20 == await asyncio.gather(*sending)
            assert time.monotonic() - begun < connection.CALL_SECONDS / 2
            await asyncio.gather(cutting, *before)

    async def test_whoever_is_cancelled_while_publishing_is_cancelled(
        self, node: mq.Node, place: Place, line: Connection
    ) -> None:
        with frozen(node):
            sending = asyncio.create_task(publish(line, place.label(), "id-1"))
            assert (set(), {sending}) == await asyncio.wait([sending], timeout=0.1)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
        assert Sent.CONFIRMED == await publish(line, place.label(), "id-2")

    async def test_a_connection_that_the_broker_closes_is_known_to_be_closed(
        self, node: mq.Node, place: Place, line: Connection
    ) -> None:
        await line.consume([place.taken], 10)
        assert not line.closed.is_set()
        cutting = asyncio.create_task(asyncio.to_thread(node.ctl, "close_all_connections", "test"))
        async with asyncio.timeout(PATIENCE):
            await line.closed.wait()
        for call in (line.depth(place.taken), line.rest(), line.acknowledge([1]), line.consume([place.taken], 10)):
            with pytest.raises(Unavailable):
                await call
        assert Sent.UNKNOWN == await publish(line, place.label(), "id-1")
        await cutting
