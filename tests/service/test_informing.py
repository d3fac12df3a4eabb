"""A partner hears by itself when an enquiry will be answered and when that is late: once, and only who asked for it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hub import lapsing, wire
from hub.agreement import LATE, RECEIVED, Agreement, Agreements
from hub.desk import Act
from hub.directory import PersonId
from hub.errors import Unwritable
from hub.item import Action
from hub.message import HerId, Message
from hub.record import Posted
from hub.service import Delivery, Hub
from hub.settings import Database
from hub.store import Writing, Written
from tests import centre
from tests.web.running import ANNA, HOME_SERVICE, MORNING, RECEIVER, SENDER, TEAM, message
from tests.wire.builders import conversation, dialogue, ident, note, patient

KARI = PersonId("kari.moen")
PARTNER, OURS = HerId("900200"), HerId("900100")
CLOSING = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture
async def hub(url: str, tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub of the sample centre, on each kind of database, whose home service wants to be told."""
    configured = centre.configured(tmp_path).model_copy(update={"database": Database(url=url)})
    async with centre.opened(configured) as opened:
        agree(opened, RECEIVED, LATE)
        yield opened


def agree(hub: Hub, *tells: str, language: str = "") -> None:
    """The agreement with the home service asks for this alone."""
    made = Agreement("Svar", OURS, PARTNER, "ansvar", date(2025, 1, 1), language=language, tells=tells)
    agreements = Agreements((made,), hub.directory.agreements.topics)
    hub.order = replace(hub.order, directory=replace(hub.directory, agreements=agreements))


async def receive(hub: Hub, *raws: bytes) -> None:
    exchange = next(s for s in hub.accounts.systems.values() if s.any)
    await hub.receive([Delivery(raw, exchange) for raw in raws], MORNING)


async def told(hub: Hub) -> list[Posted]:
    return [p for p in await hub.store.mailbox(HOME_SERVICE) if p.kind == "answer"]


async def read(raw: bytes) -> Message:
    async with wire.Readers(count=1) as readers:
        (reading,) = await readers.read([raw], stored=True)
    assert isinstance(reading, Message)
    return reading


async def test_it_is_told_when_an_answer_is_expected_and_once_when_that_is_late(hub: Hub) -> None:
    raw = message(subject="Hemmelig")
    await receive(hub, raw, raw)
    (first,) = await told(hub)
    answer = await read(first.body)
    expected = "Henvendelsen er mottatt og ligger hos Primærhelseteamet. Svar er ventet innen 24.11.2026 16:00."
    assert f"{expected}\n\nAutomatisk svar, Fjordbyen legesenter" == answer.parts[0].text
    original = await read(raw)
    assert answer.conversation
    assert original.envelope.msg_id == answer.conversation.parent
    for minutes in (-60, 0, 30, 90):
        assert 1 == await hub.tick(CLOSING + timedelta(minutes=minutes))
    (_, late) = await told(hub)
    lies = "Svaret på henvendelsen er forsinket. Den ligger nå hos Primærhelseteamet"
    assert (await read(late.body)).parts[0].text.startswith(f"{lies}, og Koordinator har fått beskjed.")


async def test_who_is_known_by_its_service_alone_is_told_of_both_too(hub: Hub) -> None:
    number = ident("964982953", "ENH").encode()
    raw, others = (message().replace(ident("900200").encode(), number) for _ in range(2))
    await receive(hub, raw, others.replace(HOME_SERVICE.encode(), b"900999"))
    for minutes in (-60, 0):
        assert 2 == await hub.tick(CLOSING + timedelta(minutes=minutes))
    first, late = [(await read(x.body)).parts[0].text for x in await told(hub)]
    assert ["Svar er ventet", "er forsinket"] == [
        said for text, said in ((first, "Svar er ventet"), (late, "er forsinket")) if said in text
    ]
    # Whoever has no agreement is told nothing.
    assert [] == [p for p in await hub.store.mailbox(HerId("900999")) if p.kind == "answer"]


async def test_it_is_told_in_the_language_of_the_agreement(hub: Hub) -> None:
    agree(hub, RECEIVED, language="se")
    await receive(hub, message())
    (posted,) = await told(hub)
    assert "Jearaldat lea boahtán".encode() in posted.body


async def test_nobody_is_told_who_did_not_ask_for_it(hub: Hub) -> None:
    agree(hub, LATE)
    await receive(hub, message())
    assert [] == await told(hub)
    agree(hub)
    await hub.tick(CLOSING)
    assert [] == await told(hub)


async def test_a_reply_to_what_is_told_by_itself_gets_none(hub: Hub) -> None:
    await receive(hub, message())
    (posted,) = await told(hub)
    reply = dialogue(
        msg_id="0d3f3c0e-1111-4222-8333-944455556666",
        gen_date="2026-11-24T10:55:00+01:00",
        sender=SENDER,
        receiver=f"<Receiver>{RECEIVER}</Receiver>",
        patient=patient(*ANNA[:2], idents=ident(ANNA[2], "FNR", "8116")),
        conversation=conversation(posted.msg_id, posted.msg_id),
        body=note(text="Takk.", subject="Svar"),
    )
    await receive(hub, reply)
    assert [posted.msg_id] == [p.msg_id for p in await told(hub)]


async def test_whose_message_is_too_old_to_be_read_escalates_all_the_same(hub: Hub) -> None:
    await receive(hub, message())
    stored = hub._read

    async def unread(id: object) -> None:
        assert await stored(id)  # type: ignore[arg-type]

    hub._read = unread  # type: ignore[method-assign, assignment]
    assert 1 == await hub.tick(CLOSING)
    assert 1 == len(await told(hub))


async def test_who_was_told_that_it_is_late_is_told_once_however_often_the_clock_is_set_anew(hub: Hub) -> None:
    await receive(hub, message(), message(subject="Annen"))
    for minutes in (-60, 0):
        await hub.tick(CLOSING + timedelta(minutes=minutes))
    assert 4 == len(await told(hub))
    first, second = [line.item for line in await hub.store.lines(TEAM)]
    await hub.act(first.id, Act(Action.URGE), first.version, hub.directory.people[KARI], CLOSING + timedelta(minutes=2))
    for minutes in (32, 62, 92):
        await hub.tick(CLOSING + timedelta(minutes=minutes))
    assert 4 == len(await told(hub))
    told_of = [x.event for x in await hub.store.history(second.id)]
    assert 3 == told_of.count("deadline.escalated")


async def test_a_step_that_cannot_be_written_holds_up_no_other(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    await receive(hub, message(), message(subject="Annen"))
    first, second = [line.item for line in await hub.store.lines(TEAM)]
    commit = hub._commit

    async def refusing(batch: Sequence[Writing]) -> list[Written]:
        if any(entry.item == first.id for writing in batch for entry in writing.change.entries):
            raise Unwritable("the store refused this")
        return await commit(batch)

    monkeypatch.setattr(hub, "_commit", refusing)
    steps = [await hub.tick(CLOSING + timedelta(minutes=minutes)) for minutes in (-60, -60, 0)]
    assert [1, 0, 1] == steps
    assert ["deadline.warned", "deadline.escalated"] == [
        x.event for x in await hub.store.history(second.id) if x.event.startswith("deadline.")
    ]
    monkeypatch.setattr(hub, "_commit", commit)
    monkeypatch.setattr(lapsing, "monotonic", lambda: float("inf"))
    assert 1 == await hub.tick(CLOSING)
