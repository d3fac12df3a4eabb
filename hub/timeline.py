"""A patient's timeline as a person may see it, and the message that another one follows."""

from dataclasses import dataclass
from datetime import datetime

from hub import opening
from hub.directory import Directory, InboxId, InboxKind, Person
from hub.errors import ReaderBroken, Unavailable
from hub.item import Item, ItemId, Purpose
from hub.record import Mention
from hub.service import Hub, Opened
from hub.store import Store
from hub.store import timeline as kept

# What lies here is for those alone who belong there, colleagues or not: threats, what broke, and tests.
SHUT = frozenset({InboxKind.MANAGER, InboxKind.OPERATIONS, InboxKind.TEST})


@dataclass(frozen=True, slots=True)
class Line:
    """A message about the patient; `open` when the person may open its item, `here` when it is the one they look at."""

    number: int
    at: datetime
    item: Item
    open: bool
    here: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """Some of what came about a patient, the newest first; it goes on before `following`, or ends.

    A patient who is not `known` by a national number has no timeline.
    """

    known: bool
    lines: tuple[Line, ...] = ()
    following: int | None = None


async def timeline(
    store: Store, directory: Directory, id: ItemId, who: Person, now: datetime, before: int | None, limit: int
) -> Timeline:
    """What came about the patient of an item, as far as a person may know of it. Raises Unknown or NotAllowed."""
    item = await opening.item(store, id, who, now)
    if not await store.look(kept.known, item.id):
        return Timeline(False)
    inboxes = visible(directory, item, who)
    found = await store.look(kept.mentions, item.id, inboxes, who.inboxes, before, limit + 1)
    lines = [await _line(x, item, store, who, now) for x in found[:limit]]
    return Timeline(True, tuple(lines), found[limit - 1].number if len(found) > limit else None)


def visible(directory: Directory, item: Item, who: Person) -> frozenset[InboxId]:
    """The inboxes of which a person may know that something lies there about the patient of an item.

    Their own; and where they work in the practice that has the item, its others, but for those that are shut.
    """
    own = {directory.inboxes[i].practice for i in who.inboxes if i in directory.inboxes}
    places = (directory.inboxes.get(i) for i in (item.inbox, item.home) if i)
    shared = own & {x.practice for x in places if x}
    others = (x.id for x in directory.inboxes.values() if x.practice in shared and x.kind not in SHUT)
    return frozenset((*who.inboxes, *others))


async def follows(store: Store, item: Item, who: Person, now: datetime) -> Item | None:
    """The item of the message that this one follows: of an earlier edition of its document, else of its kind.

    None when there is none, or the person may not open it: what it said would be seen by what has changed.
    """
    for x in await store.look(kept.before, item.id):
        if await opening.allowed(x, store, who, now):
            return x
    return None


async def before(hub: Hub, item: Item, who: Person) -> Opened | None:
    """The message that an item's message follows, to be compared; None when there is none that can be read."""
    found = await follows(hub.store, item, who, hub.clock.now())
    try:
        return await hub.open(found.id, who) if found else None
    except (Unavailable, ReaderBroken):
        # Its bytes may be too old to be kept; the message itself is shown all the same.
        return None


async def _line(x: Mention, shown: Item, store: Store, who: Person, now: datetime) -> Line:
    """A message by one of its items: the one that is looked at, one in the person's own inboxes, one to act on."""
    own = frozenset(who.inboxes)
    ranked = sorted(x.items, key=lambda i: (i.id != shown.id, own.isdisjoint({i.inbox, i.home}), _rank(i), i.id))
    first, here = ranked[0], any(i.message == shown.message for i in x.items)
    return Line(x.number, x.at, first, await opening.allowed(first, store, who, now), here)


def _rank(item: Item) -> int:
    return list(Purpose).index(item.purpose)
