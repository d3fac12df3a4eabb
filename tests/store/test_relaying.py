"""What goes by the broker is claimed by one at a time, tried until it is sent, and never lost when it is given up."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from hub import intake
from hub.item import ItemId
from hub.record import Relayed
from hub.store import Store, Writing
from hub.store.tables import attempt, journal
from hub.transport import Label
from tests import builders

NOW = builders.TUESDAY
LEASE = timedelta(seconds=60)
LATER = NOW + LEASE
LABEL = Label("APPREC", "101", "201", "201_async", "id-1", told={"X-MessageInfo-Type": "APPREC", "note": "æøå\n"})


@pytest.fixture
async def several(url: str, store: Store) -> AsyncIterator[list[Store]]:
    """All who may claim on one database: one process with SQLite, three with PostgreSQL."""
    async with AsyncExitStack() as stack:
        others = 0 if url.startswith("sqlite") else 2
        yield [store, *[await stack.enter_async_context(Store(url)) for _ in range(others)]]


def document(n: int = 1, label: Label | None = LABEL, at: datetime = NOW, item: ItemId | None = None) -> Writing:
    change = intake.judge(builders.message(n), builders.order(), NOW)
    change = replace(change, outgoing=tuple(replace(o, item=item) for o in change.outgoing))
    return Writing(change, at, b"<xml/>", "broker:201", (b"ack %d" % n,), (label,))


async def written(store: Store, *writings: Writing) -> None:
    await store.commit(writings or [document()])


async def claimed(store: Store, now: datetime = NOW) -> Relayed:
    (found,) = await store.relay(now, now + LEASE, 10)
    return found


async def parked(store: Store, why: str = "unroutable", now: datetime = NOW) -> Relayed:
    found = await claimed(store, now)
    await store.put_off([(found, why, None)], now)
    return found


async def lines(store: Store, event: str) -> list[tuple[str | None, str, str]]:
    query = select(journal.c.item_id, journal.c.who, journal.c.detail).where(journal.c.event == event)
    return await store._readers.run(lambda c: [(r.item_id, r.who, r.detail) for r in c.execute(query)])


async def attempts(store: Store) -> list[tuple[str, datetime, str | None]]:
    def ended(c: Connection) -> list[tuple[str, datetime, str | None]]:
        query = select(attempt.c.amqp_id, attempt.c.at, attempt.c.outcome).order_by(attempt.c.at, attempt.c.amqp_id)
        return [(r.amqp_id, r.at, r.outcome) for r in c.execute(query)]

    return await store._readers.run(ended)


def ids(found: Sequence[Relayed]) -> list[str]:
    return [x.body.decode() for x in found]


async def test_what_is_claimed_is_what_was_written(store: Store) -> None:
    await written(store)
    found = await claimed(store)
    (out,) = document().change.outgoing
    assert (out.document.id, "apprec", b"ack 1", LABEL, 1) == (
        found.msg_id,
        found.kind,
        found.body,
        found.label,
        found.attempts,
    )


async def test_of_several_who_claim_at_once_each_document_goes_to_one(several: list[Store]) -> None:
    await written(several[0], *(document(n) for n in range(1, 201)))
    portions = await asyncio.gather(*(several[n % len(several)].relay(NOW, LATER, 20) for n in range(15)))
    found = [x for portion in portions for x in portion]
    assert Counter(dict.fromkeys((f"ack {n}" for n in range(1, 201)), 1)) == Counter(ids(found))
    assert 200 == len({x.amqp_id for x in found})


async def test_the_longest_overdue_comes_first(store: Store) -> None:
    await written(store, document(1, at=NOW), document(2, at=NOW - LEASE), document(3, at=NOW - LEASE))
    assert ["ack 2", "ack 3"] == ids(await store.relay(NOW, LATER, 2))
    assert ["ack 1"] == ids(await store.relay(NOW, LATER, 2))


async def test_what_is_not_due_yet_is_not_claimed(store: Store) -> None:
    await written(store, document(at=LATER))
    assert [] == await store.relay(LATER - timedelta(microseconds=1), LATER, 10)
    assert ["ack 1"] == ids(await store.relay(LATER, LATER + LEASE, 10))


async def test_what_a_partner_fetches_is_never_claimed_and_what_the_broker_brings_never_fetched(store: Store) -> None:
    await written(store, document(1, label=None), document(2))
    assert ["ack 2"] == ids(await store.relay(NOW, LATER, 10))
    assert [b"ack 1"] == [x.body for x in await store.mailbox("201")]


async def test_a_claim_that_ran_out_is_claimed_again_under_another_amqp_id(store: Store) -> None:
    await written(store)
    first = await claimed(store)
    assert [] == await store.relay(LATER - timedelta(microseconds=1), LATER, 10)
    second = await claimed(store, LATER)
    assert first.amqp_id != second.amqp_id
    assert replace(first, amqp_id=second.amqp_id, attempts=2) == second
    assert [(first.amqp_id, NOW, None), (second.amqp_id, LATER, None)] == await attempts(store)


async def test_what_is_sent_is_never_claimed_again_and_no_longer_waited_for(store: Store) -> None:
    await written(store, document(1), document(2))
    first, second = await store.relay(NOW, LATER, 10)
    assert (2, NOW) == await store.waiting(NOW)
    await store.relayed([first, second], NOW)
    assert [] == await store.relay(NOW + timedelta(days=999), NOW + timedelta(days=1000), 10)
    assert ((0, None), [], []) == (await store.waiting(NOW), await store.mailbox("201"), await store.parked())
    assert {"confirmed"} == {outcome for _, _, outcome in await attempts(store)}


async def test_what_failed_is_claimed_again_when_its_time_has_come(store: Store) -> None:
    await written(store)
    found, again = await claimed(store), NOW + timedelta(minutes=20)
    await store.put_off([(found, "refused", again)], NOW)
    assert [] == await store.relay(LATER, LATER + LEASE, 10)
    assert 2 == (await claimed(store, again)).attempts
    assert ["refused", None] == [outcome for _, _, outcome in await attempts(store)]
    assert ([], []) == (await store.parked(), await lines(store, "outbox.parked"))


async def test_what_is_given_up_is_parked_and_told_in_the_journal(store: Store) -> None:
    await written(store, document(item=ItemId("an-item")))
    await store.put_off([(await claimed(store), "refused", LATER)], NOW)
    found = await parked(store, "unroutable", LATER)
    (held,) = await store.parked()
    assert (found.id, LATER, LABEL, found.msg_id, 2, "unroutable", "an-item") == (
        *(held.id, held.at, held.label, held.msg_id),
        *(held.attempts, held.outcome, held.item),
    )
    assert [] == await store.relay(NOW + timedelta(days=999), NOW + timedelta(days=1000), 10)
    ((_, who, detail),) = await lines(store, "outbox.parked")
    assert "" == who
    assert {"document": found.msg_id, "to": "201_async", "attempts": "2", "why": "unroutable"} == json.loads(detail)


async def test_parked_documents_are_listed_from_the_oldest_each_with_its_own_last_outcome(store: Store) -> None:
    await written(store, document(1), document(2, at=LATER))
    one = await claimed(store)
    await store.put_off([(one, "unknown", LATER + LEASE)], NOW)
    two = await parked(store, "refused", LATER)
    one = await parked(store, "unroutable", LATER + LEASE)
    assert [(two.id, 1, "refused"), (one.id, 2, "unroutable")] == [
        (x.id, x.attempts, x.outcome) for x in await store.parked()
    ]
    assert [two.id] == [x.id for x in await store.parked(1)]


async def test_a_parked_document_is_tried_again_from_the_beginning_by_name(store: Store) -> None:
    await written(store, document(item=ItemId("an-item")))
    found = await parked(store)
    assert 1 == await store.unpark([found.id, 12345], "kari", LATER)
    assert 0 == await store.unpark([found.id], "kari", LATER)
    assert [] == await store.parked()
    again = await claimed(store, LATER)
    assert (found.id, 1) == (again.id, again.attempts)
    ((item, who, detail),) = await lines(store, "outbox.replayed")
    assert ("an-item", "kari", True) == (item, who, found.msg_id in detail)


async def test_a_parked_document_that_is_discarded_is_gone_for_good_with_who_and_why(store: Store) -> None:
    await written(store)
    found = await parked(store)
    assert 1 == await store.discard_parked([found.id], "kari", "sent by letter", LATER)
    assert 0 == await store.discard_parked([found.id], "kari", "sent by letter", LATER)
    assert 0 == await store.unpark([found.id], "kari", LATER)
    assert ([], []) == (await store.parked(), await store.relay(LATER, LATER + LEASE, 10))
    ((_, who, detail),) = await lines(store, "outbox.discarded")
    assert ("kari", True) == (who, "sent by letter" in detail)


async def test_only_what_is_parked_can_be_tried_again_or_discarded(store: Store) -> None:
    await written(store)
    found = await claimed(store)
    assert 0 == await store.unpark([found.id], "kari", NOW)
    assert 0 == await store.discard_parked([found.id], "kari", "no", NOW)
    assert [found.id] == [x.id for x in await store.relay(LATER, LATER + LEASE, 10)]


async def test_whoever_lost_its_claim_changes_nothing_by_giving_up(store: Store) -> None:
    await written(store)
    slow = await claimed(store)
    quick = await claimed(store, LATER)
    await store.put_off([(slow, "unknown", None)], LATER)
    await store.put_off([(slow, "unknown", LATER)], LATER)
    assert ([], [], []) == (
        await store.relay(LATER, LATER, 10),
        await store.parked(),
        await lines(store, "outbox.parked"),
    )
    await store.relayed([quick], LATER)
    assert ["unknown", "confirmed"] == [outcome for _, _, outcome in await attempts(store)]


async def test_whoever_lost_its_claim_and_sent_it_nevertheless_is_believed(store: Store) -> None:
    await written(store)
    slow = await claimed(store)
    await parked(store, "unroutable", LATER)
    await store.relayed([slow], LATER)
    assert ((0, None), []) == (await store.waiting(LATER), await store.parked())
    assert 0 == await store.unpark([slow.id], "kari", LATER)
