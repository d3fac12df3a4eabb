"""What another configuration would have done with what came: where things would lie, and when they would be due."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import nlargest, nsmallest

from hub import calendar, deadline, intake
from hub.change import Change
from hub.deadline import Deadline
from hub.directory import Directory, InboxId
from hub.intake import Order
from hub.item import Item, ItemId
from hub.message import HerId, Unreadable
from hub.record import Clocked
from hub.service import referred
from hub.store import Store, clocked
from hub.wire import Readers

# So many messages are read at once.
PORTION = 200

# Where something lies that no practice has: nobody could be answered, or it was rejected.
HELD, REJECTED = "held", "rejected"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies at one practice, by which rule, who is informed, and when it is due by which ladder."""

    inbox: str
    rule: str = ""
    copies: frozenset[InboxId] = frozenset()
    due: datetime | None = None
    ladder: str = ""


NOWHERE = Place("nowhere")

# What became of a deadline, by when the item was ended.
MET, MISSED, OPEN = "met", "missed", "open"

# From which inbox to which, and by which rule.
Way = tuple[str, str, str]

# Which deadlines are shown first: those that would have been missed, then those that would have been met.
_FIRST = ((MET, MISSED), (MISSED, MET))
_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class Moved:
    """A message that another configuration treats otherwise; `number` is its own in the store."""

    number: int
    at: datetime
    kind: str
    before: Place
    after: Place

    @property
    def elsewhere(self) -> bool:
        """Whether other people would have it or hear of it; else only its time or the rule's name is another."""
        return (self.before.inbox, self.before.copies) != (self.after.inbox, self.after.copies)

    @property
    def waits(self) -> timedelta:
        """How much longer it could wait; less than nothing when it is due sooner."""
        if self.before.due is None or self.after.due is None:
            return _NO_TIME
        return self.after.due - self.before.due

    @property
    def way(self) -> Way:
        """From which inbox to which it goes, and by which rule."""
        return self.before.inbox, self.after.inbox, self.after.rule


@dataclass(frozen=True, slots=True)
class Term:
    """When something is due by which ladder, and what becomes of that; "" is a ladder that is not known any more."""

    due: datetime
    ladder: str
    fate: str


