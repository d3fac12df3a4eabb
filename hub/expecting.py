"""What partners are expected to send: learned from eight weeks, and told where it does not come or comes in a flood.

A partner is silent when by some hour less has come than on nearly all like days, so little that a quiet day does not
explain it, and when that does not happen now and then. So neither sparse partners alarm nor irregular ones.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate, dropwhile, pairwise
from statistics import median

from hub.calendar import Hours, working_day
from hub.traffic import WEEKS, Counted, Strange, Unusual, Usual

# On how many days of one weekday a judgement rests at least; or else of all working days.
LEAST, LEAST_POOLED = 5, 10
# Of so many like days one may have been as odd as today: an outage that was must not hide the next one.
ODD = 7
# Whoever sends on no more weekdays than these has few days to learn from.
RARELY = 2
# A quiet day has this part of what is typical. It is held for silence only when less than one such day in a hundred
# has as little by chance, which needs at least 7.7 messages on a typical day.
QUIET, CHANCE = 0.6, 0.01
# So many times the most of any day but one, and at least so many, is a flood: what waited over an outage is less.
TIMES, FLOOD = 3, 60
# How long an alarm that nothing confirms any more stays: over a weekend and a holiday.
STAYS = timedelta(days=4)
# How many working days back the trend is told.
TREND = 5

# How many had come by each full hour of a day, from 0 to 24.
Day = tuple[int, ...]
NOTHING: Day = (0,) * 25
# A partner's messages of a kind, by the practice's days.
Days = Mapping[date, Day]
Book = Mapping[tuple[str, str], Days]


@dataclass(frozen=True, slots=True)
class Expected:
    """How a partner's messages of a kind stand: what came today, what is usual by now and on the whole day.

    `recent` is what came on the last working days as a part of what is typical; None where that is nothing.
    """

    sender: str
    name: str
    kind: str
    hour: int
    came: int
    usual: Usual | None
    whole: Usual | None
    recent: float | None
    strange: Strange | None


def since(now: datetime) -> datetime:
    """From when counts are needed: a week more than is learned from, so that nobody seems new who is not."""
    return now - timedelta(weeks=WEEKS + 1)


def book(counted: Iterable[Counted], hours: Hours) -> Book:
    """Counts by sender, kind and the practice's days."""
    found: dict[tuple[str, str], dict[date, list[int]]] = {}
    for x in counted:
        at = hours.local(x.hour)
        found.setdefault((x.sender, x.kind), {}).setdefault(at.date(), [0] * 24)[at.hour] += x.messages
    return {
        key: {day: tuple(accumulate(counts, initial=0)) for day, counts in days.items()} for key, days in found.items()
    }


def judge(found: Book, names: Mapping[str, str], practices: Sequence[Hours], now: datetime) -> list[Unusual]:
    """What is strange now, by sender. Silence is told while a practice is open, as somebody must telephone."""
    local, is_open, told = practices[0].local(now), _open(practices, now), []
    for (sender, kind), days in sorted(found.items()):
        if strange := _strange(days, local, practices, is_open):
            what, rests = strange
            about = (sender, _name(sender, names), kind, local.date(), now)
            told.append(Unusual(what, *about, local.hour, days.get(local.date(), NOTHING)[-1], rests))
    return told


def expected(found: Book, names: Mapping[str, str], practices: Sequence[Hours], now: datetime) -> list[Expected]:
    """How every partner's messages of each kind stand now, by name."""
    local, is_open, rows = practices[0].local(now), _open(practices, now), []
    today, hour = local.date(), local.hour
    for (sender, kind), days in found.items():
        usually = usual(days, today, hour, practices), usual(days, today, 24, practices)
        strange = _strange(days, local, practices, is_open)
        told = (*usually, _recent(days, today, practices), strange and strange[0])
        rows.append(Expected(sender, _name(sender, names), kind, hour, days.get(today, NOTHING)[-1], *told))
    return sorted(rows, key=lambda x: (x.name, x.sender, x.kind))


def usual(days: Days, day: date, hour: int, practices: Sequence[Hours]) -> Usual | None:
    """What is usual by an hour of such a day; None when there are too few like days, or it is a closed one.

    The day on which a partner was first heard of counts for nothing: it may have begun at noon.
    """
    first = min(days, default=day)
    known = [d for d in _before(day) if d > first and _works(practices, d)]
    alike = [d for d in known if d.weekday() == day.weekday()]
    pooled = len(alike) < LEAST
    if len(known) < LEAST_POOLED or not _works(practices, day):
        return None
    return _range(sorted(days.get(d, NOTHING)[hour] for d in (known if pooled else alike)), pooled)


