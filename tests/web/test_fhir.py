"""FHIR R4 clients list inboxes and open what lies in them; what /fhir/metadata promises works, and nothing else."""

import re
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from hub import browsing
from hub.clock import Clock
from hub.item import State
from hub.service import Hub
from hub.web.app import app
from hub.web.fhir import door, task
from hub.web.fhir.capability import SERVED
from hub.web.fhir.moment import PREFIXES, read
from hub.web.fhir.search import COMMUNICATION, COUNT, MOST
from tests import centre
from tests.web.fhir_rules import breaches

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
FHIR = "application/fhir+json"
SAMPLES = sorted((Path(__file__).parent.parent / "samples").glob("[!au]*.xml"))

# What each parameter finds of a new message about Anna Aas, and what it does not.
VALUES = {
    "Task._id": ("{id}", "none"),
    "Task._tag": (f"urn:sambud:inbox|{centre.TEAM}", "urn:sambud:inbox|koordinator"),
    "Task.authored-on": ("ge2026-11-01", "lt2026-11-01"),
    "Task.business-status": ("urn:sambud:clock|late", "near"),
    "Task.code": ("dialogue", "urn:sambud:kind|death"),
    "Task.due": ("gt2026-11-01T00:00:00Z", "le2026-11-01"),
    "Task.modified": ("ge2026", "2025"),
    "Task.owner": (f"CareTeam/{centre.TEAM}", "CareTeam/koordinator"),
    "Task.owner:identifier": (f"urn:sambud:inbox|{centre.TEAM}", "urn:sambud:person|kari.moen"),
    "Task.patient:identifier": (f"{FNR}|{centre.TEAM_PATIENT}", f"{FNR}|{centre.GP_PATIENT}"),
    "Task.priority": ("routine", "urgent"),
    "Task.status": ("requested,in-progress", "completed"),
    "Communication._id": ("{id}", "none"),
    "Communication.patient:identifier": (centre.TEAM_PATIENT, f"urn:oid:2.16.578.1.12.4.1.4.2|{centre.TEAM_PATIENT}"),
    "Communication.received": ("sa2026-11-01", "eb2026-11-01"),
    "CareTeam._id": (centre.TEAM, "koordinator"),
}


@pytest.fixture
async def fhir(hub: Hub) -> AsyncIterator[AsyncClient]:
    """A nurse's client."""
    made = app(hub, limit=1_000_000)
    async with (
        made.router.lifespan_context(made),
        AsyncClient(transport=ASGITransport(made), base_url="http://hub", auth=centre.NURSE) as c,
    ):
        yield c


async def arrive(client: AsyncClient, *numbers: int, **changes: str) -> None:
    for n in numbers or (1,):
        await bring(client, centre.message(n, **changes))


async def bring(client: AsyncClient, raw: bytes) -> str:
    headers = {**centre.EXCHANGE, **centre.XML}
    return (await client.post("/v1/messages", content=raw, headers=headers, auth=None)).headers["Hub-Outcome"]


