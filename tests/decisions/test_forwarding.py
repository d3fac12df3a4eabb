"""Who outside the centre can get what came here, and what they are told."""

from dataclasses import replace
from hashlib import sha256

import pytest

from hub import forwarding, intake
from hub.change import File, Forward
from hub.directory import Directory, InboxId, InboxKind, Partner, PartnerKind, Service
from hub.errors import BadRequest, IllegalMove
from hub.forwarding import Passing
from hub.item import Action, Item, Purpose, State
from hub.message import Attachment, Code, HerId, Message
from tests import builders

NOW = builders.TUESDAY
PHYSIO = Code("FT", "Fysioterapeut")
WARD = Service(HerId("801"), "Ortopedi")
KNOWN = replace(
    builders.directory(),
    partners={
        HerId("800"): Partner(HerId("800"), "Sykehuset", PartnerKind.HOSPITAL, {WARD.her_id: WARD}),
        HerId("810"): Partner(HerId("810"), "Spesialisten", PartnerKind.SPECIALIST),
    },
)
MESSAGE = builders.message()
MADE = intake.judge(MESSAGE, builders.order(), NOW).items[0]
PASSING = Passing(WARD.her_id, PHYSIO, " Opptrening? ")


def forwarded(
    item: Item = MADE, m: Message = MESSAGE, passing: Passing = PASSING, known: Directory = KNOWN
) -> tuple[Item, Forward]:
    sender = m.envelope.receivers[0].party
    change = forwarding.forward(item, m, passing, sender, builders.NURSE, known, NOW)
    assert ((), ["item.forwarded"]) == (change.deadlines, [e.event for e in change.entries])
    (out,) = change.outgoing
    assert isinstance(out.document, Forward)
    assert ("forward", out.document.to.level_1) == (out.kind, out.organisation)
    return change.items[0], out.document


def test_services_and_partners_without_any_can_get_it() -> None:
    found = forwarding.addressees(MADE, MESSAGE.envelope.sender, KNOWN)
    assert [("801", "Sykehuset, Ortopedi"), ("810", "Spesialisten")] == [(id, x.party.name) for id, x in found.items()]


@pytest.mark.parametrize(
    "item",
    [
        replace(MADE, purpose=Purpose.INFORMATION),
        replace(MADE, inbox=InboxId("gone")),
        replace(MADE, inbox=InboxId("test")),
    ],
    ids=["a copy", "of an inbox that is gone", "a test"],
)
def test_some_go_to_nobody_outside(item: Item) -> None:
    test = builders.inbox("test", InboxKind.TEST)
    known = replace(KNOWN, inboxes={**KNOWN.inboxes, test.id: test})
    assert {} == forwarding.addressees(item, MESSAGE.envelope.sender, known)
    with pytest.raises(BadRequest, match=r"^beyond: "):
        forwarded(item, known=known)


def test_the_item_stays_as_it_is() -> None:
    taken = MADE.moved(Action.CLAIM, builders.NURSE.id)
    assert [MADE, taken] == [forwarded(x)[0] for x in (MADE, taken)]


def test_what_another_has_taken_or_what_is_ended_is_not_passed_on() -> None:
    for item in (MADE.moved(Action.CLAIM, builders.OTHER_NURSE.id), replace(MADE, state=State.ANSWERED)):
        with pytest.raises(IllegalMove):
            forwarded(item)


@pytest.mark.parametrize(
    ("passing", "words"),
    [
        (replace(PASSING, to=HerId("800")), "beyond"),
        (replace(PASSING, to=None), "beyond"),
        (replace(PASSING, profession=Code("ZZ")), "profession"),
        (replace(PASSING, text=" "), "text"),
    ],
)
def test_what_is_left_out_is_named(passing: Passing, words: str) -> None:
    with pytest.raises(BadRequest, match=f"^{words}: "):
        forwarded(passing=passing)


def test_about_nobody_no_dialogue_begins() -> None:
    with pytest.raises(BadRequest, match="no patient"):
        forwarded(m=replace(MESSAGE, patient=None))


def test_each_time_is_a_message_of_its_own_and_the_same_time_the_same_one() -> None:
    ids = [forwarded(x)[1].id for x in (MADE, MADE, replace(MADE, version=2))]
    assert ids[0] == ids[1] != ids[2]


def test_files_that_stay_behind_are_named_whatever_the_others_are_called() -> None:
    pdf, word = (sha256(content).hexdigest() for content in (b"%PDF", b"PK"))
    named = (("", "application/msword", word), ("", "application/pdf", pdf), ("EKG", "application/msword", word))
    came = tuple(Attachment(name, kind, 10, digest) for name, kind, digest in named)
    passing = replace(PASSING, files=(File("", "application/pdf", b"%PDF"),))
    _, document = forwarded(m=replace(MESSAGE, attachments=came), passing=passing)
    assert document.text.endswith("Vedlegg som ikke kunne sendes med: application/msword, EKG")
    assert "Vedlegg som ikke" not in forwarded()[1].text


def test_who_sent_it_is_nobody_to_pass_it_on_to() -> None:
    sender = builders.party("800", WARD.her_id)
    sent = replace(MESSAGE, envelope=replace(MESSAGE.envelope, sender=sender))
    assert [HerId("810")] == list(forwarding.addressees(MADE, sender, KNOWN))
    with pytest.raises(BadRequest, match=r"^beyond: "):
        forwarded(m=sent)
