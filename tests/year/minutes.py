"""Working time the slow and obvious way: every minute from one day to another is asked whether the practice is open."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.calendar import END_OF_DAY, Hours, ShortDay, Slot
from hub.registry import holiday

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE, MICROSECOND = timedelta(minutes=1), timedelta(microseconds=1)
OSLO = "Europe/Oslo"
WEEKDAYS, ALL_DAYS = range(5), range(7)

# Christmas Eve and the day before the seventeenth of May until noon, and the seventeenth too although it is a holiday.
SHORT = {
    day: ShortDay("kort dag", ((time(8), time(12)),))
    for year in range(2020, 2041)
    for day in (date(year, 12, 24), date(year, 5, 16), date(year, 5, 17))
}


def every_day(*openings: tuple[time, time]) -> Hours:
    """Open so on all days of the week, and never closed."""
    return Hours(OSLO, tuple(Slot(day, *opening) for day in ALL_DAYS for opening in openings), {})


# Each of these has a practice in the virtual year.
CALENDARS = {
    "a practice": Hours(OSLO, tuple(Slot(day, time(8), time(16)) for day in WEEKDAYS), holiday.public()),
    "with lunch and short days": Hours(
        OSLO,
        tuple(x for day in WEEKDAYS for x in (Slot(day, time(8), time(11, 30)), Slot(day, time(12), time(15, 45)))),
        holiday.public(),
        SHORT,
    ),
    "every night, when the clock changes": every_day((time(0), time(6))),
    "only in the hour that is skipped or comes twice": Hours(OSLO, (Slot(6, time(2), time(3)),), {}),
    "Mondays alone": Hours(OSLO, (Slot(0, time(9), time(10)),), holiday.public()),
}

# And these have none: openings that begin or end where the clock is changed, and where the day is over.
ODD = {
    "within the hour that is skipped or comes twice": every_day((time(2, 15), time(2, 45))),
    "from before that hour into it": every_day((time(1, 30), time(2, 30))),
    "from within that hour to soon after it": every_day((time(2, 30), time(3, 15))),
    "from within that hour to the morning": every_day((time(2, 30), time(5))),
    "within that hour and after it": every_day((time(2, 15), time(2, 45)), (time(3), time(3, 30))),
    "round the clock": every_day((time(0), END_OF_DAY)),
    "over midnight": every_day((time(0), time(7)), (time(22), END_OF_DAY)),
}

REFERENCE = CALENDARS | ODD


class Minutes:
    """The open minutes from one day up to another, in order, as minutes since 1970."""

    def __init__(self, hours: Hours, first: date, last: date) -> None:
        self.begin, self.end = (datetime.combine(day, time(), UTC) for day in (first, last))
        self._open = array("q", _open(hours, _minute(self.begin), _minute(self.end)))
        # So many lie in a third of a year: before and after any moment that is half a year from the ends.
        self.most = len(self._open) * 122 // (last - first).days

    def add(self, start: datetime, span: timedelta) -> datetime:
        """When so much of them has passed since a moment; none at all leads to the next moment in one."""
        whole, rest = divmod(self._passed(start) + span, MINUTE)
        if not rest and span:
            # The end of a minute, be it the last one of an opening.
            return _moment(self._open[whole - 1] + 1)
        if not span and self._within(start):
            return start
        return _moment(self._open[whole]) + rest

    def take(self, end: datetime, span: timedelta) -> datetime:
        """From when on so much of them passes until a moment; none at all leads back to the last moment of one."""
        left = self._passed(end) - span
        if not span:
            whole, rest = divmod(left, MINUTE)
            return _moment(self._open[whole]) + rest if rest else _moment(self._open[whole - 1] + 1)
        whole, rest = divmod(left, MINUTE)
        return _moment(self._open[whole]) + rest

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much of them lies between two moments."""
        return self._passed(end) - self._passed(start)

    def of(self, first: datetime, last: datetime) -> list[datetime]:
        """The beginnings of those from one moment up to another."""
        found = self._open[bisect_left(self._open, _minute(first)) : bisect_left(self._open, _minute(last))]
        return [_moment(n) for n in found]

    def following(self, moment: datetime) -> datetime:
        """The beginning of the first one that does not begin before a moment."""
        return _moment(self._open[bisect_left(self._open, -(-(moment - EPOCH) // MINUTE))])

    def borders(self) -> list[datetime]:
        """When it opens and when it closes, in order."""
        begins = [n for n, before in zip(self._open, (-1, *self._open), strict=False) if n != before + 1]
        ends = [n + 1 for n, after in zip(self._open, (*self._open[1:], -1), strict=True) if after != n + 1]
        return sorted(map(_moment, {*begins, *ends}))

    def _passed(self, moment: datetime) -> timedelta:
        """How much of them lies before a moment: whole ones, and what has passed of the one that it lies in."""
        whole, rest = divmod(moment - EPOCH, MINUTE)
        n = bisect_left(self._open, whole)
        return n * MINUTE + (rest if self._open[n : n + 1] == array("q", [whole]) else timedelta(0))

    def _within(self, moment: datetime) -> bool:
        whole = _minute(moment)
        n = bisect_left(self._open, whole)
        return self._open[n : n + 1] == array("q", [whole])


def _open(hours: Hours, begin: int, end: int) -> Iterator[int]:
    zone, day, wall = ZoneInfo(hours.zone), date.min, []
    for minute in range(begin, end):
        local = _moment(minute).astimezone(zone)
        if local.date() != day:
            day = local.date()
            wall = _wall(hours, day)
        clock = local.time()
        for opens, closes in wall:
            if opens <= clock < closes:
                yield minute
                break


def _wall(hours: Hours, day: date) -> list[tuple[time, time]]:
    """When it is open on a day, by the clock on the wall."""
    if day in hours.short:
        return list(hours.short[day].openings)
    if day in hours.closed:
        return []
    return [(x.opens, x.closes) for x in hours.slots if x.weekday == day.weekday()]


def _minute(moment: datetime) -> int:
    return (moment - EPOCH) // MINUTE


def _moment(minute: int) -> datetime:
    return EPOCH + minute * MINUTE
