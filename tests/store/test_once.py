"""Calls under a key: whoever comes second with it writes nothing, and what was not done leaves none."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from hub import desk
from hub.change import Once
from hub.desk import Act
from hub.directory import PersonId
from hub.item import Action, Item, ItemId
from hub.store import Committed, Outdated, Store, Writing, Written, once
from tests import builders
from tests.store.test_store import admitted, item

NOW = builders.TUESDAY
KEY = Once(PersonId("nurse"), "k", b"d" * 32, ItemId(""))


def taking(found: Item, key: Once | None = KEY) -> Writing:
    change = desk.act(found, (), Act(Action.CLAIM), builders.person("nurse"), NOW)
    return Writing(replace(change, once=key), NOW)


async def known(store: Store, key: str = "k", at: timedelta = timedelta()) -> bytes | None:
    return await store.look(once.found, KEY.person, key, NOW + at)


async def test_a_key_is_written_with_what_was_asked_for_under_it(store: Store) -> None:
    await store.commit([admitted()])
    assert [Committed()] == await store.commit([taking(await item(store))])
    assert KEY.digest == await known(store)


async def test_what_is_stale_leaves_no_key(store: Store) -> None:
    await store.commit([admitted()])
    found = await item(store)
    await store.commit([taking(found, None)])
    assert [Outdated(2)] == await store.commit([taking(found)])
    assert None is await known(store)


async def test_of_those_who_come_with_one_key_the_first_is_written(store: Store) -> None:
    await store.commit([admitted(n) for n in (1, 2, 3)])
    found = [await item(store, n) for n in (1, 2, 3)]
    assert [Committed(), Outdated(1)] == await store.commit([taking(x) for x in found[:2]])
    assert [Outdated(1)] == await store.commit([taking(found[2])])
    assert [2, 1, 1] == [(await item(store, n)).version for n in (1, 2, 3)]


async def test_of_two_connections_that_come_at_once_with_one_key_one_writes(store: Store, url: str) -> None:
    numbers = [*range(1, 11)]
    await store.commit([admitted(n) for n in numbers])
    found = [await item(store, n) for n in numbers]
    async with Store(url) as other:
        both = (store, other)
        each = [both[n % 2].commit([taking(x)]) for n, x in enumerate(found)]
        written: list[Written] = [w for (w,) in await asyncio.gather(*each)]
    assert (1, 9) == (written.count(Committed()), written.count(Outdated(1)))
    assert 1 == sum([(await item(store, n)).version == 2 for n in numbers])


async def test_a_key_is_forgotten_after_a_day(store: Store) -> None:
    day = timedelta(hours=24)
    assert 1 == await store.mend(once.under, KEY, NOW, lambda _: 1)
    assert None is await store.mend(once.under, KEY, NOW + day - timedelta(seconds=1), lambda _: 1)
    assert (KEY.digest, None) == (await known(store, at=day - timedelta(seconds=1)), await known(store, at=day))
    assert 1 == await store.mend(once.under, replace(KEY, key="other"), NOW + day, lambda _: 1)
    assert 1 == await store.mend(once.under, KEY, NOW + day, lambda _: 1)


async def test_work_that_comes_to_nothing_leaves_no_key(store: Store) -> None:
    assert 0 == await store.mend(once.under, KEY, NOW, lambda _: 0)
    assert None is await known(store)
