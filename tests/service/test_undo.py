"""Whoever just did something can take it back: as if it had not been done, and nothing of it has left the house."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, select

from hub import custody
from hub.account import SystemAccount
from hub.deadline import Deadline
from hub.desk import REASONS, Act
from hub.directory import InboxId, Person, PersonId
from hub.errors import BadRequest, HubError, NotAllowed, Stale
from hub.item import Action, Item, Outcome, State
from hub.message import HerId
from hub.service import BROKER, Delivery, Hub
from hub.settings import Database
from hub.store.tables import undo
from tests import centre

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SHORT = timedelta(seconds=10)
SOON, OVER = NOW + SHORT / 2, NOW + SHORT
HOME_SERVICE, DUTY = "900201", InboxId("vakt")
ANSWER = Act(Action.ANSWER, "Vi kommer i morgen.", undo=SHORT)
# Each act that can be taken back, as somebody who has taken the item does it.
ACTS = {
    "item.released": Act(Action.RELEASE),
    "item.handed_on": Act(Action.HAND_ON, to=DUTY, note="Kan du se på den?"),
    "item.closed": Act(Action.CLOSE, outcome=Outcome.TELEPHONE, note="Ringt."),
    "deadline.moved": Act(Action.URGE),
    "item.answered": ANSWER,
    "item.returned": Act(Action.RETURN, "Feil sted.", reason=REASONS["1"]),
    "item.waiting": Act(Action.ASK, "Hvilken dose?"),
    "item.forwarded": Act(Action.FORWARD, "Til dere.", beyond=HerId("900301"), profession="LE"),
}


@pytest.fixture
async def hub(url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub of the sample centre, on each kind of database."""
    configured = centre.configured(tmp_path).model_copy(update={"database": Database(url=url)})
    async with centre.opened(configured) as opened:
        yield opened


def person(hub: Hub, id: str = "kari.moen") -> Person:
    return hub.directory.people[PersonId(id)]


async def received(hub: Hub, via: str = "exchange", n: int = 1) -> Item:
    """A message that came, as its item."""
    outcomes = await hub.receive([Delivery(centre.message(n), SystemAccount(via, "", frozenset(), any=True))], NOW)
    assert 1 == len(outcomes)
    lines = await hub.store.lines(InboxId(centre.TEAM), limit=200)
    return next(x.item for x in lines if x.item.message.msg_id == str(UUID(int=n, version=4)))


async def act(hub: Hub, item: Item, asked: Act, who: str = "kari.moen", at: datetime = NOW) -> Item:
    return await hub.act(item.id, asked, item.version, person(hub, who), at)


async def undone(hub: Hub, item: Item, who: str = "kari.moen", at: datetime = SOON) -> Item:
    return await hub.undo(item.id, item.version, person(hub, who), at)


async def refused(hub: Hub, item: Item, who: str = "kari.moen", at: datetime = SOON) -> HubError:
    """Why it cannot be taken back; nothing has happened then."""
    before = await state(hub, item)
    with pytest.raises(HubError) as why:
        await undone(hub, item, who, at)
    assert before == await state(hub, item)
    return why.value


async def state(hub: Hub, item: Item) -> tuple[Item, Deadline | None, int]:
    stored = await hub.store.stored(item.id)
    assert stored is not None
    return stored.item, stored.deadline, len(await hub.store.history(item.id))


async def letters(hub: Hub, at: datetime | None) -> list[str]:
    """What waits for the home service at that time, or all that is there; acknowledgements are not asked about."""
    return [x.kind for x in await hub.store.mailbox(HOME_SERVICE, now=at) if x.kind != "apprec"]


