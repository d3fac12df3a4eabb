"""The web process: the doors, and the clock's watch beside them."""

import asyncio
import errno
import gc
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn

from hub import seal
from hub.errors import BadConfiguration
from hub.service import Hub, open_hub
from hub.settings import Settings, Web
from hub.web.app import app
from workers import audit, expect, lookup, notify, process, search, stopping, vigil, watch
from workers.connection import HEAD_BYTES, Connection, room
from workers.process import Running

log = structlog.get_logger()

# How long calls that are being answered may take at a stop.
DRAIN_SECONDS = 10
# How often it is looked for connections that only wait.
LOOK_SECONDS = 1


class Server(uvicorn.Server):
    """Uvicorn without signal handlers of its own: it would end the process before the store is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `run`."""
        yield


async def run(settings: Settings, with_parent: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; a part that dies takes the process with it, loudly.

    `with_parent` also stops when standard input closes, so that no server outlives the one who started it.
    Raises BadConfiguration when something is not as it must be.
    """
    async with open_hub(settings) as hub:
        gc.freeze()
        server = _server(hub, settings)
        running = Running(hub, settings, process.name_of("serve"))
        stop = running.stop

        def leave() -> None:
            stop.set()
            server.should_exit = True
            # Open event streams wait for these two; without them they would hold up the stop.
            server.config.app.state.stopping.set()  # type: ignore[union-attr]
            hub.ring()

        stopping.on_signal(leave, with_parent)
        with _bound(settings.web) as listening:
            log.info("process.started", process="serve", address=f"http://{_at(*listening.getsockname()[:2])}")
            async with asyncio.TaskGroup() as group:
                parts = [
                    group.create_task(watch.run(hub, stop, running.state, beside=True), name="watch"),
                    group.create_task(lookup.run(hub, settings, stop), name="lookup"),
                    group.create_task(notify.run(hub, settings, stop), name="notify"),
                    group.create_task(expect.run(hub, stop), name="expect"),
                    group.create_task(search.run(hub, stop, beside=True), name="search"),
                    group.create_task(process.beat("serve", running), name="heartbeat"),
                    group.create_task(server.serve([listening]), name="web"),
                ]
                if settings.broker.urls:
                    parts.append(group.create_task(vigil.run(running), name="vigil"))
                else:
                    parts.append(group.create_task(audit.run(hub, stop, running.state), name="audit"))
                await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
                leave()
        await process.leave(running)
    log.info("process.stopped", process="serve")


def _server(hub: Hub, settings: Settings) -> Server:
    web = settings.web
    sealed = seal.load(settings.reconciliation.key)
    sessions = (web.session_hours, web.secure_cookies)
    made = app(hub, settings.wire.limit_bytes, *sessions, sealed, web.lock_minutes, web.contact, web.undo_seconds)

    async def look() -> None:
        # What is raised here ends the server, and the process with it.
        made.state.feed.check()
        now = asyncio.get_running_loop().time()
        for connection in tuple(server.server_state.connections):
            if isinstance(connection, Connection):
                connection.look(now)

    server = Server(
        uvicorn.Config(
            made,
            http=Connection,
            ws="none",
            h11_max_incomplete_event_size=HEAD_BYTES,
            limit_concurrency=room(),
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
            callback_notify=look,
            timeout_notify=LOOK_SECONDS,
        )
    )
    return server


@contextmanager
def _bound(web: Web) -> Iterator[socket.socket]:
    """The door's socket. Raises BadConfiguration when the address is taken or not ours."""
    try:
        family, *_, address = socket.getaddrinfo(web.host, web.port, type=socket.SOCK_STREAM)[0]
    except OSError as fault:
        reason = f"{web.host} cannot be found: {fault.strerror}"
        raise BadConfiguration("configuration", "web.host", reason) from fault
    try:
        listening = socket.create_server(address, family=family, backlog=2048)
    except OSError as fault:
        key = "web.host" if fault.errno == errno.EADDRNOTAVAIL else "web.port"
        reason = f"{_at(web.host, web.port)} cannot be used: {os.strerror(fault.errno or 0)}"
        raise BadConfiguration("configuration", key, reason) from fault
    with listening:
        yield listening


def _at(host: str, port: int) -> str:
    """An address as it stands in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
