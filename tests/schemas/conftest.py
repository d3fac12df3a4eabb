"""The two validators over the one schema set, each built once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

Verdict = Callable[[str], bool]


@pytest.fixture(scope="session")
def catalogue() -> Path:
    """Where the driver schema lies."""
    return Path(__file__).resolve().parents[2] / "schemas" / "catalogue.xsd"


@pytest.fixture(scope="session")
def libxml2(catalogue: Path) -> etree.XMLSchema:
    """The schema that decides."""
    return etree.XMLSchema(file=str(catalogue))


@pytest.fixture(scope="session")
def valid_by_libxml2(libxml2: etree.XMLSchema) -> Verdict:
    """The verdict of the schema that decides."""
    return lambda document: bool(libxml2.validate(etree.fromstring(document)))


@pytest.fixture(scope="session")
def valid_by_xmlschema(catalogue: Path) -> Verdict:
    """The verdict of the schema that explains."""
    # Without use_fallback=False, xmlschema loads an XHTML schema of its own as soon as a lax wildcard
    # meets XHTML, and then refuses what the standard and libxml2 let through.
    return xmlschema.XMLSchema(str(catalogue), allow="local", use_fallback=False).is_valid


@pytest.fixture(params=["libxml2", "xmlschema"])
def valid(request: pytest.FixtureRequest) -> Verdict:
    """The verdict of each in turn."""
    verdict: Verdict = request.getfixturevalue(f"valid_by_{request.param}")
    return verdict


@pytest.fixture(scope="session")
def blamed(libxml2: etree.XMLSchema) -> Callable[[str], str | None]:
    """The name of the element libxml2 blames first, None for a valid document."""

    def first(document: str) -> str | None:
        if libxml2.validate(etree.fromstring(document)):
            return None
        found = re.match(r"Element '(?:\{[^}]*\})?([^']+)'", libxml2.error_log[0].message)
        return found.group(1) if found else "?"

    return first
