"""How a clock is set anew, and what of it stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub import deadline, intake, reckoning, route
from hub.deadline import Deadline, ElapsedHours, Ladder, Step, WorkingMinutes
from hub.errors import BadRequest, IllegalMove
from hub.intake import Order
from hub.item import Item, State
from tests import builders
from tests.builders import LADDER, TUESDAY

HOURS = builders.hours()
URGENT = Ladder("urgent", "at once", WorkingMinutes(30), (Step(0, ("duty",)),), urgent=True)
LADDERS = (URGENT, LADDER)
ASKED = route.circumstances(builders.message(), builders.directory(), None)
MINUTE = timedelta(minutes=1)


def clock(item: Item, ladder: Ladder = LADDER) -> Deadline:
    return replace(deadline.first(item.id, ladder, "", HOURS, TUESDAY), basis="a-b-c")


@pytest.fixture
def item() -> Item:
    placed, *_ = intake.judge(builders.message(), builders.order(), TUESDAY).items
    return replace(placed, version=1)


class TestUrgent:
    def test_it_counts_from_now(self, item: Item) -> None:
        now = TUESDAY + 60 * MINUTE
        change = reckoning.urge(item, clock(item), LADDERS, HOURS, "ann", now)
        (d,), (entry,) = change.deadlines, change.entries
        assert (now + 30 * MINUTE, True, 1, "ann", now) == (d.due, d.urgent, d.round, d.why.by, d.why.begun)
        assert ("deadline.moved", "ann", "urgent") == (entry.event, entry.who, entry.detail["why"])

    def test_it_never_gives_more_time(self, item: Item) -> None:
        before = clock(item)
        now = before.due - 10 * MINUTE
        (d,) = reckoning.urge(item, before, LADDERS, HOURS, "ann", now).deadlines
        assert (before.due, True) == (d.due, d.urgent)

    def test_what_is_late_already_is_told_on_at_once(self, item: Item) -> None:
        before = clock(item)
        now = before.due + 10 * MINUTE
        (d,) = reckoning.urge(item, before, LADDERS, HOURS, "ann", now).deadlines
        assert (before.due, now) == (d.fires_at, d.late_from)

    def test_once_is_enough(self, item: Item) -> None:
        (d,) = reckoning.urge(item, clock(item), LADDERS, HOURS, "ann", TUESDAY).deadlines
        with pytest.raises(BadRequest, match="already"):
            reckoning.urge(item, d, LADDERS, HOURS, "bob", TUESDAY)

    def test_where_no_ladder_is_urgent_it_says_what_is_missing(self, item: Item) -> None:
        with pytest.raises(BadRequest, match="urgent = true"):
            reckoning.urge(item, clock(item), (LADDER,), HOURS, "ann", TUESDAY)


class TestWaiting:
    def test_what_is_left_is_kept_and_comes_back(self, item: Item) -> None:
        before, asked, replied = clock(item), TUESDAY + 60 * MINUTE, TUESDAY + timedelta(days=1)
        change = reckoning.wait(item, before, LADDERS, HOURS, "ann", asked)
        (waiting,), (x,) = change.deadlines, change.items
        assert waiting.paused
        assert (State.WAITING, None, before.due) == (x.state, x.owner, waiting.paused.due)
        assert (asked + timedelta(hours=72), 1) == (waiting.due, waiting.round)
        again = reckoning.resume(x, replace(waiting, replied_at=replied), HOURS, "watch", replied)
        (going,), (back,) = again.deadlines, again.items
        # Six hours were left; the day after, at nine, leaves them until three.
        assert (State.NEW, replied + (before.due - asked)) == (back.state, going.due)
        assert (before.steps, before.step, 2) == (going.steps, going.step, going.round)
        assert replace(before.why, pauses=((asked, replied),)) == going.why
        assert (None, None, "replied") == (going.paused, going.replied_at, again.entries[0].detail["why"])

    def test_what_was_late_stays_as_late_as_it_was(self, item: Item) -> None:
        before = clock(item)
        asked = before.due + timedelta(hours=17)
        (waiting,), (x,) = (c := reckoning.wait(item, before, LADDERS, HOURS, "ann", asked)).deadlines, c.items
        # Due at four, asked at nine the next morning: an hour of opening time too late.
        (going,) = reckoning.resume(x, waiting, HOURS, "ann", asked + 120 * MINUTE).deadlines
        assert asked + 60 * MINUTE == going.due

    def test_who_was_told_before_is_not_taken_for_who_comes_next(self, item: Item) -> None:
        # Due at four on Thursday: the duty doctor hears of it an hour later by the clock, the manager after half an
        # hour of opening time, on Friday. From ten on Friday on it would be the other way round.
        steps = (Step(0, ("coordinator",)), Step(60, ("duty",)), Step(30, ("manager",), working=True))
        begun = TUESDAY + timedelta(days=2)
        before = deadline.first(item.id, replace(LADDER, steps=steps), "", HOURS, begun)
        before, asked = deadline.on(before, 2), before.due + 90 * MINUTE
        (waiting,), (x,) = (c := reckoning.wait(item, before, LADDERS, HOURS, "ann", asked)).deadlines, c.items
        replied = begun + timedelta(days=1, hours=1)
        (going,) = reckoning.resume(x, waiting, HOURS, "ann", replied).deadlines
        assert going.coming is not None and going.fires_at is not None
        assert (("manager",), replied + 30 * MINUTE) == (going.coming.tell, going.fires_at)

    def test_the_days_that_a_pause_leads_over_are_told(self, item: Item) -> None:
        # Six hours waited on a Thursday: what was due the same day is due on Monday, as Friday is closed.
        begun = TUESDAY + timedelta(days=2)
        hours = builders.hours((begun + timedelta(days=1)).date())
        before = deadline.first(item.id, LADDER, "", hours, begun)
        (waiting,), (x,) = (c := reckoning.wait(item, before, LADDERS, hours, "ann", begun)).deadlines, c.items
        (going,) = reckoning.resume(x, waiting, hours, "ann", begun + 360 * MINUTE).deadlines
        assert ((), 3) == (before.why.skipped, len(going.why.skipped))

    def test_a_ladder_of_the_centre_says_how_long_a_partner_may_take(self, item: Item) -> None:
        own = Ladder("waits", "soon", WorkingMinutes(60), (Step(0, ("inbox",)),), follow_up=True)
        (d,) = reckoning.wait(item, clock(item), (*LADDERS, own), HOURS, "ann", TUESDAY).deadlines
        assert (TUESDAY + 60 * MINUTE, "waits") == (d.due, d.why.ladder)

    def test_that_ladder_is_for_nothing_else(self) -> None:
        own = Ladder("waits", "soon", WorkingMinutes(60), (), follow_up=True)
        c = ASKED
        assert (LADDER, "") == deadline.choose(c, (own, LADDER))

    def test_nobody_waits_twice_or_for_nothing(self, item: Item) -> None:
        change = reckoning.wait(item, clock(item), LADDERS, HOURS, "ann", TUESDAY)
        with pytest.raises(IllegalMove):
            reckoning.wait(change.items[0], change.deadlines[0], LADDERS, HOURS, "ann", TUESDAY)
        with pytest.raises(IllegalMove):
            reckoning.resume(item, clock(item), HOURS, "ann", TUESDAY)


class TestAgain:
    def test_other_hours_move_it_and_say_so(self, item: Item) -> None:
        before = clock(item)
        closed = builders.hours(TUESDAY.date())
        change = reckoning.again(item, before, ASKED, (LADDER,), closed, "a-b-d", TUESDAY)
        assert change
        (d,), (entry,) = change.deadlines, change.entries
        assert (1, "a-b-d", TUESDAY) == (d.round, d.basis, d.set_at)
        assert (before.due.isoformat(), d.due.isoformat(), "hours") == tuple(entry.detail.values())
        assert before.due < d.due

    def test_what_stays_as_it_was_is_left_alone(self, item: Item) -> None:
        c = ASKED
        before = deadline.of(item.id, c, (LADDER,), HOURS, TUESDAY, "a-b-c")
        assert None is reckoning.again(item, before, c, (LADDER,), HOURS, "a-b-d", TUESDAY)

    def test_another_promise_is_told_without_another_round(self, item: Item) -> None:
        c = ASKED
        before = deadline.of(item.id, c, (LADDER,), HOURS, TUESDAY, "a-b-c")
        change = reckoning.again(item, before, c, (replace(LADDER, promise="new"),), HOURS, "x-b-c", TUESDAY)
        assert change
        assert (("new", 0, before.due), ()) == (
            (change.deadlines[0].why.promise, change.deadlines[0].round, change.deadlines[0].due),
            change.entries,
        )

    def test_what_was_marked_as_urgent_stays_so(self, item: Item) -> None:
        (d,) = reckoning.urge(item, clock(item), LADDERS, HOURS, "ann", TUESDAY).deadlines
        slower = (replace(URGENT, due=WorkingMinutes(60)), LADDER)
        change = reckoning.again(item, d, ASKED, slower, HOURS, "x-b-c", TUESDAY)
        assert change
        assert (TUESDAY + 60 * MINUTE, True, "ann") == (
            change.deadlines[0].due,
            change.deadlines[0].urgent,
            change.deadlines[0].why.by,
        )

    def test_without_its_message_the_ladder_of_the_same_name_holds(self, item: Item) -> None:
        longer = replace(LADDER, due=ElapsedHours(72))
        change = reckoning.again(item, clock(item), None, (longer,), HOURS, "x-b-c", TUESDAY)
        assert change
        assert TUESDAY + timedelta(hours=72) == change.deadlines[0].due
        gone = replace(LADDER, name="another")
        assert None is reckoning.again(item, clock(item), None, (gone,), HOURS, "x-b-c", TUESDAY)

    def test_while_a_partner_is_waited_for_it_is_our_clock_that_is_set_anew(self, item: Item) -> None:
        before = clock(item)
        (d,) = reckoning.wait(item, before, LADDERS, HOURS, "ann", TUESDAY).deadlines
        assert None is reckoning.again(item, d, ASKED, (LADDER,), HOURS, "a-b-d", TUESDAY)
        change = reckoning.again(item, d, ASKED, (LADDER,), builders.hours(TUESDAY.date()), "a-b-d", TUESDAY)
        assert change
        (after,), (entry,) = change.deadlines, change.entries
        assert after.paused
        # The day is closed after all: by ten the next one.
        assert (d.due, d.fires_at, "a-b-d") == (after.due, after.fires_at, after.basis)
        assert before.due + timedelta(hours=18) == after.paused.due
        assert ("deadline.moved", before.due.isoformat()) == (entry.event, entry.detail["from"])


class TestSteps:
    def test_working_minutes_become_those_of_the_clock(self, item: Item) -> None:
        ladder = replace(LADDER, steps=(Step(-60, ("inbox",), working=True), Step(30, ("duty",), working=True)))
        d = clock(item, ladder)
        # Due when the practice closes: half an hour of opening time later is half past eight the next morning.
        assert (-60, 16 * 60 + 30) == tuple(s.minutes for s in d.steps)
        assert [False, False] == [s.working for s in d.steps]

    def test_they_stand_in_the_order_of_time(self, item: Item) -> None:
        ladder = replace(LADDER, steps=(Step(1, ("duty",), working=True), Step(60, ("manager",))))
        assert ("manager", "duty") == tuple(s.tell[0] for s in clock(item, ladder).steps)


def test_the_basis_names_each_part_of_what_it_was_read_from() -> None:
    order = builders.order()
    other = builders.order(ladders=(replace(LADDER, promise="another"),))
    one, two = (x.basis(builders.TEAM[0]).split("-") for x in (order, other))
    assert [False, True, True] == [a == b for a, b in zip(one, two, strict=True)]
    assert order.bases == Order(order.directory, order.rules, order.ladders).bases
