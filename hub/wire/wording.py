"""What the elements of a discharge summary say in words: codes, times, amounts, addresses and people.

An element is told by a table of names, and one that the table does not know is told all the same, under its own
name: what a sender wrote never disappears in silence.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from hub.message import Code, Fact
from hub.wire import codes, text, times, tree
from hub.wire.names import CODE_SYSTEMS
from hub.wire.tree import Element

# What an element is called for people, by its name, or by its parent's and its own where that differs.
_TITLES = {
    "Ack": "Kvittering ønsket",
    "ActComMethod": "Sendt som",
    "AdmCat": "Omsorgsnivå",
    "AdmOutcome": "Utskrevet til",
    "Advice": "Råd",
    "Address": "Adresse",
    "AdviceSentTo": "Innkalling sendt til",
    "ApprDate": "Godkjent",
    "AssRequest": "Tilhørende henvisning",
    "ComMethod": "Forsendelsesmåte",
    "Comment": "Merknad",
    "CommentExpDuration": "Om varigheten",
    "Compression": "Komprimering",
    "CopyDestRole": "Får",
    "DateOfBirth": "Født",
    "Description": "Beskrivelse",
    "DevResultInd": "Avvik",
    "DiagComment": "Vurdering",
    "DosageCoded": "Dosering",
    "DosageText": "Dosering",
    "EndDateTime": "Til",
    "EscortRequired": "Ledsager",
    "EventLocation": "Sted",
    "ExpDuration": "Forventet varighet",
    "ExpectedDelay": "Forventet ventetid",
    "FileReference": "Filen ligger",
    "Form": "Legemiddelform",
    "Id": "Id",
    "IdByRequester": "Mottakers id for pasienten",
    "IdByServProvider": "Avsenders id for pasienten",
    "IntendedDuration": "Varighet",
    "InvDate": "Undersøkt",
    "IssueDate": "Datert",
    "MedSpecialty": "Fagområde",
    "MimeType": "Filtype",
    "MsgDescr": "Beskrivelse",
    "MsgType": "Type",
    "MsgVersion": "Meldingsversjon",
    "OrgDate": "Registrert",
    "Origin": "Kilde",
    "PartyIdByRequester": "Mottakers id",
    "PartyIdByServProv": "Avsenders id",
    "PlanComment": "Om planen",
    "PlanningDate": "Planlagt",
    "PlanningStage": "Stadium",
    "Preparation": "Forberedelse",
    "Priority": "Prioritet",
    "QuantitySupplied": "Utlevert",
    "ReceiptDate": "Mottatt",
    "Recipient": "Gjelder",
    "Relation": "Relasjon",
    "RelHCProvider": "Helsepersonell",
    "ReportedEvent/EndDateTime": "Utskrevet",
    "ReportedEvent/StartDateTime": "Innlagt",
    "ReqComMethod": "Ønsket sendt som",
    "ReqComment": "Merknad",
    "Responsibility": "Ansvar",
    "Role": "Rolle",
    "RouteOfAdm": "Gis",
    "ScheduledDate": "Tidspunkt",
    "ServId": "Tjeneste",
    "ServProvId": "Dokument-id",
    "ServRprt/ServType": "Meldingen er",
    "ServType": "Type",
    "Sex": "Kjønn",
    "StartDateTime": "Fra",
    "Status": "Status",
    "StatusOfPlan": "Planen er",
    "TransportArr": "Transport",
    "TransportRequirement": "Behov",
    "Type": "Type",
    "UnitDose": "Enkeltdose",
}

# The code lists of codes that say no list themselves (CS), by parent and name.
_LISTS = {
    "AdditionalId/Type": "8268",
    "Comment/Heading": "8311",
    "CopyDest/Role": "8112",
    "Dept/TypeId": "8268",
    "Event/AdmOutcome": "7300",
    "Event/Priority": "7303",
    "HCPerson/TypeId": "8268",
    "HCProf/TypeId": "8268",
    "InfItem/Type": "8233",
    "Inst/TypeId": "8268",
    "Message/Status": "8323",
    "PatRelHCP/Relation": "8254",
    "Patient/Sex": "3101",
    "ReasonAsText/Heading": "8311",
    "RelHCProvider/Relation": "8254",
    "RelServProvider/Relation": "8254",
    "Requester/ComMethod": "8235",
    "Result/Heading": "8311",
    "ServProvider/ComMethod": "8235",
    "ServReq/ServType": "7309",
    "ServRprt/Ack": "7304",
    "ServRprt/Priority": "7303",
    "ServRprt/ServType": "7309",
    "ServRprt/Status": "7306",
}

# Codes that people know by themselves: those of diagnoses, findings, procedures and medicines.
_WELL_KNOWN = ("Concept", "DrugId", "Id", "ServId", "Spec", "TextCode", "Value")
_SIGNS = {"LT": "<", "LE": "≤", "EQ": "=", "GE": "≥", "GT": ">"}
_SCHEMES = {"tel": "tlf. ", "fax": "faks ", "mailto": ""}
_RESULTS = ("TextResult", "Interval", "NumResult", "DateResult")
# Who or what an element is about, which is told first and without a title.
_SUBJECTS = ("HCP", "Name", "Precaution", "Location")

# What parties say by how they are written, so many and so long that they never fill the memory.
_MOST_KNOWN, _LONGEST_KNOWN = 1024, 4_000
_known_parties: dict[bytes, str] = {}

CodeList = Mapping[str, str]
Telling = Callable[[Element, CodeList], str]
_NO_LIST: CodeList = {}


@dataclass(frozen=True, slots=True)
class Manner:
    """How an element of a name is told: its title, the code list behind it, and the telling."""

    name: str
    title: str
    listed: CodeList
    tell: Telling


# An element that says something: in what manner, in which words, and itself.
Piece = tuple[Manner, str, Element]


def pieces(holder: Element) -> list[Piece]:
    """The elements in another that say anything, in their order; each is looked at once."""
    manners, found = _MANNERS[holder.tag], []
    for child in holder:
        manner = manners[child.tag]
        if told := manner.tell(child, manner.listed):
            found.append((manner, told, child))
    return found


def facts(found: Iterable[Piece], without: Collection[str] = ()) -> list[Fact]:
    """A fact for each."""
    return [Fact(manner.title, told) for manner, told, _ in found if manner.name not in without]


def line(found: Iterable[Piece], without: Collection[str] = ()) -> str:
    """The same in one line: Dosering: 1 tablett; Status: Ny."""
    return "; ".join([f"{manner.title}: {told}" for manner, told, _ in found if manner.name not in without])


def said(found: Iterable[Piece], *names: str, between: str = ", ") -> str:
    """What those of some names say, one after the other."""
    return between.join([told for manner, told, _ in found if manner.name in names])


def related(found: Iterable[Piece], without: Collection[str] = ()) -> str:
    """Who or what is meant, then the rest in one line: Nora Nordli (HPR-nummer 990000101); Fra: 01.02.2026."""
    found = list(found)
    told = [told for manner, told, _ in found if manner.name in _SUBJECTS]
    rest = line(found, (*_SUBJECTS, *without))
    return "; ".join([*told, rest] if rest else told)


def observation(found: Collection[Piece]) -> str:
    """What was seen: the code, and the sender's words on lines of their own."""
    told = (said(found, name) for name in ("CodedDescr", "Description", "Comment"))
    return "\n".join([t for t in told if t])


