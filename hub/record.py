"""What was committed, as it is read back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.change import Alert, Undoable
from hub.deadline import Deadline
from hub.directory import InboxId, PersonId
from hub.item import Item, ItemId
from hub.message import Fault, HerId
from hub.transport import Label


@dataclass(frozen=True, slots=True)
class Line:
    """An item as a list shows it: with its due time and whether the clock still runs.

    `ladder` is the name of the one by which it is due.
    """

    item: Item
    due: datetime | None
    running: bool
    urgent: bool = False
    ladder: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """Some lines of a list, and the due time and id after which it goes on; None when this was its end."""

    lines: Sequence[Line] = ()
    following: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Some items that were found, and the message number before which the search goes on; None when it was all."""

    lines: Sequence[Line] = ()
    following: int | None = None


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a line leaves out: the patient's number ("" where it is not known), whether it is a test, and times.

    These are when its message came, when the item was changed last, when somebody here first did something about it,
    and when it was ended.
    """

    patient: str
    received_at: datetime
    changed_at: datetime
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    test: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """An item with all that belongs to it; its message's bytes are None when they were too old to be kept."""

    item: Item
    deadline: Deadline | None
    raw: bytes | None
    received_at: datetime
    via: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What was done last to an item and can be taken back: it made this version, and sends these letters.

    `inbox` is where the item lies since then, `due` by when it is to be done if a clock runs, and `letters` are their
    numbers in the outbox.
    """

    undo: Undoable
    version: int
    inbox: InboxId
    letters: tuple[int, ...]
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an inbox was asked about an item, and what somebody there answered; `number` is 0 until it is kept."""

    number: int
    item: ItemId
    inbox: InboxId
    asked_by: PersonId
    question: str
    asked_at: datetime
    answer: str | None = None
    answered_by: PersonId | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Came:
    """A message as it came, to be judged again: its number, its bytes unless they were too old to be kept."""

    number: int
    at: datetime
    via: str
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class Clocked:
    """The clock of something to be done, in whose inbox, and when that was ended; None while it is open.

    What was ended while its sender was waited for `stood` since then, and when it was due as it was then.
    """

    inbox: InboxId
    deadline: Deadline
    ended: datetime | None
    stood: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A document that waits in a partner's mailbox; `id` rises in the order of sending."""

    id: int
    her_id: str
    kind: str
    msg_id: str
    body: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A document that a person sent about an item, and what the partner said of it; `parked` when it did not get there.

    `receipt` is accepted, rejected, missing (nothing in 96 hours) or None while it is waited for; `faults` is what the
    partner's acknowledgement says in words.
    """

    number: int
    item: ItemId
    msg_id: str
    at: datetime
    author: PersonId | None
    receipt: str | None
    receipt_at: datetime | None
    faults: str
    to: str
    kind: str
    parked: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The item that a document of ours was sent from, the patient it is about ("" when that is not known), and to whom.

    `organisation` is the one that got it, as its messages' keys have it.
    """

    item: Item
    patient: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert that nobody has seen yet."""

    id: int
    alert: Alert
    item: Item


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes in quarantine, with the reasons; `why` is unreadable, address, sender or conflict."""

    id: int
    received_at: datetime
    via: str
    why: str
    sender: str | None
    msg_id: str | None
    faults: tuple[Fault, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Relayed:
    """A document that is handed to the broker now: its number, and this attempt's own AMQP id and place in the row."""

    id: int
    msg_id: str
    kind: str
    body: bytes
    label: Label
    amqp_id: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Parked:
    """A document that the broker did not take however often it was tried; operations own it."""

    id: int
    at: datetime
    label: Label
    msg_id: str
    attempts: int
    outcome: str
    item: ItemId | None


@dataclass(frozen=True, slots=True)
class Ended:
    """Who took something out of quarantine, when, and how: replayed or discarded, and why."""

    at: datetime
    who: str
    how: str


@dataclass(frozen=True, slots=True)
class Dead:
    """What could not be handled, without its bytes: a row of quarantine (q12) or a parked document of ours (o7).

    `why` is what `Kept` says for the first, and what the broker said for the second: unroutable, refused or unknown.
    `told` is all else that is known of it.
    """

    id: str
    at: datetime
    why: str
    size: int
    told: Mapping[str, str]
    faults: tuple[Fault, ...] = ()
    ended: Ended | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """The open items of an inbox in one state: how many, how many of them are late, and when the first is due."""

    inbox: InboxId
    state: str
    items: int
    late: int
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Lying:
    """How open items lie: in which inbox, whose they are (None: its own), and who has taken them."""

    inbox: InboxId
    home: InboxId | None = None
    owner: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Audited:
    """An item as an auditor sees it: with its clock, and the steps that somebody was told of, each with its round.

    By the due time that is `listed` its inbox has it in order. Looked at closely, there is also what happened to it,
    and the steps that were told of earlier editions whose clock it has.
    """

    item: Item
    deadline: Deadline | None
    told: frozenset[tuple[int, int]]
    listed: datetime | None = None
    events: tuple[str, ...] = ()
    earlier: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Returns:
    """How many messages were returned to a party, a department where it named one, for a reason (8117)."""

    to: HerId
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Version:
    """A configuration that was loaded: by whom, why, and its files by the SHA-256 (hex) of what they hold.

    One that takes up an earlier one again says which.
    """

    number: int
    at: datetime
    who: str
    why: str
    files: Mapping[str, str]
    again: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that lasts: whose it is, when they did something last, and whether it is locked."""

    person: PersonId
    seen_at: datetime | None
    locked: bool


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that says that it lives; `state` is what it says of itself, as words and numbers."""

    name: str
    kind: str
    started_at: datetime
    seen_at: datetime
    state: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the journal with its number."""

    id: int
    at: datetime
    event: str
    message: str | None
    item: ItemId | None
    inbox: InboxId | None
    who: str
    detail: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody has an item open, since then; `writing` when they write an answer."""

    person: PersonId
    writing: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Read:
    """Who has an item open, where it lies, and the inboxes whose people may hear of that."""

    inbox: InboxId
    inboxes: frozenset[InboxId]
    readers: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A message about a patient, with what was made of it; `number` is its place among all that came."""

    number: int
    at: datetime
    items: tuple[Item, ...]
