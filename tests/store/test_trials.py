"""A delivery that came back is counted before it is handled, so that one that kills its handler ends."""

import asyncio
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import func, select

from hub.store import Store
from hub.store.tables import trial
from hub.store.trials import FORGOTTEN
from tests import builders

NOW = builders.TUESDAY


def digest(n: int = 1) -> bytes:
    return sha256(b"%d" % n).digest()


async def kept(store: Store) -> int:
    return await store._readers.run(lambda c: c.execute(select(func.count()).select_from(trial)).scalar_one())


async def test_each_beginning_is_counted_by_itself(store: Store) -> None:
    assert {digest(1): 1} == await store.begin_trials([digest(1)], NOW)
    assert {digest(1): 2, digest(2): 1} == await store.begin_trials([digest(1), digest(2)], NOW)


async def test_a_delivery_that_came_twice_in_a_batch_began_once(store: Store) -> None:
    assert {digest(): 1} == await store.begin_trials([digest(), digest()], NOW)


async def test_nothing_that_came_back_is_nothing_to_count(store: Store) -> None:
    assert {} == await store.begin_trials([], NOW)


async def test_what_is_done_begins_anew(store: Store) -> None:
    await store.begin_trials([digest(1), digest(2)], NOW)
    await store.end_trials([digest(1)], NOW)
    assert {digest(1): 1, digest(2): 2} == await store.begin_trials([digest(1), digest(2)], NOW)


async def test_a_count_is_kept_by_the_database_and_not_by_the_process(url: str) -> None:
    for begun in (1, 2, 3):
        async with Store(url) as store:
            assert {digest(): begun} == await store.begin_trials([digest()], NOW)


async def test_what_was_not_tried_for_a_week_is_forgotten(store: Store) -> None:
    await store.begin_trials([digest(1)], NOW)
    await store.begin_trials([digest(2)], NOW + timedelta(seconds=1))
    await store.end_trials([], NOW + FORGOTTEN + timedelta(seconds=1))
    assert 1 == await kept(store)
    assert {digest(2): 2} == await store.begin_trials([digest(2)], NOW + FORGOTTEN)


async def test_whoever_counts_the_same_deliveries_at_once_is_counted_and_waits_for_nobody(url: str) -> None:
    """Each in an order of its own, and some say meanwhile that they are done."""
    async with Store(url) as one, Store(url) as other:
        for round in range(3):
            digests = [digest(n) for n in range(300 * round, 300 * round + 300)]
            orders = [digests, digests[::-1], [*digests[150:], *digests[:150]]]
            await asyncio.gather(*(store.begin_trials(o, NOW) for o in orders for store in (one, other)))
            assert dict.fromkeys(digests, 7) == await one.begin_trials(digests, NOW)
            ending = asyncio.gather(*(other.end_trials(o, NOW) for o in orders))
            counted = await asyncio.gather(*(store.begin_trials(o, NOW) for o in orders for store in (one, other)))
            assert [set(digests)] * 6 == [set(found) for found in counted]
            await ending
            await one.end_trials(digests, NOW)
        assert 0 == await kept(other)