def row(element: Element, listed: CodeList = _NO_LIST) -> str:
    """What stands in an element, one thing after the other without titles: Brudd i underarm (S52.5), Side: Høyre."""
    return ", ".join([told for _, told, _ in pieces(element)])


def code(element: Element | None, system: str) -> Code:
    """A code for programs: as written, with the list's text and number where the sender gave none."""
    found = tree.code(element)
    if not found.value:
        return found
    return Code(found.value, found.text or codes.text(system, found.value), found.system or CODE_SYSTEMS + system)


def moment(written: str) -> str:
    """A time as people write it, in Norwegian time; what is only a year, a month or no time stays as it is."""
    if at := times.instant(written):
        try:
            here = at.astimezone(times.OSLO)
        except OverflowError:
            return written
        return f"{here.day:02}.{here.month:02}.{here.year:04} kl. {here.hour:02}:{here.minute:02}"
    return f"{day.day:02}.{day.month:02}.{day.year:04}" if (day := times.day(written)) else written


def _leaf(element: Element, listed: CodeList) -> str:
    """A single value: an amount with its unit, a code in words, else text (HIS 80117); else all that is within.

    A code is in the sender's words, else in the list's, else as it is. Where the list says something else than the
    sender does, the code stands beside the words, as one of them must be wrong.
    """
    get = element.get
    value, told = get("V"), get("DN") or get("OT")
    if value is None:
        if told:
            return tree.words(element)
        return line(pieces(element)) if len(element) else text.plain(element)
    value = value.strip()
    # A code that belongs to no list here may say itself which list it is of.
    known = listed.get(value, "") if listed or not (system := get("S")) else codes.text(system, value)
    if not told:
        return f"{value} {unit}".strip() if (unit := get("U")) else known or value
    told = tree.words(element) if get("OT") else told.strip()
    return told if not known or known == told or known.casefold() == told.casefold() else f"{told} ({value})"


