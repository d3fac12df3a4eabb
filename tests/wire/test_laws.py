"""Two of the hub's three laws: any bytes give a reading and nothing else, and what is written can be read back."""

import random
from datetime import UTC, date, datetime
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.change import Acknowledgement, Answer
from hub.message import (
    Code,
    Conversation,
    Envelope,
    Fault,
    Ident,
    Message,
    MessageId,
    Party,
    Patient,
    Professional,
    Reading,
    Receipt,
    Receiver,
    Refusal,
    Unit,
)
from hub.wire import catalogue, codes, crossing, reader, times, tree, writer
from tests.wire import builders
from tests.wire.test_samples import SAMPLES

EXAMPLES = [path.read_bytes() for path in sorted(SAMPLES.glob("*.xml"))]
TOKENS = [
    *(
        b"<",
        b">",
        b"</",
        b"/>",
        b"&",
        b"&amp;",
        b"&#0;",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b"<?a?>",
        b"<!DOCTYPE a>",
    ),
    *(b'"', b"'", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\r\n", b" ", b"\xe2\x80\xa8", b'xmlns="urn:a"'),
    *(b"<MsgInfo>", b"</MsgInfo>", b"<Organisation/>", b"<Patient/>", b'V=""', b"<Document/>", b"900100"),
]


def is_reading(read: object) -> bool:
    return isinstance(read, get_args(Reading))


def check(raw: bytes) -> None:
    """A reading, which crosses between processes unharmed."""
    read = reader.read(raw)
    assert is_reading(read)
    assert [read] == crossing.replied(crossing.reply([read])[crossing.HEADER :])
    if isinstance(read, Refusal):
        assert read.faults
        written = writer.write(
            Acknowledgement(MessageId("a"), read.envelope, 0, datetime(2026, 1, 1, tzinfo=UTC), read.faults)
        )
        assert () == complaints(written)


def complaints(written: bytes) -> tuple[Fault, ...]:
    root = tree.parse(written, "utf-8")
    assert isinstance(root, tree.Element)
    return catalogue.faults(root)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.lists(st.sampled_from(TOKENS), max_size=30).map(b"".join))
def test_any_bytes_give_a_reading(raw: bytes) -> None:
    check(raw)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(EXAMPLES), st.integers(), st.integers(1, 4))
def test_any_change_to_a_message_gives_a_reading(raw: bytes, seed: int, changes: int) -> None:
    chance = random.Random(seed)
    for _ in range(changes):
        raw = changed(raw, chance)
    check(raw)


def changed(raw: bytes, chance: random.Random) -> bytes:
    """Bytes with a piece cut out, doubled, moved, replaced by a token, or spoiled by one byte."""
    a, b = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    if chance.random() < 0.7:
        b = min(b, a + chance.choice((1, 3, 20, 100)))
    piece = raw[a:b]
    match chance.randrange(6):
        case 0:
            return raw[:a] + raw[b:]
        case 1:
            return raw[:b] + piece + raw[b:]
        case 2:
            at = chance.randrange(len(raw) + 1)
            return raw[:at] + piece + raw[at:]
        case 3:
            return raw[:a] + chance.choice(TOKENS) + raw[b:]
        case 4:
            return raw[:a]
        case _:
            return raw[:a] + bytes([chance.randrange(256)]) + raw[a + 1 :]


TEXTS = st.text(max_size=20) | st.sampled_from(["", "a\r\nb", "<&>]]>\"'", "\x00\ufffe", "Á", "\u2028"])
WORDS = st.text("aæÁ<&>\"' 🏥", min_size=1, max_size=10).map(str.strip).filter(bool)
SYSTEMS = st.sampled_from(["", f"{builders.OID}9051", "9051", "x", "1..2", "1.", ".1"])
CODES = st.builds(Code, TEXTS, TEXTS, SYSTEMS)
IDENTS = st.builds(Ident, WORDS, CODES)
UNITS = st.builds(Unit, TEXTS, st.lists(IDENTS, max_size=3).map(tuple))
ORGANISATIONS = st.builds(Unit, TEXTS, st.lists(IDENTS, min_size=1, max_size=3).map(tuple))
PEOPLE = st.builds(Professional, TEXTS, TEXTS, TEXTS, TEXTS, st.lists(IDENTS, max_size=2).map(tuple))
PARTIES = st.builds(Party, ORGANISATIONS, st.none() | UNITS, st.none() | PEOPLE)
ANYBODY = st.builds(Party, UNITS, st.none() | UNITS, st.none() | PEOPLE)
PATIENTS = st.builds(
    Patient, TEXTS, TEXTS, TEXTS, st.none() | st.dates(), TEXTS, st.lists(IDENTS, max_size=2).map(tuple)
)
TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
TYPES = st.builds(Code, st.sampled_from(list(codes.TYPES)), TEXTS)
ENVELOPES = st.builds(
    Envelope,
    msg_id=TEXTS.map(MessageId),
    type=TYPES,
    gen_date=st.just("") | TIMES.map(times.written),
    generated=TIMES,
    sender=PARTIES,
    receivers=st.lists(
        st.builds(Receiver, ANYBODY, st.sampled_from(["PRIM", "COP", "FR", ""])), min_size=1, max_size=2
    ).map(tuple),
    apprec=st.sampled_from(["1.0", "1.1"]),
    test=st.booleans(),
)
FAULTS = st.builds(Fault, st.sampled_from([*codes.ERRORS, "Q1"]), TEXTS, TEXTS, TEXTS, st.integers(0, 9))
ACKNOWLEDGEMENTS = st.builds(
    Acknowledgement, TEXTS.map(MessageId), ENVELOPES, st.just(0), TIMES, st.lists(FAULTS, max_size=3).map(tuple)
)
ANSWERS = st.builds(
    Answer,
    TEXTS.map(MessageId),
    ENVELOPES,
    PARTIES,
    st.none() | PATIENTS,
    TEXTS.map(MessageId),
    CODES,
    TEXTS,
    TEXTS,
    TEXTS,
    TEXTS,
    TIMES,
)


