"""Free text as people read it: plain text as it stands, XHTML (HISD 1155) flattened; nothing visible is lost.

Text that no reader would show, as in script and style, is kept as plain text too: what a sender wrote never
disappears in silence. Markup disappears, so nothing of it can act on a page; what it says is told in words: text that
is struck out, what an abbreviation stands for, where a link leads, where a list begins to count.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from hub.wire.tree import CONTAINER, Element, name

# Elements that stand in the middle of a line; all others begin and end one.
_INLINE = frozenset(
    (
        *("a", "abbr", "acronym", "b", "big", "cite", "code", "del", "dfn", "em", "font", "i", "img", "ins", "kbd"),
        *("label", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var"),
    )
)
# Elements with a blank line around them.
_PARAGRAPHS = frozenset(
    ("blockquote", "caption", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul")
)
_LISTS = ("ul", "ol")
# What is struck out does not hold any more, as a dose that was changed: it must never be read as if it did.
_STRUCK = ("del", "s", "strike")
_STRIKE = "[strøket: "
_CELLS = ("td", "th")
# Lists within lists step in so many times at most: deeper ones would grow with the square of their depth.
_MOST_STEPS = 8
# Elements that do more than break lines.
_SPECIAL = frozenset((*_LISTS, *_CELLS, "a", "abbr", "acronym", "br", "img", "li", "pre", "sup"))

_XHTML = "{http://www.w3.org/1999/xhtml}"
# The attributes of codes, quantities and times that say something.
_VALUES = ("V", "U", "DN", "OT")

# Where a list begins to count, or goes on.
_COUNT = re.compile(r"\s*(-?[0-9]{1,9})\s*", re.ASCII)

_BLANKS = re.compile(r"[ \t\r\n]+")
_GAPS = re.compile(r"\n{3,}")
# 10⁹ must not become 109.
_RAISED = str.maketrans("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ")


def plain(element: Element | None) -> str:
    """All text in an element, in reading order, with its line breaks, list marks and table rows."""
    if element is None:
        return ""
    if len(element) == 0:
        return (element.text or "").replace("\r\n", "\n").strip()
    return _laid_out(element, _Page())


def everything(element: Element) -> str:
    """All that stands in an element of which nobody knows how it is to be read: text, the words of codes and other
    values in attributes; but no files."""
    return _laid_out(element, _Sheet())


def _laid_out(element: Element, page: "_Page") -> str:
    page.say(element.text or "", verbatim=True)
    page.lay_out(element)
    lines = "\n".join(line.rstrip(" \t") for line in "".join(page.written).split("\n"))
    return (_GAPS.sub("\n\n", lines) if "\n\n\n" in lines else lines).strip("\n ")


@dataclass(frozen=True, slots=True)
class _Manner:
    """How an element is laid out: lines it begins with (2: one of them blank), and whether it does more."""

    name: str
    lines: int
    special: bool


@lru_cache(maxsize=256)
def _manner(tag: str) -> _Manner:
    local = tag.rpartition("}")[2]
    lines = 0 if local in _INLINE or local in _CELLS or local == "br" else 2 if local in _PARAGRAPHS else 1
    return _Manner(local, lines, local in _SPECIAL)


class _Page:
    """What is written so far, and the breaks and marks that come before whatever is written next."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self._breaks = 0
        self._mark = ""
        self._lists: list[int | None] = []
        self._preserved = 0
        # So many elements around what is written strike it out; what says so waits for a text.
        self._struck = 0
        self._strike = ""

    def lay_out(self, top: Element) -> None:
        """Write all that is in an element; without recursion, as a message decides how deep it goes."""
        open_ones: list[tuple[Element, _Manner | None, Iterator[Element]]] = [(top, None, iter(top))]
        while open_ones:
            parent, own, children = open_ones[-1]
            for child in children:
                manner = _manner(name(child))
                self._enter(child, manner)
                if len(child):
                    open_ones.append((child, manner, iter(child)))
                    break
                self._leave(child, manner, parent is top)
            else:
                open_ones.pop()
                if own:
                    self._leave(parent, own, len(open_ones) == 1)

    def _enter(self, node: Element, manner: _Manner) -> None:
        """Begin an element: the break or mark it asks for, then its first text."""
        text = node.text
        if manner.lines:
            self._break(manner)
        if _strikes(node, manner):
            self._struck += 1
            self._strike = _STRIKE if self._struck == 1 else self._strike
        if manner.special:
            text = self._special(manner.name, node, text or "")
        if text:
            self.say(text)

    def _leave(self, node: Element, manner: _Manner, verbatim: bool) -> None:
        """End an element: the break after it, then the text that follows it."""
        if manner.special:
            self._end(manner.name, node)
        if _strikes(node, manner):
            self._struck -= 1
            if not self._struck:
                self._unstrike()
        if manner.lines:
            self._break(manner)
        if tail := node.tail:
            self.say(tail, verbatim)

    def say(self, text: str, verbatim: bool = False) -> None:
        """Write text: outside XHTML and in pre with its own line breaks, else with single blanks."""
        if not (verbatim or self._preserved) or text.isspace():
            text = _BLANKS.sub(" ", text) if "\n" in text or "  " in text or "\t" in text or "\r" in text else text
        if self._breaks or self._mark or not self.written:
            text = text if self._preserved else text.lstrip(" \t\n\r")
            if not text or text.isspace():
                return
            if self.written and self._breaks:
                self.written.append("\n" * self._breaks)
            text, self._breaks, self._mark, self._strike = f"{self._mark}{self._strike}{text}", 0, "", ""
        elif self._strike and not text.isspace():
            blanks = text[: len(text) - len(text.lstrip())]
            text, self._strike = f"{blanks}{self._strike}{text.lstrip()}", ""
        self.written.append(text)

    def _unstrike(self) -> None:
        """End what is struck out, before the blanks at its end; of nothing struck out nothing is said."""
        if self._strike:
            self._strike = ""
            return
        last = self.written[-1]
        text = last.rstrip()
        self.written[-1] = f"{text}]{last[len(text) :]}"

    def _add(self, words: str) -> None:
        """Write what markup says after its text, in brackets."""
        if self._breaks or self._mark or not self.written or self.written[-1][-1:].isspace():
            self.say(f"({words})")
        else:
            self.say(f" ({words})")

    def _break(self, manner: _Manner) -> None:
        """Ask for a new line, or a blank one; a mark that waits for its text holds breaks back."""
        lines = 1 if self._lists and manner.name in _LISTS else manner.lines
        if lines > self._breaks and not self._mark:
            self._breaks = lines

    def _special(self, name: str, node: Element, text: str) -> str:
        """What else an element does; returns its text as it is to be written."""
        match name:
            case "ul" | "ol":
                self._lists.append(_count(node, "start", 1) - 1 if name == "ol" else None)
            case "li":
                self._mark = self._bullet(node)
            case "td" | "th" if node.getprevious() is not None:
                self._breaks, self._mark = 0, f"{self._mark.rstrip()} | "
            case "pre":
                self._preserved += 1
            case "br" if not self._mark:
                self._breaks = min(2, self._breaks + 1)
            case "img":
                return f"[{alternative}]{text}" if (alternative := node.get("alt")) else text
            case "sup":
                return text.translate(_RAISED) if all(ord(c) in _RAISED for c in text) else f"^{text}"
        return text

    def _end(self, name: str, node: Element) -> None:
        match name:
            case "ul" | "ol":
                self._lists.pop()
            case "pre":
                self._preserved -= 1
            case "abbr" | "acronym" if title := _told(node, "title"):
                self._add(title)
            case "a" if link := _link(node):
                self._add(link)

    def _bullet(self, item: Element) -> str:
        depth = "  " * min(len(self._lists) - 1, _MOST_STEPS)
        before = self._lists[-1] if self._lists else None
        if before is None:
            return f"{depth}• "
        number = self._lists[-1] = _count(item, "value", before + 1)
        return f"{depth}{number}. "


class _Sheet(_Page):
    """A page on which the values in attributes are written too, and files are not."""

    def _enter(self, node: Element, manner: _Manner) -> None:
        if name(node) == CONTAINER:
            return
        super()._enter(node, manner)
        if not name(node).startswith(_XHTML):
            for said in dict.fromkeys(_told(node, attribute) for attribute in _VALUES):
                if said:
                    self.say(f" {said}")


def _strikes(node: Element, manner: _Manner) -> bool:
    """Whether it strikes out what is in it, by its name or by how it is to look."""
    return manner.name in _STRUCK or "line-through" in (node.get("style") or "")


def _told(node: Element, attribute: str) -> str:
    return " ".join((node.get(attribute) or "").split())


def _link(node: Element) -> str:
    """Where a link leads, unless that is in the same text or its own text says it already."""
    leads = _told(node, "href")
    address = leads.removeprefix("mailto:").removeprefix("tel:")
    return "" if leads.startswith("#") or address in (node.text or "") else leads


def _count(node: Element, attribute: str, otherwise: int) -> int:
    found = _COUNT.fullmatch(node.get(attribute) or "")
    return int(found[1]) if found else otherwise
