"""More is due within the hour than those who are here can do: the coordinator sees it in time, once an hour."""

from datetime import timedelta

from hub.desk import Act
from hub.item import Action
from tests.web.running import COORDINATOR, MORNING, TEAM, Centre, message, text_of

AFTERNOON = MORNING + timedelta(hours=6, minutes=10)


async def test_it_stands_on_both_pages_and_programs_get_it(centre: Centre) -> None:
    await centre.receive(*(message() for _ in range(40)))
    centre.hub.clock = type(centre.hub.clock)(AFTERNOON, centre.hub.clock.anchor, centre.hub.clock.speed)
    async with centre.client("berit.dahl") as client:
        page = text_of(await client.get(f"/inboxes/{COORDINATOR}"))
        (told,) = (await client.get("/v1/load")).json()
    assert (TEAM, 40, False) == (told["inbox"], told["due"], told["known"])
    assert f"Primærhelseteamet: 40 meldinger har frist innen en time, {told['people']} person" in page
    async with centre.client("kari.moen") as client:
        mine = text_of(await client.get(f"/inboxes/{TEAM}"))
        refused = await client.get("/v1/load")
    assert "Mer enn det er tid til" in mine
    assert 403 == refused.status_code


async def test_what_waits_for_the_sender_is_nobodys_work(centre: Centre) -> None:
    await centre.receive(message())
    assert {TEAM: 1} == await centre.hub.store.due_by([TEAM], MORNING + timedelta(days=9))
    await centre.act("kari.moen", Act(Action.ASK, text="Hva?"))
    assert {TEAM: 0} == await centre.hub.store.due_by([TEAM], MORNING + timedelta(days=9))


async def test_it_is_said_once_an_hour_however_many_watch(centre: Centre) -> None:
    await centre.receive(*(message() for _ in range(40)))
    hub = centre.hub
    assert [1, 0, 0] == [await hub.press(AFTERNOON + timedelta(minutes=n)) for n in (0, 5, 10)]
    assert 1 == await hub.press(MORNING + timedelta(days=1))
    told = [x for x in await hub.store.journal(0, [COORDINATOR]) if x.event == "load.pressing"]
    assert [("40", TEAM)] * 2 == [(x.detail["due"], x.detail["pressed"]) for x in told]
    assert 0 == await hub.press(MORNING)


async def test_the_pace_is_what_the_team_did_of_late(centre: Centre) -> None:
    await centre.receive(*(message() for _ in range(12)))
    for _ in range(12):
        await centre.act("kari.moen", Act(Action.ANSWER, text="Ja."))
    (ended,) = (await centre.hub.store.ended([TEAM], MORNING - timedelta(days=7))).values()
    assert (12, MORNING) == (ended.items, ended.since)
