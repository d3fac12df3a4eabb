"""What reading a message costs its reader process: time on a processor, and memory beyond what it has at rest."""

import os
from dataclasses import dataclass
from pathlib import Path

from hub.message import Reading
from hub.wire import Readers

MB = 2**20
_TICKS = os.sysconf("SC_CLK_TCK")
# What to write so that the kernel forgets the highest memory so far (proc_pid_clear_refs(5)).
_FORGET = "5"


@dataclass(frozen=True, slots=True)
class Cost:
    """A reading, and what it took."""

    reading: Reading
    seconds: float
    memory: int


class Gauge:
    """Measures the one process of some Readers; at rest is how it was when this was made."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._rest = _memory(self._pid, "VmRSS")

    @property
    def _pid(self) -> int:
        (pid,) = self._readers.pids
        return pid

    async def read(self, raw: bytes) -> Cost:
        """Read one message. One that costs the reader its life costs nothing that could be measured."""
        pid = self._pid
        Path(f"/proc/{pid}/clear_refs").write_text(_FORGET)
        before = _seconds(pid)
        (reading,) = await self._readers.read([raw])
        if self._readers.pids != (pid,):
            return Cost(reading, 0.0, 0)
        return Cost(reading, _seconds(pid) - before, _memory(pid, "VmHWM") - self._rest)


def _seconds(pid: int) -> float:
    """Time on a processor so far, in the process and in the system for it."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / _TICKS


def _memory(pid: int, what: str) -> int:
    told = Path(f"/proc/{pid}/status").read_text().partition(f"{what}:")[2]
    return int(told.split()[0]) * 1024