async def test_whatever_was_done_is_as_if_it_had_not_been_but_for_the_journal(hub: Hub) -> None:
    for n, (event, asked) in enumerate(ACTS.items(), 1):
        item = await act(hub, await received(hub, n=n), Act(Action.CLAIM))
        before = await state(hub, item)
        restored = await undone(hub, await act(hub, item, replace(asked, undo=SHORT)))
        after = await state(hub, restored)
        assert (replace(before[0], version=item.version + 2), before[1]) == after[:2]
        history = await hub.store.history(item.id)
        last = [x for x in history if x.event != "item.left"][-1]
        told = {"what": event, "owner": "kari.moen"}
        # What moved the deadline is told with what it was, and is again.
        if event in ("deadline.moved", "item.waiting"):
            told |= {"due_was": last.detail["due_was"], "due_at": before[1].due.isoformat() if before[1] else ""}
        assert ("item.undone", told, centre.TEAM) == (last.event, last.detail, last.inbox)
        assert told.get("due_was", "before") != told.get("due_at")
        assert [] == await hub.store.sent(item.id)
        (now,) = [x for x in custody.holdings(history) if x.until is None]
        assert (centre.TEAM, "kari.moen") == (now.inbox, now.person)
        # And it can be done again.
        assert item.version + 3 == (await act(hub, restored, asked)).version


async def test_a_claim_is_taken_back_without_a_trace_on_the_item(hub: Hub) -> None:
    item = await received(hub)
    restored = await undone(hub, await act(hub, item, Act(Action.CLAIM, undo=SHORT)))
    assert replace(item, version=item.version + 2) == restored


async def test_an_answer_is_held_until_it_can_no_longer_be_taken_back(hub: Hub) -> None:
    done = await act(hub, await received(hub), ANSWER)
    assert ([], ["answer"]) == (await letters(hub, SOON), await letters(hub, OVER))
    await undone(hub, done)
    assert [] == await letters(hub, OVER)


async def test_what_was_sent_after_a_letter_that_is_held_waits_with_it_so_that_no_reader_misses_it(hub: Hub) -> None:
    await act(hub, await received(hub), ANSWER)
    await received(hub, n=2)
    early = await hub.store.mailbox(HOME_SERVICE, now=SOON)
    late = await hub.store.mailbox(HOME_SERVICE, after=early[-1].id, now=OVER)
    assert (["apprec"], ["answer", "apprec"]) == ([x.kind for x in early], [x.kind for x in late])


async def test_the_broker_gets_an_answer_when_it_can_no_longer_be_taken_back(hub: Hub) -> None:
    done = await act(hub, await received(hub, f"{BROKER}900200"), ANSWER)
    early = await hub.store.relay(SOON, OVER + SHORT, 10)
    assert ["apprec"] == [x.kind for x in early]
    (answer,) = await hub.store.relay(OVER, OVER + SHORT, 10)
    assert "answer" == answer.kind
    # By a clock that is a little behind: the relay has it, so it may be there already.
    why = await refused(hub, done)
    assert (BadRequest, True) == (type(why), "has left already" in str(why))


async def test_of_an_undo_and_a_relay_at_once_one_wins(hub: Hub) -> None:
    """The relay's clock is ahead here; whoever is first, the answer is either sent or taken back, and never both."""
    for n in range(1, 9):
        done = await act(hub, await received(hub, f"{BROKER}900200", n), ANSWER)
        relayed, back = await asyncio.gather(
            hub.store.relay(OVER, OVER + SHORT, 10), undone(hub, done), return_exceptions=True
        )
        assert not isinstance(relayed, BaseException)
        sent = any(x.kind == "answer" for x in relayed)
        assert sent == isinstance(back, BadRequest)
        item, _, _ = await state(hub, done)
        assert (State.ANSWERED if sent else State.NEW) is item.state
        if not sent:
            await act(hub, item, Act(Action.CLOSE, outcome=Outcome.TELEPHONE))


async def test_what_a_partner_has_fetched_cannot_be_taken_back(hub: Hub) -> None:
    done = await act(hub, await received(hub), ANSWER)
    ids = [x.id for x in await hub.store.mailbox(HOME_SERVICE, now=OVER)]
    await hub.store.confirm(HOME_SERVICE, None, ids, OVER)
    assert isinstance(await refused(hub, done), BadRequest)


