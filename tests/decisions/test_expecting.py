"""What is usual is learned, its lack is told once and in words, and little is told that is nothing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from random import Random
from statistics import median

import pytest

from hub import calendar, expecting, traffic
from hub.calendar import Hours
from hub.expecting import Day, Days
from hub.message import Kind
from hub.traffic import Counted, Strange, Unusual
from tests import builders
from tests.decisions import seasons

HAMMERFEST, EPIKRISE = "900400", Kind.DISCHARGE_SUMMARY.value
NAMES = {HAMMERFEST: "Hammerfest sykehus"}
TUESDAY = date(2026, 11, 24)
PLAIN = (builders.hours(),)


def at(clock: str, day: date = TUESDAY) -> datetime:
    return calendar.at(PLAIN[0], day, datetime.strptime(clock, "%H:%M").time())


def day(**hours: int) -> Day:
    """A day with so many in some hours: h9=3."""
    return tuple(accumulate((hours.get(f"h{hour}", 0) for hour in range(24)), initial=0))


def weeks(made: Mapping[int, Day] | Day, count: int = 9, until: date = TUESDAY) -> dict[date, Day]:
    """So many weeks until a day, each working day the same, or as its weekday has it."""
    days = [until - timedelta(days=n) for n in range(1, 7 * count + 1)]
    found = made if isinstance(made, Mapping) else dict.fromkeys(range(5), made)
    return {d: found[d.weekday()] for d in days if d.weekday() in found}


def judged(days: Days, clock: str = "12:10", hours: tuple[Hours, ...] = PLAIN, on: date = TUESDAY) -> list[Unusual]:
    return expecting.judge({(HAMMERFEST, EPIKRISE): days}, NAMES, hours, at(clock, on))


def hammerfest() -> dict[date, Day]:
    """Tuesdays with 8, 8, 9 ... 14 discharge summaries by noon."""
    days = weeks(day(h8=5, h10=4, h13=3))
    for n, count in zip(range(1, 9), (8, 14, 9, 11, 10, 12, 13, 11), strict=True):
        days[TUESDAY - timedelta(weeks=n)] = day(h8=count - 4, h10=4, h13=3)
    return days


class TestSilence:
    def test_it_is_told_in_words_with_what_it_rests_on_and_what_to_do(self) -> None:
        (found,) = judged(hammerfest())
        assert (Strange.SILENT, 0, 12) == (found.what, found.came, found.hour)
        assert traffic.explain(found, "nb") == (
            "Hammerfest sykehus (900400) sender vanligvis 9–13 epikriser innen kl. 12 på en tirsdag; 24.11. var det 0. "
            "Det bygger på 8 tirsdager i de siste 8 ukene. "
            "Ring dem og spør om de får sendt, og se på hub status om noe står stille hos oss."
        )
        assert traffic.explain(found, "en") == (
            "Hammerfest sykehus (900400) usually sends 9–13 discharge summaries by 12:00 on a Tuesday; "
            "on 24 November it was 0. That rests on 8 Tuesdays of the last 8 weeks. "
            "Telephone them and ask whether they can send, and look at hub status whether anything stands still here."
        )

    def test_it_is_not_told_before_enough_is_missing(self) -> None:
        assert [] == judged(hammerfest(), "10:30")
        assert ["11:05"] == [clock for clock in ("10:59", "11:05") if judged(hammerfest(), clock)]

    def test_what_came_is_held_against_the_hours_that_have_passed(self) -> None:
        days = hammerfest()
        assert [] == judged(days | {TUESDAY: day(h8=6)})
        assert [1] == [x.came for x in judged(days | {TUESDAY: day(h8=1)}, "15:10")]

    @pytest.mark.parametrize("clock", ["07:50", "16:10", "23:00"])
    def test_it_is_told_while_somebody_is_there_to_telephone(self, clock: str) -> None:
        assert [] == judged(weeks(day(h3=30)), clock)
        assert [0] == [x.came for x in judged(weeks(day(h3=30)), "08:05")]

    def test_holidays_and_closed_days_are_no_silence_and_nothing_to_learn_from(self) -> None:
        days = weeks(day(h9=20))
        shut = [TUESDAY - timedelta(weeks=n) for n in (1, 2, 3)]
        assert [] == judged(days, hours=(builders.hours(TUESDAY),))
        (found,) = judged(days | dict.fromkeys(shut, day()), hours=(builders.hours(*shut),))
        assert (5, False, 20) == (found.usual.days, found.usual.pooled, found.usual.low)
        assert [] == judged(days | dict.fromkeys(shut, day()), hours=PLAIN)

    def test_what_any_practice_is_open_for_is_expected(self) -> None:
        closed = builders.hours(TUESDAY)
        assert 1 == len(judged(weeks(day(h9=20)), hours=(closed, *PLAIN)))

    def test_of_a_new_partner_all_working_days_count_as_alike(self) -> None:
        (found,) = judged(weeks(day(h9=20), count=3))
        assert (14, True) == (found.usual.days, found.usual.pooled)
        assert "innen kl. 12; 24.11. var det 0. Det bygger på 14 arbeidsdager" in traffic.explain(found, "nb")
        assert "by 12:00; on 24 November it was 0. That rests on 14 working days" in traffic.explain(found, "en")

    def test_two_weeks_are_too_few(self) -> None:
        assert [] == judged(weeks(day(h9=20), count=2))

    def test_an_outage_that_was_does_not_hide_the_next_one(self) -> None:
        days = weeks(day(h9=20)) | {TUESDAY - timedelta(weeks=2): day()}
        assert [20] == [x.usual.low for x in judged(days)]

    @pytest.mark.parametrize("count", range(8))
    def test_a_sparse_partner_never_alarms(self, count: int) -> None:
        assert [] == judged(weeks(day(h9=count)), "15:59")

    def test_an_irregular_partner_never_alarms(self) -> None:
        chance = Random(1)
        for absent in (0.6, 0.4, 0.25, 0.15):
            told = 0
            for _ in range(40):
                days = {d: x for d, x in weeks(day(h9=50)).items() if chance.random() > absent}
                told += len(judged(days, "15:59"))
            assert told <= 2, absent

    def test_a_partner_that_sends_on_tuesdays_only_is_missed_on_tuesdays_only(self) -> None:
        days = weeks({1: day(h9=20)})
        assert [20] == [x.usual.low for x in judged(days)]
        assert [] == judged(days, on=TUESDAY + timedelta(days=1))
        assert [] == judged(days | {TUESDAY - timedelta(weeks=2): day()})

    def test_a_partner_that_has_stopped_for_good_is_forgotten_after_two_weeks(self) -> None:
        days = weeks(day(h9=20), count=9, until=TUESDAY - timedelta(days=14))
        found = [TUESDAY + timedelta(days=n) for n in range(-14, 14)]
        told = [d for d in found if judged(days, on=d)]
        assert (TUESDAY - timedelta(days=14), TUESDAY - timedelta(days=1)) == (told[0], told[-1])
        assert 10 == len(told)


class TestItsEnd:
    def test_one_message_ends_it_where_few_come(self) -> None:
        days = hammerfest()
        (found,) = judged(days)
        assert not expecting.over(found, days, PLAIN, at("12:30"))
        come = days | {TUESDAY: day(h12=1)}
        assert expecting.over(found, come, PLAIN, at("12:30")) and expecting.heard(found, come, TUESDAY)

    def test_a_straggler_does_not_end_it_where_many_should_have_come(self) -> None:
        days = weeks(day(h8=20, h9=20, h10=20, h11=20))
        (found,) = judged(days | {TUESDAY: day(h8=2)}, "10:10")
        assert not expecting.over(found, days | {TUESDAY: day(h8=2, h11=1)}, PLAIN, at("12:05"))
        assert expecting.over(found, days | {TUESDAY: day(h8=2, h11=20)}, PLAIN, at("12:05"))

    def test_it_stays_over_night_and_ends_with_the_first_message(self) -> None:
        days, tomorrow = hammerfest(), TUESDAY + timedelta(days=1)
        (found,) = judged(days)
        assert not expecting.over(found, days, PLAIN, at("08:00", tomorrow))
        assert expecting.over(found, days | {tomorrow: day(h7=1)}, PLAIN, at("08:00", tomorrow))
        late = days | {TUESDAY: day(h22=1)}
        assert expecting.over(found, late, PLAIN, at("08:00", tomorrow)) and expecting.heard(found, late, tomorrow)

    def test_one_that_nothing_confirms_goes_by_itself(self) -> None:
        days = hammerfest()
        (found,) = judged(days)
        ends = [n for n in range(1, 7) if expecting.over(found, days, PLAIN, at("08:00", TUESDAY + timedelta(days=n)))]
        assert [4, 5, 6] == ends
        assert not expecting.heard(found, days, TUESDAY + timedelta(days=4))


class TestFlood:
    def test_far_more_than_on_any_day_is_told(self) -> None:
        days = weeks(day(h9=20))
        assert [] == judged(days | {TUESDAY: day(h9=59)})
        (found,) = judged(days | {TUESDAY: day(h9=60)})
        assert (Strange.FLOOD, 60) == (found.what, found.came)
        assert traffic.explain(found, "nb").startswith(
            "Hammerfest sykehus (900400) har sendt 60 epikriser i dag, mot 20 på en vanlig dag."
        )
        assert traffic.explain(found, "en").endswith("ask whether their system sends in a loop.")

    def test_what_waited_over_an_outage_is_none(self) -> None:
        days = weeks(day(h9=20)) | {TUESDAY - timedelta(days=n): day() for n in (1, 4)}
        assert [] == judged(days | {TUESDAY: day(h8=59)})

    def test_it_is_told_at_any_time_of_any_day(self) -> None:
        saturday = TUESDAY - timedelta(days=3)
        days = {d: x for d, x in weeks(day(h9=20)).items() if d < saturday}
        assert [Strange.FLOOD] == [x.what for x in judged(days | {saturday: day(h1=500)}, "02:00", on=saturday)]

    def test_a_sparse_partner_needs_many(self) -> None:
        days = weeks(day(h9=1))
        assert [0, 1] == [len(judged(days | {TUESDAY: day(h9=n)})) for n in (59, 60)]

    def test_it_ends_with_the_day(self) -> None:
        days = weeks(day(h9=20)) | {TUESDAY: day(h9=90)}
        (found,) = judged(days)
        assert not expecting.over(found, days, PLAIN, at("23:59"))
        assert expecting.over(found, days, PLAIN, at("00:01", TUESDAY + timedelta(days=1)))
        assert not expecting.heard(found, days, TUESDAY + timedelta(days=1))


def test_counts_are_laid_on_the_practices_own_days_also_when_the_clock_is_put_back() -> None:
    night = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)
    counted = [Counted("1", "note", night + timedelta(hours=n), 1) for n in range(30)]
    days = expecting.book(counted, PLAIN[0])["1", "note"]
    assert [1, 25, 4] == [x[-1] for x in days.values()]
    # 02:00 came twice.
    assert [0, 1, 2, 4, 5] == list(days[date(2026, 10, 25)][:5])


def test_every_kind_has_words_and_what_is_unknown_too() -> None:
    assert set(Kind) == set(traffic.KINDS)
    assert ("andre meldinger", "other messages") == tuple(traffic.named("x", code) for code in ("nb", "en"))


def test_large_counts_are_no_trouble() -> None:
    days = weeks(day(h9=100_000))
    assert [0, 1] == [len(judged(days | {TUESDAY: day(h9=n)})) for n in (60_000, 59_000)]


# A year of each of the made-up partners, in which nothing is wrong; and what is planted in it.
YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
WORK = [d for d in YEAR if seasons.hours().openings(d)]
REGULAR = seasons.SENDERS[:7]


@pytest.fixture(scope="module")
def years() -> dict[str, dict[date, Day]]:
    first = date(2025, 10, 20)
    return {x.name: seasons.days(x, first, YEAR[-1], seed=1) for x in seasons.SENDERS}


def first_alarm(days: Days, on: date, came: Day) -> int | None:
    """At which full hour of a day silence is told first; looked at when nothing of that hour has come yet."""
    for hour in range(8, 17):
        if expecting.silent(days, on, hour, came[hour], (seasons.hours(),)):
            return hour
    return None


def found_at(days: Days, first: int, last: int, later: bool) -> list[int | None]:
    """When it is told on every tenth working day that nothing came from one hour to another."""
    return [first_alarm(days, d, seasons.without(days[d], first, last, later)) for d in WORK[::10]]


def test_a_year_in_which_nothing_is_wrong_has_less_than_one_false_alarm_for_each_partner(
    years: dict[str, dict[date, Day]],
) -> None:
    """Through a quiet summer, all holidays and the days between them; docs/traffic.md tells these figures."""
    alarms = {name: sum(first_alarm(days, d, days[d]) is not None for d in WORK) for name, days in years.items()}
    assert sum(alarms.values()) / len(alarms) < 1
    assert max(alarms.values()) <= 3
    assert [0, 0, 0] == [alarms[x.name] for x in seasons.SENDERS[7:]]


def test_a_day_on_which_nothing_comes_is_told_for_every_partner_with_a_dozen_a_day(
    years: dict[str, dict[date, Day]],
) -> None:
    found = {x.name: found_at(years[x.name], 0, 24, later=False) for x in REGULAR}
    missed = {name: hours.count(None) / len(hours) for name, hours in found.items()}
    assert [0.0] * 5 == [*missed.values()][:5]
    assert missed["emergency unit"] <= 0.05 and missed["small hospital"] <= 0.35
    told = {name: median(hour for hour in hours if hour) for name, hours in found.items()}
    assert {"university hospital": 10, "hospital by night": 8} == {n: told[n] for n in list(told)[::2][:2]}
    assert max([*told.values()][:6]) <= 13 and told["small hospital"] <= 15


def test_a_morning_after_which_all_comes_at_once_is_told_where_much_is_missing(
    years: dict[str, dict[date, Day]],
) -> None:
    found = {x.name: found_at(years[x.name], 7, 12, later=True) for x in REGULAR}
    missed = {name: hours.count(None) / len(hours) for name, hours in found.items()}
    assert [0.0, 0.0] == [missed["university hospital"], missed["home service"]]
    assert missed["local hospital"] <= 0.1


def test_a_slow_decline_is_told_when_about_half_is_left(years: dict[str, dict[date, Day]]) -> None:
    """Three in a hundred less on each working day: nobody can tell it from a quiet week before."""
    declines = [decline(years[x.name], WORK[80:140]) for x in REGULAR[:4]]
    assert all(declined is not None and 5 <= declined <= 35 for declined in declines), declines


def decline(days: Days, span: list[date]) -> int | None:
    """After how many working days a decline is told."""
    chance, falling = Random(1), dict(days)
    for n, d in enumerate(span):
        falling[d] = seasons.part(days[d], 1 - 0.03 * n, chance) if n < 33 else seasons.part(days[d], 0, chance)
        if first_alarm(falling, d, falling[d]) is not None:
            return n
    return None
