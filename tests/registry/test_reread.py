"""A list of patients that changed a little is read as if it were read whole, only faster."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import resources
from hub.directory import Directory, Listing
from hub.errors import BadConfiguration
from hub.registry import Before, patients
from tests import centre

FOLDER = resources.folder("sample")
RAW = b"\n".join((FOLDER / "patients.csv").read_bytes().splitlines()[:200]) + b"\n"

# What people do to a line of the list, and what goes wrong then.
EDITS = {
    "another language": lambda line: line.rsplit(b";", 1)[0] + b";nn",
    "another name": lambda line: line.replace(b";", b";Ny-", 1),
    "nobody's GP": lambda line: b";".join([*line.split(b";")[:3], b"nobody", *line.split(b";")[4:]]),
    "a wrong number": lambda line: b"12345678901" + line[11:],
    "a column too many": lambda line: line + b";x;y",
    "a column too few": lambda line: line.rsplit(b";", 1)[0],
    "quotation marks": lambda line: b'"' + line.replace(b";", b'";', 1),
    "an open quotation mark": lambda line: b'"' + line,
    "no UTF-8": lambda line: line.replace(b";", b"\xe5;", 1),
    "gone": lambda line: b"",
    "blanks around": lambda line: line.replace(b";", b" ; ", 1),
    "twice": lambda line: line + b"\n" + line,
    "twice, once otherwise": lambda line: line + b"\n" + line + b"n",
}


def read(path: Path, raw: bytes, who: Directory, before: Before | None) -> Mapping[str, Listing] | tuple[str, ...]:
    """The list, or all that is wrong with it."""
    path.write_bytes(raw)
    try:
        return patients.read(path, who, before)
    except BadConfiguration as wrong:
        return (str(wrong), *getattr(wrong, "__notes__", ()))


@pytest.fixture(scope="module")
def who() -> Directory:
    return centre.configuration(FOLDER).directory


@pytest.fixture(scope="module")
def before(who: Directory, tmp_path_factory: pytest.TempPathFactory) -> Before:
    path = tmp_path_factory.mktemp("before") / "patients.csv"
    found = read(path, RAW, who, None)
    assert isinstance(found, Mapping)
    return Before(RAW, found)


@dataclass(frozen=True)
class Place:
    """The directory and the list as they were, and a file; told in a word when a test fails."""

    who: Directory = field(repr=False)
    before: Before = field(repr=False)
    path: Path


@pytest.fixture(scope="module")
def place(who: Directory, before: Before, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(who, before, tmp_path_factory.mktemp("list") / "patients.csv")


@given(
    edits=st.lists(st.tuples(st.integers(1, 199), st.sampled_from(sorted(EDITS))), max_size=6),
    ending=st.sampled_from((b"\n", b"\r\n")),
    shuffled=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_only_the_lines_that_changed_are_read_and_all_is_as_if_it_were_read_whole(
    place: Place, edits: list[tuple[int, str]], ending: bytes, shuffled: bool
) -> None:
    lines = RAW.splitlines()
    for n, edit in edits:
        lines[n] = EDITS[edit](lines[n]) if lines[n] else b""
    if shuffled:
        lines[1:] = random.Random(len(edits)).sample(lines[1:], len(lines) - 1)
    raw = ending.join(lines)
    assert read(place.path, raw, place.who, None) == read(place.path, raw, place.who, place.before)


def test_a_line_that_stands_as_it_was_is_told_when_its_gp_has_left(
    who: Directory, before: Before, tmp_path: Path
) -> None:
    gone = next(iter(before.listings.values())).gp
    left = replace(who, people={id: p for id, p in who.people.items() if id != gone})
    path = tmp_path / "patients.csv"
    told = read(path, RAW, left, before)
    assert isinstance(told, tuple)
    assert told == read(path, RAW, left, None)
    assert "there is no such person" in told[0]


def test_a_list_that_did_not_change_is_the_very_same(who: Directory, before: Before, tmp_path: Path) -> None:
    assert before.listings is read(tmp_path / "patients.csv", RAW, who, before)


def test_of_a_list_that_changed_a_little_all_others_are_the_very_same(
    who: Directory, before: Before, tmp_path: Path
) -> None:
    lines = RAW.splitlines()
    lines[7] = EDITS["another language"](lines[7])
    found = read(tmp_path / "patients.csv", b"\n".join(lines), who, before)
    assert isinstance(found, Mapping)
    other = [n for n, listing in before.listings.items() if found[n] is not listing]
    assert [lines[7].split(b";")[0].decode()] == other
    assert "nn" == found[other[0]].language
