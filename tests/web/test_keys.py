"""Every act is one key away, also without a mouse, and no key does anything while somebody writes."""

import re

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from hub import searching
from hub.item import State
from hub.web.keys import KEYS
from tests.web.running import TEAM, Centre, browsing, message

PATH = f"/inboxes/{TEAM}"
NURSE = "kari.moen"


class Counting:
    """Somebody at a keyboard: each key is counted, what is written is not."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = 0

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)
            self.keys += 1


def selected(page: Page) -> Locator:
    return page.locator("#lines a.open:focus")


async def opened(page: Page, by: Counting) -> None:
    """The first message of the list, by two keys."""
    await by.press("j", "Enter")
    await page.wait_for_url("**/items/*")


async def test_the_list_is_gone_through_and_opened_by_keys(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message(), message(), message())
    lines = [x.item.id for x in await centre.hub.store.lines(TEAM)]
    async with browsing(chromium, centre, NURSE) as (page, complaints):
        for key, nth in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
            await page.keyboard.press(key)
            await expect(selected(page)).to_have_id(f"open-{lines[nth]}")
        # The selected row is seen to be: the ring of the focus lies around all of it.
        style = "x => getComputedStyle(x, '::after').outlineStyle"
        assert "solid" == await selected(page).evaluate(style)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/items/{lines[1]}")
        assert [] == complaints


async def test_to_open_answer_and_be_done_takes_four_keys_at_most(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with browsing(chromium, centre, NURSE) as (page, _):
        by = Counting(page)
        await page.keyboard.press("j")
        await by.press("Enter")
        await page.wait_for_url("**/items/*")
        await by.press("r")
        await page.keyboard.type("Vi øker dosen, og ringer i morgen.")
        await by.press("Control+Enter")
        await expect(page.locator("#status")).to_contain_text("Svaret er på vei")
    stored = await centre.hub.store.stored(item.id)
    assert stored is not None
    assert (3, State.ANSWERED) == (by.keys, stored.item.state)


async def test_thirty_messages_are_cleared_by_keys_alone(chromium: Browser, centre: Centre) -> None:
    """By turns answered, handed on, returned and answered on to the next, with no more keys than each needs."""
    await centre.receive(*(message() for _ in range(30)))
    lines = [x.item.id for x in await centre.hub.store.lines(TEAM)]
    async with browsing(chromium, centre, NURSE) as (page, complaints):
        by, at_list = Counting(page), True
        for nth, id in enumerate(lines):
            if at_list:
                # Whoever has done something stands on the line that came into the place of the one that it left.
                await by.press(*(("Enter",) if nth else ("j", "Enter")))
            await page.wait_for_url(f"**/items/{id}*")
            match nth % 4:
                case 0 | 3:
                    await by.press("r")
                    await page.keyboard.type("Vi ringer.")
                    await by.press(*(("Control+Enter",) if nth % 4 else ("Escape", "Shift+E", "Enter")))
                case 1:
                    await by.press("h", "V", "Enter")
                case 2:
                    await by.press("w", "Enter")
            at_list = nth % 4 > 0
            await page.wait_for_url("**/inboxes/**" if at_list else f"**/items/{lines[nth + 1]}*")
        assert ([], 0) == (complaints, await page.locator("#lines a.open").count())
    states = [stored.item.state for id in lines if (stored := await centre.hub.store.stored(id))]
    assert [State.ANSWERED, State.NEW, State.RETURNED, State.ANSWERED] * 7 + [State.ANSWERED, State.NEW] == states
    # One opens each that is not come to by itself, and of the first two.
    assert 1 + 22 + 8 * 4 + 8 * 3 + 7 * 2 + 7 * 2 == by.keys


async def test_a_list_is_come_back_to_where_it_was_left(chromium: Browser, centre: Centre) -> None:
    await centre.receive(*(message(subject=f"Nummer {n}") for n in range(4)))
    lines = [f"open-{x.item.id}" for x in await centre.hub.store.lines(TEAM)]
    async with browsing(chromium, centre, NURSE) as (page, complaints):
        for key in "jjj":
            await page.keyboard.press(key)
        await page.keyboard.press("t")
        await page.wait_for_url("**done=taken**")
        await expect(page.locator(f"#{lines[2]}")).to_be_focused()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/items/**")
        await page.go_back()
        await expect(page.locator(f"#{lines[3]}")).to_be_focused()
        # Whoever comes to it anew begins at its head.
        await page.goto(PATH)
        await page.keyboard.press("j")
        await expect(page.locator(f"#{lines[0]}")).to_be_focused()
        assert [] == complaints


async def test_what_is_found_is_gone_through_by_keys(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message(), message(subject="Blodtrykk igjen"))
    await searching.index(centre.hub)
    async with browsing(chromium, centre, NURSE) as (page, _):
        await page.goto("/search?q=Blodtrykk")
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await expect(page.locator("table.lines tbody a.open").nth(1)).to_be_focused()


async def test_to_hand_over_takes_three_keys(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with browsing(chromium, centre, NURSE) as (page, _):
        by = Counting(page)
        await opened(page, Counting(page))
        await by.press("h")
        await expect(page.locator("#to")).to_be_focused()
        await by.press("V", "Enter")
        await page.wait_for_url("**/inboxes/**")
    stored = await centre.hub.store.stored(item.id)
    assert stored is not None
    assert (3, "vakt") == (by.keys, stored.item.inbox)


async def test_a_wrong_address_takes_two_keys(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with browsing(chromium, centre, NURSE) as (page, _):
        by = Counting(page)
        await opened(page, Counting(page))
        await by.press("w")
        await expect(page.locator("#wrong-address")).to_be_focused()
        await by.press("Enter")
        await page.wait_for_url("**/inboxes/**")
    stored = await centre.hub.store.stored(item.id)
    assert stored is not None
    assert (2, State.RETURNED) == (by.keys, stored.item.state)


async def test_a_message_is_taken_and_given_back_by_one_key_each(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message())
    async with browsing(chromium, centre, NURSE) as (page, _):
        await page.keyboard.press("j")
        await page.keyboard.press("t")
        await expect(page.locator("#lines .holder").first).to_contain_text("Kari Moen")
        await page.keyboard.press("j")
        await page.keyboard.press("g")
        await expect(page.locator("#claim")).to_be_visible()
        assert (await centre.item()).owner is None
        await page.keyboard.press("t")
        await expect(page.locator("#release")).to_be_visible()


async def test_done_and_done_and_next(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message(), message())
    second = (await centre.item(nth=1)).id
    async with browsing(chromium, centre, NURSE) as (page, _):
        await opened(page, Counting(page))
        await page.keyboard.press("Shift+E")
        await expect(page.locator("#closing input:focus")).to_have_attribute("name", "outcome")
        await page.keyboard.press("Space")
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile(f"/items/{second}"))
        await page.keyboard.press("e")
        await page.keyboard.press("Space")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/inboxes/**")
    assert [] == await centre.hub.store.lines(TEAM)


async def test_no_key_does_anything_while_somebody_writes_or_with_another_key_held(
    chromium: Browser, centre: Centre
) -> None:
    await centre.receive(message())
    async with browsing(chromium, centre, NURSE) as (page, _):
        await opened(page, Counting(page))
        for held in ("Control", "Alt", "Meta"):
            await page.keyboard.press(f"{held}+g")
            await page.keyboard.press(f"{held}+h")
        await expect(page.locator("#to")).not_to_be_focused()
        await page.keyboard.press("r")
        await page.keyboard.type("jkteghuw/?")
        await expect(page.locator("#text")).to_have_value("jkteghuw/?")
        assert (await centre.item()).owner is None
        # Esc leaves the field; the keys are there again.
        await page.keyboard.press("Escape")
        await page.keyboard.press("h")
        await expect(page.locator("#to")).to_be_focused()


async def test_the_help_names_every_key_in_the_readers_language(chromium: Browser, centre: Centre) -> None:
    async with browsing(chromium, centre, NURSE) as (page, complaints):
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog", name="Taster")).to_be_visible()
        assert len(KEYS) == await page.locator("#keys tbody tr").count()
        await expect(page.locator("#keys")).to_contain_text("Ferdig, og videre til neste")
        await page.keyboard.press("Escape")
        await expect(page.locator("#keys")).to_be_hidden()
        await page.keyboard.press("/")
        await expect(page.locator("[type=search]")).to_be_focused()
        assert [] == complaints


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_keys_can_be_switched_off(chromium: Browser, centre: Centre, scripts: bool) -> None:
    await centre.receive(message())
    async with browsing(chromium, centre, NURSE, java_script_enabled=scripts) as (page, _):
        await page.get_by_role("link", name="Innstillinger").click()
        await page.get_by_label("Enkelttaster gjør ting").uncheck()
        await page.get_by_label("Mørke").check()
        await page.get_by_role("button", name="Lagre").click()
        await expect(page.locator("#saved")).to_have_text("Lagret i denne nettleseren.")
        await expect(page.get_by_label("Enkelttaster gjør ting")).not_to_be_checked()
        assert "rgb(23, 24, 26)" == await page.evaluate("getComputedStyle(document.body).backgroundColor")
        await page.goto(PATH)
        assert 0 == await page.locator("script[src*=keys]").count()
        await page.keyboard.press("j")
        await expect(selected(page)).to_have_count(0)
