"""Who sends, as the whole hub takes it: whose key it is, at which level they are known, and which message it is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.desk import Act
from hub.directory import InboxId
from hub.item import Action, Item
from hub.service import Accepted, Delivery, Held, Hub, Outcome
from tests import centre
from tests.wire.builders import conversation, dialogue, ident, patient

MSG_ID, OTHER = "2f1b9c1e-6a57-4d0c-9f3e-0c5d5f1f7aaa", "2f1b9c1e-6a57-4d0c-9f3e-0c5d5f1f7aab"
TEAM = InboxId(centre.TEAM)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub of the sample centre on an empty database."""
    async with centre.hub(tmp_path) as opened:
        yield opened


async def hand_in(hub: Hub, raw: bytes, account: str = "exchange") -> Outcome:
    sender = next(each for each in hub.accounts.systems.values() if each.name == account)
    (outcome,) = await hub.receive([Delivery(raw, sender)], hub.clock.now())
    return outcome


def about_the_team(msg_id: str, **parts: str) -> bytes:
    """A message about a patient of the team."""
    return dialogue(msg_id=msg_id, patient=patient(idents=ident(centre.TEAM_PATIENT, "FNR", "8116")), **parts)


async def answered(hub: Hub) -> str:
    """A nurse answers what lies in the team's inbox; returns the answer's MsgId."""
    (line,) = await hub.store.lines(TEAM)
    nurse = next(person for person in hub.directory.people.values() if TEAM in person.inboxes)
    item = await hub.act(line.item.id, Act(Action.ANSWER, "Ja."), line.item.version, nurse, hub.clock.now())
    (sent,) = await hub.store.sent(item.id)
    return sent.msg_id


async def newest(hub: Hub) -> Item:
    """The only open item of the team."""
    (line,) = await hub.store.lines(TEAM)
    return line.item


async def test_an_id_in_capitals_is_no_new_id_and_is_answered_as_written(hub: Hub) -> None:
    first = await hand_in(hub, about_the_team(MSG_ID.upper()))
    assert isinstance(first, Accepted) and f"<Id>{MSG_ID.upper()}</Id>".encode() in first.document
    again = await hand_in(hub, about_the_team(MSG_ID))
    assert isinstance(again, Held) and "conflict" == again.why


async def test_an_answer_that_names_ours_in_capitals_joins_it(hub: Hub) -> None:
    assert isinstance(await hand_in(hub, about_the_team(MSG_ID)), Accepted)
    ours = (await answered(hub)).upper()
    await hand_in(hub, about_the_team(OTHER, conversation=conversation(ours, ours)))
    assert "conversation" == (await newest(hub)).placing.rule
