"""Working time is what a slow and obvious count of minutes says it is."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import calendar
from hub.calendar import Hours, ShortDay, Slot
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


@pytest.mark.parametrize("name", minutes.CALENDARS)
def test_every_minute_of_two_years_says_the_same(name: str) -> None:
    """The short form of `python -m tests.year --only arithmetic`."""
    assert [] == arithmetic.compared(name, minutes.CALENDARS[name], 2026, 2027, cases=2_000, seed=3).wrong


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
