"""More is due soon than those who are here can do at their usual pace: said before it is late."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from hub import calendar
from hub.directory import Directory, Inbox, InboxId, InboxKind, PersonId

# What is due within so long is looked at, by what is due at each of these steps of the clock.
AHEAD, STEP = timedelta(minutes=60), timedelta(minutes=10)
# By what was ended in so long it is known how fast people work.
LOOK_BACK = timedelta(days=7)
# How long an item takes one person where too few were ended to know, and how many are enough.
USUAL, ENOUGH = timedelta(minutes=10), 10
# Whoever did nothing else for longer before they ended something was not busy with it all the time.
LONGEST = timedelta(hours=1)

_DONE_BY_PEOPLE = frozenset(InboxKind) - {InboxKind.TEST, InboxKind.OPERATIONS}
_NO = timedelta(0)

# From when to when somebody is there.
_Spans = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Pressing:
    """So many items of an inbox are due by then and so many people are there before; one takes each of them so long.

    `left` is the time that each of them has for it, beside what they do in other inboxes.
    """

    inbox: InboxId
    due: int
    until: datetime
    people: int
    each: timedelta
    left: timedelta
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


def moments(now: datetime) -> tuple[datetime, ...]:
    """The moments by which it is asked what is due: each step of the clock within what is looked at, and its end."""
    last = now + AHEAD
    first = now - (now - datetime.fromtimestamp(0, UTC)) % STEP + STEP
    return (*(x for n in range(AHEAD // STEP) if (x := first + n * STEP) < last), last)


def pressing(
    due: Mapping[InboxId, Sequence[int]],
    taken: Mapping[InboxId, Sequence[timedelta]],
    directory: Directory,
    now: datetime,
) -> tuple[Pressing, ...]:
    """The inboxes in which more is due than can be done in time, the worst first.

    `due` is how many are by each of the moments, and `taken` how long items took of late.
    """
    counts = {id: of for id, of in due.items() if any(of)}
    there = {(id, p): s for id in counts for p in directory.members(id) if (s := _there(id, p, directory, now))}
    paces = {id: _pace(taken.get(id, ())) for id in counts}
    worst: dict[InboxId, Pressing] = {}
    for n, until in enumerate(moments(now)):
        for x in _short({id: of[n] for id, of in counts.items()}, paces, there, until):
            if x.inbox not in worst or _lack(x) > _lack(worst[x.inbox]):
                worst[x.inbox] = x
    return tuple(sorted(worst.values(), key=lambda x: -x.needed))


def _lack(x: Pressing) -> timedelta:
    return (x.needed - x.left) * max(1, x.people)


def _pace(taken: Sequence[timedelta]) -> timedelta | None:
    """How long one person takes for an item, in the middle of what was seen; None when that is too little.

    What was ended together was one act, which tells nothing of each.
    """
    busy = [x for x in taken if _NO < x <= LONGEST]
    return timedelta(seconds=median([x.total_seconds() for x in busy])) if len(busy) >= ENOUGH else None


def _short(
    due: Mapping[InboxId, int],
    paces: Mapping[InboxId, timedelta | None],
    there: Mapping[tuple[InboxId, PersonId], _Spans],
    until: datetime,
) -> Iterator[Pressing]:
    """The inboxes that get less of people's time until then than they need. One for each who is there is in hand."""
    times = {who: time for who, spans in there.items() if (time := _until(spans, until))}
    needs = {id: count * (paces[id] or USUAL) for id, count in due.items()}
    given, people = _shared(needs, times), Counter(id for id, _ in times)
    for id, count in due.items():
        if count > people[id] and given[id] < needs[id]:
            left = given[id] / max(1, people[id])
            yield Pressing(id, count, until, people[id], paces[id] or USUAL, left, paces[id] is not None)


def _shared(
    needs: Mapping[InboxId, timedelta], times: Mapping[tuple[InboxId, PersonId], timedelta]
) -> dict[InboxId, timedelta]:
    """How much of people's time each inbox gets, up to what it needs.

    Each minute of a person is given once: first to the inboxes in which the fewest are, and by those who are in the
    fewest.
    """
    needy = {(id, person): time for (id, person), time in times.items() if needs[id]}
    able, places = Counter(id for id, _ in needy), Counter(person for _, person in needy)
    free = {p: max(time for (_, other), time in needy.items() if other == p) for p in places}
    given = dict.fromkeys(needs, _NO)
    for id, person in sorted(needy, key=lambda x: (able[x[0]], x[0], places[x[1]])):
        takes = min(needs[id] - given[id], needy[id, person], free[person])
        given[id] += takes
        free[person] -= takes
    return given


def _until(spans: _Spans, until: datetime) -> timedelta:
    return sum((max(_NO, min(ends, until) - begins) for begins, ends in spans), _NO)


def _there(id: InboxId, person: PersonId, directory: Directory, now: datetime) -> _Spans:
    """When somebody is at work within what is looked at, while the inbox is open."""
    hours, found = directory.hours(id), list[tuple[datetime, datetime]]()
    for opens, closes in _openings(id, directory, now, now + AHEAD):
        day = hours.local(opens).date()
        for come, go in calendar.within(hours, day, directory.at_work(person, day)):
            if max(opens, come) < min(closes, go):
                found.append((max(opens, come), min(closes, go)))
    return tuple(found)


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
