"""What the hub would do with a message, told without doing it: `hub check`, `hub explain`, `POST /v1/check`, /check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from hub import intake, wire
from hub.account import SystemAccount
from hub.agreement import Agreement
from hub.change import Acknowledgement, Change
from hub.deadline import Deadline
from hub.directory import Directory, Inbox, InboxId
from hub.intake import Order
from hub.item import Item
from hub.message import Envelope, Fault, Message, MessageId, Reading, Receipt, Refusal, Unreadable
from hub.readers import readers_of
from hub.service import Delivery, Hub
from hub.settings import Acceptance, Settings, Signatures, Wire
from hub.wire import Allowed as Allowed  # what a verdict holds, for those who may not look into the wire
from hub.wire import Readers

# The faults of a message's form, about which its schema has more to say.
_OF_FORM = ("T01", "T02")

# A person may ask about a message from anybody; a system about what it may send itself.
_ANYBODY = SystemAccount("check", "", frozenset(), any=True)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a message would go, why, when it would be due, and what is agreed with its sender that day."""

    item: Item
    inbox: Inbox
    copies: tuple[InboxId, ...]
    deadline: Deadline
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sender would be told. `word` is accepted, rejected or unreadable; exit codes follow it.

    `held` is why it would lie in quarantine. `documents` are the acknowledgements that would be sent, the first
    receiver's first. `allowed` is what the schema allows where a fault is; `explanation` where it would lie.
    """

    word: str
    faults: tuple[Fault, ...] = ()
    envelope: Envelope | None = None
    kind: str = ""
    held: str = ""
    documents: tuple[bytes, ...] = ()
    allowed: Mapping[Fault, Allowed] = field(default_factory=dict)
    explanation: Explanation | None = None

    @property
    def code(self) -> str:
        """The acknowledgement's first error code, or "" when there is none."""
        return self.faults[0].code if self.faults else ""

    @property
    def exit_code(self) -> int:
        """0 accepted, 1 rejected, 2 unreadable."""
        return ("accepted", "rejected", "unreadable").index(self.word)


async def read(files: Sequence[bytes], site: Settings | None) -> list[Reading]:
    """Read files in a disposable reader, as the hub itself does."""
    async with _readers(site) as readers:
        return await readers.read(files)


async def inspect(files: Sequence[bytes], site: Settings | None, order: Order | None, now: datetime) -> list[Verdict]:
    """Judge files as the hub of a site would, and explain what is wrong with their form."""
    async with _readers(site) as readers:
        readings = await readers.read(files)
        found = [verdict(reading, order, now) for reading in readings]
        return [
            replace(v, allowed=await readers.explain(raw)) if _is_of_form(v) else v
            for raw, v in zip(files, found, strict=True)
        ]


async def weigh(hub: Hub, raw: bytes, account: SystemAccount | None) -> Verdict:
    """Judge bytes as an open hub would if this account handed them in, or anybody; nothing is stored or sent.

    Whether the MsgId was used before is not asked. Where it would lie tells things of the patient, so that a partner
    is not told: its message, when it comes, is answered by an acknowledgement and nothing more.
    """
    (writing,) = await hub.prepare([Delivery(raw, account or _ANYBODY)], hub.clock.now())
    found = replace(_of(writing.change), documents=writing.documents)
    if (account is None or account.any) and writing.change.items:
        found = replace(found, explanation=_explanation(writing.change, hub.directory))
    return replace(found, allowed=await hub.explain(raw)) if _is_of_form(found) else found


def verdict(reading: Reading, order: Order | None, now: datetime) -> Verdict:
    """Judge a reading by the standard's rules, and by who is who when `order` is given."""
    match reading:
        case Unreadable(faults):
            return Verdict("unreadable", faults, held="unreadable")
        case Receipt():
            return Verdict("accepted", kind="acknowledgement")
        case Refusal(envelope, faults) if order is None:
            return Verdict("rejected", faults, envelope, envelope.type.value, documents=_apprec(envelope, faults, now))
        case Message() if order is None:
            apprec = _apprec(reading.envelope, (), now)
            return Verdict("accepted", (), reading.envelope, reading.kind.value, documents=apprec)
    assert order is not None
    change = intake.judge(reading, order, now)
    kind = reading.kind.value if isinstance(reading, Message) else reading.envelope.type.value
    documents = tuple(wire.write(o.document) for o in change.outgoing)
    found = replace(_of(change), envelope=reading.envelope, kind=kind, documents=documents)
    return replace(found, explanation=_explanation(change, order.directory)) if change.items else found


def _of(change: Change) -> Verdict:
    """What a decision tells the sender."""
    if change.quarantined:
        return Verdict("unreadable", change.quarantined.faults, held=change.quarantined.why)
    assert change.arrival is not None, "what arrives is kept or held"
    first = next((o.document for o in change.outgoing if isinstance(o.document, Acknowledgement)), None)
    if first is None:
        return Verdict("accepted", kind="acknowledgement")
    word = "rejected" if first.faults else "accepted"
    return Verdict(word, first.faults, first.about, change.arrival.kind)


def _explanation(change: Change, directory: Directory) -> Explanation:
    item, *copies = change.items
    inbox, clock = directory.inboxes[item.inbox], change.deadlines[0]
    return Explanation(item, inbox, tuple(c.inbox for c in copies), clock, _agreed(change, inbox, clock, directory))


def _agreed(change: Change, inbox: Inbox, clock: Deadline, directory: Directory) -> tuple[Agreement, ...]:
    """What is agreed with the sender on the day of receipt; an accepted message is always acknowledged."""
    sender = next(o.document.about.sender for o in change.outgoing if isinstance(o.document, Acknowledgement))
    day = directory.practices[inbox.practice].hours.local(clock.why.received).date()
    return directory.agreed(inbox.practice, sender.level_1, sender.level_2, day)


def _apprec(envelope: Envelope, faults: tuple[Fault, ...], now: datetime) -> tuple[bytes, ...]:
    """The acknowledgement to the first receiver, whoever that is: without a configuration nobody is known."""
    if not envelope.receivers:
        return ()
    id = MessageId(str(uuid5(NAMESPACE_OID, f"check {envelope.key}")))
    return (wire.write(Acknowledgement(id, envelope, 0, now, faults)),)


def _is_of_form(v: Verdict) -> bool:
    return any(fault.code in _OF_FORM for fault in v.faults)


def _readers(site: Settings | None) -> Readers:
    found = (site.wire, site.acceptance, site.signatures) if site else (Wire(), Acceptance(), Signatures())
    return readers_of(*found)
