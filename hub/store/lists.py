"""What people look at: folders over their inboxes, what was found, and the lists that they come back to."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from hub.directory import InboxId, PersonId
from hub.record import Came, Found, Line, Listed, Raised
from hub.selection import Folder, Selection
from hub.store import listing, reading, searching, viewing
from hub.store.listing import Place
from hub.store.side import Side


class Lists:
    """The store's questions about lists, and the views that people saved. Each raises Unavailable."""

    def __init__(self, readers: Side, sharer: Side, writer: Side) -> None:
        self._readers, self._sharer, self._writer = readers, sharer, writer

    async def listing(self, wanted: Selection, after: Place | None, limit: int, now: datetime) -> Listed:
        """Items of a selection by due time, after a place in it."""
        return await self._readers.run(listing.listing, wanted, after, limit, now)

    async def counts(self, inboxes: Sequence[InboxId], person: PersonId) -> dict[Folder, int]:
        """How many each folder over some inboxes has."""
        return await self._readers.run(listing.counts, inboxes, person)

    async def deviations(self, inboxes: Sequence[InboxId], before: int | None, limit: int) -> list[Raised]:
        """What was sent from some inboxes and did not get through, the newest first, before a number."""
        return await self._readers.run(listing.deviations, inboxes, before, limit)

    async def senders(self, wanted: Selection, now: datetime) -> Mapping[str, str]:
        """From whom what is first in a folder came: the senders' names by their keys."""
        return await self._readers.run(listing.senders, wanted, now)

    async def find(self, asked: Sequence[str], inboxes: Collection[InboxId], before: int | None, limit: int) -> Found:
        """Items of some inboxes whose message has all the words, the newest message first, before a number."""
        return await self._readers.run(searching.find, asked, inboxes, before, limit)

    async def behind(self) -> int:
        """How many messages cannot be found yet."""
        return await self._readers.run(searching.behind)

    async def unread(self, limit: int, most: int) -> tuple[int, int, list[Came]]:
        """The next messages that are to be made findable: from which number, to which, and those with bytes."""
        return await self._readers.run(searching.unread, limit, most)

    async def keep(self, old: int, new: int, found: Mapping[int, Sequence[str]]) -> bool:
        """Keep the words of messages by their numbers; false when somebody else has gone on from the old number."""
        return await self._sharer.run(searching.keep, old, new, found)

    async def forget(self, portion: int) -> int:
        """Let go of the words of messages whose bytes were let go; returns of how many."""
        gone, after = 0, 0
        while numbers := await self._readers.run(searching.forgotten, after, portion):
            await self._sharer.run(searching.clear, numbers)
            gone, after = gone + len(numbers), numbers[-1]
        return gone

    async def views(self, person: PersonId) -> Mapping[str, str]:
        """The lists that a person saved, by their names: the path and the query of each."""
        return await self._readers.run(viewing.views, person)

    async def save_view(self, person: PersonId, name: str, query: str, most: int) -> bool:
        """Keep a list under a name, in the place of one that has it; false when there are `most` already."""
        return await self._sharer.run(viewing.save, person, name, query, most)

    async def delete_view(self, person: PersonId, name: str) -> bool:
        """Forget a list; false when there is none of that name."""
        return await self._sharer.run(viewing.forget, person, name)

    async def notices(
        self, inbox: InboxId, before: int | None, limit: int
    ) -> list[tuple[int, tuple[Line, int, datetime, bool]]]:
        """Open items that an inbox was told about by a ladder, each with its number, the newest first."""
        return await self._readers.run(reading.numbered_notices, inbox, limit, before)

    async def alerts(self, inbox: InboxId, before: int | None, limit: int) -> list[Raised]:
        """What an inbox has not seen yet, the newest first, before a number."""
        return await self._readers.run(reading.alerts, inbox, limit, before)
