"""The broker's queues as `hub topology` tells them, and the file that a broker imports."""

import json
from pathlib import Path

from hub import broker, settings
from hub.broker.topology import definitions
from tests import centre
from tests.cli.conftest import Hub
from tests.servers import rabbitmq as mq

FILE = Path(__file__).parent.parent.parent / "deploy" / "rabbitmq" / "definitions.json"
TOPOLOGY = broker.topology(centre.configuration(settings.load(settings.sample()).folder).directory)


def test_the_file_for_brokers_is_what_the_command_prints(hub: Hub) -> None:
    """Made by `hub topology --json --config deploy/sample/hub.toml > deploy/rabbitmq/definitions.json`."""
    assert FILE.read_bytes() == hub("topology", "--json").stdout
    assert definitions(TOPOLOGY) == json.loads(FILE.read_bytes())


async def test_a_broker_that_imported_the_file_has_all_that_workers_declare(rabbitmq: mq.Node, broker_url: str) -> None:
    named = FILE.read_text(encoding="utf-8").replace(
        '"vhost": "/"', json.dumps({"vhost": broker_url.rpartition("/")[2]})[1:-1]
    )
    file = rabbitmq.folder / "definitions.json"
    file.write_text(named, encoding="utf-8")
    rabbitmq.ctl("import_definitions", str(file))
    async with broker.connected([broker_url], "test") as line:
        assert [(0, 0)] * len(TOPOLOGY.queues) == [await line.depth(queue.name) for queue in TOPOLOGY.queues]
        # A broker refuses to declare what is there with other properties.
        await line.declare(TOPOLOGY)


def test_people_are_told_queues_addresses_and_dead_letters(hub: Hub) -> None:
    found = hub("topology")
    told = " ".join(found.stdout.decode().split())
    assert (0, b"") == (found.returncode, found.stderr)
    assert "900100_async, dead letters to 900100_dl, at the addresses 900100_async 900101_async" in told
    assert all(queue.name in told for queue in TOPOLOGY.queues)


def test_it_asks_no_broker_and_no_database(hub: Hub) -> None:
    away = {"HUB_BROKER__URLS": '["amqp://127.0.0.1:1/"]', "HUB_DATABASE__URL": "postgresql://127.0.0.1:1/none"}
    assert 0 == hub("topology", **away).returncode
