"""What somebody just did is taken back, by that person and before anything of it has left the house."""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.change import Change, Entry, Once, Undoable
from hub.deadline import Deadline
from hub.directory import Person
from hub.errors import BadRequest
from hub.item import Action, Item
from hub.record import Taken

# What can be taken back. Whoever waits no longer has only to ask again.
ACTIONS = frozenset(Action) - {Action.RESUME, Action.WITHDRAW}


def keeping(
    change: Change, item: Item, clock: Deadline | None, action: Action, lasting: timedelta, who: Person, now: datetime
) -> Change:
    """The change of an act, with what it takes to undo it for as long as its person asked for."""
    if lasting <= timedelta(0) or action not in ACTIONS:
        return change
    # What it is called: the waiting that marking something as urgent ends is no act of its own.
    named = change.entries[-1 if action is Action.URGE else 0].event
    return replace(change, undo=Undoable(who.id, named, now + lasting, item, clock))


def undo(taken: Taken | None, version: int, who: Person, now: datetime, once: Once | None = None) -> Change:
    """The item and its clock as they were before the act that made this version; what it sends is taken back.

    Whoever has it again hears of it, and so does the inbox that it is taken from. Raises BadRequest when another did
    it, or the time is over.
    """
    if taken is None or taken.undo.until <= now:
        raise BadRequest("undo: there is nothing to take back any more; it was too long ago, or is taken back already")
    before = taken.undo
    if before.person != who.id:
        raise BadRequest("undo: only whoever did this can take it back")
    item = replace(before.item, version=version)
    detail = {"what": before.event} | ({"owner": item.owner} if item.owner else {})
    if before.deadline and taken.due and taken.due != before.deadline.due:
        detail |= {"due_was": taken.due.isoformat(), "due_at": before.deadline.due.isoformat()}
    entries = [Entry(now, "item.undone", item.message, item.id, item.inbox, who.id, detail)]
    if taken.inbox != item.inbox:
        entries.append(Entry(now, "item.left", item.message, item.id, taken.inbox, who.id, {"to": item.inbox}))
    clocks = (before.deadline,) if before.deadline else ()
    return Change(tuple(entries), items=(item,), deadlines=clocks, unsent=taken.letters, once=once)
