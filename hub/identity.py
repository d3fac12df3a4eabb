"""Numbers that identify people and organisations: their control digits, and the birth date some of them tell."""

from dataclasses import dataclass
from datetime import date
from operator import mul

# HIS 1001: the control digits weigh 1, and each weighted sum is a multiple of 11.
FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
ORGANISATION = (3, 2, 7, 6, 5, 4, 3, 2, 1)

# Numbers issued from 2032 on may leave any of these after the first control sum; the second must still leave 0.
FROM_2032 = (0, 1, 2, 3)

# D-numbers add 40 to the day; help numbers of one issuer (HNR) add 40 to the month, synthetic numbers 80.
D_NUMBER = range(41, 72)
LOCAL_HELP_NUMBER = range(41, 53)
SYNTHETIC = range(81, 93)

# A shared help number (FHN) starts with one of these and has no date in it.
SHARED_HELP_NUMBER = ("8", "9")


# The numbers that identify a person to everybody; an H-number does so to its issuer only.
NATIONAL = ("FNR", "DNR", "FHN")

# What may stand between the digits where people write a number.
_BETWEEN = str.maketrans("", "", " .-\t\n\r\u00a0")


@dataclass(frozen=True, slots=True)
class Form:
    """What a number looks like: FNR, DNR, HNR or FHN, and whether it is a made-up one for tests.

    A local help number (HNR) and a test number of some systems both add 40 to the month, so that alone tells nothing
    about tests; the national test numbers add 80.
    """

    type: str
    synthetic: bool = False


def plain(written: str) -> str | None:
    """The eleven digits of a national number, however they are spaced, or None when there are not as many.

    Whether the control digits fit is another matter: a wrong one alone is no reason to turn a message away.
    """
    number = written.translate(_BETWEEN)
    return number if _digits(number, 11) else None


def form(number: str) -> Form | None:
    """What eleven digits look like by their date part (HIS 1001), or None for a day or month that no number has."""
    if not _digits(number, 11):
        return None
    if number[0] in SHARED_HELP_NUMBER:
        return Form("FHN")
    day, month = int(number[:2]), int(number[2:4])
    if _day(day) not in range(1, 32) or _month(month) not in range(1, 13):
        return None
    if month in LOCAL_HELP_NUMBER:
        return Form("HNR")
    return Form("DNR" if day in D_NUMBER else "FNR", synthetic=month in SYNTHETIC)


def doubtful(written: str, type: str) -> bool:
    """Whether a number that is said to be of a type (FNR, DNR, HNR, FHN) cannot be one as it stands (E31).

    Its digits are too few or too many, the control digits are wrong, or it looks like another type's.
    """
    number = plain(written)
    found = form(number) if number and fits(number) else None
    return found is None or found.type != type


def fits(number: str) -> bool:
    """Whether a national number (FNR, DNR, HNR, FHN) has right control digits, by HIS 1001 or the rule from 2032.

    The date part is not looked at: shared help numbers have none. Anything but eleven digits does not fit.
    """
    return _first_remainder(number) in FROM_2032


def born(number: str) -> date | None:
    """The birth date that a number tells by the century table of HIS 1001, or None when it tells none.

    It tells none when the control digits are wrong, in a shared help number (FHN), when there is no such
    date, and when only the rule from 2032 fits, for then the century cannot be derived. A number of the
    new kind whose first control sum happens to leave 0 looks like an old one and is read like one.
    """
    if _first_remainder(number) != 0 or number[0] in SHARED_HELP_NUMBER:
        return None
    year = int(number[4:6])
    century = _century(year, int(number[6:9]))
    try:
        return None if century is None else date(century + year, _month(int(number[2:4])), _day(int(number[:2])))
    except ValueError:
        return None


def organisation_fits(number: str) -> bool:
    """Whether an organisation number is nine digits with a right control digit (modulo 11)."""
    return _digits(number, 9) and _remainder(number, ORGANISATION) == 0


def _first_remainder(number: str) -> int | None:
    """What the first control sum leaves, or None when the number cannot fit by any rule."""
    if not _digits(number, 11):
        return None
    (a, b), (c, d) = _FIRST_THREE[number[:3]], _NEXT_THREE[number[3:6]]
    (e, f), (g, h) = _LAST_THREE[number[6:9]], _CONTROL[number[9:]]
    return None if (b + d + f + h) % 11 else (a + c + e + g) % 11


def _summed(start: int, length: int) -> dict[str, tuple[int, int]]:
    """What each group of digits from a place adds to both control sums: a list has hundreds of thousands of numbers."""
    groups = (f"{n:0{length}}" for n in range(10**length))
    return {group: (_weighed(group, FIRST[start:]), _weighed(group, SECOND[start:])) for group in groups}


def _digits(number: str, length: int) -> bool:
    return len(number) == length and number.isascii() and number.isdecimal()


def _remainder(number: str, weights: tuple[int, ...]) -> int:
    return _weighed(number, weights) % 11


def _weighed(digits: str, weights: tuple[int, ...]) -> int:
    weighed: map[int] = map(mul, weights, map(int, digits))
    return sum(weighed)


def _day(written: int) -> int:
    return written - 40 if written in D_NUMBER else written


def _month(written: int) -> int:
    if written in LOCAL_HELP_NUMBER:
        return written - 40
    return written - 80 if written in SYNTHETIC else written


def _century(year: int, individual: int) -> int | None:
    """The century by the individual number (HIS 1001), or None where the table is empty."""
    if individual < 500:
        return 1900
    if year < 40:
        return 2000
    if individual < 750 and year >= 55:
        return 1800
    return 1900 if individual >= 900 else None


_FIRST_THREE, _NEXT_THREE, _LAST_THREE, _CONTROL = _summed(0, 3), _summed(3, 3), _summed(6, 3), _summed(9, 2)
