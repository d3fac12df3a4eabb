"""The audit finds every difference that is planted between what the senders know and what the hub has."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.demo import audit, page
from hub.demo.audit import Played
from hub.demo.figures import RECEIPT
from hub.demo.hours import END
from hub.demo.ledger import Ladders
from hub.demo.logbook import Got, Strange, Tried
from hub.demo.post import Post
from hub.demo.script import Script
from hub.demo.sending import NAMED, Sending, Verdict
from hub.directory import Inbox, InboxKind
from tests.demo import days

PRACTICE = [Inbox(days.TEAM, "Primærhelseteamet", InboxKind.PHT, "900100")]  # type: ignore[arg-type]


@pytest.fixture
def day(play: Script, tmp_path: Path) -> Iterator[Played]:
    made = days.played(play, tmp_path)
    with made.book:
        yield made


def found(day: Played) -> tuple[str, ...]:
    """All differences, whichever check found them."""
    return tuple(said for kind in audit.differences(day) for said in kind)


def counted(day: Played, table: str, name: str, more: int) -> Played:
    """The day with another count on the hub's side."""
    found = {key: dict(row) for key, row in day.hub.tally.items()}
    found[table][name] += more
    return replace(day, hub=replace(day.hub, tally=found))


def some(day: Played, verdict: Verdict = Verdict.ACCEPTED, answered: bool = True) -> Sending:
    """A message that was delivered once, with that verdict, and answered if that is asked."""
    return next(
        s
        for s in day.sendings
        if s.expected.verdict is verdict and len(s.times) == 1 and (not answered or days.answered(s.fate))
    )


def test_a_day_on_which_all_went_well_adds_up(day: Played) -> None:
    assert () == found(day)
    hub, senders = audit.sums(day), audit.told(day)
    assert hub == senders
    assert sum(len(s.times) for s in day.sendings) == hub.received
    assert ["It adds up."] == list(page.verdict(audit.differences(day)))


def test_a_message_that_was_lost_is_named(day: Played) -> None:
    lost = some(day)
    pieces = tuple(x for x in day.hub.pieces if x.msg_id != lost.msg_id)
    named = found(replace(day, hub=replace(day.hub, pieces=pieces)))
    assert f"MsgId {lost.msg_id}: its sender was told that it is accepted, and it lies in no inbox" in named


def test_a_message_that_lies_there_twice_is_named(day: Played) -> None:
    twice = next(x for x in day.hub.pieces if x.msg_id == some(day).msg_id)
    named = found(replace(day, hub=replace(day.hub, pieces=(*day.hub.pieces, twice))))
    assert f"MsgId {twice.msg_id}: lies in 2 inboxes to be acted on" in named


def test_a_message_that_no_sender_of_the_demo_sent_is_named(day: Played) -> None:
    pieces = (*day.hub.pieces, replace(day.hub.pieces[0], msg_id="somebody else's"))
    named = found(replace(day, hub=replace(day.hub, pieces=pieces)))
    assert "MsgId somebody else's: lies in an inbox, and no sender of the demo was told so" in named


def test_a_wrong_verdict_is_named(day: Played) -> None:
    wrong = some(day, Verdict.REJECTED, answered=False)
    got = day.book.of(wrong.key).got
    got[0] = Got(wrong.key, got[0].at, 200, Verdict.ACCEPTED, got[0].post)
    assert any(f"{wrong.msg_id}): should be rejected, was accepted" in d for d in found(day))


def test_a_wrong_code_is_named(day: Played) -> None:
    wrong = next(s for s in day.sendings if s.expected.code == "E36")
    day.book.of(wrong.key).got[0] = Got(
        wrong.key, wrong.times[0], 200, Verdict.REJECTED, replace(days.acknowledgement(wrong), codes=("X99",))
    )
    assert f"{wrong.key}: should be rejected with E36, was with X99" in found(day)


def test_a_repetition_that_was_taken_in_once_more_is_named(day: Played) -> None:
    twice = next(s for s in day.sendings if len(s.times) > 1 and s.expected.verdict is Verdict.ACCEPTED)
    got = day.book.of(twice.key).got
    got[1] = Got(twice.key, got[1].at, 200, Verdict.ACCEPTED, got[1].post)
    assert f"{twice.key}: was taken in 2 times, and only once may a message be" in found(day)


def test_a_message_that_was_never_sent_is_named(day: Played) -> None:
    unsent = some(day)
    day.book.of(unsent.key).got.clear()
    assert f"{unsent.key}: 1 deliveries were planned, 0 were answered" in found(day)


def test_a_doubled_acknowledgement_is_named(day: Played) -> None:
    s = some(day)
    days.document(day.book, s, "apprec", days.acknowledgement(s))
    assert any(f"{s.msg_id}): 1 acknowledgements are due, 2 came" in d for d in found(day))


def test_an_acknowledgement_that_says_otherwise_than_the_door_is_named(day: Played) -> None:
    s = some(day)
    place = next(k for k, f in day.book.fetched.items() if f.kind == "apprec" and f.post.about == s.msg_id)
    fetched = day.book.fetched[place]
    post = replace(fetched.post, status="2")
    day.book.fetched[place] = type(fetched)(fetched.at, fetched.box, fetched.number, fetched.kind, post)
    assert any("the acknowledgement says otherwise than the door" in d for d in found(day))


