"""What a message says in words, as rules look for it: all text and the words of codes, one thing on each line.

Codes themselves are no words: a rule that wants a code asks for it as a theme. The same words are found however much
of a message is read.
"""

from collections.abc import Iterable

from lxml import etree

from hub.wire import text, tree
from hub.wire.names import DIALOG_1_0, DIALOG_1_1, EPIKRISE_1_1, EPIKRISE_1_2
from hub.wire.tree import Element

# One by one, as libxml2 would put a union of them in order, which takes as long as finding them.
_TEXTS, *_CODED = [etree.XPath(f"descendant::{what}", smart_strings=False) for what in ("text()", "*/@DN", "*/@OT")]

# Western letters and what they are without regard to case; a few become more than one letter, or leave ISO-8859-1.
_WESTERN = bytes(range(256)).decode("iso-8859-1")
_EVEN = {c: f for c in _WESTERN if len(f := c.casefold()) == 1 and f in _WESTERN}
_UNEVEN = [c.encode("iso-8859-1") for c in _WESTERN if c not in _EVEN]
_FOLDED = bytes(ord(_EVEN.get(c, c)) for c in _WESTERN)

# The elements in which markup may stand (anyType), by namespace; it must not part the words that it stands in.
_FREE = {
    DIALOG_1_0: ("TekstNotatInnhold",),
    DIALOG_1_1: ("TekstNotatInnhold", "Sporsmal"),
    **dict.fromkeys((EPIKRISE_1_1, EPIKRISE_1_2), ("TextResultValue", "Description")),
}
_MARKED = {
    space: etree.XPath(" or ".join(f"descendant::f:{name}/*" for name in names), namespaces={"f": space})
    for space, names in _FREE.items()
}


def said(elements: Iterable[Element]) -> str:
    """All that is said in these elements, without regard to case."""
    lines = [line for element in elements for line in _lines(element) if line and not line.isspace()]
    return folded("\n".join(lines))


def folded(text: str) -> str:
    """A text without regard to case, as `casefold` has it; of Western letters at a quarter of its time."""
    try:
        written = text.encode("iso-8859-1")
    except UnicodeEncodeError:
        return text.casefold()
    if any(letter in written for letter in _UNEVEN):
        return text.casefold()
    return written.translate(_FOLDED).decode("iso-8859-1")


def _lines(element: Element) -> list[str]:
    if len(element) == 0:
        return [element.text or "", element.get("DN") or "", element.get("OT") or ""]
    marked = _MARKED.get(tree.namespace(element))
    texts: list[str] = [text.plain(element)] if marked and marked(element) else _TEXTS(element)
    return [*texts, *(word for words in _CODED for word in words(element))]
