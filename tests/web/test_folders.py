"""Folders, filters, saved views, and what is done to several messages at once."""

import re
from datetime import datetime, timedelta
from html import unescape

import httpx2
import pytest
from playwright.async_api import Browser, expect

from hub.desk import Act
from hub.directory import InboxId
from hub.item import Action, Item
from hub.selection import Folder
from hub.web import language
from hub.web.language import Due
from tests import builders
from tests.web.running import (
    COORDINATOR,
    MORNING,
    TEAM,
    Centre,
    browsing,
    followed,
    member,
    message,
    refuse,
    text_of,
)

DUTY = InboxId("vakt")
FOLDERS = [x.value for x in Folder]


def subjects(page: httpx2.Response) -> list[str]:
    """What the lines of a page are about."""
    return [unescape(x) for x in re.findall(r'class="subject">([^<]*)<', page.text)]


def counted(page: httpx2.Response) -> dict[str, str]:
    """The counts of the folders as the navigation shows them."""
    return dict(re.findall(r'id="folder-(\w+)".*?<span class="count[^"]*">(\d+)<', page.text, re.S))


async def chosen(centre: Centre, *nths: int) -> list[str]:
    """What the boxes of some lines of the team's inbox send."""
    items = [x.item for x in await centre.hub.store.lines(TEAM)]
    return [f"{items[n].id}~{items[n].version}" for n in nths]


async def test_each_folder_shows_what_it_is_for_over_all_inboxes(centre: Centre) -> None:
    await centre.receive(*(message(subject=x) for x in ("Ny", "Min", "Venter", "Ferdig")))
    items = {x.item.headline.subject: x.item for x in await centre.hub.store.lines(TEAM)}
    await centre.act("kari.moen", Act(Action.CLAIM), items["Min"])
    await centre.act("kari.moen", Act(Action.ASK, text="Hvor lenge?"), items["Venter"])
    await centre.act("kari.moen", Act(Action.ANSWER, text="Ja."), items["Ferdig"])
    async with centre.client("kari.moen") as client:
        pages = {x: await client.get(f"/folders/{x}") for x in FOLDERS}
    assert {200} == {page.status_code for page in pages.values()}
    assert {
        "new": ["Ny"],
        "mine": ["Min"],
        "group": ["Min", "Ny", "Venter"],
        "waiting": ["Venter"],
        "deviations": [],
        "information": [],
        "archive": ["Ferdig"],
    } == {x: sorted(subjects(page)) for x, page in pages.items()}
    counts = {"new": "1", "mine": "1", "group": "3", "waiting": "1", "deviations": "0", "information": "0"}
    assert counts == counted(pages["new"])
    assert "<title>(1) Nye – Sambud</title>" in pages["new"].text
    assert "Ukjent" not in text_of(pages["deviations"])


async def test_deviations_are_what_did_not_get_through_until_it_is_seen(centre: Centre) -> None:
    await centre.receive(message(subject="Svar på noe"))
    await centre.act("kari.moen", Act(Action.ANSWER, text="Ja."), item := await centre.item())
    (sent,) = await centre.hub.store.sent(item.id)
    await refuse(centre, sent.msg_id)
    async with centre.client("kari.moen") as client:
        page = await client.get("/folders/deviations")
        assert "Mottakeren avviste det vi sendte" in text_of(page) and "1" == counted(page)["deviations"]
        (path,) = re.findall(r'action="(/alerts/\d+/seen)"', page.text)
        done = await client.post(path, data={"next": "/folders/deviations"}, follow_redirects=True)
        assert ("0", True) == (counted(done)["deviations"], "Merket som sett." in text_of(done))
        assert "Alt som er sendt fra innboksene dine, har kommet fram" in text_of(done)


async def test_nobody_sees_a_folder_of_anothers_inbox(centre: Centre) -> None:
    await centre.receive(message(subject="Teamets"))
    outsider = member(centre, DUTY)
    async with centre.client(outsider) as client:
        assert 403 == (await client.get(f"/folders/group?inbox={TEAM}")).status_code
        assert "Teamets" not in subjects(await client.get("/folders/group"))
        assert 400 == (await client.get("/folders/nothing")).status_code


