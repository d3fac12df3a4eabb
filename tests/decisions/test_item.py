"""An item's life is a total table."""

import itertools

import pytest

from hub.directory import PersonId
from hub.errors import IllegalMove
from hub.item import OPEN, TRANSITIONS, Action, Headline, Item, ItemId, Placing, Purpose, State, identify
from tests import builders

NOBODY, ANN, BOB = None, PersonId("ann"), PersonId("bob")


def item(state: State, owner: PersonId | None = NOBODY) -> Item:
    message = builders.message()
    headline, placing = Headline("dialogue", "", ""), Placing("rule", "")
    return Item(ItemId("i"), message.key, builders.TEAM[0], Purpose.ACTION, headline, placing, state, owner)


@pytest.mark.parametrize(("state", "action"), list(itertools.product(State, Action)))
def test_every_pair_of_state_and_action_is_a_move_or_refused(state: State, action: Action) -> None:
    if action in TRANSITIONS[state]:
        assert TRANSITIONS[state][action] == item(state).moved(action, ANN).state
    else:
        with pytest.raises(IllegalMove, match=state.value):
            item(state).moved(action, ANN)


def test_the_table_has_every_state() -> None:
    assert set(State) == set(TRANSITIONS)


def test_only_states_without_moves_are_the_end() -> None:
    assert {State.NEW, State.CLAIMED, State.WAITING} == OPEN


@pytest.mark.parametrize("action", [a for a in TRANSITIONS[State.CLAIMED] if a is not Action.RELEASE])
def test_what_somebody_has_taken_nobody_else_moves(action: Action) -> None:
    with pytest.raises(IllegalMove, match="ann has taken"):
        item(State.CLAIMED, ANN).moved(action, BOB)


def test_anybody_gives_back_what_waits_for_somebody_who_is_away() -> None:
    assert (State.NEW, None) == (item(State.CLAIMED, ANN).moved(Action.RELEASE, BOB).state, None)


def test_the_owner_follows_the_claim_and_giving_back_frees_the_item() -> None:
    claimed = item(State.NEW).moved(Action.CLAIM, ANN)
    assert (ANN, None) == (claimed.owner, claimed.moved(Action.RELEASE, ANN).owner)


def test_an_answer_without_a_claim_shows_who_gave_it() -> None:
    assert item(State.NEW).moved(Action.ANSWER, ANN).owner == ANN


def test_the_same_message_in_the_same_inbox_is_the_same_item() -> None:
    key = builders.message().key
    team, coordinator = builders.TEAM
    assert identify(key, team) == identify(key, team)
    assert identify(key, team) != identify(key, coordinator)
