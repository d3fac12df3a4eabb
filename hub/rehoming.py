"""Whose an inbox was that has left the directory: what lies in it tells."""

from collections.abc import Awaitable, Callable

import structlog

from hub import intake
from hub.directory import Directory, InboxId, Practice
from hub.errors import ReaderBroken, Unavailable
from hub.item import Item
from hub.message import HerId, Message
from hub.record import Stored
from hub.store import Store

log = structlog.get_logger()

# So many items are asked before the likeliest practice is taken.
PORTION = 64

Read = Callable[[Stored], Awaitable[Message]]


async def whose(inbox: InboxId, store: Store, directory: Directory, read: Read) -> Practice:
    """The practice that it was one of; the first one, when nothing in it tells.

    All that lies in one inbox is one practice's: an item that can only be one practice's speaks for the others.
    """
    left: list[HerId] = []
    for line in await store.lines(inbox, limit=PORTION):
        possible = await _possible(line.item, store, directory, read)
        left = [x for x in left if x in possible] or left or possible
        if len(left) == 1:
            break
    if not left:
        log.warning("inbox.ownerless", inbox=inbox)
    return directory.practices[left[0]] if left else next(iter(directory.practices.values()))


async def _possible(x: Item, store: Store, directory: Directory, read: Read) -> list[HerId]:
    """The practices whose an item can be: an item never leaves its practice, and each has its own of a message."""
    been = [x.home, *(told.inbox for told in await store.history(x.id))]
    if known := [directory.inboxes[id].practice for id in been if id and id in directory.inboxes]:
        return known[:1]
    lying = (directory.inboxes.get(other.inbox) for other in await store.siblings(x.id))
    others = {inbox.practice for inbox in lying if inbox}
    return [id for id in await _addressed(x, store, directory, read) if id not in others]


async def _addressed(x: Item, store: Store, directory: Directory, read: Read) -> list[HerId]:
    """The practices that an item's message was addressed to, each once; none when it cannot be read."""
    stored = await store.stored(x.id)
    assert stored is not None, "an item that was listed is there"
    try:
        message = await read(stored)
    except (Unavailable, ReaderBroken):
        log.warning("message.unread", item=x.id)
        return []
    return list(dict.fromkeys(ours.practice.her_id for ours in intake.recipients(message.envelope, directory)))
