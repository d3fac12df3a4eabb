"""What AMQP 1.0 says of a message is read as RabbitMQ hands it on; whatever else the bytes are, nothing breaks."""

import struct
import time
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.broker import sections

# As RabbitMQ 3.10 with its plugin for AMQP 1.0 hands them on.
APPLICATION = (
    b"\x00St\xd1\x00\x00\x00Y\x00\x00\x00\x06\xa1\tfromHerId\xa1\x06900201\xa1\x07toHerId\xa1\x06900101"
    b"\xa1\x14applicationTimeStamp\xa1\x192026-11-24T08:59:00+01:00"
)
PROPERTIES = (
    b"\x00Ss\xc0B\x07\xa1\x04id-1@@\xa1\x12DIALOG_HELSEFAGLIG\xa1\x0c900201_async\xa1\x04id-1\xa3\x0fapplication/xml"
)
BODY = b"\x00Sw\xa1\ttext body"

HEADS = [b"\x00Ss", b"\x00St", b"\x00Su", b"\x00Sw", b"\x00\x80" + bytes(7) + b"s"]
READ: list[Callable[[bytes], object]] = [sections.properties, sections.application, sections.body]

short = st.text(max_size=40)
# 255 bytes are the most of the short form.
texts = short | st.builds(lambda text, n: text * n, short, st.integers(2, 400)) | st.integers(250, 260).map("æ".__mul__)
ascii = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=255)
NAMES = ("message-id", "user-id", "to", "subject", "reply-to", "correlation-id")


@st.composite
def properties(draw: st.DrawFn) -> dict[str, str]:
    """Some of the properties; what is empty is as good as left out."""
    found = {name: text for name in NAMES if (text := draw(texts))}
    return found | ({"content-type": draw(ascii)} if draw(st.booleans()) else {})


@given(properties(), st.dictionaries(texts, texts, max_size=8))
@example({"subject": "x" * 255, "to": "x" * 256}, {"x" * 255: "y" * 256, "": ""})
def test_what_is_written_is_read(told: dict[str, str], also: dict[str, str]) -> None:
    first, second = sections.write(told, also)
    assert (told, also) == (sections.properties(first), sections.application(second))


@given(st.binary(max_size=200))
def test_any_bytes_say_something_or_nothing(raw: bytes) -> None:
    for head in (b"", *HEADS):
        assert isinstance(sections.properties(head + raw), dict)
        assert isinstance(sections.application(head + raw), dict)
        assert isinstance(sections.body(head + raw), bytes | None)


@given(st.sampled_from([APPLICATION, PROPERTIES, BODY]), st.integers(0, 200), st.binary(max_size=3))
def test_a_section_with_other_bytes_in_it_breaks_nothing(section: bytes, at: int, other: bytes) -> None:
    for read in READ:
        for changed in (section[:at] + other + section[at + len(other) :], section[:at] + other):
            assert isinstance(read(changed), dict | bytes | None)


def test_what_rabbitmq_hands_on_is_read() -> None:
    assert {
        "fromHerId": "900201",
        "toHerId": "900101",
        "applicationTimeStamp": "2026-11-24T08:59:00+01:00",
    } == sections.application(APPLICATION)
    assert {
        "message-id": "id-1",
        "subject": "DIALOG_HELSEFAGLIG",
        "reply-to": "900201_async",
        "correlation-id": "id-1",
        "content-type": "application/xml",
    } == sections.properties(PROPERTIES)
    assert b"text body" == sections.body(BODY)


def test_a_section_says_nothing_as_another_one() -> None:
    assert ({}, {}) == (sections.properties(APPLICATION), sections.application(PROPERTIES))
    assert (None, None) == (sections.body(APPLICATION), sections.body(PROPERTIES))
    assert ({}, {}, b"") == (sections.properties(b""), sections.application(b""), sections.body(b""))


