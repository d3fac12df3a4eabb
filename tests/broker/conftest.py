"""A broker with queues for each test."""

from collections.abc import AsyncIterator

import pytest

from hub import broker
from hub.broker import Connection
from tests.broker import place as places
from tests.broker.place import Place
from tests.servers import rabbitmq as mq


@pytest.fixture
def place() -> Place:
    """A practice and a partner that nobody else knows."""
    return places.new()


@pytest.fixture
async def line(rabbitmq: mq.Node, place: Place) -> AsyncIterator[Connection]:
    """A connection to a broker that has the place's queues."""
    async with broker.connected([rabbitmq.url], "test") as opened:
        await opened.declare(broker.topology(place.directory))
        yield opened
