"""Reader processes: reading happens in children that can be lost without loss (pitfall XML 6).

libxml2 is not meant for untrusted data, so no message is parsed in the hub. A batch goes to a free reader. A reader
that dies or takes too long is replaced, and its batch read again one message at a time: only the message that does
it again, alone and in a fresh reader, becomes Unreadable.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import msgspec

from hub.acceptance import CHOICES, STRICT, Acceptance
from hub.errors import BadConfiguration, ReaderBroken
from hub.message import Fault, Reading, Unreadable
from hub.wire import crossing, faults, gate
from hub.wire.allowed import Allowed

T = TypeVar("T")

# A reader starts in about 0.2 s; a machine under load is given more.
STARTS_WITHIN = 30.0
PAUSES = (0.2, 1.0)
ENDS_WITHIN = 2.0

# A portion goes to one reader at once: large enough to hide the crossing, small enough to share and to hold.
PORTION_MESSAGES = 64
PORTION_BYTES = 4_000_000

# Time beyond the base that a batch may take: far more than good messages need, also on a slow machine.
SECONDS_PER_MESSAGE = 0.02
BYTES_PER_SECOND = 5_000_000

# So long after its time is up a reader ends itself, should nobody be there any more to do it.
ALARM_AFTER = 5

# Text is told at most a few times over (text, remark, subject), never more than this.
REPLY_BYTES = 4_000_000
REPLY_FACTOR = 4

NOTHING_DECIDED: Mapping[str, Any] = {}

# Without the user's own folders or the environment (-I), but with the hub's search path, which -I would hide.
_PROGRAM = """
import importlib, sys
import json
program, memory, limit, schemas, terms, *sys.path = sys.argv[1:]
importlib.import_module("hub.wire.catalogue").use(schemas)
importlib.import_module(program).main(int(memory), int(limit), **json.loads(terms))
"""


class Readers:
    """So many reader processes, each with a limit of bytes for a message, of memory and of seconds for a batch.

    `async with Readers(...) as readers` starts them all and raises BadConfiguration or ReaderBroken when it cannot;
    `lazy` ones start when they are first asked, by a process that seldom reads.
    `schemas` is the folder of a site's own set; ours is used without one. `acceptance` is what a site decides in the
    rows that are left to it, and `trust` the folder with the authorities whose signatures it trusts.
    """

    def __init__(
        self,
        count: int = 1,
        limit: int = gate.LIMIT,
        memory: int = 512 * 2**20,
        seconds: float = 2.0,
        program: str = "hub.wire.reading",
        schemas: Path | None = None,
        acceptance: Acceptance = STRICT,
        trust: Path | None = None,
        lazy: bool = False,
    ) -> None:
        self._seconds, self._lazy = seconds, lazy
        terms = _terms(acceptance, trust)
        self._readers = [_Reader(_command(program, memory, limit, schemas, terms)) for _ in range(count)]
        self._free: asyncio.Queue[_Reader] = asyncio.Queue()
        self._explainer = Explainer(_command("hub.wire.explanation", memory, limit, schemas), seconds)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that run now."""
        return tuple(r.pid for r in self._readers if r.pid is not None)

    async def __aenter__(self) -> Self:
        try:
            await _together(reader.start() for reader in self._readers if not self._lazy)
        except BaseException:
            await self._close()
            raise
        for reader in self._readers:
            self._free.put_nowait(reader)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def read(self, batch: Sequence[bytes], *, stored: bool = False) -> list[Reading]:
        """What each of the messages says, in order. Raises BadConfiguration or ReaderBroken; may be cancelled.

        What is `stored` was taken in before and stays readable, however small a message must be by now.
        """
        portions = list(_portions(batch))
        if len(portions) == 1:
            return await self._read(portions[0], stored)
        told = await _together(self._read(portion, stored) for portion in portions)
        return [reading for readings in told for reading in readings]

    async def explain(self, raw: bytes) -> dict[Fault, Allowed]:
        """What is allowed where the form of a message is wrong, by its faults; see Explainer."""
        return await self._explainer.explain(raw)

    async def _read(self, portion: Sequence[bytes], stored: bool) -> list[Reading]:
        reader = await self._free.get()
        try:
            readings = await self._ask(reader, portion, stored)
            if isinstance(readings, Fault):
                return [await self._alone(reader, raw, stored) for raw in portion]
            return readings
        finally:
            self._free.put_nowait(reader)

    async def _alone(self, reader: "_Reader", raw: bytes, stored: bool) -> Reading:
        readings = await self._ask(reader, [raw], stored)
        return Unreadable((readings,)) if isinstance(readings, Fault) else readings[0]

    async def _ask(self, reader: "_Reader", portion: Sequence[bytes], stored: bool) -> list[Reading] | Fault:
        size = sum(map(len, portion))
        seconds = self._seconds + len(portion) * SECONDS_PER_MESSAGE + size / BYTES_PER_SECOND
        return await reader.ask(Question(portion, crossing.replied, stored), seconds)

    async def _close(self) -> None:
        for reader in self._readers:
            await reader.stop()
        await self._explainer.stop()


