"""Ports on loopback for servers of tests, such as no other process of the run is given meanwhile."""

import os
import re
import socket
from itertools import count
from random import randrange

# Below those that the system gives to whoever calls out, and for each process of a run others.
FIRST, EACH, PROCESSES = 10_240, 1_200, 16

_tried = count(randrange(EACH))


def free() -> int:
    """A port on which nothing listens. Between the question and the answer no other process of the run takes it."""
    worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or PROCESSES - 1) % PROCESSES
    for _ in range(EACH):
        port = FIRST + worker * EACH + next(_tried) % EACH
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise RuntimeError(f"all ports from {FIRST + worker * EACH} on are taken")
