"""What the national registers say of strangers, at the item: on its page and for programs."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.enquiry import Register
from hub.national import Registers
from tests.servers import register
from tests.web.running import COORDINATOR, RECEIVER, Centre, member, text_of
from tests.wire.builders import HOSPITAL, dialogue, ident, organisation, patient
from workers import lookup

FOREIGN, ELSEWHERE = "700100", "700200"
SENDER = organisation("Nabohuset", ident("700000"), inner=organisation("Legene", ident(FOREIGN)))
STRANGER = ("Vang", "Berit", "05814500049")


@pytest.fixture
async def national() -> AsyncIterator[register.Registers]:
    """The stand-in for the national registers."""
    async with register.serving() as found:
        yield found


def about_a_stranger(sender: str) -> bytes:
    """A message from a sender about somebody who is on no list here."""
    family, given, number = STRANGER
    about = patient(family, given, idents=ident(number, "FNR", "8116"), born="")
    return dialogue(sender=sender, receiver=f"<Receiver>{RECEIVER}</Receiver>", patient=about)


async def look(centre: Centre, national: register.Registers) -> None:
    """All questions are asked, and those that they lead to."""
    async with Registers(national.addresses, register.TOKEN, 2.0) as asking:
        while await lookup.look(centre.hub, asking, timedelta(days=7)):
            pass


async def shown(centre: Centre) -> tuple[str, list[dict[str, object]]]:
    """What page and API say of the last item."""
    item = (await centre.hub.store.lines(COORDINATOR))[-1].item
    async with centre.client(member(centre, COORDINATOR)) as client:
        page = text_of(await client.get(f"/items/{item.id}"))
        return page, (await client.get(f"/v1/items/{item.id}")).json()["registers"]


async def test_page_and_api_tell_who_the_sender_and_the_gp_are(centre: Centre, national: register.Registers) -> None:
    centre.hub.order = replace(centre.hub.order, registers=frozenset(Register))
    national.parties[FOREIGN] = {"herId": FOREIGN, "name": "Legene", "parentHerId": "700000", "parentName": "Nabohuset"}
    national.parties[ELSEWHERE] = {"herId": ELSEWHERE, "name": "Ola Lege", "parentName": "Bygda legekontor"}
    national.doctors[STRANGER[2]] = {"gpHerId": ELSEWHERE, "from": "2024-03-01"}
    await centre.receive(about_a_stranger(SENDER))
    page, told = await shown(centre)
    assert (
        "Adresseregisteret er spurt om hvem avsenderen er Fastlegeregisteret er spurt om hvem som er fastlege" in page
    )
    assert [None, None] == [x["answered_at"] for x in told]
    await look(centre, national)
    page, told = await shown(centre)
    assert "Fra de nasjonale registrene Avsenderen er Nabohuset, Legene Fastlegen er Ola Lege, Bygda legekontor" in page
    assert {("address", FOREIGN), ("address", ELSEWHERE), ("gp", ELSEWHERE)} == {
        (x["which"], x["her_id"]) for x in told
    }


async def test_page_tells_that_the_registers_know_nobody(centre: Centre, national: register.Registers) -> None:
    centre.hub.order = replace(centre.hub.order, registers=frozenset(Register))
    await centre.receive(about_a_stranger(HOSPITAL))
    await look(centre, national)
    page, told = await shown(centre)
    assert "Pasienten har ingen fastlege i Fastlegeregisteret" in page
    assert [("gp", None)] == [(x["which"], x["her_id"]) for x in told]


async def test_the_history_tells_why_it_moved(centre: Centre, national: register.Registers) -> None:
    centre.hub.order = replace(centre.hub.order, registers=frozenset(Register))
    service = next(s for p in centre.hub.directory.practices.values() for s in p.services.values() if s.person)
    national.doctors[STRANGER[2]] = {"gpHerId": service.her_id}
    await centre.receive(about_a_stranger(HOSPITAL))
    item = await centre.item(COORDINATOR)
    await look(centre, national)
    assert service.person is not None
    async with centre.client(service.person) as client:
        page = text_of(await client.get(f"/items/{item.id}"))
    assert "Fastlegeregisteret forteller hvem som er fastlege; flyttet fra" in page
    assert f"Pasienten står på listen til {service.name} ifølge Fastlegeregisteret" in page
