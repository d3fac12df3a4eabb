"""Search: by patient, sender, MsgId and text, for those who may see the items, on pages and by the API."""

import asyncio
import re
import time
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, expect

from hub import searching
from hub.directory import InboxId
from hub.message import Unreadable
from hub.searching import Indexed
from tests import centre as samples
from tests.web.running import ANDREAS, Centre, browsing, member, message, sample, text_of
from workers import search

CASES = InboxId("saksbehandling")


async def indexed(centre: Centre) -> int:
    """Everything that came is made findable, as the loop does it."""
    done = 0
    while (found := await searching.index(centre.hub)).done:
        done += found.done
    return done


def patients(page: httpx2.Response) -> list[str]:
    return re.findall(r'class="open"[^>]*>([^<]+)<', page.text)


FOUND = [
    *(("anna aas", ["Anna Aas"]), ("AAS", ["Andreas Aas", "Anna Aas"]), ("01.06.1946", ["Anna Aas"])),
    *(("1946-06-01", ["Anna Aas"]), ("010646", ["Anna Aas"]), ("018646 12632", ["Anna Aas"])),
    *(("Sykepleietjeneste", ["Andreas Aas", "Anna Aas"]), ("blodtrykk 180/100", ["Anna Aas"])),
    *(("vekt", ["Andreas Aas"]), ("blod", ["Anna Aas"]), ("lod", []), ("anna vekt", [])),
]


async def test_messages_are_found_by_patient_sender_and_text(centre: Centre) -> None:
    await centre.receive(message(born="1946-06-01"), message(subject="Vekt", text="Økt vekt.", about=ANDREAS))
    assert 2 == await indexed(centre)
    async with centre.client("kari.moen") as client:
        pages = [await client.get("/search", params={"q": question}) for question, _ in FOUND]
        told = [(await client.get("/v1/search", params={"q": question})).json()["items"] for question, _ in FOUND]
    assert FOUND == [(q, sorted(patients(page))) for (q, _), page in zip(FOUND, pages, strict=True)]
    assert FOUND == [(q, sorted(x["patient"] for x in items)) for (q, _), items in zip(FOUND, told, strict=True)]


async def test_a_message_is_found_by_its_msg_id_and_a_discharge_summary_by_what_it_is(centre: Centre) -> None:
    raw = sample("epikrise-1.1-utskrivning")
    await centre.receive(raw)
    await indexed(centre)
    (msg_id,) = re.findall(rb"<(?:\w+:)?MsgId>([^<]+)<", raw)
    people = {member(centre, x) for x in await centre.hub.store.counts()}
    found = set()
    for person in people:
        async with centre.client(person) as client:
            for question in (msg_id.decode(), msg_id.decode()[:13].upper(), "epikrise"):
                page = (await client.get("/v1/search", params={"q": question})).json()
                found |= {(question, x["msg_id"]) for x in page["items"]}
    assert 3 == len(found)


async def test_nobody_finds_what_lies_in_others_inboxes(centre: Centre) -> None:
    await centre.receive(message(subject="Teamets"))
    await indexed(centre)
    async with centre.client(member(centre, CASES)) as client:
        page = await client.get("/search", params={"q": "teamets"})
        assert [] == (await client.get("/v1/search?q=teamets")).json()["items"]
    assert [] == patients(page) and "Ingenting ble funnet i innboksene dine." in text_of(page)


async def test_the_search_goes_further_back(centre: Centre) -> None:
    for n in range(3):
        await centre.receive(message(subject=f"Nummer {n}"))
    await indexed(centre)
    async with centre.client("kari.moen") as client:
        seen, after = [], ""
        while after is not None:
            page = (await client.get(f"/v1/search?q=nummer&limit=1{after and f'&after={after}'}")).json()
            seen += [x["subject"] for x in page["items"]]
            after = page["next"]
    assert ["Nummer 2", "Nummer 1", "Nummer 0"] == seen


STRANGE = ["", "  ", "...", "%", "'", '"', "a" * 200, "NEAR(a b)", "words : anna", "*", "anna OR", "a:* & !b", "-- x"]


