"""The pages: what a nurse sees and does in an inbox, with scripts and without, in a real browser."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from html import escape, unescape

import pytest
from playwright.async_api import Browser, Route, expect

from hub.desk import Act
from hub.directory import InboxId
from hub.item import Action, Outcome
from hub.web.pages import lists
from tests.web.running import (
    ANDREAS,
    ANNA,
    BAD_TEXT,
    BY_STREAM,
    COORDINATOR,
    HOME_SERVICE,
    MORNING,
    SCRIPT,
    TEAM,
    Centre,
    Scheme,
    browsing,
    followed,
    form,
    hidden,
    member,
    message,
    text_of,
)
from tests.wire.builders import attachment, wanted

# ------------------------------------------------------------------------------------------------ signing in


async def test_nobody_sees_anything_without_signing_in(centre: Centre) -> None:
    async with centre.client() as client:
        for path in ("/", f"/inboxes/{TEAM}", f"/inboxes/{TEAM}/lines", "/items/x"):
            response = await client.get(path)
            assert (303, f"/sign-in?next={path}") == (response.status_code, response.headers["location"])


async def test_after_signing_in_one_is_where_one_wanted_to_be(centre: Centre) -> None:
    async with centre.client() as client:
        wanted_page = (await client.get(f"/inboxes/{TEAM}?ended=1")).headers["location"]
        assert 'name="next" value="/inboxes/primaerhelseteam?ended=1"' in (await client.get(wanted_page)).text
        fields = {"username": "Kari.Moen ", "password": "sambud", "next": f"/inboxes/{TEAM}?ended=1"}
        response = await client.post("/sign-in", data=fields)
        assert (303, f"/inboxes/{TEAM}?ended=1") == (response.status_code, response.headers["location"])
        cookie = response.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie and "max-age" not in cookie
        assert f"/inboxes/{TEAM}" == (await client.get("/")).headers["location"]


async def test_a_wrong_password_is_said_in_words_and_keeps_the_username(centre: Centre) -> None:
    async with centre.client() as client:
        response = await client.post("/sign-in", data={"username": "kari.moen", "password": "wrong"})
    assert 401 == response.status_code
    assert "Brukernavnet eller passordet er feil." in response.text
    assert 'value="kari.moen"' in response.text and "wrong" not in response.headers.get("set-cookie", "")


async def test_signing_in_never_leads_to_another_site(centre: Centre) -> None:
    async with centre.client() as client:
        for next in ("https://example.org/", "//example.org", "/\\example.org", "/\t/example.org", "javascript:1", ""):
            fields = {"username": "kari.moen", "password": "sambud", "next": next}
            assert (next, "/") == (next, (await client.post("/sign-in", data=fields)).headers["location"])


async def test_signing_out_ends_the_session_and_not_only_the_cookie(centre: Centre) -> None:
    async with centre.client("kari.moen") as client:
        token = client.cookies["sambud"]
        assert "/sign-in" == (await client.post("/sign-out")).headers["location"]
        client.cookies.set("sambud", token)
        assert 303 == (await client.get(f"/inboxes/{TEAM}")).status_code


async def test_a_session_ends_with_its_account_and_with_its_password(centre: Centre) -> None:
    accounts = centre.hub.accounts
    changed = replace(accounts.people["kari.moen"], password_hash=accounts.people["elle.sara"].password_hash + " ")
    without = {k: v for k, v in accounts.people.items() if k != "kari.moen"}
    async with centre.client("kari.moen") as client:
        for people, status in ((accounts.people, 200), ({**without, "kari.moen": changed}, 303), (without, 303)):
            centre.hub.accounts = replace(accounts, people=people)
            assert status == (await client.get(f"/inboxes/{TEAM}")).status_code


async def test_a_stream_ends_when_its_reader_signs_out(centre: Centre) -> None:
    async with centre.client("kari.moen") as client, centre.client() as other:
        cookie = {"Cookie": f"sambud={client.cookies['sambud']}"}
        async with other.stream("GET", "/v1/events", headers=cookie) as stream:
            assert 200 == stream.status_code
            await client.post("/sign-out")
            async with asyncio.timeout(3):
                assert [": here", "id: 0", "retry: 2000"] == [x async for x in stream.aiter_lines() if x]
        assert 401 == (await other.get("/v1/events", headers=cookie)).status_code


async def test_a_stream_goes_on_while_its_reader_is_signed_in(centre: Centre) -> None:
    async with centre.client("kari.moen") as client, client.stream("GET", "/v1/events") as stream:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2.5):
                async for _ in stream.aiter_lines():
                    pass


async def test_who_guesses_must_wait_whether_or_not_the_name_exists(centre: Centre) -> None:
    async with centre.client() as client:
        for name in ("kari.moen", "nobody.here"):
            wrong = {"username": name, "password": "wrong"}
            answers = await asyncio.gather(*(client.post("/sign-in", data=wrong) for _ in range(7)))
            assert [401] * 5 + [429] * 2 == sorted(a.status_code for a in answers)
            page = await client.post("/sign-in", data=wrong | {"password": "sambud"})
            assert (429, True) == (page.status_code, "Vent et halvt minutt" in page.text)
            answer = await client.get("/v1/inboxes", auth=(name, "sambud"))
            assert (429, "30", "urn:sambud:too-many-guesses") == (
                answer.status_code,
                answer.headers["Retry-After"],
                answer.json()["type"],
            )
        assert 303 == (await client.post("/sign-in", data={"username": "elle.sara", "password": "sambud"})).status_code


async def test_an_answer_survives_a_session_that_ended_and_is_sent_only_by_hand(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    answer = form(item, Action.ANSWER, text='Første linje\n<b>"andre"</b> linje', seen="1")
    async with centre.client() as client:
        page = await client.post(f"/items/{item.id}", data=answer)
        assert (401, True) == (page.status_code, f'action="/items/{item.id}"' in page.text)
        assert "Det du skrev, er tatt vare på" in page.text
        kept = hidden(page)
        assert answer == {k: v for k, v in kept.items() if v}
        wrong = await client.post(f"/items/{item.id}", data=kept | {"username": "kari.moen", "password": "wrong"})
        assert (401, kept) == (wrong.status_code, hidden(wrong))
        again = await client.post(f"/items/{item.id}", data=kept | {"username": "kari.moen", "password": "sambud"})
        assert (200, item) == (again.status_code, await centre.item())
        assert "Du er logget inn igjen, og ingenting er gjort ennå" in again.text
        assert escape(answer["text"]).replace("&quot;", "&#34;") + "</textarea>" in again.text
        sent = await client.post(f"/items/{item.id}", data=answer)
    assert (303, f"/inboxes/{TEAM}?done=answered") == (sent.status_code, sent.headers["location"])


FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://example.org"},
    {"Origin": "https://example.org"},
    {"Origin": "null"},
)
OWN = (
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
)


async def test_a_form_from_another_site_is_refused(centre: Centre) -> None:
    await centre.receive(message())
    async with centre.client("kari.moen") as client:
        for headers in FOREIGN:
            item = await centre.item()
            response = await client.post(f"/items/{item.id}", data=form(item, Action.CLAIM), headers=headers)
            assert (headers, 403, item) == (headers, response.status_code, await centre.item())
        for n, headers in enumerate(OWN):
            item = await centre.item()
            action = Action.RELEASE if n % 2 else Action.CLAIM
            response = await client.post(f"/items/{item.id}", data=form(item, action), headers=headers)
            assert (headers, 303) == (headers, response.status_code)


async def test_the_sites_own_origin_is_let_through(centre: Centre) -> None:
    async with centre.client() as client:
        fields = {"username": "kari.moen", "password": "sambud"}
        assert 303 == (await client.post("/sign-in", data=fields, headers={"Origin": centre.url})).status_code


# -------------------------------------------------------------------------------------------------- the list


async def test_the_list_shows_what_is_due_first(centre: Centre) -> None:
    await centre.receive(message(subject="Vanlig"), message(subject="Fall", text="Pasienten har falt."))
    async with centre.client("kari.moen") as client:
        page = await client.get(f"/inboxes/{TEAM}")
    assert 200 == page.status_code
    words = text_of(page)
    assert words.index("25 min igjen") < words.index("Fall") < words.index("I dag 16:00") < words.index("Vanlig")
    assert "Fjordbyen kommune, Sykepleietjeneste" in words and "Anna Aas" in words
    assert "<title>(2) Primærhelseteamet – Sambud</title>" in page.text


async def test_the_birth_date_and_attachments_are_in_the_list(centre: Centre) -> None:
    await centre.receive(message(born="1946-06-01", attachments=attachment() + attachment()))
    async with centre.client("kari.moen") as client:
        words = text_of(await client.get(f"/inboxes/{TEAM}"))
    assert "01.06.1946" in words and "2 vedlegg" in words


async def test_an_empty_inbox_says_what_that_means(centre: Centre) -> None:
    async with centre.client("kari.moen") as client:
        assert "Ingenting venter her." in (await client.get(f"/inboxes/{TEAM}")).text
        assert "Ingenting er avsluttet ennå." in (await client.get(f"/inboxes/{TEAM}?ended=1")).text


async def test_the_list_goes_on_where_it_ended(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LINES", 2)
    await centre.receive(*(message(subject=f"Nummer {n}") for n in range(5)))
    seen: list[str] = []
    path: str | None = f"/inboxes/{TEAM}"
    async with centre.client("kari.moen") as client:
        while path:
            page = (await client.get(path)).text
            seen += re.findall(r'class="subject">(Nummer \d)', page)
            link = re.search(r'id="more" href="([^"]+)"', page)
            path = unescape(link[1]) if link else None
    assert [f"Nummer {n}" for n in range(5)] == sorted(seen)


async def test_the_fragment_has_the_lists_and_the_counts_only(centre: Centre) -> None:
    await centre.receive(message())
    async with centre.client("kari.moen") as client:
        page = (await client.get(f"/inboxes/{TEAM}/lines?new=1")).text
    assert "<html" not in page and '<section id="lines"' in page and '<nav id="inboxes"' in page
    assert 'data-status="1 ny melding"' in page
    assert 'data-offline="Sist oppdatert 09:05 – ingen forbindelse"' in page
    assert 'data-title="(1) Primærhelseteamet – Sambud"' in page


async def test_an_inbox_is_told_about_late_items_elsewhere(centre: Centre) -> None:
    await centre.receive(message(text="Pasienten har falt."), at=MORNING - timedelta(minutes=40))
    await centre.receive(message(text="Har falt.", subject="Fall hjemme", about=ANDREAS, rest=wanted("24", "LE")),
                         at=MORNING - timedelta(minutes=40))  # fmt: skip
    while await centre.hub.tick(centre.hub.clock.now()):
        pass
    async with centre.client("berit.dahl") as client:
        page = await client.get(f"/inboxes/{COORDINATOR}")
        own = await client.get(f"/inboxes/{TEAM}")
    words = text_of(page)
    assert "Varsler 2" in words and "Ligger i Máret Hætta" in words and "15 min for sent" in words
    # Neither lies in this inbox; whom a ladder has told opens both.
    assert 2 == len(re.findall(r'id="told-[^"]+" href="/items/', page.text))
    assert "Varsler" not in text_of(own) and "trinn 2" in text_of(own)


@pytest.mark.parametrize(("person", "own"), [("amir.rahimi", "vakt"), ("@ledelse", "ledelse")])
async def test_whom_a_ladder_told_reads_and_ends_the_item_on_its_page(centre: Centre, person: str, own: str) -> None:
    await centre.receive(message(text="Pasienten har falt."), at=MORNING - timedelta(minutes=90))
    while await centre.hub.tick(centre.hub.clock.now()):
        pass
    who = person if person[0] != "@" else member(centre, InboxId(own))
    item = await centre.item()
    assert InboxId(own) in await centre.hub.store.told(item.id)
    async with centre.client(who) as client:
        assert f'href="/items/{item.id}"' in (await client.get(f"/inboxes/{own}")).text
        page = await client.get(f"/items/{item.id}")
        assert (200, True) == (page.status_code, f'href="/inboxes/{own}"' in page.text)
        assert "Ligger i Primærhelseteamet" in text_of(page) and 'data-inbox=""' in page.text
        response = await client.post(f"/items/{item.id}", data=form(item, Action.ANSWER, text="Vi ringer."))
        assert (303, f"/inboxes/{own}?done=answered") == (response.status_code, response.headers["location"])
        assert 200 == (await client.get(response.headers["location"])).status_code


async def test_an_item_whose_inbox_is_gone_is_still_read_by_whom_it_was_told(centre: Centre) -> None:
    await centre.receive(message(text="Pasienten har falt."), at=MORNING - timedelta(minutes=90))
    while await centre.hub.tick(centre.hub.clock.now()):
        pass
    item, known = await centre.item(), centre.hub.directory
    gone = replace(known, inboxes={k: v for k, v in known.inboxes.items() if k != TEAM})
    centre.hub.order = replace(centre.hub.order, directory=gone)
    async with centre.client("amir.rahimi") as client:
        page = await client.get(f"/items/{item.id}")
    assert (200, True) == (page.status_code, "Ligger i primaerhelseteam" in text_of(page))


async def test_an_inbox_of_others_is_closed(centre: Centre) -> None:
    async with centre.client("kari.moen") as client:
        assert 403 == (await client.get("/inboxes/ledelse")).status_code
        assert 403 == (await client.get("/inboxes/ledelse/lines")).status_code
        for path in ("/inboxes/nowhere", "/items/nothing", "/nowhere"):
            page = await client.get(path)
            assert (404, True) == (page.status_code, "Her er det ingenting" in page.text)
        for after in ("x", "2026-11-24T08:00:00~x", "~", "2026-11-24T08:00:00+00:00~", "0001-01-01T00:00:00+14:00~x"):
            assert 400 == (await client.get(f"/inboxes/{TEAM}", params={"after": after})).status_code


# --------------------------------------------------------------------------------------------------- an item


async def test_an_item_shows_what_matters_and_why(centre: Centre) -> None:
    await centre.receive(message(text="Tungpustet.\nVekt opp 2 kg.", attachments=attachment(description="Epikrise")))
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        page = await client.get(f"/items/{item.id}")
    words = text_of(page)
    for said in (
        "Anna Aas", "018646 12632", "(80 år)", "Tungpustet. Vekt opp 2 kg.", "Epikrise",
        "Tirsdag 24. november 16:00", "samme arbeidsdag, mottatt før 15:00", "Ingen har tatt meldingen.",
        "Regelen «Pasient med kommunale tjenester» sender dette til teamet som følger pasienten",
        "Det er ingen testmelding", "Mottatt og kvittert.", "Sendes til Fjordbyen kommune, Sykepleietjeneste",
    ):  # fmt: skip
        assert said in words, said
    assert "Tungpustet.\nVekt opp 2 kg." in page.text


async def test_text_from_a_message_is_text_and_never_markup(centre: Centre) -> None:
    await centre.receive(message(text=BAD_TEXT, subject=SCRIPT, about=("<i>Aas</i>", "<script>", ANNA[2])))
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        for path in (f"/inboxes/{TEAM}", f"/inboxes/{TEAM}/lines", f"/items/{item.id}"):
            page = (await client.get(path)).text
            assert "<script>" not in page and "<img" not in page and "<i>" not in page
            assert "&lt;script&gt;" in page


async def test_taking_an_item_shows_everybody_who_has_it(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as kari, centre.client("elle.sara") as elle:
        response = await kari.post(f"/items/{item.id}", data=form(item, Action.CLAIM))
        assert (303, f"/items/{item.id}") == (response.status_code, response.headers["location"])
        assert "Du har tatt meldingen." in (await kari.get(f"/items/{item.id}")).text
        page = (await elle.get(f"/items/{item.id}")).text
        assert "Kari Moen har tatt meldingen." in page
        # Anybody may give it back, should she be away; nobody else may answer or close it.
        assert ["release"] == re.findall(r'name="action" value="(\w+)"', page)
        taken = await centre.item()
        await kari.post(f"/items/{item.id}", data=form(taken, Action.RELEASE))
        assert "Ingen har tatt meldingen." in (await elle.get(f"/items/{item.id}")).text


async def test_an_answer_goes_out_and_the_inbox_says_so(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        answer = form(item, Action.ANSWER, text="Vi ringer i dag.\r\nHilsen Kari")
        response = await client.post(f"/items/{item.id}", data=answer)
        assert (303, f"/inboxes/{TEAM}?done=answered") == (response.status_code, response.headers["location"])
        assert "Svaret er på vei til avsenderen." in (await client.get(response.headers["location"])).text
        ended = text_of(await client.get(f"/inboxes/{TEAM}?ended=1"))
        page = (await client.get(f"/items/{item.id}")).text
    assert "Besvart Frist i dag 16:00" in ended and "Kari Moen" in ended
    assert "Kari Moen har besvart meldingen." in page and 'name="action"' not in page
    assert '<h2>Svar</h2><div class="text">Vi ringer i dag.\nHilsen Kari</div>' in page
    (posted,) = [p for p in await centre.hub.store.mailbox(HOME_SERVICE) if p.kind == "answer"]
    assert b"Vi ringer i dag." in posted.body and b"\r" not in posted.body and b"&#13;" not in posted.body


async def test_closing_needs_an_outcome_and_sometimes_a_note(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        page = await client.post(f"/items/{item.id}", data=form(item, Action.CLOSE, note="Drar ut kl. 15"))
        assert (400, True) == (page.status_code, "Velg hva som ble gjort." in page.text)
        assert "Drar ut kl. 15</textarea>" in page.text
        page = await client.post(f"/items/{item.id}", data=form(item, Action.CLOSE, outcome="other"))
        assert (400, True) == (page.status_code, "Skriv et notat" in page.text)
        assert 'value="other" required checked' in page.text
        closed = form(item, Action.CLOSE, outcome="home_visit", note="Drar ut kl. 15")
        response = await client.post(f"/items/{item.id}", data=closed)
        assert f"/inboxes/{TEAM}?done=closed" == response.headers["location"]
        words = text_of(await client.get(f"/items/{item.id}"))
    assert "Kari Moen avsluttet meldingen: Hjemmebesøk avtalt" in words and "Drar ut kl. 15" in words


FORGED: tuple[dict[str, str], ...] = (
    {"action": "answer", "version": "1", "text": " \n"},
    {"action": "answer", "version": "1", "text": "x" * 100_001},
    {"action": "close", "version": "1", "outcome": "other", "note": "x" * 10_001},
    {"action": "answer", "version": "one", "text": "x"},
    {"action": "dance", "version": "1", "text": "x"},
    {"action": "close", "version": "1", "outcome": "dance", "note": "x"},
    {"action": "withdraw", "version": "1"},
    {},
)


async def test_a_form_that_cannot_be_meant_changes_nothing(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        for fields in FORGED:
            page = await client.post(f"/items/{item.id}", data=fields)
            assert (400, True) == (page.status_code, 'role="alert" id="problem"' in page.text), fields
    assert item == await centre.item()


async def test_a_stale_answer_is_kept_and_says_what_happened(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    await centre.act("elle.sara", Act(Action.CLAIM))
    async with centre.client("kari.moen") as client:
        page = await client.post(
            f"/items/{item.id}", data=form(item, Action.ANSWER, text="Mitt svar\nto linjer", seen="1")
        )
        assert 409 == page.status_code
        words = text_of(page)
        assert "Noen andre endret meldingen først Elle Sara har tatt meldingen." in words
        assert "Elle Sara tok meldingen" in words and "Mitt svar\nto linjer</textarea>" in page.text
        # When she gives it back, the same text can be sent from the page that was shown.
        given = await centre.act("elle.sara", Act(Action.RELEASE))
        page = await client.post(f"/items/{item.id}", data=form(item, Action.ANSWER, text="Mitt svar"))
        assert 409 == page.status_code and f'name="version" value="{given.version}"' in page.text
        response = await client.post(f"/items/{item.id}", data=form(given, Action.ANSWER, text="Mitt svar"))
    assert 303 == response.status_code


async def test_what_was_written_to_an_item_that_has_ended_is_still_there(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    await centre.act("elle.sara", Act(Action.CLOSE, outcome=Outcome.TELEPHONE))
    async with centre.client("kari.moen") as client:
        page = await client.post(f"/items/{item.id}", data=form(item, Action.ANSWER, text="Mitt svar"))
    assert 409 == page.status_code
    assert "Elle Sara har avsluttet meldingen." in page.text and "Mitt svar</textarea>" in page.text


async def test_a_reminder_that_goes_out_while_somebody_writes_does_not_stop_the_answer(centre: Centre) -> None:
    await centre.receive(message(text="Pasienten har falt."), at=MORNING - timedelta(minutes=10))
    async with centre.client("kari.moen") as client:
        before = await centre.item()
        page = (await client.get(f"/items/{before.id}")).text
        seen = re.search(r'name="seen" value="(\d+)"', page)
        assert seen and await centre.hub.tick(centre.hub.clock.now())
        assert before.version < (await centre.item()).version
        answer = form(before, Action.ANSWER, text="Vi kommer.", seen=seen[1])
        assert 303 == (await client.post(f"/items/{before.id}", data=answer)).status_code


async def test_a_copy_for_information_is_read_and_not_answered(centre: Centre) -> None:
    await centre.receive(message(text="Ønsker legevurdering."))
    gp = centre.hub.directory.listings[ANNA[2]].gp
    cover = centre.hub.directory.cover(gp, MORNING.date()).person
    assert cover
    own = centre.hub.directory.personal(cover)
    assert own
    copy = await centre.item(own.id)
    async with centre.client(cover) as client:
        page = (await client.get(f"/items/{copy.id}")).text
        assert "Til orientering" in page and 'id="answer"' not in page and 'id="read"' in page
        read = form(copy, Action.CLOSE, outcome="read")
        assert 303 == (await client.post(f"/items/{copy.id}", data=read)).status_code


# ------------------------------------------------------------------------------------------------- languages


@pytest.mark.parametrize(
    ("code", "heading", "chip"),
    [("nb", "Innbokser", "I dag 16:00"), ("en", "Inboxes", "Today 16:00"), ("se", "Poastaboksat", "Odne dii. 16:00")],
)
async def test_the_pages_speak_the_readers_language(centre: Centre, code: str, heading: str, chip: str) -> None:
    await centre.receive(message())
    async with centre.client("kari.moen", language=code) as client:
        page = await client.get(f"/inboxes/{TEAM}")
        assert f'<html lang="{code}"' in page.text and heading in page.text and chip in page.text
        item = await client.get(f"/items/{(await centre.item()).id}")
        assert (200, code) == (item.status_code, item.headers["content-language"])


async def test_a_chosen_language_is_kept(centre: Centre) -> None:
    async with centre.client("kari.moen") as client:
        chosen = {"language": "se", "next": f"/inboxes/{TEAM}?ended=1"}
        response = await client.post("/language", data=chosen)
        assert (303, f"/inboxes/{TEAM}?ended=1") == (response.status_code, response.headers["location"])
        assert '<html lang="se"' in (await client.get(f"/inboxes/{TEAM}")).text
        assert '<html lang="en"' in (await client.get(f"/inboxes/{TEAM}?language=en")).text
        await client.post("/language", data={"language": "xx"})
        assert '<html lang="se"' in (await client.get(f"/inboxes/{TEAM}?language=xx")).text


# ------------------------------------------------------------------------------------------- in a real browser


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_nurse_takes_and_answers_a_message(chromium: Browser, centre: Centre, scripts: bool) -> None:
    await centre.receive(message(), message(subject="En annen"))
    async with browsing(chromium, centre, "kari.moen", java_script_enabled=scripts) as (page, complaints):
        await expect(page).to_have_title("(2) Primærhelseteamet – Sambud")
        await page.get_by_role("row", name="Blodtrykk").get_by_role("link").click()
        await page.get_by_role("button", name="Ta meldingen").click()
        await expect(page.get_by_text("Du har tatt meldingen.")).to_be_visible()
        await page.get_by_label("Svar", exact=True).fill("Vi justerer medisinen.")
        await page.get_by_role("button", name="Send svaret").click()
        await expect(page.get_by_role("status")).to_have_text("Svaret er på vei til avsenderen.")
        await expect(page).to_have_title("(1) Primærhelseteamet – Sambud")
        await page.get_by_role("row", name="En annen").get_by_role("link").click()
        await page.get_by_text("Avslutt uten skriftlig svar").click()
        await page.get_by_label("Hjemmebesøk avtalt").check()
        await page.get_by_role("button", name="Avslutt meldingen").click()
        await expect(page.get_by_text("Ingenting venter her.")).to_be_visible()
        await page.get_by_role("link", name="Avsluttede").click()
        await expect(page.locator(".lines tbody tr")).to_have_count(2)
        await page.get_by_role("button", name="Logg ut").click()
        await expect(page.get_by_label("Brukernavn")).to_be_visible()
    assert [] == complaints


async def test_another_browser_sees_it_within_two_seconds_and_keeps_its_focus(
    chromium: Browser, centre: Centre
) -> None:
    await centre.receive(message(subject="Den første"))
    async with browsing(chromium, centre, "kari.moen") as (page, complaints):
        await expect(page.locator(".lines tbody tr")).to_have_count(1)
        await followed(page)
        await page.locator(".open").focus()
        focused = await page.evaluate("document.activeElement.id")
        await centre.receive(message(subject="Den andre"), at=centre.hub.clock.now())
        await expect(page.locator(".lines tbody tr")).to_have_count(2, timeout=BY_STREAM)
        await expect(page.get_by_role("status")).to_have_text("1 ny melding")
        await expect(page).to_have_title("(2) Primærhelseteamet – Sambud")
        await expect(page.locator("#inbox-primaerhelseteam .count")).to_have_text("2")
        assert focused == await page.evaluate("document.activeElement.id")
        await centre.act("elle.sara", Act(Action.CLAIM), await centre.item(nth=0))
        await expect(page.locator("#lines").get_by_text("Elle Sara")).to_be_visible(timeout=BY_STREAM)
    assert [] == complaints


async def test_a_page_that_stands_open_keeps_its_language(chromium: Browser, centre: Centre) -> None:
    async with browsing(chromium, centre, "kari.moen") as (page, _):
        await page.goto(f"/inboxes/{TEAM}?language=se")
        await expect(page.get_by_text("Dáppe ii leat mihkkege vuordimin.")).to_be_visible()
        await followed(page)
        await centre.receive(message(), at=centre.hub.clock.now())
        await expect(page.get_by_role("status")).to_have_text("1 ođđa dieđáhus")
        await expect(page.get_by_text("Odne dii. 16:00")).to_be_visible()


async def test_what_arrives_before_a_pages_stream_stands_is_told_all_the_same(
    chromium: Browser, centre: Centre
) -> None:
    async with browsing(chromium, centre, "kari.moen") as (page, _):

        async def late(route: Route) -> None:
            await centre.receive(message(), at=centre.hub.clock.now())
            await route.continue_()

        await page.route("**/v1/events?*", late, times=1)
        await page.goto(f"/inboxes/{TEAM}")
        await expect(page.get_by_role("status")).to_have_text("1 ny melding")


async def test_two_nurses_at_once_lose_nothing_of_what_was_written(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with browsing(chromium, centre, "kari.moen") as (page, _):
        async with page.expect_response("**/v1/events?*"):
            await page.goto(f"/items/{item.id}")
        await page.get_by_label("Svar", exact=True).fill("Halvferdig svar")
        await centre.act("elle.sara", Act(Action.CLAIM))
        await expect(page.get_by_text("Noen har endret meldingen.")).to_be_visible(timeout=BY_STREAM)
        await page.get_by_role("button", name="Send svaret").click()
        await expect(page.get_by_role("alert").filter(has_text="Noen andre endret meldingen først")).to_be_visible()
        await expect(page.get_by_label("Det du skrev")).to_have_value("Halvferdig svar")


async def test_a_broken_line_is_said_and_a_mended_one_too(chromium: Browser, centre: Centre) -> None:
    async with browsing(chromium, centre, "kari.moen") as (page, _):
        await page.route("**/v1/events?*", lambda route: route.abort())
        await page.goto(f"/inboxes/{TEAM}")
        await expect(page.get_by_role("alert")).to_have_text(
            re.compile(r"Sist oppdatert \d\d:\d\d – ingen forbindelse")
        )
        await page.unroute("**/v1/events?*")
        await expect(page.locator("#offline")).to_be_hidden()


async def test_a_script_in_a_message_does_nothing(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message(text=BAD_TEXT, subject=SCRIPT))
    async with browsing(chromium, centre, "kari.moen") as (page, complaints):
        await expect(page.get_by_text("document.title")).to_be_visible()
        await page.locator(".open").click()
        await expect(page.locator(".message .text")).to_have_text(BAD_TEXT)
        assert "caught" != await page.title()
        assert 0 == await page.locator("main script, main img, main b >> text=fet").count()
    assert [] == complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_is_wider_than_the_screen(chromium: Browser, centre: Centre, scheme: Scheme) -> None:
    long = "Hjertesviktpoliklinikkoppfølgingsavtaleforlengelse" * 2
    await centre.receive(
        message(subject=long, text=f"{long}\n{long}", attachments=attachment(description=long)),
        message(text="Har falt.", about=("Aas-Nordmann-Hansen-Kristoffersen", "Anna Elisabeth", ANNA[2])),
    )
    await centre.act("kari.moen", Act(Action.CLAIM))
    item = await centre.item(nth=1)
    async with browsing(chromium, centre, "berit.dahl", color_scheme=scheme) as (page, complaints):
        for path in (f"/inboxes/{COORDINATOR}", f"/inboxes/{TEAM}", f"/items/{item.id}", "/sign-in"):
            await page.goto(path)
            for width in (320, 390, 700, 1000, 1366):
                await page.set_viewport_size({"width": width, "height": 800})
                over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                assert (path, width, 0) == (path, width, await page.evaluate(over))
    assert [] == complaints


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_nurse_whose_session_ended_goes_on_with_her_answer(
    chromium: Browser, centre: Centre, scripts: bool
) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with browsing(chromium, centre, "kari.moen", java_script_enabled=scripts) as (page, _):
        await page.goto(f"/items/{item.id}")
        await page.get_by_label("Svar", exact=True).fill("Halvferdig\nsvar")
        await page.context.clear_cookies(name="sambud")
        await page.get_by_role("button", name="Send svaret").click()
        await page.get_by_label("Brukernavn").fill("kari.moen")
        await page.get_by_label("Passord").fill("sambud")
        await page.get_by_role("button", name="Logg inn").click()
        await expect(page.get_by_label("Svar", exact=True)).to_have_value("Halvferdig\nsvar")
        await page.get_by_role("button", name="Send svaret").click()
        await expect(page.get_by_role("status")).to_have_text("Svaret er på vei til avsenderen.")


async def test_whom_a_ladder_told_follows_the_own_inboxes(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message(text="Pasienten har falt."), at=MORNING - timedelta(minutes=90))
    while await centre.hub.tick(centre.hub.clock.now()):
        pass
    async with browsing(chromium, centre, "amir.rahimi") as (page, complaints):
        async with page.expect_response("**/v1/events?*") as followed:
            await page.goto(f"/items/{(await centre.item()).id}")
        assert 200 == (await followed.value).status
    assert [] == complaints


async def test_every_line_of_the_list_is_reached_and_opened_by_keyboard(chromium: Browser, centre: Centre) -> None:
    await centre.receive(message())
    async with browsing(chromium, centre, "kari.moen") as (page, _):
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Hopp til innholdet")).to_be_focused()
        await page.keyboard.press("Enter")
        # The search with its button, the filters, two tabs, the update, and the box of the line.
        for _n in range(8):
            await page.keyboard.press("Tab")
        await expect(page.locator(".open")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Anna Aas")).to_be_visible()
