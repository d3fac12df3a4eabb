"""Who has an item open, and who writes an answer: others see it at once, and nobody else hears of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx2
from playwright.async_api import Browser, expect

from hub.directory import PersonId
from hub.item import Action, Item, ItemId
from hub.web import reading
from tests.web.running import ANDREAS, HOME_SERVICE, TEAM, Centre, browsing, form, message, text_of
from tests.wire.builders import wanted

KARI, ELLE = "kari.moen", "elle.sara"


@asynccontextmanager
async def listening(client: httpx2.AsyncClient) -> AsyncIterator[AsyncIterator[dict[str, object]]]:
    """What a stream of the client's tells of readers, from now on."""

    async def events(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, object]]:
        numbered, name = False, ""
        async for line in lines:
            numbered |= line.startswith("id:")
            name = line[7:] if line.startswith("event: ") else name
            if line.startswith("data: ") and name == reading.EVENT:
                assert not numbered
                yield json.loads(line[6:])
            if not line:
                numbered, name = False, ""

    async with client.stream("GET", "/v1/events") as stream, asyncio.timeout(20):
        lines = stream.aiter_lines()
        while await anext(lines) != "retry: 2000":
            pass
        yield events(lines)


async def read_by(centre: Centre, id: ItemId) -> list[tuple[str, bool]]:
    found = await reading.readers(centre.hub, [id])
    return [(x.person, x.writing) for x in found.get(id, ())]


async def noted(centre: Centre, id: ItemId, *people: str) -> None:
    """Until it is known that these have it open, which is written once they have the page."""
    async with asyncio.timeout(20):
        while not {*people} <= {person for person, _ in await read_by(centre, id)}:
            await asyncio.sleep(0.01)


async def arrived(centre: Centre) -> Item:
    await centre.receive(message())
    return await centre.item()


async def test_a_page_that_is_opened_is_read_by_whoever_opened_it_and_by_nobody_else(centre: Centre) -> None:
    item = await arrived(centre)
    async with centre.client(KARI) as kari, centre.client(ELLE) as elle:
        first = await kari.get(f"/items/{item.id}")
        assert "Leses nå av" not in text_of(first)
        await noted(centre, item.id, KARI)
        assert "Leses nå av Kari Moen" in text_of(await elle.get(f"/items/{item.id}"))
        await noted(centre, item.id, ELLE)
        assert "Leses nå av Elle Sara" in text_of(await kari.get(f"/items/{item.id}/reading"))
    assert [(KARI, False), (ELLE, False)] == await read_by(centre, item.id)
    assert [] == [x for x in await centre.hub.store.history(item.id) if "reading" in x.event]


async def test_what_an_open_page_fetches_by_itself_is_not_read_by_anybody(centre: Centre) -> None:
    item = await arrived(centre)
    async with centre.client(KARI) as kari:
        await kari.get(f"/items/{item.id}", headers={"Sec-Fetch-Dest": "empty"})
        await kari.get(f"/items/{item.id}/reading")
    assert [] == await read_by(centre, item.id)


async def test_whoever_writes_is_named_before_those_who_read(centre: Centre) -> None:
    item = await arrived(centre)
    async with centre.client(KARI) as kari, centre.client(ELLE) as elle, centre.client("berit.dahl") as berit:
        await berit.post(f"/items/{item.id}/reading", data={"writing": "0"})
        await elle.post(f"/items/{item.id}/reading", data={"writing": "1"})
        words = text_of(await kari.post(f"/items/{item.id}/reading", data={"writing": "0"}))
    assert "Elle Sara skriver et svar Leses nå av Berit Dahl" == words


async def test_opening_the_page_once_more_does_not_end_the_writing_in_another_tab(centre: Centre) -> None:
    item = await arrived(centre)
    async with centre.client(KARI) as kari:
        await kari.post(f"/items/{item.id}/reading", data={"writing": "1"})
        await kari.get(f"/items/{item.id}")
    assert [(KARI, True)] == await read_by(centre, item.id)


async def test_whoever_was_not_seen_for_a_minute_has_left_and_is_forgotten(centre: Centre) -> None:
    item, now = await arrived(centre), centre.hub.clock.now()
    look = centre.hub.store.onlookers
    assert await look.seen(item, PersonId(KARI), False, now, now - timedelta(minutes=1))
    later = now + timedelta(seconds=60)
    assert {} == await look.readers([item.id], later - timedelta(minutes=1))
    assert {} == await look.now(later - timedelta(minutes=1))
    await look.seen(item, PersonId(ELLE), False, later, later - timedelta(minutes=1))
    assert not await look.left(item.id, PersonId(KARI))


async def test_a_page_that_is_left_is_read_no_longer(centre: Centre) -> None:
    item = await arrived(centre)
    async with centre.client(KARI) as kari:
        await kari.get(f"/items/{item.id}")
        assert 204 == (await kari.post(f"/items/{item.id}/reading", data={"left": "1"})).status_code
    assert [] == await read_by(centre, item.id)


async def test_streams_tell_who_begins_to_read_writes_and_leaves_without_a_number(centre: Centre) -> None:
    item = await arrived(centre)
    path = f"/v1/items/{item.id}/reading"
    async with centre.client(KARI) as kari, centre.client(ELLE) as elle:
        await elle.put(path, json={"writing": False})
        async with listening(kari) as events:
            # Whoever comes is told how it stands.
            assert [{"person": ELLE, "writing": False}] == (await anext(events))["readers"]
            await elle.put(path, json={"writing": True})
            told = await anext(events)
            assert [{"person": ELLE, "writing": True}] == told.pop("readers")
            assert {"at", "inbox", "item"} == told.keys() and (TEAM, item.id) == (told["inbox"], told["item"])
            await elle.delete(path)
            assert [] == (await anext(events))["readers"]


