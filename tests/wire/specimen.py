"""A specimen of a schema: a document with something in every place that its schema has, and nothing there twice."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from lxml import etree

Element = etree._Element

XS = "{http://www.w3.org/2001/XMLSchema}"
XHTML = "{http://www.w3.org/1999/xhtml}"
BASE64 = "{http://www.kith.no/xmlstds/base64container}"

# A schema that lets an element stand in itself is followed so far.
DEEPEST = 2
# Elements that may be repeated are, so near the root; further down there would be too many.
TWICE = 3


@dataclass
class Grower:
    """Grows a document from a schema, and remembers what it planted where.

    `turn` says which branch of a choice comes first; those after it follow one after the other. `bare` leaves out
    the words of codes, so that there is nothing to tell but the codes themselves.
    """

    schema: Path
    turn: int = 0
    bare: bool = False
    always: dict[str, int] = field(default_factory=dict)
    planted: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._root = etree.parse(self.schema, etree.XMLParser(remove_comments=True)).getroot()
        self._namespace = self._root.get("targetNamespace") or ""
        self._elements = {each.get("name") or "": each for each in self._root.findall(f"{XS}element")}

    def grow(self, name: str) -> Element:
        """The document with that root."""
        (root,) = self._element(self._elements[name], "")
        return root

    def _element(self, declared: Element, path: str) -> Iterator[Element]:
        reference = declared.get("ref")
        declared = self._elements[reference.partition(":")[2]] if reference else declared
        name = declared.get("name") or ""
        if path.split("/").count(name) >= DEEPEST:
            return
        grown, path = etree.Element(f"{{{self._namespace}}}{name}"), f"{path}/{name}".lstrip("/")
        inner = declared.find(f"{XS}complexType")
        if inner is not None:
            grown.extend(self._children(inner, path))
        else:
            self._value(grown, (declared.get("type") or "").rpartition(":")[2], path)
        yield grown

    def _children(self, group: Element, path: str) -> Iterator[Element]:
        for each in group:
            times = 2 if each.get("maxOccurs") == "unbounded" and path.count("/") < TWICE else 1
            match each.tag:
                case "{http://www.w3.org/2001/XMLSchema}element":
                    for _ in range(times):
                        yield from self._element(each, path)
                case "{http://www.w3.org/2001/XMLSchema}sequence":
                    yield from self._children(each, path)
                case "{http://www.w3.org/2001/XMLSchema}choice":
                    branches = list(each)
                    self.turn += 1
                    branch = branches[self.always.get(path, self.turn) % len(branches)]
                    yield from self._element(branch, path)
                case "{http://www.w3.org/2001/XMLSchema}any":
                    file = etree.Element(f"{BASE64}Base64Container")
                    file.text = "JVBERi0xLjQK"
                    yield file
                case unknown:
                    raise AssertionError(f"{path} has {unknown}, which is not grown here")

    def _value(self, grown: Element, type: str, path: str) -> None:
        match type:
            case "CS" | "CV":
                self._code(grown, type, path)
            case "TS":
                grown.set("V", self._day(path))
            case "PQ":
                grown.set("V", self._plant(f"{path}/@V", "9"))
                grown.set("U", self._plant(f"{path}/@U"))
            case "URL":
                grown.set("V", self._plant(f"{path}/@V"))
            case "INT":
                grown.text = self._plant(path, "9")
            case "anyType":
                self._page(grown, path)
            case _:
                grown.text = self._plant(path)

    def _code(self, grown: Element, type: str, path: str) -> None:
        if self.bare:
            grown.set("V", self._plant(f"{path}/@V"))
            return
        grown.set("V", "1")
        grown.set("DN", self._plant(f"{path}/@DN"))
        if type == "CV":
            grown.set("S", "2.16.578.1.12.4.1.1.0")
            grown.set("OT", self._plant(f"{path}/@OT"))

    def _page(self, grown: Element, path: str) -> None:
        """Text before, in and after XHTML."""
        grown.text = self._plant(f"{path} before")
        paragraph = etree.SubElement(grown, f"{XHTML}p")
        etree.SubElement(paragraph, f"{XHTML}b").text = self._plant(f"{path}/p/b")
        paragraph.tail = self._plant(f"{path} after")

    def _plant(self, path: str, kind: str = "frø") -> str:
        seed = f"{kind}{len(self.planted) + 100_000}"
        self.planted[seed] = path
        return seed

    def _day(self, path: str) -> str:
        """A day of its own; what is planted is the day as people write it."""
        day = date(1901, 2, 3) + timedelta(days=len(self.planted))
        self.planted[day.strftime("%d.%m.%Y")] = path
        return f"{day.isoformat()}"
