"""A stand-in for the national registers: a server of its own on a free port, which says what a test wants it to say."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.enquiry import Register
from tests.servers import web

TOKEN = "only-for-tests"


@dataclass
class Registers:
    """What the stand-in says, and what it was asked: `parties` by HER-id, `doctors` by national identity number.

    While `silent` is set it says nothing, and with a `status` nothing else than that; `rubbish` is said instead. A
    `cookie` goes along, and `remembered` is whether one came back.
    """

    url: str = ""
    parties: dict[str, dict[str, Any]] = field(default_factory=dict)
    doctors: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    paths: set[str] = field(default_factory=set)
    silent: bool = False
    status: int = 0
    rubbish: bytes | None = None
    cookie: str = ""
    remembered: bool = False

    @property
    def addresses(self) -> dict[Register, str]:
        """Where each register is."""
        return {Register.ADDRESS: f"{self.url}/address", Register.GP: f"{self.url}/gp"}

    async def answer(self, request: Request) -> Response:
        """One question."""
        asked = await request.json()
        key = asked.get("herId") or asked["nin"]
        self.asked[key] += 1
        self.paths.add(str(request.url))
        self.remembered |= "cookie" in request.headers
        while self.silent:
            await asyncio.sleep(0.02)
        if self.status or request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Response(status_code=self.status or 401, headers={"location": f"{self.url}/elsewhere"})
        if self.rubbish is not None:
            return Response(self.rubbish)
        known = self.parties if "herId" in asked else self.doctors
        told = Response(json.dumps(known[key])) if key in known else Response(status_code=404)
        told.raw_headers += [(b"set-cookie", self.cookie.encode())] if self.cookie else []
        return told


@asynccontextmanager
async def serving() -> AsyncIterator[Registers]:
    """The stand-in, as long as somebody needs it."""
    found = Registers()
    routes = [Route(f"/{register.value}", found.answer, methods=["POST"]) for register in Register]
    async with web.serving(routes) as found.url:
        try:
            yield found
        finally:
            found.silent = False
