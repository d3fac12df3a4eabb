"""Who has an item open, and what came about its patient, as each kind of database keeps it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from hub import intake
from hub.directory import InboxId, PersonId
from hub.item import Item
from hub.message import Code, Kind, Status
from hub.record import Read, Reading
from hub.store import Store, Writing, timeline
from tests import builders
from tests.builders import TUESDAY

TEAM = InboxId("team")
NURSE, OTHER = PersonId("nurse"), PersonId("other")
MINUTE = timedelta(minutes=1)


def came(n: int, **changes: object) -> Writing:
    """The n-th message about a patient of the team, a minute after the one before."""
    at = TUESDAY + n * MINUTE
    change = intake.judge(builders.message(n, **changes), builders.order(), at)
    return Writing(change, at, b"raw %d" % n, "test", (b"ack",) * len(change.outgoing), (None,) * len(change.outgoing))


async def kept(store: Store, n: int, **changes: object) -> Item:
    """A message is kept; the item that it made for the team."""
    writing = came(n, **changes)
    await store.commit([writing])
    return next(x for x in writing.change.items if x.inbox == TEAM)


async def test_a_reader_stands_from_their_coming_until_they_are_not_seen_any_more(store: Store) -> None:
    item = await kept(store, 1)
    look, now = store.onlookers, TUESDAY
    assert [True, False, True, False, True] == [
        await look.seen(item, NURSE, writing, now, now - MINUTE) for writing in (False, None, True, None, False)
    ]
    later = now + timedelta(seconds=50)
    assert await look.seen(item, OTHER, True, later, later - MINUTE)
    first, second = Reading(NURSE, False, now), Reading(OTHER, True, later)
    assert {item.id: (first, second)} == await look.readers([item.id], later - MINUTE)
    assert {item.id: Read(TEAM, frozenset({TEAM}), (second,))} == await look.now(now)
    assert [True, False] == [await look.left(item.id, OTHER) for _ in range(2)]


async def test_the_same_person_in_two_tabs_at_once_is_one_reader(store: Store) -> None:
    item = await kept(store, 1)
    calls = (store.onlookers.seen(item, NURSE, False, TUESDAY, TUESDAY - MINUTE) for _ in range(8))
    await asyncio.gather(*calls)
    found = await store.onlookers.readers([item.id], TUESDAY - MINUTE)
    assert [NURSE] == [x.person for x in found[item.id]]


async def test_a_timeline_has_what_lies_in_some_inboxes_about_one_patient(store: Store) -> None:
    items = [await kept(store, n) for n in (1, 2, 3)]
    other = came(4, patient=builders.patient("2"))
    await store.commit([other])
    test = builders.envelope(5, test=True)
    await store.commit([came(5, envelope=test)])
    assert await store.look(timeline.known, items[0].id)
    found = await store.look(timeline.mentions, items[0].id, [TEAM], [], None, 10)
    assert [3, 2, 1] == [x.number for x in found]
    assert [items[2].id] == [x.id for x in found[0].items]
    assert [1] == [x.number for x in await store.look(timeline.mentions, items[0].id, [TEAM], [], 2, 10)]
    assert [] == await store.look(timeline.mentions, items[0].id, [InboxId("duty")], [], None, 10)
    assert [] == await store.look(timeline.mentions, other.change.items[0].id, [TEAM], [], None, 10)


async def test_a_message_follows_the_edition_before_it_else_the_last_of_its_kind(store: Store) -> None:
    summary = {"kind": Kind.DISCHARGE_SUMMARY, "document_id": "D"}
    first = await kept(store, 1, envelope=_of(1, "EPIKRISE"), **summary)
    plain = await kept(store, 2, envelope=_of(2, "EPIKRISE"), kind=Kind.DISCHARGE_SUMMARY)
    note = await kept(store, 3)
    await store.commit([came(4, envelope=_of(4, "EPIKRISE"), status=Status.CANCELLED, kind=Kind.DISCHARGE_SUMMARY)])
    last = await kept(store, 5, envelope=_of(5, "EPIKRISE"), **summary | {"status": Status.CHANGED})
    assert [first.id, plain.id] == [x.id for x in await store.look(timeline.before, last.id) if x.inbox == TEAM]
    assert [] == await store.look(timeline.before, note.id)
    assert [] == await store.look(timeline.before, first.id)


def _of(n: int, type: str) -> object:
    return replace(builders.envelope(n), type=Code(type))
