"""Nothing open lies with somebody away; what went to others comes back; and gaps are known before they come."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import ClassVar

import pytest

from hub import calendar, intake, presence
from hub.calendar import Hours, Slot
from hub.change import Change
from hub.directory import Absence, Directory, InboxId, InboxKind, Person, PersonId, Stretch
from hub.item import Item, ItemId, State
from hub.presence import Gap
from tests import builders

# Tuesday 24 November 2026: at 09:00 Berg is at work; on Wednesday she never is, and Dahl stands in for her.
NOW = builders.TUESDAY
TUESDAY, WEDNESDAY = NOW.date(), builders.WEDNESDAY
CLOSED = NOW + timedelta(hours=7)
BERG, DAHL, NURSE = PersonId("berg"), PersonId("dahl"), PersonId("nurse")
NOBODY_YET: Mapping[ItemId, datetime] = {}


def away(person: str, first: date = TUESDAY, last: date = TUESDAY, **more: object) -> Absence:
    return Absence(PersonId(person), first, last, **more)  # type: ignore[arg-type]


def item(inbox: str = "berg", **changes: object) -> Item:
    """An open item in an inbox; one that has an owner is taken."""
    (made, *_) = intake.judge(builders.message(patient=builders.patient("2")), builders.order(), NOW).items
    state = State.CLAIMED if changes.get("owner") else State.NEW
    return replace(made, inbox=InboxId(inbox), state=state, **changes)  # type: ignore[arg-type]


def moved(x: Item, directory: Directory, now: datetime = NOW, claimed: datetime | None = None) -> Item:
    """The item as it lies after all moves."""
    changes = presence.moves([x], {x.id: claimed} if claimed else NOBODY_YET, directory, now)
    return changes[0].items[0] if changes else x


def change(x: Item, directory: Directory, now: datetime = NOW) -> Change:
    (found,) = presence.moves([x], NOBODY_YET, directory, now)
    return found


class TestAtWork:
    HALF = builders.person("half", at_work=(Slot(1, time(8), time(12)),))

    def known(self, *absences: Absence) -> Directory:
        return builders.directory((self.HALF, builders.person("whole")), absences)

    def test_a_half_day_is_a_day_at_work_until_it_is_over(self) -> None:
        clocks = (time(0), time(11, 59), time(12), time(15))
        assert [True, True, False, False] == [self.known().present(self.HALF.id, TUESDAY, c) for c in clocks]

    def test_days_without_hours_are_whole(self) -> None:
        known = self.known()
        assert ((time(8), time(12)),) == known.at_work(self.HALF.id, TUESDAY)
        assert ((time(8), time(16)),) == known.at_work(self.HALF.id, WEDNESDAY)
        assert () == known.at_work(self.HALF.id, date(2026, 11, 28))

    @pytest.mark.parametrize(
        ("hours", "left"),
        [
            ((time(8), time(16)), ()),
            ((time(8), time(10)), ((time(10), time(16)),)),
            ((time(12), time(23)), ((time(8), time(12)),)),
            ((time(10), time(12)), ((time(8), time(10)), (time(12), time(16)))),
            ((time(6), time(7)), ((time(8), time(16)),)),
        ],
    )
    def test_an_absence_for_some_hours_leaves_the_others(self, hours: Stretch, left: tuple[Stretch, ...]) -> None:
        known = self.known(away("whole", hours=hours))
        assert left == known.at_work(PersonId("whole"), TUESDAY)
        assert ((time(8), time(16)),) == known.at_work(PersonId("whole"), WEDNESDAY)

    def test_who_acts_for_somebody_who_has_gone_home_is_the_substitute(self) -> None:
        half = replace(self.HALF, substitute=PersonId("whole"))
        known = builders.directory((half, builders.person("whole")))
        assert half.id == known.cover(half.id, TUESDAY, time(11)).person
        cover = known.cover(half.id, TUESDAY, time(12))
        assert (PersonId("whole"), ("Half: gone for the day",), (half.id,)) == (cover.person, cover.path, cover.away)

    def test_the_substitute_of_an_absence_goes_before_the_standing_one(self) -> None:
        people = (builders.person("berg", substitute=DAHL), builders.person("dahl"), builders.person("other"))
        known = builders.directory(people, (away("berg", substitute=PersonId("other")),))
        assert ["other", "berg"] == [known.cover(BERG, day).person for day in (TUESDAY, WEDNESDAY)]

    def test_from_when_on_somebody_can_act(self) -> None:
        hours = builders.hours()
        assert (TUESDAY, time(9)) == calendar.acting_from(hours, NOW)
        assert (TUESDAY, time(7)) == calendar.acting_from(hours, NOW - timedelta(hours=2))
        assert (WEDNESDAY, time(0)) == calendar.acting_from(hours, CLOSED)


class TestLookingUp:
    """What is asked for with every message is found without a search, and is what a search would find."""

    def test_what_stands_first_in_the_file_is_found(self) -> None:
        known = builders.directory()
        second = replace(known.inboxes[InboxId("team")], id=InboxId("second"))
        twice = replace(known, inboxes={**known.inboxes, second.id: second})
        found = twice.first(InboxKind.PHT, builders.OURS)
        assert found is not None and "team" == found.id
        assert twice.first(InboxKind.CASE_HANDLER, builders.OURS) is None

    def test_people_are_found_by_the_inboxes_they_work_in(self) -> None:
        known = builders.directory()
        assert ((NURSE, "other"), (BERG,), ()) == tuple(
            known.members(InboxId(id)) for id in ("team", "berg", "manager")
        )

    def test_a_party_is_found_by_either_level(self) -> None:
        known = builders.directory()
        ours, partner = known.practices[builders.OURS], known.partners[builders.PARTNER]
        for levels in ((builders.OURS, None), (None, builders.CENTRE), (None, builders.OURS)):
            assert known.practice_of(*levels) is ours
        assert known.practice_of(None, None) is known.partner_of(None, None) is None
        assert known.partner_of(None, next(iter(partner.services))) is partner
        assert known.partner_of(None, builders.PARTNER) is None

    def test_two_directories_that_say_the_same_are_equal(self) -> None:
        known = builders.directory()
        assert known == builders.directory()
        assert known != replace(known, absences=(away("berg"),))
        assert "_index" not in repr(known)

    def test_what_is_changed_is_looked_up_anew(self) -> None:
        known = replace(builders.directory(), absences=(away("dahl"),))
        assert not known.present(DAHL, TUESDAY)


class TestCover:
    def test_what_lies_with_its_owner_stays(self) -> None:
        assert () == presence.moves([item(), item("team"), item("coordinator")], NOBODY_YET, builders.directory(), NOW)

    def test_at_closing_what_lies_with_somebody_who_is_off_tomorrow_goes_to_who_stands_in(self) -> None:
        x = moved(item(), builders.directory(), CLOSED)
        assert ("dahl", "berg", None, State.NEW) == (x.inbox, x.home, x.owner, x.state)

    def test_what_its_owner_had_taken_goes_too_and_is_free(self) -> None:
        x = moved(item(owner=BERG), builders.directory(), CLOSED)
        assert ("dahl", "berg", None, State.NEW) == (x.inbox, x.home, x.owner, x.state)

    def test_nothing_else_of_an_item_changes_and_its_clock_runs_on(self) -> None:
        x = item(level=2, note="note")
        found = change(x, builders.directory(), CLOSED)
        assert (replace(x, inbox=InboxId("dahl"), home=InboxId("berg")),) == found.items
        assert ((), (), (), ()) == (found.deadlines, found.notices, found.outgoing, found.alerts)

    def test_the_journal_says_from_where_to_where_and_why_without_names(self) -> None:
        covered, left = change(item(), builders.directory(absences=(away("berg", reason="Berg is ill"),))).entries
        assert ("item.covered", "dahl", "watch") == (covered.event, covered.inbox, covered.who)
        detail = {"from": "berg", "to": "dahl", "home": "berg", "why": "away", "away": "berg"}
        assert detail == covered.detail
        assert ("item.left", "berg", {"to": "dahl"}) == (left.event, left.inbox, left.detail)

    def test_substitutes_are_followed_until_somebody_is_here(self) -> None:
        people = (
            builders.person("berg", substitute=DAHL),
            builders.person("dahl", substitute=PersonId("third")),
            builders.person("third"),
        )
        known = builders.directory(people, (away("berg"), away("dahl")))
        found = change(item(), known)
        assert ("third", "berg dahl") == (found.items[0].inbox, found.entries[0].detail["away"])

    @pytest.mark.parametrize("substitute", [None, DAHL], ids=["nobody", "a loop"])
    def test_what_nobody_covers_lies_in_the_coordinators_pile(self, substitute: PersonId | None) -> None:
        people = (builders.person("berg", substitute=substitute), builders.person("dahl", substitute=BERG))
        found = change(item(), builders.directory((*people, builders.NURSE), (away("berg"), away("dahl"))))
        assert ("coordinator", "berg") == (found.items[0].inbox, found.items[0].home)
        assert "nobody stands in" == found.entries[0].detail["why"]

    def test_a_team_without_anybody_at_work_is_the_coordinators(self) -> None:
        known = builders.directory(absences=(away("nurse"), away("other")))
        found = change(item("team"), known)
        assert ("coordinator", "team") == (found.items[0].inbox, found.items[0].home)
        assert "nobody is at work" == found.entries[0].detail["why"]

    def test_the_pile_and_tests_stay_where_they_are(self) -> None:
        known = builders.directory()
        test = builders.inbox("test", InboxKind.TEST)
        known = replace(known, inboxes={**known.inboxes, test.id: test}, absences=(away("nurse"), away("other")))
        assert () == presence.moves([item("test"), item("coordinator")], NOBODY_YET, known, NOW)

    def test_what_has_ended_stays(self) -> None:
        ended = replace(item(), state=State.CLOSED)
        assert () == presence.moves([ended], NOBODY_YET, builders.directory(), CLOSED)

    def test_half_a_day_counts_until_it_is_over(self) -> None:
        berg = builders.person("berg", substitute=DAHL, at_work=(Slot(1, time(8), time(12)),))
        known = builders.directory((berg, builders.person("dahl"), builders.NURSE))
        at = [NOW, NOW + timedelta(hours=2, minutes=59), NOW + timedelta(hours=3)]
        assert ["berg", "berg", "dahl"] == [moved(item(), known, now).inbox for now in at]

    def test_an_inbox_that_has_left_the_directory_is_not_for_us_to_empty(self) -> None:
        assert () == presence.moves([item("gone")], NOBODY_YET, builders.directory(), NOW)


class TestReturn:
    COVERED: ClassVar = {"home": InboxId("berg")}

    def test_it_is_back_on_the_day_its_owner_is(self) -> None:
        thursday = CLOSED + timedelta(days=1)
        at = [CLOSED, thursday - timedelta(minutes=1), thursday]
        found = [moved(item("dahl", **self.COVERED), builders.directory(), now) for now in at]
        assert [("dahl", "berg"), ("dahl", "berg"), ("berg", None)] == [(x.inbox, x.home) for x in found]
        handed, left = change(item("dahl", **self.COVERED), builders.directory(), thursday).entries
        assert ("item.handed_back", "berg", {"from": "dahl", "to": "berg"}) == (
            handed.event,
            handed.inbox,
            handed.detail,
        )
        assert ("item.left", "dahl") == (left.event, left.inbox)

    def test_who_has_taken_it_keeps_it(self) -> None:
        x = item("dahl", owner=DAHL, **self.COVERED)
        assert () == presence.moves([x], NOBODY_YET, builders.directory(), NOW)

    def test_until_they_go_too(self) -> None:
        x = item("dahl", owner=DAHL, **self.COVERED)
        known = builders.directory(absences=(away("dahl"),))
        assert ("berg", None, None) == ((y := moved(x, known)).inbox, y.home, y.owner)

    def test_when_the_substitute_goes_it_goes_on_and_still_belongs_to_its_owner(self) -> None:
        people = (
            builders.person("berg", substitute=DAHL),
            builders.person("dahl", substitute=PersonId("third")),
            builders.person("third"),
        )
        known = builders.directory(people, (away("berg"), away("dahl")))
        x = moved(item("dahl", **self.COVERED), known)
        assert ("third", "berg") == (x.inbox, x.home)

    def test_from_the_pile_it_goes_to_who_stands_in_as_soon_as_somebody_does(self) -> None:
        known = builders.directory(absences=(away("berg"),))
        assert "dahl" == moved(item("coordinator", **self.COVERED), known).inbox

    def test_what_was_handed_on_by_hand_has_no_home_to_go_to(self) -> None:
        assert () == presence.moves([item("dahl")], NOBODY_YET, builders.directory(), NOW)

    def test_a_home_that_has_left_the_directory_is_forgotten(self) -> None:
        x = item("dahl", home=InboxId("gone"))
        assert () == presence.moves([x], NOBODY_YET, builders.directory(), NOW)
        x = moved(x, builders.directory(absences=(away("dahl"),)))
        assert ("berg", "dahl") == (x.inbox, x.home)


class TestTaken:
    KNOWN = builders.directory(absences=(away("nurse"),))

    def test_what_a_colleague_who_is_away_has_taken_is_free_for_the_others(self) -> None:
        found = change(item("team", owner=NURSE), self.KNOWN)
        assert ("team", None, State.NEW) == ((x := found.items[0]).inbox, x.owner, x.state)
        assert [("item.freed", {"away": "nurse"})] == [(e.event, e.detail) for e in found.entries]

    def test_who_took_it_today_although_nobody_expected_them_keeps_it(self) -> None:
        x = item("team", owner=NURSE)
        assert x == moved(x, self.KNOWN, claimed=NOW - timedelta(minutes=5))
        assert x != moved(x, self.KNOWN, claimed=NOW - timedelta(days=1))

    def test_who_took_it_before_going_home_keeps_it_no_longer(self) -> None:
        half = replace(builders.NURSE, at_work=(Slot(1, time(8), time(10)),))
        known = builders.directory((half, builders.OTHER_NURSE, builders.person("berg")))
        assert moved(item("team", owner=NURSE), known, NOW + timedelta(hours=2), NOW).owner is None

    def test_what_somebody_at_work_has_taken_stays_with_them_wherever_it_lies(self) -> None:
        x = item("berg", owner=NURSE)
        assert x == moved(x, builders.directory(absences=(away("berg"),)))

    def test_what_somebody_has_taken_who_is_gone_for_good_is_free(self) -> None:
        assert moved(item("team", owner=PersonId("gone")), builders.directory()).owner is None


class TestGaps:
    """The builders' centre has nobody on duty and no manager, so that is told unless there is somebody."""

    HEAD = builders.person("head", inboxes=tuple(InboxId(x) for x in ("duty", "manager", "operations")))

    def gaps(
        self, *absences: Absence, people: tuple[Person, ...] = (), days: int = 2, **changes: object
    ) -> list[tuple[str, str | None, str, tuple[str, ...]]]:
        everybody = people or (*builders.directory().people.values(),)
        known = builders.directory((*everybody, self.HEAD), absences, **changes)
        return [self.told(gap) for gap in presence.gaps(known, TUESDAY, days)]

    def told(self, gap: Gap) -> tuple[str, str | None, str, tuple[str, ...]]:
        return f"{gap.day:%a}", f"{gap.since:%H:%M}" if gap.since else None, gap.words, gap.path

    def test_there_is_none_while_everybody_has_somebody(self) -> None:
        assert [] == self.gaps(days=14)

    def test_who_has_no_substitute_is_named_with_the_way_that_led_to_nobody(self) -> None:
        berg = builders.person("berg", weekdays=frozenset({1}))
        people = (berg, builders.person("dahl", substitute=BERG), builders.NURSE)
        assert [
            ("Wed", None, "nobody stands in for Berg", ("Berg: day off, no substitute",)),
            ("Wed", None, "nobody stands in for Dahl", ("Dahl: kurs", "Berg: day off, no substitute")),
        ] == self.gaps(away("dahl", WEDNESDAY, WEDNESDAY, reason="kurs"), people=people)

    def test_a_loop_is_nobody(self) -> None:
        loop = ("Dahl: away", "Berg: day off", "the substitutes form a loop")
        found = self.gaps(away("dahl", WEDNESDAY, WEDNESDAY))
        assert ("Wed", None, "nobody stands in for Dahl", loop) in found and 2 == len(found)

    def test_teams_duty_and_coordinator_are_missed(self) -> None:
        everybody = tuple(away(p, WEDNESDAY, WEDNESDAY) for p in ("nurse", "other", "head"))
        assert [
            "nobody is at work in team",
            "no coordinator is at work",
            "no doctor is on duty",
            "nobody is at work in manager",
            "nobody is at work in operations",
        ] == [what for _, _, what, _ in self.gaps(*everybody)]

    def test_closed_days_are_nobodys(self) -> None:
        berg = builders.person("berg", weekdays=frozenset({1}))
        people = (berg, builders.NURSE)
        days = {day for day, _, _, _ in self.gaps(people=people, days=7)}
        assert {"Wed", "Thu", "Fri", "Mon"} == days
        practice = builders.directory().practices[builders.OURS]
        closed = {builders.OURS: replace(practice, hours=builders.hours(WEDNESDAY))}
        assert "Wed" not in {day for day, _, _, _ in self.gaps(people=people, days=7, practices=closed)}

    def test_part_of_a_day_is_told_with_its_time(self) -> None:
        berg = builders.person("berg", at_work=(Slot(1, time(8), time(11, 30)),))
        assert [("Tue", "11:30", "nobody stands in for Berg", ("Berg: gone for the day, no substitute",))] == self.gaps(
            people=(berg, builders.NURSE)
        )

    def test_another_practice_is_left_out_when_one_is_named(self) -> None:
        known = builders.directory()
        assert set() == {*presence.gaps(known, TUESDAY, 2, [])}
        assert {builders.OURS} == {gap.practice for gap in presence.gaps(known, TUESDAY, 2, [builders.OURS])}

    def test_today_is_the_practices_day(self) -> None:
        known = builders.directory()
        practice = replace(known.practices[builders.OURS], hours=Hours("Asia/Tokyo", builders.hours().slots, {}))
        known = replace(known, practices={builders.OURS: practice})
        assert WEDNESDAY == presence.coming(known, NOW + timedelta(hours=8), 1)[0].day

    def test_what_is_told_as_a_gap_is_where_nothing_can_be_covered(self) -> None:
        """The same question decides where an item goes."""
        known = builders.directory(absences=(away("dahl", WEDNESDAY, WEDNESDAY),))
        told = {gap.inbox for gap in presence.gaps(known, WEDNESDAY, 1)}
        gone = {x.id for x in known.inboxes.values() if "coordinator" == presence.place(x, known, CLOSED).inbox}
        assert gone - {"coordinator"} == told == {"berg", "dahl", "duty", "manager", "operations"}
