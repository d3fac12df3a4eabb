"""An inbox as a list: what went wrong, what others could not do in time, what is due first, and what is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from hub import presence, pressure
from hub.calendar import Hours
from hub.directory import Inbox, InboxId, Person
from hub.errors import Unknown
from hub.item import Item, Purpose
from hub.record import Line, Raised
from hub.service import Hub
from hub.web import cursor, language, wording
from hub.web.access import TheHub, Who
from hub.web.cover import PLANNING
from hub.web.language import N_, Due, Language
from hub.web.pages import page
from hub.workload import Pressing

router = APIRouter()

# As many lines as one page shows, and as many notices and alerts.
LINES = 100
NOTICES = 200
ALERTS = 200

# What may have been done to the item that the person comes from.
DONE = {
    "answered": N_("The answer is on its way to the sender."),
    "closed": N_("The message is closed."),
    "returned": N_("The message is on its way back to the sender."),
    "handed_on": N_("The message is handed on."),
    "seen": N_("Marked as seen."),
}

# A day on which somebody is there until that time.
SINCE = N_("%(day)s from %(time)s")

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
    reading: bool
    home: str


@dataclass(frozen=True, slots=True)
class Notice:
    """An item elsewhere that this inbox was told about: where it lies, when it was told, and whether late."""

    row: Row
    inbox: str
    at: str
    late: bool


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that went wrong with an item here, in words; `words` are the partner's own."""

    id: int
    kind: str
    row: Row
    what: str
    advice: str
    words: str
    at: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Days on which nobody covers, in words, with the way that led to nobody."""

    what: str
    days: str
    path: str


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
            reading=x.purpose is Purpose.READING,
            home=self.place(x.home) if x.home else "",
        )

    def place(self, id: InboxId) -> str:
        """The name of an inbox, or the id of one that is gone."""
        inbox = self.hub.directory.inboxes.get(id)
        return inbox.name if inbox else id

    def gap(self, words: str, path: tuple[str, ...], gaps: Sequence[presence.Gap]) -> Gap:
        """Gaps in cover that differ only by their day as a line of the page."""
        way = "; ".join(wording.told(self.language, x) for x in path)
        return Gap(wording.told(self.language, words), ", ".join(map(self.day, gaps)), way)

    def day(self, gap: presence.Gap) -> str:
        """The day of a gap, with the time until which somebody is there."""
        day = self.language.weekday(gap.day)
        return self.language.gettext(SINCE, day=day, time=f"{gap.since:%H:%M}") if gap.since else day

    def alert(self, raised: Raised) -> Alert:
        """Something that went wrong as a line of the alerts."""
        kind = raised.alert.kind
        return Alert(
            id=raised.id,
            kind=kind.value,
            row=self.row(Line(raised.item, None, False)),
            what=self.language.gettext(wording.ALERTS[kind]),
            advice=self.language.gettext(wording.ADVICE[kind]),
            words=raised.alert.words,
            at=self.language.moment(raised.alert.at, self.hours, self.now),
        )

    def pressing(self, x: Pressing) -> str:
        """An inbox in which more is due soon than can be done, in words."""
        language, inbox = self.language, self.hub.directory.inboxes[x.inbox].name
        due = language.ngettext(
            "%(num)d message is due within the hour", "%(num)d messages are due within the hour", x.due
        )
        people = language.ngettext("%(num)d person is there", "%(num)d persons are there", x.people)
        time = language.span(x.needed)
        return language.gettext(
            "%(inbox)s: %(due)s, %(people)s; that takes about %(time)s", inbox=inbox, due=due, people=people, time=time
        )

    def notice(self, line: Line, at: datetime, late: bool) -> Notice:
        """An item elsewhere as a line of the notices."""
        when = self.language.moment(at, self.hours, self.now)
        return Notice(self.row(line), self.place(line.item.inbox), when, late)


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


@router.post("/alerts/{id}/seen")
async def seen(
    id: Annotated[int, Path(ge=1, le=2**62)], who: Who, hub: TheHub, inbox: Annotated[str, Form()] = ""
) -> Response:
    """The person has seen an alert; back to the inbox, also when somebody else was first."""
    home = page.inbox_path(InboxId(inbox)) if inbox in who.inboxes else "/"
    try:
        await hub.heed(id, who, hub.clock.now())
    except Unknown:
        return RedirectResponse(home, 303)
    return RedirectResponse(f"{home}?done=seen" if home != "/" else home, 303)


async def _values(asked: Asked, hub: Hub, who: Person, reads: Language) -> dict[str, Any]:
    # First of all: what happens while the page is made is told by its stream.
    newest = await hub.store.newest()
    now, inbox = hub.clock.now(), asked.inbox
    reader = Reader(hub, who, reads, hub.directory.practices[inbox.practice].hours, now)
    found = await hub.store.lines(inbox.id, asked.ended, cursor.read(asked.after), LINES)
    places = await page.places(hub, who)
    return {
        "places": places,
        "place": next(p for p in places if p.inbox.id == inbox.id),
        "asked": asked,
        "rows": [reader.row(x) for x in found],
        "alerts": [] if asked.ended or asked.after else await _alerts(reader, inbox),
        "notices": [] if asked.ended or asked.after else await _notices(reader, inbox),
        "pressing": [] if asked.ended or asked.after else await _pressing(reader, inbox),
        "gaps": [] if asked.ended or asked.after else _gaps(reader, inbox),
        "following": _following(asked, found),
        "updated": reads.clock(now, reader.hours),
        "pause": _pause(hub, now),
        "newest": newest,
    }


async def _alerts(reader: Reader, inbox: Inbox) -> Sequence[Alert]:
    return [reader.alert(x) for x in await reader.hub.store.alerts(inbox.id, ALERTS)]


async def _notices(reader: Reader, inbox: Inbox) -> Sequence[Notice]:
    """Each item elsewhere once, the newest notice first; the inbox's own items stand in its list."""
    newest: dict[str, Notice] = {}
    for line, _, at, late in await reader.hub.store.notices(inbox.id, NOTICES):
        if line.item.inbox != inbox.id and line.item.id not in newest:
            newest[line.item.id] = reader.notice(line, at, late)
    return list(newest.values())


async def _pressing(reader: Reader, inbox: Inbox) -> Sequence[str]:
    """Where more is due soon than those who are here can do: for those who plan all of it, for others their own."""
    directory = reader.hub.directory
    found = await pressure.found(reader.hub.store, directory, reader.now, {inbox.practice})
    return [reader.pressing(x) for x in found if inbox.kind in PLANNING or x.inbox == inbox.id]


def _gaps(reader: Reader, inbox: Inbox) -> Sequence[Gap]:
    """For those who plan who is here: where nobody covers in the coming days."""
    if inbox.kind not in PLANNING:
        return []
    alike: dict[tuple[str, tuple[str, ...]], list[presence.Gap]] = {}
    for gap in presence.coming(reader.hub.directory, reader.now, practices={inbox.practice}):
        alike.setdefault((gap.words, gap.path), []).append(gap)
    return [reader.gap(*what, gaps) for what, gaps in alike.items()]


def _following(asked: Asked, found: Sequence[Line]) -> str:
    """Where the list goes on, or nothing when this was its end."""
    after = cursor.following(found, LINES)
    return asked.path(after=after) if after else ""


def _pause(hub: Hub, now: datetime) -> float:
    """How many real seconds a minute of the hub's clock takes, within reason."""
    return min(max(hub.clock.seconds_until(now + timedelta(minutes=1)), FASTEST), SLOWEST)
