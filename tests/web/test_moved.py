"""Whoever writes about a message that moves meanwhile can still send it, or at least keeps what was written."""

import time

from hub import custody
from hub.clock import Clock
from hub.desk import Act
from hub.directory import InboxId
from hub.enquiry import Registered
from hub.item import Action, Item, State
from tests.web.running import COORDINATOR, TEAM, Centre, form, hidden, member, message, text_of
from tests.wire.builders import HOSPITAL, dialogue, ident, patient

DUTY = InboxId("vakt")
ANSWER, NOTE = "Vi øker dosen <i>i kveld</i>.", "Hun er ringt."
STRANGER = "05814500049"


async def handed_on(centre: Centre) -> Item:
    """A message of the team that somebody there has handed on to the doctor on duty."""
    await centre.receive(message())
    item = await centre.item()
    await centre.act("kari.moen", Act(Action.HAND_ON, to=DUTY))
    return item


async def test_what_was_typed_is_kept_when_a_colleague_hands_the_message_on_meanwhile(centre: Centre) -> None:
    item = await handed_on(centre)
    fields = form(item, Action.ANSWER, text=ANSWER, note=NOTE)
    async with centre.client("elle.sara") as client:
        shown = await client.post(f"/items/{item.id}", data=fields)
    page = text_of(shown)
    assert (403, "new") == (shown.status_code, (await centre.item(DUTY)).state)
    assert "Meldingen er flyttet videre Den ligger nå i innboksen «Vakthavende lege»" in page
    assert "Det du skrev, ble ikke sendt." in page
    assert 'rows="6" readonly>\nVi øker dosen &lt;i&gt;i kveld&lt;/i&gt;.</textarea>' in shown.text
    assert f"readonly>\n{NOTE}</textarea>" in shown.text
    assert [] == [word for word in ("Blodtrykk", "Anna", "01864612632") if word in page]


async def test_of_a_message_that_was_never_theirs_nothing_is_said(centre: Centre) -> None:
    item = await handed_on(centre)
    fields = form(item, Action.ANSWER, text=ANSWER)
    async with centre.client(member(centre, InboxId("saksbehandling"))) as client:
        shown = await client.post(f"/items/{item.id}", data=fields)
    page = text_of(shown)
    assert (403, False) == (shown.status_code, "Vakthavende" in page)
    assert "Du har ikke tilgang til dette Det du skrev, ble ikke sendt." in page
    assert "readonly>\nVi øker dosen" in shown.text


async def test_what_was_typed_is_kept_also_over_a_new_sign_in(centre: Centre) -> None:
    item = await handed_on(centre)
    fields = form(item, Action.ANSWER, text=ANSWER, username="elle.sara", password="sambud")
    async with centre.client() as client:
        shown = await client.post(f"/items/{item.id}", data=fields)
        assert 200 == (await client.get(f"/inboxes/{TEAM}")).status_code
    assert (403, True) == (shown.status_code, "readonly>\nVi øker dosen" in shown.text)


async def traced(centre: Centre) -> None:
    """A register says that a stranger is the patient of a GP here, whose inbox what lies in the pile goes to."""
    service = next(s for p in centre.hub.directory.practices.values() for s in p.services.values() if s.person)
    told = Registered(service.her_id)
    assert 1 == await centre.hub.trace(STRANGER, told, centre.hub.clock.now())


async def test_who_writes_while_a_register_says_whose_patient_it_is_can_still_send_it(centre: Centre) -> None:
    about = patient("Vang", "Berit", idents=ident(STRANGER, "FNR", "8116"))
    await centre.receive(dialogue(sender=HOSPITAL, patient=about))
    item = await centre.item(COORDINATOR)
    async with centre.client(member(centre, COORDINATOR)) as client:
        page = await client.get(f"/items/{item.id}")
        await traced(centre)
        assert [] == await centre.hub.store.lines(COORDINATOR)
        # The other forms of the page offer an appointment.
        answer = {"action": "answer", "text": ANSWER, "offer": ""}
        done = await client.post(f"/items/{item.id}", data=hidden(page) | answer)
        assert 303 == done.status_code
        shown = await client.get(f"/items/{item.id}")
        assert (200, True) == (shown.status_code, "Vi øker dosen" in text_of(shown))
    stored = await centre.hub.store.stored(item.id)
    assert stored is not None
    assert State.ANSWERED == stored.item.state


async def test_that_right_ends_by_itself(centre: Centre) -> None:
    about = patient("Vang", "Berit", idents=ident(STRANGER, "FNR", "8116"))
    await centre.receive(dialogue(sender=HOSPITAL, patient=about))
    item = await centre.item(COORDINATOR)
    await traced(centre)
    found = []
    for _ in range(2):
        async with centre.client(member(centre, COORDINATOR)) as client:
            found.append((await client.get(f"/items/{item.id}")).status_code)
        centre.hub.clock = Clock(centre.hub.clock.now() + custody.FINISHING, time.time())
    assert [200, 403] == found
