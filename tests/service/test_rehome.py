"""An inbox that left the directory between two starts leaves nothing behind it, and nothing for other practices."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from hub import registry, resources
from hub.desk import Act
from hub.directory import InboxId, PersonId
from hub.errors import Unavailable
from hub.item import Action
from hub.message import Message
from hub.outcome import Accepted
from hub.record import Stored
from hub.registry import Configuration
from hub.service import Delivery, Hub, open_hub
from hub.store.tables import body
from tests import centre
from tests.wire.builders import copy, dialogue, ident, note, organisation, wanted

PILE = InboxId("koordinator")
# Two practices of the sample region.
VARDO = organisation("Legekontoret i Vardø", ident("910110"), inner=organisation("Fastlegetjeneste", ident("910111")))
VADSO = organisation("Legekontoret i Vadsø", ident("910210"), inner=organisation("Fastlegetjeneste", ident("910211")))
HOSPITAL = organisation("Sykehuset i Hammerfest", ident("920100"), inner=organisation("Indremedisin", ident("920101")))
AT_VARDO, AT_VADSO = InboxId("vardo-koordinator"), InboxId("vadso-koordinator")
VARDO_TEAM, VADSO_TEAM, DUTY = InboxId("vardo-helseteam"), InboxId("vadso-helseteam"), InboxId("vadso-vakt")


async def test_open_items_of_an_inbox_that_is_gone_lie_with_the_coordinator(tmp_path: Path) -> None:
    async with centre.hub(tmp_path) as hub:
        exchange = next(s for s in hub.accounts.systems.values() if s.any)
        now = hub.clock.now()
        await hub.receive([Delivery(centre.message(n), exchange) for n in range(70)], now)
        directory = hub.directory
        left = {id: inbox for id, inbox in directory.inboxes.items() if id != centre.TEAM}
        hub.order = replace(hub.order, directory=replace(directory, inboxes=left))
        assert 70 == await hub.rehome(now)
        lines = await hub.store.lines(PILE, limit=100)
        assert ([True] * 70, 0) == ([line.running for line in lines], await hub.rehome(now))
        told = await hub.store.history(lines[0].item.id)
        assert ["message.accepted", "item.rehomed"] == [t.event for t in told]
        coordinator = hub.directory.people[PersonId("berit.dahl")]
        assert PILE == (await hub.open(lines[0].item.id, coordinator)).item.inbox


@cache
def region() -> Configuration:
    return registry.load(resources.folder("sample").parent / "finnmark")


def without(*gone: InboxId) -> Configuration:
    """The region after these inboxes have left it."""
    known = region().directory
    left = {id: inbox for id, inbox in known.inboxes.items() if id not in gone}
    return replace(region(), directory=replace(known, inboxes=left))


@asynccontextmanager
async def started(folder: Path, found: Configuration) -> AsyncIterator[Hub]:
    """A process of the region starts on the folder's database."""
    async with open_hub(centre.configured(folder), found, centre._readers[0]) as hub:
        yield hub


async def receive(hub: Hub, n: int, receiver: str, others: str = "") -> None:
    """A message that asks for a nurse, which is for the team of whoever it is addressed to."""
    raw = dialogue(
        msg_id=str(UUID(int=n, version=4)),
        sender=HOSPITAL,
        receiver=f"<Receiver>{receiver}</Receiver>",
        others=others,
        body=note(rest=wanted("", "SP")),
    )
    exchange = next(s for s in hub.accounts.systems.values() if s.any)
    (outcome,) = await hub.receive([Delivery(raw, exchange)], hub.clock.now())
    assert isinstance(outcome, Accepted)


async def lying(hub: Hub, *inboxes: InboxId) -> list[int]:
    return [len(await hub.store.lines(inbox)) for inbox in inboxes]


async def test_what_two_practices_got_each_keeps_its_own_of_when_an_inbox_is_gone_after_a_start(tmp_path: Path) -> None:
    async with started(tmp_path, region()) as hub:
        await receive(hub, 1, VARDO, copy(VADSO))
        assert [1, 1] == await lying(hub, VARDO_TEAM, VADSO_TEAM)
    async with started(tmp_path, without(VADSO_TEAM)) as hub:
        assert [1, 0, 0, 1] == await lying(hub, VARDO_TEAM, AT_VARDO, VADSO_TEAM, AT_VADSO)


async def test_what_only_one_practice_can_have_got_speaks_for_what_else_lay_in_the_inbox(tmp_path: Path) -> None:
    """Both teams are gone, so that of the first message alone nobody could say whose which item was."""
    async with started(tmp_path, region()) as hub:
        await receive(hub, 1, VARDO, copy(VADSO))
        await receive(hub, 2, VADSO)
    async with started(tmp_path, without(VARDO_TEAM, VADSO_TEAM)) as hub:
        assert [1, 2] == await lying(hub, AT_VARDO, AT_VADSO)


async def test_where_an_item_has_been_tells_whose_it_is_without_its_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started(tmp_path, region()) as hub:
        await receive(hub, 1, VARDO, copy(VADSO))
        (line,) = await hub.store.lines(VADSO_TEAM)
        who = next(p for p in hub.directory.people.values() if VADSO_TEAM in p.inboxes)
        await hub.act(line.item.id, Act(Action.HAND_ON, to=DUTY), line.item.version, who, hub.clock.now())
    async with started(tmp_path, region()) as hub:
        hub.order = replace(hub.order, directory=without(DUTY).directory)
        monkeypatch.setattr(hub, "_message", unreadable)
        assert (1, [0, 1]) == (await hub.rehome(hub.clock.now()), await lying(hub, DUTY, AT_VADSO))


async def test_a_message_that_cannot_be_read_any_more_keeps_no_process_from_starting(tmp_path: Path) -> None:
    async with started(tmp_path, region()) as hub:
        await receive(hub, 1, VADSO)
        await hub.store._writer.run(lambda c: c.execute(delete(body)).rowcount)
    with capture_logs() as logs:
        async with started(tmp_path, without(VADSO_TEAM)) as hub:
            first = hub.directory.pile(next(iter(hub.directory.practices))).id
            assert [0, 1] == await lying(hub, VADSO_TEAM, first)
    assert ["message.unread", "inbox.ownerless", "items.rehomed"] == [x["event"] for x in logs][-3:]


async def unreadable(_: Stored) -> Message:
    raise Unavailable("too old to be kept")
