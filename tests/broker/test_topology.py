"""Every queue keeps what it has: nothing is dropped to make room, and what is dead lies where somebody looks."""

import json
from dataclasses import replace
from itertools import islice
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractQueue
from hypothesis import given
from hypothesis import strategies as st

from hub import broker, settings
from hub.broker import Sent
from hub.broker.topology import DEAD, DELIVERY_LIMIT, EXCHANGE, Queue, Topology, definitions
from hub.directory import Directory, Partner, Practice, Service
from hub.message import HerId
from hub.transport import inbound
from tests import builders, centre
from tests.broker.place import Place, arrived
from tests.servers import rabbitmq as mq

NOW = builders.TUESDAY


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """Any number of practices and partners, each with any number of services."""
    known = builders.directory()
    numbers = iter(draw(st.lists(st.integers(1, 10**8).map(str).map(HerId), min_size=1, max_size=20, unique=True)))
    practices, partners = {}, {}
    while her_id := next(numbers, None):
        services = {id: Service(id, "Service") for id in islice(numbers, draw(st.integers(0, 3)))}
        if draw(st.booleans()):
            practices[her_id] = replace(known.practices[builders.OURS], her_id=her_id, services=services)
        else:
            partners[her_id] = replace(known.partners[builders.PARTNER], her_id=her_id, services=services)
    return replace(known, practices=practices, partners=partners)


def sample() -> Directory:
    return centre.configuration(settings.load(settings.sample()).folder).directory


def living(found: Topology) -> list[Queue]:
    return [queue for queue in found.queues if queue.dead is not None]


def led(found: Topology, exchange: str, key: str) -> list[str]:
    """The queues to which an address leads."""
    return [queue.name for queue in found.queues if queue.exchange == exchange and key in queue.keys]


def test_the_queues_are_named_by_her_ids() -> None:
    found = broker.topology(builders.directory())
    assert ["100_async"] == [queue.name for queue in found.inbound]
    assert {"200_async", "100_error", "200_error", "100_dl", "200_dl"} == {queue.name for queue in found.others}


@given(directories())
def test_no_queue_is_declared_twice(directory: Directory) -> None:
    names = [queue.name for queue in broker.topology(directory).queues]
    assert len(names) == len(set(names))


def whole(found: Topology) -> bool:
    """Whether each queue has all of this: each is needed, or the broker drops what is dead without a word."""
    for queue in living(found):
        assert {
            "x-queue-type": "quorum",
            "x-overflow": "reject-publish",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": DEAD,
            "x-dead-letter-strategy": "at-least-once",
            "x-dead-letter-routing-key": queue.dead,
        } == queue.arguments
        assert queue.dead is not None
        assert [queue.dead] == led(found, DEAD, queue.dead)
    return bool(living(found)) or not found.queues


@given(directories())
def test_whatever_is_dead_lies_in_one_queue_for_sure(directory: Directory) -> None:
    assert whole(broker.topology(directory))


def test_whatever_is_dead_in_the_sample_centre_lies_in_one_queue_for_sure() -> None:
    assert whole(broker.topology(sample()))


@given(directories())
def test_dead_letters_are_kept_for_ever_and_declared_first(directory: Directory) -> None:
    queues = broker.topology(directory).queues
    dead = [queue for queue in queues if queue.dead is None]
    assert dead == list(queues[: len(dead)])
    arguments = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}
    assert all(arguments == queue.arguments and DEAD == queue.exchange for queue in dead)


@given(directories())
def test_a_party_is_reached_by_its_own_her_id_and_by_each_of_its_services(directory: Directory) -> None:
    found = broker.topology(directory)
    parties: list[Practice | Partner] = [*directory.practices.values(), *directory.partners.values()]
    for party in parties:
        for her_id in (party.her_id, *party.services):
            assert [f"{party.her_id}_async"] == led(found, EXCHANGE, f"{her_id}_async")
            assert [f"{party.her_id}_error"] == led(found, EXCHANGE, f"{her_id}_error")


def test_a_party_that_is_its_own_service_is_reached_once() -> None:
    known = builders.directory()
    practice = known.practices[builders.OURS]
    alone = replace(practice, services={practice.her_id: Service(practice.her_id, "Centre")})
    found = broker.topology(replace(known, practices={alone.her_id: alone}))
    assert ("100_async",) == found.inbound[0].keys


def test_what_is_written_out_for_a_broker_is_what_is_declared() -> None:
    found = broker.topology(sample())
    written = json.loads(json.dumps(definitions(found)))
    assert [EXCHANGE, DEAD] == [exchange["name"] for exchange in written["exchanges"]]
    assert [(q.name, q.arguments) for q in found.queues] == [(q["name"], q["arguments"]) for q in written["queues"]]
    assert [(q.exchange, q.name, key) for q in found.queues for key in q.keys] == [
        (b["source"], b["destination"], b["routing_key"]) for b in written["bindings"]
    ]


async def test_a_broker_that_imported_the_definitions_has_what_the_workers_declare(
    rabbitmq: mq.Node, place: Place
) -> None:
    found = broker.topology(place.directory)
    file = rabbitmq.folder / "definitions.json"
    file.write_text(json.dumps(definitions(found)))
    rabbitmq.ctl("import_definitions", str(file))
    async with broker.connected([rabbitmq.url], "test") as line:
        assert Sent.CONFIRMED == await line.publish(place.label(inbound(place.service)), b"<xml/>", "id-1", "", NOW)
        await line.declare(found)
        await line.consume([place.taken], 10)
        assert ["id-1"] == [each.origin.id for each in await arrived(line)]


async def rejected(queue: AbstractQueue, requeue: bool) -> None:
    message: Any = await queue.get(timeout=10)
    await message.reject(requeue=requeue)


async def test_what_is_refused_lies_among_the_dead_letters_of_its_owner(
    rabbitmq: mq.Node, line: broker.Connection, place: Place
) -> None:
    await line.publish(place.label(inbound(place.service)), b"<xml/>", "id-1", "", NOW)
    async with await aio_pika.connect(rabbitmq.url) as other:
        channel = await other.channel()
        await rejected(await channel.get_queue(place.taken), requeue=False)
    await line.consume([f"{place.practice}_dl"], 10)
    (found,) = await arrived(line)
    assert ("id-1", b"<xml/>") == (found.origin.id, found.body)


async def test_what_comes_back_again_and_again_is_dead_in_the_end(
    rabbitmq: mq.Node, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(broker.topology.__globals__, "DELIVERY_LIMIT", 20)
    async with broker.connected([rabbitmq.url], "test") as line, await aio_pika.connect(rabbitmq.url) as other:
        await line.declare(broker.topology(place.directory))
        await line.publish(place.label(inbound(place.service)), b"<xml/>", "id-1", "", NOW)
        queue = await (await other.channel()).get_queue(place.taken)
        for _ in range(21):
            await rejected(queue, requeue=True)
        await line.consume([f"{place.practice}_dl"], 10)
        assert ["id-1"] == [each.origin.id for each in await arrived(line)]
