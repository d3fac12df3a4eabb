"""What a client has seen, told by If-Match, and a call that it sends twice because it lost the answer."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from httpx2 import AsyncClient, Response

from hub.clock import Clock
from hub.service import Hub
from tests import centre
from tests.web.test_api import arrive, listed

KEY = {"Idempotency-Key": "5e0a4c1e-7c0a-4a55-9f0b-3b1c6a0d0001"}


async def act(
    client: AsyncClient, item: dict[str, Any], name: str, headers: dict[str, str] | None = None, **body: object
) -> Response:
    found: Response = await client.post(
        f"/v1/items/{item['id']}/{name}", json=body, headers=headers or {}, auth=centre.NURSE
    )
    return found


async def one(client: AsyncClient, n: int = 1) -> dict[str, Any]:
    """A message that has come."""
    await arrive(client, n)
    return (await listed(client))[-1]


async def history(client: AsyncClient, item: dict[str, Any]) -> list[str]:
    opened = await client.get(f"/v1/items/{item['id']}", auth=centre.NURSE)
    return [line["event"] for line in opened.json()["history"]]


def keys(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "hub.db")) as c:
        found: int = c.execute("SELECT count(*) FROM once").fetchone()[0]
        return found


async def test_an_item_is_not_sent_again_to_who_has_its_version(client: AsyncClient) -> None:
    item = await one(client)
    path = f"/v1/items/{item['id']}"
    first = await client.get(path, auth=centre.NURSE)
    same = await client.get(path, headers={"If-None-Match": first.headers["ETag"]}, auth=centre.NURSE)
    other = await client.get(path, headers={"If-None-Match": '"7", W/"8"'}, auth=centre.NURSE)
    assert (200, '"1"', 304, b"", '"1"', 200) == (
        *(first.status_code, first.headers["ETag"], same.status_code, same.content, same.headers["ETag"]),
        other.status_code,
    )


async def test_an_act_takes_the_version_from_if_match_and_answers_with_the_next_one(client: AsyncClient) -> None:
    item = await one(client)
    claim = f"/v1/items/{item['id']}/claim"
    bare = await client.post(claim, headers={"If-Match": '"1"'}, auth=centre.NURSE)
    assert (200, '"2"', "claimed") == (bare.status_code, bare.headers["ETag"], bare.json()["state"])
    released = await act(client, item, "release", {"If-Match": '"2"'}, version=2)
    assert (200, '"3"') == (released.status_code, released.headers["ETag"])


@pytest.mark.parametrize(
    ("headers", "body", "status", "type"),
    [
        ({}, {}, 428, "version-missing"),
        ({"If-Match": '"1"'}, {"version": 2}, 400, "bad-request"),
        ({"If-Match": "1"}, {}, 400, "bad-request"),
        ({"If-Match": "*"}, {}, 400, "bad-request"),
        ({"If-Match": '"0"'}, {}, 400, "bad-request"),
        ({"If-Match": '"9"'}, {}, 412, "stale"),
        ({}, {"version": 9}, 409, "stale"),
    ],
)
async def test_a_version_that_is_missing_double_or_old_is_refused(
    client: AsyncClient, headers: dict[str, str], body: dict[str, object], status: int, type: str
) -> None:
    item = await one(client)
    refused = await act(client, item, "claim", headers, **body)
    told = refused.json()
    assert (status, status, f"urn:sambud:{type}") == (refused.status_code, told["status"], told["type"])
    assert ({"version": 1} if type == "stale" else {}) == {k: v for k, v in told.items() if k == "version"}
    assert [item] == await listed(client)


async def test_the_same_call_with_the_same_key_is_done_once(client: AsyncClient, tmp_path: Path) -> None:
    item = await one(client)
    answers = [await act(client, item, "claim", KEY, version=1) for _ in range(3)]
    assert [(200, None), (200, "true"), (200, "true")] == [
        (a.status_code, a.headers.get("Idempotent-Replayed")) for a in answers
    ]
    assert {2} == {a.json()["version"] for a in answers}
    assert (["message.accepted", "item.claimed"], 1) == (await history(client, item), keys(tmp_path))


async def test_what_is_sent_goes_out_once_and_the_second_call_sees_the_item_as_it_is_now(client: AsyncClient) -> None:
    item = await one(client)
    asked = {"text": "Lege ser på det."}
    await act(client, item, "answer", {**KEY, "If-Match": '"1"'}, **asked)
    again = await act(client, item, "answer", {**KEY, "If-Match": '"1"'}, **asked)
    posted = (await client.get("/v1/mailboxes/900201/messages", headers=centre.EXCHANGE)).json()
    assert ("answered", ["apprec", "answer"]) == (again.json()["state"], [x["kind"] for x in posted])


async def test_a_form_is_the_same_however_its_parts_are_divided(client: AsyncClient) -> None:
    item = await one(client)
    path = f"/v1/items/{item['id']}/answer-with-files"
    pdf = b"%PDF-1.4\n%%EOF"

    async def send(content: bytes, text: str = "Se vedlegg.") -> Response:
        found: Response = await client.post(
            path,
            data={"text": text},
            files={"files": ("epikrise.pdf", content, "application/pdf")},
            headers={**KEY, "If-Match": '"1"'},
            auth=centre.NURSE,
        )
        return found

    first, again, other = await send(pdf), await send(pdf), await send(pdf + b"\n", "Se vedlegg.")
    assert [(200, None), (200, "true"), (422, None)] == [
        (a.status_code, a.headers.get("Idempotent-Replayed")) for a in (first, again, other)
    ]


async def test_a_key_is_for_one_thing_only(client: AsyncClient) -> None:
    item, other = await one(client), await one(client, 2)
    await act(client, item, "claim", KEY, version=1)
    for refused in (
        await act(client, item, "claim", KEY, version=2),
        await act(client, item, "release", KEY, version=2),
        await act(client, other, "claim", KEY, version=1),
    ):
        assert (422, "urn:sambud:key-reused") == (refused.status_code, refused.json()["type"])


async def test_keys_are_each_persons_own(client: AsyncClient) -> None:
    item = await one(client)
    await act(client, item, "claim", KEY, version=1)
    path = f"/v1/items/{item['id']}/claim"
    hers = await client.post(path, json={"version": 1}, headers=KEY, auth=("elle.sara", "sambud"))
    assert (409, 2) == (hers.status_code, hers.json()["version"])


@pytest.mark.parametrize("body", [{"version": 9}, {"version": 1, "text": ""}, {}])
async def test_what_fails_leaves_no_key(client: AsyncClient, tmp_path: Path, body: dict[str, object]) -> None:
    item = await one(client)
    assert (await act(client, item, "answer", KEY, **body)).is_error
    assert 0 == keys(tmp_path)
    done = await act(client, item, "answer", KEY, version=1, text="Ja.")
    assert (200, 1) == (done.status_code, keys(tmp_path))


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "ø"])
async def test_a_key_that_cannot_be_kept_is_the_callers_mistake(client: AsyncClient, key: str) -> None:
    item = await one(client)
    path = f"/v1/items/{item['id']}/claim"
    headers = {b"Idempotency-Key": key.encode()}
    assert 400 == (await client.post(path, json={"version": 1}, headers=headers, auth=centre.NURSE)).status_code


async def test_a_key_is_known_for_a_day(client: AsyncClient, hub: Hub, tmp_path: Path) -> None:
    item, other = await one(client), await one(client, 2)
    await act(client, item, "claim", KEY, version=1)
    now = hub.clock.now()
    hub.clock = Clock(now + timedelta(hours=24, minutes=1), 0.0, 1e-9)
    used = await act(client, other, "claim", KEY, version=1)
    assert (200, None, 1) == (used.status_code, used.headers.get("Idempotent-Replayed"), keys(tmp_path))


async def test_an_item_that_was_handed_on_twice_lies_where_it_was_handed(client: AsyncClient) -> None:
    item = await one(client)
    asked = {"version": 1, "to": "koordinator"}
    answers = [await act(client, item, "hand-on", KEY, **asked) for _ in range(2)]
    assert [{"id": item["id"], "inbox": "koordinator", "version": 2}] * 2 == [a.json() for a in answers]


async def test_an_alert_that_was_seen_twice_under_one_key_was_seen_once(client: AsyncClient, hub: Hub) -> None:
    item = await one(client)
    await act(client, item, "answer", version=1, text="Ja.")
    await hub.tick(hub.clock.now() + timedelta(hours=97))
    (alert,) = (await client.get(f"/v1/inboxes/{centre.TEAM}/alerts", auth=centre.NURSE)).json()
    seen = f"/v1/alerts/{alert['id']}/seen"
    answers = [await client.post(seen, headers=headers, auth=centre.NURSE) for headers in (KEY, KEY, {})]
    assert [(204, None), (204, "true"), (404, None)] == [
        (a.status_code, a.headers.get("Idempotent-Replayed")) for a in answers
    ]


async def test_of_two_at_once_with_one_key_in_two_processes_one_does_it(tmp_path: Path) -> None:
    with centre.served(tmp_path) as here, centre.served(tmp_path) as there:
        async with httpx2.AsyncClient(timeout=30) as client:
            await client.post(
                f"{here.url}/v1/messages", content=centre.message(), headers={**centre.EXCHANGE, **centre.XML}
            )
            lines = await client.get(f"{here.url}/v1/inboxes/{centre.TEAM}/items", auth=centre.NURSE)
            (item,) = lines.json()["items"]
            version, seen = 1, list[tuple[int, str | None]]()
            for n in range(10):
                path = f"/v1/items/{item['id']}/{'release' if n % 2 else 'claim'}"
                headers = {"Idempotency-Key": f"turn-{n}", "If-Match": f'"{version}"'}
                both = [client.post(f"{x.url}{path}", headers=headers, auth=centre.NURSE) for x in (here, there)]
                answers = await asyncio.gather(*both)
                assert [200, 200] == [a.status_code for a in answers]
                seen += [(a.json()["version"], a.headers.get("Idempotent-Replayed")) for a in answers]
                version += 1
    assert 10 == sum(replayed is None for _, replayed in seen)
    assert version == max(v for v, _ in seen)


@pytest.mark.parametrize("kind", ["alerts", "notices"])
async def test_a_plain_array_goes_on_where_its_link_says(client: AsyncClient, hub: Hub, kind: str) -> None:
    for n in range(1, 6):
        item = await one(client, n)
        if kind == "alerts":
            await act(client, item, "answer", version=1, text="Ja.")
    later = timedelta(hours=97)
    hub.clock = Clock(hub.clock.now() + later, 0.0, 1e-9)
    for _ in range(10):
        await hub.tick(hub.clock.now())
    path = f"/v1/inboxes/{centre.TEAM}/{kind}"
    whole = (await client.get(path, auth=centre.NURSE)).json()
    found, pages, following = [], 0, f"{path}?limit=2"
    while following:
        page = await client.get(following, auth=centre.NURSE)
        found, pages = found + page.json(), pages + 1
        following = page.links.get("next", {}).get("url", "")
    assert (whole, len(whole) // 2 + 1) == (found, pages)
    assert 5 <= len(whole)
