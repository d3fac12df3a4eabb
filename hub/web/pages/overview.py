"""All teams at one look, for whoever plans: what needs a hand, who has how much, who covers; and moved from there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from hub import board, rebalancing
from hub.board import Cell, Kind, Load, Team
from hub.directory import InboxId, PersonId
from hub.errors import IllegalMove, Stale
from hub.item import Item
from hub.rebalancing import MOST, Seen
from hub.several import Done
from hub.tally import Urgent
from hub.web import language, wording
from hub.web.access import TheHub, Who
from hub.web.language import N_, WEEKDAYS, Due, Language
from hub.web.pages import bulk, page
from hub.web.pages.page import Beside
from hub.web.pages.rows import Reader, Row

router = APIRouter()

# So many of a team are named; more are counted.
NAMED = 4

NONE = N_("Nothing was chosen. Tick the messages first.")
NOWHERE = N_("Choose where the messages are moved to.")
CELLS = {
    Kind.CLOSED: N_("shut"),
    Kind.HERE: N_("at work"),
    Kind.PART: N_("at work in part"),
    Kind.OFF: N_("off"),
    Kind.COVERED: N_("somebody stands in"),
    Kind.GAP: N_("nobody"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An item that needs a hand; its patient is shown to those who may open it."""

    row: Row
    opens: bool
    unplaced: bool


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in words; `path` leads to its inbox where the person may see it."""

    team: Team
    name: str
    path: str
    due: Due
    names: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in words, with how much they have and whether they are here."""

    load: Load
    name: str
    role: str
    words: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day as the head of a column: short for the eye, whole for who listens."""

    short: str
    number: str
    words: str


@dataclass(frozen=True, slots=True)
class Box:
    """A day of a team or a person: a few letters for the eye, all of it in words."""

    kind: Kind
    short: str
    words: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The days ahead of a team or a person."""

    name: str
    boxes: Sequence[Box]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an item that was to be moved."""

    name: str
    path: str
    moved: bool
    words: str


@router.get("/overview")
async def overview(request: Request, who: Who, hub: TheHub, done: str = "", num: str = "", to: str = "") -> Response:
    """The page of those who plan."""
    reader = _reader(request, hub, who)
    values = await _values(reader)
    return page.show(request, "overview.html", values | _around(reader, _done(reader, done, num, to)), who)


@router.get("/overview/lines")
async def lines(request: Request, who: Who, hub: TheHub) -> Response:
    """Only what changes, for a page that stands open."""
    return page.show(request, "board_fragment.html", await _values(_reader(request, hub, who)), who)


@router.post("/overview/move")
async def move(
    request: Request,
    who: Who,
    hub: TheHub,
    item: Annotated[list[str] | None, Form(max_length=MOST)] = None,
    to: Annotated[str, Form(max_length=80)] = "",
    seen: Annotated[str, Form(max_length=18)] = "",
) -> Response:
    """Move the chosen items; back to the page, or what became of each where somebody was first."""
    reader = _reader(request, hub, who)
    wishes = [bulk.wish(x) for x in dict.fromkeys(item or ())]
    kind, _, target = to.partition(":")
    if not wishes or not target:
        said = {"done": "" if wishes else reader.language.gettext(NONE), "problem": NOWHERE if wishes else ""}
        return page.show(request, "overview.html", await _values(reader) | _around(reader) | said, who, 400)
    given = kind == "person"
    place = PersonId(target) if given else InboxId(target)
    found = await rebalancing.move(hub, wishes, place, given, who, reader.now)
    found = [await _again(reader, x, place, given, seen) for x in found]
    moved = sum(x.error is None for x in found)
    if moved == len(found):
        return RedirectResponse(page.told("/overview", "moved", num=moved, to=to), 303)
    told = [await _told(reader, x) for x in found]
    words = _done(reader, "moved", str(moved), to) if moved else ""
    values = await _values(reader) | _around(reader, words) | {"told": told}
    return page.show(request, "overview.html", values, who, 409)


def _reader(request: Request, hub: TheHub, who: Who) -> Reader:
    practice = min(rebalancing.practices(hub, who))
    return Reader(hub, who, language.of(request), hub.directory.practices[practice].hours, hub.clock.now())


async def _values(reader: Reader) -> dict[str, Any]:
    """What changes while the page stands open."""
    hub, reads = reader.hub, reader.language
    # First of all: what happens while the page is made is told by its stream.
    newest = await hub.store.newest()
    places: Beside = await page.places(hub, reader.who)
    found = await rebalancing.seen(hub, reader.who, reader.now)
    return {
        "places": places,
        "place": None,
        "urgent": [_line(reader, x, found) for x in found.urgent],
        "more": len(found.urgent) == MOST,
        "teams": [_team(reader, x) for x in found.board.teams if hub.directory.inboxes[x.inbox].owner is None],
        "people": [_person(reader, x) for x in found.board.people],
        "days": [_day(reads, x.day) for x in found.board.cover[0].cells] if found.board.cover else [],
        "crews": [_strip(reader, x.inbox, x.person, x.cells) for x in found.board.cover if x.inbox],
        "strips": [_strip(reader, x.inbox, x.person, x.cells) for x in found.board.cover if x.person],
        "updated": reads.clock(reader.now, reader.hours),
        "printed": reads.stamp(reader.now, reader.hours),
        "pause": reader.pause(),
        "newest": newest,
    }


def _around(reader: Reader, done: str = "") -> dict[str, Any]:
    """What stands around it and is not made anew."""
    directory = reader.hub.directory
    planned = directory.planned(reader.who)
    return {
        "done": done,
        "problem": "",
        "told": [],
        "inboxes": [(x.id, x.name) for x in board.inboxes(planned, directory) if x.owner is None],
        "colleagues": [(x.id, x.name) for x in board.people(planned, directory)],
    }


def _done(reader: Reader, done: str, num: str, to: str) -> str:
    """What was just done, in words."""
    if done != "moved" or not (num.isascii() and num.isdecimal() and len(num) < 4):
        return ""
    kind, _, id = to.partition(":")
    directory = reader.hub.directory
    # An address may say anything; only what somebody here is called is said again.
    if id not in (directory.people if kind == "person" else directory.inboxes):
        return ""
    name = wording.name(directory, id) if kind == "person" else reader.place(InboxId(id))
    return reader.language.ngettext(
        "%(num)d message is moved to %(name)s.", "%(num)d messages are moved to %(name)s.", int(num), name=name
    )


async def _again(reader: Reader, x: Done, to: InboxId | PersonId, given: bool, seen: str) -> Done:
    """A reminder that went out while somebody looked is nobody's competing act: then it is moved all the same."""
    if not isinstance(x.error, Stale) or not (seen.isascii() and seen.isdecimal()):
        return x
    since = [line for line in await reader.hub.store.history(x.wish.id) if line.id > int(seen)]
    if not since or any(line.event not in wording.BY_CLOCK for line in since):
        return x
    wish = replace(x.wish, version=x.error.version)
    return (await rebalancing.move(reader.hub, [wish], to, given, reader.who, reader.now))[0]


