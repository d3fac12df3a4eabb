"""What bytes must be before anything parses them."""

import pytest

from hub.message import Fault, Message, Unreadable
from hub.wire import gate, reader
from tests.wire.builders import dialogue, note

NORWEGIAN = note(text="Æ, ø og å")


def message(encoding: str, declaration: str) -> bytes:
    return dialogue(declaration=declaration, body=NORWEGIAN).decode().encode(encoding)


ADMITTED = {
    "UTF-8 as declared": message("utf-8", '<?xml version="1.0" encoding="UTF-8"?>'),
    "UTF-8 in other letters": message("utf-8", "<?xml version='1.0' encoding = 'utf8' standalone='yes'?>"),
    "UTF-8 where nothing is declared": message("utf-8", '<?xml version="1.0"?>\n'),
    "UTF-8 without a declaration": message("utf-8", ""),
    "UTF-8 with a byte order mark": message("utf-8-sig", '<?xml version="1.0" encoding="UTF-8"?>'),
    "UTF-8 with a byte order mark, whatever it declares": message(
        "utf-8-sig", '<?xml version="1.0" encoding="UTF-16"?>'
    ),
    "ISO-8859-1 as declared": message("iso-8859-1", '<?xml version="1.0" encoding="ISO-8859-1"?>'),
    "ISO-8859-1 under another name": message("iso-8859-1", '<?xml version="1.0" encoding="latin1"?>'),
}


@pytest.mark.parametrize("raw", ADMITTED.values(), ids=ADMITTED)
def test_an_encoding_that_is_read_keeps_every_letter(raw: bytes) -> None:
    read = reader.read(raw)
    assert isinstance(read, Message)
    assert "Æ, ø og å" == read.parts[0].text


PLAIN = dialogue().decode()
TURNED_AWAY = {
    "nothing": (b"", "The message is empty", 0),
    "blanks": (b" \r\n\t", "This is not XML: it does not begin with <", 0),
    "JSON": (b'{"MsgHead": {}}', "This is not XML: it does not begin with <", 0),
    "UTF-7 without a word about it": (b"+ADw-MsgHead+AD4-", "This is not XML: it does not begin with <", 0),
    "UTF-7": (
        b'<?xml version="1.0" encoding="UTF-7"?><MsgHead/>',
        "The encoding that is declared is not read; use UTF-8 or ISO-8859-1",
        1,
    ),
    "UTF-16": (PLAIN.encode("utf-16"), "The bytes are UTF-16, UTF-32 or no text; use UTF-8 or ISO-8859-1", 1),
    "UTF-16 without a mark": (
        PLAIN.encode("utf-16-le"),
        "The bytes are UTF-16, UTF-32 or no text; use UTF-8 or ISO-8859-1",
        1,
    ),
    "UTF-16 that declares UTF-8": (
        PLAIN.encode("utf-16-be"),
        "The bytes are UTF-16, UTF-32 or no text; use UTF-8 or ISO-8859-1",
        1,
    ),
    "UTF-32": (PLAIN.encode("utf-32"), "The bytes are UTF-16, UTF-32 or no text; use UTF-8 or ISO-8859-1", 1),
    "NUL in a text": (
        dialogue(body=note(text="a\0b")),
        "The bytes are UTF-16, UTF-32 or no text; use UTF-8 or ISO-8859-1",
        1,
    ),
    "Windows-1252": (
        message("cp1252", '<?xml version="1.0" encoding="windows-1252"?>'),
        "The encoding that is declared is not read; use UTF-8 or ISO-8859-1",
        1,
    ),
    "ISO-8859-15": (
        message("iso-8859-15", '<?xml version="1.0" encoding="ISO-8859-15"?>'),
        "The encoding that is declared is not read; use UTF-8 or ISO-8859-1",
        1,
    ),
    "ASCII that is none": (
        message("utf-8", '<?xml version="1.0" encoding="US-ASCII"?>\n'),
        "The message declares US-ASCII and holds other characters; declare the encoding it has",
        12,
    ),
    "EBCDIC": (
        '<?xml version="1.0" encoding="IBM037"?><MsgHead/>'.encode("cp037"),
        "This is not XML: it does not begin with <",
        0,
    ),
}


@pytest.mark.parametrize(("raw", "said", "line"), TURNED_AWAY.values(), ids=TURNED_AWAY)
def test_other_bytes_are_turned_away_before_they_are_parsed(raw: bytes, said: str, line: int) -> None:
    fault = gate.admit(raw)
    assert isinstance(fault, Fault)
    assert ("T01", said, line) == (fault.code, fault.en, fault.line)
    assert Unreadable((fault,)) == reader.read(raw)


