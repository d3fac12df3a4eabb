"""A day through a broker: what stands outside on a delivery, what has to come of it, and what the audit finds."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from hub import broker, intake, transport, wire
from hub.change import Change, Returned
from hub.clock import Clock
from hub.demo import audit, carried, cover, figures, hours, page, queues
from hub.demo.audit import Played
from hub.demo.cast import Cast
from hub.demo.cover import Cover
from hub.demo.hours import BEGIN, END, at
from hub.demo.logbook import Again, Cut, Fetched, Got, Logbook
from hub.demo.post import Post
from hub.demo.script import Script
from hub.demo.sending import Sending, Verdict
from hub.intake import Order
from hub.transport import Label, Origin
from tests.demo import days

CLOCK = Clock(BEGIN, 0.0, 1.0)
REQUIRED = {"cpaId", "X-MessageInfo-Type", "X-Sender-Lvl1Id", "X-Sender-Lvl2Id", "X-Receiver-Lvl1Id"}
# An acknowledgement as the hub writes it, briefly.
APPREC = '<AppRec><Id>{id}</Id><Status V="1"/><OriginalMsgId><Id>{about}</Id></OriginalMsgId></AppRec>'


@pytest.fixture(scope="session")
def brought(play: Script) -> Script:
    return carried.script(play)


def outside(s: Sending, who: Cast) -> Cover:
    partner = next(x.partner for x in who.systems if x.name == s.system)
    return cover.of_sending(s, partner, who.practice)


def judged(s: Sending, who: Cast, order: Order) -> Change:
    """What the hub decides of a message that the broker brings."""
    label = outside(s, who).label(at(9))
    sent = hours.local(s.times[0]).isoformat(timespec="seconds")
    origin = Origin(
        "an-id",
        label.function,
        "",
        "application/xml",
        from_her_id=label.from_her_id,
        to_her_id=label.to_her_id,
        sent=sent,
    )
    return intake.judge(wire.read(s.raw), order, s.times[0], origin=origin)


def test_each_message_gets_the_verdict_that_is_expected_of_a_broker(brought: Script, who: Cast, order: Order) -> None:
    for s in brought.sendings:
        if s.sort == "conflict":
            # Only the store finds that its MsgId was used.
            continue
        change = judged(s, who, order)
        verdict = "quarantined" if change.quarantined else change.arrival and change.arrival.verdict
        assert s.expected.verdict == verdict, s.key
        assert s.expected.acknowledgements == sum(o.kind == "apprec" for o in change.outgoing), s.key
        if s.expected.verdict is Verdict.QUARANTINED:
            assert {s.expected.code or condition(change)} == {condition(change)}, s.key


def condition(change: Change) -> str:
    """What the sender of something that is held is told."""
    (out,) = change.outgoing
    assert isinstance(out.document, Returned)
    return out.document.label.told["errorCondition"]


def test_a_message_for_somebody_else_is_rejected_under_its_own_id(brought: Script) -> None:
    found = [s for s in brought.sendings if s.sort == "address"]
    assert {("rejected", "E10", 1)} == {
        (s.expected.verdict, s.expected.code, s.expected.acknowledgements) for s in found
    }
    assert all(UUID(s.msg_id) for s in found)


def test_a_day_by_broker_is_another_day(play: Script, brought: Script) -> None:
    assert play.digest != brought.digest
    assert [s.raw for s in play.sendings] == [s.raw for s in brought.sendings]


def test_a_cover_tells_all_that_the_standard_asks_for(brought: Script, who: Cast) -> None:
    ours = {who.practice.her_id, *who.practice.services}
    for s in brought.sendings:
        found = outside(s, who)
        assert set(found.told) >= REQUIRED and all(found.told.values()), s.key
        assert found.receiver in ours and found.sender == found.told["X-Sender-Lvl2Id"], s.key
        assert transport.inbound(found.receiver) == found.label(at(9)).queue
        assert s.letter is None or found.function == found.told["X-MessageInfo-Type"] != ""


def test_who_sends_in_anothers_name_gives_its_own_outside(brought: Script, who: Cast) -> None:
    (foreign,) = (s for s in brought.sendings if s.sort == "foreign")
    found = outside(foreign, who)
    assert found.sender != foreign.box
    assert found.sender in next(x.partner for x in who.systems if x.name == foreign.system).services


def test_the_files_of_a_letter_are_counted_outside(brought: Script, who: Cast) -> None:
    s = next(s for s in brought.sendings if s.letter and s.letter.enclosed)
    assert s.letter and s.letter.enclosed
    told = outside(s, who).told
    size = str(len(s.letter.enclosed.raw))
    assert ("1", size) == (told["X-AttachmentInfo-Count"], told["X-AttachmentInfo-TotalSizeInBytes"])


@pytest.fixture
def day(brought: Script, tmp_path: Path) -> Iterator[Played]:
    """A day through a broker on which all went well."""
    made = days.played(brought, tmp_path, by_broker=True)
    queues.fall_silent(made.book, CLOCK)
    with made.book:
        yield made


def found(day: Played) -> list[str]:
    """All differences, whichever check found them."""
    return [said for kind in audit.differences(day) for said in kind]


def some(day: Played, verdict: Verdict) -> Sending:
    return next(s for s in day.sendings if s.expected.verdict is verdict and len(s.times) == 1)


def test_a_day_through_a_broker_adds_up(day: Played) -> None:
    assert [] == found(day)
    assert audit.sums(day) == audit.told(day)
    assert (20, 16, 10) == (audit.told(day).rejected, audit.told(day).duplicates, audit.told(day).quarantined)


def test_what_is_told_nothing_counts_as_a_repetition_only_of_what_was_answered(day: Played) -> None:
    s = some(day, Verdict.ACCEPTED)
    day.book.of(s.key).got.clear()
    queues.fall_silent(day.book, CLOCK)
    assert f"{s.key}: 1 deliveries were planned, 0 were answered" in found(day)


def test_a_repetition_that_the_hub_did_not_see_is_named(day: Played) -> None:
    events = {"message.duplicate": day.hub.tally["events"]["message.duplicate"] - 1}
    hub = replace(day.hub, tally={**day.hub.tally, "events": events})
    assert ["duplicates: 16 by the senders, 15 by the hub"] == found(replace(day, hub=hub))


def test_an_error_that_did_not_come_is_named(day: Played) -> None:
    s = some(day, Verdict.QUARANTINED)
    place = next(k for k, f in day.book.fetched.items() if f.kind == "error" and f.post.about.startswith(s.key))
    del day.book.fetched[place]
    assert ["errors: 9 fetched, 10 in the outbox"] == found(day)


def test_an_error_that_came_twice_or_for_what_was_taken_is_named(day: Played) -> None:
    held, taken = some(day, Verdict.QUARANTINED), some(day, Verdict.ACCEPTED)
    for s in (held, taken):
        days.document(day.book, s, "error", Post("another", about=f"{s.key} 0"))
    assert [
        f"{held.key}: 2 errors came, 1 for a delivery that is held",
        f"{taken.key}: 1 errors came, 0 for a delivery that is held",
        "errors: 12 fetched, 10 in the outbox",
    ] == found(day)


def test_a_wrong_condition_is_named(day: Played) -> None:
    (foreign,) = (s for s in day.sendings if s.sort == "foreign")
    got = day.book.of(foreign.key).got
    got[0] = Got(foreign.key, at(9), 0, Verdict.QUARANTINED, Post("x", codes=("transport:x",)), got[0].id)
    assert [f"{foreign.key}: should be quarantined with abuse:spoofing-attack, was with transport:x"] == found(day)


def test_a_document_that_came_again_is_named_unless_something_ended_that_had_it_in_hand(day: Played) -> None:
    day.book.add(Again(at(9), "900201", "a-document"))
    assert ["a-document came to 900201 once more"] == found(day)
    day.book.add(Cut(at(9)))
    assert [] == found(day)


def test_what_still_lies_in_a_queue_is_named(day: Played) -> None:
    assert ["3 messages still lie in the queue 900100_dl"] == found(replace(day, left={"900100_dl": 3}))


def test_the_page_tells_of_the_broker_and_fits(day: Played) -> None:
    day.book.add(Again(at(9), "900201", "a-document"))
    day.book.add(Cut(at(9)))
    lines = list(page.lines(day, [], END, 0, 300))
    assert all(len(line) <= 80 for line in lines)
    said = " ".join(" ".join(lines).split())
    for words in ("2 E10 for somebody else", "10 errors fetched", "1 time a document came again, and was known"):
        assert words in said


def test_repetitions_count_as_received_while_nobody_is_told_of_them(brought: Script, tmp_path: Path) -> None:
    day = days.played(brought, tmp_path, by_broker=True)
    with day.book:
        stood = figures.stand(day.book, [], [], END)
    assert (sum(len(s.times) for s in day.sendings), 16) == (stood.received, stood.duplicates)


async def test_a_system_has_each_document_once_whatever_comes_again(
    broker_url: str, tmp_path: Path, who: Cast, brought: Script
) -> None:
    """The test plays the hub: it takes a message from the practice's queue, and acknowledges it twice."""
    system = who.systems[0]
    s = next(s for s in brought.sendings if s.system == system.name and s.letter)
    inbound = transport.inbound(who.practice.her_id)
    with Logbook(tmp_path / "log") as book:
        async with broker.connected([broker_url], "hub") as hub:
            await hub.declare(broker.topology(who.directory))
            await hub.collect([inbound], 10)
            async with queues.opened(system, [broker_url], book, CLOCK) as way:
                await way.deliver(s.key, s.raw, outside(s, who))
                came = await hub.collected.get()
                for _ in range(2):
                    await hub.publish(receipt(s, who, came.arrived.origin.id), document(s), "an-id", "", at(9))
                got = await fetched(way)
    assert s.raw == came.arrived.body
    told = {**outside(s, who).told, "fromHerId": s.box, "toHerId": outside(s, who).receiver}
    assert told.items() <= came.told.items() and "enqueuedTimeUtc" in came.told
    assert ([(s.msg_id, "apprec")], 1) == ([(f.post.about, f.kind) for f in got], len(book.again))
    assert [(Verdict.ACCEPTED, came.arrived.origin.id)] == [(g.outcome, g.id) for g in book.of(s.key).got]


def receipt(s: Sending, who: Cast, about: str) -> Label:
    """The label of the hub's acknowledgement."""
    return Label(transport.APPREC, who.practice.her_id, s.box, transport.inbound(s.box), about)


def document(s: Sending) -> bytes:
    return APPREC.format(id="an-acknowledgement", about=s.msg_id).encode()


async def fetched(way: queues.Queues) -> list[Fetched]:
    """What a system fetches until both acknowledgements have come."""
    found: list[Fetched] = []
    async with asyncio.timeout(30):
        while not way.book.again:
            found += await way.fetch() or []
            await asyncio.sleep(0.02)
    return found
