"""An inbox that left the directory between two starts leaves nothing behind it."""

from dataclasses import replace
from pathlib import Path

from hub.directory import InboxId, PersonId
from hub.service import Delivery
from tests import centre

PILE = InboxId("koordinator")


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
