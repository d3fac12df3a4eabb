"""Each promise of the inbox, kept from end to end in a browser: in every language, with scripts and without.

Of the six ways each journey goes three, one in each language, by turns with scripts and without; `make journeys` goes
all of them.

All journeys share one centre. Each brings messages of its own, about a patient whom no other journey has, and finds
them by their subject; what is still open when it ends is closed, so that the next one begins with empty folders.
"""

import os
import re
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Locator, expect

from hub import identity, searching
from hub.desk import WRONG_ADDRESS, Act
from hub.directory import InboxId
from hub.item import Action, Item, Outcome, State
from hub.selection import Folder
from hub.service import Delivery
from hub.web import language, wording
from hub.web.pages import lists
from tests.web.running import MORNING, RECEIPT, TEAM, Room, Seat, followed, running, seated
from tests.web.test_preview import PICTURE
from tests.wire.builders import PDF, attachment

KARI, ELLE, BERIT, NORA, LARS = "kari.moen", "elle.sara", "berit.dahl", "nora.nordli", "lars.berglund"
DUTY, NORAS, INGRIDS = InboxId("vakt"), InboxId("nora-nordli"), InboxId("ingrid-haugen")
LIST = f"/inboxes/{TEAM}"
HURRIES = "Pasienten har falt."  # due within half an hour
LOOKED = "document.addEventListener('sambud:looked', () => { document.documentElement.dataset.looked = ''; })"


