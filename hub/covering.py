"""What lies with somebody away is found in the store, and what must be done about it is told in portions."""

from collections.abc import AsyncIterator
from datetime import datetime

from hub import presence
from hub.change import Change
from hub.directory import Directory
from hub.item import ItemId
from hub.record import Lying
from hub.store import Store

# So many items are looked at together: others write in between.
PORTION = 200
# How often it is looked again for what somebody else changed just then.
TRIES = 3


async def moves(store: Store, directory: Directory, now: datetime) -> AsyncIterator[tuple[Change, ...]]:
    """The moves that are needed now. Whoever asks for the next portion has written the one before.

    As long as nothing has to move this costs a few questions about counts, however much lies open.
    """
    inboxes = [id for id in await store.counts() if not presence.settled(Lying(id), directory, now)]
    for group in await store.lying(inboxes):
        if not presence.settled(group, directory, now):
            async for portion in _among(group, store, directory, now):
                yield portion


async def _among(group: Lying, store: Store, directory: Directory, now: datetime) -> AsyncIterator[tuple[Change, ...]]:
    after = ItemId("")
    while items := await store.lying_so(group, after, PORTION):
        after = items[-1].id
        claims = await store.claimed([x.id for x in items]) if group.owner else {}
        if portion := presence.moves(items, claims, directory, now):
            yield portion