async def test_streams_tell_what_another_process_wrote(centre: Centre) -> None:
    item, now = await arrived(centre), centre.hub.clock.now()
    async with centre.client(KARI) as kari, listening(kari) as events:
        # As another process does it: nothing rings here.
        await centre.hub.store.onlookers.seen(item, PersonId(ELLE), True, now, now - timedelta(minutes=1))
        assert [{"person": ELLE, "writing": True}] == (await anext(events))["readers"]


async def test_nobody_hears_of_or_tells_about_an_item_that_they_may_not_open(centre: Centre) -> None:
    await centre.receive(message(about=ANDREAS, rest=wanted("24", "LE")), message())
    inboxes = [i for i in centre.hub.directory.inboxes if i != TEAM]
    (others,) = [x.item for i in inboxes for x in await centre.hub.store.lines(i)]
    own = await centre.item()
    now = centre.hub.clock.now()
    async with centre.client(KARI) as kari, centre.client(ELLE) as elle, listening(kari) as events:
        for answer in (
            await kari.put(f"/v1/items/{others.id}/reading", json={"writing": True}),
            await kari.delete(f"/v1/items/{others.id}/reading"),
            await kari.post(f"/items/{others.id}/reading", data={"writing": "1"}),
            await kari.get(f"/items/{others.id}/reading"),
        ):
            assert 403 == answer.status_code
        assert 404 == (await kari.put("/v1/items/nothing/reading", json={})).status_code
        await centre.hub.store.onlookers.seen(others, PersonId("x"), True, now, now - timedelta(minutes=1))
        await elle.put(f"/v1/items/{own.id}/reading", json={})
        assert own.id == (await anext(events))["item"]
    assert [("x", True)] == await read_by(centre, others.id)


async def test_the_api_tells_who_has_an_item_open(centre: Centre) -> None:
    item = await arrived(centre)
    async with centre.client(KARI) as kari:
        told = (await kari.put(f"/v1/items/{item.id}/reading", json={"writing": True})).json()
        assert [(KARI, True)] == [(x["person"], x["writing"]) for x in told]
        assert told == (await kari.get(f"/v1/items/{item.id}")).json()["readers"]
        assert 400 == (await kari.put(f"/v1/items/{item.id}/reading", json={"writing": "x"})).status_code


# -------------------------------------------------------------------------------------------- in the browser


async def test_two_people_see_each_other_read_write_and_leave(chromium: Browser, centre: Centre) -> None:
    item = await arrived(centre)
    async with (
        browsing(chromium, centre, KARI) as (kari, complaints),
        browsing(chromium, centre, ELLE) as (elle, others),
    ):
        await kari.goto(f"/items/{item.id}")
        await elle.goto(f"/items/{item.id}")
        seen = kari.locator("#readers")
        await expect(seen).to_have_text("Leses nå av Elle Sara")
        await expect(elle.locator("#readers")).to_have_text("Leses nå av Kari Moen")
        await elle.get_by_label("Svar", exact=True).fill("Vi ringer")
        await expect(seen).to_have_text("Elle Sara skriver et svar")
        assert not await kari.locator("#changed").is_visible()
        await elle.get_by_label("Svar", exact=True).fill("")
        await expect(seen).to_have_text("Leses nå av Elle Sara")
        await elle.goto("/")
        await expect(seen).to_have_text("")
        assert ([], []) == (complaints, others)


async def test_what_two_write_at_once_is_sent_once_and_kept_for_the_other(chromium: Browser, centre: Centre) -> None:
    item = await arrived(centre)
    async with browsing(chromium, centre, KARI) as (kari, _), browsing(chromium, centre, ELLE) as (elle, _):
        for page, text in ((kari, "Vi ringer pasienten."), (elle, "Vi kommer på besøk.")):
            await page.goto(f"/items/{item.id}")
            await page.get_by_label("Svar", exact=True).fill(text)
        await kari.get_by_role("button", name="Send svaret").click()
        await kari.wait_for_url("**/inboxes/**")
        await elle.get_by_role("button", name="Send svaret").click()
        problem = elle.locator("#problem")
        await expect(problem).to_contain_text("Kari Moen")
        await expect(elle.get_by_text("Vi kommer på besøk.")).to_be_visible()
        await expect(problem).to_contain_text("I dag 09:0")
    answers = [p for p in await centre.hub.store.mailbox(HOME_SERVICE) if p.kind == "answer"]
    assert 1 == len(answers) and "Vi ringer pasienten." in answers[0].body.decode()


async def test_a_claim_that_came_second_is_told_who_was_first(centre: Centre) -> None:
    item = await arrived(centre)
    async with centre.client(KARI) as kari, centre.client(ELLE) as elle:
        claim = f"/v1/items/{item.id}/claim"
        both = await asyncio.gather(*(c.post(claim, json={"version": item.version}) for c in (kari, elle)))
        won, lost = sorted(both, key=lambda x: x.status_code)
        assert (200, 409) == (won.status_code, lost.status_code)
        problem, first = lost.json(), won.json()
        assert ("urn:sambud:stale", first["version"]) == (problem["type"], problem["version"])
        who = centre.hub.directory.people[PersonId(first["owner"])]
        done = first["history"][-1]
        assert (who.id, who.name, "item.claimed") == (problem["who"], problem["name"], problem["event"])
        assert datetime.fromisoformat(done["at"]) == datetime.fromisoformat(problem["at"])
        loser = elle if who.id == KARI else kari
        page = await loser.post(f"/items/{item.id}", data=form(item, Action.CLAIM))
        assert 409 == page.status_code and f"{who.name} har tatt meldingen." in text_of(page)
