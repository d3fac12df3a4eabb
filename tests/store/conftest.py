"""A store of its own for each test, on a database that `hub migrate` made."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.store import Store
from hub.store.migrate import migrate


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of a new and migrated database."""
    address = f"sqlite:///{tmp_path / 'hub.db'}"
    migrate(address)
    return address


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """The store on it, open."""
    async with Store(url) as opened:
        yield opened
