"""Who is here: nothing that is open lies with somebody away, and what went to others comes back."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from hub import calendar, standing
from hub.calendar import Hours
from hub.change import Change, Entry
from hub.directory import MIDNIGHT, Directory, Inbox, InboxId, InboxKind, PersonId, Practice
from hub.item import Item, ItemId, State
from hub.message import HerId
from hub.record import Lying
from hub.standing import ALONE, Place


@dataclass(frozen=True, slots=True)
class Gap:
    """A working day on which nobody acts on what comes to an inbox: what is lacking, and the way that led to nobody.

    With `since` somebody is there until then.
    """

    day: date
    since: time | None
    practice: HerId
    inbox: InboxId
    words: str
    path: tuple[str, ...] = ()


def place(home: Inbox, directory: Directory, now: datetime) -> Place:
    """Where what belongs to an inbox lies now: with whoever acts on the acting day."""
    return standing.place(home, directory, *calendar.acting_from(directory.hours(home.id), now))


def moves(
    items: Iterable[Item], claims: Mapping[ItemId, datetime], directory: Directory, now: datetime
) -> tuple[Change, ...]:
    """Every move that is needed among some items, and none that is not; `claims` is when each was taken.

    What lies with somebody away goes to whoever covers, what lies with who covers goes back to who is here again, and
    what somebody away has taken is free for others. Clocks run on as they are.
    """
    found = (_moved(x, claims.get(x.id), directory, now) for x in items if x.open)
    return tuple(change for change in found if change)


def covered(person: PersonId, directory: Directory, now: datetime) -> tuple[InboxId, ...]:
    """The inboxes of colleagues for whom somebody acts now, in the order of the file."""
    own = directory.personal(person)
    if own is None:
        return ()
    others = (x for x in directory.inboxes.values() if x.owner not in (None, person))
    return tuple(x.id for x in others if place(x, directory, now).inbox == own.id)


def rehome(x: Item, practice: Practice, directory: Directory, now: datetime) -> Change:
    """An item whose inbox has left the directory goes to the coordinator's pile, with its clock as it is."""
    pile = directory.pile(practice.her_id).id
    moved = replace(x, inbox=pile, owner=None, state=_freed(x))
    entry = Entry(now, "item.rehomed", x.message, x.id, pile, detail={"from": x.inbox})
    return Change((entry,), items=(moved,))


def settled(x: Lying, directory: Directory, now: datetime) -> bool:
    """Whether all that lies so stays so, as far as can be told without knowing when it was taken."""
    home = _home(x, directory)
    if home is None or _held(x, home, None, directory, now):
        return True
    return x.owner is None and place(home, directory, now).inbox == x.inbox


def gaps(
    directory: Directory, first_day: date, days: int = 14, practices: Collection[HerId] | None = None
) -> tuple[Gap, ...]:
    """Where nobody will be on the working days from `first_day`: what comes then would lie with the coordinator.

    GPs for whom nobody stands in, teams and duties without anybody at work, and days without a coordinator; of all
    practices unless some are named, day by day. An inbox with hours of its own has working days of its own.
    """
    wanted = [p for p in directory.practices.values() if practices is None or p.her_id in practices]
    ahead = [first_day + timedelta(days=n) for n in range(days)]
    return tuple(sorted((gap for p in wanted for gap in _of(p, directory, ahead)), key=lambda gap: gap.day))


def coming(
    directory: Directory, now: datetime, days: int = 14, practices: Collection[HerId] | None = None
) -> tuple[Gap, ...]:
    """The gaps of so many days from today on."""
    wanted = directory.practices if practices is None else practices
    today = min((directory.practices[p].hours.local(now).date() for p in wanted), default=now.date())
    return gaps(directory, today, days, wanted)


def _of(practice: Practice, directory: Directory, days: Iterable[date]) -> Iterator[Gap]:
    mine = [x for x in directory.inboxes.values() if x.practice == practice.her_id and x.kind is not InboxKind.TEST]
    people = [p.id for p in directory.people.values() if p.practice == practice.her_id]
    for day in days:
        usual = _partings(practice.hours, people, directory, day)
        for inbox in mine:
            clocks = _partings(inbox.hours, people, directory, day) if inbox.hours else usual
            yield from _gap(inbox, directory, day, clocks)


