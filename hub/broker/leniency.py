"""Properties that are not as AMQP 0-9-1 has them (4.2.5) are read as far as they can be.

The library would end the connection over a text that is no UTF-8, and with it everybody else's deliveries; the broker
brings the same message again, to whoever connects next. What cannot be read is left out here, and then the message is
answered or held as one that lacks it.
"""

import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pamqp import decode
from pamqp.commands import Basic

# What the library raises for bytes that are none of its types: moments beyond all calendars too.
_WRONG = (ValueError, OverflowError, OSError, LookupError, TypeError, struct.error, RecursionError)

# The library's own names of types, as they stand in properties.
_TABLE, _TIMESTAMP, _TEXT, _OCTET = "table", "timestamp", "shortstr", "octet"

_strict: Callable[[Any, int, bytes], None] = Basic.Properties.unmarshal


def read(properties: Any, flags: int, data: bytes) -> None:
    """Fill properties from bytes; in place of the library's `Basic.Properties.unmarshal`, and it raises nothing."""
    try:
        _strict(properties, flags, data)
    except _WRONG:
        _leniently(properties, flags, data)


def install() -> None:
    """Let the library read all properties so, from now on."""
    setattr(Basic.Properties, "unmarshal", read)  # noqa: B010  it is a method, which mypy lets nobody assign


def _leniently(properties: Any, flags: int, data: bytes) -> None:
    for name in properties.__slots__:
        setattr(properties, name, None)
    for name in properties.__slots__:
        if not flags & properties.flags[name]:
            continue
        kind = properties.amqp_type(name)
        length = _length(kind, data)
        if length is None or length > len(data):
            # Where the next one begins nobody can say.
            return
        setattr(properties, name, _value(kind, data[:length]))
        data = data[length:]


def _length(kind: str, data: bytes) -> int | None:
    """How many bytes a property has; None when it cannot be told."""
    if kind == _TEXT:
        return 1 + data[0] if data else None
    if kind == _TABLE:
        return 4 + int.from_bytes(data[:4], "big") if len(data) >= 4 else None
    return {_TIMESTAMP: 8, _OCTET: 1}.get(kind)


def _value(kind: str, data: bytes) -> object:
    if kind == _TEXT:
        return data[1:].decode(errors="replace")
    if kind == _TABLE:
        return _table(data[4:])
    with suppress(*_WRONG):
        return decode.by_type(data, kind)[1]
    return None


def _table(data: bytes) -> dict[str, object]:
    """The entries of a table up to the first whose value cannot be read."""
    found: dict[str, object] = {}
    with suppress(*_WRONG):
        while data:
            end = 1 + data[0]
            name, (length, value) = data[1:end].decode(errors="replace"), decode.embedded_value(data[end:])
            found[name] = value
            data = data[end + length :]
    return found
