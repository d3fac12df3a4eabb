"""A watcher that the year starts, sends to work and kills: a process that looks as `hub worker watch` does.

It sleeps outside: an order gives it the time, it lets everything lapse that has come, and answers for how long it would
sleep now. Between orders it does nothing, so that a year needs no longer than its work.
"""

import asyncio
import gc
import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

import structlog
from sqlalchemy import Engine, event

from hub import watch as decisions
from hub.errors import Unavailable
from hub.service import Hub
from hub.store import Store, lane, moving
from tests.year import site
from workers import watch

GRACE = timedelta(seconds=60)


@dataclass(slots=True)
class Virtual:
    """The year's clock: it was `start` when the machine's own counter was `anchor`, and passes as that does.

    `first` is what it said first since it was set, by which the hub decides.
    """

    start: datetime
    anchor: float
    first: datetime | None = None

    def now(self) -> datetime:
        """The moment it is."""
        now = self.start + timedelta(seconds=time.monotonic() - self.anchor)
        self.first = self.first or now
        return now

    def seconds_until(self, moment: datetime) -> float:
        """How long until a moment comes; 0 when it is past."""
        return max(0.0, (moment - self.now()).total_seconds())


@dataclass(frozen=True, slots=True)
class Order:
    """Work until nothing is due, by this time; with a fuse it dies after so many statements to the database."""

    start: datetime
    anchor: float
    fuse: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """How long it would sleep now, and by which time it let something lapse, each time, and when that was done."""

    seconds: float
    done: tuple[tuple[datetime, datetime], ...] = ()


class Fuse:
    """Kills this process just before the n-th statement or commit from now; 0 is never."""

    def __init__(self) -> None:
        self.left = 0
        event.listen(Engine, "before_cursor_execute", self._burn)
        event.listen(Engine, "commit", self._burn)
        cursor: Callable[..., Any] = lane._cursor
        lane._cursor = lambda c: (self._burn(), cursor(c))[1]  # type: ignore[assignment]

    def _burn(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main(orders: Connection, url: str, broken: str = "") -> None:
    """Open the database, say so, and carry out orders until there are no more; `broken` says what it does wrong."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # A pipe that closes is how the year ends; a test that fails closes it too.
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        BROKEN.get(broken, lambda: None)()
        asyncio.run(_work(orders, url, AHEAD if broken == "early" else timedelta(0)))
    os._exit(0)


async def _work(orders: Connection, url: str, ahead: timedelta) -> None:
    fuse = Fuse()
    async with Store(url) as store:
        hub = Hub(site.order(), None, store, None, None, GRACE)  # type: ignore[arg-type]
        gc.freeze()
        orders.send("ready")
        while order := orders.recv():
            fuse.left = order.fuse
            report = await _carried_out(hub, order, ahead)
            fuse.left = 0
            orders.send(report)


async def _carried_out(hub: Hub, order: Order, ahead: timedelta) -> Report:
    done = []
    while True:
        hub.clock = clock = Virtual(order.start + ahead, order.anchor)  # type: ignore[assignment]
        try:
            seconds = await watch._look(hub)
        except Unavailable:
            return Report(watch.FAILED_SECONDS, tuple(done))
        if seconds:
            return Report(seconds, tuple(done))
        done.append((clock.first, clock.now()))


# A watcher whose clock is wrong is so much ahead.
AHEAD = timedelta(seconds=90)
# One that oversleeps sleeps so long each time.
OVERSLEPT_SECONDS = 23.0


def _forget() -> None:
    """It takes each step and tells nobody."""
    lapse = decisions.lapse
    decisions.lapse = lambda *of: replace(lapse(*of), notices=(), entries=())  # type: ignore[assignment]


def _repeat() -> None:
    """It takes what it has read for what is there: whoever took a step before, it takes it again."""
    updated = moving._updated
    moving._updated = lambda c, moved: updated(c, moved) | {x.id for x, _ in moved}  # type: ignore[assignment]


def _oversleep() -> None:
    """It looks twice or three times a minute, whatever comes."""
    look = watch._look

    async def slow(hub: Hub) -> float:
        return OVERSLEPT_SECONDS if await look(hub) else 0.0

    watch._look = slow  # type: ignore[assignment]


BROKEN: dict[str, Callable[[], None]] = {"missed": _forget, "doubled": _repeat, "late": _oversleep}
