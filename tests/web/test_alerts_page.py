"""What went wrong with what was sent stands in the inbox and on the item until somebody has seen it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from playwright.async_api import Browser, expect

from hub.desk import Act
from hub.item import Action, Item
from hub.record import Sent
from hub.service import Delivery
from hub.web import language, wording
from tests.web.running import (
    MORNING,
    TEAM,
    Centre,
    accept,
    browsing,
    followed,
    message,
    refuse,
    sample,
    text_of,
    unacknowledged,
)

SAID = "E21: Mottaker finnes ikke: Ukjent"


async def answered(centre: Centre) -> tuple[Item, Sent]:
    """An item that Kari has answered, and the answer as it went out."""
    await centre.receive(message())
    item = await centre.act("kari.moen", Act(Action.ANSWER, text="Vi kommer."))
    (sent,) = await centre.hub.store.sent(item.id)
    return item, sent


ALERTS = 'aria-labelledby="alerts"'


async def button(centre: Centre) -> str:
    """Where the only alert's button posts to."""
    async with centre.client("kari.moen") as client:
        (path,) = re.findall(r'action="(/alerts/\d+/seen)"', (await client.get(f"/inboxes/{TEAM}")).text)
    return str(path)


async def test_a_rejected_answer_stands_above_the_list_with_the_partners_words(centre: Centre) -> None:
    item, sent = await answered(centre)
    async with centre.client("kari.moen") as client:
        assert ALERTS not in (await client.get(f"/inboxes/{TEAM}")).text
        await refuse(centre, sent.msg_id)
        page = await client.get(f"/inboxes/{TEAM}")
        live = await client.get(f"/inboxes/{TEAM}/lines")
        ended = await client.get(f"/inboxes/{TEAM}?ended=1")
    words = text_of(page)
    assert f"Mottakeren avviste det vi sendte Mottakeren svarer: {SAID}" in words
    assert words.index("Avvik 1") < words.index("Anna Aas") < words.index("Blodtrykk") < words.index("Åpne")
    assert f'href="/items/{item.id}"' in page.text and SAID in text_of(live)
    assert ALERTS not in ended.text


async def test_who_has_seen_an_alert_is_back_in_the_inbox_without_it(centre: Centre) -> None:
    _, sent = await answered(centre)
    await refuse(centre, sent.msg_id)
    path = await button(centre)
    async with centre.client("kari.moen") as client:
        for home in (f"/inboxes/{TEAM}?done=seen", f"/inboxes/{TEAM}"):
            response = await client.post(path, data={"inbox": TEAM})
            assert (303, home) == (response.status_code, response.headers["location"])
        page = text_of(await client.get(f"/inboxes/{TEAM}?done=seen"))
    assert "Merket som sett." in page and SAID not in page


async def test_nobody_sees_an_alert_away_that_is_not_theirs(centre: Centre) -> None:
    _, sent = await answered(centre)
    await refuse(centre, sent.msg_id)
    path = await button(centre)
    async with centre.client("nora.nordli") as client, centre.client() as nobody:
        assert "/" == (await client.post(path, data={"inbox": TEAM})).headers["location"]
        assert "/sign-in" in (await nobody.post(path, data={"inbox": TEAM})).headers["location"]
        foreign = await client.post(path, data={"inbox": TEAM}, headers={"Origin": "https://example.org"})
        assert 403 == foreign.status_code
    assert path == await button(centre)


async def test_an_answer_that_nobody_acknowledged_is_told_and_a_late_acknowledgement_ends_that(centre: Centre) -> None:
    item, sent = await answered(centre)
    async with centre.client("kari.moen") as client:
        assert "Venter på kvittering fra mottakeren Sendt i dag 09:05 av Kari Moen" in text_of(
            await client.get(f"/items/{item.id}")
        )
        await unacknowledged(centre)
        assert "Det vi sendte, er ikke kvittert innen 96 timer" in text_of(await client.get(f"/inboxes/{TEAM}"))
        page = text_of(await client.get(f"/items/{item.id}"))
        assert "Sendt Ikke kvittert innen 96 timer" in page
        assert "Mottakeren har ikke kvittert for det som ble sendt innen 96 timer" in page
        await accept(centre, sent.msg_id)
        assert ALERTS not in (await client.get(f"/inboxes/{TEAM}")).text
        page = text_of(await client.get(f"/items/{item.id}"))
    assert "Sendt Kvittert i dag 09:00 Sendt i dag 09:05 av Kari Moen" in page
    assert "Mottakeren har kvittert for det som ble sendt (senere enn de 96 timene)" in page


