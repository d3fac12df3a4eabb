"""A team's ready answers stand where an answer is written: filled in, mended, and sent by the person alone."""

import re

from playwright.async_api import Browser

from hub.directory import InboxId
from hub.item import Action
from tests.web.running import Centre, browsing, form, message, text_of

FILLED = "Vi har lest meldingen om Anna Aas, født 06.06.1946, og tar kontakt med pasienten i dag, 24.11.2026."
SIGNED = "Kari Moen, sykepleier, Primærhelseteamet"


async def test_a_program_gets_them_filled_in_for_its_person_and_the_item_s_inbox(centre: Centre) -> None:
    await centre.receive(message(born="1946-06-06"))
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        found = (await client.get(f"/v1/items/{item.id}/templates")).json()
    assert ["Vi tar kontakt i dag", "Lagt frem for legen", "Takk for beskjed"] == [x["name"] for x in found]
    assert f"{FILLED}\n\n{SIGNED}" == found[0]["text"]
    assert "Sykepleietjeneste får svar innen 24.11.2026 kl. 16.00." in found[1]["text"]


async def test_another_inbox_has_only_those_for_all(centre: Centre) -> None:
    async with centre.client("kari.moen") as client:
        await centre.receive(message())
        item = await centre.item()
        refused = await client.get("/v1/items/none/templates")
        body = {"version": item.version, "to": "vakt", "note": ""}
        await client.post(f"/v1/items/{item.id}/hand-on", json=body)
    doctor = next(p for p in centre.hub.directory.people.values() if InboxId("vakt") in p.inboxes)
    async with centre.client(doctor.id) as client:
        found = (await client.get(f"/v1/items/{item.id}/templates")).json()
    assert (404, ["Takk for beskjed"]) == (refused.status_code, [x["name"] for x in found])


async def test_without_scripts_one_is_put_after_what_was_written_and_nothing_is_done(centre: Centre) -> None:
    await centre.receive(message(born="1946-06-06"))
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        fields = form(item, Action.ANSWER, text="Hei.", template="Vi tar kontakt i dag", insert="1")
        chosen = await client.post(f"/items/{item.id}", data=fields)
    assert 200 == chosen.status_code
    written = re.findall(r'<textarea id="text"[^>]*>\n(.*?)</textarea>', chosen.text, re.DOTALL)
    assert [f"Hei.\n\n{FILLED}\n\n{SIGNED}"] == written
    assert 'value="Vi tar kontakt i dag"' in chosen.text and " selected" in chosen.text
    assert item == await centre.item()
    assert "Ferdige svar" in text_of(chosen)


async def test_with_scripts_one_comes_where_the_writer_is(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with browsing(chromium, centre, "kari.moen") as (page, complaints):
        await page.goto(f"/items/{item.id}")
        await page.locator("#text").fill("Hei. Hilsen Kari")
        await page.evaluate("document.getElementById('text').setSelectionRange(5, 5)")
        await page.locator("#template").select_option("Takk for beskjed")
        await page.locator("#insert").click()
        written = await page.locator("#text").input_value()
        assert written.startswith("Hei. Takk for beskjed.") and written.endswith("oppfølgingen.Hilsen Kari")
        assert "text" == await page.evaluate("document.activeElement.id")
        assert [] == complaints
