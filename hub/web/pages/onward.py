"""Where an act leads: to the message itself, back to the list, or to the next message of it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from fastapi import Request

from hub import acting
from hub.directory import InboxId, Person
from hub.item import Action, Item, State
from hub.selection import Filters, Folder, Selection
from hub.service import Hub
from hub.web.pages import asking, page
from hub.web.pages.page import Place

# What an address says was done, of what leaves the item open.
_DONE = {
    Action.CLAIM: "claimed",
    Action.RELEASE: "released",
    Action.HAND_ON: "handed_on",
    Action.ASK: "waiting",
    Action.FORWARD: "forwarded",
    Action.URGE: "moved",
}
# What an address says for the moment only.
_PASSING = ("done", "item", "num", "until", "after")

# Where there is something to go on with, and so many lines of it are looked at for one that is free.
_WORK = frozenset({Folder.NEW, Folder.MINE, Folder.GROUP, Folder.INFORMATION})
LINES = 200


class Wish(Protocol):
    """What a form says of where to go on: the list that the person came from, and whether to the next of it."""

    @property
    def list(self) -> str:
        """The path of a list, or nothing."""

    @property
    def then(self) -> str:
        """The word next, or nothing."""


def came_from(request: Request, hub: Hub, who: Person) -> str:
    """The list that a page was opened from, as far as the browser says so: only a list of this person's."""
    path = page.before(request)
    return _address(path) if path and _selection(path, hub, who) else ""


async def path(hub: Hub, action: Action, done: Item, wish: Wish, place: Place | None, who: Person) -> str:
    """Where a person goes on after an act; with what they can take back, where they can."""
    undoable = await acting.undoable(hub.store, done.id, who, hub.clock.now()) is not None
    if action is Action.HAND_ON:
        left = await _left(hub, done, who)
        return _telling(left, _DONE[action], done, undoable) if left else "/"
    if done.open:
        here = f"/items/{done.id}"
        return _telling(here, _DONE[action], done, undoable) if undoable and action in _DONE else here
    home = wish.list if _selection(wish.list, hub, who) else page.inbox_path(place.inbox.id if place else done.inbox)
    if wish.then == "next" and (following := await _next(hub, _selection(home, hub, who), done, who)):
        home = f"/items/{following.id}"
    return _telling(home, done.state.value, done, undoable)


def _telling(path: str, done: str, item: Item, undoable: bool) -> str:
    """An address that says what was done, beside what it says already."""
    return page.told(_address(path), done, **({"item": item.id} if undoable else {}))


def _address(path: str) -> str:
    """A list's address without what it said was done before."""
    base, _, query = path.partition("?")
    said = [x for x in parse_qsl(query) if x[0] not in _PASSING]
    return f"{base}?{urlencode(said)}" if said else base


def _selection(path: str, hub: Hub, who: Person) -> Selection | None:
    """What an address lists, or None when it is no list of the person's."""
    at, mine = urlsplit(path), page.seen(hub, who)
    if at.scheme or at.netloc or page.local(path) != path:
        return None
    query, (kind, _, name) = dict(parse_qsl(at.query)), at.path.strip("/").partition("/")
    asked = InboxId(unquote(name) if kind == "inboxes" else query.get("inbox", ""))
    if asked and asked not in mine:
        return None
    if kind == "inboxes" and at.path == page.inbox_path(asked):
        folder = Folder.ARCHIVE if query.get("ended") else Folder.GROUP
        return Selection(folder, (asked,), who.id, _filters(query))
    if kind == "folders" and name in set(Folder):
        return Selection(Folder(name), (asked,) if asked else mine, who.id, _filters(query))
    return None


def _filters(query: Mapping[str, str]) -> Filters:
    """The filters of an address: those that are on or off, and those with a word."""
    known = {x.name: query[x.name][:200] for x in fields(Filters) if query.get(x.name)}
    return Filters(**{name: True if name in asking.SWITCHES else value for name, value in known.items()})  # type: ignore[arg-type]


async def _left(hub: Hub, done: Item, who: Person) -> str:
    """The inbox from which an item was handed on, if it is the person's; it may be another one by now."""
    left = [line.inbox for line in await hub.store.history(done.id) if line.event == "item.left"]
    return page.inbox_path(left[-1]) if left and left[-1] in who.inboxes else ""


async def _next(hub: Hub, wanted: Selection | None, done: Item, who: Person) -> Item | None:
    """The next message of a list that the person can act on: after the one that is done, else from the top."""
    if wanted is None or wanted.folder not in _WORK:
        return None
    now, stored = hub.clock.now(), await hub.store.stored(done.id)
    due = stored.deadline.due if stored and stored.deadline else None
    for after in (((due.isoformat(), done.id),) if due else ()) + (None,):
        for line in (await hub.store.lists.listing(wanted, after, LINES, now)).lines:
            if line.item.state is State.NEW or (line.item.state is State.CLAIMED and line.item.owner == who.id):
                return line.item
    return None
