"""The hub's side of the day, read from its database and from nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hub.directory import Directory, InboxId
from hub.item import ItemId
from hub.record import Told
from hub.store import Store

ENDED = ("item.answered", "item.closed", "item.returned", "item.withdrawn")


@dataclass(frozen=True, slots=True)
class Piece:
    """An item as the journal tells of it."""

    inbox: InboxId
    msg_id: str
    copy: bool
    due: datetime | None
    ended: datetime | None = None
    how: str = ""
    warned: bool = False
    escalated: bool = False

    @property
    def in_time(self) -> bool:
        """Whether it was done by the time that was promised."""
        return self.ended is not None and self.due is not None and self.ended <= self.due


@dataclass(frozen=True, slots=True)
class Ladders:
    """Where the clocks of open items stand: those that have ended, and those whose step should have come by now."""

    climbed: frozenset[str] = frozenset()
    overdue: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HubSide:
    """What the hub has: its own counts, every item, and the MsgIds it says that it took in."""

    tally: Mapping[str, Mapping[str, int]]
    pieces: tuple[Piece, ...]
    told_late: int = 0
    ladders: Ladders = Ladders()

    def count(self, table: str, name: str) -> int:
        """One of the counts, 0 when nothing was counted."""
        return self.tally.get(table, {}).get(name, 0)


class Ledger:
    """Follows the journal, and keeps each item as it stands."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self.pieces: dict[ItemId, Piece] = {}
        self.told_late = 0
        self._store = store
        self._inboxes = tuple(directory.inboxes)
        self._last = 0

    async def refresh(self) -> None:
        """Read on in the journal, to its end."""
        while told := await self._store.journal(self._last, self._inboxes):
            for line in told:
                await self._take(line)
            self._last = told[-1].id

    async def latest(self) -> datetime | None:
        """The last moment that the journal tells of."""
        newest = await self._store.newest()
        told = await self._store.journal(max(0, newest - 50), self._inboxes)
        return told[-1].at if told else None

    async def whole(self, now: datetime) -> HubSide:
        """All of it, at the end; `now` is the moment by which clocks should have been heeded."""
        await self.refresh()
        return HubSide(await self._store.tally(), tuple(self.pieces.values()), self.told_late, await self._ladders(now))

    async def _ladders(self, now: datetime) -> Ladders:
        climbed, overdue = set(), set()
        for id, piece in self.pieces.items():
            stored = None if piece.ended else await self._store.stored(id)
            if stored is None or stored.deadline is None or not stored.item.open:
                continue
            if stored.deadline.fires_at is None:
                climbed.add(piece.msg_id)
            elif stored.deadline.fires_at < now:
                overdue.add(piece.msg_id)
        return Ladders(frozenset(climbed), frozenset(overdue))

    async def _take(self, line: Told) -> None:
        if line.item is None:
            return
        if line.event in ("message.accepted", "item.copied"):
            self.pieces[line.item] = await self._new(line.item, line)
        else:
            self.pieces[line.item] = _moved(self.pieces[line.item], line)
        if line.event.startswith("deadline."):
            self.told_late += line.detail.get("late") == "yes"

    async def _new(self, id: ItemId, line: Told) -> Piece:
        stored = await self._store.stored(id)
        due = stored.deadline.due if stored and stored.deadline else None
        msg_id = (line.message or "").partition("/")[2]
        return Piece(InboxId(line.inbox or ""), msg_id, line.event == "item.copied", due)


def _moved(piece: Piece, line: Told) -> Piece:
    """The item after what the journal tells."""
    if line.event in ENDED:
        return replace(piece, ended=line.at, how=line.event.partition(".")[2])
    if line.event == "deadline.warned":
        return replace(piece, warned=True)
    if line.event == "deadline.escalated":
        return replace(piece, escalated=True)
    return piece
