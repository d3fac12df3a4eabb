"""What a discharge summary tells (ServRprt of Epikrise 1.1 and 1.2): the stay, what was found, and what is to follow.

All that stands in it becomes sections in words; what a program can ask for is read beside them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from hub.message import Code, Diagnosis, Fact, Medicine, Report, Section, Stay, Topic
from hub.wire import codes, text, times, tree, wording
from hub.wire.names import CODE_SYSTEMS
from hub.wire.tree import Element, Fields

# What a text is about by its heading (8311); all others are about what was found, done and thought.
_HEADINGS = {
    "OP": Topic.FOLLOW_UP,
    "UP": Topic.FOLLOW_UP,
    "SY": Topic.FOLLOW_UP,
    "ME": Topic.MEDICATION,
    "HJ": Topic.FUNCTION,
    "FA": Topic.FUNCTION,
    "IP": Topic.OTHER,
    "TB": Topic.OTHER,
}

# What an item is about by its type (8233), in the same way.
_ITEMS = {
    "H": Topic.DIAGNOSIS,
    "B": Topic.DIAGNOSIS,
    "ART": Topic.DIAGNOSIS,
    "CAVE": Topic.WARNING,
    "SM": Topic.WARNING,
    "NB": Topic.WARNING,
    "MEDB": Topic.MEDICATION,
    "SYKM": Topic.FOLLOW_UP,
}
_CODED_DIAGNOSES = ("H", "B")
_TITLES = {
    Topic.DIAGNOSIS: "Diagnoser",
    Topic.WARNING: "Kritisk informasjon",
    Topic.MEDICATION: "Legemiddel",
    Topic.FOLLOW_UP: "Sykmelding",
    Topic.ASSESSMENT: "Funn og opplysninger",
}
# What people say for some of the list's own words.
_PLAINLY = {"Legemiddelopplysning": "Legemiddel", "Cave-opplysninger": "Cave"}

_NAMED_ELSEWHERE = ("Name", "OffId", "TypeOffId", "AdditionalId", "DateOfDeath")


@dataclass(frozen=True, slots=True)
class _Item:
    """An item of information (InfItem): what it says in words, and what a program can ask for."""

    topic: Topic
    facts: tuple[Fact, ...]
    diagnosis: Diagnosis | None = None
    medicine: Medicine | None = None


def report(message: Fields, rprt: Fields, valid: bool = True) -> Report:
    """All that a discharge summary tells, in the sender's order.

    One that breaks its schema may have text anywhere, and elements in elements without end. Where a site takes it all
    the same, all of its text is told once more as it stands.
    """
    if valid:
        return _report(message, rprt)
    whole = _section(Topic.OTHER, "All tekst i epikrisen", (), _text(message, rprt))
    try:
        found = _report(message, rprt)
    except RecursionError:
        return Report(whole)
    return replace(found, sections=(*found.sections, *whole))


def _report(message: Fields, rprt: Fields) -> Report:
    events = [Fields(event) for each in rprt.all("Event") for event in each.iter(tree.name(each))]
    items = [[_item(each) for each in event.all("InfItem")] for event in events]
    patient = rprt.of("Patient")
    precautions = _related(patient, "PatientPrecaution", "Spesielle hensyn")
    sections = [*_about(message, rprt)]
    for each in rprt.all("ServReq"):
        sections += _request(Fields(each))
    for event, own in zip(events, items, strict=True):
        sections += _event(event, own)
    sections += (*_patient(patient, precautions), *_people(rprt, patient), *_enclosed(rprt))
    told = [item for own in items for item in own]
    warnings = [fact.text for item in told if item.topic is Topic.WARNING for fact in item.facts]
    return Report(
        sections=tuple(sections),
        codes=status(rprt),
        stay=_stay(events),
        diagnoses=tuple([item.diagnosis for item in told if item.diagnosis]),
        warnings=tuple(dict.fromkeys([*warnings, *(fact.text for fact in precautions)])),
        medication=tuple([item.medicine for item in told if item.medicine]),
        priority=priority(rprt),
    )


def _text(message: Fields, rprt: Fields) -> str:
    """All text that stands anywhere but in files."""
    holders = [each.element for each in (message, rprt) if each.element is not None]
    found = [holder.text or "" for holder in holders]
    for child in (child for holder in holders for child in holder):
        within = tree.local(child) not in ("ServRprt", "RefDoc")
        found += [text.plain(child) if within else "", child.tail or ""]
    return "\n".join([t.strip() for t in found if t.strip()])


def _about(message: Fields, rprt: Fields) -> Iterator[Section]:
    """What the document says about itself."""
    envelope = ("MIGversion", "GenDate", "MsgId", "Type")
    yield from _section(Topic.OTHER, "Om epikrisen", [*_facts(message, envelope), *_facts(rprt)])


def status(rprt: Fields) -> tuple[Code, ...]:
    """Preliminary, final or a supplement (7306); without its words, which would become the message's subject."""
    status = rprt.attribute("Status")
    return (Code(status, "", f"{CODE_SYSTEMS}7306"),) if status else ()