DOCTYPE = "<!DOCTYPE MsgHead>"
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>'
BEFORE = {
    "first": (f"{DOCTYPE}%s", 1),
    "after the declaration": (f"{DECLARED}\n{DOCTYPE}\n%s", 2),
    "after comments": (f"{DECLARED}<!-- a -->\n<!-- --><!---->\n{DOCTYPE}%s", 3),
    "after a comment that names another": (f"{DECLARED}\n<!-- <!DOCTYPE a> -->{DOCTYPE}%s", 2),
    "after a processing instruction": (f"{DECLARED}\n<?a <b>?>\n{DOCTYPE}%s", 3),
    "in small letters": ("<!doctype MsgHead>%s", 1),
    "after a byte order mark": (f"\ufeff{DECLARED}\n{DOCTYPE}%s", 2),
    "with entities": ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>%s', 1),
}


@pytest.mark.parametrize(("written", "line"), BEFORE.values(), ids=BEFORE)
def test_a_document_type_is_refused_wherever_it_may_stand(written: str, line: int) -> None:
    fault = gate.admit((written % dialogue(declaration="").decode()).encode())
    assert isinstance(fault, Fault)
    assert ("The message has a DOCTYPE; document types and entities are not accepted", line) == (fault.en, fault.line)


MENTIONS = {
    "in a comment before": f"{DECLARED}<!-- {DOCTYPE} -->",
    "in a processing instruction before": f"{DECLARED}<?a {DOCTYPE}?>",
}


@pytest.mark.parametrize("declaration", MENTIONS.values(), ids=MENTIONS)
def test_a_document_type_that_is_only_mentioned_before_the_root_is_none(declaration: str) -> None:
    assert isinstance(reader.read(dialogue(declaration=declaration)), Message)


def test_a_document_type_that_is_only_mentioned_in_a_text_is_text() -> None:
    read = reader.read(dialogue(body=note(text=f"<![CDATA[{DOCTYPE} <!ENTITY a 'b'>]]>")))
    assert isinstance(read, Message)
    assert f"{DOCTYPE} <!ENTITY a 'b'>" == read.parts[0].text


def test_an_unfinished_comment_before_the_root_is_searched_once() -> None:
    assert gate.UTF_8 == gate.admit(b"<!-- " * 40_000)


def test_the_limit_is_the_last_size_that_is_taken() -> None:
    raw = dialogue()
    assert gate.UTF_8 == gate.admit(raw, len(raw))
    fault = gate.admit(raw, len(raw) - 1)
    assert isinstance(fault, Fault)
    assert f"The message has {len(raw)} bytes; at most {len(raw) - 1} are taken" == fault.en


CROWDS = {
    "a million siblings": (
        b"<a>" + b"<b/>" * 1_000_000 + b"</a>",
        "The message has too many elements or attributes; at most 20000 of each are taken",
    ),
    "a million attributes": (
        b"<a " + b" ".join(b"b%d=''" % n for n in range(1_000_000)) + b"/>",
        "The message has too many elements or attributes; at most 100000 of each are taken",
    ),
    "a hundred thousand attributes on one element": (
        b"<a>\n<b " + b" ".join(b"b%d='>'" % n for n in range(100_000)) + b"/></a>",
        "An element has more than 64 attributes",
    ),
    "a hundred namespaces for prefixes on one element": (
        b"<a " + b" ".join(b"xmlns:b%d='urn:a'" % n for n in range(100)) + b"/>",
        "An element has more than 64 attributes",
    ),
    "blanks and line breaks between them": (
        b"<a>\n<b " + b"\n".join(b'b%d\n=\t"="' % n for n in range(5_000)) + b"/></a>",
        "An element has more than 64 attributes",
    ),
}


@pytest.mark.parametrize(("raw", "said"), CROWDS.values(), ids=CROWDS)
def test_a_crowd_of_elements_or_attributes_is_turned_away_before_it_is_parsed(raw: bytes, said: str) -> None:
    fault = gate.admit(raw)
    assert isinstance(fault, Fault)
    assert said == fault.en


def test_many_attributes_on_many_elements_are_no_crowd() -> None:
    assert gate.UTF_8 == gate.admit(b"<a>" + b"<b c='1' d='2' e='3'/>" * 30_000 + b"</a>")
