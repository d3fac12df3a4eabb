"""What the API says of itself (OpenAPI): of each call whose it is, why it may be refused, and an example.

FastAPI knows parameters, bodies and answers; the rest follows here from what a call depends on, so that no call can be
without it.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from hub.errors import BadRequest, HubError, NotAllowed, NotSignedIn, Stale, Unavailable, Unknown
from hub.web import access, condition, door, once
from hub.web.fhir.outcome import NotAcceptable
from hub.web.guessing import TooManyGuesses
from hub.web.problem import MEDIA_TYPE
from hub.web.samples import sample
from hub.web.upload import TooSlow

Schema = dict[str, Any]

INTRODUCTION = (
    "Systems send a key (Bearer), people's programs HTTP Basic, pages their session's cookie. Every error is a problem "
    "(RFC 9457) with a stable `type`. Lists go on by `after` and `next`. Acts say which version they have seen, by "
    "`If-Match` or in the body, and may have an `Idempotency-Key`. What happens is told at /v1/events, which "
    "/v1/asyncapi.json describes. The guide for integrators is docs/api.md."
)

SCHEMES: dict[str, Schema] = {
    "Basic": {"type": "http", "scheme": "basic", "description": "A person's username and password"},
    "Cookie": {"type": "apiKey", "in": "cookie", "name": access.COOKIE, "description": "A person's session, as pages"},
    "Bearer": {"type": "http", "scheme": "bearer", "description": "A system's key"},
}
_PERSON, _SYSTEM = ["Basic", "Cookie"], ["Bearer"]
# Whom each of these lets in; what depends on none of them is open to everybody.
WHOSE: dict[Callable[..., Any], list[str]] = {
    access.acting: _PERSON,
    access.person: _PERSON,
    access.system: _SYSTEM,
    access.anybody: [*_PERSON, *_SYSTEM],
}

# What is refused there is an OperationOutcome, which those calls tell of by themselves.
FHIR = "/fhir"

TAGS = (
    (FHIR + r"/.*", "FHIR", "Items and messages as FHIR R4, to be read"),
    (r"/v1/(messages|check)", "Messages", "Hand in a message, or ask what would be made of it"),
    (r"/v1/(mailboxes|partners)/.*", "Partners", "What waits for a partner's system, and lists of a day"),
    (r"/v1/(events|asyncapi.json|openapi.json)", "Events", "What happens, as it happens"),
    (r"/v1/(cover|load|board|items/move)", "Planning", "Who covers, how teams stand, and items moved among them"),
    (r"/v1/(alerts/.*|inboxes/[^/]+/(alerts|notices))", "Alerts", "What an inbox must hear of"),
    (
        r"/v1/(items/.*|opinions/.*|inboxes/[^/]+/opinions)",
        "Items",
        "One message in one inbox, and what is done about it",
    ),
    (r"/v1/.*", "Lists", "Inboxes, folders, search and saved views"),
    (r"/fhir/.*", "FHIR", "Inboxes as FHIR R4 has them, to be read"),
    (r".*", "Operation", "Health, and measurements"),
)

# What is refused where, beside what follows from a call's parameters.
MORE = {
    **dict.fromkeys((r"/v1/(cover|load|board|items/move)", r"/v1/partners/.*", r"/v1/mailboxes/.*"), (403,)),
    r"/v1/(events|inboxes/.*|folders/.*)": (403, 404),
    r"/v1/(items|alerts|views|opinions)/\{.*": (404,),
    r"/v1/(items|opinions)/\{.*": (403,),
}

_WORDS: dict[str, str] = {
    "id": "An item's id, as lists and events have it",
    "inbox": "An inbox's id",
    "folder": "A folder's name",
    "her_id": "A HER-id: a service, or an organisation for all its services",
    "day": "A day in the practice's zone, as 2026-11-24",
    "place": "The place of a file in the item's `files`, from 0",
    "name": "The name of a saved view",
    "after": "Where the list goes on: `next` of the page before",
    "limit": "How many at the most",
    "days": "How many days ahead, with today",
    "ended": "Those that are done, the last due first, instead of the open ones",
    "accept": "application/json, or text/csv",
    "last-event-id": "The id of the last event that came: those after it are told first",
    "planned": "Also the inboxes of the practices that the caller plans for",
    "opinion": "The number of a question to a colleague",
    "kind": "Only messages of this kind",
    "theme": "Only messages with this theme",
    "sender": "Only what came from this sender",
    "owner": "Only what this person has taken",
    "urgent": "Only what is marked as urgent",
    "late": "Only what is late",
    "soon": "Only what is due soon",
    "attachments": "Only what has attachments",
}

PROBLEM: Schema = {
    "title": "Problem",
    "description": "Why a call was refused (RFC 9457): `type` is stable for machines, the words are for people.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "pattern": "^urn:sambud:[a-z-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "version": {"type": "integer", "description": "Of a stale call: the version that the item has now"},
        "who": {"type": "string", "description": "Of a stale call: the id of whoever was first"},
        "name": {"type": "string", "description": "What they are called"},
        "event": {"type": "string", "description": "What they did, as events call it"},
        "at": {"type": "string", "format": "date-time", "description": "When that was"},
        "faults": {
            "type": "array",
            "description": "Of a message: each fault, where it is, and what to mend in English and in bokmål",
            "items": {
                "type": "object",
                "required": ["code", "path", "line", "en", "nb"],
                "properties": {
                    "code": {"type": "string"},
                    "path": {"type": "string"},
                    "line": {"type": ["integer", "null"]},
                    "en": {"type": "string"},
                    "nb": {"type": "string"},
                },
            },
        },
    },
}

_TOO_LARGE = ("too-large", "The call is too large", "At most 1048576 bytes are taken here")
_NOT_XML = ("wrong-content-type", "Send application/xml", "Content-Type was text/plain")


def _told(error: type[HubError], detail: str) -> tuple[str, str, str]:
    return error.code, error.title, detail


PROBLEMS: dict[int, tuple[str, str, str]] = {
    400: _told(BadRequest, "text: an answer needs a text"),
    401: _told(NotSignedIn, "sign in, or send a username and password with HTTP Basic"),
    403: _told(NotAllowed, "kari.moen does not belong to the inbox 'koordinator'"),
    404: _told(Unknown, "there is no item 'x'"),
    406: _told(NotAcceptable, "ask for application/fhir+json, FHIR version 4.0"),
    408: _told(TooSlow, "0 bytes came; send without a pause, and at least 65536 bytes a second"),
    409: _told(Stale, "someone changed the item; it is now at version 3"),
    412: _told(condition.Outrun, "someone changed the item; it is now at version 3"),
    413: _TOO_LARGE,
    415: _NOT_XML,
    422: _told(once.Reused, "Idempotency-Key: this key came with another request"),
    428: _told(condition.Missing, 'send the header If-Match: "VERSION", or `version` in the body'),
    429: _told(TooManyGuesses, "wait half a minute before this name is tried again"),
    503: _told(Unavailable, "the store failed; nothing was taken in, so try again"),
}


def of(app: FastAPI) -> Schema:
    """The whole description of an application's API, made once."""
    if app.openapi_schema is None:
        made = FastAPI.openapi(app)
        made["info"]["description"] = INTRODUCTION
        made["tags"] = [{"name": name, "description": words} for _, name, words in TAGS]
        parts: Schema = made.setdefault("components", {})
        schemas: Schema = parts.setdefault("schemas", {})
        for left in ("HTTPValidationError", "ValidationError"):
            schemas.pop(left, None)
        schemas["Problem"], parts["securitySchemes"] = PROBLEM, SCHEMES
        for route in _routes(app):
            for method in {x.upper() for x in made["paths"].get(route.path, {})}.intersection(route.methods or ()):
                _complete(made["paths"][route.path][method.lower()], route, method, schemas)
    return app.openapi_schema or {}