def priority(rprt: Fields) -> Code:
    """How urgent it is, by the sender (7303)."""
    return wording.code(rprt.one("Priority"), "7303")


def _stay(events: list[Fields]) -> Stay | None:
    """The first contact that is reported; others, also those within it, are told in words only."""
    for event in events:
        reported = event.of("ReportedEvent")
        if reported.element is not None:
            begun, ended = (_instant(reported.attribute(name)) for name in ("StartDateTime", "EndDateTime"))
            return Stay(begun, ended, wording.code(event.one("AdmOutcome"), "7300"))
    return None


def _instant(written: str) -> datetime | None:
    """A point in time; of a day without a clock it is the beginning."""
    if at := times.instant(written):
        return at
    day = times.day(written)
    return times.instant(f"{day.isoformat()}T00:00:00") if day else None


def _request(request: Fields) -> Iterator[Section]:
    """The referral that the stay began with: its reasons and diagnoses."""
    told = [] if request.element is None else wording.pieces(request.element)
    yield from _section(Topic.OTHER, "Henvisning", wording.facts(told, ("Diagnosis",)))
    for each in request.all("ReasonAsText"):
        yield from _headed(each, "Årsak til henvisning")
    diagnoses = [Fact("Diagnose", words) for manner, words, _ in told if manner.name == "Diagnosis"]
    yield from _section(Topic.DIAGNOSIS, "Diagnoser ved henvisning", diagnoses)


def _event(event: Fields, items: list[_Item]) -> Iterator[Section]:
    """A stay, a contact or what is planned, with all that was found in it; events within it follow by themselves."""
    planned, reported = event.of("PlannedEvent"), event.of("ReportedEvent")
    own = [] if event.element is None else wording.pieces(event.element)
    found = [*_facts(reported), *_facts(planned), *wording.facts(own, ("CodedComment",)), *_facts(event.of("Service"))]
    if planned.element is None:
        yield from _section(Topic.EVENT, "Opphold", found)
    else:
        yield from _section(Topic.FOLLOW_UP, "Planlagt", found)
    responsible = _related(event, "RelServProvider", "Helsepersonell")
    yield from _section(Topic.PEOPLE, "Ansvarlig helsepersonell", responsible)
    yield from _grouped(items)
    for each in event.all("Comment"):
        yield from _headed(each, "Merknad")
    coded = [Fact("Merknad", words) for manner, words, _ in own if manner.name == "CodedComment"]
    yield from _section(Topic.ASSESSMENT, "Kodede merknader", coded)


def _grouped(items: list[_Item]) -> Iterator[Section]:
    """Items about the same in one section, but a section for each medicine, which has facts of its own."""
    for topic, alike in groupby(items, lambda item: item.topic):
        if topic is Topic.MEDICATION:
            for item in alike:
                yield from _section(topic, _TITLES[topic], item.facts)
        else:
            yield from _section(topic, _TITLES[topic], [fact for item in alike for fact in item.facts])


def _headed(element: Element, otherwise: str) -> Iterator[Section]:
    """A text as a section of its own, by its heading (8311)."""
    told, value = wording.pieces(element), ""
    for manner, _, each in told:
        if manner.name == "Heading":
            value = tree.attribute(each, "V")
    heading, free = wording.said(told, "Heading"), wording.said(told, "TextResultValue")
    coded = [Fact("Kode", words) for manner, words, _ in told if manner.name == "TextCode"]
    # A heading in words of the sender's own is kept, also where nothing stands under it.
    if not free and not coded and heading != codes.text("8311", value):
        free = heading
    yield from _section(_HEADINGS.get(value, Topic.ASSESSMENT), heading or otherwise, coded, free)


