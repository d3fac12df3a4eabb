"""Workers as processes: they may start before everything else, say how they are, and stop in order."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from hub import broker, settings
from tests import centre
from tests.chaos.link import Fault, link
from tests.crash import traffic
from tests.servers import rabbitmq as mq

pytestmark = pytest.mark.journey


@asynccontextmanager
async def worker(kind: str, log: Path, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker as its supervisor starts it."""
    own = {**os.environ, "HUB_CONFIG": str(settings.sample()), **environment}
    with log.open("wb") as out:
        words = (sys.executable, "-m", "workers", kind)
        process = await asyncio.create_subprocess_exec(*words, env=own, stderr=out)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def told(log: Path, event: str, seconds: float = 40.0) -> None:
    """Wait until a process has said something."""
    until = asyncio.get_running_loop().time() + seconds
    while event not in log.read_text():
        assert asyncio.get_running_loop().time() < until, f"{event} is not in {log.read_text()[-3000:]}"
        await asyncio.sleep(0.05)


async def health(port: int) -> int:
    """What the probe answers."""

    def ask() -> int:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                return int(answer.status)
        except HTTPError as fault:
            return fault.code

    return await asyncio.to_thread(ask)


async def test_an_intake_starts_before_database_and_broker_and_works_when_they_come(
    postgresql_url: str, rabbitmq: mq.Node, tmp_path: Path, free_port: int
) -> None:
    topology = broker.topology(centre.configuration(settings.load(settings.sample()).folder).directory)
    await traffic.swept((rabbitmq.url,), topology)
    port, log = urlsplit(postgresql_url).port, tmp_path / "log"
    assert port is not None
    async with link("database", port) as database, link("broker", rabbitmq.port) as way:
        database.fail(Fault.CUT)
        way.fail(Fault.CUT)
        given = {
            "HUB_DATABASE__URL": postgresql_url.replace(f":{port}/", f":{database.port}/"),
            "HUB_BROKER__URLS": f'["amqp://guest:guest@127.0.0.1:{way.port}/"]',
            "HUB_WORKER__HEALTH_PORT": str(free_port),
        }
        async with worker("intake", log, **given) as process:
            await told(log, "process.waits")
            assert 503 == await health(free_port)
            database.fail(Fault.NONE)
            await told(log, "process.started")
            await told(log, "broker.lost")
            assert 503 == await health(free_port)
            way.fail(Fault.NONE)
            await told(log, "broker.connected")
            assert 200 == await health(free_port)
            ledger = traffic.Ledger()
            async with traffic.partner(rabbitmq.url, ledger, 1) as partner:
                await partner.send()
            await told(log, "messages.received")
            process.send_signal(signal.SIGTERM)
            assert 0 == await asyncio.wait_for(process.wait(), 15)
    assert "process.stopped" in log.read_text()


async def test_a_watch_whose_database_goes_away_says_so_and_works_on_when_it_is_back(
    postgresql_url: str, tmp_path: Path, free_port: int
) -> None:
    port, log = urlsplit(postgresql_url).port, tmp_path / "log"
    assert port is not None
    async with link("database", port) as database:
        url = postgresql_url.replace(f":{port}/", f":{database.port}/")
        async with worker("watch", log, HUB_DATABASE__URL=url, HUB_WORKER__HEALTH_PORT=str(free_port)):
            await told(log, "watch.started")
            assert 200 == await health(free_port)
            database.fail(Fault.CUT)
            await told(log, "watch.failed")
            assert 503 == await health(free_port)
            database.fail(Fault.NONE)
            async with asyncio.timeout(20):
                while 503 == await health(free_port):
                    await asyncio.sleep(0.1)


async def test_a_worker_without_a_broker_is_refused_naming_the_key(postgresql_url: str, tmp_path: Path) -> None:
    async with worker("relay", tmp_path / "log", HUB_DATABASE__URL=postgresql_url) as process:
        assert 78 == await asyncio.wait_for(process.wait(), 20)
    assert "broker.urls" in (tmp_path / "log").read_text()


async def test_a_probe_that_cannot_listen_ends_the_worker_loudly(
    postgresql_url: str, rabbitmq: mq.Node, tmp_path: Path
) -> None:
    given = {
        "HUB_DATABASE__URL": postgresql_url,
        "HUB_BROKER__URLS": f'["{rabbitmq.url}"]',
        "HUB_WORKER__HEALTH_PORT": str(rabbitmq.port),
    }
    async with worker("relay", tmp_path / "log", **given) as process:
        assert 78 == await asyncio.wait_for(process.wait(), 20)
    assert "worker.health_port" in (tmp_path / "log").read_text()
