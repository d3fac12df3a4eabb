"""How the hub is, as its operator asks: the command on real databases and a real broker, in good and bad times."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub import broker, intake, settings
from hub.broker import Connection, Sent
from hub.broker.topology import DEAD
from hub.record import Worker
from hub.store import Store, Writing
from hub.transport import Label
from tests import builders, centre
from tests.cli.conftest import Hub

TOPOLOGY = broker.topology(centre.configuration(settings.load(settings.sample()).folder).directory)
NOWHERE = '["amqp://guest:guest@127.0.0.1:1/"]'


def told(found: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(found.stdout)
    return value


def abouts(found: subprocess.CompletedProcess[bytes]) -> list[tuple[str, str]]:
    return [(x["severity"], x["about"]) for x in told(found)["findings"]]


def last(found: subprocess.CompletedProcess[bytes]) -> str:
    return found.stdout.decode().splitlines()[-1]


async def live(store: Store, *kinds: str, silent: float = 0, **state: str) -> None:
    now = datetime.now(UTC) - timedelta(seconds=silent)
    for kind in kinds:
        await store.beat(Worker(f"{kind}-1", kind, now, now, state))


async def admit(store: Store, at: datetime, label: Label | None = None) -> None:
    """Take a message in that came then; its acknowledgement goes by the broker if it has a label."""
    change = intake.judge(builders.message(), builders.order(), at)
    count = len(change.outgoing)
    await store.commit([Writing(change, at, b"raw", "test", (b"ack",) * count, (label,) * count if label else ())])


@pytest.fixture
async def store(postgresql_url: str) -> AsyncIterator[Store]:
    async with Store(postgresql_url) as opened:
        yield opened


@pytest.fixture
async def line(broker_url: str) -> AsyncIterator[Connection]:
    """A connection to a broker that has all queues."""
    async with broker.connected([broker_url], "test") as opened:
        await opened.declare(TOPOLOGY)
        yield opened


@pytest.fixture
def place(postgresql_url: str, broker_url: str) -> dict[str, str]:
    """Where the database and the broker are, as the environment says it."""
    return {"HUB_DATABASE__URL": postgresql_url, "HUB_BROKER__URLS": json.dumps([broker_url])}


async def test_an_empty_hub_without_a_broker_is_well_while_somebody_serves(hub: Hub, sqlite_url: str) -> None:
    async with Store(sqlite_url) as store:
        await live(store, "serve")
        found = await asyncio.to_thread(hub, "status", HUB_DATABASE__URL=sqlite_url)
        assert (0, b"", "well: nobody need do anything") == (found.returncode, found.stderr, last(found))
        as_json = told(await asyncio.to_thread(hub, "status", "--json", HUB_DATABASE__URL=sqlite_url))
        # One that was stopped in order takes in and tells as little as one that died.
        await store.leave("serve-1")
    gone = await asyncio.to_thread(hub, "status", HUB_DATABASE__URL=sqlite_url)
    assert (2, True) == (
        gone.returncode,
        last(gone).startswith("broken: No serve process is alive: nothing is taken in"),
    )
    assert b"Start `hub serve`. " in gone.stdout
    assert ("well", None, [], 0) == (
        as_json["verdict"],
        as_json["broker"],
        as_json["findings"],
        as_json["items"]["open"],
    )


def test_a_database_that_is_away_is_a_finding_and_no_traceback(hub: Hub) -> None:
    found = hub("status", HUB_DATABASE__URL="postgresql://hub:secret@127.0.0.1:1/hub")
    assert (2, b"") == (found.returncode, found.stderr)
    assert b"secret" not in found.stdout
    assert last(found).startswith("broken: The database cannot be used, so nothing is taken in: postgresql://hub:***@")


def test_a_database_that_was_never_migrated_is_told_the_command(hub: Hub, tmp_path: Path) -> None:
    found = hub("status", HUB_DATABASE__URL=f"sqlite:///{tmp_path}/new.db")
    assert (2, True) == (found.returncode, b"Run `hub migrate`." in found.stdout)


def test_a_broker_that_is_away_is_a_finding_and_no_traceback(hub: Hub, sqlite_url: str) -> None:
    found = hub("status", HUB_DATABASE__URL=sqlite_url, HUB_BROKER__URLS=NOWHERE)
    assert (2, b"", True) == (found.returncode, found.stderr, b"Traceback" not in found.stdout)
    assert last(found).startswith("broken: The broker cannot be reached")
    as_json = told(hub("status", "--json", HUB_DATABASE__URL=sqlite_url, HUB_BROKER__URLS=NOWHERE))
    assert (False, 9) == (as_json["broker"]["reachable"], as_json["broker"]["unseen"])


def test_a_wrong_configuration_is_no_verdict(hub: Hub) -> None:
    found = hub("status", HUB_BROKER__URLS='["http://x"]')
    assert (78, b"") == (found.returncode, found.stdout)


async def test_queues_that_are_missing_are_told_once_and_the_others_are_seen(
    hub: Hub, store: Store, place: dict[str, str], broker_url: str
) -> None:
    await live(store, "intake", "relay", "watch", "audit")
    found = await asyncio.to_thread(hub, "status", "--json", **place)
    assert (2, [("broken", "queues")]) == (found.returncode, abouts(found))
    assert {"missing"} == {queue["seen"] for queue in told(found)["broker"]["queues"]}
    async with broker.connected([broker_url], "test") as line:
        await line.declare(broker.Topology(TOPOLOGY.inbound, ()))
    await live(store, "intake", "relay", "watch", "audit")
    found = await asyncio.to_thread(hub, "status", "--json", **place)
    assert (1, [("attention", "queues")]) == (found.returncode, abouts(found))
    assert ("900100_async", "there") == (
        told(found)["broker"]["queues"][0]["queue"],
        told(found)["broker"]["queues"][0]["seen"],
    )


async def test_messages_that_nobody_takes_are_broken_until_somebody_does(
    hub: Hub, store: Store, place: dict[str, str], line: Connection
) -> None:
    await live(store, "intake", "relay", "serve", "audit")
    await send(line, "900101_async")
    found = await asyncio.to_thread(hub, "status", **place)
    assert (2, "broken: 1 message is in 900100_async, and nobody takes them.") == (found.returncode, last(found))
    await line.consume(["900100_async"], 1)
    await live(store, "intake", "relay", "serve", "audit")
    found = await asyncio.to_thread(hub, "status", **place)
    assert (0, "well: nobody need do anything") == (found.returncode, last(found))


async def test_dead_letters_and_errors_at_the_broker_are_told_with_their_queue(
    hub: Hub, store: Store, place: dict[str, str], line: Connection
) -> None:
    await live(store, "intake", "relay", "watch", "audit")
    await send(line, "900101_error")
    channel = await line._publishing.get_underlay_channel()
    await channel.basic_publish(b"dead", exchange=DEAD, routing_key="900200_dl")
    found = await asyncio.to_thread(hub, "status", "--json", **place)
    assert (1, [("attention", "900100_error"), ("attention", "900200_dl")]) == (found.returncode, abouts(found))
    assert all(f"queue={x['about']} " in x["do"] for x in told(found)["findings"])


async def test_a_worker_that_fell_silent_is_named(
    hub: Hub, store: Store, place: dict[str, str], line: Connection
) -> None:
    await live(store, "intake", "watch", "audit")
    await live(store, "relay", silent=16, sent="17")
    found = await asyncio.to_thread(hub, "status", **place)
    assert 1 == found.returncode
    assert last(found).startswith("attention: relay-1 has not said anything for 1")
    assert b"ago, SILENT  sent 17" in found.stdout


async def test_a_worker_in_trouble_is_named(hub: Hub, store: Store, place: dict[str, str], line: Connection) -> None:
    await live(store, "relay", "watch", "audit")
    await live(store, "intake", trouble="store")
    found = await asyncio.to_thread(hub, "status", **place)
    assert (2, "broken: intake-1 cannot work: it does not reach the database.") == (found.returncode, last(found))


async def test_late_items_a_waiting_document_and_what_was_put_aside_need_attention(hub: Hub, sqlite_url: str) -> None:
    hour = datetime.now(UTC) - timedelta(days=3)
    async with Store(sqlite_url) as store:
        await admit(store, hour, Label("APPREC", "101", "201", "201_async"))
        held = intake.quarantine("unreadable", (), None, hour)
        await store.commit([Writing(held, hour, b"rubbish", "test")])
        await live(store, "serve")
    found = await asyncio.to_thread(hub, "status", "--json", HUB_DATABASE__URL=sqlite_url)
    needs = [("attention", "outbox"), ("attention", "quarantine"), ("attention", "items")]
    assert [("broken", "clocks"), *needs] == abouts(found)
    as_json = told(found)
    assert (2, 2, 2, 1, 1) == (
        found.returncode,
        as_json["items"]["open"],
        as_json["items"]["late"],
        as_json["outbox"]["waiting"],
        as_json["quarantine"],
    )
    assert 3 * 86_400 <= as_json["outbox"]["oldest_seconds"] < 4 * 86_400
    words = (await asyncio.to_thread(hub, "status", HUB_DATABASE__URL=sqlite_url)).stdout.decode()
    assert "2 open, 2 late, the longest for " in words and "1 late in " in words
    assert words.splitlines()[-1].endswith("And 3 more.")


async def test_a_parked_document_needs_attention(hub: Hub, sqlite_url: str) -> None:
    now = datetime.now(UTC)
    async with Store(sqlite_url) as store:
        await admit(store, now, Label("APPREC", "101", "201", "201_async"))
        (claimed,) = await store.relay(now, now + timedelta(seconds=60), 10)
        await store.put_off([(claimed, "unroutable", None)], now)
        await live(store, "serve")
    found = await asyncio.to_thread(hub, "status", "--json", HUB_DATABASE__URL=sqlite_url)
    assert (1, [("attention", "parked")], 1) == (found.returncode, abouts(found), told(found)["outbox"]["parked"])
    assert "hub dead list" in told(found)["findings"][0]["do"]


async def send(line: Connection, queue: str) -> None:
    label = Label("DIALOG_HELSEFAGLIG", "900201", "900101", queue)
    assert Sent.CONFIRMED is await line.publish(label, b"<xml/>", "id", "900201_async", datetime.now(UTC))


@pytest.mark.parametrize("kind", ["intake", "relay"])
def test_a_worker_that_needs_a_broker_says_so(hub: Hub, kind: str) -> None:
    found = hub("worker", kind)
    assert (78, b"") == (found.returncode, found.stdout)
    assert b"broker.urls: is empty" in found.stderr and b"Traceback" not in found.stderr


def test_a_worker_of_no_kind_is_told_the_kinds(hub: Hub) -> None:
    found = hub("worker", "postman")
    assert (2, True) == (found.returncode, b"'intake', 'relay'" in found.stderr)


def test_help_tells_what_each_worker_is_for(hub: Hub) -> None:
    told = " ".join(hub("worker", "--help").stdout.decode().split())
    assert all(
        word in told
        for word in ("intake takes", "relay brings", "watch lets", "audit proves", "SIGTERM", "broker.urls")
    )


async def test_a_worker_process_lives_and_stops_in_order(
    hub: Hub, store: Store, place: dict[str, str], line: Connection
) -> None:
    """The command becomes the process: its signals and its exit code are the command's own."""
    words = [sys.executable, "-m", "hub.cli", "worker", "relay", "--config", str(settings.sample())]
    process = await asyncio.create_subprocess_exec(
        *words, env={**os.environ, **place}, stderr=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(60):
        while not await store.workers():
            await asyncio.sleep(0.05)
        assert ["relay"] == [worker.kind for worker in await store.workers()]
        process.send_signal(signal.SIGTERM)
        assert 0 == await process.wait()
    assert [] == await store.workers()
