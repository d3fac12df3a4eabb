"""Working time is what a slow and obvious count of minutes says it is."""

import pickle
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import calendar
from hub.calendar import END_OF_DAY, Hours, ShortDay, Slot
from tests import builders
from tests.year import arithmetic, minutes

MINUTE = timedelta(minutes=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def open_at(hours: Hours, moment: datetime) -> bool:
    return any(opens <= moment < closes for opens, closes in hours.openings(hours.local(moment).date()))


def count(hours: Hours, start: datetime, minutes: int) -> datetime:
    """Minute by minute, the way one would do it on paper."""
    moment = start
    while minutes:
        minutes -= open_at(hours, moment)
        moment += MINUTE
    return moment


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)).map(
        lambda d: d.replace(second=0, microsecond=0, tzinfo=UTC)
    ),
    minutes=st.integers(1, 900),
    closed=st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 1)), max_size=3),
)
def test_adding_working_minutes_agrees_with_counting_them(start: datetime, minutes: int, closed: list[date]) -> None:
    hours = builders.hours(*closed)
    assert count(hours, start, minutes) == calendar.add_minutes(hours, start, minutes)


@pytest.mark.parametrize(
    ("night", "opens", "closes"),
    [
        (date(2026, 3, 29), utc(2026, 3, 28, 23), utc(2026, 3, 29, 22)),
        (date(2026, 10, 25), utc(2026, 10, 24, 22), utc(2026, 10, 25, 23)),
    ],
)
def test_a_day_that_changes_the_clock_has_23_or_25_hours(night: date, opens: datetime, closes: datetime) -> None:
    hours = Hours("Europe/Oslo", (Slot(night.weekday(), time(0), time(23, 59)),), {})
    assert ((opens, closes - MINUTE),) == hours.openings(night)


SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def every_day(*openings: str) -> Hours:
    """Open so on each day, as "02:15-02:45"."""
    return minutes.every_day(*((clock(o), clock(c)) for o, _, c in (x.partition("-") for x in openings)))


def clock(written: str) -> time:
    return END_OF_DAY if written == "24:00" else time.fromisoformat(written)


def whole(hours: Hours, day: date) -> timedelta:
    """The working time of a day."""
    begin, end = (calendar.at(hours, x, time.min) for x in (day, day + timedelta(days=1)))
    return calendar.between(hours, begin, end)


@pytest.mark.parametrize(
    ("openings", "spring", "autumn"),
    [
        (("02:15-02:45",), 0, 60),
        (("01:30-02:30",), 30, 90),
        (("02:30-03:15",), 15, 75),
        (("02:30-05:00",), 120, 180),
        (("02:15-02:45", "03:00-03:30"), 30, 90),
        (("02:00-02:30", "02:30-03:00"), 0, 120),
        (("00:00-24:00",), 23 * 60, 25 * 60),
        (("00:00-07:00", "22:00-24:00"), 8 * 60, 10 * 60),
    ],
)
def test_an_hour_that_is_skipped_holds_no_working_time_and_one_that_comes_twice_holds_two(
    openings: tuple[str, ...], spring: int, autumn: int
) -> None:
    hours = every_day(*openings)
    assert (spring * MINUTE, autumn * MINUTE) == (whole(hours, SPRING), whole(hours, AUTUMN))


