"""How to reach those whom a head names, in words: the sender at every level, and the patient.

Who they are stands in the envelope; telephones and addresses are told here, as somebody may want to call back.
"""

from collections.abc import Iterator

from hub.message import Fact, Section, Topic
from hub.wire import codes, tree
from hub.wire.tree import Element, Fields

_SCHEMES = {"tel": "Telefon", "fax": "Faks", "mailto": "E-post"}


def sections(info: Fields) -> tuple[Section, ...]:
    """A section for the sender and one for the patient, where a head tells more of them than who they are."""
    sender, patient = info.of("Sender").of("Organisation"), info.of("Patient")
    told = (("Avsender", [*_organisation(sender)]), ("Pasient", [*_patient(patient)]))
    return tuple([Section(Topic.PEOPLE, title, tuple(facts)) for title, facts in told if facts])


def _organisation(organisation: Fields) -> Iterator[Fact]:
    """The organisation's own, then those of the person and the service in it, who are named where they are told."""
    named = ""
    while organisation.element is not None:
        yield from _reached(organisation, named)
        person = organisation.of("HealthcareProfessional")
        yield from _reached(person, " ".join(t for t in (person.text("GivenName"), person.text("FamilyName")) if t))
        organisation = organisation.of("Organisation")
        named = organisation.text("OrganisationName")


def _patient(patient: Fields) -> Iterator[Fact]:
    yield from _reached(patient)
    if nationality := coded(patient.one("Nationality")):
        yield Fact("Statsborgerskap", nationality)


def _reached(party: Fields, named: str = "") -> Iterator[Fact]:
    """Telephones and the like, then the address; the title says whose they are."""
    told = [*map(_telecom, party.all("TeleCom")), *(("Adresse", _address(each)) for each in party.all("Address"))]
    yield from (Fact(f"{title} – {named}" if named else title, text) for title, text in told if text)


def _telecom(telecom: Element) -> tuple[str, str]:
    """What kind of number or address it is, and itself with what the sender calls it."""
    fields = Fields(telecom)
    written = fields.attribute("TeleAddress")
    scheme, colon, rest = written.partition(":")
    title = _SCHEMES.get(scheme.lower()) if colon else None
    return title or "Telefon", _noted(rest.strip() if title else written, coded(fields.one("TypeTelecom")))


def _address(address: Element) -> str:
    """An address in one line, with the postal code before its place."""
    fields = Fields(address)
    place = " ".join(t for t in (fields.text("PostalCode"), fields.text("City")) if t)
    own = (fields.text("StreetAdr"), fields.text("Postbox"), place)
    line = ", ".join(t for t in (*own, coded(fields.one("County")), coded(fields.one("Country"))) if t)
    return _noted(line, coded(fields.one("Type")) if line else "")


def _noted(told: str, note: str) -> str:
    return f"{told} ({note})" if told and note else told or note


def coded(element: Element | None) -> str:
    """A code in words: the sender's, else the list's, else the code itself."""
    found = tree.code(element)
    return tree.words(element) or codes.text(found.system, found.value) or found.value
