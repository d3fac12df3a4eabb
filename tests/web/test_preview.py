"""Attachments that are looked at, and pages on paper: whatever a file holds, it does nothing to the page."""

import re
import zlib
from base64 import b64encode

import pytest
from playwright.async_api import Browser, expect

from hub.web.pages import preview
from tests.web.running import TEAM, Centre, browsing, message, text_of
from tests.wire.builders import attachment

KARI = "kari.moen"


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


# A whole picture of 40 by 30 grey dots.
PICTURE = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", (40).to_bytes(4) + (30).to_bytes(4) + bytes((8, 0, 0, 0, 0)))
    + chunk(b"IDAT", zlib.compress((b"\0" + b"\x80" * 40) * 30))
    + chunk(b"IEND", b"")
)
CALLS = (
    b"<script>document.title = 'caught'; alert(1)</script><svg xmlns='http://www.w3.org/2000/svg' onload='alert(2)'/>"
)
# Each begins as a picture does, so that it is taken as one, and goes on as a page.
DISGUISED = (PICTURE + CALLS, PICTURE[:33] + CALLS, b"\xff\xd8\xff\xe0" + CALLS)


def pdf(*objects: bytes, action: bytes = b"") -> bytes:
    """A PDF of one empty page, with more objects behind it."""
    first = (
        b"<</Type/Catalog/Pages 2 0 R" + action + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate((*first, *objects), 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    rows = b"".join(b"%010d 00000 n \n" % at for at in places)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + rows + trailer


def packed(words: bytes, how: bytes = b"/FlateDecode") -> bytes:
    data = zlib.compress(words)
    return b"<</Type/ObjStm/N 1/First 4/Filter%s/Length %d>>stream\n%s\nendstream" % (how, len(data), data)


SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
ACTING = {
    "a script": pdf(SCRIPT, action=b"/OpenAction 4 0 R"),
    "a script by numbers": pdf(SCRIPT.replace(b"/JavaScript/JS", b"/Jav#61Script/J#53")),
    "a packed script": pdf(packed(b"4 0 " + SCRIPT)),
    "packed in another way": pdf(packed(b"4 0 <<>>", b"[/ASCII85Decode/FlateDecode]")),
    "what starts a program": pdf(b"<</S/Launch/F(calc.exe)>>"),
    "what sends a form": pdf(b"<</S/SubmitForm/F(https://example.org)>>"),
    "what is encrypted": pdf(action=b"/Encrypt 4 0 R"),
    "more than is looked at": pdf(*(packed(b"4 0 " + bytes(preview.MOST_UNPACKED)) for _ in range(2))),
}
QUIET = {
    "a plain page": pdf(),
    "packed objects": pdf(packed(b"4 0 <</Type/Font>>")),
    "a link": pdf(b"<</S/URI/URI(https://example.org)>>", action=b"/OpenAction[3 0 R/Fit]"),
    "a broken packed text": pdf(b"<</Length 4>>stream\nx\x9c\x01\x02\nendstream"),
}


@pytest.mark.parametrize("name", ACTING)
def test_a_pdf_that_acts_or_hides_what_it_does_is_not_quiet(name: str) -> None:
    assert not preview.quiet(ACTING[name])


@pytest.mark.parametrize("name", QUIET)
def test_a_pdf_that_only_shows_is_quiet(name: str) -> None:
    assert preview.quiet(QUIET[name])


async def with_files(centre: Centre, *files: bytes) -> str:
    """The path of an item that came with these files."""
    parts = (attachment(description=f"Fil {n}", data=b64encode(x).decode()) for n, x in enumerate(files))
    await centre.receive(message(attachments="".join(parts)))
    return f"/items/{(await centre.item()).id}"


async def test_a_file_is_shown_as_what_its_bytes_are_in_a_place_where_nothing_runs(centre: Centre) -> None:
    path = await with_files(centre, PICTURE, QUIET["a plain page"], ACTING["a script"])
    async with centre.client(KARI) as client:
        shown = [await client.get(f"{path}/files/{n}") for n in range(3)]
        assert 404 == (await client.get(f"{path}/files/3")).status_code
        page = (await client.get(path)).text
    picture, plain, acting = shown
    assert ("image/png", PICTURE, "inline") == (
        picture.headers["content-type"],
        picture.content,
        picture.headers["content-disposition"],
    )
    assert "application/pdf" == plain.headers["content-type"]
    for answer in (picture, plain):
        policies = answer.headers.get_list("content-security-policy")
        assert any(x.startswith("sandbox;") for x in policies)
        assert "nosniff" == answer.headers["x-content-type-options"]
        assert ("no-store", "DENY") == (answer.headers["cache-control"], answer.headers["x-frame-options"])
    assert (303, f"/v1{path}/files/2") == (acting.status_code, acting.headers["location"])
    assert f'<img src="{path}/files/0" loading="lazy"' in page
    assert 2 == len(re.findall(r'<a class="look"[^>]+target="_blank" rel="noopener noreferrer"', page))


async def test_files_are_looked_at_by_whoever_may_open_the_item(centre: Centre) -> None:
    path = await with_files(centre, PICTURE)
    async with centre.client("nora.nordli") as client, centre.client() as nobody:
        assert 403 == (await client.get(f"{path}/files/0")).status_code
        assert 303 == (await nobody.get(f"{path}/files/0")).status_code


async def test_a_picture_is_fetched_and_shown_when_it_is_asked_for(chromium: Browser, centre: Centre) -> None:
    path = await with_files(centre, PICTURE)
    async with browsing(chromium, centre, KARI) as (page, complaints):
        asked: list[str] = []
        page.on("request", lambda r: asked.append(r.url.removeprefix(centre.url)))
        await page.goto(path)
        assert f"{path}/files/0" not in asked
        async with page.expect_response(f"**{path}/files/0") as answer:
            await page.get_by_text("Vis bildet").click()
        await (await answer.value).finished()
        picture = page.locator(".files img")
        await expect(picture).to_be_visible()
        assert 40 == await picture.evaluate("x => x.naturalWidth")
    assert [] == complaints


async def test_a_page_that_is_disguised_as_a_picture_does_nothing(chromium: Browser, centre: Centre) -> None:
    path = await with_files(centre, *DISGUISED)
    async with browsing(chromium, centre, KARI) as (page, complaints):
        await page.goto(path)
        title = await page.title()
        for n in range(len(DISGUISED)):
            async with page.expect_response(f"**{path}/files/{n}") as answer:
                await page.get_by_text("Vis bildet").nth(n).click()
            await (await answer.value).finished()
        assert title == await page.title()
        # The same by itself in a tab, as whoever copies the address sees it.
        for n in range(len(DISGUISED)):
            await page.goto(f"{path}/files/{n}")
            assert "caught" != await page.title() and 0 == await page.locator("script, svg").count()
    # What a browser says of its own picture page's styles, which are forbidden too, is no matter.
    assert [] == [x for x in complaints if "inline style" not in x]


async def test_a_page_on_paper_says_who_printed_it_and_has_nothing_to_press(chromium: Browser, centre: Centre) -> None:
    path = await with_files(centre, PICTURE)
    async with browsing(chromium, centre, KARI) as (page, _):
        await page.goto(path)
        printed = page.locator("#printed")
        await expect(printed).to_be_hidden()
        await page.emulate_media(media="print", color_scheme="dark")
        await expect(printed).to_have_text(
            re.compile(r"^Anna Aas, 018646 12632 · Skrevet ut av Kari Moen, 24\.11\.2026 09:0\d$")
        )
        await expect(page.get_by_text("Meldings-id")).to_be_visible()
        await expect(page.get_by_text("Blodtrykk 180/100.")).to_be_visible()
        assert [] == [
            x for x in await page.locator("button, input, textarea, select, nav").all() if await x.is_visible()
        ]
        colours = "x => [getComputedStyle(x).color, getComputedStyle(x).backgroundColor]"
        assert ["rgb(0, 0, 0)", "rgb(255, 255, 255)"] == await page.locator(".message .text").first.evaluate(colours)
        assert (await page.pdf()).startswith(b"%PDF-")


async def test_a_page_on_paper_says_for_whom_and_when_it_was_made_in_the_time_of_the_practice(centre: Centre) -> None:
    path = await with_files(centre, PICTURE)
    async with centre.client(KARI, language="en") as client:
        for printed in (path, f"/inboxes/{TEAM}", "/folders/new", "/search?q=nordmann"):
            assert re.search(r"Printed by Kari Moen, 24\.11\.2026 09:0\d", text_of(await client.get(printed))), printed
    async with centre.client("berit.dahl", language="en") as client:
        assert re.search(r"Printed by Berit Dahl, 24\.11\.2026 09:0\d", text_of(await client.get("/overview")))
