"""A message arrives, a person acts, time passes: each decision writes one whole Change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub import desk, intake, presence, watch
from hub.change import Acknowledgement, Answer, Change
from hub.desk import Act
from hub.directory import Inbox, InboxId, InboxKind, Service
from hub.errors import BadRequest, IllegalMove
from hub.item import Action, Item, Outcome, Purpose, State
from hub.message import Code, Conversation, Fault, HerId, MessageId, Receipt, Receiver, Refusal, Unreadable
from tests import builders

NOW = builders.TUESDAY
FAULT = Fault("E36", "insufficient", "utilstrekkelig")


def arrived() -> Change:
    return intake.judge(builders.message(), builders.order(), NOW)


def test_the_case_of_a_uuids_letters_makes_no_other_message() -> None:
    shout = MessageId("ABCDEF01-2345-4789-8ABC-DEF012345678")
    lower = builders.envelope(msg_id=MessageId(shout.lower()))
    written = builders.envelope(msg_id=shout)
    assert (lower.key, shout) == (written.key, written.msg_id)
    assert builders.envelope(msg_id=MessageId("E1")).key != builders.envelope(msg_id=MessageId("e1")).key
    talk = Conversation(shout, shout)
    arrival = intake.judge(builders.message(conversation=talk), builders.order(), NOW).arrival
    assert (lower.msg_id, lower.msg_id) == (arrival and arrival.parent, arrival and arrival.thread)


@pytest.mark.parametrize(
    ("family", "listed", "same"),
    [
        ("NORDMANN", "Nordmann", True),
        ("Aas", "Ås", True),
        ("A\u030as", "Aas", True),
        ("Moe", "Berg Moe", True),
        ("Nordmann-Berg", "Nordmann", True),
        ("Solberg", "Nordmann", False),
        ("Nordmannsen", "Nordmann", False),
    ],
)
def test_a_number_that_is_listed_under_another_name_is_doubted_and_lends_no_birth_date(
    family: str, listed: str, same: bool
) -> None:
    known = builders.directory(listings={"1": replace(builders.listing("1", pht="team"), family_name=listed)})
    about = replace(builders.patient("1"), family_name=family, born=None)
    change = intake.judge(builders.message(patient=about), builders.order(directory=known), NOW)
    doubted = [(e.item, dict(e.detail)) for e in change.entries if e.event == "message.doubted"]
    assert ([] if same else [(x.id, {"codes": "name"}) for x in change.items]) == doubted
    assert {known.listings["1"].born if same else None} == {x.headline.born for x in change.items}


def test_lists_show_the_beginning_of_what_no_line_has_room_for() -> None:
    long, key = "x" * 10_000, builders.party("200", "201", "y" * 10_000)
    about = replace(builders.patient("1"), family_name=long)
    parts = (replace(builders.message().parts[0], subject=long),)
    m = builders.message(envelope=builders.envelope(sender=key), patient=about, parts=parts)
    shown = intake.judge(m, builders.order(), NOW).items[0].headline
    assert "x" * 199 + "…" == shown.subject
    assert {200} == {len(text) for text in (shown.subject, shown.sender, shown.patient)}


def opened(change: Change) -> Item:
    return replace(change.items[0], version=1)


def test_an_arrival_makes_item_copy_deadlines_acknowledgement_and_journal_together() -> None:
    change = arrived()
    assert [("team", Purpose.ACTION), ("berg", Purpose.INFORMATION)] == [(x.inbox, x.purpose) for x in change.items]
    assert [x.id for x in change.items] == [d.item for d in change.deadlines]
    assert ["message.accepted", "item.copied"] == [e.event for e in change.entries]
    (out,) = change.outgoing
    assert isinstance(out.document, Acknowledgement)
    assert ("201", ()) == (out.to, out.document.faults)


def test_the_same_message_always_makes_the_same_change() -> None:
    assert arrived() == arrived()


@pytest.mark.parametrize(
    ("now", "gp"),
    [
        (datetime(2026, 11, 24, 8, tzinfo=UTC), "berg"),
        (datetime(2026, 11, 24, 16, tzinfo=UTC), "dahl"),
        (datetime(2026, 11, 28, 9, tzinfo=UTC), "berg"),
    ],
)
def test_who_covers_is_asked_for_the_day_on_which_somebody_acts(now: datetime, gp: str) -> None:
    """Berg is off on Wednesdays: what comes on Tuesday evening is Dahl's, on a Saturday Berg's again."""
    change = intake.judge(builders.message(patient=builders.patient("2")), builders.order(), now)
    assert gp == change.items[0].inbox


def test_a_refusal_is_acknowledged_and_reaches_no_inbox() -> None:
    change = intake.judge(Refusal(builders.envelope(), (FAULT,)), builders.order(), NOW)
    (out,) = change.outgoing
    assert isinstance(out.document, Acknowledgement)
    assert ((), (FAULT,), "rejected") == (change.items, out.document.faults, change.arrival and change.arrival.verdict)


@pytest.mark.parametrize(
    ("level_1", "level_2", "found"),
    [("100", "999", "999"), ("100", None, "level 2"), ("999", "101", "999")],
)
def test_a_service_we_do_not_have_is_refused_as_unknown(level_1: str, level_2: str | None, found: str) -> None:
    m = builders.message(envelope=builders.envelope(receivers=(Receiver(builders.party(level_1, level_2)),)))
    (out,) = intake.judge(m, builders.order(), NOW).outgoing
    assert isinstance(out.document, Acknowledgement)
    (fault,) = out.document.faults
    assert ("E21", True, True) == (fault.code, found in fault.en, found.replace("level", "nivå") in fault.nb)


def test_every_fault_is_told() -> None:
    receivers = (Receiver(builders.party("100", "999")),)
    change = intake.judge(Refusal(builders.envelope(receivers=receivers), (FAULT,)), builders.order(), NOW)
    (out,) = change.outgoing
    assert isinstance(out.document, Acknowledgement)
    assert ["E36", "E21"] == [f.code for f in out.document.faults]


def test_nobody_of_ours_is_addressed_so_it_is_held_and_not_acknowledged() -> None:
    m = builders.message(envelope=builders.envelope(receivers=(Receiver(builders.party("8", "9")),)))
    change = intake.judge(m, builders.order(), NOW)
    assert ((), (), "address") == (change.items, change.outgoing, change.quarantined and change.quarantined.why)


def test_each_receiver_of_ours_is_acknowledged_once_and_others_are_not() -> None:
    receivers = (
        Receiver(builders.party("100", "101")),
        Receiver(builders.party("100", "102"), "COP"),
        Receiver(builders.party("300", "301"), "COP"),
    )
    change = intake.judge(builders.message(envelope=builders.envelope(receivers=receivers)), builders.order(), NOW)
    documents = [o.document for o in change.outgoing if isinstance(o.document, Acknowledgement)]
    assert [0, 1] == [d.receiver for d in documents]
    assert 2 == len({d.id for d in documents})


def verdicts(change: Change) -> list[list[str]]:
    documents = (o.document for o in change.outgoing)
    return [[f.code for f in d.faults] for d in documents if isinstance(d, Acknowledgement)]


def test_a_copy_with_a_wrong_address_does_not_take_the_primary_receiver_with_it() -> None:
    receivers = (Receiver(builders.party("100", "101")), Receiver(builders.party("100", "999"), "COP"))
    change = intake.judge(builders.message(envelope=builders.envelope(receivers=receivers)), builders.order(), NOW)
    assert [[], ["E21"]] == verdicts(change)
    assert ("accepted", "team") == (change.arrival and change.arrival.verdict, change.items[0].inbox)


@pytest.mark.parametrize("role", ["FR", "", " cop", "nonsense"])
def test_whatever_role_a_receiver_of_ours_has_it_is_answered(role: str) -> None:
    receivers = (Receiver(builders.party("300", "301")), Receiver(builders.party("100", "101"), role))
    change = intake.judge(builders.message(envelope=builders.envelope(receivers=receivers)), builders.order(), NOW)
    assert ([[]], 2) == (verdicts(change), len(change.items))


def test_the_original_receiver_of_what_was_passed_on_is_no_receiver() -> None:
    receivers = (Receiver(builders.party("300", "301")), Receiver(builders.party("100", "101"), "OR"))
    change = intake.judge(builders.message(envelope=builders.envelope(receivers=receivers)), builders.order(), NOW)
    assert "address" == (change.quarantined and change.quarantined.why)


def two_practices() -> intake.Order:
    """The practice of the builders, and another with its own coordinator; patient 1 is on the first one's list."""
    known = builders.directory()
    other = replace(
        known.practices[builders.OURS],
        her_id=HerId("500"),
        name="Other",
        services={HerId("501"): Service(HerId("501"), "Other")},
    )
    pile = Inbox(InboxId("other-pile"), "pile", InboxKind.COORDINATOR, HerId("500"))
    practices = {**known.practices, other.her_id: other}
    return builders.order(directory=replace(known, practices=practices, inboxes={**known.inboxes, pile.id: pile}))