async def _told(reader: Reader, x: Done) -> Told:
    """What became of an item, in words: moved, or who was first."""
    reads, directory = reader.language, reader.hub.directory
    mine = x.item is not None and not {x.item.inbox, x.item.home}.isdisjoint(reader.who.inboxes)
    name = _named(reads, x.item, mine) if x.item else ""
    path = f"/items/{x.item.id}" if x.item and mine else ""
    if x.item is None:
        return Told(reads.gettext(N_("A message")), "", False, reads.gettext(N_("There is no such message to move.")))
    if x.error is None:
        return Told(name, path, True, reads.gettext(N_("Moved to %(name)s."), name=reader.place(x.item.inbox)))
    if not isinstance(x.error, Stale | IllegalMove):
        return Told(name, path, False, wording.told(reads, str(x.error)))
    if x.last is None:
        return Told(name, path, False, wording.standing(reads, x.item, directory))
    first = wording.happened(reads, x.last, directory, lambda at: reads.moment(at, reader.hours, reader.now))
    at = reads.moment(x.last.at, reader.hours, reader.now)
    return Told(name, path, False, reads.gettext(N_("Not moved. %(what)s (%(time)s)."), what=first, time=at))


def _named(reads: Language, item: Item, mine: bool) -> str:
    """What an item is called: by its patient for those who may open it, else by its kind and its sender."""
    if mine and item.headline.patient:
        return item.headline.patient
    return f"{wording.told(reads, item.headline.kind)}, {item.headline.sender}"


