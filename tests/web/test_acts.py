"""What a person does on a page is told where it leads, can be taken back there, and goes on to the next message."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser

from hub import several
from hub.desk import WRONG_ADDRESS, Act
from hub.directory import InboxId
from hub.errors import Unavailable
from hub.item import Action, Item, Outcome, State
from hub.service import Delivery
from hub.several import Wish
from hub.web.several import DoneOut
from tests.centre import EXCHANGE
from tests.web.running import (
    HOME_SERVICE,
    TEAM,
    Centre,
    browsing,
    form,
    hidden,
    message,
    running,
    sample,
    text_of,
)

DUTY = InboxId("vakt")


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[Centre]:
    """The sample centre, where what is done on a page can be taken back for a minute."""
    async with running(tmp_path, undo_seconds=60) as made:
        yield made


async def sent(centre: Centre) -> list[str]:
    """What waits for the home service, beside acknowledgements, as soon as it may leave."""
    late = centre.hub.clock.now() + timedelta(minutes=2)
    return [x.body.decode() for x in await centre.hub.store.mailbox(HOME_SERVICE, now=late) if x.kind == "answer"]


async def now(centre: Centre, item: Item) -> Item:
    stored = await centre.hub.store.stored(item.id)
    assert stored is not None
    return stored.item


async def informing(centre: Centre) -> Item:
    """What only tells something, which has come."""
    exchange = next(x for x in centre.hub.accounts.systems.values() if x.any)
    await centre.hub.receive([Delivery(sample("plo-1.6-log-innlagt"), exchange)], centre.hub.clock.now())
    return await centre.item()


def undoing(page: httpx2.Response) -> tuple[str, dict[str, str]]:
    """The form that takes back what was just done: where it goes, and with what."""
    (path, rest) = re.findall(r'<form class="undo" method="post" action="([^"]+)"(.*?)</form>', page.text, re.DOTALL)[0]
    return path, dict(re.findall(r'name="(\w+)" value="([^"]*)"', rest))


async def test_an_answer_is_taken_back_from_the_list_and_is_there_to_be_mended(slow: Centre) -> None:
    await slow.receive(message())
    item = await slow.item()
    async with slow.client("kari.moen") as client:
        done = await client.post(f"/items/{item.id}", data=form(item, Action.ANSWER, text="Vi komer."))
        assert f"/inboxes/{TEAM}?done=answered&item={item.id}" == done.headers["location"]
        page = await client.get(done.headers["location"])
        assert "Svaret er på vei til avsenderen." in text_of(page)
        path, fields = undoing(page)
        back = await client.post(path, data=fields)
        assert (200, True, True) == (back.status_code, "Det er angret." in text_of(back), ">\nVi komer.</" in back.text)
        assert (State.NEW, []) == ((await now(slow, item)).state, await sent(slow))
        # What is taken back is not offered again, nor to another.
        assert 'id="undo"' not in (await client.get(done.headers["location"])).text


async def test_a_claim_is_taken_back_from_the_message_and_nobody_else_is_offered_it(slow: Centre) -> None:
    await slow.receive(message())
    item = await slow.item()
    async with slow.client("kari.moen") as client, slow.client("elle.sara") as other:
        done = await client.post(f"/items/{item.id}", data=form(item, Action.CLAIM))
        assert 'id="undo"' not in (await other.get(done.headers["location"])).text
        path, fields = undoing(await client.get(done.headers["location"]))
        refused = await other.post(path, data=fields)
        assert (400, True) == (refused.status_code, "Bare den som gjorde dette, kan angre det." in text_of(refused))
        back = await client.post(path, data=fields)
        assert (303, f"/items/{item.id}?done=undone") == (back.status_code, back.headers["location"])
        assert "Det er angret." in text_of(await client.get(back.headers["location"]))
        again = await client.post(path, data=fields)
        assert (409, True) == (again.status_code, "Noen andre endret" in text_of(again) or "først" in text_of(again))


async def test_a_program_takes_back_what_it_asked_to_be_able_to(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client, centre.client("elle.sara") as other:
        path = f"/v1/items/{item.id}"
        body = {"version": item.version, "text": "Ja.", "undo_seconds": 60}
        assert 200 == (await client.post(f"{path}/answer", json=body)).status_code
        fetched = (await client.get(f"/v1/mailboxes/{HOME_SERVICE}/messages", headers=EXCHANGE)).json()
        assert ["apprec"] == [x["kind"] for x in fetched]
        assert 409 == (await client.post(f"{path}/undo", json={"version": item.version})).status_code
        assert 400 == (await other.post(f"{path}/undo", json={"version": item.version + 1})).status_code
        back = await client.post(f"{path}/undo", json={"version": item.version + 1})
        assert (200, "new", item.version + 2) == (back.status_code, back.json()["state"], back.json()["version"])
        assert ("item.undone", {"what": "item.answered"}) == tuple(
            back.json()["history"][-1][x] for x in ("event", "detail")
        )
        for wrong in (61, -1, "x"):
            refused = await client.post(f"{path}/claim", json={"version": item.version + 2, "undo_seconds": wrong})
            assert 400 == refused.status_code
        # An act that did not ask for it goes at once, and stays.
        await client.post(f"{path}/answer", json={"version": item.version + 2, "text": "Ja."})
        assert 400 == (await client.post(f"{path}/undo", json={"version": item.version + 3})).status_code
    assert 1 == len(await centre.hub.store.mailbox(HOME_SERVICE, now=centre.hub.clock.now())) - 1


async def test_a_form_with_files_can_be_taken_back_too(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        files, path = [("files", ("a.pdf", b"%PDF-1.4 x", "application/pdf"))], f"/v1/items/{item.id}/answer-with-files"
        for seconds, status in (("61", 400), ("x", 400), ("60", 200)):
            fields = {"version": str(item.version), "text": "Ja.", "undo_seconds": seconds}
            assert status == (await client.post(path, data=fields, files=files)).status_code
        back = await client.post(f"/v1/items/{item.id}/undo", json={"version": item.version + 1})
    assert (200, []) == (back.status_code, await sent(centre))


async def test_where_nothing_can_be_taken_back_nothing_is_offered(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        done = await client.post(f"/items/{item.id}", data=form(item, Action.ANSWER, text="Ja."))
        assert f"/inboxes/{TEAM}?done=answered" == done.headers["location"]
        assert 'id="undo"' not in (await client.get(done.headers["location"])).text


async def test_done_and_next_goes_to_the_next_that_is_free_and_back_to_the_list_when_there_is_none(
    centre: Centre,
) -> None:
    await centre.receive(message(), message("Annet."), message("Tredje."))
    first, second, third = [await centre.item(nth=n) for n in range(3)]
    await centre.act("elle.sara", Act(Action.CLAIM), second)
    listed = f"/inboxes/{TEAM}"
    async with centre.client("kari.moen") as client:
        page = await client.get(f"/items/{first.id}", headers={"Referer": f"{centre.url}{listed}?done=seen"})
        assert listed == hidden(page)["list"]
        close = {"outcome": "telephone", "then": "next", "list": listed}
        done = await client.post(f"/items/{first.id}", data=form(first, Action.CLOSE, **close))
        assert f"/items/{third.id}?done=closed" == done.headers["location"]
        assert "Meldingen er avsluttet." in text_of(await client.get(done.headers["location"]))
        answer = form(third, Action.ANSWER, text="Ja.", then="next", list=listed)
        done = await client.post(f"/items/{third.id}", data=answer)
        assert f"{listed}?done=answered" == done.headers["location"]


async def test_the_next_is_the_next_of_a_narrowed_list_and_the_archive_has_none(centre: Centre) -> None:
    await centre.receive(message(), message("Annet."), message("Tredje."))
    first, second, third = [await centre.item(nth=n) for n in range(3)]
    for item in (first, third):
        await centre.act("kari.moen", Act(Action.CLAIM), item)
    async with centre.client("kari.moen") as client:
        for item, list, onward in (
            (first, "/folders/mine?soon=&beside=1", f"/items/{third.id}?done=closed"),
            (third, "/folders/mine", "/folders/mine?done=closed"),
            (second, "/folders/archive?kind=dialogue", "/folders/archive?kind=dialogue&done=closed"),
        ):
            close = form(await now(centre, item), Action.CLOSE, outcome="home_visit", then="next", list=list)
            assert onward == (await client.post(f"/items/{item.id}", data=close)).headers["location"]


async def test_a_list_that_is_not_the_person_s_own_is_none_to_go_back_to(centre: Centre) -> None:
    await centre.receive(*[message() for _ in range(4)])
    wrong = ("https://elsewhere.example/inboxes/x", "//elsewhere.example", "/inboxes/../sign-out", f"/inboxes/{DUTY}")
    async with centre.client("kari.moen") as client:
        for list in wrong:
            item = await centre.item()
            done = await client.post(
                f"/items/{item.id}", data=form(item, Action.CLOSE, outcome="home_visit", list=list)
            )
            assert f"/inboxes/{TEAM}?done=closed" == done.headers["location"]


async def test_what_is_only_to_be_read_is_read_from_the_list_with_one_press(slow: Centre) -> None:
    item = await informing(slow)
    async with slow.client("kari.moen") as client:
        fields = {"version": str(item.version), "list": f"/inboxes/{TEAM}"}
        done = await client.post(f"/items/{item.id}/read", data=fields)
        assert f"/inboxes/{TEAM}?done=closed&item={item.id}" == done.headers["location"]
        assert 409 == (await client.post(f"/items/{item.id}/read", data=fields)).status_code
    told = (await slow.hub.store.history(item.id))[-1]
    assert ("item.closed", {"outcome": "read"}) == (told.event, told.detail)


async def test_what_asks_for_something_is_ended_by_having_been_read_at_no_door(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    data = form(item, Action.CLOSE, outcome="read")
    async with centre.client("kari.moen") as client:
        assert 'name="outcome" value="read"' not in (await client.get(f"/items/{item.id}")).text
        refused = [
            await client.post(f"/items/{item.id}/read", data={"version": str(item.version)}),
            await client.post(f"/items/{item.id}", data=data),
            await client.post(f"/v1/items/{item.id}/close", json={"version": item.version, "outcome": "read"}),
        ]
        assert [400] * 3 == [x.status_code for x in refused]
        assert "Meldingen ber om noe, så den er ikke ferdig ved å leses" in text_of(refused[0])
    assert State.NEW is (await now(centre, item)).state


async def test_a_telephone_contact_is_recorded_with_one_press_and_a_note_if_need_be(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        page = (await client.get(f"/items/{item.id}")).text
        (found,) = re.findall(r'<form[^>]*id="telephoning".*?</form>', page, re.DOTALL)
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found))
        await client.post(f"/items/{item.id}", data=fields)
    ended = await now(centre, item)
    told = (await centre.hub.store.history(item.id))[-1]
    assert (State.CLOSED, "", {"outcome": "telephone"}) == (ended.state, ended.note, told.detail)


async def test_the_wrong_address_goes_back_as_it_stands_in_the_form(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        page = (await client.get(f"/items/{item.id}")).text
        (found,) = re.findall(r'id="misaddressed">.*?</form>', page, re.DOTALL)
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found))
        written = re.findall(r"<textarea[^>]*>\s*(.*?)</textarea>", found, re.DOTALL)
        assert [WRONG_ADDRESS] == written
        await client.post(f"/items/{item.id}", data=fields | {"text": written[0]})
    (document,) = await sent(centre)
    assert (State.RETURNED, True) == ((await now(centre, item)).state, WRONG_ADDRESS in document)
    assert 'V="DIALOG_AVVIK"' in document


async def test_what_needs_an_answer_is_closed_with_an_outcome_or_a_reason_only(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        for fields in ({}, {"outcome": "other"}, {"outcome": "other", "note": " "}, {"outcome": "done"}):
            refused = await client.post(f"/items/{item.id}", data=form(item, Action.CLOSE, **fields))
            assert (400, item) == (refused.status_code, await now(centre, item))
        because = form(item, Action.CLOSE, outcome="other", note="Pasienten er flyttet.")
        assert 303 == (await client.post(f"/items/{item.id}", data=because)).status_code


OFFER = {"offer": "appointment", "day": "2026-11-24", "clock": "13:30", "whom": "Nora Nordli", "place": "Legesenteret."}
TOLD = "Pasienten har fått time i dag, tirsdag 24. november 2026 kl. 13.30 hos Nora Nordli. Sted: Legesenteret."
VISIT = "Pasienten får hjemmebesøk onsdag 2. desember 2026 kl. 08.05 av Kari Moen, sykepleier. Sted: hjemme."


async def test_an_appointment_today_answers_the_sender_in_bokmål_and_the_journal_has_no_names(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen", "en") as client:
        page = (await client.get(f"/items/{item.id}")).text
        for expected in ('value="2026-11-24"', "Kari Moen, sykepleier", "Fjordbyen legesenter", "hjemme hos pasienten"):
            assert expected in page
        done = await client.post(f"/items/{item.id}", data=form(item, Action.ANSWER, **OFFER, text="Ta med liste."))
        assert 303 == done.status_code
        shown = text_of(await client.get(f"/items/{item.id}"))
    (document,) = await sent(centre)
    assert f"{TOLD}\n\nTa med liste." in document
    told = (await centre.hub.store.history(item.id))[-1]
    assert {"outcome": "appointment", "offered_at": "2026-11-24T12:30:00+00:00"} == told.detail
    assert "Kari Moen answered the sender: Appointment given, today 13:30" in shown
    stored = await centre.hub.store.stored(item.id)
    assert stored is not None and stored.deadline is not None
    assert (State.ANSWERED, None) == (stored.item.state, stored.deadline.fires_at)


async def test_a_program_offers_a_home_visit_without_another_word(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    offer = {"kind": "home_visit", "day": "2026-12-02", "time": "08:05", "with_whom": "Kari Moen, sykepleier"}
    async with centre.client() as client:
        body = {"version": item.version, "offer": offer | {"place": "hjemme"}}
        done = await client.post(f"/v1/items/{item.id}/answer", json=body, auth=("kari.moen", "sambud"))
        assert 200 == done.status_code, done.text
    (document,) = await sent(centre)
    assert VISIT in document
    assert VISIT == done.json()["note"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"clock": "09:00"}, "Tidspunktet er passert. Velg et som kommer."),
        ({"day": "2027-12-24"}, "Tidspunktet er mer enn et år fram. Velg et tidligere."),
        ({"whom": " "}, "Skriv hvem pasienten skal møte."),
        ({"place": ""}, "Skriv hvor det er."),
        ({"clock": "halv to"}, "Velg dag og klokkeslett."),
    ],
)
async def test_an_offer_that_cannot_be_meant_is_refused_and_kept(
    centre: Centre, changed: dict[str, str], why: str
) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        fields = form(item, Action.ANSWER, text="Hilsen.", **OFFER | changed)
        refused = await client.post(f"/items/{item.id}", data=fields)
    assert (400, True) == (refused.status_code, why in text_of(refused))
    assert ">\nHilsen.</textarea>" in refused.text
    assert (item, []) == (await now(centre, item), await sent(centre))


async def test_an_offer_goes_with_an_answer_and_a_telephone_call_stays_without_it(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen", "en") as client:
        refused = await client.post(f"/items/{item.id}", data=form(item, Action.CLOSE, outcome="telephone", **OFFER))
    assert (400, item) == (refused.status_code, await now(centre, item))


async def test_in_a_browser_the_button_takes_it_back_and_leaves_when_its_time_is_over(
    chromium: Browser, tmp_path: Path
) -> None:
    async with running(tmp_path, undo_seconds=2) as centre:
        await centre.receive(message())
        item = await centre.item()
        async with browsing(chromium, centre, "kari.moen") as (page, complaints):
            await page.goto(f"/items/{item.id}")
            await page.locator("#claim").click()
            await page.locator("#undo").click()
            await page.get_by_text("Det er angret.").wait_for()
            assert None is (await now(centre, item)).owner
            await page.locator("#claim").click()
            await page.locator("#undo").wait_for(state="attached")
            await page.locator("#undo").wait_for(state="detached")
            assert [] == complaints


async def boxes(centre: Centre) -> list[str]:
    """What the boxes of the lines of the team's inbox send."""
    return [f"{x.item.id}~{x.item.version}" for x in await centre.hub.store.lines(TEAM)]


