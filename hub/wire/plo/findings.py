"""What a program can ask of a municipal message: codes, events, the stay, diagnoses, warnings and medicines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from hub.message import Code, Diagnosis, Event, Medicine, Report, Section, Stay
from hub.wire import times, tree
from hub.wire.names import CODE_SYSTEMS
from hub.wire.plo import values, vocabulary
from hub.wire.tree import Element

_TRUE = ("true", "1")
_ADMITTED, _DISCHARGED = "1", "2"

# The event (9121) that a message of patient logistics is about, for those that leave out its code.
_EVENT_OF = {"MeldingInnlagtPasient": _ADMITTED, "MeldingOmUtskrevetPasient": _DISCHARGED}

# Anatomical Therapeutic Chemical: Atc is a code (CS) that cannot name its system.
_ATC = f"{CODE_SYSTEMS}7180"

_NO_CODE = Code("")
_NO_STAY = Stay()


@dataclass(slots=True)
class Findings:
    """What is found on the way through a message; `content_list` is what TypeInnhold is coded in there."""

    content_list: str = ""
    codes: list[Code] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    diagnoses: list[Diagnosis] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    medication: list[Medicine] = field(default_factory=list)
    admitted: datetime | None = None
    discharged: datetime | None = None
    outcome: Code = _NO_CODE

    def report(self, sections: tuple[Section, ...]) -> Report:
        """All of it, with the sections in which it stands in words."""
        stay = Stay(self.admitted, self.discharged, self.outcome)
        return Report(
            sections=sections,
            codes=tuple(dict.fromkeys(code for code in self.codes if code.value or code.text)),
            stay=None if stay == _NO_STAY else stay,
            events=tuple(self.events),
            diagnoses=tuple(self.diagnoses),
            warnings=tuple(dict.fromkeys(self.warnings)),
            medication=tuple(self.medication),
        )


def note(name: str, component: Element, parts: Mapping[str, Element], found: Findings) -> None:
    """Note what a component says to a program, if it is one of those that do.

    `parts` are the single values in it by name, also those that stand deeper, and only those that say something.
    """
    if says := _NOTED.get(name):
        says(component, parts, found)


def codes(payload: Element, namespace: str, content_list: str) -> tuple[Code, ...]:
    """The codes that a message's components say it is about: its content first, then in the order they stand."""
    first = {"TypeInnholdKonsultasjon": "9137", "TypeInnhold": content_list}
    others = {"TypeForesp": "", "Hendelsekode": vocabulary.LISTS["Hendelsekode"]}
    told = [
        values.code(each, lists[tree.local(each)])
        for lists in (first, others)
        for each in payload.iter([f"{{{namespace}}}{name}" for name in lists])
    ]
    return tuple(dict.fromkeys(code for code in told if code.value or code.text))


_Parts = Mapping[str, Element]


def _consultation(component: Element, parts: _Parts, found: Findings) -> None:
    found.codes.append(values.code(parts.get("TypeInnholdKonsultasjon"), "9137"))


def _content(component: Element, parts: _Parts, found: Findings) -> None:
    found.codes.append(values.code(parts.get("TypeInnhold"), found.content_list))


def _request(component: Element, parts: _Parts, found: Findings) -> None:
    found.codes.append(values.code(parts.get("TypeForesp")))


def _event(component: Element, parts: _Parts, found: Findings) -> None:
    """An event; what is only expected says nothing yet about when a stay began or ended."""
    code = values.code(parts.get("Hendelsekode"), vocabulary.LISTS["Hendelsekode"])
    at = _at(tree.attribute(parts.get("TidspunktForHendelse"), "V"))
    estimated, place = _text(parts, "Anslag") in _TRUE, _text(parts, "StedHendelse")
    remark = "\n".join(t for t in (_text(parts, "Merknad"), place and f"Sted: {place}") if t)
    found.events.append(Event(code, _text(parts, "BeskrivelseAvHendelse"), at, estimated, remark))
    found.codes.append(code)
    what = code.value or _event_of(component)
    if at and not estimated and what == _ADMITTED:
        found.admitted = at
    elif at and not estimated and what == _DISCHARGED:
        found.discharged = at


