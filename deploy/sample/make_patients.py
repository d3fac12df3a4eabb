"""Writes patients.csv: 8,100 invented people, the same ones every time.

    python deploy/sample/make_patients.py > deploy/sample/patients.csv

Nobody here exists. Every number is synthetic: 80 is added to the month, as in the Norwegian Tax
Administration's test data, so that it can never be a real person's. Only `Random.random` is drawn from,
because Python promises that it gives the same row of numbers for a seed in every version.
"""

import csv
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple, TextIO, TypeVar

T = TypeVar("T")

SEED = 20260101
LIST = 1350
TODAY = date(2026, 1, 1)
COLUMNS = ("national_id", "family_name", "given_name", "gp", "pht", "services", "flags", "language")
GPS = ("nora.nordli", "ante.somby", "ingrid.haugen", "lars.berglund", "maret.haetta", "johan.fjellstad")
TEAM = "primaerhelseteam"

# One in this many patients in each age group has municipal services: about a tenth of all, most of them old.
WITH_SERVICES = ((20, 100), (50, 30), (67, 12), (80, 4), (130, 1.5))

# How many people, of a thousand, there are below each age.
AGES = ((10, 105), (20, 225), (30, 345), (40, 475), (50, 605), (60, 735), (70, 850), (80, 945), (90, 990), (102, 1000))

SERVICES = {
    "young": ("avlastning", "støttekontakt", "psykisk helsetjeneste"),
    "grown": ("hjemmesykepleie", "psykisk helsetjeneste", "praktisk bistand", "omsorgsbolig", "rustjeneste"),
    "old": ("hjemmesykepleie", "trygghetsalarm", "praktisk bistand", "dagsenter", "omsorgsbolig", "sykehjem"),
}
LANGUAGES = ("en", "pl", "uk", "ar", "ti", "so", "lt", "fa")

WOMEN = (
    *("Anne", "Inger", "Kari", "Marit", "Ingrid", "Liv", "Eva", "Berit", "Astrid", "Hilde", "Anna", "Solveig"),
    *("Marianne", "Randi", "Ida", "Nina", "Maria", "Elisabeth", "Kristin", "Bente", "Heidi", "Silje", "Hanne", "Linda"),
    *("Tone", "Tove", "Camilla", "Gerd", "Anita", "Wenche", "Ragnhild", "Ellen", "Julie", "Emma", "Nora", "Thea"),
    *("Sara", "Frida", "Sofie", "Maja", "Ella", "Vilde", "Elle", "Máret", "Risten", "Sunná", "Ánne", "Ravna", "Biret"),
)  # fmt: skip
MEN = (
    *("Jan", "Per", "Bjørn", "Ole", "Lars", "Kjell", "Knut", "Arne", "Thomas", "Hans", "Geir", "Tor", "Morten"),
    *("Terje", "Odd", "Erik", "Martin", "Andreas", "John", "Anders", "Rune", "Tore", "Daniel", "Jon", "Kristian"),
    *("Magnus", "Henrik", "Jonas", "Emil", "Oliver", "Jakob", "Noah", "Filip", "Isak", "Øyvind", "Sondre", "Sivert"),
    *("Håkon", "Leif", "Åge", "Einar", "Sverre", "Ánte", "Máhtte", "Niillas", "Áilu", "Issát", "Mihkkal", "Jovnna"),
)  # fmt: skip
FAMILIES = (
    *("Hansen", "Johansen", "Olsen", "Larsen", "Andersen", "Pedersen", "Nilsen", "Kristiansen", "Jensen", "Karlsen"),
    *("Johnsen", "Pettersen", "Eriksen", "Berg", "Haugen", "Hagen", "Johannessen", "Andreassen", "Jacobsen", "Dahl"),
    *("Jørgensen", "Halvorsen", "Henriksen", "Lund", "Sørensen", "Jakobsen", "Moen", "Gundersen", "Iversen", "Strand"),
    *("Solberg", "Svendsen", "Eide", "Knutsen", "Martinsen", "Paulsen", "Bakken", "Kristoffersen", "Mathisen", "Lie"),
    *("Amundsen", "Nguyen", "Rasmussen", "Ali", "Lunde", "Solheim", "Berge", "Moe", "Nygård", "Bakke", "Fredriksen"),
    *("Holm", "Lien", "Hauge", "Christensen", "Knudsen", "Nilsson", "Evensen", "Sæther", "Aas", "Myhre", "Hætta"),
    *("Sara", "Somby", "Eira", "Gaup", "Utsi", "Bongo", "Buljo", "Guttorm", "Balto", "Varsi", "Porsanger", "Anti"),
)  # fmt: skip


