"""Of an arriving message only so much is read as decides where it goes, and so much says the same as the whole."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.message import Message, Reading
from hub.wire import brief, reader, tree
from tests.wire.builders import attachment, dialogue, note, patient
from tests.wire.test_samples import NAMES, SAMPLES

DECISIVE = (
    "envelope",
    "kind",
    "patient",
    "conversation",
    "wanted",
    "status",
    "document_id",
    "themes",
    "subject",
    "words",
)


def decisive(reading: Reading) -> object:
    """What intake asks of a reading; of anything but a message, all of it."""
    if not isinstance(reading, Message):
        return reading
    files = [(a.digest, a.start, a.length) for a in reading.attachments]
    return [getattr(reading, name) for name in DECISIVE] + [files]


def read_briefly(raw: bytes) -> Message | None:
    root = tree.parse(raw, "utf-8")
    assert isinstance(root, tree.Element)
    return brief.read(root)


@pytest.mark.parametrize("name", NAMES)
def test_what_decides_is_the_same_in_every_sample(name: str) -> None:
    raw = (SAMPLES / f"{name}.xml").read_bytes()
    assert decisive(reader.read(raw)) == decisive(reader.arriving(raw))


def test_most_samples_are_read_briefly() -> None:
    accepted = [raw for raw in map(Path.read_bytes, SAMPLES.glob("*.xml")) if isinstance(reader.read(raw), Message)]
    utf_8 = [raw for raw in accepted if b"UTF-8" in raw[:60]]
    assert len(utf_8) * 2 < 3 * sum(read_briefly(raw) is not None for raw in utf_8)


WHOLE: dict[str, Callable[[], bytes]] = {
    "a file": lambda: dialogue(attachments=attachment()),
    "two notes": lambda: dialogue(body=note() + note(), msg_id="1"),
    "no UUID": lambda: dialogue(msg_id="1"),
    "nobody clear": lambda: dialogue(patient=patient(idents="")),
    "no patient": lambda: dialogue(patient=""),
    "an unknown payload": lambda: dialogue(payload='<a xmlns="urn:a"/>'),
    "an empty RefDoc": lambda: re.sub(rb"<RefDoc>.*</RefDoc>", b"<RefDoc/>", dialogue(), flags=re.DOTALL),
    "a RefDoc with a payload only": lambda: re.sub(rb"<RefDoc>.*<Content>", b"<RefDoc><Content>", dialogue()),
    "an invalid one": lambda: dialogue(body="<Notat/>"),
}


@pytest.mark.parametrize("made", WHOLE.values(), ids=WHOLE)
def test_what_a_rule_could_have_something_against_is_read_whole(made: Callable[[], bytes]) -> None:
    assert read_briefly(made()) is None


def test_a_message_function_is_kept_as_short_as_by_the_whole_reading() -> None:
    raw = dialogue(kind="x" * 400)
    assert read_briefly(raw) is not None
    assert decisive(reader.read(raw)) == decisive(reader.arriving(raw))


def test_an_endless_name_is_cut_in_both() -> None:
    raw = dialogue(patient=patient(family="Aas" * 9_000))
    assert decisive(reader.read(raw)) == decisive(reader.arriving(raw))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_decides_is_the_same_however_a_sample_is_changed(data: st.DataObject) -> None:
    raw = (SAMPLES / f"{data.draw(st.sampled_from(NAMES))}.xml").read_bytes()
    at = data.draw(st.integers(0, len(raw)))
    cut = data.draw(st.integers(0, 60))
    put = data.draw(st.sampled_from((b"", b" ", b"<Patient/>", b"<!-- -->", b"&amp;", b"x", b'V=""', b"\n")))
    changed = raw[:at] + put + raw[at + cut :]
    assert decisive(reader.read(changed)) == decisive(reader.arriving(changed))
