"""Where open items lie, whose they are and who has them."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from hub import desk, intake
from hub.desk import Act
from hub.directory import InboxId
from hub.item import Action, Item, ItemId, Outcome
from hub.record import Lying
from hub.store import Committed, Store, Writing, engine, migrate
from tests import builders

NOW = builders.TUESDAY
TEAM, COORDINATOR = builders.TEAM
BERG = InboxId("berg")


async def arrive(store: Store, *numbers: int) -> list[Item]:
    """Messages to the team, each with a copy to the GP."""
    judged = [intake.judge(builders.message(n), builders.order(), NOW) for n in numbers]
    await store.commit([Writing(x, NOW, b"raw", "test", tuple(b"ack" for _ in x.outgoing)) for x in judged])
    return [await found(store, x.items[0]) for x in judged]


async def found(store: Store, x: Item) -> Item:
    stored = await store.stored(x.id)
    assert stored is not None
    return stored.item


async def move(store: Store, x: Item, inbox: InboxId, home: InboxId | None) -> Item:
    change = desk.act(x, (), Act(Action.CLAIM), builders.NURSE, NOW)
    moved = replace(x, inbox=inbox, home=home)
    assert [Committed()] == await store.commit([Writing(replace(change, entries=(), items=(moved,)), NOW)])
    return await found(store, x)


async def act(store: Store, x: Item, action: Action, at: datetime = NOW) -> None:
    change = desk.act(x, (), Act(action, outcome=Outcome.HOME_VISIT), builders.NURSE, at)
    assert [Committed()] == await store.commit([Writing(change, at)])


async def test_an_item_knows_the_inbox_that_it_belongs_to(store: Store) -> None:
    (x,) = await arrive(store, 1)
    assert (TEAM, None) == (x.inbox, x.home)
    x = await move(store, x, COORDINATOR, TEAM)
    assert (COORDINATOR, TEAM) == (x.inbox, x.home)
    assert [x] == [line.item for line in await store.lines(COORDINATOR)]
    assert (TEAM, None) == ((y := await move(store, x, TEAM, None)).inbox, y.home)


async def test_what_may_have_to_move_is_told_by_how_it_lies(store: Store) -> None:
    first, second, third, ended = await arrive(store, 1, 2, 3, 4)
    assert [] == await store.lying([])
    assert [Lying(BERG)] == await store.lying([BERG, COORDINATOR])
    await move(store, first, COORDINATOR, TEAM)
    await move(store, second, COORDINATOR, TEAM)
    await act(store, third, Action.CLAIM)
    await act(store, await move(store, ended, COORDINATOR, TEAM), Action.CLOSE)
    home, taken = Lying(COORDINATOR, TEAM), Lying(TEAM, None, builders.NURSE.id)
    assert {home, taken} == {*await store.lying([])}
    assert [home, taken, Lying(BERG)] == await store.lying([BERG])
    assert {first.id, second.id} == {x.id for x in await store.lying_so(home, ItemId(""), 10)}


async def test_items_that_lie_alike_come_by_their_ids(store: Store) -> None:
    await arrive(store, *range(7))
    alike = Lying(TEAM)
    everything = [x.id for x in await store.lying_so(alike, ItemId(""), 10)]
    first = [x.id for x in await store.lying_so(alike, ItemId(""), 4)]
    rest = [x.id for x in await store.lying_so(alike, first[-1], 4)]
    assert (7, sorted(everything), everything) == (len(everything), everything, first + rest)


async def test_when_an_item_was_taken_the_last_time(store: Store) -> None:
    (x, other) = await arrive(store, 1, 2)
    for minutes in (1, 5):
        at = NOW + timedelta(minutes=minutes)
        await act(store, await found(store, x), Action.CLAIM, at)
        await act(store, await found(store, x), Action.RELEASE, at)
    assert {x.id: NOW + timedelta(minutes=5)} == await store.claimed([x.id, other.id])


async def test_what_was_stored_before_lies_at_home(url: str) -> None:
    """The step to this version's tables, and the way back, lose no item."""
    made = create_engine(engine.address(url))
    async with Store(url) as store:
        (x,) = await arrive(store, 1)
    with made.begin() as c:
        config = Config()
        config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
        config.attributes["connection"] = c
        command.downgrade(config, "0004")
        assert [x.id] == list(c.execute(text("SELECT id FROM item WHERE inbox = 'team'")).scalars())
    made.dispose()
    migrate.migrate(url)
    async with Store(url) as store:
        assert x == await found(store, x)
