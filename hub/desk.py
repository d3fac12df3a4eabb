"""A person acted: what now?"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from hub.change import Answer, Change, Entry, Outgoing
from hub.deadline import Deadline
from hub.directory import Person, Practice, Service
from hub.errors import BadRequest
from hub.item import Action, Item, Outcome, Purpose
from hub.message import HerId, Message, MessageId, MessageKey, Party, Professional, Unit


@dataclass(frozen=True, slots=True)
class Act:
    """What a person does to an item: an answer has a text, a closing has an outcome."""

    action: Action
    text: str = ""
    outcome: Outcome | None = None
    note: str = ""


# What a person may do here; withdrawing is the sender's, returning comes with its own message.
ACTIONS = (Action.CLAIM, Action.RELEASE, Action.ANSWER, Action.CLOSE)


def act(
    item: Item, deadlines: tuple[Deadline, ...], m: Message, practice: Practice, act: Act, who: Person, now: datetime
) -> Change:
    """The item moved; an answer goes out and an ended item's clocks stop, all in one Change.

    Raises IllegalMove when the state does not allow it, BadRequest when something is left out.
    """
    _complete(item, act)
    moved = replace(item.moved(act.action, who.id), note=act.note.strip() or item.note)
    detail = {"outcome": act.outcome.value} if act.outcome else {}
    entry = Entry(now, f"item.{moved.state.value}", item.message, item.id, item.inbox, who.id, detail)
    if act.action is Action.RELEASE:
        entry = replace(entry, event="item.released")
    return Change(
        entries=(entry,),
        items=(moved,),
        deadlines=() if moved.open else tuple(d.stopped for d in deadlines),
        outgoing=(answer(item, m, practice, act, who, now),) if act.action is Action.ANSWER else (),
    )


def answer(item: Item, m: Message, practice: Practice, act: Act, who: Person, now: datetime) -> Outgoing:
    """The answer to the sender, in the same conversation, from the party that was addressed."""
    envelope = m.envelope
    document = Answer(
        id=MessageId(str(uuid5(NAMESPACE_OID, f"answer {item.id} {item.version}"))),
        about=envelope,
        sender=_from(m, practice),
        patient=m.patient,
        first=m.conversation.first if m.conversation else envelope.msg_id,
        document_id=next((p.document_id for p in m.parts if p.document_id), ""),
        subject=f"Svar: {m.subject}" if m.subject else "Svar",
        text=act.text.strip(),
        signed_by=f"{who.name}, {who.role}",
        at=now,
    )
    return Outgoing(envelope.sender.her_id, item.message, document)


def _complete(item: Item, act: Act) -> None:
    if act.action not in ACTIONS:
        raise BadRequest(f"action: {act.action.value!r} is not done here; use one of {', '.join(ACTIONS)}")
    if act.action is Action.ANSWER and item.purpose is Purpose.INFORMATION:
        raise BadRequest("action: this is a copy for information; close it as read, the answer is another inbox's")
    if act.action is Action.ANSWER and not act.text.strip():
        raise BadRequest("text: an answer needs a text")
    if act.action is Action.CLOSE and act.outcome is None:
        raise BadRequest(f"outcome: closing needs one of {', '.join(Outcome)}")
    if act.action is Action.CLOSE and act.outcome is Outcome.OTHER and not act.note.strip():
        raise BadRequest("note: closing with outcome “other” needs a note that says why")


def _from(m: Message, practice: Practice) -> Party:
    """The addressed party of ours: the answer comes from where the message went (HIS 1153)."""
    ours = (r.party for r in m.envelope.receivers if r.party.level_2 in practice.services)
    return next(ours)
