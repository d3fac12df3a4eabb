"""What a discharge summary tells (ServRprt of Epikrise 1.1 and 1.2): the stay, what was found, and what is to follow.

All that stands in it becomes sections in words; what a program can ask for is read beside them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import groupby

from hub.message import Code, Diagnosis, Fact, Medicine, Report, Section, Stay, Topic
from hub.wire import codes, text, times, tree, wording
from hub.wire.names import CODE_SYSTEMS
from hub.wire.tree import NOTHING, Element, Fields

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

_CONTENT = ("ResultItem", "Medication", "Observation", "Type")
_APART = ("Event", "InfItem", "Comment", "CodedComment", "RelServProvider", "ReportedEvent", "PlannedEvent", "Service")
_OF_THE_REPORT = (
    *("ServReq", "Event", "Patient", "ServProvider", "CopyDest", "Requester", "RelServProvider", "RefDoc"),
    *("PatientPrecaution", "PatientRelParty", "PatRelHCP"),
)
_NAMED_ELSEWHERE = ("Name", "OffId", "TypeOffId", "AdditionalId", "DateOfDeath")


@dataclass(frozen=True, slots=True)
class _Item:
    """An item of information (InfItem): what it says in words, and what a program can ask for."""

    topic: Topic
    facts: tuple[Fact, ...]
    diagnosis: Diagnosis | None = None
    medicine: Medicine | None = None


def report(message: Fields, rprt: Fields) -> Report:
    """All that a discharge summary tells, in the sender's order."""
    events = [Fields(event) for each in rprt.all("Event") for event in each.iter(tree.name(each))]
    items = [[_item(each) for each in event.all("InfItem")] for event in events]
    patient = rprt.of("Patient")
    precautions = _related(patient, "PatientPrecaution", "Spesielle hensyn")
    sections = [_about(message, rprt)]
    for each in rprt.all("ServReq"):
        sections += _request(Fields(each))
    for event, own in zip(events, items, strict=True):
        sections += _event(event, own)
    sections += (*_patient(patient), Section(Topic.WARNING, _TITLES[Topic.WARNING], precautions))
    sections += (*_people(rprt, patient), _enclosed(rprt))
    told = [item for own in items for item in own]
    warnings = (fact.text for item in told if item.topic is Topic.WARNING for fact in item.facts)
    return Report(
        sections=tuple(section for section in sections if section.facts or section.text),
        codes=_status(rprt),
        stay=_stay(events),
        diagnoses=tuple(item.diagnosis for item in told if item.diagnosis),
        warnings=tuple(dict.fromkeys((*warnings, *(fact.text for fact in precautions)))),
        medication=tuple(item.medicine for item in told if item.medicine),
        priority=wording.code(rprt.one("Priority"), "7303"),
    )


def _about(message: Fields, rprt: Fields) -> Section:
    """What the document says about itself."""
    found = [*_facts(message, ("MIGversion", "GenDate", "MsgId", "Type", "ServRprt")), *_facts(rprt, _OF_THE_REPORT)]
    return Section(Topic.OTHER, "Om epikrisen", tuple(found))


def _status(rprt: Fields) -> tuple[Code, ...]:
    """Preliminary, final or a supplement (7306); without its words, which would become the message's subject."""
    status = rprt.attribute("Status")
    return (Code(status, "", f"{CODE_SYSTEMS}7306"),) if status else ()


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
    return datetime.combine(day, time(), times.OSLO).astimezone(UTC) if day else None


def _request(request: Fields) -> Iterator[Section]:
    """The referral that the stay began with: its reasons and diagnoses."""
    yield Section(Topic.OTHER, "Henvisning", tuple(_facts(request, ("ReasonAsText", "Diagnosis"))))
    yield from (_headed(each, "Årsak til henvisning") for each in request.all("ReasonAsText"))
    diagnoses = tuple(Fact("Diagnose", told) for each in request.all("Diagnosis") if (told := wording.row(each)))
    yield Section(Topic.DIAGNOSIS, "Diagnoser ved henvisning", diagnoses)


def _event(event: Fields, items: list[_Item]) -> Iterator[Section]:
    """A stay, a contact or what is planned, with all that was found in it; events within it follow by themselves."""
    planned, reported = event.of("PlannedEvent"), event.of("ReportedEvent")
    found = (*_facts(reported), *_facts(planned), *_facts(event, _APART), *_facts(event.of("Service")))
    if planned.element is None:
        yield Section(Topic.EVENT, "Opphold", found)
    else:
        yield Section(Topic.FOLLOW_UP, "Planlagt", found)
    yield Section(Topic.PEOPLE, "Ansvarlig helsepersonell", _related(event, "RelServProvider", "Helsepersonell"))
    yield from _grouped(items)
    yield from (_headed(each, "Merknad") for each in event.all("Comment"))
    coded = tuple(Fact("Merknad", told) for each in event.all("CodedComment") if (told := wording.row(each)))
    yield Section(Topic.ASSESSMENT, "Kodede merknader", coded)


