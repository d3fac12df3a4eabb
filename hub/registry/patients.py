"""The list of patients: thousands of rows, so each is checked by hand and equal texts are kept once.

Reasons never quote a row: it may hold a name or a national number, and reasons end up in logs.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import StringIO
from pathlib import Path
from sys import intern
from typing import NoReturn

from hub import identity
from hub.directory import Directory, Flag, InboxId, InboxKind, Listing, Person
from hub.errors import BadConfiguration
from hub.registry import source
from hub.registry.problem import Problem, refuse

COLUMNS = ("national_id", "family_name", "given_name", "gp", "pht", "services", "flags", "language")

# A last column that is needed only for numbers that tell no birth date.
BORN = "born"

LANGUAGE = re.compile(r"[a-z]{2,3}")


class _Wrong(Exception):
    """A cell that cannot be used."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom a row may name: people with an inbox of their own, and the teams."""

    doctors: Mapping[str, Person]
    teams: Mapping[tuple[str, str], InboxId]


def read(path: Path, directory: Directory) -> dict[str, Listing]:
    """The patients by national number.

    Raises BadConfiguration when the file cannot be read, its header is another, or a row cannot be used.
    """
    known = _known(directory)
    listings: dict[str, Listing] = {}
    lines: dict[str, int] = {}
    problems = []
    for line, row in _rows(path):
        try:
            listing = _listing(row, known)
            _new(listing.national_id, line, lines)
            listings[listing.national_id] = listing
        except _Wrong as wrong:
            problems.append(Problem(str(path), f"line {line}, {wrong.column}", wrong.reason))
    refuse(problems)
    return listings


def _known(directory: Directory) -> _Known:
    owners = {x.owner for x in directory.inboxes.values() if x.owner}
    teams = (x for x in directory.inboxes.values() if x.kind is InboxKind.PHT)
    return _Known(
        {p.id: p for p in directory.people.values() if p.id in owners},
        {(x.practice, x.id): x.id for x in teams},
    )


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Every row below the header with its line, each with as many cells as the header; empty lines do not count."""
    reader = csv.reader(StringIO(source.text(path), newline=""), delimiter=";", strict=True)
    try:
        width = _width(path, next(reader, []))
        for row in reader:
            if row and len(row) != width:
                reason = f"has {len(row)} columns where the header has {width}"
                raise BadConfiguration(str(path), f"line {reader.line_num}", reason)
            if row:
                yield reader.line_num, row
    except csv.Error as wrong:
        raise BadConfiguration(str(path), f"line {reader.line_num}", f"this is not CSV: {wrong}") from None


def _width(path: Path, header: list[str]) -> int:
    if tuple(header) not in (COLUMNS, (*COLUMNS, BORN)):
        reason = f"the header must be {';'.join(COLUMNS)}, with ;{BORN} after it if need be"
        raise BadConfiguration(str(path), "line 1", reason)
    return len(header)


def _new(number: str, line: int, lines: dict[str, int]) -> None:
    if (first := lines.setdefault(number, line)) != line:
        raise _Wrong("national_id", f"the same number as on line {first}")


def _listing(row: list[str], known: _Known) -> Listing:
    number, family, given, gp, pht, services, flags, language, *born = map(str.strip, row)
    doctor = known.doctors.get(gp) or _unknown("gp", "person with an inbox of their own", known.doctors)
    return Listing(
        national_id=number,
        family_name=intern(family) or _empty("family_name"),
        given_name=intern(given) or _empty("given_name"),
        born=_born(number, "".join(born)),
        practice=doctor.practice,
        gp=doctor.id,
        pht=_team(pht, doctor, known) if pht else None,
        services=_services(services),
        flags=_flags(flags),
        language=_language(language),
    )


def _born(number: str, written: str) -> date:
    told = identity.born(number)
    if told is None and not identity.fits(number):
        raise _Wrong("national_id", "must be eleven digits with right control digits (HIS 1001, or the rule from 2032)")
    if written:
        return _date(written)
    return told or _empty(BORN, "the number tells no birth date; write it such as 1956-07-06")


def _date(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise _Wrong(BORN, "must be a date such as 1956-07-06") from None


def _team(pht: str, doctor: Person, known: _Known) -> InboxId:
    here = [team for practice, team in known.teams if practice == doctor.practice]
    return known.teams.get((doctor.practice, pht)) or _unknown("pht", "inbox of kind pht at the GP's practice", here)


@lru_cache(maxsize=1024)
def _services(written: str) -> tuple[str, ...]:
    return tuple(intern(x.strip()) for x in written.split(",") if x.strip())


@lru_cache(maxsize=1024)
def _flags(written: str) -> frozenset[Flag]:
    try:
        return frozenset(Flag(x.strip()) for x in written.split(",") if x.strip())
    except ValueError:
        raise _Wrong("flags", f"must be some of {', '.join(Flag)}, with commas between, or nothing") from None


def _language(written: str) -> str:
    if not LANGUAGE.fullmatch(written):
        raise _Wrong("language", 'must be a language code of small letters such as "nb", "nn" or "se"')
    return intern(written)


def _empty(column: str, reason: str = "must not be empty") -> NoReturn:
    raise _Wrong(column, reason)


def _unknown(column: str, thing: str, known: Iterable[str]) -> NoReturn:
    raise _Wrong(column, f"there is no such {thing}; known: {', '.join(known) or 'none'}")
