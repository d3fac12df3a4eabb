"""What happens, as it happens: the journal as server-sent events, resumed from Last-Event-ID."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import StreamingResponse

from hub import board
from hub.directory import Directory, InboxId, Person
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
# How long nothing is said before it is said that the line still stands: as a comment, which no script of a page hears
# of, or as an event for who asks for it.
QUIET_SECONDS = 15.0
# What is said to whoever comes with a number that the journal has not come to: a backup was put back since, and what
# they know is of another journal.
ANEW = format_sse_event(event="anew", data_str="{}")
PULSE = format_sse_event(event="pulse", data_str="{}")


async def _followed(
    who: Who,
    hub: TheHub,
    inbox: Annotated[list[str] | None, Query()] = None,
    planned: Annotated[bool, Query(description="Also all inboxes of the practices that the caller plans for")] = False,
) -> list[InboxId]:
    """The inboxes to follow, all of the caller's when none is named; refused before the stream begins."""
    if inbox:
        return [hub.inbox(InboxId(i), who).id for i in inbox]
    return [*{*who.inboxes, *_planned(who, hub.directory)}] if planned else list(who.inboxes)


def _planned(who: Person, directory: Directory) -> frozenset[InboxId]:
    """The inboxes of whose items somebody sees how they stand, and nothing of what they say."""
    return frozenset(x.id for x in board.inboxes(directory.planned(who), directory))


async def _resumed(
    hub: TheHub,
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[str | None, Query(description="Where to begin, for who has no Last-Event-ID yet")] = None,
) -> tuple[int, bytes]:
    """The journal's number to go on from, and what is said of it; without one it is that of what happened last.

    A page begins `after` the number that it was made at: what happens before its stream stands is told too.
    """
    number, newest = after if last_event_id is None else last_event_id, await hub.store.newest()
    if number is None:
        return newest, b""
    if not (number.isascii() and number.isdecimal()) or len(number) > 18:
        name = "after" if last_event_id is None else "Last-Event-ID"
        raise BadRequest(f"{name}: give the id of the last event that came")
    return min(int(number), newest), ANEW if int(number) > newest else b""


@router.get("/v1/events", response_class=StreamingResponse, responses=RESPONSES)
async def events(
    request: Request,
    inboxes: Annotated[list[InboxId], Depends(_followed)],
    resumed: Annotated[tuple[int, bytes], Depends(_resumed)],
    pulse: Annotated[bool, Query(description="Say that the line stands by an event `pulse`, not by a comment")] = False,
) -> StreamingResponse:
    """Events of the caller's inboxes. The id is the journal's number: a client that comes back misses nothing."""
    after, anew = resumed
    # Where it begins is said at once: whoever hears of no event yet comes back to there as well.
    begun = format_sse_event(comment="here", retry=2000, id=str(after)) + anew
    told = _told(request, inboxes, after, begun, PULSE if pulse else b"")
    return StreamingResponse(told, headers=UNBUFFERED, media_type="text/event-stream")


async def _told(
    request: Request, inboxes: list[InboxId], after: int, begun: bytes, pulse: bytes
) -> AsyncIterator[bytes]:
    """What was written after a number, then what is written from then on, for as long as its reader may know."""
    yield begun + pulse
    feed: Feed = request.app.state.feed
    async with feed.listening(inboxes) as listener:
        all_there = False
        while not all_there:
            missed, after, all_there = await feed.since(after, inboxes)
            if missed:
                yield b"".join(map(event, missed))
        if reading := await feed.readings.told(inboxes):
            yield reading
        async for lines in _live(request, listener, after, pulse or KEEPALIVE_COMMENT):
            yield lines


async def _live(request: Request, listener: Listener, after: int, quiet: bytes) -> AsyncIterator[bytes]:
    stopping: asyncio.Event = request.app.state.stopping
    clock = asyncio.get_running_loop().time
    trusted = sent = clock()
    # Who does not read what comes is cut off, and misses nothing: it comes back with the number of its last line.
    while not (stopping.is_set() or listener.lost):
        if clock() - trusted >= TRUST_SECONDS:
            if not await _still_here(request, listener):
                return
            trusted = clock()
        lines, after = await listener.take(after, TRUST_SECONDS)
        if not lines and clock() - sent >= QUIET_SECONDS:
            lines = quiet
        if lines:
            yield lines
            sent = clock()


async def _still_here(request: Request, listener: Listener) -> bool:
    """Whether the reader may still know: a sign-out or a lock ends the streams too, and so does the end of a cover."""
    try:
        who = await access.person(request)
    except (NotSignedIn, TooManyGuesses):
        return False
    return listener.inboxes <= {*who.inboxes, *_planned(who, request.app.state.hub.directory)}
