"""A message is handed on to another inbox from its page and from a program, and everybody sees who had it."""

from dataclasses import replace

from hub.desk import Act
from hub.directory import InboxId
from hub.item import Action
from hub.web import feed
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
    assert "Hvem som har hatt den" in page
    assert "Primærhelseteamet: Kari Moen" in page
    assert f"Notat {NOTE}" in page
    moved = (await centre.hub.store.lines(DUTY))[0].item
    assert (DUTY, None, None) == (moved.inbox, moved.owner, moved.home)


async def test_what_they_need_to_know_is_neither_in_the_journal_nor_in_the_stream(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.act("kari.moen", Act(Action.HAND_ON, to=DUTY, note=NOTE))
    lines = await centre.hub.store.journal(0, [TEAM, DUTY])
    assert ["message.accepted", "item.handed_on", "item.left"] == [told.event for told in lines]
    assert [] == [told for told in lines if NOTE in str(told.detail)]
    # Nor is what an earlier version wrote there sent.
    old = replace(lines[1], detail={"to": DUTY, "note": NOTE})
    assert [False, True] == [word.encode() in feed.event(old) for word in (NOTE, DUTY)]
    assert NOTE == item.note


async def test_of_several_notes_each_stands_on_the_page_and_none_is_put_into_anothers_mouth(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.act("kari.moen", Act(Action.HAND_ON, to=DUTY, note=NOTE))
    doctor = next(p for p in centre.hub.directory.people.values() if DUTY in p.inboxes)
    item = await centre.act(doctor.id, Act(Action.HAND_ON, to=TEAM, note="Er ringt."), item)
    async with centre.client("kari.moen") as client:
        page = text_of(await client.get(f"/items/{item.id}"))
        shown = (await client.get(f"/v1/items/{item.id}")).json()
    assert f"Notat {NOTE} Er ringt." in page
    assert f"til Vakthavende lege: {NOTE}" not in page
    assert f"{NOTE}\nEr ringt." == shown["note"]


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
