"""The schemas, compiled once per process, and what they say about a document in words of our own.

libxml2's texts quote the document, so only their safe parts are used: names of elements and attributes, and
what the schema expects.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from lxml import etree

from hub.errors import BadConfiguration
from hub.message import Fault
from hub.resources import folder
from hub.wire import tree
from hub.wire.faults import short
from hub.wire.tree import Element

# More faults than this tell nobody more.
MOST_FAULTS = 20

# libxml2's numbers for "no declaration here": a root or a payload that no schema declares.
_UNDECLARED = 1845

# The folder of the site's own set; None for ours.
_place: Path | None = None

_ABOUT = re.compile(r"Element '(?P<element>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: (?P<rest>.*)", re.DOTALL)
_NAMESPACE = re.compile(r"\{[^{}]*\}")

# How libxml2's texts end, and the same in our words; what the groups catch comes from the schema, not the document.
_ENDINGS = tuple(
    (kind, re.compile(pattern, re.DOTALL), en, nb)
    for kind, pattern, en, nb in (
        (
            "unexpected",
            r"This element is not expected\. Expected is (?:one of )?\( (?P<expected>[^()']*) \)\.",
            "{name} is not expected here; expected is {expected}",
            "{name} er ikke ventet her; ventet er {expected}",
        ),
        (
            "unexpected",
            r"This element is not expected\.",
            "{name} is not expected here; nothing more is",
            "{name} er ikke ventet her; det ventes ikke noe mer",
        ),
        (
            "incomplete",
            r"Missing child element\(s\)\. Expected is (?:one of )?\( (?P<expected>[^()']*) \)\.",
            "{name} is not complete; next can be {expected}",
            "{name} er ikke komplett; neste kan være {expected}",
        ),
        (
            "alien attribute",
            r"The attribute '[^']*' is not allowed\.",
            "{name} is an attribute that is not allowed",
            "{name} er et attributt som ikke er tillatt",
        ),
        (
            "lacking attribute",
            r"The attribute '(?P<expected>[^']*)' is required but missing\.",
            "{name} lacks the attribute {expected}",
            "{name} mangler attributtet {expected}",
        ),
        (
            "value",
            r".* is not a valid value of the (?:atomic|list|union) type '(?P<expected>[^']*)'\.",
            "{name} is not a valid {expected}{example}",
            "{name} er ikke en gyldig {expected}{eksempel}",
        ),
        (
            "value",
            r".* is not a valid value of the local (?:atomic|list|union) type\.",
            "{name} has a value that its type does not allow",
            "{name} har en verdi som typen ikke tillater",
        ),
        (
            "value",
            r".* is not accepted by the pattern '(?P<expected>[^']*)'\.",
            "{name} does not follow the pattern {expected}",
            "{name} følger ikke mønsteret {expected}",
        ),
        (
            "value",
            r".* does not match the fixed value constraint '(?P<expected>[^']*)'\.",
            "{name} must be “{expected}”",
            "{name} må være «{expected}»",
        ),
        (
            "value",
            r".* is not an element of the set \{(?P<expected>[^{}]*)\}\.",
            "{name} must be one of {expected}",
            "{name} må være en av {expected}",
        ),
        (
            "text",
            r"Character content other than whitespace is not allowed .*",
            "{name} holds text where only elements are allowed",
            "{name} har tekst der bare elementer er tillatt",
        ),
        (
            "content",
            r"(?:Element|Character) content is not allowed, because .*",
            "{name} must be empty or hold text only",
            "{name} må være tomt eller ha bare tekst",
        ),
        (
            "undeclared",
            r"No matching global (?:element )?declaration available.*",
            "{name} is not an element of any schema that is read",
            "{name} er ikke et element i noe skjema som leses",
        ),
    )
)
_OTHER = (
    "other",
    "{name} does not follow its schema (rule {number} of libxml2)",
    "{name} følger ikke skjemaet sitt (regel {number} i libxml2)",
)

# What a right value looks like, for the types that people get wrong.
_EXAMPLES = {"xs:dateTime": "2026-11-21T10:32:12+01:00", "xs:date": "2026-11-21", "xs:base64Binary": "JVBERi0xLjQK"}


@dataclass(frozen=True, slots=True)
class Complaint:
    """A fault, the element it is about, and of which kind it is (see _ENDINGS); `attribute` is empty for none."""

    fault: Fault
    element: Element
    kind: str
    attribute: str


def use(place: str) -> None:
    """Take the set in this folder from now on, ours when it is empty; said once, before anything is compiled."""
    global _place
    _place = Path(place) if place else None


def file() -> Path:
    """The driver schema, which imports all the others. Raises BadConfiguration."""
    return (_place or folder("schemas")) / "catalogue.xsd"


def schema() -> etree.XMLSchema:
    """The one schema set, in which every payload stands that MsgHead may carry. Raises BadConfiguration."""
    return _compiled(_place)


def faults(root: Element) -> tuple[Fault, ...]:
    """What the schema has against a document, each distinct fault once (T02)."""
    return tuple(complaint.fault for complaint in complaints(root))


def complaints(root: Element) -> list[Complaint]:
    """The same, each with the element that it is about."""
    found: dict[tuple[str, str], Complaint] = {}
    for entry in _entries(root):
        complaint = _complaint(root, entry)
        found.setdefault((complaint.fault.path, complaint.fault.en), complaint)
        if len(found) == MOST_FAULTS:
            break
    return list(found.values())


@cache
def _compiled(_: Path | None) -> etree.XMLSchema:
    place = file()
    try:
        return etree.XMLSchema(file=str(place))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError) as error:
        raise BadConfiguration(str(place), "", f"the schemas cannot be compiled: {error}") from error


def _entries(root: Element) -> Iterator[etree._LogEntry]:
    """What libxml2 logged; it also says no when it fails inside, and that is no pass."""
    validator = schema()
    try:
        valid = validator.validate(root)
    except etree.XMLSchemaValidateError:
        valid = False
    return iter(()) if valid else iter(validator.error_log)


def _complaint(root: Element, entry: etree._LogEntry) -> Complaint:
    about = _ABOUT.fullmatch(entry.message)
    name = _local(about["element"]) if about else short(tree.local(root))
    attribute = _local(about["attribute"] or "") if about else ""
    if attribute:
        name = f"{name}/@{attribute}"
    kind, en, nb, expected = _words(about["rest"] if about else "")
    like = _EXAMPLES.get(expected)
    words = {
        "name": name,
        "expected": _NAMESPACE.sub("", expected).removeprefix("xs:"),
        "example": f", such as {like}" if like else "",
        "eksempel": f", for eksempel {like}" if like else "",
        "number": entry.type,
    }
    element = _element(root, entry.path or "")
    fault = Fault("T02", en.format(**words), nb.format(**words), tree.path(element), entry.line)
    return Complaint(fault, element, kind, attribute)


def _words(said: str) -> tuple[str, str, str, str]:
    """The kind of what libxml2 said, our words for it, and what it expected."""
    for kind, pattern, en, nb in _ENDINGS:
        if found := pattern.fullmatch(said):
            return kind, en, nb, found.groupdict().get("expected", "")
    return *_OTHER, ""


def _local(name: str) -> str:
    return short(_NAMESPACE.sub("", name))


def _element(root: Element, steps: str) -> Element:
    """The element at libxml2's path (/*/*[2] or /p:a/p:b[2])."""
    element = root
    for step in steps.split("/")[2:]:
        name, _, index = step.rstrip("]").partition("[")
        like = (each for each in element if name in ("*", _prefixed(each)))
        element = next(islice(like, int(index or 1) - 1, None), element)
    return element


def _prefixed(element: Element) -> str:
    return f"{element.prefix}:{tree.local(element)}" if element.prefix else tree.local(element)
