"""What costs its handler the life too often is put aside; what was taken in before it did is not."""

from dataclasses import replace
from pathlib import Path

from hub.account import SystemAccount
from hub.service import BROKER, Delivery
from tests import builders, centre

ORIGIN = replace(builders.ORIGIN, from_her_id="900200", to_her_id="900101")


def delivery(raw: bytes) -> Delivery:
    return Delivery(raw, SystemAccount(f"{BROKER}900200", "", frozenset(), any=True), ORIGIN)


async def test_what_was_taken_in_before_its_handler_died_is_not_put_aside(tmp_path: Path) -> None:
    async with centre.hub(tmp_path) as hub:
        await hub.receive([delivery(centre.message(1))], hub.clock.now())
        before = await hub.store.tally()
        assert not await hub.park(delivery(centre.message(1)), hub.clock.now())
        assert before == await hub.store.tally()


async def test_what_was_put_aside_before_is_not_put_aside_once_more(tmp_path: Path) -> None:
    async with centre.hub(tmp_path) as hub:
        await hub.receive([delivery(b"rubbish")], hub.clock.now())
        assert not await hub.park(delivery(b"rubbish"), hub.clock.now())
        assert ["unreadable"] == [held.why for held in await hub.store.held()]


async def test_what_never_came_further_is_put_aside_and_its_sender_is_told(tmp_path: Path) -> None:
    async with centre.hub(tmp_path) as hub:
        assert await hub.park(delivery(centre.message(1)), hub.clock.now())
        assert ["parked"] == [held.why for held in await hub.store.held()]
        assert 1 == (await hub.store.waiting(hub.clock.now()))[0]
