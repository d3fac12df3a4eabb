"""What happens, as it happens: the journal as server-sent events, resumed from Last-Event-ID."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import StreamingResponse

from hub.directory import InboxId
from hub.errors import BadRequest, NotSignedIn
from hub.web import access
from hub.web.access import TheHub, Who
from hub.web.feed import Feed, Listener, event
from hub.web.guessing import TooManyGuesses

# A proxy that gathers what it hands on would hold events back.
UNBUFFERED = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "Events as they happen, until the reader leaves", "content": {"text/event-stream": {}}}
}

router = APIRouter()

# How long a stream goes on before it asks again whether its reader is still signed in.
TRUST_SECONDS = 1.0
# How long nothing is said before it is said that the line still stands.
QUIET_SECONDS = 15.0


async def _followed(who: Who, hub: TheHub, inbox: Annotated[list[str] | None, Query()] = None) -> list[InboxId]:
    """The inboxes to follow, all of the caller's when none is named; refused before the stream begins."""
    return [hub.inbox(InboxId(i), who).id for i in inbox] if inbox else list(who.inboxes)


async def _resumed(
    hub: TheHub,
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[str | None, Query(description="Where to begin, for who has no Last-Event-ID yet")] = None,
) -> int:
    """The journal's number to go on from; without one the stream begins with what happens next.

    A page begins `after` the number that it was made at: what happens before its stream stands is told too.
    """
    number = after if last_event_id is None else last_event_id
    if number is None:
        return await hub.store.newest()
    if not (number.isascii() and number.isdecimal()) or len(number) > 18:
        name = "after" if last_event_id is None else "Last-Event-ID"
        raise BadRequest(f"{name}: give the id of the last event that came")
    return int(number)


@router.get("/v1/events", response_class=StreamingResponse, responses=RESPONSES)
async def events(
    request: Request,
    inboxes: Annotated[list[InboxId], Depends(_followed)],
    after: Annotated[int, Depends(_resumed)],
) -> StreamingResponse:
    """Events of the caller's inboxes. The id is the journal's number: a client that comes back misses nothing."""
    told = _told(request, inboxes, after)
    return StreamingResponse(told, headers=UNBUFFERED, media_type="text/event-stream")


async def _told(request: Request, inboxes: list[InboxId], after: int) -> AsyncIterator[bytes]:
    """What was written after a number, then what is written from then on, for as long as its reader may know."""
    yield format_sse_event(comment="here", retry=2000)
    feed: Feed = request.app.state.feed
    async with feed.listening(inboxes) as listener:
        all_there = False
        while not all_there:
            missed, after, all_there = await feed.since(after, inboxes)
            if missed:
                yield b"".join(map(event, missed))
        async for lines in _live(request, listener, after):
            yield lines


async def _live(request: Request, listener: Listener, after: int) -> AsyncIterator[bytes]:
    stopping: asyncio.Event = request.app.state.stopping
    clock = asyncio.get_running_loop().time
    trusted = sent = clock()
    # Who does not read what comes is cut off, and misses nothing: it comes back with the number of its last line.
    while not (stopping.is_set() or listener.lost):
        if clock() - trusted >= TRUST_SECONDS:
            if not await _still_here(request):
                return
            trusted = clock()
        lines, after = await listener.take(after, TRUST_SECONDS)
        if not lines and clock() - sent >= QUIET_SECONDS:
            lines = KEEPALIVE_COMMENT
        if lines:
            yield lines
            sent = clock()


async def _still_here(request: Request) -> bool:
    """Whether the reader's session or password still holds: a sign-out ends the streams too."""
    try:
        await access.person(request)
    except (NotSignedIn, TooManyGuesses):
        return False
    return True
