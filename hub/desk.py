"""A person acted: what now?"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from hub import calendar
from hub.change import Answer, Change, Entry, File, Once, Outgoing
from hub.deadline import Deadline
from hub.directory import Directory, Inbox, InboxId, InboxKind, Person, PersonId, Practice, party
from hub.errors import BadRequest
from hub.item import Action, Item, Outcome, Purpose
from hub.message import Code, HerId, Kind, Message, MessageId, Party
from hub.offer import Offer


@dataclass(frozen=True, slots=True)
class Act:
    """What a person does to an item: an answer has a text, a closing an outcome, a return a reason and a text.

    What is handed on goes `to` another inbox, and whoever plans may give it to a `person` there; what is passed on goes
    `beyond` the centre, for a `profession` (9060) there, with a text. An answer may tell of an `offer`. It can be taken
    back for as long as `undo`, and what it sends is held until then. What is asked for under a key (`once`) is done
    once, however often it is asked for.
    """

    action: Action
    text: str = ""
    outcome: Outcome | None = None
    note: str = ""
    files: tuple[File, ...] = ()
    reason: Code | None = None
    to: InboxId | None = None
    person: PersonId | None = None
    beyond: HerId | None = None
    profession: str = ""
    offer: Offer | None = None
    undo: timedelta = timedelta(0)
    once: Once | None = None


# What a person may do here; withdrawing is the sender's.
ACTIONS = (
    *(Action.CLAIM, Action.RELEASE, Action.ANSWER, Action.CLOSE, Action.RETURN, Action.HAND_ON, Action.FORWARD),
    *(Action.ASK, Action.RESUME, Action.URGE),
)
# What goes to the sender with a document of its own.
SENDING = (Action.ANSWER, Action.RETURN, Action.ASK)

# Why a message can be returned (8117, HIS 1151).
REASONS = {
    value: Code(value, text, "2.16.578.1.12.4.1.1.8117")
    for value, text in {"1": "Feil adressat", "2": "Mangelfulle opplysninger", "9": "Annet"}.items()
}

# What stands in a return of what came to the wrong place, until somebody writes it otherwise; senders get bokmål.
WRONG_ADDRESS = (
    "Meldingen ser ut til å være sendt til feil mottaker, og er ikke behandlet hos oss. Send den til riktig mottaker."
)


def act(item: Item, deadlines: tuple[Deadline, ...], act: Act, who: Person, now: datetime) -> Change:
    """Claim, give back or close: the item moved, and an ended item's clocks stopped, in one Change.

    Raises IllegalMove when the state does not allow it, BadRequest when something is left out.
    """
    _complete(item, act)
    # What was asked stands after what was noted before: whoever comes next needs both.
    asked = "\n".join(x for x in (item.note, act.text.strip()) if x)
    written = asked if act.action is Action.ASK else act.note or act.text
    moved = replace(item.moved(act.action, who.id), note=written.strip() or item.note)
    event = "item.released" if act.action is Action.RELEASE else f"item.{moved.state.value}"
    detail: dict[str, str] = {}
    if act.outcome and act.action is Action.CLOSE:
        detail = {"outcome": act.outcome.value}
    elif act.reason and act.action is Action.RETURN:
        detail = {"reason": act.reason.value}
    return Change(
        entries=(Entry(now, event, item.message, item.id, item.inbox, who.id, detail),),
        items=(moved,),
        deadlines=() if moved.open else tuple(d.stopped for d in deadlines),
    )


def hand_on(item: Item, act: Act, who: Person, directory: Directory, now: datetime) -> Change:
    """Put an item into another inbox of its practice, for whoever is there to take; its clock runs on.

    Nothing takes it back over their heads: it belongs there from now on. What they need to know stands on the item
    alone, after what was noted before: it may be about the patient, and the journal is kept for ever. Whoever plans the
    practice moves also what somebody has taken, gives it to a person at work there, or makes it free where it lies.
    Raises IllegalMove when it is ended or somebody else has taken it, BadRequest when it cannot go there.
    """
    plans = directory.plans(who, item.inbox)
    # Only whose it is changes there.
    within = plans and act.to == item.inbox and act.person != item.owner
    if act.to is None or not (within or act.to in targets(item, directory)):
        raise BadRequest("to: this message cannot be handed on to that inbox; choose another one of the practice")
    note = "\n".join(x for x in (item.note, act.note.strip()) if x)
    moved = item.moved(Action.HAND_ON, item.owner if plans else who.id)
    moved = replace(moved, inbox=act.to, home=item.home if within else None, note=note)
    if act.person is not None:
        moved = _given(moved, act.person, plans, directory, now)
    return Change(_handed(item, moved, who, now), items=(moved,))


def _given(item: Item, person: PersonId, plans: bool, directory: Directory, now: datetime) -> Item:
    """An item that somebody has who did not take it. Raises BadRequest when it cannot be given to them."""
    if not plans or person not in directory.members(item.inbox):
        raise BadRequest("person: only who plans can give a message to somebody, and only to who works in that inbox")
    if not directory.present(person, *calendar.acting_from(directory.hours(item.inbox), now)):
        raise BadRequest("person: they are not at work; choose somebody who is")
    return item.moved(Action.CLAIM, person)


def _handed(item: Item, moved: Item, who: Person, now: datetime) -> tuple[Entry, ...]:
    """What the journal tells of a move: who had it, and who has it now, unless they took or leave it themselves."""
    detail: dict[str, str] = {"from": item.inbox, "to": moved.inbox}
    detail |= {"owner": item.owner} if item.owner not in (None, who.id) else {}
    detail |= {"person": moved.owner} if moved.owner else {}
    here = Entry(now, "item.handed_on", item.message, item.id, moved.inbox, who.id, detail)
    if moved.inbox == item.inbox:
        return (here,)
    return (here, Entry(now, "item.left", item.message, item.id, item.inbox, who.id, {"to": moved.inbox}))


def targets(item: Item, directory: Directory) -> dict[InboxId, Inbox]:
    """The inboxes that an item can be handed on to: the others of its practice; a test reaches no care staff."""
    here = directory.inboxes.get(item.inbox)
    if here is None or here.kind is InboxKind.TEST:
        return {}
    others = (x for x in directory.inboxes.values() if x.practice == here.practice and x.id != here.id)
    return {x.id: x for x in others if x.kind is not InboxKind.TEST}


def send(
    item: Item, deadlines: tuple[Deadline, ...], m: Message, practice: Practice, sent: Act, who: Person, now: datetime
) -> Change:
    """Answer the sender or return the message: the item moved, its clocks stopped and the document on its way.

    Raises IllegalMove when the state does not allow it, BadRequest when something is left out.
    """
    if sent.offer and sent.action is Action.ANSWER:
        return _offer(item, deadlines, m, practice, sent, sent.offer, who, now)
    change = act(item, deadlines, sent, who, now)
    if sent.action is Action.ASK and m.envelope.apprec == "1.0":
        # A second answer to a request in Dialogmelding 1.0 has no place there (HIS 1152).
        raise BadRequest("action: this kind of request can only be answered, not asked about; telephone the sender")
    return replace(change, outgoing=(compose(item, m, practice, sent, who, now),))


def _offer(
    item: Item,
    deadlines: tuple[Deadline, ...],
    m: Message,
    practice: Practice,
    sent: Act,
    offer: Offer,
    who: Person,
    now: datetime,
) -> Change:
    """An answer that tells first what the patient is offered; the journal has what and when, and no names."""
    if m.patient is None:
        raise BadRequest("offer: this message is about no patient")
    offer.check(practice.hours, now)
    text = "\n\n".join(x for x in (offer.told(practice.hours, now), sent.text.strip()) if x)
    change = send(item, deadlines, m, practice, replace(sent, text=text, offer=None), who, now)
    (entry,) = change.entries
    detail = {"outcome": offer.kind.value, "offered_at": offer.at(practice.hours).isoformat()}
    return replace(change, entries=(replace(entry, detail=detail),))


def compose(item: Item, m: Message, practice: Practice, sent: Act, who: Person, now: datetime) -> Outgoing:
    """The answer or return to the sender, in the same conversation, from the party that was addressed."""
    envelope = m.envelope
    document = Answer(
        id=MessageId(str(uuid5(NAMESPACE_OID, f"answer {item.id} {item.version}"))),
        about=envelope,
        sender=addressed(m, practice),
        patient=m.patient,
        first=m.conversation.first if m.conversation else envelope.msg_id,
        asked=m.parts[0].theme if m.parts else Code(""),
        document_id=next((p.document_id for p in m.parts if p.document_id), ""),
        subject=_subject(m, sent),
        text=sent.text.strip(),
        signed_by=f"{who.name}, {who.role}",
        at=now,
        deviation=sent.reason,
        files=sent.files,
        readiness=m.kind in (Kind.READY, Kind.NOT_READY),
    )
    return Outgoing(envelope.sender.her_id, item.message, document, item.id, who.id)


def _subject(m: Message, sent: Act) -> str:
    before = "Spørsmål" if sent.action is Action.ASK else "Tilbakemelding" if sent.reason else "Svar"
    return f"{before}: {m.subject}" if m.subject else before


def _complete(item: Item, act: Act) -> None:
    if act.action not in ACTIONS:
        raise BadRequest(f"action: {act.action.value!r} is not done here; use one of {', '.join(ACTIONS)}")
    if act.action is Action.RETURN and (act.reason not in REASONS.values()):
        raise BadRequest(f"reason: returning needs one of {', '.join(REASONS)} (8117)")
    if act.action is Action.RETURN and not act.text.strip():
        raise BadRequest("text: returning needs a text that tells the sender what is wrong")
    if act.offer and act.action is not Action.ANSWER:
        raise BadRequest("offer: it goes with an answer only")
    if act.files and act.action not in SENDING:
        raise BadRequest(f"files: they go with {' or '.join(SENDING)} only")
    if act.action in SENDING and item.purpose is Purpose.INFORMATION:
        raise BadRequest("action: this is a copy for information; close it as read, the answer is another inbox's")
    if act.action is Action.ASK and not act.text.strip():
        raise BadRequest("text: a question needs a text")
    if act.action is Action.ANSWER and not act.text.strip():
        raise BadRequest("text: an answer needs a text")
    if act.action is Action.CLOSE and act.outcome is None:
        raise BadRequest(f"outcome: closing needs one of {', '.join(Outcome)}")
    if act.action is Action.CLOSE and act.outcome is Outcome.READ and item.purpose is Purpose.ACTION:
        raise BadRequest("outcome: this message asks for something, so reading it does not end it; answer or close it")
    if act.action is Action.CLOSE and act.outcome is Outcome.OTHER and not act.note.strip():
        raise BadRequest("note: closing with outcome “other” needs a note that says why")


def addressed(m: Message, practice: Practice) -> Party:
    """The addressed party of ours: what is sent about a message comes from where that went (HIS 1153).

    Where the service or person that was addressed is none of the practice's (any more), its first service speaks for
    it; nobody else's name goes outside.
    """
    receivers = (r.party for r in m.envelope.receivers)
    ours = party(practice, next(iter(practice.services.values()), None))
    return next((p for p in receivers if p.level_2 in practice.services), ours)
