"""The body of a dialogue message (Dialogmelding 1.0 and 1.1): its requests and notes, and whom it asks for."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hub.message import Code, Kind, Part, Wanted
from hub.wire import codes, text, tree
from hub.wire.names import DIALOG_1_0, DIALOG_1_1, FELLES
from hub.wire.tree import Element, Fields

PAYLOADS = tuple(f"{{{namespace}}}Dialogmelding" for namespace in (DIALOG_1_0, DIALOG_1_1))

# Roles (9034) that a person at the receiver has: contact in the health team, wanted, contact at the receiver.
# With any other role the profession tells about somebody else and must not steer the message.
_AT_THE_RECEIVER = ("22", "23", "24", "")


def kind(payload: Element) -> Kind:
    """What it is for by itself: to ask when it has nothing but requests, else to tell."""
    names = [tree.local(element) for element in payload]
    return Kind.REQUEST if "Foresporsel" in names and "Notat" not in names else Kind.NOTE


def parts(payload: Element, remark: str = "") -> tuple[Part, ...]:
    """Requests and notes in order; a request inside a note follows it, and `remark` goes with the first."""
    fields = Fields(payload)
    found = [part for element in payload for part in _parts(element)]
    extra = _words((*_case(fields), ("", remark)))
    if not extra:
        return tuple(found)
    first = found[0] if found else Part(_theme(fields, "SakstypeKodet"))
    return (replace(first, remark=_words((("", first.remark), ("", extra)))), *found[1:])


def theme(element: Element | None) -> Code:
    """A coded theme, with the code list's text where the sender gave none."""
    found = tree.code(element)
    return Code(found.value, tree.words(element) or codes.text(found.system, found.value), found.system)


def wanted(payload: Element) -> tuple[Wanted, ...]:
    """Whom the sender asks for at the receiver, each once (HIS 1077; RoleToPatient stands on either level).

    Who stands behind a note (RolleNotat: author and so on) is not asked for; remarks name them.
    """
    requests = (
        request for part in payload for request in part.iterchildren(f"{{{tree.namespace(payload)}}}Foresporsel")
    )
    roles = (role for part in (*payload, *requests) for role in Fields(part).all("RollerRelatertNotat"))
    return tuple(dict.fromkeys(w for role in roles if (w := _wanted(Fields(role)))))


def _parts(element: Element) -> Iterator[Part]:
    fields, name = Fields(element), tree.local(element)
    if name == "Notat":
        yield _note(fields)
        yield from (_request(Fields(each)) for each in fields.all("Foresporsel"))
    elif name == "Foresporsel":
        yield _request(fields)


def _note(note: Fields) -> Part:
    remark = (("", text.plain(note.one("Merknad"))), ("Notatets dato", note.text("DatoNotat")), *_people(note))
    return Part(
        theme=_theme(note, "TemaKodet"),
        subject=" ".join(note.text("Tema").split()),
        text=text.plain(note.one("TekstNotatInnhold")),
        remark=_words(remark),
        document_id=note.text("DokIdNotat"),
    )


def _request(request: Fields) -> Part:
    question, reason = text.plain(request.one("Sporsmal")), text.plain(request.one("Begrunnelse"))
    return Part(
        theme=_theme(request, "TypeForesp"),
        subject=" ".join(request.text("EmneSporsmal").split()),
        text="\n\n".join(t for t in (question, reason and f"Begrunnelse: {reason}") if t),
        remark=_words((*_details(request), *_people(request))),
        document_id=request.text("DokIdForesp"),
    )


def _case(payload: Fields) -> Iterator[tuple[str, str]]:
    yield "Sakstype", _coded(payload.one("SakstypeKodet"))
    yield "Sakstype", payload.text("Sakstype")


