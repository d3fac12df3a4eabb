"""A reader process with planted faults: some bytes kill it, hang it, break it, or make it lie."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

from hub.message import Reading, Unreadable
from hub.wire import faults, reader, reading


def main(memory: int, limit: int) -> None:
    """The real program, with a read that obeys orders."""
    reading.main(memory, limit, read)


def read(raw: bytes, limit: int) -> Reading:
    """Do what the bytes order, else read them."""
    order, _, rest = raw.partition(b" ")
    orders = {b"DIE": _die, b"HANG": _hang, b"HOG": _hog, b"BUG": _bug, b"BABBLE": _babble, b"MUMBLE": _mumble}
    if order in orders:
        orders[order]()
    if order in (b"OPEN", b"CONNECT", b"FORK", b"WRITE"):
        return _tried(order, rest.decode())
    return reader.read(raw, limit)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _hang() -> None:
    while True:
        time.sleep(1)


def _hog() -> None:
    raise AssertionError(f"there was memory for {len(bytearray(10**12))}")


def _bug() -> None:
    raise ValueError("Kari Nordmann")


def _babble() -> None:
    sys.stdout.buffer.write(b"\x7f" * 1_000)


def _mumble() -> None:
    sys.stdout.buffer.write((3).to_bytes(8) + b"\xc1\xc1\xc1")


def _tried(order: bytes, argument: str) -> Reading:
    """Try to reach out; the answer's path says how that went."""
    try:
        if order == b"OPEN":
            Path(argument).read_bytes()
        elif order == b"WRITE":
            os.write(2, b"")
            Path(argument).write_bytes(b"x")
        elif order == b"CONNECT":
            socket.create_connection(("127.0.0.1", int(argument)), timeout=1).close()
        else:
            os.waitpid(os.fork(), 0)
    except OSError as error:
        return Unreadable((faults.unknown_root(type(error).__name__, error.strerror or ""),))
    return Unreadable((faults.unknown_root("done", ""),))
