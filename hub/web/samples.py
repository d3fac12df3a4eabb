"""An example of what a JSON schema allows, for whoever reads the API's description."""

import re
from typing import Any

Schema = dict[str, Any]

# What stands under these names, wherever they are; of other names the schema alone says what is there.
_KNOWN: dict[str, Any] = {
    "text": "Legen ser på det i dag.",
    "note": "Avtalt per telefon.",
    "version": 3,
    "undo_seconds": 10,
    "inbox": "primaerhelseteam",
    "owner": "kari.moen",
    "who": "kari.moen",
    "person": "kari.moen",
    "item": "5b1f0c9a7d3e4f62",
    "event": "item.claimed",
    "patient": "Anna Aas",
    "national_id": None,
    "sender": "Fjordbyen kommune, Sykepleietjeneste",
    "subject": "Blodtrykk",
    "kind": "dialogue",
    "level": 0,
    "profession": "LE",
    "document": "<MsgHead>…</MsgHead>",
    "msg_id": "5e0a4c1e-7c0a-4a55-9f0b-3b1c6a0d9999",
    "name": "Haster i dag",
    "query": "/folders/new?urgent=1",
    "next": None,
    "question": "Bør dette sees i dag?",
}
_FORMATS = {"date-time": "2026-11-24T15:00:00Z", "date": "2026-11-24", "time": "13:30:00"}
# No deeper: an example is read by people.
_DEPTH = 6


def sample(schema: Schema, schemas: Schema, name: str = "", depth: int = 0) -> Any:
    """A value that the schema allows; `schemas` are those that it refers to."""
    if reference := schema.get("$ref"):
        return sample(schemas[reference.rpartition("/")[2]], schemas, name, depth)
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return _KNOWN[name] if _fits(name, schema) else sample(choices[0], schemas, name, depth)
    if schema.get("type") == "object" or "properties" in schema:
        # What is required stands in it, and what is known by name.
        parts = schema.get("properties", {}) if depth < _DEPTH else {}
        return {key: sample(part, schemas, key, depth + 1) for key, part in parts.items()}
    if schema.get("type") == "array":
        return [sample(schema["items"], schemas, name, depth + 1)] if schema.get("items") else []
    return _KNOWN[name] if _fits(name, schema) else _plain(schema)


def _fits(name: str, schema: Schema) -> bool:
    """Whether what is known under a name is of the schema's type, and as it asks for."""
    known = _KNOWN.get(name)
    kind = {str: "string", int: "integer", type(None): "null"}[type(known)]
    mine = [x for x in (schema, *schema.get("anyOf", ())) if x.get("type") == kind]
    asked = [x.get("pattern", "") for x in mine if "format" not in x]
    return name in _KNOWN and any(known is None or re.search(x, str(known)) for x in asked)


def _plain(schema: Schema) -> Any:
    match schema.get("type"):
        case "integer" | "number":
            return schema.get("default", schema.get("minimum", 1))
        case "boolean":
            return schema.get("default", False)
        case "null":
            return None
        case _:
            return _FORMATS.get(schema.get("format", ""), schema.get("default") or "x" * schema.get("minLength", 1))
