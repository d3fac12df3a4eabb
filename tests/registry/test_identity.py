"""National numbers carry control digits by either rule, and some of them tell a birth date."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import identity

# The vectors that the Norwegian Tax Administration publishes for 2032, with what the first control sum leaves.
FROM_2032 = [
    ("02013299997", 0),
    ("30108299920", 0),
    ("30108299939", 1),
    ("02013299903", 2),
    ("02013299806", 0),
]


@pytest.mark.parametrize(("number", "remainder"), FROM_2032)
def test_every_published_vector_of_the_2032_rule_fits(number: str, remainder: int) -> None:
    assert identity.fits(number)


@pytest.mark.parametrize(("number", "remainder"), FROM_2032)
def test_a_number_that_only_fits_the_2032_rule_tells_no_birth_date(number: str, remainder: int) -> None:
    assert (remainder == 0) == (identity.born(number) is not None)


@pytest.mark.parametrize(
    "number",
    [
        "02013299996",  # the last digit is one off: the second control sum must leave 0 by both rules
        "02013299990",
        "30108299946",  # the first control sum leaves 2, the second 1
        "11111111111",
        "0201329999",  # ten digits
        "020132999970",  # twelve
        "0201329999a",
        "０２０１３２９９９９７",  # digits, but not those of ASCII
        "",
    ],
)
def test_other_numbers_do_not_fit(number: str) -> None:
    assert not identity.fits(number)
    assert identity.born(number) is None


@pytest.mark.parametrize("remainder", range(11))
def test_the_first_control_sum_may_leave_0_to_3_and_nothing_else(remainder: int) -> None:
    assert (remainder <= 3) == identity.fits(controlled("010190", range(10, 40), remainder))


@pytest.mark.parametrize(
    ("six", "individuals", "born"),
    [
        ("010100", range(0, 10), date(1900, 1, 1)),
        ("311299", range(499, 480, -1), date(1999, 12, 31)),
        ("010155", range(500, 510), date(1855, 1, 1)),
        ("010199", range(749, 740, -1), date(1899, 1, 1)),
        ("010140", range(900, 910), date(1940, 1, 1)),
        ("010199", range(999, 990, -1), date(1999, 1, 1)),
        ("010100", range(500, 510), date(2000, 1, 1)),
        ("290200", range(500, 510), date(2000, 2, 29)),
        ("311239", range(999, 990, -1), date(2039, 12, 31)),
        ("410180", range(10, 20), date(1980, 1, 1)),  # D-number: 40 is added to the day
        ("711280", range(10, 20), date(1980, 12, 31)),
        ("014180", range(10, 20), date(1980, 1, 1)),  # local help number: 40 is added to the month
        ("015280", range(10, 20), date(1980, 12, 1)),
        ("018180", range(10, 20), date(1980, 1, 1)),  # synthetic: 80 is added to the month
        ("419280", range(10, 20), date(1980, 12, 1)),  # synthetic D-number
    ],
)
def test_the_century_follows_from_the_individual_number(six: str, individuals: range, born: date) -> None:
    assert born == identity.born(controlled(six, individuals))


@pytest.mark.parametrize(
    ("six", "individuals"),
    [
        ("010154", range(500, 510)),  # 500-749 begins with 1855
        ("010150", range(800, 810)),  # 750-899 is for 2000-2039 only
        ("290201", range(500, 510)),  # no leap year
        ("320180", range(10, 20)),
        ("011380", range(10, 20)),
        ("009380", range(10, 20)),
        ("810180", range(10, 20)),  # shared help numbers (FHN) have no date in them
        ("910180", range(10, 20)),
    ],
)
def test_a_number_with_no_such_date_fits_and_tells_none(six: str, individuals: range) -> None:
    number = controlled(six, individuals)
    assert identity.fits(number)
    assert identity.born(number) is None


@given(st.text() | st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_whatever_tells_a_birth_date_fits(number: str) -> None:
    assert identity.born(number) is None or identity.fits(number)


@pytest.mark.parametrize(
    ("number", "fits"),
    [("100000008", True), ("100000016", True), ("100000017", False), ("10000001", False), ("10000001x", False)],
)
def test_an_organisation_number_is_nine_digits_with_a_control_digit(number: str, fits: bool) -> None:
    assert fits == identity.organisation_fits(number)


def controlled(six: str, individuals: range, remainder: int = 0) -> str:
    """A number with the first individual number whose control digits exist; the first sum leaves `remainder`."""
    for individual in individuals:
        nine = f"{six}{individual:03}"
        weighed = sum(w * int(d) for w, d in zip((3, 7, 6, 1, 8, 9, 4, 5, 2), nine, strict=True))
        ten = f"{nine}{(remainder - weighed) % 11}"
        second = -sum(w * int(d) for w, d in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2), ten, strict=False)) % 11
        if len(ten) == 10 and second != 10:
            return f"{ten}{second}"
    raise AssertionError(f"no control digits for {six}")
