"""A round of drills: parts of a site are stopped, a person is told, they come back, and the all-clear is told."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from tests.drills.site import HOWS, PARTS, Site

# In so many seconds somebody is to be told.
BOUND_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Drill:
    """What was stopped and how, and after how many seconds it was told, and the all-clear after it was back."""

    part: str
    how: str
    told: float
    clear: float

    @property
    def in_time(self) -> bool:
        """Whether somebody was told soon enough."""
        return self.told <= BOUND_SECONDS


async def play(site: Site, stopped: Mapping[str, str]) -> list[Drill]:
    """Stop some parts at the same time, each in its way; others go on. Raises TimeoutError when nobody is told."""
    after, begun = len(site.person.told), time.monotonic()
    for part, how in stopped.items():
        site.stop(part, how)
    told = await asyncio.gather(*(site.told("broken", part, after) for part in stopped))
    back = time.monotonic()
    await asyncio.gather(*(site.back(part, how) for part, how in stopped.items()))
    clear = await asyncio.gather(*(site.told("mended", part, after) for part in stopped))
    return [
        Drill(part, how, heard - begun, over - back)
        for (part, how), heard, over in zip(stopped.items(), told, clear, strict=True)
    ]


def chosen(chance: random.Random, together: int) -> dict[str, str]:
    """Parts that are stopped together, and how."""
    return {part: chance.choice(list(HOWS)) for part in chance.sample(PARTS, together)}


def table(drills: Sequence[Drill]) -> str:
    """How long it took, by part and by way, and all together."""
    rows = [("", "drills", "median s", "p95 s", "worst s", "all-clear s")]
    for name in (*PARTS, *HOWS):
        if mine := [x for x in drills if name in (x.part, x.how)]:
            rows.append(_row(name, mine))
    rows.append(_row("all", drills))
    return "\n".join("".join(f"{cell:>13}" for cell in row) for row in rows)


def _row(name: str, drills: Sequence[Drill]) -> tuple[str, ...]:
    told = [x.told for x in drills]
    p95 = quantiles(told, n=20, method="inclusive")[-1] if len(told) > 1 else told[0]
    figures = (median(told), p95, max(told), median(x.clear for x in drills))
    return (name, str(len(drills)), *(f"{figure:.1f}" for figure in figures))
