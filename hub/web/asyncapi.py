"""What the stream of events says of itself (AsyncAPI), made from the table of events."""

from typing import Any

from hub import __version__
from hub.web.events import EVENTS, Event

Schema = dict[str, Any]

SPECIFICATION = "3.0.0"

_TEXT: Schema = {"type": "string"}
_IDS: Schema = {
    "at": {"type": "string", "format": "date-time", "description": "When it happened"},
    "inbox": {"type": "string", "description": "In which inbox"},
    "item": {"type": "string", "description": "Which item"},
    "who": {"type": "string", "description": "The id of whoever did it; watch and audit are the hub itself, or empty"},
}
_READERS: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["person", "writing"],
        "additionalProperties": False,
        "properties": {"person": _TEXT, "writing": {"type": "boolean"}},
    },
}


def document() -> Schema:
    """The description: one channel, an operation to receive, and a message for each event."""
    messages = {name: _message(name, event) for name, event in EVENTS.items()}
    return {
        "asyncapi": SPECIFICATION,
        "info": {
            "title": "Sambud",
            "version": __version__,
            "description": (
                "What happens in inboxes, as server-sent events over HTTP. `event` is the message's name, `data` its "
                "payload as JSON in one line, and `id` the journal's number, which a client that comes back sends as "
                "Last-Event-ID: it misses nothing. There is no patient data in it: open the item. Comments, and the "
                "event `pulse` for who asks for it, only say that the line stands. The event `anew` says that the "
                "number to go on from is of another journal, as a backup was put back. New events and new names in "
                "payloads may come; pass over what you do not know."
            ),
        },
        "channels": {
            "events": {
                "address": "/v1/events",
                "description": "The events of the caller's inboxes, or of those that `inbox` names",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"http": {"method": "GET", "query": _QUERY, "bindingVersion": "0.3.0"}},
            }
        },
        "operations": {
            "hear": {"action": "receive", "channel": {"$ref": "#/channels/events"}, "summary": "Hear what happens"}
        },
        "components": {
            "messages": messages,
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic", "description": "A person's sign-in"}},
        },
    }


_QUERY: Schema = {
    "type": "object",
    "properties": {
        "inbox": {"type": "array", "items": _TEXT, "description": "Only these inboxes"},
        "after": {"type": "integer", "minimum": 0, "description": "Begin after this number of the journal"},
        "pulse": {"type": "boolean", "description": "Say that the line stands by an event `pulse`"},
    },
}


def payload(name: str, event: Event) -> Schema:
    """The JSON schema of an event's data."""
    ids = {key: words for key, words in _IDS.items() if event.item or key != "item"}
    told = {key: {**_TEXT, "description": words} for key, words in {**event.detail, **event.sometimes}.items()}
    properties = {**ids, **told}
    required = [*ids, *event.detail]
    if not event.item:
        properties["item"] = {"type": "null"}
    if not event.numbered:
        # It has no single cause: who reads is a list.
        properties = {key: x for key, x in properties.items() if key != "who"} | {"readers": _READERS}
        required = [key for key in required if key != "who"] + ["readers"]
    return {"type": "object", "required": required, "properties": properties, "title": name}


def _message(name: str, event: Event) -> Schema:
    return {
        "name": name,
        "title": event.words,
        "summary": f"{event.words}. It is told in {event.heard}.",
        "contentType": "application/json",
        "payload": payload(name, event),
    }
