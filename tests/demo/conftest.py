"""The sample centre and its day, read and written once for all tests of the demo."""

from collections.abc import Iterator
from itertools import count

import pytest

from hub import registry, settings
from hub.demo import cast, hours, script
from hub.demo.cast import Cast
from hub.demo.script import Script
from hub.intake import Order
from tests.servers.rabbitmq import Node

_names = count(1)


@pytest.fixture(scope="session")
def who() -> Cast:
    return cast.gather(hours.DAY)


@pytest.fixture(scope="session")
def play(who: Cast) -> Script:
    return script.write(1, who)


@pytest.fixture(scope="session")
def order() -> Order:
    found = registry.load(settings.load(settings.sample()).folder)
    return Order(found.directory, found.rules, found.ladders)


@pytest.fixture
def broker_url(rabbitmq: Node) -> Iterator[str]:
    """The address of a virtual host where nobody else has queues."""
    name = f"demo{next(_names)}"
    rabbitmq.ctl("add_vhost", name)
    rabbitmq.ctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
    yield f"{rabbitmq.url}{name}"
    rabbitmq.ctl("delete_vhost", name)