@pytest.fixture(scope="module")
async def room(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    async with running(tmp_path_factory.mktemp("inbox"), undo_seconds=60) as centre:
        # Messages say of each that it is a birth number; some have a D-number.
        listed = [
            x
            for x in centre.hub.directory.listings.values()
            if x.pht == TEAM and not x.flags and not identity.doubtful(x.national_id, "FNR")
        ]
        bokmål, sami = (iter([x for x in listed if x.language == code]) for code in ("nb", "se"))
        yield Room(chromium, centre, bokmål, sami)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Which ways a journey goes."""
    if "nurse" not in metafunc.fixturenames:
        return
    journeys = [name for name in vars(metafunc.module) if name.startswith("test_")]
    begins, whole = journeys.index(metafunc.function.__name__), bool(os.environ.get("SAMBUD_WHOLE"))
    ways = [
        (code, scripts)
        for turn, code in enumerate(language.LANGUAGES, begins)
        for scripts in (True, False)
        if whole or scripts is (turn % 2 == 0)
    ]
    ids = [f"{code}-{'scripts' if scripts else 'plain'}" for code, scripts in ways]
    metafunc.parametrize("nurse", ways, indirect=True, ids=ids)


@pytest.fixture
async def nurse(request: pytest.FixtureRequest, room: Room) -> AsyncIterator[Seat]:
    """A nurse of the team; what is still open when she leaves is closed."""
    code, scripts = request.param
    async with seated(room, KARI, language.load(code), scripts) as seat:
        yield seat
    for person, item in await room.lines():
        await room.centre.act(item.owner or person, Act(Action.CLOSE, outcome=Outcome.TELEPHONE), item)


async def shows(seat: Seat, folder: Folder, item: Item, **counts: int) -> None:
    """A folder has its name, the message, and these counts beside the folders."""
    await seat.page.goto(f"/folders/{folder.value}")
    await expect(seat.page.locator("h1")).to_have_text(seat.say(wording.FOLDERS[folder]))
    await expect(seat.line(item)).to_have_count(1)
    shown = {x: int(await seat.page.locator(f"#folder-{x} .count").inner_text()) for x in counts}
    assert counts == shown


async def test_a_message_lies_in_the_folder_of_where_it_stands_and_is_counted_there(nurse: Seat) -> None:
    (item,) = await nurse.receives("Blodtrykk 180/100.")
    await shows(nurse, Folder.NEW, item, new=1, mine=0, group=1, waiting=0)
    await nurse.centre.act(KARI, Act(Action.CLAIM), item)
    await shows(nurse, Folder.MINE, item, new=0, mine=1, group=1, waiting=0)
    await nurse.centre.act(KARI, Act(Action.ASK, text="Hvor lenge?"), await nurse.now(item))
    await shows(nurse, Folder.WAITING, item, new=0, waiting=1)
    await nurse.centre.act(KARI, Act(Action.ANSWER, text="Ja."), await nurse.now(item))
    await shows(nurse, Folder.ARCHIVE, item, new=0, mine=0, group=0, waiting=0)


async def test_what_did_not_get_through_lies_among_the_deviations_until_it_is_seen(nurse: Seat) -> None:
    (item,) = await nurse.receives("Blodtrykk 180/100.")
    await nurse.centre.act(KARI, Act(Action.ANSWER, text="Ja."), item)
    (sent,) = await nurse.centre.hub.store.sent(item.id)
    receipt = re.sub("<Id>5e0a4c1e-[^<]*", f"<Id>{uuid4()}", RECEIPT.format(sent.msg_id))
    exchange = next(x for x in nurse.centre.hub.accounts.systems.values() if x.any)
    await nurse.centre.hub.receive([Delivery(receipt.encode(), exchange)], MORNING)
    await shows(nurse, Folder.DEVIATIONS, item, deviations=1)
    await nurse.line(item).get_by_role("button").click()
    await nurse.told("Marked as seen.")
    await expect(nurse.page.locator("p.empty")).to_have_text(nurse.say(lists.EMPTY[Folder.DEVIATIONS]))


async def test_the_coordinator_sees_all_teams_and_moves_what_is_at_risk(nurse: Seat) -> None:
    seat = await nurse.beside(BERIT)
    page, team = seat.page, seat.page.locator(f"tr[data-to='inbox:{TEAM}']")
    first, second = await seat.receives(HURRIES, HURRIES, at=seat.centre.hub.clock.now())

    async def moves(item: Item, to: str) -> None:
        await page.locator(f"#choose-{item.id}").check()
        await seat.field("Move to").select_option(to)
        await seat.button("Move").click()

    await page.set_viewport_size({"width": 1366, "height": 1100})
    await page.add_init_script(LOOKED)
    await page.goto("/overview")
    parts = [seat.say(x) for x in ("Needs a hand now", "Teams", "People", "Cover, 14 days ahead")]
    await expect(page.get_by_role("heading", level=2)).to_contain_text(parts)
    assert 1 + 14 == await page.locator("table.cover thead th").count()
    sums = [int(x.split()[-1]) for x in await team.locator("td.num").all_inner_texts()]
    assert [0, 2, 2, 2, 0] == sums  # late, at risk, not taken, open, waiting
    if seat.scripts:
        # A row that is renewed while it is dragged is not dropped anywhere.
        await expect(page.locator("html[data-looked]")).to_have_count(1)
        await seat.line(first).drag_to(page.locator(f"tr[data-to='inbox:{DUTY}']"))
    else:
        await moves(first, f"inbox:{DUTY}")
    one, many = "%(num)d message is moved to %(name)s.", "%(num)d messages are moved to %(name)s."
    await seat.hears(seat.words.ngettext(one, many, 1, name="Vakthavende lege"))
    if seat.scripts:
        await page.locator(f"#open-{second.id}").focus()
        await page.keyboard.press("m")
        await page.keyboard.type("Per")
        await page.keyboard.press("Enter")
    else:
        await moves(second, "person:per.solbakken")
    await expect(seat.line(second)).to_contain_text("Per Solbakken")
    assert (DUTY, "per.solbakken") == ((await seat.now(first)).inbox, (await seat.now(second)).owner)


async def test_a_line_says_when_it_is_due_and_all_that_a_nurse_needs_the_first_due_first(nurse: Seat) -> None:
    who = next(nurse.room.patients)
    (later,) = await nurse.receives("Blodtrykk 180/100.", about=who)
    (item,) = await nurse.receives(HURRIES, about=who, born="1946-06-01", attachments=attachment() * 2)
    await nurse.centre.act(ELLE, Act(Action.CLAIM), item)
    async with nurse.centre.client(BERIT) as reader:
        await reader.put(f"/v1/items/{item.id}/reading", json={})
    await nurse.page.goto(LIST)
    await expect(nurse.page.locator("#lines .subject")).to_have_text([item.headline.subject, later.headline.subject])
    line, chip = nurse.line(item), nurse.line(item).locator(".chip.soon")
    await expect(chip).to_be_visible()
    assert 1 == await chip.locator("svg").count()
    colour = "x => getComputedStyle(x).backgroundColor"
    assert await chip.evaluate(colour) != await nurse.line(later).locator(".chip.later").evaluate(colour)
    for said in (
        *(f"{who.given_name} {who.family_name}", "01.06.1946", "Fjordbyen kommune, Sykepleietjeneste", "Elle Sara"),
        *(nurse.say(wording.KINDS[item.headline.kind]), nurse.say("Urgent")),
        *(ATTACHMENTS[nurse.words.code][1], nurse.words.gettext("read now by %(names)s", names="Berit Dahl")),
    ):
        await expect(line).to_contain_text(said)


WORDS = {
    "nb": ("30 min igjen", "2 t for sent", "Fristen løper videre i morgen 08:00"),
    "en": ("30 min left", "2 h late", "The deadline runs on tomorrow 08:00"),
    "se": ("30 min. báhcán", "2 diimmu maŋŋonan", "Áigemearri joatkašuvvá ihttin dii. 08:00"),
}


async def test_a_deadline_is_counted_down_in_words_and_stands_while_the_place_is_closed(nurse: Seat) -> None:
    soon, late, standing = WORDS[nurse.words.code]
    (item,) = await nurse.receives(HURRIES, at=nurse.centre.hub.clock.now())
    await nurse.page.goto(LIST)
    await expect(nurse.line(item).locator(".chip.soon")).to_have_text(soon)
    async with nurse.evening() as now:
        (hurried,) = await nurse.receives(HURRIES, at=now - timedelta(minutes=150))
        (item,) = await nurse.receives("Blodtrykk 180/100.", at=now)
        await nurse.page.goto(LIST)
        await expect(nurse.line(hurried).locator(".chip.late")).to_have_text(late)
        await expect(nurse.line(item).locator(".chip.standing")).to_have_text(standing)


async def test_filters_are_chips_in_the_address_and_are_saved_as_a_view(nurse: Seat) -> None:
    page, (wanted, _) = nurse.page, await nurse.receives("Blodtrykk 180/100.", "Vekt opp 2 kg.")
    subject, name = wanted.headline.subject, f"Mitt {wanted.headline.subject}"
    await page.goto("/folders/group")
    await nurse.unfolds("Filter")
    await nurse.field("About").fill(subject)
    await nurse.button("Show").click()
    await expect(page).to_have_url(re.compile(r"[?&]theme=" + subject.replace(" ", r"(\+|%20)")))
    await expect(page.locator("#lines .subject")).to_have_text([subject])
    await nurse.unfolds("Save this view")
    await nurse.field("Name").fill(name)
    await nurse.button("Save").click()
    await nurse.told("The view is saved.")
    await page.locator("a.filter").filter(has_text=subject).click()
    await expect(page).to_have_url(re.compile("/folders/group$"))
    await expect(page.locator("#lines .subject")).to_have_count(2)
    await page.locator("#inboxes").get_by_role("link", name=name).click()
    await expect(page.locator("#lines .subject")).to_have_text([subject])


async def test_what_informs_lies_in_its_folder_until_it_is_read_and_several_are_read_at_once(nurse: Seat) -> None:
    store, inboxes = nurse.centre.hub.store, nurse.centre.hub.directory.inboxes
    came = [x.message for x in await nurse.receives("Bør hun til lege?", "Tungpustet. Kan vi få lege?")]
    # Who stands in for the patient's doctor has the copies, where the doctor is away.
    copies = [x.item for id in inboxes if id != TEAM for x in await store.lines(id) if x.item.message in came]
    doctor = await nurse.beside(inboxes[copies[0].inbox].owner or "")
    await shows(doctor, Folder.INFORMATION, copies[0])
    for copy in copies:
        await doctor.line(copy).get_by_role("checkbox").check()
    await doctor.button("Mark as read").click()
    one, many = "%(num)d message is marked as read.", "%(num)d messages are marked as read."
    await doctor.hears(nurse.words.ngettext(one, many, 2))
    await expect(doctor.line(copies[0])).to_have_count(0)
    assert [State.CLOSED] * 2 == [(await nurse.now(x)).state for x in copies]


async def test_several_messages_are_taken_at_once(nurse: Seat) -> None:
    items = await nurse.receives("Blodtrykk 180/100.", "Vekt opp 2 kg.", "Tungpustet.")
    await nurse.page.goto("/folders/new")
    for item in items[:2]:
        await nurse.line(item).get_by_role("checkbox").check()
    await nurse.button("Take them").click()
    await nurse.hears(nurse.words.ngettext("You have taken %(num)d message.", "You have taken %(num)d messages.", 2))
    assert [KARI, KARI, None] == [(await nurse.now(x)).owner for x in items]


async def test_several_messages_are_handed_over_at_once_and_fetched_back(nurse: Seat) -> None:
    items = await nurse.receives("Blodtrykk 180/100.", "Vekt opp 2 kg.")
    await nurse.page.goto("/folders/new")
    for item in items:
        await nurse.line(item).get_by_role("checkbox").check()
    await nurse.field("Hand on to").select_option("Vakthavende lege")
    await nurse.page.locator("#bulk").get_by_role("button", name=nurse.say("Hand on"), exact=True).click()
    await nurse.hears(nurse.words.ngettext("%(num)d message is handed on.", "%(num)d messages are handed on.", 2))
    assert [DUTY] * 2 == [(await nurse.now(x)).inbox for x in items]
    await nurse.page.locator("#undo").click()
    await nurse.told("It is taken back.")
    assert [TEAM] * 2 == [(await nurse.now(x)).inbox for x in items]


async def test_a_message_is_found_by_patient_sender_msg_id_and_text(nurse: Seat) -> None:
    (item,) = await nurse.receives("Vannlating ved natt.", born="1946-06-01")
    while (await searching.index(nurse.centre.hub)).done:
        pass
    own, patient, msg_id = item.headline.subject, item.headline.patient, item.message.msg_id
    await nurse.page.goto(LIST)
    for question in (f"{patient} 1.6.1946", f"Sykepleietjeneste {own}", msg_id, f"vannl {own}"):
        await nurse.field("Search by patient, sender, MsgId or text").fill(question)
        await nurse.page.keyboard.press("Enter")
        await expect(nurse.page.get_by_role("heading", name=nurse.say("Search"), exact=True)).to_be_visible()
        await expect(nurse.page.locator("#q")).to_have_value(question)
        await expect(nurse.line(item)).to_have_count(1)


async def test_a_message_is_read_with_why_it_is_here_why_it_is_due_then_and_what_came_before(nurse: Seat) -> None:
    page, who = nurse.page, next(nurse.room.patients)
    (before,) = await nurse.receives("Vekt 80 kg.", about=who)
    (item,) = await nurse.receives("Tungpustet.\nVekt opp 2 kg.", about=who)
    await nurse.page.goto(LIST)
    await nurse.line(item).get_by_role("link").click()
    await expect(page.locator("h1")).to_have_text(f"{who.given_name} {who.family_name}")
    await expect(page.locator(".message .text")).to_have_text("Tungpustet.\nVekt opp 2 kg.")

    def card(msgid: str) -> Locator:
        return page.locator("section.card").filter(has=page.get_by_role("heading", name=nurse.say(msgid), exact=True))

    await expect(card("Why here")).to_contain_text("Pasient med kommunale tjenester")
    await expect(card("Why this deadline")).to_contain_text("16:00")
    accepted = nurse.say(wording.EVENTS["message.accepted"], rule="Pasient med kommunale tjenester")
    await expect(card("History").get_by_role("listitem")).to_have_text([re.compile(re.escape(accepted))])
    await expect(card("About the patient").locator("[aria-current] .subject")).to_have_text(item.headline.subject)
    await page.get_by_role("link", name=nurse.say("Show all"), exact=True).click()
    await expect(page.get_by_role("heading", name=nurse.say("Timeline"))).to_be_visible()
    await expect(page.locator(".course .subject")).to_have_text([item.headline.subject, before.headline.subject])


async def test_on_paper_stand_the_message_id_the_person_and_the_time(nurse: Seat) -> None:
    item = await nurse.opens()
    await expect(nurse.page.locator("#printed")).to_be_hidden()
    await nurse.page.emulate_media(media="print")
    printed = nurse.say("Printed by %(who)s, %(when)s", who="Kari Moen", when="")
    await expect(nurse.page.locator("#printed")).to_contain_text(re.compile(re.escape(printed) + r".*\d\d:\d\d"))
    await expect(nurse.page.locator("p.print")).to_have_text(f"{nurse.say('Message id')}: {item.message.msg_id}")
    await expect(nurse.page.locator("p.print")).to_be_visible()
    await expect(nurse.page.locator(".act").first).to_be_hidden()
    await expect(nurse.page.locator("nav")).to_be_hidden()


async def test_a_message_is_taken_and_given_back(nurse: Seat) -> None:
    item = await nurse.opens()
    await nurse.button("Take").click()
    await nurse.told("You have taken this message.")
    assert KARI == (await nurse.now(item)).owner
    await nurse.button("Give back").click()
    await nurse.told("The message is given back.")
    await expect(nurse.page.locator("div.holder")).to_contain_text(nurse.say("Nobody has taken this message."))
    assert None is (await nurse.now(item)).owner


async def test_an_answer_goes_to_the_sender_and_can_be_taken_back_and_mended(nurse: Seat) -> None:
    item = await nurse.opens()
    await nurse.field("Answer").fill("Vi komer.")
    await nurse.button("Send the answer").click()
    await expect(nurse.page).to_have_url(re.compile(LIST))
    await nurse.told("The answer is on its way to the sender.")
    await expect(nurse.line(item)).to_have_count(0)
    await nurse.page.locator("#undo").filter(has_text=nurse.say("Undo")).click()
    await nurse.told("It is taken back. If files were attached, attach them again.")
    answer = nurse.field("Answer")
    await expect(answer).to_have_value("Vi komer.")
    await answer.fill("Vi kommer i dag.")
    await nurse.button("Send the answer").click()
    await nurse.told("The answer is on its way to the sender.")
    (document,) = await nurse.sent(item)
    assert (True, State.ANSWERED) == ("Vi kommer i dag." in document, (await nurse.now(item)).state)


async def test_an_answer_begins_with_a_ready_one_and_takes_files_along(nurse: Seat) -> None:
    item = await nurse.opens()
    await nurse.field("Ready answers").select_option("Vi tar kontakt i dag")
    await nurse.button("Insert").click()
    await expect(nurse.field("Answer")).to_have_value(re.compile("Vi har lest meldingen om .*Kari Moen", re.DOTALL))
    file = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b64decode(PDF)}
    await nurse.page.locator("#files").set_input_files(file)  # type: ignore[arg-type]
    await nurse.button("Send the answer").click()
    await nurse.told("The answer is on its way to the sender.")
    (document,) = await nurse.sent(item)
    assert [True] * 3 == [x in document for x in ("Vi har lest meldingen om", "plan.pdf", "Base64Container")]


async def test_a_picture_is_looked_at_where_it_can_do_nothing(nurse: Seat) -> None:
    (item,) = await nurse.receives("Se bildet.", attachments=attachment("image/png", b64encode(PICTURE).decode()))
    await nurse.opens(item)
    await nurse.unfolds("Show the picture")
    picture = nurse.page.locator(".files img")
    await expect(picture).to_have_js_property("naturalWidth", 40)
    answer = await nurse.page.request.get(await picture.get_attribute("src") or "")
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_a_message_is_marked_as_urgent_and_is_due_sooner(nurse: Seat) -> None:
    item = await nurse.opens()
    before = await nurse.centre.hub.store.stored(item.id)
    await nurse.button("Mark as urgent").click()
    await nurse.told("The message is marked as urgent.")
    after = await nurse.centre.hub.store.stored(item.id)
    assert before and after and before.deadline and after.deadline and after.deadline.due < before.deadline.due
    await nurse.page.goto(LIST)
    await expect(nurse.line(item)).to_contain_text(nurse.say("Urgent"))


OFFERS = (
    ("appointment", "Offer an appointment today", "Send the appointment", "Pasienten har fått time i dag"),
    ("home_visit", "Offer a home visit today", "Send the home visit", "Pasienten får hjemmebesøk i dag"),
)


async def test_an_offer_today_tells_the_sender_when_with_whom_and_where(nurse: Seat) -> None:
    for kind, heading, button, tells in OFFERS:
        item = await nurse.opens()
        await nurse.unfolds(heading)
        form = nurse.page.locator(f"#offer-{kind}")
        for label, words in (("Time", "13:30"), ("With whom", "Nora Nordli"), ("Place", "Rom 2")):
            await form.get_by_label(nurse.say(label), exact=True).fill(words)
        await nurse.button(button).click()
        await nurse.told("The answer is on its way to the sender.")
        (document,) = await nurse.sent(item)
        assert [True] * 4 == [x in document for x in (tells, "kl. 13.30", "Nora Nordli", "Sted: Rom 2")]


async def test_a_telephone_call_ends_a_message_and_done_leads_to_the_next(nurse: Seat) -> None:
    first, second = await nurse.receives("Tungpustet.", "Vekt opp 2 kg.")
    await nurse.page.goto(LIST)
    await nurse.line(first).get_by_role("link").click()
    await nurse.field("Note, if need be").fill("Ringte datteren.")
    await nurse.button("Record, and to the next").click()
    await expect(nurse.page.locator("article.item")).to_have_attribute("data-item", second.id)
    await nurse.told("The message is closed.")
    await nurse.unfolds("Close without a written answer")
    await nurse.field("Home visit arranged").check()
    await nurse.button("Close the message").click()
    await nurse.told("The message is closed.")
    ended = [await nurse.now(x) for x in (first, second)]
    told = [(await nurse.centre.hub.store.history(x.id))[-1].detail["outcome"] for x in ended]
    assert [State.CLOSED, State.CLOSED, "Ringte datteren."] == [*(x.state for x in ended), ended[0].note]
    assert ["telephone", "home_visit"] == told


async def test_what_needs_an_answer_is_closed_with_a_reason_only(nurse: Seat) -> None:
    item = await nurse.opens()
    await nurse.unfolds("Close without a written answer")
    await nurse.field("Other, see the note").check()
    await nurse.button("Close the message").click()
    await expect(nurse.page.locator("#problem")).to_be_visible()
    nurse.refused.append(HTTPStatus.BAD_REQUEST)
    assert item == await nurse.now(item)
    await nurse.page.locator("#note").fill("Pasienten er flyttet.")
    await nurse.button("Close the message").click()
    await nurse.told("The message is closed.")
    assert (State.CLOSED, "Pasienten er flyttet.") == ((x := await nurse.now(item)).state, x.note)


async def test_what_came_to_the_wrong_address_goes_back_to_the_sender(nurse: Seat) -> None:
    item = await nurse.opens()
    await nurse.unfolds("Wrong address")
    await nurse.button("Send it back as wrongly addressed").click()
    await nurse.told("The message is on its way back to the sender.")
    (document,) = await nurse.sent(item)
    assert (State.RETURNED, True) == ((await nurse.now(item)).state, WRONG_ADDRESS in document)


async def test_a_message_is_handed_over_with_a_note_for_those_who_get_it(nurse: Seat) -> None:
    item = await nurse.opens()
    await nurse.unfolds("Hand on to another inbox")
    form = nurse.page.locator("#handing")
    await form.get_by_label(nurse.say("To"), exact=True).select_option("Vakthavende lege")
    await nurse.field("What they need to know").fill("Se på beina også.")
    await nurse.button("Hand the message on").click()
    await nurse.told("The message is handed on.")
    doctor = await nurse.beside(NORA)
    await doctor.page.goto(f"/inboxes/{DUTY}")
    await doctor.line(item).get_by_role("link").click()
    await expect(doctor.page.locator("#main")).to_contain_text("Se på beina også.")
    assert (DUTY, None) == ((x := await nurse.now(item)).inbox, x.owner)


async def test_a_message_is_handed_over_to_a_person(nurse: Seat) -> None:
    item = await nurse.opens()
    await nurse.unfolds("Hand on to another inbox")
    to = nurse.page.locator("#handing").get_by_label(nurse.say("To"), exact=True)
    await to.select_option("Nora Nordli")
    await nurse.button("Hand the message on").click()
    await nurse.told("The message is handed on.")
    handed = await nurse.now(item)
    assert NORAS == handed.inbox
    await nurse.centre.act(NORA, Act(Action.CLOSE, outcome=Outcome.TELEPHONE), handed)


async def test_a_colleague_gives_a_second_opinion_and_the_message_stays(nurse: Seat) -> None:
    item = await nurse.opens()
    await nurse.unfolds("Ask a colleague for a second opinion")
    await nurse.field("Whom").select_option("Nora Nordli")
    await nurse.field("What you want to know").fill("Skal dosen ned?")
    await nurse.button("Ask for an opinion").click()
    await nurse.told("A colleague is asked. The message stays here.")
    doctor = await nurse.beside(NORA)
    await doctor.page.goto(f"/inboxes/{NORAS}")
    await doctor.page.locator("#main .questions").get_by_role("link").first.click()
    await doctor.field("What you think").fill("Ja, halver den.")
    await doctor.button("Give your opinion").click()
    await doctor.told("Your opinion is given.")
    await nurse.page.reload()
    await expect(nurse.page.locator(".opinions")).to_contain_text("Ja, halver den.")
    assert item == await nurse.now(item)


async def test_who_comes_second_is_told_who_was_first(nurse: Seat) -> None:
    item, other = await nurse.opens(), await nurse.beside(ELLE)
    await other.opens(item)
    await other.button("Take").click()
    await other.told("You have taken this message.")
    await nurse.button("Take").click()
    nurse.refused.append(HTTPStatus.CONFLICT)
    problem = nurse.page.locator("#problem")
    await expect(problem).to_contain_text(nurse.say(wording.STANDINGS[State.CLAIMED], who="Elle Sara"))
    await expect(problem).to_contain_text(nurse.say(wording.EVENTS["item.claimed"], who="Elle Sara"))
    assert ELLE == (await nurse.now(item)).owner


async def test_a_stale_answer_is_refused_and_its_text_is_kept(nurse: Seat) -> None:
    item, other = await nurse.opens(), await nurse.beside(ELLE)
    await nurse.field("Answer").fill("Mitt svar\npå to linjer")
    await other.opens(item)
    await other.button("Record a telephone contact").click()
    await other.told("The message is closed.")
    await nurse.button("Send the answer").click()
    nurse.refused.append(HTTPStatus.CONFLICT)
    problem = nurse.page.locator("#problem")
    await expect(problem).to_contain_text(nurse.say(wording.STANDINGS[State.CLOSED], who="Elle Sara"))
    await expect(nurse.field("What you wrote")).to_have_value("Mitt svar\npå to linjer")
    assert (State.CLOSED, []) == ((await nurse.now(item)).state, await nurse.sent(item))


async def test_a_new_message_appears_by_itself_or_by_the_page_s_own_link(nurse: Seat) -> None:
    page, now = nurse.page, nurse.centre.hub.clock.now
    await nurse.receives("Tungpustet.")
    await page.goto(LIST)
    await expect(page).to_have_title("(1) Primærhelseteamet – Sambud")
    if nurse.scripts:
        await followed(page)
    (item,) = await nurse.receives("Vekt opp 2 kg.", at=now())
    if nurse.scripts:
        new = nurse.words.ngettext("%(num)s new message", "%(num)s new messages", 1)
        await expect(page.locator("#status")).to_have_text(new)
    else:
        await page.get_by_role("link", name=nurse.say("Update"), exact=True).click()
    await expect(nurse.line(item)).to_have_count(1)
    await expect(page).to_have_title("(2) Primærhelseteamet – Sambud")


async def test_a_message_is_opened_taken_and_answered_by_keys_alone(nurse: Seat) -> None:
    page, press = nurse.page, nurse.page.keyboard.press
    (item,) = await nurse.receives("Tungpustet.")
    link, text = page.locator(f"#open-{item.id}"), page.locator("#text")

    async def goes(key: str, place: Locator) -> None:
        """By its one key; without scripts by Tab."""
        await (press(key) if nurse.scripts else nurse.tabs_to(place))

    async def does(key: str, button: Locator) -> None:
        await goes(key, button)
        if not nurse.scripts:
            await press("Enter")

    await page.goto(LIST)
    await goes("j", link)
    await expect(link).to_be_focused()
    await press("Enter")
    await page.wait_for_url(f"**/items/{item.id}")
    await does("t", nurse.button("Take"))
    await nurse.told("You have taken this message.")
    await goes("r", text)
    await page.keyboard.type("Vi kommer i dag. jkteg?")
    await expect(text).to_have_value("Vi kommer i dag. jkteg?")
    await does("Control+Enter", nurse.button("Send the answer"))
    await nurse.told("The answer is on its way to the sender.")
    (document,) = await nurse.sent(item)
    assert "Vi kommer i dag. jkteg?" in document


NB, EN, SE = ("1 vedlegg", "2 vedlegg"), ("1 attachment", "2 attachments"), ("1 mielddus", "2 mildosa")
ATTACHMENTS = {"nb": NB, "en": EN, "se": SE}
SAMI = {"nb": "nordsamisk", "en": "Northern Sami", "se": "davvisámegiella"}


async def test_a_page_speaks_the_reader_s_language_and_says_the_patient_s(nurse: Seat) -> None:
    page, code, who = nurse.page, nurse.words.code, next(nurse.room.sami)
    (one,) = await nurse.receives("Tungpustet.", about=who, attachments=attachment())
    (two,) = await nurse.receives("Tungpustet.", about=who, attachments=attachment() * 2)
    await page.goto(LIST)
    await expect(page.locator("html")).to_have_attribute("lang", code)
    for item, words in zip((one, two), ATTACHMENTS[code], strict=True):
        await expect(nurse.line(item)).to_contain_text(words)
    await nurse.line(one).get_by_role("link").click()
    await expect(page.locator("html")).to_have_attribute("lang", code)
    speaks = nurse.say("The patient speaks %(language)s", language=SAMI[code])
    await expect(page.locator("#answer-to")).to_contain_text(speaks)


async def test_who_signs_in_sees_the_own_inboxes_and_those_covered_and_locks_what_is_open(nurse: Seat) -> None:
    seat = await nurse.beside("")
    page, say, covered = seat.page, seat.say, re.compile(f"/inboxes/{INGRIDS}$")
    await page.goto("/sign-in")
    await seat.field("Username").fill(LARS)
    for password, said in (("wrong", page.get_by_role("alert")), ("sambud", page.locator("h1"))):
        await seat.field("Password").fill(password)
        await seat.button("Sign in").click()
        words = say("The username or the password is wrong.") if password == "wrong" else "Lars Berglund"
        await expect(said).to_have_text(words)
    await page.get_by_role("link", name=say("Standing in for %(name)s", name="Ingrid Haugen")).click()
    await expect(page).to_have_url(covered)
    await expect(page.locator("#lines")).to_be_visible()
    answer = await page.goto(LIST)
    assert HTTPStatus.FORBIDDEN == (answer and answer.status)
    seat.refused += [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN]
    await page.goto(f"/inboxes/{INGRIDS}")
    await seat.button("Lock").click()
    await expect(page.get_by_role("heading", name=say("Locked"))).to_be_visible()
    await expect(page.locator("#lines")).to_be_hidden()
    await seat.field("Password").fill("sambud")
    await seat.button("Unlock").click()
    await expect(page.locator("#lines")).to_be_visible()
    await expect(page).to_have_url(covered)


async def test_nothing_is_wider_than_a_phone_or_than_a_screen_at_twice_the_size(nurse: Seat) -> None:
    (item,) = await nurse.receives(f"{HURRIES} Hjertesviktpoliklinikkoppfølgingsavtaleforlengelse.")
    for path in (LIST, f"/items/{item.id}", "/folders/deviations"):
        await nurse.page.goto(path)
        for width in (320, 1366 // 2):
            await nurse.page.set_viewport_size({"width": width, "height": 450})
            over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert (path, width, 0) == (path, width, await nurse.page.evaluate(over))


async def test_an_empty_folder_says_what_to_do(nurse: Seat) -> None:
    for folder in (x for x in Folder if x is not Folder.ARCHIVE):
        await nurse.page.goto(f"/folders/{folder.value}")
        await expect(nurse.page.locator("p.empty")).to_have_text(nurse.say(lists.EMPTY[folder]))
