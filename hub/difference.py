"""What a message says otherwise than the one before it: what is new, what is gone, and what has changed in words."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import chain

from hub.message import Message, Section, Topic

# What says something of the message itself, and differs in any two.
_WRAPPING = frozenset({"meldingen er", "datert", "godkjent", "mottatt", "dokument-id", "id", "kvittering ønsket"})

# Two texts are the same thing told otherwise when they share so much of their words; below that one took the place of
# the other. Messages that have no such pair, and no text in common, have nothing to do with each other.
ALIKE = 0.25

# Texts of more words are compared by their lines, and those of more lines are not compared; and so many words in all.
MOST_TOKENS = 800
BUDGET = 6_000
# Of more things of one kind nobody looks which has become which.
MOST_PAIRS = 2_500

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


class Mark(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text, and what became of it."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a message tells: under which heading, as what, and in which words."""

    topic: Topic | None
    heading: str
    title: str
    text: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is, whatever is said of it."""
        return self.topic or "", self.heading, self.title


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that is told otherwise: all of it new, all of it gone, or changed in words."""

    topic: Topic | None
    heading: str
    title: str
    runs: tuple[Run, ...]

    @property
    def was(self) -> str:
        """What was said before, "" where it is new."""
        return "".join(run.text for run in self.runs if run.mark is not Mark.NEW)

    @property
    def now(self) -> str:
        """What is said now, "" where it is gone."""
        return "".join(run.text for run in self.runs if run.mark is not Mark.GONE)


def between(old: Message, new: Message) -> tuple[Changed, ...] | None:
    """What the new message says otherwise, in the order in which people read; None when they have nothing in common."""
    before, after = told(old, new), told(new, old)
    found = compared(before, after)
    shared = Counter(before) & Counter(after)
    related = shared or any(likeness(x.was, x.now) >= ALIKE for x in found)
    return found if related else None


def told(m: Message, other: Message) -> tuple[Entry, ...]:
    """All that a message tells, thing by thing. Sections of the same title in either message are one thing each."""
    counts = (Counter(_key(s) for s in x.report.sections) for x in (m, other))
    several = {key for count in counts for key, n in count.items() if n > 1}
    parts = (
        Entry(None, part.subject or part.theme.text, title, text)
        for part in m.parts
        for title, text in (("", part.text), ("remark", part.remark))
    )
    sections = (entry for s in m.report.sections for entry in _section(s, _key(s) in several))
    return tuple(entry for entry in chain(parts, sections) if entry.text.strip())


def compared(old: Sequence[Entry], new: Sequence[Entry]) -> tuple[Changed, ...]:
    """What became of each thing: those of one key are the same where they are alike, and in whatever order."""
    budget, first = Budget(BUDGET), {e.key: e for e in (*old, *new)}
    before, after = _grouped(old), _grouped(new)
    keys = sorted(dict.fromkeys((*after, *before)), key=lambda key: _ORDER[key[0]])
    return tuple(
        Changed(first[key].topic, first[key].heading, first[key].title, runs(a, b, budget))
        for key in keys
        for a, b in _paired(before.get(key, []), after.get(key, []))
    )


def applied(old: Iterable[Entry], changes: Iterable[Changed]) -> Counter[Entry]:
    """What an old message's things become by some changes; their order tells nothing."""
    found = Counter(old)
    for x in changes:
        for text, sign in ((x.was, -1), (x.now, 1)):
            if text:
                found[Entry(x.topic, x.heading, x.title, text)] += sign
    return +found


@dataclass(slots=True)
class Budget:
    """How many words may still be compared: whatever a message holds, comparing it ends."""

    left: int

    def take(self, count: int) -> bool:
        """Whether so many may; then they are used up."""
        allowed = count <= self.left
        self.left -= count if allowed else 0
        return allowed


def runs(old: str, new: str, budget: Budget | None = None) -> tuple[Run, ...]:
    """How one text becomes the other: SAME and GONE together are the old one, SAME and NEW the new one."""
    budget = budget or Budget(BUDGET)
    blocks = [(a, b) for a, b in _joined(_blocks(old, new, budget)) if a or b]
    marked = (
        (Run(Mark.SAME, a),) if a == b else (Run(Mark.GONE, a), Run(Mark.NEW, b)) for a, b in blocks
    )  # fmt: skip
    return tuple(run for group in marked for run in group if run.text)


def likeness(a: str, b: str) -> float:
    """How much two texts share of their words, from 0 to 1."""
    words, others = (frozenset(re.findall(r"\w+", x.casefold())) for x in (a, b))
    return len(words & others) / len(words | others) if words | others else 0.0


_ORDER = {"": -1} | {topic.value: n for n, topic in enumerate(Topic)}


def _grouped(entries: Iterable[Entry]) -> dict[tuple[str, str, str], list[str]]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for entry in entries:
        found.setdefault(entry.key, []).append(entry.text)
    return found


def _key(s: Section) -> tuple[Topic, str]:
    return s.topic, s.title


def _section(s: Section, one: bool) -> Iterator[Entry]:
    """The things that a section tells, or all of it as one."""
    facts = [f for f in s.facts if not (s.topic is Topic.OTHER and f.title.casefold() in _WRAPPING)]
    if one:
        lines = (*(f"{f.title}: {f.text}" for f in facts), s.text)
        yield Entry(s.topic, s.title, "", "\n".join(line for line in lines if line))
        return
    yield from (Entry(s.topic, s.title, f.title, f.text) for f in facts)
    yield Entry(s.topic, s.title, "", s.text)


def _paired(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """What differs, each old text with the new one that it has become; "" for what is new or gone."""
    same = Counter(old) & Counter(new)
    gone, come = list((Counter(old) - same).elements()), list((Counter(new) - same).elements())
    if len(gone) == len(come) == 1:
        yield gone[0], come[0]
        return
    if len(gone) * len(come) > MOST_PAIRS:
        yield from (*(("", text) for text in come), *((text, "") for text in gone))
        return
    for text in come:
        nearest = max(gone, key=lambda x: likeness(x, text), default="")
        if nearest and likeness(nearest, text) >= ALIKE:
            gone.remove(nearest)
            yield nearest, text
        else:
            yield "", text
    yield from ((text, "") for text in gone)


def _blocks(old: str, new: str, budget: Budget) -> Iterator[tuple[str, str]]:
    """Pieces of both texts that stand for each other, by words, else by lines, else as they are."""
    for pattern in (_WORDS, _LINES):
        a, b = pattern.findall(old), pattern.findall(new)
        if max(len(a), len(b)) <= MOST_TOKENS and budget.take(len(a) + len(b)):
            for _, i1, i2, j1, j2 in SequenceMatcher(None, a, b).get_opcodes():
                yield "".join(a[i1:i2]), "".join(b[j1:j2])
            return
    yield old, new


def _joined(blocks: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The same with changes as one that only a blank stands between."""
    held: tuple[str, str] | None = None
    blank = ""
    for a, b in blocks:
        if a == b and held and not a.strip():
            blank = a
        elif a == b:
            yield from (x for x in (held, (blank, blank)) if x)
            held, blank = None, ""
            yield a, b
        else:
            held = (held[0] + blank + a, held[1] + blank + b) if held else (a, b)
            blank = ""
    yield from (x for x in (held, (blank, blank)) if x)
