"""What a page says in lines of its own, so that nothing of a message is said twice and nothing is left out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.message import Fact, Section

# Where one thing said ends and the next begins. A comma or a point inside a number is no end.
_ENDS = re.compile(r"[;()\n]|[,:.](?:\s|$)|\s\u2013\s")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a page: its own words, and what a message may call what stands there.

    Without all words of `key` a section is not about this line.
    """

    words: tuple[str, ...]
    names: frozenset[str] = frozenset()
    key: str = ""

    def says(self, text: str) -> bool:
        """Whether each thing said in the text stands in this line, as whole words in the same order."""
        line = "\n".join(map(plain, self.words))
        things = [thing for thing in map(plain, _ENDS.split(text)) if thing]
        return bool(things) and all(_stands(thing, line) for thing in things)

    def covers(self, fact: Fact, heading: str = "") -> bool:
        """Whether a fact, under its heading, adds nothing to this line."""
        return self.says(fact.text) and self.bears(fact.title) and self.bears(heading)

    def is_told_by(self, section: Section) -> bool:
        """Whether a section is about this line."""
        return bool(self.key) and _tokens(self.key) <= _tokens(" ".join(f.text for f in section.facts))

    def bears(self, title: str) -> bool:
        """Whether a title says no more than what stands in this line is called."""
        return not title.strip() or plain(title) in self.names or self.says(title)


def beyond(section: Section, rows: Iterable[Row]) -> Section | None:
    """What a section tells beyond these lines, or None when it tells nothing more.

    A fact is left out only when a single line says all of it. What is said elsewhere in other words is shown
    again, as it may mean something else.
    """
    lines = tuple(rows)
    facts = tuple(f for f in section.facts if not any(row.covers(f, section.title) for row in lines))
    return section if facts == section.facts else _left(section, facts)


def shared(sections: Iterable[Section], rows: Sequence[Row]) -> tuple[list[tuple[Fact, ...]], list[Section]]:
    """What sections tell beyond the line that each is about, line by line; and the sections about none of them."""
    more: list[tuple[Fact, ...]] = [() for _ in rows]
    free, others = list(range(len(rows))), []
    for section in sections:
        at = next((n for n in free if rows[n].is_told_by(section)), None)
        if at is None:
            others.append(section)
            continue
        free.remove(at)
        # A heading that says more than what such a line is called is a fact of its own.
        heading = () if rows[at].bears(section.title) else (Fact("", section.title),)
        more[at] = (*heading, *(f for f in section.facts if not rows[at].covers(f)))
        if section.text:
            others.append(Section(section.topic, section.title, (), section.text))
    return more, others


def plain(text: str) -> str:
    """A text for comparison: in small letters, with single blanks."""
    return " ".join(text.casefold().split())


def _tokens(text: str) -> frozenset[str]:
    """The words of a text, without what stands around them."""
    return frozenset(word.strip("(),;:.") for word in plain(text).split())


def _left(section: Section, facts: tuple[Fact, ...]) -> Section | None:
    return Section(section.topic, section.title, facts, section.text) if facts or section.text else None


def _stands(thing: str, line: str) -> bool:
    at = line.find(thing)
    while at >= 0:
        before, after = line[at - 1 : at] if at else "", line[at + len(thing) :][:1]
        if not before.isalnum() and not after.isalnum():
            return True
        at = line.find(thing, at + 1)
    return False