async def test_every_empty_folder_says_what_to_do_in_each_language(centre: Centre) -> None:
    for code, words in (("nb", "Ingenting nytt venter"), ("en", "Nothing new"), ("se", "Ii leat mihkkege ođđa")):
        async with centre.client("kari.moen", language=code) as client:
            pages = [await client.get(f"/folders/{x}") for x in FOLDERS]
        empty = [re.findall(r'<p class="empty">([^<]+)', page.text) for page in pages]
        assert (len(FOLDERS), True) == (len({x for (x,) in empty}), empty[0][0].startswith(words))


FILTERS = [
    ("theme=blodtrykk", ["Blodtrykk"], "Gjelder «blodtrykk»"),
    ("urgent=1", ["Fall"], "Haster"),
    ("soon=1", ["Fall"], "Frist innen en time"),
    ("attachments=1", [], "Med vedlegg"),
    ("kind=discharge_summary", [], "Epikrise"),
    ("sender=900200", ["Blodtrykk", "Fall"], "Fra "),
    ("owner=nobody", ["Blodtrykk", "Fall"], "Tatt av ingen"),
    ("late=1", [], "For sent"),
]


async def test_a_filter_is_a_chip_that_its_own_link_takes_away(centre: Centre) -> None:
    await centre.receive(message(subject="Blodtrykk"), message(subject="Fall", text="Pasienten har falt."))
    async with centre.client("kari.moen") as client:
        for query, left, words in FILTERS:
            page = await client.get(f"/folders/group?{query}")
            ((way, told),) = re.findall(r'<a class="filter" href="([^"]+)">([^<]+)<', page.text)
            assert (left, "/folders/group") == (sorted(subjects(page)), unescape(way)), query
            assert unescape(told).startswith(words)
            assert ("Ingenting her er det filtrene spør etter." in text_of(page)) is not bool(left)
            assert left == sorted(subjects(await client.get(f"/inboxes/{TEAM}?{query}"))), query
        assert ["Blodtrykk", "Fall"] == sorted(subjects(await client.get("/folders/group")))


async def test_several_filters_stand_in_the_address_and_go_one_by_one(centre: Centre) -> None:
    await centre.receive(message(subject="Fall", text="Pasienten har falt."))
    async with centre.client("kari.moen") as client:
        page = await client.get(f"/folders/group?urgent=1&theme=fall&kind=&inbox={TEAM}")
        ways = [unescape(x) for x in re.findall(r'<a class="filter" href="([^"]+)"', page.text)]
    assert ["Fall"] == subjects(page)
    team = f"inbox={TEAM}"
    assert {
        f"/folders/group?urgent=1&{team}",
        f"/folders/group?theme=fall&{team}",
        "/folders/group?theme=fall&urgent=1",
    } == set(ways)


async def test_a_view_is_saved_opened_and_deleted_without_scripts(centre: Centre) -> None:
    await centre.receive(message(subject="Fall", text="Pasienten har falt."), message(subject="Annet"))
    query = "/folders/group?urgent=1"
    async with centre.client("kari.moen") as client:
        saved = await client.post("/views", data={"name": " Det  som haster ", "query": query}, follow_redirects=True)
        assert "Visningen er lagret." in text_of(saved) and "Lagret som «Det som haster»" in text_of(saved)
        ((way, name),) = re.findall(r'<li><a href="([^"]+)"><span class="name">([^<]+)', saved.text)
        assert (query, "Det som haster", ["Fall"]) == (unescape(way), name, subjects(await client.get(unescape(way))))
        gone = await client.post("/views/delete", data={"name": name}, follow_redirects=True)
        assert "Visningen er slettet." in text_of(gone) and "Du har ikke lagret noen visning." in text_of(gone)
        for bad in ({"name": " ", "query": query}, {"name": "x", "query": "https://a.example/"}, {"name": "x"}):
            assert 400 == (await client.post("/views", data=bad)).status_code


async def test_several_are_taken_at_once(centre: Centre) -> None:
    await centre.receive(*(message(subject=f"Nummer {n}") for n in range(3)))
    async with centre.client("kari.moen") as client:
        data = {"do": "take", "item": await chosen(centre, 0, 2), "next": "/folders/new"}
        done = await client.post("/bulk", data=data, follow_redirects=True)
        assert (
            "Du har tatt 2 meldinger." in text_of(done) and {"new": "1", "mine": "2"}.items() <= counted(done).items()
        )
        none = await client.post("/bulk", data={"do": "take", "next": "/folders/new"}, follow_redirects=True)
        assert "Ingenting var valgt." in text_of(none)


