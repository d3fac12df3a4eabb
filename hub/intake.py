"""A message arrived: what now?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from unicodedata import normalize
from uuid import NAMESPACE_OID, uuid5

from hub import calendar, deadline, enquiry, identity, item, route, standing, transport
from hub.acceptance import STRICT, Acceptance, Choice
from hub.change import Acknowledgement, Arrival, Change, Entry, Outgoing, Quarantined, Returned
from hub.deadline import Deadline
from hub.directory import Directory, InboxId, Listing, Practice
from hub.enquiry import Enquiry, Register
from hub.item import Headline, Item, ItemId, Placing, Purpose
from hub.message import (
    INFORMATIVE,
    Envelope,
    Fault,
    HerId,
    Kind,
    Message,
    MessageId,
    MessageKey,
    Party,
    Patient,
    Receipt,
    Receiver,
    Refusal,
    Status,
    Unreadable,
    plain_message_id,
)
from hub.order import Order as Order
from hub.record import Asked
from hub.route import Circumstances, Decision, Whose
from hub.succession import contradict
from hub.transport import Condition, Origin

# The name that a placing gets when a message answers something of ours.
CONVERSATION = "conversation"

# So much of a text is shown in a list.
LONGEST_LINE = 200

# As long as a MsgId may be.
LONGEST_REFERENCE = 256

# How letters are spelled where a system or a keyboard has none of them.
SPELLED = {"å": "aa", "æ": "ae", "ø": "oe"}

NONE: Mapping[str, Asked] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ours:
    """A receiver that is ours: its place among the receivers, its practice and service, and what is wrong with it."""

    place: int
    practice: Practice
    service: HerId | None
    faults: tuple[Fault, ...] = ()


def judge(
    reading: Message | Refusal | Receipt | Unreadable,
    order: Order,
    now: datetime,
    known: Mapping[str, Asked] = NONE,
    origin: Origin | None = None,
) -> Change:
    """What any reading makes: one Change, whatever arrived.

    `known` has what we sent and this may answer, by the MsgId of what we sent; `origin` is what a broker told.
    """
    if origin is not None and (change := _carried(reading, origin, order, now)):
        return change
    match reading:
        case Message():
            return _addressed(reading, order, now, known)
        case Refusal():
            return _addressed(reading, order, now)
        case Receipt():
            return receipt(reading, now)
        case Unreadable(faults):
            return quarantine("unreadable", faults, None, now)


def bounce(held: Change, origin: Origin, condition: Condition, data: str, now: datetime) -> Change:
    """What cannot be taken from a broker is held, and its sender told in its error queue, once (HITS 1216)."""
    assert held.quarantined is not None, "only what is held is told so"
    words = "; ".join(f.en for f in held.quarantined.faults)
    label = transport.returned(origin, condition, data, words, now)
    if label is None:
        return held
    # The same delivery again is told nothing, so the id follows from it.
    name = f"error {origin.from_her_id} {origin.id or now} {origin.digest}"
    id = MessageId(str(uuid5(NAMESPACE_OID, name)))
    return replace(held, outgoing=(Outgoing(None, None, Returned(id, label, now)),))


def admit(m: Message, ours: tuple[Ours, ...], order: Order, now: datetime, known: Mapping[str, Asked] = NONE) -> Change:
    """Items, deadlines, acknowledgements and journal of a good message, as one Change.

    Each practice that was addressed rightly gets an item of its own; each receiver has its own verdict.
    """
    good: dict[HerId, Ours] = {}
    for x in reversed(ours):
        if not x.faults:
            good[x.practice.her_id] = x
    addressed = tuple(reversed(good.values()))
    placed = [_place(m, x, order, now, known) for x in addressed]
    near: tuple[tuple[ItemId, frozenset[InboxId]], ...] = ()
    if m.status is not Status.NEW:
        near = tuple(
            (p.items[0].id, _inboxes(x.practice, order.directory)) for p, x in zip(placed, addressed, strict=True)
        )
    return Change(
        entries=tuple(e for p in placed for e in p.entries),
        arrival=_arrival(m, near),
        items=tuple(x for p in placed for x in p.items),
        deadlines=tuple(d for p in placed for d in p.deadlines),
        outgoing=acknowledge(m.envelope, ours, now),
        enquiries=_enquiries(m, addressed, order) if order.registers else (),
        replies=(asked.item.id,) if (asked := _asked(m, known)) else (),
    )


def _enquiries(m: Message, addressed: tuple[Ours, ...], order: Order) -> tuple[Enquiry, ...]:
    """What a register is to be asked, while the message goes its way without waiting for the answer."""
    wanted = (e for x in addressed for e in enquiry.about(m, order.directory, x.practice.her_id))
    return tuple(dict.fromkeys(e for e in wanted if e.register in order.registers))


def refuse(envelope: Envelope, ours: tuple[Ours, ...], now: datetime) -> Change:
    """A negative acknowledgement for each of our receivers; nothing reaches an inbox."""
    codes = " ".join(dict.fromkeys(f.code for x in ours for f in x.faults))
    return Change(
        entries=(Entry(now, "message.rejected", envelope.key, detail={"codes": codes}),),
        arrival=Arrival(envelope.key, "rejected", envelope.type.value),
        outgoing=acknowledge(envelope, ours, now),
    )


def receipt(r: Receipt, now: datetime) -> Change:
    """A partner acknowledged something of ours: noted, and never acknowledged in turn (HIS 80415)."""
    codes = " ".join(c.value for c in r.faults)
    detail = {"original": r.original, "status": r.status, "codes": codes}
    return Change((Entry(now, "receipt.noted", r.key, detail=detail),), Arrival(r.key, "noted", "apprec"), receipt=r)


def quarantine(why: str, faults: tuple[Fault, ...], key: MessageKey | None, now: datetime) -> Change:
    """Nobody can or may be answered: the bytes are kept with the reasons, and operations see them."""
    detail = {"why": why, "codes": " ".join(dict.fromkeys(f.code for f in faults))}
    entry = Entry(now, "message.quarantined", key, detail=detail)
    return Change((entry,), quarantined=Quarantined(why, faults, key))


def acknowledge(envelope: Envelope, ours: tuple[Ours, ...], now: datetime) -> tuple[Outgoing, ...]:
    """One AppRec for each receiver that is ours, primary first; its id follows from what it is about."""
    key, to = envelope.key, envelope.sender.her_id
    return tuple(Outgoing(to, key, Acknowledgement(_id(key, x.place), envelope, x.place, now, x.faults)) for x in ours)


def recipients(envelope: Envelope, directory: Directory, acceptance: Acceptance = STRICT) -> tuple[Ours, ...]:
    """Every receiver that is ours, each once. The original receiver of a message that was passed on (OR) is none."""
    owned = list(_owned(envelope, directory))
    if len(owned) > 1:
        first = {(receiver.role.strip().upper(), receiver.party): place for place, receiver, _ in reversed(owned)}
        owned = [x for x in owned if x[0] in first.values()]
    return tuple([_ours(place, receiver, practice, acceptance) for place, receiver, practice in owned])


def _owned(envelope: Envelope, directory: Directory) -> Iterator[tuple[int, Receiver, Practice]]:
    """The receivers that are ours, each with its place and practice."""
    for place, receiver in enumerate(envelope.receivers):
        if receiver.role.strip().upper() != "OR" and (practice := _owner(receiver, directory)):
            yield place, receiver, practice


def _ours(place: int, receiver: Receiver, practice: Practice, acceptance: Acceptance) -> Ours:
    """A receiver with what is wrong with it; a site may take an unknown service for the organisation (row 11)."""
    one, two = receiver.party.level_1, receiver.party.level_2
    if one == practice.her_id and two not in practice.services and acceptance.unknown_receiver is Choice.ACCEPT:
        return Ours(place, practice, None)
    return Ours(place, practice, two, _unknown_service(receiver, practice))


def _carried(
    reading: Message | Refusal | Receipt | Unreadable, origin: Origin, order: Order, now: datetime
) -> Change | None:
    """What becomes of a delivery that a broker told something wrong about; None when there is nothing wrong."""
    key = None if isinstance(reading, Unreadable) else reading.key
    if wrong := transport.wrong(origin):
        return bounce(quarantine("transport", (wrong.fault,), key, now), origin, wrong.condition, wrong.data, now)
    if isinstance(reading, Unreadable):
        held = quarantine("unreadable", reading.faults, None, now)
        return bounce(held, origin, transport.unreadable(reading.faults), "", now)
    sender = reading.sender if isinstance(reading, Receipt) else reading.envelope.sender
    if origin.from_her_id not in (sender.level_1, sender.level_2):
        held = quarantine("sender", (_spoofed(origin, sender),), key, now)
        return bounce(held, origin, Condition.SPOOFING_ATTACK, "fromHerId", now)
    if isinstance(reading, Receipt):
        return None
    envelope = reading.envelope
    named = {id for r in envelope.receivers for id in (r.party.level_1, r.party.level_2)}
    if origin.to_her_id in named and any(_owned(envelope, order.directory)):
        return None
    # HITS 1216: an address that differs from the document's is told by a negative AppRec.
    practices = order.directory.practices
    practice = order.directory.practice_of(None, HerId(origin.to_her_id)) or next(iter(practices.values()))
    return refuse(envelope, (Ours(0, practice, None, (_elsewhere(origin, envelope),)),), now)


def _spoofed(origin: Origin, sender: Party) -> Fault:
    theirs = "/".join(id for id in (sender.level_1, sender.level_2) if id)
    return Fault(
        "X99",
        f"fromHerId is {origin.from_her_id}, but the document's sender is {theirs}",
        f"fromHerId er {origin.from_her_id}, men avsenderen i meldingen er {theirs}",
        "fromHerId",
    )


def _elsewhere(origin: Origin, envelope: Envelope) -> Fault:
    theirs = ", ".join("/".join(id for id in (r.party.level_1, r.party.level_2) if id) for r in envelope.receivers)
    path, line = envelope.receivers[0].path, envelope.receivers[0].line
    return Fault(
        "E10",
        f"The message came to HER-id {origin.to_her_id}, but the document's receivers are {theirs}",
        f"Meldingen kom til HER-id {origin.to_her_id}, men mottakerne i meldingen er {theirs}",
        path,
        line,
    )


def _addressed(reading: Message | Refusal, order: Order, now: datetime, known: Mapping[str, Asked] = NONE) -> Change:
    envelope = reading.envelope
    ours = recipients(envelope, order.directory, order.acceptance)
    if not ours:
        held = quarantine("address", (_nobody_here(envelope),), envelope.key, now)
        asked = enquiry.receivers(envelope) if Register.ADDRESS in order.registers else ()
        return replace(held, enquiries=tuple(asked))
    if isinstance(reading, Refusal):
        return refuse(envelope, tuple(replace(x, faults=reading.faults + x.faults) for x in ours), now)
    ours = tuple(_heeded(x, _no_record(reading, x, order.directory)) for x in ours)
    if all(x.faults for x in ours):
        return refuse(envelope, ours, now)
    admitted = admit(reading, ours, order, now, known)
    doubts = _doubts(reading, admitted.items, order.directory, now)
    return replace(admitted, entries=(*admitted.entries, *doubts)) if doubts else admitted


def _heeded(x: Ours, faults: tuple[Fault, ...]) -> Ours:
    return replace(x, faults=x.faults + faults) if faults else x


def _no_record(m: Message, x: Ours, directory: Directory) -> tuple[Fault, ...]:
    """E35 for a discharge summary about somebody whom the practice does not have (HIS 80415 3.3.4, row 10).

    Only a whole and right number can be looked for; with less the coordinator looks. A cancellation is let through,
    as what it takes back may be here. A practice without any list cannot say who is not on it.
    """
    numbers = _numbers(m.patient) if m.kind is Kind.DISCHARGE_SUMMARY and m.status is not Status.CANCELLED else ()
    if not numbers or any(_lists(directory, x.practice, number) for number in numbers):
        return ()
    if all(listing.practice != x.practice.her_id for listing in directory.listings.values()):
        return ()
    name = x.practice.name
    return (
        Fault(
            "E35",
            f"The patient has no record at {name}; check the receiver, or whether the number is right",
            f"Pasienten har ikke journal hos {name}; kontroller mottakeren, eller om nummeret er riktig",
            "/Message/ServRprt/Patient",
        ),
    )


def _numbers(patient: Patient | None) -> tuple[str, ...]:
    """The national numbers by which a patient can be looked for: all digits there, and the control digits right."""
    idents = patient.idents if patient else ()
    found = (identity.plain(ident.id) for ident in idents if ident.type.value in identity.NATIONAL)
    return tuple(number for number in found if number and identity.fits(number))


def _lists(directory: Directory, practice: Practice, number: str) -> bool:
    listing = directory.listings.get(number)
    return listing is not None and listing.practice == practice.her_id


def _doubts(m: Message, items: tuple[Item, ...], directory: Directory, now: datetime) -> tuple[Entry, ...]:
    """A line in each item's journal where its patient is in doubt, which alone rejects nothing.

    It is when the number cannot be right (E31), or when it is on the list under another name ("name").
    """
    return tuple(
        Entry(now, "message.doubted", m.key, x.id, x.inbox, detail={"codes": codes})
        for x in items
        if (codes := " ".join(_doubted(m, route.listed(m, directory, directory.inboxes[x.inbox].practice))))
    )


def _doubted(m: Message, listing: Listing | None) -> Iterator[str]:
    idents = m.patient.idents if m.patient else ()
    whole = (i for i in idents if i.type.value in identity.NATIONAL and identity.plain(i.id))
    if any(identity.doubtful(i.id, i.type.value) for i in whole):
        yield "E31"
    if m.patient and m.patient.name and listing and not _same_family(m.patient, listing):
        yield "name"


def _same_family(patient: Patient, listing: Listing) -> bool:
    """Whether a family name on the list, of which a person may have two, is among the message's names."""
    return not _names(listing.family_name).isdisjoint(_names(patient.name))


