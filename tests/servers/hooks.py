"""A real HTTP server on a free port of loopback that is told things: webhooks, and an Alertmanager's door."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.servers import web


@dataclass
class Told:
    """One call: where, with which headers, and what."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """What was told."""
        return json.loads(self.body)


@dataclass
class Hooks:
    """What came. It answers `status` with `words`, and nothing at all while it is `silent`."""

    url: str = ""
    told: list[Told] = field(default_factory=list)
    status: int = 200
    words: str = ""
    silent: bool = False

    def at(self, path: str) -> list[Told]:
        """What came there."""
        return [x for x in self.told if x.path == path]

    async def answer(self, request: Request) -> Response:
        """One call."""
        self.told.append(Told(request.url.path, dict(request.headers), await request.body()))
        while self.silent:
            await asyncio.sleep(0.02)
        return Response(self.words, self.status, {"location": f"{self.url}/elsewhere"})


@asynccontextmanager
async def serving() -> AsyncIterator[Hooks]:
    """The server, as long as somebody needs it."""
    found = Hooks()
    routes = [Route("/{rest:path}", found.answer, methods=["POST"])]
    async with web.serving(routes) as found.url:
        try:
            yield found
        finally:
            found.silent = False