async def test_an_item_says_why_what_was_sent_was_rejected(centre: Centre) -> None:
    item, sent = await answered(centre)
    await refuse(centre, sent.msg_id)
    async with centre.client("kari.moen") as client:
        page = text_of(await client.get(f"/items/{item.id}"))
    assert f"Sendt Avvist i dag 09:00 {SAID} Sendt i dag 09:05 av Kari Moen" in page
    assert "Mottakeren avviste det som ble sendt (E21)" in page


async def test_who_had_a_message_that_was_replaced_is_told_where_the_new_one_is(centre: Centre) -> None:
    exchange = next(a for a in centre.hub.accounts.systems.values() if a.any)
    first = sample("epikrise-1.2-endring")
    await centre.hub.receive([Delivery(first, exchange)], MORNING)
    old = await centre.act("kari.moen", Act(Action.CLAIM))
    second = re.sub(rb"<MsgId>[^<]*", b"<MsgId>6f1c0a52-1c8e-4a39-9d2b-0f5e8a7d4c11", first)
    await centre.hub.receive([Delivery(second, exchange)], MORNING + timedelta(minutes=1))
    new = await centre.item()
    async with centre.client("kari.moen") as client:
        page = await client.get(f"/inboxes/{TEAM}")
        replaced, replacing = [text_of(await client.get(f"/items/{x.id}")) for x in (old, new)]
    assert "Avsenderen har erstattet meldingen med en ny utgave Les den på nytt" in text_of(page)
    assert f'id="alert-1-{new.id}" href="/items/{new.id}"' in page.text
    assert 2 == replaced.count("Avsenderen har erstattet meldingen med en ny utgave.")
    assert "Erstatter en tidligere utgave, med samme frist" in replacing


async def test_words_of_a_partner_are_text_and_never_markup(centre: Centre) -> None:
    _, sent = await answered(centre)
    await refuse(centre, sent.msg_id, "&lt;script&gt;alert(1)&lt;/script&gt;")
    async with centre.client("kari.moen") as client:
        page = (await client.get(f"/inboxes/{TEAM}")).text
    assert "<script>" not in page and "<script>alert(1)</script>" in unescape(page)


@pytest.mark.parametrize("code", ["nb", "se"])
def test_whatever_the_journal_says_of_an_item_has_words(code: str) -> None:
    reads = language.load(code)
    for event, words in wording.EVENTS.items():
        assert words != reads.catalogue.gettext(words), event


async def test_an_alert_comes_by_itself_and_its_button_is_reached_by_keyboard(
    chromium: Browser, centre: Centre
) -> None:
    _, sent = await answered(centre)
    async with browsing(chromium, centre, "kari.moen", viewport={"width": 390, "height": 800}) as (page, complaints):
        await followed(page)
        await refuse(centre, sent.msg_id)
        await expect(page.get_by_role("heading", name="Avvik 1")).to_be_visible()
        over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert 0 == await page.evaluate(over)
        await page.locator(".alerts .open").focus()
        await page.keyboard.press("Tab")
        seen = page.get_by_role("button", name="Sett Anna Aas")
        await expect(seen).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_have_text("Merket som sett.")
        await expect(page.get_by_role("heading", name="Avvik")).to_have_count(0)
    assert [] == complaints


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_the_button_is_not_the_way_to_the_item(chromium: Browser, centre: Centre, scripts: bool) -> None:
    item, sent = await answered(centre)
    await refuse(centre, sent.msg_id)
    async with browsing(chromium, centre, "kari.moen", java_script_enabled=scripts) as (page, _):
        await page.locator(".alerts .about").click(force=True)
        await expect(page).to_have_url(f"{centre.url}/items/{item.id}")
        await page.goto(f"/inboxes/{TEAM}")
        await page.get_by_role("button", name="Sett").click()
        await expect(page).to_have_url(f"{centre.url}/inboxes/{TEAM}?done=seen")
