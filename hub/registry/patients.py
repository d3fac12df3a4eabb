"""The list of patients: hundreds of thousands of rows, so each is checked by hand and what is equal is kept once.

Reasons never quote a row: it may hold a name or a national number, and reasons end up in logs.
"""

import csv
import gc
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from sys import intern
from typing import NoReturn

from hub import identity
from hub.directory import Directory, Flag, InboxId, InboxKind, Listing, Person, PersonId
from hub.errors import BadConfiguration
from hub.message import HerId
from hub.registry import source
from hub.registry.problem import Problem, refuse

COLUMNS = ("national_id", "family_name", "given_name", "gp", "pht", "services", "flags", "language")

# A last column that is needed only for numbers that tell no birth date.
BORN = "born"

# A list of which more than this part is another is read whole.
MOST_CHANGES = 0.2

LANGUAGE = re.compile(r"[a-z]{2,3}")


class _Wrong(Exception):
    """A cell that cannot be used."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


@dataclass(frozen=True, slots=True)
class _Changed:
    """Lines of a file that are new, with their numbers, and those that are gone."""

    fresh: Mapping[bytes, int]
    gone: AbstractSet[bytes]


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom a row may name: people with an inbox of their own, and the teams."""

    doctors: Mapping[str, Person]
    teams: Mapping[tuple[str, str], InboxId]


@dataclass(frozen=True, slots=True)
class Before:
    """A list as it was read a while ago: what the file held, and what came of it."""

    raw: bytes
    listings: Mapping[str, Listing]


def read(path: Path, directory: Directory, before: Before | None = None) -> Mapping[str, Listing]:
    """The patients by national number; of a list that was read before only the lines that are new.

    Raises BadConfiguration when the file cannot be read, its header is another, or a row cannot be used.
    """
    with _undisturbed():
        known = _known(directory)
        changed = _changed(before, source.raw(path), known) if before else None
        return _altered(path, before, changed, known) if before and changed else _read(path, known)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Nothing that is made here ends soon or in a circle; to look for that all the time takes a third of it."""
    looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looking:
            gc.enable()


def _changed(before: Before, raw: bytes, known: _Known) -> _Changed | None:
    """The lines that are new and those that are gone; None when all of it is better read anew."""
    if raw == before.raw:
        fresh, gone = {}, set[bytes]()
    elif b'"' in raw or b'"' in before.raw:
        # In quotation marks a row may have many lines.
        return None
    else:
        was, is_ = before.raw.splitlines(), raw.splitlines()
        old, new = set(was), set(is_)
        if len(new) != len(is_) or was[:1] != is_[:1]:
            # The same line twice, which is to be told; or other columns.
            return None
        fresh = {line: n for n, line in enumerate(is_, 1) if line not in old and line.strip()}
        gone = {line for line in old - new if line.strip()}
    if len(fresh) + len(gone) > MOST_CHANGES * len(before.listings):
        return None
    # What is known may be less than it was, also for whoever stands on the same line as before.
    named = {(x.gp, x.practice, x.pht) for x in before.listings.values()}
    if all(_stands(known, *names) for names in named):
        return _Changed(fresh, gone)
    return None


def _stands(known: _Known, gp: PersonId, practice: HerId, pht: InboxId | None) -> bool:
    doctor = known.doctors.get(gp)
    return doctor is not None and doctor.practice == practice and (pht is None or (practice, pht) in known.teams)


def _altered(path: Path, before: Before, changed: _Changed, known: _Known) -> Mapping[str, Listing]:
    """The list with some lines taken away and others added."""
    if not changed.fresh and not changed.gone:
        return before.listings
    header = next(_cells(before.raw.splitlines()[:1]))
    try:
        gone, rows = list(_cells(changed.gone)), list(_cells(changed.fresh))
    except (csv.Error, UnicodeDecodeError):
        rows = [[]]
    if all(len(row) == len(header) for row in rows):
        listings = dict(before.listings)
        for row in gone:
            del listings[row[0].strip()]
        with suppress(BadConfiguration):
            return _added(path, listings, zip(changed.fresh.values(), rows, strict=True), known)
    # Whoever reads all of it can say what is wrong, and where.
    return _read(path, known)


def _cells(lines: Iterable[bytes]) -> Iterator[list[str]]:
    return csv.reader((line.decode("utf-8-sig") for line in lines), delimiter=";", strict=True)


def _read(path: Path, known: _Known) -> dict[str, Listing]:
    return _added(path, {}, _rows(path), known)


def _added(
    path: Path, listings: dict[str, Listing], rows: Iterable[tuple[int, list[str]]], known: _Known
) -> dict[str, Listing]:
    problems = []
    for line, row in rows:
        try:
            listing = _listing(row, known)
            if listing.national_id in listings:
                _twice(path, listing.national_id)
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
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=";", strict=True)
            width = _width(path, next(reader, []))
            for row in reader:
                if row and len(row) != width:
                    reason = f"has {len(row)} columns where the header has {width}"
                    raise BadConfiguration(str(path), f"line {reader.line_num}", reason)
                if row:
                    yield reader.line_num, row
    except csv.Error as wrong:
        raise BadConfiguration(str(path), f"line {reader.line_num}", f"this is not CSV: {wrong}") from None
    except (OSError, UnicodeDecodeError):
        # Whoever reads it whole can say what is wrong with it, and where.
        source.text(path)
        raise


def _width(path: Path, header: list[str]) -> int:
    if tuple(header) not in (COLUMNS, (*COLUMNS, BORN)):
        reason = f"the header must be {';'.join(COLUMNS)}, with ;{BORN} after it if need be"
        raise BadConfiguration(str(path), "line 1", reason)
    return len(header)


def _twice(path: Path, number: str) -> NoReturn:
    first = next(line for line, row in _rows(path) if row[0].strip() == number)
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
    return _once(told or _empty(BORN, "the number tells no birth date; write it such as 1956-07-06"))


@lru_cache(maxsize=65_536)
def _once(day: date) -> date:
    """The first of all dates that are equal: many patients are born on the same day."""
    return day


@lru_cache(maxsize=65_536)
def _date(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise _Wrong(BORN, "must be a date such as 1956-07-06") from None


def _team(pht: str, doctor: Person, known: _Known) -> InboxId:
    if found := known.teams.get((doctor.practice, pht)):
        return found
    here = [team for practice, team in known.teams if practice == doctor.practice]
    _unknown("pht", "inbox of kind pht at the GP's practice", here)


@lru_cache(maxsize=1024)
def _services(written: str) -> tuple[str, ...]:
    return tuple(intern(x.strip()) for x in written.split(",") if x.strip())


@lru_cache(maxsize=1024)
def _flags(written: str) -> frozenset[Flag]:
    try:
        return frozenset(Flag(x.strip()) for x in written.split(",") if x.strip())
    except ValueError:
        raise _Wrong("flags", f"must be some of {', '.join(Flag)}, with commas between, or nothing") from None


@lru_cache(maxsize=64)
def _language(written: str) -> str:
    if not LANGUAGE.fullmatch(written):
        raise _Wrong("language", 'must be a language code of small letters such as "nb", "nn" or "se"')
    return intern(written)


def _empty(column: str, reason: str = "must not be empty") -> NoReturn:
    raise _Wrong(column, reason)


def _unknown(column: str, thing: str, known: Iterable[str]) -> NoReturn:
    raise _Wrong(column, f"there is no such {thing}; known: {', '.join(known) or 'none'}")
