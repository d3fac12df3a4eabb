"""What lies open at one look, as the store counts it for whoever plans."""

from dataclasses import dataclass
from datetime import datetime

from hub.directory import InboxId, PersonId
from hub.record import Line


@dataclass(frozen=True, slots=True)
class Span:
    """Inboxes with the same hours: until when what is due there is at risk, and until when it is due today."""

    inboxes: tuple[InboxId, ...]
    soon: datetime
    tonight: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """The open items of an inbox: how many are in each state, and of what does not wait, how many are late or due soon.

    `new_late` and `new_today` are about what nobody has taken; what is late is due today too. `due` is when the first
    is due that does not wait.
    """

    inbox: InboxId
    new: int = 0
    claimed: int = 0
    waiting: int = 0
    late: int = 0
    soon: int = 0
    new_late: int = 0
    new_today: int = 0
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What a person has taken, in whichever inbox: how many items, and how many are late and due today."""

    person: PersonId
    items: int
    late: int
    today: int


@dataclass(frozen=True, slots=True)
class Urgent:
    """An item that needs a hand; `seen` is whether those for whom it was asked may open it."""

    line: Line
    seen: bool
