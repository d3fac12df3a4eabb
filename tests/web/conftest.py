"""The doors of the sample centre, called in this process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient

from hub.service import Hub
from hub.web.app import app
from tests import centre


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub of the sample centre on an empty database."""
    async with centre.hub(tmp_path) as opened:
        yield opened


@pytest.fixture
async def client(hub: Hub) -> AsyncIterator[AsyncClient]:
    """A client of its doors; messages may be 1 MB."""
    made = app(hub, limit=1_000_000)
    async with (
        made.router.lifespan_context(made),
        AsyncClient(transport=ASGITransport(made), base_url="http://hub") as c,
    ):
        yield c
