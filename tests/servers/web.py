"""A small real HTTP server on a free port of loopback, for stand-ins that are told or asked things."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from workers.serve import Server


@asynccontextmanager
async def serving(routes: Sequence[Route]) -> AsyncIterator[str]:
    """Its address, as long as somebody needs it; what still waits for an answer by then has to get one."""
    server = Server(uvicorn.Config(Starlette(routes=routes), port=0, log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await running
