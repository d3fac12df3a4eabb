"""Files that come along: known by their bytes, hashed, and found again in the raw message."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from hub.message import Attachment, Message, Refusal
from hub.wire import Readers, carrier, content, reader
from tests.wire import builders
from tests.wire.builders import MSGHEAD, attachment, dialogue
from tests.wire.gauge import MB, Gauge

PDF = b"%PDF-1.4\n"
PNG = base64.b64decode(builders.PNG)
LATIN = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'


def files(raw: bytes) -> tuple[Attachment, ...]:
    read = reader.read(raw)
    assert isinstance(read, Message), read
    return read.attachments


def refused(data: bytes | str, **others: str) -> str:
    """Why a file is refused, in English."""
    written = data if isinstance(data, str) else base64.b64encode(data).decode()
    read = reader.read(dialogue(attachments=attachment(data=written, **others)))
    assert isinstance(read, Refusal)
    (fault,) = read.faults
    assert "T99" == fault.code
    return fault.en.partition(";")[0]


def cut(raw: bytes, file: Attachment) -> bytes:
    """The file that is cut out of the raw message where it is said to stand."""
    return base64.b64decode(raw[file.start : file.start + file.length], validate=False)


TAKEN = {
    "PDF": (PDF, content.PDF),
    "PDF after a line of a printer": (b"\x1b%-12345X@PJL\r\n" + PDF, content.PDF),
    "PDF after a mail's head": (b"Content-Type: application/pdf\r\n\r\n" + PDF, content.PDF),
    "PDF at the end of what is looked at": (b"\0" * 1019 + PDF, content.PDF),
    "PDF one byte further on": (b"\0" * 1020 + PDF, ""),
    "a page that hides a PDF": (b"<html><!--" + PDF, ""),
    "a zip file that hides a PDF": (b"PK\x03\x04" + PDF, ""),
    "JPG of a camera": (b"\xff\xd8\xff\xe1\0\x10Exif", content.JPEG),
    "JPG without a head": (b"\xff\xd8\xff\xdb\0\x43", content.JPEG),
    "JPG that is over at once": (b"\xff\xd8\xff\xd9", ""),
    "JPG without anything": (b"\xff\xd8\xff", ""),
    "PNG": (PNG, content.PNG),
    "PNG with another chunk first": (PNG.replace(b"IHDR", b"IDAT"), ""),
    "PNG spoiled as text": (PNG.replace(b"\r\n", b"\n"), ""),
    "nothing": (b"", ""),
}


@pytest.mark.parametrize(("beginning", "type"), TAKEN.values(), ids=TAKEN)
def test_a_file_that_is_taken_is_known_by_its_bytes(beginning: bytes, type: str) -> None:
    assert type == content.media_type(beginning)


OTHERS = {
    "a zip file, as Word and Excel make": b"PK\x03\x04\x14\0",
    "an old Word or Excel file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "formatted text (RTF)": b"{\\rtf1}",
    "a TIFF picture": b"II*\0",
    "a GIF picture": b"GIF89a",
    "a BMP picture": b"BM\x36\0",
    "a broken PNG picture": PNG[:12],
    "a broken JPG picture": b"\xff\xd8\0",
    "a WebP picture": b"RIFF\x24\0\0\0WEBPVP8 ",
    "a film or a sound recording": b"\0\0\0\x18ftypmp42",
    "a HEIC picture": b"\0\0\0\x18ftypheic",
    "a DICOM picture": b"\0" * 128 + b"DICM",
    "a program": b"MZ\x90",
    "a web page (HTML)": b"\xef\xbb\xbf\n<!DOCTYPE html>",
    "XML": b'<?xml version="1.0"?><svg/>',
    "plain text": "Blodtrykk målt".encode("latin-1"),
    "an empty file": b"",
}


@pytest.mark.parametrize(("looks", "beginning"), OTHERS.items(), ids=OTHERS)
def test_a_file_that_is_not_taken_is_refused_with_what_it_looks_like(looks: str, beginning: bytes) -> None:
    assert f"An attachment looks like {looks}" == refused(beginning, mime="application/pdf")


def test_a_file_that_nobody_knows_is_refused() -> None:
    assert "An attachment has no format that is known here" == refused(b"\0\1\2\3")


def test_foreign_xml_that_is_marked_as_a_file_looks_like_xml() -> None:
    read = reader.read(dialogue(attachments=attachment(content='<Content><a xmlns="urn:a"/></Content>')))
    assert isinstance(read, Refusal)
    assert "An attachment looks like XML" == read.faults[-1].en.partition(";")[0]


def test_no_more_files_are_complained_about_than_anybody_reads() -> None:
    read = reader.read(dialogue(attachments=attachment(data=builders.WORD) * 30))
    assert isinstance(read, Refusal)
    assert 20 == len(read.faults)


async def test_the_largest_message_takes_less_than_400_mb_of_its_reader() -> None:
    data = base64.encodebytes(PDF + bytes(carrier.MOST_BYTES - len(PDF))).decode().replace("\n", "\r\n")
    async with Readers(seconds=30) as readers:
        cost = await Gauge(readers).read(dialogue(attachments=attachment(data=data)))
    assert isinstance(cost.reading, Message)
    assert carrier.MOST_BYTES == cost.reading.attachments[0].size
    assert 100 * MB < cost.memory < 350 * MB


def test_a_kind_is_found_however_late_the_base64_begins() -> None:
    (file,) = files(dialogue(attachments=attachment(data=" " * 1_999_998 + builders.PDF)))
    assert ("application/pdf", 9) == (file.mime_type, file.size)


async def test_as_much_as_may_come_is_read_and_a_byte_more_is_refused() -> None:
    half = base64.b64encode(PDF + bytes(17_499_991)).decode()
    one_more = base64.b64encode(PDF + bytes(17_499_992)).decode()
    async with Readers(seconds=30) as readers:
        most, more = await readers.read(
            [dialogue(attachments=attachment(data=half) + attachment(data=data)) for data in (half, one_more)]
        )
    assert isinstance(most, Message)
    assert carrier.MOST_BYTES == sum(file.size for file in most.attachments)
    assert isinstance(more, Refusal)
    assert [("T99", "/MsgHead/Document[3]/RefDoc")] == [(fault.code, fault.path) for fault in more.faults]
    assert "35000001 bytes in all; at most 35000000" in more.faults[0].en


def wrapped(data: bytes, width: int, indentation: str, end: str) -> str:
    """Base64 in lines, as senders write it."""
    encoded = base64.b64encode(data).decode()
    lines = (encoded[at : at + width] for at in range(0, len(encoded), width))
    return end + "".join(f"{indentation}{line}{end}" for line in lines)


FILES = st.lists(st.binary(max_size=300).map(PDF.__add__), min_size=1, max_size=3)
LAYOUTS = st.tuples(
    st.integers(1, 100), st.sampled_from(["", " ", "\t  "]), st.sampled_from(["", "\n", "\r\n", "\r", " \n"])
)


@settings(max_examples=100, deadline=None)
@given(FILES, LAYOUTS, st.booleans(), st.sampled_from(["", "b64:"]))
def test_a_file_is_cut_out_of_the_raw_message_whatever_its_layout(
    written: list[bytes], layout: tuple[int, str, str], latin: bool, prefix: str
) -> None:
    ns = f'xmlns{":" if prefix else ""}{prefix.rstrip(":")}="{builders.BASE64}"'
    told = "".join(
        attachment(
            description="Sårstell å",
            content=f"<Content><{prefix}Base64Container {ns} >{wrapped(each, *layout)}</{prefix}Base64Container >"
            "</Content>",
        )
        for each in written
    )
    raw = dialogue(attachments=told, **({"declaration": LATIN} if latin else {}))
    raw = raw.decode().encode("latin-1") if latin else raw
    found = files(raw)
    assert written == [cut(raw, file) for file in found]
    assert [sha256(each).hexdigest() for each in written] == [file.digest for file in found]
    # No two share a place, and none has blanks around it.
    assert len(written) == len({file.start for file in found})
    assert [] == [file for file in found if raw[file.start : file.start + file.length].strip() == b""]


INTERRUPTED = {
    "an entity": "JVBERi0xLjQ&#75;",
    "a CDATA section": f"<![CDATA[{builders.PDF}]]>",
    "a comment": f"JVBERi<!--{builders.PDF}-->0xLjQK",
    "an instruction": "JVBERi<?a b?>0xLjQK",
}


@pytest.mark.parametrize("data", INTERRUPTED.values(), ids=INTERRUPTED)
def test_a_file_that_does_not_stand_verbatim_in_the_message_is_hashed_and_has_no_place(data: str) -> None:
    (file,) = files(dialogue(attachments=attachment(data=data)))
    assert Attachment("Notat", content.PDF, 9, sha256(PDF).hexdigest(), 0, 0) == file


def test_a_place_is_found_beside_others_that_are_none() -> None:
    decoys = "<!-- <Base64Container>SGVp</Base64Container> -->"
    text = f"<![CDATA[<Base64Container>]]>{decoys}"
    data = base64.b64encode(PDF + b"2").decode()
    told = attachment(data=INTERRUPTED["an entity"]) + decoys + attachment(data=data)
    raw = dialogue(body=builders.note(text=text), attachments=told)
    first, second = files(raw)
    assert (0, raw.index(data.encode())) == (first.start, second.start)


@pytest.mark.parametrize("data", ["JVB", "JVB=JVB=", "=", "JVBE=", "JVBERi0x!", "JVBEå"])
def test_what_is_no_base64_is_refused(data: str) -> None:
    read = reader.read(dialogue(attachments=attachment(data=data)))
    assert isinstance(read, Refusal)
    assert {"T02"} == {fault.code for fault in read.faults}


def test_a_file_reference_stands_by_itself_in_other_envelopes() -> None:
    made = etree.fromstring(dialogue(attachments=attachment()))
    holder = made.findall(f"{{{MSGHEAD}}}Document/{{{MSGHEAD}}}RefDoc")[1]
    ((file,), bodies) = carrier.Carrier(holder).enclosures, carrier.Carrier(holder).bodies
    assert ("Notat", content.PDF, []) == (file.attachment.description, file.attachment.mime_type, bodies)


def test_a_file_is_decoded_once() -> None:
    made = etree.fromstring(dialogue(attachments=attachment()))
    holder = carrier.Carrier(made.findall(f"{{{MSGHEAD}}}Document")[1])
    assert holder.enclosures is holder.enclosures
