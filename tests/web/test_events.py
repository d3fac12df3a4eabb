"""Every event that a stream tells is in the table, is described (AsyncAPI), and is as described."""

import ast
import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from httpx2 import AsyncClient
from jsonschema_rs import Draft202012Validator

import hub as package
from hub.desk import REASONS, Act
from hub.item import Action, Outcome
from hub.web import asyncapi, events
from hub.web.events import EVENTS, UNTOLD
from tests import centre as sample
from tests.web import running
from tests.web.running import Centre

ROOT = Path(package.__file__).parent
NAME = re.compile(
    r"(item|deadline|message|answer|partner|opinion|load|notice|audit|receipt|quarantine|outbox)\.[a-z_]+"
)
# What looks like an event and is a line of the log, a file or a part of an address.
OTHERWISE = {
    *("item.id", "message.id", "item.html", "message.here", "message.unread", "message.checked", "item.acted"),
    *("item.asked", "partner.changed", "outbox.id"),
}


def written() -> Iterator[str]:
    """The names of events that stand in the code that decides and writes, and what is put together there."""
    for path in ROOT.rglob("*.py"):
        if path.relative_to(ROOT).parts[0] in ("web", "cli", "demo"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        # What goes to the log is named alike.
        logged = {id(x) for c in ast.walk(tree) if _logs(c) for x in ast.walk(c)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in logged:
                continue
            if NAME.fullmatch(node.value):
                yield node.value


def _logs(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") == "log"
    )


# Put together of a word and what becomes of something: item.{state} in desk, quarantine.{how} in the store.
COMPOSED = {
    *("item.claimed", "item.answered", "item.closed", "item.returned", "item.waiting"),
    *("quarantine.replayed", "quarantine.discarded"),
}


def test_every_event_that_the_code_writes_is_in_the_table_and_nothing_else_is() -> None:
    named = set(written()) - OTHERWISE
    assert set() == named - set(EVENTS) - UNTOLD
    # Who reads is told by the streams alone.
    assert set() == (set(EVENTS) | UNTOLD) - named - COMPOSED - {"item.reading"}


def test_a_page_listens_for_events_that_there_are() -> None:
    script = (ROOT / "web" / "static" / "live.js").read_text(encoding="utf-8")
    listed = re.search(r"const EVENTS = \[(.*?)\]", script, re.DOTALL)
    assert listed is not None
    names = re.findall(r'"([a-z_.]+)"', listed[1])
    assert (set(), len(names)) == (set(names) - set(EVENTS), len(set(names)))


@pytest.mark.parametrize(
    ("name", "item", "detail", "said"),
    [
        ("item.claimed", True, {}, ""),
        ("item.left", True, {"to": "x"}, ""),
        ("item.left", True, {}, "item.left lacks to"),
        ("item.claimed", True, {"patient": "x"}, "item.claimed has patient"),
        ("item.claimed", False, {}, "item.claimed is about no item"),
        ("load.pressing", False, dict.fromkeys(EVENTS["load.pressing"].detail, "1"), ""),
        ("item.invented", True, {}, "item.invented is in no table"),
    ],
)
def test_what_the_table_does_not_know_is_noticed(name: str, item: bool, detail: dict[str, str], said: str) -> None:
    assert said == events.wrong(name, item, detail)


async def test_whoever_may_sign_in_gets_the_description_of_the_stream(client: AsyncClient) -> None:
    told = (await client.get("/v1/asyncapi.json", headers=sample.EXCHANGE)).json()
    channel = told["channels"]["events"]
    assert ("3.0.0", "/v1/events", set(EVENTS)) == (told["asyncapi"], channel["address"], {*channel["messages"]})
    for message in channel["messages"].values():
        assert message["$ref"].rpartition("/")[2] in told["components"]["messages"]
    assert 401 == (await client.get("/v1/asyncapi.json")).status_code


class Stream:
    """Reads server-sent events: name and data of each."""

    def __init__(self, response: httpx2.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, dict[str, Any], str]:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if not line and "data" in fields:
                return fields["event"], json.loads(fields["data"]), fields.get("id", "")
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value
        raise EOFError


async def test_what_a_running_hub_tells_is_as_described(centre: Centre) -> None:
    validators = {name: Draft202012Validator(asyncapi.payload(name, event)) for name, event in EVENTS.items()}
    acts = [
        Act(Action.CLAIM),
        Act(Action.RELEASE),
        Act(Action.URGE),
        Act(Action.ASK, text="Hvor lenge?"),
        Act(Action.RESUME),
        Act(Action.CLOSE, outcome=Outcome.TELEPHONE),
    ]
    seen: list[str] = []
    async with (
        httpx2.AsyncClient(base_url=centre.url, auth=sample.NURSE, timeout=30) as client,
        client.stream("GET", "/v1/events", params={"after": "0"}) as response,
    ):
        stream = Stream(response)
        await centre.receive(*(running.message() for _ in range(3)))
        first, second, third = [(await centre.item(nth=n)) for n in range(3)]
        for act in acts:
            first = await centre.act("kari.moen", act, first)
        await centre.act("kari.moen", Act(Action.RETURN, text="Feil sted.", reason=REASONS["1"]), second)
        await centre.act("kari.moen", Act(Action.ANSWER, text="Ja."), third)
        await client.put(f"/v1/items/{third.id}/reading", json={"writing": False})
        await running.unacknowledged(centre)
        async with asyncio.timeout(30):
            while not {"item.reading", "answer.unacknowledged"} <= {*seen}:
                name, data, _ = await stream.next()
                assert [] == [e.message for e in validators[name].iter_errors(data)], (name, data)
                assert "" == events.wrong(name, "item" in data, _rest(data)) or name == "item.reading"
                seen.append(name)
    told = {"message.accepted", "item.claimed", "item.released", "item.closed", "item.returned", "item.answered"}
    assert told | {"deadline.moved", "deadline.paused", "deadline.resumed", "item.waiting"} <= {*seen}


def _rest(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in ("at", "inbox", "item", "who")}
