"""Opening hours, holidays, and arithmetic in working time."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import accumulate, count, pairwise
from zoneinfo import ZoneInfo

# A calendar without a single opening in this many days on end is a mistake in the file, not a long holiday.
HORIZON = 400

MINUTE = 60_000_000  # microseconds
WEEKEND = (5, 6)
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_SECOND, _HOUR, _DAY = MINUTE // 60, 60 * MINUTE, 24 * 60 * MINUTE


class _EndOfDay(time):
    """The time beyond the last minute of a day: later than each of them, and shown as what it is."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        return super().__format__(form.replace("%H", "24").replace("%M", "00")) if form else "24:00"


# Where an opening lasts until midnight: no time of day is 24:00, and 00:00 is the day's beginning.
END_OF_DAY: time = _EndOfDay(23, 59, 59, 999_999)


@dataclass(frozen=True, slots=True)
class Slot:
    """One opening on one weekday (Monday is 0), in local wall time; one until midnight closes at `END_OF_DAY`."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class ShortDay:
    """A day that is open otherwise than its weekday, as Maundy Thursday until noon; `name` says why."""

    name: str
    openings: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it is: its openings as UTC moments, the wall time at which it closes (None when it never opens).

    `earlier` is by how much that is before its weekday's usual end; less than nothing when it is after it.
    """

    openings: tuple[tuple[datetime, datetime], ...]
    closes: time | None
    earlier: timedelta
    # What is due by a time of this day, which all that comes after the cut-off before asks for.
    due_by: dict[time, tuple[datetime, str]] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a practice is open: weekly slots, less closed days (holidays and local ones, with names).

    A short day goes before both. Moments are kept in UTC; `zone` is whose wall time the slots are.
    """

    zone: str
    slots: tuple[Slot, ...]
    closed: Mapping[date, str]
    short: Mapping[date, ShortDay] = field(default_factory=dict)
    # What was reckoned before: the same days and years are asked for again and again, for every message.
    _days: dict[date, Day] = field(init=False, default_factory=dict, compare=False, repr=False)
    _years: "dict[int, _Year]" = field(init=False, default_factory=dict, compare=False, repr=False)

    def day(self, day: date) -> Day:
        """When a day opens and closes."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = _day(self, day)
        return found

    def openings(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The openings of a day as UTC moments in order; empty when closed."""
        return self.day(day).openings

    def local(self, moment: datetime) -> datetime:
        """The moment in the practice's own zone."""
        return moment.astimezone(ZoneInfo(self.zone))


def _day(hours: Hours, day: date) -> Day:
    wall = _wall(hours, day)
    openings = within(hours, day, wall)
    if not openings:
        return Day((), None, timedelta(0))
    last = hours.local(openings[-1][1] - _MICROSECOND).time()
    closes = max(closes for opens, closes in wall if opens <= last <= closes)
    usual = max((x.closes for x in hours.slots if x.weekday == day.weekday()), default=closes)
    return Day(openings, closes, timedelta(minutes=(_clock(usual) - _clock(closes)) // MINUTE))


def within(hours: Hours, day: date, wall: Sequence[tuple[time, time]]) -> tuple[tuple[datetime, datetime], ...]:
    """When a day's clock on the wall lies in one of some stretches, given in order: as UTC moments, in order and apart.

    In an hour that the clock skips it never does, and in one that comes twice it does so twice.
    """
    return tuple((_moment(begins), _moment(ends)) for begins, ends in _within(hours, day, wall))


def _within(hours: Hours, day: date, wall: Sequence[tuple[time, time]]) -> list[tuple[int, int]]:
    """The same in microseconds. Each part of a day has an offset of its own, and so do the stretches within it."""
    found: list[tuple[int, int]] = []
    if not wall:
        return found
    midnight = (day.toordinal() - _EPOCH.toordinal()) * _DAY
    for since, until, offset in _parts(ZoneInfo(hours.zone), day):
        for opens, closes in wall:
            begins, ends = midnight + _clock(opens) - offset, midnight + _clock(closes) - offset
            begins, ends = max(begins, since), min(ends, until)
            if begins >= ends:
                continue
            if found and begins <= found[-1][1]:
                found[-1] = found[-1][0], max(ends, found[-1][1])
            else:
                found.append((begins, ends))
    return found


def _parts(zone: ZoneInfo, day: date) -> Sequence[tuple[int, int, int]]:
    """The parts into which changes of the clock cut a day and what lies around it: from when, until when, its offset.

    A day without one is a single part.
    """
    begin = (day.toordinal() - _EPOCH.toordinal() - 1) * _DAY
    end = begin + 3 * _DAY
    # Of a midnight that comes twice or never, the offsets before and after the change.
    first = datetime.combine(day, time.min, zone).utcoffset()
    if first == datetime.combine(day + timedelta(days=1), time(fold=1), zone).utcoffset():
        return ((begin, end, (first or timedelta(0)) // _MICROSECOND),)
    marks = [begin, *_changes(zone, begin, end), end]
    return [(since, until, _offset(zone, since)) for since, until in pairwise(marks)]


def _changes(zone: ZoneInfo, begin: int, end: int) -> Iterator[int]:
    """The moments of the hours from one moment to another at which a zone's clock is changed."""
    for hour in range(begin, end, _HOUR):
        if (before := _offset(zone, hour)) != _offset(zone, hour + _HOUR):
            seconds = range(hour, hour + _HOUR + 1, _SECOND)
            yield seconds[bisect_left(seconds, True, key=partial(_differs, zone, before))]


def _differs(zone: ZoneInfo, offset: int, moment: int) -> bool:
    return _offset(zone, moment) != offset


def _offset(zone: ZoneInfo, moment: int) -> int:
    return (_moment(moment).astimezone(zone).utcoffset() or timedelta(0)) // _MICROSECOND


def _clock(clock: time) -> int:
    """The microseconds from midnight to a time of day by the clock on the wall."""
    if clock == END_OF_DAY:
        return _DAY
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * _SECOND + clock.microsecond


def _wall(hours: Hours, day: date) -> tuple[tuple[time, time], ...]:
    """The openings of a day in wall time."""
    if short := hours.short.get(day):
        return short.openings
    if day in hours.closed:
        return ()
    return tuple(sorted((s.opens, s.closes) for s in hours.slots if s.weekday == day.weekday()))


def working_day(hours: Hours, day: date) -> bool:
    """Whether the practice opens at all on a day."""
    return bool(hours.openings(day))


def following_day(hours: Hours, day: date) -> date:
    """The first working day after a day."""
    return _open_from(hours, day + timedelta(days=1))


def at(hours: Hours, day: date, clock: time) -> datetime:
    """A wall time on a day in the practice's zone, as a UTC moment.

    Where it comes twice the first, unless its fold says the second; where it is skipped, when the clock is put forward.
    """
    if clock == END_OF_DAY:
        day, clock = day + timedelta(days=1), time.min
    zone = ZoneInfo(hours.zone)
    wall = datetime.combine(day, clock, zone)
    moment, other = wall.astimezone(UTC), wall.replace(fold=1 - wall.fold).astimezone(UTC)
    if moment == other or (moment < other) is (wall.fold == 0):
        return moment
    # The offset before the change leads beyond it, and the one after the change leads to before it.
    earliest, latest = sorted((_microseconds(moment), _microseconds(other)))
    changes = _changes(zone, earliest // _HOUR * _HOUR, latest + _HOUR)
    return _moment(next(change for change in changes if earliest <= change <= latest))


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
    """The first moment, not before `start`, by which so many working minutes have passed since `start`, in UTC.

    No minutes at all lead to `start` while it is open, and else to the next opening.
    """
    return _after(hours, start, minutes * MINUTE)


def add(hours: Hours, start: datetime, span: timedelta) -> datetime:
    """The same for a span of working time, as `between` gives it; one below nothing leads as far back."""
    if span < timedelta(0):
        return _before(hours, start, -span // _MICROSECOND)
    return _after(hours, start, span // _MICROSECOND)


def _after(hours: Hours, start: datetime, left: int) -> datetime:
    moment = _microseconds(start)
    # Somewhere it is still the year before on the first of January.
    for year in _years(hours, start.year - (start.month == start.day == 1), 1):
        n = bisect_right(year.closes, moment)
        if n == len(year.closes):
            continue
        wanted = left + year.before[n]
        if moment > year.opens[n]:
            wanted += moment - year.opens[n]
        if wanted <= year.after[-1]:
            n = bisect_left(year.after, wanted, n)
            return _moment(year.opens[n] + wanted - year.before[n])
        moment, left = year.closes[-1], wanted - year.after[-1]
    raise AssertionError("openings never end")


def take_minutes(hours: Hours, end: datetime, minutes: int) -> datetime:
    """The last moment, not after `end`, from which so many working minutes pass until `end`, in UTC.

    No minutes at all lead to `end` while it is open or just closing, and else to the closing before.
    """
    return _before(hours, end, minutes * MINUTE)


def _before(hours: Hours, end: datetime, left: int) -> datetime:
    moment = _microseconds(end)
    for year in _years(hours, end.year + ((end.month, end.day) == (12, 31)), -1):
        n = bisect_left(year.opens, moment) - 1
        if n < 0:
            continue
        wanted = year.before[n] + min(year.closes[n], moment) - year.opens[n] - left
        if wanted >= 0:
            n = min(n, bisect_right(year.before, wanted) - 1)
            return _moment(year.opens[n] + wanted - year.before[n])
        moment, left = year.opens[0], -wanted
    raise AssertionError("openings never began")


def between(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments; less than nothing when `end` is before `start`."""
    if end < start:
        return -between(hours, end, start)
    passed = -_passed(hours, start)
    for each in range(hours.local(start).year, hours.local(end).year):
        passed += _year(hours, each).total
    return timedelta(microseconds=passed + _passed(hours, end))


def skipped(hours: Hours, first: date, last: date) -> tuple[tuple[date, str], ...]:
    """The days from `first` to `last` that do not count, with the reason for each."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple([(d, _why_closed(hours, d)) for d in days if not hours.openings(d)])


def _why_closed(hours: Hours, day: date) -> str:
    return hours.closed.get(day) or ("weekend" if day.weekday() in WEEKEND else "not open on this day of the week")


@dataclass(frozen=True, slots=True)
class _Year:
    """The openings of a year in microseconds since 1970, and how much working time lies before and after each."""

    opens: Sequence[int]
    closes: Sequence[int]
    before: Sequence[int]
    after: Sequence[int]

    @property
    def total(self) -> int:
        """The year's working time."""
        return self.after[-1] if self.after else 0


def _year(hours: Hours, number: int) -> _Year:
    found = hours._years.get(number)
    if found is None:
        found = hours._years[number] = _reckoned(hours, number)
    return found


def _reckoned(hours: Hours, number: int) -> _Year:
    first = date(number, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(number + 1, 1, 1) - first).days))
    # Where a clock is put back beyond midnight, the end of a day comes again after the beginning of the next.
    openings = sorted(x for day in days for x in _within(hours, day, _wall(hours, day)))
    after = array("q", accumulate(closes - opens for opens, closes in openings))
    before = array("q", (0, *after[:-1]) if after else ())
    # A fifth of what tuples take: a region has hundreds of practices.
    return _Year(array("q", (x for x, _ in openings)), array("q", (x for _, x in openings)), before, after)


def _years(hours: Hours, first: int, step: int) -> Iterator[_Year]:
    """The years from one on, forwards or backwards; the registry sees to it that a practice opens."""
    empty = 0
    for number in count(first, step):
        year = _year(hours, number)
        empty = 0 if year.opens else empty + 1
        # A year has fewer days than the horizon: of three on end without an opening one lies wholly beyond it.
        if empty > HORIZON // 365 + 1:
            raise OverflowError(f"no opening hours in {HORIZON} days from {first}")
        yield year


def _passed(hours: Hours, moment: datetime) -> int:
    """The working time of a moment's year up to it, in microseconds."""
    year, at = _year(hours, hours.local(moment).year), _microseconds(moment)
    n = bisect_right(year.opens, at) - 1
    return year.before[n] + min(year.closes[n], at) - year.opens[n] if n >= 0 else 0


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _open_from(hours: Hours, first: date) -> date:
    """The first day on which the practice opens, not before `first`; the registry sees to it that there is one."""
    for n in range(HORIZON):
        if hours.openings(day := first + timedelta(days=n)):
            return day
    raise OverflowError(f"no opening hours in {HORIZON} days from {first}")