@dataclass(frozen=True, slots=True)
class Fated:
    """An item's deadline as it was and as it would have been; `number` is its message's own in the store.

    What was `asked` of the sender and not heard of again counts as ended then. `zone` is whose wall time it is told in.
    """

    number: int
    item: ItemId
    inbox: InboxId
    zone: str
    ended: datetime | None
    asked: datetime | None
    before: Term
    after: Term

    @property
    def shift(self) -> timedelta:
        """How much later it would have been due; less than nothing when it would have been sooner."""
        return self.after.due - self.before.due

    @property
    def fates(self) -> tuple[str, str]:
        """What became of it, and what would have."""
        return self.before.fate, self.after.fate

    @property
    def place(self) -> tuple[int, timedelta, int, ItemId]:
        """Where it stands among others: first whose fate changes, then whose due time shifts most, then the newest."""
        was, would = self.fates
        other = len(_FIRST) + (was == would)
        rank = _FIRST.index(self.fates) if self.fates in _FIRST else other
        return rank, -abs(self.shift), -self.number, self.item


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of it: messages that were judged, those whose bytes are gone or unreadable, and what differs.

    `ways` counts the messages that change place, with the newest of each way as `examples`; so many are due `sooner` or
    `later`. `fates` counts the deadlines by what became of them as they were, which is by the clocks that are stored,
    and what would have become of them. Of these so many are `changed`, due at another time; `fated` are the first.
    """

    judged: int
    unread: int
    ways: Mapping[Way, int] = field(default_factory=dict)
    examples: Mapping[Way, Sequence[Moved]] = field(default_factory=dict)
    sooner: int = 0
    later: int = 0
    fates: Mapping[tuple[str, str], int] = field(default_factory=dict)
    changed: int = 0
    fated: Sequence[Fated] = ()

    def before(self, fate: str) -> int:
        """How many deadlines were met, missed or are open as they are."""
        return sum(n for (was, _), n in self.fates.items() if was == fate)

    def after(self, fate: str) -> int:
        """How many would have been, by the same work at the same time."""
        return sum(n for (_, is_), n in self.fates.items() if is_ == fate)


@dataclass(slots=True)
class _Tally:
    """What is counted of all that came, with as many examples as are wanted and no more, however much it was."""

    wanted: int
    judged: int = 0
    unread: int = 0
    ways: Counter[Way] = field(default_factory=Counter)
    examples: dict[Way, list[Moved]] = field(default_factory=dict)
    sooner: int = 0
    later: int = 0
    fates: Counter[tuple[str, str]] = field(default_factory=Counter)
    changed: int = 0
    fated: list[Fated] = field(default_factory=list)

    def moves(self, moved: Iterable[Moved]) -> None:
        """Count what is treated otherwise, and keep the newest of each way."""
        fresh: dict[Way, list[Moved]] = {}
        for x in moved:
            self.sooner += x.waits < _NO_TIME
            self.later += x.waits > _NO_TIME
            if x.elsewhere:
                self.ways[x.way] += 1
                fresh.setdefault(x.way, []).append(x)
        for way, found in fresh.items():
            self.examples[way] = nlargest(self.wanted, [*self.examples.get(way, ()), *found], key=lambda m: m.at)

    def becomes(self, fated: Sequence[Fated]) -> None:
        """Count what becomes of deadlines, and keep the first of those that are due at another time."""
        self.fates.update(x.fates for x in fated)
        fresh = [x for x in fated if x.shift]
        self.changed += len(fresh)
        self.fated = nsmallest(self.wanted, [*self.fated, *fresh], key=lambda f: f.place)

    @property
    def whole(self) -> Rehearsal:
        """What came of it."""
        counts = (self.judged, self.unread, self.ways, self.examples, self.sooner, self.later)
        return Rehearsal(*counts, self.fates, self.changed, tuple(self.fated))


async def rehearse(
    store: Store,
    readers: Readers,
    old: Order,
    new: Order,
    since: datetime,
    as_of: date | None = None,
    now: datetime | None = None,
    examples: int = 3,
) -> Rehearsal:
    """Judge what came since then by both configurations, each message at the moment when it came; nothing is written.

    With `as_of` each is judged as if it had come on that day, at its own time of the day; nobody knows when it would
    have been ended then. Without it, and with `now`, it is told which deadlines would have been met. So many examples
    are kept of each way, and of the deadlines that change.
    Raises Unavailable.
    """
    tally, after = _Tally(examples), 0
    while came := await store.traffic(since, after, PORTION):
        after = came[-1].number
        there = [x for x in came if x.raw is not None]
        readings = await readers.read([x.raw or b"" for x in there], stored=True)
        refers = referred(readings)
        known = await store.answered(refers) if refers else {}
        clocks = await store.look(clocked.of, [x.number for x in there])
        moved: list[Moved] = []
        fated: list[Fated] = []
        for x, reading in zip(there, readings, strict=True):
            at = on(as_of, x.at, old.directory) if as_of else x.at
            before, then = (intake.judge(reading, order, at, known) for order in (old, new))
            moved += differences(x.number, x.at, before, then, old, new)
            if as_of is None and now is not None:
                fated += _fated(x.number, clocks.get(x.number, []), then, old, new, now)
        tally.moves(moved)
        tally.becomes(fated)
        broken = sum(isinstance(reading, Unreadable) for reading in readings)
        tally.judged += len(there) - broken
        tally.unread += len(came) - len(there) + broken
    return tally.whole


def _fated(
    number: int, clocks: Sequence[Clocked], after: Change, old: Order, new: Order, now: datetime
) -> Iterator[Fated]:
    """What became of the deadline at each practice, by its clock, and what would have."""
    fresh = {d.item: d for d in after.deadlines}
    theirs = {practice: fresh.get(items[0].id) for practice, items in _by_practice(after, new.directory)}
    for x, practice in _practices(clocks, [*theirs], old.directory, new.directory):
        if would := theirs[practice]:
            (due, at), (other, ladder) = _stopped(x, now), _by_these(x, would, new)
            was = Term(due, _ladder(x), _fate(due, at, x.ended))
            is_ = Term(other, ladder, _fate(other, at, x.ended))
            yield Fated(number, x.deadline.item, x.inbox, would.why.zone, x.ended, _asked(x), was, is_)


def _practices(
    clocks: Sequence[Clocked], practices: Sequence[HerId], old: Directory, new: Directory
) -> Iterator[tuple[Clocked, HerId]]:
    """At which of the practices that get a message each of its clocks runs.

    What lies in an inbox that has left both directories is that of a practice which has no other.
    """
    inboxes = {**new.inboxes, **old.inboxes}
    found = [(x, inboxes[x.inbox].practice if x.inbox in inboxes else None) for x in clocks]
    others = iter([p for p in practices if p not in {practice for _, practice in found}])
    for x, practice in found:
        at = practice or next(others, None)
        if at is not None and at in practices:
            yield x, at


def _stopped(x: Clocked, now: datetime) -> tuple[datetime, datetime]:
    """When our clock was due, and until when it ran: to the end, to when the sender was asked, or until now."""
    d = x.deadline
    if x.stood:
        at, due = x.stood
        return due, at
    if d.paused:
        return d.paused.due, d.set_at or now
    return d.due, x.ended or now


def _asked(x: Clocked) -> datetime | None:
    """Since when its sender is waited for, or was until it was ended."""
    if x.stood:
        return x.stood[0]
    return x.deadline.set_at if x.deadline.paused else None


def _ladder(x: Clocked) -> str:
    """The ladder of our clock; of what was ended while its sender was waited for only the sender's is stored."""
    if x.stood:
        return ""
    return (x.deadline.paused or x.deadline).why.ladder


