"""An item is due when the ladder says, and the steps follow in order."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from hub import deadline
from hub.calendar import END_OF_DAY, Hours, ShortDay, Slot
from hub.deadline import ElapsedHours, SameDay, WorkingMinutes
from hub.item import ItemId
from tests import builders

ITEM = ItemId("i")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "due", "sentence"),
    [
        (utc(2026, 11, 24, 10, 2), utc(2026, 11, 24, 15), "in the morning: closing time"),
        (utc(2026, 11, 24, 13, 59), utc(2026, 11, 24, 15), "a minute before the cut-off: closing time"),
        (utc(2026, 11, 24, 14), utc(2026, 11, 25, 9), "at the cut-off: ten o'clock the next day"),
        (utc(2026, 11, 27, 14, 30), utc(2026, 11, 30, 9), "Friday after the cut-off: Monday"),
        (utc(2026, 11, 28, 9), utc(2026, 11, 30, 9), "on a Saturday: Monday"),
        (utc(2026, 11, 24, 4), utc(2026, 11, 24, 15), "before opening: the same day"),
        (
            utc(2026, 3, 27, 14, 30),
            utc(2026, 3, 30, 8),
            "over the night that changes the clock: ten o'clock, wall time",
        ),
    ],
)
def test_the_same_working_day(received: datetime, due: datetime, sentence: str) -> None:
    assert due == deadline.first(ITEM, builders.LADDER, "", builders.hours(), received).due, sentence


def test_working_minutes_and_elapsed_hours() -> None:
    friday = utc(2026, 11, 27, 14, 30)
    ladder = replace(builders.LADDER, due=WorkingMinutes(60))
    assert utc(2026, 11, 30, 7, 30) == deadline.first(ITEM, ladder, "", builders.hours(), friday).due
    ladder = replace(builders.LADDER, due=ElapsedHours(72))
    assert friday + timedelta(hours=72) == deadline.first(ITEM, ladder, "", builders.hours(), friday).due


def test_the_ladder_is_climbed_step_by_step_and_its_last_step_comes_again_each_week() -> None:
    clock = deadline.first(ITEM, builders.LADDER, "", builders.hours(), builders.TUESDAY)
    fired, told = [], []
    for _ in range(6):
        fired.append(clock.fires_at)
        told.append(clock.coming.tell[0])
        clock = deadline.following(clock)
    due, week = utc(2026, 11, 24, 15), 7 * 24 * 60
    assert [due + timedelta(minutes=m) for m in (-60, 0, 30, 90, 90 + week, 90 + 2 * week)] == fired
    assert ["inbox", "coordinator", "duty", "manager", "manager", "manager"] == told


def test_a_ladder_without_steps_never_comes() -> None:
    silent = replace(builders.LADDER, steps=())
    assert None is deadline.first(ITEM, silent, "", builders.hours(), builders.TUESDAY).fires_at


def test_what_is_promised_before_anybody_is_there_is_due_an_hour_after_they_open() -> None:
    noon = tuple(Slot(day, time(12), time(16)) for day in range(5))
    hours, by_ten = Hours("Europe/Oslo", noon, {}), SameDay(time(15), time(10))
    assert utc(2026, 11, 25, 12) == deadline.reckoned(by_ten, hours, utc(2026, 11, 24, 15))[0]


def test_the_day_on_which_it_came_is_told_of_when_it_is_closed() -> None:
    first_of_may, monday = utc(2026, 5, 1, 9), utc(2026, 5, 4, 8)
    d = deadline.first(ITEM, builders.LADDER, "", builders.hours(first_of_may.date()), first_of_may)
    assert monday == d.due
    assert ("2026-05-01 (closed)", "2026-05-02 (weekend)", "2026-05-03 (weekend)") == d.why.skipped


def test_what_is_due_at_midnight_tells_of_no_day_that_begins_then() -> None:
    hours = Hours("Europe/Oslo", tuple(Slot(day, time(8), END_OF_DAY) for day in range(5)), {})
    d = deadline.first(ITEM, builders.LADDER, "", hours, utc(2026, 11, 27, 9))
    assert (utc(2026, 11, 27, 23), ()) == (d.due, d.why.skipped)


def test_where_day_and_night_count_closed_days_do_too() -> None:
    ladder = replace(builders.LADDER, due=ElapsedHours(72))
    assert () == deadline.first(ITEM, ladder, "", builders.hours(), utc(2026, 11, 27, 9)).why.skipped


def test_a_day_of_the_week_that_is_never_open_is_no_weekend() -> None:
    hours = Hours("Europe/Oslo", (Slot(1, time(8), time(16)), Slot(3, time(8), time(16))), {})
    d = deadline.first(ITEM, builders.LADDER, "", hours, utc(2026, 11, 24, 14, 30))
    assert ("2026-11-25 (not open on this day of the week)",) == d.why.skipped


def test_a_warning_that_would_already_have_passed_is_left_out() -> None:
    ladder = replace(builders.LADDER, due=WorkingMinutes(30))
    clock = deadline.first(ITEM, ladder, "", builders.hours(), builders.TUESDAY)
    assert (1, clock.due) == (clock.step, clock.fires_at)


def test_a_deadline_tells_what_it_was_computed_from() -> None:
    hours = builders.hours(date(2026, 11, 30))
    why = deadline.first(ITEM, builders.LADDER, "Avtale 4", hours, utc(2026, 11, 27, 14, 30)).why
    assert ("same day", "svar samme dag", "Avtale 4") == (why.ladder, why.promise, why.agreement)
    assert "by 10:00 the next working day, received after 15:00" == why.counted
    assert ("2026-11-28 (weekend)", "2026-11-29 (weekend)", "2026-11-30 (closed)") == why.skipped


@pytest.mark.parametrize(
    ("received", "due", "sentence"),
    [
        (utc(2026, 4, 1, 7), utc(2026, 4, 1, 10), "the short day closes at noon"),
        (utc(2026, 4, 1, 8, 59), utc(2026, 4, 1, 10), "its cut-off is an hour before, as every day's"),
        (utc(2026, 4, 1, 9), utc(2026, 4, 7, 8), "after it: the morning after Easter"),
        (utc(2026, 3, 31, 13, 30), utc(2026, 4, 1, 8), "the evening before: ten o'clock on the short day"),
    ],
)
def test_a_short_day_has_its_cut_off_as_much_earlier_as_it_closes(
    received: datetime, due: datetime, sentence: str
) -> None:
    easter = (date(2026, 4, 2), date(2026, 4, 3), date(2026, 4, 6))
    hours = replace(builders.hours(*easter), short={date(2026, 4, 1): ShortDay("kort", ((time(8), time(12)),))})
    assert due == deadline.first(ITEM, builders.LADDER, "", hours, received).due, sentence


def test_what_is_promised_for_a_time_after_a_short_day_closes_is_due_when_it_closes() -> None:
    hours = replace(builders.hours(), short={date(2026, 4, 1): ShortDay("kort", ((time(8), time(9)),))})
    d = deadline.first(ITEM, builders.LADDER, "", hours, utc(2026, 3, 31, 13, 30))
    said = "by 09:00, when it closes, the next working day, received after 15:00"
    assert (utc(2026, 4, 1, 7), said) == (d.due, d.why.counted)


def test_what_is_promised_for_a_time_before_it_opens_has_an_hour_and_says_so() -> None:
    hours = Hours("Europe/Oslo", tuple(Slot(day, time(12), time(20)) for day in range(5)), {})
    d = deadline.first(ITEM, builders.LADDER, "", hours, utc(2026, 11, 24, 14, 30))
    said = "by 13:00, an hour after it opens, the next working day, received after 15:00"
    assert (utc(2026, 11, 25, 12), said) == (d.due, d.why.counted)


@pytest.mark.parametrize(
    ("received", "due", "sentence"),
    [
        (utc(2026, 11, 27, 11, 59), utc(2026, 11, 27, 13), "each Friday closes at two, so its cut-off is at one"),
        (utc(2026, 11, 27, 12), utc(2026, 11, 28, 9), "from one on it is due on the next working day"),
        (utc(2026, 11, 28, 8, 59), utc(2026, 11, 28, 11), "a Saturday that is open for once closes at noon"),
        (utc(2026, 11, 28, 10), utc(2026, 11, 30, 9), "and takes nothing for the same day from eleven on"),
        (utc(2026, 11, 26, 13, 59), utc(2026, 11, 26, 15), "a Thursday is as the cut-off says"),
    ],
)
def test_a_day_that_is_closed_by_the_cut_off_has_it_an_hour_before_it_closes(
    received: datetime, due: datetime, sentence: str
) -> None:
    week = (*(Slot(day, time(8), time(16)) for day in range(4)), Slot(4, time(8), time(14)))
    saturday = ShortDay("lørdagsåpent", ((time(8), time(12)),))
    hours = Hours("Europe/Oslo", week, {}, {date(2026, 11, 28): saturday})
    assert due == deadline.reckoned(SameDay(time(15), time(10)), hours, received)[0], sentence


def test_what_is_promised_for_a_time_between_two_openings_is_due_when_the_first_one_closes() -> None:
    """Open in the evening and at night: at ten nobody is there."""
    night, evening = (time(0), time(8)), (time(16), END_OF_DAY)
    nights = tuple(Slot(day, *opening) for day in range(7) for opening in (night, evening))
    found = deadline.reckoned(SameDay(time(15), time(10)), Hours("Europe/Oslo", nights, {}), utc(2026, 11, 27, 14, 30))
    assert (utc(2026, 11, 28, 7), "by 08:00, when it closes, the next working day, received after 15:00") == found
