"""What is due sooner than it can be done, asked of the store; and said once an hour to those who plan who is here."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from hub import bulletin, workload
from hub.change import Entry
from hub.directory import Directory
from hub.message import HerId
from hub.store import Store, marking, pacing, telling
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


async def told(store: Store, directory: Directory, now: datetime) -> list[Pressing]:
    """Tell each coordinator of an inbox that nobody has told them of in the last hour; returns of which it was told."""
    pressing = await found(store, directory, now)
    return [x for x in pressing if await store.mend(_tell, x, directory, now)]


def _tell(c: Any, x: Pressing, directory: Directory, now: datetime) -> bool:
    """Of several watchers one does it, in one transaction, and the others find the mark where it was put."""
    name, second = f"pressing {x.inbox}", int(now.timestamp())
    # Whoever can put it to an hour ago is the first since then.
    if not marking.put(c, name, second - int(AGAIN.total_seconds()) + 1):
        return False
    if not marking.put(c, name, second):
        return False
    telling.tell(c, [_line(x, directory, now)])
    telling.put(c, bulletin.pressing(x, directory, now), now)
    return True


def _line(x: Pressing, directory: Directory, now: datetime) -> Entry:
    minutes, left = (str(round(time / timedelta(minutes=1))) for time in (x.needed, x.left))
    detail = {"pressed": x.inbox, "due": str(x.due), "people": str(x.people), "minutes": minutes, "left": left}
    inbox = bulletin.planner(directory.inboxes[x.inbox], directory)
    return Entry(now, "load.pressing", inbox=inbox, who="watch", detail=detail)
