"""One of the hub's own processes, started as anybody would start it."""

import asyncio
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

import hub
from hub.demo.folder import Folder
from hub.errors import HubError

STARTS_WITHIN = 30.0
STOPS_WITHIN = 15.0
LOOK_SECONDS = 0.05


class Failed(HubError):
    """A process does not start, or does not stay."""

    code = "server-failed"
    title = "The demo's server does not run"


class Child:
    """`name` is what the process is called here, `kind` what it is started as; `well` asks whether it works."""

    def __init__(self, name: str, kind: str, folder: Folder, well: Callable[[], Awaitable[bool]] | None = None) -> None:
        self.name = name
        self._kind = kind
        self._lock = folder.lock
        self._log = folder.log(name)
        self._well = well
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        """The process that runs now, 0 when there is none."""
        return self._process.pid if self._process else 0

    async def start(self, given: Mapping[str, object]) -> None:
        """Start it with these settings in its environment, and wait until it works. Raises Failed."""
        with self._log.open("ab") as log:
            before = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *_command(self._kind, given),
                stdin=PIPE,
                stdout=log,
                stderr=log,
                # Where the packages are, whatever folder the demo was started in.
                cwd=Path(hub.__file__).parent.parent,
                # Ctrl-C is for the demo, which then stops its processes itself.
                start_new_session=True,
                pass_fds=(self._lock,),
            )
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                await self._ready(self._process, before)
        except TimeoutError:
            reason = f"the {self.name} is not ready within {STARTS_WITHIN:.0f} s; its last words: {self.last_words()}"
            raise Failed(reason) from None

    async def stop(self) -> None:
        """Let it end by the end of its input, and make sure of it."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None, "a child's input is a pipe"
        process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOPS_WITHIN):
                await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()

    async def ended(self) -> int | None:
        """Wait for its end: the exit code, or None when it was stopped by us."""
        process = self._process
        if process is None:
            return None
        code = await process.wait()
        return code if self._process is process else None

    def last_words(self) -> str:
        """The last line of what it said."""
        said = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return said[-1] if said else "it said nothing"

    async def _ready(self, process: Process, before: int) -> None:
        """Wait until it says that it has begun, for somebody else might answer in its place; then until it is well."""
        while not (self._begun(before) and (self._well is None or await self._well())):
            if process.returncode is not None:
                raise Failed(f"the {self.name} does not start ({cause(process.returncode)}): {self.last_words()}")
            await asyncio.sleep(LOOK_SECONDS)

    def _begun(self, before: int) -> bool:
        with self._log.open("rb") as log:
            log.seek(before)
            return b'"process.started"' in log.read()


def cause(code: int) -> str:
    """What ended a process."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _command(kind: str, given: Mapping[str, object]) -> tuple[str, ...]:
    """`env` sets what is given, and leaves the rest of the environment as it is."""
    return (
        shutil.which("env") or "/usr/bin/env",
        *(f"{name}={value}" for name, value in given.items()),
        sys.executable,
        *("-m", "workers", kind, "--with-parent"),
    )