def _details(request: Fields) -> Iterator[tuple[str, str]]:
    """What a request says in codes and dates, in words."""
    yield "Formål", _coded(request.one("Formål"), "9068")
    yield "Hastegrad", _coded(request.one("Hastegrad"), "9067")
    start, end = request.text("FraDato"), request.text("TilDato")
    period = " ".join(t for t in (start and f"fra {start}", end and f"til {end}") if t)
    yield "", period and f"Gjelder {period}"
    yield from (("Journalinformasjon", _coded(each)) for each in request.all("TypeJournalinfo"))
    yield "Opplysning", _coded(request.one("KodetOpplysning"))


def _people(part: Fields) -> Iterator[tuple[str, str]]:
    """Everybody named with a note or request, by role; a role that nobody is named in is told by itself."""
    for role in map(Fields, part.all("RollerRelatertNotat")):
        unit, title = role.of("TilknyttetEnhet"), _title(role)
        told = ", ".join(t for t in (_person(role), _unit(unit), _person(unit)) if t)
        yield (title or "Person", told) if told else ("", title)


def _title(role: Fields) -> str:
    given = (
        _coded(role.one("RolleNotat"), "9057"),
        _coded(role.one("RoleToPatient"), "9034"),
        _coded(role.of("HealthcareProfessional").one("RoleToPatient"), "9034"),
        _coded(role.of("TilknyttetEnhet").of("HealthcareProfessional").one("RoleToPatient"), "9034"),
    )
    return ", ".join(dict.fromkeys(t for t in given if t))


def _person(holder: Fields) -> str:
    """A professional or other person in words: name, profession, telephone, and whatever else is told of them."""
    person = holder.of("HealthcareProfessional")
    person = holder.of("Person") if person.element is None else person
    profession = _coded(person.one("TypeHealthcareProfessional"), "9060")
    born = person.text("DateOfBirth")
    known = (_name(person), profession, *_telephones(person), born and f"født {born}", *_further(person))
    return ", ".join(t for t in known if t)


def _name(person: Fields) -> str:
    return " ".join(n for n in (person.text(x) for x in ("GivenName", "MiddleName", "FamilyName")) if n)


def _unit(unit: Fields) -> str:
    """An attached unit in words: name, remark, telephone, and whatever else is told of it and of units within it."""
    outer, remark = Fields(unit.one("Kontaktenhet"), FELLES), unit.text("Merknad")
    known = [outer.text("OrganisationName"), remark]
    while outer.element is not None:
        known += (*_telephones(outer), *_further(outer))
        outer = outer.of("Organisation")
        known.append(outer.text("OrganisationName"))
    return ", ".join(t for t in known if t)


def _further(party: Fields) -> Iterator[str]:
    """The identifiers and the address of a person or unit in words."""
    for ident in (Fields(each, FELLES) for each in party.all("Ident")):
        type = ident.one("TypeId")
        yield " ".join(t for t in (tree.attribute(type, "V"), tree.attribute(type, "OT"), ident.text("Id")) if t)
    address = party.one("Address")
    for each in () if address is None else address:
        yield tree.value(each) or ("" if tree.local(each) == "Type" else _coded(each))


def _telephones(holder: Fields) -> Iterator[str]:
    for telecom in holder.all("TeleCom"):
        yield Fields(telecom, FELLES).attribute("TeleAddress").removeprefix("tel:")


def _wanted(role: Fields) -> Wanted | None:
    if role.one("RolleNotat") is not None:
        return None
    person = role.of("HealthcareProfessional")
    towards = role.attribute("RoleToPatient") or person.attribute("RoleToPatient")
    profession = person.attribute("TypeHealthcareProfessional") if towards in _AT_THE_RECEIVER else ""
    return Wanted(towards, profession, _name(person)) if towards or profession else None


def _theme(part: Fields, name: str) -> Code:
    return theme(part.one(name))


def _coded(element: Element | None, system: str = "") -> str:
    """A code in words: the sender's text, else the list's, else the code itself."""
    if element is None:
        return ""
    code = tree.code(element)
    return tree.words(element) or codes.text(code.system or system, code.value) or code.value


def _words(facts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{title}: {fact}" if title else fact for title, fact in facts if fact)
