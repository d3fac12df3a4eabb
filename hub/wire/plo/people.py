"""People and organisations of felleskomponent 1 as they stand in municipal messages: who, and how to reach them."""

from hub.message import Fact
from hub.wire import tree
from hub.wire.names import FELLES
from hub.wire.plo import values, vocabulary
from hub.wire.plo.vocabulary import Manner
from hub.wire.tree import Element

_PREFIX = f"{{{FELLES}}}"
_NAMES = ("GivenName", "MiddleName", "FamilyName", "OrganisationName")
_SCHEMES = (("tel:", "Telefon"), ("mailto:", "E-post"), ("fax:", "Faks"))
_TYPE_ID, _TYPE_TELECOM = f"{_PREFIX}TypeId", f"{_PREFIX}TypeTelecom"
_POSTAL_CODE, _CITY = f"{_PREFIX}PostalCode", f"{_PREFIX}City"


def is_party(element: Element) -> bool:
    """Whether it is a person, a professional or an organisation: its children are of felleskomponent 1."""
    return len(element) > 0 and tree.name(element[0]).startswith(_PREFIX)


def facts(party: Element, title: str) -> list[Fact]:
    """All that is told about a party: the name under the title, then each other fact under the title and its own.

    Every fact stands alone, so that a profession named with somebody is no word in a sentence to any rule.
    """
    found: list[Fact] = []
    waiting = [(party, title)]
    for each, title in waiting:
        names: dict[str, str] = {}
        others: list[Fact] = []
        before, stray = f"{title} – " if title else "", each.text
        for child in each:
            manner = vocabulary.manner(child.tag)
            if manner.name in _NAMES:
                names[manner.name] = f"{names.get(manner.name, '')} {values.everything(child)}".strip()
            elif manner.name == "Organisation" and len(child):
                waiting.append((child, _inner(title)))
            elif said := _told(child, manner):
                others.append(Fact(before + said[0], said[1]))
            stray = f"{stray or ''}{child.tail or ''}"
        if name := " ".join(names[key] for key in _NAMES if names.get(key)):
            found.append(Fact(title or "Navn", name))
        found += others
        if stray and not stray.isspace():
            found.append(Fact(f"{before}Tekst", stray.strip()))
    return found


def _inner(title: str) -> str:
    """What a unit is called within another, however deep they are put into each other."""
    unit = vocabulary.TITLES["Organisation"]
    return title if title.endswith(unit) else f"{title} – {unit}" if title else unit


def _told(child: Element, manner: Manner) -> tuple[str, str] | None:
    """What a single fact about a party is called and what it says, or None when it says nothing."""
    match manner.name:
        case "Ident":
            title, said = _ident(child)
        case "TeleCom":
            title, said = _telecom(child)
        case "Address":
            title, said = "Adresse", _address(child)
        case _:
            title, said = manner.title, values.words(child, manner) if len(child) == 0 else values.everything(child)
    return (title, said) if said else None


def _ident(ident: Element) -> tuple[str, str]:
    """The kind of number and the number; 8116 is the list of those who leave it out, as HER is the same in all."""
    kind = ""
    number = ident.text or ""
    for each in ident:
        if each.tag == _TYPE_ID and not kind and len(each) == 0:
            kind = values.coded(each, "8116")
            number += f" {each.text or ''}{each.tail or ''}"
        else:
            number += f" {values.everything(each)} {each.tail or ''}"
    return (kind, " ".join(number.split())) if kind else ("Id", " ".join(number.split()))


def _telecom(telecom: Element) -> tuple[str, str]:
    """Telephone or mail, and what the sender calls it."""
    kind, address = "", telecom.text or ""
    for each in telecom:
        if each.tag == _TYPE_TELECOM and not kind:
            kind = values.everything(each)
            address += f" {each.tail or ''}"
        else:
            address += f" {values.everything(each)} {each.tail or ''}"
    address = " ".join(address.split())
    for scheme, title in _SCHEMES:
        if address.lower().startswith(scheme):
            return title, _with(address[len(scheme) :], kind)
    return "Telefon", _with(address, kind)


def _with(address: str, kind: str) -> str:
    return f"{address} ({kind})" if address and kind else address or kind


def _address(address: Element) -> str:
    """An address in one line, with the postal code before its place."""
    line, last, stray = "", "", address.text or ""
    for child in address:
        tag = tree.name(child)
        if said := values.everything(child):
            between = "" if not line else " " if (last, tag) == (_POSTAL_CODE, _CITY) else ", "
            line, last = f"{line}{between}{said}", tag
        stray += child.tail or ""
    return ", ".join(t for t in (line, stray.strip()) if t)
