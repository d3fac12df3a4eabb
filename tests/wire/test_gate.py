"""What bytes must be before anything parses them."""

import re
from pathlib import Path

import pytest

from hub.message import Fault, Message, Refusal, Unreadable
from hub.wire import gate, reader, tree
from tests.wire.builders import OID, PDF, XHTML, attachment, dialogue, note, patient

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


LONG = gate.LONGEST_VALUE
TOO_LONG = f"An attribute's value has more than {LONG} bytes; send text in elements and files as attachments"
VALUES = {
    "the longest that is taken": (b'<a b="%s"/>' % (b"x" * LONG), ""),
    "one byte more": (b'<a>\n<b c="%s"/></a>' % (b"x" * (LONG + 1)), TOO_LONG),
    "in other quotes": (b"<a b='%s'/>" % (b'"' * (LONG + 1)), TOO_LONG),
    "after others, over lines": (b"<a b='1' c=\"2\"\n\td = '%s'/>" % (b"\n" * (LONG + 1)), TOO_LONG),
    "in the declaration of a namespace": (b'<a xmlns:b="urn:%s"/>' % (b"x" * LONG), TOO_LONG),
    "many that are not": (b"<a>" + b'<b c="%s"/>' % (b"x" * 60_000) * 10 + b"</a>", ""),
    "a long text": (b'<a b="1">b="' + b"x" * 2 * LONG + b"</a>", ""),
    "a long comment": (b'<a><!-- b="' + b"x" * 2 * LONG + b" --></a>", ""),
}


@pytest.mark.parametrize(("raw", "said"), VALUES.values(), ids=VALUES)
def test_a_value_of_an_attribute_is_bounded_before_anything_is_parsed(raw: bytes, said: str) -> None:
    found = gate.admit(raw)
    assert said == (found.en if isinstance(found, Fault) else "")


def endless(raw: bytes) -> list[tuple[str, int]]:
    """Where an element's text is too long, if one is."""
    read = reader.read(raw)
    faults = read.faults if isinstance(read, Refusal | Unreadable) else ()
    return [(fault.code, fault.line) for fault in faults if "characters and is not one for free text" in fault.en]


MOST = tree.LONGEST_TEXT
XHTML_TEXT = f'<p xmlns="{XHTML}">{"x" * (MOST + 1)}</p>'
TEXTS = {
    "a version": (dialogue(mig="x" * (MOST + 1)), [("T01", 5)]),
    "a version as long as can be": (dialogue(mig="x" * MOST), []),
    "a birth date with blanks": (dialogue(patient=patient(born="2000-01-01" + " " * MOST)), [("T01", 10)]),
    "a name": (dialogue(patient=patient(family="x" * (MOST + 1))), [("T01", 10)]),
    "a text": (dialogue(body=note(text="x" * (MOST + 1))), []),
    "a text with markup of no namespace": (dialogue(body=note(text=f"<p>{'x' * (MOST + 1)}</p>")), []),
    "a text with XHTML": (dialogue(body=note(text=XHTML_TEXT)), []),
    "a subject": (dialogue(body=note(subject="x" * (MOST + 1))), []),
    "a remark": (dialogue(body=note(rest=f"<Merknad>{'x' * (MOST + 1)}</Merknad>")), []),
    "a file": (dialogue(attachments=attachment(data=PDF + "JVBE" * MOST)), []),
}


@pytest.mark.parametrize(("raw", "found"), TEXTS.values(), ids=TEXTS)
def test_only_free_text_and_files_have_no_bound_of_their_own(raw: bytes, found: list[tuple[str, int]]) -> None:
    assert found == endless(raw)


def test_the_number_of_a_code_list_is_bounded_in_a_long_message() -> None:
    said = f"The number of a code list (S) or an OidRef has more than {tree.LONGEST_OID} characters"
    for digits, expected in ((256 - len(OID), []), (257 - len(OID), [said])):
        read = reader.read(dialogue(body=note(system="1" * digits, text="x" * MOST)))
        assert expected == [fault.en for fault in getattr(read, "faults", ())]


def test_a_sender_hears_of_a_text_without_end() -> None:
    assert isinstance(reader.read(dialogue(mig="x" * (MOST + 1))), Refusal)


def test_every_element_of_free_text_has_no_bound() -> None:
    """What the schemas give the type anyType, and let hold text, is told in full however long it is."""
    schemas = (Path(__file__).parent.parent.parent / "schemas").rglob("*.xsd")
    any_type = re.compile(r'name="(\w+)"[^>]*type="(?:xs:|xsd:)?anyType"')
    named = {name for file in schemas for name in any_type.findall(file.read_text(encoding="utf-8"))}
    assert named
    assert [] == [name for name in sorted(named) if endless(long_text(name))]


def long_text(name: str) -> bytes:
    """A message with a long text in an element of that name."""
    return dialogue(body=note(rest=f"<{name}>{'x' * (MOST + 1)}</{name}>"))
