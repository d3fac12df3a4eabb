"""What came about the same patient, and what a message says otherwise than the one before: for whoever may know."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from playwright.async_api import Browser, expect

from hub.desk import Act
from hub.directory import InboxId, InboxKind
from hub.item import Action, Item
from hub.message import HerId
from hub.web.pages import timeline
from tests.web.running import ANDREAS, MORNING, SCRIPT, TEAM, Centre, browsing, member, message, sample, text_of
from tests.wire.builders import wanted

KARI = "kari.moen"


async def lines(centre: Centre, item: Item, who: str = KARI, **more: object) -> list[dict[str, object]]:
    """The timeline as the API tells it."""
    async with centre.client(who) as client:
        found = (await client.get(f"/v1/items/{item.id}/timeline", params=more)).json()  # type: ignore[arg-type]
    return list(found["messages"])


async def everywhere(centre: Centre) -> list[tuple[InboxId, Item]]:
    """All that lies open."""
    return [(i, x.item) for i in centre.hub.directory.inboxes for x in await centre.hub.store.lines(i)]


async def by_subject(centre: Centre, subject: str, inbox: InboxId = TEAM) -> Item:
    return next(x.item for x in await centre.hub.store.lines(inbox) if x.item.headline.subject == subject)


async def test_the_timeline_has_what_came_about_the_patient_the_newest_first(centre: Centre) -> None:
    await centre.receive(message(subject="Første"), at=MORNING - timedelta(days=20))
    await centre.receive(message(subject="Om en annen", about=ANDREAS, rest=wanted("22", "XX")))
    await centre.receive(message(subject="Andre"))
    await centre.receive(message(subject="Tredje"))
    first, second = await by_subject(centre, "Første"), await by_subject(centre, "Andre")
    await centre.act(KARI, Act(Action.CLAIM), first)
    found = await lines(centre, second)
    assert ["Tredje", "Andre", "Første"] == [x["subject"] for x in found]
    assert ["new", "new", "claimed"] == [x["state"] for x in found]
    assert [False, True, False] == [x["here"] for x in found]
    assert first.id == found[-1]["item"]
    async with centre.client(KARI) as client:
        page = (await client.get(f"/items/{second.id}")).text
    course = page[page.index('id="course"') : page.index('id="timeline"')]
    assert [f"/items/{x['item']}" for x in (found[0], found[2])] == re.findall(r'href="(/items/\w+)"', course)
    assert "4. november" in course and "denne meldingen" in course and "Om en annen" not in course


async def test_a_long_timeline_goes_on_where_it_ended(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "BESIDE", 2)
    for n in range(5):
        await centre.receive(message(subject=f"Nummer {n}"))
    item = await by_subject(centre, "Nummer 0")
    path: str | None = f"/items/{item.id}/timeline"
    seen: list[str] = []
    async with centre.client(KARI) as client:
        while path:
            page = (await client.get(path)).text
            seen += re.findall(r'class="subject">(Nummer \d)', page)
            link = re.search(r'id="more" href="([^"]+)"', page)
            path = unescape(link[1]) if link else None
        for after in ("x", "-1", "1" * 19):
            assert 400 == (await client.get(f"/items/{item.id}/timeline", params={"after": after})).status_code
            assert 400 == (await client.get(f"/v1/items/{item.id}/timeline", params={"after": after})).status_code
    assert [f"Nummer {n}" for n in (4, 3, 2, 1, 0)] == seen
    first = await lines(centre, item, limit=3)
    assert ["Nummer 4", "Nummer 3", "Nummer 2"] == [x["subject"] for x in first]


async def test_a_patient_without_a_number_has_no_timeline_and_the_page_says_so(centre: Centre) -> None:
    await centre.receive(sample("helsefaglig-dialog-med-kopimottaker"))
    inbox, item = (await everywhere(centre))[0]
    who = member(centre, inbox)
    async with centre.client(who) as client:
        told = (await client.get(f"/v1/items/{item.id}/timeline")).json()
        words = text_of(await client.get(f"/items/{item.id}"))
    assert {"known": False, "messages": [], "next": None} == told
    assert "Pasienten står uten fødselsnummer i denne meldingen" in words


async def test_what_lies_with_a_colleague_is_told_without_what_it_is_about(centre: Centre) -> None:
    await centre.receive(message(subject="Hemmelig", rest=wanted("24", "LE")), message(subject="Vanlig"))
    item = await by_subject(centre, "Vanlig")
    others = [x for x in await lines(centre, item) if x["item"] is None]
    assert [(None, "Fjordbyen kommune, Sykepleietjeneste")] == [(x["subject"], x["sender"]) for x in others]
    async with centre.client(KARI) as client:
        page = await client.get(f"/items/{item.id}")
    assert "Hemmelig" not in page.text and f"ligger i {_name(centre, str(others[0]['inbox']))}" in text_of(page)


def _name(centre: Centre, inbox: str) -> str:
    return centre.hub.directory.inboxes[InboxId(inbox)].name


async def test_what_lies_with_the_manager_or_in_another_practice_is_told_to_nobody_else(centre: Centre) -> None:
    await centre.receive(message(subject="Hemmelig", rest=wanted("24", "LE")), message(subject="Vanlig"))
    item = await by_subject(centre, "Vanlig")
    assert [None, "Vanlig"] == sorted((x["subject"] for x in await lines(centre, item)), key=str)
    (other,) = [x for i, x in await everywhere(centre) if i != TEAM]
    known = centre.hub.directory
    elsewhere = replace(next(iter(known.practices.values())), her_id=HerId("999999"))
    practices = {**known.practices, elsewhere.her_id: elsewhere}
    for change in ({"kind": InboxKind.MANAGER}, {"practice": elsewhere.her_id}):
        # Where it lies, and whose it is while that one is away.
        shut = {i: replace(known.inboxes[i], **change) for i in (other.inbox, other.home) if i}
        directory = replace(known, inboxes=known.inboxes | shut, practices=practices)
        centre.hub.order = replace(centre.hub.order, directory=directory)
        assert ["Vanlig"] == [x["subject"] for x in await lines(centre, item)]


async def test_a_timeline_is_for_whoever_may_open_the_item(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("nora.nordli") as client:
        for path in ("/v1/items/{}/timeline", "/v1/items/{}/changes", "/items/{}/timeline"):
            assert 403 == (await client.get(path.format(item.id))).status_code
            assert 404 == (await client.get(path.format("nothing"))).status_code


# ----------------------------------------------------------------------------------------- what has changed


async def two(centre: Centre, old: str, new: str, subject: str = "Blodtrykk") -> tuple[Item, Item]:
    """Two messages of a kind about Anna, and what was made of them."""
    await centre.receive(message(old, subject), at=MORNING - timedelta(days=12))
    first = await centre.item()
    await centre.receive(message(new, subject))
    return first, next(x.item for x in await centre.hub.store.lines(TEAM) if x.item.id != first.id)


async def test_a_message_tells_what_it_says_otherwise_than_the_one_before(centre: Centre) -> None:
    old, new = await two(centre, "Blodtrykket er 180/100 i dag.", "Blodtrykket er 150/100 i dag.")
    async with centre.client(KARI) as client:
        told = (await client.get(f"/v1/items/{new.id}/changes")).json()
        page = await client.get(f"/items/{new.id}")
        first = (await client.get(f"/v1/items/{old.id}/changes")).json()
        assert 'id="changes"' not in (await client.get(f"/items/{old.id}")).text
    assert {"since": None, "sent_at": None, "changes": None} == first
    ((change,), since) = told["changes"], told["since"]
    marks = [("same", "Blodtrykket er "), ("gone", "180"), ("new", "150"), ("same", "/100 i dag.")]
    assert (old.id, marks) == (since, [(run["mark"], run["text"]) for run in change["runs"]])
    assert "1 ting er endret siden meldingen fra" in text_of(page)
    assert re.search(r"<del>.*180</del><ins>.*150</ins>/100 i dag", page.text)
    assert f'href="/items/{old.id}"' in page.text


async def test_a_change_is_text_whatever_was_written(centre: Centre) -> None:
    _, new = await two(centre, f"Rolig natt {SCRIPT}", f"Rolig natt {SCRIPT} <b>fet</b>")
    async with centre.client(KARI) as client:
        page = (await client.get(f"/items/{new.id}")).text
    assert "<b>fet" not in page and "<script>document" not in page and "<ins>" in page


async def test_messages_about_different_things_are_not_compared(centre: Centre) -> None:
    old, new = await two(centre, "Blodtrykket er 180/100.", "Trenger time hos fysioterapeut snarest.")
    async with centre.client(KARI) as client:
        assert None is (await client.get(f"/v1/items/{new.id}/changes")).json()["changes"]
        page = (await client.get(f"/items/{new.id}")).text
    assert f'href="/items/{old.id}"' in page and "er endret siden" not in page


async def test_nobody_learns_by_a_change_what_they_may_not_open(centre: Centre) -> None:
    old, new = await two(centre, "Blodtrykket er 180/100 i dag.", "Blodtrykket er 150/100 i dag.")
    other = next(p.inboxes for p in centre.hub.directory.people.values() if TEAM not in p.inboxes)[0]
    await centre.act(KARI, Act(Action.HAND_ON, to=other), old)
    async with centre.client(KARI) as client:
        told = (await client.get(f"/v1/items/{new.id}/changes")).json()
        page = (await client.get(f"/items/{new.id}")).text
    assert None is told["since"] and "180" not in page


async def test_a_discharge_summary_that_replaces_another_says_what_is_new_in_it(centre: Centre) -> None:
    first = sample("epikrise-1.2-utskrivning")
    document = b"0c5f1f1e-2b7d-4f3a-8a44-91d2a7b20011"
    assert document in first
    await centre.receive(first)
    old = await centre.item()
    again = first.replace(b"5e0a4c1e-7c0a-4a55-9f0b-3b1c6a0d1401", b"5e0a4c1e-7c0a-4a55-9f0b-3b1c6a0d1499")
    await centre.receive(again.replace("om én uke".encode(), b"om to uker"))
    item = next(x for i, x in await everywhere(centre) if i == TEAM and x.id != old.id)
    async with centre.client(KARI) as client:
        told = (await client.get(f"/v1/items/{item.id}/changes")).json()
        words = text_of(await client.get(f"/items/{item.id}"))
    assert (old.id, ["Planer for videre oppfølging"]) == (told["since"], [x["heading"] for x in told["changes"]])
    assert "1 ting er endret siden versjonen fra 24. november" in words


async def test_a_nurse_unfolds_what_has_changed(chromium: Browser, centre: Centre) -> None:
    _, new = await two(centre, "Blodtrykket er 180/100 i dag.", "Blodtrykket er 150/100 i dag.")
    async with browsing(chromium, centre, KARI, java_script_enabled=False) as (page, complaints):
        await page.goto(f"/items/{new.id}")
        await expect(page.locator("#changes ins")).to_be_hidden()
        await page.get_by_text("1 ting er endret siden meldingen fra").click()
        await expect(page.locator("#changes ins")).to_be_visible()
        await page.locator("#course ~ .course a").click()
        await expect(page.get_by_text("Blodtrykket er 180/100 i dag.")).to_be_visible()
    assert [] == complaints