def test_openings_of_a_night_in_which_the_clock_is_changed_are_in_order_and_apart() -> None:
    hours = every_day("02:15-02:45", "03:00-03:30")
    assert ((utc(2026, 3, 29, 1), utc(2026, 3, 29, 1, 30)),) == hours.openings(SPRING)
    twice = (utc(2026, 10, 25, 0, 15), utc(2026, 10, 25, 0, 45)), (utc(2026, 10, 25, 1, 15), utc(2026, 10, 25, 1, 45))
    assert (*twice, (utc(2026, 10, 25, 2), utc(2026, 10, 25, 2, 30))) == hours.openings(AUTUMN)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Africa/Cairo", date(2026, 4, 24)),
        ("Africa/Cairo", date(2026, 10, 29)),
        ("America/Sao_Paulo", date(2018, 11, 4)),
        ("America/St_Johns", date(2010, 11, 6)),
        ("America/St_Johns", date(2010, 11, 7)),
        ("Australia/Lord_Howe", date(2026, 4, 5)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),
        ("Pacific/Apia", date(2011, 12, 30)),
    ],
)
@pytest.mark.parametrize(
    "openings", [("00:00-24:00",), ("00:00-00:30", "01:15-01:45", "23:15-23:45"), ("00:15-02:10", "23:30-24:00")]
)
def test_clocks_that_are_changed_at_midnight_or_by_half_an_hour_or_a_day_are_followed(
    zone: str, day: date, openings: tuple[str, ...]
) -> None:
    hours = replace(every_day(*openings), zone=zone)
    slow = minutes.Minutes(hours, day - timedelta(days=2), day + timedelta(days=3))
    opened = [x for x in slow.of(slow.begin, slow.end) if hours.local(x).date() == day]
    assert opened == [o + n * MINUTE for o, c in hours.openings(day) for n in range((c - o) // MINUTE)]
    assert slow.between(slow.begin, slow.end) == calendar.between(hours, slow.begin, slow.end)


@pytest.mark.parametrize(
    ("day", "wall", "moment"),
    [
        (SPRING, time(1, 59), utc(2026, 3, 29, 0, 59)),
        (SPRING, time(2), utc(2026, 3, 29, 1)),
        (SPRING, time(2, 30), utc(2026, 3, 29, 1)),
        (SPRING, time(2, 30, fold=1), utc(2026, 3, 29, 1)),
        (SPRING, time(3), utc(2026, 3, 29, 1)),
        (AUTUMN, time(2, 30), utc(2026, 10, 25, 0, 30)),
        (AUTUMN, time(2, 30, fold=1), utc(2026, 10, 25, 1, 30)),
        (AUTUMN, END_OF_DAY, utc(2026, 10, 25, 23)),
        (SPRING, END_OF_DAY, utc(2026, 3, 29, 22)),
    ],
)
def test_a_time_that_comes_twice_is_the_first_and_one_that_is_skipped_is_when_the_clock_is_put_forward(
    day: date, wall: time, moment: datetime
) -> None:
    assert moment == calendar.at(builders.hours(), day, wall)


def test_a_practice_that_is_open_until_midnight_closes_when_the_day_is_over() -> None:
    tuesday, wednesday = date(2026, 11, 24), date(2026, 11, 25)
    short = {wednesday: ShortDay("kort", ((time(16), time(22)),))}
    hours = replace(every_day("16:00-24:00"), short=short)
    midnight = utc(2026, 11, 24, 23)
    assert midnight == calendar.closing(hours, tuesday)
    assert (END_OF_DAY, timedelta(0)) == (hours.day(tuesday).closes, hours.day(tuesday).earlier)
    assert (time(22), timedelta(hours=2)) == (hours.day(wednesday).closes, hours.day(wednesday).earlier)
    assert (tuesday, wednesday) == (calendar.acting_day(hours, midnight - MINUTE), calendar.acting_day(hours, midnight))


def test_a_day_closes_as_late_as_it_usually_does_when_the_clock_skips_the_end_of_its_opening() -> None:
    day = every_day("01:30-02:30").day(SPRING)
    assert (time(2, 30), timedelta(0)) == (day.closes, day.earlier)


def test_the_end_of_a_day_is_shown_as_24_and_is_later_than_any_minute() -> None:
    assert ("24:00", "24", "24.00", "24:00") == tuple(format(END_OF_DAY, x) for x in ("%H:%M", "%H", "%H.%M", ""))
    assert END_OF_DAY > time(23, 59, 59)
    assert "24:00" == f"{pickle.loads(pickle.dumps(END_OF_DAY)):%H:%M}"


def test_several_slots_a_day_are_counted_in_their_order() -> None:
    hours = Hours("Europe/Oslo", (Slot(1, time(12), time(16)), Slot(1, time(8), time(11))), {})
    assert utc(2026, 11, 24, 12) == calendar.add_minutes(hours, utc(2026, 11, 24, 7), 4 * 60)


def test_days_that_do_not_count_are_told_with_their_reason() -> None:
    hours = builders.hours(date(2026, 5, 1))
    found = calendar.skipped(hours, date(2026, 4, 30), date(2026, 5, 4))
    assert ((date(2026, 5, 1), "closed"), (date(2026, 5, 2), "weekend"), (date(2026, 5, 3), "weekend")) == found


def test_a_practice_that_never_opens_is_an_error_and_no_endless_loop() -> None:
    with pytest.raises(OverflowError, match="no opening hours"):
        calendar.add_minutes(Hours("Europe/Oslo", (), {}), utc(2026, 11, 24, 8), 1)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (utc(2026, 11, 24, 5), date(2026, 11, 24)),
        (utc(2026, 11, 24, 14, 59), date(2026, 11, 24)),
        (utc(2026, 11, 24, 15), date(2026, 11, 25)),
        (utc(2026, 11, 28, 9), date(2026, 11, 30)),
    ],
)
def test_somebody_acts_today_until_closing_and_else_on_the_next_working_day(moment: datetime, day: date) -> None:
    assert day == calendar.acting_day(builders.hours(), moment)


@pytest.mark.parametrize("name", minutes.REFERENCE)
def test_every_minute_of_two_years_says_the_same(name: str) -> None:
    """The short form of `python -m tests.year --only arithmetic`."""
    assert [] == arithmetic.compared(name, minutes.REFERENCE[name], 2026, 2027, cases=2_000, seed=3).wrong


def test_a_short_day_goes_before_its_weekday_and_before_a_holiday() -> None:
    thursday = date(2026, 4, 2)
    short = {thursday: ShortDay("Skjærtorsdag", ((time(9), time(12)),))}
    hours = replace(builders.hours(thursday), short=short)
    assert ((utc(2026, 4, 2, 7), utc(2026, 4, 2, 10)),) == hours.openings(thursday)
    assert () == calendar.skipped(hours, date(2026, 4, 1), thursday)
    assert utc(2026, 4, 3, 7) == calendar.add_minutes(hours, utc(2026, 4, 2, 9), 120)
    assert utc(2026, 4, 1, 13) == calendar.take_minutes(hours, utc(2026, 4, 2, 8), 120)


def test_between_two_moments_lies_as_much_backwards_as_forwards() -> None:
    hours = builders.hours(date(2026, 12, 25), date(2027, 1, 1))
    one, two = utc(2026, 12, 23, 12), utc(2027, 1, 4, 9)
    assert timedelta(hours=3 + 8 + 4 * 8 + 2) == calendar.between(hours, one, two)
    assert -calendar.between(hours, one, two) == calendar.between(hours, two, one)