class Explainer:
    """A process apart that explains, started when somebody first asks; intake never waits for it."""

    def __init__(self, command: tuple[str, ...], seconds: float) -> None:
        self._reader = _Reader(command)
        self._seconds = seconds
        self._turn = asyncio.Lock()

    async def explain(self, raw: bytes) -> dict[Fault, Allowed]:
        """What is allowed where the form of a message is wrong, by its faults.

        Empty when it takes too long or the process dies of it. Raises BadConfiguration or ReaderBroken when no
        process starts.
        """
        async with self._turn:
            question = Question((raw,), crossing.explained)
            told = await self._reader.ask(question, self._seconds + len(raw) / BYTES_PER_SECOND)
        return {} if isinstance(told, Fault) else {each.fault: each.allowed for each in told[0]}

    async def stop(self) -> None:
        """End the process, if there is one."""
        await self._reader.stop()


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """A batch for a process, and how its reply is understood: one answer for each message."""

    batch: Sequence[bytes]
    understand: Callable[[bytes], list[T]]
    stored: bool = False


class _Reader:
    """One process after the other, of which one runs at a time, and one question at a time."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._process: Process | None = None
        self._killed: list[Process] = []

    @property
    def pid(self) -> int | None:
        """The process that runs now."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start a process and wait until it is ready; try again after a pause, and give up after a few times."""
        for pause in (*PAUSES, None):
            reason = await self._try()
            if reason is None:
                return
            if pause is None:
                raise ReaderBroken(f"the reader process does not start: {reason}")
            await asyncio.sleep(pause)

    async def ask(self, question: Question[T], seconds: float) -> list[T] | Fault:
        """An answer for each message, or how the process was lost over them; then the next question gets a new one."""
        if self._process and self._process.returncode is not None:
            # It died while nobody asked: no message is at fault.
            self._kill()
        if self._process is None:
            await self.start()
        assert self._process is not None, "a started reader has a process"
        try:
            async with asyncio.timeout(seconds):
                return await _exchange(self._process, question, seconds)
        except TimeoutError:
            self._kill()
            return faults.reader_hung(seconds)
        except (OSError, EOFError, msgspec.DecodeError):
            self._kill()
            return faults.reader_died()
        except BaseException:
            # A cancelled question leaves half a frame in the pipe, which the next would take for its own.
            self._kill()
            raise

    async def stop(self) -> None:
        """Let the process end by the end of its input, and make sure of it."""
        process, self._process = self._process, None
        if process and process.stdin:
            process.stdin.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(ENDS_WITHIN):
                    await process.wait()
        if process:
            self._end(process)
        await self._bury()

    async def _try(self) -> str | None:
        """Start a process once: why not, or None. Raises BadConfiguration when it says that a file is wrong."""
        await self._bury()
        # An empty environment holds no secret; the root folder keeps no other one busy.
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, limit=2**20, env={}, cwd="/"
        )
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                said = crossing.started(await _frame(self._process, REPLY_BYTES))
        except TimeoutError:
            self._kill()
            return f"not ready within {STARTS_WITHIN:.0f} s"
        except (OSError, EOFError, msgspec.DecodeError) as error:
            self._kill()
            return f"it ended or said nothing sensible ({type(error).__name__}); its own words are on standard error"
        except BaseException:
            self._kill()
            raise
        if said.file:
            self._kill()
            raise BadConfiguration(said.file, "", said.reason)
        return None

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process:
            self._end(process)

    def _end(self, process: Process) -> None:
        # Not process.kill(): it would take a dead child's status away from the event loop, which then complains.
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, SIGKILL)
        self._killed.append(process)

    async def _bury(self) -> None:
        """Wait for the end of what was killed, but not for ever: nothing good holds a dead reader's pipes."""
        while self._killed:
            with suppress(TimeoutError):
                async with asyncio.timeout(ENDS_WITHIN):
                    await self._killed[-1].communicate()
            self._killed.pop()


