"""The message broker: queues in, and the only way out for what is published with a confirm."""

from hub.broker.connection import Arrived, Collected, Connection, Sent, connected
from hub.broker.topology import Topology, topology

__all__ = ["Arrived", "Collected", "Connection", "Sent", "Topology", "connected", "topology"]
