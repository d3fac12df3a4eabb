"""Time passed: what now?"""

from dataclasses import replace
from datetime import datetime, timedelta

from hub import deadline
from hub.change import Alert, AlertKind, Change, Entry, Notice
from hub.deadline import OWN_INBOX, Deadline
from hub.directory import Directory, InboxId, InboxKind
from hub.item import Item
from hub.message import HerId
from hub.record import Sent


def lapse(item: Item, due: Deadline, directory: Directory, grace: timedelta, now: datetime) -> Change:
    """The deadline's step happens: inboxes are told, the level rises, the clock stands on the next step."""
    assert due.fires_at is not None, "only a running clock lapses"
    step = due.steps[due.step]
    late = now - due.fires_at > grace
    told = _told(step.tell, item, directory)
    notices = tuple(Notice(inbox, item.id, due.step, due.due, now, late) for inbox in told)
    event = "deadline.warned" if step.minutes < 0 else "deadline.escalated"
    detail = {"step": str(due.step), "told": " ".join(told), "late": "yes" if late else "no"}
    return Change(
        entries=(
            Entry(now, event, item.message, item.id, item.inbox, "watch", detail),
            *(Entry(now, "notice.told", item.message, item.id, t, "watch") for t in told if t != item.inbox),
        ),
        items=(replace(item, level=max(item.level, due.step + 1)),),
        deadlines=(deadline.following(due),),
        notices=notices,
    )


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
