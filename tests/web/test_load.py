"""More is due within the hour than those who are here can do: the coordinator sees it in time, once an hour."""

from datetime import timedelta

from hub.desk import Act
from hub.directory import PersonId
from hub.item import Action
from hub.store import pacing
from tests.web.running import COORDINATOR, MORNING, TEAM, Centre, message, text_of

AFTERNOON = MORNING + timedelta(hours=6, minutes=10)


async def test_it_stands_on_both_pages_and_programs_get_it(centre: Centre) -> None:
    await centre.receive(*(message() for _ in range(40)))
    centre.hub.clock = type(centre.hub.clock)(AFTERNOON, centre.hub.clock.anchor, centre.hub.clock.speed)
    async with centre.client("berit.dahl") as client:
        page = text_of(await client.get(f"/inboxes/{COORDINATOR}"))
        (told,) = (await client.get("/v1/load")).json()
    assert (TEAM, 40, False) == (told["inbox"], told["due"], told["known"])
    assert f"Primærhelseteamet: 40 meldinger har frist innen 16:00, {told['people']} person" in page
    async with centre.client("kari.moen") as client:
        mine = text_of(await client.get(f"/inboxes/{TEAM}"))
        refused = await client.get("/v1/load")
    assert "Mer enn det er tid til" in mine
    assert 403 == refused.status_code


async def test_what_waits_for_the_sender_is_nobodys_work(centre: Centre) -> None:
    await centre.receive(message())
    moments = [MORNING + timedelta(days=n) for n in (-9, 9)]
    assert {TEAM: (0, 1)} == await centre.hub.store.due_by([TEAM], moments)
    await centre.act("kari.moen", Act(Action.ASK, text="Hva?"))
    assert {TEAM: (0, 0)} == await centre.hub.store.due_by([TEAM], moments)


async def test_it_is_said_once_an_hour_however_many_watch(centre: Centre) -> None:
    await centre.receive(*(message() for _ in range(40)))
    hub = centre.hub
    assert [1, 0, 0] == [await hub.press(AFTERNOON + timedelta(minutes=n)) for n in (0, 5, 10)]
    assert 1 == await hub.press(MORNING + timedelta(days=1))
    told = [x for x in await hub.store.journal(0, [COORDINATOR]) if x.event == "load.pressing"]
    assert [("40", TEAM)] * 2 == [(x.detail["due"], x.detail["pressed"]) for x in told]
    assert 0 == await hub.press(MORNING)


async def test_the_pace_is_the_time_from_what_somebody_did_before_to_what_they_ended(centre: Centre) -> None:
    await centre.receive(*(message() for _ in range(3)))
    hub, week = centre.hub, MORNING - timedelta(days=7)
    for minutes, who, action in (
        *((0, "kari.moen", Action.CLAIM), (7, "kari.moen", Action.ANSWER)),
        # What somebody else does meanwhile tells nothing of how long it takes her, and what came first of neither.
        *((9, "elle.sara", Action.ANSWER), (10, "kari.moen", Action.ANSWER)),
    ):
        (person, first) = hub.directory.people[PersonId(who)], (await hub.store.lines(TEAM))[0].item
        act = Act(action, text="Ja.")
        await hub.act(first.id, act, first.version, person, MORNING + timedelta(minutes=minutes))
    people = hub.directory.members(TEAM)
    found = [
        await hub.store.look(pacing.taken, *asked)
        for asked in (
            ([TEAM], people, week),
            ([COORDINATOR], people, week),
            ([TEAM], people, MORNING + timedelta(hours=1)),
            ([TEAM], {PersonId("elle.sara")}, week),
        )
    ]
    assert [{TEAM: [timedelta(minutes=7), timedelta(minutes=3)]}, {}, {}, {}] == found
