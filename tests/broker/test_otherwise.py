"""A broker that is not as it must be is named, and one queue that cannot be looked at hurts no other."""

from collections.abc import AsyncIterator

import aio_pika
import pytest

from hub import broker
from hub.broker import Connection, Sent, connection
from hub.broker.topology import DEAD
from hub.errors import BadConfiguration, Unavailable
from tests.broker.place import Place, arrived
from tests.broker.test_connection import publish, until
from tests.servers import rabbitmq as mq


@pytest.fixture
async def channel(rabbitmq: mq.Node) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    async with await aio_pika.connect(rabbitmq.url) as other:
        yield await other.channel()


class TestDeclare:
    async def test_a_classic_queue_is_refused_by_name(
        self, rabbitmq: mq.Node, place: Place, channel: aio_pika.abc.AbstractChannel
    ) -> None:
        await channel.declare_queue(place.taken, durable=True)
        async with broker.connected([rabbitmq.url], "test") as line:
            with pytest.raises(BadConfiguration, match=f"inequivalent arg.*{place.taken}"):
                await line.declare(broker.topology(place.directory))

    async def test_a_queue_that_may_drop_what_it_holds_is_refused_by_its_argument(
        self, rabbitmq: mq.Node, place: Place, channel: aio_pika.abc.AbstractChannel
    ) -> None:
        own = {"x-queue-type": "quorum", "x-overflow": "drop-head"}
        await channel.declare_exchange(DEAD, "direct", durable=True)
        await channel.declare_queue(place.taken, durable=True, arguments=own)
        async with broker.connected([rabbitmq.url], "test") as line:
            with pytest.raises(BadConfiguration, match=f"inequivalent arg.*{place.taken}"):
                await line.declare(broker.topology(place.directory))


class TestLook:
    async def test_a_queue_that_is_not_there_hurts_nobody_else(self, line: Connection, place: Place) -> None:
        with pytest.raises(Unavailable, match="NotFound"):
            await line.depth("nobody_async")
        assert (0, 0) == await line.depth(place.taken)
        assert Sent.CONFIRMED == await publish(line, place.label(), "id-1")
        assert not line.closed.is_set()

    async def test_a_consumer_that_the_broker_ended_is_known(
        self, line: Connection, place: Place, channel: aio_pika.abc.AbstractChannel
    ) -> None:
        await line.consume([place.taken, place.sent], 10)
        assert frozenset() == line.lost
        await channel.queue_delete(place.taken)

        async def lost() -> frozenset[str]:
            return line.lost

        await until(frozenset({place.taken}), lost)
        assert Sent.CONFIRMED == await publish(line, place.label(), "id-1")
        assert ["id-1"] == [each.origin.id for each in await arrived(line)]


@pytest.mark.parametrize("missing", [*((name,) for name in connection.NEEDED), connection.NEEDED])
def test_a_broker_that_cannot_say_what_it_has_is_refused(missing: tuple[str, ...]) -> None:
    able = {name: name not in missing for name in (*connection.NEEDED, "consumer_cancel_notify")}
    assert f"the broker cannot {' and '.join(missing)}, so nobody would know what it lost" == connection.weakness(able)


def test_a_broker_that_can_is_taken() -> None:
    assert connection.weakness(dict.fromkeys(connection.NEEDED, True)) is None
