"""How long people took for what they ended of late, as far as a bounded look back at the journal shows."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from hub.directory import InboxId, PersonId
from hub.item import State
from hub.store import reading
from hub.store.tables import journal

# So many of the journal's last lines are looked at.
LINES = 20_000

_ENDED = [f"item.{state.value}" for state in (State.ANSWERED, State.CLOSED, State.RETURNED)]
# What else somebody does to an item: whatever they end next took them no longer than since then.
_DONE = [*_ENDED, "item.claimed", "item.released", "item.waiting", "item.handed_on"]


def taken(
    c: Connection, inboxes: Collection[InboxId], people: Collection[PersonId], since: datetime
) -> dict[InboxId, list[timedelta]]:
    """How long it was from what these people did before, anywhere, to what they ended in these inboxes since then."""
    before = func.lag(journal.c.at, type_=journal.c.at.type).over(partition_by=journal.c.who, order_by=journal.c.id)
    recent = (journal.c.id > reading.newest(c) - LINES, journal.c.at >= since)
    theirs = (journal.c.event.in_(_DONE), journal.c.who.in_(people))
    columns = (journal.c.inbox, journal.c.event, journal.c.at, before.label("before"))
    acts = select(*columns).where(*recent, *theirs).subquery()
    ended = (acts.c.event.in_(_ENDED), acts.c.inbox.in_(inboxes), acts.c.before.is_not(None))
    found: dict[InboxId, list[timedelta]] = {}
    for inbox, at, done in c.execute(select(acts.c.inbox, acts.c.at, acts.c.before).where(*ended)):
        found.setdefault(InboxId(inbox), []).append(at - done)
    return found
