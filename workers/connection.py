"""A connection at the door: it asks soon and briefly, it reads its answer, and there are only so many of it."""

import asyncio
import resource
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

# The longest head of a call; RFC 6585 says what is answered to a longer one.
HEAD_BYTES = 65_536
# How long a head may take, the first as well as the next one, and what is left of a body that is not wanted.
HEAD_SECONDS = 10.0
# How long an answer may lie here without its reader taking any of it.
READ_SECONDS = 60.0

# As many connections at once; each holds at most what its head and a read of its body are, before anybody is known.
CONNECTIONS = 2_000
# Files that are not connections: the database, the readers' pipes, the log.
OTHER_FILES = 100


def room() -> int:
    """How many connections there may be here; asks the system for as many files as that takes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < CONNECTIONS + OTHER_FILES:
        wanted = CONNECTIONS + OTHER_FILES
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else max(1, min(CONNECTIONS, soft - OTHER_FILES))


class Connection(H11Protocol):
    """Uvicorn's connection, which takes no more than a caller may have; `look` is to be called now and then.

    It is the one on h11: the one on httptools loses the body of a call that offers an upgrade (RFC 9110, 7.8: a server
    may ignore that), as Java's HttpClient does on every call, and lets a head grow without end.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._since = self._moved = self.loop.time()
        self._left = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Greet a caller, or say at once that there is no room for another."""
        super().connection_made(transport)
        if self.limit_concurrency and len(self.connections) >= self.limit_concurrency:
            # Uvicorn refuses the calls of all others as well while it counts this one.
            self.connections.discard(self)
            self._end("503 Service Unavailable", "Retry-After: 5\r\n")

    def on_response_complete(self) -> None:
        """From now on the next head is waited for."""
        super().on_response_complete()
        self._since = self.loop.time()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no call; one whose head is too long is told so."""
        if len(self.conn.trailing_data[0]) > HEAD_BYTES:
            self._end("431 Request Header Fields Too Large")
        else:
            super().send_400_response(msg)

    def look(self, now: float) -> None:
        """End this connection when its caller neither asks nor reads; `now` is the loop's time."""
        left = self.transport.get_write_buffer_size()
        if left == 0 or left < self._left:
            self._moved = now
        self._left = left
        waiting = self.cycle is None or self.cycle.response_complete
        if now - self._moved > READ_SECONDS:
            self.transport.abort()
        elif waiting and now - self._since > HEAD_SECONDS and not self.transport.is_closing():
            self._leave()

    def _should_upgrade(self) -> bool:
        """There is nothing to upgrade to; the call is answered as it is."""
        return False

    def _leave(self) -> None:
        """End a connection on which nothing is being answered; who began to ask is told."""
        if self.cycle is None and self.conn.trailing_data[0]:
            self._end("408 Request Timeout")
        else:
            self.transport.close()

    def _end(self, status: str, headers: str = "") -> None:
        self.transport.write(f"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        self.transport.close()
