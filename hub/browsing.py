"""What somebody may see of items, as a program looks through it: what is open, then what has ended, page by page."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from hub import opening
from hub.directory import InboxId, Person
from hub.errors import Unknown
from hub.item import ItemId
from hub.record import Line, Listed, Particulars
from hub.selection import Folder, Selection
from hub.service import Hub
from hub.store import Store, particulars

# So many lines are fetched together while something is looked for, and so many are looked at for one page.
PORTION = 200
LOOKED = 2_000


@dataclass(frozen=True, slots=True)
class Seen:
    """An item as a list has it, with what its line leaves out."""

    line: Line
    more: Particulars


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: among what is open or has ended, after the due time and id of a line."""

    ended: bool = False
    after: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: in these inboxes, for what is about a patient or has one of these ids, where that is said.

    `parts` are whether it has ended: open items come first, the first due first; ended ones the last due first.
    """

    person: Person
    inboxes: tuple[InboxId, ...]
    parts: tuple[bool, ...] = (False, True)
    patient: str | None = None
    ids: tuple[ItemId, ...] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Some items, and where it goes on; None when there is no more. `last` is the last one that was looked at."""

    items: tuple[Seen, ...]
    following: Place | None = None
    last: ItemId | None = None


async def page(hub: Hub, scope: Scope, place: Place | None, wanted: Callable[[Seen], bool], count: int) -> Found:
    """As many items as are wanted, from a place on; fewer when too many others had to be looked at for them."""
    if scope.ids is not None:
        named = await _named(hub.store, scope.ids, scope.inboxes)
        return Found(tuple(x for x in named if wanted(x)))
    found: list[tuple[Seen, Place]] = []
    limit = min(PORTION, max(count + 1, PORTION // 4))
    following: Place | None = place or Place(scope.parts[0])
    last: ItemId | None = None
    for _ in range(0, LOOKED, limit):
        if following is None or len(found) > count:
            break
        here = following
        listed = await _listed(hub, scope, here, limit)
        found += [(x, _past(x, here)) for x in await _seen(hub.store, listed.lines) if wanted(x)]
        last = listed.lines[-1].item.id if listed.lines else last
        following = _after(listed, here, scope.parts)
    if len(found) > count:
        return Found(tuple(x for x, _ in found[:count]), found[count - 1][1], last)
    return Found(tuple(x for x, _ in found), following, last)


async def one(hub: Hub, id: ItemId, who: Person) -> Seen:
    """An item that a person may open. Raises Unknown or NotAllowed."""
    item = await opening.item(hub.store, id, who, hub.clock.now())
    found = await _named(hub.store, (id,), (item.inbox,))
    if not found:
        raise Unknown(f"item {id!r} was just moved to another inbox")
    return found[0]


async def _listed(hub: Hub, scope: Scope, place: Place, limit: int) -> Listed:
    if scope.patient is not None:
        about = (scope.patient, scope.inboxes, place.ended, place.after, limit)
        return await hub.store.look(particulars.about, *about)
    wanted = Selection(Folder.ARCHIVE if place.ended else Folder.GROUP, scope.inboxes, scope.person.id)
    return await hub.store.lists.listing(wanted, place.after, limit, hub.clock.now())


async def _named(store: Store, ids: Collection[ItemId], inboxes: Collection[InboxId]) -> list[Seen]:
    return await _seen(store, await store.look(particulars.lines, ids, inboxes))


async def _seen(store: Store, lines: Sequence[Line]) -> list[Seen]:
    more = await store.look(particulars.of, [x.item.id for x in lines]) if lines else {}
    return [Seen(x, more[x.item.id]) for x in lines]


def _past(x: Seen, place: Place) -> Place:
    """The place after an item in a list."""
    due = x.line.due
    return Place(place.ended, (due.isoformat(), x.line.item.id) if due else place.after)


def _after(listed: Listed, place: Place, parts: tuple[bool, ...]) -> Place | None:
    """Where a list goes on after some lines of it: in the same part, else at the beginning of the next."""
    if listed.following:
        return Place(place.ended, listed.following)
    return Place(ended=True) if not place.ended and parts[-1] else None
