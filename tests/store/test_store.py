"""What every store promises: a batch is one transaction, nothing is written twice, nothing half."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub import desk, intake, watch
from hub.desk import Act
from hub.errors import BadConfiguration, Unavailable
from hub.item import Action, Item, State
from hub.message import Fault, HerId, Unreadable
from hub.record import Session
from hub.store import Committed, Conflict, Duplicate, Outdated, Store, Writing, Written
from tests import builders

NOW = builders.TUESDAY
TEAM, COORDINATOR = builders.TEAM
PARTNER = HerId("201")
GRACE = timedelta(seconds=60)


def admitted(n: int = 1, raw: bytes = b"<xml/>") -> Writing:
    change = intake.judge(builders.message(n), builders.order(), NOW)
    return Writing(change, NOW, raw, "exchange", tuple(b"ack %d" % n for _ in change.outgoing))


async def item(store: Store, n: int = 1) -> Item:
    stored = await store.stored(admitted(n).change.items[0].id)
    assert stored is not None
    return stored.item


async def claim(store: Store, found: Item, who: str = "nurse") -> Written:
    change = desk.act(found, (), Act(Action.CLAIM), builders.person(who), NOW)
    (written,) = await store.commit([Writing(change, NOW)])
    return written


async def test_a_batch_is_written_whole_and_read_back_equal(store: Store) -> None:
    writings = [admitted(n) for n in range(1, 6)]
    assert [Committed()] * 5 == await store.commit(writings)
    stored = await store.stored(writings[2].change.items[0].id)
    assert stored is not None
    assert (replace(writings[2].change.items[0], version=1), writings[2].change.deadlines[0]) == (
        stored.item,
        stored.deadline,
    )


async def test_the_raw_message_is_kept_byte_for_byte(store: Store) -> None:
    raw = b"\xef\xbb\xbf<?xml version='1.0'?>\r\n<x>\xc3\xa6 \x00 \xff</x>  "
    await store.commit([admitted(raw=raw)])
    stored = await store.stored(admitted().change.items[0].id)
    assert raw == (stored and stored.raw)


async def test_a_second_delivery_changes_nothing_and_gets_the_first_acknowledgement(store: Store) -> None:
    await store.commit([admitted()])
    before = await store.tally()
    again = replace(admitted(), documents=(b"another acknowledgement",))
    assert [Duplicate("accepted", b"ack 1")] == await store.commit([again])
    after = await store.tally()
    assert {"message.duplicate": 1} == {k: v for k, v in after["events"].items() if v != before["events"].get(k)}
    assert {**before, "events": 0} == {**after, "events": 0}


async def test_the_same_message_twice_in_one_batch_is_one_message(store: Store) -> None:
    assert [Committed(), Duplicate("accepted", b"ack 1")] == await store.commit([admitted(), admitted()])
    assert {"accepted": 1} == (await store.tally())["messages"]


async def test_the_same_id_with_other_content_is_held_and_the_first_stands(store: Store) -> None:
    await store.commit([admitted()])
    assert [Conflict()] == await store.commit([admitted(raw=b"<other/>")])
    tally = await store.tally()
    assert (1, {"held": 1}, 1) == (
        tally["messages"]["accepted"],
        tally["quarantine"],
        tally["events"]["message.conflict"],
    )


async def test_two_senders_may_use_the_same_id(store: Store) -> None:
    other = builders.message(envelope=builders.envelope(sender=builders.party("300", "301")))
    change = intake.judge(other, builders.order(), NOW)
    written = await store.commit([admitted(), Writing(change, NOW, b"<xml/>", "", (b"ack other",))])
    assert [Committed(), Committed()] == written


async def test_of_many_who_claim_at_once_exactly_one_wins(store: Store) -> None:
    await store.commit([admitted()])
    seen = await item(store)
    written = await asyncio.gather(*(claim(store, seen, f"nurse{n}") for n in range(20)))
    assert [Committed()] == [w for w in written if isinstance(w, Committed)]
    assert {Outdated(2)} == {w for w in written if not isinstance(w, Committed)}


async def test_an_answer_and_an_escalation_cannot_both_win(store: Store) -> None:
    await store.commit([admitted()])
    stored = await store.stored((await item(store)).id)
    assert stored is not None and stored.deadline is not None
    lapsed = watch.lapse(stored.item, stored.deadline, builders.directory(), GRACE, NOW)
    closing = Act(Action.CLOSE, outcome=desk.Outcome.TELEPHONE)
    closed = desk.act(stored.item, (stored.deadline,), closing, builders.NURSE, NOW)
    assert [Committed(), Outdated(2)] == await store.commit([Writing(closed, NOW), Writing(lapsed, NOW)])
    assert [] == await store.notices(TEAM)
    assert {"deadline.warned"}.isdisjoint((await store.tally())["events"])


async def test_an_ended_item_has_no_live_clock(store: Store) -> None:
    await store.commit([admitted()])
    found = await item(store)
    stored = await store.stored(found.id)
    assert stored is not None and stored.deadline is not None
    closing = Act(Action.CLOSE, outcome=desk.Outcome.TELEPHONE)
    change = desk.act(found, (stored.deadline,), closing, builders.NURSE, NOW)
    await store.commit([Writing(change, NOW)])
    copies = [d.item for _, d in await store.due(NOW + timedelta(days=9), 10)]
    assert [admitted().change.items[1].id] == copies


async def test_due_clocks_come_longest_overdue_first_and_each_step_is_told_once(store: Store) -> None:
    await store.commit([admitted(1), admitted(2)])
    later = NOW + timedelta(hours=9)
    for _ in range(2):
        due = await store.due(later, 10)
        lapsed = [watch.lapse(x, d, builders.directory(), GRACE, later) for x, d in due if x.inbox == TEAM]
        await store.commit([Writing(c, later) for c in lapsed])
    assert [(0, True), (0, True)] == [(step, late) for _, step, _, late in await store.notices(TEAM)]
    assert [(1, True), (1, True)] == [(step, late) for _, step, _, late in await store.notices(COORDINATOR)]


async def test_the_next_due_moment_is_the_earliest_running_clock(store: Store) -> None:
    assert await store.next_due() is None
    writing = admitted()
    await store.commit([writing])
    assert min(d.fires_at for d in writing.change.deadlines if d.fires_at) == await store.next_due()


async def test_a_mailbox_gives_documents_in_order_until_they_are_confirmed(store: Store) -> None:
    await store.commit([admitted(n) for n in (1, 2, 3)])
    waiting = await store.mailbox(PARTNER)
    assert [b"ack 1", b"ack 2", b"ack 3"] == [x.body for x in waiting]
    assert waiting == await store.mailbox(PARTNER)
    assert 1 == await store.confirm(PARTNER, None, [waiting[1].id], NOW)
    assert [b"ack 1", b"ack 3"] == [x.body for x in await store.mailbox(PARTNER)]
    assert 0 == await store.confirm(PARTNER, None, [waiting[1].id], NOW)


async def test_an_organisation_gets_what_all_its_services_wait_for(store: Store) -> None:
    await store.commit([admitted()])
    assert [b"ack 1"] == [x.body for x in await store.mailbox("200")]


async def test_nobody_gets_another_partys_documents_from_a_mailbox(store: Store) -> None:
    await store.commit([admitted()])
    (waiting,) = await store.mailbox(PARTNER, {"200"})
    assert ([], 0) == (await store.mailbox(PARTNER, {"300"}), await store.confirm(PARTNER, {"300"}, [waiting.id], NOW))
    assert 1 == await store.confirm(PARTNER, {"200"}, [waiting.id], NOW)


async def test_nobody_confirms_for_another(store: Store) -> None:
    await store.commit([admitted()])
    (waiting,) = await store.mailbox(PARTNER)
    assert 0 == await store.confirm("300", None, [waiting.id], NOW)
    assert [waiting] == await store.mailbox(PARTNER)


async def test_lists_are_paged_by_due_time_without_gap_or_repeat(store: Store) -> None:
    await store.commit([admitted(n) for n in range(1, 12)])
    found, after = [], None
    while page := await store.lines(TEAM, after=after, limit=4):
        found += [x.item.id for x in page]
        assert page[-1].due is not None
        after = (page[-1].due.isoformat(), page[-1].item.id)
    assert sorted(admitted(n).change.items[0].id for n in range(1, 12)) == found


async def test_open_and_ended_items_lie_apart(store: Store) -> None:
    await store.commit([admitted(1), admitted(2)])
    closing = Act(Action.CLOSE, outcome=desk.Outcome.TELEPHONE)
    await store.commit([Writing(desk.act(await item(store), (), closing, builders.NURSE, NOW), NOW)])
    assert ([State.NEW], [State.CLOSED]) == (
        [x.item.state for x in await store.lines(TEAM)],
        [x.item.state for x in await store.lines(TEAM, closed=True)],
    )
    assert {"new": 1} == (await store.counts())[TEAM]


async def test_unreadable_bytes_are_held_with_their_reasons(store: Store) -> None:
    change = intake.judge(Unreadable((Fault("T01", "en", "nb"),)), builders.order(), NOW)
    assert [Committed()] == await store.commit([Writing(change, NOW, b"\x00rubbish")])
    (held,) = await store.held()
    assert ("unreadable", b"\x00rubbish", "T01") == (held.why, held.raw, held.faults[0].code)


async def test_the_journal_is_read_on_from_any_line(store: Store) -> None:
    await store.commit([admitted(n) for n in (1, 2, 3)])
    lines = await store.journal(0, [TEAM])
    assert ["message.accepted"] * 3 == [t.event for t in lines]
    assert lines[1:] == await store.journal(lines[0].id, [TEAM])
    assert [] == await store.journal(await store.newest(), [TEAM])


async def test_a_failed_batch_leaves_nothing_behind(store: Store) -> None:
    broken = replace(admitted(2), change=replace(admitted(2).change, arrival=None))
    with pytest.raises(KeyError):
        await store.commit([admitted(1), broken])
    assert {} == (await store.tally())["messages"]


async def test_a_cancelled_caller_does_not_leave_half_a_batch(store: Store) -> None:
    writing = asyncio.create_task(store.commit([admitted(n) for n in range(1, 60)]))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    while (await store.tally())["messages"] == {}:
        await asyncio.sleep(0.005)
    assert (59, 0) == (
        (await store.tally())["messages"]["accepted"],
        (await store.tally())["lost"]["accepted without an item"],
    )


async def test_a_sign_in_lasts_until_it_expires_or_ends(store: Store) -> None:
    await store.sign_in("token", builders.NURSE.id, NOW, NOW + timedelta(hours=1))
    assert Session(builders.NURSE.id, NOW, False) == await store.session("token", NOW)
    assert await store.session("token", NOW + timedelta(hours=1)) is None
    await store.sign_out("token")
    assert await store.session("token", NOW) is None


async def test_a_locked_session_stays_locked_until_its_person_is_here_again(store: Store) -> None:
    later = NOW + timedelta(minutes=5)
    await store.sign_in("token", builders.NURSE.id, NOW, NOW + timedelta(hours=1))
    await store.active("token", later)
    assert Session(builders.NURSE.id, later, False) == await store.session("token", later)
    await store.lock("token")
    await store.active("token", later + timedelta(minutes=1))
    assert Session(builders.NURSE.id, later, True) == await store.session("token", later)
    assert await store.unlock("token", NOW)
    assert Session(builders.NURSE.id, NOW, False) == await store.session("token", later)
    assert not await store.unlock("another", NOW)


async def test_two_hundred_writers_at_once_lose_no_update(store: Store) -> None:
    await store.commit([admitted(n) for n in range(1, 201)])
    found = [await item(store, n) for n in range(1, 201)]
    assert [Committed()] * 200 == await asyncio.gather(*(claim(store, x) for x in found))
    assert {"claimed": 200} == (await store.counts())[TEAM]


async def test_a_store_that_is_not_migrated_is_refused_with_what_to_do(url: str) -> None:
    empty = url.replace("hub.db", "empty.db") if url.startswith("sqlite") else f"{url.rpartition('/')[0]}/postgres"
    with pytest.raises(BadConfiguration, match="hub migrate"):
        async with Store(empty):
            pass


@pytest.mark.parametrize("url", ["sqlite:///", "mysql://x/y", "rubbish", "sqlite:////no/such/folder/hub.db"])
async def test_an_address_that_cannot_be_used_is_refused_naming_the_key(url: str) -> None:
    with pytest.raises(BadConfiguration, match=r"database\.url"):
        async with Store(url):
            pass


async def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(Unavailable) as failed:
        await store._readers.run(lambda c: c.execute(text("DELETE FROM message")))
    assert re.search("read.?only", str(failed.value.__cause__))
