"""Who plans who is here sees gaps before they come, and everybody sees why a message lies where it lies."""

import re
from dataclasses import replace
from datetime import time, timedelta

import pytest
from httpx2 import AsyncClient
from playwright.async_api import Browser, expect

from hub.clock import Clock
from hub.directory import Absence, InboxId, PersonId
from hub.item import Action, Item, ItemId
from hub.record import Told
from hub.service import Hub
from hub.web import language, wording
from tests import builders
from tests import centre as sample
from tests.web.running import ANDREAS, COORDINATOR, MORNING, Centre, browsing, form, message, text_of

MANAGER = ("geir.aasen", "sambud")
# Nora goes on leave today; on Wednesday Ánte, who stands in for her, is off.
LEAVE = Absence(PersonId("nora.nordli"), MORNING.date(), MORNING.date() + timedelta(days=6), None, "ferie")
MARET = InboxId("maret-haetta")


def on_leave(hub: Hub, *absences: Absence) -> None:
    hub.order = replace(hub.order, directory=replace(hub.directory, absences=absences))


class TestApi:
    @pytest.mark.parametrize("who", [sample.COORDINATOR, MANAGER], ids=["coordinator", "manager"])
    async def test_who_plans_sees_the_days_on_which_nobody_covers(
        self, client: AsyncClient, hub: Hub, who: tuple[str, str]
    ) -> None:
        hub.clock = Clock(MORNING, 0, 0)
        on_leave(hub, LEAVE)
        found = (await client.get("/v1/cover", auth=who)).json()
        loop = ["Nora Nordli: ferie", "Ánte Somby: day off", "the substitutes form a loop"]
        (gap,) = [gap for gap in found if gap["inbox"] == "nora-nordli"]
        assert {
            "day": "2026-11-25",
            "since": None,
            "practice": "900100",
            "inbox": "nora-nordli",
            "what": "nobody stands in for Nora Nordli",
            "path": loop,
        } == gap
        assert ["ante-somby", "nora-nordli"] == sorted(gap["inbox"] for gap in found)
        assert [] == (await client.get("/v1/cover?days=1", auth=who)).json()

    async def test_part_of_a_day_has_its_time(self, client: AsyncClient, hub: Hub) -> None:
        hub.clock = Clock(MORNING, 0, 0)
        at = MORNING.date()
        on_leave(hub, Absence(PersonId("unni.strand"), at, at, hours=(time(12), time(16))))
        (gap,) = (await client.get("/v1/cover", auth=MANAGER)).json()
        assert ("12:00", "nobody is at work in Saksbehandling", []) == (gap["since"], gap["what"], gap["path"])

    @pytest.mark.parametrize("who", [sample.NURSE, sample.GP], ids=["nurse", "gp"])
    async def test_others_may_not(self, client: AsyncClient, who: tuple[str, str]) -> None:
        answer = await client.get("/v1/cover", auth=who)
        assert (403, "urn:sambud:not-allowed") == (answer.status_code, answer.json()["type"])

    @pytest.mark.parametrize("days", ["0", "367", "x"])
    async def test_a_span_that_means_nothing_is_refused(self, client: AsyncClient, days: str) -> None:
        assert 400 == (await client.get(f"/v1/cover?days={days}", auth=MANAGER)).status_code


