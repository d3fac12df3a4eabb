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
    step = due.steps[due.step]
    late = now - (due.late_from or now) > grace
    told = _told(step.tell, item, directory)
    notices = tuple(Notice(x, item.id, due.step, due.due, now, late, due.round, step.through) for x in told)
    event = "deadline.warned" if step.minutes < 0 else "deadline.escalated"
    detail = {"step": str(due.step), "told": " ".join(told), "late": "yes" if late else "no"}
    change = Change(
        entries=(
            Entry(now, event, item.message, item.id, item.inbox, "watch", detail),
            *(Entry(now, "notice.told", item.message, item.id, t, "watch") for t in told if t != item.inbox),
        ),
        items=(replace(item, level=max(item.level, due.step + 1)),),
        deadlines=(deadline.following(due),),
        notices=notices,
    )
    return _moved(change, item, told[0], now) if step.moves and told else change


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


def give_up(sent: Sent, item: Item, now: datetime) -> Change:
    """What we sent was not acknowledged in time: as good as refused, and whoever sent it must hear (HIS 80415)."""
    entry = Entry(now, "answer.unacknowledged", item.message, item.id, item.inbox, "watch", {"document": sent.msg_id})
    told = Alert(AlertKind.MISSING, item.inbox, item.id, sent.msg_id, now)
    return Change((entry,), alerts=(told,), missing=(sent.number,))


def _told(tell: tuple[str, ...], item: Item, directory: Directory) -> tuple[InboxId, ...]:
    inbox = directory.inboxes.get(item.inbox)
    # An inbox that has left the directory still has late items, and somebody must hear of them.
    practice = inbox.practice if inbox else next(iter(directory.practices))
    found = (item.inbox if t == OWN_INBOX else _inbox(InboxKind(t), practice, directory) for t in tell)
    return tuple(dict.fromkeys(found_id for found_id in found if found_id is not None))


def _inbox(kind: InboxKind, practice: HerId, directory: Directory) -> InboxId | None:
    inbox = directory.first(kind, practice)
    return inbox.id if inbox else None
