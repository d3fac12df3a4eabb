"""What happens, as it happens: the journal as server-sent events, resumed from Last-Event-ID."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from hub.directory import InboxId
from hub.errors import BadRequest, NotSignedIn
from hub.record import Told
from hub.web import access
from hub.web.access import TheHub, Who
from hub.web.guessing import TooManyGuesses

router = APIRouter()

# How long a stream waits before it looks for what other processes wrote.
LOOK_SECONDS = 1.0
# How long a stream goes on before it asks again whether its reader is still signed in.
TRUST_SECONDS = 1.0


async def _followed(who: Who, hub: TheHub, inbox: Annotated[list[str] | None, Query()] = None) -> list[InboxId]:
    """The inboxes to follow, all of the caller's when none is named; refused before the stream begins."""
    return [hub.inbox(InboxId(i), who).id for i in inbox] if inbox else list(who.inboxes)


async def _resumed(hub: TheHub, last_event_id: Annotated[str | None, Header()] = None) -> int:
    """The journal's number to go on from; without one the stream begins with what happens next."""
    if last_event_id is None:
        return await hub.store.newest()
    if not (last_event_id.isascii() and last_event_id.isdecimal()) or len(last_event_id) > 18:
        raise BadRequest("Last-Event-ID: give the id of the last event that came")
    return int(last_event_id)


@router.get("/v1/events", response_class=EventSourceResponse)
async def events(
    request: Request,
    hub: TheHub,
    inboxes: Annotated[list[InboxId], Depends(_followed)],
    after: Annotated[int, Depends(_resumed)],
) -> AsyncIterator[ServerSentEvent]:
    """Events of the caller's inboxes. The id is the journal's number: a client that comes back misses nothing."""
    yield ServerSentEvent(comment="here", retry=2000)
    stopping: asyncio.Event = request.app.state.stopping
    clock = asyncio.get_running_loop().time
    trusted = clock()
    while not stopping.is_set():
        if clock() - trusted >= TRUST_SECONDS:
            if not await _still_here(request):
                return
            trusted = clock()
        for told in await hub.store.journal(after, inboxes):
            after = told.id
            yield _event(told)
        await hub.changed(LOOK_SECONDS)


async def _still_here(request: Request) -> bool:
    """Whether the reader's session or password still holds: a sign-out ends the streams too."""
    try:
        await access.person(request)
    except (NotSignedIn, TooManyGuesses):
        return False
    return True


def _event(told: Told) -> ServerSentEvent:
    """An event carries ids and words only; who may read the item opens it."""
    data = {"at": told.at.isoformat(), "inbox": told.inbox, "item": told.item, "who": told.who}
    return ServerSentEvent(event=told.event, id=str(told.id), data=data | dict(told.detail))
