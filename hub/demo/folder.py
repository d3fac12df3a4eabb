"""Where the day's data lie: a folder that is named and kept, or a temporary one that is removed."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hub.errors import BadConfiguration

# A server whose parent was killed needs a moment to notice and to close its database.
WAIT_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of one day. `lock` is held by the demo and its processes: by whoever of them is alive.

    `elsewhere` is the address of a database that is not among them.
    """

    path: Path
    kept: bool
    lock: int
    elsewhere: str = ""

    @property
    def database(self) -> str:
        """The address of the day's database."""
        return self.elsewhere or f"sqlite:///{self.path / 'sambud.db'}"

    @property
    def logbook(self) -> Path:
        """What the senders did and were told."""
        return self.path / "day.jsonl"

    def log(self, process: str) -> Path:
        """What a process said."""
        return self.path / f"{process.replace(' ', '-')}.log"


@asynccontextmanager
async def opened(data: Path | None, database: str = "") -> AsyncIterator[Folder]:
    """The folder, locked, for as long as it is needed.

    Raises BadConfiguration when it cannot be used, or somebody else uses it.
    """
    if data is None:
        with TemporaryDirectory(prefix="sambud-demo-") as path:
            async with _locked(Path(path)) as lock:
                yield Folder(Path(path), False, lock, database)
        return
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise BadConfiguration(str(data), "", f"this folder cannot be used: {fault.strerror}") from fault
    _ours(data)
    async with _locked(data) as lock:
        yield Folder(data.resolve(), True, lock, database)


def _ours(data: Path) -> None:
    if (data / "sambud.db").exists() and not (data / "day.jsonl").exists():
        raise BadConfiguration(str(data), "", "this folder has a database that no demo made; name another with --data")


@asynccontextmanager
async def _locked(path: Path) -> AsyncIterator[int]:
    """A lock that the kernel gives up with the last process that holds it, whatever ended it."""
    try:
        lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        raise BadConfiguration(str(path), "", f"this folder cannot be used: {fault.strerror}") from fault
    try:
        await _take(lock, path)
        yield lock
    finally:
        os.close(lock)


async def _take(lock: int, path: Path) -> None:
    patience = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > patience:
                reason = "another demo is playing in this folder; wait for it, or name another with --data"
                raise BadConfiguration(str(path), "", reason) from None
            await asyncio.sleep(0.2)
