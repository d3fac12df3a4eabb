"""Many items that change in one transaction: each is claimed at its version, and who comes second writes nothing."""

from dataclasses import replace
from datetime import timedelta

from hub import intake, watch
from hub.change import Change
from hub.item import ItemId
from hub.store import Committed, Outdated, Store, Writing
from hub.store.lane import PORTION
from tests import builders

NOW = builders.TUESDAY
# When every clock of these messages has come.
LATER = NOW + timedelta(days=1)
ORDER = builders.order()
COUNT = PORTION + 20


async def filled(store: Store, count: int) -> dict[ItemId, Change]:
    """Messages that are here, and what becomes of each item when its clock comes."""
    changes = [intake.judge(builders.message(n), ORDER, NOW) for n in range(1, count + 1)]
    await store.commit([Writing(x, NOW, b"<xml>%d</xml>" % n, "test", (b"ack",)) for n, x in enumerate(changes)])
    found = await store.due(LATER, count * 2)
    return {x.id: watch.lapse(x, d, ORDER.directory, timedelta(0), LATER) for x, d in found}


async def test_more_than_one_statement_holds_lapse_together_and_each_is_written(store: Store) -> None:
    changes = await filled(store, COUNT)
    assert len(changes) >= COUNT
    assert {Committed()} == set(await store.commit([Writing(x, LATER) for x in changes.values()]))
    # One of each statement.
    for id, change in (next(iter(changes.items())), *list(changes.items())[-1:]):
        stored = await store.stored(id)
        assert stored is not None and stored.deadline is not None
        assert (2, 1, change.deadlines[0]) == (stored.item.version, stored.item.level, stored.deadline)


async def test_those_that_somebody_changed_meanwhile_are_told_their_version_and_the_others_are_written(
    store: Store,
) -> None:
    changes = await filled(store, 6)
    first, *rest = changes.values()
    await store.commit([Writing(first, LATER)])
    assert [Outdated(2), *[Committed()] * len(rest)] == await store.commit(
        [Writing(x, LATER) for x in changes.values()]
    )
    told = [line.event for line in await store.history(first.items[0].id)]
    assert 1 == told.count("deadline.warned")


async def test_of_two_decisions_about_one_item_the_first_is_written(store: Store) -> None:
    change, *_ = (await filled(store, 2)).values()
    (item,) = change.items
    other = replace(change, items=(replace(item, note="another"),), notices=(), entries=())
    assert [Committed(), Outdated(2)] == await store.commit([Writing(change, LATER), Writing(other, LATER)])
    stored = await store.stored(item.id)
    assert stored is not None
    assert (2, "") == (stored.item.version, stored.item.note)


async def test_sorts_of_changes_that_say_different_things_of_their_items_go_together(store: Store) -> None:
    one, two, *_ = (await filled(store, 2)).values()
    (item,) = two.items
    placed = replace(two, items=(replace(item, note="moved"),), deadlines=(), replaced=True)
    assert [Committed()] * 2 == await store.commit([Writing(one, LATER), Writing(placed, LATER)])
    stored = await store.stored(item.id)
    assert stored is not None and stored.deadline is not None
    # Its clock was not spoken of.
    assert (0, "moved") == (stored.deadline.step, stored.item.note)
