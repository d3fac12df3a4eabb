"""A partner gets things as its entry says, or else the way that its own message came."""

from dataclasses import replace
from typing import Any

import pytest

from hub import intake, shipping
from hub.change import Acknowledgement, Answer, Outgoing, Returned
from hub.directory import Channel, Directory
from hub.item import ItemId
from hub.message import Code, MessageId, Receiver
from hub.transport import Label
from tests import builders

NOW = builders.TUESDAY
NURSING = "201"


def directory(channel: Channel | None) -> Directory:
    known = builders.directory()
    partner = replace(known.partners[builders.PARTNER], channel=channel)
    return replace(known, partners={partner.her_id: partner})


def acknowledgement(**changes: Any) -> Outgoing:
    change = intake.judge(builders.message(envelope=builders.envelope(**changes)), builders.order(), NOW)
    (out,) = change.outgoing
    return out


def answer(**changes: Any) -> Outgoing:
    about = builders.envelope()
    document = Answer(
        id=MessageId("ours"),
        about=about,
        sender=builders.party(builders.OURS, builders.GP_SERVICE),
        patient=None,
        first=MessageId("first"),
        asked=Code("6"),
        document_id="document",
        subject="",
        text="",
        signed_by="",
        at=NOW,
    )
    return Outgoing(about.sender.her_id, about.key, replace(document, **changes), ItemId("item"))


@pytest.mark.parametrize("out", [acknowledgement(), answer()], ids=["acknowledgement", "answer"])
@pytest.mark.parametrize(
    ("channel", "carried", "brought"),
    [
        (Channel.MAILBOX, True, False),
        (Channel.MAILBOX, False, False),
        (Channel.AMQP, True, True),
        (Channel.AMQP, False, True),
        (None, True, True),
        (None, False, False),
    ],
)
def test_a_partner_gets_things_as_its_entry_says_or_as_its_own_message_came(
    out: Outgoing, channel: Channel | None, carried: bool, brought: bool
) -> None:
    label = shipping.label(out, directory(channel), carried)
    assert ("201_async" if brought else None) == (label and label.queue)


@pytest.mark.parametrize(("carried", "queue"), [(True, "301_async"), (False, None)])
def test_a_stranger_gets_things_as_its_own_message_came(carried: bool, queue: str | None) -> None:
    label = shipping.label(acknowledgement(sender=builders.party("300", "301")), directory(None), carried)
    assert queue == (label and label.queue)


def test_an_acknowledgement_answers_a_delivery_and_tells_what_it_is_about() -> None:
    out = acknowledgement()
    assert isinstance(out.document, Acknowledgement)
    assert Label(
        function="APPREC",
        from_her_id="101",
        to_her_id=NURSING,
        queue="201_async",
        correlation="theirs",
        told={
            "X-MessageInfo-Type": "APPREC",
            "X-MessageInfo-MsgId": out.document.id,
            "X-MessageInfo-OriginalMsgId": builders.envelope().msg_id,
            "X-MessageInfo-OriginalMsgType": "DIALOG_HELSEFAGLIG",
        },
    ) == shipping.label(out, directory(None), True, "theirs")


def test_an_answer_stands_by_itself_and_tells_what_it_refers_to() -> None:
    assert Label(
        function="DIALOG_HELSEFAGLIG",
        from_her_id="102",
        to_her_id=NURSING,
        queue="201_async",
        correlation="",
        told={
            "X-MessageInfo-Type": "DIALOG_HELSEFAGLIG",
            "X-MessageInfo-MsgId": "ours",
            "X-MessageInfo-RefToParent": builders.envelope().msg_id,
            "X-MessageInfo-RefToConversation": "first",
        },
    ) == shipping.label(answer(), directory(None), True, "theirs")


def test_a_message_that_is_returned_says_so() -> None:
    label = shipping.label(answer(deviation=Code("1")), directory(None), True)
    assert ("DIALOG_AVVIK", "DIALOG_AVVIK") == (
        label and label.function,
        label and label.told["X-MessageInfo-Type"],
    )


def test_an_acknowledgement_comes_from_the_very_receiver_that_was_addressed() -> None:
    receivers = (Receiver(builders.party("300", "301")), Receiver(builders.party("100", "102"), "COP"))
    label = shipping.label(acknowledgement(receivers=receivers), directory(None), True)
    assert "102" == (label and label.from_her_id)


def test_who_sends_without_a_service_is_reached_at_the_organisation() -> None:
    label = shipping.label(acknowledgement(sender=builders.party("200", None)), directory(None), True)
    assert ("200", "200_async") == (label and label.to_her_id, label and label.queue)


@pytest.mark.parametrize("service", ["x" * 256, "nobody", "٣", "1 #"])
def test_a_service_that_can_be_no_address_is_reached_at_its_organisation(service: str) -> None:
    label = shipping.label(acknowledgement(sender=builders.party("200", service)), directory(None), True)
    assert "200_async" == (label and label.queue)


def test_who_has_no_address_at_all_may_fetch_it() -> None:
    out = acknowledgement(sender=builders.party("somebody", "nobody"))
    assert shipping.label(out, directory(None), True) is None


def test_an_error_message_goes_where_it_says_whatever_its_partner_has() -> None:
    label = Label("X", "101", NURSING, "201_error", "theirs", "text/plain", {"errorCondition": "x"})
    returned = Outgoing(None, None, Returned(MessageId("error"), label, NOW))
    assert [label] * 6 == [
        shipping.label(returned, directory(channel), carried)
        for channel in (Channel.MAILBOX, Channel.AMQP, None)
        for carried in (True, False)
    ]
