"""Operations are told that the hub itself does not do some of its work, and when it does again.

They are told by the ways that their inbox has asked for: once when it begins, once an hour while it lasts, and once
when it is over, however many processes see it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from hub import notifying
from hub.directory import Directory, Inbox, InboxKind
from hub.dispatch import Content, Dispatch, Kind, Line, Target, Way
from hub.store import alarming

# How often somebody hears of what goes on.
AGAIN = timedelta(hours=1)


def broken(about: str, since: datetime, directory: Directory, now: datetime, speed: float = 1.0) -> Iterator[Dispatch]:
    """What is told while something is broken; in the same hour since then the same."""
    hours = int((now - since) / (AGAIN * speed))
    return _told(Kind.BROKEN, about, since, f"{about}-{_number(since)}-{hours}", directory, now)


def mended(about: str, since: datetime, directory: Directory, now: datetime) -> Iterator[Dispatch]:
    """What is told when it works again. Alertmanager is told by the alert that went on."""
    told = _told(Kind.MENDED, about, since, f"{about}-{_number(since)}-over", directory, now)
    return (x for x in told if x.way is not Way.ALERTMANAGER)


def _told(
    kind: Kind, about: str, since: datetime, episode: str, directory: Directory, now: datetime
) -> Iterator[Dispatch]:
    seen: set[Target] = set()
    for inbox in _operations(directory):
        moment = directory.practices[inbox.practice].hours.local(since)
        line = Line(inbox.id, inbox.name, kind, True, False, 1, (), moment, about)
        for way, to in notifying.targets(inbox, directory, now):
            # One alert for all practices, as long as it lasts.
            target = alarming.PREFIX + about if way is Way.ALERTMANAGER else to
            if (way, target) not in seen:
                seen.add((way, target))
                once = f"{about}-{_number(since)}" if way is Way.ALERTMANAGER else episode
                named = sha256(f"{way} {target}".encode()).hexdigest()[:16]
                yield Dispatch(f"broken-{once}-{named}", way, target, Content((line,)), now)


def _operations(directory: Directory) -> list[Inbox]:
    """Where operations are told; the coordinators, where a site has no inbox for them."""
    for kind in (InboxKind.OPERATIONS, InboxKind.COORDINATOR):
        if found := [x for x in directory.inboxes.values() if x.kind is kind]:
            return found
    return []


def _number(moment: datetime) -> int:
    return int(moment.timestamp())
