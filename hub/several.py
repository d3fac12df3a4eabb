"""The same done to several items, each by its own version and by itself; each tells what became of it."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.desk import Act
from hub.directory import Person
from hub.errors import BadRequest, HubError, IllegalMove, NotAllowed, Stale, Unavailable, Unknown
from hub.item import Item, ItemId
from hub.record import Told
from hub.service import Hub
from hub.store import undoing

# As many as a page of a list has.
MOST = 100

# What was left when the store could not be used any more.
NOT_TRIED = "not tried, as the store cannot be used right now"
# What a line of the journal beside another one tells of the same act.
_BESIDE = frozenset({"item.left", "notice.told"})


@dataclass(frozen=True, slots=True)
class Wish:
    """An item to which something is to be done, and the version that was seen."""

    id: ItemId
    version: int


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a wish: the item as it is now, and why nothing was done.

    `item` is None where there is none that this person may do it to; `last` is what happened to it last.
    """

    wish: Wish
    item: Item | None
    error: HubError | None = None
    last: Told | None = None


async def act(hub: Hub, wishes: Collection[Wish], act: Act, who: Person, now: datetime) -> list[Done]:
    """Do the same to each."""
    return await each(hub, wishes, lambda wish: hub.act(wish.id, act, wish.version, who, now))


async def undo(hub: Hub, wishes: Collection[Wish], who: Person, now: datetime) -> list[Done]:
    """Take back of each what this person just did; the versions are those that it made."""
    return await each(hub, wishes, lambda wish: hub.undo(wish.id, wish.version, who, now))


async def undoable(hub: Hub, who: Person, until: datetime) -> list[Wish]:
    """What a person did together, which they can take back until then, as far as it is as they left it."""
    found = await hub.store.look(undoing.together, who.id, until)
    return [Wish(*x) for x in found]


async def each(hub: Hub, wishes: Collection[Wish], doing: Callable[[Wish], Awaitable[Item]]) -> list[Done]:
    """Do something to each, and say what became of it.

    When the store cannot be used any more the rest is not tried. Raises Unavailable when that is so from the first on,
    as then nothing was done for sure but, maybe, to that.
    """
    found: list[Done] = []
    for wish in wishes:
        try:
            found.append(await _done(hub, wish, doing(wish)))
        except Unavailable as error:
            if not found:
                raise
            rest = [*wishes][len(found) + 1 :]
            return [*found, Done(wish, None, error), *(Done(x, None, Unavailable(NOT_TRIED)) for x in rest)]
    return found


async def _done(hub: Hub, wish: Wish, doing: Awaitable[Item]) -> Done:
    try:
        return Done(wish, await doing)
    except (Unknown, NotAllowed) as error:
        return Done(wish, None, error)
    except (Stale, IllegalMove, BadRequest) as error:
        after, history = await hub.store.stored(wish.id), await hub.store.history(wish.id)
        return Done(wish, after.item if after else None, error, _last(history))


def _last(history: Sequence[Told]) -> Told | None:
    return next((line for line in reversed(history) if line.event not in _BESIDE), None)
