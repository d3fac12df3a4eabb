"""How long a thread may wait for the database's server, and the driver's connection that waits no longer.

A server that is frozen while its machine still acknowledges packets looks alive to TCP. So whoever waits looks at the
time too, wherever in the driver that is.
"""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

R = TypeVar("R")

_thread = threading.local()


class Silent(psycopg.OperationalError):
    """The server was not heard in time; what it was told last may have been done."""


@contextmanager
def lasting(seconds: Callable[[], float]) -> Iterator[None]:
    """What this thread does within may take as long as `seconds` says, which may become less meanwhile."""
    _thread.left = seconds
    try:
        yield
    finally:
        del _thread.left


def left() -> float:
    """The seconds that this thread may still take; without end when nobody said."""
    found: Callable[[], float] = getattr(_thread, "left", _endless)
    return found()


class Connection(psycopg.Connection[Any]):
    """The driver's own, that waits only as long as its thread may. What was not answered then is closed.

    Every wait of the driver goes through `wait`, and comes back ten times a second.
    """

    def wait(self, gen: PQGen[R], *words: Any, **named: Any) -> R:
        """Wait until the server has answered. Raises Silent."""
        try:
            return super().wait(_watched(gen), *words, **named)
        except Silent:
            self.close()
            raise


def connect(*words: Any, connect_timeout: int, **named: Any) -> Connection:
    """A connection, made in at most so many seconds and in no more than this thread may take. Raises Silent."""
    seconds = left()
    if seconds <= 0:
        raise Silent("no time is left to connect")
    return Connection.connect(*words, connect_timeout=math.ceil(min(connect_timeout, seconds)), **named)


def _watched(gen: PQGen[R]) -> PQGen[R]:
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if left() <= 0:
                raise Silent("the server did not answer in time")
            wanted = gen.send(ready)
    except StopIteration as done:
        answer: R = done.value
        return answer


def _endless() -> float:
    return math.inf
