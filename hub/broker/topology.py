"""Which queues there are, as data: declared by the workers, and written out for whoever sets up a broker by hand.

Every queue is a quorum queue; what is delivered too often, or refused, goes at least once to the dead letters of its
owner, and nothing is ever dropped to make room.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub import transport
from hub.directory import Directory

# The namespace of addresses (/exchange/{namespace}/{queue}), and where dead letters are sent from.
EXCHANGE, DEAD = "sambud", "sambud.dead"

# How often the broker brings a message again before it counts as dead. The hub itself gives up a message after five
# tries that it has counted; this stands behind it. Each crash of a worker brings all that it had fetched once more,
# so a low limit would bury good mail.
DELIVERY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, the addresses that lead to it, and where its dead letters go (None for dead letters themselves)."""

    name: str
    keys: tuple[str, ...]
    dead: str | None

    @property
    def exchange(self) -> str:
        """Where its addresses are known."""
        return EXCHANGE if self.dead else DEAD

    @property
    def arguments(self) -> dict[str, Any]:
        """What it is declared with. At-least-once needs all four of the last, or the broker falls back in silence."""
        durable: dict[str, Any] = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}
        if self.dead is None:
            return durable
        return durable | {
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": DEAD,
            "x-dead-letter-routing-key": self.dead,
            "x-dead-letter-strategy": "at-least-once",
        }


@dataclass(frozen=True, slots=True)
class Topology:
    """All queues, those that the hub consumes first."""

    inbound: tuple[Queue, ...]
    others: tuple[Queue, ...]

    @property
    def queues(self) -> tuple[Queue, ...]:
        """All of them, dead letters first: they must be there before anything can die."""
        return tuple(sorted((*self.inbound, *self.others), key=lambda queue: queue.dead is not None))


def topology(directory: Directory) -> Topology:
    """A practice is reached by its own HER-id and its services', in one queue; so is a partner, and hears of errors."""
    ours = [(p.her_id, (p.her_id, *p.services)) for p in directory.practices.values()]
    partners = [(p.her_id, (p.her_id, *p.services)) for p in directory.partners.values()]
    inbound = tuple(_queue(transport.inbound, one, all) for one, all in ours)
    answers = [_queue(transport.inbound, one, all) for one, all in partners]
    errors = [_queue(transport.errors, one, all) for one, all in (*ours, *partners)]
    return Topology(inbound, (*answers, *errors, *(_dead(one) for one, _ in (*ours, *partners))))


def definitions(topology: Topology) -> dict[str, Any]:
    """The same as RabbitMQ imports it (`rabbitmqctl import_definitions`)."""
    queues = topology.queues
    return {
        "exchanges": [
            {"vhost": "/", "name": name, "type": "direct", "durable": True, "auto_delete": False, "internal": False}
            | {"arguments": {}}
            for name in (EXCHANGE, DEAD)
        ],
        "queues": [
            {"vhost": "/", "name": q.name, "durable": True, "auto_delete": False, "arguments": q.arguments}
            for q in queues
        ],
        "bindings": list(_bindings(queues)),
    }


def _bindings(queues: tuple[Queue, ...]) -> Iterator[dict[str, Any]]:
    for q in queues:
        for key in q.keys:
            yield {
                **{"vhost": "/", "source": q.exchange, "destination": q.name, "destination_type": "queue"},
                **{"routing_key": key, "arguments": {}},
            }


def _queue(name: Any, one: str, all: tuple[str, ...]) -> Queue:
    return Queue(name(one), tuple(dict.fromkeys(map(name, all))), transport.dead(one))


def _dead(one: str) -> Queue:
    return Queue(transport.dead(one), (transport.dead(one),), None)
