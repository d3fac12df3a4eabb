"""Time passed: what now?"""

from dataclasses import replace
from datetime import datetime, timedelta

from hub import deadline
from hub.change import Alert, AlertKind, Change, Entry, Notice
from hub.deadline import OWN_INBOX, Deadline
from hub.directory import Directory, InboxId, InboxKind
from hub.item import Item, State
from hub.message import HerId
from hub.record import Sent


def lapse(item: Item, due: Deadline, directory: Directory, grace: timedelta, now: datetime) -> Change:
    """The deadline's step happens: inboxes are told, the level rises, the clock stands on the next step."""
    assert due.fires_at is not None, "only a running clock lapses"
    step = due.coming
    late = now - (due.late_from or now) > grace
    told_to = told(step.tell, item, directory)
    notices = tuple(Notice(x, item.id, due.step, due.due, now, late, due.round, step.through) for x in told_to)
    event = "deadline.warned" if step.minutes < 0 else "deadline.escalated"
    detail = {"step": str(due.step), "told": " ".join(told_to), "late": "yes" if late else "no"}
    if due.paused:
        detail["whose"] = "sender"
    change = Change(
        entries=(
            Entry(now, event, item.message, item.id, item.inbox, "watch", detail),
            *(Entry(now, "notice.told", item.message, item.id, t, "watch") for t in told_to if t != item.inbox),
        ),
        items=(replace(item, level=max(item.level, min(due.step + 1, len(due.steps)))),),
        deadlines=(deadline.following(due),),
        notices=notices,
    )
    return _moved(change, item, told_to[0], now) if step.moves and told_to else change


def _moved(change: Change, item: Item, to: InboxId, now: datetime) -> Change:
    """The item goes where the ladder says, and whoever had it is free; what waits for a partner stays where it is."""
    (raised,) = change.items
    if to == item.inbox or item.state is State.WAITING:
        return change
    moved = replace(raised, inbox=to, home=None, owner=None, state=State.NEW)
    entries = (
        Entry(now, "item.taken_up", item.message, item.id, to, "watch", {"from": item.inbox, "to": to}),
        Entry(now, "item.left", item.message, item.id, item.inbox, "watch", {"to": to}),
    )
    return replace(change, entries=(*change.entries, *entries), items=(moved,))


def give_up(sent: Sent, item: Item, directory: Directory, now: datetime) -> Change:
    """What we sent was not acknowledged in time, or could not be brought at all: as good as refused (HIS 80415).

    Where the item lies they must hear of it, and so must whoever sent it and the coordinator of the practice.
    """
    kind = AlertKind.UNDELIVERED if sent.parked else AlertKind.MISSING
    event = "answer.undelivered" if sent.parked else "answer.unacknowledged"
    entry = Entry(now, event, item.message, item.id, item.inbox, "watch", {"document": sent.msg_id})
    alerts = tuple(Alert(kind, inbox, item.id, sent.msg_id, now) for inbox in _responsible(sent, item, directory))
    return Change((entry,), alerts=alerts, missing=(sent.number,))


def told(tell: tuple[str, ...], item: Item, directory: Directory) -> tuple[InboxId, ...]:
    """The inboxes that a step tells about an item, each once; where the practice has none of a kind, nobody is."""
    home = practice(item, directory)
    found = (item.inbox if t == OWN_INBOX else _inbox(InboxKind(t), home, directory) for t in tell)
    return tuple(dict.fromkeys(found_id for found_id in found if found_id is not None))


def practice(item: Item, directory: Directory) -> HerId:
    """Whose an item is; of an inbox that has left the directory somebody must hear too, so it is the first one's."""
    inbox = directory.inboxes.get(item.inbox)
    return inbox.practice if inbox else next(iter(directory.practices))


def _responsible(sent: Sent, item: Item, directory: Directory) -> tuple[InboxId, ...]:
    """Where somebody must hear of what became of a document: with the item, its author and the coordinator, once."""
    author = directory.personal(sent.author) if sent.author and sent.author in directory.people else None
    coordinator = directory.first(InboxKind.COORDINATOR, practice(item, directory))
    return tuple(dict.fromkeys((item.inbox, *(x.id for x in (author, coordinator) if x))))


def _inbox(kind: InboxKind, practice: HerId, directory: Directory) -> InboxId | None:
    inbox = directory.first(kind, practice)
    return inbox.id if inbox else None
