"""What must hold of all that is open and of all that was sent, and how an auditor finds that it does not.

An open item lies with somebody who is there, and has a live next step: a clock that stands where its ladder says, and
somebody was told of each step that was taken. Only what waits for a partner has its own clock paused, and what has
ended has none that runs. Whatever we sent is to be acknowledged.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from hub import calendar, deadline
from hub.change import Change, Entry, Notice
from hub.deadline import Deadline
from hub.directory import Directory, Inbox, InboxId, InboxKind
from hub.item import Action, Item, State
from hub.record import Audited


class Flaw(StrEnum):
    """What an auditor may find, in the order in which it is mended."""

    HOMELESS = "homeless"  # open, and its inbox is not in the directory
    UNCLOCKED = "unclocked"  # open, and it has no clock
    UNPAUSED = "unpaused"  # waits for a partner, and what was left of our time is not known
    PAUSED = "paused"  # waits for nobody, and its clock is the partner's
    AHEAD = "ahead"  # its clock counts from a time that has not come: some machine's own clock was wrong
    STOPPED = "stopped"  # open, and its clock stands
    ASTRAY = "astray"  # its next step comes at another time than its ladder says, or the inbox has it at another time
    UNTOLD = "untold"  # nobody was told of a step that counts as taken
    RUNNING = "running"  # ended, and its clock runs
    UNATTENDED = "unattended"  # open, and lies where nobody is at work
    OVERDUE = "overdue"  # its next step should have been taken long ago
    UNEXPECTED = "unexpected"  # sent by a person, and nobody waits for its acknowledgement
    STRANDED = "stranded"  # a document that is neither sent nor to be tried again, and that nobody was told of
    UNTRIED = "untried"  # a document that should have been tried long ago


# What sets a clock anew, as the journal has it.
_SETTING = ("deadline.moved", "deadline.paused", "deadline.resumed")

# Why each was mended, as the journal tells it; an auditor only tells of the others.
MENDED = {
    Flaw.HOMELESS: "its inbox has left the directory",
    Flaw.UNCLOCKED: "it had no clock",
    Flaw.UNPAUSED: "it waited for a partner, and its own clock was lost",
    Flaw.PAUSED: "its clock was paused, and it waits for nobody",
    Flaw.AHEAD: "its clock counted from a time that had not come",
    Flaw.STOPPED: "its clock stood",
    Flaw.ASTRAY: "its clock stood at another time than its ladder says",
    Flaw.UNTOLD: "nobody had been told of a step that counts as taken",
    Flaw.RUNNING: "its clock ran on after it had ended",
    Flaw.UNATTENDED: "it lay where nobody is at work",
    Flaw.UNEXPECTED: "nobody waited for the acknowledgement of what was sent",
    Flaw.STRANDED: "a document was neither sent nor to be tried again",
}


# By so much the clocks of machines may differ.
APART = timedelta(minutes=15)


def flaws(x: Audited, directory: Directory, now: datetime) -> tuple[Flaw, ...]:
    """All that is wrong with an item and its clock, in the order in which it is mended."""
    d = x.deadline
    if not x.item.open:
        return (Flaw.RUNNING,) if d and (d.fires_at or d.basis) else ()
    homeless = (Flaw.HOMELESS,) if x.item.inbox not in directory.inboxes else ()
    if d is None:
        return (*homeless, Flaw.UNCLOCKED)
    waits = x.item.state is State.WAITING
    if waits != (d.paused is not None):
        return (*homeless, Flaw.UNPAUSED if waits else Flaw.PAUSED)
    if d.why.begun > now + APART:
        return (*homeless, Flaw.AHEAD)
    return (*homeless, *_clock(x, d), *((Flaw.UNTOLD,) if untold(x) else ()))


def untold(x: Audited) -> tuple[int, ...]:
    """The steps of an item's clock that count as taken, and of which nobody was told in this round."""
    d = x.deadline
    if d is None:
        return ()
    begun = deadline.standing(d, d.set_at or d.why.begun).step
    told = _told(x, d)
    return tuple(n for n in range(begun, d.step) if n not in told)


def deserted(home: Inbox, directory: Directory, now: datetime) -> bool:
    """Whether nobody is at work where everything stays: neither there, nor where the coordinator is.

    What belongs to another inbox goes to the pile when nobody is there, and no test reaches anybody.
    """
    if home.kind is InboxKind.TEST:
        return False
    coordinator = directory.first(InboxKind.COORDINATOR, home.practice)
    places = {home.id, directory.pile(home.practice).id, *((coordinator.id,) if coordinator else ())}
    return not any(directory.staffed(id, *calendar.acting_from(directory.hours(id), now)) for id in places)


