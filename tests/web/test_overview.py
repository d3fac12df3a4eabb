"""Whoever plans sees all teams at one look and moves what lies with one to another: by keys, by hand, by program."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from playwright.async_api import Browser, Locator, Page, expect

from hub.clock import Clock
from hub.desk import Act
from hub.directory import Absence, InboxId, PersonId
from hub.item import Action, Item
from hub.message import HerId
from hub.service import Delivery, Hub
from hub.web import feed
from tests import centre as sample
from tests.web.running import ANDREAS, BY_STREAM, MORNING, TEAM, Centre, browsing, followed, message, text_of

MANAGER = ("geir.aasen", "sambud")
DUTY, CASES = InboxId("vakt"), InboxId("saksbehandling")
HURRIED = "Haster: blodtrykk 180/100."


async def hurried(centre: Centre, number: int = 1) -> Item:
    """Messages for the team that are due within half an hour; the first of them."""
    await centre.receive(*[message(text=HURRIED) for _ in range(number)])
    return await centre.item()


async def now(centre: Centre, item: Item) -> Item:
    stored = await centre.hub.store.stored(item.id)
    assert stored is not None
    return stored.item


class TestApi:
    async def came(self, hub: Hub) -> Item:
        hub.clock = Clock(MORNING + timedelta(minutes=5), 0, 0)
        exchange = next(a for a in hub.accounts.systems.values() if a.any)
        await hub.receive([Delivery(message(text=HURRIED), exchange)], MORNING)
        return (await hub.store.lines(TEAM))[0].item

    async def test_who_plans_sees_how_all_teams_stand(self, client: AsyncClient, hub: Hub) -> None:
        item = await self.came(hub)
        found = (await client.get("/v1/board", auth=sample.COORDINATOR)).json()
        team = next(x for x in found["teams"] if x["inbox"] == TEAM)
        assert ("Primærhelseteamet", 1, 1, 1, 0) == tuple(team[x] for x in ("name", "open", "new", "risk", "late"))
        assert ["kari.moen", "elle.sara", "per.solbakken", "berit.dahl"] == team["here"]
        (urgent,) = found["urgent"]
        assert (item.id, item.version, "Anna Aas", True) == tuple(
            urgent[x] for x in ("id", "version", "patient", "opens")
        )
        assert {"drift", "testmeldinger"}.isdisjoint(x["inbox"] for x in found["teams"])
        kari = next(x for x in found["cover"] if x["person"] == "kari.moen")
        assert (14, "here", ["08:00-16:00"]) == (len(kari["days"]), kari["days"][0]["cover"], kari["days"][0]["hours"])

    async def test_what_a_message_says_is_for_those_who_may_open_it(self, client: AsyncClient, hub: Hub) -> None:
        await self.came(hub)
        (urgent,) = (await client.get("/v1/board", auth=MANAGER)).json()["urgent"]
        assert ("", "", False) == (urgent["patient"], urgent["subject"], urgent["opens"])
        assert 403 == (await client.get(f"/v1/items/{urgent['id']}", auth=MANAGER)).status_code

    @pytest.mark.parametrize("who", [sample.NURSE, sample.GP], ids=["nurse", "gp"])
    async def test_others_neither_see_it_nor_move_anything(
        self, client: AsyncClient, hub: Hub, who: tuple[str, str]
    ) -> None:
        item = await self.came(hub)
        wish = {"items": [{"id": item.id, "version": item.version}], "to": DUTY}
        for answer in (
            await client.get("/v1/board", auth=who),
            await client.post("/v1/items/move", json=wish, auth=who),
            await client.get("/v1/events?planned=1&inbox=vakt", auth=sample.NURSE),
        ):
            assert (403, "urn:sambud:not-allowed") == (answer.status_code, answer.json()["type"])
        assert item == (await hub.store.lines(TEAM))[0].item

    async def test_each_item_is_moved_by_itself_and_the_answer_says_what_became_of_it(
        self, client: AsyncClient, hub: Hub
    ) -> None:
        first, second = await self.came(hub), await self.came(hub)
        second = next(x.item for x in await hub.store.lines(TEAM) if x.item.id != first.id)
        kari = hub.directory.people[PersonId("kari.moen")]
        await hub.act(second.id, Act(Action.CLAIM), second.version, kari, hub.clock.now())
        wishes = [{"id": x.id, "version": x.version} for x in (first, second)] + [{"id": "none", "version": 1}]
        answer = await client.post("/v1/items/move", json={"items": wishes, "to": DUTY}, auth=MANAGER)
        moved, stale, unknown = answer.json()["items"]
        assert (200, "moved", DUTY, "") == (answer.status_code, moved["outcome"], moved["inbox"], moved["detail"])
        assert ("stale", TEAM, "kari.moen", "item.claimed") == tuple(
            stale[x] for x in ("outcome", "inbox", "by", "event")
        )
        assert ("unknown", None, None) == (unknown["outcome"], unknown["inbox"], unknown["by"])

    async def test_what_somebody_has_taken_is_moved_and_its_clock_runs_on(self, client: AsyncClient, hub: Hub) -> None:
        item = await self.came(hub)
        kari = hub.directory.people[PersonId("kari.moen")]
        taken = await hub.act(item.id, Act(Action.CLAIM), item.version, kari, hub.clock.now())
        before = await hub.store.stored(item.id)
        wish = {"items": [{"id": item.id, "version": taken.version}], "person": "per.solbakken"}
        (moved,) = (await client.post("/v1/items/move", json=wish, auth=MANAGER)).json()["items"]
        after = await hub.store.stored(item.id)
        assert (TEAM, "per.solbakken", "claimed") == (moved["inbox"], moved["owner"], moved["state"])
        assert before and after and before.deadline and before.deadline == after.deadline
        # Whoever had it sees in its history where it went.
        history = (await client.get(f"/v1/items/{item.id}", auth=sample.NURSE)).json()["history"]
        assert {"from": TEAM, "to": TEAM, "owner": "kari.moen", "person": "per.solbakken"} == history[-1]["detail"]

    async def test_what_cannot_be_is_refused(self, client: AsyncClient, hub: Hub) -> None:
        item = await self.came(hub)
        items = [{"id": item.id, "version": item.version}]
        for body in ({}, {"to": DUTY, "person": "kari.moen"}):
            assert 400 == (await client.post("/v1/items/move", json={"items": items, **body}, auth=MANAGER)).status_code
        for body in ({"to": "testmeldinger"}, {"to": TEAM}, {"person": "nobody"}, {"person": "fatima.ali"}):
            answer = await client.post("/v1/items/move", json={"items": items, **body}, auth=MANAGER)
            assert (body, ["refused"]) == (body, [x["outcome"] for x in answer.json()["items"]])
        assert (
            400
            == (await client.post("/v1/items/move", json={"items": items * 51, "to": DUTY}, auth=MANAGER)).status_code
        )

    async def test_nobody_moves_what_lies_in_a_practice_of_others(self, client: AsyncClient, hub: Hub) -> None:
        item = await self.came(hub)
        ours = hub.directory.inboxes[TEAM]
        elsewhere = {**hub.directory.inboxes, TEAM: replace(ours, practice=HerId("900999"))}
        hub.order = replace(hub.order, directory=replace(hub.directory, inboxes=elsewhere))
        wish = {"items": [{"id": item.id, "version": item.version}], "to": DUTY}
        (found,) = (await client.post("/v1/items/move", json=wish, auth=MANAGER)).json()["items"]
        assert ("unknown", None, None) == (found["outcome"], found["version"], found["by"])


class TestPage:
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("nb", ["Trenger hjelp nå 1", "25 min igjen", "Bemanning 14 dager fram", "Nora Nordli er vikar"]),
            ("en", ["Needs a hand now 1", "25 min left", "Cover, 14 days ahead", "Nora Nordli stands in"]),
            ("se", ["Dárbbaša veahki dál 1", "Bargit 14 beaivvi ovddosguvlui", "Nora Nordli lea sadjásaš"]),
        ],
    )
    async def test_it_speaks_the_readers_language(self, centre: Centre, code: str, words: list[str]) -> None:
        await hurried(centre)
        async with centre.client("berit.dahl", language=code) as client:
            page, lines = text_of(await client.get("/overview")), text_of(await client.get("/overview/lines"))
        assert [] == [x for x in words if x not in page or x not in lines]

    async def test_only_who_plans_finds_it(self, centre: Centre) -> None:
        async with centre.client("kari.moen") as nurse, centre.client("berit.dahl") as coordinator:
            assert 403 == (await nurse.get("/overview")).status_code
            assert 403 == (await nurse.post("/overview/move", data={"item": "x~1", "to": f"inbox:{DUTY}"})).status_code
            assert 'href="/overview"' not in (await nurse.get(f"/inboxes/{TEAM}")).text
            assert 'href="/overview"' in (await coordinator.get(f"/inboxes/{TEAM}")).text

    async def test_a_gap_in_cover_is_seen_two_weeks_ahead(self, centre: Centre) -> None:
        last = MORNING.date() + timedelta(days=13)
        gone = Absence(PersonId("unni.strand"), last, last)
        directory = replace(centre.hub.directory, absences=(gone,))
        centre.hub.order = replace(centre.hub.order, directory=directory)
        async with centre.client("berit.dahl") as client:
            page = text_of(await client.get("/overview"))
        row = page[page.index("Team eller person") :].split("Saksbehandling")[1].split("Vakthavende")[0]
        assert row.rstrip().endswith("ingen ingen")

    async def test_who_chose_nothing_or_nowhere_is_told_so(self, centre: Centre) -> None:
        item = await hurried(centre)
        async with centre.client("berit.dahl") as client:
            nothing = await client.post("/overview/move", data={"to": f"inbox:{DUTY}"})
            nowhere = await client.post("/overview/move", data={"item": f"{item.id}~{item.version}"})
            forged = await client.post("/overview/move", data={"item": "x", "to": f"inbox:{DUTY}"})
        assert [400, 400, 400] == [x.status_code for x in (nothing, nowhere, forged)]
        assert "Ingenting var valgt" in text_of(nothing) and "Velg hvor meldingene skal flyttes." in text_of(nowhere)

    async def test_a_reminder_that_goes_out_meanwhile_is_nobodys_competing_act(self, centre: Centre) -> None:
        item = await hurried(centre)
        async with centre.client("berit.dahl") as client:
            seen = re.search(r'name="seen" value="(\d+)"', (await client.get("/overview/lines")).text)
            assert await centre.hub.tick(centre.hub.clock.now() + timedelta(minutes=40))
            chosen = {"item": f"{item.id}~{item.version}", "to": f"inbox:{DUTY}"}
            assert 409 == (await client.post("/overview/move", data=chosen)).status_code
            done = await client.post("/overview/move", data=chosen | {"seen": seen[1] if seen else ""})
        assert (303, DUTY) == (done.status_code, (await now(centre, item)).inbox)

    async def test_the_history_says_who_moved_it_and_who_had_it(self, centre: Centre) -> None:
        item = await hurried(centre)
        await centre.act("kari.moen", Act(Action.CLAIM), item)
        taken = await now(centre, item)
        async with centre.client("geir.aasen") as manager, centre.client("kari.moen") as nurse:
            chosen = {"item": f"{taken.id}~{taken.version}"}
            await manager.post("/overview/move", data=chosen | {"to": "person:per.solbakken"})
            given = await now(centre, item)
            page = text_of(await nurse.get(f"/items/{item.id}"))
            assert "Geir Aasen ga meldingen til Per Solbakken, i Primærhelseteamet. Kari Moen hadde tatt den" in page
            await manager.post("/overview/move", data={"item": f"{item.id}~{given.version}", "to": f"inbox:{TEAM}"})
            page = text_of(await nurse.get(f"/items/{item.id}"))
            free = "Geir Aasen frigjorde meldingen for de andre i Primærhelseteamet. Per Solbakken hadde tatt den"
            assert free in page


async def middle(place: Locator) -> tuple[float, float]:
    box = await place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def on_board(page: Page) -> None:
    await page.goto("/overview")
    await expect(page.get_by_role("heading", name="Alle team")).to_be_visible()


class TestInABrowser:
    async def test_what_is_at_risk_is_moved_by_keys_alone(self, chromium: Browser, centre: Centre) -> None:
        item = await hurried(centre)
        async with browsing(chromium, centre, "berit.dahl") as (page, complaints):
            await on_board(page)
            await expect(page.locator("tr[data-item]")).to_contain_text("min igjen")
            await page.keyboard.press("j")
            await page.keyboard.press("m")
            await expect(page.get_by_label("Flytt til")).to_be_focused()
            await page.keyboard.type("Per")
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("1 melding er flyttet til Per Solbakken.")).to_be_visible()
            await expect(page.locator("tr[data-item]")).to_contain_text("Per Solbakken")
        assert (TEAM, "per.solbakken") == ((await now(centre, item)).inbox, (await now(centre, item)).owner)
        assert [] == complaints

    async def test_a_line_that_is_not_chosen_goes_alone_by_the_key_too(self, chromium: Browser, centre: Centre) -> None:
        await hurried(centre, 3)
        async with browsing(chromium, centre, "berit.dahl") as (page, _):
            await on_board(page)
            boxes = page.locator("tr[data-item] input[name=item]")
            await boxes.first.check()
            await page.locator("tr[data-item] a.open").nth(2).focus()
            await page.keyboard.press("m")
            assert [False, False, True] == [await box.is_checked() for box in await boxes.all()]

    async def test_it_is_dragged_onto_a_team_with_all_that_are_chosen(self, chromium: Browser, centre: Centre) -> None:
        await hurried(centre, 3)
        async with browsing(chromium, centre, "berit.dahl", viewport={"width": 1366, "height": 1100}) as (page, _):
            await on_board(page)
            rows = page.locator("tr[data-item]")
            await rows.first.drag_to(page.locator(f"tr[data-to='inbox:{DUTY}']"))
            await expect(page.get_by_text("1 melding er flyttet til Vakthavende lege.")).to_be_visible()
            left = page.locator("tr[data-item]", has_text="Primærhelseteamet")
            await expect(left).to_have_count(2)
            for box in await left.get_by_role("checkbox").all():
                await box.check()
            await left.first.drag_to(page.locator("tr[data-to='person:nora.nordli']"))
            await expect(page.get_by_text("2 meldinger er flyttet til Nora Nordli.")).to_be_visible()
        assert [1, 2] == [len(await centre.hub.store.lines(InboxId(x))) for x in (DUTY, "nora-nordli")]

    async def test_it_is_moved_without_scripts(self, chromium: Browser, centre: Centre) -> None:
        item = await hurried(centre)
        async with browsing(chromium, centre, "berit.dahl", java_script_enabled=False) as (page, _):
            await on_board(page)
            await page.get_by_role("checkbox", name="Velg Anna Aas").check()
            await page.get_by_label("Flytt til").select_option("Saksbehandling")
            await page.get_by_role("button", name="Flytt").click()
            await expect(page.get_by_text("1 melding er flyttet til Saksbehandling.")).to_be_visible()
        assert CASES == (await now(centre, item)).inbox

    async def test_what_arrives_while_a_line_is_dragged_does_not_take_it_out_of_the_hand(
        self, chromium: Browser, centre: Centre
    ) -> None:
        item = await hurried(centre)
        async with browsing(chromium, centre, "berit.dahl", viewport={"width": 1366, "height": 1100}) as (page, _):
            await on_board(page)
            await followed(page)
            line, onto = page.locator(f"tr[data-item='{item.id}']"), page.locator(f"tr[data-to='inbox:{DUTY}']")
            await page.mouse.move(*await middle(line.locator(".from")))
            await page.mouse.down()
            await page.mouse.move(*await middle(onto), steps=5)
            told = page.evaluate("new Promise((done) => document.addEventListener('sambud:event', () => done(true)))")
            await asyncio.gather(told, hurried(centre))
            # Longer than a page waits after an event before it looks.
            await page.wait_for_timeout(1200)
            await expect(page.locator("tr[data-item]")).to_have_count(1)
            await page.mouse.move(*await middle(onto), steps=5)
            await page.mouse.up()
            await expect(page.get_by_text("1 melding er flyttet til Vakthavende lege.")).to_be_visible()
            await expect(page.locator("tr[data-item]")).to_have_count(2)
        assert DUTY == (await now(centre, item)).inbox

    async def test_of_two_at_once_the_second_is_told_who_was_first(self, chromium: Browser, centre: Centre) -> None:
        item = await hurried(centre)
        still = {"java_script_enabled": False}
        async with (
            browsing(chromium, centre, "berit.dahl", **still) as (one, _),
            browsing(chromium, centre, "geir.aasen", **still) as (other, _),
        ):
            for page in (one, other):
                await on_board(page)
            await other.get_by_role("checkbox").check()
            await other.get_by_label("Flytt til").select_option("Vakthavende lege")
            await other.get_by_role("button", name="Flytt").click()
            await expect(other.get_by_text("1 melding er flyttet")).to_be_visible()
            await one.get_by_role("checkbox", name="Velg Anna Aas").check()
            await one.get_by_label("Flytt til").select_option("Saksbehandling")
            await one.get_by_role("button", name="Flytt").click()
            told = one.get_by_role("alert")
            await expect(told).to_contain_text(
                "Geir Aasen ga meldingen videre fra Primærhelseteamet til Vakthavende lege"
            )
        assert DUTY == (await now(centre, item)).inbox

    async def test_it_follows_what_happens_in_teams_that_one_does_not_belong_to(
        self, chromium: Browser, centre: Centre, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(feed, "LOOK_SECONDS", 0.1)
        item = await hurried(centre)
        async with browsing(chromium, centre, "geir.aasen") as (page, complaints):
            await on_board(page)
            await followed(page)
            await expect(page.locator("tr[data-item]")).not_to_contain_text("Aas")
            await page.get_by_role("checkbox").check()
            await centre.act("kari.moen", Act(Action.CLAIM), item)
            await expect(page.locator("tr[data-item]")).to_contain_text("Kari Moen", timeout=BY_STREAM)
            # It is as it was seen no more, so it is not chosen any more.
            await expect(page.locator("#status")).to_contain_text("er ikke valgt lenger")
        assert [] == complaints

    async def test_nothing_is_wider_than_the_screen(self, chromium: Browser, centre: Centre) -> None:
        await centre.receive(message(text="Haster. Ønsker legevurdering.", about=ANDREAS))
        async with browsing(chromium, centre, "berit.dahl", color_scheme="dark") as (page, complaints):
            await on_board(page)
            for width in (320, 390, 1280):
                await page.set_viewport_size({"width": width, "height": 800})
                assert width >= await page.evaluate("document.documentElement.scrollWidth")
        assert [] == complaints


async def test_an_address_says_nothing_that_is_not_on_the_page_by_itself(centre: Centre) -> None:
    async with centre.client("berit.dahl") as client:
        for to in ("inbox:<b>HEI</b>", "person:<script>x</script>", "person:%25", "inbox:%25(x)s", "person:"):
            page = await client.get(f"/overview?done=moved&num=3&to={to}")
            assert (200, False) == (page.status_code, "<b>HEI" in page.text or "<script>x" in page.text)
        page = await client.get("/overview?done=moved&num=3&to=inbox:vakt")
        assert "3 meldinger er flyttet til Vakthavende lege." in page.text
