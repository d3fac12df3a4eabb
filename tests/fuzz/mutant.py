"""A mutant: a sample that was changed a few times, the same for the same seed and number."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from lxml import etree

from tests.fuzz import law, values
from tests.fuzz.law import Element

SAMPLES = Path(__file__).parent.parent / "samples"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One message to read. `told` are the texts that must be heard again, None where nobody can tell them.

    `mark` is a word that stands in texts only, so it must never be told in a fault.
    """

    sample: str
    raw: bytes
    told: tuple[str, ...] | None
    mark: str


@dataclass(slots=True)
class _Growth:
    """A tree that is being changed, with what the changes need."""

    root: Element
    chance: Random
    mark: str
    marks: int = 0

    @property
    def elements(self) -> list[Element]:
        """All elements but the root."""
        return list(self.root.iter(etree.Element))[1:]

    def any(self) -> Element:
        """An element, more often one of the payload than of the head."""
        elements = self.elements
        if not elements:
            return self.root
        at = self.chance.randrange(len(elements))
        return elements[max(at, self.chance.randrange(len(elements)))] if self.chance.random() < 0.7 else elements[at]

    def marked(self, text: str) -> str:
        """A text with a word that stands nowhere else."""
        self.marks += 1
        return f"{text} {self.mark}m{self.marks}"


def mutant(seed: int, number: int) -> Mutant:
    """The mutant of a seed with this number."""
    # Not the seed and number themselves: neighbouring seeds of a Random begin alike.
    chance = Random(f"{seed}/{number}")
    name = chance.choice(_good() if chance.random() < 0.8 else list(_trees()))
    growth = _Growth(deepcopy(_trees()[name]), chance, f"q{number:x}z")
    changes = GENTLE if chance.random() < 0.6 else ALL
    for _ in range(chance.choice((1, 1, 1, 2, 2, 4))):
        chance.choice(changes)(growth)
    raw, whole = _written(growth)
    return Mutant(name, raw, _told(raw) if whole else None, growth.mark)


def _told(raw: bytes) -> tuple[str, ...] | None:
    """What is told by the bytes, not by the tree they were made of: lxml may write another namespace than was set."""
    root = _parsed(raw)
    return None if root is None else law.told(root)


@cache
def _trees() -> dict[str, Element]:
    """The samples that are XML without document type, parsed."""
    found = {}
    for path in sorted(SAMPLES.glob("*.xml")):
        raw = path.read_bytes()
        if b"<!DOCTYPE" not in raw and (root := _parsed(raw)) is not None:
            found[path.stem] = root
    return found


@cache
def _good() -> list[str]:
    """The samples that are accepted: most of what is changed, as no text can be lost in what is refused."""
    return [name for name in _trees() if not name.startswith(("avvist", "kvittering", "uleselig"))]


def _parsed(raw: bytes) -> Element | None:
    try:
        return etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError:
        return None


@cache
def _like() -> dict[str, list[Element]]:
    """All elements of all samples by their name."""
    found: dict[str, list[Element]] = {}
    for root in _trees().values():
        for element in root.iter(etree.Element):
            found.setdefault(element.tag, []).append(element)
    return found


@cache
def _names() -> list[str]:
    return sorted(_like())


@cache
def _attributes() -> list[str]:
    return sorted({str(name) for found in _like().values() for each in found for name in each.attrib})


def _mark(growth: _Growth) -> None:
    """Put a mark of its own into every text that is made of words."""
    for element in list(law.words(growth.root)):
        element.text = growth.marked(element.text or "")


def _say(growth: _Growth) -> None:
    """Put a hostile text into an element that has a text."""
    if spoken := list(law.words(growth.root)):
        growth.chance.choice(spoken).text = growth.marked(values.any_value(growth.chance))


def _code(growth: _Growth) -> None:
    """Another value of a code, a time or whatever stands in V."""
    coded = [each for each in growth.elements if each.get("V") is not None]
    if coded:
        kind = growth.chance.choice((values.CODES, values.CODES, values.TIMES, values.NUMBERS))
        growth.chance.choice(coded).set("V", growth.chance.choice(kind))