def whose(route: APIRoute) -> list[str]:
    """By which schemes somebody may sign in for a call; none when it is open."""
    if route.path == door.PATH:
        # The short way for messages asks for the key by itself.
        return _SYSTEM
    return next((names for call in _calls(route.dependant) for x, names in WHOSE.items() if call is x), [])


def statuses(route: APIRoute, method: str, operation: Schema) -> set[int]:
    """With which problems a call may be answered."""
    found, calls = {503}, [*_calls(route.dependant)]
    signing = whose(route)
    found |= {401} if signing else set()
    found |= {429} if "Basic" in signing else set()
    found |= {400} if operation.get("parameters") or "requestBody" in operation else set()
    found |= {408, 413} if method in ("POST", "PUT") and route.path.startswith("/v1/") else set()
    found |= {409, 412, 428} if condition.matched in calls else set()
    found |= {422} if once.keyed in calls else set()
    found |= {409} if "{id}" in route.path and method == "POST" and "/items/" in route.path else set()
    for pattern, more in MORE.items():
        found |= {*more} if re.fullmatch(pattern, route.path) else set()
    return found


def _complete(operation: Schema, route: APIRoute, method: str, schemas: Schema) -> None:
    words = operation.get("description", "")
    operation["summary"] = re.split(r"[.;:]\s", words.partition("\n")[0])[0].rstrip(".") or operation["summary"]
    operation["tags"] = [next(name for pattern, name, _ in TAGS if re.fullmatch(pattern, route.path))]
    operation["security"] = [{name: []} for name in whose(route)]
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "header":
            parameter["name"] = parameter["name"].title()
        if not parameter.get("description") and (said := _WORDS.get(parameter["name"].lower())):
            parameter["description"] = said
    answers: Schema = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422")):
        del answers["422"]
    if route.path.startswith(FHIR):
        return
    for status in sorted(statuses(route, method, operation)):
        answers.setdefault(str(status), {})
    for code, answer in answers.items():
        if code >= "400":
            _refused(int(code), answer)
    _exemplify(operation, schemas)
    if once.keyed in _calls(route.dependant):
        replayed = {"schema": {"type": "string", "enum": ["true"]}, "description": "It was done before, under this key"}
        _good(operation).setdefault("headers", {})[once.REPLAYED] = replayed
    operation["responses"] = dict(sorted(answers.items()))


