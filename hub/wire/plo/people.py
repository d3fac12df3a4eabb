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
        before, first, names = f"{title} – " if title else "", len(found), dict[str, str]()
        for child in each:
            manner = vocabulary.manner(tree.name(child))
            if manner.name in _NAMES:
                names[manner.name] = f"{names.get(manner.name, '')} {tree.value(child)}"
            elif manner.name == "Organisation" and len(child):
                waiting.append((child, _inner(title)))
            else:
                about, said = _told(child, manner)
                if said:
                    found.append(Fact(before + about, said))
        if name := " ".join(n for key in _NAMES if (n := names.get(key, "").strip())):
            found.insert(first, Fact(title or "Navn", name))
    return found


def _inner(title: str) -> str:
    """What a unit is called within another, however deep they are put into each other."""
    unit = vocabulary.TITLES["Organisation"]
    return title if title.endswith(unit) else f"{title} – {unit}" if title else unit


def _told(child: Element, manner: Manner) -> tuple[str, str]:
    """What a single fact about a party is called, and what it says."""
    match manner.name:
        case "Ident":
            return _ident(child)
        case "TeleCom":
            return _telecom(child)
        case "Address":
            return "Adresse", _address(child)
    return manner.title, values.words(child, manner) or tree.value(child)


def _ident(ident: Element) -> tuple[str, str]:
    """The kind of number and the number; 8116 is the list of those who leave it out, as HER is the same in all."""
    kind = number = ""
    for each in ident:
        if each.tag == _TYPE_ID:
            kind = values.coded(each, "8116")
        elif said := tree.value(each):
            number = f"{number} {said}" if number else said
    return kind or "Id", number


def _telecom(telecom: Element) -> tuple[str, str]:
    """Telephone or mail, and what the sender calls it."""
    kind = address = ""
    for each in telecom:
        if each.tag == _TYPE_TELECOM:
            kind = values.coded(each)
        elif said := tree.attribute(each, "V") or tree.value(each):
            address = f"{address} {said}" if address else said
    for scheme, title in _SCHEMES:
        if address.lower().startswith(scheme):
            return title, _with(address[len(scheme) :], kind)
    return "Telefon", _with(address, kind)


def _with(address: str, kind: str) -> str:
    return f"{address} ({kind})" if address and kind else address or kind


def _address(address: Element) -> str:
    """An address in one line, with the postal code before its place."""
    line, last = "", ""
    for child in address:
        tag = tree.name(child)
        if said := values.words(child, vocabulary.manner(tag)):
            between = "" if not line else " " if (last, tag) == (_POSTAL_CODE, _CITY) else ", "
            line, last = f"{line}{between}{said}", tag
    return line
