"""A made-up year of traffic: partners large and small, weekdays, holidays, a quiet summer, and plain chance."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate, pairwise
from random import Random

from hub.calendar import Hours
from hub.expecting import Day
from hub.registry import directory
from hub.registry.shape import PracticeTable, WeekTable

# How a day's traffic lies on its hours: office hours; a system that sends what the night made; and around the clock.
OFFICE = {7: 2, 8: 9, 9: 14, 10: 15, 11: 13, 12: 10, 13: 13, 14: 14, 15: 7, 16: 2, 18: 1}
NIGHT = {5: 1, 6: 20, 7: 2, 11: 1}
ALWAYS = {hour: 2 if hour < 7 else 5 if hour < 18 else 3 for hour in range(24)}


@dataclass(frozen=True)
class Sender:
    """A partner's messages of a kind: so many on a usual day, how much days differ (a logarithm), and when."""

    name: str
    mean: float
    spread: float
    hours: dict[int, int]
    # How likely a day has any at all, and what is left of it on days off and in the summer.
    days: float = 1.0
    off: float = 0.1
    summer: float = 0.6


SENDERS = (
    Sender("university hospital", 60, 0.15, OFFICE),
    Sender("local hospital", 24, 0.2, OFFICE),
    Sender("hospital by night", 22, 0.2, NIGHT, off=0.0),
    Sender("home service", 35, 0.2, OFFICE, summer=0.8),
    Sender("small home service", 14, 0.25, OFFICE, off=0.3, summer=0.8),
    Sender("emergency unit", 20, 0.25, ALWAYS, off=1.1, summer=1.1),
    Sender("small hospital", 11, 0.25, OFFICE, summer=0.5),
    Sender("specialist", 5, 0.3, OFFICE, summer=0.2),
    Sender("municipality's office", 2, 0.3, OFFICE),
    Sender("batches now and then", 40, 0.6, OFFICE, days=0.4),
)


@cache
def hours() -> Hours:
    """A practice that is open on working days, closed on all public holidays, and short before some of them."""
    week = WeekTable.model_validate({key: ["08:00-16:00"] for key in ("mon", "tue", "wed", "thu", "fri")})
    return directory.hours(PracticeTable(her_id="100", name="x", organisation_number="974703300", open=week))


def days(x: Sender, first: date, last: date, seed: int) -> dict[date, Day]:
    """What a sender sent on each day."""
    chance = Random(f"{x.name} {seed}")
    return {day: _day(x, _level(x, day, chance), chance) for day in _span_of(first, last)}


def part(day: Day, keep: float, chance: Random) -> Day:
    """A day of which so much came, and the rest did not."""
    counts = (b - a for a, b in pairwise(day))
    return tuple(accumulate((sum(chance.random() < keep for _ in range(n)) for n in counts), initial=0))


def without(day: Day, first: int, last: int, later: bool = False) -> Day:
    """A day on which nothing came from one hour to another; with `later` it came in the hour after."""
    counts = [b - a for a, b in pairwise(day)]
    lost = sum(counts[first:last])
    counts[first:last] = [0] * (last - first)
    if later and last < 24:
        counts[last] += lost
    return tuple(accumulate(counts, initial=0))


def _span_of(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _level(x: Sender, day: date, chance: Random) -> float:
    """How many are to be expected on a day."""
    if chance.random() > x.days:
        return 0.0
    level = x.mean * math.exp(chance.gauss(0, x.spread))
    if not hours().openings(day):
        return level * x.off
    level *= (1.15, 1.0, 1.0, 1.0, 0.85)[day.weekday()]
    week = day.isocalendar().week
    if 27 <= week <= 31:
        level *= x.summer
    elif week in (26, 32):
        level *= (1 + x.summer) / 2
    if _squeezed(day):
        level *= 0.7
    return level


def _squeezed(day: date) -> bool:
    """A working day with a public holiday close by, on which many are away."""
    near = (day + timedelta(days=n) for n in (-2, -1, 1, 2))
    return any(d in hours().closed and d.weekday() < 5 for d in near)


def _day(x: Sender, level: float, chance: Random) -> Day:
    weight = sum(x.hours.values())
    return tuple(accumulate((_poisson(level * x.hours.get(h, 0) / weight, chance) for h in range(24)), initial=0))


def _poisson(mean: float, chance: Random) -> int:
    limit, number, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        number, product = number + 1, product * chance.random()
    return number
