"""The sample centre and its day, read and written once for all tests of the demo."""

import pytest

from hub import registry, settings
from hub.demo import cast, hours, script
from hub.demo.cast import Cast
from hub.demo.script import Script
from hub.intake import Order


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