def _word(growth: _Growth) -> None:
    """Another text for a code, in DN or OT."""
    coded = [each for each in growth.elements if each.get("V") is not None]
    if coded:
        growth.chance.choice(coded).set(growth.chance.choice(("DN", "OT")), growth.chance.choice(values.TEXTS))


def _splice(growth: _Growth) -> None:
    """Another sample's element of the same name."""
    old = growth.any()
    _replace(old, deepcopy(growth.chance.choice(_like().get(old.tag, [old]))))


def _double(growth: _Growth) -> None:
    old = growth.any()
    for _ in range(growth.chance.choice((1, 1, 1, 2, 10))):
        old.addnext(_bare(old))


def _delete(growth: _Growth) -> None:
    _remove(growth.any())


def _interrupt(growth: _Growth) -> None:
    """A comment or an instruction in the middle of a text."""
    spoken = list(law.words(growth.root)) or [growth.root]
    old = growth.chance.choice(spoken)
    if not len(old) and old.text:
        at = growth.chance.randrange(len(old.text) + 1)
        made = etree.Comment("a") if growth.chance.random() < 0.5 else etree.ProcessingInstruction("a", "b")
        made.tail, old.text = old.text[at:], old.text[:at]
        old.insert(0, made)


def _lay_out(growth: _Growth) -> None:
    """XHTML where a text stands."""
    laid = [each for each in growth.elements if each.tag.rpartition("}")[2] in law.FREE] or growth.elements
    if not laid or len(old := growth.chance.choice(laid)) or not old.text:
        return
    div = etree.SubElement(old, f"{_XHTML}div")
    inner = div
    for _ in range(growth.chance.choice((1, 2, 3, 30))):
        inner = etree.SubElement(inner, _XHTML + growth.chance.choice(_MARKUP))
        inner.text, inner.tail = growth.marked("a"), growth.marked("\nb ")
    inner.text, old.text = old.text, None


def _move(growth: _Growth) -> None:
    old, to = growth.any(), growth.any()
    if old is not to and old not in to.iterancestors():
        _remove(old)
        to.insert(growth.chance.randrange(len(to) + 1), old)


def _swap(growth: _Growth) -> None:
    old = growth.any()
    after = old.getnext()
    if after is not None:
        after.addnext(_taken(old))


def _rename(growth: _Growth) -> None:
    growth.any().tag = growth.chance.choice(_names())


def _estrange(growth: _Growth) -> None:
    """Another namespace, for one element or for all below it."""
    old, namespace = growth.any(), growth.chance.choice(values.NAMESPACES)
    for each in old.iter(etree.Element) if growth.chance.random() < 0.5 else (old,):
        local = etree.QName(each).localname
        each.tag = f"{{{namespace}}}{local}" if namespace else local


def _foreign(growth: _Growth) -> None:
    """Any sample's element anywhere."""
    to = growth.any()
    new = deepcopy(growth.chance.choice(_like()[growth.chance.choice(_names())]))
    new.tail = None
    to.insert(growth.chance.randrange(len(to) + 1), new)


def _attribute(growth: _Growth) -> None:
    name = growth.chance.choice((*_attributes(), "a", "xml:lang", "{http://www.w3.org/2001/XMLSchema-instance}type"))
    name = name.replace("xml:", "{http://www.w3.org/XML/1998/namespace}")
    growth.any().set(name, values.any_value(growth.chance))


def _strip(growth: _Growth) -> None:
    old = growth.any()
    if keys := old.keys():
        del old.attrib[growth.chance.choice(keys)]


def _text(growth: _Growth) -> None:
    """Any text in any element, also where none may stand."""
    old = growth.any()
    if growth.chance.random() < 0.2:
        old.tail = values.any_value(growth.chance)
    else:
        old.text = values.any_value(growth.chance)


