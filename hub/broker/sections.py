"""The property sections of AMQP 1.0 (OASIS, part 3.2), which RabbitMQ hands on as headers of AMQP 0-9-1.

Bytes that are no such section have no properties; what is no text, number, time or UUID in one that is, has no text.
Whoever may send by the broker may write anything here, so nothing is read that is longer than properties are.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

# The descriptors of sections, which may be told by their names too.
PROPERTIES, APPLICATION_PROPERTIES, DATA, VALUE = 0x73, 0x74, 0x75, 0x77
_NAMED: dict[object, int] = {
    "amqp:properties:list": PROPERTIES,
    "amqp:application-properties:map": APPLICATION_PROPERTIES,
    "amqp:data:binary": DATA,
    "amqp:amqp-value:*": VALUE,
}

# In the order of the standard (3.2.4); what the hub does not use is skipped.
_NAMES = ("message-id", "user-id", "to", "subject", "reply-to", "correlation-id", "content-type")
_SYMBOLS = ("content-type",)

# Properties are no longer, and a body has no more sections: reading them takes the event loop's time.
LONGEST, MOST = 131_072, 1_000

# By the first half of its type (part 1.2): how wide a value is, or the length that stands before it.
_WIDTHS = {0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16}
_LENGTHS = {0xA: 1, 0xB: 4, 0xC: 1, 0xD: 4, 0xE: 1, 0xF: 4}

_CONSTANTS: dict[int, object] = {0x41: True, 0x42: False, 0x43: 0, 0x44: 0}
_NUMBERS = {
    **{0x50: "B", 0x51: "b", 0x60: ">H", 0x61: ">h", 0x70: ">I", 0x71: ">i", 0x80: ">Q", 0x81: ">q"},
    **{0x52: "B", 0x53: "B", 0x54: "b", 0x55: "b", 0x56: "?", 0x83: ">q", 0x72: ">f", 0x82: ">d"},
}
_BINARIES, _STRINGS, _UUID = (0xA0, 0xB0), (0xA1, 0xB1, 0xA3, 0xB3), 0x98
_EMPTY_LIST, _COMPOUNDS = 0x45, (0xC0, 0xC1, 0xD0, 0xD1)


def properties(section: bytes) -> dict[str, str]:
    """What a properties section says, by the standard's names; nothing when it is none."""
    return _texts(zip(_NAMES, _values(section, PROPERTIES), strict=False))


def application(section: bytes) -> dict[str, str]:
    """What an application-properties section says; nothing when it is none."""
    values = _values(section, APPLICATION_PROPERTIES)
    return _texts(zip(values[::2], values[1::2], strict=False))


def body(sections: bytes) -> bytes | None:
    """The bytes of a body that is one text or several data sections; None when it is anything else."""
    found: list[bytes] = []
    at = 0
    try:
        while at < len(sections):
            code, at = _descriptor(sections, at)
            start, end = _extent(sections, at, len(sections))
            if code not in (DATA, VALUE) or sections[at] not in (*_BINARIES, *_STRINGS) or len(found) == MOST:
                return None
            found.append(sections[start:end])
            at = end
    except ValueError:
        return None
    return b"".join(found)


def write(properties: Mapping[str, str], application: Mapping[str, str]) -> tuple[bytes, bytes]:
    """A properties section, in which what is empty is left out, and an application-properties section."""
    values = [_property(name, properties.get(name, "")) for name in _NAMES]
    pairs = [_string(text) for pair in application.items() for text in pair]
    return _compound(PROPERTIES, 0xD0, values), _compound(APPLICATION_PROPERTIES, 0xD1, pairs)


def _values(section: bytes, code: int) -> list[object]:
    """What the list or map of a section holds, one after the other."""
    if len(section) > LONGEST:
        return []
    try:
        found, at = _descriptor(section, 0)
        return list(_elements(section, at)) if found == code else []
    except ValueError:
        return []


def _descriptor(raw: bytes, at: int) -> tuple[object, int]:
    """The descriptor that stands here, and where what it describes begins. Raises ValueError."""
    if raw[at : at + 1] != b"\x00":
        raise ValueError("nothing is described here")
    start, end = _extent(raw, at + 1, len(raw))
    told = _made(raw[at + 1], raw[start:end])
    return _NAMED.get(told, told), end


def _elements(raw: bytes, at: int) -> Iterator[object]:
    start, end = _extent(raw, at, len(raw))
    if raw[at] == _EMPTY_LIST:
        return
    if raw[at] not in _COMPOUNDS:
        raise ValueError("this is no list and no map")
    width = _LENGTHS[raw[at] >> 4]
    count, at = int.from_bytes(raw[start : start + width], "big"), start + width
    # No more than there are bytes for, whatever the count says.
    while count and at < end:
        first, last = _extent(raw, at, end)
        yield _made(raw[at], raw[first:last])
        count, at = count - 1, last


def _extent(raw: bytes, at: int, end: int) -> tuple[int, int]:
    """Where the content of the value that stands here begins and ends. Raises ValueError when it is cut off."""
    half = raw[at] >> 4 if at < end else 0
    if half in _WIDTHS:
        start = at + 1
        last = start + _WIDTHS[half]
    elif half in _LENGTHS:
        start = at + 1 + _LENGTHS[half]
        last = start + int.from_bytes(raw[at + 1 : start], "big")
    else:
        raise ValueError("no value begins here")
    if last > end:
        raise ValueError("a value is cut off")
    return start, last


def _made(code: int, content: bytes) -> object:
    """A value of which there is a text, else None. Raises ValueError for a string that is none."""
    if code in _STRINGS:
        return content.decode()
    if code in _BINARIES:
        return content
    if code in _NUMBERS:
        return struct.unpack(_NUMBERS[code], content)[0]
    return UUID(bytes=content) if code == _UUID else _CONSTANTS.get(code)


def _texts(pairs: Iterable[tuple[object, object]]) -> dict[str, str]:
    return {name: _text(value) for name, value in pairs if isinstance(name, str) and value is not None}


def _text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _property(name: str, text: str) -> bytes:
    if not text:
        return b"\x40"
    return _symbol(text) if name in _SYMBOLS else _string(text)


def _string(text: str) -> bytes:
    raw = text.encode()
    return (b"\xa1" + bytes([len(raw)]) if len(raw) < 256 else b"\xb1" + struct.pack(">I", len(raw))) + raw


def _symbol(text: str) -> bytes:
    raw = text.encode("ascii", "ignore")[:255]
    return b"\xa3" + bytes([len(raw)]) + raw


def _compound(code: int, kind: int, values: Sequence[bytes]) -> bytes:
    inner = b"".join(values)
    return bytes((0x00, 0x53, code, kind)) + struct.pack(">II", len(inner) + 4, len(values)) + inner
