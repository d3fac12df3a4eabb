"""A call's body as it comes in: how large it may be, how long it may take, and how many bytes may be here at once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import ClassVar

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from hub.errors import Busy, HubError

# So long may nothing come at all; beyond as long, so many bytes a second must have come on the whole.
PATIENCE_SECONDS = 10.0
BYTES_PER_SECOND = 65_536
# As much of a body that is not wanted is read away, for as long as it may pause.
POURED_BYTES = 64_000_000

# A body that is no larger is always taken, so that large ones never keep ordinary calls and messages out.
SMALL = 65_536


class TooSlow(HubError):
    """The body does not come, or too slowly to be waited for."""

    status: ClassVar[int] = 408
    code: ClassVar[str] = "too-slow"
    title: ClassVar[str] = "The call took too long to come"


class Afloat:
    """Counts the bytes of bodies that are here at once, all together and by whose they are."""

    def __init__(self) -> None:
        self._whole = 0
        self._by: Counter[str] = Counter()

    @contextmanager
    def counted(self, whose: str, total: int, share: int) -> Iterator[Callable[[int], None]]:
        """Counts one body for as long as this lasts; give it each part's size.

        That raises Busy when there would be more than `total` bytes, or more than `share` of the same owner's. A body
        that is small, or alone, is taken in any case.
        """
        mine = 0

        def more(size: int) -> None:
            nonlocal mine
            if mine + size > SMALL:
                _heed(self._whole, mine, size, total)
                _heed(self._by[whose], mine, size, share)
            mine += size
            self._whole += size
            self._by[whose] += size

        try:
            yield more
        finally:
            self._whole -= mine
            self._by[whose] -= mine
            if not self._by[whose]:
                del self._by[whose]


def _heed(here: int, mine: int, size: int, most: int) -> None:
    if here > mine and here + size > most:
        raise Busy(f"{most} bytes are waiting here already; send this again in a few seconds")


class Incoming:
    """A call's body on its way in: it has a deadline, and the answer to one that is not wanted still arrives."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._clock = asyncio.get_running_loop().time
        self._begun = self._clock()
        self._size = 0
        self._coming = True

    async def receive(self) -> Message:
        """The next part. Raises TooSlow while there is a body to come; what comes after it may take any time."""
        if not self._coming:
            return await self._receive()
        late = self._begun + PATIENCE_SECONDS + self._size / BYTES_PER_SECOND
        try:
            async with asyncio.timeout_at(min(late, self._clock() + PATIENCE_SECONDS)):
                part = await self._receive()
        except TimeoutError:
            self._coming = False
            detail = f"{self._size} bytes came; send without a pause, and at least {BYTES_PER_SECOND} bytes a second"
            raise TooSlow(detail) from None
        self._size, self._coming = self._size + len(part.get("body", b"")), part.get("more_body", False)
        return part

    def answering(self, send: Send) -> Send:
        """The same `send`, which ends an answer only when the body has ended.

        A connection that is closed while something comes in is reset, and the answer may be lost (RFC 9112, 9.6).
        """

        async def sending(message: Message) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if last and self._coming:
                await send({**message, "more_body": True})
                await self._pour_away()
                message = {"type": "http.response.body"}
            await send(message)

        return sending

    async def _pour_away(self) -> None:
        most = self._size + POURED_BYTES
        with suppress(TimeoutError, TooSlow):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self._coming and self._size < most:
                    await self.receive()


async def whole(receive: Receive, limit: int, more: Callable[[int], None]) -> bytes | None:
    """A call's body, or None as soon as it is known to be larger than `limit`; `more` is told of each part.

    Raises ClientDisconnect, and what `receive` and `more` raise.
    """
    # One buffer that grows in place: parts that are joined at the end would be there twice.
    raw, coming = bytearray(), True
    while coming:
        part = await receive()
        if part["type"] == "http.disconnect":
            raise ClientDisconnect
        body, coming = part.get("body", b""), part.get("more_body", False)
        if len(raw) + len(body) > limit:
            return None
        more(len(body))
        if not (coming or raw):
            return bytes(body)
        raw += body
    return bytes(raw)


def announced(scope: Scope) -> int:
    """The length that a call says its body has; 0 when it does not say."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    if not length.isdigit():
        return 0
    return int(length) if len(length) < 19 else 10**18
