"""Coordinators are told beside their inboxes of what is about no item: a silent partner, more work than people."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from hub import notifying
from hub.directory import Directory, Inbox, InboxId, InboxKind
from hub.dispatch import Content, Dispatch, Kind, Line, Way
from hub.message import HerId
from hub.traffic import Strange, Unusual
from hub.workload import Pressing

_STRANGE = {Strange.SILENT: Kind.SILENT, Strange.FLOOD: Kind.FLOOD}


def strange(x: Unusual, concerned: tuple[InboxId, ...], directory: Directory, now: datetime) -> tuple[Dispatch, ...]:
    """What is told of a partner's traffic to the inboxes concerned: once a day by each way.

    Of senders who are in no file only the inbox tells: what they are called is what they say of themselves.
    """
    if HerId(x.sender) not in directory.partners:
        return ()
    once = f"{x.what}-{x.sender}-{x.kind}-{x.day}"
    lines = [(id, _traffic(x, directory.inboxes[id], directory)) for id in concerned]
    return tuple(d for id, line in lines for d in _told(line, id, once, directory, now))


def pressing(x: Pressing, directory: Directory, now: datetime) -> tuple[Dispatch, ...]:
    """What is told where more is due within the hour than those who are here can do."""
    pressed = directory.inboxes[x.inbox]
    until = directory.practices[pressed.practice].hours.local(x.until)
    line = Line(pressed.id, pressed.name, Kind.PRESSING, False, False, x.due, (), until)
    return tuple(_told(line, planner(pressed, directory), f"pressing-{x.inbox}-{int(now.timestamp())}", directory, now))


def planner(inbox: Inbox, directory: Directory) -> InboxId:
    """Who plans who works in an inbox: the coordinator of its practice, else whoever is there."""
    found = directory.first(InboxKind.COORDINATOR, inbox.practice)
    return found.id if found else inbox.id


def _traffic(x: Unusual, inbox: Inbox, directory: Directory) -> Line:
    at = directory.practices[inbox.practice].hours.local(x.at)
    return Line(inbox.id, inbox.name, _STRANGE[x.what], False, False, 1, (), at, traffic=x)


def _told(line: Line, to: InboxId, once: str, directory: Directory, now: datetime) -> Iterator[Dispatch]:
    """An alert of Alertmanager lasts until it is over; these are said once."""
    for way, target in notifying.targets(directory.inboxes[to], directory, now):
        if way is not Way.ALERTMANAGER:
            named = sha256(f"{way} {target} {to}".encode()).hexdigest()[:16]
            yield Dispatch(f"{once}-{named}", way, target, Content((line,)), now)
