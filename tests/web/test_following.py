"""An open page stays as new as the journal, whatever stands between, by one stream for each tab."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from hub.desk import Act
from hub.item import Action
from hub.service import Hub
from hub.web.answers import LASTING
from hub.web.feed import Feed
from tests.chaos.link import Fault, link
from tests.web.running import TEAM, Centre, browsing, followed, message

NURSE, PATH = "kari.moen", f"/inboxes/{TEAM}"
POLLS = "Nytt kommer ikke fram til denne siden av seg selv. Den ser etter hvert 15. sekund."


@asynccontextmanager
async def buffering(centre: Centre) -> AsyncIterator[Centre]:
    """The centre behind a proxy that gathers a stream until it ends, as some do in offices."""

    async def carry(source: asyncio.StreamReader, to: asyncio.StreamWriter, held: asyncio.Event) -> None:
        with suppress(OSError):
            while part := await source.read(65_536):
                if not held.is_set():
                    to.write(part)
                    await to.drain()
        to.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, there = await asyncio.open_connection("127.0.0.1", int(centre.url.rpartition(":")[2]))
        held = asyncio.Event()

        async def ask() -> None:
            with suppress(OSError):
                while part := await reader.read(65_536):
                    held.set() if part.startswith(b"GET /v1/events") else held.clear()
                    there.write(part)
                    await there.drain()
            there.close()

        await asyncio.gather(ask(), carry(back, writer, held))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield replace(centre, url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    finally:
        server.close()


@pytest.fixture(autouse=True)
def feeds(monkeypatch: pytest.MonkeyPatch) -> list[Feed]:
    """The feeds of the servers that a test starts, which know how many streams they tell."""
    made: list[Feed] = []
    begin = Feed.__init__

    def begun(self: Feed, hub: Hub, stopping: asyncio.Event) -> None:
        begin(self, hub, stopping)
        made.append(self)

    monkeypatch.setattr(Feed, "__init__", begun)
    return made


async def streams(feeds: list[Feed], wanted: int) -> None:
    """Wait until so many streams stand."""
    async with asyncio.timeout(10):
        while sum(len(feed._listeners) for feed in feeds) != wanted:
            await asyncio.sleep(0.02)


async def test_behind_a_proxy_that_holds_streams_back_a_page_polls_and_says_so(
    chromium: Browser, centre: Centre, feeds: list[Feed]
) -> None:
    async with buffering(centre) as behind, browsing(chromium, behind, NURSE) as (page, _):
        await page.clock.install()
        await page.reload()
        await expect(page.locator("#polling")).to_be_hidden()
        await page.clock.run_for(31_000)
        await expect(page.locator("#polling")).to_have_text(POLLS)
        await centre.receive(message())
        # By the page's clock a quarter of a minute passes in a moment; what it was answered before is not said again.
        await asyncio.sleep(LASTING)
        await page.clock.run_for(16_000)
        await expect(page.locator("#lines a.open")).to_have_count(1)
        await expect(page).to_have_title(re.compile(r"^\(1\) "))
        await streams(feeds, 0)


async def test_an_item_behind_such_a_proxy_hears_of_changes_too(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message())
    async with buffering(centre) as behind, browsing(chromium, behind, NURSE) as (page, _):
        await page.clock.install()
        await page.goto(f"/items/{(await centre.item()).id}")
        await page.locator("#text").fill("Vi øker dosen.")
        await page.clock.run_for(31_000)
        await expect(page.locator("#polling")).to_be_visible()
        await expect(page.locator("#changed")).to_be_hidden()
        await centre.act("elle.sara", Act(Action.CLAIM))
        await page.clock.run_for(16_000)
        await expect(page.locator("#changed")).to_be_visible()
        await expect(page.locator("#text")).to_have_value("Vi øker dosen.")


async def test_a_line_that_stands_still_pulses_and_is_not_polled(chromium: Browser, centre: Centre) -> None:
    async with browsing(chromium, centre, NURSE) as (page, _):
        await followed(page)
        await expect(page.locator("#polling")).to_be_hidden()
    async with centre.client(NURSE) as client, client.stream("GET", "/v1/events?pulse=1") as stream:
        lines = stream.aiter_lines()
        begun = [await anext(lines) for _ in range(6)]
        assert [": here", "id: 0", "retry: 2000", "", "event: pulse", "data: {}"] == begun


async def test_a_page_resumes_where_its_line_broke(chromium: Browser, centre: Centre) -> None:
    async with link("web", int(centre.url.rpartition(":")[2])) as way:
        behind = replace(centre, url=f"http://127.0.0.1:{way.port}")
        async with browsing(chromium, behind, NURSE) as (page, _):
            await followed(page)
            way.fail(Fault.CUT)
            await expect(page.locator("#offline")).to_have_text(
                re.compile(r"Sist oppdatert \d\d:\d\d – ingen forbindelse")
            )
            await centre.receive(message())
            way.fail(Fault.NONE)
            await expect(page.locator("#lines a.open")).to_have_count(1)
            await expect(page.locator("#offline")).to_be_hidden()


async def test_each_tab_has_one_stream_and_takes_it_along(chromium: Browser, centre: Centre, feeds: list[Feed]) -> None:
    await centre.receive(message())
    item = (await centre.item()).id
    async with browsing(chromium, centre, NURSE) as (page, _):
        await streams(feeds, 1)
        for path in (f"/items/{item}", PATH, f"/items/{item}", "/settings"):
            await page.goto(path)
            await streams(feeds, 0 if path == "/settings" else 1)
        await page.goto(PATH)
        other = await page.context.new_page()
        await other.goto(PATH)
        await streams(feeds, 2)
        await other.close()
        await streams(feeds, 1)


NOTICED = """() => {
  window.noticed = [];
  window.Notification = class { constructor(title, more) { window.noticed.push([title, more.body]); } };
  Notification.permission = "granted";
  Object.defineProperty(document, "hidden", { get: () => true });
}"""


async def chosen(page: Page, *labels: str) -> None:
    await page.goto("/settings")
    for label in labels:
        await page.get_by_label(label).check()
    await page.get_by_role("button", name="Lagre").click()
    await page.wait_for_url("**/settings?saved=1")
    await page.goto(PATH)


async def test_a_notice_on_the_desktop_says_how_many_and_where_and_is_asked_for(
    chromium: Browser, centre: Centre
) -> None:
    async with browsing(chromium, centre, NURSE) as (page, _):
        await page.context.add_init_script(f"({NOTICED})()")
        for asked, told in ((False, []), (True, [["2 nye meldinger", "Primærhelseteamet"]])):
            await (chosen(page, "Vis et varsel på skrivebordet") if asked else page.goto(PATH))
            await followed(page)
            had = len(await centre.hub.store.lines(TEAM))
            await centre.receive(message(), message())
            await expect(page.locator("#lines a.open")).to_have_count(had + 2)
            # The list may be looked at once more before it is known that these are news.
            await expect(page.locator("#status")).to_have_text("2 nye meldinger")
            assert told == await page.evaluate("window.noticed")


async def test_a_tone_is_given_when_a_message_becomes_late_and_only_if_wished(
    chromium: Browser, centre: Centre
) -> None:
    await centre.receive(message("Haster: brystsmerter"))
    late = (await centre.hub.store.lines(TEAM))[0].due
    assert late is not None
    clock = centre.hub.clock
    async with browsing(chromium, centre, NURSE) as (page, _):
        for asked, tones in ((False, None), (True, "1")):
            centre.hub.clock = clock
            await (chosen(page, "Gi en kort tone") if asked else page.goto(PATH))
            await followed(page)
            await expect(page.locator("#lines tr.late")).to_have_count(0)
            await page.keyboard.press("j")
            centre.hub.clock = replace(clock, start=late + timedelta(minutes=1), anchor=clock.anchor)
            await centre.hub.store.unlock(await token(page), centre.hub.clock.now())
            await centre.receive(message())
            await expect(page.locator("#lines tr.late")).to_have_count(1)
            assert tones == await page.locator("body").get_attribute("data-tones")


async def token(page: Page) -> str:
    return next(x["value"] for x in await page.context.cookies() if x["name"] == "sambud")


async def test_a_click_is_not_lost_because_the_list_was_renewed_in_the_midst_of_it(
    chromium: Browser, centre: Centre
) -> None:
    await centre.receive(message())
    first = await centre.item()
    async with browsing(chromium, centre, NURSE) as (page, _):
        await followed(page)
        await page.locator(f"#open-{first.id}").hover()
        await page.mouse.down()
        # What comes meanwhile would be shown within a second.
        await centre.receive(message())
        await asyncio.sleep(1.3)
        await expect(page.locator("#lines a.open")).to_have_count(1)
        await page.mouse.up()
        await page.wait_for_url(f"**/items/{first.id}")


async def test_of_many_tabs_three_have_a_stream_and_the_others_look(chromium: Browser, centre: Centre) -> None:
    async with browsing(chromium, centre, NURSE) as (page, complaints):
        tabs = [page, *[await page.context.new_page() for _ in range(7)]]
        for tab in tabs[1:]:
            # A stream takes one of the six lines that a browser has to a host.
            await tab.goto(PATH)
        for n, tab in enumerate(tabs):
            await expect(tab.locator("#polling")).to_be_visible(visible=n >= 3)
        await centre.receive(message())
        for tab in tabs[:3]:
            await expect(tab.locator("#lines a.open")).to_have_count(1)
        assert [] == complaints


async def test_a_stream_says_where_it_begins_and_that_a_number_is_of_another_journal(centre: Centre) -> None:
    await centre.receive(message())
    newest = await centre.hub.store.newest()
    async with centre.client(NURSE) as client:
        for number, said in ((newest, []), (newest + 500, ["event: anew", "data: {}", ""])):
            headers = {"Last-Event-ID": str(number)}
            async with client.stream("GET", "/v1/events", headers=headers) as stream:
                lines = stream.aiter_lines()
                begun = [": here", f"id: {newest}", "retry: 2000", "", *said]
                assert begun == [await anext(lines) for _ in begun]
                await centre.act(NURSE, Act(Action.CLAIM if not said else Action.RELEASE))
                assert f"id: {newest + 1}" in [await anext(lines) for _ in range(3)]
            newest += 1


async def test_the_page_of_an_old_item_is_told_of_nothing_that_was_before_it_was_opened(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    await centre.receive(*(message(subject=f"Nummer {n}") for n in range(5)))
    async with centre.client(NURSE) as client:
        page = (await client.get(f"/items/{item.id}")).text
    assert f'data-newest="{await centre.hub.store.newest()}"' in page
