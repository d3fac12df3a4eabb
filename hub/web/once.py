"""One call that changes something for a person: what it has seen, and the key under which it is done only once."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Annotated, ClassVar

from fastapi import Depends, Header, Request, Response

from hub import acting
from hub.change import Once as Key
from hub.directory import Person
from hub.errors import BadRequest, HubError
from hub.item import ItemId
from hub.service import Hub
from hub.web import condition
from hub.web.access import TheHub, Who
from hub.web.condition import Matched

REPLAYED = "Idempotent-Replayed"

# Letters that can be seen, as many as the store keeps.
_KEY = re.compile(r"[!-~]{1,200}")


class Reused(HubError):
    """The same key came with another request before."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "key-reused"
    title: ClassVar[str] = "This key was used for another request"


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, what they have seen (`matched`), and under which key; `done` does it."""

    who: Person
    hub: Hub
    matched: int | None
    once: Key | None
    _response: Response

    def about(self, id: ItemId) -> "Call":
        """The same call, about an item."""
        return replace(self, once=replace(self.once, item=id) if self.once else None)

    def containing(self, *parts: bytes) -> "Call":
        """The same call, with a body that is told by its parts: a form has other bytes each time it is sent."""
        digest = sha256()
        for part in (self.once.digest if self.once else b"", *parts):
            digest.update(len(part).to_bytes(8) + part)
        return replace(self, once=replace(self.once, digest=digest.digest()) if self.once else None)

    async def at_version(self, version: int | None, work: Callable[[int], Awaitable[object]]) -> None:
        """Do what needs a version, told in the body or by If-Match, once. Raises what `condition.seen` and it raise."""

        async def working() -> None:
            with condition.seen(self.matched, version) as seen:
                await work(seen)

        await self.done(working)

    async def done(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do it, unless it was done under this key before. The work must write the key (`once`) with what it does.

        Raises Reused, and whatever the work raises.
        """
        if await self._replayed():
            return
        try:
            await work()
        except HubError:
            # Of two at once one has done it meanwhile, and the other found the item changed.
            if not await self._replayed():
                raise

    def tagged(self, version: int) -> None:
        """The answer tells the version that the item has now."""
        self._response.headers["ETag"] = condition.etag(version)

    async def _replayed(self) -> bool:
        if self.once is None:
            return False
        digest = await acting.asked_before(self.hub.store, self.who, self.once.key, self.hub.clock.now())
        if digest is None:
            return False
        if digest != self.once.digest:
            raise Reused("Idempotency-Key: this key came with another request; take a new key for each thing to do")
        self._response.headers[REPLAYED] = "true"
        return True


async def keyed(
    request: Request,
    response: Response,
    who: Who,
    hub: TheHub,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="A key that the caller makes up for each thing to do, as a UUID. The same request with the "
            "same key is done once, and answered again for 24 hours, with `Idempotent-Replayed: true`.",
            examples=["0f9c2c1e-7c0a-4a55-9f0b-3b1c6a0d9999"],
            json_schema_extra={"pattern": f"^{_KEY.pattern}$"},
        ),
    ] = None,
) -> Call:
    """The call that comes in, about no version of anything. Raises NotSignedIn, TooManyGuesses or BadRequest."""
    if idempotency_key is None:
        return Call(who, hub, None, None, response)
    if not _KEY.fullmatch(idempotency_key):
        raise BadRequest("Idempotency-Key: send 1 to 200 visible ASCII characters, as a UUID")
    return Call(who, hub, None, Key(who.id, idempotency_key, await _digest(request), ItemId("")), response)


Once = Annotated[Call, Depends(keyed)]


async def calling(call: Once, matched: Matched) -> Call:
    """The same, with the version that the caller has seen. Raises BadRequest."""
    return replace(call, matched=matched)


async def _digest(request: Request) -> bytes:
    """What is asked for: the method, the path, and the body, which a form's endpoint reads and adds by itself."""
    form = request.headers.get("content-type", "").startswith("multipart/")
    body = b"" if form else await request.body()
    return sha256(f"{request.method} {request.url.path}\n".encode() + body).digest()


Calling = Annotated[Call, Depends(calling)]
