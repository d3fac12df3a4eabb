"""What arrives: one message, already read, never changed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

MessageId = NewType("MessageId", str)
HerId = NewType("HerId", str)


class Kind(StrEnum):
    """What a message is for, whatever schema version carried it (code system 8279)."""

    REQUEST = "request"  # DIALOG_FORESPORSEL: somebody asks us
    ANSWER = "answer"  # DIALOG_SVAR: somebody answers us
    NOTE = "note"  # DIALOG_NOTAT: somebody tells us
    DIALOGUE = "dialogue"  # DIALOG_HELSEFAGLIG: professional dialogue, asks or tells
    DEVIATION = "deviation"  # DIALOG_AVVIK: what we sent could not be handled


@dataclass(frozen=True, slots=True)
class MessageKey:
    """One document of one sender: the key that makes a second delivery a duplicate (HITS 1168 5.4)."""

    sender: str
    msg_id: MessageId

    def __str__(self) -> str:
        return f"{self.sender}/{self.msg_id}"


@dataclass(frozen=True, slots=True)
class Code:
    """A coded value: `value` in `system` (an OID or its last number), with the sender's text for it."""

    value: str
    text: str = ""
    system: str = ""

    @property
    def number(self) -> str:
        """The code system's own number, without the national OID prefix."""
        return self.system.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Ident:
    """An identifier with its type, verbatim: HER, ENH, HPR, FNR, DNR ..."""

    id: str
    type: Code


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation or a service within one."""

    name: str
    idents: tuple[Ident, ...] = ()

    @property
    def her_id(self) -> HerId | None:
        """The HER-id without the dots that old systems write, or None."""
        return _her_id(self.idents)


@dataclass(frozen=True, slots=True)
class Professional:
    """A health professional named as a party."""

    family_name: str = ""
    middle_name: str = ""
    given_name: str = ""
    profession: str = ""
    idents: tuple[Ident, ...] = ()

    @property
    def name(self) -> str:
        """The full name in reading order."""
        return " ".join(n for n in (self.given_name, self.middle_name, self.family_name) if n)

    @property
    def her_id(self) -> HerId | None:
        """The person-level HER-id (only GPs have one), or None."""
        return _her_id(self.idents)


@dataclass(frozen=True, slots=True)
class Party:
    """A sender or receiver at both levels of HIS 1153: the organisation, and a service or person in it."""

    organisation: Unit
    department: Unit | None = None
    professional: Professional | None = None

    @property
    def level_1(self) -> HerId | None:
        """HER-id of the organisation."""
        return self.organisation.her_id

    @property
    def level_2(self) -> HerId | None:
        """HER-id of the service or person: the communication party."""
        service = self.department.her_id if self.department else None
        return service or (self.professional.her_id if self.professional else None)

    @property
    def her_id(self) -> HerId | None:
        """The most exact HER-id known: level 2, else level 1."""
        return self.level_2 or self.level_1

    @property
    def name(self) -> str:
        """The party in words: organisation, then service or person."""
        inner = (self.department and self.department.name) or (self.professional and self.professional.name)
        return f"{self.organisation.name}, {inner}" if inner else self.organisation.name


@dataclass(frozen=True, slots=True)
class Receiver:
    """A party a message is addressed to; `role` is 8112: PRIM or COP. Where it stands is kept for faults."""

    party: Party
    role: str = "PRIM"
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Patient:
    """Whom the message is about."""

    family_name: str = ""
    middle_name: str = ""
    given_name: str = ""
    born: date | None = None
    sex: str = ""
    idents: tuple[Ident, ...] = ()

    @property
    def name(self) -> str:
        """The full name in reading order."""
        return " ".join(n for n in (self.given_name, self.middle_name, self.family_name) if n)

    @property
    def national_id(self) -> str | None:
        """The first FNR, D-number or common helper number, digits only, or None."""
        for ident in self.idents:
            if ident.type.value in ("FNR", "DNR", "FHN") and ident.id.strip():
                return "".join(c for c in ident.id if c.isdigit())
        return None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a message stands in a dialogue: the MsgId it answers and the MsgId that began it."""

    parent: MessageId
    first: MessageId


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom the sender asks for at the receiver: RoleToPatient (9034) and profession (9060)."""

    role: str = ""
    profession: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One request or note of a dialogue message; all text the sender wrote, as plain text."""

    theme: Code
    subject: str = ""
    text: str = ""
    remark: str = ""
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came along; its bytes stay in the raw message."""

    description: str
    mime_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sent what to whom: all that is needed to acknowledge, even when the rest cannot be used."""

    msg_id: MessageId
    type: Code
    gen_date: str
    generated: datetime
    sender: Party
    receivers: tuple[Receiver, ...]
    apprec: str = "1.1"
    test: bool = False

    @property
    def key(self) -> MessageKey:
        """The sender's organisation and the MsgId."""
        return MessageKey(_organisation(self.sender), self.msg_id)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was read and may be acted on."""

    envelope: Envelope
    kind: Kind
    patient: Patient | None
    parts: tuple[Part, ...]
    conversation: Conversation | None = None
    wanted: tuple[Wanted, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def key(self) -> MessageKey:
        """The sender's organisation and the MsgId."""
        return self.envelope.key

    @property
    def subject(self) -> str:
        """What it is about, in one line: the sender's subject, else the theme's text."""
        for part in self.parts:
            if part.subject:
                return part.subject
        return next((p.theme.text for p in self.parts if p.theme.text), self.envelope.type.text)

    @property
    def text(self) -> str:
        """All free text, for triage words and search."""
        return "\n\n".join(t for p in self.parts for t in (p.text, p.remark) if t)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: an 8221 code, where it is, and what to mend, in English and bokmål."""

    code: str
    en: str
    nb: str
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message we understood well enough to turn away with a negative acknowledgement."""

    envelope: Envelope
    faults: tuple[Fault, ...]

    @property
    def key(self) -> MessageKey:
        """The sender's organisation and the MsgId."""
        return self.envelope.key


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes from which nobody to answer can be read (HIS 80415 3.3.4): kept, never acknowledged."""

    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A partner's acknowledgement of something we sent; it is never acknowledged itself."""

    msg_id: MessageId
    sender: Party
    original: MessageId
    status: str
    faults: tuple[Code, ...] = ()

    @property
    def key(self) -> MessageKey:
        """The sender's organisation and the acknowledgement's own id."""
        return MessageKey(_organisation(self.sender), self.msg_id)


Reading = Message | Refusal | Receipt | Unreadable


def plain_her_id(written: str) -> HerId:
    """A HER-id as the hub compares it: without dots and blanks ("258.521" is 258521)."""
    return HerId(written if written.isdigit() else "".join(c for c in written if c not in ". \t\n\r"))


def _organisation(party: Party) -> str:
    """The sender's organisation as a key: its HER-id, else its first identifier (the wire sees to one)."""
    organisation = party.organisation
    if organisation.her_id:
        return organisation.her_id
    ident = organisation.idents[0]
    return f"{ident.type.value}:{ident.id}"


def _her_id(idents: tuple[Ident, ...]) -> HerId | None:
    for ident in idents:
        if ident.type.value == "HER" and plain_her_id(ident.id):
            return plain_her_id(ident.id)
    return None
