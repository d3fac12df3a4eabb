"""The partner is told, where an agreement says so: when an enquiry is expected to be answered, and when that is late.

Nobody has to send reminders then. What is told has no patient's name and nothing of what was asked.
"""

from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from hub import desk
from hub.agreement import LATE, RECEIVED
from hub.calendar import Hours
from hub.change import Answer, Change, Outgoing
from hub.deadline import Deadline
from hub.directory import Directory, Practice
from hub.intake import Order
from hub.item import Item, Purpose
from hub.message import Code, HerId, Kind, Message, MessageId, Reading

# In the languages that an agreement may have; whoever has none gets bokmål.
SUBJECT = {"nb": "Automatisk svar", "en": "Automatic reply", "se": "Automáhtalaš vástádus"}
SUBJECT["nn"] = "Automatisk svar"
EXPECTED = {
    "nb": "Henvendelsen er mottatt og ligger hos {inbox}. Svar er ventet innen {due}.",
    "nn": "Førespurnaden er motteken og ligg hos {inbox}. Svar er venta innan {due}.",
    "en": "Your enquiry was received and lies with {inbox}. An answer is expected by {due}.",
    "se": "Jearaldat lea boahtán ja lea dáppe: {inbox}. Vástádus vurdojuvvo ovdal {due}.",
}
DELAYED = {
    "nb": "Svaret på henvendelsen er forsinket. Den ligger nå hos {inbox}, og {told} har fått beskjed.",
    "nn": "Svaret på førespurnaden er forseinka. Han ligg no hos {inbox}, og {told} har fått beskjed.",
    "en": "The answer to your enquiry is late. It lies with {inbox} now, and {told} has been told.",
    "se": "Vástádus lea maŋŋonan. Jearaldat lea dál dáppe: {inbox}, ja {told} lea ožžon dieđu.",
}


def received(change: Change, reading: Reading, order: Order, now: datetime) -> Change:
    """The change of a message that came, with what its sender is told of when it will be answered."""
    if not (isinstance(reading, Message) and order.directory.agreements.tell and change.items):
        return change
    clocks = {d.item: d for d in change.deadlines}
    told = [_expected(x, clocks[x.id], reading, order, now) for x in change.items if x.id in clocks]
    return replace(change, outgoing=(*change.outgoing, *(out for out in told if out)))


def wants(item: Item, d: Deadline, directory: Directory, now: datetime) -> bool:
    """Whether the sender may have to be told when this clock takes its step: the first one that is not a warning.

    That is known without reading the message, of which there may be thousands that are late. Of a sender whose
    organisation is none of the partners it is not: its service may be one's, and only the message names that.
    """
    if not directory.agreements.tell or d.paused or item.purpose is not Purpose.ACTION:
        return False
    first = next((n for n, s in enumerate(d.steps) if s.minutes >= 0), None)
    practice = _practice(item, directory)
    if d.step != first or practice is None:
        return False
    sender, day = HerId(item.message.sender), practice.hours.local(now).date()
    if directory.partner_of(sender, sender) is None:
        return True
    return any(LATE in a.tells for a in directory.agreed(practice.her_id, sender, sender, day))


def delayed(change: Change, item: Item, m: Message, directory: Directory, now: datetime) -> Change:
    """The change of a step that was taken, with what the sender is told of who has it now."""
    practice = _practice(item, directory)
    language = _language(m, practice, directory, LATE, now) if practice else None
    if practice is None or language is None:
        return change
    inboxes = (directory.inboxes[n.inbox].name for n in change.notices if n.inbox in directory.inboxes)
    lies = directory.inboxes[change.items[0].inbox].name
    told = ", ".join(x for x in dict.fromkeys(inboxes) if x != lies) or lies
    text = DELAYED[language].format(inbox=lies, told=told)
    # Once, however often its clock is set anew.
    return replace(change, outgoing=(*change.outgoing, _answer("late", item, m, practice, language, text, now)))


def _expected(item: Item, d: Deadline, m: Message, order: Order, now: datetime) -> Outgoing | None:
    practice = _practice(item, order.directory)
    if practice is None or item.purpose is not Purpose.ACTION:
        return None
    if (language := _language(m, practice, order.directory, RECEIVED, now)) is None:
        return None
    inbox = order.directory.inboxes[item.inbox].name
    text = EXPECTED[language].format(inbox=inbox, due=_said(d.due, practice.hours))
    return _answer("received", item, m, practice, language, text, now)


def _language(m: Message, practice: Practice, directory: Directory, when: str, now: datetime) -> str | None:
    """In which language the sender is told of it; None when no agreement asks for that, or this cannot be answered so.

    Only the first message of a dialogue gets an automatic reply: two hubs would go on telling each other.
    """
    first = m.conversation is None or not m.conversation.parent
    if m.kind is not Kind.DIALOGUE or m.envelope.apprec == "1.0" or m.envelope.test or not first:
        return None
    sender, day = m.envelope.sender, practice.hours.local(now).date()
    agreed = directory.agreed(practice.her_id, sender.level_1, sender.level_2, day)
    found = next((a for a in agreed if when in a.tells), None)
    return (found.language or "nb") if found else None


def _practice(item: Item, directory: Directory) -> Practice | None:
    inbox = directory.inboxes.get(item.inbox)
    return directory.practices[inbox.practice] if inbox else None


def _said(moment: datetime, hours: Hours) -> str:
    """A day and a time that every language reads alike."""
    return f"{hours.local(moment):%d.%m.%Y %H:%M}"


def _answer(what: str, item: Item, m: Message, practice: Practice, language: str, text: str, now: datetime) -> Outgoing:
    document = Answer(
        id=MessageId(str(uuid5(NAMESPACE_OID, f"{what} {item.id}"))),
        about=m.envelope,
        sender=desk.addressed(m, practice),
        patient=m.patient,
        first=m.conversation.first if m.conversation else m.envelope.msg_id,
        asked=m.parts[0].theme if m.parts else Code(""),
        document_id=next((p.document_id for p in m.parts if p.document_id), ""),
        subject=SUBJECT[language],
        text=text,
        signed_by=f"{SUBJECT[language]}, {practice.name}",
        at=now,
    )
    return Outgoing(m.envelope.sender.her_id, item.message, document, item.id)
