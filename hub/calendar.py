"""Opening hours, holidays, and arithmetic in working time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# A calendar without a single opening in this many days on end is a mistake in the file, not a long holiday.
HORIZON = 400


@dataclass(frozen=True, slots=True)
class Slot:
    """One opening on one weekday (Monday is 0), in local wall time."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hours:
    """When a practice is open: weekly slots, less closed days (holidays and local ones, with names)."""

    zone: str
    slots: tuple[Slot, ...]
    closed: Mapping[date, str]

    def __hash__(self) -> int:
        """A cheap one: the same practice's hours are asked for many times for every message."""
        return hash(self.zone)

    def openings(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The openings of a day as UTC moments in order; empty when closed."""
        return _openings_on(self, day)

    def local(self, moment: datetime) -> datetime:
        """The moment in the practice's own zone."""
        return moment.astimezone(ZoneInfo(self.zone))


@lru_cache(maxsize=4096)
def _openings_on(hours: Hours, day: date) -> tuple[tuple[datetime, datetime], ...]:
    if day in hours.closed:
        return ()
    slots = sorted((s for s in hours.slots if s.weekday == day.weekday()), key=lambda s: s.opens)
    return tuple((at(hours, day, s.opens), at(hours, day, s.closes)) for s in slots)


def working_day(hours: Hours, day: date) -> bool:
    """Whether the practice opens at all on a day."""
    return bool(hours.openings(day))


def following_day(hours: Hours, day: date) -> date:
    """The first working day after a day."""
    return _open_from(hours, day + timedelta(days=1))


def at(hours: Hours, day: date, clock: time) -> datetime:
    """A wall time on a day in the practice's zone, as a UTC moment."""
    return datetime.combine(day, clock, ZoneInfo(hours.zone)).astimezone(UTC)


def acting_day(hours: Hours, moment: datetime) -> date:
    """The day on which somebody acts on what comes now: today while it is open or opens, else the next working day."""
    today = hours.local(moment).date()
    openings = hours.openings(today)
    return today if openings and moment < openings[-1][1] else following_day(hours, today)


def acting_from(hours: Hours, moment: datetime) -> tuple[date, time]:
    """The acting day, and from which time of it somebody can act: from now on, or from its beginning."""
    day, local = acting_day(hours, moment), hours.local(moment)
    return day, local.time() if local.date() == day else time.min


def closing(hours: Hours, day: date) -> datetime:
    """When the practice closes for the day."""
    return hours.openings(day)[-1][1]


def add_minutes(hours: Hours, start: datetime, minutes: int) -> datetime:
    """The moment when so many working minutes have passed since `start`."""
    left = timedelta(minutes=minutes)
    for opens, closes in _openings(hours, start.astimezone(UTC)):
        begin = max(opens, start)
        if left <= closes - begin:
            return begin + left
        left -= closes - begin
    raise AssertionError("openings never end")


def skipped(hours: Hours, first: date, last: date) -> tuple[tuple[date, str], ...]:
    """The days after `first` up to `last` that do not count, with the reason for each."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return tuple((d, hours.closed.get(d, "weekend")) for d in days if not hours.openings(d))


def _openings(hours: Hours, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    day = hours.local(start).date()
    while True:
        day = _open_from(hours, day)
        for opens, closes in hours.openings(day):
            if closes > start:
                yield opens, closes
        day += timedelta(days=1)


def _open_from(hours: Hours, first: date) -> date:
    """The first day on which the practice opens, not before `first`; the registry sees to it that there is one."""
    for n in range(HORIZON):
        if hours.openings(day := first + timedelta(days=n)):
            return day
    raise OverflowError(f"no opening hours in {HORIZON} days from {first}")
