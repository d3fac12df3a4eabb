"""Whoever plans sees what lies where, who is here, how much each has, who covers, and where what is moved goes."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from hub import board, custody, desk, intake
from hub.board import Board, Gaps, Kind
from hub.desk import Act
from hub.directory import Absence, Directory, InboxId, InboxKind, PersonId
from hub.errors import BadRequest, IllegalMove
from hub.item import Action, Item, State
from hub.record import Told
from hub.tally import Held, Tally
from tests import builders
from tests.builders import NURSE, OTHER_NURSE, OURS, TUESDAY, WEDNESDAY

KNOWN = builders.directory()
TEAM, PILE, BERG, DUTY = InboxId("team"), InboxId("coordinator"), InboxId("berg"), InboxId("duty")
PLANNER = NURSE  # works in the coordinator's inbox too
GP = KNOWN.people[PersonId("berg")]
MADE = intake.judge(builders.message(), builders.order(), TUESDAY).items[0]


def made(
    tallies: list[Tally] | None = None,
    held: list[Held] | None = None,
    pressing: tuple[InboxId, ...] = (),
    gaps: Gaps | None = None,
    known: Directory = KNOWN,
    now: datetime = TUESDAY,
) -> Board:
    return board.board({OURS}, tallies or [], held or [], pressing, gaps or {}, known, now)


def team(found: Board, id: InboxId = TEAM) -> board.Team:
    return next(x for x in found.teams if x.inbox == id)


def load(found: Board, id: str) -> board.Load:
    return next(x for x in found.people if x.person == id)


class TestTeams:
    def test_what_is_open_is_new_taken_or_waits(self) -> None:
        found = team(made([Tally(TEAM, new=3, claimed=2, waiting=4, late=1, soon=2, due=TUESDAY)]))
        assert (9, 3, 4) == (found.open, found.new, found.waiting)
        assert (1, 2, TUESDAY) == (found.late, found.risk, found.due)

    def test_an_inbox_in_which_nothing_lies_is_there_too(self) -> None:
        assert (0, None) == (team(made()).open, team(made()).due)

    def test_tests_and_operations_are_not_on_it(self) -> None:
        trial = builders.inbox("trial", InboxKind.TEST)
        known = replace(KNOWN, inboxes={**KNOWN.inboxes, trial.id: trial})
        shown = {x.inbox for x in made(known=known).teams}
        assert {InboxId(x) for x in ("team", "coordinator", "duty", "manager", "berg", "dahl")} == shown

    def test_it_says_where_the_unplaced_lies_and_where_more_is_due_than_can_be_done(self) -> None:
        found = made(pressing=(DUTY,))
        assert [PILE] == [x.inbox for x in found.teams if x.pile]
        assert [DUTY] == [x.inbox for x in found.teams if x.pressing]

    @pytest.mark.parametrize(
        ("clock", "here", "today"),
        [("06:00", (), (NURSE.id, OTHER_NURSE.id)), ("09:00", (OTHER_NURSE.id,), (NURSE.id,)), ("16:30", (), ())],
    )
    def test_who_is_here_now_is_told_from_who_comes_later(
        self, clock: str, here: tuple[PersonId, ...], today: tuple[PersonId, ...]
    ) -> None:
        away = Absence(NURSE.id, TUESDAY.date(), TUESDAY.date(), hours=(time(8), time(12)))
        now = datetime.fromisoformat(f"2026-11-24T{clock}:00+01:00")
        found = team(made(known=builders.directory(absences=(away,)), now=now))
        assert (here, today) == (found.here, found.today)

    def test_nobody_is_here_while_the_practice_is_closed(self) -> None:
        saturday = TUESDAY + timedelta(days=4)
        assert ((), ()) == (team(made(now=saturday)).here, team(made(now=saturday)).today)

    def test_what_is_at_risk_is_reckoned_in_working_time_and_today_ends_at_midnight(self) -> None:
        (span,) = board.spans({OURS}, KNOWN, TUESDAY + timedelta(hours=6, minutes=30))
        assert "2026-11-25T08:30:00+01:00" == span.soon.astimezone(KNOWN.hours(TEAM).local(TUESDAY).tzinfo).isoformat()
        assert (
            "2026-11-25T00:00:00+01:00" == span.tonight.astimezone(KNOWN.hours(TEAM).local(TUESDAY).tzinfo).isoformat()
        )


class TestPeople:
    def test_what_somebody_has_is_what_they_took_and_what_is_new_in_their_own_inbox(self) -> None:
        own = Tally(BERG, new=2, claimed=5, waiting=1, late=4, soon=1, new_late=1, new_today=2)
        found = load(made([own, Tally(TEAM, new=9)], [Held(GP.id, items=3, late=1, today=2)]), "berg")
        assert (5, 2, 4) == (found.items, found.late, found.today)

    def test_what_lies_with_a_team_is_nobodys_until_it_is_taken(self) -> None:
        assert 0 == load(made([Tally(TEAM, new=9)]), "nurse").items

    def test_whoever_is_away_today_is_not_here(self) -> None:
        away = builders.directory(absences=(Absence(GP.id, TUESDAY.date(), TUESDAY.date()),))
        assert (False, None) == (load(made(known=away), "berg").here, load(made(known=away), "berg").until)
        assert (True, time(16)) == (load(made(), "berg").here, load(made(), "berg").until)


class TestCover:
    def strip(self, who: str, gaps: Gaps | None = None, known: Directory = KNOWN) -> tuple[board.Cell, ...]:
        found = made(gaps=gaps, known=known).cover
        return next(x.cells for x in found if who in (x.inbox, x.person))

    def test_it_is_fourteen_days_from_today_with_those_that_are_closed(self) -> None:
        cells = self.strip("team")
        assert [TUESDAY.date() + timedelta(days=n) for n in range(14)] == [x.day for x in cells]
        assert {5, 6} == {x.day.weekday() + 0 for x in cells if x.kind is Kind.CLOSED}

    def test_who_stands_in_is_named(self) -> None:
        wednesday = self.strip("berg")[1]
        assert (WEDNESDAY, Kind.COVERED, "dahl") == (wednesday.day, wednesday.kind, wednesday.by)

    def test_a_gap_is_shown_as_one_also_when_somebody_is_there_until_then(self) -> None:
        gaps: dict[tuple[InboxId, date], time | None] = {(BERG, WEDNESDAY): None, (TEAM, WEDNESDAY): time(12)}
        assert (Kind.GAP, None) == (self.strip("berg", gaps)[1].kind, self.strip("berg", gaps)[1].since)
        assert (Kind.GAP, time(12), 2) == tuple(
            getattr(self.strip("team", gaps)[1], x) for x in ("kind", "since", "people")
        )

    def test_part_of_a_day_has_its_hours(self) -> None:
        part = Absence(NURSE.id, WEDNESDAY, WEDNESDAY, hours=(time(12), time(16)))
        cell = self.strip("nurse", known=builders.directory(absences=(part,)))[1]
        assert (Kind.PART, ((time(8), time(12)),)) == (cell.kind, cell.hours)

    def test_nobody_need_stand_in_for_who_has_no_inbox_of_their_own(self) -> None:
        off = Absence(NURSE.id, WEDNESDAY, WEDNESDAY)
        assert Kind.OFF is self.strip("nurse", known=builders.directory(absences=(off,)))[1].kind

    def test_of_a_team_it_says_how_many_are_at_work(self) -> None:
        off = Absence(NURSE.id, WEDNESDAY, WEDNESDAY)
        cells = self.strip("team", known=builders.directory(absences=(off,)))
        assert [(Kind.HERE, 2), (Kind.HERE, 1)] == [(x.kind, x.people) for x in cells[:2]]


class TestMoves:
    def moved(self, item: Item, to: InboxId = DUTY, **more: Any) -> tuple[Item, list[tuple[str, dict[str, str]]]]:
        who = more.pop("who", PLANNER)
        change = desk.hand_on(item, Act(Action.HAND_ON, to=to, **more), who, KNOWN, TUESDAY)
        assert () == change.deadlines
        return change.items[0], [(e.event, dict(e.detail)) for e in change.entries]

    def taken(self, by: PersonId = OTHER_NURSE.id) -> Item:
        return MADE.moved(Action.CLAIM, by)

    def test_who_plans_moves_what_somebody_has_taken_and_the_journal_says_whose_it_was(self) -> None:
        moved, told = self.moved(self.taken())
        assert (DUTY, State.NEW, None) == (moved.inbox, moved.state, moved.owner)
        assert [
            ("item.handed_on", {"from": "team", "to": "duty", "owner": "other"}),
            ("item.left", {"to": "duty"}),
        ] == told

    def test_nobody_else_does(self) -> None:
        with pytest.raises(IllegalMove):
            self.moved(self.taken(), who=GP)

    def test_what_is_given_to_somebody_is_theirs_at_once(self) -> None:
        moved, told = self.moved(self.taken(GP.id), TEAM, person=OTHER_NURSE.id)
        assert (TEAM, State.CLAIMED, OTHER_NURSE.id) == (moved.inbox, moved.state, moved.owner)
        assert [("item.handed_on", {"from": "team", "to": "team", "owner": "berg", "person": "other"})] == told

    def test_what_is_moved_to_where_it_lies_is_free_for_the_others(self) -> None:
        moved, told = self.moved(replace(self.taken(), home=BERG), TEAM)
        assert (TEAM, State.NEW, None, BERG) == (moved.inbox, moved.state, moved.owner, moved.home)
        assert ["item.handed_on"] == [event for event, _ in told]

    def test_what_would_change_nothing_is_refused(self) -> None:
        for item, person in ((MADE, None), (self.taken(), OTHER_NURSE.id)):
            with pytest.raises(BadRequest, match=r"^to: "):
                self.moved(item, TEAM, person=person)

    @pytest.mark.parametrize(
        ("person", "to", "who"),
        [("berg", TEAM, PLANNER), ("nurse", DUTY, PLANNER), ("dahl", InboxId("dahl"), GP)],
        ids=["not of the team", "of another team", "not by who plans"],
    )
    def test_it_is_given_only_by_who_plans_and_to_who_works_there(self, person: str, to: InboxId, who: Any) -> None:
        with pytest.raises(BadRequest, match=r"^person: "):
            self.moved(MADE, to, person=PersonId(person), who=who)

    def test_nothing_is_given_to_who_is_not_at_work(self) -> None:
        known = builders.directory(absences=(Absence(OTHER_NURSE.id, TUESDAY.date(), TUESDAY.date()),))
        act = Act(Action.HAND_ON, to=TEAM, person=OTHER_NURSE.id)
        with pytest.raises(BadRequest, match="not at work"):
            desk.hand_on(MADE, act, PLANNER, known, TUESDAY)

    @pytest.mark.parametrize("state", [s for s in State if s not in (State.NEW, State.CLAIMED)])
    def test_what_waits_or_has_ended_is_not_moved(self, state: State) -> None:
        with pytest.raises(IllegalMove):
            self.moved(replace(MADE, state=state))

    def test_a_person_has_it_in_their_own_inbox_else_where_they_work(self) -> None:
        assert (BERG, None) == board.destination(MADE, GP.id, KNOWN)
        assert (TEAM, NURSE.id) == board.destination(MADE, NURSE.id, KNOWN)
        # Not in the coordinator's inbox, where they work as well.
        assert (TEAM, NURSE.id) == board.destination(replace(MADE, inbox=BERG), NURSE.id, KNOWN)

    def test_there_is_nowhere_to_go_to_a_stranger(self) -> None:
        with pytest.raises(BadRequest, match=r"^person: "):
            board.destination(MADE, PersonId("nobody"), KNOWN)

    def test_who_was_given_it_has_had_it_from_then_on(self) -> None:
        line = Told(1, TUESDAY, "item.handed_on", None, MADE.id, TEAM, "nurse", {"to": "team", "person": "other"})
        assert [(TEAM, "other")] == [(x.inbox, x.person) for x in custody.holdings([line])]