@lru_cache(maxsize=1024)
def _names(written: str) -> frozenset[str]:
    """The words of a name, however they are spelled: systems write Å as AA, and in capitals."""
    plain = normalize("NFC", written).casefold()
    for letter, spelled in SPELLED.items():
        plain = plain.replace(letter, spelled)
    return frozenset(re.findall(r"\w+", plain))


def _owner(receiver: Receiver, directory: Directory) -> Practice | None:
    return directory.practice_of(receiver.party.level_1, receiver.party.level_2)


def _place(m: Message, x: Ours, order: Order, now: datetime, known: Mapping[str, Asked]) -> Change:
    """What one practice gets of a message: an item to act on, copies, and their clocks."""
    directory, practice, key = order.directory, x.practice, m.key
    listing = route.listed(m, directory, practice.her_id)
    today = practice.hours.local(now).date()
    c = route.circumstances(m, directory, listing, practice.her_id, x.service, today)
    whose = Whose(directory, practice, listing, x.service, *calendar.acting_from(practice.hours, now), now)
    d = _joined(m, known, whose) or route.decide(c, order.table, whose)
    placing, headline = d.placing, _headline(m, listing)
    # A cancellation asks nobody to act either: whoever had the message is to know.
    informs = m.kind in INFORMATIVE or m.status is Status.CANCELLED
    main = _item(key, d.inbox.id, Purpose.READING if informs else Purpose.ACTION, headline, placing, d.home)
    copies = tuple(_item(key, inbox, Purpose.INFORMATION, headline, placing) for inbox in d.copies)
    informed = replace(c, information=True) if informs or copies else c
    clocks = [_clock(main, informed if informs else c, order, now), *(_clock(x, informed, order, now) for x in copies)]
    due, *dues = ({"due_at": x.due.isoformat()} for x in clocks)
    return Change(
        entries=(
            Entry(now, "message.accepted", key, main.id, d.inbox.id, detail={"rule": d.rule, **due}),
            *(Entry(now, "item.copied", key, x.id, x.inbox, detail=at) for x, at in zip(copies, dues, strict=True)),
        ),
        items=(main, *copies),
        deadlines=tuple(clocks),
    )


