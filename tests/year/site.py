"""Where the virtual year happens: a practice for each calendar of the reference, and the ladders that are climbed."""

from datetime import time

from hub.deadline import ElapsedHours, Ladder, SameDay, Step, WorkingMinutes
from hub.directory import Directory, Inbox, InboxId, InboxKind, Practice
from hub.intake import Order
from hub.message import HerId
from tests.year import minutes

# Each practice has one inbox of each of these, named by both.
KINDS = (InboxKind.PHT, InboxKind.COORDINATOR, InboxKind.DUTY, InboxKind.MANAGER, InboxKind.OPERATIONS)

# What share of all messages comes to each calendar's practice.
PRACTICES = {
    HerId(str(100 + n)): (name, share)
    for n, (name, share) in enumerate(zip(minutes.CALENDARS, (60, 25, 5, 5, 5), strict=True))
}

# The table of domain.md in short, and a step of each sort: before, at, after, in working time, with a move, to several.
LADDERS = (
    Ladder(
        "urgent",
        "within 30 minutes",
        WorkingMinutes(30),
        (Step(-10, ("inbox",)), Step(0, ("duty",), moves=True), Step(15, ("inbox", "manager"))),
        urgent=True,
    ),
    Ladder(
        "ready for discharge",
        "within two hours",
        WorkingMinutes(120),
        (Step(-30, ("inbox",), working=True), Step(0, ("coordinator",)), Step(30, ("duty",), working=True)),
    ),
    Ladder(
        "same day",
        "the same working day",
        SameDay(time(15), time(10)),
        (
            Step(-60, ("inbox",)),
            Step(0, ("coordinator",)),
            Step(30, ("duty",)),
            Step(90, ("manager", "operations")),
        ),
    ),
    Ladder(
        "three days",
        "within three days",
        ElapsedHours(72),
        (Step(-240, ("inbox",)), Step(0, ("coordinator",)), Step(24 * 60, ("manager",))),
    ),
    Ladder("information", "read the same working day", SameDay(time(15), time(10)), (Step(0, ("inbox",)),)),
)
# What share of all messages has each.
SHARES = {"urgent": 5, "ready for discharge": 15, "same day": 45, "three days": 15, "information": 20}


def inbox(kind: InboxKind, practice: HerId) -> InboxId:
    """A practice's inbox of a kind."""
    return InboxId(f"{kind.value}-{practice}")


def order() -> Order:
    """Everything that the watch decides by."""
    practices = {id: Practice(id, name, "999", minutes.CALENDARS[name], {}) for id, (name, _share) in PRACTICES.items()}
    inboxes = [Inbox(inbox(kind, id), kind.value, kind, id) for id in practices for kind in KINDS]
    return Order(Directory(practices, {x.id: x for x in inboxes}, {}, {}, {}), (), LADDERS)
