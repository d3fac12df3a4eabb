"""The schema files are complete, described, and find each other without a network."""

import re
from itertools import product
from pathlib import Path

import pytest
from lxml import etree

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
XS = "{http://www.w3.org/2001/XMLSchema}"
CATALOGUE = SCHEMAS / "catalogue.xsd"
FILES = sorted(path for path in SCHEMAS.rglob("*.xsd") if path != CATALOGUE)

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SCHEMAS).as_posix())


def imports(path: Path) -> dict[Path, str]:
    """The files a schema imports, and the namespace it expects in each."""
    found = etree.parse(str(path)).getroot().iter(f"{XS}import")
    return {(path.parent / one.attrib["schemaLocation"]).resolve(): one.attrib["namespace"] for one in found}


def namespace(path: Path) -> str:
    return str(etree.parse(str(path)).getroot().get("targetNamespace"))


def described() -> dict[str, tuple[str, str, str]]:
    """The rows of the README's table: namespace, version and source by file."""
    text = (SCHEMAS / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+\.xsd)` \| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", text, flags=re.MULTILINE)
    return {file: (uri, version, source) for file, uri, version, source in rows}


def test_there_are_schemas() -> None:
    """No test below is true only because it found no file."""
    assert len(FILES) > 0


def test_the_readme_lists_every_file_with_its_namespace() -> None:
    """The README names exactly the files that exist, and their target namespaces."""
    expected = {path.relative_to(SCHEMAS).as_posix(): namespace(path) for path in FILES}
    assert expected == {file: uri for file, (uri, _, _) in described().items()}


@every_file
def test_the_readme_gives_the_version_of_the_folder(path: Path) -> None:
    """A file lies in <standard>/<version>/, and the README says that version."""
    _standard, version, _file = path.relative_to(SCHEMAS).parts
    assert version == described()[path.relative_to(SCHEMAS).as_posix()][1].split()[0]


def test_the_catalogue_imports_every_file_by_its_namespace() -> None:
    """The catalogue knows exactly the files that exist."""
    assert {path: namespace(path) for path in FILES} == imports(CATALOGUE)


def test_the_catalogue_declares_nothing() -> None:
    """The catalogue is a shell without a namespace that holds imports only."""
    root = etree.parse(str(CATALOGUE)).getroot()
    tags = {child.tag for child in root.iterchildren(etree.Element)}
    assert (None, {f"{XS}import"}) == (root.get("targetNamespace"), tags)


@every_file
def test_a_file_imports_files_of_this_folder_only(path: Path) -> None:
    """Every schema location is relative, leads to a file here, and to the namespace it promises."""
    assert {other: namespace(other) for other in imports(path) if other in FILES} == imports(path)


@every_file
def test_a_file_is_utf_8_and_says_who_wrote_it(path: Path) -> None:
    """A file declares UTF-8, is UTF-8, holds no DOCTYPE, and says that it is not the official one."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    assert "<!DOCTYPE" not in text
    assert "Written by this project; see schemas/README.md." in text


@every_file
def test_no_pattern_differs_from_the_standard_or_repeats_a_repetition(path: Path) -> None:
    """Each oid pattern takes what the standard's takes, and no other pattern needs care."""
    patterns = {one.get("value") for one in etree.parse(str(path)).iter(f"{XS}pattern")}
    assert patterns <= {r"\d+(\.\d+)*", "true|false"}


def test_our_oid_pattern_takes_what_the_pattern_of_the_standard_takes() -> None:
    """Up to eight signs of digits, dots and others there is no text on which the two disagree."""
    ours, standard = re.compile(r"\d+(\.\d+)*"), re.compile(r"(\d+\.?)*\d+")
    texts = ("".join(signs) for length in range(9) for signs in product("1.a", repeat=length))
    differing = [text for text in texts if bool(ours.fullmatch(text)) != bool(standard.fullmatch(text))]
    assert not differing