async def test_no_question_is_too_strange(centre: Centre) -> None:
    await centre.receive(message())
    await indexed(centre)
    async with centre.client("kari.moen") as client:
        for question in STRANGE:
            page = await client.get("/search", params={"q": question})
            api = await client.get("/v1/search", params={"q": question})
            assert (200, question == "") == (page.status_code, api.status_code == 400), question
            helps = "Skriv en pasients navn" in text_of(page)
            assert helps is not any(c.isalnum() for c in question), question


async def test_what_cannot_be_read_any_more_is_passed_over(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    await centre.receive(message(), message(subject="Vekt"))

    async def read(batch: list[bytes], *, stored: bool = False) -> list[Unreadable]:
        return [Unreadable(()) for _ in batch]

    monkeypatch.setattr(centre.hub.readers, "read", read)
    assert Indexed(2, 0) == await searching.index(centre.hub)
    assert Indexed(0, 0) == await searching.index(centre.hub)


RESTS = [
    (searching.NOTHING, 0, 0.1, 0.0),
    (Indexed(3, 0), 3, 0.1, 0.0),
    (Indexed(32, 900), 932, 2.0, 2.0),
    (Indexed(32, 901), 932, 0.1, search.REST_SECONDS),
    (Indexed(32, 900), 0, 2.0, 2.0),
    (Indexed(32, 1_900), 932, 2.0, search.BUSY_SECONDS),
]


@pytest.mark.parametrize(("found", "left", "took", "seconds"), RESTS)
def test_a_backlog_waits_for_those_that_come(found: Indexed, left: int, took: float, seconds: float) -> None:
    assert seconds == search.rest(found, left, took)


async def test_what_came_is_found_a_moment_later_also_after_a_kill(tmp_path: Path) -> None:
    def hand_in(url: str, n: int) -> None:
        raw = samples.message(n, subject=f"Nummer {n}")
        answer = httpx2.post(f"{url}/v1/messages", content=raw, headers={**samples.EXCHANGE, **samples.XML})
        assert "accepted" == answer.headers["hub-outcome"]

    def found(url: str) -> set[str]:
        page = httpx2.get(f"{url}/v1/search?q=nummer", auth=samples.NURSE).json()
        return {x["subject"] for x in page["items"]}

    def until(url: str, subjects: set[str]) -> set[str]:
        end = time.monotonic() + 20
        while found(url) != subjects and time.monotonic() < end:
            time.sleep(0.1)
        return found(url)

    def days() -> list[set[str]]:
        with samples.served(tmp_path) as server:
            hand_in(server.url, 1)
            first = until(server.url, {"Nummer 1"})
            hand_in(server.url, 2)
            server.process.kill()
        with samples.served(tmp_path) as server:
            return [first, until(server.url, {"Nummer 1", "Nummer 2"})]

    assert [{"Nummer 1"}, {"Nummer 1", "Nummer 2"}] == await asyncio.to_thread(days)


@pytest.mark.parametrize(
    ("scripts", "locale", "more"),
    [
        (True, "en-GB", "Write a patient's name"),
        (False, "nb-NO", "Skriv en pasients navn"),
        (True, "se-NO", "Čále pasieantta"),
    ],
)
async def test_a_nurse_finds_a_patient_from_the_list(
    chromium: Browser, centre: Centre, scripts: bool, locale: str, more: str
) -> None:
    await centre.receive(message(born="1946-06-01"), message(about=ANDREAS, subject="Vekt"))
    await indexed(centre)
    async with browsing(chromium, centre, "kari.moen") as (page, _):
        signed = [x for x in await page.context.cookies() if x["name"] == "sambud"]
    cookie = {"name": "language", "value": locale[:2], "url": centre.url}
    async with browsing(chromium, centre, java_script_enabled=scripts, locale=locale) as (page, complaints):
        await page.context.add_cookies([cookie, *signed])  # type: ignore[list-item]
        await page.goto("/folders/group")
        await page.locator("#q").fill("1.6.1946")
        await page.locator("#q").press("Enter")
        await expect(page.locator(".lines .open")).to_have_text(["Anna Aas"])
        assert "1.6.1946" == await page.locator("#q").input_value()
        await page.locator(".lines .open").click()
        await expect(page.get_by_role("heading", name="Anna Aas")).to_be_visible()
        await page.goto("/search")
        await expect(page.locator("p.empty")).to_contain_text(more)
    assert [] == complaints
