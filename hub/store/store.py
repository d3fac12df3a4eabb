"""The store: one transaction for a batch of Changes, and the questions one may ask."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import sha256
from types import TracebackType
from typing import Self

from sqlalchemy import delete, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.deadline import Deadline
from hub.directory import InboxId, PersonId
from hub.errors import BadConfiguration
from hub.item import Item, ItemId
from hub.message import HerId
from hub.record import Line, Posted, Stored, Told
from hub.store import engine, reading, writing
from hub.store.tables import REVISION, outbox, session
from hub.store.writing import Writing, Written


class Store:
    """A database that is open. Use it as an async context manager.

    Raises BadConfiguration on entry when the database cannot be opened, is not at this version's
    tables, or would not keep what it commits.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._writer = engine.writer(engine.address(url))
        self._readers = engine.readers(engine.address(url))

    async def __aenter__(self) -> Self:
        try:
            async with self._readers.connect() as c:
                await self._check(c)
            async with self._writer.connect() as c:
                await _durable(c)
        except engine.UNREACHABLE as fault:
            await self.close()
            raise engine.unreachable(self._url, fault) from fault
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection; an open one would keep the process alive."""
        await self._readers.dispose()
        await self._writer.dispose()

    async def commit(self, batch: Sequence[Writing], now: datetime) -> list[Written]:
        """Write a batch in one transaction: when this returns, all of it is on disk.

        A cancelled caller does not stop it half-way; the transaction ends by itself.
        """
        return await asyncio.shield(asyncio.ensure_future(self._commit(batch, now)))

    async def confirm(self, her_id: HerId, ids: Collection[int], now: datetime) -> int:
        """The partner has these documents: they leave its mailbox. Returns how many left."""
        wanted = (outbox.c.her_id == her_id, outbox.c.id.in_(ids), outbox.c.confirmed_at.is_(None))
        async with self._writing() as c:
            done = await c.execute(update(outbox).where(*wanted).values(confirmed_at=now))
        return done.rowcount

    async def sign_in(self, token: str, person: PersonId, now: datetime, expires_at: datetime) -> None:
        """Keep a sign-in; only the token's digest is stored."""
        row = {"token": _digest(token), "person": person, "expires_at": expires_at}
        async with self._writing() as c:
            await c.execute(delete(session).where(session.c.expires_at <= now))
            await c.execute(insert(session), row)

    async def sign_out(self, token: str) -> None:
        """End a sign-in."""
        async with self._writing() as c:
            await c.execute(delete(session).where(session.c.token == _digest(token)))

    async def person_of(self, token: str, now: datetime) -> PersonId | None:
        """Whose sign-in a token is, while it lasts."""
        async with self._reading() as c:
            found = await reading.person_of(c, _digest(token), now)
        return PersonId(found) if found else None

    async def lines(
        self, inbox: InboxId, closed: bool = False, after: tuple[str, str] | None = None, limit: int = 100
    ) -> list[Line]:
        """Items of an inbox by due time."""
        async with self._reading() as c:
            return await reading.lines(c, inbox, closed, after, limit)

    async def stored(self, id: ItemId) -> Stored | None:
        """One item with its clock and its message's bytes, or None."""
        async with self._reading() as c:
            return await reading.stored(c, id)

    async def due(self, now: datetime, limit: int) -> list[tuple[Item, Deadline]]:
        """The running clocks that have come, the longest overdue first."""
        async with self._reading() as c:
            return await reading.due(c, now, limit)

    async def next_due(self) -> datetime | None:
        """When the next clock comes, or None when none runs."""
        async with self._reading() as c:
            return await reading.next_due(c)

    async def counts(self) -> dict[InboxId, dict[str, int]]:
        """How many items each inbox has in each state."""
        async with self._reading() as c:
            return await reading.counts(c)

    async def notices(self, inbox: InboxId, limit: int = 100) -> list[tuple[Line, int, datetime, bool]]:
        """Open items an inbox was told about by a ladder."""
        async with self._reading() as c:
            return await reading.notices(c, inbox, limit)

    async def mailbox(self, her_id: HerId, after: int = 0, limit: int = 100) -> list[Posted]:
        """What waits for a partner, in the order it was sent."""
        async with self._reading() as c:
            return await reading.mailbox(c, her_id, after, limit)

    async def history(self, id: ItemId) -> list[Told]:
        """All that happened to an item."""
        async with self._reading() as c:
            return await reading.history(c, id)

    async def journal(self, after: int, inboxes: Collection[InboxId], limit: int = 500) -> list[Told]:
        """The journal's lines about some inboxes after a number."""
        async with self._reading() as c:
            return await reading.journal_after(c, after, inboxes, limit)

    async def newest(self) -> int:
        """The number of the journal's last line."""
        async with self._reading() as c:
            return await reading.newest(c)

    async def tally(self) -> dict[str, dict[str, int]]:
        """Counts that prove that nothing was lost."""
        async with self._reading() as c:
            return await reading.tally(c)

    async def _commit(self, batch: Sequence[Writing], now: datetime) -> list[Written]:
        async with self._writing() as c:
            return await writing.write(c, batch, now)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._writer.begin() as c:
            yield c

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._readers.begin() as c:
            yield c

    async def _check(self, c: AsyncConnection) -> None:
        known = await c.execute(text("SELECT name FROM sqlite_master WHERE name = 'alembic_version'"))
        row = (await c.execute(text("SELECT version_num FROM alembic_version"))).first() if known.first() else None
        if row is None or row[0] != REVISION:
            have = f"at revision {row[0]}" if row else "empty"
            raise BadConfiguration(
                "configuration",
                "database.url",
                f"{self._url} is {have}, this version needs {REVISION}: run `hub migrate`",
            )


async def _durable(c: AsyncConnection) -> None:
    """Refuse a database that may lose what it committed at a power cut."""
    mode = (await c.execute(text("PRAGMA journal_mode"))).scalar()
    level = (await c.execute(text("PRAGMA synchronous"))).scalar()
    if mode != "wal" or level != 2:
        reason = f"journal_mode is {mode} and synchronous {level}; WAL and FULL (2) are needed"
        raise BadConfiguration("configuration", "database.url", reason)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
