"""A broker that has no memory left takes nothing: what it holds is taken in all the same, and answered afterwards."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from hub.status import BLOCKED, TROUBLE
from hub.store.tables import attempt
from tests import centre
from tests.crash import traffic
from tests.servers import rabbitmq as mq
from tests.workers.conftest import placed
from workers import intake, relay

COUNT = 60


@pytest.fixture
def node() -> Iterator[mq.Node]:
    """A broker of the test's own."""
    with mq.running() as cluster:
        yield cluster.nodes[0]


@pytest.mark.slow
async def test_what_lies_in_a_broker_without_memory_is_taken_in_and_its_answers_wait(
    postgresql_url: str, node: mq.Node
) -> None:
    async with placed(postgresql_url, node.url) as place:
        for n in range(COUNT):
            await place.send(centre.message(n), f"amqp {n}")
        node.ctl("set_vm_memory_high_watermark", "0.00001")

        async def accepted() -> bool:
            return (await place.hub.store.tally())["messages"].get("accepted", 0) == COUNT

        async def stopped() -> bool:
            return sending.state.get(TROUBLE) == BLOCKED

        async with place.working(intake.run) as taking, place.working(relay.run, "relay") as sending:
            await place.until(accepted, 20)
            await place.until(stopped, 20)
            assert "disconnects" not in taking.state
            node.ctl("set_vm_memory_high_watermark", "0.4")
            answers = [await place.got(f"{traffic.PARTNER}_async", 40) for _ in range(COUNT)]
        assert {f"amqp {n}" for n in range(COUNT)} <= {answer.correlation_id for answer in answers}
        tries = await place.hub.store._readers.run(
            lambda c: c.execute(select(func.count()).select_from(attempt)).scalar_one()
        )
        assert COUNT <= tries <= 3 * COUNT
        assert [] == await place.hub.store.parked()
