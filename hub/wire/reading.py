"""The program of a reader process: bytes in, readings out.

It takes frames from standard input and puts frames on standard output, and ends when its input ends, so it never
outlives the hub. Before it says that it is ready it gives up every other way to the world: from then on it can
open no file and no socket, start nothing, and use no more memory than it was given.
"""

import gc
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from hub.acceptance import Acceptance, Choice
from hub.errors import BadConfiguration
from hub.message import Reading, Unreadable
from hub.wire import catalogue, crossing, faults, reader, signature_trust
from hub.wire.names import APPREC_1_1, DIALOG_1_1, MSGHEAD
from hub.wire.rules import STRICT, Terms

# Read once before the doors close, so that whatever Python and libxml2 load on first use is loaded.
_WARMING = (
    "",
    "<MsgHead",
    f'<?xml version="1.0" encoding="ISO-8859-1"?><AppRec xmlns="{APPREC_1_1}"/>',
    f'<MsgHead xmlns="{MSGHEAD}"><MsgInfo><Type V="DIALOG_NOTAT"/><GenDate>2026-11-21T10:32:12</GenDate>'
    "<MsgId>1</MsgId><Sender><Organisation><Ident><Id>1</Id><TypeId V='HER'/></Ident></Organisation></Sender>"
    "<Patient><DateOfBirth>1950-01-01</DateOfBirth></Patient></MsgInfo><Document><RefDoc><Content>"
    f'<Dialogmelding xmlns="{DIALOG_1_1}"><Notat><TekstNotatInnhold><p>1</p></TekstNotatInnhold></Notat>'
    "</Dialogmelding></Content></RefDoc></Document></MsgHead>",
)


def main(
    memory: int,
    limit: int,
    read: Callable[[bytes, int], Reading] | None = None,
    acceptance: Mapping[str, str] | None = None,
    trust: str = "",
) -> None:
    """Read until nobody asks any more, by a site's choices in the table and the authorities that it trusts."""
    terms = STRICT

    def prepare() -> None:
        nonlocal terms
        catalogue.schema()
        for text in _WARMING:
            crossing.reply([_read(reader.read, text.encode(), limit)])
        terms = _terms(acceptance or {}, trust)

    def judged(raw: bytes, most: int) -> Reading:
        return reader.arriving(raw, most, terms)

    serve(memory, prepare, lambda request: _answer(request, limit, read or judged, read or reader.again))


def _terms(acceptance: Mapping[str, str], trust: str) -> Terms:
    chosen = Acceptance(**{name: Choice(choice) for name, choice in acceptance.items()})
    return Terms(chosen, signature_trust.load(Path(trust)) if trust else None)


def serve(memory: int, prepare: Callable[[], None], answer: Callable[[crossing.Request], bytes]) -> None:
    """Prepare, give up the world, and answer frames until there are no more."""
    # Stopping is told by the end of input alone; a terminal's or a service manager's signal goes to the hub.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    # With nobody left to tell, it ends without a word.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    asking, telling = sys.stdin.buffer, sys.stdout.buffer
    try:
        prepare()
    except BadConfiguration as wrong:
        _tell(telling, crossing.start(wrong.file, wrong.reason))
        return
    confine(memory)
    # A reading makes nothing that refers to itself; what is there now stays, and need not be looked through again.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    _tell(telling, crossing.start())
    while frame := _next(asking):
        _tell(telling, _answered(frame, answer))


def confine(memory: int) -> None:
    """Give up files, sockets, processes, core dumps, and memory beyond what was given; there is no way back."""
    for what in (resource.RLIMIT_CORE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE):
        resource.setrlimit(what, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _answered(frame: bytes, answer: Callable[[crossing.Request], bytes]) -> bytes:
    request = crossing.asked(frame)
    # The alarm's default action ends the process, also when a parser loops and the hub that would kill it is gone.
    signal.alarm(request.seconds)
    reply = answer(request)
    signal.alarm(0)
    return reply


def _answer(
    request: crossing.Request,
    limit: int,
    first: Callable[[bytes, int], Reading],
    again: Callable[[bytes, int], Reading],
) -> bytes:
    # Everything else that bounds a reading still holds for what is stored: memory, seconds, and how much it may nest.
    read, most = (again, sys.maxsize) if request.stored else (first, limit)
    return crossing.reply([_read(read, raw, most) for raw in request.batch])


def _read(read: Callable[[bytes, int], Reading], raw: bytes, limit: int) -> Reading:
    try:
        return read(raw, limit)
    except MemoryError:
        # Nobody knows what is still whole. The hub starts a fresh reader and finds out which message it was.
        raise SystemExit(3) from None
    except Exception as bug:
        say_where(bug)
        return Unreadable((faults.reader_failed(),))


def say_where(bug: Exception) -> None:
    """A mistake of ours, told to operations by its kind and place only: its text may quote the message."""
    place: TracebackType | None = bug.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "nowhere"
    print(f"reader.failed error={type(bug).__name__} at={where}", file=sys.stderr, flush=True)


def _next(asking: BinaryIO) -> bytes:
    """The next frame's body, empty at the end of input."""
    header = asking.read(crossing.HEADER)
    size = crossing.length(header) if len(header) == crossing.HEADER else 0
    body = asking.read(size)
    return body if len(body) == size else b""


def _tell(telling: BinaryIO, frame: bytes) -> None:
    telling.write(frame)
    telling.flush()
