"""What is due sooner than it can be done, asked of the store; and said once an hour to those who plan who is here."""

from collections.abc import Collection
from datetime import datetime, timedelta

from hub import workload
from hub.change import Change, Entry
from hub.directory import Directory, InboxId, InboxKind
from hub.message import HerId
from hub.store import Store, pacing
from hub.workload import LOOK_BACK, Pressing

AGAIN = timedelta(hours=1)


async def found(
    store: Store, directory: Directory, now: datetime, practices: Collection[HerId] | None = None
) -> tuple[Pressing, ...]:
    """The inboxes in which more is due within the hour than those who are here can do, of all practices or of some."""
    inboxes = [
        x.id
        for x in workload.looked_at(directory, now)
        if practices is None or directory.inboxes[x.id].practice in practices
    ]
    due = await store.due_by(inboxes, workload.moments(now))
    some = [id for id, items in due.items() if any(items)]
    people = {p for id in some for p in directory.members(id)}
    taken = await store.look(pacing.taken, some, people, now - LOOK_BACK) if people else {}
    return workload.pressing(due, taken, directory, now)


async def told(store: Store, directory: Directory, now: datetime) -> list[Change]:
    """A line of the journal for each coordinator of an inbox that nobody has said it of in the last hour."""
    hour = int(now.timestamp() // AGAIN.total_seconds())
    pressing = await found(store, directory, now)
    return [_line(x, directory, now) for x in pressing if await store.mark(f"pressing {x.inbox}", hour)]


def _line(x: Pressing, directory: Directory, now: datetime) -> Change:
    practice = directory.inboxes[x.inbox].practice
    coordinator = directory.first(InboxKind.COORDINATOR, practice)
    minutes, left = (str(round(time / timedelta(minutes=1))) for time in (x.needed, x.left))
    detail = {"pressed": x.inbox, "due": str(x.due), "people": str(x.people), "minutes": minutes, "left": left}
    inbox: InboxId = coordinator.id if coordinator else x.inbox
    return Change((Entry(now, "load.pressing", inbox=inbox, who="watch", detail=detail),))
