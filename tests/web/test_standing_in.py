"""Whoever stands in for a colleague sees their inbox, marked as theirs, for as long as the cover lasts."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from hub import presence
from hub.directory import InboxId, PersonId
from tests.web.running import MORNING, Centre, text_of

# On Tuesdays Ingrid Haugen is off, and Lars Berglund stands in for her.
INGRID, LARS = InboxId("ingrid-haugen"), "lars.berglund"
WORDS = "Vikarierer for Ingrid Haugen"
WEDNESDAY = MORNING + timedelta(days=1)


def at(centre: Centre, moment: datetime) -> None:
    """It becomes this time."""
    centre.hub.clock = replace(centre.hub.clock, start=moment, anchor=centre.hub.clock.anchor)


async def test_the_inbox_of_whom_one_covers_is_listed_and_read(centre: Centre) -> None:
    async with centre.client(LARS) as client:
        front = await client.get("/")
        assert "/inboxes/lars-berglund" == front.headers["location"]
        page = await client.get(f"/inboxes/{INGRID}")
        assert (200, True) == (page.status_code, WORDS in text_of(page))
        assert 200 == (await client.get(f"/inboxes/{INGRID}?ended=1")).status_code
        assert INGRID in [x["id"] for x in (await client.get("/v1/inboxes")).json()]
    async with centre.client("nora.nordli") as client:
        assert 403 == (await client.get(f"/inboxes/{INGRID}")).status_code
        assert WORDS not in text_of(await client.get("/inboxes/nora-nordli"))


async def test_it_is_gone_when_the_cover_ends(centre: Centre) -> None:
    # By name and password, as the session would be locked next day.
    basic = (LARS, "sambud")
    async with centre.client() as client:
        async with client.stream("GET", f"/v1/events?inbox={INGRID}", auth=basic) as stream:
            assert 200 == stream.status_code
            at(centre, WEDNESDAY)
            async with asyncio.timeout(3):
                assert [": here", "id: 0", "retry: 2000"] == [x async for x in stream.aiter_lines() if x]
        assert 403 == (await client.get(f"/v1/events?inbox={INGRID}", auth=basic)).status_code


async def test_who_comes_back_next_day_is_not_covered_then(centre: Centre) -> None:
    lars, directory = PersonId(LARS), centre.hub.directory
    assert (INGRID,) == presence.covered(lars, directory, MORNING)
    assert () == presence.covered(lars, directory, WEDNESDAY)
    assert () == presence.covered(PersonId("kari.moen"), directory, MORNING)
