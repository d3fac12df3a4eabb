"""The doors of the sample centre, called in this process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient

from hub.service import Hub
from hub.web.app import app
from tests.centre import hub as opened
from tests.web.running import Centre, running


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub of the sample centre on an empty database."""
    async with opened(tmp_path) as made:
        yield made


@pytest.fixture
async def client(hub: Hub) -> AsyncIterator[AsyncClient]:
    """A client of its doors; messages may be 1 MB."""
    made = app(hub, limit=1_000_000)
    async with (
        made.router.lifespan_context(made),
        AsyncClient(transport=ASGITransport(made), base_url="http://hub") as c,
    ):
        yield c


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    """The sample centre on a Tuesday at 09:05, with a database of its own, behind a real server."""
    async with running(tmp_path) as made:
        yield made
