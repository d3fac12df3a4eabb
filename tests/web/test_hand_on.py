"""A message is handed on to another inbox from its page and from a program, and everybody sees who had it."""

from hub.desk import Act
from hub.directory import InboxId
from hub.item import Action
from tests.web.running import TEAM, Centre, form, message, text_of

DUTY = InboxId("vakt")
NOTE = "Pårørende ringer igjen klokken ti."


async def test_it_goes_there_with_a_note_and_the_page_says_who_had_it(centre: Centre) -> None:
    await centre.receive(message())
    await centre.act("kari.moen", Act(Action.CLAIM))
    item = await centre.item()
    doctor = next(p for p in centre.hub.directory.people.values() if DUTY in p.inboxes)
    async with centre.client("kari.moen") as client:
        page = text_of(await client.get(f"/items/{item.id}"))
        assert "Gi videre til en annen innboks" in page
        done = await client.post(f"/items/{item.id}", data=form(item, Action.HAND_ON, to=DUTY, note=NOTE))
        assert (303, f"/inboxes/{TEAM}?done=handed_on") == (done.status_code, done.headers["location"])
        assert "Meldingen er gitt videre." in text_of(await client.get(done.headers["location"]))
    async with centre.client(doctor.id) as client:
        page = text_of(await client.get(f"/items/{item.id}"))
    assert f"Kari Moen ga meldingen videre fra Primærhelseteamet til Vakthavende lege: {NOTE}" in page
    assert "Hvem har hatt den" in page
    assert "Primærhelseteamet: Kari Moen" in page
    moved = (await centre.hub.store.lines(DUTY))[0].item
    assert (DUTY, None, None) == (moved.inbox, moved.owner, moved.home)


async def test_where_it_cannot_go_is_told_and_what_was_written_is_kept(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        refused = await client.post(f"/items/{item.id}", data=form(item, Action.HAND_ON, to="nowhere", note=NOTE))
    assert (400, item) == (refused.status_code, await centre.item())
    assert "Velg en annen innboks i legesenteret." in text_of(refused)
    assert '<details class="card act" id="handing" open>' in refused.text
    assert NOTE in refused.text


async def test_a_program_hands_on_and_sees_who_had_it(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    doctor = next(p for p in centre.hub.directory.people.values() if DUTY in p.inboxes)
    async with centre.client("kari.moen") as client:
        body = {"version": item.version, "to": DUTY, "note": NOTE}
        done = await client.post(f"/v1/items/{item.id}/hand-on", json=body)
        assert (200, {"id": item.id, "inbox": DUTY, "version": item.version + 1}) == (done.status_code, done.json())
        # It is not hers any more.
        assert 403 == (await client.post(f"/v1/items/{item.id}/hand-on", json=body)).status_code
    async with centre.client(doctor.id) as client:
        held = (await client.get(f"/v1/items/{item.id}")).json()["held"]
    assert [(DUTY, None)] == [(x["inbox"], x["until"]) for x in held if x["inbox"] == DUTY]
