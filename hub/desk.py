"""A person acted: what now?"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from hub.change import Answer, Change, Entry, Outgoing
from hub.deadline import Deadline
from hub.directory import Person, Practice
from hub.errors import BadRequest
from hub.item import Action, Item, Outcome, Purpose
from hub.message import Code, Message, MessageId, Party


@dataclass(frozen=True, slots=True)
class Act:
    """What a person does to an item: an answer has a text, a closing has an outcome."""

    action: Action
    text: str = ""
    outcome: Outcome | None = None
    note: str = ""


# What a person may do here; withdrawing is the sender's, returning comes with its own message.
ACTIONS = (Action.CLAIM, Action.RELEASE, Action.ANSWER, Action.CLOSE)


def act(item: Item, deadlines: tuple[Deadline, ...], act: Act, who: Person, now: datetime) -> Change:
    """Claim, give back or close: the item moved, and an ended item's clocks stopped, in one Change.

    Raises IllegalMove when the state does not allow it, BadRequest when something is left out.
    """
    _complete(item, act)
    moved = replace(item.moved(act.action, who.id), note=(act.note or act.text).strip() or item.note)
    event = "item.released" if act.action is Action.RELEASE else f"item.{moved.state.value}"
    detail = {"outcome": act.outcome.value} if act.outcome else {}
    return Change(
        entries=(Entry(now, event, item.message, item.id, item.inbox, who.id, detail),),
        items=(moved,),
        deadlines=() if moved.open else tuple(d.stopped for d in deadlines),
    )


def answer(
    item: Item, deadlines: tuple[Deadline, ...], m: Message, practice: Practice, text: str, who: Person, now: datetime
) -> Change:
    """Answer the sender: the item moved, its clocks stopped and the answer on its way, in one Change.

    Raises IllegalMove when the state does not allow it, BadRequest when there is nothing to send.
    """
    change = act(item, deadlines, Act(Action.ANSWER, text), who, now)
    return replace(change, outgoing=(compose(item, m, practice, text, who, now),))


def compose(item: Item, m: Message, practice: Practice, text: str, who: Person, now: datetime) -> Outgoing:
    """The answer to the sender, in the same conversation, from the party that was addressed."""
    envelope = m.envelope
    document = Answer(
        id=MessageId(str(uuid5(NAMESPACE_OID, f"answer {item.id} {item.version}"))),
        about=envelope,
        sender=_from(m, practice),
        patient=m.patient,
        first=m.conversation.first if m.conversation else envelope.msg_id,
        asked=m.parts[0].theme if m.parts else Code(""),
        document_id=next((p.document_id for p in m.parts if p.document_id), ""),
        subject=f"Svar: {m.subject}" if m.subject else "Svar",
        text=text.strip(),
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
    receivers = [r.party for r in m.envelope.receivers]
    return next((p for p in receivers if p.level_2 in practice.services), receivers[0])
