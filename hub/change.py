"""Everything that one decision writes, committed as one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.deadline import Deadline
from hub.directory import InboxId, PersonId
from hub.enquiry import Enquiry
from hub.item import Item, ItemId
from hub.message import Code, Envelope, Fault, HerId, MessageId, MessageKey, Party, Patient, Receipt, Status
from hub.transport import Label


@dataclass(frozen=True, slots=True)
class Arrival:
    """The message row: written once; its key makes every later delivery a duplicate.

    `document` names the document over all its versions, `parent` and `thread` are the messages that it refers to
    and that its conversation began with; a change or cancellation finds by them what it is about.
    """

    key: MessageKey
    verdict: str
    kind: str
    patient: str = ""
    status: Status = Status.NEW
    document: str = ""
    parent: str = ""
    thread: str = ""
    generated: datetime | None = None
    test: bool = False
    # Where the message's attachments stand in its bytes: start and length of each.
    files: tuple[tuple[int, int], ...] = ()
    # Of a change or cancellation: the inboxes of the practice to which each item came.
    near: tuple[tuple[ItemId, frozenset[InboxId]], ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An AppRec to one receiver's sender (HIS 80415): status 1 without faults, 2 with."""

    id: MessageId
    about: Envelope
    receiver: int
    at: datetime
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes along with an answer: a PDF, JPG or PNG (HIS 1077)."""

    description: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A dialogue message that answers one we received (HIS 1077, HIS 1152); `asked` is what it was asked under.

    With a `deviation` (8117) it tells that the message was wrongly addressed or cannot be used (HIS 1151). With
    `readiness` it answers whether a patient ready for discharge can be received (7322: 7).
    """

    id: MessageId
    about: Envelope
    sender: Party
    patient: Patient | None
    first: MessageId
    asked: Code
    document_id: str
    subject: str
    text: str
    signed_by: str
    at: datetime
    deviation: Code | None = None
    files: tuple[File, ...] = ()
    readiness: bool = False

    @property
    def function(self) -> str:
        """The message function (8279): what Dialogmelding 1.0 asked is answered in its own way (HIS 1152)."""
        if self.deviation:
            return "DIALOG_AVVIK"
        return "DIALOG_SVAR" if self.replies else "DIALOG_HELSEFAGLIG"

    @property
    def replies(self) -> bool:
        """Whether the original was a request in Dialogmelding 1.0, which is what AppRec 1.0 goes with."""
        return self.about.type.value == "DIALOG_FORESPORSEL" and self.about.apprec == "1.0"


@dataclass(frozen=True, slots=True)
class Forward:
    """A message that is passed on to somebody who never got it: the first of a new dialogue (HIS 1077, 7322: 6).

    `profession` (9060) is whom it is for there; the text says who passes it on, and has all that came.
    """

    id: MessageId
    about: Envelope
    to: Party
    profession: Code
    sender: Party
    patient: Patient
    subject: str
    text: str
    at: datetime
    files: tuple[File, ...] = ()

    @property
    def function(self) -> str:
        """The message function (8279)."""
        return "DIALOG_HELSEFAGLIG"


@dataclass(frozen=True, slots=True)
class Returned:
    """An error message of the transport: a delivery could not be taken. It has no body, only a label."""

    id: MessageId
    label: Label
    at: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A document to a partner; the outbox is the only way out. What a person sends has an item and an author.

    `about` is None where nobody could read what it is about.
    """

    to: HerId | None
    about: MessageKey | None
    document: Acknowledgement | Answer | Forward | Returned
    item: ItemId | None = None
    author: PersonId | None = None

    @property
    def organisation(self) -> str:
        """The organisation that gets it, by which its mailbox is found; "" where only a label says who."""
        match self.document:
            case Forward():
                return self.document.to.level_1 or ""
            case _:
                return self.about.sender if self.about else ""

    @property
    def kind(self) -> str:
        """What the document is, as mailboxes and the outbox say it."""
        match self.document:
            case Acknowledgement():
                return "apprec"
            case Answer():
                return "answer"
            case Forward():
                return "forward"
            case Returned():
                return "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """A step of a ladder told to an inbox; `late` when the hub itself was too late to tell it on time."""

    inbox: InboxId
    item: ItemId
    step: int
    due: datetime
    at: datetime
    late: bool = False
    round: int = 0
    # The ways beside the inbox that the ladder asks for; none means those that the inbox has.
    through: tuple[str, ...] = ()


class AlertKind(StrEnum):
    """What somebody must hear of, beside their deadlines."""

    REJECTED = "rejected"  # the partner did not take what we sent
    REMARKED = "remarked"  # the partner took what we sent, and says what was wrong with it
    MISSING = "missing"  # the partner has not acknowledged what we sent in 96 hours
    UNDELIVERED = "undelivered"  # what we sent could not be brought to the partner, however often it was tried
    CHANGED = "changed"  # the sender replaced a message while somebody had it


@dataclass(frozen=True, slots=True)
class Alert:
    """Something told to an inbox about an item, until somebody has seen it; `about` makes it once only.

    `words` is what the partner says, for those who may see the item and nobody else.
    """

    kind: AlertKind
    inbox: InboxId
    item: ItemId
    about: str
    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: ids, counts and words, never names or message text."""

    at: datetime
    event: str
    message: MessageKey | None = None
    item: ItemId | None = None
    inbox: InboxId | None = None
    who: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undoable:
    """What somebody just did, and how the item and its clock were before: until then that person can take it back."""

    person: PersonId
    event: str
    until: datetime
    item: Item
    deadline: Deadline | None


@dataclass(frozen=True, slots=True)
class Once:
    """The key under which somebody asks for something, and what they ask for: under one key it is done once only."""

    person: PersonId
    key: str
    digest: bytes
    item: ItemId


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Bytes kept for operations with the reasons; `why` is unreadable, address, sender or conflict."""

    why: str
    faults: tuple[Fault, ...]
    sender: MessageKey | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What one decision writes. Items with version 0 are new, others replace that very version.

    Why an item lies where it lies is told once, when it comes; with `replaced` these have another reason.
    """

    entries: tuple[Entry, ...]
    arrival: Arrival | None = None
    items: tuple[Item, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()
    notices: tuple[Notice, ...] = ()
    alerts: tuple[Alert, ...] = ()
    quarantined: Quarantined | None = None
    receipt: Receipt | None = None
    replaced: bool = False
    # What nobody here knows, and a national register is to be asked.
    enquiries: tuple[Enquiry, ...] = ()
    # Items of ours that waited for this message.
    replies: tuple[ItemId, ...] = ()
    # Documents of ours, by their number in the outbox, that are given up waiting for.
    missing: tuple[int, ...] = ()
    # What it takes to take this back; its documents are held until then.
    undo: Undoable | None = None
    # Documents of ours, by their number in the outbox, that are taken back: nobody may have got them.
    unsent: tuple[int, ...] = ()
    # Nothing of this is written when something was done under the same key before.
    once: Once | None = None


def conflict(key: MessageKey) -> Quarantined:
    """What a message becomes whose MsgId was used before for other content."""
    fault = Fault(
        "E10",
        f"MsgId {key.msg_id} was used before for other content; send a corrected message with a new MsgId",
        f"MsgId {key.msg_id} er brukt før med annet innhold; send rettet melding med ny MsgId",
        "/MsgHead/MsgInfo/MsgId",
    )
    return Quarantined("conflict", (fault,), key)