def _line(reader: Reader, x: Urgent, found: Seen) -> Line:
    piles = {team.inbox for team in found.board.teams if team.pile}
    return Line(reader.row(x.line), x.seen, x.line.item.inbox in piles)


def _team(reader: Reader, x: Team) -> TeamRow:
    path = page.inbox_path(x.inbox) if x.inbox in reader.who.inboxes else ""
    hours = reader.hub.directory.hours(x.inbox)
    names = [wording.name(reader.hub.directory, p) for p in x.here]
    rest = len(names) - NAMED
    shown = ", ".join(names[:NAMED])
    if rest > 0:
        shown = reader.language.ngettext("%(names)s and %(num)d more", "%(names)s and %(num)d more", rest, names=shown)
    return TeamRow(x, reader.place(x.inbox), path, reader.language.due(x.due, False, hours, reader.now), shown)


def _person(reader: Reader, x: Load) -> PersonRow:
    known, reads = reader.hub.directory.people[x.person], reader.language
    if x.here and x.until:
        words = reads.gettext("here until %(time)s", time=f"{x.until:%H:%M}")
    elif x.since:
        words = reads.gettext("comes at %(time)s", time=f"{x.since:%H:%M}")
    else:
        words = reads.gettext("not here")
    return PersonRow(x, known.name, known.role, words)


def _day(reads: Language, day: date) -> Day:
    return Day(reads.gettext(WEEKDAYS[day.weekday()])[:3], str(day.day), reads.weekday(day))


def _strip(reader: Reader, inbox: InboxId | None, person: PersonId | None, cells: Iterable[Cell]) -> Strip:
    name = reader.place(inbox) if inbox else wording.name(reader.hub.directory, person or "")
    return Strip(name, [_box(reader, x) for x in cells])


def _box(reader: Reader, x: Cell) -> Box:
    """A day: what is short in the box stands there in words too, for who cannot see it."""
    reads = reader.language
    words = reads.gettext(CELLS[x.kind])
    match x.kind:
        case Kind.HERE if x.people:
            words = reads.ngettext("%(num)d person at work", "%(num)d persons at work", x.people)
            return Box(x.kind, str(x.people), words)
        case Kind.PART:
            hours = _hours(x.hours)
            return Box(x.kind, hours, f"{words} {hours}")
        case Kind.COVERED if x.by:
            name = wording.name(reader.hub.directory, x.by)
            return Box(x.kind, name.split()[0], reads.gettext("%(name)s stands in", name=name))
        case Kind.GAP if x.since:
            since = reads.gettext("nobody from %(time)s", time=f"{x.since:%H:%M}")
            return Box(x.kind, f"{x.since:%H:%M}", since)
        case Kind.CLOSED | Kind.HERE:
            return Box(x.kind, "", words)
    return Box(x.kind, words, words)


def _hours(stretches: Iterable[tuple[time, time]]) -> str:
    return ", ".join(f"{_brief(begins)}–{_brief(ends)}" for begins, ends in stretches)


def _brief(at: time) -> str:
    """A time of day that fits into a small box."""
    return f"{at:%H:%M}" if at.minute else f"{at:%H}"
