"""Messages that a broker brings: taken in together, each answered, none that hurts another."""

import asyncio
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import aio_pika
import psycopg
import pytest
from structlog.testing import capture_logs

from hub import broker, transport
from hub import intake as decisions
from hub.message import HerId, Message
from hub.store.migrate import migrate
from hub.transport import Condition
from tests import centre
from tests.crash import traffic
from tests.servers import postgresql as pg
from tests.servers import rabbitmq as mq
from tests.workers.conftest import Place, placed
from workers import intake, relay

ANSWERS, ERRORS = f"{traffic.PARTNER}_async", f"{traffic.PARTNER}_error"


async def accepted(place: Place) -> int:
    return (await place.hub.store.tally())["messages"].get("accepted", 0)


async def test_what_comes_is_acknowledged_by_the_way_it_came(place: Place) -> None:
    async with place.working(intake.run), place.working(relay.run):
        await place.send(centre.message(1), "first")
        answer = await place.got(ANSWERS)
    assert ("APPREC", "first", "900101") == (answer.type, answer.correlation_id, answer.headers["fromHerId"])
    assert str(UUID(int=1, version=4)) == answer.headers["X-MessageInfo-OriginalMsgId"]


async def test_a_message_that_comes_twice_is_answered_once(place: Place) -> None:
    async with place.working(intake.run) as running, place.working(relay.run):
        for amqp_id in ("first", "second"):
            await place.send(centre.message(1), amqp_id)
        await place.got(ANSWERS)
        await place.until(lambda: _counted(running.state, "received", 2))
        assert 1 == await accepted(place)
        with pytest.raises(TimeoutError):
            await place.got(ANSWERS, seconds=0.5)


async def _counted(state: dict[str, str], what: str, wanted: int) -> bool:
    return int(state.get(what, "0")) >= wanted