def _joined(m: Message, known: Mapping[str, Asked], whose: Whose) -> Decision | None:
    """An answer to what we sent goes to where that was sent from, unless its owner is away (domain: nothing waits)."""
    if (asked := _asked(m, known)) is None:
        return None
    inbox = whose.directory.inboxes.get(asked.item.inbox)
    if inbox is None or inbox.practice != whose.practice.her_id:
        return None
    if not standing.here(inbox, whose.directory, *whose.acting(inbox)):
        return None
    return Decision(inbox, CONVERSATION, "it answers what was sent from this inbox", (asked.item.id,))


def _asked(m: Message, known: Mapping[str, Asked]) -> Asked | None:
    """What we sent that a message answers.

    Only who got it can answer it, about the same patient; and a test answers nothing that care staff sent.
    """
    refers = (m.conversation.parent, m.conversation.first) if m.conversation and not m.envelope.test else ()
    asked = next((known[id] for id in map(plain_message_id, refers) if id in known), None)
    if asked is None or asked.organisation != m.key.sender or contradict(asked.patient, m.about):
        return None
    return asked


def _inboxes(practice: Practice, directory: Directory) -> frozenset[InboxId]:
    return frozenset(inbox.id for inbox in directory.inboxes.values() if inbox.practice == practice.her_id)


