"""What a person works on, and the only ways it may move.

An item is one thing that someone must handle, made from one message for one inbox. Its life is the
table below, total over states and actions: a pair that is not listed is an illegal move. ANSWERED,
CLOSED, RETURNED and WITHDRAWN end it; an ended item has no live deadline. While it is WAITING for a
partner's reply nobody has it, and the clock is the partner's. A claimed item can be taken
over only by giving it back first, so that two people never answer the same thing; whoever works in the
inbox may give it back, so that it never waits for somebody who is away, and whoever plans the practice
may hand it on.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import NewType

from hub.directory import InboxId, PersonId
from hub.errors import IllegalMove
from hub.message import MessageKey

ItemId = NewType("ItemId", str)


class State(StrEnum):
    """Where an item stands."""

    NEW = "new"  # nobody has taken it
    CLAIMED = "claimed"  # one person has it
    WAITING = "waiting"  # the partner was asked something, and nobody can do more until they reply
    ANSWERED = "answered"  # an answer went to the sender
    CLOSED = "closed"  # done without an answer: read, appointment, visit, telephone, or a reason
    RETURNED = "returned"  # sent back: wrong address or not usable
    WITHDRAWN = "withdrawn"  # the sender took it back


class Action(StrEnum):
    """What can be done to an item."""

    CLAIM = "claim"
    RELEASE = "release"
    ANSWER = "answer"
    CLOSE = "close"
    RETURN = "return"
    HAND_ON = "hand_on"
    FORWARD = "forward"
    WITHDRAW = "withdraw"
    ASK = "ask"
    RESUME = "resume"
    URGE = "urge"


class Purpose(StrEnum):
    """What the inbox is asked to do with it."""

    ACTION = "action"  # somebody must act and answer
    READING = "reading"  # somebody must read it; the sender waits for nothing, but may be answered
    INFORMATION = "information"  # a copy to be read: another inbox acts


class Outcome(StrEnum):
    """Why an item may be closed without a written answer."""

    READ = "read"
    APPOINTMENT = "appointment"
    HOME_VISIT = "home_visit"
    TELEPHONE = "telephone"
    OTHER = "other"  # needs a note that says why


TRANSITIONS: dict[State, dict[Action, State]] = {
    State.NEW: {
        Action.CLAIM: State.CLAIMED,
        Action.HAND_ON: State.NEW,
        Action.FORWARD: State.NEW,
        Action.URGE: State.NEW,
        Action.ASK: State.WAITING,
        Action.ANSWER: State.ANSWERED,
        Action.CLOSE: State.CLOSED,
        Action.RETURN: State.RETURNED,
        Action.WITHDRAW: State.WITHDRAWN,
    },
    State.CLAIMED: {
        Action.RELEASE: State.NEW,
        Action.HAND_ON: State.NEW,
        Action.FORWARD: State.CLAIMED,
        Action.URGE: State.CLAIMED,
        Action.ASK: State.WAITING,
        Action.ANSWER: State.ANSWERED,
        Action.CLOSE: State.CLOSED,
        Action.RETURN: State.RETURNED,
        Action.WITHDRAW: State.WITHDRAWN,
    },
    State.WAITING: {
        Action.RESUME: State.NEW,
        Action.URGE: State.NEW,
        Action.ANSWER: State.ANSWERED,
        Action.CLOSE: State.CLOSED,
        Action.RETURN: State.RETURNED,
        Action.WITHDRAW: State.WITHDRAWN,
    },
    State.ANSWERED: {},
    State.CLOSED: {},
    State.RETURNED: {},
    State.WITHDRAWN: {},
}

# What leaves an item as it is, and what leaves it to nobody.
KEEPING = frozenset({Action.FORWARD, Action.URGE})
FREEING = frozenset({Action.RELEASE, Action.HAND_ON, Action.ASK, Action.RESUME})

OPEN = frozenset(state for state, moves in TRANSITIONS.items() if moves)


@dataclass(frozen=True, slots=True)
class Headline:
    """What a list shows of an item without opening it."""

    kind: str
    subject: str
    sender: str
    patient: str = ""
    born: date | None = None
    attachments: int = 0


@dataclass(frozen=True, slots=True)
class Placing:
    """Why an item lies where it lies: the rule that hit, those passed over, and who stands in."""

    rule: str
    because: str
    missed: tuple[tuple[str, str], ...] = ()
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to handle, in one inbox.

    `level` counts the ladder's steps taken and never falls; `note` is what was written when it was ended: the
    answer, or why it was closed; until then, what those who handed it on wrote for the next. `home` is the inbox
    that it belongs to while it lies with whoever covers there, and it goes back by itself. Whoever hands it on by hand
    leaves no home, so that nothing takes it back over their head.
    """

    id: ItemId
    message: MessageKey
    inbox: InboxId
    purpose: Purpose
    headline: Headline
    placing: Placing
    state: State = State.NEW
    owner: PersonId | None = None
    level: int = 0
    version: int = 0
    note: str = ""
    home: InboxId | None = None

    @property
    def open(self) -> bool:
        """Whether somebody still has something to do."""
        return self.state in OPEN

    def moved(self, action: Action, who: PersonId | None) -> "Item":
        """The item after an action; the owner follows the claim, and passing it on outside changes nothing here.

        Raises IllegalMove when the table has no such move, or another person holds the item.
        """
        state = TRANSITIONS[self.state].get(action)
        if state is None:
            raise IllegalMove(f"{action.value}: not possible, the item is {self.state.value}")
        # Anybody may give back what another has taken: nothing waits for a person who is away.
        if action is not Action.RELEASE and self.owner is not None and who is not None and self.owner != who:
            raise IllegalMove(f"{action.value}: not possible, {self.owner} has taken the item")
        if action in KEEPING and state is self.state:
            return self
        # What is new is nobody's.
        owner = None if action in FREEING or state is State.NEW else (who or self.owner)
        return replace(self, state=state, owner=owner)


def identify(message: MessageKey, inbox: InboxId) -> ItemId:
    """The id of the item that a message makes in an inbox; the same pair always gives the same id."""
    return ItemId(sha256(f"{message}/{inbox}".encode()).hexdigest()[:20])
