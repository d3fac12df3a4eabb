"""A TCP link that can be made to fail: slowed down, cut, reset, or left open with nothing coming through."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

PORTION = 65_536
SLOW_SECONDS = 0.2


class Fault(StrEnum):
    """What a link may do."""

    NONE = "none"
    SLOW = "slow"  # everything comes late
    HOLE = "hole"  # nothing comes, and nobody is told
    CUT = "cut"  # every connection ends, and new ones are refused
    RESET = "reset"  # every connection is torn down at once; new ones are made as usual


@dataclass(slots=True)
class Link:
    """A way to one server; `port` is where it begins."""

    name: str
    target: int
    port: int = 0
    fault: Fault = Fault.NONE
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def fail(self, fault: Fault) -> None:
        """Fail from now on in this way; NONE makes it well again."""
        self.fault = fault
        if fault in (Fault.CUT, Fault.RESET):
            for writer in tuple(self._open):
                if fault is Fault.RESET:
                    own: socket.socket = writer.get_extra_info("socket")
                    own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
        if fault is Fault.RESET:
            self.fault = Fault.NONE

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault is Fault.CUT:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, back}
        ways = [asyncio.create_task(self._carry(reader, back)), asyncio.create_task(self._carry(there, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for each in (writer, back):
            self._open.discard(each)
            each.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while portion := await reader.read(PORTION):
                while self.fault is Fault.HOLE:
                    await asyncio.sleep(0.05)
                if self.fault is Fault.SLOW:
                    await asyncio.sleep(SLOW_SECONDS)
                writer.write(portion)
                await writer.drain()


@asynccontextmanager
async def link(name: str, target: int) -> AsyncIterator[Link]:
    """A link to a port on this machine."""
    made = Link(name, target)
    server = await asyncio.start_server(made._serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.fail(Fault.CUT)
        server.close()
