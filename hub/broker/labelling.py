"""Words about a message to the broker's own, and back: AMQP 0-9-1, and AMQP 1.0 as RabbitMQ hands it on."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractIncomingMessage

from hub.broker import sections
from hub.transport import Label, Origin

# In which RabbitMQ puts the sections of AMQP 1.0, and how it marks a body of which it does not know what it is.
PROPERTIES, APPLICATION = "x-amqp-1.0-properties", "x-amqp-1.0-app-properties"
SECTIONS = "amqp-1.0"
# Longer texts are no ids, addresses or times.
LONGEST = 512


def origin(message: AbstractIncomingMessage) -> Origin:
    """What came with a message, whichever protocol brought it."""
    headers = message.headers or {}
    new = sections.properties(_bytes(headers.get(PROPERTIES)))
    own = told(message)
    type = "" if new or message.type == SECTIONS else message.type or ""
    return Origin(
        id=_cut(new.get("message-id") or message.message_id),
        label=_cut(new.get("subject") or own.get("Label") or type),
        reply_to=_cut(new.get("reply-to") or message.reply_to),
        content_type=_cut(new.get("content-type") or message.content_type),
        from_her_id=_cut(own.get("fromHerId")),
        to_her_id=_cut(own.get("toHerId")),
        sent=_cut(own.get("applicationTimeStamp")),
    )


def body(message: AbstractIncomingMessage) -> bytes:
    """The bytes of a message; those of AMQP 1.0 may stand in a section."""
    if message.type == SECTIONS and (found := sections.body(message.body)) is not None:
        return found
    return message.body


def message(label: Label, content: bytes, amqp_id: str, reply_to: str, at: datetime) -> Message:
    """A message for the broker, told in both protocols' words."""
    properties = {
        "message-id": amqp_id,
        "to": label.queue,
        "subject": label.function,
        "reply-to": reply_to,
        "correlation-id": label.correlation or amqp_id,
        "content-type": label.content_type,
    }
    also = {
        "fromHerId": label.from_her_id,
        "toHerId": label.to_her_id,
        "applicationTimeStamp": at.astimezone(UTC).isoformat(timespec="seconds"),
        **label.told,
    }
    first, second = sections.write(properties, also)
    headers: dict[str, Any] = {
        **also,
        "Label": label.function,
        # A byte array: a string would have to be UTF-8.
        PROPERTIES: bytearray(first),
        APPLICATION: bytearray(second),
    }
    return Message(
        content,
        headers=headers,
        content_type=label.content_type,
        delivery_mode=DeliveryMode.PERSISTENT,
        correlation_id=label.correlation or amqp_id,
        reply_to=reply_to,
        message_id=amqp_id,
        timestamp=at,
        type=label.function,
    )


def told(message: AbstractIncomingMessage) -> Mapping[str, str]:
    """The application properties of a message, as texts."""
    headers = message.headers or {}
    own = {k: v for k, v in headers.items() if isinstance(v, str)}
    return {**own, **sections.application(_bytes(headers.get(APPLICATION)))}


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | bytearray) else value.encode() if isinstance(value, str) else b""


def _cut(text: str | None) -> str:
    return (text or "")[:LONGEST].strip()