def _deepen(growth: _Growth) -> None:
    """An element within itself, many times over."""
    old = growth.any()
    for _ in range(growth.chance.choice((1, 2, 10, 100, 300))):
        inner = etree.SubElement(old, old.tag)
        inner.text = "a"
        old = inner


def _crowd(growth: _Growth) -> None:
    """An empty element so many times that somebody may give up."""
    old = growth.any()
    for _ in range(growth.chance.choice((50, 200, 1_000))):
        etree.SubElement(old, growth.chance.choice((old.tag, f"{_XHTML}p")))


def _unwrap(growth: _Growth) -> None:
    """An element's children in its place."""
    old = growth.any()
    parent = old.getparent()
    if parent is not None:
        at = parent.index(old)
        for child in list(old):
            parent.insert(at, child)
        _remove(old)


_XHTML = "{http://www.w3.org/1999/xhtml}"
_MARKUP = (
    "p",
    "b",
    "i",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "td",
    "th",
    "pre",
    "sup",
    "br",
    "h1",
    "script",
    "font",
    "q",
    "x",
)
Change = Callable[[_Growth], None]

# Changes after which a message is as good as before, more often than not.
GENTLE: tuple[Change, ...] = (
    *(_mark, _mark, _say, _say, _code, _code, _word, _word, _interrupt, _lay_out),
    *(_splice, _double, _delete),
)
ALL: tuple[Change, ...] = (
    *GENTLE,
    *(_move, _swap, _rename, _estrange, _foreign, _attribute, _strip, _text, _text, _deepen, _crowd, _unwrap),
)


def _written(growth: _Growth) -> tuple[bytes, bool]:
    """The bytes of a tree, spoiled now and then, and whether they still tell what the tree tells."""
    chance = growth.chance
    raw: bytes = etree.tostring(
        growth.root, encoding=chance.choice(("UTF-8", "UTF-8", "ISO-8859-1")), xml_declaration=True
    )
    match chance.randrange(20):
        case 0:
            return raw.replace(b"\n", chance.choice((b"\r\n", b"\r"))), True
        case 1:
            return raw.replace(b" encoding='UTF-8'", b""), b"encoding='UTF-8'" in raw
        case 2 | 3 | 4:
            for _ in range(chance.choice((1, 1, 2, 5))):
                raw = chance.choice(SPOILS)(raw, chance)
            return raw, False
    return raw, True


def _flip(raw: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(raw) or 1)
    return raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :]


def _cut(raw: bytes, chance: Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _piece(raw: bytes, chance: Random) -> bytes:
    """A piece left out, doubled, or put elsewhere."""
    a = chance.randrange(len(raw) + 1)
    b = min(len(raw), a + chance.choice((1, 3, 20, 100, 1_000)))
    at = chance.choice((a, b, chance.randrange(len(raw) + 1)))
    if chance.random() < 0.4:
        return raw[:a] + raw[b:]
    return raw[:at] + raw[a:b] + raw[at:]


def _token(raw: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + chance.choice(values.TOKENS) + raw[at:]


def _recode(raw: bytes, chance: Random) -> bytes:
    """Another encoding than is declared."""
    try:
        return raw.decode("utf-8").encode(chance.choice(values.ENCODINGS), "ignore")
    except UnicodeDecodeError:
        return raw.decode("latin-1").encode(chance.choice(values.ENCODINGS), "ignore")


SPOILS: tuple[Callable[[bytes, Random], bytes], ...] = (_flip, _flip, _cut, _piece, _piece, _token, _token, _recode)


def _remove(element: Element) -> None:
    """Take an element out, and leave the text after it where it is."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
        element.tail = None
    parent.remove(element)


def _taken(element: Element) -> Element:
    _remove(element)
    return element


def _bare(element: Element) -> Element:
    copied = deepcopy(element)
    copied.tail = None
    return copied


def _replace(old: Element, new: Element) -> None:
    new.tail = old.tail
    parent = old.getparent()
    if parent is not None:
        parent.replace(old, new)
