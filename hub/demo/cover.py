"""What stands outside on a delivery: for the broker that carries it, and for whoever sorts without opening (HITS 1216).

The standard's client writes more about its contract (Service, Action, roles); this hub asks for none of that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5

from hub import transport
from hub.demo import letter
from hub.demo.letter import Enclosed, Form, Letter
from hub.demo.logbook import Fetched
from hub.demo.sending import Sending
from hub.directory import Partner, Practice
from hub.message import HerId
from hub.transport import Label


@dataclass(frozen=True, slots=True)
class Cover:
    """What the message is (8279), from which service to which party, and what else is told of it."""

    function: str
    sender: str
    receiver: str
    told: Mapping[str, str]

    def label(self, now: datetime) -> Label:
        """The same in the hub's own words, on a delivery that is made now."""
        told = {**self.told, "enqueuedTimeUtc": now.astimezone(UTC).isoformat(timespec="seconds")}
        return Label(self.function, self.sender, self.receiver, transport.inbound(self.receiver), told=told)


def of_sending(s: Sending, partner: Partner, practice: Practice) -> Cover:
    """A message's cover. A system looks its receiver up, so what it does not find goes to the practice itself."""
    form = s.letter.form if s.letter else Form.DIALOGUE
    receiver = s.letter.receiver if s.letter and s.letter.receiver in practice.services else practice.her_id
    # One that sends in another's name gives its own on the outside.
    sender = s.box if s.box in partner.services else next(iter(partner.services))
    told = {"X-MessageInfo-MsgId": s.msg_id, "X-MessageInfo-SchemaNamespace": letter.SCHEMAS[form]}
    return _cover(letter.FUNCTIONS[form], sender, receiver, partner, practice, {**told, **_inside(s.letter)})


def of_receipt(answer: Fetched, partner: Partner, practice: Practice) -> Cover:
    """The cover of the receipt for an answer."""
    about = {"X-MessageInfo-OriginalMsgId": answer.post.id, "X-MessageInfo-OriginalMsgType": answer.post.type}
    return _cover(transport.APPREC, HerId(answer.box), practice.her_id, partner, practice, about)


def _cover(
    function: str, sender: HerId, receiver: HerId, partner: Partner, practice: Practice, told: Mapping[str, str]
) -> Cover:
    all = {
        "cpaId": str(uuid5(NAMESPACE_OID, f"contract {partner.her_id} {practice.her_id}")),
        "X-MessageInfo-Type": function,
        "X-Sender-Lvl1Id": partner.her_id,
        "X-Sender-Lvl2Id": sender,
        "X-Receiver-Lvl1Id": practice.her_id,
        "X-Receiver-Lvl2Id": receiver if receiver in practice.services else "",
        **told,
    }
    return Cover(function, sender, receiver, {name: value for name, value in all.items() if value})


def _inside(x: Letter | None) -> Mapping[str, str]:
    """The conversation and the attachments of a letter."""
    if x is None:
        return {}
    files: tuple[Enclosed, ...] = (x.enclosed,) if x.enclosed else ()
    return {
        "ConversationId": x.first,
        "X-MessageInfo-RefToParent": x.parent,
        "X-MessageInfo-RefToConversation": x.first,
        "X-AttachmentInfo-Count": str(len(files)),
        "X-AttachmentInfo-TotalSizeInBytes": str(sum(len(file.raw) for file in files)),
        "X-AttachmentInfo-HasExternalReference": "false",
    }
