"""What crosses between the hub and a reader process: checked data in frames, never a pickle.

A frame is its length in eight bytes and then msgpack. The hub does not trust the reader: what comes back is
bounded in size and checked against the words' own types.
"""

from collections.abc import Sequence

import msgspec

from hub.message import Fault, Message, Reading, Receipt, Refusal, Unreadable
from hub.wire.allowed import Allowed

HEADER = 8


class Request(msgspec.Struct, array_like=True, frozen=True):
    """A batch to read; after so many seconds the reader ends itself, should nobody else do it.

    What is `stored` passed the gate's limit of size before, and is not measured by today's.
    """

    seconds: int
    batch: tuple[bytes, ...]
    stored: bool = False


class Started(msgspec.Struct, array_like=True, frozen=True):
    """A reader's first words: ready and confined, or which file is wrong and why."""

    file: str = ""
    reason: str = ""


class Explained(msgspec.Struct, array_like=True, frozen=True):
    """A fault, and what is allowed where it is."""

    fault: Fault
    allowed: Allowed


# msgspec tells the kinds of a union apart by a tag, which only its own structs can carry.
class _Message(msgspec.Struct, tag="message", array_like=True, frozen=True):
    value: Message


class _Refusal(msgspec.Struct, tag="refusal", array_like=True, frozen=True):
    value: Refusal


class _Receipt(msgspec.Struct, tag="receipt", array_like=True, frozen=True):
    value: Receipt


class _Unreadable(msgspec.Struct, tag="unreadable", array_like=True, frozen=True):
    value: Unreadable


_WRAPPERS = {Message: _Message, Refusal: _Refusal, Receipt: _Receipt, Unreadable: _Unreadable}
_encoder = msgspec.msgpack.Encoder()
_requests = msgspec.msgpack.Decoder(Request)
_starts = msgspec.msgpack.Decoder(Started)
_replies = msgspec.msgpack.Decoder(list[_Message | _Refusal | _Receipt | _Unreadable])
_explanations = msgspec.msgpack.Decoder(list[list[Explained]])


def request(batch: Sequence[bytes], seconds: int, stored: bool = False) -> bytes:
    """The frame that asks for a batch to be read."""
    return _frame(Request(seconds, tuple(batch), stored))


def asked(body: bytes) -> Request:
    """What a request's frame asks for."""
    return _requests.decode(body)


def reply(readings: Sequence[Reading]) -> bytes:
    """The frame with what was read, in the batch's order."""
    return _frame([_WRAPPERS[type(reading)](reading) for reading in readings])


def replied(body: bytes) -> list[Reading]:
    """What a reply's frame says. Raises msgspec.DecodeError for anything that is no list of readings."""
    return [wrapper.value for wrapper in _replies.decode(body)]


def explanations(told: Sequence[Sequence[Explained]]) -> bytes:
    """The frame with what was explained of each message, in the batch's order."""
    return _frame(told)


def explained(body: bytes) -> list[list[Explained]]:
    """What such a frame says. Raises msgspec.DecodeError for anything else."""
    return _explanations.decode(body)


def start(file: str = "", reason: str = "") -> bytes:
    """The frame that says a reader is ready, or cannot be."""
    return _frame(Started(file, reason))


def started(body: bytes) -> Started:
    """What a reader says first. Raises msgspec.DecodeError for anything else."""
    return _starts.decode(body)


def length(header: bytes) -> int:
    """How many bytes follow a frame's header."""
    return int.from_bytes(header)


def _frame(value: object) -> bytes:
    body = _encoder.encode(value)
    return len(body).to_bytes(HEADER) + body