def silent(days: Days, day: date, hour: int, came: int, practices: Sequence[Hours]) -> Usual | None:
    """What is usual, if so little is less than on nearly all like days and than a quiet day explains; else None."""
    found = usual(days, day, hour, practices)
    if found is None or came >= found.low or _chance(came, QUIET * found.typical) >= CHANCE:
        return None
    return None if _happens(days, day, hour, came, practices) else found


def over(x: Unusual, days: Days, practices: Sequence[Hours], now: datetime) -> bool:
    """Whether an alarm has ended: enough has come since, or it is an old one that nothing confirmed."""
    local, since_then = practices[0].local(now), days.get(x.day, NOTHING)[-1] - x.came
    if x.what is Strange.FLOOD:
        return local.date() > x.day
    if local.date() > x.day:
        return since_then > 0 or days.get(local.date(), NOTHING)[-1] > 0 or local.date() - x.day >= STAYS
    by_now = usual(days, x.day, local.hour, practices)
    due = (by_now.typical - x.usual.typical) / 2 if by_now else 0.0
    return since_then >= max(1.0, due) or bool(by_now and x.came + since_then >= by_now.low)


def heard(x: Unusual, days: Days, today: date) -> bool:
    """Whether an alarm that ended did so because they were heard of."""
    came = days.get(x.day, NOTHING)[-1] > x.came or (today > x.day and days.get(today, NOTHING)[-1] > 0)
    return x.what is Strange.SILENT and came


def _strange(days: Days, local: datetime, practices: Sequence[Hours], is_open: bool) -> tuple[Strange, Usual] | None:
    """What is strange about a partner's messages of a kind, and what is usual instead."""
    today = local.date()
    came = days.get(today, NOTHING)[-1]
    if is_open and (missed := silent(days, today, local.hour, came, practices)):
        return Strange.SILENT, missed
    if came < FLOOD:
        return None
    counts = sorted(days[d][-1] for d in _before(today) if d in days)
    # One flood must not hide the next.
    flood = len(counts) >= LEAST and came >= TIMES * counts[-2]
    return (Strange.FLOOD, usual(days, today, 24, practices) or _range(counts, True)) if flood else None


def _name(sender: str, names: Mapping[str, str]) -> str:
    return names.get(sender, f"HER-id {sender}")


def _happens(days: Days, day: date, hour: int, came: int, practices: Sequence[Hours]) -> bool:
    """Whether so little comes now and then: on days that do not follow each other, beside one outage and this one.

    Of whoever sends on one or two weekdays only, the other days tell nothing; then it must never have been so.
    """
    first = min(days, default=day)
    known = [d for d in _before(day) if d > first and _works(practices, d)]
    sending = {n for n in range(7) if median([days.get(d, NOTHING)[hour] for d in known if d.weekday() == n] or [0])}
    few = [days.get(d, NOTHING)[hour] <= came for d in known if d.weekday() in sending]
    before = list(dropwhile(bool, few))
    times = sum(now and not later for later, now in pairwise([False, *before]))
    return times > (1 if len(sending) > RARELY else 0)


def _range(counts: Sequence[int], pooled: bool) -> Usual:
    """What nearly all of these have, which are in order."""
    odd = len(counts) // ODD
    return Usual(counts[odd], counts[-1 - odd], median(counts), len(counts), pooled)


def _recent(days: Days, today: date, practices: Sequence[Hours]) -> float | None:
    first = min(days, default=today)
    counts = [days.get(d, NOTHING)[-1] for d in _before(today) if d > first and _works(practices, d)]
    typical = median(counts) if len(counts) >= LEAST_POOLED else 0
    return sum(counts[:TREND]) / (TREND * typical) if typical else None


def _before(day: date) -> Iterator[date]:
    """The days that are learned from, the last one first."""
    return (day - timedelta(days=n) for n in range(1, WEEKS * 7 + 1))


def _works(practices: Sequence[Hours], day: date) -> bool:
    """Whether any practice opens on a day."""
    return any(working_day(hours, day) for hours in practices)


def _open(practices: Sequence[Hours], now: datetime) -> bool:
    """Whether some practice has opened today, and not all have closed for the day."""
    spans = (hours.openings(hours.local(now).date()) for hours in practices)
    return any(openings[0][0] <= now <= openings[-1][1] for openings in spans if openings)


@cache
def _chance(came: int, mean: float) -> float:
    """How likely so few or fewer are, when so many are to be expected (Poisson)."""
    if came > mean:
        return 1.0
    # By logarithms, as the powers of large counts are beyond any number.
    return sum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(came + 1))
