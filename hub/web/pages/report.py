"""A message's report as people read it: what matters first, each thing once, the rest folded."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TypeVar

from hub.calendar import Hours
from hub.message import Code, Diagnosis, Event, Fact, Kind, Medicine, Message, Report, Section, Stay, Topic
from hub.web import language, wording
from hub.web.language import MONTHS, N_, Language
from hub.web.pages import saying
from hub.web.pages.saying import Row

# Parts that stand folded, behind a line that says what they hold.
FOLDED = (Topic.FUNCTION, Topic.PEOPLE, Topic.OTHER)

# What a message of a kind is sent for stands before all else.
FIRST = {
    Kind.TO_DOCTOR: Topic.REQUEST,
    Kind.ADMITTED: Topic.EVENT,
    Kind.READY: Topic.EVENT,
    Kind.NOT_READY: Topic.EVENT,
    Kind.DISCHARGED: Topic.EVENT,
    Kind.DEATH: Topic.EVENT,
}

# What messages call that which stands in lines of their own here.
_SUBJECT_NAMES = frozenset({"innhold", "hendelse", "type forespørsel"})
_PRIORITY_NAMES = frozenset({"prioritet", "hastegrad"})
_ADMITTED_NAMES = frozenset({"opphold", "innlagt", "fra"})
_DISCHARGED_NAMES = frozenset({"opphold", "utskrevet", "til"})
_OUTCOME_NAMES = frozenset({"opphold", "utskrevet til", "til"})
_EVENT_NAMES = frozenset({"hendelse", "tidspunkt", "beskrivelse", "merknad", "sted"})
_MAIN_NAMES = frozenset({"diagnoser", "diagnose", "hoveddiagnose"})
_OTHER_NAMES = frozenset({"diagnoser", "diagnose", "bidiagnose"})
_STATUS_NAMES = frozenset({"status", "status for forskrivningen"})
_MEDICINE_NAMES = _STATUS_NAMES | {
    "legemiddel",
    "navn",
    "virkestoff",
    "styrke",
    "atc",
    "dosering",
    "enkeltdose",
    "merknad",
}

_NOWHERE = Stay()

# By which words it is known what became of a medicine: stopped, begun, changed, paused. A word is known from its
# beginning, so that "seponeres" is one of them and "uendret" is not.
CHANGES = tuple(
    re.compile(rf"\b(?:{stems})")
    for stems in (
        "sepon|stop|slutt|avslutt|opph",
        r"nye?\b|nytt\b|new\b|start|oppstart|påbegynt",
        r"endr|chang|økt\b|øke|økn|redus|just",
        "midlertid|paus",
    )
)
UNCHANGED = len(CHANGES)

_K = TypeVar("_K")

ADMITTED, DISCHARGED, OUTCOME = N_("Admitted"), N_("Discharged"), N_("Discharged to")


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened or is expected to: what, when or where to, and what else is told of it.

    `iso` is the same time for machines.
    """

    what: str
    when: str = ""
    iso: str = ""
    estimated: bool = False
    remark: str = ""
    more: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A diagnosis: its code, and what it is called."""

    code: str
    words: str
    main: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A medicine as a line of the table, with what else is told of it."""

    name: str
    code: str
    dose: str
    status: str
    changed: bool
    remark: str
    more: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """What a report tells about one topic."""

    topic: Topic
    title: str
    sections: tuple[Section, ...] = ()
    events: tuple[Happened, ...] = ()
    diagnoses: tuple[Found, ...] = ()
    warnings: tuple[str, ...] = ()
    medicines: tuple[Taken, ...] = ()

    @property
    def holds(self) -> str:
        """What its sections are called, for who wonders whether to unfold it."""
        titles = (s.title for s in self.sections if s.title and s.title.casefold() != self.title.casefold())
        return " · ".join(dict.fromkeys(titles))

    @property
    def empty(self) -> bool:
        """Whether nothing is told."""
        return not (self.sections or self.events or self.diagnoses or self.warnings or self.medicines)


