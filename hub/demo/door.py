"""The hub's HTTP door as its callers know it: it may be shut for a while, and an answer may be lost on the way."""

import asyncio
from base64 import b64encode
from collections.abc import Collection
from typing import Any

import httpx2

from hub.clock import Clock
from hub.demo import post
from hub.demo.cast import PASSWORD, System, Worker
from hub.demo.logbook import Got, Logbook, Strange, Tried, Unsent

# Failures by which nothing can have reached the hub.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_PAUSE = 0.1
_BUSY = 503
XML = {"Content-Type": "application/xml"}


def as_system(system: System) -> str:
    """How a partner's system says who it is."""
    return f"Bearer {system.key}"


def as_person(worker: Worker) -> str:
    """How a person's client says who they are."""
    return f"Basic {b64encode(f'{worker.username}:{PASSWORD}'.encode()).decode()}"


class Door:
    """The door, and all who call at it. `opened` holds while the server answers."""

    def __init__(self, address: str, book: Logbook, clock: Clock) -> None:
        self.address = address
        self.opened = asyncio.Event()
        self.book = book
        self.clock = clock
        self._callers: list[Caller] = []

    def caller(self, who: str = "") -> "Caller":
        """Somebody who calls, with a line of their own: a pool that many share costs more than the calls."""
        made = Caller(self, who)
        self._callers.append(made)
        return made

    async def shut(self) -> None:
        """The server is gone: all lines are dead."""
        self.opened.clear()
        for caller in self._callers:
            await caller.hang_up()


class Caller:
    """One who calls, saying each time who they are."""

    def __init__(self, door: Door, who: str) -> None:
        self._door = door
        self._who = {"Authorization": who}
        self._client: httpx2.AsyncClient | None = None
        self._noted: set[str] = set()

    async def hang_up(self) -> None:
        """Close the line; the next call opens another."""
        client, self._client = self._client, None
        if client:
            await client.aclose()

    async def healthy(self) -> bool:
        """Whether the server answers."""
        try:
            return (await self._call("GET", "/health")).status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False

    async def deliver(self, key: str, raw: bytes) -> Got:
        """Send bytes until the hub has answered; what got no answer is sent again, the same bytes."""
        book, clock = self._door.book, self._door.clock
        while True:
            await self._door.opened.wait()
            book.add(Tried(key, clock.now()))
            try:
                answer = await self._call("POST", "/v1/messages", content=raw, headers=self._who | XML)
            except _NOT_SENT:
                book.add(Unsent(key, clock.now()))
            except httpx2.TransportError:
                pass
            else:
                if answer.status_code != _BUSY:
                    return self._got(key, answer)
            await asyncio.sleep(_PAUSE)

    async def ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        params: dict[str, Any] | None = None,
        allowed: Collection[int] = (),
        once: bool = False,
    ) -> httpx2.Response | None:
        """An answer with 200 or another allowed status; None for any other, which is noted as strange.

        What got no answer is asked again, unless it may be done only `once`: then None is told too.
        """
        while True:
            await self._door.opened.wait()
            try:
                answer = await self._call(method, path, json=body, params=params, headers=self._who)
            except httpx2.TransportError:
                answer = None
            if answer is not None and answer.status_code != _BUSY:
                return answer if self._right(f"{method} {path}", answer, allowed) else None
            await asyncio.sleep(_PAUSE)
            if once:
                return None

    async def _call(self, method: str, path: str, **given: Any) -> httpx2.Response:
        if self._client is None:
            # Nobody is asked on the way, whatever proxy the environment names, and nothing here needs TLS.
            self._client = httpx2.AsyncClient(base_url=self._door.address, timeout=30, trust_env=False, verify=False)
        return await self._client.request(method, path, **given)

    def _right(self, asked: str, answer: httpx2.Response, allowed: Collection[int]) -> bool:
        if answer.status_code == httpx2.codes.OK or answer.status_code in allowed:
            return True
        what = f"{asked} was answered {answer.status_code}"
        if what not in self._noted:
            self._noted.add(what)
            self._door.book.add(Strange(self._door.clock.now(), what))
        return False

    def _got(self, key: str, answer: httpx2.Response) -> Got:
        named = answer.headers.get("content-type", "").startswith("application/xml")
        document = post.read(answer.text) if named and answer.content else None
        outcome = answer.headers.get("hub-outcome", "")
        got = Got(key, self._door.clock.now(), answer.status_code, outcome, document)
        self._door.book.add(got)
        return got
