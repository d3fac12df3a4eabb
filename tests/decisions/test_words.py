"""What somebody asks finds what was said, in whatever form both are written."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import words
from hub.message import Patient
from tests import builders


def finds(question: str, text: str) -> bool:
    """Whether each word of the question is the beginning of one of the text's, or short and one of them."""
    asked, said = words.asked(question), words.of(text)
    long = [x for x in asked if len(x) >= words.BEGINNING]
    return bool(asked) and all(any(s.startswith(x) for s in said) if x in long else x in said for x in asked)


FOUND = [
    ("epikrise", "Epikrise etter innleggelse"),
    ("EPIK", "epikriser"),
    ("åse", "Åse Bø"),
    ("Åse", "A\u030ase Bø"),
    ("čáhci", "Čáhci lea buhtis"),
    ("đŋŧž", "ĐŊŦŽ"),
    ("hansen aas", "Anna Hansen-Aas"),
    ("hansenaas", "Anna Hansen-Aas"),
    ("hansen-aas", "Anna Hansen Aas"),
    ("o'brien", "Pat O’Brien"),
    ("01.02.1950", "født 01.02.1950"),
    ("1.2.1950", "født 01.02.1950"),
    ("1. 2. 1950", "født 01.02.1950"),
    ("1950-02-01", "født 1.2.1950"),
    ("01021950", "født 1/2-1950"),
    ("010250 12345", "01025012345"),
    ("01025012345", "fnr 010250 12345"),
    ("010250", "fnr 010250 12345"),
    ("258.521", "HER-id 258521"),
    ("258521", "HER-id 258.521"),
    ("180/100", "Blodtrykk 180/100"),
    ("5E0A4C1E-7C0A", "5e0a4c1e-7c0a-4a55-9f0b-3b1c6a0d9999"),
    ("5e0a4c1e7c0a4a55", "5e0a4c1e-7c0a-4a55-9f0b-3b1c6a0d9999"),
    ("ﬁre", "fire"),
    ("bø", "Åse Bø"),
]
NOT_FOUND = [
    ("ase", "Åse"),
    ("cahci", "Čáhci"),
    ("krise", "Epikrise"),
    ("anna berg", "Anna Aas"),
    ("2.1.1950", "født 01.02.1950"),
    ("bø", "Bøe"),
    ("...", "..."),
    ("", "hva som helst"),
]


@pytest.mark.parametrize(("question", "text"), FOUND)
def test_a_question_finds(question: str, text: str) -> None:
    assert finds(question, text)


@pytest.mark.parametrize(("question", "text"), NOT_FOUND)
def test_a_question_does_not_find(question: str, text: str) -> None:
    assert not finds(question, text)


MESSAGE = builders.message(7, patient=replace(builders.patient("02014012345"), family_name="Ødegård-Bakke"))


@pytest.mark.parametrize(
    "question",
    [
        *("Kari Ødegård", "bakke kari", "2.1.1940", "02.01.40", "020140", "1940-01-02", "020140 12345"),
        *(str(MESSAGE.envelope.msg_id), "service", "200", "201", "helsefaglig dialog", "DIALOG_HELSEFAGLIG"),
        *("blodtrykk", "180/100", "Henvendelse om pasient"),
    ],
)
def test_a_message_is_found_by_patient_sender_msg_id_and_what_it_says(question: str) -> None:
    said = words.of_message(MESSAGE)
    assert [] == [x for x in words.asked(question) if not any(s.startswith(x) for s in said)]


def test_of_a_very_long_message_patient_and_sender_are_found_all_the_same() -> None:
    part = replace(MESSAGE.parts[0], text=" ".join(f"a{n}" for n in range(2 * words.MOST)))
    said = words.of_message(replace(MESSAGE, parts=(part,), patient=Patient("Aas", born=date(1950, 2, 1))))
    assert (words.MOST, True, True) == (len(said), "aas" in said, "01021950" in said)


@given(st.text())
def test_words_are_letters_and_digits_and_a_text_finds_itself(text: str) -> None:
    said = words.of(text)
    assert [] == [x for x in said if not x.isalnum() or len(x) > words.LONGEST]
    assert [] == [x for x in words.asked(text) if x not in said]
