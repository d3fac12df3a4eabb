"""What arrives: one message, already read, never changed."""

import re
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
    REFERRAL_STATUS = "referral_status"  # DIALOG_STATUS_HENVISNING: what became of a referral
    DISCHARGE_SUMMARY = "discharge_summary"  # EPIKRISE: a stay or an episode is over
    ADMITTED = "admitted"  # LOG_INNLAGT: a patient was admitted
    READY = "ready"  # LOG_UTSKRIVNINGSKLAR: a patient is ready for discharge
    NOT_READY = "not_ready"  # LOG_AVMELDING: and now is not any more
    DISCHARGED = "discharged"  # LOG_UTSKREVET: a patient was discharged
    DEATH = "death"  # LOG_DOD: a patient has died
    ADMISSION_REPORT = "admission_report"  # INNLEGGELSESRAPPORT: what the municipality knows of a patient admitted
    EARLY_NOTICE = "early_notice"  # HELSEOPPL_SOKNAD: what will be needed after the stay
    TO_DOCTOR = "to_doctor"  # HELSEOPPLYSNINGER_LEGE: the home service reports, or wants a doctor's view
    SERVICES = "services"  # ORIENTERING_TJENESTETILBUD: what the municipality gives the patient
    MEDICAL = "medical"  # MEDISINSKE_OPPLYSNINGER: what the doctor tells the home service
    DISCHARGE_REPORT = "discharge_report"  # UTSKRIVNINGSRAPPORT: the nurses' and others' report of a stay
    ABSENCE = "absence"  # FRAVARSMELDING: the receiver was away


# What asks nobody to do anything: it is to be read (HISD 80806).
INFORMATIVE = frozenset((Kind.ADMITTED, Kind.NOT_READY, Kind.DISCHARGED, Kind.DEATH, Kind.SERVICES, Kind.ABSENCE))


class Status(StrEnum):
    """What a message does to those before it (code system 7309); a supplement (A) is new."""

    NEW = "new"  # N: it stands by itself
    CHANGED = "changed"  # M: it replaces them
    CANCELLED = "cancelled"  # C: they no longer hold


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

    @property
    def ids(self) -> frozenset[MessageId]:
        """Both."""
        return frozenset((self.parent, self.first))


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
    """A file that came along; its bytes stay in the raw message.

    `mime_type` is told by the content, not by the sender. `digest` is the SHA-256 of the file in hex, and the
    base64 of it stands at `start` in the raw bytes, `length` bytes long; 0 when it cannot be cut out of them.
    """

    description: str
    mime_type: str
    size: int
    digest: str = ""
    start: int = 0
    length: int = 0


class Topic(StrEnum):
    """What a section is about, in the order in which people want to read."""

    FOLLOW_UP = "follow_up"  # what is to be done now, and by whom
    EVENT = "event"  # admitted, ready, discharged, dead, and when
    DIAGNOSIS = "diagnosis"  # what the patient has
    WARNING = "warning"  # CAVE, allergies, infections, special care
    MEDICATION = "medication"  # what the patient takes, and what changed
    REQUEST = "request"  # what the sender asks for
    ASSESSMENT = "assessment"  # what was found, done and thought
    FUNCTION = "function"  # what the patient manages, and the services and aids they have
    PEOPLE = "people"  # who is responsible, next of kin, contacts
    OTHER = "other"  # everything else


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing told: what it is and what is said, both in words."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """What a message tells under one heading: facts, free text as plain text, or both."""

    topic: Topic
    title: str
    facts: tuple[Fact, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis as coded (ICD-10, ICPC-2) or in the sender's words."""

    code: Code
    text: str = ""
    main: bool = False


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine: its name, how it is taken, and what became of it (`status`: new, changed, stopped ...)."""

    name: str
    code: Code = Code("")
    dose: str = ""
    status: Code = Code("")
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a time or is expected to (9121 and the like)."""

    code: Code
    text: str = ""
    at: datetime | None = None
    estimated: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay: from when to when, and where the patient went (7300, 8408)."""

    admitted: datetime | None = None
    discharged: datetime | None = None
    outcome: Code = Code("")


@dataclass(frozen=True, slots=True)
class Report:
    """What a discharge summary or a municipal message tells.

    `sections` hold all of it, in words and in the sender's order, so that nothing is lost; the other fields are
    what a program can ask for. `codes` say what the message is about (9137, 9138, 9139, 9140 ...), `priority` is
    7303.
    """

    sections: tuple[Section, ...] = ()
    codes: tuple[Code, ...] = ()
    stay: Stay | None = None
    events: tuple[Event, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    warnings: tuple[str, ...] = ()
    medication: tuple[Medicine, ...] = ()
    priority: Code = Code("")


NOTHING_TOLD = Report()


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
        """The sender's organisation and the MsgId; `msg_id` itself stays as written, for whoever is answered."""
        return MessageKey(_organisation(self.sender), plain_message_id(self.msg_id))


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was read and may be acted on.

    `document_id` names the document over all its versions (ServProvId); a message in MsgHead refers to the one
    it changes or cancels by its conversation (HISD 1154:2018). `words` is all that is said in words, as rules look
    for it: without regard to case.
    """

    envelope: Envelope
    kind: Kind
    patient: Patient | None
    parts: tuple[Part, ...] = ()
    conversation: Conversation | None = None
    wanted: tuple[Wanted, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    status: Status = Status.NEW
    document_id: str = ""
    report: Report = NOTHING_TOLD
    words: str = ""

    @property
    def key(self) -> MessageKey:
        """The sender's organisation and the MsgId."""
        return self.envelope.key

    @property
    def about(self) -> str:
        """The patient's national identity number, "" without one."""
        return (self.patient and self.patient.national_id) or ""

    @property
    def subject(self) -> str:
        """What it is about, in one line: the sender's subject, else the theme's text."""
        for part in self.parts:
            if part.subject:
                return part.subject
        return next((code.text for code in self.themes if code.text), self.envelope.type.text)

    @property
    def themes(self) -> tuple[Code, ...]:
        """The codes that say what it is about, of notes, requests and reports alike."""
        return (*(part.theme for part in self.parts), *self.report.codes)

    @property
    def text(self) -> str:
        """All text as it is laid out for people, of parts and sections alike."""
        told = [t for p in self.parts for t in (p.text, p.remark) if t]
        for section in self.report.sections:
            told += [fact.text for fact in section.facts]
            if section.text:
                told.append(section.text)
        return "\n\n".join(told)


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
        return MessageKey(_organisation(self.sender), plain_message_id(self.msg_id))


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Reading = Message | Refusal | Receipt | Unreadable


def plain_message_id(written: str) -> MessageId:
    """A MsgId as the hub compares it: a UUID in lower case, as its letters' case tells nothing (RFC 9562 4)."""
    plain = written.lower()
    return MessageId(plain if plain != written and _UUID.fullmatch(plain) else written)


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
        if ident.type.value == "HER" and (plain := plain_her_id(ident.id)):
            return plain
    return None
