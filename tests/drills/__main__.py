"""`make drills`: stop each part of a running site again and again, and measure how long until a person is told."""

import argparse
import asyncio
import random
import sys
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from hub.store.migrate import migrate
from tests.drills import campaign
from tests.drills.campaign import Drill
from tests.drills.site import Site, running
from tests.servers import postgresql, rabbitmq
from tests.servers.postgresql import Postgresql
from tests.servers.rabbitmq import Node

# How long a site is left alone between two drills: whoever looked before the all-clear has looked again by then.
SETTLED_SECONDS = 15.0
# So many parts of a site are stopped together; the others tell of them.
TOGETHER = 2


def main() -> int:
    """Drill so often; 1 when somebody was told later than that, or not at all."""
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="how many drills in all")
    parser.add_argument("--sites", type=int, default=2, help="how many sites at the same time")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with (
        TemporaryDirectory(prefix="sambud-drills-", ignore_cleanup_errors=True) as folder,
        postgresql.running() as server,
        rabbitmq.running() as cluster,
    ):
        drills = asyncio.run(_drilled(asked, Path(folder), server, cluster.nodes[0]))
    print(campaign.table(drills))
    late = [x for x in drills if not x.in_time]
    print("\n".join(f"told after {x.told:.1f} s only: {x.part} {x.how}" for x in late) or "Each time in time.")
    return 1 if late else 0


async def _drilled(asked: argparse.Namespace, folder: Path, server: Postgresql, node: Node) -> list[Drill]:
    drills: list[Drill] = []
    async with AsyncExitStack() as stack:
        sites = [
            await stack.enter_async_context(_site(folder / str(n), server, node, f"drills{n}"))
            for n in range(asked.sites)
        ]
        async with asyncio.TaskGroup() as group:
            for n, site in enumerate(sites):
                group.create_task(_again(site, asked.count, random.Random(asked.seed * 1000 + n), drills))
    return drills


def _site(folder: Path, server: Postgresql, node: Node, name: str) -> AbstractAsyncContextManager[Site]:
    folder.mkdir()
    url = server.url(server.create())
    migrate(url)
    return running(folder, url, own(node, name))


def own(node: Node, name: str) -> str:
    """The address of a virtual host of this name: sites do not see each other's queues."""
    node.ctl("add_vhost", name)
    node.ctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
    parts = urlsplit(node.url)
    return parts._replace(path=f"/{name}").geturl()


async def _again(site: Site, count: int, chance: random.Random, drills: list[Drill]) -> None:
    """Drill until all sites together have done so many."""
    while len(drills) < count:
        for drill in await campaign.play(site, campaign.chosen(chance, min(TOGETHER, count - len(drills)))):
            drills.append(drill)
            print(f"{len(drills):>4}  {drill.part:<7}{drill.how:<7} told after {drill.told:5.1f} s", flush=True)
        await asyncio.sleep(SETTLED_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
