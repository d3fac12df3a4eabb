"""Open items by where they lie, whose they are and who has them: what may have to move when somebody goes or comes."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from hub.directory import InboxId, PersonId
from hub.item import Item, ItemId, State
from hub.record import Lying
from hub.store import lane, reading, rows
from hub.store.tables import item, journal


def groups(c: Connection, away: Collection[InboxId]) -> list[Lying]:
    """Open items in some inboxes, those that lie away from home, and those that somebody has taken; each once.

    Nothing else is looked at, however much lies open.
    """
    # Not "is not null", for which SQLite would look at all that is open instead of the index of these few.
    asked: list[ColumnElement[bool]] = [item.c.home > "", item.c.state == State.CLAIMED.value]
    if away:
        asked.append(lane.among(c, item.c.inbox, away))
    return list(dict.fromkeys(group for condition in asked for group in _grouped(c, condition)))


def _grouped(c: Connection, condition: ColumnElement[bool]) -> list[Lying]:
    columns = (item.c.inbox, item.c.home, item.c.owner)
    found = c.execute(select(*columns).distinct().where(reading.IS_OPEN, condition))
    return [
        Lying(InboxId(inbox), InboxId(home) if home else None, PersonId(owner) if owner else None)
        for inbox, home, owner in found
    ]


def members(c: Connection, group: Lying, after: ItemId, limit: int) -> list[Item]:
    """The items of a group by their ids, those after one."""
    alike = (item.c.inbox == group.inbox, item.c.home == group.home, item.c.owner == group.owner)
    query = reading.joined(*reading.ITEM).where(reading.IS_OPEN, *alike, item.c.id > after)
    return [rows.item_of(r) for r in c.execute(query.order_by(item.c.id).limit(limit))]


def claimed(c: Connection, ids: Collection[ItemId]) -> dict[ItemId, datetime]:
    """When each of some items was taken, the last time."""
    wanted = (journal.c.item_id.in_(ids), journal.c.event == "item.claimed")
    found = c.execute(select(journal.c.item_id, func.max(journal.c.at)).where(*wanted).group_by(journal.c.item_id))
    return {ItemId(id): at for id, at in found}
