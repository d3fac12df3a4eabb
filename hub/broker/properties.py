"""The properties of a message of ours as they stand on the wire of AMQP 0-9-1 (4.2.6), written in one go."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from struct import pack
from typing import ClassVar

from pamqp.commands import Basic

# Content type, headers, delivery mode, correlation id, reply-to, message id, timestamp and type: the others are empty.
_FLAGS = pack(">H", 0b1011_0110_1110_0000)
_PERSISTENT = b"\x02"


class Properties(Basic.Properties):
    """Properties as bytes. The library asks them for the message's id and to be written, and for nothing else."""

    __slots__: ClassVar[list[str]] = ["wire"]

    def __init__(self, message_id: str, wire: bytes) -> None:
        self.message_id = message_id
        self.wire = wire

    def marshal(self) -> bytes:
        """What stands on the wire."""
        return self.wire


def properties(
    *,
    message_id: str,
    type: str,
    content_type: str,
    correlation_id: str,
    reply_to: str,
    at: datetime,
    headers: Mapping[str, str | bytes],
) -> Properties:
    """Properties of a persistent message. Each text but those of headers has 255 bytes at the most."""
    table = b"".join([_name(name) + _value(value) for name, value in sorted(headers.items())])
    parts = (
        _FLAGS,
        _short(content_type),
        pack(">I", len(table)),
        table,
        _PERSISTENT,
        _short(correlation_id),
        _short(reply_to),
        _short(message_id),
        pack(">Q", int(at.timestamp())),
        _short(type),
    )
    return Properties(message_id, b"".join(parts))


@lru_cache(maxsize=128)
def _name(text: str) -> bytes:
    return _short(text)


def _value(value: str | bytes) -> bytes:
    raw, kind = (value.encode(), b"S") if isinstance(value, str) else (value, b"x")
    return kind + pack(">I", len(raw)) + raw


def _short(text: str) -> bytes:
    raw = text.encode()
    return bytes((len(raw),)) + raw
