"""Each message is counted once however many count, and what is unusual is told once however many find it."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from hub import intake
from hub.change import Entry
from hub.directory import InboxId
from hub.message import Kind
from hub.store import Store, Writing
from hub.store.tables import mark
from hub.traffic import Strange, Unusual, Usual
from hub.web.events import EVENTS
from tests import builders

NOW = builders.TUESDAY
HOUR = timedelta(hours=1)
COORDINATOR = InboxId("coordinator")
SILENT = Unusual(
    Strange.SILENT, "200", "Home service", "dialogue", date(2026, 11, 24), NOW, 9, 0, Usual(8, 14, 11, 8, False)
)
DETAIL = dict.fromkeys(EVENTS["partner.silent"].detail, "") | {"partner": "200"}
TOLD = [Entry(NOW, "partner.silent", inbox=COORDINATOR, who="watch", detail=DETAIL)]


def came(n: int, at: datetime = NOW, test: bool = False, verdict: str = "accepted", kind: str = "dialogue") -> Writing:
    change = intake.judge(builders.message(n), builders.order(), at)
    assert change.arrival is not None
    arrival = replace(change.arrival, test=test, verdict=verdict, kind=kind)
    return Writing(replace(change, arrival=arrival), at, b"raw %d" % n, "test", (b"ack",) * len(change.outgoing))


def own(sender: str, service: str) -> str:
    """Each message is that of the organisation that sent it."""
    return sender


async def counts(store: Store) -> dict[tuple[str, str, datetime], int]:
    found = await store.partners.counted(NOW - 10 * HOUR)
    assert len(found) == len({(x.sender, x.kind, x.hour) for x in found})
    return {(x.sender, x.kind, x.hour): x.messages for x in found}


async def test_messages_are_counted_by_kind_and_hour_without_tests_and_what_was_turned_away(store: Store) -> None:
    note = Kind.NOTE.value
    batch = [came(1), came(2, NOW + 0.9 * HOUR), came(3, NOW + HOUR, kind=note), came(4, test=True)]
    await store.commit([*batch, came(5, verdict="rejected"), came(6, verdict="noted")])
    assert 6 == await store.partners.count(100, own)
    assert {("200", "dialogue", NOW): 2, ("200", note, NOW + HOUR): 1} == await counts(store)
    assert 0 == await store.partners.count(100, own)
    await store.commit([came(7)])
    assert 1 == await store.partners.count(100, own)
    assert 3 == (await counts(store))["200", "dialogue", NOW]


async def test_however_many_count_while_messages_come_each_is_counted_once(url: str, store: Store) -> None:
    done = asyncio.Event()

    async def counting(other: Store) -> int:
        found = 0
        while not done.is_set():
            found += await other.partners.count(7, own)
            await asyncio.sleep(0)
        while more := await other.partners.count(7, own):
            found += more
        return found

    async with Store(url) as second, Store(url) as third:
        looking = [asyncio.create_task(counting(other)) for other in (store, second, third)]
        for n in range(0, 120, 6):
            await asyncio.gather(*(s.commit([came(n + i), came(n + i + 1)]) for s, i in ((second, 0), (third, 2))))
            await store.commit([came(n + 4), came(n + 5)])
        done.set()
        found = [await each for each in looking]
        while more := await store.partners.count(7, own):
            found.append(more)
    assert (120, {("200", "dialogue", NOW): 120}) == (sum(found), await counts(store))


async def test_what_fails_half_way_is_counted_by_the_next(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.commit([came(n) for n in range(3)])
    with monkeypatch.context() as broken:
        broken.setattr("hub.store.counting._hour", lambda at: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await store.partners.count(100, own)
    assert 3 == await store.partners.count(100, own)
    assert [3] == [*(await counts(store)).values()]


async def test_old_counts_are_let_go(store: Store) -> None:
    await store.commit([came(1, NOW - HOUR), came(2)])
    await store.partners.count(100, own)
    assert 1 == await store.partners.forget(NOW)
    assert [NOW] == [hour for _, _, hour in await counts(store)]
    # The mark stays: nothing is counted twice.
    assert 0 == await store.partners.count(100, own)


async def test_something_unusual_is_told_once_however_many_find_it(url: str, store: Store) -> None:
    async with Store(url) as other:
        told = await asyncio.gather(*(s.partners.tell(SILENT, TOLD) for s in (store, other) for _ in range(5)))
    assert Counter({False: 9, True: 1}) == Counter(told)
    assert [SILENT] == await store.partners.unusual()
    assert ["partner.silent"] == [line.event for line in await store.journal(0, [COORDINATOR])]


async def test_it_ends_once_and_is_not_told_again_that_day(store: Store) -> None:
    await store.partners.tell(SILENT, TOLD)
    heard = [replace(TOLD[0], event="partner.heard")]
    assert [True, False] == [await store.partners.end(SILENT, heard, NOW + HOUR) for _ in range(2)]
    assert [] == await store.partners.unusual()
    assert not await store.partners.tell(replace(SILENT, at=NOW + 2 * HOUR), TOLD)
    assert ["partner.silent", "partner.heard"] == [line.event for line in await store.journal(0, [COORDINATOR])]


async def test_that_of_the_next_day_stands_for_that_of_the_day_before(store: Store) -> None:
    await store.partners.tell(SILENT, TOLD)
    flood = replace(SILENT, what=Strange.FLOOD)
    await store.partners.tell(flood, [])
    tomorrow = replace(SILENT, day=SILENT.day + timedelta(days=1), at=NOW + 24 * HOUR)
    assert await store.partners.tell(tomorrow, TOLD)
    assert [flood, tomorrow] == await store.partners.unusual()


async def test_another_mark_is_another_matter(store: Store) -> None:
    await store._writer.run(lambda c: c.execute(mark.insert().values(name="other", number=99)).rowcount)
    await store.commit([came(1)])
    assert 1 == await store.partners.count(100, own)
