"""The calendar's arithmetic against the minutes of twenty years: most cases lie where clocks and calendars go wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from time import perf_counter
from zoneinfo import ZoneInfo

from hub import calendar
from hub.calendar import END_OF_DAY, Hours, ShortDay, Slot
from hub.registry import holiday
from tests.year.minutes import MICROSECOND, MINUTE, OSLO, REFERENCE, SHORT, Minutes

DAY = timedelta(days=1)
# Cases begin so far from the ends of the years that are counted: no span leads further.
MARGIN = 183 * DAY
NOON = time(12)


@dataclass(slots=True)
class Compared:
    """What came of one calendar: how many cases, how many seconds its minutes and the cases took, what is wrong."""

    name: str
    cases: int
    counting: float = 0.0
    comparing: float = 0.0
    wrong: list[str] = field(default_factory=list)


def calendars(seed: int, several: int) -> dict[str, Hours]:
    """Those of the reference, and so many by chance."""
    chance = Random(seed)
    return REFERENCE | {f"by chance {n}": by_chance(chance) for n in range(1, several + 1)}


def by_chance(chance: Random) -> Hours:
    """Any openings on any weekdays, holidays that count or not, and short days and closed days in any year."""
    slots: list[Slot] = []
    for day in chance.sample(range(7), chance.randint(1, 7)):
        marks = sorted(chance.sample(range(24 * 60 + 1), 2 * chance.randint(1, 3)))
        pairs = zip(marks[::2], marks[1::2], strict=True)
        slots += [Slot(day, _clock(opens), _clock(closes)) for opens, closes in pairs]
    closed = dict(holiday.public()) if chance.random() < 0.7 else {}
    closed |= {_day(chance): "stengt" for _ in range(chance.randrange(200))}
    short = {_day(chance): ShortDay("kort dag", ((time(7, 30), time(11)),)) for _ in range(chance.randrange(200))}
    return Hours(OSLO, tuple(slots), closed, short | (SHORT if chance.random() < 0.5 else {}))


def compared(name: str, hours: Hours, first: int, last: int, cases: int, seed: int) -> Compared:
    """So many cases of one calendar, from half a year after the first one's beginning to half a year before the end."""
    done, begun = Compared(name, cases), perf_counter()
    slow = Minutes(hours, date(first, 1, 1), date(last + 1, 1, 1))
    done.counting, begun = perf_counter() - begun, perf_counter()
    chance = Random(f"{seed}/{name}")
    places = Places(hours, slow)
    for _ in range(cases):
        start = places.one(chance)
        done.wrong += (f"{name}: {wrong}" for wrong in disagreements(hours, slow, start, _span(chance, slow)))
    done.comparing = perf_counter() - begun
    return done


class Places:
    """Where cases begin: half of them near a moment at which something changes, the others anywhere."""

    def __init__(self, hours: Hours, slow: Minutes) -> None:
        self._begin, self._end = slow.begin + MARGIN, slow.end - MARGIN
        zone, within = ZoneInfo(hours.zone), (self._end - self._begin).days
        days = [self._begin.date() + n * DAY for n in range(1, within)]
        odd = {*holiday.public(), *hours.closed, *hours.short}
        self._borders = [x for x in slow.borders() if self._begin <= x < self._end]
        self._nights = list(_nights(days))
        self._days = [datetime.combine(day, NOON, zone).astimezone(UTC) for day in days if day in odd]

    def one(self, chance: Random) -> datetime:
        """A moment, half of them on a whole minute."""
        minute = MINUTE if chance.random() < 0.5 else MICROSECOND
        around = chance.random()
        if around < 0.2:
            return chance.choice(self._nights) + _within(chance, 4 * 60 * MINUTE, minute)
        if around < 0.4 and self._days:
            return chance.choice(self._days) + _within(chance, 36 * 60 * MINUTE, minute)
        # Round the clock there are none.
        if around < 0.6 and self._borders:
            return chance.choice(self._borders) + chance.randrange(-3, 4) * minute
        return self._begin + chance.randrange((self._end - self._begin) // minute) * minute


def disagreements(hours: Hours, slow: Minutes, start: datetime, span: timedelta) -> Iterator[str]:
    """What the calendar says otherwise than the minutes do of one case: forwards, backwards, and between."""
    whole = span // MINUTE
    due, began = calendar.add(hours, start, span), slow.take(start, span)
    for told, said, what in (
        (slow.add(start, whole * MINUTE), calendar.add_minutes(hours, start, whole), f"add_minutes {whole}"),
        (slow.take(start, whole * MINUTE), calendar.take_minutes(hours, start, whole), f"take_minutes {whole}"),
        (slow.add(start, span), due, f"add {span}"),
        (slow.between(start, due), calendar.between(hours, start, due), f"between it and {due}"),
        (-slow.between(began, start), calendar.between(hours, start, began), f"between it and {began}"),
        # No span below nothing is none: that leads forwards.
        *(((began, calendar.add(hours, start, -span), f"add {-span}"),) if span else ()),
    ):
        if told != said:
            yield f"{what} at {start.isoformat()}: {said} instead of {told}"


def _span(chance: Random, slow: Minutes) -> timedelta:
    most = slow.most
    minutes = chance.choice((0, 1, 30, 60, 120, chance.randrange(600), chance.randrange(6000)))
    odd = chance.randrange(60_000_000) * MICROSECOND if chance.random() < 0.5 else timedelta(0)
    return min(minutes, most) * MINUTE + odd


def _within(chance: Random, span: timedelta, grain: timedelta) -> timedelta:
    return chance.randrange(-(span // grain), span // grain) * grain


def _nights(days: list[date]) -> Iterator[datetime]:
    """The moments at which the clock is changed."""
    zone = ZoneInfo(OSLO)
    for day in days:
        midnight = datetime.combine(day, time(), zone)
        if midnight.utcoffset() != (midnight + DAY).utcoffset():
            yield datetime.combine(day, time(1), UTC)


def _day(chance: Random) -> date:
    return date(2020, 1, 1) + chance.randrange(21 * 365) * DAY


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60) if minute < 24 * 60 else END_OF_DAY
