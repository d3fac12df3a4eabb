"""A municipal message laid out for people: every component under its heading, all that it says in words.

The layout is one walk over the tree that knows hardly any component: the vocabulary tells what each is called and
where it belongs. Technical identifiers in attributes (komponentID and the like) are for nobody to read and stay in
the raw message.
"""

from collections.abc import Collection, Iterable
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
_HEADING, _TEXT = "Overskriftskode", "Notat"
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

    def lay_out(self, message: Element, first: Collection[str]) -> None:
        """Write a whole message in the sender's order, but the components of these names first.

        What stands under no heading of its own comes last.
        """
        rest = _Draft(Topic.OTHER, _REMAINS)
        self._fill(sorted(message, key=lambda each: tree.local(each) not in first), message.text, rest, "", 0)
        self._drafts.append(rest)

    def introduce(self, companions: Element, title: str) -> None:
        """Write people who only go along, each in a section of their own, with what is said about them."""
        draft = self._begin(Topic.PEOPLE, title)
        _stray(companions.text, draft)
        for each in companions:
            if draft.facts and tree.local(each) in vocabulary.MAIN_PARTIES:
                draft = self._begin(Topic.PEOPLE, title)
            self._fill((each,), None, draft, "", 0)

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

    def _fill(self, children: Iterable[Element], stray: str | None, draft: _Draft, before: str, depth: int) -> None:
        """Write the children of a component, and text before and between them, of which no schema knows."""
        facts = draft.facts
        for child in children:
            if stray and not stray.isspace():
                _stray(stray, draft)
            manner = vocabulary.manner(child.tag)
            if len(child):
                self._write(child, manner, draft, before, depth)
            elif said := values.words(child, manner, self._lists.get(manner.name, "")):
                facts.append(Fact(before + manner.title, said))
                draft.parts.setdefault(manner.name, child)
            stray = child.tail
        _stray(stray, draft)

    def _write(self, element: Element, manner: Manner, draft: _Draft, before: str, depth: int) -> None:
        """Write a component into the section it stands in, or into a new one if it has its own heading."""
        if depth > _DEEPEST:
            draft.facts.append(Fact(before + manner.title, values.everything(element)))
        elif write := _SPECIAL.get(manner.name):
            write(self, element, manner, draft, before, depth + 1)
        elif manner.topic:
            own = self._begin(manner.topic, manner.title)
            self._fill(element, element.text, own, "", depth + 1)
            findings.note(manner.name, element, own.parts, self.found)
        elif people.is_party(element):
            main = draft.topic is Topic.PEOPLE and manner.name in vocabulary.MAIN_PARTIES
            draft.facts += people.facts(element, "" if main else before + manner.title)
        else:
            # Only what no schema knows has both children and a code.
            if said := values.attributed(element, manner, ""):
                draft.facts.append(Fact(before + manner.title, said))
            self._fill(element, element.text, draft, before + manner.before, depth + 1)

    def _note(self, note: Element, manner: Manner, around: _Draft, before: str, depth: int) -> None:
        """A note of a record: a section of its own under its heading, else under that of what it stands in."""
        heading = next((each for each in note if tree.local(each) == _HEADING and len(each) == 0), None)
        known = _heading_list(heading)
        title = "" if heading is None else values.words(heading, vocabulary.manner(_HEADING), known)
        topic = vocabulary.topic(values.code(heading, known), around.topic)
        draft = self._begin(topic, title or around.title or manner.title)
        _stray(note.text, draft)
        for child in note:
            if tree.local(child) == _TEXT:
                draft.text = "\n\n".join(t for t in (draft.text, text.plain(child)) if t)
                _stray(child.tail, draft)
            elif child is heading:
                _stray(child.tail, draft)
            else:
                self._fill((child,), None, draft, "", depth)

    def _medicine(self, element: Element, manner: Manner, draft: _Draft, before: str, depth: int) -> None:
        """A medicine begins with its name, which stands last in the schema."""
        draft = self._begin(manner.topic or draft.topic, manner.title)
        self._fill(element, element.text, draft, "", depth)
        findings.note(manner.name, element, draft.parts, self.found)
        draft.facts.sort(key=lambda fact: fact.title != _NAME)

    def _keyword(self, element: Element, manner: Manner, draft: _Draft, before: str, depth: int) -> None:
        """A keyword of Cave, of which there may be many in the section."""
        inside = _Draft(draft.topic, draft.title, draft.facts)
        self._fill(element, element.text, inside, before, depth)
        findings.note(manner.name, element, inside.parts, self.found)

    def _line(self, element: Element, manner: Manner, draft: _Draft, before: str, depth: int) -> None:
        """A component as one fact: what it is about as the title, all else that it says as the text."""
        inside = _Draft(draft.topic, manner.title)
        self._fill(element, element.text, inside, "", depth)
        title, said = _about(vocabulary.TITLES[_LINES[manner.name]], inside.facts)
        if said:
            draft.facts.append(Fact(before + (title or manner.title), said))

    def _diagnosis(self, element: Element, manner: Manner, draft: _Draft, before: str, depth: int) -> None:
        """A diagnosis as one fact: whether it is the main one as the title, all else that is said as the text."""
        inside = _Draft(draft.topic, manner.title)
        self._fill(element, element.text, inside, "", depth)
        findings.note(manner.name, element, inside.parts, self.found)
        rank = next((fact for fact in inside.facts if fact.title == _MAIN and fact.text in _RANKS), None)
        said = "; ".join(fact.text for fact in inside.facts if fact is not rank)
        if said or rank:
            draft.facts.append(Fact(before + (_RANKS[rank.text] if rank else manner.title), said or "ikke oppgitt"))


# Components that are written in a way of their own.
_SPECIAL = {
    "Journaltekst": Page._note,
    "MedisinskDiagnose": Page._diagnosis,
    "StikkordCave": Page._keyword,
    **dict.fromkeys(("Legemiddelinfo", "AdmAvHelsepersonell", "Egenadministrering"), Page._medicine),
    **dict.fromkeys(_LINES, Page._line),
}


def _stray(said: str | None, draft: _Draft) -> None:
    """Write text that stands where only elements should."""
    if said and not said.isspace():
        draft.facts.append(Fact(_STRAY, said.strip()))


def _heading_list(heading: Element | None) -> str:
    """The list that has a heading's code, for those that name none."""
    value = tree.attribute(heading, "V")
    return next((list for list in vocabulary.HEADING_LISTS if value and codes.text(list, value)), "")


def _about(title: str, facts: list[Fact]) -> tuple[str, str]:
    """What a line is about, and the rest of it; a line with nothing more says just that."""
    about = next((fact for fact in facts if fact.title == title), None)
    rest = "; ".join(f"{fact.title}: {fact.text}" for fact in facts if fact is not about)
    return (about.text, rest) if about and rest else ("", rest or (about.text if about else ""))
