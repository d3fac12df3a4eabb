"""A message whose properties are no AMQP hurts nobody who comes with it."""

import asyncio
import time

from hub.broker import properties
from hub.broker.topology import EXCHANGE
from tests import centre
from tests.broker.test_leniency import WIRE, WRONG
from tests.crash import traffic
from tests.workers.conftest import Place
from workers import intake, relay


async def test_neighbours_of_one_that_is_not_utf_8_are_answered_as_if_it_were_not_there(place: Place) -> None:
    async with place.working(intake.run) as running, place.working(relay.run, "relay"):
        await _publish(place, centre.message(1), WIRE.replace(*WRONG["a type in another encoding"][:2]))
        began = time.monotonic()
        for n in range(2, 12):
            await place.send(centre.message(n), f"amqp {n}")
        answers = [await place.got(f"{traffic.PARTNER}_async") for _ in range(11)]
        assert {f"amqp {n}" for n in range(2, 12)} | {"evil"} == {answer.correlation_id for answer in answers}
        assert "disconnects" not in running.state
        assert time.monotonic() - began < 10


async def _publish(place: Place, raw: bytes, wire: bytes) -> None:
    channel = await place.channel.get_underlay_channel()
    await asyncio.wait_for(
        channel.basic_publish(
            raw,
            exchange=EXCHANGE,
            routing_key=f"{traffic.OURS}_async",
            properties=properties.Properties("evil", wire),
            mandatory=True,
        ),
        10,
    )