def _by_these(x: Clocked, fresh: Deadline, new: Order) -> tuple[datetime, str]:
    """When it would have been due, by which ladder: later by as long as its sender was waited for, sooner if urgent."""
    why = x.deadline.paused.why if x.deadline.paused else x.deadline.why
    hours, begun = new.directory.hours(InboxId(fresh.why.inbox)), fresh.why.begun
    due = deadline.later(fresh.due, why.pauses, hours, begun, fresh.why.elapsed)
    ladder = next((each for each in new.ladders if each.urgent), None)
    if why.by and ladder:
        urged = deadline.first(fresh.item, ladder, "", hours, why.received, since=why.begun, pauses=why.pauses)
        if urged.due < due:
            return urged.due, ladder.name
    return due, fresh.why.ladder


def _fate(due: datetime, at: datetime, ended: datetime | None) -> str:
    if ended is None and at <= due:
        return OPEN
    return MET if at <= due else MISSED


def on(day: date, at: datetime, directory: Directory) -> datetime:
    """The same time on another day, as the clocks of the practices show it."""
    hours = next(iter(directory.practices.values())).hours
    return calendar.at(hours, day, hours.local(at).time())


def differences(number: int, at: datetime, before: Change, after: Change, old: Order, new: Order) -> Iterator[Moved]:
    """What one message's two decisions do otherwise, practice by practice; nothing when they are the same."""
    was, is_ = places(before, old.directory), places(after, new.directory)
    arrival = after.arrival or before.arrival
    kind = arrival.kind if arrival else ""
    for practice in dict.fromkeys((*was, *is_)):
        one, two = was.get(practice, NOWHERE), is_.get(practice, NOWHERE)
        if one != two:
            yield Moved(number, at, kind, one, two)


def places(change: Change, directory: Directory) -> dict[HerId | None, Place]:
    """Where a decision puts a message, by practice; None stands for one that no practice gets."""
    if not change.items:
        return {None: Place(HELD if change.quarantined else REJECTED)} if change.quarantined or change.arrival else {}
    clocks = {d.item: d for d in change.deadlines}
    found: dict[HerId | None, Place] = {}
    for practice, items in _by_practice(change, directory):
        main, *copies = items
        clock = clocks.get(main.id)
        due, ladder = (clock.due, clock.why.ladder) if clock else (None, "")
        found[practice] = Place(main.inbox, main.placing.rule, frozenset(x.inbox for x in copies), due, ladder)
    return found


def _by_practice(change: Change, directory: Directory) -> Iterable[tuple[HerId, list[Item]]]:
    """Each practice's items; the one to act on is always the first."""
    found: dict[HerId, list[Item]] = {}
    for x in change.items:
        found.setdefault(directory.inboxes[x.inbox].practice, []).append(x)
    return found.items()
