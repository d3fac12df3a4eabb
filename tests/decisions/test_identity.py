"""What a national number looks like (HIS 1001), and that a wrong one is a doubt and never a reason to refuse."""

from datetime import date

import pytest

from hub import identity, intake
from hub.identity import Form
from hub.message import Code, Ident, Patient
from tests import builders

FORMS = {
    "a birth number": ("01018000010", Form("FNR")),
    "a D-number": ("41018000010", Form("DNR")),
    "a local help number": ("01418000010", Form("HNR")),
    "a local help number of a D-number's kind": ("41418000010", Form("HNR")),
    "a synthetic number": ("01818000010", Form("FNR", synthetic=True)),
    "a synthetic D-number": ("41928000010", Form("DNR", synthetic=True)),
    "a common help number that begins with 8": ("80000000004", Form("FHN")),
    "one that begins with 9": ("99999999999", Form("FHN")),
    "no such day": ("32018000010", None),
    "no such day of a D-number": ("72018000010", None),
    "no such month": ("01138000010", None),
    "no such month of a synthetic number": ("01938000010", None),
    "too short": ("0101800001", None),
    "a word": ("ukjent", None),
}


@pytest.mark.parametrize(("number", "form"), FORMS.values(), ids=FORMS)
def test_the_date_part_tells_what_kind_of_number_it_is(number: str, form: Form | None) -> None:
    assert form == identity.form(number)


@pytest.mark.parametrize("number", ["02013299997", "30108299920", "30108299939", "02013299903", "02013299806"])
def test_the_published_numbers_of_2032_are_birth_numbers_beyond_doubt(number: str) -> None:
    assert (Form("FNR"), False) == (identity.form(number), identity.doubtful(number, "FNR"))


@pytest.mark.parametrize(
    ("written", "plain"),
    {
        "058176 11224": "05817611224",
        "05.81.76-11224": "05817611224",
        "0581761122": None,
        "058176112245": None,
        "0581761122a": None,
        "": None,
    }.items(),
)
def test_a_number_may_be_spaced_as_people_write_it(written: str, plain: str | None) -> None:
    assert plain == identity.plain(written)


@pytest.mark.parametrize(
    ("written", "type", "doubtful"),
    [
        ("05817611224", "FNR", False),
        ("058176 11224", "FNR", False),
        ("80000000004", "FHN", False),
        ("05817611225", "FNR", True),  # a wrong control digit
        ("05817611224", "DNR", True),  # a right number of another kind
        ("0581761122", "FNR", True),
    ],
)
def test_a_number_is_doubtful_when_it_cannot_be_what_it_is_said_to_be(written: str, type: str, doubtful: bool) -> None:
    assert doubtful == identity.doubtful(written, type)


@pytest.mark.parametrize(
    ("number", "events"),
    [("05817611224", ["message.accepted"]), ("05817611225", ["message.accepted", "message.doubted"])],
)
def test_a_wrong_number_is_accepted_and_leaves_a_line_in_the_journal(number: str, events: list[str]) -> None:
    patient = Patient("Aas", "", "Hanne", date(1976, 1, 5), "2", (Ident(number, Code("FNR")),))
    change = intake.judge(builders.message(patient=patient), builders.order(), builders.TUESDAY)
    assert events == [e.event for e in change.entries]
    assert [()] == [o.document.faults for o in change.outgoing]
