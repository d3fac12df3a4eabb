"""Processes say that they live: who is silent is seen, who ended in order is not, and who is long gone is forgotten."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from hub.record import Worker
from hub.store import Store
from hub.store.liveness import GONE
from tests import builders

NOW = builders.TUESDAY
INTAKE = Worker("intake-a", "intake", NOW, NOW, {"received": "5", "trouble": "æ \"'\n"})
RELAY = Worker("relay-a", "relay", NOW, NOW, {})
MINUTE = timedelta(minutes=1)


async def test_a_process_is_known_by_its_last_words(store: Store) -> None:
    await store.beat(INTAKE)
    later = replace(INTAKE, seen_at=NOW + MINUTE, state={"received": "6"})
    await store.beat(later)
    assert [later] == await store.workers()


async def test_processes_are_listed_by_kind_and_name(store: Store) -> None:
    other = replace(INTAKE, name="intake-b")
    for each in (RELAY, other, INTAKE):
        await store.beat(each)
    assert [INTAKE, other, RELAY] == await store.workers()


async def test_a_process_that_is_silent_is_still_listed_with_its_last_time(store: Store) -> None:
    await store.beat(INTAKE)
    beaten = replace(RELAY, seen_at=NOW + GONE)
    await store.beat(beaten)
    assert [INTAKE, beaten] == await store.workers()


async def test_a_process_that_is_long_gone_is_forgotten_by_the_others(store: Store) -> None:
    await store.beat(INTAKE)
    beaten = replace(RELAY, seen_at=NOW + GONE + MINUTE)
    await store.beat(beaten)
    assert [beaten] == await store.workers()


async def test_a_process_that_ended_in_order_is_not_missed(store: Store) -> None:
    await store.beat(INTAKE)
    await store.beat(RELAY)
    await store.leave(INTAKE.name)
    await store.leave("nobody")
    assert [RELAY] == await store.workers()


async def test_a_process_that_was_forgotten_and_lives_is_there_again(store: Store) -> None:
    await store.beat(INTAKE)
    await store.leave(INTAKE.name)
    again = replace(INTAKE, seen_at=NOW + MINUTE)
    await store.beat(again)
    assert [again] == await store.workers()


async def test_many_processes_beat_at_once(url: str) -> None:
    many = [replace(INTAKE, name=f"intake-{n:02}") for n in range(40)]
    async with Store(url) as one, Store(url) as other:
        for store in (one, other):
            await asyncio.gather(*(store.beat(each) for each in many), *(other.beat(each) for each in many))
        assert many == await one.workers()
