"""The script: the same from the same seed, of every sort that is wanted, and each message what it says it is."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from hub import inspection, wire
from hub.demo import hours, pdf, post, script
from hub.demo.cast import Cast
from hub.demo.fate import Manner
from hub.demo.script import Script
from hub.demo.sending import NAMED, Sending, Verdict
from hub.inspection import Explanation
from hub.intake import Order
from hub.message import Message, Receipt, Unreadable


def good(play: Script) -> list[Sending]:
    return [s for s in play.sendings if s.fate]


def explained(s: Sending, order: Order) -> Explanation:
    found = inspection.verdict(wire.read(s.raw), order, s.times[0]).explanation
    assert found is not None, s.key
    return found


def test_the_same_seed_writes_the_same_day_and_another_seed_another(play: Script, who: Cast) -> None:
    assert play == script.write(1, who)
    assert play.digest != script.write(2, who).digest


@pytest.mark.parametrize("seed", range(2, 8))
def test_any_seed_writes_a_day_of_about_four_hundred_deliveries(seed: int, who: Cast) -> None:
    written = script.write(seed, who)
    assert 380 <= sum(len(s.times) for s in written.sendings) <= 420
    assert len(written.sendings) == len({s.key for s in written.sendings})
    named = [s.msg_id for s in written.sendings if s.msg_id]
    assert len(named) == len(set(named))


def test_there_is_some_of_everything(play: Script) -> None:
    sorts = Counter(s.sort for s in play.sendings)
    assert {"dialogue", "request", "note"} < set(sorts)
    assert {"T01": 1, "T02": 4, "T10": 2, "T99": 1, "E10": 3, "E21": 3, "E36": 4} == {
        sort: n for sort, n in sorts.items() if sort[0] in "TE"
    }
    assert {"unreadable": 8, "address": 2, "foreign": 1, "conflict": 1} == {
        sort: sorts[sort] for sort in ("unreadable", "address", "foreign", "conflict")
    }
    assert 16 == sum(len(s.times) > 1 for s in play.sendings)
    letters = [s.letter for s in good(play) if s.letter]
    for count in (
        sum(x.formatted for x in letters),
        sum(x.enclosed is not None for x in letters),
        sum(x.wants == "SP" for x in letters),
        sum(x.wants == "LE" for x in letters),
        sum(bool(x.copies) for x in letters),
        sum(x.training for x in letters),
        sum(s.writes_again for s in good(play)),
    ):
        assert count >= 2
    assert {Manner.LATE: 4, Manner.NEVER: 6} == {
        m: n for m, n in Counter(s.fate.manner for s in good(play) if s.fate).items() if m is not Manner.PROMPT
    }


def test_the_mornings_and_the_time_after_lunch_are_busiest(play: Script) -> None:
    per_hour = Counter(hours.local(s.times[0]).hour for s in good(play))
    assert [8] == [hour for hour, _ in per_hour.most_common(1)]
    assert per_hour[12] > per_hour[11] and per_hour[12] > per_hour[13]


def test_every_good_message_is_accepted_by_the_rules_and_the_schemas(play: Script, order: Order) -> None:
    for s in good(play):
        found = inspection.verdict(wire.read(s.raw), order, s.times[0])
        assert ("accepted", ()) == (found.word, found.faults), s.key
        assert found.envelope and found.envelope.msg_id == s.msg_id


def test_every_bad_message_has_its_fault_and_no_other(play: Script, order: Order) -> None:
    for s in play.sendings:
        if s.expected.verdict is Verdict.REJECTED:
            found = inspection.verdict(wire.read(s.raw), order, s.times[0])
            assert ("rejected", {s.expected.code}) == (found.word, {f.code for f in found.faults}), s.key
            assert found.envelope and found.envelope.msg_id == s.msg_id


def test_what_is_unreadable_or_for_somebody_else_cannot_be_answered(play: Script, order: Order) -> None:
    for s in play.sendings:
        reading = wire.read(s.raw)
        if s.sort == "unreadable":
            assert isinstance(reading, Unreadable), s.key
        if s.sort == "address":
            assert "unreadable" == inspection.verdict(reading, order, s.times[0]).word
        if s.sort == "foreign":
            assert isinstance(reading, Message)


def test_a_message_id_that_is_used_again_comes_after_its_first_use(play: Script) -> None:
    (again,) = (s for s in play.sendings if s.sort == "conflict")
    reading = wire.read(again.raw)
    assert isinstance(reading, Message)
    (first,) = (s for s in play.sendings if s.msg_id == reading.envelope.msg_id)
    assert (first.system, True) == (again.system, first.times[-1] < again.times[0])
    assert first.raw != again.raw


def test_there_are_as_many_acknowledgements_due_as_receivers_of_ours(play: Script) -> None:
    for s in play.sendings:
        reading = wire.read(s.raw)
        if s.expected.verdict in NAMED:
            assert not isinstance(reading, Unreadable | Receipt)
            assert s.expected.acknowledgements == len(reading.envelope.receivers), s.key


def test_each_message_lies_where_somebody_is_at_work(play: Script, order: Order, who: Cast) -> None:
    """What comes after the cut-off may lie with somebody who is back the next day."""
    staffed = {inbox for w in who.workers for inbox in w.person.inboxes}
    for s in good(play):
        if s.times[0] < hours.at(15):
            assert explained(s, order).inbox.id in staffed, s.key


def test_only_what_is_meant_to_be_urgent_is_taken_for_urgent(play: Script, order: Order) -> None:
    for s in good(play):
        if explained(s, order).deadline.why.ladder == "Haster":
            assert s.urgent, s.key


def test_what_is_left_lying_has_its_whole_ladder_within_the_day(play: Script, order: Order) -> None:
    for s in good(play):
        if s.fate and s.fate.manner is Manner.NEVER:
            deadline = explained(s, order).deadline
            assert deadline.due + timedelta(minutes=deadline.steps[-1].minutes) < hours.END, s.key


def test_no_text_has_a_gap_left_in_it(play: Script) -> None:
    for s in good(play):
        assert s.letter and s.fate
        for words in (s.letter.title, s.letter.words, s.fate.answer):
            assert not {"{", "}"} & set(words), s.key


def test_a_sender_writes_again_in_the_same_conversation(play: Script) -> None:
    about = next(s for s in play.sendings if s.writes_again)
    again = script.again(play, about, "the-answer", about.times[0] + timedelta(minutes=30))
    assert again == script.again(play, about, "the-answer", about.times[0] + timedelta(minutes=30))
    assert again and again.times[0] > about.times[0] + timedelta(minutes=30)
    reading = wire.read(again.raw)
    assert isinstance(reading, Message) and reading.conversation
    assert ("the-answer", about.msg_id) == (reading.conversation.parent, reading.conversation.first)


def test_nobody_writes_again_late_in_the_day_or_without_being_inclined_to(play: Script) -> None:
    about = next(s for s in play.sendings if s.writes_again)
    assert script.again(play, about, "x", hours.at(15, 19)) is None
    assert script.again(play, replace(about, writes_again=False), "x", about.times[0]) is None


@pytest.mark.parametrize(("type", "version"), [("DIALOG_SVAR", "2004-11-21"), ("DIALOG_HELSEFAGLIG", "2012-02-15")])
def test_a_receipt_for_an_answer_can_be_read_and_is_the_same_each_time(type: str, version: str, who: Cast) -> None:
    system = who.systems[0]
    answer = post.Post("an-answer", type, "2026-11-24T10:00:00+01:00", "a-message")
    box = str(next(iter(system.partner.services)))
    raw = post.receipt(answer, system.partner, box, who.practice, hours.at(10))
    assert raw == post.receipt(answer, system.partner, box, who.practice, hours.at(10))
    assert version in raw.decode()
    reading = wire.read(raw)
    assert isinstance(reading, Receipt)
    assert ("an-answer", "1", system.partner.her_id) == (reading.original, reading.status, reading.key.sender)


def test_an_attachment_is_a_real_pdf(play: Script) -> None:
    page = pdf.page("Målinger (uke 48)", "slutt")
    start = int(page.rsplit(b"startxref\n", 1)[1].split()[0])
    assert page.startswith(b"%PDF-1.4") and page[start:].startswith(b"xref")
    letters = [s.letter for s in play.sendings if s.letter and s.letter.enclosed]
    assert all(x.enclosed and x.enclosed.raw.startswith(b"%PDF") for x in letters)
