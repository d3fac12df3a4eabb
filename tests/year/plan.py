"""What comes in a virtual year and when somebody answers it: the same for the same seed, day by day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from random import Random
from zoneinfo import ZoneInfo

from hub.item import ItemId
from hub.message import HerId
from tests.year import minutes, site

DAY = timedelta(days=1)
# Most messages come on marks of so many minutes, so that many clocks come at once; so many of all, at any minute.
MARKS, ODD = 15, 4_000
# So many times what an ordinary day has comes on those on which clocks go wrong.
CROWD = 3
OSLO = ZoneInfo(minutes.OSLO)


@dataclass(frozen=True, slots=True)
class Case:
    """One message: to whom and under which ladder it comes, and when somebody answers it, if ever."""

    number: int
    practice: HerId
    ladder: str
    received: datetime
    answered: datetime | None

    @property
    def item(self) -> ItemId:
        """Its item's id; those that come one after the other are far apart in an index, as the hub's own are."""
        return ItemId(blake2b(self.number.to_bytes(8), digest_size=10).hexdigest())


@dataclass(frozen=True, slots=True)
class Plan:
    """So many messages on some days, by chance."""

    count: int
    days: tuple[date, ...]
    seed: int

    def shares(self) -> dict[date, int]:
        """How many come on each day."""
        weights = {day: CROWD if special(day) else 1 for day in self.days}
        done, total, made, shared = 0, sum(weights.values()), 0, {}
        for day, weight in weights.items():
            done += weight
            shared[day] = self.count * done // total - made
            made += shared[day]
        return shared

    def cases(self) -> Iterator[tuple[date, list[Case]]]:
        """All of them, day by day (in UTC); numbers begin with 1."""
        number = 1
        for day, count in self.shares().items():
            chance = Random(f"{self.seed}/{day}")
            yield day, [self._case(chance, number + n, day) for n in range(count)]
            number += count

    def _case(self, chance: Random, number: int, day: date) -> Case:
        practice = chance.choices(list(site.PRACTICES), [share for _, share in site.PRACTICES.values()])[0]
        ladder = chance.choices(list(site.SHARES), list(site.SHARES.values()))[0]
        # Most come by day, some at any time.
        minute = chance.randrange(6 * 60, 16 * 60) if chance.random() < 0.8 else chance.randrange(24 * 60)
        minute = minute if chance.random() < ODD / self.count else minute // MARKS * MARKS
        received = datetime(day.year, day.month, day.day, tzinfo=UTC) + minute * minutes.MINUTE
        # Most within the hour or the day, some when it is late, some after weeks of being reminded, and a few never.
        days = chance.randrange(10 * 24 * 60), chance.randrange(40 * 24 * 60)
        wait = chance.choices((chance.randrange(60), chance.randrange(24 * 60), *days, None), (40, 30, 15, 11, 4))[0]
        return Case(number, practice, ladder, received, None if wait is None else received + wait * minutes.MINUTE)


def year(number: int) -> tuple[date, ...]:
    """All days of a year."""
    first = date(number, 1, 1)
    return tuple(first + n * DAY for n in range((date(number + 1, 1, 1) - first).days))


def special(day: date) -> bool:
    """Whether clocks go wrong around this day: a holiday, a leap day, a clock that is changed, the turn of the year."""
    middle = datetime(day.year, day.month, day.day, 12, tzinfo=OSLO)
    changed = middle.utcoffset() != (middle + DAY).utcoffset() or middle.utcoffset() != (middle - DAY).utcoffset()
    near = {day, day + DAY}
    closed = minutes.CALENDARS["a practice"].closed
    return changed or (day.month, day.day) in ((2, 29), (12, 31)) or any(x in closed for x in near)
