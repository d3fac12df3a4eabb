"""Who is told beside the inboxes, when, and in how few messages."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from hub import deadline, dispatch, notifying
from hub.directory import Absence, Directory, InboxId, PersonId
from hub.dispatch import Claimed, Content, Dispatch, Kind, Line, Standing, Target, Untold, Way
from hub.item import ItemId
from hub.notifying import Pace
from tests import builders

NOW = builders.TUESDAY  # 09:00 in Oslo
TEAM, COORDINATOR, OPERATIONS = InboxId("team"), InboxId("coordinator"), InboxId("operations")
PACE = Pace(timedelta(seconds=10), timedelta(minutes=30))
MAIL = {"nurse": "nurse@x.example", "other": "other@x.example", "dahl": "dahl@x.example", "berg": "berg@x.example"}


def item(n: int) -> ItemId:
    return ItemId(f"{n:020x}")


def untold(n: int = 1, inbox: InboxId = TEAM, **changes: Any) -> Untold:
    return replace(Untold(n, inbox, item(n), 0, 1, Kind.LATE, NOW), **changes)


def oslo(clock: str, day: str = "2026-11-24") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}:00+01:00").astimezone(UTC)


def directory(*absences: Absence, quiet: tuple[time, time] | None = None, **inboxes: dict[str, Any]) -> Directory:
    """Everybody has mail, with these quiet hours; some inboxes have more."""
    found = builders.directory(absences=absences)
    people = {p.id: replace(p, mail=MAIL[p.id], quiet=quiet) for p in found.people.values()}
    nurse = people[PersonId("nurse")]
    people[nurse.id] = replace(nurse, inboxes=(*nurse.inboxes, OPERATIONS))
    changed = {id: replace(x, **inboxes.get(id, {})) for id, x in found.inboxes.items()}
    return replace(found, people=people, inboxes=changed)


def told(
    *things: Untold, by: Directory | None = None, now: datetime = NOW, standing: dict[Target, Standing] | None = None
) -> dict[str, Dispatch]:
    reached = notifying.addressed(things, by or directory(), now)
    return {x.target: x for x in notifying.dispatches(reached, standing or {}, PACE, now)}


def away(*people: str) -> tuple[Absence, ...]:
    return tuple(Absence(PersonId(p), NOW.date(), NOW.date()) for p in people)


def test_the_ways_are_those_that_a_ladder_may_name() -> None:
    assert deadline.WAYS == tuple(Way)


def test_forty_late_items_of_a_team_are_one_message_to_each_of_its_people() -> None:
    found = told(*(untold(n) for n in range(40)))
    assert ["nurse@x.example", "other@x.example"] == sorted(found)
    (line,) = found["nurse@x.example"].content.lines
    assert (TEAM, Kind.LATE, 40, 40) == (line.inbox, line.kind, line.count, len(line.items))
    assert NOW + PACE.gather == found["nurse@x.example"].at


def test_a_thousand_are_counted_and_a_hundred_named() -> None:
    (line,) = told(*(untold(n) for n in range(1000)))["nurse@x.example"].content.lines
    assert (1000, dispatch.NAMED) == (line.count, len(line.items))


def test_who_is_at_work_now_is_told_and_who_is_away_is_not() -> None:
    assert ["other@x.example"] == sorted(told(untold(), by=directory(*away("nurse"))))


def test_in_the_evening_who_comes_next_morning_is_told() -> None:
    # Wednesday is Berg's day off; both stand in for the duty here.
    found = directory()
    duty = {p: replace(x, inboxes=(InboxId("duty"),)) for p, x in found.people.items() if p in ("berg", "dahl")}
    by = replace(found, people={**found.people, **duty})
    assert ["dahl@x.example"] == sorted(told(untold(inbox=InboxId("duty")), by=by, now=oslo("17:30")))


def test_where_nobody_is_at_work_everybody_is_told_unless_the_inbox_has_an_address() -> None:
    nobody = away("nurse", "other")
    assert ["nurse@x.example", "other@x.example"] == sorted(told(untold(), by=directory(*nobody)))
    by = directory(*nobody, team={"mail": ("team@x.example",)})
    assert ["team@x.example"] == sorted(told(untold(), by=by))


def test_a_step_that_goes_by_mail_reaches_those_who_have_mail_where_nobody_at_work_has_any() -> None:
    found = directory(*away("nurse"))
    other = replace(found.people[PersonId("other")], mail="")
    by = replace(found, people={**found.people, other.id: other})
    assert ["nurse@x.example"] == sorted(told(untold(through=("mail",)), by=by))
    # Whoever is at work sees it in the inbox, where a step does not ask for mail.
    assert {} == told(untold(), by=by)


def test_without_mail_webhooks_or_alertmanager_nobody_is_told() -> None:
    assert {} == told(untold(), by=builders.directory())


def test_an_inbox_is_told_by_all_the_ways_that_it_asks_for_or_by_those_that_the_step_names() -> None:
    ways = {"mail": ("team@x.example",), "webhooks": ("ops", "pager"), "alertmanager": True}
    by = directory(team=ways)
    everything = {"nurse@x.example", "other@x.example", "team@x.example", "ops", "pager", "team"}
    assert everything == set(told(untold(), by=by))
    assert {"ops", "pager"} == set(told(untold(through=("webhook",)), by=by))
    assert {"coordinator"} == set(told(untold(inbox=COORDINATOR, through=("alertmanager",)), by=by))


def test_an_alert_is_raised_for_what_is_late_and_not_for_a_warning() -> None:
    by = directory(team={"alertmanager": True})
    assert "team" not in told(untold(kind=Kind.WARNED), by=by)


def test_what_is_done_already_and_what_lies_in_an_inbox_that_is_gone_is_told_to_nobody() -> None:
    assert {} == told(untold(open=False), untold(inbox=InboxId("gone")))


def test_who_works_in_two_inboxes_gets_one_message_about_both() -> None:
    found = told(untold(1), untold(2, COORDINATOR))
    assert [COORDINATOR, TEAM] == [line.inbox for line in found["nurse@x.example"].content.lines]


def test_what_comes_within_the_pause_goes_when_it_ends_and_nothing_is_lost() -> None:
    went = {(Way.MAIL, "nurse@x.example"): Standing(went=NOW - timedelta(minutes=10))}
    first = told(untold(1), standing=went)["nurse@x.example"]
    assert (NOW + timedelta(minutes=20), None) == (first.at, first.row)
    waits = Standing(7, first.key, first.content, first.at, NOW - timedelta(minutes=10))
    more = told(untold(2), standing={(Way.MAIL, "nurse@x.example"): waits}, now=NOW + timedelta(minutes=5))
    second = more["nurse@x.example"]
    assert (first.key, first.at, 7) == (second.key, second.at, second.row)
    assert {item(1), item(2)} == second.content.items


def test_what_is_urgent_goes_at_once_and_takes_along_what_was_gathered() -> None:
    waits = Standing(7, "mail-1", content(1), NOW + timedelta(minutes=20), NOW - timedelta(minutes=10))
    found = told(untold(2, urgent=True), standing={(Way.MAIL, "nurse@x.example"): waits})["nurse@x.example"]
    assert (NOW, 7, 2) == (found.at, found.row, found.content.count)
    assert [True, False] == [line.urgent for line in found.content.lines]


NIGHT = (time(20), time(7))


@pytest.mark.parametrize(
    ("quiet", "now", "at"),
    [
        (NIGHT, oslo("19:59"), oslo("19:59")),
        (NIGHT, oslo("20:00"), oslo("07:00", "2026-11-25")),
        (NIGHT, oslo("23:59"), oslo("07:00", "2026-11-25")),
        (NIGHT, oslo("00:00"), oslo("07:00")),
        (NIGHT, oslo("06:59"), oslo("07:00")),
        (NIGHT, oslo("07:00"), oslo("07:00")),
        ((time(12), time(13)), oslo("12:30"), oslo("13:00")),
        ((time(12), time(13)), oslo("13:00"), oslo("13:00")),
    ],
)
def test_mail_to_a_person_is_held_until_the_quiet_hours_end(
    quiet: tuple[time, time], now: datetime, at: datetime
) -> None:
    found = told(untold(urgent=True), by=directory(quiet=quiet), now=now)
    assert {at} == {x.at for x in found.values()}


def test_quiet_hours_end_by_the_wall_clock_in_the_nights_when_it_is_changed() -> None:
    quiet = notifying.Quiet(NIGHT, builders.hours())
    assert datetime(2026, 3, 29, 5, tzinfo=UTC) == quiet.after(datetime(2026, 3, 28, 22, tzinfo=UTC))
    assert datetime(2026, 10, 25, 6, tzinfo=UTC) == quiet.after(datetime(2026, 10, 24, 22, tzinfo=UTC))
    twice = notifying.Quiet((time(0), time(2, 30)), builders.hours())
    second = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    assert second == twice.after(second)


def test_operations_addresses_and_systems_have_no_quiet_hours() -> None:
    by = directory(quiet=NIGHT, team={"mail": ("team@x.example",), "webhooks": ("ops",), "alertmanager": True})
    night = oslo("23:00")
    found = told(untold(1, urgent=True), untold(2, OPERATIONS, urgent=True), by=by, now=night)
    held = {target for target, x in found.items() if x.at > night}
    # The nurse works in operations too, and so is told of everything now.
    assert {"other@x.example"} == held


@pytest.mark.parametrize(
    ("target", "lines", "held"),
    [
        ("other@x.example", {TEAM}, True),
        ("nurse@x.example", {TEAM}, True),
        ("nurse@x.example", {TEAM, OPERATIONS}, False),
        ("nurse@x.example", {InboxId("gone")}, True),
        ("team@x.example", {TEAM}, False),
        ("nobody@x.example", {TEAM}, False),
    ],
)
def test_quiet_hours_are_asked_for_again_when_something_goes(target: str, lines: set[InboxId], held: bool) -> None:
    by = directory(quiet=NIGHT, team={"mail": ("team@x.example",)})
    night, morning = oslo("23:00"), oslo("07:00", "2026-11-25")
    told = Content(tuple(replace(content(1).lines[0], inbox=x) for x in sorted(lines)))
    going = claimed(Way.MAIL, target, told)
    assert [morning if held else night, NOW] == [notifying.ready(going, by, x) for x in (night, NOW)]


def test_that_the_hub_itself_is_broken_is_told_in_quiet_hours_too() -> None:
    night, by = oslo("23:00"), directory(quiet=NIGHT)
    broken = Content((replace(content(1).lines[0], inbox=COORDINATOR, kind=Kind.BROKEN, about="relay"),))
    assert night == notifying.ready(claimed(Way.MAIL, "nurse@x.example", broken), by, night)
    assert night == notifying.ready(claimed(Way.WEBHOOK, "ops", content(1)), by, night)


def claimed(way: Way, target: str, told: Content) -> Claimed:
    return Claimed(1, "key", way, target, told, NOW, 1, NOW)


def test_the_same_things_to_the_same_target_have_one_key_in_whatever_order_they_come() -> None:
    one, two = told(untold(1), untold(2)), told(untold(2), untold(1))
    assert {x.target: x.key for x in one.values()} == {x.target: x.key for x in two.values()}
    others = [told(untold(1)), told(untold(1), untold(2, round=1)), told(untold(1), untold(2, step=2))]
    keys = [x["nurse@x.example"].key for x in (one, *others)]
    assert 5 == len({*keys, one["other@x.example"].key})


def test_an_alert_that_runs_is_not_raised_again_but_hears_of_more_at_once() -> None:
    by = directory(team={"alertmanager": True})
    first = told(untold(1), by=by)["team"]
    runs = Standing(5, first.key, first.content, NOW + timedelta(seconds=40), NOW, running=True)
    again = told(untold(2), by=by, standing={(Way.ALERTMANAGER, "team"): runs})["team"]
    assert (5, NOW, first.key) == (again.row, again.at, again.key)


def test_an_item_that_is_late_by_now_is_no_longer_near_its_deadline() -> None:
    found = told(untold(1, kind=Kind.WARNED), untold(2, kind=Kind.WARNED), untold(2, step=2))["nurse@x.example"]
    assert [(Kind.LATE, 1), (Kind.WARNED, 1)] == [(x.kind, x.count) for x in found.content.lines]


def test_a_reply_that_has_not_come_is_no_longer_expected_soon() -> None:
    found = told(untold(1, kind=Kind.EXPECTED), untold(2, kind=Kind.EXPECTED), untold(2, step=2, kind=Kind.MISSING))
    assert [(Kind.EXPECTED, 1), (Kind.MISSING, 1)] == [
        (x.kind, x.count) for x in found["nurse@x.example"].content.lines
    ]
    by = directory(team={"alertmanager": True})
    assert [False, True] == ["team" in told(untold(kind=x), by=by) for x in (Kind.EXPECTED, Kind.MISSING)]


def test_what_is_done_is_taken_out_and_the_same_item_counts_once() -> None:
    twice = Content.of((*content(1).lines, *content(1).lines, *content(2).lines))
    assert 2 == twice.count
    assert (1, {item(2)}) == (twice.without([item(1)]).count, twice.without([item(1)]).items)
    assert Content(()) == twice.without([item(1), item(2)])


@pytest.mark.parametrize("id", ["01864612632", "Kari Nordmann", "", "a" * 21, "A" * 20, f"{1:020x}\n"])
def test_nothing_but_an_items_id_can_be_told(id: str) -> None:
    with pytest.raises(ValueError, match="only the ids of inboxes and items"):
        Line(TEAM, "Team", Kind.LATE, False, False, 1, (ItemId(id),), NOW)


def content(n: int) -> Content:
    return Content((Line(TEAM, "team", Kind.LATE, False, False, 1, (item(n),), NOW),))
