"""A message arrived: what now?"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from hub import calendar, deadline, item, route
from hub.change import Acknowledgement, Arrival, Change, Entry, Outgoing, Quarantined
from hub.deadline import Deadline, Ladder
from hub.directory import Directory, InboxId, Listing, Practice
from hub.item import Headline, Item, Placing, Purpose, State
from hub.message import Envelope, Fault, HerId, Message, MessageId, MessageKey, Receipt, Receiver, Refusal, Unreadable
from hub.route import Circumstances, Rule


@dataclass(frozen=True, slots=True)
class Order:
    """Everything configured that decisions stand on: who is who, the routing table, the ladders."""

    directory: Directory
    rules: tuple[Rule, ...]
    ladders: tuple[Ladder, ...]


@dataclass(frozen=True, slots=True)
class Ours:
    """A receiver that is ours: its place among the receivers, its practice and service, and what is wrong with it."""

    place: int
    practice: Practice
    service: HerId | None
    faults: tuple[Fault, ...] = ()


def judge(reading: Message | Refusal | Receipt | Unreadable, order: Order, now: datetime) -> Change:
    """What any reading makes: one Change, whatever arrived."""
    match reading:
        case Message():
            return _addressed(reading, order, now)
        case Refusal():
            return _addressed(reading, order, now)
        case Receipt():
            return receipt(reading, now)
        case Unreadable(faults):
            return quarantine("unreadable", faults, None, now)


def admit(m: Message, ours: tuple[Ours, ...], order: Order, now: datetime) -> Change:
    """Items, deadlines, acknowledgements and journal of a good message, as one Change.

    Each practice that was addressed rightly gets an item of its own; each receiver has its own verdict.
    """
    good: dict[HerId, Ours] = {}
    for x in reversed(ours):
        if not x.faults:
            good[x.practice.her_id] = x
    placed = [_place(m, x, order, now) for x in reversed(good.values())]
    return Change(
        entries=tuple(e for p in placed for e in p.entries),
        arrival=Arrival(m.key, "accepted", m.kind.value, (m.patient and m.patient.national_id) or ""),
        items=tuple(x for p in placed for x in p.items),
        deadlines=tuple(d for p in placed for d in p.deadlines),
        outgoing=acknowledge(m.envelope, ours, now),
    )


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
    return Change((Entry(now, "receipt.noted", r.key, detail=detail),), Arrival(r.key, "noted", "apprec"))


def quarantine(why: str, faults: tuple[Fault, ...], key: MessageKey | None, now: datetime) -> Change:
    """Nobody can or may be answered: the bytes are kept with the reasons, and operations see them."""
    detail = {"why": why, "codes": " ".join(dict.fromkeys(f.code for f in faults))}
    entry = Entry(now, "message.quarantined", key, detail=detail)
    return Change((entry,), quarantined=Quarantined(why, faults, key))


def acknowledge(envelope: Envelope, ours: tuple[Ours, ...], now: datetime) -> tuple[Outgoing, ...]:
    """One AppRec for each receiver that is ours, primary first; its id follows from what it is about."""
    key, to = envelope.key, envelope.sender.her_id
    return tuple(Outgoing(to, key, Acknowledgement(_id(key, x.place), envelope, x.place, now, x.faults)) for x in ours)


def rehome(x: Item, practice: Practice, directory: Directory, now: datetime) -> Change:
    """An item whose inbox has left the directory goes to the coordinator's pile, with its clock as it is."""
    pile = route.pile(directory, practice).id
    moved = replace(x, inbox=pile, owner=None, state=State.NEW)
    entry = Entry(now, "item.rehomed", x.message, x.id, pile, detail={"from": x.inbox})
    return Change((entry,), items=(moved,))


def recipients(envelope: Envelope, directory: Directory) -> tuple[Ours, ...]:
    """Every receiver that is ours. The original receiver of a message that was passed on (OR) is none."""
    return tuple(
        Ours(place, practice, receiver.party.level_2, _unknown_service(receiver, practice))
        for place, receiver in enumerate(envelope.receivers)
        if receiver.role.strip().upper() != "OR" and (practice := _owner(receiver, directory))
    )


def _addressed(reading: Message | Refusal, order: Order, now: datetime) -> Change:
    envelope = reading.envelope
    ours = recipients(envelope, order.directory)
    if not ours:
        return quarantine("address", (_nobody_here(envelope),), envelope.key, now)
    if isinstance(reading, Refusal):
        ours = tuple(replace(x, faults=reading.faults + x.faults) for x in ours)
    if all(x.faults for x in ours) or isinstance(reading, Refusal):
        return refuse(envelope, ours, now)
    return admit(reading, ours, order, now)


def _owner(receiver: Receiver, directory: Directory) -> Practice | None:
    return directory.practice_of(receiver.party.level_1, receiver.party.level_2)


def _place(m: Message, x: Ours, order: Order, now: datetime) -> Change:
    """What one practice gets of a message: an item to act on, copies, and their clocks."""
    directory, practice, key = order.directory, x.practice, m.key
    listing = route.listed(m, directory, practice.her_id)
    c = route.circumstances(m, directory, listing)
    day = calendar.acting_day(practice.hours, now)
    d = route.decide(c, order.rules, directory, practice, listing, x.service, day)
    headline = _headline(m, listing)
    main = _item(key, d.inbox.id, Purpose.ACTION, headline, d.placing)
    copies = tuple(_item(key, inbox, Purpose.INFORMATION, headline, d.placing) for inbox in d.copies)
    informed = replace(c, information=True)
    return Change(
        entries=(
            Entry(now, "message.accepted", key, main.id, d.inbox.id, detail={"rule": d.placing.rule}),
            *(Entry(now, "item.copied", key, copy.id, copy.inbox) for copy in copies),
        ),
        items=(main, *copies),
        deadlines=(
            _clock(main, c, practice, order, now),
            *(_clock(copy, informed, practice, order, now) for copy in copies),
        ),
    )


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


def _clock(x: Item, c: Circumstances, practice: Practice, order: Order, now: datetime) -> Deadline:
    ladder, agreement = deadline.choose(c, order.ladders, order.directory.agreements)
    return deadline.first(x.id, ladder, agreement, practice.hours, now)


def _headline(m: Message, listing: Listing | None) -> Headline:
    """What lists show; the birth date is the message's, else the list's."""
    patient = m.patient
    born = patient.born if patient else None
    return Headline(
        kind=m.kind.value,
        subject=m.subject,
        sender=m.envelope.sender.name,
        patient=patient.name if patient else "",
        born=born or (listing.born if listing else None),
        attachments=len(m.attachments),
    )


def _item(key: MessageKey, inbox: InboxId, purpose: Purpose, headline: Headline, placing: Placing) -> Item:
    return Item(item.identify(key, inbox), key, inbox, purpose, headline, placing)


def _id(key: MessageKey, receiver: int) -> MessageId:
    return MessageId(str(uuid5(NAMESPACE_OID, f"apprec {key} {receiver}")))