async def test_it_is_taken_back_once(hub: Hub) -> None:
    done = await act(hub, await received(hub), ANSWER)
    both = await asyncio.gather(undone(hub, done), undone(hub, done), return_exceptions=True)
    assert sorted(("Item", "Stale")) == sorted(type(x).__name__ for x in both)
    now, _, _ = await state(hub, done)
    assert isinstance(await refused(hub, now), BadRequest)


async def test_only_whoever_did_it_takes_it_back_and_only_in_time(hub: Hub) -> None:
    done = await act(hub, await received(hub), ANSWER)
    other = await refused(hub, done, "elle.sara")
    late = await refused(hub, done, at=OVER)
    assert ("only whoever did this" in str(other), "too long ago" in str(late)) == (True, True)
    # Who may not see the item is not told anything about it.
    assert isinstance(await refused(hub, done, "nora.nordli"), NotAllowed)


async def test_what_was_done_without_asking_for_it_cannot_be_taken_back(hub: Hub) -> None:
    done = await act(hub, await received(hub), Act(Action.ANSWER, "Ja."))
    assert isinstance(await refused(hub, done), BadRequest)
    assert ["answer"] == await letters(hub, NOW)


async def test_after_another_s_act_it_is_too_late(hub: Hub) -> None:
    taken = await act(hub, await received(hub), Act(Action.CLAIM, undo=SHORT))
    await act(hub, taken, Act(Action.RELEASE), "elle.sara")
    assert isinstance(await refused(hub, taken), Stale)
    now, _, _ = await state(hub, taken)
    assert isinstance(await refused(hub, now), BadRequest)


async def test_whoever_handed_it_on_takes_it_back_although_they_may_not_open_it(hub: Hub) -> None:
    item = await received(hub)
    done = await act(hub, item, Act(Action.HAND_ON, to=DUTY, undo=SHORT))
    with pytest.raises(NotAllowed):
        await hub.open(done.id, person(hub))
    assert centre.TEAM == (await undone(hub, done)).inbox
    lines = [(x.event, x.inbox) for x in await hub.store.history(item.id)]
    assert [("item.undone", centre.TEAM), ("item.left", DUTY)] == lines[-2:]


async def test_the_clock_of_what_was_taken_back_runs_as_before_and_a_step_that_came_meanwhile_is_told(hub: Hub) -> None:
    item = await received(hub)
    _, clock, _ = await state(hub, item)
    assert clock is not None and clock.fires_at is not None
    at = clock.fires_at - timedelta(seconds=5)
    done = await act(hub, item, ANSWER, at=at)
    assert 0 == await hub.tick(at + timedelta(seconds=7))
    await undone(hub, done, at=at + timedelta(seconds=8))
    assert 1 == await hub.tick(at + timedelta(seconds=9))
    _, after, _ = await state(hub, item)
    assert after is not None and clock.step + 1 == after.step
    (warned,) = [x for x in await hub.store.history(item.id) if x.event == "deadline.warned"]
    assert "no" == warned.detail["late"]


async def test_a_question_that_is_taken_back_leaves_the_auditor_nothing_to_mend(hub: Hub) -> None:
    item, late = await received(hub), NOW + timedelta(hours=7, minutes=1)
    while await hub.tick(late):
        pass
    # A clock that went on after a pause, when some of its steps had been told: so it is known, and stays known.
    for asked in (Act(Action.ASK, "Hvilken dose?"), Act(Action.RESUME)):
        item, late = await act(hub, (await state(hub, item))[0], asked, at=late), late + timedelta(minutes=2)
    await undone(hub, await act(hub, item, Act(Action.ASK, "Og hvor ofte?", undo=SHORT), at=late), at=late)
    assert {} == dict((await hub.audit(late)).mended)


async def test_what_can_no_longer_be_taken_back_is_forgotten_with_the_next_act(hub: Hub) -> None:
    for n in range(1, 4):
        item = await received(hub, n=n)
        await act(hub, item, replace(ANSWER), at=NOW + n * SHORT)

    def count(c: Connection) -> int:
        return c.execute(select(func.count()).select_from(undo)).scalar_one()

    assert 1 == await hub.store.look(count)
