"""What another configuration would have done with what came: where things would lie, and when they would be due."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hub import calendar, deadline, intake
from hub.change import Change
from hub.deadline import Deadline
from hub.directory import Directory, InboxId
from hub.intake import Order
from hub.item import Item
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
            return timedelta(0)
        return self.after.due - self.before.due


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of it: messages that were judged, those whose bytes are gone or unreadable, and those that differ.

    `fates` counts the deadlines by what became of them as they were, which is by the clocks that are stored, and what
    would have become of them.
    """

    judged: int
    unread: int
    moved: tuple[Moved, ...]
    fates: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def before(self, fate: str) -> int:
        """How many deadlines were met, missed or are open as they are."""
        return sum(n for (was, _), n in self.fates.items() if was == fate)

    def after(self, fate: str) -> int:
        """How many would have been, by the same work at the same time."""
        return sum(n for (_, is_), n in self.fates.items() if is_ == fate)

    @property
    def ways(self) -> Counter[tuple[str, str, str]]:
        """How many messages go from one inbox to another, by which rule; those that change place only."""
        return Counter((m.before.inbox, m.after.inbox, m.after.rule) for m in self.moved if m.elsewhere)

    @property
    def sooner(self) -> int:
        """How many are due sooner."""
        return sum(m.waits < timedelta(0) for m in self.moved)

    @property
    def later(self) -> int:
        """How many are due later."""
        return sum(m.waits > timedelta(0) for m in self.moved)

    def examples(self, way: tuple[str, str, str], count: int) -> list[Moved]:
        """The newest of those that go one way."""
        alike = (m for m in self.moved if m.elsewhere and (m.before.inbox, m.after.inbox, m.after.rule) == way)
        return sorted(alike, key=lambda m: m.at, reverse=True)[:count]


async def rehearse(
    store: Store,
    readers: Readers,
    old: Order,
    new: Order,
    since: datetime,
    as_of: date | None = None,
    now: datetime | None = None,
) -> Rehearsal:
    """Judge what came since then by both configurations, each message at the moment when it came; nothing is written.

    With `as_of` each is judged as if it had come on that day, at its own time of the day; nobody knows when it would
    have been ended then. Without it, and with `now`, it is told which deadlines would have been met.
    Raises Unavailable.
    """
    judged, unread, after = 0, 0, 0
    moved: list[Moved] = []
    fates: Counter[tuple[str, str]] = Counter()
    while came := await store.traffic(since, after, PORTION):
        after = came[-1].number
        there = [x for x in came if x.raw is not None]
        readings = await readers.read([x.raw or b"" for x in there], stored=True)
        refers = referred(readings)
        known = await store.answered(refers) if refers else {}
        clocks = await store.look(clocked.of, [x.number for x in there])
        for x, reading in zip(there, readings, strict=True):
            at = on(as_of, x.at, old.directory) if as_of else x.at
            before, then = (intake.judge(reading, order, at, known) for order in (old, new))
            moved += differences(x.number, x.at, before, then, old, new)
            if as_of is None and now is not None:
                fates.update(_fates(clocks.get(x.number, []), then, old, new, now))
        broken = sum(isinstance(reading, Unreadable) for reading in readings)
        judged, unread = judged + len(there) - broken, unread + len(came) - len(there) + broken
    return Rehearsal(judged, unread, tuple(moved), fates)


def _fates(
    clocks: Sequence[Clocked], after: Change, old: Order, new: Order, now: datetime
) -> Iterator[tuple[str, str]]:
    """What became of the deadline at each practice, by its clock, and what would have."""
    fresh = {d.item: d for d in after.deadlines}
    theirs = {practice: fresh.get(items[0].id) for practice, items in _by_practice(after, new.directory)}
    for x, practice in _practices(clocks, [*theirs], old.directory, new.directory):
        if would := theirs[practice]:
            due, at = _stopped(x, now)
            yield _fate(due, at, x.ended), _fate(_by_these(x, would, new, now), at, x.ended)


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


def _by_these(x: Clocked, fresh: Deadline, new: Order, now: datetime) -> datetime:
    """When it would have been due: later by as long as its sender was waited for, and sooner if it was urgent."""
    why = x.deadline.paused.why if x.deadline.paused else x.deadline.why
    hours, begun = new.directory.hours(InboxId(fresh.why.inbox)), fresh.why.begun
    due = deadline.later(fresh.due, why.pauses, hours, begun, fresh.why.elapsed)
    ladder = next((each for each in new.ladders if each.urgent), None)
    if not why.by or ladder is None:
        return due
    urged = deadline.first(fresh.item, ladder, "", hours, why.received, since=why.begun, pauses=why.pauses)
    return min(due, urged.due)


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
