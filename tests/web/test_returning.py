"""What goes back to its sender, and what only has to be read, on the pages."""

import re

import pytest
from playwright.async_api import Browser, expect

from hub.desk import Act
from hub.item import Action, Item, Purpose, State
from hub.outcome import Accepted
from hub.service import Delivery
from tests.web.running import HOME_SERVICE, MORNING, TEAM, Centre, browsing, form, hidden, message, sample, text_of

WRITTEN = "Pasienten har\nen annen fastlege."


async def received(centre: Centre, name: str) -> Item:
    """The item of a sample message."""
    exchange = next(a for a in centre.hub.accounts.systems.values() if a.any)
    (outcome,) = await centre.hub.receive([Delivery(sample(name), exchange)], MORNING)
    assert isinstance(outcome, Accepted)
    return await centre.item()


async def page_of(centre: Centre, item: Item) -> str:
    async with centre.client("kari.moen") as client:
        return (await client.get(f"/items/{item.id}")).text


async def test_a_message_goes_back_with_its_reason_and_the_list_says_so(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        response = await client.post(f"/items/{item.id}", data=form(item, Action.RETURN, reason="1", text=WRITTEN))
        assert (303, f"/inboxes/{TEAM}?done=returned") == (response.status_code, response.headers["location"])
        assert "Meldingen er på vei tilbake til avsenderen." in text_of(await client.get(response.headers["location"]))
        assert "Returnert" in text_of(await client.get(f"/inboxes/{TEAM}?ended=1"))
        page = text_of(await client.get(f"/items/{item.id}"))
    assert "Kari Moen returnerte meldingen til avsenderen: Feil adressat" in page
    assert "Meldingen er returnert til avsenderen." in page
    assert "Hvorfor den ble returnert Pasienten har en annen fastlege." in page
    (posted,) = [p for p in await centre.hub.store.mailbox(HOME_SERVICE) if p.kind == "answer"]
    assert b"DIALOG_AVVIK" in posted.body and WRITTEN.encode() in posted.body


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": WRITTEN}, "Velg hvorfor meldingen returneres."),
        ({"text": WRITTEN, "reason": "3"}, "Velg hvorfor meldingen returneres."),
        ({"reason": "2"}, "Skriv til avsenderen hva som er feil."),
    ],
)
async def test_a_return_without_reason_or_text_says_what_is_missing(
    centre: Centre, fields: dict[str, str], words: str
) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        page = await client.post(f"/items/{item.id}", data=form(item, Action.RETURN, **fields))
    assert (400, True, item) == (page.status_code, words in page.text, await centre.item())
    assert '<details class="card act" id="returning" open>' in page.text
    assert f"{fields.get('text', '')}</textarea>" in page.text


async def test_what_was_written_is_kept_in_the_form_it_was_written_in(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    going = form(item, Action.RETURN, reason="2", text=WRITTEN)
    await centre.act("elle.sara", Act(Action.CLAIM))
    given = await centre.act("elle.sara", Act(Action.RELEASE))
    async with centre.client("kari.moen") as client, centre.client() as nobody:
        stale = await client.post(f"/items/{item.id}", data=going)
        kept = hidden(await nobody.post(f"/items/{item.id}", data=going))
        assert going == {k: v for k, v in kept.items() if v}
        again = await nobody.post(f"/items/{item.id}", data=kept | {"username": "kari.moen", "password": "sambud"})
    assert (409, 200, given) == (stale.status_code, again.status_code, await centre.item())
    for page in (stale.text, again.text):
        explanation, answer = (re.search(rf'<textarea id="{x}".*?>\n(.*?)</textarea>', page, re.S) for x in FIELDS)
        assert explanation and answer
        assert (WRITTEN, "") == (explanation[1], answer[1])
        assert 'name="reason" value="2" required checked' in page


FIELDS = ("explanation", "text")


async def test_what_was_written_to_return_what_another_has_is_still_there(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    await centre.act("elle.sara", Act(Action.CLAIM))
    async with centre.client("kari.moen") as client:
        page = await client.post(f"/items/{item.id}", data=form(item, Action.RETURN, reason="2", text=WRITTEN))
    assert 409 == page.status_code
    assert 'id="returning"' not in page.text and f"{WRITTEN}</textarea>" in page.text


async def test_what_only_tells_something_is_marked_as_read_and_may_be_answered(centre: Centre) -> None:
    item = await received(centre, "plo-1.6-log-innlagt")
    assert Purpose.READING is item.purpose
    page = await page_of(centre, item)
    assert "Avsenderen venter ikke på svar. Merk meldingen som lest når du har lest den." in page
    possible = {"claim", "close", "answer", "return", "hand_on", "forward", "urge"}
    assert possible == set(re.findall(r'name="action" value="(\w+)"', page))
    async with centre.client("kari.moen") as client:
        assert "Til lesing" in text_of(await client.get(f"/inboxes/{TEAM}"))
        read = await client.post(f"/items/{item.id}", data=form(item, Action.CLOSE, outcome="read"))
        assert f"/inboxes/{TEAM}?done=closed" == read.headers["location"]


async def test_a_cancellation_is_read_and_not_answered(centre: Centre) -> None:
    before = await received(centre, "plo-1.6-log-utskrivningsklar")
    await centre.act("kari.moen", Act(Action.CLAIM), before)
    item = await received(centre, "plo-1.6-log-utskrivningsklar-kansellert")
    page, gone = await page_of(centre, item), await page_of(centre, before)
    assert Purpose.READING is item.purpose
    assert {"claim", "close", "return", "hand_on", "forward"} == set(re.findall(r'name="action" value="(\w+)"', page))
    assert 2 == gone.count("Avsenderen trakk meldingen tilbake") + gone.count("Avsenderen har trukket meldingen")
    stored = await centre.hub.store.stored(before.id)
    assert stored and State.WITHDRAWN is stored.item.state


async def test_an_answer_about_a_patient_ready_for_discharge_says_as_what_it_is_sent(centre: Centre) -> None:
    item = await received(centre, "plo-1.6-log-utskrivningsklar")
    said = "Svaret sendes som «Tilbakemelding på mottak av utskrivningsklar pasient»."
    assert said in await page_of(centre, item)
    done = await centre.act("kari.moen", Act(Action.ANSWER, text="Vi tar imot i morgen."))
    (posted,) = [p for p in await centre.hub.store.mailbox(_sender(done)) if p.kind == "answer"]
    assert b'<TemaKodet V="7"' in posted.body
    await centre.receive(message())
    assert said not in await page_of(centre, await centre.item())


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_nurse_returns_a_message_by_keyboard_on_a_telephone(
    chromium: Browser, centre: Centre, scripts: bool
) -> None:
    await centre.receive(message())
    item = await centre.item()
    viewport = {"width": 390, "height": 800}
    async with browsing(chromium, centre, "kari.moen", java_script_enabled=scripts, viewport=viewport) as (page, _):
        await page.goto(f"/items/{item.id}")
        await page.locator("#returning summary").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Tab")
        await expect(page.get_by_label("Hva avsenderen trenger å vite")).to_be_focused()
        await page.keyboard.type("Vi trenger medisinlisten.")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_have_text("Meldingen er på vei tilbake til avsenderen.")
    (posted,) = [p for p in await centre.hub.store.mailbox(HOME_SERVICE) if p.kind == "answer"]
    assert b'<TemaKodet V="2"' in posted.body


def _sender(item: Item) -> str:
    return str(item.message.sender)
