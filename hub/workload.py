"""More is due soon than those who are here can do at their usual pace: said before it is late."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub import calendar
from hub.directory import Directory, Inbox, InboxId, InboxKind, PersonId
from hub.record import Done

# What is due within so long is looked at, and by what was ended in so long it is known how fast people work.
AHEAD = timedelta(minutes=60)
LOOK_BACK = timedelta(days=7)
# How long an item takes one person where too few were ended to know, and how many are enough.
USUAL, ENOUGH = timedelta(minutes=10), 10

_DONE_BY_PEOPLE = frozenset(InboxKind) - {InboxKind.TEST, InboxKind.OPERATIONS}


@dataclass(frozen=True, slots=True)
class Pressing:
    """So many items of an inbox are due soon and so many people are there, each of whom takes so long for one."""

    inbox: InboxId
    due: int
    people: int
    each: timedelta
    # Whether that is what they usually take, and not what is assumed.
    known: bool = False

    @property
    def needed(self) -> timedelta:
        """How long those who are there need for all of it together; as if one were there when nobody is."""
        return self.due * self.each / max(1, self.people)


def looked_at(directory: Directory, now: datetime) -> tuple[Inbox, ...]:
    """The inboxes that are open, or will be before what is looked at is due."""
    done = (x for x in directory.inboxes.values() if x.kind in _DONE_BY_PEOPLE)
    return tuple(x for x in done if any(_openings(x.id, directory, now, now + AHEAD)))


def pressing(
    due: Mapping[InboxId, int], ended: Mapping[InboxId, Done], directory: Directory, now: datetime
) -> tuple[Pressing, ...]:
    """The inboxes in which more is due than can be done in time, the worst first."""
    found = (_pressing(id, items, ended.get(id), directory, now) for id, items in due.items() if items)
    return tuple(sorted((x for x in found if x.needed > AHEAD or not x.people), key=lambda x: -x.needed))


def _pressing(id: InboxId, due: int, ended: Done | None, directory: Directory, now: datetime) -> Pressing:
    each = _each(id, ended, directory, now) if ended else None
    return Pressing(id, due, _people(id, directory, now, now + AHEAD), each or USUAL, each is not None)


def _each(id: InboxId, ended: Done, directory: Directory, now: datetime) -> timedelta | None:
    """How long one person took for an item, of all the time that people were there; None when too few were ended."""
    if ended.items < ENOUGH:
        return None
    worked = sum((_there(id, person, directory, ended.since, now) for person in directory.members(id)), _NO)
    return worked / ended.items if worked else None


def _people(id: InboxId, directory: Directory, now: datetime, until: datetime) -> int:
    """How many are there at some time until then."""
    return sum(_there(id, person, directory, now, until) > _NO for person in directory.members(id))


_NO = timedelta(0)


def _there(id: InboxId, person: PersonId, directory: Directory, since: datetime, until: datetime) -> timedelta:
    """How long somebody is at work between two moments while the inbox is open."""
    hours, worked = directory.hours(id), _NO
    for opens, closes in _openings(id, directory, since, until):
        day = hours.local(opens).date()
        for begins, ends in directory.at_work(person, day):
            come, go = calendar.at(hours, day, begins), calendar.at(hours, day, ends)
            worked += max(_NO, min(closes, go) - max(opens, come))
    return worked


def _openings(
    id: InboxId, directory: Directory, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """When an inbox is open between two moments."""
    hours = directory.hours(id)
    day, last = hours.local(since).date(), hours.local(until).date()
    while day <= last:
        for opens, closes in hours.openings(day):
            if max(opens, since) < min(closes, until):
                yield max(opens, since), min(closes, until)
        day += timedelta(days=1)
