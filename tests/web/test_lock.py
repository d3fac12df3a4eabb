"""A shared computer is locked when nobody did anything for a while, and only its person sees again what was there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from httpx2 import ASGITransport, AsyncClient
from playwright.async_api import Browser, Page, expect

from hub.item import Action
from hub.web.app import app
from tests.web.running import TEAM, Centre, browsing, form, hidden, message, text_of

PATH = f"/inboxes/{TEAM}"
STREAM = "/v1/events"


def later(centre: Centre, minutes: float) -> None:
    """So much time passes."""
    clock = centre.hub.clock
    assert clock.start is not None
    centre.hub.clock = replace(clock, start=clock.start + timedelta(minutes=minutes))


async def seen(centre: Centre, token: str) -> float:
    """How many minutes ago somebody did something, as it is written down."""
    session = await centre.hub.store.session(token, centre.hub.clock.now())
    assert session is not None and session.seen_at is not None
    return (centre.hub.clock.now() - session.seen_at) / timedelta(minutes=1)


@asynccontextmanager
async def locked(centre: Centre, person: str = "kari.moen") -> AsyncIterator[AsyncClient]:
    """A browser whose person has locked it."""
    async with centre.client(person) as client:
        assert f"/sign-in?next={PATH}" == (await client.post("/lock", data={"next": PATH})).headers["location"]
        yield client


async def test_a_locked_session_shows_nothing_until_the_same_person_unlocks_it(centre: Centre) -> None:
    async with locked(centre) as client:
        token = client.cookies["sambud"]
        page = await client.get(PATH)
        assert (303, f"/sign-in?next={PATH}") == (page.status_code, page.headers["location"])
        assert 401 == (await client.get("/v1/inboxes")).status_code
        assert 401 == (await client.get(STREAM)).status_code
        shown = await client.get(page.headers["location"])
        assert "Låst Kari Moen har låst denne maskinen." in text_of(shown)
        assert 'value="kari.moen"' in shown.text
        wrong = {"username": "kari.moen", "password": "wrong", "next": PATH}
        assert 401 == (await client.post("/sign-in", data=wrong)).status_code
        assert 303 == (await client.get(PATH)).status_code
        done = await client.post("/sign-in", data=wrong | {"password": "sambud"})
        assert (303, PATH) == (done.status_code, done.headers["location"])
        assert (200, token) == ((await client.get(PATH)).status_code, client.cookies["sambud"])


async def test_without_any_script_a_session_is_locked_when_nobody_did_anything(centre: Centre) -> None:
    async with centre.client("kari.moen") as client:
        for _ in range(2):
            later(centre, 9)
            assert 200 == (await client.get(PATH)).status_code
            # It is written down beside the answer.
            async with asyncio.timeout(10):
                while await seen(centre, client.cookies["sambud"]) > 1:
                    await asyncio.sleep(0.01)
        later(centre, 10)
        assert 303 == (await client.get(PATH)).status_code
        assert 401 == (await client.get("/v1/inboxes")).status_code


async def test_what_a_page_does_by_itself_keeps_nobody_signed_in(centre: Centre) -> None:
    async with centre.client("kari.moen") as client:
        later(centre, 6)
        script = {"Sec-Fetch-Dest": "empty"}
        for path, headers in ((f"{PATH}/lines", {}), (PATH, script), ("/v1/inboxes", {})):
            assert 200 == (await client.get(path, headers=headers)).status_code
        assert 6 <= await seen(centre, client.cookies["sambud"])
        # Whoever writes for a long time is here, and their page says so.
        assert 204 == (await client.post("/here", headers=script)).status_code
        assert 1 > await seen(centre, client.cookies["sambud"])


async def test_a_stream_ends_when_the_session_is_locked(centre: Centre) -> None:
    async with centre.client("kari.moen") as client, centre.client() as other:
        cookie = {"Cookie": f"sambud={client.cookies['sambud']}"}
        async with other.stream("GET", STREAM, headers=cookie) as stream:
            later(centre, 10)
            async with asyncio.timeout(3):
                assert [": here", "id: 0", "retry: 2000"] == [x async for x in stream.aiter_lines() if x]


async def test_with_no_minutes_set_nobody_is_locked_out_by_time(centre: Centre) -> None:
    made = app(centre.hub, limit=1_000_000, lock_minutes=0)
    async with AsyncClient(transport=ASGITransport(made), base_url="http://hub") as client:
        await client.post("/sign-in", data={"username": "kari.moen", "password": "sambud"})
        later(centre, 300)
        assert 200 == (await client.get(PATH)).status_code


async def test_on_a_rehearsals_clock_real_minutes_count(centre: Centre) -> None:
    async with centre.client("kari.moen") as client:
        token = client.cookies["sambud"]
        centre.hub.clock = replace(centre.hub.clock, speed=600.0)
        later(centre, 60)
        assert 200 == (await client.get(PATH)).status_code
        assert 0 <= await seen(centre, token)


async def test_what_is_found_is_covered_when_its_finder_signs_out_elsewhere(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message())
    async with browsing(chromium, centre, "kari.moen") as (page, _):
        found = await page.context.new_page()
        await found.goto("/search?q=Blodtrykk")
        await page.get_by_role("button", name="Logg ut").click()
        await expect(found.locator("#lock")).to_be_visible()
        assert "Sambud" == await found.title()


async def test_who_comes_to_where_forms_are_sent_is_led_to_what_they_were_about(centre: Centre) -> None:
    async with centre.client("kari.moen") as client:
        for path, led in (("/items/x/undo", "/items/x"), ("/items/x/opinions/1", "/items/x"), ("/bulk", "/")):
            found = await client.get(path)
            assert (303, led) == (found.status_code, found.headers["location"])
        stand = "/folders/mine?kind=note"
        for stood, kept in ((f"{centre.url}{stand}", stand), ("https://x.example/y", "/bulk"), ("http://[", "/bulk")):
            refused = await client.post("/bulk", data={"do": "take", "item": "a~1"}, headers={"Referer": stood})
            assert f'name="next" value="{kept}"' in refused.text


async def test_somebody_else_who_signs_in_sees_nothing_of_what_was_typed(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    answer = form(item, Action.ANSWER, text="Vi øker dosen.")
    async with locked(centre) as client:
        kept = await client.post(f"/items/{item.id}", data=answer)
        assert (401, "Vi øker dosen.") == (kept.status_code, hidden(kept)["text"])
        token = client.cookies["sambud"]
        other = hidden(kept) | {"username": "elle.sara", "password": "sambud"}
        shown = await client.post(f"/items/{item.id}", data=other)
        assert (303, "/", False) == (shown.status_code, shown.headers["location"], "dosen" in shown.text)
        assert token != client.cookies["sambud"]
        async with centre.client() as former:
            assert 303 == (await former.get(PATH, headers={"Cookie": f"sambud={token}"})).status_code
    async with locked(centre) as client:
        theirs = {"username": "elle.sara", "password": "sambud", "next": f"{PATH}?q=Aas"}
        assert "/" == (await client.post("/sign-in", data=theirs)).headers["location"]


async def test_the_same_person_finds_what_was_typed(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    answer = form(item, Action.ANSWER, text="Vi øker dosen.")
    async with locked(centre) as client:
        kept = await client.post(f"/items/{item.id}", data=answer)
        again = await client.post(
            f"/items/{item.id}", data=hidden(kept) | {"username": "kari.moen", "password": "sambud"}
        )
        assert (200, True) == (again.status_code, "Vi øker dosen.</textarea>" in again.text)


async def test_a_browser_is_never_asked_for_a_password_in_a_window_of_its_own(centre: Centre) -> None:
    async with centre.client() as client:
        script = await client.get(STREAM, headers={"Sec-Fetch-Dest": "empty"})
        program = await client.get(STREAM)
    assert ("Bearer", True) == (script.headers["www-authenticate"], "Basic" in program.headers["www-authenticate"])


async def left_alone(page: Page, minutes: int) -> None:
    """So much time passes in which nobody does anything."""
    await page.clock.run_for(minutes * 60_000 + 6_000)


async def test_a_page_that_is_left_alone_is_covered_and_what_was_typed_is_kept(
    chromium: Browser, centre: Centre
) -> None:
    await centre.receive(message())
    async with browsing(chromium, centre, "kari.moen") as (page, _):
        await page.clock.install()
        await page.goto(f"/items/{(await centre.item()).id}")
        await page.locator("#text").fill("Vi øker dosen.")
        async with page.expect_response("**/lock"):
            await left_alone(page, 10)
        await expect(page.get_by_role("dialog", name="Låst")).to_be_visible()
        await expect(page.locator("h1")).to_be_hidden()
        assert ("Sambud", 303) == (await page.title(), await status(centre, page))
        for _ in range(2):
            await page.keyboard.press("Escape")
        await expect(page.locator("#lock")).to_be_visible()
        await page.locator("#lock-password").fill("wrong")
        await page.keyboard.press("Enter")
        await expect(page.locator("#lock-wrong")).to_have_text("Brukernavnet eller passordet er feil.")
        await page.locator("#lock-password").fill("sambud")
        await page.keyboard.press("Enter")
        await expect(page.locator("#lock")).to_be_hidden()
        await expect(page.locator("#text")).to_have_value("Vi øker dosen.")
        assert 200 == await status(centre, page)
        await page.locator("#answer").click()
        await expect(page.locator("#status")).to_contain_text("Svaret er på vei")


async def test_whoever_writes_is_not_locked_out(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message())
    async with browsing(chromium, centre, "kari.moen") as (page, _):
        await page.clock.install()
        await page.goto(f"/items/{(await centre.item()).id}")
        for _ in range(3):
            await page.clock.run_for(5 * 60_000)
            async with page.expect_response("**/here") as told:
                await page.locator("#text").press("x")
                await page.clock.run_for(6_000)
            assert 204 == (await told.value).status
        await expect(page.locator("#lock")).to_be_hidden()
        await left_alone(page, 10)
        await expect(page.locator("#lock")).to_be_visible()


async def test_all_pages_of_a_browser_are_locked_and_unlocked_together(chromium: Browser, centre: Centre) -> None:
    async with browsing(chromium, centre, "kari.moen") as (page, _):
        other = await page.context.new_page()
        await other.goto(PATH)
        await page.get_by_role("button", name="Lås", exact=True).click()
        for each in (page, other):
            await expect(each.locator("#lock")).to_be_visible()
        await other.locator("#lock-password").fill("sambud")
        await other.keyboard.press("Enter")
        for each in (page, other):
            await expect(each.locator("#lock")).to_be_hidden()


@pytest.mark.parametrize("path", [PATH, "item"])
async def test_a_page_whose_session_was_locked_elsewhere_is_covered_too(
    chromium: Browser, centre: Centre, path: str
) -> None:
    await centre.receive(message())
    async with browsing(chromium, centre, "kari.moen") as (page, _):
        await page.goto(f"/items/{(await centre.item()).id}" if path == "item" else path)
        await centre.hub.store.lock(await token(page))
        await expect(page.locator("#lock")).to_be_visible()


async def test_somebody_else_begins_anew_from_the_lock(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message())
    async with browsing(chromium, centre, "kari.moen") as (page, _):
        await page.goto(f"/items/{(await centre.item()).id}")
        await page.locator("#text").fill("Vi øker dosen.")
        async with page.expect_response("**/lock"):
            await page.get_by_role("button", name="Lås", exact=True).click()
        await page.get_by_role("link", name="Jeg er en annen").click()
        await page.get_by_label("Brukernavn").fill("elle.sara")
        await page.get_by_label("Passord").fill("sambud")
        await page.get_by_role("button", name="Lås opp").click()
        await page.wait_for_url(f"**{PATH}")
        await expect(page.locator(".person")).to_contain_text("Elle Sara")


async def test_without_scripts_the_lock_button_locks(chromium: Browser, centre: Centre) -> None:
    async with browsing(chromium, centre, "kari.moen", java_script_enabled=False) as (page, _):
        await page.get_by_role("button", name="Lås", exact=True).click()
        await expect(page.locator("#locked")).to_contain_text("Kari Moen har låst denne maskinen.")
        await page.get_by_label("Passord").fill("sambud")
        await page.get_by_role("button", name="Lås opp").click()
        await page.wait_for_url(f"**{PATH}")


async def token(page: Page) -> str:
    return next(x["value"] for x in await page.context.cookies() if x["name"] == "sambud")


async def status(centre: Centre, page: Page) -> int:
    """How the server answers this browser's session."""
    async with centre.client() as client:
        return (await client.get(PATH, headers={"Cookie": f"sambud={await token(page)}"})).status_code