def _known(element: Element, listed: CodeList) -> str:
    """A code in words with the code itself, as people know it: Hjertesvikt (I50.9)."""
    value, told = tree.attribute(element, "V"), tree.words(element)
    return f"{told} ({value})" if told and value not in ("", told) else _leaf(element, listed)


def _free(element: Element, listed: CodeList) -> str:
    return text.plain(element)


def _nothing(element: Element, listed: CodeList) -> str:
    """For what is told elsewhere."""
    return ""


def _time(element: Element, listed: CodeList) -> str:
    return moment((element.get("V") or "").strip())


def labelled(element: Element, listed: CodeList = _NO_LIST) -> str:
    """What stands in an element, the first as a label of the rest: Side: Høyre."""
    told = [told for _, told, _ in pieces(element)]
    return _label(told[0], ", ".join(told[1:])) if told else ""


def _label(label: str, told: str) -> str:
    return f"{label}: {told}" if label and told else label or told


def _related(element: Element, listed: CodeList) -> str:
    return related(pieces(element))


def _address(element: Element, listed: CodeList) -> str:
    """An address in one line: Besøksadresse: Storgata 1, 9950 Vardø, tlf. 78 00 00 00."""
    found = pieces(element)
    place = said(found, "PostalCode", "City", between=" ")
    rest = said(found, "CityDistr", "County", "Country", "TeleAddress")
    return _label(said(found, "Type"), ", ".join([t for t in (said(found, "StreetAdr"), place, rest) if t]))


def _telephone(element: Element, listed: CodeList) -> str:
    """A TeleAddress in words: tel:78000000 is a telephone, mailto: needs no word."""
    written = tree.attribute(element, "V")
    scheme, _, rest = written.partition(":")
    return f"{_SCHEMES[scheme.lower()]}{rest}" if scheme.lower() in _SCHEMES else written


def _party(element: Element, listed: CodeList) -> str:
    """An HCP in words; the same few hundred stand in every message, so each is told once."""
    written = etree.tostring(element, encoding="UTF-8", with_tail=False)
    if (known := _known_parties.get(written)) is not None:
        return known
    told = row(element)
    if len(written) <= _LONGEST_KNOWN:
        if len(_known_parties) == _MOST_KNOWN:
            _known_parties.clear()
        _known_parties[written] = told
    return told


def _who(element: Element, listed: CodeList) -> str:
    """An organisation, department or person with what identifies it, then those within it."""
    found = pieces(element)
    id = " ".join([t for t in (said(found, "TypeId"), said(found, "Id")) if t])
    notes = ", ".join([t for t in (said(found, "Type", "Position", "Qual"), id, said(found, "AdditionalId")) if t])
    name = " ".join([t for t in (said(found, "Name"), notes and f"({notes})") if t])
    return ", ".join([t for t in (name, said(found, "Dept", "HCPerson")) if t])