def test_a_message_to_two_practices_lies_in_both() -> None:
    receivers = (Receiver(builders.party("100", "101")), Receiver(builders.party("500", "501"), "COP"))
    change = intake.judge(builders.message(envelope=builders.envelope(receivers=receivers)), two_practices(), NOW)
    assert {"team", "berg", "other-pile"} == {x.inbox for x in change.items}
    assert [[], []] == verdicts(change)


def test_the_addressee_decides_the_practice_whoever_has_the_patient_on_a_list() -> None:
    receivers = (Receiver(builders.party("500", "501")),)
    change = intake.judge(builders.message(envelope=builders.envelope(receivers=receivers)), two_practices(), NOW)
    assert ["other-pile"] == [x.inbox for x in change.items]


def test_an_item_whose_inbox_is_gone_goes_to_the_coordinator_with_its_clock_running() -> None:
    change = arrived()
    practice = builders.directory().practices[builders.OURS]
    held = replace(opened(change), state=State.CLAIMED, owner=builders.NURSE.id)
    moved = presence.rehome(held, practice, builders.directory(), NOW)
    assert [("coordinator", State.NEW, None)] == [(x.inbox, x.state, x.owner) for x in moved.items]
    assert ((), "team") == (moved.deadlines, moved.entries[0].detail["from"])


