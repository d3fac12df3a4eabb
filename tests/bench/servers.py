"""The servers of a run: one PostgreSQL and one RabbitMQ, and what they cost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from tests.bench import cost
from tests.servers import postgresql, rabbitmq

# A region gives its database some memory; everything else is as PostgreSQL comes.
SETTINGS = ("shared_buffers=1GB",)

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Servers:
    """Both of them, as every part of a run shares them."""

    postgresql: postgresql.Postgresql
    node: rabbitmq.Node

    def parts(self) -> dict[str, Callable[[], float]]:
        """The processor time of each, for a meter."""
        database, broker = self.postgresql.process, self.node.process
        if database is None or broker is None:
            raise RuntimeError("the servers do not run")
        return {"PostgreSQL": lambda: cost.tree(database.pid), "RabbitMQ": lambda: cost.tree(broker.pid)}

    @contextmanager
    def virtual_host(self) -> Iterator[str]:
        """The address of a part of the broker that nobody else uses, and that goes away with all its queues."""
        name = f"bench{next(_numbers)}"
        self.node.ctl("add_vhost", name)
        self.node.ctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
        try:
            yield self.node.url + name
        finally:
            self.node.ctl("delete_vhost", name)


@contextmanager
def running() -> Iterator[Servers]:
    """Both, until the end."""
    with rabbitmq.running() as cluster, postgresql.running(None, *SETTINGS) as server:
        yield Servers(server, cluster.nodes[0])