async def taken(client: httpx2.AsyncClient, centre: Centre) -> httpx2.Response:
    """Who signed in takes all that lies in the team's inbox: the page that this leads to."""
    data = {"do": "take", "item": await boxes(centre), "next": "/folders/new"}
    return await client.post("/bulk", data=data, follow_redirects=True)


async def test_what_was_done_to_several_is_taken_back_together_by_whoever_did_it(slow: Centre) -> None:
    await slow.receive(*(message(subject=f"Nummer {n}") for n in range(3)))
    async with slow.client("kari.moen") as client, slow.client("elle.sara") as other:
        done = await taken(client, slow)
        path, fields = undoing(done)
        assert ("/bulk/undo", "/folders/new") == (path, fields["next"])
        assert "Angre : Du har tatt 3 meldinger." in text_of(done)
        assert 409 == (await other.post(path, data=fields)).status_code
        undone = await client.post(path, data=fields, follow_redirects=True)
        assert "Det er angret." in text_of(undone)
        assert [State.NEW] * 3 == [x.item.state for x in await slow.hub.store.lines(TEAM)]
        late = await client.post(path, data=fields)
        assert (409, True) == (late.status_code, "Det kan ikke angres lenger." in text_of(late))
        assert 400 == (await client.post(path, data={"until": "1e9"})).status_code


