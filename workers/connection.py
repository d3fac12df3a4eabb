"""A connection at the door: it asks soon and briefly, it reads its answer, and there are only so many of it."""

import asyncio
import resource
from typing import Any

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

# The longest head of a call; RFC 6585 says what is answered to a longer one.
HEAD_BYTES = 65_536
# How long a head may take, the first as well as the next one, and what is left of a body that is not wanted.
HEAD_SECONDS = 10.0
# How long an answer may lie here without its reader taking any of it.
READ_SECONDS = 60.0

TOO_LONG = "431 Request Header Fields Too Large"
# As many calls may come on one connection before the first of them is answered.
PIPELINED = 32

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


class Connection(HttpToolsProtocol):
    """Uvicorn's connection, which takes no more than a caller may have; `look` is to be called now and then.

    It is the one on httptools, as the one on h11 costs a message 0.2 ms more. What is mended of it: it
    loses the body of a call that offers an upgrade, as Java's HttpClient does on every call (RFC 9110, 7.8: a server
    may ignore that), and it lets a head, a trailer, a chunk's extension or a queue of calls grow without end.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._since = self._moved = self.loop.time()
        self._left = 0
        # Bytes that came since the last part of a call was whole, and whether that part will be a head.
        self._unheard = 0
        self._heading = False
        # The call that is being answered, whether none comes after those that are here, and what is said in the end.
        self._current: RequestResponseCycle | None = None
        self._leaving = False
        self._last = ""
        # How a head is refused.
        self._status = "400 Bad Request"

    def data_received(self, data: bytes) -> None:
        """Take in what came; an offer to upgrade is passed over, and the call read as it is."""
        if self._leaving:
            return
        self._unset_keepalive_if_required()
        self._unheard += len(data)
        rest: bytes | memoryview = data
        try:
            while (offer := self._feed(rest)) is not None:
                rest = memoryview(rest)[offer:]
                self._pass_over()
        except httptools.HttpParserError:
            self._refuse(self._status)
        else:
            if self._unheard > HEAD_BYTES:
                self._refuse(TOO_LONG)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Nothing more will come; what has come whole is still answered."""
        self._leaving = True
        self._drop_unfinished()
        return not (self._waiting or (self._current and self._current.response_started))

    def _feed(self, data: bytes | memoryview) -> int | None:
        """Read on; where a head ended that offers an upgrade, which stops the parser, or None."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offered:
            where: int = offered.args[0]
            return where
        return None

    def _pass_over(self) -> None:
        """Read the last head once more without its offer. Raises HttpParserError where there is nothing else in it."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            raise httptools.HttpParserError("this is no proxy")
        line = b"%s %s HTTP/%s\r\n" % (method, self.url, self.parser.get_http_version().encode())
        kept = [(name, _without_offer(value) if name == b"connection" else value) for name, value in self.headers]
        head = b"".join(b"%s: %s\r\n" % (name, value) for name, value in kept if name != b"upgrade")
        self.parser = httptools.HttpRequestParser(self)
        # As uvicorn has it: what follows a last call is not read, and does it no harm.
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.parser.feed_data(line + head + b"\r\n")

    def on_message_begin(self) -> None:
        """A head begins."""
        self._heading = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of a head; one that follows a body says nothing about the call (RFC 9110, 6.5.1)."""
        if self._heading:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer a call, but not while it offers an upgrade. Raises HttpParserError for what is no call."""
        self._heading = False
        if not self.parser.should_upgrade():
            self._heed()
            self._unheard = 0
            super().on_headers_complete()

    def _heed(self) -> None:
        """Raise HttpParserError for a head that is too long, or from which two servers may understand two calls."""
        if self._unheard > HEAD_BYTES and sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._status = TOO_LONG
            raise httptools.HttpParserError("the head is too long")
        if len(self.pipeline) >= PIPELINED:
            self._status = ""
            raise httptools.HttpParserError("too many calls at once")
        version, names = self.parser.get_http_version(), [name for name, _ in self.headers]
        hosts = names.count(b"host")
        if version not in ("1.0", "1.1") or hosts > 1 or (version == "1.1" and not hosts):
            raise httptools.HttpParserError("not HTTP/1.1 for one host")
        if any(name == b"transfer-encoding" and value.lower() != b"chunked" for name, value in self.headers):
            self._status = "501 Not Implemented"
            raise httptools.HttpParserError("only chunks are known")

    def on_body(self, body: bytes) -> None:
        """Take in a part of a body."""
        self._unheard = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A call has come; one that offers an upgrade comes once more without."""
        if not self.parser.should_upgrade():
            self._unheard = 0
            super().on_message_complete()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Greet a caller, or say at once that there is no room for another."""
        super().connection_made(transport)
        if self.limit_concurrency and len(self.connections) >= self.limit_concurrency:
            # Uvicorn refuses the calls of all others as well while it counts this one.
            self.connections.discard(self)
            self._end("503 Service Unavailable", "Retry-After: 5\r\n")

    def on_response_complete(self) -> None:
        """From now on the next head is waited for, unless there will be none."""
        super().on_response_complete()
        self._since = self.loop.time()
        if self.pipeline:
            self.flow.pause_reading()
        elif self._leaving and self._waiting:
            self._end(self._last)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._current = cycle
        super()._start_asgi_task(cycle, app)

    def look(self, now: float) -> None:
        """End this connection when its caller neither asks nor reads; `now` is the loop's time."""
        left = self.transport.get_write_buffer_size()
        if left == 0 or left < self._left:
            self._moved = now
        self._left = left
        if now - self._moved > READ_SECONDS:
            self.transport.abort()
        elif self._waiting and now - self._since > HEAD_SECONDS and not self.transport.is_closing():
            self._leave()

    @property
    def _waiting(self) -> bool:
        """Whether no call is being answered."""
        return self._current is None or self._current.response_complete

    def _refuse(self, status: str) -> None:
        """End a connection on what is no call, after the calls before it have been answered."""
        self._leaving = True
        self._drop_unfinished()
        if self._waiting:
            self._end(status)
        else:
            self._last = status

    def _drop_unfinished(self) -> None:
        """Forget the last call when the rest of it will not come."""
        cycle = self.cycle
        if cycle is None or not cycle.more_body:
            return
        if self.pipeline and self.pipeline[0][0] is cycle:
            self.pipeline.popleft()
        elif cycle is self._current and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.close()
            self._current = None

    def _leave(self) -> None:
        """End a connection on which nothing is being answered; who began to ask is told."""
        if self.cycle is None and self._unheard:
            self._end("408 Request Timeout")
        else:
            self.transport.close()

    def _end(self, status: str, headers: str = "") -> None:
        if status and not self.transport.is_closing():
            words = f"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n"
            self.transport.write(words.encode())
        self.transport.close()


def _without_offer(connection: bytes) -> bytes:
    """A Connection header without what offers an upgrade."""
    words = (word.strip() for word in connection.split(b","))
    return b", ".join(word for word in words if word.lower() not in (b"upgrade", b"http2-settings"))
