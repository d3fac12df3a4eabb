"""Items that change: each is claimed at the version at which it was read, and its clock goes with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from hub.change import Change
from hub.deadline import Deadline
from hub.item import Item, ItemId
from hub.store import lane, receipts, rows, undoing
from hub.store.batch import Committed, Outdated, Written
from hub.store.tables import deadline, item

Claimed = Mapping[int, Committed | Outdated]


def moves(change: Change) -> bool:
    """Whether it changes something that is there, or gives it up."""
    return bool(change.missing) or any(x.version for x in change.items)


def claim(c: Connection, changes: Mapping[int, Change]) -> dict[int, Written]:
    """Claim what each of these changes moves; whoever comes second to an item is told its version and writes nothing.

    Those of one item that nobody else here wants go together, as what the watch does is: a statement for each of them
    would take ten times as long.
    """
    wanted = Counter(x.id for change in changes.values() for x in change.items)
    alone = {n: change for n, change in changes.items() if _alone(change) and wanted[change.items[0].id] == 1}
    written: dict[int, Written] = dict(_together(c, alone))
    return written | {n: move(c, change) for n, change in changes.items() if n not in alone}


def move(c: Connection, change: Change) -> Written:
    """Claim every moved item at the version it was read with, and what is taken back with it, all or none of them.

    Outdated at that very version means that what was to be taken back had left already.
    """
    if change.missing and not receipts.give_up(c, change.missing):
        return Outdated(0)
    moved = [x for x in change.items if x.version]
    # One alone has written nothing when it is not there; a point to go back to would cost two more ways to the server.
    point = c.begin_nested() if len(moved) > 1 or change.unsent else None
    for x in moved:
        claimed = update(item).where(item.c.id == x.id, item.c.version == x.version).values(_row(x, change))
        if c.execute(claimed).rowcount != 1:
            if point:
                point.rollback()
            return Outdated(_versions(c, [x.id])[x.id])
    if point and change.unsent and not undoing.take_back(c, change.unsent):
        point.rollback()
        return Outdated(moved[0].version)
    for d in change.deadlines:
        c.execute(update(deadline).where(deadline.c.item_id == d.item).values(_clock(d)))
    if point:
        point.commit()
    return Committed()


def due(change: Change, x: Item) -> datetime | None:
    """When a change makes an item due; None where it says nothing of it."""
    return next((d.due for d in change.deadlines if d.item == x.id), None)


def _alone(change: Change) -> bool:
    """Whether it moves one item, with its own clock or none, and nothing else."""
    if change.missing or change.unsent or len(change.items) != 1 or not change.items[0].version:
        return False
    return all(d.item == change.items[0].id for d in change.deadlines)


def _together(c: Connection, changes: Mapping[int, Change]) -> Claimed:
    claimed = _updated(c, [(change.items[0], change) for change in changes.values()])
    late = [change.items[0].id for change in changes.values() if change.items[0].id not in claimed]
    versions = _versions(c, late) if late else {}
    clocks = [d for change in changes.values() if change.items[0].id in claimed for d in change.deadlines]
    lane.change(c, deadline, [{"item_id": d.item} for d in clocks], [_clock(d) for d in clocks])
    firsts = {n: change.items[0].id for n, change in changes.items()}
    return {n: Committed() if id in claimed else Outdated(versions[id]) for n, id in firsts.items()}


def _updated(c: Connection, moved: Sequence[tuple[Item, Change]]) -> set[ItemId]:
    """Update items where they still have the version that they were read with; returns those that had."""
    claimed: set[ItemId] = set()
    values = [(x, _row(x, change)) for x, change in moved]
    # Few sorts of changes say more than others.
    for columns in dict.fromkeys(tuple(row) for _, row in values):
        mine = [(x, row) for x, row in values if tuple(row) == columns]
        keys = [{"id": x.id, "version": x.version} for x, _ in mine]
        claimed |= {ItemId(id) for id in lane.change(c, item, keys, [row for _, row in mine])}
    return claimed


def _row(x: Item, change: Change) -> dict[str, Any]:
    values: dict[str, Any] = {
        "state": x.state.value,
        "owner": x.owner,
        "level": x.level,
        "inbox": x.inbox,
        "home": x.home,
        "note": x.note,
        "version": x.version + 1,
    }
    if change.replaced:
        values["placing"] = rows.encode(x.placing)
    if at := due(change, x):
        values["due_at"] = at
    return values


def _clock(d: Deadline) -> dict[str, Any]:
    return {name: value for name, value in rows.deadline_row(d).items() if name != "item_id"}


def _versions(c: Connection, ids: Sequence[ItemId]) -> dict[ItemId, int]:
    """At which version these items are; nothing takes an item away."""
    found = c.execute(select(item.c.id, item.c.version).where(lane.among(c, item.c.id, ids)))
    return {ItemId(row.id): row.version for row in found}
