"""Words about a message to the broker's own, and back: AMQP 0-9-1, and AMQP 1.0 as RabbitMQ hands it on."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiormq.abc import DeliveredMessage

from hub.broker import sections
from hub.broker.properties import Properties, properties
from hub.transport import Label, Origin

# In which RabbitMQ puts the sections of AMQP 1.0; and how it marks the body: not known to be anything, or plain bytes.
PROPERTIES, APPLICATION = "x-amqp-1.0-properties", "x-amqp-1.0-app-properties"
SECTIONS, BINARY = "amqp-1.0", "binary"
# Longer texts are no ids, addresses or times; what is told is cut there too, as all of it must fit into one frame.
LONGEST = 512
# What a short string of AMQP 0-9-1 holds.
SHORT = 255


def origin(message: DeliveredMessage) -> Origin:
    """What came with a message, whichever protocol brought it."""
    with_it = message.header.properties
    new = sections.properties(_bytes((with_it.headers or {}).get(PROPERTIES)))
    own = told(message)
    type = "" if new or with_it.message_type in (SECTIONS, BINARY) else with_it.message_type
    return Origin(
        id=_cut(new.get("message-id") or with_it.message_id),
        label=_cut(new.get("subject") or own.get("Label") or type),
        reply_to=_cut(new.get("reply-to") or with_it.reply_to),
        content_type=_cut(new.get("content-type") or with_it.content_type),
        from_her_id=_cut(own.get("fromHerId")),
        to_her_id=_cut(own.get("toHerId")),
        sent=_cut(own.get("applicationTimeStamp")),
    )


def body(message: DeliveredMessage) -> bytes:
    """The bytes of a message; those of AMQP 1.0 may stand in a section."""
    if message.header.properties.message_type == SECTIONS and (found := sections.body(message.body)) is not None:
        return found
    return message.body


def written(label: Label, amqp_id: str, reply_to: str, at: datetime) -> Properties:
    """What goes with a message of ours, told in both protocols' words; what is too long for them is cut."""
    new = {
        "message-id": _short(amqp_id),
        "to": _short(label.queue),
        "subject": _short(label.function),
        "reply-to": _short(reply_to),
        "correlation-id": _short(label.correlation or amqp_id),
        "content-type": _short(label.content_type),
    }
    moment = at.astimezone(UTC).isoformat(timespec="seconds")
    words = {"fromHerId": label.from_her_id, "toHerId": label.to_her_id, "applicationTimeStamp": moment, **label.told}
    own = {_short(name): text[:LONGEST] for name, text in words.items()}
    first, second = sections.write(new, own)
    return properties(
        message_id=new["message-id"],
        type=new["subject"],
        content_type=new["content-type"],
        correlation_id=new["correlation-id"],
        reply_to=new["reply-to"],
        at=at,
        # Sections are byte arrays: a string would have to be UTF-8.
        headers={**own, "Label": new["subject"], PROPERTIES: first, APPLICATION: second},
    )


def told(message: DeliveredMessage) -> Mapping[str, str]:
    """The application properties of a message, as texts."""
    headers = message.header.properties.headers or {}
    own = {k: v for k, v in headers.items() if isinstance(v, str)}
    return {**own, **sections.application(_bytes(headers.get(APPLICATION)))}


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | bytearray) else value.encode() if isinstance(value, str) else b""


def _cut(text: str | None) -> str:
    # A NUL is part of no id and no address, and PostgreSQL keeps none in a text.
    return (text or "")[:LONGEST].replace("\0", "").strip()


def _short(text: str) -> str:
    return text.encode()[:SHORT].decode(errors="ignore")