def _item(element: Element) -> _Item:
    """An InfItem: a diagnosis, a warning, a medicine, a result or anything else that was seen."""
    told, type, medication, observed = wording.pieces(element), "", None, None
    for child in element:
        match tree.local(child):
            case "Type":
                type = tree.attribute(child, "V")
            case "Medication":
                medication = child
            case "Observation":
                observed = wording.pieces(child)
    words = wording.said(told, "Type")
    title = _PLAINLY.get(words, words) or "Opplysning"
    rest = wording.facts(told, ("ResultItem", "Type"))
    if medication is not None:
        return _medication(title, medication, rest)
    content = wording.observation(observed) if observed else wording.said(told, "ResultItem")
    further = "; ".join([f"{fact.title}: {fact.text}" for fact in rest])
    content = "\n".join([t for t in (content, further) if t])
    # A type in words of the sender's own is kept in the same way as a heading.
    facts = (Fact(title, content or words),) if content or words != codes.text("8233", type) else ()
    diagnosis = _diagnosis(observed, type) if observed and type in _CODED_DIAGNOSES else None
    return _Item(_ITEMS.get(type, Topic.ASSESSMENT), facts, diagnosis)


def _diagnosis(observed: list[wording.Piece], type: str) -> Diagnosis:
    """A diagnosis for programs; its text is what the sender says beyond the code."""
    described = next((each for manner, _, each in observed if manner.name == "CodedDescr"), None)
    coded = Fields(described)
    modified = [wording.labelled(each) for each in coded.all("Modifier")]
    words = (*modified, wording.said(observed, "Description", "Comment", between="\n"))
    return Diagnosis(coded.code("Concept"), "\n".join([t for t in words if t]), main=type == "H")


def _medication(title: str, medication: Element, rest: list[Fact]) -> _Item:
    """A medicine: its name first, then how it is taken and what became of it."""
    told, fields = wording.pieces(medication), Fields(medication)
    drug = fields.code("DrugId")
    medicine = Medicine(
        name=drug.text or drug.value,
        code=drug,
        dose=wording.said(told, "DosageText", "DosageCoded", "UnitDose", between="; "),
        status=fields.code("Status"),
        remark=wording.said(told, "Comment"),
    )
    name = Fact(title, wording.said(told, "DrugId") or title)
    return _Item(Topic.MEDICATION, (name, *wording.facts(told, ("DrugId",)), *rest), medicine=medicine)


def _patient(patient: Fields, precautions: list[Fact]) -> Iterator[Section]:
    """What is told of the patient beyond who it is."""
    told = [] if patient.element is None else wording.pieces(patient.element)
    died = wording.said(told, "DateOfDeath")
    yield from _section(Topic.EVENT, "Død", [Fact("Død", died)] if died else ())
    yield from _section(Topic.PEOPLE, "Pasienten", wording.facts(told, _NAMED_ELSEWHERE))
    yield from _section(Topic.WARNING, _TITLES[Topic.WARNING], precautions)


def _people(rprt: Fields, patient: Fields) -> Iterator[Section]:
    """Next of kin, those who are responsible, and those who send and receive, each with telephones and addresses."""
    yield from _section(Topic.PEOPLE, "Pårørende", _related(patient, "PatientRelParty", "Pårørende"))
    close = _related(patient, "PatRelHCP", "Helsepersonell")
    yield from _section(Topic.PEOPLE, "Pasientens helsepersonell", close)
    parties = (("ServProvider", "Avsender"), ("CopyDest", "Kopimottaker"), ("Requester", "Mottaker"))
    addressed = [fact for name, title in parties for fact in _related(rprt, name, title)]
    yield from _section(Topic.PEOPLE, "Avsender og mottakere", addressed)
    responsible = _related(rprt, "RelServProvider", "Helsepersonell")
    yield from _section(Topic.PEOPLE, "Ansvarlig helsepersonell", responsible)


def _related(fields: Fields, name: str, otherwise: str) -> list[Fact]:
    """Everybody of a name: what they are to the patient or the stay (8254), and who."""
    found = (wording.pieces(each) for each in fields.all(name))
    facts = [Fact(wording.said(told, "Relation") or otherwise, wording.related(told, ("Relation",))) for told in found]
    return [fact for fact in facts if fact.text]


def _enclosed(rprt: Fields) -> Iterator[Section]:
    """What is said about the files that come along."""
    told = [Fact("Vedlegg", words) for each in rprt.all("RefDoc") if (words := wording.line(wording.pieces(each)))]
    yield from _section(Topic.OTHER, "Vedlegg", told)


def _section(topic: Topic, title: str, facts: Sequence[Fact] = (), free: str = "") -> tuple[Section, ...]:
    """A section, where there is anything to tell."""
    return (Section(topic, title, tuple(facts), free),) if facts or free else ()


def _facts(fields: Fields, without: tuple[str, ...] = ()) -> list[Fact]:
    return [] if fields.element is None else wording.facts(wording.pieces(fields.element), without)
