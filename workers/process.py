"""One worker process: its work, its heartbeat and its health probe, together until one of them ends."""

import asyncio
import gc
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import uuid4

import structlog

from hub.errors import BadConfiguration, Unavailable
from hub.record import Worker
from hub.service import Hub, open_hub
from hub.settings import Settings
from hub.status import CONFIGURATION, STORE, TROUBLE
from workers import health, stopping

log = structlog.get_logger()

# How often a process says that it lives.
BEAT_SECONDS = 5.0
# How often it is tried to open a database whose server is away.
WAIT_SECONDS = 2.0


@dataclass(slots=True)
class Running:
    """What a worker has in hand, and what it says of itself; `state` is told with every heartbeat."""

    hub: Hub
    settings: Settings
    name: str
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    state: dict[str, str] = field(default_factory=dict)

    def count(self, what: str, more: int = 1) -> None:
        """Count something that was done."""
        self.state[what] = str(int(self.state.get(what, "0")) + more)


Work = Callable[[Running], Awaitable[None]]


async def run(kind: str, work: Work, settings: Settings, with_parent: bool = False, reading: bool = False) -> None:
    """Do the work until the process is told to stop; what is in hand is ended within the bound for that.

    A database whose server is away is waited for. Raises BadConfiguration when something is not as it must be, and
    whatever a part of it dies of.
    """
    stop, state = asyncio.Event(), {TROUBLE: STORE}
    stopping.on_signal(stop.set, with_parent)
    # It answers from the beginning: that there is no database yet is what it tells then.
    probe = asyncio.create_task(health.serve(settings.worker, settings.running_clock(), state, stop), name="health")
    probe.add_done_callback(lambda _: stop.set())
    try:
        while not stop.is_set():
            async with AsyncExitStack() as stack:
                try:
                    hub = await stack.enter_async_context(open_hub(settings, reading=reading))
                except Unavailable as fault:
                    log.warning("process.waits", process=kind, exc_info=fault)
                    await stopping.pause(WAIT_SECONDS, stop)
                    continue
                # Who is who, hundreds of thousands of patients, is here to stay: nobody looks for circles in it.
                gc.freeze()
                del state[TROUBLE]
                await _run(kind, work, Running(hub, settings, name_of(kind), stop, state))
                break
    finally:
        stop.set()
        await probe


def name_of(kind: str) -> str:
    """A name that no other process has or had."""
    return f"{kind}-{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}"


async def _run(kind: str, work: Work, running: Running) -> None:
    log.info("process.started", process=kind, name=running.name)
    try:
        await _together(kind, work, running)
    except ExceptionGroup as several:
        # What ended it first is what is told.
        raise several.exceptions[0] from several
    finally:
        await leave(running)
    log.info("process.stopped", process=kind, **running.state)


async def _together(kind: str, work: Work, running: Running) -> None:
    async with asyncio.TaskGroup() as group:
        parts = [
            group.create_task(_work(work, running), name=kind),
            group.create_task(beat(kind, running), name="heartbeat"),
        ]
        await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        running.stop.set()


async def leave(running: Running) -> None:
    """Say that the process has ended in order."""
    try:
        await running.hub.store.leave(running.name)
    except Unavailable as fault:
        log.warning("heartbeat.failed", exc_info=fault)


async def _work(work: Work, running: Running) -> None:
    """Do it, and when it is time to stop give it only so long."""
    doing = asyncio.ensure_future(work(running))
    stopping_ = asyncio.create_task(running.stop.wait())
    await asyncio.wait((doing, stopping_), return_when=asyncio.FIRST_COMPLETED)
    stopping_.cancel()
    _, left = await asyncio.wait((doing,), timeout=running.settings.worker.drain_seconds)
    if left:
        log.error("process.cut_off", name=running.name)
        doing.cancel()
        await asyncio.wait((doing,), timeout=1.0)
        raise Unavailable(f"{running.name} did not end in time, and was cut off")
    doing.result()


async def beat(kind: str, running: Running) -> None:
    """Say that the process lives, until it stops; a database that is away hears of it later."""
    clock = running.hub.clock
    started = clock.now()
    while not running.stop.is_set():
        try:
            state = {**running.state, CONFIGURATION: str(running.hub.version)}
            await running.hub.store.beat(Worker(running.name, kind, started, clock.now(), state))
        except Unavailable as fault:
            log.warning("heartbeat.failed", exc_info=fault)
        await stopping.pause(BEAT_SECONDS, running.stop)


def needs_broker(settings: Settings) -> tuple[str, ...]:
    """The broker's addresses. Raises BadConfiguration when there are none."""
    if not settings.broker.urls:
        reason = 'is empty, and this worker needs a broker, as in ["amqps://sambud:secret@mq.example:5671/"]'
        raise BadConfiguration("configuration", "broker.urls", reason)
    return settings.broker.urls
