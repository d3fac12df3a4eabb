"""A team with hours of its own is there by those, also when the practice is closed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from hub import audit, board, example, intake, notifying, presence, tracing
from hub.calendar import Hours, Slot
from hub.directory import Absence, Directory, InboxId, Person
from hub.dispatch import Kind, Untold
from hub.enquiry import Registered
from hub.example import Example
from hub.item import Item, ItemId, Placing, State
from hub.presence import Gap
from hub.record import Lying
from hub.route import STRANGER
from tests import builders

TUESDAY, WEDNESDAY, SATURDAY = builders.TUESDAY.date(), builders.WEDNESDAY, date(2026, 11, 28)
TEAM, COORDINATOR, BERG = InboxId("team"), InboxId("coordinator"), InboxId("berg")
# On weekdays in the evening too, when the practice has closed at 16:00, and on Saturdays.
EVENING = (Slot(1, time(12), time(20)),)
OWN = Hours("Europe/Oslo", (*(Slot(day, time(12), time(20)) for day in range(5)), Slot(5, time(10), time(14))), {})

# Only on Tuesdays until eight, and on Saturdays; the coordinator is there while the practice is open.
NURSE = builders.person("nurse", weekdays=frozenset({1, 5}), at_work=EVENING, inboxes=(TEAM,), mail="nurse@x.example")
OTHER = builders.person("other", weekdays=frozenset({0}), inboxes=(TEAM,), mail="other@x.example")
HEAD = builders.person("head", inboxes=(COORDINATOR,), mail="head@x.example")


def known(
    *people: Person, absences: tuple[Absence, ...] = (), hours: Mapping[InboxId, Hours] | None = None
) -> Directory:
    """A team that is open otherwise than its practice, and somebody there on Tuesday, Saturday and Monday."""
    found = builders.directory(people or (NURSE, OTHER, HEAD), absences)
    own = {TEAM: OWN} if hours is None else hours
    return replace(found, inboxes={id: replace(x, hours=own.get(id)) for id, x in found.inboxes.items()})


def at(clock: str, day: date = TUESDAY) -> datetime:
    """A wall time in Oslo, in winter."""
    return datetime.fromisoformat(f"{day}T{clock}:00+01:00")


def item(inbox: InboxId = TEAM, **changes: object) -> Item:
    (made, *_) = intake.judge(builders.message(patient=builders.patient("2")), builders.order(), at("09:00")).items
    state = State.CLAIMED if changes.get("owner") else State.NEW
    return replace(made, inbox=inbox, state=state, **changes)  # type: ignore[arg-type]


def moved(x: Item, directory: Directory, now: datetime, claimed: datetime | None = None) -> Item:
    """The item as it lies when all is moved."""
    changes = presence.moves([x], {x.id: claimed} if claimed else {}, directory, now)
    return changes[0].items[0] if changes else x


@pytest.mark.parametrize(
    ("now", "inbox"),
    [
        (at("16:30"), TEAM),
        (at("19:59"), TEAM),
        # When the team closes on Tuesday, the next day that counts is Wednesday, on which nobody is there.
        (at("20:00"), COORDINATOR),
        (at("11:00", SATURDAY), TEAM),
        # On Saturday afternoon it is Monday, on which the other nurse is there.
        (at("15:00", SATURDAY), TEAM),
    ],
)
def test_what_lies_with_a_team_stays_while_the_team_is_there(now: datetime, inbox: InboxId) -> None:
    assert inbox == presence.place(known().inboxes[TEAM], known(), now).inbox == moved(item(), known(), now).inbox


def test_what_a_nurse_has_taken_stays_hers_when_the_practice_closes() -> None:
    x = item(owner=NURSE.id)
    assert x == moved(x, known(), at("16:01"), claimed=at("15:56"))
    freed = moved(x, known(), at("20:00"), claimed=at("15:56"))
    assert (COORDINATOR, None) == (freed.inbox, freed.owner)


def test_who_took_it_in_the_evening_although_nobody_expected_them_keeps_it_until_the_team_closes() -> None:
    x = item(owner=OTHER.id)
    assert x == moved(x, known(), at("19:30"), claimed=at("17:00"))
    assert moved(x, known(), at("20:00"), claimed=at("17:00")).owner is None


def test_who_has_taken_something_in_another_inbox_is_there_by_the_hours_of_that_one() -> None:
    # The team's day goes on until eight. The coordinator's ended at four, and the next one is a day at work too.
    x = item(COORDINATOR, owner=HEAD.id, home=TEAM)
    assert x == moved(x, known(), at("16:30"))


def test_what_lies_so_that_it_stays_is_known_without_looking_at_it() -> None:
    lying = Lying(TEAM)
    assert [True, False] == [presence.settled(lying, known(), at(clock)) for clock in ("16:30", "20:00")]


def gaps(directory: Directory, days: int) -> list[Gap]:
    return [gap for gap in presence.gaps(directory, TUESDAY, days) if gap.inbox == TEAM]


def test_gaps_are_those_of_the_teams_own_days_and_hours() -> None:
    words, practice = "nobody is at work in team", builders.OURS
    absent = Absence(NURSE.id, SATURDAY, SATURDAY)
    weekdays = [Gap(WEDNESDAY + timedelta(days=n), None, practice, TEAM, words) for n in range(3)]
    # On Monday the other nurse goes home with the practice.
    monday = Gap(WEDNESDAY + timedelta(days=5), time(16), practice, TEAM, words)
    assert [*weekdays, monday] == gaps(known(), 7)
    assert [*weekdays, Gap(SATURDAY, None, practice, TEAM, words)] == gaps(known(absences=(absent,)), 6)


def test_what_a_register_knows_goes_to_a_gp_who_is_there_by_their_own_hours() -> None:
    dahl = builders.person("dahl", weekdays=frozenset({1}), at_work=EVENING)
    x = item(COORDINATOR, placing=Placing("unplaced", "", (("gp", STRANGER),)))
    traced = tracing.trace(
        x, Registered(builders.GP_SERVICE), known(dahl, HEAD, hours={InboxId("dahl"): OWN}), at("17:00")
    )
    assert traced is not None and ("dahl", None) == (traced.items[0].inbox, traced.items[0].home)


def test_what_lies_with_a_coordinator_who_is_there_in_the_evening_is_not_deserted() -> None:
    head = replace(HEAD, weekdays=frozenset({1}), at_work=EVENING)
    directory = known(head, hours={COORDINATOR: OWN})
    pile = directory.inboxes[COORDINATOR]
    assert [False, True] == [audit.deserted(pile, directory, at(clock)) for clock in ("16:30", "20:00")]


@pytest.mark.parametrize(
    ("now", "mail"),
    [
        (at("11:00", SATURDAY), ["nurse@x.example"]),
        (at("17:00"), ["nurse@x.example"]),
        # Before it opens on Saturday it is who comes that day, and when it has closed it is who comes on Monday.
        (at("08:00", SATURDAY), ["nurse@x.example"]),
        (at("15:00", SATURDAY), ["other@x.example"]),
    ],
)
def test_mail_goes_to_who_is_there_by_the_teams_hours(now: datetime, mail: list[str]) -> None:
    by = known(replace(NURSE, at_work=(*EVENING, Slot(5, time(10), time(14)))), OTHER, HEAD)
    told = notifying.addressed([Untold(1, TEAM, ItemId("1" * 20), 0, 1, Kind.LATE, now)], by, now)
    assert mail == [address for _, address in told]


def test_a_person_of_a_team_without_hours_is_there_by_the_practices() -> None:
    by = known(hours={})
    assert COORDINATOR == presence.place(by.inboxes[TEAM], by, at("16:30")).inbox


def placed(directory: Directory, now: datetime) -> str:
    """Where a new message about somebody of the team lies."""
    order = replace(builders.order(), directory=directory)
    (x, *_) = intake.judge(builders.message(), order, now).items
    return x.inbox


def test_what_comes_while_the_team_is_there_is_put_with_it() -> None:
    where = [placed(known(), at(clock)) for clock in ("15:59", "16:01", "19:59", "20:00")]
    assert [TEAM, TEAM, TEAM] == where[:3] and where[3] != TEAM


def test_an_example_is_put_where_a_message_would_be() -> None:
    order, asked = builders.order(), Example("of the team", TEAM, patient="1", receiver=builders.OURS)
    put = [example.placed(asked, order.table, known(), at(clock)).inbox.id for clock in ("16:01", "20:00")]
    assert TEAM == put[0] != put[1]


def test_the_board_shows_a_teams_own_days_and_who_is_there() -> None:
    found = board.board({builders.OURS}, [], [], (), {}, known(), at("17:00"))
    team = next(x for x in found.teams if x.inbox == TEAM)
    nurse = next(x for x in found.people if x.person == NURSE.id)
    assert ((NURSE.id,), True, time(20)) == (team.here, nurse.here, nurse.until)
    covers = [x for x in found.cover if TEAM == x.inbox or NURSE.id == x.person]
    weekend = [{cell.day: cell.kind for cell in x.cells} for x in covers]
    assert [board.Kind.HERE] * 2 == [days[SATURDAY] for days in weekend]
    assert [board.Kind.CLOSED] * 2 == [days[SATURDAY + timedelta(days=1)] for days in weekend]
