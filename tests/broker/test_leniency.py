"""Whatever stands in a message's properties, the library reads it and raises nothing."""

import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from hub.broker import leniency, properties
from tests.crash import traffic

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
HEADERS = {
    "fromHerId": traffic.PARTNER,
    "toHerId": traffic.OURS,
    "Label": "DIALOG_HELSEFAGLIG",
    "applicationTimeStamp": "2026-11-24T08:59:00+01:00",
}
WIRE = properties.properties(
    message_id="evil",
    type="DIALOG_X",
    content_type="application/xml",
    correlation_id="an-id",
    reply_to="somewhere",
    at=NOW,
    headers=HEADERS,
).wire
# What partners' systems have written, or may: each with what is read of it.
WRONG = {
    "a type in another encoding": (b"DIALOG_X", "DIALOG_Ø".encode("latin1"), ("message_type", "DIALOG_\ufffd")),
    "a name of a header in another encoding": (b"fromHerId", "fromHerØd".encode("latin1"), ("message_id", "evil")),
    "a moment beyond all calendars": (struct.pack(">Q", int(NOW.timestamp())), b"\xff" * 8, ("timestamp", None)),
    "a header of an unknown type": (b"S\x00\x00\x00\x12DIALOG_HELSEFAGLIG", b"?" * 23, ("message_id", "evil")),
}


def header(wire: bytes) -> bytes:
    """A content header as it comes, without its frame."""
    return struct.pack(">HxxQ", Basic.frame_id, 0) + wire


def test_what_is_in_order_is_read_as_the_library_reads_it() -> None:
    read = ContentHeader()
    read.unmarshal(header(WIRE))
    strict = Basic.Properties()
    leniency._strict(strict, int.from_bytes(WIRE[:2], "big"), WIRE[2:])
    assert (strict, "evil") == (read.properties, read.properties.message_id)


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG.values(), ids=WRONG)
def test_what_is_not_is_left_out_and_the_rest_is_there(right: bytes, wrong: bytes, told: tuple[str, object]) -> None:
    assert (1, len(right)) == (WIRE.count(right), len(wrong))
    read = ContentHeader()
    read.unmarshal(header(WIRE.replace(right, wrong)))
    assert (told[1], "an-id") == (getattr(read.properties, told[0]), read.properties.correlation_id)
    assert traffic.OURS == (read.properties.headers or {}).get("toHerId", traffic.OURS)


@given(st.integers(0, len(WIRE) - 3), st.binary(min_size=1, max_size=20), st.booleans())
def test_nothing_that_stands_there_raises(place: int, junk: bytes, cut: bool) -> None:
    """Behind the flags, without which nothing can be read at all."""
    wire = WIRE[: 2 + place] + junk + (b"" if cut else WIRE[2 + place + len(junk) :])
    ContentHeader().unmarshal(header(wire))
