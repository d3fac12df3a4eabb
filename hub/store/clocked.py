"""The clocks of what some messages became, and when what they were for was ended."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from hub.directory import InboxId
from hub.item import OPEN, ItemId, Purpose, State
from hub.record import Clocked
from hub.store import lane, rows
from hub.store.reading import CLOCK
from hub.store.tables import deadline, item, journal

_PAUSED, _RESUMED, _MOVED = "deadline.paused", "deadline.resumed", "deadline.moved"
# What is taken back is named by its first line, and what moves a clock by its own.
_UNDONE = {"item.waiting": _PAUSED, _RESUMED: _RESUMED, _MOVED: _MOVED}
_OVER = [f"item.{state.value}" for state in State if state not in OPEN]


def of(c: Connection, numbers: Collection[int]) -> dict[int, list[Clocked]]:
    """The clocks of what was made of some messages to be acted on or read, by the messages' numbers."""
    of_item = (item.c.id, item.c.message_id, item.c.inbox, item.c.home, item.c.state)
    columns: tuple[Any, ...] = (*of_item, deadline.c.due_at, *CLOCK)
    together = item.join(deadline, deadline.c.item_id == item.c.id)
    wanted = (lane.among(c, item.c.message_id, numbers), item.c.purpose != Purpose.INFORMATION.value)
    query = select(*columns).select_from(together).where(*wanted)
    found = c.execute(query.order_by(item.c.message_id, item.c.id)).all()
    over = [r.id for r in found if State(r.state) not in OPEN]
    ended, asked = _ended(c, over), _asked(c, over)
    told: dict[int, list[Clocked]] = {}
    for r in found:
        clock = rows.deadline_of(r)
        last = asked.get(r.id)
        # Of what was ended while the sender was waited for the partner's clock is stored: ours stood since then.
        stood = (last.since, last.due) if last and last.since and clock.why.since == last.since else None
        if last and stood:
            clock = replace(clock, why=replace(clock.why, since=last.urged, by=last.by, pauses=last.pauses))
        lies = InboxId(r.home or r.inbox)
        told.setdefault(r.message_id, []).append(Clocked(lies, clock, ended.get(r.id), stood))
    return told


@dataclass(frozen=True, slots=True)
class _Life:
    """What moved a clock of ours: it is waited for the sender `since` then, when it was `due` so.

    Before that it stood in the `pauses`, and somebody marked it as urgent when it was `urged`.
    """

    since: datetime | None = None
    due: datetime = datetime.min
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    urged: datetime | None = None
    by: str = ""

    def after(self, event: str, at: datetime, who: str, detail: dict[str, str]) -> "_Life":
        """The same after a line of the journal."""
        if event == _PAUSED:
            return replace(self, since=at, due=datetime.fromisoformat(detail["from"]))
        if event == _MOVED and detail["why"] != "urgent":
            # By another configuration; while a partner is waited for it is our clock that is set by it.
            return replace(self, due=datetime.fromisoformat(detail["to"])) if self.since else self
        on = self if self.since is None else replace(self, since=None, pauses=(*self.pauses, (self.since, at)))
        return replace(on, urged=at, by=who) if event == _MOVED else on


def _ended(c: Connection, ids: Collection[str]) -> dict[ItemId, datetime]:
    """When each was ended; the last time, as one before it was taken back."""
    over = (lane.among(c, journal.c.item_id, ids), journal.c.event.in_(_OVER))
    query = select(journal.c.item_id, func.max(journal.c.at)).where(*over).group_by(journal.c.item_id)
    return {ItemId(id): at for id, at in c.execute(query)}


def _asked(c: Connection, ids: Collection[str]) -> dict[ItemId, _Life]:
    """What moved the clock of each, by the journal; what was taken back did not."""
    columns = (journal.c.item_id, journal.c.event, journal.c.at, journal.c.who, journal.c.detail)
    events = (lane.among(c, journal.c.item_id, ids), journal.c.event.in_((*_UNDONE.values(), "item.undone")))
    lives: dict[ItemId, list[tuple[str, datetime | None, _Life]]] = {}
    for id, event, at, who, written in c.execute(select(*columns).where(*events).order_by(journal.c.id)):
        life, detail = lives.setdefault(ItemId(id), [("", None, _Life())]), json.loads(written)
        last, since, before = life[-1]
        if event != "item.undone":
            life.append((event, at, before.after(event, at, who, detail)))
        elif last == _UNDONE.get(detail["what"]):
            life.pop()
            # Marking as urgent ended the waiting in the same act.
            if last == _MOVED and life[-1][:2] == (_RESUMED, since):
                life.pop()
    return {id: life[-1][2] for id, life in lives.items()}
