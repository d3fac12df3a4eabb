"""What a site takes although it breaks its schema is told in full, also where no reader would look."""

import pytest

from hub.acceptance import Acceptance, Choice
from hub.message import Message, Section, Topic
from hub.wire import reader
from hub.wire.rules import Terms
from tests.wire import builders
from tests.wire.builders import DIALOG_1_1, attachment, dialogue, note

TOLERANT = Terms(Acceptance(invalid=Choice.ACCEPT))
WHOLE = "Alt som står i meldingen"

_THEME = '<TemaKodet V="6"/>'
_PAYLOAD = f'<Dialogmelding xmlns="{DIALOG_1_1}">'
_REF = f'</Dialogmelding></Content></RefDoc><RefDoc><MsgType V="XML"/><Content>{_PAYLOAD}'
INVALID = {
    "text around a note": dialogue(body=f"TAPT<Notat>{_THEME}</Notat>"),
    "text in a note": dialogue(body=f"<Notat>TAPT{_THEME}</Notat>"),
    "an unknown element": dialogue(body=f"<Notat>{_THEME}<Ukjent>TAPT</Ukjent></Notat>"),
    "an unknown element in an unknown element": dialogue(body=f"<Notat>{_THEME}<A><B>TAPT</B></A></Notat>"),
    "an unknown code": dialogue(body=f'<Notat>{_THEME}<Ukjent V="1" DN="TAPT"/></Notat>'),
    "a second text": dialogue(
        body=f"<Notat>{_THEME}<TekstNotatInnhold>a</TekstNotatInnhold><TekstNotatInnhold>TAPT</TekstNotatInnhold></Notat>"
    ),
    "a second Content": dialogue(body=f"{note()}</Dialogmelding></Content><Content>{_PAYLOAD}{note(text='TAPT')}"),
    "a second RefDoc": dialogue(body=f"{note()}{_REF}{note(text='TAPT')}"),
    "text in a RefDoc": dialogue().replace(b"<Content>", b"TAPT<Content>"),
    "text beside the documents": dialogue(attachments="TAPT"),
    "text before the head": dialogue().replace(b"<MsgInfo>", b"TAPT<MsgInfo>"),
    "an unknown element beside the documents": dialogue(attachments="<Ukjent>TAPT</Ukjent>"),
}


def taken(raw: bytes) -> Message:
    """What a tolerant site reads, which is what it reads when it is opened again."""
    read = reader.read(raw, terms=TOLERANT)
    assert isinstance(read, Message), read
    assert read == reader.again(raw)
    return read


def whole(raw: bytes) -> list[Section]:
    return [section for section in taken(raw).report.sections if section.title == WHOLE]


@pytest.mark.parametrize("raw", INVALID.values(), ids=INVALID)
def test_nothing_is_lost_that_no_reader_looks_for(raw: bytes) -> None:
    (section,) = whole(raw)
    assert Topic.OTHER is section.topic
    assert "TAPT" in section.text


def test_a_second_refdoc_is_read_as_the_first_is() -> None:
    read = taken(INVALID["a second RefDoc"])
    assert ["Hei", "TAPT"] == [part.text for part in read.parts]
    assert ["Hei", "TAPT"] == [part.text for part in taken(INVALID["a second Content"]).parts]


def test_files_in_further_refdocs_are_files() -> None:
    second = attachment(description="To").partition("<RefDoc>")[2].rpartition("</Document>")[0]
    files = attachment(description="En").replace("</Document>", f"<RefDoc>{second}</Document>")
    read = taken(dialogue(attachments=files))
    assert ["En", "To"] == [file.description for file in read.attachments]
    assert builders.PDF not in whole(dialogue(attachments=files))[0].text


def test_what_a_document_says_goes_with_its_first_refdoc_only() -> None:
    read = taken(INVALID["a second RefDoc"].replace(b"<RefDoc>", b"<Annotation>Viktig</Annotation><RefDoc>", 1))
    assert ["Viktig", ""] == [part.remark for part in read.parts]


def test_a_second_payload_that_is_not_read_is_refused_and_not_lost() -> None:
    alien = dialogue(body=f"{note()}</Dialogmelding></Content><Content><a xmlns='urn:a'/><Dialogmelding>")
    read = reader.read(alien.replace(b"<Dialogmelding></Dialogmelding>", b""), terms=TOLERANT)
    assert ["T10"] == [fault.code for fault in getattr(read, "faults", ())]


def test_a_valid_message_is_told_once() -> None:
    assert [] == whole(dialogue(attachments=attachment()))


def test_what_is_said_deep_inside_is_told_too() -> None:
    depth = 200
    body = f"<Notat>{_THEME}{'<Ukjent>' * depth}TAPT{'</Ukjent>' * depth}</Notat>"
    assert "TAPT" in whole(dialogue(body=body))[0].text
