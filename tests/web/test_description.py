"""What the API says of itself is whole: every call has words, answers, refusals, ways to sign in, and examples."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from httpx2 import AsyncClient
from jsonschema_rs import Draft202012Validator

from hub.item import Action
from hub.service import Hub
from hub.web import condition, description, once, pages
from hub.web.app import app
from tests import centre

# By which call a program does what a page's form does; None where it is about the browser itself: its session, its
# language and how it shows things.
COUNTERPARTS = {
    "/items/{id}": "/v1/items/{id}/answer",
    "/items/{id}/undo": "/v1/items/{id}/undo",
    "/items/{id}/read": "/v1/items/{id}/close",
    "/alerts/{id}/seen": "/v1/alerts/{id}/seen",
    "/bulk": "/v1/items/several",
    "/bulk/undo": "/v1/items/several",
    "/views": "/v1/views/{name}",
    "/views/delete": "/v1/views/{name}",
    "/items/{id}/opinions": "/v1/items/{id}/opinions",
    "/items/{id}/opinions/{number}": "/v1/opinions/{id}/answer",
    "/items/{id}/reading": "/v1/items/{id}/reading",
    "/overview/move": "/v1/items/move",
    "/check": "/v1/check",
    "/sign-in": None,
    "/sign-out": None,
    "/lock": None,
    "/here": None,
    "/language": None,
    "/settings": None,
}
# The acts of an item's form.
ACTS = {
    Action.CLAIM: "claim",
    Action.RELEASE: "release",
    Action.ANSWER: "answer-with-files",
    Action.CLOSE: "close",
    Action.RETURN: "return",
    Action.HAND_ON: "hand-on",
    Action.FORWARD: "forward",
    Action.ASK: "ask",
    Action.RESUME: "resume",
    Action.URGE: "urge",
}
# What the sender does.
NOBODYS = {Action.WITHDRAW}


@pytest.fixture
def made(hub: Hub) -> FastAPI:
    return app(hub, limit=1_000_000)


def operations(made: FastAPI) -> list[tuple[str, dict[str, Any]]]:
    paths = description.of(made)["paths"]
    found = [(f"{method.upper()} {path}", x) for path, each in paths.items() for method, x in each.items()]
    return [(name, x) for name, x in found if " /v1/" in name]


def lacks(operation: dict[str, Any], schemes: set[str]) -> list[str]:
    """What is missing of an operation's description."""
    found = [x for x in ("summary", "description", "tags", "security", "operationId") if not operation.get(x)]
    found += [f"parameter {x['name']}" for x in operation.get("parameters", []) if not x.get("description")]
    found += ["a sign-in" for x in operation["security"] if not {*x} <= schemes]
    for status, answer in operation["responses"].items():
        kinds = answer.get("content", {})
        if status >= "400":
            problem = kinds.get("application/problem+json", {})
            example = problem.get("example", {})
            found += [] if int(status) == example.get("status") else [f"an example of {status}"]
        elif status not in ("204", "304"):
            found += [f"content of {status}"] if not kinds else []
            found += [f"a schema of {status}" for kind, x in kinds.items() if kind.endswith("json") and not x["schema"]]
        found += [] if answer.get("description") else [f"words for {status}"]
    for kind, body in operation.get("requestBody", {}).get("content", {}).items():
        found += [] if body.get("schema") else [f"a schema of {kind}"]
        found += ["an example body"] if kind == "application/json" and "example" not in body else []
    return found


def test_every_call_is_described_whole(made: FastAPI) -> None:
    schemes = set(description.of(made)["components"]["securitySchemes"])
    assert {"Basic", "Cookie", "Bearer"} == schemes
    assert [] == [(name, x) for name, operation in operations(made) for x in lacks(operation, schemes)]


def test_a_call_that_is_described_badly_is_noticed() -> None:
    bare: dict[str, Any] = {"security": [{"None": []}], "parameters": [{"name": "x"}], "responses": {"400": {}}}
    said = ["summary", "description", "tags", "operationId", "parameter x", "a sign-in", "an example of 400"]
    assert [*said, "words for 400"] == lacks(bare, {"Basic"})


def test_no_body_may_be_anything(made: FastAPI) -> None:
    document = description.of(made)

    def anything(schema: Any, path: str) -> list[str]:
        if not isinstance(schema, dict):
            return []
        # What a Problem's faults are is told with the message's own checks.
        open_object = schema.get("type") == "object" and not {"properties", "additionalProperties"} & set(schema)
        here = [path] if schema == {} or open_object or schema.get("additionalProperties") is True else []
        inner = [*schema.get("properties", {}).items(), ("items", schema.get("items"))]
        inner += [("either", x) for x in schema.get("anyOf", ())]
        return here + [found for name, x in inner for found in anything(x, f"{path}.{name}")]

    found = [x for name, schema in document["components"]["schemas"].items() for x in anything(schema, name)]
    assert [] == found


def test_the_examples_are_what_the_schemas_allow(made: FastAPI) -> None:
    document = description.of(made)
    wrong = []
    for name, operation in operations(made):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for kind, content in [x for body in bodies for x in body.get("content", {}).items()]:
            if "example" in content:
                schema = {**content["schema"], "components": document["components"]}
                errors = Draft202012Validator(schema).iter_errors(content["example"])
                wrong += [(name, kind, [*e.instance_path], e.message) for e in errors]
    assert [] == wrong


def test_every_form_of_the_pages_has_a_call_that_does_the_same(made: FastAPI) -> None:
    forms = {
        route.path
        for context in iter_route_contexts(pages.router.routes)
        if isinstance(route := getattr(context, "original_route", context), APIRoute)
        and "POST" in (route.methods or ())
    }
    assert forms == set(COUNTERPARTS)
    paths = set(description.of(made)["paths"])
    assert {x for x in COUNTERPARTS.values() if x} <= paths
    assert set(Action) == set(ACTS) | NOBODYS
    assert {f"/v1/items/{{id}}/{x}" for x in ACTS.values()} <= paths


def test_every_act_takes_a_version_by_if_match_and_a_key(made: FastAPI) -> None:
    acts = {f"/v1/items/{{id}}/{name}" for name in ACTS.values()}
    lacking = [
        route.path
        for route in description._routes(made)
        if route.path in acts and not {condition.matched, once.keyed} <= {*description._calls(route.dependant)}
    ]
    assert [] == lacking


async def test_whoever_may_sign_in_gets_the_description(client: AsyncClient) -> None:
    told = (await client.get("/v1/openapi.json", headers=centre.EXCHANGE)).json()
    assert "HTTPValidationError" not in str(told)
    assert {"/v1/items/{id}/claim", "/health"} <= set(told["paths"])
