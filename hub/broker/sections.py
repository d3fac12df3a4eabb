"""The property sections of AMQP 1.0 (OASIS, part 3.2), which RabbitMQ hands on as headers of AMQP 0-9-1.

Only what a message's properties are made of is known here: strings, symbols, binaries, numbers, times, UUIDs, true and
false, in a list or a map. Bytes that are something else have no properties.
"""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

# The descriptors of sections.
PROPERTIES, APPLICATION_PROPERTIES, DATA, VALUE = 0x73, 0x74, 0x75, 0x77

# In the order of the standard (3.2.4); what the hub does not use is skipped.
_NAMES = ("message-id", "user-id", "to", "subject", "reply-to", "correlation-id", "content-type")
_SYMBOLS = ("content-type",)

_NUMBERS = {
    **{0x50: "B", 0x51: "b", 0x60: ">H", 0x61: ">h", 0x70: ">I", 0x71: ">i", 0x80: ">Q", 0x81: ">q"},
    **{0x52: "B", 0x53: "B", 0x54: "b", 0x55: "b", 0x83: ">q", 0x72: ">f", 0x82: ">d"},
}
_EMPTY: dict[int, object] = {0x40: None, 0x41: True, 0x42: False, 0x43: 0, 0x44: 0, 0x45: []}
# How long the length is, and what the bytes are: binaries, strings, symbols.
_TEXTS: dict[int, tuple[str, Callable[[bytes], object]]] = {
    0xA0: ("B", bytes),
    0xB0: (">I", bytes),
    0xA1: ("B", bytes.decode),
    0xB1: (">I", bytes.decode),
    0xA3: ("B", bytes.decode),
    0xB3: (">I", bytes.decode),
}
_COMPOUNDS = {0xC0: ("B", "B"), 0xC1: ("B", "B"), 0xD0: (">I", ">I"), 0xD1: (">I", ">I")}


def properties(section: bytes) -> dict[str, str]:
    """What a properties section says, by the standard's names; nothing when it is none."""
    values = _described(section, PROPERTIES)
    return dict(_texts(zip(_NAMES, values, strict=False))) if values else {}


def application(section: bytes) -> dict[str, str]:
    """What an application-properties section says; nothing when it is none."""
    values = _described(section, APPLICATION_PROPERTIES)
    return dict(_texts(zip(values[::2], values[1::2], strict=False))) if values else {}


def body(sections: bytes) -> bytes | None:
    """The bytes of a body that is one value or several data sections; None when it is anything else."""
    found, at = [], 0
    try:
        while at < len(sections):
            head = sections[at : at + 3]
            value, at = _value(sections, at + 3)
            if head[:2] != b"\x00\x53" or head[2] not in (DATA, VALUE) or not isinstance(value, bytes | str):
                return None
            found.append(value.encode() if isinstance(value, str) else value)
    except (ValueError, IndexError, struct.error):
        return None
    return b"".join(found)


def write(properties: Mapping[str, str], application: Mapping[str, str]) -> tuple[bytes, bytes]:
    """A properties section and an application-properties section."""
    values = [_symbol(properties.get(n, "")) if n in _SYMBOLS else _string(properties.get(n, "")) for n in _NAMES]
    pairs = [_string(text) for pair in application.items() for text in pair]
    return _compound(PROPERTIES, 0xD0, values), _compound(APPLICATION_PROPERTIES, 0xD1, pairs)


def _described(section: bytes, code: int) -> list[object]:
    if section[:3] != bytes((0x00, 0x53, code)):
        return []
    try:
        values, _ = _value(section, 3)
    except (ValueError, IndexError, struct.error):
        return []
    return values if isinstance(values, list) else []


def _value(raw: bytes, at: int) -> tuple[object, int]:
    """The value that begins here, and where the next one does. Raises ValueError, IndexError or struct.error."""
    code, at = raw[at], at + 1
    if code in _EMPTY:
        return _EMPTY[code], at
    if code == 0x56:
        return bool(raw[at]), at + 1
    if code in _NUMBERS:
        form = _NUMBERS[code]
        return struct.unpack_from(form, raw, at)[0], at + struct.calcsize(form)
    if code == 0x98:
        return str(UUID(bytes=raw[at : at + 16])), at + 16
    if code in _TEXTS:
        form, made = _TEXTS[code]
        (length,), at = struct.unpack_from(form, raw, at), at + struct.calcsize(form)
        if at + length > len(raw):
            raise ValueError("a text is cut off")
        return made(raw[at : at + length]), at + length
    if code in _COMPOUNDS:
        return _elements(raw, at, *_COMPOUNDS[code])
    raise ValueError(f"type {code:#x} is not known")


def _elements(raw: bytes, at: int, size: str, count: str) -> tuple[list[object], int]:
    (length,), at = struct.unpack_from(size, raw, at), at + struct.calcsize(size)
    end = at + length
    (number,), at = struct.unpack_from(count, raw, at), at + struct.calcsize(count)
    found: list[object] = []
    # No more than there are bytes for, whatever the number says.
    while number > len(found) and at < min(end, len(raw)):
        if raw[at] in _COMPOUNDS:
            raise ValueError("no property holds others")
        value, at = _value(raw, at)
        found.append(value)
    return found, end


def _texts(pairs: Iterator[tuple[object, object]]) -> Iterator[tuple[str, str]]:
    for name, value in pairs:
        if isinstance(name, str) and value is not None:
            yield name, value if isinstance(value, str) else str(value)


def _string(text: str) -> bytes:
    raw = text.encode()
    if not raw:
        return b"\x40"
    return (b"\xa1" + bytes([len(raw)]) if len(raw) < 256 else b"\xb1" + struct.pack(">I", len(raw))) + raw


def _symbol(text: str) -> bytes:
    raw = text.encode("ascii", "ignore")[:255]
    return b"\xa3" + bytes([len(raw)]) + raw if raw else b"\x40"


def _compound(code: int, kind: int, values: Sequence[bytes]) -> bytes:
    inner = b"".join(values)
    return bytes((0x00, 0x53, code, kind)) + struct.pack(">II", len(inner) + 4, len(values)) + inner