def test_an_acknowledgement_is_noted_and_never_acknowledged() -> None:
    receipt = Receipt(builders.msg_id(7), builders.party("200", "201"), MessageId("ours"), "2", (Code("E21"),))
    change = intake.judge(receipt, builders.order(), NOW)
    assert ((), (), "noted") == (change.items, change.outgoing, change.arrival and change.arrival.verdict)


def test_bytes_that_nobody_can_be_answered_about_are_held() -> None:
    change = intake.judge(Unreadable((FAULT,)), builders.order(), NOW)
    assert (None, (FAULT,)) == (change.arrival, change.quarantined and change.quarantined.faults)


def test_the_journal_never_holds_what_a_message_says() -> None:
    written = repr([arrived().entries, desk.act(opened(arrived()), (), Act(Action.CLAIM), builders.NURSE, NOW).entries])
    assert not any(word in written for word in ("Nordmann", "180/100", "Blodtrykk"))


def test_a_claim_leaves_the_clock_alone() -> None:
    change = arrived()
    claimed = desk.act(opened(change), change.deadlines[:1], Act(Action.CLAIM), builders.NURSE, NOW)
    assert ((), State.CLAIMED) == (claimed.deadlines, claimed.items[0].state)


def test_an_answer_stops_the_clock_and_continues_the_conversation() -> None:
    change = arrived()
    talk = Conversation(MessageId("before"), MessageId("first"))
    m = builders.message(conversation=talk)
    practice = builders.directory().practices[builders.OURS]
    said = Act(Action.ANSWER, " Ja. ")
    answered = desk.send(opened(change), change.deadlines[:1], m, practice, said, builders.NURSE, NOW)
    (out,) = answered.outgoing
    assert isinstance(out.document, Answer)
    assert ("201", "first", "Ja.", "Nurse, sykepleier") == (
        out.to,
        out.document.first,
        out.document.text,
        out.document.signed_by,
    )
    assert out.document.sender == m.envelope.receivers[0].party
    assert (State.ANSWERED, [None]) == (answered.items[0].state, [d.fires_at for d in answered.deadlines])


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (Act(Action.ANSWER, "  "), "text: "),
        (Act(Action.CLOSE), "outcome: "),
        (Act(Action.CLOSE, outcome=Outcome.OTHER), "note: "),
        (Act(Action.WITHDRAW), "action: "),
    ],
)
def test_what_is_left_out_is_asked_for(act: Act, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        desk.act(opened(arrived()), (), act, builders.NURSE, NOW)


def test_a_copy_for_information_is_read_and_not_answered() -> None:
    copy = replace(arrived().items[1], version=1)
    with pytest.raises(BadRequest, match="copy"):
        desk.act(copy, (), Act(Action.ANSWER, "x"), builders.NURSE, NOW)
    read = desk.act(copy, (), Act(Action.CLOSE, outcome=Outcome.READ), builders.NURSE, NOW)
    assert State.CLOSED == read.items[0].state


def test_an_ended_item_is_not_claimed_again() -> None:
    ended = replace(opened(arrived()), state=State.ANSWERED)
    with pytest.raises(IllegalMove):
        desk.act(ended, (), Act(Action.CLAIM), builders.NURSE, NOW)


def climb() -> list[Change]:
    """Let an item's clock climb its ladder, each step on its minute."""
    change = arrived()
    item, clock = opened(change), change.deadlines[0]
    changes = []
    while clock.step < len(clock.steps):
        assert clock.fires_at
        changes.append(watch.lapse(item, clock, builders.directory(), timedelta(seconds=60), clock.fires_at))
        item, clock = changes[-1].items[0], changes[-1].deadlines[0]
    return changes


def test_the_ladder_tells_the_inbox_then_the_coordinator_the_doctor_and_the_manager_with_operations() -> None:
    told = [[n.inbox for n in c.notices] for c in climb()]
    assert [["team"], ["coordinator"], ["duty"], ["manager", "operations"]] == told
    assert ["deadline.warned", *["deadline.escalated"] * 3] == [c.entries[0].event for c in climb()]


def test_the_level_rises_with_every_step() -> None:
    assert [1, 2, 3, 4] == [c.items[0].level for c in climb()]


def test_whoever_was_told_last_is_reminded_each_week_of_what_nobody_does() -> None:
    last = climb()[-1]
    (item,), (clock,) = last.items, last.deadlines
    assert clock.fires_at == last.entries[0].at + timedelta(days=7)
    again = watch.lapse(item, clock, builders.directory(), timedelta(seconds=60), clock.fires_at)
    assert ["manager", "operations"] == [n.inbox for n in again.notices]
    assert (4, 4, 5) == (again.items[0].level, again.notices[0].step, again.deadlines[0].step)


def test_a_step_that_comes_after_its_time_is_marked_late() -> None:
    change = arrived()
    clock = change.deadlines[0]
    assert clock.fires_at == datetime(2026, 11, 24, 14, tzinfo=UTC)
    grace = timedelta(seconds=60)
    moments = [clock.fires_at + grace, clock.fires_at + grace + timedelta(seconds=1)]
    lapsed = [watch.lapse(opened(change), clock, builders.directory(), grace, m) for m in moments]
    assert [False, True] == [c.notices[0].late for c in lapsed]


def test_an_item_in_an_inbox_that_is_gone_still_reaches_the_coordinator() -> None:
    change = arrived()
    gone = replace(opened(change), inbox=builders.InboxId("gone"))
    clock = replace(change.deadlines[0], step=1)
    lapsed = watch.lapse(gone, clock, builders.directory(), timedelta(seconds=60), NOW)
    assert ["coordinator"] == [n.inbox for n in lapsed.notices]