def test_a_section_that_is_cut_off_says_nothing() -> None:
    assert {} == {n: told for n in range(len(APPLICATION)) if (told := sections.application(APPLICATION[:n]))}
    assert {} == {n: told for n in range(len(PROPERTIES)) if (told := sections.properties(PROPERTIES[:n]))}
    assert {0: b""} == {n: said for n in range(len(BODY)) if (said := sections.body(BODY[:n])) is not None}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"\x43", "0"),
        (b"\x52\x07", "7"),
        (b"\x53\xff", "255"),
        (b"\x54\xff", "-1"),
        (b"\x80" + b"\xff" * 8, "18446744073709551615"),
        (b"\x83" + struct.pack(">q", -1), "-1"),
        (b"\x82" + struct.pack(">d", 1.5), "1.5"),
        (b"\x41", "True"),
        (b"\x56\x00", "False"),
        (b"\x98" + UUID(int=5).bytes, "00000000-0000-0000-0000-000000000005"),
        (b"\xa0\x02\xff\x00", "ff00"),
        (b"\xb3" + struct.pack(">I", 1) + b"s", "s"),
    ],
)
def test_an_id_of_another_type_has_a_text_too(value: bytes, text: str) -> None:
    listed = b"\x00Ss\xc0" + bytes([len(value) + 1, 1]) + value
    assert {"message-id": text} == sections.properties(listed)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"\x40", id="null"),
        pytest.param(b"\x73\x00\x00\x00x", id="char"),
        pytest.param(b"\x74" + bytes(4), id="decimal32"),
        pytest.param(b"\x94" + bytes(16), id="decimal128"),
        pytest.param(b"\xc0\x03\x01\x54\x05", id="list"),
        pytest.param(b"\xc1\x05\x02\xa1\x01a\x41", id="map"),
        pytest.param(b"\xe0\x03\x01\xa1\x00", id="array"),
        pytest.param(b"\x45", id="empty list"),
    ],
)
def test_a_value_without_a_text_does_not_hide_the_others(value: bytes) -> None:
    pairs = b"\xa1\x01n" + value + b"\xa1\tfromHerId\xa1\x06900201"
    assert {"fromHerId": "900201"} == sections.application(b"\x00St\xc1" + bytes([len(pairs) + 1, 4]) + pairs)


@pytest.mark.parametrize(
    "descriptor",
    [b"\x00\x53s", b"\x00\x80" + bytes(7) + b"s", b"\x00\xa3\x14amqp:properties:list"],
)
def test_a_section_may_be_described_in_any_form(descriptor: bytes) -> None:
    assert "id-1" == sections.properties(descriptor + PROPERTIES[3:])["message-id"]


def test_a_body_of_several_sections_is_all_of_them() -> None:
    assert b"abc\xff" == sections.body(b"\x00Su\xa0\x01a\x00Su\xb0\x00\x00\x00\x02bc\x00Su\xa0\x01\xff")
    assert sections.body(b"\x00Su\xa0\x01a\x00Sw\xd0\x00\x00\x00\x04\x00\x00\x00\x00") is None
    assert sections.body(b"\x00Su\xa0\x01a <xml/>") is None


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(lambda n: b"\x00St\xd1" + struct.pack(">II", n, 2**32 - 1) + b"\x40" * n, id="many nothings"),
        pytest.param(
            lambda n: b"\x00Ss\xd0" + struct.pack(">II", 2**32 - 1, 2**32 - 1) + b"\xa1\x00" * n, id="lengths"
        ),
        pytest.param(lambda n: b"\x00Su\xa0\x00" * n, id="many sections"),
        pytest.param(lambda n: b"\x00Sw" + b"\xd0\x00\x00\x00\x04\x00\x00\x00\x00" * n, id="many lists"),
        pytest.param(lambda n: b"\x00" * n, id="descriptors of descriptors"),
        pytest.param(lambda n: b"\x00Sw\xb1" + struct.pack(">I", n) + b"\xff" * n, id="no text"),
    ],
)
def test_reading_what_is_hostile_takes_no_time(hostile: Callable[[int], bytes]) -> None:
    raws = [hostile(5_000_000), hostile(100_000), hostile(30_000)]
    begun = time.process_time()
    for raw in raws:
        for read in READ:
            read(raw)
    assert time.process_time() - begun < 1
