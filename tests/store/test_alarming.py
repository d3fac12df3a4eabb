"""What is broken in the hub itself is told once when it begins, once an hour, and once when it is over."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub import distress
from hub.directory import Directory, InboxId
from hub.dispatch import Claimed, Dispatch, Kind, Overdue, Way
from hub.store import Store, alarming
from tests import builders

NOW, SECOND, HOUR = builders.TUESDAY, timedelta(seconds=1), timedelta(hours=1)
PAUSE = 15 * SECOND


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with Store(url) as opened:
        yield opened


def directory(**asked: object) -> Directory:
    """Operations have asked to be told so."""
    found = builders.directory()
    inbox = replace(found.inboxes[InboxId("operations")], **asked)  # type: ignore[arg-type]
    return replace(found, inboxes={**found.inboxes, inbox.id: inbox})


ASKED = directory(webhooks=("ops",), mail=("ops@x.example",), alertmanager=True)


async def tell(store: Store, now: datetime, about: str = "relay", asked: Directory = ASKED) -> int:
    def make(since: datetime) -> Iterator[Dispatch]:
        return distress.broken(about, since, asked, now)

    return await store.note(alarming.tell, about, make, now, PAUSE)


async def end(store: Store, now: datetime, about: str = "relay") -> int:
    return await store.note(alarming.end, about, lambda since: distress.mended(about, since, ASKED, now), now)


async def due(store: Store, now: datetime) -> list[Claimed]:
    return await store.dispatches.claim(now, now + HOUR, 10, lambda _: now)


async def test_however_many_see_it_each_target_is_told_once(store: Store) -> None:
    assert [3, 0, 0] == [await tell(store, NOW + n * SECOND) for n in range(3)]
    told = await due(store, NOW + 3 * SECOND)
    assert {Way.WEBHOOK: "ops", Way.MAIL: "ops@x.example", Way.ALERTMANAGER: "finding relay"} == {
        x.way: x.target for x in told
    }
    (line,) = {line for x in told for line in x.content.lines}
    assert ("operations", Kind.BROKEN, True, "relay", ()) == (
        line.inbox,
        line.kind,
        line.urgent,
        line.about,
        line.items,
    )


async def test_who_freezes_in_the_midst_of_a_decision_holds_nobody_up(postgresql_url: str) -> None:
    frozen = threading.Event()
    async with Store(postgresql_url) as other, Store(postgresql_url) as store:
        writing = asyncio.create_task(other.mend(lambda _: frozen.wait(20)))
        await asyncio.sleep(0.2)
        async with asyncio.timeout(5):
            assert 3 == await tell(store, NOW)
        frozen.set()
        await writing


async def test_several_who_see_it_at_the_same_time_tell_once(store: Store) -> None:
    assert [0, 0, 0, 3] == sorted(await asyncio.gather(*(tell(store, NOW) for _ in range(4))))


async def test_it_is_told_again_each_hour_while_it_lasts(store: Store) -> None:
    # The alert goes on by itself.
    assert [3, 0, 2, 0] == [await tell(store, NOW + n * HOUR / 2) for n in (0, 1, 2, 3)]


async def test_that_it_works_again_is_told_once_and_ends_the_alert(store: Store) -> None:
    await tell(store, NOW)
    for x in await due(store, NOW):
        await store.dispatches.sent(x, NOW, NOW + HOUR if x.way is Way.ALERTMANAGER else None)
    assert Overdue(1, NOW) == await store.dispatches.overdue(InboxId("finding relay"), NOW)
    assert [3, 0] == [await end(store, NOW + SECOND), await end(store, NOW + SECOND)]
    told = await due(store, NOW + SECOND)
    kinds = {x.way: x.content.lines[0].kind for x in told}
    assert {Way.WEBHOOK: Kind.MENDED, Way.MAIL: Kind.MENDED, Way.ALERTMANAGER: Kind.BROKEN} == kinds
    assert Overdue() == await store.dispatches.overdue(InboxId("finding relay"), NOW)
    assert frozenset() == await store.look(alarming.raised)


async def test_what_breaks_anew_is_told_anew_but_not_at_once(store: Store) -> None:
    await tell(store, NOW)
    await end(store, NOW + SECOND)
    assert [0, 3] == [await tell(store, NOW + 2 * SECOND), await tell(store, NOW + SECOND + PAUSE)]
    assert frozenset({"relay"}) == await store.look(alarming.raised)


async def test_what_was_never_told_has_no_end(store: Store) -> None:
    assert 0 == await end(store, NOW)


async def test_where_nobody_asked_nobody_is_told(store: Store) -> None:
    assert 0 == await tell(store, NOW, asked=builders.directory())


@pytest.mark.parametrize("about", ["Kari Nordmann", "01864612632", "relay 01864612632"])
def test_only_what_a_finding_may_be_about_is_told(about: str) -> None:
    with pytest.raises(ValueError, match="sorts of processes"):
        list(distress.broken(about, NOW, ASKED, NOW))
