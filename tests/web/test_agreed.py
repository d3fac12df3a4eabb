"""An item shows what is agreed with its sender: on its page, over the API, and when it is only explained."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from hub import inspection, report, wire
from hub.agreement import Agreements
from hub.message import HerId
from hub.service import Hub
from hub.web import agreed
from tests import builders
from tests import centre as site
from tests.web.running import MORNING, Centre, text_of

NAME = "Samarbeidsavtale med Ytre Skarvøy kommune, punkt 4"
SKARVOY = {
    "name": NAME,
    "topic": "informasjon",
    "topic_names": {
        "nb": "Gjensidig informasjon, kunnskap og hospitering",
        "en": "Mutual information, knowledge and visits to each other",
        "se": "Gaskasaš diehtojuohkin ja gelbbolašvuohta",
    },
    "ours": {"her_id": "900100", "name": "Fjordbyen legesenter"},
    "partner": {"her_id": "900300", "name": "Ytre Skarvøy kommune"},
    "valid_from": "2025-01-01",
    "valid_to": None,
    "language": "nb",
    "deadlines": {"request": "Svar innen to timer", "dialogue": "Svar innen to timer"},
    "contact": {"text": "Leder av hjemmetjenesten i Ytre Skarvøy", "phone": "00 00 03 00"},
    "tasks": [
        {"who": "Legesenteret", "what": "svarer hjemmetjenesten innen to timer i åpningstiden"},
        {"who": "Ytre Skarvøy kommune", "what": "ringer når det haster, og skriver ellers"},
    ],
}


def message(level_1: str = "900300", level_2: str = "900301") -> bytes:
    """A dialogue about the team's patient from another sender than the sample's own municipality."""
    written = site.message(msg_id=str(UUID(int=7, version=4)), sender=level_1)
    return written.replace(b"900201", level_2.encode())


async def opened(running: Centre) -> dict[str, Any]:
    """The team's only item, over the API."""
    item = await running.item()
    async with running.client() as client:
        answer = await client.get(f"/v1/items/{item.id}", auth=site.NURSE)
    assert 200 == answer.status_code
    found: dict[str, Any] = answer.json()
    return found


async def test_the_api_lists_the_agreements_with_the_sender_and_the_one_that_gave_the_deadline(centre: Centre) -> None:
    await centre.receive(message())
    item = await opened(centre)
    assert ([SKARVOY], NAME) == (item["agreements"], item["deadline"]["agreement"])


async def test_a_sender_without_an_agreement_has_none(centre: Centre) -> None:
    await centre.receive(message("900200", "900201"))
    assert [] == (await opened(centre))["agreements"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "nb",
            (
                "etter avtalen «Samarbeidsavtale med Ytre Skarvøy kommune, punkt 4»",
                "Avtalt med avsenderen Gjensidig informasjon, kunnskap og hospitering",
                "Frist for dialog: Svar innen to timer",
                "Spør Leder av hjemmetjenesten i Ytre Skarvøy, 00 00 03 00",
                "Språk: norsk bokmål",
                "Ytre Skarvøy kommune ringer når det haster, og skriver ellers",
            ),
        ),
        (
            "en",
            (
                "Agreed with the sender Mutual information, knowledge and visits to each other",
                "Deadline for dialogue: Svar innen to timer",
                "Ask Leder av hjemmetjenesten i Ytre Skarvøy, 00 00 03 00",
                "Language: Norwegian Bokmål",
            ),
        ),
        ("se", ("Šihttojuvvon sáddejeddjiin Gaskasaš diehtojuohkin ja gelbbolašvuohta", "Giella: girjedárogiella")),
    ],
)
async def test_the_page_tells_it_in_the_readers_language(language: str, said: tuple[str, ...], centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen", language) as client:
        page = await client.get(f"/items/{item.id}")
    words = text_of(page)
    assert [] == [x for x in said if x not in words], words
    # The agreement that gave the deadline stands open.
    assert '<details class="agreement" open>' in page.text


async def test_an_agreement_that_has_ended_is_not_shown_and_one_that_ends_says_when(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    who, (first, *others) = centre.hub.directory, tuple(centre.hub.directory.agreements)
    for last, told in ((date(2026, 11, 24), True), (date(2026, 11, 23), False)):
        known = replace(who.agreements, every=(replace(first, last=last), *others))
        centre.hub.order = replace(centre.hub.order, directory=replace(who, agreements=known))
        async with centre.client("kari.moen") as client:
            words = text_of(await client.get(f"/items/{item.id}"))
        assert (told, told) == ("Gjelder til og med 24.11.2026" in words, "Avtalt med avsenderen" in words)
        # What it promised when the message came stays promised.
        assert f"etter avtalen «{NAME}»" in words


async def test_an_item_of_an_inbox_that_is_gone_has_no_agreements(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    gone = replace(centre.hub.directory, inboxes={})
    assert () == agreed.valid(gone, item, builders.party("900300", "900301"), MORNING)


async def test_an_explanation_tells_the_agreements_of_the_day_of_receipt(hub: Hub) -> None:
    verdict = inspection.verdict(wire.read(message()), hub.order, MORNING)
    assert verdict.explanation is not None
    told = report.explanation(verdict.explanation, hub.directory)
    assert ([SKARVOY], NAME) == (told["agreements"], told["deadline"]["agreement"])
    words = report.explanation_in_words(told).splitlines()
    start = next(n for n, line in enumerate(words) if line.startswith("Agreed"))
    assert [
        f"Agreed     Gjensidig informasjon, kunnskap og hospitering: {NAME}, from 2025-01-01",
        "           deadline for request: Svar innen to timer",
        "           deadline for dialogue: Svar innen to timer",
        "           ask Leder av hjemmetjenesten i Ytre Skarvøy, 00 00 03 00",
        "           language nb",
        "           Legesenteret svarer hjemmetjenesten innen to timer i åpningstiden",
        "           Ytre Skarvøy kommune ringer når det haster, og skriver ellers",
    ] == words[start:]


async def test_an_agreement_that_has_ended_is_not_explained(hub: Hub) -> None:
    ended = tuple(replace(a, last=date(2026, 1, 1)) for a in hub.directory.agreements)
    known = Agreements(ended, hub.directory.agreements.topics)
    order = replace(hub.order, directory=replace(hub.directory, agreements=known))
    found = inspection.verdict(wire.read(message()), order, MORNING).explanation
    assert found is not None
    assert ((), "") == (found.agreements, found.deadline.why.agreement)


def test_a_municipalitys_agreement_is_told_by_the_municipalitys_name() -> None:
    known = site.configuration(site.settings.load(site.settings.sample()).folder).directory
    (found,) = known.agreed(HerId("900100"), HerId("900400"), None, date(2026, 11, 24))
    assert {"her_id": "900200", "name": "Fjordbyen kommune"} == report.agreement(found, known)["ours"]
