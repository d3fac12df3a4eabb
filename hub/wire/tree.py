"""A parsed document: how bytes become elements, and the small looks into them that reading needs.

Comments and processing instructions are left out while parsing, so that they never cut a text in two.
Elements are found by namespace and name, never by prefix.
"""

from functools import cache
from typing import Any

from lxml import etree

from hub.message import Code, Fault
from hub.wire import faults
from hub.wire.names import BASE64

Element = etree._Element

# From here on libxml2 needs its larger limits, because a text of its own may be 10 MB at most.
_HUGE = 9_000_000

# Elements of the standards' own schemas, in all and in one parent; libxml2 takes time with the square of how many
# stand beside each other when something is wrong with them.
MOST_STRICT = 10_000
MOST_CHILDREN = 2_000
_XHTML = "{http://www.w3.org/1999/xhtml}"

# libxml2 copies all namespaces in scope when it writes an element, in time with the square of how many they are.
_MOST_NAMESPACES = 32

# The longest text of an element that is no free text, in characters; looked for in messages of some size only. libxml2
# takes seconds to hold megabytes against a schema's pattern, and no name, number or time is as long.
LONGEST_TEXT = 200_000
_LONG_MESSAGE = 200_000
# And the longest number of a code list (OID), whose pattern takes it the most time: all of them count together.
LONGEST_OID = 256
_OURS = "{http://www.kith.no/xmlstds"
CONTAINER = f"{{{BASE64}}}Base64Container"
# Free text, with markup (anyType) or without: people write it, or paste whole journals into it.
_FREE = frozenset(
    (
        *("TekstNotatInnhold", "Sporsmal", "TextResultValue", "Description"),
        *("Annotation", "Begrunnelse", "ContentDescription", "Merknad", "Notat", "Sakstype", "Tema", "EmneSporsmal"),
        *("AllergiskMot", "Beskrivelse", "BeskrivelseAvHendelse", "BeskrivelseAvTjeneste", "BeskrivelseInformasjon"),
        *("BruksomradeTekst", "CaveStikkord", "DiagnoseBeskrivelse", "DosVeiledEnkel", "EndringFunksjonsnivaa"),
        *("ForventetStatusUtskriving", "IntervensjonTiltakBeskrivelse", "MerknadTilBandasjemateriell"),
        *("MerknadTilLegemiddeladministrering", "OpplysningerOmTjenesten", "StatusBehandlingsstart"),
        *("StatusInnleggelse", "TidligereSykdom", "VurderingPleietyngde", "VurderingTekst", "VurderingenGjelder"),
        *("Comment", "DosageText", "PlanComment", "ReqComment", "CommentExpDuration", "Advice", "Preparation"),
        *("Gjelder", "MsgDescr", "Precaution", "Stikkord"),
    )
)

# libxml2's numbers: no memory left; nested too deeply, a text or a name too long.
_NO_MEMORY = 2
_BEYOND_LIMITS = (110, 114)

_NO_CODE = Code("")


def parse(raw: bytes, encoding: str) -> Element | Fault:
    """The root of admitted bytes, or why they are not well-formed. Raises MemoryError."""
    parser = _parser(encoding, len(raw) > _HUGE)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        return _fault(error, parser)
    if root.getroottree().docinfo.doctype:
        # The gate turns document types away; this stands behind it.
        return faults.doctype(1)
    crowd = _crowd(root) if len(raw) > MOST_CHILDREN and raw.count(b"<") > MOST_CHILDREN else None
    return crowd or (_long_text(root) if len(raw) > _LONG_MESSAGE else None) or root


def beginning(raw: bytes, encoding: str) -> Element | None:
    """The root of bytes that break off, if the MsgInfo in it was complete before they did."""
    parser = etree.XMLPullParser(events=("end",), tag="{*}MsgInfo", encoding=encoding, **_options(len(raw) > _HUGE))
    try:
        parser.feed(raw)
        parser.close()
    except etree.XMLSyntaxError:
        pass
    info = next((element for _, element in parser.read_events()), None)
    root = None if info is None else info.getparent()
    return root if root is not None and root.getparent() is None else None


def name(element: Element) -> str:
    """The element's name as lxml has it: {namespace}name. Comments, which have none, are not in the tree."""
    return element.tag  # type: ignore[return-value]  # what has another tag is left out while parsing


def local(element: Element) -> str:
    """The element's name without namespace."""
    return name(element).rpartition("}")[2]


def namespace(element: Element) -> str:
    """The element's namespace, empty for none."""
    return name(element)[1:].partition("}")[0] if name(element).startswith("{") else ""


