"""What processes cost: processor time and resident memory, as Linux tells them."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Pace:
    """So many messages a second, and the processor time that each part took for one of them, in milliseconds."""

    rate: float
    spent: Mapping[str, float]


class Meter:
    """Counts the processor time of parts, each a name with the seconds that it has had until now."""

    def __init__(self, parts: Mapping[str, Callable[[], float]]) -> None:
        self._parts = parts
        self._begun: dict[str, float] = {}

    def begin(self) -> None:
        """Count from here."""
        self._begun = {name: seconds() for name, seconds in self._parts.items()}

    def per_message(self, count: int) -> dict[str, float]:
        """Milliseconds of each part since the beginning, shared out over so many messages."""
        return {name: (seconds() - self._begun[name]) * 1000 / count for name, seconds in self._parts.items()}


def here() -> float:
    """Seconds of this very process."""
    return time.process_time()


def own(pid: int) -> float:
    """Seconds of a process by itself; 0 when it is gone."""
    return sum(_times(pid)[:2])


def others(pid: int) -> float:
    """Seconds of all that a process has started, those that ended too."""
    return sum(_times(pid)[2:]) + sum(sum(_times(child)) for child in below(pid))


def tree(pid: int) -> float:
    """Seconds of a process and of all that it has started."""
    return own(pid) + others(pid)


def below(pid: int) -> Iterator[int]:
    """The processes that a process has started, and theirs."""
    for child in children(pid):
        yield child
        yield from below(child)


def children(pid: int) -> list[int]:
    """The processes that a process has started and that run now; none when it is gone."""
    try:
        tasks = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208  # a glob fails when it goes meanwhile
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for task in tasks for child in _text(Path(f"/proc/{pid}/task/{task}/children")).split()]


def resident(pid: int) -> float:
    """Megabytes in memory now; 0 when it is gone."""
    _, _, after = _text(Path(f"/proc/{pid}/status")).partition("VmRSS:")
    return int(after.split()[0]) / 1024 if after else 0.0


def _times(pid: int) -> list[float]:
    """Seconds for itself and for the system, then both of those that it started and that ended."""
    _, _, after = _text(Path(f"/proc/{pid}/stat")).rpartition(")")
    return [int(ticks) / _TICKS for ticks in after.split()[11:15]]


def _text(path: Path) -> str:
    """What stands there; nothing when the process has ended meanwhile."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