@dataclass(frozen=True, slots=True)
class Told:
    """A report in reading order: what is open to the eye, and what stands folded."""

    status: str
    edition: str
    priority: str
    urgent: bool
    chapters: tuple[Chapter, ...]
    folded: tuple[Chapter, ...]


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells reports in one language, by one clock."""

    language: Language
    hours: Hours
    now: datetime

    def told(self, m: Message) -> Told:
        """A message's report. When nothing in it is of the first order, nothing is folded."""
        chapters = [self.chapter(topic, m) for topic in order(m.kind)]
        first = tuple(c for c in chapters if c.topic not in FOLDED and not c.empty)
        rest = tuple(c for c in chapters if c.topic in FOLDED and not c.empty)
        alone = not first and not any(p.text for p in m.parts)
        return Told(
            status=self._words_for(wording.STATUSES, m.status),
            edition=" · ".join(t for c in m.report.codes if (t := self._edition(c))),
            priority=self._words_for(wording.PRIORITIES, m.report.priority.value) or _words(m.report.priority),
            urgent=m.report.priority.value not in ("", "NORM"),
            chapters=rest if alone else first,
            folded=() if alone else rest,
        )

    def chapter(self, topic: Topic, m: Message) -> Chapter:
        """All that a message's report tells about a topic, each thing once."""
        report, title = m.report, self.language.gettext(wording.TOPICS[topic])
        sections = [s for s in report.sections if s.topic is topic]
        top = _top(m, sections)
        match topic:
            case Topic.EVENT:
                return self._events(title, report, sections, top)
            case Topic.DIAGNOSIS:
                return _diagnoses(title, report, sections, top)
            case Topic.WARNING:
                return Chapter(topic, title, _beyond(sections, top), warnings=_unsaid(report.warnings, sections))
            case Topic.MEDICATION:
                return _medication(title, report, sections, top)
        return Chapter(topic, title, _beyond(sections, top))

    def _events(self, title: str, report: Report, sections: Sequence[Section], top: Sequence[Row]) -> Chapter:
        more, others = saying.shared(sections, [_event_row(e, self.hours) for e in report.events])
        stay, known = report.stay or _NOWHERE, {e.at for e in report.events}
        times = ((ADMITTED, stay.admitted, _ADMITTED_NAMES), (DISCHARGED, stay.discharged, _DISCHARGED_NAMES))
        rows = (
            *(Row(written(at, self.hours), names) for _, at, names in times),
            Row(_all(stay.outcome), _OUTCOME_NAMES),
        )
        events = (
            *(self._at(self.language.gettext(what), at) for what, at, _ in times if at and at not in known),
            *(self._happened(e, rest) for e, rest in zip(report.events, more, strict=True)),
            *self._outcome(stay.outcome),
        )
        return Chapter(Topic.EVENT, title, _beyond(others, (*rows, *top)), events=events)

    def _outcome(self, outcome: Code) -> Iterator[Happened]:
        if where := _words(outcome):
            yield Happened(self.language.gettext(OUTCOME), where)

    def _happened(self, event: Event, more: tuple[Fact, ...]) -> Happened:
        """An event in words: what the code says, and what the sender says beside it."""
        what = ": ".join(dict.fromkeys(t for t in (_words(event.code), event.text) if t))
        return self._at(what, event.at, event.estimated, event.remark, more)

    def _at(
        self,
        what: str,
        at: datetime | None,
        estimated: bool = False,
        remark: str = "",
        more: tuple[Fact, ...] = (),
    ) -> Happened:
        return Happened(what, self._when(at) if at else "", at.isoformat() if at else "", estimated, remark, more)

    def _when(self, at: datetime) -> str:
        """A day by its date, as paper knows no "today", and its clock, if anybody told it."""
        local, today = self.hours.local(at), self.hours.local(self.now).date()
        near = local.year == today.year
        day = self.language.weekday(local.date()) if near else self.language.date(local.date(), today)
        return day if local.time() == time(0) else f"{day} {local:%H:%M}"

    def _edition(self, code: Code) -> str:
        """Whether a report is more or less than a final one (7306)."""
        return self._words_for(wording.EDITIONS, code.value) if code.number == "7306" else ""

    def _words_for(self, table: Mapping[_K, str], key: _K) -> str:
        return self.language.gettext(table[key]) if key in table else ""


def order(kind: Kind) -> Sequence[Topic]:
    """The topics in the order in which people want to read a message of this kind."""
    first = FIRST.get(kind)
    return sorted(Topic, key=lambda topic: topic is not first)


def change(status: Code) -> int:
    """What became of a medicine, as a place in CHANGES; UNCHANGED when nothing is known to have."""
    words = _words(status).casefold()
    return next((n for n, known in enumerate(CHANGES) if known.search(words)), UNCHANGED)