async def found(client: AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    """What a search finds, and that it is a Bundle by the rules."""
    return matches(await client.get(f"/fhir/{path}", params=query))


def matches(answer: Response, mode: str = "match") -> list[dict[str, Any]]:
    assert (200, FHIR, []) == (answer.status_code, answer.headers["content-type"], breaches(answer.json()))
    return [x["resource"] for x in answer.json().get("entry", []) if x["search"]["mode"] == mode]


def issue(answer: Response) -> tuple[int, str]:
    """The status and the code of a failure."""
    assert (FHIR, []) == (answer.headers["content-type"], breaches(answer.json()))
    (told,) = answer.json()["issue"]
    return answer.status_code, told["code"]


def link(answer: Response, relation: str) -> str:
    return next((x["url"] for x in answer.json()["link"] if x["relation"] == relation), "")


async def act(client: AsyncClient, id: str, verb: str, version: int, **more: Any) -> None:
    answer = await client.post(f"/v1/items/{id}/{verb}", json={"version": version, **more})
    assert 200 == answer.status_code, answer.text


async def test_a_client_that_knows_only_the_metadata_opens_an_item_of_an_inbox(fhir: AsyncClient) -> None:
    """It knows FHIR and the address, finds out what there is, pages through an inbox, and opens an item."""
    for n in range(1, 6):
        await arrive(fhir, n)
    told = (await fhir.get("/fhir/metadata")).json()
    base = told["implementation"]["url"]
    types = {x["type"]: x for x in told["rest"][0]["resource"]}
    assert {"code": "search-type"} in types["Task"]["interaction"] and {"code": "read"} in types["Task"]["interaction"]
    (team,) = matches(await fhir.get(f"{base}/CareTeam"))
    assert "owner" in {x["name"] for x in types["Task"]["searchParam"]}
    url, tasks = f"{base}/Task?owner=CareTeam/{team['id']}&status=requested&_count=2", []
    pages = 0
    while url:
        page = await fhir.get(url)
        tasks += matches(page)
        url, pages = link(page, "next"), pages + 1
    assert (5, 5, 3) == (len(tasks), len({x["id"] for x in tasks}), pages)
    due = [x["restriction"]["period"]["end"] for x in tasks]
    assert sorted(due) == due
    opened = await fhir.get(f"{base}/Task/{tasks[0]['id']}")
    assert tasks[0] == opened.json()
    message = (await fhir.get(f"{base}/{opened.json()['focus']['reference']}")).json()
    assert ([], "Blodtrykk") == (breaches(message), message["topic"]["text"])
    assert "Blodtrykket er 180/100 for tredje dag på rad." in message["payload"][0]["contentString"]


async def test_the_metadata_follow_the_rules_and_say_how_to_sign_in(fhir: AsyncClient) -> None:
    answer = await fhir.get("/fhir/metadata")
    assert [] == breaches(answer.json())
    assert ("4.0.1", "instance") == (answer.json()["fhirVersion"], answer.json()["kind"])
    assert FHIR == answer.headers["content-type"]
    assert "Basic" in str(answer.json()["rest"][0]["security"])
    assert 401 == (await fhir.get("/fhir/metadata", auth=None)).status_code
    assert 200 == (await fhir.get("/fhir/metadata", auth=None, headers=centre.EXCHANGE)).status_code


async def test_every_promise_of_the_metadata_is_kept(fhir: AsyncClient, hub: Hub) -> None:
    hub.clock = Clock(datetime.fromisoformat("2026-11-24T09:00:00Z"), 0.0, 1e-9)
    await arrive(fhir)
    hub.clock = Clock(datetime.fromisoformat("2027-06-01T12:00:00Z"), 0.0, 1e-9)
    id = (await found(fhir, "Task"))[0]["id"]
    tried = set()
    for resource in (await fhir.get("/fhir/metadata")).json()["rest"][0]["resource"]:
        type = resource["type"]
        assert ["read", "search-type"] == [x["code"] for x in resource["interaction"]]
        one = (await found(fhir, type))[0]
        assert one == (await fhir.get(f"/fhir/{type}/{one['id']}")).json()
        for parameter in resource["searchParam"]:
            spellings = [x for x in VALUES if x.partition(":")[0] == f"{type}.{parameter['name']}"]
            for spelling in spellings:
                name, (hit, miss) = spelling.partition(".")[2], VALUES[spelling]
                strict = {"Prefer": "handling=strict"}
                counts = [
                    len(matches(await fhir.get(f"/fhir/{type}", params={name: x.format(id=id)}, headers=strict)))
                    for x in (hit, miss)
                ]
                assert (spelling, [1, 0]) == (spelling, counts)
            tried |= {*spellings}
            assert spellings, f"{type}.{parameter['name']} is promised and not tried"
        for include in resource.get("searchInclude", []):
            answer = await fhir.get(f"/fhir/{type}", params={"_include": include})
            assert [id] == [x["id"] for x in matches(answer, "include")]
    assert {*VALUES} == tried


async def test_what_the_metadata_do_not_promise_is_refused(fhir: AsyncClient) -> None:
    await arrive(fhir)
    served = {x["type"]: x for x in (await fhir.get("/fhir/metadata")).json()["rest"][0]["resource"]}
    for type in ("Patient", "Practitioner", "Organization", "Observation"):
        assert type not in served
        assert (404, "not-found") == issue(await fhir.get(f"/fhir/{type}"))
    for type in served:
        id = (await found(fhir, type))[0]["id"]
        body = {"json": {"resourceType": type}}
        for method, path, more in [
            *[("PUT", f"{type}/{id}", body), ("PATCH", f"{type}/{id}", body), ("DELETE", f"{type}/{id}", {})],
            *[("POST", type, body), ("DELETE", type, {})],
        ]:
            answer = await fhir.request(method, f"/fhir/{path}", **more)
            assert ((405, "not-supported"), "GET, HEAD") == (issue(answer), answer.headers["allow"])
        assert 404 == (await fhir.get(f"/fhir/{type}/{id}/_history")).status_code
        answer = await fhir.get(f"/fhir/{type}/_search")
        assert ((405, "not-supported"), "POST") == (issue(answer), answer.headers["allow"])
        strict = await fhir.get(f"/fhir/{type}", params={"intent": "order"}, headers={"Prefer": "handling=strict"})
        assert (400, "not-supported") == issue(strict)


# Searches that are refused, each with what the outcome calls it.
WRONG = [
    ("status:not=completed", "not-supported"),
    ("patient=Patient/1", "not-supported"),
    ("patient:identifier=" + FNR + "|", "invalid"),
    (f"patient:identifier={centre.TEAM_PATIENT},{centre.GP_PATIENT}", "invalid"),
    ("authored-on=yesterday", "invalid"),
    ("authored-on=2026-02-30", "invalid"),
    ("authored-on=ap2026", "not-supported"),
    ("_count=many", "invalid"),
    ("_id=" + ",".join("x" * 101), "invalid"),
    ("_page=x", "invalid"),
    ("_page=MQ", "invalid"),
    ("_page=WzAsImJsYWgiLCJ4IiwiIl0", "invalid"),
    ("status=new,", "invalid"),
    ("status=%ff", "invalid"),
    ("code=%00", "invalid"),
    ("&".join(["code=x"] * 101), "invalid"),
]


async def test_a_search_that_is_wrong_is_refused_with_an_outcome(fhir: AsyncClient) -> None:
    for query, code in WRONG:
        assert (query, 400, code) == (query, *issue(await fhir.get(f"/fhir/Task?{query}")))


async def test_what_a_search_does_not_know_is_ignored_and_said_so(fhir: AsyncClient) -> None:
    await arrive(fhir)
    answer = await fhir.get("/fhir/Task?intent=order&_sort=-modified&status=requested&code=&_elements=id")
    assert "http://hub/fhir/Task?status=requested" == link(answer, "self")
    (told,) = matches(answer, "outcome")
    names = [f"ignored: {x}" for x in ("intent", "_sort", "code", "_elements")]
    assert names == [x["diagnostics"] for x in told["issue"]]
    assert 1 == len(matches(answer))


def test_the_rules_find_what_is_against_them() -> None:
    task = {"resourceType": "Task", "status": "requested", "intent": "order"}
    assert [] == breaches(task)
    assert ["Task.status: new"] == breaches(task | {"status": "new"})
    assert ["Task.owner refers to a Location"] == breaches(task | {"owner": {"reference": "Location/x"}})
    for broken in ({"description": ""}, {"focus": [1]}, {"authoredOn": "2026-11-24T08:00:00"}, {"due": "today"}):
        with pytest.raises(ValueError, match="validation error"):
            breaches(task | broken)


async def test_every_sample_is_told_by_the_rules(fhir: AsyncClient, hub: Hub) -> None:
    """All kinds of messages that are taken, in whichever inbox they come to."""
    outcomes = [await bring(fhir, path.read_bytes()) for path in SAMPLES]
    assert outcomes.count("accepted") > 30
    people = [x for x in hub.accounts.people.values() if hub.directory.people[x.person].inboxes]
    seen = set()
    for account in people[:12]:
        url = "/fhir/Task?_include=Task:focus"
        while url:
            page = await fhir.get(url, auth=(account.username, "sambud"))
            tasks, messages = matches(page), matches(page, "include")
            assert ([x["id"] for x in tasks], []) == ([x["id"] for x in messages], matches(page, "outcome"))
            seen |= {x["code"]["coding"][0]["code"] for x in tasks}
            url = link(page, "next")
    assert len(seen) > 12


async def test_a_task_says_what_an_item_says(fhir: AsyncClient, hub: Hub) -> None:
    await arrive(fhir)
    (told,) = await found(fhir, "Task")
    item = (await fhir.get(f"/v1/items/{told['id']}")).json()
    patient = told["contained"][0]
    assert (FNR, centre.TEAM_PATIENT) == (patient["identifier"][0]["system"], patient["identifier"][0]["value"])
    assert ("#patient", "Anna Aas") == (told["for"]["reference"], told["for"]["display"])
    assert (str(item["version"]), item["subject"]) == (told["meta"]["versionId"], told["description"])
    assert {"system": "urn:oid:2.16.578.1.12.4.1.2", "value": "900200"} == told["requester"]["identifier"]
    for mine, theirs in (
        (told["restriction"]["period"]["end"], item["due_at"]),
        (told["authoredOn"], item["received_at"]),
    ):
        assert abs(datetime.fromisoformat(mine) - datetime.fromisoformat(theirs)) < timedelta(milliseconds=1)
    await act(fhir, told["id"], "claim", 1)
    (told,) = await found(fhir, "Task", **{"owner:identifier": "urn:sambud:person|kari.moen"})
    assert ("in-progress", "Kari Moen", "2") == (told["status"], told["owner"]["display"], told["meta"]["versionId"])
    assert {"start"} == {*told["executionPeriod"]}
    assert [told] == await found(fhir, "Task", _tag=f"urn:sambud:inbox|{centre.TEAM}")
    assert [] == await found(fhir, "Task", owner=f"CareTeam/{centre.TEAM}")
    await act(fhir, told["id"], "close", 2, outcome="other", note="Ringte, alt er i orden.")
    (told,) = await found(fhir, "Task", status="completed")
    assert ("completed", [{"text": "Ringte, alt er i orden."}]) == (told["status"], told["note"])
    assert {"start", "end"} == {*told["executionPeriod"]}
    assert told["lastModified"] == told["executionPeriod"]["end"]


async def test_every_state_of_an_item_is_one_of_a_task(fhir: AsyncClient) -> None:
    assert {*State} == {*task.STATUS}
    await arrive(fhir, *range(1, 7))
    ids = [x["id"] for x in await found(fhir, "Task")]
    await act(fhir, ids[0], "claim", 1)
    await act(fhir, ids[1], "ask", 1, text="Hvor lenge har det vart?")
    await act(fhir, ids[2], "answer", 1, text="Vi ser på det i dag.")
    await act(fhir, ids[3], "return", 1, reason="1", text="Feil adresse.")
    await act(fhir, ids[4], "close", 1, outcome="home_visit")
    states = ["in-progress", "on-hold", "completed", "rejected", "completed", "requested"]
    assert states == [(await fhir.get(f"/fhir/Task/{id}")).json()["status"] for id in ids]
    # What is open comes before what has ended, and both are found together.
    everything = await found(fhir, "Task")
    assert {*ids[:2], ids[5]} == {x["id"] for x in everything[:3]}
    for status in {*states}:
        wanted = {id for id, x in zip(ids, states, strict=True) if x == status}
        assert wanted == {x["id"] for x in await found(fhir, "Task", status=status)}
    paged, url = [], "/fhir/Task?_count=1"
    while url:
        page = await fhir.get(url)
        paged += matches(page)
        url = link(page, "next")
    assert everything == paged


async def test_what_the_clock_says_of_a_task_is_not_hidden_by_its_version(fhir: AsyncClient, hub: Hub) -> None:
    await arrive(fhir)
    (told,) = await found(fhir, "Task")
    due = datetime.fromisoformat(told["restriction"]["period"]["end"])
    version = {"If-None-Match": 'W/"1"'}
    path = f"/fhir/Task/{told['id']}"

    async def asked(at: datetime) -> tuple[int, str]:
        hub.clock = Clock(at, 0.0, 1e-9)
        answer = await fhir.get(path, headers=version)
        status = answer.json().get("businessStatus", {}) if answer.content else {}
        return answer.status_code, status.get("coding", [{"code": ""}])[0]["code"]

    early = due - timedelta(hours=1, seconds=10)
    assert [(304, ""), (200, "near"), (200, "late")] == [
        await asked(at) for at in (early, due - timedelta(minutes=59), due)
    ]


async def test_a_read_has_its_version_and_is_not_sent_twice(fhir: AsyncClient) -> None:
    await arrive(fhir)
    (told,) = await found(fhir, "Task")
    for type, version in (("Task", 'W/"1"'), ("Communication", 'W/"1"')):
        path = f"/fhir/{type}/{told['id']}"
        first = await fhir.get(path)
        assert (version, True) == (first.headers["etag"], first.headers["last-modified"].endswith("GMT"))
        again = await fhir.get(path, headers={"If-None-Match": version})
        assert (304, b"", version) == (again.status_code, again.content, again.headers["etag"])
        assert 200 == (await fhir.get(path, headers={"If-None-Match": 'W/"7"'})).status_code
    await act(fhir, told["id"], "claim", 1)
    changed = await fhir.get(f"/fhir/Task/{told['id']}", headers={"If-None-Match": 'W/"1"'})
    assert (200, 'W/"2"', "2") == (changed.status_code, changed.headers["etag"], changed.json()["meta"]["versionId"])


async def test_a_communication_has_the_files_and_where_they_are(fhir: AsyncClient, hub: Hub) -> None:
    await bring(fhir, (SAMPLES[0].parent / "helsefaglig-dialog-med-vedlegg.xml").read_bytes())
    (told,) = await found(fhir, "Communication")
    files = [x["contentAttachment"] for x in told["payload"] if "contentAttachment" in x]
    assert files
    for file in files:
        content = await fhir.get(file["url"])
        assert (file["contentType"], file["size"]) == (content.headers["content-type"], len(content.content))


async def test_another_persons_inbox_gives_nothing(fhir: AsyncClient) -> None:
    await arrive(fhir)
    (told,) = await found(fhir, "Task")
    mine = {x["id"] for x in (await fhir.get("/v1/inboxes")).json()}
    assert mine == {x["id"] for x in await found(fhir, "CareTeam")}
    theirs = AsyncClient(transport=fhir._transport, base_url="http://hub", auth=centre.GP)
    for query in (
        *("Task", "Communication", f"Task?_id={told['id']}", f"Communication?_id={told['id']}"),
        *(f"Task?_tag=urn:sambud:inbox|{centre.TEAM}", f"Task?owner=CareTeam/{centre.TEAM}"),
        *(f"{x}?patient:identifier={FNR}|{centre.TEAM_PATIENT}" for x in ("Task", "Communication")),
        f"CareTeam?_id={centre.TEAM}",
    ):
        assert [] == matches(await theirs.get(f"/fhir/{query}")), query
    # Nor does the place in a list of a patient that somebody else looked for.
    page = await fhir.get("/fhir/Task", params={"patient:identifier": centre.TEAM_PATIENT})
    assert 1 == len(matches(page))
    forged = door.finding.paging.write(browsing.Place(), told["id"])
    assert (403, "forbidden") == issue(await theirs.get(f"/fhir/Task?_page={forged}"))
    for path in (f"Task/{told['id']}", f"Communication/{told['id']}", f"CareTeam/{centre.TEAM}"):
        assert (403, "forbidden") == issue(await theirs.get(f"/fhir/{path}"))
        assert (401, "login") == issue(await fhir.get(f"/fhir/{path}", auth=None))
    assert (404, "not-found") == issue(await theirs.get("/fhir/Task/none"))
    assert (404, "not-found") == issue(await theirs.get("/fhir/Task/no_such_id"))
    assert (404, "not-found") == issue(await theirs.get("/fhir"))


async def test_no_address_that_is_made_here_has_a_national_number(fhir: AsyncClient) -> None:
    await arrive(fhir, *range(1, 5))
    await arrive(fhir, 5, patient=centre.GP_PATIENT)
    form = {"patient:identifier": f"{FNR}|{centre.TEAM_PATIENT}", "_count": "3"}
    page = await fhir.post("/fhir/Task/_search", data=form)
    assert 3 == len(matches(page))
    rest = await fhir.get(link(page, "next"))
    assert ([centre.TEAM_PATIENT], "") == (
        [x["for"]["identifier"]["value"] for x in matches(rest)],
        link(rest, "next"),
    )
    for answer in (page, rest):
        for url in (link(answer, "self"), link(answer, "next"), *(x["fullUrl"] for x in answer.json()["entry"])):
            told = "".join(
                urlsafe_b64decode(x + "==").decode() for n, x in parse_qsl(urlsplit(url).query) if n == "_page"
            )
            assert centre.TEAM_PATIENT not in unquote(url) + told
    assert f"patient:identifier={FNR}|" in unquote(link(page, "self"))
    answer = await fhir.post("/fhir/Task/_search", json=form)
    assert (415, "not-supported") == issue(answer)


async def test_a_count_tells_how_many_there_are_and_nothing_of_them(
    fhir: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await arrive(fhir, 1, 2, 3)
    for query in ("_summary=count", "_count=0", "_summary=count&status=requested"):
        answer = await fhir.get(f"/fhir/Task?{query}")
        assert (3, []) == (answer.json()["total"], matches(answer))
    assert 3 == (await fhir.get("/fhir/Task")).json()["total"]
    assert "total" not in (await fhir.get("/fhir/Task?_count=2")).json()
    monkeypatch.setattr(browsing, "LOOKED", 2)
    monkeypatch.setattr(browsing, "PORTION", 2)
    assert (422, "too-costly") == issue(await fhir.get("/fhir/Task?_summary=count"))


async def test_a_search_that_finds_little_looks_at_no_more_than_it_may_and_goes_on(
    fhir: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await arrive(fhir, *range(1, 8))
    ids = [x["id"] for x in await found(fhir, "Task")]
    await act(fhir, ids[6], "claim", 1)
    monkeypatch.setattr(browsing, "LOOKED", 4)
    monkeypatch.setattr(browsing, "PORTION", 2)
    first = await fhir.get("/fhir/Task?status=in-progress")
    assert ([], True) == (matches(first), bool(link(first, "next")))
    assert [ids[6]] == [x["id"] for x in matches(await fhir.get(link(first, "next")))]


FORMATS: list[tuple[str, str | None, int]] = [
    ("application/fhir+json", None, 200),
    ("application/fhir+json; fhirVersion=4.0", None, 200),
    ("text/html, */*;q=0.8", None, 200),
    ("application/json", None, 200),
    ("application/xml", "json", 200),
    ("application/xml", "application/fhir+json", 200),
    ("application/fhir+xml", None, 406),
    ("application/fhir+json; fhirVersion=5.0", None, 406),
    ("application/fhir+json;q=0", None, 406),
    ("application/json", "xml", 406),
]


async def test_only_json_is_served(fhir: AsyncClient) -> None:
    for accept, named, status in FORMATS:
        for path in ("/fhir/metadata", "/fhir/Task"):
            answer = await fhir.get(path, params={"_format": named} if named else {}, headers={"Accept": accept})
            assert (accept, status, FHIR) == (accept, answer.status_code, answer.headers["content-type"])


async def test_a_head_is_a_get_without_its_body(fhir: AsyncClient) -> None:
    await arrive(fhir)
    (told,) = await found(fhir, "Task")
    for path in ("/fhir/metadata", "/fhir/Task", f"/fhir/Task/{told['id']}", "/fhir/Task/none"):
        get, head = await fhir.get(path), await fhir.head(path)
        assert (get.status_code, get.headers.get("etag"), b"") == (
            head.status_code,
            head.headers.get("etag"),
            head.content,
        )
        assert get.headers["content-length"] == head.headers["content-length"]


async def test_what_nobody_foresaw_is_an_outcome_too(fhir: AsyncClient, hub: Hub, monkeypatch: Any) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(hub.store, "look", fail)
    assert (500, "exception") == issue(await fhir.get("/fhir/Task/x"))


async def test_a_message_that_can_not_be_read_any_more_is_left_out_and_said_so(fhir: AsyncClient, hub: Hub) -> None:
    await arrive(fhir)
    (told,) = await found(fhir, "Task")
    await act(fhir, told["id"], "close", 1, outcome="home_visit")
    hub.clock = Clock(hub.clock.now() + timedelta(days=365), 0.0, 1e-9)
    hub.keep_months = 1
    await hub.forget(hub.clock.now())
    page = await fhir.get("/fhir/Task?_include=Task:focus")
    (told,) = matches(page, "outcome")
    assert (1, [], ["incomplete"]) == (
        len(matches(page)),
        matches(page, "include"),
        [x["code"] for x in told["issue"]],
    )
    id = matches(page)[0]["id"]
    assert 200 == (await fhir.get(f"/fhir/Task/{id}")).status_code
    assert (503, "transient") == issue(await fhir.get(f"/fhir/Communication/{id}"))


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("written", ["2026", "2026-11", "2026-11-24", "2026-11-24T09:00", "2026-11-24T09:00:00+01:00"])
def test_times_are_compared_as_stretches(prefix: str, written: str) -> None:
    """Each prefix by FHIR's definition: of the moments before, in and after a stretch."""
    wanted = read("due", f"{prefix}{written}", "Europe/Oslo")
    moments = (wanted.begin - timedelta(seconds=1), wanted.begin, wanted.end - timedelta(seconds=1), wanted.end)
    truth = {
        "eq": [0, 1, 1, 0],
        "ne": [1, 0, 0, 1],
        "gt": [0, 0, 0, 1],
        "sa": [0, 0, 0, 1],
        "ge": [0, 1, 1, 1],
        "lt": [1, 0, 0, 0],
        "eb": [1, 0, 0, 0],
        "le": [1, 1, 1, 0],
    }
    assert truth[prefix] == [int(wanted.holds(at)) for at in moments]


def test_a_day_begins_at_midnight_here() -> None:
    wanted = read("due", "2026-11-24", "Europe/Oslo")
    assert ("2026-11-23T23:00:00+00:00", "2026-11-24T23:00:00+00:00") == (
        wanted.begin.isoformat(),
        wanted.end.isoformat(),
    )


def test_the_guide_says_what_there_is() -> None:
    text = (Path(__file__).parents[2] / "docs" / "fhir.md").read_text(encoding="utf-8")
    states = re.findall(r"^\| `(\w+)` \| `([a-z-]+)` \|", text, re.MULTILINE)
    assert {state.value: status for state, status in task.STATUS.items()} == dict(states)
    listed = re.findall(r"^\| (\w+) \| `([a-z_-]+)` \| (\w+) \|", text, re.MULTILINE)
    assert [(x.type, p.name, p.type) for x in SERVED for p in x.parameters] == listed
    assert f"`_count` ({COUNT}, at most {MOST}; {COMMUNICATION.most} where" in text
    assert f"at most {browsing.LOOKED:,} items are looked at" in text


async def test_a_real_server_answers_and_writes_no_number_to_its_log(tmp_path: Path) -> None:
    with centre.served(tmp_path) as server:
        async with AsyncClient(base_url=server.url, auth=centre.NURSE) as client:
            await arrive(client)
            path = f"/fhir/Task?patient:identifier={FNR}|{centre.TEAM_PATIENT}"
            get, head = await client.get(path), await client.head(path)
        assert (1, 200, b"") == (len(matches(get)), head.status_code, head.content)
        assert get.headers["content-length"] == head.headers["content-length"]
        assert link(get, "self").startswith(f"{server.url}/fhir/Task?")
        server.stop()
    assert centre.TEAM_PATIENT not in server.log.read_text()
