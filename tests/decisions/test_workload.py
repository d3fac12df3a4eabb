"""What is due soon is weighed against who is here, how long, and how fast they work."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pytest

from hub import workload
from hub.directory import Absence, Directory, InboxId, PersonId
from hub.workload import Pressing
from tests import builders
from tests.builders import NURSE, TUESDAY

TEAM, COORDINATOR, DAHL = InboxId("team"), InboxId("coordinator"), InboxId("dahl")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ALONE = builders.directory(people=(NURSE, builders.person("dahl")))


def pressing(
    *due: tuple[InboxId, int, timedelta],
    taken: Sequence[timedelta] = (),
    by: Directory | None = None,
    now: datetime = TUESDAY + 2 * HOUR,
) -> dict[InboxId, Pressing]:
    """So many of an inbox are due so long from now."""
    counts = {
        inbox: tuple(count if now + ahead <= x else 0 for x in workload.moments(now)) for inbox, count, ahead in due
    }
    found = workload.pressing(counts, dict.fromkeys(counts, taken), by or ALONE, now)
    return {x.inbox: x for x in found}


def away(since: time, until: time = time(16)) -> Directory:
    """The nurse is not there then."""
    absence = Absence(PersonId("nurse"), TUESDAY.date(), TUESDAY.date(), hours=(since, until))
    return builders.directory(people=(NURSE,), absences=(absence,))


def test_what_those_who_are_here_can_do_in_time_is_not_told() -> None:
    assert {} == pressing((TEAM, 6, HOUR))
    found = pressing((TEAM, 7, HOUR))[TEAM]
    assert (7, 1, 70 * MINUTE, HOUR) == (found.due, found.people, found.needed, found.left)
    both = builders.directory(people=(NURSE, builders.OTHER_NURSE))
    assert {} == pressing((TEAM, 12, HOUR), by=both)
    assert (2, 65 * MINUTE) == ((x := pressing((TEAM, 13, HOUR), by=both)[TEAM]).people, x.needed)


def test_who_goes_home_in_two_minutes_has_two_minutes_for_it() -> None:
    # It is eleven.
    found = pressing((TEAM, 6, HOUR), by=away(time(11, 2)))[TEAM]
    assert (6, 1, HOUR, 2 * MINUTE) == (found.due, found.people, found.needed, found.left)


def test_who_comes_later_has_the_time_from_then_on() -> None:
    assert {} == pressing((TEAM, 3, HOUR), by=away(time(8), time(11, 30)))
    assert 30 * MINUTE == pressing((TEAM, 4, HOUR), by=away(time(8), time(11, 30)))[TEAM].left


def test_who_works_in_two_inboxes_has_each_minute_once() -> None:
    assert {} == pressing((TEAM, 3, HOUR), (COORDINATOR, 3, HOUR))
    found = pressing((TEAM, 6, HOUR), (COORDINATOR, 6, HOUR))
    assert (1, HOUR) == (len(found), sum((x.needed - x.left for x in found.values()), timedelta(0)))


def test_what_only_one_can_do_is_done_by_them_and_the_rest_by_the_others() -> None:
    doctor = builders.person("dahl", inboxes=(DAHL, TEAM))
    by = builders.directory(people=(doctor, NURSE))
    assert {} == pressing((DAHL, 6, HOUR), (TEAM, 6, HOUR), by=by)
    assert [TEAM] == [*pressing((DAHL, 6, HOUR), (TEAM, 7, HOUR), by=by)]


def test_what_is_due_sooner_has_less_time() -> None:
    found = pressing((TEAM, 4, 30 * MINUTE))[TEAM]
    assert (TUESDAY + 2 * HOUR + 30 * MINUTE, 30 * MINUTE) == (found.until, found.left)
    assert {} == pressing((TEAM, 4, 40 * MINUTE))


def test_the_last_message_of_each_who_is_there_is_taken_to_be_in_hand() -> None:
    assert {} == pressing((TEAM, 1, timedelta(0)), now=TUESDAY + 2 * HOUR + 9 * MINUTE)
    assert [TEAM] == [*pressing((TEAM, 2, timedelta(0)), now=TUESDAY + 2 * HOUR + 9 * MINUTE)]


def test_time_in_which_the_inbox_is_closed_counts_for_nothing() -> None:
    # It closes at four.
    late = TUESDAY + 6 * HOUR + 30 * MINUTE
    assert {} == pressing((TEAM, 3, 30 * MINUTE), now=late)
    assert 30 * MINUTE == pressing((TEAM, 4, HOUR), now=late)[TEAM].left


def test_the_pace_is_what_people_were_busy_for_and_not_all_that_they_were_there() -> None:
    calm = [5 * MINUTE] * 12 + [3 * HOUR] * 8
    assert {} == pressing((DAHL, 1, HOUR), taken=calm)
    assert {} == pressing((DAHL, 12, HOUR), taken=calm)
    found = pressing((DAHL, 13, HOUR), taken=calm)[DAHL]
    assert (5 * MINUTE, True) == (found.each, found.known)


@pytest.mark.parametrize("taken", [[5 * MINUTE] * 9, [timedelta(0)] * 50, [2 * HOUR] * 50])
def test_without_enough_that_tells_how_long_one_takes_a_usual_pace_is_assumed(taken: list[timedelta]) -> None:
    found = pressing((TEAM, 7, HOUR), taken=taken)[TEAM]
    assert (workload.USUAL, False) == (found.each, found.known)


def test_where_nobody_is_left_anything_due_is_too_much() -> None:
    found = pressing((TEAM, 1, HOUR), by=away(time(8)))[TEAM]
    assert (0, workload.USUAL, timedelta(0)) == (found.people, found.needed, found.left)


def test_the_worst_comes_first() -> None:
    found = pressing((TEAM, 7, HOUR), (DAHL, 30, HOUR))
    assert [DAHL, TEAM] == [*found]


@pytest.mark.parametrize(
    ("now", "moments"),
    [
        ("11:00", ["11:10", "11:20", "11:30", "11:40", "11:50", "12:00"]),
        ("11:05", ["11:10", "11:20", "11:30", "11:40", "11:50", "12:00", "12:05"]),
        ("11:59", ["12:00", "12:10", "12:20", "12:30", "12:40", "12:50", "12:59"]),
    ],
)
def test_it_is_weighed_at_each_ten_minutes_of_the_clock(now: str, moments: list[str]) -> None:
    hours, at = builders.hours(), datetime.fromisoformat(f"{date(2026, 11, 24)}T{now}:00+01:00")
    assert moments == [f"{hours.local(x):%H:%M}" for x in workload.moments(at)]


def test_nothing_is_looked_at_that_stays_closed() -> None:
    known = builders.directory()
    assert [] == list(workload.looked_at(known, TUESDAY + 10 * HOUR))
    assert TEAM in [x.id for x in workload.looked_at(known, TUESDAY)]
    # An hour before it opens is soon enough.
    assert TEAM in [x.id for x in workload.looked_at(known, TUESDAY - 90 * MINUTE)]
