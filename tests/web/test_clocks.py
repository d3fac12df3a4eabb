"""One clock an item: it waits for the sender's reply, hurries when somebody says so, and always says why."""

from datetime import datetime, timedelta

from hub import lapsing
from hub.desk import Act
from hub.item import Action, Item, State
from hub.service import Delivery
from hub.store import Outdated, Writing
from tests.web.running import (
    ANNA,
    HOME_SERVICE,
    MORNING,
    RECEIVER,
    SAMPLES,
    SENDER,
    TEAM,
    Centre,
    form,
    message,
    text_of,
)
from tests.wire.builders import conversation, dialogue, ident, note, patient

QUESTION = "Hvilken dose får hun nå?"
HOUR = timedelta(hours=1)


async def asked(centre: Centre) -> Item:
    """A message whose sender was asked something by a nurse, on the page."""
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        assert "Spør avsenderen om noe først" in text_of(await client.get(f"/items/{item.id}"))
        done = await client.post(f"/items/{item.id}", data=form(item, Action.ASK, text=QUESTION))
        assert (303, f"/items/{item.id}") == (done.status_code, done.headers["location"])
    return await centre.item()


async def due(centre: Centre) -> datetime:
    (line,) = await centre.hub.store.lines(TEAM)
    assert line.due
    return line.due


async def reply(centre: Centre, at: datetime) -> None:
    """The sender replies to what it was asked."""
    (ours,) = [p.msg_id for p in await centre.hub.store.mailbox(HOME_SERVICE) if p.kind == "answer"]
    raw = dialogue(
        msg_id="0d3f3c0e-1111-4222-8333-944455556666",
        gen_date="2026-11-24T10:55:00+01:00",
        sender=SENDER,
        receiver=f"<Receiver>{RECEIVER}</Receiver>",
        patient=patient(*ANNA[:2], idents=ident(ANNA[2], "FNR", "8116")),
        conversation=conversation(ours, ours),
        body=note(text="Fem milligram.", subject="Svar"),
    )
    await centre.receive(raw, at=at)


async def test_while_the_sender_is_waited_for_our_clock_stands_and_theirs_runs(centre: Centre) -> None:
    item = await asked(centre)
    assert (State.WAITING, None) == (item.state, item.owner)
    async with centre.client("kari.moen") as client:
        page = text_of(await client.get(f"/items/{item.id}"))
        told = (await client.get(f"/v1/items/{item.id}")).json()["deadline"]
        inboxes = (await client.get("/v1/inboxes")).json()
        assert "Dialog venter på svar" in text_of(await client.get(f"/inboxes/{TEAM}"))
    assert "Avsenderen er spurt om noe og har ikke svart ennå." in page
    assert "Kari Moen spurte avsenderen om noe" in page
    assert f"Notat {QUESTION}" in page
    assert "Fristen vår, i dag 16:00, står stille mens vi venter." in page
    assert (True, True) == (told["waiting"], told["running"])
    assert [1] == [x["waiting"] for x in inboxes if x["id"] == TEAM]
    (posted,) = [p for p in await centre.hub.store.mailbox(HOME_SERVICE) if p.kind == "answer"]
    assert QUESTION.encode() in posted.body


async def test_the_reply_lets_our_clock_go_on_with_the_working_time_that_was_left(centre: Centre) -> None:
    await asked(centre)
    (line,) = await centre.hub.store.lines(TEAM)
    stored = await centre.hub.store.stored(line.item.id)
    assert stored and stored.deadline and stored.deadline.paused and stored.deadline.set_at
    left = stored.deadline.paused.due - stored.deadline.set_at
    later = MORNING + 3 * HOUR
    await reply(centre, later)
    assert 1 == await centre.hub.tick(later)
    lines = {x.item.state: x for x in await centre.hub.store.lines(TEAM) if x.item.id == line.item.id}
    # Two hours and five minutes into the day there were six and 55 minutes left; the reply came at noon.
    assert {State.NEW} == lines.keys()
    resumed = await centre.hub.store.stored(line.item.id)
    assert resumed and resumed.deadline
    hours = centre.hub.directory.hours(TEAM)
    assert timedelta(0) < left < timedelta(hours=7)
    tomorrow = resumed.deadline.due - (later + left)
    assert tomorrow == (hours.openings(later.date() + timedelta(days=1))[0][0] - hours.openings(later.date())[0][1])
    async with centre.client("kari.moen") as client:
        page = text_of(await client.get(f"/items/{line.item.id}"))
    assert "Avsenderen har svart. Fristen er i morgen" in page


async def test_when_no_reply_comes_in_time_somebody_hears_of_it(centre: Centre) -> None:
    item = await asked(centre)
    late = await due(centre)
    assert (0, 1) == (await centre.hub.tick(late - HOUR), await centre.hub.tick(late))
    async with centre.client("kari.moen") as client:
        page = text_of(await client.get(f"/items/{item.id}"))
    assert "Det er ikke kommet svar i tide; varsel til Primærhelseteamet" in page
    assert "Svar er ventet innen" in page