@settings(max_examples=150, deadline=None)
@given(ACKNOWLEDGEMENTS | ANSWERS)
def test_whatever_is_written_is_valid(document: Acknowledgement | Answer) -> None:
    assert () == complaints(writer.write(document))


PLAIN_TEXTS = st.text("aæÁ<&>\"' 🏥\n", max_size=30).map(str.strip)
PLAIN_CODES = st.builds(Code, WORDS, PLAIN_TEXTS)
PLAIN_IDENTS = st.lists(st.builds(Ident, WORDS, PLAIN_CODES), min_size=1, max_size=3).map(tuple)
PLAIN_UNITS = st.builds(Unit, PLAIN_TEXTS, PLAIN_IDENTS)
PLAIN_PEOPLE = st.builds(Professional, given_name=WORDS, idents=PLAIN_IDENTS)
PLAIN_PARTIES = st.builds(Party, PLAIN_UNITS, st.none() | PLAIN_UNITS, st.none() | PLAIN_PEOPLE)


@settings(max_examples=100, deadline=None)
@given(
    PLAIN_PARTIES,
    PLAIN_PARTIES,
    st.sampled_from(["1.0", "1.1"]),
    st.lists(st.tuples(st.sampled_from(list(codes.ERRORS)), PLAIN_TEXTS), max_size=3),
)
def test_an_acknowledgement_that_is_written_is_read_back(
    sender: Party, receiver: Party, apprec: str, faults: list[tuple[str, str]]
) -> None:
    about = builders.envelope(sender=sender, receivers=(Receiver(receiver),), apprec=apprec)
    given_faults = tuple(Fault(code, "", words) for code, words in faults)
    read = reader.read(writer.write(builders.acknowledgement(about=about, faults=given_faults)))
    names = [(code, ": ".join(dict.fromkeys(t for t in (codes.ERRORS[code], words) if t))) for code, words in faults]
    expected = Receipt(
        MessageId("6d2f6c0e-3f1e-4b8e-9a53-7a1f0f6f2c11"),
        receiver,
        about.msg_id,
        "2" if faults else "1",
        tuple(Code(code, text, f"{builders.OID}8221") for code, text in names),
    )
    assert expected == read


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["DIALOG_FORESPORSEL", "DIALOG_HELSEFAGLIG", "DIALOG_NOTAT"]),
    st.sampled_from(["1.0", "1.1"]),
    PLAIN_TEXTS,
    WORDS,
    st.dates(date(1900, 1, 1), date(2030, 1, 1)),
)
def test_an_answer_that_is_written_is_read_back(type: str, apprec: str, text: str, name: str, born: date) -> None:
    sent = builders.answer(
        about=builders.envelope(type=Code(type), apprec=apprec),
        patient=Patient(name, "", "", born, "2"),
        first=MessageId("first"),
        document_id="F1",
        text=text,
        signed_by="",
    )
    read = reader.read(writer.write(sent))
    assert isinstance(read, Message)
    assert (sent.id, sent.at, sent.sender) == (read.envelope.msg_id, read.envelope.generated, read.envelope.sender)
    assert (sent.patient, text) == (read.patient, read.parts[0].text)
    assert Conversation(sent.about.msg_id, MessageId("first")) == read.conversation
    replied = (type, apprec) == ("DIALOG_FORESPORSEL", "1.0")
    assert (["", "F1"] if replied else [""]) == [part.document_id for part in read.parts]
