"""A municipal message laid out for people: every component under its heading, all that it says in words.

The layout is one walk over the tree that knows hardly any component: the vocabulary tells what each is called and
where it belongs. Technical identifiers in attributes (komponentID and the like) are for nobody to read and stay in
the raw message.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.message import Fact, Section, Topic
from hub.wire import codes, text, tree
from hub.wire.plo import findings, people, values, vocabulary
from hub.wire.plo.findings import Findings
from hub.wire.plo.vocabulary import Manner
from hub.wire.tree import Element

# Deeper than any schema goes, and far from where Python stops.
_DEEPEST = 60

# What a line is about, for components that take one.
_LINES = {"KartlagtFunksjon": "Funksjonsvariabel", "Enkeltvurdering": "Funksjonsområde"}

# What text is called that stands where only elements should.
_STRAY = "Tekst"

_REMAINS = "Andre opplysninger"
_NAME = vocabulary.TITLES["Navn"]
_MAIN = vocabulary.TITLES["Hoveddiagnose"]
_RANKS = {"ja": _MAIN, "nei": "Bidiagnose"}


@dataclass(slots=True)
class _Draft:
    """A section that is still being written."""

    topic: Topic
    title: str
    facts: list[Fact] = field(default_factory=list)
    parts: dict[str, Element] = field(default_factory=dict)
    text: str = ""


class Page:
    """The sections of a message, and what is found for programs on the way."""

    __slots__ = ("_drafts", "_lists", "found")

    def __init__(self, content_list: str = "") -> None:
        self.found = Findings(content_list)
        self._drafts: list[_Draft] = []
        self._lists = {"TypeInnhold": content_list}

    def lay_out(self, components: Iterable[Element]) -> None:
        """Write what stands right under the root, in that order; what has no heading of its own comes last."""
        rest = _Draft(Topic.OTHER, _REMAINS)
        for each in components:
            self._write(each, rest, "", 0)
        self._drafts.append(rest)

    def introduce(self, companions: Iterable[Element], title: str) -> None:
        """Write people who only go along, each in a section of their own, with what is said about them."""
        draft = self._begin(Topic.PEOPLE, title)
        for each in companions:
            if draft.facts and tree.local(each) in vocabulary.MAIN_PARTIES:
                draft = self._begin(Topic.PEOPLE, title)
            self._write(each, draft, "", 0)

    def remark(self, said: str) -> None:
        """Write what the head says about the message, if it does."""
        self._begin(Topic.OTHER, "Merknad til dokumentet").text = said

    @property
    def sections(self) -> tuple[Section, ...]:
        """What was written, without headings that nothing stands under."""
        return tuple(Section(d.topic, d.title, tuple(d.facts), d.text) for d in self._drafts if d.facts or d.text)

    def _begin(self, topic: Topic, title: str) -> _Draft:
        draft = _Draft(topic, title)
        self._drafts.append(draft)
        return draft

    def _fill(self, element: Element, draft: _Draft, before: str, depth: int) -> None:
        """Write all children of a component, and text between them, of which no schema knows."""
        stray = element.text
        for child in element:
            if stray and not stray.isspace():
                draft.facts.append(Fact(_STRAY, stray.strip()))
            self._write(child, draft, before, depth)
            stray = child.tail
        if stray and not stray.isspace():
            draft.facts.append(Fact(_STRAY, stray.strip()))

    def _write(self, element: Element, draft: _Draft, before: str, depth: int) -> None:
        """Write an element into the section it stands in, or into a new one if it has its own heading."""
        manner = vocabulary.manner(tree.name(element))
        if len(element) == 0:
            if said := values.words(element, manner, self._lists.get(manner.name, "")):
                draft.facts.append(Fact(before + manner.title, said))
                draft.parts.setdefault(manner.name, element)
        elif depth > _DEEPEST:
            self._flatten(element, draft, before)
        elif write := _SPECIAL.get(manner.name):
            write(self, element, manner, draft, before, depth + 1)
        elif manner.topic:
            own = self._begin(manner.topic, manner.title)
            self._fill(element, own, "", depth + 1)
            findings.note(manner.name, element, own.parts, self.found)
        elif people.is_party(element):
            main = draft.topic is Topic.PEOPLE and manner.name in vocabulary.MAIN_PARTIES
            draft.facts += people.facts(element, "" if main else before + manner.title)
        else:
            self._fill(element, draft, before + manner.before, depth + 1)

    def _note(self, note: Element, manner: Manner, around: _Draft, before: str, depth: int) -> None:
        """A note of a record: a section of its own under its heading, else under that of what it stands in."""
        heading = next((each for each in note if tree.local(each) == "Overskriftskode"), None)
        known = _heading_list(heading)
        topic = vocabulary.topic(values.code(heading, known), around.topic)
        title = "" if heading is None else values.coded(heading, known)
        draft = self._begin(topic, title or around.title or manner.title)
        for child in note:
            if tree.local(child) == "Notat":
                draft.text = "\n\n".join(t for t in (draft.text, text.plain(child)) if t)
            elif child is not heading:
                self._write(child, draft, "", depth)

    def _medicine(self, element: Element, manner: Manner, draft: _Draft, before: str, depth: int) -> None:
        """A medicine begins with its name, which stands last in the schema."""
        draft = self._begin(manner.topic or draft.topic, manner.title)
        self._fill(element, draft, "", depth)
        findings.note(manner.name, element, draft.parts, self.found)
        draft.facts.sort(key=lambda fact: fact.title != _NAME)

    def _keyword(self, element: Element, manner: Manner, draft: _Draft, before: str, depth: int) -> None:
        """A keyword of Cave, of which there may be many in the section."""
        inside = _Draft(draft.topic, draft.title, draft.facts)
        self._fill(element, inside, before, depth)
        findings.note(manner.name, element, inside.parts, self.found)

    def _line(self, element: Element, manner: Manner, draft: _Draft, before: str, depth: int) -> None:
        """A component as one fact: what it is about as the title, all else that it says as the text."""
        inside = _Draft(draft.topic, "")
        self._fill(element, inside, "", depth)
        title, said = _about(vocabulary.TITLES[_LINES[manner.name]], inside.facts)
        if said:
            draft.facts.append(Fact(before + (title or manner.title), said))

    def _diagnosis(self, element: Element, manner: Manner, draft: _Draft, before: str, depth: int) -> None:
        """A diagnosis as one fact: whether it is the main one as the title, all else that is said as the text."""
        inside = _Draft(draft.topic, "")
        self._fill(element, inside, "", depth)
        findings.note(manner.name, element, inside.parts, self.found)
        rank = next((fact for fact in inside.facts if fact.title == _MAIN and fact.text in _RANKS), None)
        said = "; ".join(fact.text for fact in inside.facts if fact is not rank)
        if said or rank:
            draft.facts.append(Fact(before + (_RANKS[rank.text] if rank else manner.title), said or "ikke oppgitt"))

    def _flatten(self, element: Element, draft: _Draft, before: str) -> None:
        """Write what is nested beyond reason, without going down into it."""
        for each in element.iter():
            manner = vocabulary.manner(tree.name(each))
            if said := values.words(each, manner):
                draft.facts.append(Fact(before + manner.title, said))
            if each is not element and each.tail and not each.tail.isspace():
                draft.facts.append(Fact(_STRAY, each.tail.strip()))


# Components that are written in a way of their own.
_SPECIAL = {
    "Journaltekst": Page._note,
    "MedisinskDiagnose": Page._diagnosis,
    "StikkordCave": Page._keyword,
    **dict.fromkeys(("Legemiddelinfo", "AdmAvHelsepersonell", "Egenadministrering"), Page._medicine),
    **dict.fromkeys(_LINES, Page._line),
}


def _heading_list(heading: Element | None) -> str:
    """The list that has a heading's code, for those that name none."""
    value = tree.attribute(heading, "V")
    return next((list for list in vocabulary.HEADING_LISTS if value and codes.text(list, value)), "")


def _about(title: str, facts: list[Fact]) -> tuple[str, str]:
    """What a line is about, and the rest of it; a line with nothing more says just that."""
    about = next((fact for fact in facts if fact.title == title), None)
    rest = "; ".join(f"{fact.title}: {fact.text}" for fact in facts if fact is not about)
    return (about.text, rest) if about and rest else ("", rest or (about.text if about else ""))