class TestPage:
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            (
                "nb",
                "Dager uten vikar eller bemanning 2 De neste 14 dagene. Det som kommer da, blir liggende hos "
                "koordinatoren om ingen stiller som vikar. Ingen er vikar for Nora Nordli: onsdag 25. november "
                "(Nora Nordli: ferie; Ánte Somby: fridag; vikarene peker på hverandre i ring)",
            ),
            (
                "en",
                "Gaps in cover 2 The coming 14 days. What comes then will lie with the coordinator, unless somebody "
                "stands in. Nobody stands in for Nora Nordli: Wednesday 25 November "
                "(Nora Nordli: ferie; Ánte Somby: day off; the substitutes form a loop)",
            ),
            (
                "se",
                "Beaivvit goas váilu olmmoš 2 Boahtte 14 beaivvi. Mii dalle boahtá, báhcá koordináhtora lusa, jus ii "
                "oktage leat sadjásaš. Ii oktage leat Nora Nordli sadjásaš: gaskavahku skábmamánu 25. b. "
                "(Nora Nordli: ferie; Ánte Somby: friddja beaivi; sadjásaččat čujuhit nubbi nubbái)",
            ),
        ],
    )
    async def test_the_coordinator_sees_them_before_they_come(self, centre: Centre, code: str, words: str) -> None:
        on_leave(centre.hub, LEAVE)
        async with centre.client("berit.dahl", language=code) as client:
            assert words in text_of(await client.get(f"/inboxes/{COORDINATOR}"))
            assert words in text_of(await client.get(f"/inboxes/{COORDINATOR}/lines"))
            assert words not in text_of(await client.get(f"/inboxes/{COORDINATOR}?ended=1"))
            assert words not in text_of(await client.get("/inboxes/primaerhelseteam"))

    async def test_days_that_lack_the_same_stand_together(self, centre: Centre) -> None:
        first = MORNING.date()
        part = Absence(PersonId("unni.strand"), first, first, hours=(time(12), time(16)))
        on_leave(centre.hub, part, replace(LEAVE, person=part.person, first=first + timedelta(days=1)))
        days = "tirsdag 24. november fra kl. 12:00, onsdag 25. november, torsdag 26. november, fredag 27. november"
        async with centre.client("berit.dahl") as client:
            page = text_of(await client.get(f"/inboxes/{COORDINATOR}"))
        assert "bemanning 1 " in page and f"Ingen er på jobb i Saksbehandling: {days}, mandag 30. november" in page

    async def test_without_gaps_nothing_is_said_of_them(self, centre: Centre) -> None:
        on_leave(centre.hub)
        async with centre.client("berit.dahl") as client:
            assert 'id="gaps"' not in (await client.get(f"/inboxes/{COORDINATOR}")).text

    async def test_who_covers_sees_whose_a_message_is_and_its_history_says_why(self, centre: Centre) -> None:
        copy = await covered(centre)
        async with centre.client("johan.fjellstad") as client:
            assert "Vikar for Máret Hætta" in text_of(await client.get("/inboxes/johan-fjellstad"))
            page = text_of(await client.get(f"/items/{copy.id}"))
        assert "Flyttet fra Máret Hætta til Johan Fjellstad, som er vikar. Borte: Máret Hætta" in page
        assert 1 == page.count("Johan Fjellstad, som er vikar")
        answer = await centre.hub.open(copy.id, centre.hub.directory.people[PersonId("johan.fjellstad")])
        assert (MARET, "johan-fjellstad") == (answer.item.home, answer.item.inbox)

    async def test_who_wrote_while_it_moved_need_not_begin_again(self, centre: Centre) -> None:
        await centre.receive(message(text="Ønsker legevurdering.", about=ANDREAS))
        before = await centre.item(MARET)
        async with centre.client("maret.haetta") as client:
            page = (await client.get(f"/items/{before.id}")).text
            seen = re.search(r'name="seen" value="(\d+)"', page)
            on_leave(centre.hub, replace(LEAVE, person=PersonId("maret.haetta")))
            assert seen and 1 == await centre.hub.cover(centre.hub.clock.now())
            read = form(before, Action.CLOSE, outcome="read", seen=seen[1])
            assert 303 == (await client.post(f"/items/{before.id}", data=read)).status_code
            assert "Til innboksen" not in text_of(await client.get(f"/items/{before.id}"))

    async def test_it_comes_and_goes_by_itself_on_pages_that_stand_open(
        self, chromium: Browser, centre: Centre
    ) -> None:
        async with browsing(chromium, centre, "johan.fjellstad", viewport={"width": 390, "height": 800}) as (page, _):
            await page.goto("/inboxes/johan-fjellstad")
            await covered(centre)
            await expect(page.get_by_text("Vikar for Máret Hætta")).to_be_visible()
            on_leave(centre.hub)
            await centre.hub.cover(centre.hub.clock.now())
            await expect(page.get_by_text("Vikar for Máret Hætta")).to_have_count(0)


@pytest.mark.parametrize(
    ("event", "detail", "said"),
    [
        (
            "item.covered",
            {"from": "berg", "to": "coordinator", "why": "nobody stands in", "away": "berg dahl"},
            "Flyttet fra berg til coordinator, fordi ingen er vikar. Borte: Berg, Dahl",
        ),
        (
            "item.covered",
            {"from": "team", "to": "coordinator", "why": "nobody is at work", "away": ""},
            "Flyttet fra team til coordinator, fordi ingen der er på jobb",
        ),
        ("item.handed_back", {"from": "dahl", "to": "berg"}, "Tilbake hos berg, fra dahl"),
        ("item.freed", {"away": "nurse"}, "Nurse hadde tatt meldingen og er borte; nå kan andre ta den"),
    ],
)
def test_the_history_names_inboxes_people_and_reasons(event: str, detail: dict[str, str], said: str) -> None:
    line = Told(1, MORNING, event, None, ItemId("x"), None, "watch", detail)
    assert said == wording.happened(language.load("nb"), line, builders.directory(), str)


async def covered(centre: Centre) -> Item:
    """A copy that was Máret's, and lies with Johan, because she is on leave."""
    await centre.receive(message(text="Ønsker legevurdering.", about=ANDREAS))
    on_leave(centre.hub, replace(LEAVE, person=PersonId("maret.haetta")))
    assert 1 == await centre.hub.cover(centre.hub.clock.now())
    return await centre.item(InboxId("johan-fjellstad"))
