"""The clocks of what some messages became, and when what they were for was ended."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from hub.directory import InboxId
from hub.item import OPEN, ItemId, Purpose, State
from hub.record import Clocked
from hub.store import lane, rows
from hub.store.reading import CLOCK
from hub.store.tables import deadline, item, journal

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
        stood = last if last and clock.why.since == last[0] else None
        lies = InboxId(r.home or r.inbox)
        told.setdefault(r.message_id, []).append(Clocked(lies, clock, ended.get(r.id), stood))
    return told


def _ended(c: Connection, ids: Collection[str]) -> dict[ItemId, datetime]:
    """When each was ended; the last time, as one before it was taken back."""
    over = (lane.among(c, journal.c.item_id, ids), journal.c.event.in_(_OVER))
    query = select(journal.c.item_id, func.max(journal.c.at)).where(*over).group_by(journal.c.item_id)
    return {ItemId(id): at for id, at in c.execute(query)}


def _asked(c: Connection, ids: Collection[str]) -> dict[ItemId, tuple[datetime, datetime]]:
    """When the sender was asked last, and when it was due then."""
    events = (lane.among(c, journal.c.item_id, ids), journal.c.event == "deadline.paused")
    lines = c.execute(select(journal.c.item_id, journal.c.at, journal.c.detail).where(*events).order_by(journal.c.id))
    return {ItemId(id): (at, datetime.fromisoformat(json.loads(detail)["from"])) for id, at, detail in lines}