def _outcome(component: Element, parts: _Parts, found: Findings) -> None:
    """Where the patient went (8408), else in what state they left."""
    where = values.code(parts.get("UtTil"), vocabulary.LISTS["UtTil"])
    found.outcome = where if where.value or where.text else values.code(parts.get("Uttilstand"))


def _diagnosis(component: Element, parts: _Parts, found: Findings) -> None:
    main = _text(parts, "Hoveddiagnose") in _TRUE
    found.diagnoses.append(Diagnosis(values.code(parts.get("Diagnosekode")), _text(parts, "DiagnoseBeskrivelse"), main))


def _keyword(component: Element, parts: _Parts, found: Findings) -> None:
    if keyword := _text(parts, "CaveStikkord"):
        found.warnings.append(keyword)


def _allergy(component: Element, parts: _Parts, found: Findings) -> None:
    """Against what, and how the body answered."""
    substances = (values.code(parts.get(name)) for name in ("VirkestoffLegemiddel", "KodeAnnetStoff"))
    told = dict.fromkeys(t for t in (_text(parts, "AllergiskMot"), *(s.text or s.value for s in substances)) if t)
    reaction = values.code(parts.get("AnafylaktiskeReaksjoner"))
    if told:
        against = f"Allergisk mot {', '.join(told)}"
        says = reaction.text or reaction.value
        found.warnings.append(f"{against} (anafylaktiske reaksjoner: {says})" if says else against)


def _medicine(component: Element, parts: _Parts, found: Findings) -> None:
    """A prescription, or what was given before the transfer; without a name it is none that can be told apart."""
    name = " ".join(t for t in (_text(parts, "Navn") or _text(parts, "GeneriskNavn"), _quantity(parts, "Styrke")) if t)
    if not name:
        return
    atc = tree.code(parts.get("Atc"))
    found.medication.append(
        Medicine(
            name=name,
            code=Code(atc.value, atc.text, _ATC) if atc.value else _NO_CODE,
            dose=_quantity(parts, "AdmEnkeltdose") or _text(parts, "DosVeiledEnkel"),
            status=values.code(parts.get("StatusTilForskrivningen", parts.get("AdmStatus"))),
            remark=_text(parts, "Merknad"),
        )
    )


_NOTED: dict[str, Callable[[Element, _Parts, Findings], None]] = {
    "InnholdKonsultasjon": _consultation,
    "TypeInnholdIMelding": _content,
    "Foresporsel": _request,
    "TidsfestetHendelse": _event,
    "UtskrevetTil": _outcome,
    "MedisinskDiagnose": _diagnosis,
    "StikkordCave": _keyword,
    "Allerginotat": _allergy,
    "Legemiddelinfo": _medicine,
    "AdmAvHelsepersonell": _medicine,
    "Egenadministrering": _medicine,
}


def _text(parts: _Parts, name: str) -> str:
    part = parts.get(name)
    return "" if part is None else (part.text or "").strip()


def _quantity(parts: _Parts, name: str) -> str:
    return values.words(parts[name], vocabulary.manner(name)) if name in parts else ""


def _at(written: str) -> datetime | None:
    """When it was; a day alone stands for its beginning in Norway, and a month or a year for no moment at all."""
    if "T" in written:
        return times.instant(written)
    day = times.day(written)
    return datetime.combine(day, time(), times.OSLO).astimezone(UTC) if day else None


def _event_of(component: Element) -> str:
    """What event it is by the message of patient logistics that it stands in."""
    parent = component.getparent()
    return "" if parent is None else _EVENT_OF.get(tree.local(parent), "")
