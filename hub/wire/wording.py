"""What the elements of a discharge summary say in words: codes, times, amounts, addresses and people.

An element is told by a table of names, and one that the table does not know is told all the same, under its own
name: what a sender wrote never disappears in silence.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

from hub.message import Code, Fact
from hub.wire import codes, text, times, tree
from hub.wire.names import CODE_SYSTEMS
from hub.wire.tree import Element, Fields

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

Telling = Callable[[Element, str], str]


@dataclass(frozen=True, slots=True)
class _Manner:
    """How an element of a name is told: its title, the code list behind it, and the telling."""

    name: str
    title: str
    system: str
    tell: Telling


def facts(holder: Element, without: Collection[str] = ()) -> list[Fact]:
    """What the elements in another say, one fact for each that says anything, in their order."""
    parent, found = tree.name(holder), []
    for child in holder:
        manner = _manner(parent, tree.name(child))
        if manner.name not in without and (told := manner.tell(child, manner.system)):
            found.append(Fact(manner.title, told))
    return found


def line(holder: Element, without: Collection[str] = ()) -> str:
    """The same in one line: Dosering: 1 tablett; Status: Ny."""
    return "; ".join(f"{fact.title}: {fact.text}" for fact in facts(holder, without))


def said(fields: Fields, name: str) -> str:
    """What all elements of a name say, one after the other."""
    found = fields.all(name)
    if not found or fields.element is None:
        return ""
    manner = _manner(tree.name(fields.element), tree.name(found[0]))
    return ", ".join(told for each in found if (told := manner.tell(each, manner.system)))


def known(element: Element, system: str = "") -> str:
    """A code in words with the code itself, as people know it: Hjertesvikt (I50.9)."""
    told, value = tree.words(element), tree.attribute(element, "V")
    return f"{told} ({value})" if told and value not in ("", told) else leaf(element, system)


def row(element: Element, system: str = "", between: str = ", ") -> str:
    """What stands in an element, one thing after the other without titles: Brudd i underarm (S52.5), Side: Høyre."""
    parent = tree.name(element)
    manners = ((_manner(parent, tree.name(child)), child) for child in element)
    return between.join(told for manner, child in manners if (told := manner.tell(child, manner.system)))


def labelled(element: Element, system: str = "") -> str:
    """What stands in an element, the first as a label of the rest: Side: Høyre."""
    parent = tree.name(element)
    manners = ((_manner(parent, tree.name(child)), child) for child in element)
    told = [told for manner, child in manners if (told := manner.tell(child, manner.system))]
    return ": ".join(t for t in (*told[:1], ", ".join(told[1:])) if t)


def related(element: Element, system: str = "", without: Collection[str] = ()) -> str:
    """Who or what is meant, then the rest in one line: Nora Nordli (HPR-nummer 990000101); Fra: 01.02.2026."""
    fields = Fields(element)
    first = ("HCP", "Name", "Precaution", "Location")
    told = (said(fields, name) for name in first)
    return "; ".join(t for t in (*told, line(element, (*first, *without))) if t)


def code(element: Element | None, system: str) -> Code:
    """A code for programs: as written, with the list's text and number where the sender gave none."""
    found = tree.code(element)
    if not found.value:
        return found
    return Code(found.value, found.text or codes.text(system, found.value), found.system or CODE_SYSTEMS + system)


def leaf(element: Element, system: str = "") -> str:
    """A single value: an amount with its unit, a code in words, else text (HIS 80117).

    A code is in the sender's words, else in the list's, else as it is. Where the list says something else than the
    sender does, it stands beside the words, as one of them must be wrong.
    """
    get = element.get
    value = (get("V") or "").strip()
    if (unit := get("U")) is not None:
        return f"{value} {unit}".strip()
    listed = codes.text(get("S") or system, value) if value else ""
    if told := tree.words(element):
        return f"{told} ({value})" if listed and listed.casefold() != told.casefold() else told
    return listed or value or text.plain(element)


def moment(written: str) -> str:
    """A time as people write it, in Norwegian time; what is only a year, a month or no time stays as it is."""
    if at := times.instant(written):
        return at.astimezone(times.OSLO).strftime("%d.%m.%Y kl. %H:%M")
    return day.strftime("%d.%m.%Y") if (day := times.day(written)) else written