def stop(x: Audited, now: datetime) -> Change:
    """The clock of what has ended stops."""
    assert x.deadline is not None, "what has no clock does not run"
    return Change((entry(x.item, Flaw.RUNNING, now),), items=(x.item,), deadlines=(x.deadline.stopped,))


def straighten(x: Audited, flaw: Flaw, now: datetime) -> Change:
    """A clock stands again where its ladder says; a step that has passed meanwhile is taken at once, marked late."""
    assert x.deadline is not None, "there is a clock"
    right = deadline.on(x.deadline, x.deadline.step)
    detail = {"from": _moment(x.deadline.fires_at), "to": _moment(right.fires_at)}
    return Change((entry(x.item, flaw, now, **detail),), items=(x.item,), deadlines=(right,))


def attach(x: Audited, fresh: Deadline, flaw: Flaw, now: datetime) -> Change:
    """An item gets the clock that it would have had; one that waits for a partner is there for everybody again.

    Where somebody was told of steps before, it is a new round of them.
    """
    known = [n for n, _ in x.told] + ([x.deadline.round] if x.deadline else [])
    clock = replace(deadline.standing(fresh, now), round=max(known) + 1, set_at=now) if known else fresh
    freed = x.item.moved(Action.RESUME, None) if x.item.state is State.WAITING else x.item
    told = entry(x.item, flaw, now, to=_moment(clock.due))
    return Change((told,), items=(freed,), deadlines=(clock,))


def tell(x: Audited, steps: dict[int, tuple[InboxId, ...]], now: datetime) -> Change:
    """Somebody is told of steps of which nobody was."""
    d = x.deadline
    assert d is not None, "steps are a clock's"
    notices = tuple(
        Notice(inbox, x.item.id, n, d.due, now, True, d.round, deadline.on(d, n).coming.through)
        for n, inboxes in steps.items()
        for inbox in inboxes
    )
    detail = {"steps": " ".join(map(str, steps)), "told": " ".join(dict.fromkeys(n.inbox for n in notices))}
    return Change((entry(x.item, Flaw.UNTOLD, now, **detail),), items=(x.item,), notices=notices)


def noted(change: Change, x: Item, flaw: Flaw, now: datetime) -> Change:
    """A change that others decide on too, with the line that says that an auditor found the need for it."""
    return replace(change, entries=(*change.entries, entry(x, flaw, now)))


def entry(x: Item, flaw: Flaw, now: datetime, **detail: str) -> Entry:
    """The journal's line about something that was mended."""
    told = {"flaw": flaw.value, "because": MENDED[flaw], **detail}
    return Entry(now, "audit.mended", x.message, x.id, x.inbox, "audit", told)


def _clock(x: Audited, d: Deadline) -> tuple[Flaw, ...]:
    right = deadline.on(d, d.step).fires_at
    if d.paused and d.replied_at:
        # The partner has replied, and whoever watches lets our clock go on at once.
        right = d.replied_at
    if d.fires_at is None and right is not None:
        return (Flaw.STOPPED,)
    return (Flaw.ASTRAY,) if (d.fires_at, d.due) != (right, x.listed) else ()


def _told(x: Audited, d: Deadline) -> frozenset[int]:
    """The steps that somebody knows of.

    A clock that went on after a pause, or is an earlier edition's, is in the middle of its ladder: there what was told
    before counts too, and warnings may have been left out.
    """
    told = frozenset(n for round, n in x.told if round == d.round)
    if _resumed(x) or x.earlier or "item.replaces" in x.events:
        warnings = (n for n, step in enumerate(d.steps) if step.minutes < 0)
        return told.union((n for _, n in x.told), x.earlier, warnings)
    return told


def _resumed(x: Audited) -> bool:
    """Whether the last that set the clock was the end of a pause."""
    set_by = [event for event in _standing(x.events) if event in _SETTING]
    return bool(set_by) and set_by[-1] == "deadline.resumed"


def _standing(events: tuple[str, ...]) -> list[str]:
    """What happened to an item and its clock and was not taken back: that is always what came last."""
    left: list[str] = []
    for event in events:
        if event != "item.undone":
            left += [event] if event.startswith(("item.", "deadline.")) else []
        elif left and left[-1] in _SETTING:
            left.pop()
    return left


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at else ""
