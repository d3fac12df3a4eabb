"""Working time the slow and obvious way: every minute of some years is asked whether the practice is open in it."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hub import calendar
from hub.calendar import Hours, ShortDay, Slot
from hub.registry import holiday

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OSLO = "Europe/Oslo"
WEEKDAYS, ALL_DAYS = range(5), range(7)

# Maundy Thursday and Christmas Eve until noon, and the seventeenth of May although it is a holiday.
SHORT = {
    day: ShortDay("kort dag", ((time(8), time(12)),))
    for year in range(2020, 2041)
    for day in (date(year, 12, 24), date(year, 5, 16), date(year, 5, 17))
}

CALENDARS = {
    "a practice": Hours(OSLO, tuple(Slot(day, time(8), time(16)) for day in WEEKDAYS), holiday.public()),
    "with lunch and short days": Hours(
        OSLO,
        tuple(x for day in WEEKDAYS for x in (Slot(day, time(8), time(11, 30)), Slot(day, time(12), time(15, 45)))),
        holiday.public(),
        SHORT,
    ),
    "every night, when the clock changes": Hours(OSLO, tuple(Slot(day, time(0), time(6)) for day in ALL_DAYS), {}),
    "only in the hour that is skipped or comes twice": Hours(OSLO, (Slot(6, time(2), time(3)),), {}),
    "Mondays alone": Hours(OSLO, (Slot(0, time(9), time(10)),), holiday.public()),
}


class Minutes:
    """The open minutes of some years, in order, as minutes since 1970."""

    def __init__(self, hours: Hours, first: int, last: int) -> None:
        begin, end = (int((datetime(year, 1, 1, tzinfo=UTC) - EPOCH) / MINUTE) for year in (first, last + 1))
        self._open = array("q", (minute for minute in range(begin, end) if _open(hours, EPOCH + minute * MINUTE)))

    @property
    def most(self) -> int:
        """So many lie before and after any moment of the years in the middle."""
        return len(self._open) // 8

    def add(self, start: datetime, minutes: int) -> datetime:
        """When so many of them have passed since a whole minute."""
        n = bisect_left(self._open, _minute(start))
        return _moment(self._open[n + minutes - 1] + 1)

    def take(self, end: datetime, minutes: int) -> datetime:
        """From when on so many of them pass until a whole minute."""
        n = bisect_left(self._open, _minute(end))
        return _moment(self._open[n - minutes])

    def between(self, start: datetime, end: datetime) -> int:
        """How many of them lie between two whole minutes."""
        return bisect_left(self._open, _minute(end)) - bisect_left(self._open, _minute(start))


def _open(hours: Hours, moment: datetime) -> bool:
    local = moment.astimezone(ZoneInfo(hours.zone))
    day, clock = local.date(), local.time()
    if day in hours.short:
        return any(opens <= clock < closes for opens, closes in hours.short[day].openings)
    if day in hours.closed:
        return False
    return any(x.weekday == day.weekday() and x.opens <= clock < x.closes for x in hours.slots)


def _minute(moment: datetime) -> int:
    return int((moment - EPOCH) / MINUTE)


def _moment(minute: int) -> datetime:
    return EPOCH + minute * MINUTE


def wrong(name: str, first: int, last: int, cases: int, seed: int) -> Iterator[str]:
    """Every case, of so many at random in some years, in which the calendar says something else."""
    hours, chance = CALENDARS[name], Random(seed)
    slow = Minutes(hours, first, last)
    span = int((datetime(last + 1, 1, 1, tzinfo=UTC) - datetime(first, 1, 1, tzinfo=UTC)) / MINUTE)
    margin = span // 4
    for _ in range(cases):
        start = datetime(first, 1, 1, tzinfo=UTC) + chance.randrange(margin, span - margin) * MINUTE
        minutes = min(slow.most, chance.choice((1, 30, 60, 120, chance.randrange(1, 3000))))
        due = calendar.add_minutes(hours, start, minutes)
        if due != (told := slow.add(start, minutes)):
            yield f"{name}: {minutes} minutes after {start} are {due} instead of {told}"
        if (began := calendar.take_minutes(hours, start, minutes)) != (told := slow.take(start, minutes)):
            yield f"{name}: {minutes} minutes before {start} are {began} instead of {told}"
        if calendar.between(hours, start, due) != minutes * MINUTE or slow.between(start, due) != minutes:
            yield f"{name}: between {start} and {due} are {calendar.between(hours, start, due)}"