@pytest.mark.parametrize("kind", ["apprec", "answer"])
def test_a_document_that_did_not_come_is_named(kind: str, day: Played) -> None:
    s = some(day)
    place = next(k for k, f in day.book.fetched.items() if f.kind == kind and f.post.about == s.msg_id)
    del day.book.fetched[place]
    assert any(s.msg_id in d and d.endswith("0 came") for d in found(day))


def test_a_doubled_answer_is_named(day: Played) -> None:
    s = some(day)
    days.document(day.book, s, "answer", Post("another", about=s.msg_id))
    assert f"MsgId {s.msg_id}: 1 answer was given, 2 came" in found(day)


def test_an_answer_before_its_acknowledgement_is_named(day: Played) -> None:
    s = some(day)
    days.document(day.book, s, "apprec", days.acknowledgement(s))
    assert f"MsgId {s.msg_id}: the answer came before the acknowledgement" in found(day)


def test_a_receipt_that_was_not_sent_or_not_noted_is_named(day: Played) -> None:
    s = some(day)
    key = f"{RECEIPT}answer {s.key}"
    day.book.of(key).got[0] = Got(key, s.times[0], 422, "quarantined")
    assert any(d.startswith(f"{key}: should be noted, was answered 422") for d in found(day))
    day.book.of(key).got.clear()
    assert f"MsgId {s.msg_id}: its answer got no receipt" in found(day)


COUNTS: list[tuple[str, str, str]] = [
    ("messages", "accepted", "messages accepted: "),
    ("messages", "rejected", "messages rejected: "),
    ("messages", "noted", "receipts for answers: "),
    ("items", "all", "items: "),
    ("events", "message.duplicate", "duplicates: "),
    ("quarantine", "held", "deliveries in quarantine: "),
    ("outbox", "apprec", "acknowledgements: "),
    ("outbox", "answer", "answers: "),
]


@pytest.mark.parametrize("more", [1, -1])
@pytest.mark.parametrize(("table", "name", "said"), COUNTS, ids=[said for *_, said in COUNTS])
def test_a_count_that_differs_is_named(table: str, name: str, said: str, more: int, day: Played) -> None:
    assert [said] == [d[: len(said)] for d in found(counted(day, table, name, more))]


def test_an_accepted_message_without_an_item_is_named(day: Played) -> None:
    named = found(counted(day, "lost", "accepted without an item", 2))
    assert ("2 accepted messages have no item",) == named


def test_a_clock_that_was_overlooked_is_named(day: Played) -> None:
    hub = replace(day.hub, ladders=Ladders(overdue=frozenset({"m1"})))
    named = found(replace(day, hub=hub))
    assert ("MsgId m1: a step of its ladder should have come and did not",) == named


def test_an_answer_that_nobody_expected_is_named(day: Played) -> None:
    day.book.add(Strange(END, "GET /v1/inboxes was answered 500"))
    assert ("unexpected: GET /v1/inboxes was answered 500",) == found(day)


def broken(day: Played, s: Sending, arrived: bool) -> Played:
    """The server died over the first delivery, before or after it had committed it; the sender sent it again."""
    day.book.add(Tried(s.key, s.times[0]))
    if not arrived:
        return day
    if s.expected.verdict not in NAMED:
        return counted(day, "quarantine", "held", 1)
    got = day.book.of(s.key).got
    got[0] = Got(s.key, got[0].at, 200, Verdict.DUPLICATE, got[0].post)
    return counted(day, "events", "message.duplicate", 1)


@pytest.mark.parametrize("arrived", [True, False])
@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REJECTED, Verdict.QUARANTINED])
def test_a_delivery_that_broke_off_adds_up_whether_it_arrived_or_not(
    verdict: Verdict, arrived: bool, day: Played
) -> None:
    broke = broken(day, some(day, verdict, answered=False), arrived)
    assert () == found(broke)
    assert 1 == audit.told(broke).broken
    assert arrived == audit.sums(broke).received - audit.told(broke).received


def test_no_more_can_have_arrived_than_broke_off(day: Played) -> None:
    broke = broken(day, some(day, Verdict.QUARANTINED, answered=False), arrived=True)
    (said,) = found(counted(broke, "quarantine", "held", 1))
    assert said.startswith("deliveries in quarantine: 12 by the senders (1 more broke off and may have arrived), 14")


def test_the_page_fits_a_terminal_and_says_the_sum(day: Played) -> None:
    lines = list(page.lines(day, PRACTICE, END, 3, 300))
    assert all(len(line) <= 80 for line in lines)
    assert any(line.endswith("= 345 in inboxes + 18 rejected + 16 duplicates + 12 quarantined") for line in lines)


def test_what_does_not_add_up_is_said_line_by_line() -> None:
    said = list(page.verdict((tuple(f"d{n}" for n in range(40)), ("another",))))
    assert "It does NOT add up. 41 things do not agree:" == said[0]
    assert ["  - d0", "    and 35 more of this kind", "  - another"] == [said[1], *said[-2:]]


Check = Callable[[Played], Iterator[str]]


@pytest.mark.parametrize("check", audit.CHECKS, ids=lambda c: c.__name__)
def test_each_check_is_content_with_a_good_day(check: Check, day: Played) -> None:
    assert [] == list(check(day))
