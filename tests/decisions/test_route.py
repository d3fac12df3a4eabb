"""The first rule that matches and finds somebody present decides, and every other one says why not."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest

from hub import route, standing
from hub.directory import Absence, Directory, InboxId, InboxKind, PersonId
from hub.message import Message, Wanted
from hub.route import Decision, Rule, Table, When, Whose
from tests import builders

TUESDAY = builders.TUESDAY.date()


def decide(
    m: Message,
    rules: tuple[Rule, ...] = builders.RULES,
    directory: Directory | None = None,
    day: date = TUESDAY,
) -> Decision:
    known = directory or builders.directory()
    listing = route.listed(m, known)
    c = route.circumstances(m, known, listing)
    return route.decide(c, Table(rules), Whose(known, known.practices[builders.OURS], listing, builders.CENTRE, day))


def test_a_team_patient_goes_to_the_team_with_a_copy_to_the_gp() -> None:
    d = decide(builders.message())
    assert ("team", "team patients", ("berg",)) == (d.inbox.id, d.placing.rule, d.copies)


def test_the_rules_passed_over_say_why() -> None:
    d = decide(builders.message(patient=builders.patient("2")))
    assert (("team patients", "the patient is not followed by a team"),) == d.placing.missed
    assert ("berg", "the patient's GP") == (d.inbox.id, d.placing.rule)


def test_a_gp_who_is_off_is_covered_and_the_way_there_is_told() -> None:
    d = decide(builders.message(patient=builders.patient("2")), day=builders.WEDNESDAY)
    assert ("dahl", ("Berg: day off", "Dahl stands in")) == (d.inbox.id, d.placing.path)
    assert "berg" == d.home


def test_what_a_team_would_get_on_a_day_without_any_of_it_belongs_to_it_and_lies_with_somebody() -> None:
    nurse = builders.person("nurse", inboxes=(InboxId("team"),), weekdays=frozenset({0}))
    known = builders.directory((nurse, builders.person("berg"), builders.person("dahl")))
    d = decide(builders.message(), rules=builders.RULES[:1], directory=known)
    assert ("coordinator", "unplaced", "team") == (d.inbox.id, d.placing.rule, d.home)
    assert (("team patients", "matched, but nobody is at work in team"),) == d.placing.missed


def test_the_next_rule_that_finds_somebody_goes_before_the_pile() -> None:
    nurse = builders.person("nurse", inboxes=(InboxId("team"),), weekdays=frozenset({0}))
    known = builders.directory((nurse, builders.person("berg"), builders.person("dahl")))
    d = decide(builders.message(), directory=known)
    assert ("berg", None) == (d.inbox.id, d.home)


def test_substitutes_are_followed_until_somebody_is_here() -> None:
    away = Absence(PersonId("berg"), TUESDAY, TUESDAY, PersonId("ccc"), "ferie")
    people = (
        builders.person("berg", substitute=PersonId("dahl")),
        builders.person("ccc", substitute=PersonId("dahl"), weekdays=frozenset()),
        builders.person("dahl"),
    )
    d = decide(builders.message(patient=builders.patient("2")), directory=builders.directory(people, (away,)))
    assert ("dahl", ("Berg: ferie", "Ccc: day off", "Dahl stands in")) == (d.inbox.id, d.placing.path)


def test_a_loop_of_absent_substitutes_ends_in_the_pile_with_the_reason() -> None:
    away = tuple(Absence(PersonId(p), TUESDAY, TUESDAY) for p in ("berg", "dahl"))
    d = decide(builders.message(patient=builders.patient("2")), directory=builders.directory(absences=away))
    assert ("coordinator", "unplaced") == (d.inbox.id, d.placing.rule)
    assert "loop" in d.placing.missed[-1][1]


def test_a_message_about_nobody_we_know_is_never_dropped() -> None:
    d = decide(builders.message(patient=builders.patient("404")))
    assert ("coordinator", "unplaced") == (d.inbox.id, d.placing.rule)


def test_an_inbox_that_is_not_there_is_passed_over() -> None:
    d = decide(builders.message(), rules=(Rule("gone", "no-such-inbox"), *builders.RULES))
    assert (("gone", "matched, but there is no no-such-inbox"),) == d.placing.missed


MATCHING = [
    When(),
    When(kinds=("dialogue",)),
    When(types=("DIALOG_HELSEFAGLIG",)),
    When(themes=("7322:6",)),
    When(senders=("200",)),
    When(senders=("201",)),
    When(receivers=(builders.OURS,)),
    When(receivers=(builders.CENTRE,)),
    When(professions=("SP",)),
    When(wanted_roles=("24",)),
    When(pht=True),
    When(words=("BLODTRYKK",)),
    When(attachments=False, test=False, information=False),
]
MISSING = [
    (When(kinds=("note",)), "kind is dialogue"),
    (When(types=("DIALOG_NOTAT",)), "type is DIALOG_HELSEFAGLIG"),
    (When(themes=("7322:7",)), "theme is 7322:6"),
    (When(senders=("9",)), "sender is 200"),
    (When(receivers=("9",)), f"receiver is {builders.CENTRE}"),
    (When(professions=("LE",)), "profession asked for is SP"),
    (When(wanted_roles=("22",)), "role asked for is 24"),
    (When(pht=False), "the patient is followed by a team"),
    (When(words=("fall",)), "none of its words is in the text"),
    (When(services=("KP02",)), "the patient's services are none"),
    (When(attachments=True), "it has no attachments"),
    (When(test=True), "it is no test message"),
    (When(information=True), "it is for action"),
]


def asked() -> route.Circumstances:
    m = builders.message(wanted=(Wanted("24", "SP"),))
    known = builders.directory()
    return route.circumstances(m, known, route.listed(m, known), builders.OURS, builders.CENTRE)


@pytest.mark.parametrize("when", MATCHING)
def test_a_condition_that_holds_does_not_stop_a_rule(when: When) -> None:
    assert when.mismatch(asked()) is None


def test_every_field_of_a_rule_has_its_condition() -> None:
    assert {f.name for f in fields(When) if f.init} == set(route._CONDITIONS)


@pytest.mark.parametrize(("when", "words"), MISSING)
def test_a_condition_that_fails_says_so_in_words(when: When, words: str) -> None:
    assert words == when.mismatch(asked())


def test_an_absence_ends_on_its_last_day() -> None:
    away = Absence(PersonId("dahl"), TUESDAY, TUESDAY + timedelta(days=1))
    known = replace(builders.directory(), absences=(away,))
    days = [TUESDAY + timedelta(days=n) for n in (-1, 0, 1, 2)]
    assert [True, False, False, True] == [known.present(PersonId("dahl"), d) for d in days]


def test_a_practice_may_have_its_unplaced_pile_apart_from_the_coordinator() -> None:
    pile = builders.inbox("pile", InboxKind.UNPLACED)
    known = builders.directory(inboxes={**builders.directory().inboxes, pile.id: pile})
    d = decide(builders.message(patient=builders.patient("404")), directory=known)
    assert ("pile", "unplaced") == (d.inbox.id, d.placing.rule)
    alone = (builders.person("berg", weekdays=frozenset()), builders.person("dahl", weekdays=frozenset()))
    away = replace(known, people={p.id: p for p in alone})
    assert "pile" == standing.place(known.inboxes[InboxId("berg")], away, TUESDAY).inbox