def _arrival(m: Message, near: tuple[tuple[ItemId, frozenset[InboxId]], ...]) -> Arrival:
    refers = m.conversation
    return Arrival(
        key=m.key,
        verdict="accepted",
        kind=m.kind.value,
        patient=m.about,
        status=m.status,
        document=_reference(m.document_id),
        parent=_reference(plain_message_id(refers.parent)) if refers else "",
        thread=_reference(plain_message_id(refers.first)) if refers else "",
        generated=m.envelope.generated,
        test=m.envelope.test,
        files=tuple((a.start, a.length) for a in m.attachments if a.length),
        near=near,
    )


def _reference(written: str) -> str:
    """What another message may be found by; nothing that is longer than any identifier, which no index would take."""
    return written if len(written) <= LONGEST_REFERENCE else ""


def _unknown_service(receiver: Receiver, practice: Practice) -> tuple[Fault, ...]:
    """E21 where we own level 1 but not the service or person (HIS 80415 3.3.4; vendor tests 17-20)."""
    one, two = receiver.party.level_1, receiver.party.level_2
    if one == practice.her_id and two in practice.services:
        return ()
    known = ", ".join(practice.services)
    wrong = one if one != practice.her_id else two
    if wrong is None:
        missing = "1" if one is None else "2"
        en = f"The receiver has no HER-id at level {missing}; {practice.name} is {practice.her_id}, services {known}"
        nb = f"Mottakeren mangler HER-id på nivå {missing}; {practice.name} er {practice.her_id}, tjenester {known}"
    else:
        en = f"The receiver's HER-id {wrong} is unknown at {practice.name} ({practice.her_id}); services are {known}"
        nb = f"Mottakerens HER-id {wrong} er ukjent hos {practice.name} ({practice.her_id}); tjenestene er {known}"
    return (Fault("E21", en, nb, receiver.path, receiver.line),)


