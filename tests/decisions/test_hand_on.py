"""What a person hands on lies with others at once, under the same clock, and everybody sees who had it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub import custody, desk, intake
from hub.custody import Holding
from hub.desk import Act
from hub.directory import InboxId, InboxKind
from hub.errors import BadRequest, IllegalMove
from hub.item import Action, Item, Outcome, State
from hub.record import Told
from tests import builders

NOW = builders.TUESDAY
MADE = intake.judge(builders.message(), builders.order(), NOW).items[0]
KNOWN = builders.directory()
PILE, DUTY = InboxId("coordinator"), InboxId("duty")


def handed(item: Item = MADE, to: str = "duty", note: str = "") -> tuple[Item, list[tuple[str, str | None]]]:
    act = Act(Action.HAND_ON, to=InboxId(to), note=note)
    change = desk.hand_on(item, act, builders.NURSE, KNOWN, NOW)
    assert ((), ()) == (change.deadlines, change.outgoing)
    return change.items[0], [(e.event, e.inbox) for e in change.entries]


def test_it_lies_there_untaken_and_belongs_there() -> None:
    taken = MADE.moved(Action.CLAIM, builders.NURSE.id)
    moved, told = handed(taken)
    assert (DUTY, State.NEW, None, None) == (moved.inbox, moved.state, moved.owner, moved.home)
    assert [("item.handed_on", DUTY), ("item.left", MADE.inbox)] == told


def test_what_they_need_to_know_stands_on_the_item_and_never_in_the_journal() -> None:
    change = desk.hand_on(MADE, Act(Action.HAND_ON, to=DUTY, note=" ring først "), builders.NURSE, KNOWN, NOW)
    assert ["ring først"] == [x.note for x in change.items]
    assert [{"from": "team", "to": "duty"}, {"to": "duty"}] == [e.detail for e in change.entries]


def test_who_hands_it_on_again_takes_nothing_away_of_what_was_noted() -> None:
    first, _ = handed(note="ring først")
    assert "ring først" == handed(first, "team")[0].note
    assert "ring først\nikke i dag" == handed(first, "team", "ikke i dag")[0].note


def test_what_is_written_when_it_ends_takes_the_place_of_what_was_noted() -> None:
    moved, _ = handed(note="ring først")
    closed = desk.act(moved, (), Act(Action.CLOSE, outcome=Outcome.TELEPHONE, note="ringt"), builders.NURSE, NOW)
    read = desk.act(moved, (), Act(Action.CLOSE, outcome=Outcome.HOME_VISIT), builders.NURSE, NOW)
    assert ["ringt", "ring først"] == [change.items[0].note for change in (closed, read)]


@pytest.mark.parametrize("to", ["team", "nowhere", ""])
def test_it_goes_to_another_inbox_of_the_practice_or_nowhere(to: str) -> None:
    with pytest.raises(BadRequest, match=r"^to: "):
        handed(to=to)


def test_what_another_has_taken_is_not_handed_on() -> None:
    taken, act = MADE.moved(Action.CLAIM, builders.OTHER_NURSE.id), Act(Action.HAND_ON, to=DUTY)
    with pytest.raises(IllegalMove):
        desk.hand_on(taken, act, builders.person("berg"), KNOWN, NOW)


def test_a_test_reaches_no_care_staff() -> None:
    trial = builders.inbox("trial", InboxKind.TEST)
    known = builders.directory(inboxes={**KNOWN.inboxes, trial.id: trial})
    assert trial.id not in desk.targets(MADE, known)
    assert {} == desk.targets(replace(MADE, inbox=trial.id), known)


def line(minutes: int, event: str, inbox: InboxId = MADE.inbox, who: str = "watch") -> Told:
    return Told(minutes, NOW + timedelta(minutes=minutes), event, None, MADE.id, inbox, who, {})


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def test_the_history_tells_who_had_it_and_for_how_long() -> None:
    history = [
        line(0, "message.accepted", who="amqp:201"),
        line(10, "item.claimed", who="nurse"),
        line(15, "deadline.warned"),
        line(40, "item.handed_on", DUTY, "nurse"),
        line(40, "item.left", who="nurse"),
        line(45, "item.claimed", DUTY, "berg"),
        line(60, "item.answered", DUTY, "berg"),
    ]
    nurse, berg = builders.NURSE.id, builders.person("berg").id
    assert (
        Holding(MADE.inbox, None, at(0), at(10)),
        Holding(MADE.inbox, nurse, at(10), at(40)),
        Holding(DUTY, None, at(40), at(45)),
        Holding(DUTY, berg, at(45), at(60)),
    ) == custody.holdings(history)
    assert timedelta(minutes=30) == custody.holdings(history)[1].lasted(NOW)


def test_who_has_it_now_has_it_until_now() -> None:
    (one,) = custody.holdings([line(0, "message.accepted"), line(5, "item.released")])
    assert (None, timedelta(hours=1)) == (one.until, one.lasted(NOW + timedelta(hours=1)))


def test_where_it_left_by_itself_they_may_finish_for_a_while_unless_somebody_handed_it_on() -> None:
    covered = [line(0, "message.accepted"), line(10, "item.covered", DUTY), line(10, "item.left")]
    assert {MADE.inbox} == custody.parted(covered, at(11))
    assert {MADE.inbox} == custody.parted([*covered, line(11, "item.claimed", DUTY, "berg")], at(12))
    assert set() == custody.parted(covered, at(10) + custody.FINISHING)
    handed = [line(12, "item.handed_on", PILE, "berg"), line(12, "item.left", DUTY, "berg")]
    assert set() == custody.parted([*covered, *handed], at(13))
    assert {PILE} == custody.parted([*covered, *handed, line(14, "item.left", PILE)], at(15))
