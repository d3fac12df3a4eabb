"""What the one who asks for a demo decides."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Plan:
    """How to play the day: `speed` times real time, and where; without `data` nothing is left afterwards.

    With the addresses of a `broker` the partners send and get their messages through it. It must be there for the day
    alone, and so must a `database` that is named.
    """

    speed: float = 300
    once: bool = False
    port: int = 8460
    data: Path | None = None
    seed: int = 1
    broker: tuple[str, ...] = ()
    database: str = ""