def _any(element: Element, system: str) -> str:
    return line(element) if len(element) else leaf(element, system)


def _free(element: Element, system: str) -> str:
    return text.plain(element)


def _time(element: Element, system: str) -> str:
    return moment(tree.attribute(element, "V"))


def _address(element: Element, system: str) -> str:
    """An address in one line: Besøksadresse: Storgata 1, 9950 Vardø, tlf. 78 00 00 00."""
    fields = Fields(element)
    place = " ".join(t for t in (fields.text("PostalCode"), fields.text("City")) if t)
    rest = (said(fields, name) for name in ("CityDistr", "County", "Country", "TeleAddress"))
    told = ", ".join(t for t in (fields.text("StreetAdr"), place, *rest) if t)
    return ": ".join(t for t in (said(fields, "Type"), told) if t)


def _telephone(element: Element, system: str) -> str:
    """A TeleAddress in words: tel:78000000 is a telephone, mailto: needs no word."""
    written = tree.attribute(element, "V")
    scheme, _, rest = written.partition(":")
    return f"{_SCHEMES[scheme.lower()]}{rest}" if scheme.lower() in _SCHEMES else written


def _who(element: Element, system: str) -> str:
    """An organisation, department or person with what identifies it, then those within it."""
    fields = Fields(element)
    ids = " ".join(t for t in (said(fields, "TypeId"), said(fields, "Id")) if t)
    roles = (said(fields, name) for name in ("Type", "Position", "Qual"))
    notes = ", ".join(t for t in (*roles, ids, said(fields, "AdditionalId")) if t)
    name = " ".join(t for t in (said(fields, "Name"), notes and f"({notes})") if t)
    return ", ".join(t for t in (name, said(fields, "Dept"), said(fields, "HCPerson")) if t)


def _ident(element: Element, system: str) -> str:
    fields = Fields(element)
    return " ".join(t for t in (said(fields, "Type"), said(fields, "Id")) if t)


def _result(element: Element, system: str) -> str:
    """A result after what was looked at: Hemoglobin (NPU28309): 9.5 g/dL; Avvik: Lav."""
    fields = Fields(element)
    found = (said(fields, name) for name in ("ClinInv", *_RESULTS))
    head = ": ".join(t for t in found if t)
    return "; ".join(t for t in (head, line(element, ("ClinInv", *_RESULTS))) if t)


def _interval(element: Element, system: str) -> str:
    fields = Fields(element)
    return f"{said(fields, 'Low')} – {said(fields, 'High')}".strip()


def _number(element: Element, system: str) -> str:
    return row(element, between=" ")


def _comparison(element: Element, system: str) -> str:
    """How a value compares, in the sender's words, else as a sign."""
    told = leaf(element)
    return _SIGNS.get(told, told)


def _observation(element: Element, system: str) -> str:
    """What was seen: the code, and the sender's words on lines of their own."""
    fields = Fields(element)
    return "\n".join(t for t in (said(fields, name) for name in ("CodedDescr", "Description", "Comment")) if t)


_TELLINGS: dict[str, Telling] = {
    "AdditionalId": _ident,
    "Address": _address,
    "ArithmeticComp": _comparison,
    "Description": _free,
    "Interval": _interval,
    "NumResult": _number,
    "Observation": _observation,
    "ResultItem": _result,
    "TeleAddress": _telephone,
    "TextResultValue": _free,
    **dict.fromkeys(_WELL_KNOWN, known),
    **dict.fromkeys(("Dept", "HCPerson", "HCProf", "Inst"), _who),
    **dict.fromkeys(("Modifier", "Result", "SubLocation"), labelled),
    **dict.fromkeys(("EventLocation", "Origin", "RelHCProvider"), related),
    **dict.fromkeys(
        (
            *("ClinInv", "CodedComment", "CodedDescr", "DateResult", "DiagComment", "Diagnosis", "HCP"),
            *("Location", "TextResult"),
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


@lru_cache(maxsize=1024)
def _manner(parent: str, child: str) -> _Manner:
    holder, name = parent.rpartition("}")[2], child.rpartition("}")[2]
    title = _TITLES.get(f"{holder}/{name}") or _TITLES.get(name, name)
    return _Manner(name, title, _LISTS.get(f"{holder}/{name}", ""), _TELLINGS.get(name, _any))
