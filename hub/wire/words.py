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

# The elements in which markup may stand (anyType), by namespace; it must not part the words that it stands in.
_FREE = {
    DIALOG_1_0: (f"{{{DIALOG_1_0}}}TekstNotatInnhold",),
    DIALOG_1_1: (f"{{{DIALOG_1_1}}}TekstNotatInnhold", f"{{{DIALOG_1_1}}}Sporsmal"),
    **{space: (f"{{{space}}}TextResultValue", f"{{{space}}}Description") for space in (EPIKRISE_1_1, EPIKRISE_1_2)},
}


def said(elements: Iterable[Element]) -> str:
    """All that is said in these elements, without regard to case."""
    lines = [line for element in elements for line in _lines(element) if line and not line.isspace()]
    return "\n".join(lines).casefold()


def _lines(element: Element) -> list[str]:
    if len(element) == 0:
        return [element.text or "", element.get("DN") or "", element.get("OT") or ""]
    free = _FREE.get(tree.namespace(element), ())
    marked = any(len(each) for each in element.iter(*free)) if free else False
    texts: list[str] = [text.plain(element)] if marked else _TEXTS(element)
    return [*texts, *(word for words in _CODED for word in words(element))]
