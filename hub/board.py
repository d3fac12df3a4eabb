"""All teams of a practice at one look: what lies where, who is here, how much each has, and who covers in two weeks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hub import calendar
from hub.calendar import Hours
from hub.directory import PLANNING, Directory, Inbox, InboxId, InboxKind, Person, PersonId
from hub.errors import BadRequest
from hub.item import Item
from hub.message import HerId
from hub.tally import Held, Span, Tally

# So many working minutes before it is due something is at risk.
RISK_MINUTES = 60
# So many days the cover is shown ahead, with today.
DAYS = 14

# The days on which nobody acts on what comes to an inbox; with the time since when, if it is not all of the day.
Gaps = Mapping[tuple[InboxId, date], time | None]

_UNSEEN = frozenset({InboxKind.TEST, InboxKind.OPERATIONS})
_WITHOUT_PEOPLE = frozenset({*_UNSEEN, InboxKind.UNPLACED})


class Kind(StrEnum):
    """How a day is covered."""

    CLOSED = "closed"  # the practice, or the team that has hours of its own, does not open
    HERE = "here"  # at work
    PART = "part"  # at work for some hours
    OFF = "off"  # not at work, and nobody need stand in
    COVERED = "covered"  # somebody stands in
    GAP = "gap"  # nobody acts on what comes, or nobody from some time on


@dataclass(frozen=True, slots=True)
class Team:
    """An inbox: what is open there, how it stands, and who of those who work there is here now or later today.

    `new` is what nobody has taken. What waits for a sender is open, and neither late nor at risk. `pressing` is whether
    more is due within the hour than those who are here can do, and `pile` whether it is where the unplaced lies.
    """

    inbox: InboxId
    open: int
    new: int
    late: int
    risk: int
    waiting: int
    due: datetime | None
    here: tuple[PersonId, ...]
    today: tuple[PersonId, ...]
    pressing: bool
    pile: bool


@dataclass(frozen=True, slots=True)
class Load:
    """A person: what they have taken and what is new in their own inbox, and how much of both is late or due today.

    `here` is whether they are at work now, and `until` when they go home; `since` is when they come, later today.
    """

    person: PersonId
    items: int
    late: int
    today: int
    here: bool
    since: time | None
    until: time | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a team or a person: how many are at work, in which hours, or who stands in; since when nobody is."""

    day: date
    kind: Kind
    people: int = 0
    hours: tuple[tuple[time, time], ...] = ()
    by: PersonId | None = None
    since: time | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """The days ahead of a team, or of a person when it is named."""

    inbox: InboxId | None
    person: PersonId | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """What whoever plans looks at."""

    teams: tuple[Team, ...]
    people: tuple[Load, ...]
    cover: tuple[Cover, ...]


def inboxes(practices: Collection[HerId], directory: Directory) -> tuple[Inbox, ...]:
    """The inboxes of some practices in which people work, in the order of the file."""
    found = (x for x in directory.inboxes.values() if x.practice in practices)
    return tuple(x for x in found if x.kind not in _UNSEEN)


def people(practices: Collection[HerId], directory: Directory) -> tuple[Person, ...]:
    """Who works in one of them, in the order of the file."""
    seen = {x.id for x in inboxes(practices, directory)}
    return tuple(p for p in directory.people.values() if p.practice in practices and seen & {*p.inboxes})


def spans(practices: Collection[HerId], directory: Directory, now: datetime) -> tuple[Span, ...]:
    """Until when what is due counts as at risk and as due today, by the hours of each inbox."""
    alike: dict[tuple[datetime, datetime], list[InboxId]] = {}
    for inbox in inboxes(practices, directory):
        hours = directory.hours(inbox.id)
        alike.setdefault((calendar.add_minutes(hours, now, RISK_MINUTES), tonight(hours, now)), []).append(inbox.id)
    return tuple(Span(tuple(ids), *until) for until, ids in alike.items())


def tonight(hours: Hours, now: datetime) -> datetime:
    """The end of the day by wall time."""
    return calendar.at(hours, hours.local(now).date() + timedelta(days=1), time.min)


def board(
    practices: Collection[HerId],
    tallies: Iterable[Tally],
    held: Iterable[Held],
    pressing: Collection[InboxId],
    gaps: Gaps,
    directory: Directory,
    now: datetime,
) -> Board:
    """The board of some practices: `held` is what people have taken, `gaps` are the days without cover."""
    lying = {x.inbox: x for x in tallies}
    taken, known = {x.person: x for x in held}, people(practices, directory)
    shown = inboxes(practices, directory)
    return Board(
        teams=tuple(_team(x, lying.get(x.id, Tally(x.id)), x.id in pressing, directory, now) for x in shown),
        people=tuple(_load(p, taken.get(p.id), lying, directory, now) for p in known),
        cover=tuple(_covers(shown, known, gaps, directory, now)),
    )