async def test_one_that_fails_is_parked_after_five_tries_and_its_neighbours_are_taken_in(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "AGAIN_SECONDS", 0.01)
    judged, poison = decisions.judge, str(UUID(int=3, version=4))
    tried = 0

    def judge(reading: object, *rest: object, **more: object) -> object:
        nonlocal tried
        if isinstance(reading, Message) and reading.envelope.msg_id == poison:
            tried += 1
            raise ValueError("a fault of ours")
        return judged(reading, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(decisions, "judge", judge)
    for n in range(1, 6):
        await place.send(centre.message(n), f"amqp {n}")
    async with place.working(intake.run) as running, place.working(relay.run):
        error = await place.got(ERRORS)
        await place.until(lambda: _counted(running.state, "received", 4))
    assert ("amqp 3", Condition.INTERNAL_ERROR) == (
        error.headers["originalMessageId"],
        error.headers["errorCondition"],
    )
    assert (4, ["parked"]) == (await accepted(place), [held.why for held in await place.hub.store.held()])
    assert tried == 5


async def test_what_cannot_be_taken_is_told_to_its_sender_and_kept(place: Place) -> None:
    await place.send(b"rubbish", "rubbish")
    await place.send(centre.message(1), "spoofed", fromHerId="900401")
    await place.send(centre.message(2), "unlabelled", Label="")
    async with place.working(intake.run), place.working(relay.run):
        told = {e.headers["originalMessageId"]: e for e in [await place.got(ERRORS) for _ in range(2)]}
        spoofed = await place.got("900400_error")
    assert {"rubbish", "unlabelled"} == set(told)
    assert Condition.REQUIRED_FIELD_MISSING == told["unlabelled"].headers["errorCondition"]
    assert (b"", Condition.SPOOFING_ATTACK) == (spoofed.body, spoofed.headers["errorCondition"])
    assert {"transport", "unreadable", "sender"} == {held.why for held in await place.hub.store.held()}


async def test_a_msg_id_used_again_for_other_content_is_told_once_however_often_it_is_brought(place: Place) -> None:
    other = centre.message(1, text="Noe helt annet.")
    async with place.working(intake.run) as running, place.working(relay.run):
        for raw, amqp_id in ((centre.message(1), "first"), (other, "other"), (other, "other")):
            await place.send(raw, amqp_id)
        error = await place.got(ERRORS)
        await place.until(lambda: _counted(running.state, "received", 3))
        with pytest.raises(TimeoutError):
            await place.got(ERRORS, seconds=0.5)
    assert ("other", "MsgId") == (error.headers["originalMessageId"], error.headers["errorConditionData"])
    assert ["conflict"] == [held.why for held in await place.hub.store.held()]


async def test_a_worker_that_has_lost_its_connection_makes_another(place: Place, rabbitmq: mq.Node) -> None:
    async with place.working(intake.run, "cut off") as running:
        await place.send(centre.message(1), "first")
        await place.until(lambda: _counted(running.state, "received", 1))
        await asyncio.to_thread(rabbitmq.ctl, "close_all_connections", "--vhost", "/", "test")
        async with await aio_pika.connect(rabbitmq.url) as connection:
            place.channel = await connection.channel()
            await place.send(centre.message(2), "second")
            await place.until(lambda: _counted(running.state, "received", 2))
    assert 2 == await accepted(place)


class TestAway:
    """A database of its own, which goes away."""

    @pytest.fixture
    def server(self, postgresql: pg.Postgresql) -> Iterator[pg.Postgresql]:
        with pg.running() as server:
            server.run("createdb", "hub")
            migrate(server.url("hub"))
            yield server

    async def test_while_the_database_is_away_nothing_is_fetched_and_the_connection_stays(
        self, server: pg.Postgresql, rabbitmq: mq.Node, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(intake, "AWAY_SECONDS", 0.1)
        async with placed(server.url("hub"), rabbitmq.url) as place:
            async with place.working(intake.run) as running:
                await place.send(centre.message(1), "before")
                await place.until(lambda: _counted(running.state, "received", 1))
                server.stop(signal.SIGKILL)
                with capture_logs() as told:
                    await place.send(centre.message(2), "fetched")
                    # Another part of the worker may have said before that the database is away.
                    await place.until(lambda: _told(told, "intake.paused"))
                assert "store" == running.state["trouble"]
                for n in (3, 4, 5):
                    await place.send(centre.message(n), f"meanwhile {n}")
                await place.until(lambda: _ready(place, 3))
                await asyncio.to_thread(server.start)
                await place.until(lambda: _counted(running.state, "received", 5))
                assert "disconnects" not in running.state
            assert 5 == await accepted(place)


async def _told(lines: Iterable[Mapping[str, object]], event: str) -> bool:
    return any(line["event"] == event for line in lines)


async def _ready(place: Place, wanted: int) -> bool:
    """Whether so many lie in the practice's queue that nobody has fetched."""
    queue = await place.channel.declare_queue(transport.inbound("900100"), passive=True)
    return queue.declaration_result.message_count == wanted


async def test_what_the_database_refuses_is_parked_and_its_neighbours_are_taken_in(
    place: Place, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "AGAIN_SECONDS", 0.01)
    with psycopg.connect(postgresql_url, autocommit=True) as c:
        c.execute(f"ALTER TABLE message ADD CHECK (msg_id <> '{UUID(int=3, version=4)}')")
    for n in range(1, 6):
        await place.send(centre.message(n), f"amqp {n}")
    async with place.working(intake.run) as running:
        await place.until(lambda: _counted(running.state, "received", 4))
        await place.until(lambda: _counted(running.state, "parked", 1))
    assert (4, ["parked"]) == (await accepted(place), [held.why for held in await place.hub.store.held()])


async def test_what_lies_ready_while_nothing_comes_is_fetched_over_a_new_connection(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A consumer that the broker counts, and that brings nothing."""
    monkeypatch.setattr(intake, "LOOK_SECONDS", 0.3)
    deaf = True

    async def put(self: broker.Connection, message: object) -> None:
        if not deaf:
            await heard(self, message)

    heard = broker.Connection._put
    monkeypatch.setattr(broker.Connection, "_put", put)
    monkeypatch.setattr(broker.Connection, "depth", _shown(broker.Connection.depth, lambda: deaf))
    async with place.working(intake.run) as running:
        await place.send(centre.message(1), "first")
        await place.until(lambda: _counted(running.state, "disconnects", 1))
        deaf = False
        await place.until(lambda: _counted(running.state, "received", 1))
    assert 1 == await accepted(place)


def _shown(depth: Any, deaf: Callable[[], bool]) -> Any:
    """One that has been brought to us and that we did not hear counts as ready: no broker fails so when it is asked."""

    async def shown(self: broker.Connection, queue: str) -> tuple[int, int]:
        ready, consumers = await depth(self, queue)
        return ready + deaf(), consumers

    return shown


async def test_a_practice_that_joins_while_it_runs_gets_what_is_sent_to_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its queue is made and consumed, and nothing is interrupted for it."""
    monkeypatch.setattr(intake, "LOOK_SECONDS", 0.1)
    async with place.working(intake.run) as running:
        await place.send(centre.message(1), "first")
        await place.until(lambda: _counted(running.state, "received", 1))
        (old,) = place.hub.directory.practices.values()
        new = replace(old, her_id=HerId("900199"), services={})
        directory = replace(place.hub.directory, practices={old.her_id: old, new.her_id: new})
        place.hub.order = replace(place.hub.order, directory=directory)
        await place.until(lambda: _consumed(place, "900199_async"))
        await place.send(centre.message(2), "second")
        await place.until(lambda: _counted(running.state, "received", 2))
        assert "disconnects" not in running.state


async def _consumed(place: Place, queue: str) -> bool:
    """Whether somebody consumes a queue; one that is not there yet has nobody."""
    connection = await aio_pika.connect(place.settings.broker.urls[0])
    async with connection:
        channel = await connection.channel()
        try:
            found = await channel.declare_queue(queue, passive=True)
        except aio_pika.exceptions.ChannelNotFoundEntity:
            return False
        return bool(found.declaration_result.consumer_count)