def _grouped(items: list[_Item]) -> Iterator[Section]:
    """Items about the same in one section, but a section for each medicine, which has facts of its own."""
    for topic, alike in groupby(items, lambda item: item.topic):
        if topic is Topic.MEDICATION:
            yield from (Section(topic, _TITLES[topic], item.facts) for item in alike)
        else:
            yield Section(topic, _TITLES[topic], tuple(fact for item in alike for fact in item.facts))


def _headed(element: Element, otherwise: str) -> Section:
    """A text as a section of its own, by its heading (8311)."""
    fields = Fields(element)
    heading = fields.attribute("Heading")
    title = wording.said(fields, "Heading") or otherwise
    told = tuple(Fact("Kode", words) for each in fields.all("TextCode") if (words := wording.known(each)))
    free = text.plain(fields.one("TextResultValue"))
    # A heading in words of the sender's own is kept, also where nothing stands under it.
    if not free and not told and title not in (otherwise, codes.text("8311", heading)):
        free = title
    return Section(_HEADINGS.get(heading, Topic.ASSESSMENT), title, told, free)


def _item(element: Element) -> _Item:
    """An InfItem: a diagnosis, a warning, a medicine, a result or anything else that was seen."""
    fields = Fields(element)
    type = fields.attribute("Type")
    title = wording.said(fields, "Type") or "Opplysning"
    title = _PLAINLY.get(title, title)
    medication = fields.of("Medication")
    if medication.element is not None:
        rest = (*_facts(medication, ("DrugId",)), *_facts(fields, _CONTENT))
        drug = wording.said(medication, "DrugId") or title
        return _Item(Topic.MEDICATION, (Fact(title, drug), *rest), medicine=_medicine(medication))
    content = (wording.said(fields, name) for name in _CONTENT[:-1])
    told = "\n".join(t for t in (*content, wording.line(element, _CONTENT)) if t)
    # A type in words of the sender's own is kept in the same way.
    facts = (Fact(title, told or title),) if told or title not in codes.SYSTEMS["8233"].values() else ()
    diagnosis = _diagnosis(fields, type) if type in _CODED_DIAGNOSES and told else None
    return _Item(_ITEMS.get(type, Topic.ASSESSMENT), facts, diagnosis)


def _diagnosis(item: Fields, type: str) -> Diagnosis:
    """A diagnosis for programs; its text is what the sender says beyond the code."""
    observation = item.of("Observation")
    coded = observation.of("CodedDescr")
    words = (
        *(wording.labelled(each) for each in coded.all("Modifier")),
        *(text.plain(observation.one(name)) for name in ("Description", "Comment")),
    )
    return Diagnosis(coded.code("Concept"), "\n".join(t for t in words if t), main=type == "H")


def _medicine(medication: Fields) -> Medicine:
    drug = medication.code("DrugId")
    doses = (wording.said(medication, name) for name in ("DosageText", "DosageCoded", "UnitDose"))
    return Medicine(
        name=drug.text or drug.value,
        code=drug,
        dose="; ".join(t for t in doses if t),
        status=medication.code("Status"),
        remark=wording.said(medication, "Comment"),
    )


def _patient(patient: Fields) -> Iterator[Section]:
    """What is told of the patient beyond who it is."""
    died = wording.said(patient, "DateOfDeath")
    yield Section(Topic.EVENT, "Død", (Fact("Død", died),) if died else ())
    yield Section(Topic.PEOPLE, "Pasienten", tuple(_facts(patient, (*_NAMED_ELSEWHERE, *_OF_THE_REPORT))))


def _people(rprt: Fields, patient: Fields) -> Iterator[Section]:
    """Next of kin, those who are responsible, and those who send and receive, each with telephones and addresses."""
    yield Section(Topic.PEOPLE, "Pårørende", _related(patient, "PatientRelParty", "Pårørende"))
    yield Section(Topic.PEOPLE, "Pasientens helsepersonell", _related(patient, "PatRelHCP", "Helsepersonell"))
    parties = (("ServProvider", "Avsender"), ("CopyDest", "Kopimottaker"), ("Requester", "Mottaker"))
    addressed = tuple(fact for name, title in parties for fact in _related(rprt, name, title))
    yield Section(Topic.PEOPLE, "Avsender og mottakere", addressed)
    responsible = _related(rprt, "RelServProvider", "Helsepersonell")
    yield Section(Topic.PEOPLE, "Ansvarlig helsepersonell", responsible)


def _related(fields: Fields, name: str, otherwise: str) -> tuple[Fact, ...]:
    """Everybody of a name: what they are to the patient or the stay (8254), and who."""
    return tuple(
        Fact(wording.said(Fields(each), "Relation") or otherwise, told)
        for each in fields.all(name)
        if (told := wording.related(each, without=("Relation",)))
    )


def _enclosed(rprt: Fields) -> Section:
    """What is said about the files that come along."""
    told = tuple(Fact("Vedlegg", words) for each in rprt.all("RefDoc") if (words := wording.line(each, ("Content",))))
    return Section(Topic.OTHER, "Vedlegg", told)


def _facts(fields: Fields, without: tuple[str, ...] = ()) -> list[Fact]:
    return [] if fields is NOTHING or fields.element is None else wording.facts(fields.element, without)
