"""Lines of the journal that come with no decision, and what goes out beside the inboxes."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from hub.change import Entry
from hub.dispatch import Dispatch
from hub.store import lane, rows
from hub.store import postgresql as server
from hub.store.tables import dispatch, journal


def tell(c: Connection, entries: Sequence[Entry]) -> None:
    """Write what happened, and wake whoever listens."""
    lane.add(c, journal, [rows.entry_row(entry) for entry in entries])
    if c.dialect.name == "postgresql":
        server.tell(c)


def put(c: Connection, dispatches: Iterable[Dispatch], now: datetime) -> int:
    """What is to go; nothing that is there under the same key. Returns how many are new."""
    values = [
        {
            "key": x.key,
            "way": x.way.value,
            "target": x.target,
            "content": rows.encode(x.content.lines),
            "created_at": now,
            "next_attempt_at": x.at,
        }
        for x in dispatches
    ]
    return lane.add(c, dispatch, values, ignore=True)
