"""The API's view of a patient's course: what else came about them, and what a message says otherwise than before."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from hub import difference, timeline
from hub.item import ItemId, State
from hub.timeline import Line
from hub.web import cursor
from hub.web.access import TheHub, Who

router = APIRouter(prefix="/v1")


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MentionOut(_Shape):
    """A message about the patient; who may not open it gets no `item` and no `subject`. `here` is the one asked of."""

    received_at: datetime
    item: str | None
    inbox: str
    kind: str
    subject: str | None
    sender: str
    state: State
    here: bool


class TimelineOut(_Shape):
    """What came about a patient, the newest first; a patient who is not `known` by a national number has none."""

    known: bool
    messages: list[MentionOut]
    next: str | None


class RunOut(_Shape):
    """A piece of text: what is `same` and `gone` was said before, what is `same` and `new` is said now."""

    mark: Literal["same", "new", "gone"]
    text: str


class ChangedOut(_Shape):
    """Something that is told otherwise; the `topic` of a section, null for a dialogue's own text."""

    topic: str | None
    heading: str
    title: str
    runs: list[RunOut]


class ChangesOut(_Shape):
    """What has changed since the message before; `changes` is null where the two have nothing in common.

    `since` is the item of the message before: an earlier version of the document, else one of the same kind about the
    same patient from the same service. It is null where there is none that the caller may open.
    """

    since: str | None
    sent_at: datetime | None
    changes: list[ChangedOut] | None


@router.get("/items/{id}/timeline")
async def course(
    id: str,
    who: Who,
    hub: TheHub,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at the most")] = 20,
) -> TimelineOut:
    """What else came about the patient of an item, as far as the caller may know of it."""
    before, now = cursor.number(after), hub.clock.now()
    found = await timeline.timeline(hub.store, hub.directory, ItemId(id), who, now, before, limit)
    following = str(found.following) if found.following else None
    return TimelineOut(known=found.known, messages=[_mention(x) for x in found.lines], next=following)


@router.get("/items/{id}/changes")
async def changes(id: str, who: Who, hub: TheHub) -> ChangesOut:
    """What an item's message says otherwise than the one before it."""
    opened = await hub.open(ItemId(id), who)
    earlier = await timeline.before(hub, opened.item, who)
    if earlier is None:
        return ChangesOut(since=None, sent_at=None, changes=None)
    found = await asyncio.to_thread(difference.between, earlier.message, opened.message)
    told = None if found is None else [_changed(x) for x in found]
    return ChangesOut(since=earlier.item.id, sent_at=earlier.message.envelope.generated, changes=told)


def _mention(x: Line) -> MentionOut:
    head = x.item.headline
    return MentionOut(
        received_at=x.at,
        item=x.item.id if x.open else None,
        inbox=x.item.inbox,
        kind=head.kind,
        subject=head.subject if x.open else None,
        sender=head.sender,
        state=x.item.state,
        here=x.here,
    )


def _changed(x: difference.Changed) -> ChangedOut:
    runs = [RunOut(mark=run.mark.value, text=run.text) for run in x.runs]
    return ChangedOut(topic=x.topic, heading=x.heading, title=x.title, runs=runs)