async def test_of_several_only_what_somebody_has_changed_since_stays_as_it_is(slow: Centre) -> None:
    await slow.receive(*(message(subject=f"Nummer {n}") for n in range(2)))
    async with slow.client("kari.moen") as client:
        path, fields = undoing(await taken(client, slow))
        kept = (await slow.hub.store.lines(TEAM))[0].item
        await slow.act("kari.moen", Act(Action.RELEASE), kept)
        again = await client.post("/bulk", data={"do": "take", "item": await boxes(slow), "next": "/folders/new"})
        assert (409, True) == (again.status_code, "Du har tatt 1 melding." in text_of(again))
        # The page that says what was refused takes back what was done.
        assert (path, True) == (undoing(again)[0], fields["until"] != undoing(again)[1]["until"])
        await client.post(path, data=fields)
        assert 1 == sum(x.item.state is State.CLAIMED for x in await slow.hub.store.lines(TEAM))


async def test_the_undo_of_several_says_of_how_many_it_came_too_late(slow: Centre) -> None:
    await slow.receive(*(message(subject=f"Nummer {n}") for n in range(3)))
    async with slow.client("kari.moen") as client:
        path, fields = undoing(await taken(client, slow))
        kept = (await slow.hub.store.lines(TEAM))[0].item
        await slow.act("kari.moen", Act(Action.CLOSE, outcome=Outcome.TELEPHONE), kept)
        undone = await client.post(path, data=fields)
        words = "Det er angret for 2 meldinger. Ingenting ble gjort med 1 melding: Noen andre endret meldingen først"
        assert (409, True) == (undone.status_code, words in text_of(undone))
        # Whatever a form says of how many there were, no more are told of than can be done together.
        forged = await client.post(path, data=fields | {"num": "99999"})
        assert (409, True) == (forged.status_code, forged.text.count("<li>Noen andre") <= several.MOST)
    assert [State.NEW] * 2 == [x.item.state for x in await slow.hub.store.lines(TEAM)]


