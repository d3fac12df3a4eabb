"""The schemas, compiled once per process, and what they say about a document in words of our own.

libxml2's texts quote the document, so only their safe parts are used: names of elements and attributes, and
what the schema expects.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

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

_ABOUT = re.compile(r"Element '(?P<element>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: (?P<rest>.*)", re.DOTALL)
_NAMESPACE = re.compile(r"\{[^{}]*\}")

# How libxml2's texts end, and the same in our words; what the groups catch comes from the schema, not the document.
_ENDINGS = tuple(
    (re.compile(pattern, re.DOTALL), en, nb)
    for pattern, en, nb in (
        (
            r"This element is not expected\. Expected is (?:one of )?\( (?P<expected>[^()']*) \)\.",
            "{name} is not expected here; expected is {expected}",
            "{name} er ikke ventet her; ventet er {expected}",
        ),
        (
            r"This element is not expected\.",
            "{name} is not expected here; nothing more is",
            "{name} er ikke ventet her; det ventes ikke noe mer",
        ),
        (
            r"Missing child element\(s\)\. Expected is (?:one of )?\( (?P<expected>[^()']*) \)\.",
            "{name} is not complete; next can be {expected}",
            "{name} er ikke komplett; neste kan være {expected}",
        ),
        (
            r"The attribute '[^']*' is not allowed\.",
            "{name} is an attribute that is not allowed",
            "{name} er et attributt som ikke er tillatt",
        ),
        (
            r"The attribute '(?P<expected>[^']*)' is required but missing\.",
            "{name} lacks the attribute {expected}",
            "{name} mangler attributtet {expected}",
        ),
        (
            r".* is not a valid value of the (?:atomic|list|union) type '(?P<expected>[^']*)'\.",
            "{name} is not a valid {expected}{example}",
            "{name} er ikke en gyldig {expected}{eksempel}",
        ),
        (
            r".* is not accepted by the pattern '(?P<expected>[^']*)'\.",
            "{name} does not follow the pattern {expected}",
            "{name} følger ikke mønsteret {expected}",
        ),
        (
            r".* does not match the fixed value constraint '(?P<expected>[^']*)'\.",
            "{name} must be “{expected}”",
            "{name} må være «{expected}»",
        ),
        (
            r".* is not an element of the set \{(?P<expected>[^{}]*)\}\.",
            "{name} must be one of {expected}",
            "{name} må være en av {expected}",
        ),
        (
            r"Character content other than whitespace is not allowed .*",
            "{name} holds text where only elements are allowed",
            "{name} har tekst der bare elementer er tillatt",
        ),
        (
            r"(?:Element|Character) content is not allowed, because .*",
            "{name} must be empty or hold text only",
            "{name} må være tomt eller ha bare tekst",
        ),
        (
            r"No matching global (?:element )?declaration available.*",
            "{name} is not an element of any schema that is read",
            "{name} er ikke et element i noe skjema som leses",
        ),
    )
)
_OTHER = (
    "{name} does not follow its schema (rule {number} of libxml2)",
    "{name} følger ikke skjemaet sitt (regel {number} i libxml2)",
)

# What a right value looks like, for the types that people get wrong.
_EXAMPLES = {"xs:dateTime": "2026-11-21T10:32:12+01:00", "xs:date": "2026-11-21", "xs:base64Binary": "JVBERi0xLjQK"}


@cache
def schema() -> etree.XMLSchema:
    """The one schema set, in which every payload stands that MsgHead may carry. Raises BadConfiguration."""
    place = folder("schemas") / "catalogue.xsd"
    try:
        return etree.XMLSchema(file=str(place))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError) as error:
        raise BadConfiguration(str(place), "", f"the schemas cannot be compiled: {error}") from error


def faults(root: Element) -> tuple[Fault, ...]:
    """What the schema has against a document, each distinct fault once (T02)."""
    found: dict[tuple[str, str], Fault] = {}
    for entry in _entries(root):
        fault = _fault(root, entry)
        found.setdefault((fault.path, fault.en), fault)
        if len(found) == MOST_FAULTS:
            break
    return tuple(found.values())


def _entries(root: Element) -> Iterator[etree._LogEntry]:
    """What libxml2 logged; it also says no when it fails inside, and that is no pass."""
    validator = schema()
    try:
        valid = validator.validate(root)
    except etree.XMLSchemaValidateError:
        valid = False
    return iter(()) if valid else iter(validator.error_log)


def _fault(root: Element, entry: etree._LogEntry) -> Fault:
    about = _ABOUT.fullmatch(entry.message)
    name = _local(about["element"]) if about else short(tree.local(root))
    if about and about["attribute"]:
        name = f"{name}/@{_local(about['attribute'])}"
    en, nb, expected = _words(about["rest"] if about else "")
    like = _EXAMPLES.get(expected)
    words = {
        "name": name,
        "expected": _NAMESPACE.sub("", expected).removeprefix("xs:"),
        "example": f", such as {like}" if like else "",
        "eksempel": f", for eksempel {like}" if like else "",
        "number": entry.type,
    }
    return Fault("T02", en.format(**words), nb.format(**words), _path(root, entry.path or ""), entry.line)


def _words(said: str) -> tuple[str, str, str]:
    """Our words for what libxml2 said, with what it expected."""
    for pattern, en, nb in _ENDINGS:
        if found := pattern.fullmatch(said):
            return en, nb, found.groupdict().get("expected", "")
    return *_OTHER, ""


def _local(name: str) -> str:
    return short(_NAMESPACE.sub("", name))


def _path(root: Element, steps: str) -> str:
    """libxml2's path (/*/*[2] or /p:a/p:b[2]) in names that people know."""
    element = root
    for step in steps.split("/")[2:]:
        name, _, index = step.rstrip("]").partition("[")
        like = (each for each in element if name in ("*", _prefixed(each)))
        element = next(islice(like, int(index or 1) - 1, None), element)
    return tree.path(element)


def _prefixed(element: Element) -> str:
    return f"{element.prefix}:{tree.local(element)}" if element.prefix else tree.local(element)