def _refused(status: int, answer: Schema) -> None:
    code, title, detail = PROBLEMS[status]
    answer["description"] = answer.get("description") or title
    example = {"type": f"urn:sambud:{code}", "title": title, "status": status, "detail": detail}
    if code == Stale.code:
        example["version"] = 3
    schema = {"$ref": "#/components/schemas/Problem"}
    answer.setdefault("content", {MEDIA_TYPE: {"schema": schema, "example": example}})
    if status in (429, 503):
        waiting = {"schema": {"type": "integer"}, "description": "After how many seconds it may go"}
        answer.setdefault("headers", {})["Retry-After"] = waiting


def _exemplify(operation: Schema, schemas: Schema) -> None:
    """Give every body in JSON an example of what its schema allows."""
    bodies = [operation.get("requestBody", {}), _good(operation)]
    for body in bodies:
        for media_type, content in body.get("content", {}).items():
            if media_type.endswith("json") and "schema" in content and "example" not in content:
                content["example"] = sample(content["schema"], schemas)


def _good(operation: Schema) -> Schema:
    found: Schema = next((x for status, x in operation["responses"].items() if status < "300"), {})
    return found


def _routes(app: FastAPI) -> Iterator[APIRoute]:
    for context in iter_route_contexts(app.routes):
        route = getattr(context, "original_route", context)
        if isinstance(route, APIRoute):
            yield route


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """All that a call depends on, the first first."""
    for each in dependant.dependencies:
        if each.call is not None:
            yield each.call
        yield from _calls(each)
