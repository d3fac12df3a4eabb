"""Full instances of what the schemas declare, with a canary in every place where a sender can write.

The generator walks the XSD files themselves: every optional element once, every branch of a choice in some
instance. It knows only the forms that the project's own schemas are written in, and fails on any other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from lxml import etree

SCHEMAS = Path(__file__).parent.parent.parent / "schemas"
_XS = "{http://www.w3.org/2001/XMLSchema}"

# A unit may hold units without end.
_NESTED = 2


@dataclass
class Instance:
    """An instance with the canaries in it: words, numbers and days, each of which stands in one place only."""

    root: etree._Element
    words: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)

    def word(self, place: str) -> str:
        """A text that stands nowhere else."""
        self.words.append(f"{place}kanari{len(self.words)}x")
        return self.words[-1]

    def number(self) -> str:
        """A number that stands nowhere else, and within no other."""
        self.words.append(str(7_000_000 + len(self.words)))
        return self.words[-1]

    def day(self) -> str:
        """A day that stands nowhere else."""
        self.days.append((date(1901, 1, 1) + timedelta(days=len(self.days))).isoformat())
        return self.days[-1]


def full(tag: str, branch: int = 0) -> Instance:
    """An instance of a global element; of every choice it has the branch with that number, or the last."""
    made = Instance(etree.Element(tag))
    _fill(made, made.root, _globals()[f"element {tag}"], branch)
    return made


def branches(tag: str) -> int:
    """How many instances it takes to have every branch of every choice that can be met."""
    return max((len(each) for each in _choices(tag, set())), default=1)


def names(*folders: str) -> set[str]:
    """All names of elements that the schemas in these folders declare."""
    files = (path for folder in folders for path in (SCHEMAS / folder).rglob("*.xsd"))
    found = (each.get("name") for path in files for each in etree.parse(path).iter(f"{_XS}element"))
    return {name for name in found if name}


def booleans(*folders: str) -> set[str]:
    """The names of elements that are declared as xs:boolean."""
    files = (path for folder in folders for path in (SCHEMAS / folder).rglob("*.xsd"))
    found = (each for path in files for each in etree.parse(path).iter(f"{_XS}element"))
    return {each.get("name", "") for each in found if each.get("type") == "xs:boolean"}


@cache
def _globals() -> dict[str, etree._Element]:
    """Every global declaration of every schema, by its kind and full name."""
    found = {}
    for path in SCHEMAS.rglob("*.xsd"):
        schema = etree.parse(path, etree.XMLParser(remove_comments=True)).getroot()
        for each in schema:
            if each.get("name"):
                kind = each.tag.removeprefix(_XS)
                found[f"{kind} {{{schema.get('targetNamespace', '')}}}{each.get('name')}"] = each
    return found


def _choices(tag: str, seen: set[str]) -> Iterator[list[etree._Element]]:
    """All choices that can be met in an element."""
    if tag in seen:
        return
    seen.add(tag)
    for each in _globals()[f"element {tag}"].iter(f"{_XS}choice", f"{_XS}element"):
        if each.tag == f"{_XS}choice":
            yield list(each)
        elif reference := each.get("ref"):
            yield from _choices(_resolved(each, reference), seen)


def _resolved(where: etree._Element, name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{where.nsmap[prefix or None]}}}{local}"


def _fill(made: Instance, target: etree._Element, declared: etree._Element, branch: int) -> None:
    """Give an element all that its declaration allows."""
    inline = declared.find(f"{_XS}complexType")
    if inline is not None:
        _complex(made, target, inline, branch)
        return
    type = _resolved(declared, declared.attrib["type"])
    if type.startswith(_XS):
        target.text = _simple(made, type.removeprefix(_XS), etree.QName(target).localname)
    elif (known := _globals().get(f"complexType {type}")) is not None:
        _complex(made, target, known, branch)
    else:
        base = _globals()[f"simpleType {type}"].find(f"{_XS}restriction")
        target.text = _simple(made, base.attrib["base"].removeprefix("xs:"), etree.QName(target).localname)


def _complex(made: Instance, target: etree._Element, type: etree._Element, branch: int) -> None:
    for each in type:
        match each.tag.removeprefix(_XS):
            case "sequence":
                _sequence(made, target, each, branch)
            case "choice":
                _sequence(made, target, each, branch)
            case "attribute":
                _attribute(made, target, each)
            case "attributeGroup":
                target.set("komponentID", "k1")
            case other:
                raise AssertionError(f"the generator does not know {other}")


def _sequence(made: Instance, target: etree._Element, group: etree._Element, branch: int) -> None:
    children = list(group)
    if group.tag == f"{_XS}choice" and group.get("maxOccurs", "1") == "1":
        children = [children[min(branch, len(children) - 1)]]
    for each in children:
        if each.tag in (f"{_XS}choice", f"{_XS}sequence"):
            _sequence(made, target, each, branch)
        else:
            _child(made, target, each, branch)


def _child(made: Instance, target: etree._Element, declared: etree._Element, branch: int) -> None:
    if reference := declared.get("ref"):
        tag = _resolved(declared, reference)
        declared = _globals()[f"element {tag}"]
    else:
        tag = f"{{{declared.getroottree().getroot().get('targetNamespace')}}}{declared.get('name')}"
    above = [each.tag for each in target.iterancestors()]
    if above.count(tag) < _NESTED:
        _fill(made, etree.SubElement(target, tag), declared, branch)


def _attribute(made: Instance, target: etree._Element, declared: etree._Element) -> None:
    if reference := declared.get("ref"):
        if declared.get("fixed"):
            target.set(_resolved(declared, reference), declared.attrib["fixed"])
        return
    name = declared.attrib["name"]
    if declared.get("type") == "kith:oid":
        target.set(name, "2.16.578.1.12.4.1.1.99999")
    elif declared.get("type"):
        target.set(name, _simple(made, declared.attrib["type"].removeprefix("xs:"), f"{name}"))
    else:
        union = declared.find(f"{_XS}simpleType/{_XS}union")
        assert union is not None, "the only other attribute there is holds a time"
        target.set(name, made.day())


def _simple(made: Instance, type: str, place: str) -> str:
    match type:
        case "string" | "token" | "anyURI":
            return made.word(place)
        case "integer" | "decimal" | "double":
            return made.number()
        case "date":
            return made.day()
        case "dateTime":
            return f"{made.day()}T12:00:00"
        case "boolean":
            return "true"
        case "gYear":
            return "1977"
        case other:
            raise AssertionError(f"the generator does not know {other}")