async def test_a_step_that_is_taken_while_the_reply_comes_does_not_undo_it(centre: Centre) -> None:
    item, hub = await asked(centre), centre.hub
    late = await due(centre)
    read = await lapsing.due(hub.store, hub.order, hub._read, HOUR, late, 10)
    await reply(centre, MORNING + HOUR)
    (written,) = await hub.store.commit([Writing(change, late) for change in read])
    assert Outdated(item.version + 1) == written
    assert 1 == await hub.tick(MORNING + HOUR)
    stored = await hub.store.stored(item.id)
    assert stored
    assert State.NEW is stored.item.state


async def test_a_message_that_only_looks_like_a_reply_wakes_nothing(centre: Centre) -> None:
    item = await asked(centre)
    await centre.receive(message("Noe annet."))
    await centre.hub.tick(MORNING + HOUR)
    assert item == await centre.item(nth=[x.item.id for x in await centre.hub.store.lines(TEAM)].index(item.id))


async def test_whoever_waits_no_longer_has_the_time_back_that_was_left(centre: Centre) -> None:
    item = await asked(centre)
    async with centre.client("kari.moen") as client:
        done = await client.post(f"/v1/items/{item.id}/resume", json={"version": item.version})
        again = await client.post(f"/v1/items/{item.id}/resume", json={"version": item.version + 1})
    told = done.json()
    assert (200, "new", False) == (done.status_code, told["state"], told["deadline"]["waiting"])
    # It was not a minute, or what is due when we close would be due tomorrow.
    assert MORNING + 7 * HOUR == await due(centre)
    assert 409 == again.status_code


async def test_who_marks_it_as_urgent_gives_it_the_urgent_ladder_from_now(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        done = await client.post(f"/v1/items/{item.id}/urge", json={"version": item.version})
        twice = await client.post(f"/v1/items/{item.id}/urge", json={"version": done.json()["version"]})
        page = text_of(await client.get(f"/items/{item.id}"))
    told = done.json()["deadline"]
    assert (200, True, "Haster") == (done.status_code, told["urgent"], told["ladder"])
    assert await due(centre) < MORNING + HOUR
    assert (400, "bad-request") == (twice.status_code, twice.json()["type"].rpartition(":")[2])
    assert "Kari Moen merket meldingen som haster." in page
    assert "fordi den ble merket som haster i dag 09:05" in page
    assert "Merk som haster" not in page


async def test_a_deadline_says_why_in_bokmal_and_english(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        told = (await client.get(f"/v1/items/{item.id}")).json()["deadline"]
        page = text_of(await client.get(f"/items/{item.id}"))
    nb = "Frist i dag 16:00, fordi den kom i dag 09:00, pasienten følges av et team; "
    en = "Due today 16:00, because it came today 09:00, the patient is followed by a team; "
    nb, en = f"{nb}samme arbeidsdag, mottatt før 15:00", f"{en}the same working day, received before 15:00"
    assert {"nb": nb, "en": en} == told["because"]
    assert f"{nb}." in page
    assert ("Europe/Oslo", ["the patient is followed by a team"]) == (told["zone"], told["facts"])


async def test_while_the_sender_is_waited_for_it_says_why_ours_is_what_it_is_and_of_no_pause_that_added_nothing(
    centre: Centre,
) -> None:
    await centre.receive(message())
    item = await centre.act("kari.moen", Act(Action.ASK, text="Hvor lenge?"), await centre.item())
    async with centre.client("kari.moen") as client:
        waiting = (await client.get(f"/v1/items/{item.id}")).json()["deadline"]["because"]["nb"]
        await centre.act("kari.moen", Act(Action.RESUME), item)
        again = (await client.get(f"/v1/items/{item.id}")).json()["deadline"]["because"]["nb"]
    ours = "Frist i dag 16:00, fordi den kom i dag 09:00, pasienten følges av et team; "
    ours += "samme arbeidsdag, mottatt før 15:00"
    assert waiting.startswith("Svar er ventet innen ")
    assert waiting.endswith(f"Vår egen frist står så lenge: {ours}")
    assert ours == again


async def test_an_old_request_in_dialogmelding_1_0_is_not_asked_about(centre: Centre) -> None:
    exchange = next(a for a in centre.hub.accounts.systems.values() if a.any)
    await centre.hub.receive([Delivery((SAMPLES / "foresporsel-1.0.xml").read_bytes(), exchange)], MORNING)
    counts = await centre.hub.store.counts()
    (inbox,) = counts
    who = next(p for p in centre.hub.directory.people.values() if inbox in p.inboxes)
    item = await centre.item(inbox)
    async with centre.client(who.id) as client:
        page = text_of(await client.get(f"/items/{item.id}"))
        refused = await client.post(f"/v1/items/{item.id}/ask", json={"version": item.version, "text": QUESTION})
    assert "Spør avsenderen om noe først" not in page
    assert (400, item) == (refused.status_code, await centre.item(inbox))
    assert "telephone the sender" in refused.json()["detail"]


async def test_what_was_handed_on_has_the_clock_it_had(centre: Centre) -> None:
    await centre.receive(message())
    before = await due(centre)
    item = await centre.act("kari.moen", Act(Action.HAND_ON, to=centre.hub.directory.inboxes["vakt"].id))
    stored = await centre.hub.store.stored(item.id)
    assert stored and stored.deadline
    assert (before, 0) == (stored.deadline.due, stored.deadline.round)
