"""An inbox as a list: what is due first, what others could not do in time, and what is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from hub.calendar import Hours
from hub.directory import Inbox, InboxId, Person
from hub.item import Item, Purpose
from hub.record import Line
from hub.service import Hub
from hub.web import cursor, language
from hub.web.access import TheHub, Who
from hub.web.language import N_, Due, Language
from hub.web.pages import page, wording

router = APIRouter()

# As many lines as one page shows, and as many notices.
LINES = 100
NOTICES = 200

# What may have been done to the item that the person comes from.
DONE = {
    "answered": N_("The answer is on its way to the sender."),
    "closed": N_("The message is closed."),
}

# The real seconds between two looks without any event: countdowns must count, also on a rehearsal's clock.
SLOWEST, FASTEST = 60, 2


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list, with the way to its item."""

    item: Item
    path: str
    due: Due
    state: str
    kind: str
    subject: str
    owner: str
    mine: bool
    information: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """An item elsewhere that this inbox was told about: where it lies, when it was told, and whether late."""

    row: Row
    inbox: str
    at: str
    late: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of which inbox is shown; `new` is how many messages came while the page stood open."""

    inbox: Inbox
    ended: bool
    after: str | None
    new: int = 0

    def path(self, part: str = "", after: str | None = None) -> str:
        """Where this is, or where it goes on."""
        query = {"ended": "1" if self.ended else None, "after": after}
        written = urlencode({k: v for k, v in query.items() if v})
        return f"{page.inbox_path(self.inbox.id)}{part}{'?' if written else ''}{written}"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, in which language, by which clock: what turns items into rows."""

    hub: Hub
    who: Person
    language: Language
    hours: Hours
    now: datetime

    def row(self, line: Line) -> Row:
        """An item as a line of the list."""
        x = line.item
        kind = wording.told(self.language, x.headline.kind)
        return Row(
            item=x,
            path=f"/items/{x.id}",
            due=self.language.due(line.due, not x.open, self.hours, self.now),
            state=self.language.gettext(wording.STATES[x.state]),
            kind=kind,
            subject=wording.subject(x.headline.subject, kind),
            owner=wording.name(self.hub.directory, x.owner) if x.owner else "",
            mine=x.owner == self.who.id,
            information=x.purpose is Purpose.INFORMATION,
        )

    def notice(self, line: Line, at: datetime, late: bool) -> Notice:
        """An item elsewhere as a line of the notices."""
        inbox = self.hub.directory.inboxes.get(line.item.inbox)
        when = self.language.moment(at, self.hours, self.now)
        return Notice(self.row(line), inbox.name if inbox else line.item.inbox, when, late)


Ended = Annotated[bool, Query()]
After = Annotated[str | None, Query()]
New = Annotated[int, Query(ge=0, le=9999)]


@router.get("/inboxes/{id}")
async def inbox(
    request: Request, id: str, who: Who, hub: TheHub, ended: Ended = False, after: After = None, done: str = ""
) -> Response:
    """The page of an inbox."""
    asked = Asked(hub.inbox(InboxId(id), who), ended, after)
    values = await _values(asked, hub, who, language.of(request))
    return page.show(request, "inbox.html", values | {"done": DONE.get(done, "")}, who)


@router.get("/inboxes/{id}/lines")
async def lines(
    request: Request, id: str, who: Who, hub: TheHub, ended: Ended = False, after: After = None, new: New = 0
) -> Response:
    """Only the lists of an inbox, for a page that stands open."""
    asked = Asked(hub.inbox(InboxId(id), who), ended, after, new)
    return page.show(request, "fragment.html", await _values(asked, hub, who, language.of(request)), who)


async def _values(asked: Asked, hub: Hub, who: Person, reads: Language) -> dict[str, Any]:
    now, inbox = hub.clock.now(), asked.inbox
    reader = Reader(hub, who, reads, hub.directory.practices[inbox.practice].hours, now)
    found = await hub.store.lines(inbox.id, asked.ended, cursor.read(asked.after), LINES)
    places = await page.places(hub, who)
    return {
        "places": places,
        "place": next(p for p in places if p.inbox.id == inbox.id),
        "asked": asked,
        "rows": [reader.row(x) for x in found],
        "notices": [] if asked.ended or asked.after else await _notices(reader, inbox),
        "following": _following(asked, found),
        "updated": reads.clock(now, reader.hours),
        "pause": _pause(hub, now),
    }


async def _notices(reader: Reader, inbox: Inbox) -> Sequence[Notice]:
    """Each item elsewhere once, the newest notice first; the inbox's own items stand in its list."""
    newest: dict[str, Notice] = {}
    for line, _, at, late in await reader.hub.store.notices(inbox.id, NOTICES):
        if line.item.inbox != inbox.id and line.item.id not in newest:
            newest[line.item.id] = reader.notice(line, at, late)
    return list(newest.values())


def _following(asked: Asked, found: Sequence[Line]) -> str:
    """Where the list goes on, or nothing when this was its end."""
    after = cursor.following(found, LINES)
    return asked.path(after=after) if after else ""


def _pause(hub: Hub, now: datetime) -> float:
    """How many real seconds a minute of the hub's clock takes, within reason."""
    return min(max(hub.clock.seconds_until(now + timedelta(minutes=1)), FASTEST), SLOWEST)
