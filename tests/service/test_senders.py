"""Who sends, as the whole hub takes it: whose key it is, at which level they are known, and which message it is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.desk import Act
from hub.directory import InboxId
from hub.item import Action, Item
from hub.outcome import Accepted, Held, Noted, Outcome
from hub.service import Delivery, Hub
from tests import centre
from tests.wire.builders import APPREC_1_1, conversation, dialogue, ident, organisation, patient

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


def receipt(original: str, level_1: str, level_2: str = "900401", type: str = "ENH") -> bytes:
    """A positive AppRec from a hospital's department, whose organisation has this identifier."""
    return f"""<AppRec xmlns="{APPREC_1_1}"><MsgType V="APPREC"/><MIGversion>v1.1 2012-02-15</MIGversion>
<GenDate>2026-11-24T10:00:00</GenDate><Id>{OTHER}</Id>
<Sender><HCP><Inst><Name>Storfjell sykehus</Name><Id>{level_1}</Id><TypeId V="{type}"/>
<Dept><Name>Indremedisin</Name><Id>{level_2}</Id><TypeId V="HER"/></Dept></Inst></HCP></Sender>
<Receiver><HCP><Inst><Id>900100</Id><TypeId V="HER"/></Inst></HCP></Receiver><Status V="1" DN="OK"/>
<OriginalMsgId><MsgType V="DIALOG_HELSEFAGLIG"/><IssueDate>2026-11-24T09:00:00</IssueDate><Id>{original}</Id>
</OriginalMsgId></AppRec>""".encode()


@pytest.mark.parametrize("account", ["exchange", "storfjell-sykehus"])
async def test_who_acknowledges_by_level_2_alone_is_known_by_it(hub: Hub, account: str) -> None:
    await hand_in(hub, about_the_team(MSG_ID))
    ours = await answered(hub)
    outcome = await hand_in(hub, receipt(ours, "100000040"), account)
    (line,) = await hub.store.lines(TEAM, closed=True)
    (sent,) = await hub.store.sent(line.item.id)
    assert (Noted, "accepted") == (type(outcome), sent.receipt)


@pytest.mark.parametrize(
    ("account", "level_1", "type", "named"),
    [
        ("nav-fjordbyen", "100000040", "ENH", "900400"),
        ("exchange", "900500", "HER", "not to 900500"),
        ("storfjell-sykehus", "900500", "HER", "900500"),
    ],
)
async def test_who_acknowledges_for_somebody_else_is_held(
    hub: Hub, account: str, level_1: str, type: str, named: str
) -> None:
    outcome = await hand_in(hub, receipt(MSG_ID, level_1, type=type), account)
    assert isinstance(outcome, Held) and "sender" == outcome.why
    assert named in outcome.faults[0].en


async def test_a_message_from_level_2_alone_needs_a_key_that_fetches_its_answers(hub: Hub) -> None:
    """The answers lie under the organisation's HER-id, which is not told; an exchange fetches by level 2."""
    level_2 = organisation("Indremedisin", ident("900401"))
    raw = about_the_team(MSG_ID, sender=organisation("Storfjell", ident("100000040", "ENH"), inner=level_2))
    held = await hand_in(hub, raw, "storfjell-sykehus")
    assert isinstance(held, Held) and "900400" in held.faults[0].en
    assert isinstance(await hand_in(hub, raw), Accepted)
