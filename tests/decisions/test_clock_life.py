"""Whatever befalls an item's clock, it stands where a count of minutes says: what was waited does not count, and
nothing else that changes moves it.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import deadline, reckoning
from hub.calendar import Hours, Slot
from hub.change import Change
from hub.deadline import Deadline, ElapsedHours, Ladder, SameDay, Step, WorkingMinutes
from hub.item import Headline, Item, ItemId, Placing, Purpose
from tests import builders
from tests.decisions.test_reckoning import ASKED
from tests.year.minutes import Minutes

HOURS = Hours(
    "Europe/Oslo",
    (*(Slot(day, time(8), time(11, 30)) for day in range(5)), *(Slot(day, time(12), time(16)) for day in range(5))),
    {date(2026, 11, 25): "stengt"},
)
# The night on which the clock is changed lies in these weeks.
FIRST, LAST = date(2026, 10, 12), date(2027, 1, 31)
MINUTES = Minutes(HOURS, FIRST, LAST)
BEGIN = datetime(2026, 10, 19, 6, tzinfo=UTC)
STEPS = (Step(-60, ("inbox",)), Step(0, ("coordinator",)), Step(30, ("duty",), working=True))
PROMISES = {
    "same day": SameDay(time(15), time(10)),
    "working": WorkingMinutes(300),
    "day and night": ElapsedHours(72),
}
MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Life:
    """An item whose clock lives on, and the pauses as whoever watches it writes them down."""

    ladder: Ladder
    now: datetime
    item: Item
    clock: Deadline
    due: datetime
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    asked: datetime | None = None

    def ask(self) -> None:
        if self.asked is None:
            self._take(reckoning.wait(self.item, self.clock, (self.ladder,), HOURS, "ann", self.now))
            self.asked = self.now

    def go_on(self, replied: bool, heeded: int) -> None:
        """The sender replies, and that is heeded so many minutes later; or somebody waits no longer."""
        if self.asked is None:
            return
        ended = self.now
        if replied:
            self.clock = replace(self.clock, replied_at=self.now)
            self.now += heeded * MINUTE
        self._take(reckoning.resume(self.item, self.clock, HOURS, "watch", self.now))
        self.pauses.append((self.asked, ended))
        self.asked = None

    def reconfigure(self) -> None:
        """Something else was loaded, which means nothing for this item."""
        again = reckoning.again(self.item, self.clock, ASKED, (self.ladder,), HOURS, "a-b-other", self.now)
        assert again is None

    def hand_on(self) -> None:
        self.item = replace(self.item, inbox=builders.TEAM[1])

    def expected(self) -> datetime:
        """As much later as was waited, counted minute by minute; waiting while closed is none."""
        if isinstance(self.ladder.due, ElapsedHours):
            return self.due + sum((until - since for since, until in self.pauses), timedelta(0))
        waited = sum((MINUTES.between(since, until) for since, until in self.pauses), timedelta(0))
        return MINUTES.add(self.due, waited) if waited else self.due

    def _take(self, change: reckoning.Change) -> None:
        (self.item,), (self.clock,) = change.items, change.deadlines


def begun(promise: str, minute: int) -> Life:
    ladder, received = Ladder("l", "soon", PROMISES[promise], STEPS), BEGIN + minute * MINUTE
    item = Item(
        ItemId("i"),
        builders.message().key,
        builders.TEAM[0],
        Purpose.ACTION,
        Headline("dialogue", "", ""),
        Placing("", ""),
    )
    clock = deadline.of(item.id, ASKED, (ladder,), HOURS, received, "a-b-c", item.inbox)
    return Life(ladder, received, item, clock, clock.due)


MOVES = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 3 * 24 * 60)),
    st.tuples(st.sampled_from(("ask", "resume", "reconfigure", "hand_on")), st.just(0)),
    st.tuples(st.just("reply"), st.integers(0, 300)),
)


@pytest.mark.parametrize("promise", PROMISES)
@given(minute=st.integers(0, 7 * 24 * 60), moves=st.lists(MOVES, max_size=12))
def test_a_clock_stands_where_its_minutes_say_whatever_befalls_it(
    promise: str, minute: int, moves: list[tuple[str, int]]
) -> None:
    life = begun(promise, minute)
    for move, span in moves:
        match move:
            case "wait":
                life.now += span * MINUTE
            case "ask":
                life.ask()
            case "resume":
                life.go_on(replied=False, heeded=0)
            case "reply":
                life.go_on(replied=True, heeded=span)
            case "hand_on":
                life.hand_on()
            case _:
                life.reconfigure()
        ours = life.clock.paused or life.clock
        assert life.expected() == ours.due
        # The step in opening time stands as far from it as the minutes say.
        assert MINUTES.add(ours.due, 30 * MINUTE) == ours.due + ours.steps[-1].minutes * MINUTE


def test_by_whose_hours_it_was_computed_it_goes_on_wherever_it_is_handed_on_to() -> None:
    life = begun("same day", 0)
    life.hand_on()
    assert builders.directory().hours(builders.TEAM[0]) == reckoning.hours_of(
        life.item, life.clock, builders.directory()
    )
    assert builders.TEAM[0] == life.clock.why.inbox


def test_marking_what_waits_as_urgent_ends_the_waiting() -> None:
    life = begun("same day", 120)
    urgent = Ladder("urgent", "at once", WorkingMinutes(30), STEPS, urgent=True)
    life.ask()
    change = reckoning.urge(life.item, life.clock, (urgent, life.ladder), HOURS, "ann", life.now + 60 * MINUTE)
    (item,), (clock,) = change.items, change.deadlines
    assert ("new", None, None, True) == (item.state.value, item.owner, clock.paused, clock.urgent)
    assert life.now + 90 * MINUTE == clock.due


def test_marking_what_is_due_sooner_than_the_urgent_ladder_says_has_steps_around_its_own_due_time() -> None:
    life = begun("same day", 60)
    urgent = Ladder("urgent", "soon", WorkingMinutes(120), (Step(30, ("duty",), working=True),), urgent=True)
    # Ten minutes before it closes.
    (clock,) = reckoning.urge(life.item, life.clock, (urgent,), HOURS, "ann", life.due - 10 * MINUTE).deadlines
    assert life.due == clock.due
    assert MINUTES.add(life.due, 30 * MINUTE) == clock.fires_at


def test_what_is_said_of_a_clock_begins_where_the_line_before_ended_also_when_marking_ends_the_waiting() -> None:
    life = begun("same day", 120)
    urgent = Ladder("urgent", "at once", WorkingMinutes(30), STEPS, urgent=True)
    stood = life.clock.due
    life.ask()
    change = reckoning.urge(life.item, life.clock, (urgent, life.ladder), HOURS, "ann", life.now + 60 * MINUTE)
    resumed, moved = change.entries
    assert ["deadline.resumed", "deadline.moved"] == [resumed.event, moved.event]
    going = MINUTES.add(stood, 60 * MINUTE).isoformat()
    assert {"from": stood.isoformat(), "to": going, "why": "resumed"} == resumed.detail
    assert {"from": going, "to": (life.now + 90 * MINUTE).isoformat(), "why": "urgent"} == moved.detail


def test_while_a_partner_is_waited_for_another_promise_takes_no_step_back_and_other_steps_are_told() -> None:
    life = begun("same day", 60)
    # All its steps are taken, and it is to be repeated each week.
    life.clock = deadline.on(life.clock, len(life.clock.steps))
    life.now = life.clock.due + 95 * MINUTE
    life.ask()
    assert life.clock.paused is not None
    promise = replace(life.ladder, promise="sooner")
    (same,) = changed(life, promise).deadlines
    assert same.paused is not None
    assert ((), "sooner", life.clock.paused.step) == (changed(life, promise).entries, same.paused.why.promise, 3)
    assert same.paused.step == life.clock.paused.step
    # A ladder with other steps is climbed again, as it is when nobody is waited for, and is told like that.
    other = replace(life.ladder, steps=(*STEPS[:-1], Step(120, ("duty",))))
    change = changed(life, other)
    (entry,), (clock,) = change.entries, change.deadlines
    assert clock.paused is not None
    due = life.clock.paused.due.isoformat()
    assert ("deadline.moved", due, due, 1) == (entry.event, entry.detail["from"], entry.detail["to"], clock.paused.step)


def changed(life: Life, ladder: Ladder) -> Change:
    """What another ladder makes of a clock."""
    change = reckoning.again(life.item, life.clock, ASKED, (ladder,), HOURS, "a-b-other", life.now)
    assert change is not None
    return change