async def test_what_somebody_else_took_first_is_told_of_each_and_the_rest_is_done(centre: Centre) -> None:
    await centre.receive(*(message(subject=f"Nummer {n}") for n in range(3)))
    boxes = await chosen(centre, 0, 1, 2)
    await centre.act("elle.sara", Act(Action.CLAIM), await centre.item(nth=1))
    async with centre.client("kari.moen") as client:
        done = await client.post("/bulk", data={"do": "take", "item": boxes, "next": "/folders/new"})
        assert 409 == done.status_code
        words = text_of(done)
        assert "Du har tatt 2 meldinger." in words and "Ingenting ble gjort med 1 melding:" in words
        assert "Elle Sara har tatt meldingen." in words and 'href="/folders/new"' in done.text
    owners = [x.item.owner for x in await centre.hub.store.lines(TEAM)]
    assert ["kari.moen", "elle.sara", "kari.moen"] == owners


async def test_several_are_handed_on_and_only_what_is_to_be_read_is_done_by_reading(centre: Centre) -> None:
    await centre.receive(message(subject="Å gjøre"), message(subject="Også"))
    async with centre.client("kari.moen") as client:
        boxes = await chosen(centre, 0, 1)
        read = await client.post("/bulk", data={"do": "read", "item": boxes, "next": "/folders/group"})
        assert 409 == read.status_code and "Meldingen ber om noe, så den er ikke ferdig ved å leses" in text_of(read)
        data = {"do": "hand_on", "item": boxes, "to": COORDINATOR, "next": "/folders/group"}
        done = await client.post("/bulk", data=data, follow_redirects=True)
        assert "2 meldinger er sendt videre." in text_of(done)
        assert 400 == (await client.post("/bulk", data={"do": "hand_on", "item": boxes})).status_code
        assert 400 == (await client.post("/bulk", data={"do": "close", "item": boxes})).status_code
        assert 400 == (await client.post("/bulk", data={"do": "take", "item": ["x"]})).status_code
    assert ["Også", "Å gjøre"] == sorted(x.item.headline.subject for x in await centre.hub.store.lines(COORDINATOR))


