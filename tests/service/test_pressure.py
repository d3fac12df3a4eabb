"""That more is due than can be done is said once an hour of each inbox, however many watch."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub import pressure
from hub.courier import wording
from hub.directory import Directory, InboxId
from hub.dispatch import Kind
from hub.message import HerId
from hub.store import Store
from hub.workload import Pressing
from tests import builders

TEAM, DUTY = InboxId("team"), InboxId("duty")
# Half a minute before the hour strikes.
BEFORE = builders.TUESDAY + timedelta(hours=1, minutes=59, seconds=30)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def pressed(monkeypatch: pytest.MonkeyPatch) -> list[InboxId]:
    """The inboxes in which more is due than can be done, all the time."""
    inboxes = [TEAM]

    async def found(
        store: Store, directory: Directory, now: datetime, practices: Collection[HerId] | None = None
    ) -> tuple[Pressing, ...]:
        return tuple(Pressing(id, 6, now, 1, 10 * MINUTE, MINUTE) for id in inboxes)

    monkeypatch.setattr(pressure, "found", found)
    return inboxes


async def told(store: Store, now: datetime) -> list[str]:
    """Of which inboxes it is said."""
    return [x.inbox for x in await pressure.told(store, builders.directory(), now)]


async def test_it_is_said_again_when_an_hour_has_passed_and_not_when_the_hour_strikes(
    url: str, pressed: list[InboxId]
) -> None:
    async with Store(url) as store:
        after = [timedelta(0), MINUTE, 59 * MINUTE, 60 * MINUTE, 61 * MINUTE, 119 * MINUTE, 150 * MINUTE, 180 * MINUTE]
        said = [passed for passed in after if await told(store, BEFORE + passed)]
        assert [timedelta(0), 60 * MINUTE, 150 * MINUTE] == said


async def test_each_inbox_has_an_hour_of_its_own(url: str, pressed: list[InboxId]) -> None:
    async with Store(url) as store:
        assert [TEAM] == await told(store, BEFORE)
        pressed.append(DUTY)
        assert [DUTY] == await told(store, BEFORE + 30 * MINUTE)
        assert [TEAM] == await told(store, BEFORE + 60 * MINUTE)
        assert [DUTY] == await told(store, BEFORE + 90 * MINUTE)


async def test_however_many_watch_it_is_said_once(url: str, pressed: list[InboxId]) -> None:
    """Their clocks differ by some seconds, and neither the first time nor any later one is said twice."""
    async with Store(url) as one, Store(url) as two, Store(url) as three:
        for begun in (BEFORE, BEFORE + 61 * MINUTE):
            asked = enumerate([one, two, three] * 4)
            said = await asyncio.gather(*(told(x, begun + timedelta(seconds=n)) for n, x in asked))
            assert [TEAM] == [inbox for inboxes in said for inbox in inboxes]


async def test_the_coordinator_is_told_in_the_journal_and_by_mail_as_one(url: str, pressed: list[InboxId]) -> None:
    known = builders.directory()
    head = replace(
        known.inboxes[InboxId("coordinator")], mail=("head@x.example",), webhooks=("duty",), alertmanager=True
    )
    directory = replace(known, inboxes={**known.inboxes, head.id: head})
    async with Store(url) as store:
        for passed in (timedelta(0), MINUTE, 60 * MINUTE):
            await pressure.told(store, directory, BEFORE + passed)
        lines = [x for x in await store.journal(0, ["coordinator"]) if x.event == "load.pressing"]
        assert [BEFORE, BEFORE + 60 * MINUTE] == [x.at for x in lines]
        later = BEFORE + 61 * MINUTE
        sent = await store.dispatches.claim(later, later + MINUTE, 10, lambda x: later)
        assert [("mail", "head@x.example"), ("webhook", "duty")] * 2 == [(x.way, x.target) for x in sent]
        (line,) = sent[0].content.lines
        assert (Kind.PRESSING, TEAM, 6, ()) == (line.kind, line.inbox, line.count, line.items)
        assert 4 == len({x.key for x in sent})
        assert "For mye på kort tid: 6 saker har frist snart" in wording.text(sent[0].content, "")
