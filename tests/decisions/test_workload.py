"""What is due soon is weighed against who is here and how fast they work."""

from datetime import timedelta

from hub import workload
from hub.directory import Directory, InboxId
from hub.record import Done
from hub.workload import Pressing
from tests import builders
from tests.builders import TUESDAY

TEAM = InboxId("team")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def found(
    due: int, ended: Done | None = None, directory: Directory | None = None, at: timedelta = HOUR
) -> list[Pressing]:
    known = directory or builders.directory()
    paces = {TEAM: ended} if ended else {}
    return list(workload.pressing({TEAM: due}, paces, known, TUESDAY + at))


def test_what_those_who_are_here_can_do_in_time_is_not_told() -> None:
    people = len(builders.directory().members(TEAM))
    assert ([], [people]) == (found(6 * people), [x.people for x in found(6 * people + 1)])


def test_without_enough_that_was_ended_a_usual_pace_is_assumed() -> None:
    (pressing,) = found(100, Done(9, TUESDAY - timedelta(days=1)))
    assert (workload.USUAL, False) == (pressing.each, pressing.known)


def test_the_pace_is_that_of_the_time_in_which_people_were_there() -> None:
    # Open since eight, it is ten: each was there for two hours today, and yesterday evening nobody was.
    people = len(builders.directory().members(TEAM))
    (pressing,) = found(100, Done(24 * people, TUESDAY - timedelta(hours=10)), at=HOUR)
    assert (timedelta(minutes=5), True) == (pressing.each, pressing.known)
    assert 100 * timedelta(minutes=5) / people == pressing.needed


def test_where_nobody_is_left_anything_due_is_too_much() -> None:
    alone = builders.directory(people=())
    nobody = Directory(alone.practices, alone.inboxes, {}, {}, {})
    (pressing,) = found(1, directory=nobody)
    assert (0, workload.USUAL) == (pressing.people, pressing.needed)


def test_nothing_is_looked_at_that_stays_closed() -> None:
    known = builders.directory()
    assert [] == list(workload.looked_at(known, TUESDAY + 10 * HOUR))
    assert TEAM in [x.id for x in workload.looked_at(known, TUESDAY)]
    # An hour before it opens is soon enough.
    assert TEAM in [x.id for x in workload.looked_at(known, TUESDAY - 90 * MINUTE)]
