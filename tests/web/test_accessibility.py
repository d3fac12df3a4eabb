"""axe-core finds nothing on any page, in light, dark, high contrast and on a phone; nothing is wider than 320 px."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from playwright.async_api import Browser, Page

from hub.desk import Act
from hub.item import Action
from hub.web import pages
from tests.web.running import BAD_TEXT, COORDINATOR, TEAM, Centre, browsing, message

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# WCAG 2.1 at both levels, and what axe's makers hold to be good practice beside it.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
RUN = """async ([tags, rules]) => {
  const only = rules.length ? {type: "rule", values: rules} : {type: "tag", values: tags};
  const found = await axe.run(document, {runOnly: only, resultTypes: ["violations"]});
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.failureSummary}`));
}"""
WIDE = "[document.documentElement.scrollWidth, innerWidth]"

NURSE = "kari.moen"


async def violations(page: Page, *rules: str) -> list[str]:
    """What axe-core finds on a page as it stands, by all rules or by some."""
    if not await page.evaluate("'axe' in window"):
        # By the debugger's way, which the page's own policy of content does not concern.
        await page.evaluate(AXE)
    found: list[str] = await page.evaluate(RUN, [TAGS, rules])
    return found


async def examined(page: Page, name: str) -> None:
    """A page in every colour and size; it stays as it was."""
    found = [f"{name}, light: {x}" for x in await violations(page)]
    await page.emulate_media(color_scheme="dark")
    found += [f"{name}, dark: {x}" for x in await violations(page, "color-contrast")]
    for theme in ("contrast", "auto"):
        await page.evaluate(f"document.documentElement.dataset.colorScheme = '{theme}'")
        if theme == "contrast":
            found += [f"{name}, contrast: {x}" for x in await violations(page, "color-contrast")]
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 390, "height": 844})
    found += [f"{name}, phone: {x}" for x in await violations(page)]
    # 640 points are 1280 at 200 %, 320 are 1280 at 400 % (WCAG 1.4.10).
    for width in (640, 320):
        await page.set_viewport_size({"width": width, "height": 640})
        wide, had = await page.evaluate(WIDE)
        found += [f"{name}: {wide} points wide on {had}"] if wide > had else []
    await page.set_viewport_size({"width": 1280, "height": 900})
    assert [] == found


@asynccontextmanager
async def looking(chromium: Browser, centre: Centre, person: str = NURSE) -> AsyncIterator[Page]:
    wishes = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", "reduced_motion": "reduce"}
    async with browsing(chromium, centre, person, **wishes) as (page, _):
        yield page


# Where each page is shown below; `test_no_page_is_forgotten` compares them with the routes.
SIGNED_OUT = ["/sign-in", "/accessibility", "/inboxes/nowhere"]
SIGNED_IN = ["/settings", "/check", "/search", "/search?q=Aas", "/views", f"/inboxes/{TEAM}", "/accessibility"]
# One that is full, one of its own kind and one that is empty; all have the same lists.
FOLDERS = ["new", "deviations", "waiting"]
# What is no page: a part of one, a file, a way on, and a word to a script.
NO_PAGES = {"/", "/here", "/items/{id}/original", "/items/{id}/reading", "/items/{id}/files/{place}"}


async def filled(centre: Centre) -> Sequence[str]:
    """An inbox with something of each kind in it, and the ids of what is new, taken, answered and returned."""
    long = "Anestesiologisk intensivovervåkningsavdeling"
    await centre.receive(
        *(message(f"Blodtrykk {n}. {long} haster", long * 3) for n in range(3)),
        message(BAD_TEXT, BAD_TEXT),
    )
    items = [x.item for x in await centre.hub.store.lines(TEAM)]
    await centre.act(NURSE, Act(Action.CLAIM), items[1])
    await centre.act(NURSE, Act(Action.ANSWER, text="Vi øker dosen."), items[2])
    return [x.id for x in items]


async def test_every_page_of_whoever_is_signed_in(chromium: Browser, centre: Centre) -> None:
    async with looking(chromium, centre) as page:
        await examined(page, "an empty inbox")
        ids = await filled(centre)
        items = [f"/items/{ids[0]}/timeline", *(f"/items/{id}" for id in ids[:3])]
        for path in SIGNED_IN + [f"/folders/{name}" for name in FOLDERS] + items:
            await page.goto(path)
            await examined(page, path)


async def test_every_page_of_whoever_is_not(chromium: Browser, centre: Centre) -> None:
    async with looking(chromium, centre, "") as page:
        for path in SIGNED_OUT:
            await page.goto(path)
            await examined(page, path)


async def test_what_lies_over_a_page_and_what_is_refused(chromium: Browser, centre: Centre) -> None:
    ids = await filled(centre)
    async with looking(chromium, centre) as page:
        await page.goto(f"/items/{ids[0]}")
        await page.keyboard.press("?")
        await examined(page, "the help")
        await page.keyboard.press("Escape")
        await centre.act("elle.sara", Act(Action.CLAIM))
        await page.locator("#text").fill("Vi øker dosen.")
        await page.locator("#answer").click()
        await page.wait_for_selector("#problem")
        await examined(page, "a refused answer")
        await page.goto("/items/nowhere")
        await examined(page, "a failure")
        await page.goto("/settings")
        await page.get_by_role("button", name="Lås", exact=True).click()
        await page.wait_for_selector("#lock[open]")
        await examined(page, "the lock")


async def test_the_coordinators_pages(chromium: Browser, centre: Centre) -> None:
    await filled(centre)
    async with looking(chromium, centre, "berit.dahl") as page:
        await page.goto(f"/inboxes/{COORDINATOR}")
        await examined(page, "the coordinator's inbox")
        await page.goto("/overview")
        await examined(page, "the overview")


async def test_more_contrast_is_given_to_whose_system_asks_for_it(chromium: Browser, centre: Centre) -> None:
    await filled(centre)
    colour = "getComputedStyle(document.querySelector('.quiet')).color"
    async with looking(chromium, centre) as page:
        for scheme, plain, more in (("light", "91, 93, 96", "41, 44, 48"), ("dark", "167, 168, 169", "236, 236, 236")):
            await page.emulate_media(color_scheme=scheme, contrast="no-preference")
            assert f"rgb({plain})" == await page.evaluate(colour)
            await page.emulate_media(color_scheme=scheme, contrast="more")
            assert f"rgb({more})" == await page.evaluate(colour)
            assert [] == await violations(page, "color-contrast")
        await page.emulate_media(contrast="no-preference", forced_colors="active")
        current = page.locator("#inboxes [aria-current]")
        assert "solid" == await current.evaluate("x => getComputedStyle(x).outlineStyle")


def paths(router: APIRouter) -> Iterator[str]:
    """Every path that can be opened."""
    for route in router.routes:
        if included := getattr(route, "original_router", None):
            yield from paths(included)
        elif isinstance(route, APIRoute) and "GET" in route.methods:
            yield route.path


def test_no_page_is_forgotten() -> None:
    shown = {"/items/{id}", "/items/{id}/timeline", "/inboxes/{id}", "/folders/{folder}", "/overview"} | {
        x.partition("?")[0] for x in SIGNED_OUT + SIGNED_IN
    }
    assert set() == {x for x in paths(pages.router) if not x.endswith("/lines")} - NO_PAGES - shown


@pytest.mark.parametrize("language", ["nb", "en", "se"])
async def test_the_statement_says_what_is_met_in_words_that_can_be_read(centre: Centre, language: str) -> None:
    async with centre.client(language=language) as client:
        page = (await client.get("/accessibility")).text
    assert ("WCAG 2.1" in page, language == "se") == (True, 'id="fallback"' in page)
    assert f'<div lang="{"en" if language == "en" else "nb"}">' in page