async def test_where_the_store_fails_in_the_midst_each_is_told_what_became_of_it(centre: Centre) -> None:
    await centre.receive(*(message(subject=f"Nummer {n}") for n in range(3)))
    items = [x.item for x in await centre.hub.store.lines(TEAM)]
    first, *rest = wishes = [Wish(x.id, x.version) for x in items]

    async def until(wish: Wish) -> Item:
        if wish != first:
            raise Unavailable("the database is away")
        return items[0]

    found = DoneOut.of("done", await several.each(centre.hub, wishes, until)).items
    assert [("done", ""), ("unavailable", "the database is away"), ("unavailable", several.NOT_TRIED)] == [
        (x.outcome, x.detail) for x in found
    ]
    with pytest.raises(Unavailable):
        await several.each(centre.hub, rest, until)


async def test_a_page_of_another_site_does_nothing_by_a_cookie(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    path, body = f"/v1/items/{item.id}/claim", {"version": item.version}
    async with centre.client("kari.moen") as client:
        sibling = {"Origin": "https://other.example.org", "Sec-Fetch-Site": "same-site"}
        assert 403 == (await client.post(path, json=body, headers=sibling)).status_code
        assert 200 == (await client.get(f"/v1/items/{item.id}", headers=sibling)).status_code
        assert None is (await now(centre, item)).owner
        own = {"Origin": centre.url, "Sec-Fetch-Site": "same-origin"}
        assert 200 == (await client.post(path, json=body, headers=own)).status_code


async def test_a_sign_that_no_text_has_is_refused_before_anything_is_asked(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    asked = {"to": "vakt", "question": "Hva\0nå?"}
    taken = {"do": "take", "items": [{"id": f"{item.id}\0", "version": 1}]}
    async with centre.client("kari.moen") as client:
        found = [
            await client.get("/v1/items/a%00b"),
            await client.get("/search", params={"q": "a\0b"}),
            await client.get("/fhir/Task", params={"_id": "a\0b"}),
            await client.post("/fhir/Task/_search", data={"_id": "a\0b"}),
            await client.post(f"/v1/items/{item.id}/opinions", json=asked),
            await client.post("/v1/items/several", json=taken),
            await client.post("/bulk", data={"do": "take", "item": "a\0~1"}),
            await client.post(f"/items/{item.id}", data=form(item, Action.ANSWER, text="Vi\0ringer")),
        ]
        assert [400] * len(found) == [x.status_code for x in found]
        outcomes = [x.headers["content-type"].startswith("application/fhir+json") for x in found]
        assert [2, 3] == [n for n, x in enumerate(outcomes) if x]


async def test_a_program_does_the_same_to_several_and_takes_it_back(centre: Centre) -> None:
    await centre.receive(*(message(subject=f"Nummer {n}") for n in range(2)))
    wishes = [{"id": id, "version": int(version)} for id, version in (x.split("~") for x in await boxes(centre))]
    path, absent = "/v1/items/several", {"id": "0" * 20, "version": 1}
    async with centre.client("kari.moen") as client:
        asked = {"do": "take", "items": [*wishes, absent], "undo_seconds": 30}
        first, second, third = (await client.post(path, json=asked)).json()["items"]
        assert ["done", "done", "unknown"] == [x["outcome"] for x in (first, second, third)]
        assert ("kari.moen", "claimed", None) == (first["owner"], first["state"], third["state"])
        again = (await client.post(path, json=asked)).json()["items"]
        assert ["stale", "stale", "unknown"] == [x["outcome"] for x in again]
        assert ("kari.moen", "item.claimed", first["version"]) == tuple(again[0][k] for k in ("by", "event", "version"))
        made = [{"id": x["id"], "version": x["version"]} for x in (first, second)]
        read = (await client.post(path, json={"do": "read", "items": made})).json()["items"]
        assert ["refused", "refused"] == [x["outcome"] for x in read]
        undone = (await client.post(path, json={"do": "undo", "items": made})).json()["items"]
        assert [("done", None, "new")] * 2 == [(x["outcome"], x["owner"], x["state"]) for x in undone]
        for bad in ({"do": "hand_on", "items": made}, {"do": "take", "items": []}, {"do": "close", "items": made}):
            assert 400 == (await client.post(path, json=bad)).status_code


async def test_whoever_plans_is_not_told_by_a_refusal_whose_message_it_is(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    data = {"do": "hand_on", "to": "saksbehandling", "item": [f"{item.id}~99"], "next": "/"}
    async with centre.client("geir.aasen") as manager:
        assert 403 == (await manager.get(f"/items/{item.id}")).status_code
        refused = await manager.post("/bulk", data=data)
    assert (409, False, False) == (refused.status_code, "Anna" in refused.text, item.id in refused.text)


async def test_after_several_the_undo_of_one_message_is_its_own(slow: Centre) -> None:
    await slow.receive(*(message(subject=f"Nummer {n}") for n in range(2)))
    async with slow.client("kari.moen") as client:
        taken, other = await boxes(slow)
        done = await client.post("/bulk", data={"do": "take", "item": [taken], "next": "/folders/group"})
        where = {"Referer": f"{slow.url}{done.headers['location']}"}
        id = other.partition("~")[0]
        fields = hidden(await client.get(f"/items/{id}", headers=where))
        item = next(x.item for x in await slow.hub.store.lines(TEAM) if x.item.id == id)
        close = form(item, Action.CLOSE, outcome="telephone", list=fields.get("list", ""))
        ended = await client.post(f"/items/{id}", data=close)
        path, _ = undoing(await client.get(ended.headers["location"]))
        assert f"/items/{id}/undo" == path
