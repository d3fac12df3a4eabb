"""What a change or a cancellation does to the messages before it, in whatever order they arrive (HISD 1154:2018).

A change replaces all of what was sent before, a cancellation takes it back. What was open is withdrawn; who had it
is told, or goes on with the new edition, whose clock is the one that already ran.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.change import Alert, AlertKind, Arrival, Change, Entry
from hub.deadline import Deadline
from hub.directory import InboxId
from hub.item import Action, Item, Purpose, State, identify
from hub.message import MessageKey, Status


@dataclass(frozen=True, slots=True)
class Edition:
    """What tells of a message which others it comes after: whose it is, what it names, and when it was written."""

    key: MessageKey
    kind: str
    patient: str
    test: bool
    status: Status
    document: str
    parent: str
    thread: str
    generated: datetime

    @property
    def age(self) -> tuple[datetime, bool, bool, str]:
        """By which editions are in order; of two written in the same second a cancellation is the later."""
        return self.generated, self.status is not Status.NEW, self.status is Status.CANCELLED, self.key.msg_id

    @property
    def names(self) -> frozenset[str]:
        """The messages that it refers to."""
        return frozenset(name for name in (self.parent, self.thread) if name)


def edition(x: Arrival) -> Edition:
    """What arrives as an edition. Only messages that were accepted are any."""
    assert x.generated is not None, "a message was written at some time"
    return Edition(
        x.key, x.kind, x.patient, x.test, x.status, x.document, x.parent, x.thread, x.generated.replace(microsecond=0)
    )


def contradict(one: str, other: str) -> bool:
    """Whether two patients' numbers cannot be the same person's; one that is not known contradicts nothing."""
    return bool(one and other and one != other)


def comes_after(x: Edition, earlier: Edition) -> bool:
    """Whether a message changes or cancels another one.

    A reference by MsgId outranks the clocks of two systems; without one, or where each names the other, the later
    writing counts. A test never touches what is real, nor anybody what another sent or what is about another patient.
    """
    if x.status is Status.NEW or x.key == earlier.key or x.key.sender != earlier.key.sender:
        return False
    if x.test != earlier.test or contradict(x.patient, earlier.patient):
        return False
    if x.parent == earlier.key.msg_id and earlier.parent != x.key.msg_id:
        return True
    if earlier.parent == x.key.msg_id and x.parent != earlier.key.msg_id:
        return False
    return _akin(x, earlier) and earlier.age < x.age


def overtaker(x: Edition, family: Collection[Edition]) -> Edition | None:
    """The edition that stands in the end where another one stood, or None when that other one stands itself.

    References and clocks that contradict each other can make a circle, in which nobody comes last: then what arrives
    stands, so that there is always one for people to see.
    """
    last, seen, upwards = [], {x}, [x]
    while upwards:
        each = upwards.pop()
        after = [y for y in family if comes_after(y, each)]
        if not after and each is not x:
            last.append(each)
        upwards += (y for y in after if y not in seen)
        seen.update(after)
    return max(last, key=lambda y: y.age, default=None)


def _akin(x: Edition, other: Edition) -> bool:
    """The same document, or of the same kind in one line of references."""
    if x.document and x.document == other.document:
        return True
    names = other.names if other.status is not Status.NEW else frozenset[str]()
    return x.kind == other.kind and bool(x.names & (names | {other.key.msg_id}))


@dataclass(frozen=True, slots=True)
class Earlier:
    """An item of an earlier edition, with its clock."""

    item: Item
    deadline: Deadline | None


def withdraw(earlier: Earlier, by: MessageKey, status: Status, at: datetime) -> Change:
    """An open item of an earlier edition is withdrawn, and its clock stops."""
    x = earlier.item
    moved = x.moved(Action.WITHDRAW, None)
    return Change(
        (_withdrawn(x, by, status, at),),
        items=(moved,),
        deadlines=(earlier.deadline.stopped,) if earlier.deadline else (),
    )


def _withdrawn(x: Item, by: MessageKey, status: Status, at: datetime) -> Entry:
    return Entry(at, "item.withdrawn", x.message, x.id, x.inbox, detail={"by": str(by), "status": status.value})


def overtake(change: Change, by: MessageKey, status: Status, at: datetime) -> Change:
    """An edition that arrives after the one that replaced or cancelled it: nobody has to do anything about it."""
    items = tuple(replace(x, state=State.WITHDRAWN) for x in change.items)
    entries = tuple(_withdrawn(x, by, status, at) for x in items)
    deadlines = tuple(d.stopped for d in change.deadlines)
    return replace(change, entries=(*change.entries, *entries), items=items, deadlines=deadlines)


def succeed(change: Change, earlier: Sequence[Earlier], at: datetime) -> Change:
    """A change or cancellation takes its place after the editions before it."""
    assert change.arrival is not None, "only what arrives succeeds something"
    if change.arrival.status is Status.CANCELLED:
        return _cancel(change, earlier)
    pairs = _pairs(change, [e for e in earlier if e.item.open and e.item.purpose is not Purpose.INFORMATION])
    for new, old in pairs:
        change = _continue(change, new, old, at)
    return change


def _cancel(change: Change, earlier: Sequence[Earlier]) -> Change:
    """Whoever had the message or acted on it is to know, each in their inbox.

    When nobody had it there is nothing to know. A cancellation of what never came stays to be read: perhaps it does
    not say what it means.
    """
    held = dict.fromkeys(e.item.inbox for e in sorted(earlier, key=_is_copy) if e.item.owner is not None)
    if held:
        return _told_in(change, list(held))
    if not earlier:
        return change
    closed = tuple(replace(x, state=State.CLOSED) for x in change.items)
    return replace(change, items=closed, deadlines=tuple(d.stopped for d in change.deadlines))


def _is_copy(e: Earlier) -> bool:
    return e.item.purpose is Purpose.INFORMATION


def _told_in(change: Change, inboxes: Sequence[InboxId]) -> Change:
    """The change with an item in each of these inboxes and in no other."""
    first, clock = change.items[0], change.deadlines[0]
    main, *copies = [replace(first, id=identify(first.message, inbox), inbox=inbox, home=None) for inbox in inboxes]
    items = (main, *(replace(x, purpose=Purpose.INFORMATION) for x in copies))
    kept = (e for e in change.entries if e.item in (None, first.id))
    entries = (replace(e, item=main.id, inbox=main.inbox) if e.item else e for e in kept)
    copied = (Entry(clock.why.received, "item.copied", x.message, x.id, x.inbox) for x in copies)
    deadlines = tuple(replace(clock, item=x.id) for x in items)
    return replace(change, entries=(*entries, *copied), items=items, deadlines=deadlines)


def _pairs(change: Change, earlier: Sequence[Earlier]) -> list[tuple[Item, Earlier]]:
    """Which new item goes on with which earlier one of its practice: the same inbox, or the only one of each."""
    assert change.arrival is not None, "only what arrives succeeds something"
    near = dict(change.arrival.near)
    found = []
    for x in change.items:
        if x.purpose is not Purpose.INFORMATION:
            there = [e for e in earlier if e.item.inbox in near[x.id]]
            same = there if len(there) == 1 else [e for e in there if e.item.inbox == x.inbox]
            found += [(x, e) for e in same]
    return found


def _continue(change: Change, new: Item, old: Earlier, at: datetime) -> Change:
    """The new edition lies where the old one lay, with whoever had it, and by the same clock."""
    held = old.item
    x = replace(_placed(new, held), state=held.state, owner=held.owner, level=held.level)
    change = _moved(change, new, x)
    if old.deadline:
        kept = replace(old.deadline, item=x.id)
        change = replace(change, deadlines=tuple(kept if d.item == x.id else d for d in change.deadlines))
    entry = Entry(at, "item.replaces", x.message, x.id, x.inbox, detail={"earlier": held.id})
    alert = Alert(AlertKind.CHANGED, x.inbox, x.id, str(held.id), at)
    alerts = (*change.alerts, alert) if held.owner else change.alerts
    return replace(change, entries=(*change.entries, entry), alerts=alerts)


def _placed(x: Item, like: Item) -> Item:
    """In another item's inbox, with the id that it has there; it belongs where the other one did."""
    return replace(x, id=identify(x.message, like.inbox), inbox=like.inbox, home=like.home)


def _moved(change: Change, old: Item, new: Item) -> Change:
    """An item instead of another, in everything that speaks of it; a copy that would lie beside it is left out."""
    gone = {x.id for x in change.items if x is not old and x.id == new.id}
    items = tuple(new if x is old else x for x in change.items if x is old or x.id not in gone)
    deadlines = tuple(d for d in change.deadlines if d.item not in gone)
    entries = tuple(e for e in change.entries if e.item not in gone)
    return replace(
        change,
        items=items,
        deadlines=tuple(replace(d, item=new.id) if d.item == old.id else d for d in deadlines),
        entries=tuple(replace(e, item=new.id, inbox=new.inbox) if e.item == old.id else e for e in entries),
    )
