"""A campaign: so many mutants through the full reader in reader processes, each judged."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from hub.acceptance import STRICT, Acceptance
from hub.message import Message, Reading, Refusal, Unreadable
from hub.wire import Readers, faults
from tests.fuzz import law
from tests.fuzz.mutant import Mutant, mutant

# A message may take so long at most.
SECONDS = 2.0

# What decides where a message goes: it must be the same however briefly a message is read when it arrives.
DECISIVE = (
    *("envelope", "kind", "patient", "conversation", "wanted", "status", "document_id", "themes", "subject"),
    "words",
)

# A mutant's readings: as it arrives, and as it is opened by people.
Pair = tuple[Reading, Reading]

BATCH = 64
# So many batches per reader wait, so that no reader does.
WAITING = 2

# How the faults begin with which a reader's end is told.
_LOST_READER = {
    faults.reader_died().en: "died",
    faults.reader_failed().en: "failed",
    faults.reader_hung(SECONDS).en.partition("more than")[0]: "hung",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One mutant that broke a law: which, and how; `what` may quote the sample, which is about nobody."""

    kind: str
    number: int
    sample: str
    what: str


@dataclass(slots=True)
class Tally:
    """What came of a campaign."""

    seed: int
    read: int = 0
    seconds: float = 0.0
    compared: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    @property
    def rate(self) -> float:
        """Mutants per second."""
        return self.read / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Campaign:
    """Which mutants, through how many readers, and where those that break a law are kept."""

    seed: int
    count: int
    readers: int = 1
    first: int = 0
    keep: Path | None = None
    batch: int = BATCH
    seconds: float = SECONDS
    program: str = "hub.wire.reading"
    acceptance: Acceptance = STRICT

    async def run(self, progress: Callable[[Tally], None] = lambda tally: None) -> Tally:
        """Read all, and tell what was found. Raises ReaderBroken when readers do not even start."""
        tally, start = Tally(self.seed), time.monotonic()
        async with Readers(
            count=self.readers, seconds=self.seconds, program=self.program, acceptance=self.acceptance
        ) as readers:
            async for numbers, mutants, readings in self._read(readers, tally):
                for number, made, reading in zip(numbers, mutants, readings, strict=True):
                    self._judge(tally, number, made, reading)
                tally.read += len(mutants)
                tally.seconds = time.monotonic() - start
                progress(tally)
        return tally

    async def _read(self, readers: Readers, tally: Tally) -> AsyncIterator[tuple[range, list[Mutant], list[Pair]]]:
        """Batches in order, while the next are made and read."""
        waiting: list[tuple[range, list[Mutant], asyncio.Task[list[Pair]]]] = []
        end = self.first + self.count
        for start in range(self.first, end, self.batch):
            numbers = range(start, min(start + self.batch, end))
            mutants = [mutant(self.seed, number) for number in numbers]
            waiting.append((numbers, mutants, asyncio.create_task(self._timed(readers, tally, mutants))))
            # Whoever makes mutants holds the loop; here the readers are heard.
            await asyncio.sleep(0)
            if len(waiting) == WAITING * self.readers:
                numbers, mutants, task = waiting.pop(0)
                yield numbers, mutants, await task
        for numbers, mutants, task in waiting:
            yield numbers, mutants, await task

    async def _timed(self, readers: Readers, tally: Tally, mutants: list[Mutant]) -> list[Pair]:
        raws = [each.raw for each in mutants]
        start = time.monotonic()
        readings = await self._both(readers, raws)
        # A batch that takes half of what one message may is read again one by one, to find out whose it was.
        if time.monotonic() - start > self.seconds / 2:
            readings = [await self._alone(readers, tally, each) for each in mutants]
        return readings

    async def _alone(self, readers: Readers, tally: Tally, made: Mutant) -> Pair:
        """One mutant by itself, which has but its own time to take."""
        start = time.monotonic()
        (reading,) = await self._both(readers, [made.raw])
        tally.slowest = max(tally.slowest, (time.monotonic() - start, made.sample))
        return reading

    async def _both(self, readers: Readers, raws: list[bytes]) -> list[Pair]:
        """Each as it arrives, and a message as people open it too."""
        arriving = await readers.read(raws)
        opened = [raw for raw, reading in zip(raws, arriving, strict=True) if isinstance(reading, Message)]
        whole = iter(await readers.read(opened, stored=True))
        return [(each, next(whole) if isinstance(each, Message) else each) for each in arriving]

    def _judge(self, tally: Tally, number: int, made: Mutant, reading: Pair) -> None:
        tally.verdicts[_verdict(reading[0])] += 1
        tally.compared += isinstance(reading[1], Message) and made.told is not None
        for kind, what in broken(made, *reading):
            tally.findings.append(Finding(kind, number, made.sample, what))
            if self.keep:
                self.keep.mkdir(parents=True, exist_ok=True)
                (self.keep / f"{kind}-{self.seed}-{number}.xml").write_bytes(made.raw)


def broken(made: Mutant, arriving: Reading, opened: Reading) -> list[tuple[str, str]]:
    """The laws that a mutant's readings break, each with what shows it."""
    found = []
    for reading in dict.fromkeys((arriving, opened)):
        if isinstance(reading, Refusal | Unreadable):
            found += _turned_away(made, reading)
    if isinstance(arriving, Message) and (differing := _differing(arriving, opened)):
        found.append(("differs", f"it arrives with another {differing} than is opened"))
    if isinstance(opened, Message) and made.told is not None and (missing := law.lost(made.told, opened)):
        found.append(("lost", "; ".join(text[:80] for text in missing[:3])))
    return found


def _turned_away(made: Mutant, reading: Refusal | Unreadable) -> list[tuple[str, str]]:
    """With a reason, by a reader that lived, and without a word of the sender's."""
    found = []
    told = " ".join(f"{fault.en} {fault.nb} {fault.path}" for fault in reading.faults)
    if not told:
        found.append(("silent", "turned away without a reason"))
    elif kind := next((kind for said, kind in _LOST_READER.items() if told.startswith(said)), ""):
        found.append((kind, told.partition(". ")[0]))
    if f"{made.mark}m" in told:
        found.append(("quoted", "a fault tells what the sender wrote"))
    return found


def _differing(arriving: Message, opened: Reading) -> str:
    """The first of what decides in which a message differs from itself when it is opened; nothing when none does."""
    if not isinstance(opened, Message):
        return "verdict"
    return next((name for name in DECISIVE if getattr(arriving, name) != getattr(opened, name)), "")


def _verdict(reading: Reading) -> str:
    kind = type(reading).__name__.lower()
    if not isinstance(reading, Refusal | Unreadable):
        return kind
    return " ".join((kind, *sorted({fault.code for fault in reading.faults})))
