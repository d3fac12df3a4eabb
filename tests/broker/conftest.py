"""A broker with queues for each test, and one that may be treated badly."""

from collections.abc import AsyncIterator, Iterator

import pytest

from hub import broker
from hub.broker import Connection
from tests.broker import place as places
from tests.broker.place import Place
from tests.servers import rabbitmq as mq


@pytest.fixture(scope="session")
def node() -> Iterator[mq.Node]:
    """A broker that nobody else uses. Tests that ask for it are marked by hand, as it is not the run's own."""
    with mq.running() as cluster:
        yield cluster.nodes[0]


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