def written(at: datetime | None, hours: Hours) -> tuple[str, ...]:
    """A time in all the ways in which a message's readers put it into words, with a clock and as a day alone."""
    if at is None:
        return ()
    local = hours.local(at)
    month = language.load(language.DEFAULT).gettext(MONTHS[local.month - 1])
    clocks = (f"kl. {local:%H.%M}", f"kl. {local:%H:%M}") if local.time() != time(0) else ("", "kl. 00.00", "kl. 00:00")
    days = (f"{local.day}. {month} {local.year}", f"{local:%d.%m.%Y}")
    return tuple(f"{day} {clock}".strip() for day in days for clock in clocks)


def _diagnoses(title: str, report: Report, sections: Sequence[Section], top: Sequence[Row]) -> Chapter:
    """The diagnoses, the main one first."""
    left = _beyond(sections, (*map(_diagnosis_row, report.diagnoses), *top))
    found = sorted(report.diagnoses, key=lambda d: not d.main)
    return Chapter(Topic.DIAGNOSIS, title, left, diagnoses=tuple(map(_found, found)))


def _medication(title: str, report: Report, sections: Sequence[Section], top: Sequence[Row]) -> Chapter:
    """The medicines, those first that something became of; otherwise in the sender's order."""
    more, others = saying.shared(sections, [_medicine_row(m) for m in report.medication])
    pairs = sorted(zip(report.medication, more, strict=True), key=lambda pair: change(pair[0].status))
    medicines = tuple(_taken(m, rest) for m, rest in pairs)
    return Chapter(Topic.MEDICATION, title, _beyond(others, top), medicines=medicines)


def _beyond(sections: Iterable[Section], rows: Sequence[Row]) -> tuple[Section, ...]:
    return tuple(left for section in sections if (left := saying.beyond(section, rows)))


def _unsaid(warnings: Iterable[str], sections: Sequence[Section]) -> tuple[str, ...]:
    """The warnings that no section says: sections say what kind of warning it is, too."""
    rows = [Row((s.text, *(f"{f.title} {f.text}" for f in s.facts))) for s in sections]
    return tuple(w for w in warnings if not any(row.says(w) for row in rows))


def _top(m: Message, sections: Sequence[Section]) -> Sequence[Row]:
    """What stands at the top of the page already, whatever its section is called."""
    headings = frozenset(saying.plain(s.title) for s in sections)
    return (
        Row((m.subject,), _SUBJECT_NAMES | headings),
        Row(_all(m.report.priority), _PRIORITY_NAMES | headings),
    )


def _event_row(e: Event, hours: Hours) -> Row:
    estimated = f"Tidspunktet er anslått: {'ja' if e.estimated else 'nei'}"
    words = (*_all(e.code), e.text, *written(e.at, hours), e.remark, estimated)
    return Row(words, _EVENT_NAMES, key=written(e.at, hours)[0] if e.at else _words(e.code))


def _diagnosis_row(d: Diagnosis) -> Row:
    return Row((*_all(d.code), d.text), _MAIN_NAMES if d.main else _OTHER_NAMES)


def _medicine_row(m: Medicine) -> Row:
    words = (m.name, *_all(m.code), m.dose, *_all(m.status), m.remark)
    return Row(words, _MEDICINE_NAMES, key=m.name)


def _found(d: Diagnosis) -> Found:
    words = ": ".join(dict.fromkeys(t for t in (d.code.text, d.text) if t))
    return Found(d.code.value, words, d.main)


def _taken(m: Medicine, more: tuple[Fact, ...]) -> Taken:
    code = " ".join(dict.fromkeys(t for t in (m.code.value, m.code.text) if t and t != m.name))
    fuller = next((f for f in more if saying.plain(f.title) in _STATUS_NAMES), None)
    # A section tells the code, too, where nobody can tell whether it means the same as the sender's words.
    status = fuller.text if fuller else _words(m.status)
    rest = tuple(f for f in more if f is not fuller)
    return Taken(m.name, code, m.dose, status, change(m.status) < UNCHANGED, m.remark, rest)


def _words(code: Code) -> str:
    """A code in words, or the code itself where it has none."""
    return code.text or code.value


def _all(code: Code) -> tuple[str, ...]:
    """A code in all the ways in which it may be written."""
    return tuple(dict.fromkeys(t.strip() for t in (code.value, code.text, f"{code.value} {code.text}") if t.strip()))
