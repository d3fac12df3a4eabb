"""A message is passed on to somebody outside the centre, who answers it, while its sender still waits here."""

import re
from dataclasses import replace

import pytest

from hub import wire
from hub.desk import Act
from hub.directory import Channel, PersonId
from hub.errors import BadRequest
from hub.item import Action, Item
from hub.message import HerId, Message, Wanted
from hub.outcome import Noted
from hub.record import Posted
from hub.service import Delivery
from hub.transport import Label
from tests.web.running import HOME_SERVICE, MORNING, RECEIPT, RECEIVER, TEAM, Centre, form, message, text_of
from tests.wire.builders import attachment, conversation, dialogue, ident, note, organisation, patient

GERIATRICS = HerId("900403")
WHY = "Dette gjelder opptrening etter innleggelsen hos dere."
PASSED = {"beyond": GERIATRICS, "profession": "FT", "text": WHY}
# The hospital, which never got the message.
HOSPITAL = organisation("Storfjell sykehus", ident("900400"), inner=organisation("Geriatri", ident(GERIATRICS)))


async def posted(centre: Centre, to: HerId = GERIATRICS) -> Posted:
    """What lies in a mailbox and was passed on."""
    (found,) = [p for p in await centre.hub.store.mailbox(to) if p.kind == "forward"]
    return found


async def passed_on(centre: Centre, item: Item, **fields: str) -> str:
    """The page after somebody has passed an item on."""
    async with centre.client("kari.moen") as client:
        done = await client.post(f"/items/{item.id}", data=form(item, Action.FORWARD, **PASSED | fields))
        assert (303, f"/items/{item.id}") == (done.status_code, done.headers["location"])
        return text_of(await client.get(f"/items/{item.id}"))


async def read(raw: bytes) -> Message:
    """A document of ours as a receiver reads it, with the standard's own schemas."""
    async with wire.Readers(count=1) as readers:
        (reading,) = await readers.read([raw], stored=True)
    assert isinstance(reading, Message)
    return reading


async def test_they_get_a_new_dialogue_and_the_item_stays_with_its_clock(centre: Centre) -> None:
    await centre.receive(message("Trenger Anna <mer> trening?", "Opptrening"))
    (before,) = await centre.hub.store.lines(TEAM)
    page = await passed_on(centre, before.item)
    assert "Kari Moen sendte meldingen videre til Storfjell sykehus, Geriatri" in page
    assert "Sendt videre til Storfjell sykehus, Geriatri" in page
    (after,) = await centre.hub.store.lines(TEAM)
    assert (True, before.due, None) == (after.running, after.due, after.item.owner)

    found = await read((await posted(centre)).body)
    envelope = found.envelope
    assert ("DIALOG_HELSEFAGLIG", None, ["7322:6"]) == (
        envelope.type.value,
        found.conversation,
        [f"{t.number}:{t.value}" for t in found.themes],
    )
    assert ("900100", "900101") == (envelope.sender.level_1, envelope.sender.level_2)
    assert [("900400", GERIATRICS)] == [(r.party.level_1, r.party.level_2) for r in envelope.receivers]
    assert ((Wanted("24", "FT"),), "01864612632") == (found.wanted, found.patient and found.patient.national_id)
    assert "Videresendt: Opptrening" == found.subject
    told = found.text
    came = "Videresendt melding fra Fjordbyen kommune, Sykepleietjeneste, sendt 24.11.2026 kl. 08:55"
    assert told.startswith(f"{WHY}\n\nKari Moen, sykepleier\n\n{came}\n\nOpptrening\n\nTrenger Anna <mer> trening?")


async def test_whoever_got_it_answers_and_that_comes_to_where_it_was_passed_on(centre: Centre) -> None:
    await centre.receive(message())
    await passed_on(centre, await centre.item())
    ours = (await posted(centre)).msg_id
    answer = dialogue(
        msg_id="5e0a4c1e-7c0a-4a55-9f0b-3b1c6a0d0001",
        sender=HOSPITAL,
        receiver=f"<Receiver>{RECEIVER}</Receiver>",
        patient=patient("Aas", "Anna", idents=ident("01864612632", "FNR", "8116")),
        conversation=conversation(ours, ours),
        body=note(text="Vi tar det herfra.", subject="Svar"),
    )
    await centre.receive(answer)
    items = [line.item for line in await centre.hub.store.lines(TEAM)]
    (joined,) = [x for x in items if x.placing.rule == "conversation"]
    assert "Storfjell sykehus, Geriatri" == joined.headline.sender


