"""Something is to be sent: how it goes to whoever gets it."""

from collections.abc import Mapping

from hub import transport
from hub.change import Acknowledgement, Answer, Forward, Outgoing, Returned
from hub.directory import Channel, Directory
from hub.message import Envelope
from hub.transport import Label


def label(out: Outgoing, directory: Directory, carried: bool, answers: str = "", came_to: str = "") -> Label | None:
    """What goes with a document by the broker, or None when its partner fetches it from a mailbox.

    A partner gets things as its entry says, or else the way that its own message came: `carried` is whether the broker
    brought that. `answers` is the AMQP id of the delivery that is acknowledged, and `came_to` the HER-id that it came
    to. What a document says for a HER-id may be anything; where it can be no queue's name, the organisation's is taken.
    """
    document = out.document
    if isinstance(document, Returned):
        return document.label
    envelope = document.about
    party = document.to if isinstance(document, Forward) else envelope.sender
    partner = directory.partner_of(party.level_1, party.level_2)
    channel = (partner and partner.channel) or (Channel.AMQP if carried else Channel.MAILBOX)
    to = next((id for id in (out.to, out.organisation) if id and transport.has_queues(id)), None)
    if channel is Channel.MAILBOX or to is None:
        return None
    return Label(
        function=transport.APPREC if isinstance(document, Acknowledgement) else document.function,
        from_her_id=_ours(document, directory, came_to),
        to_her_id=to,
        queue=transport.inbound(to),
        # Only an acknowledgement answers a delivery; an answer stands by itself.
        correlation=answers if isinstance(document, Acknowledgement) else "",
        told=_told(document, envelope),
    )


def _ours(document: Acknowledgement | Answer | Forward, directory: Directory, came_to: str) -> str:
    """The party of ours that sends it, at level 2 where it has one.

    An acknowledgement repeats the receiver that the document names, even a wrong one; nobody else's name goes outside.
    """
    if isinstance(document, Acknowledgement):
        party = document.about.receivers[document.receiver].party
        if came_to and directory.practice_of(party.level_1, party.level_2) is None:
            return came_to
    else:
        party = document.sender
    return party.level_2 or party.level_1 or ""


def _told(document: Acknowledgement | Answer | Forward, envelope: Envelope) -> Mapping[str, str]:
    """The properties by which a receiver may sort without opening the body (HITS 1216)."""
    if isinstance(document, Acknowledgement):
        return {
            "X-MessageInfo-Type": transport.APPREC,
            "X-MessageInfo-MsgId": document.id,
            "X-MessageInfo-OriginalMsgId": envelope.msg_id,
            "X-MessageInfo-OriginalMsgType": envelope.type.value,
        }
    told = {"X-MessageInfo-Type": document.function, "X-MessageInfo-MsgId": document.id}
    if isinstance(document, Forward):
        return told
    return told | {
        "X-MessageInfo-RefToParent": envelope.msg_id,
        "X-MessageInfo-RefToConversation": document.first,
    }
