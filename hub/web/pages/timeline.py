"""The patient's timeline in words: what came, from whom, and what came of it; beside the message, and by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from hub import timeline
from hub.item import ItemId
from hub.timeline import Line
from hub.web import cursor, language, wording
from hub.web.access import TheHub, Who
from hub.web.pages import page
from hub.web.pages.opened import Reader

router = APIRouter()

# So many stand beside the message, the first of them open to the eye; a page of its own has as many at a time.
BESIDE, AT_ONCE = 20, 5


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of the timeline; without a path where the person may not open it, and then without its subject."""

    path: str
    iso: str
    when: str
    kind: str
    subject: str
    sender: str
    state: str
    where: str
    open: bool
    here: bool


@dataclass(frozen=True, slots=True)
class Course:
    """A patient's timeline as it is shown; `more` is where it goes on."""

    known: bool
    lines: Sequence[Shown]
    more: str


@router.get("/items/{id}/timeline")
async def shown(
    request: Request, id: Annotated[str, Path()], who: Who, hub: TheHub, after: Annotated[str | None, Query()] = None
) -> Response:
    """All that came about the patient of an item, the newest first."""
    opened = await hub.open(ItemId(id), who)
    hours = hub.directory.hours(opened.item.inbox)
    reader = Reader(hub, who, language.of(request), hours, hub.clock.now())
    found = await course(reader, opened.item.id, cursor.number(after))
    values = {"course": found, "subject": reader.subject(opened.message), "item": opened.item, "after": after}
    return page.show(request, "timeline.html", values | {"places": await page.places(hub, who)}, who)


async def course(reader: Reader, id: ItemId, before: int | None = None) -> Course:
    """The timeline of an item's patient, as far as this person may know of it. Raises Unknown or NotAllowed."""
    hub, who = reader.hub, reader.who
    found = await timeline.timeline(hub.store, hub.directory, id, who, reader.now, before, BESIDE)
    more = f"/items/{id}/timeline?after={found.following}" if found.following else ""
    return Course(found.known, [_shown(reader, x) for x in found.lines], more)


def _shown(reader: Reader, x: Line) -> Shown:
    head, inbox = x.item.headline, reader.directory.inboxes.get(x.item.inbox)
    kind = wording.told(reader.language, head.kind)
    day = reader.hours.local(x.at).date()
    return Shown(
        path=f"/items/{x.item.id}" if x.open else "",
        iso=x.at.isoformat(),
        when=reader.language.date(day, reader.hours.local(reader.now).date()),
        kind=kind,
        # What others were written about is theirs to read.
        subject=wording.subject(head.subject, kind) if x.open else "",
        sender=head.sender,
        state=reader.language.gettext(wording.STATES[x.item.state]),
        where="" if x.open else (inbox.name if inbox else x.item.inbox),
        open=x.item.open,
        here=x.here,
    )
