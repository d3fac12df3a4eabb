"""Words are kept once each beside the intake, and found the newest first by those who may see the items."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub import words
from hub.change import Change
from hub.directory import InboxId
from hub.item import State
from hub.record import Found
from hub.store import Store, Writing, searching
from tests import builders
from tests.store.test_listing import NOW, OTHER, TEAM, THIRD, came

MOST = 1_000_000


async def put(store: Store, *writings: Writing) -> None:
    """Commit one after the other: within a batch numbers tell nothing of the order."""
    for x in writings:
        await store.commit([x])


async def index(store: Store, said: dict[int, str], limit: int = 100) -> int:
    """Keep the words of messages by their numbers, as the loop does."""
    old, new, found = await store.lists.unread(limit, MOST)
    kept = {x.number: tuple(sorted(words.of(said.get(x.number, "")))) for x in found}
    return new - old if await store.lists.keep(old, new, kept) else 0


async def find(store: Store, question: str, *inboxes: InboxId, before: int | None = None, limit: int = 50) -> Found:
    return await store.lists.find(words.asked(question), inboxes or (TEAM,), before, limit)


def subjects(found: Found) -> list[str]:
    return [x.item.headline.subject for x in found.lines]


async def pages(store: Store, question: str, limit: int) -> list[list[str]]:
    found = [await find(store, question, limit=limit)]
    while found[-1].following:
        found.append(await find(store, question, before=found[-1].following, limit=limit))
    return [subjects(x) for x in found]


SAID = {1: "Anna Aas epikrise", 2: "Åse Aas epikriser", 3: "Anna Hansen-Bø 01.02.1950", 4: "epi krise anna"}
QUESTIONS = [
    ("anna", ["4", "3", "1"]),
    ("epikris", ["2", "1"]),
    ("anna epikrise", ["1"]),
    ("åse", ["2"]),
    ("ase", []),
    ("aas anna", ["1"]),
    ("bø", ["3"]),
    ("b", []),
    ("1950-02-01", ["3"]),
    ("hansenbø", ["3"]),
]


async def test_all_words_must_be_there_and_each_may_be_a_beginning(store: Store) -> None:
    await put(store, *(came(n, subject=str(n)) for n in SAID))
    assert 4 == await index(store, SAID)
    assert QUESTIONS == [(question, subjects(await find(store, question))) for question, _ in QUESTIONS]


async def test_only_items_of_the_inboxes_that_are_named_or_belong_there_are_found(store: Store) -> None:
    homed = came(3, THIRD, home=TEAM, subject="3")
    await put(store, came(1, TEAM, subject="1"), came(2, OTHER, subject="2"), homed)
    await index(store, dict.fromkeys((1, 2, 3), "anna"))
    assert ["3", "1"] == subjects(await find(store, "anna"))
    assert ["2"] == subjects(await find(store, "anna", OTHER))


async def test_what_was_found_goes_on_and_a_page_has_all_items_of_its_last_message(store: Store) -> None:
    await put(store, *(came(n, subject=str(n)) for n in range(1, 6)))
    two = came(6, subject="6")
    item = replace(two.change.items[0], id="x" * 20)
    await store.commit([replace(two, change=replace(two.change, items=(*two.change.items, item)))])
    await index(store, dict.fromkeys(range(1, 7), "anna"))
    assert [["6", "6", "5"], ["4", "3", "2"], ["1"]] == await pages(store, "anna", 3)
    assert [["6", "6"], ["5"], ["4"], ["3"], ["2"], ["1"]] == await pages(store, "anna", 1)


async def test_of_common_words_the_newest_are_looked_at_and_others_offered(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"LOOKED": 4, "PROBED": 6, "COMMON": 3, "READ": 8}.items():
        monkeypatch.setattr(searching, name, value)
    inboxes = {n: TEAM if n in (2, 11) else OTHER for n in range(1, 21)}
    await put(store, *(came(n, inbox, subject=str(n)) for n, inbox in inboxes.items()))
    await index(store, {n: "epikrise" if n % 2 or n == 2 else "anna" for n in inboxes} | {3: "epikrise seldom"})
    found = await pages(store, "epikrise", 50)
    assert (["11", "2"], True) == ([x for page in found for x in page], len(found) > 2)
    assert [["3"]] == [subjects(await find(store, "seldom", OTHER))]
    everywhere = [await find(store, "epikrise", TEAM, OTHER)]
    while everywhere[-1].following:
        everywhere.append(await find(store, "epikrise", TEAM, OTHER, before=everywhere[-1].following))
    assert [n for n in range(20, 0, -1) if n % 2 or n == 2] == [int(x) for f in everywhere for x in subjects(f)]


async def test_however_many_make_messages_findable_each_is_kept_once(url: str, store: Store) -> None:
    said = dict.fromkeys(range(1, 61), "anna")
    await store.commit([came(n, subject=str(n)) for n in said])
    async with Store(url) as second, Store(url) as third:

        async def keep(other: Store) -> int:
            done = 0
            while await other.lists.behind():
                done += await index(other, said, 7)
                await asyncio.sleep(0)
            return done

        assert 60 == sum(await asyncio.gather(*map(keep, (store, second, third))))
    assert 60 == await store.look(lambda c: c.execute(text("SELECT count(*) FROM search")).scalar_one())
    assert 60 == len((await find(store, "anna", limit=100)).lines)


async def test_what_fails_half_way_is_done_by_the_next(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.commit([came(1, subject="1")])
    with monkeypatch.context() as broken:
        broken.setattr(searching, "_put", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await index(store, {1: "anna"})
    assert (1, []) == (await store.lists.behind(), subjects(await find(store, "anna")))
    assert (1, ["1"]) == (await index(store, {1: "anna"}), subjects(await find(store, "anna")))
    assert (0, 0) == (await store.lists.behind(), await index(store, {}))


async def test_what_was_turned_away_is_passed_over_and_large_ones_are_taken_in_turn(store: Store) -> None:
    batch = [came(n, subject=str(n)) for n in (1, 2, 3)]
    arrival = batch[1].change.arrival
    assert arrival is not None
    turned = replace(batch[1], change=Change((), replace(arrival, verdict="rejected")))
    await put(store, batch[0], turned, batch[2])
    assert (0, 3, [1, 3]) == _looked(await store.lists.unread(100, MOST))
    assert (0, 2, [1]) == _looked(await store.lists.unread(100, 1))
    assert (0, 2, [1]) == _looked(await store.lists.unread(2, MOST))


def _looked(found: tuple[int, int, Sequence[object]]) -> tuple[int, int, list[int]]:
    old, new, came = found
    return old, new, [x.number for x in came]  # type: ignore[attr-defined]


async def test_words_go_with_the_bytes(store: Store) -> None:
    await store.prepare(NOW)
    old = replace(came(1, state=State.CLOSED, subject="1"), at=NOW - timedelta(days=70))
    await put(store, old, came(2, subject="2"))
    await index(store, {1: "anna", 2: "anna"})
    assert ["2", "1"] == subjects(await find(store, "anna"))
    await store.forget(NOW)
    assert ["2"] == subjects(await find(store, "anna"))
    assert 0 == await store.lists.forget(1)


def test_the_builders_messages_have_what_is_looked_for() -> None:
    assert {"kari", "nordmann", "blodtrykk"} <= set(words.of_message(builders.message(1)))