def _nobody_here(envelope: Envelope) -> Fault:
    ids = ", ".join(f"{r.party.level_1 or 'none'}/{r.party.level_2 or 'none'}" for r in envelope.receivers)
    return Fault(
        "E21",
        f"No receiver belongs to this hub (HER-ids at level 1/2: {ids}); check the address in the Address Register",
        f"Ingen mottaker hører til her (HER-id nivå 1/2: {ids}); kontroller adressen i Adresseregisteret",
        envelope.receivers[0].path,
        envelope.receivers[0].line,
    )


def _clock(x: Item, c: Circumstances, order: Order, now: datetime) -> Deadline:
    """The item's clock, by the hours of the inbox that it belongs to, whoever covers there."""
    inbox = x.home or x.inbox
    return deadline.of(x.id, c, order.ladders, order.directory.hours(inbox), now, order.basis(inbox), inbox)


def _headline(m: Message, listing: Listing | None) -> Headline:
    """What lists show; the birth date is the message's, else the list's if the number there is of the same name."""
    patient = m.patient
    born = patient.born if patient else None
    if patient and listing and born is None and _same_family(patient, listing):
        born = listing.born
    return Headline(
        kind=_line(m.kind.value),
        subject=_line(m.subject),
        sender=_line(m.envelope.sender.name),
        patient=_line(patient.name if patient else ""),
        born=born,
        attachments=len(m.attachments),
    )


def _line(text: str) -> str:
    """A text as a list has room for it; the message itself has all of it."""
    return text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 1].rstrip()}…"


def _item(
    key: MessageKey,
    inbox: InboxId,
    purpose: Purpose,
    headline: Headline,
    placing: Placing,
    home: InboxId | None = None,
) -> Item:
    return Item(item.identify(key, inbox), key, inbox, purpose, headline, placing, home=home)


def _id(key: MessageKey, receiver: int) -> MessageId:
    return MessageId(str(uuid5(NAMESPACE_OID, f"apprec {key} {receiver}")))
