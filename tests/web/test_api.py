"""What an inbox client and a partner's system can do over the API."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient

from hub.clock import Clock
from hub.errors import NotSignedIn, Unavailable
from hub.service import Hub
from hub.web import accounts, body, guessing
from hub.web.app import app
from hub.web.guessing import Guesses, TooManyGuesses
from tests import centre


async def arrive(client: AsyncClient, n: int = 1, **changes: str) -> None:
    answer = await client.post(
        "/v1/messages", content=centre.message(n, **changes), headers={**centre.EXCHANGE, **centre.XML}
    )
    assert "accepted" == answer.headers["Hub-Outcome"]


async def listed(client: AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/inboxes/{centre.TEAM}/items", params=query, auth=centre.NURSE)
    assert 200 == answer.status_code
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_from_arrival_to_answer_and_back_to_the_sender(client: AsyncClient) -> None:
    await arrive(client)
    (item,) = await listed(client)
    claimed = await client.post(f"/v1/items/{item['id']}/claim", json={"version": item["version"]}, auth=centre.NURSE)
    assert ("claimed", "kari.moen", 2) == tuple(claimed.json()[k] for k in ("state", "owner", "version"))
    answered = await client.post(
        f"/v1/items/{item['id']}/answer", json={"version": 2, "text": "Lege ser på det i dag."}, auth=centre.NURSE
    )
    assert ("answered", False) == (answered.json()["state"], answered.json()["deadline"]["running"])
    mailbox = "/v1/mailboxes/900201/messages"
    waiting = (await client.get(mailbox, headers=centre.EXCHANGE)).json()
    assert ["apprec", "answer"] == [x["kind"] for x in waiting]
    assert "Lege ser på det i dag." in waiting[1]["document"]
    assert item["msg_id"] in waiting[1]["document"]
    confirmed = await client.post(
        "/v1/mailboxes/900201/confirm", json={"ids": [x["id"] for x in waiting]}, headers=centre.EXCHANGE
    )
    assert ({"confirmed": 2}, []) == (confirmed.json(), (await client.get(mailbox, headers=centre.EXCHANGE)).json())


async def test_an_item_says_why_it_is_here_and_why_it_is_due_then(client: AsyncClient) -> None:
    await arrive(client)
    (line,) = await listed(client)
    item = (await client.get(f"/v1/items/{line['id']}", auth=centre.NURSE)).json()
    assert "Pasient med kommunale tjenester" == item["placing"]["rule"]
    assert "Testmeldinger" == item["placing"]["passed_over"][0]["rule"]
    assert item["deadline"]["promise"].endswith("besvares samme arbeidsdag")
    assert ["message.accepted"] == [h["event"] for h in item["history"]]


async def test_the_second_who_acts_on_the_same_version_is_told_so(client: AsyncClient) -> None:
    await arrive(client)
    (item,) = await listed(client)
    claim = f"/v1/items/{item['id']}/claim"
    first = await client.post(claim, json={"version": 1}, auth=centre.NURSE)
    second = await client.post(claim, json={"version": 1}, auth=("elle.sara", "sambud"))
    assert (200, 409, "urn:sambud:stale", 2) == (
        first.status_code,
        second.status_code,
        second.json()["type"],
        second.json()["version"],
    )


async def test_an_illegal_move_is_a_conflict_with_words(client: AsyncClient) -> None:
    await arrive(client)
    (item,) = await listed(client)
    answer = await client.post(f"/v1/items/{item['id']}/release", json={"version": 1}, auth=centre.NURSE)
    assert (409, "urn:sambud:illegal-move") == (answer.status_code, answer.json()["type"])
    assert "new" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("act", "body", "words"),
    [
        ("claim", {"version": "x"}, "version"),
        ("answer", {"version": 1, "text": ""}, "text"),
        ("answer", {"version": 1, "text": "   "}, "text"),
        ("close", {"version": 1}, "outcome"),
        ("close", {"version": 1, "outcome": "other"}, "note"),
        ("close", {"version": 1, "outcome": "no such"}, "outcome"),
        ("claim", {"version": 1, "extra": 1}, "extra"),
    ],
)
async def test_a_wrong_call_says_what_to_mend(client: AsyncClient, act: str, body: dict[str, Any], words: str) -> None:
    await arrive(client)
    (item,) = await listed(client)
    answer = await client.post(f"/v1/items/{item['id']}/{act}", json=body, auth=centre.NURSE)
    assert (400, "application/problem+json") == (answer.status_code, answer.headers["Content-Type"])
    assert words in answer.json()["detail"]
    assert [item] == await listed(client)


async def test_the_list_is_sorted_by_due_time_and_paged(client: AsyncClient) -> None:
    for n in range(5):
        await arrive(client, n, subject="Haster" if n == 4 else "Blodtrykk")
    found, after = [], None
    while True:
        page = await client.get(
            f"/v1/inboxes/{centre.TEAM}/items",
            params={"limit": 2, **({"after": after} if after else {})},
            auth=centre.NURSE,
        )
        found += page.json()["items"]
        if (after := page.json()["next"]) is None:
            break
    assert sorted(found, key=lambda x: (x["due_at"], x["id"])) == found
    assert (5, "Haster") == (len({x["id"] for x in found}), found[0]["subject"])


async def test_closing_by_telephone_stops_the_clock_and_moves_the_item_to_the_ended(client: AsyncClient) -> None:
    await arrive(client)
    (item,) = await listed(client)
    body = {"version": 1, "outcome": "telephone", "note": "Snakket med pårørende"}
    closed = await client.post(f"/v1/items/{item['id']}/close", json=body, auth=centre.NURSE)
    assert ("closed", "Snakket med pårørende") == (closed.json()["state"], closed.json()["note"])
    assert ([], [item["id"]]) == (await listed(client), [x["id"] for x in await listed(client, ended=True)])


CALLS = [
    ("GET", "/v1/inboxes"),
    ("GET", f"/v1/inboxes/{centre.TEAM}/items"),
    ("GET", f"/v1/inboxes/{centre.TEAM}/notices"),
    ("GET", "/v1/items/x"),
    ("POST", "/v1/items/x/claim"),
    ("GET", "/v1/events"),
    ("GET", "/v1/mailboxes/900201/messages"),
    ("POST", "/v1/mailboxes/900201/confirm"),
    ("POST", "/v1/messages"),
    ("GET", "/v1/openapi.json"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize("authorization", ["", "Basic a2FyaS5tb2VuOndyb25n", "Basic ???", "Bearer wrong", "Basic eA=="])
async def test_nobody_is_anonymous(client: AsyncClient, method: str, path: str, authorization: str) -> None:
    body = {"json": {"version": 1, "ids": [1]}} if method == "POST" else {}
    answer = await client.request(method, path, headers={"Authorization": authorization}, **body)
    assert 401 == answer.status_code


async def test_only_health_is_open_to_all(client: AsyncClient) -> None:
    assert "well" == (await client.get("/health")).json()["status"]


async def test_a_hub_that_cannot_write_is_not_well_however_often_it_is_asked(
    client: AsyncClient, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0

    async def probe(now: datetime) -> None:
        nonlocal tried
        tried += 1
        raise Unavailable("the disk takes nothing")

    monkeypatch.setattr(hub.store, "probe", probe)
    assert ([503] * 5, 1) == ([(await client.get("/health")).status_code for _ in range(5)], tried)


async def test_people_see_the_inboxes_they_belong_to_and_no_others(client: AsyncClient) -> None:
    await arrive(client)
    (item,) = await listed(client)
    mine = (await client.get("/v1/inboxes", auth=centre.NURSE)).json()
    assert [(centre.TEAM, 1, 0)] == [(x["id"], x["new"], x["claimed"]) for x in mine]
    for path in (f"/v1/inboxes/{centre.TEAM}/items", f"/v1/items/{item['id']}", f"/v1/events?inbox={centre.TEAM}"):
        assert 403 == (await client.get(path, auth=centre.GP)).status_code
    assert 404 == (await client.get("/v1/inboxes/none/items", auth=centre.NURSE)).status_code
    assert 404 == (await client.get("/v1/items/none", auth=centre.NURSE)).status_code


async def test_whom_a_ladder_has_told_may_open_the_item(client: AsyncClient, hub: Hub) -> None:
    await arrive(client)
    (item,) = await listed(client)
    duty = ("amir.rahimi", "sambud")
    assert 403 == (await client.get(f"/v1/items/{item['id']}", auth=duty)).status_code
    # Three steps up: the inbox, the coordinator, the doctor on duty.
    hub.clock = Clock(hub.clock.now() + timedelta(days=60), 0.0, 1e-9)
    for _ in range(3):
        await hub.tick(hub.clock.now())
    assert 200 == (await client.get(f"/v1/items/{item['id']}", auth=duty)).status_code


async def test_a_partner_opens_only_its_own_mailbox(client: AsyncClient) -> None:
    await arrive(client)
    for key, her_id, status in [
        ("fjordbyen-kommune", "900201", 200),
        ("fjordbyen-kommune", "900200", 200),
        ("storfjell-sykehus", "900201", 403),
        ("exchange", "900201", 200),
    ]:
        headers = {"Authorization": f"Bearer sample-key-{key}"}
        answer = await client.get(f"/v1/mailboxes/{her_id}/messages", headers=headers)
        assert (status, her_id) == (answer.status_code, her_id)


async def test_the_api_describes_itself(client: AsyncClient) -> None:
    paths = (await client.get("/v1/openapi.json", headers=centre.EXCHANGE)).json()["paths"]
    assert {"/v1/messages", "/v1/inboxes", "/v1/items/{id}/answer", "/v1/mailboxes/{her_id}/confirm"} <= set(paths)


async def test_people_too_may_read_how_the_api_describes_itself(client: AsyncClient) -> None:
    assert 200 == (await client.get("/v1/openapi.json", auth=centre.NURSE)).status_code


async def test_every_answer_carries_the_security_headers(client: AsyncClient) -> None:
    for path in ("/health", "/v1/inboxes", "/sign-in", "/nowhere"):
        headers = (await client.get(path)).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "no-store" == headers["Cache-Control"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/health"), ("GET", "/sign-in"), ("POST", "/v1/messages")])
async def test_a_failure_nobody_foresaw_carries_each_security_header_once(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("planted")

    made = app(hub, limit=1_000_000)
    monkeypatch.setattr("hub.web.pages.page.local", fail)
    monkeypatch.setattr(hub, "store", None)
    transport = ASGITransport(made, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://hub") as broken:
        answer = await broken.request(method, path, headers={**centre.EXCHANGE, **centre.XML})
    assert 500 == answer.status_code
    for name in ("content-security-policy", "x-content-type-options", "cache-control", "x-frame-options"):
        assert (name, 1) == (name, len(answer.headers.get_list(name)))


@pytest.mark.parametrize("last", ["²", "x", "-1", "1" * 19])
async def test_a_last_event_id_that_is_no_number_is_the_callers_mistake(client: AsyncClient, last: str) -> None:
    headers = {b"Last-Event-ID": last.encode("latin-1")}
    assert 400 == (await client.get("/v1/events", headers=headers, auth=centre.NURSE)).status_code


@pytest.mark.parametrize(
    "after", ["x", "2026-01-01~x", "2026-01-01T00:00:00+00:00~", "0001-01-01T00:00:00+14:00~x", "~x", "~"]
)
async def test_a_list_does_not_go_on_after_what_is_no_place(client: AsyncClient, after: str) -> None:
    path = f"/v1/inboxes/{centre.TEAM}/items"
    answer = await client.get(path, params={"after": after}, auth=centre.NURSE)
    assert (400, "urn:sambud:bad-request") == (answer.status_code, answer.json()["type"])


@pytest.mark.parametrize("path", ["/v1/items/x/answer", "/v1/mailboxes/900201/confirm", "/sign-in", "/nowhere"])
async def test_a_body_that_is_too_large_is_refused_before_anybody_reads_it(client: AsyncClient, path: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 100_000

    announced = await client.post(path, content=b"x" * (body.LIMIT + 1))
    streamed = await client.post(path, content=endless())
    problems = [(a.status_code, a.headers["Content-Type"]) for a in (announced, streamed)]
    assert [(413, "application/problem+json")] * 2 == problems


async def test_the_longest_answer_fits_in_a_body(client: AsyncClient) -> None:
    await arrive(client)
    (item,) = await listed(client)
    answer = {"version": 1, "text": "\u20ac" * 100_000}
    sent = await client.post(f"/v1/items/{item['id']}/answer", json=answer, auth=centre.NURSE)
    assert 200 == sent.status_code


async def test_an_unknown_name_costs_as_much_as_a_known_one(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []

    def verify(stored: str, _: str) -> bool:
        verified.append(stored)
        return False

    monkeypatch.setattr(accounts, "_verify", verify)
    for name in ("nobody", "nobody", "someone.else"):
        with pytest.raises(NotSignedIn):
            await accounts.check(hub, name, "x", Guesses())
    known = {a.password_hash for a in hub.accounts.people.values()}
    assert (3, set(), verified[0]) == (len(verified), set(verified) - known, verified[1])


def test_a_name_may_be_tried_again_after_the_wait_and_a_right_password_breaks_the_row() -> None:
    guesses = Guesses()
    for _ in range(5):
        guesses.heed("kari", 100.0)
        guesses.wrong("kari", 100.0)
    with pytest.raises(TooManyGuesses):
        guesses.heed("kari", 129.0)
    guesses.heed("elle", 129.0)
    guesses.heed("kari", 130.0)
    guesses.right("kari")
    guesses.heed("kari", 100.0)


def test_no_more_names_are_counted_than_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "NAMES", 3)
    guesses = Guesses()
    for n in range(10):
        guesses.wrong(str(n), 0.0)
    assert 3 == len(guesses._wrong)