async def test_an_item_of_anothers_inbox_is_not_named_by_a_refusal(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client(member(centre, DUTY)) as client:
        done = await client.post("/bulk", data={"do": "take", "item": f"{item.id}~{item.version}"})
    assert 409 == done.status_code and "Anna" not in done.text and item.id not in done.text


STANDING = [
    (
        datetime(2026, 11, 24, 17),
        datetime(2026, 11, 25, 9),
        "fristen løper videre i morgen 08:00",
        "frist i morgen 10:00",
    ),
    (datetime(2026, 11, 27, 20), datetime(2026, 12, 1, 9), "fristen løper videre mandag 08:00", "frist tirsdag 10:00"),
    (datetime(2026, 11, 24, 5), datetime(2026, 11, 24, 9), "fristen løper videre i dag 08:00", "frist i dag 10:00"),
]


@pytest.mark.parametrize(("now", "at", "words", "when"), STANDING)
def test_a_clock_that_stands_says_when_it_goes_on(now: datetime, at: datetime, words: str, when: str) -> None:
    now, at = (x.replace(tzinfo=MORNING.tzinfo) for x in (now, at))
    reads, hours = language.load("nb"), builders.hours()
    assert Due("standing", words, when) == reads.due(at, False, hours, now)
    assert "" == reads.due(at, False, hours, now, elapses=True).when
    assert "late" == reads.due(now - timedelta(minutes=5), False, hours, now).urgency


async def test_the_api_has_folders_filters_and_views(centre: Centre) -> None:
    await centre.receive(message(subject="Fall", text="Pasienten har falt."), message(subject="Annet"))
    async with centre.client("kari.moen") as client:
        folders = {x["folder"]: x["count"] for x in (await client.get("/v1/folders")).json()}
        assert (FOLDERS, 2, None) == ([*folders], folders["new"], folders["archive"])
        first = (await client.get("/v1/folders/new/items?limit=1")).json()
        rest = (await client.get("/v1/folders/new/items", params={"after": first["next"]})).json()
        assert (["Fall"], ["Annet"], None) == (
            *([x["subject"] for x in p["items"]] for p in (first, rest)),
            rest["next"],
        )
        urgent = (await client.get("/v1/folders/group/items?urgent=true")).json()
        assert ["Fall"] == [x["subject"] for x in urgent["items"]]
        assert 400 == (await client.get("/v1/folders/deviations/items")).status_code
        assert 403 == (await client.get("/v1/folders/new/items?inbox=nothing")).status_code
        path, view = "/v1/views/Det%20som%20haster", {"query": "/folders/group?urgent=1"}
        assert 200 == (await client.put(path, json=view)).status_code
        assert [{"name": "Det som haster", **view}] == (await client.get("/v1/views")).json()
        assert 400 == (await client.put("/v1/views/x", json={"query": "/sign-out"})).status_code
        assert [204, 404] == [(await client.delete(path)).status_code for _ in range(2)]


@pytest.mark.parametrize(
    ("scripts", "locale", "take"),
    [(True, "nb-NO", "Ta dem"), (False, "en-GB", "Take them"), (True, "se-NO", "Váldde daid")],
)
async def test_a_nurse_filters_chooses_and_takes(
    chromium: Browser, centre: Centre, scripts: bool, locale: str, take: str
) -> None:
    """From the folder of what is new, with and without scripts, in each language."""
    await centre.receive(*(message(subject=x, text=x) for x in ("Pasienten har falt", "Blodtrykk", "Vekt")))
    cookie = {"name": "language", "value": locale[:2], "url": centre.url}
    async with browsing(chromium, centre, "kari.moen") as (page, _):
        signed = [x for x in await page.context.cookies() if x["name"] == "sambud"]
    async with browsing(chromium, centre, java_script_enabled=scripts, locale=locale) as (page, complaints):
        await page.context.add_cookies([cookie, *signed])  # type: ignore[list-item]
        await page.goto("/folders/new")
        await page.locator("details.narrowing summary").click()
        await page.locator("#filter-theme").fill("blod")
        await page.locator("details.narrowing button").click()
        await expect(page.locator(".lines tbody tr")).to_have_count(1)
        await page.locator(".filter").click()
        await expect(page.locator(".lines tbody tr")).to_have_count(3)
        for box in await page.locator("input[name=item]").all():
            await box.check()
        await page.locator("#bulk").get_by_role("button", name=take, exact=True).click()
        await expect(page.locator("#folder-mine .count")).to_have_text("3")
        await expect(page.locator("#folder-new .count")).to_have_text("0")
        await expect(page.locator("p.empty")).to_be_visible()
    assert [] == complaints


async def test_what_is_chosen_stays_chosen_while_the_list_renews_itself(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message(subject="Den første"), message(subject="Den andre"))
    async with browsing(chromium, centre, "kari.moen") as (page, complaints):
        await page.goto("/folders/group")
        await expect(page.locator("#chosen")).to_have_text("Ingen valgt")
        await followed(page)
        boxes: list[Item] = [x.item for x in await centre.hub.store.lines(TEAM)]
        for x in boxes:
            await page.locator(f"#choose-{x.id}").check()
        await page.locator("#bulk-to").select_option(COORDINATOR)
        await centre.receive(message(subject="Den tredje"), at=centre.hub.clock.now())
        await expect(page.locator(".lines tbody tr")).to_have_count(3)
        await expect(page.locator("#chosen")).to_have_text("Valgt: 2")
        assert COORDINATOR == await page.locator("#bulk-to").input_value()
        await centre.act("elle.sara", Act(Action.CLAIM), boxes[0])
        await expect(page.locator(f"#choose-{boxes[0].id}")).not_to_be_checked()
        await expect(page.locator(f"#choose-{boxes[1].id}")).to_be_checked()
        await expect(page.get_by_role("status")).to_contain_text("ble endret av noen")
    assert [] == complaints


async def test_a_line_says_who_else_has_the_message_open(centre: Centre) -> None:
    await centre.receive(message())
    path = f"/v1/items/{(await centre.item()).id}/reading"
    async with centre.client("elle.sara") as other, centre.client("kari.moen") as client:
        await client.put(path, json={})
        assert "leses nå av" not in text_of(await client.get("/folders/new"))
        await other.put(path, json={})
        assert "leses nå av Elle Sara" in text_of(await client.get("/folders/new"))
        await other.put(path, json={"writing": True})
        assert "Elle Sara skriver et svar" in text_of(await client.get("/folders/new"))