class Fields:
    """An element's children by name, looked through once; those of another namespace are not seen.

    Every question about what is not there, or about no element at all, gets an empty answer.
    """

    __slots__ = ("_found", "_prefix", "element")

    def __init__(self, element: Element | None, namespace: str | None = None) -> None:
        self.element = element
        self._found: dict[str, list[Element]] = {}
        if element is None:
            self._prefix = ""
            return
        tag = name(element)
        own = tag[: tag.rfind("}") + 1] if namespace is None else f"{{{namespace}}}"
        self._prefix = own
        found = self._found
        for child in element:
            tag = child.tag  # type: ignore[assignment]
            if tag in found:
                found[tag].append(child)
            else:
                found[tag] = [child]

    def all(self, name: str) -> list[Element]:
        """The children with that name."""
        return self._found.get(self._prefix + name, [])

    def one(self, name: str) -> Element | None:
        """The first child with that name."""
        found = self._found.get(self._prefix + name)
        return found[0] if found else None

    def of(self, name: str) -> "Fields":
        """The children of the first child with that name."""
        found = self._found.get(self._prefix + name)
        return Fields(found[0]) if found else NOTHING

    def text(self, name: str) -> str:
        """The text of the first child with that name, without surrounding blanks."""
        found = self._found.get(self._prefix + name)
        return value(found[0]) if found else ""

    def code(self, name: str) -> Code:
        """The first child with that name as a code."""
        return code(self.one(name))

    def attribute(self, name: str) -> str:
        """What the first child with that name has as its value (V)."""
        return attribute(self.one(name), "V")


NOTHING = Fields(None)


def value(element: Element) -> str:
    """All text in an element, without surrounding blanks."""
    return ("".join(element.itertext()) if len(element) else element.text or "").strip()


def attribute(element: Element | None, name: str) -> str:
    """An attribute's value without surrounding blanks; empty when there is none."""
    return "" if element is None else (element.get(name) or "").strip()


def code(element: Element | None) -> Code:
    """A CS or CV as written; OT stands in for a missing DN."""
    if element is None:
        return _NO_CODE
    get = element.get
    return Code((get("V") or "").strip(), (get("DN") or get("OT") or "").strip(), (get("S") or "").strip())


def words(element: Element | None) -> str:
    """All that a CS or CV says in words: DN, and OT where it says more."""
    return ": ".join(dict.fromkeys(w for w in (attribute(element, "DN"), attribute(element, "OT")) if w))


def line(element: Element | None) -> int:
    """The line on which the element's start tag ends, 0 for none."""
    return 0 if element is None else int(element.sourceline or 0)


def path(element: Element) -> str:
    """Where an element stands, as people read it: /MsgHead/MsgInfo/OtherReceiver[2]."""
    steps = [_step(each) for each in (element, *element.iterancestors())]
    return "/" + "/".join(reversed(steps))


def written(element: Element) -> bytes | None:
    """An element in bytes by which it can be known again, or None when writing it would take too long."""
    if len(element.nsmap) > _MOST_NAMESPACES:
        return None
    found: bytes = etree.tostring(element, encoding="UTF-8", with_tail=False)
    return found


def _crowd(root: Element) -> Fault | None:
    """Whether there are too many elements outside of XHTML, of which a text may have as many as the gate lets in."""
    strict = 0
    for each in root.iter():
        if name(each).startswith(_XHTML):
            continue
        strict += 1
        if strict > MOST_STRICT:
            return faults.crowded(MOST_STRICT)
        if len(each) > MOST_CHILDREN and sum(not name(child).startswith(_XHTML) for child in each) > MOST_CHILDREN:
            return faults.crowded_element(MOST_CHILDREN, line(each))
    return None


def _long_text(root: Element) -> Fault | None:
    """Whether an element of the standards holds more text than any value has, and is neither free text nor a file."""
    for each in root.iter():
        tag = name(each)
        # A file's text is never made a string here, as it may take half the memory that a reader has.
        if tag == CONTAINER or not tag.startswith(_OURS):
            continue
        length = len(each.text or "")
        if max(len(each.get("S") or ""), length if tag.endswith("}OidRef") else 0) > LONGEST_OID:
            return faults.long_oid(LONGEST_OID, line(each))
        if length > LONGEST_TEXT and all(local(it) not in _FREE for it in (each, *each.iterancestors())):
            return faults.long_text(LONGEST_TEXT, line(each))
    return None


def _step(element: Element) -> str:
    before = len(list(element.itersiblings(name(element), preceding=True)))
    after = next(element.itersiblings(name(element)), None)
    step = faults.short(local(element))
    return f"{step}[{before + 1}]" if before or after is not None else step


@cache
def _parser(encoding: str, huge: bool) -> etree.XMLParser:
    parser: etree.XMLParser = etree.XMLParser(encoding=encoding, **_options(huge))
    return parser


def _options(huge: bool) -> dict[str, Any]:
    return {
        "huge_tree": huge,
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "dtd_validation": False,
        "attribute_defaults": False,
        "remove_comments": True,
        "remove_pis": True,
        "recover": False,
    }


def _fault(error: etree.XMLSyntaxError, parser: etree.XMLParser) -> Fault:
    """The first error of a parse; warnings may come before it."""
    first = next(iter(parser.error_log.filter_from_errors()), None)
    number, line = (first.type, first.line) if first else (error.code or 0, error.lineno or 0)
    if _NO_MEMORY in (number, error.code):
        raise MemoryError
    return faults.too_deep(line) if number in _BEYOND_LIMITS else faults.malformed(number, line)