def destination(item: Item, person: PersonId, directory: Directory) -> tuple[InboxId, PersonId | None]:
    """Where an item goes that is to be somebody's: their own inbox; else one they work in, and it is given to them.

    Raises BadRequest when they have none.
    """
    if own := directory.personal(person):
        return own.id, None
    known = directory.people.get(person)
    works = [directory.inboxes[id] for id in known.inboxes if id in directory.inboxes] if known else []
    if item.inbox in {x.id for x in works}:
        return item.inbox, person
    plain = [x for x in works if x.kind not in _WITHOUT_PEOPLE]
    # What somebody plans is another's work: that is for them only when nothing else is.
    found = next((x for x in plain if x.kind not in PLANNING), next(iter(plain), None))
    if found is None:
        raise BadRequest("person: nobody of that id works in an inbox here")
    return found.id, person


def _team(inbox: Inbox, lying: Tally, pressing: bool, directory: Directory, now: datetime) -> Team:
    there = {p: _today(p, (directory.hours(inbox.id),), directory, now) for p in directory.members(inbox.id)}
    return Team(
        inbox.id,
        open=lying.new + lying.claimed + lying.waiting,
        new=lying.new,
        late=lying.late,
        risk=lying.soon,
        waiting=lying.waiting,
        due=lying.due,
        here=tuple(p for p, (since, until) in there.items() if until and not since),
        today=tuple(p for p, (since, _) in there.items() if since),
        pressing=pressing,
        pile=directory.pile(inbox.practice).id == inbox.id,
    )


def _load(
    person: Person, held: Held | None, lying: Mapping[InboxId, Tally], directory: Directory, now: datetime
) -> Load:
    personal = directory.personal(person.id)
    own = lying.get(personal.id) if personal else None
    since, until = _today(person.id, _hours(person, directory), directory, now)
    return Load(
        person.id,
        items=(held.items if held else 0) + (own.new if own else 0),
        late=(held.late if held else 0) + (own.new_late if own else 0),
        today=(held.today if held else 0) + (own.new_today if own else 0),
        here=until is not None and since is None,
        since=since,
        until=until,
    )


def _hours(person: Person, directory: Directory) -> tuple[Hours, ...]:
    """By whose hours somebody works: those of the practice, and of their inboxes that have their own."""
    own = [directory.inboxes[id] for id in person.inboxes if id in directory.inboxes]
    own += [x] if (x := directory.personal(person.id)) else []
    return (directory.practices[person.practice].hours, *(x.hours for x in own if x.hours))


def _open(hours: Iterable[Hours], day: date) -> bool:
    return any(calendar.working_day(x, day) for x in hours)


def _today(
    person: PersonId, hours: Sequence[Hours], directory: Directory, now: datetime
) -> tuple[time | None, time | None]:
    """When somebody comes and goes from now on today; without the first they are here, without both they are away."""
    local = hours[0].local(now)
    if not _open(hours, local.date()):
        return None, None
    left = [x for x in directory.at_work(person, local.date()) if x[1] > local.time()]
    if not left:
        return None, None
    return (left[0][0] if left[0][0] > local.time() else None), left[-1][1]


def _covers(
    shown: Iterable[Inbox], known: Iterable[Person], gaps: Gaps, directory: Directory, now: datetime
) -> Iterable[Cover]:
    for inbox in shown:
        if inbox.owner is None and inbox.kind not in _WITHOUT_PEOPLE:
            days = days_ahead(directory.hours(inbox.id), now)
            yield Cover(inbox.id, None, tuple(_of_team(inbox, gaps, directory, day) for day in days))
    for person in known:
        hours = _hours(person, directory)
        cells = (_of_person(person, hours, gaps, directory, day) for day in days_ahead(hours[0], now))
        yield Cover(None, person.id, tuple(cells))


def days_ahead(hours: Hours, now: datetime) -> list[date]:
    """The days that the cover is shown for, from today on."""
    first = hours.local(now).date()
    return [first + timedelta(days=n) for n in range(DAYS)]


def _of_team(inbox: Inbox, gaps: Gaps, directory: Directory, day: date) -> Cell:
    if not calendar.working_day(directory.hours(inbox.id), day):
        return Cell(day, Kind.CLOSED)
    people = sum(directory.present(p, day) for p in directory.members(inbox.id))
    if (inbox.id, day) in gaps:
        return Cell(day, Kind.GAP, people, since=gaps[inbox.id, day])
    return Cell(day, Kind.HERE if people else Kind.OFF, people)


def _of_person(person: Person, hours: Iterable[Hours], gaps: Gaps, directory: Directory, day: date) -> Cell:
    if not _open(hours, day):
        return Cell(day, Kind.CLOSED)
    at_work, own = directory.at_work(person.id, day), directory.personal(person.id)
    if own and (own.id, day) in gaps:
        return Cell(day, Kind.GAP, hours=at_work, since=gaps[own.id, day])
    if at_work:
        return Cell(day, Kind.PART if directory.absence(person.id, day) else Kind.HERE, hours=at_work)
    cover = directory.cover(person.id, day) if own else None
    if cover and cover.person:
        return Cell(day, Kind.COVERED, by=cover.person)
    return Cell(day, Kind.OFF)