async def _together(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """All results in order; the first failure ends the rest and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in work]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


async def _exchange(process: Process, question: Question[T], seconds: float) -> list[T]:
    """Ask and hear. The reader takes a whole question before it answers, so the two pipes never wait for each other."""
    await _put(process, crossing.request(question.batch, int(seconds) + 1 + ALARM_AFTER, question.stored))
    most = REPLY_BYTES + REPLY_FACTOR * sum(map(len, question.batch))
    told = question.understand(await _frame(process, most))
    if len(told) != len(question.batch):
        raise EOFError("the reader told another number of readings")
    return told


async def _put(process: Process, frame: bytes) -> None:
    """Hand over a frame. Raises OSError or EOFError when nobody takes it."""
    assert process.stdin is not None, "the reader's input is a pipe"
    try:
        process.stdin.write(frame)
        await process.stdin.drain()
    except RuntimeError as closed:
        # uvloop's word for a pipe whose other end is gone.
        raise EOFError("the reader's input is closed") from closed


async def _frame(process: Process, most: int) -> bytes:
    """The body of the next frame. Raises EOFError when the process ends first, or would tell more than it can have."""
    assert process.stdout is not None, "the reader's output is a pipe"
    size = crossing.length(await process.stdout.readexactly(crossing.HEADER))
    if size > most:
        raise EOFError("the reader tells too much")
    return await process.stdout.readexactly(size)


def _portions(batch: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The batch in order, cut where a portion would have too many messages or bytes."""
    portion: list[bytes] = []
    size = 0
    for raw in batch:
        if portion and (len(portion) == PORTION_MESSAGES or size + len(raw) > PORTION_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(raw)
        size += len(raw)
    if portion:
        yield portion


def _command(
    program: str, memory: int, limit: int, schemas: Path | None, terms: Mapping[str, Any] = NOTHING_DECIDED
) -> tuple[str, ...]:
    path = (str(Path(place).absolute()) for place in sys.path)
    own = str(schemas.absolute()) if schemas else ""
    return (sys.executable, "-I", "-c", _PROGRAM, program, str(memory), str(limit), own, json.dumps(terms), *path)


def _terms(acceptance: Acceptance, trust: Path | None) -> Mapping[str, Any]:
    """What a site decides, as words that the program takes; nothing of what it leaves as it is."""
    chosen = {name: choice for name in CHOICES if (choice := getattr(acceptance, name)) != getattr(STRICT, name)}
    found: dict[str, Any] = {"acceptance": chosen} if chosen else {}
    return found | {"trust": str(trust.absolute())} if trust else found