def _gap(inbox: Inbox, directory: Directory, day: date, clocks: Iterable[time]) -> Iterator[Gap]:
    for clock in clocks:
        path = _lacking(inbox, directory, day, clock)
        if path is not None:
            since = clock if clock > MIDNIGHT else None
            yield Gap(day, since, inbox.practice, inbox.id, _words(inbox, directory), path)
            return


def _partings(hours: Hours, people: Iterable[PersonId], directory: Directory, day: date) -> list[time]:
    """The beginning of a working day, and the times before closing at which somebody goes home."""
    closes = hours.day(day).closes
    if closes is None:
        return []
    return sorted({MIDNIGHT, *(ends for p in people for _, ends in directory.at_work(p, day) if ends < closes)})


def _lacking(inbox: Inbox, directory: Directory, day: date, clock: time) -> tuple[str, ...] | None:
    """The way in words that leads to nobody, or None when somebody is there at some time after `clock`."""
    if inbox.kind is InboxKind.COORDINATOR:
        return None if directory.staffed(inbox.id, day, clock) else ()
    to = standing.place(inbox, directory, day, clock)
    return None if not to.lacking else to.path if to.why == ALONE else ()


def _words(inbox: Inbox, directory: Directory) -> str:
    if inbox.owner is not None:
        return f"nobody stands in for {directory.people[inbox.owner].name}"
    return _UNSTAFFED.get(inbox.kind, f"nobody is at work in {inbox.name}")


_UNSTAFFED = {InboxKind.COORDINATOR: "no coordinator is at work", InboxKind.DUTY: "no doctor is on duty"}


def _moved(x: Item, claimed: datetime | None, directory: Directory, now: datetime) -> Change | None:
    lying = Lying(x.inbox, x.home, x.owner)
    home = _home(lying, directory)
    if home is None or _held(lying, home, claimed, directory, now):
        return None
    to = place(home, directory, now)
    if to.inbox != x.inbox:
        return _go(x, home.id, to, now)
    return _free(x, now) if x.owner else None


def _home(x: Lying, directory: Directory) -> Inbox | None:
    """The inbox that something belongs to; where that has left the directory, the one it lies in, if that is there."""
    own = directory.inboxes.get(x.home) if x.home else None
    return own or directory.inboxes.get(x.inbox)


def _held(x: Lying, home: Inbox, claimed: datetime | None, directory: Directory, now: datetime) -> bool:
    """Whether whoever has taken something acts on it: at work, or here today although nobody expected it."""
    if x.owner is None or x.owner not in directory.people:
        return False
    # They act where it lies, which may be open otherwise than where it belongs.
    hours = directory.hours(x.inbox if x.inbox in directory.inboxes else home.id)
    if directory.present(x.owner, *calendar.acting_from(hours, now)):
        return True
    return _unexpected(x.owner, hours, claimed, directory, now)


def _unexpected(owner: PersonId, hours: Hours, claimed: datetime | None, directory: Directory, now: datetime) -> bool:
    """Whether somebody who was to be away took it on this very day: they know what they do."""
    day, then = calendar.acting_day(hours, now), hours.local(claimed) if claimed else None
    return then is not None and then.date() == day and not directory.present(owner, day, then.time())


def _go(x: Item, home: InboxId, to: Place, now: datetime) -> Change:
    """An item goes to who covers, or back home; whoever has the page of the inbox open that it leaves hears of it."""
    back = to.inbox == home
    moved = replace(x, inbox=to.inbox, home=None if back else home, owner=None, state=_freed(x))
    detail: dict[str, str] = {"from": x.inbox, "to": to.inbox}
    if not back:
        detail |= {"home": home, "why": to.why, "away": " ".join(to.away)}
    entries = (
        Entry(now, "item.handed_back" if back else "item.covered", x.message, x.id, to.inbox, "watch", detail),
        Entry(now, "item.left", x.message, x.id, x.inbox, "watch", {"to": to.inbox}),
    )
    return Change(entries, items=(moved,))


def _freed(x: Item) -> State:
    """How an item stands that nobody has any more: what waits for a partner goes on waiting."""
    return State.WAITING if x.state is State.WAITING else State.NEW


def _free(x: Item, now: datetime) -> Change:
    """What somebody away has taken is there for the others in the inbox."""
    entry = Entry(now, "item.freed", x.message, x.id, x.inbox, "watch", {"away": x.owner or ""})
    return Change((entry,), items=(replace(x, owner=None, state=State.NEW),))