async def test_their_acknowledgement_is_shown_and_a_rejection_is_told(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    await passed_on(centre, item)
    theirs = RECEIPT.format((await posted(centre)).msg_id).replace("900200", "900400").replace("900201", GERIATRICS)
    exchange = next(a for a in centre.hub.accounts.systems.values() if a.any)
    (outcome,) = await centre.hub.receive([Delivery(theirs.encode(), exchange)], MORNING)
    assert isinstance(outcome, Noted)
    assert ["rejected"] == [s.receipt for s in await centre.hub.store.sent(item.id)]
    assert [item.id] == [x.alert.item for x in await centre.hub.store.alerts(TEAM)]


async def test_files_go_along_and_those_that_cannot_are_named(centre: Centre) -> None:
    await centre.receive(message(attachments=attachment(description="EKG")))
    item = await centre.item()
    await passed_on(centre, item)
    found = await read((await posted(centre)).body)
    who = centre.hub.directory.people[PersonId("kari.moen")]
    original = (await centre.hub.open(item.id, who)).message
    assert [("EKG", "application/pdf")] == [(a.description, a.mime_type) for a in found.attachments]
    assert [a.digest for a in original.attachments] == [a.digest for a in found.attachments]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"beyond": "123"}, "Velg en samarbeidspart fra listen."),
        ({"beyond": ""}, "Velg en samarbeidspart fra listen."),
        ({"profession": "ZZ"}, "Velg yrkesgruppe hos mottakeren."),
        ({"text": "  "}, "Skriv hvorfor de får meldingen."),
    ],
)
async def test_what_is_left_out_is_told_and_what_was_written_is_kept(
    centre: Centre, fields: dict[str, str], words: str
) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        refused = await client.post(f"/items/{item.id}", data=form(item, Action.FORWARD, **PASSED | fields))
    assert (400, item) == (refused.status_code, await centre.item())
    assert words in text_of(refused)
    assert '<details class="card act" id="forwarding" open>' in refused.text
    assert [] == [p for p in await centre.hub.store.mailbox(GERIATRICS) if p.kind == "forward"]
    written = re.findall(r'id="reason-beyond"[^>]*>\n([^<]*)</textarea>', refused.text)
    assert [(PASSED | fields)["text"]] == written


async def test_a_program_passes_on_and_its_sender_is_still_to_be_answered(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        body = {"version": item.version, "to": GERIATRICS, "profession": "LE", "text": WHY}
        done = await client.post(f"/v1/items/{item.id}/forward", json=body)
        assert (200, "new", item.version + 1) == (done.status_code, done.json()["state"], done.json()["version"])
        again = await client.post(f"/v1/items/{item.id}/forward", json=body)
        assert (409, "urn:sambud:stale") == (again.status_code, again.json()["type"])
        body |= {"version": item.version + 1, "to": "900999"}
        assert 400 == (await client.post(f"/v1/items/{item.id}/forward", json=body)).status_code
    assert [] == [p for p in await centre.hub.store.mailbox(HOME_SERVICE) if p.kind != "apprec"]


async def label(centre: Centre, item: Item) -> Label | None:
    """How what was passed on from an item goes by the broker."""
    who = centre.hub.directory.people[PersonId("kari.moen")]
    act = Act(Action.FORWARD, WHY, beyond=GERIATRICS, profession="LE")
    await centre.hub.act(item.id, act, item.version, who, centre.hub.clock.now())
    relayed = await centre.hub.store.relay(centre.hub.clock.now(), centre.hub.clock.after(60), 10)
    return next((x.label for x in relayed), None)


@pytest.mark.parametrize("carried", [True, False])
async def test_it_goes_as_its_receiver_last_wrote_to_us_and_not_as_the_message_came(
    centre: Centre, carried: bool
) -> None:
    centre.hub.broker = True
    exchange = next(a for a in centre.hub.accounts.systems.values() if a.any)
    ours = dialogue(sender=HOSPITAL, receiver=f"<Receiver>{RECEIVER}</Receiver>")
    by = replace(exchange, name="amqp:900400") if carried else exchange
    await centre.hub.receive([Delivery(ours, by)], MORNING)
    for _ in await centre.hub.store.relay(centre.hub.clock.now(), centre.hub.clock.after(3600), 10):
        pass
    by = exchange if carried else replace(exchange, name="amqp:900200")
    await centre.hub.receive([Delivery(message(), by)], MORNING)
    for _ in await centre.hub.store.relay(centre.hub.clock.now(), centre.hub.clock.after(3600), 10):
        pass
    items = [line.item for line in await centre.hub.store.lines(TEAM)]
    found = await label(centre, next(x for x in items if x.headline.sender.startswith("Fjordbyen")))
    assert ("900403_async" if carried else None) == (found and found.queue)


async def test_to_somebody_who_never_wrote_nothing_goes_until_their_channel_is_known(centre: Centre) -> None:
    centre.hub.broker = True
    await centre.receive(message())
    with pytest.raises(BadRequest, match="nobody knows how they get it"):
        await label(centre, await centre.item())
    known = centre.hub.directory
    hospital = replace(known.partners[HerId("900400")], channel=Channel.AMQP)
    directory = replace(known, partners={**known.partners, hospital.her_id: hospital})
    centre.hub.order = replace(centre.hub.order, directory=directory)
    found = await label(centre, await centre.item())
    assert found is not None and "900403_async" == found.queue


async def test_programs_tell_what_was_passed_on_from_an_answer(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    await passed_on(centre, item)
    async with centre.client("kari.moen") as client:
        sent = (await client.get(f"/v1/items/{item.id}/sent")).json()
    assert [("forward", GERIATRICS, None)] == [(x["kind"], x["to"], x["receipt"]) for x in sent]
    key = {"Authorization": "Bearer sample-key-exchange"}
    async with centre.client() as client:
        box = (await client.get(f"/v1/mailboxes/{GERIATRICS}/messages", headers=key)).json()
    assert ["forward"] == [x["kind"] for x in box]