def _ident(element: Element, listed: CodeList) -> str:
    """An additional identifier, its type first: HPR-nummer 990000101."""
    return " ".join([told for _, told, _ in reversed(pieces(element))])


def _result(element: Element, listed: CodeList) -> str:
    """A result after what was looked at: Hemoglobin (NPU28309): 9.5 g/dL; Avvik: Lav."""
    found = pieces(element)
    head = _label(said(found, "ClinInv"), said(found, *_RESULTS))
    return "; ".join([t for t in (head, line(found, ("ClinInv", *_RESULTS))) if t])


def _interval(element: Element, listed: CodeList) -> str:
    found = pieces(element)
    return f"{said(found, 'Low')} – {said(found, 'High')}".strip()


def _number(element: Element, listed: CodeList) -> str:
    return " ".join([told for _, told, _ in pieces(element)])


def _comparison(element: Element, listed: CodeList) -> str:
    """How a value compares, in the sender's words, else as a sign."""
    told = _leaf(element, listed)
    return _SIGNS.get(told, told)


_TELLINGS: dict[str, Telling] = {
    "AdditionalId": _ident,
    "Address": _address,
    "ArithmeticComp": _comparison,
    "Content": _nothing,
    "Description": _free,
    "HCP": _party,
    "Interval": _interval,
    "NumResult": _number,
    "ResultItem": _result,
    "TeleAddress": _telephone,
    "TextResultValue": _free,
    # These have sections of their own.
    **dict.fromkeys(
        (
            *("ServRprt", "ServReq", "Event", "ReportedEvent", "PlannedEvent", "Service", "InfItem", "Medication"),
            "Observation",
            *("Comment", "ReasonAsText", "Patient", "PatientRelParty", "PatientPrecaution", "PatRelHCP"),
            *("ServProvider", "CopyDest", "Requester", "RelServProvider", "RefDoc"),
        ),
        _nothing,
    ),
    **dict.fromkeys(_WELL_KNOWN, _known),
    **dict.fromkeys(("Dept", "HCPerson", "HCProf", "Inst"), _who),
    **dict.fromkeys(("Modifier", "Result", "SubLocation"), labelled),
    **dict.fromkeys(("EventLocation", "Origin", "RelHCProvider"), _related),
    **dict.fromkeys(
        (
            *("ClinInv", "CodedComment", "CodedDescr", "DateResult", "DiagComment", "Diagnosis", "Location"),
            "TextResult",
        ),
        row,
    ),
    **dict.fromkeys(
        (
            *("ApprDate", "DateOfBirth", "DateOfDeath", "DateResultValue", "EndDateTime", "InvDate", "IssueDate"),
            *("OrgDate", "PlanningDate", "ReceiptDate", "ScheduledDate", "StartDateTime"),
        ),
        _time,
    ),
}
# So many names are remembered for each holder, and so many holders: more than the schemas have.
_MOST_NAMES = 250

# Comment is a text under a heading in an Event, and a plain one in everything else.
_PLAIN_COMMENTS = ("Medication", "Observation", "ResultItem", "TransportArr")


class _Manners(dict[Any, Manner]):
    """The manners of the elements in one of a name, each made when it is met."""

    def __init__(self, holder: str) -> None:
        self._holder = holder

    def __missing__(self, tag: Any) -> Manner:
        name = str(tag).rpartition("}")[2]
        place = f"{self._holder}/{name}"
        tell = _leaf if name == "Comment" and self._holder in _PLAIN_COMMENTS else _TELLINGS.get(name, _leaf)
        listed = codes.SYSTEMS[_LISTS[place]] if place in _LISTS else _NO_LIST
        made = Manner(name, _TITLES.get(place) or _TITLES.get(name, name), listed, tell)
        if len(self) < _MOST_NAMES:
            self[tag] = made
        return made


class _Holders(dict[Any, _Manners]):
    """The same for each name of a holder."""

    def __missing__(self, tag: Any) -> _Manners:
        made = _Manners(str(tag).rpartition("}")[2])
        if len(self) < _MOST_NAMES:
            self[tag] = made
        return made


_MANNERS = _Holders()