class Row(NamedTuple):
    """One line of the file, in the order of COLUMNS."""

    national_id: str
    family_name: str
    given_name: str
    gp: str
    pht: str = ""
    services: str = ""
    flags: str = ""
    language: str = "nb"


def people() -> list[Row]:
    """All patients, by family name; the same ones every time."""
    rng = Random(SEED)
    taken: set[str] = set()
    rows = [_person(rng, gp, taken) for gp in GPS for _ in range(LIST)]
    return sorted(_flagged(rng, rows), key=lambda row: (row.family_name, row.given_name, row.national_id))


def write(out: TextIO) -> None:
    """The whole file."""
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(people())


def _person(rng: Random, gp: str, taken: set[str]) -> Row:
    born = _born(rng)
    woman = rng.random() < 0.5
    number = next(n for n in _numbers(rng, born, woman) if n not in taken)
    taken.add(number)
    services = _services(rng, (TODAY - born).days // 365)
    return Row(
        number,
        _one(rng, FAMILIES),
        _one(rng, WOMEN if woman else MEN),
        gp,
        TEAM if services else "",
        ",".join(services),
        language=_language(rng),
    )


def _born(rng: Random) -> date:
    of_thousand = 1000 * rng.random()
    below, share, last_age, last_share = AGES[0][0], AGES[0][1], 0, 0
    for below, share in AGES:
        if of_thousand < share:
            break
        last_age, last_share = below, share
    years = last_age + (below - last_age) * (of_thousand - last_share) / (share - last_share)
    return TODAY - timedelta(days=1 + int(years * 365.25))


def _numbers(rng: Random, born: date, woman: bool) -> Iterator[str]:
    """Synthetic numbers for a birth date (HIS 1001): the ninth digit is even for women; one in 100 is a D-number."""
    day = born.day + 40 * (rng.random() < 0.01)
    first = 500 if born.year >= 2000 else 0
    while True:
        individual = first + 2 * int(rng.random() * 249) + (not woman)
        number = _controlled(f"{day:02}{born.month + 80:02}{born.year % 100:02}{individual:03}")
        if number:
            yield number


def _controlled(nine: str) -> str:
    """The nine digits with both control digits, or "" when one of them would be 10."""
    digits = [int(d) for d in nine]
    for weights in ((3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)):
        control = -sum(w * d for w, d in zip(weights, digits, strict=True)) % 11
        if control == 10:
            return ""
        digits.append(control)
    return "".join(map(str, digits))


def _services(rng: Random, age: int) -> tuple[str, ...]:
    rare = next(one_in for below, one_in in WITH_SERVICES if age < below)
    if rng.random() * rare >= 1:
        return ()
    offered = SERVICES["young" if age < 20 else "grown" if age < 67 else "old"]
    first, second = _one(rng, offered), _one(rng, offered)
    return (first,) if first == second or rng.random() < 0.5 else (first, second)


def _language(rng: Random) -> str:
    share = rng.random()
    if share < 0.90:
        return "nb"
    if share < 0.94:
        return "nn"
    return "se" if share < 0.97 else _one(rng, LANGUAGES)


def _flagged(rng: Random, rows: list[Row]) -> Iterator[Row]:
    """Marks: three are met by management, twelve are protected, many who speak another language need an interpreter."""
    grown = [n for n, row in enumerate(rows) if "30" <= row.national_id[4:6] < "95" and not row.pht]
    management = {_one(rng, grown) for _ in range(3)}
    protected = {_one(rng, grown) for _ in range(12)} - management
    for n, row in enumerate(rows):
        interpreter = row.language in LANGUAGES and rng.random() < 0.7
        marks = (("management", n in management), ("protected", n in protected), ("interpreter", interpreter))
        yield row._replace(flags=",".join(flag for flag, holds in marks if holds))


def _one(rng: Random, among: Sequence[T]) -> T:
    return among[int(rng.random() * len(among))]


if __name__ == "__main__":
    # Whatever the terminal's encoding and the system's line ends are, the file is UTF-8 with plain ones.
    with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False) as out:
        write(out)
