"""A store of its own for each test, on each kind of database."""

from collections.abc import AsyncIterator

import pytest

from hub.store import Store


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """The store on a new database, open."""
    async with Store(url) as opened:
        yield opened
