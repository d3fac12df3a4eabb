"""A discharge summary (Epikrise 1.1 and 1.2, HIS 80226) in its own envelope: who sends it to whom, about whom.

It has no MsgHead. The sender is the ServProvider, the primary receiver the Requester, and every CopyDest gets a copy.
What it tells of the stay is read in `episode`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import TypeVar

from hub.message import (
    Attachment,
    Code,
    Envelope,
    Fault,
    Ident,
    Kind,
    Message,
    MessageId,
    Party,
    Patient,
    Professional,
    Receiver,
    Report,
    Status,
    Unit,
)
from hub.wire import catalogue, codes, content, episode, faults, head, times, tree
from hub.wire.carrier import Carrier, Enclosure
from hub.wire.document import Document, Spot
from hub.wire.names import EPIKRISE_1_1, EPIKRISE_1_2
from hub.wire.tree import Element, Fields
from hub.wire.words import said

_Named = TypeVar("_Named", Unit, Professional)

# All versions stand in namespaces of this stem, and end in the day they are of.
_STEM = "http://www.kith.no/xmlstds/epikrise/"
_VERSIONS = (EPIKRISE_1_1, EPIKRISE_1_2)

# What a report consists of beside what it tells.
_ADDRESSES = frozenset(("Patient", "ServProvider", "Requester", "CopyDest", "RefDoc", "ServProvId"))

# What 7309 says beyond a new document, which a supplement (A) and history (H) are too.
STATUSES = {"M": Status.CHANGED, "C": Status.CANCELLED}


def envelope(root: Element) -> Envelope | None:
    """Who sends it to whom, also when the rest cannot be looked at; None when nobody could be answered."""
    message = Fields(root)
    return envelope_of(message, message.of("ServRprt")) if _is_ours(root) else None


def document(root: Element) -> Document | None:
    """What stands in it, or None when nobody could be answered about it."""
    if not _is_ours(root):
        return None
    message = Fields(root)
    rprt = message.of("ServRprt")
    found = envelope_of(message, rprt)
    if found is None:
        return None
    about, enclosures, complaints = patient(rprt), tuple(_enclosures(rprt)), _complaints(root)
    return Document(
        root=root,
        envelope=found,
        kind=Kind.DISCHARGE_SUMMARY,
        patient=about,
        enclosures=enclosures,
        alien=_alien(root),
        complaints=complaints,
        spots={name: _spot(message, "/Message", name) for name in ("MsgId", "GenDate", "Type")}
        | {"Patient": _spot(rprt, "/Message/ServRprt", "Patient")},
        make=lambda: _message(found, rprt, about, enclosures, episode.report(message, rprt, not complaints)),
    )


def lacks(root: Element) -> tuple[Fault, ...]:
    """Why nobody could be answered."""
    if not _is_ours(root):
        return _unknown(root)
    message = Fields(root)
    rprt = message.of("ServRprt")
    provider = rprt.one("ServProvider")
    line = tree.line(root if provider is None else provider)
    found = []
    if not head.usable(_party(rprt.of("ServProvider"))):
        found.append(replace(faults.no_sender(line), path="/Message/ServRprt/ServProvider/HCP/Inst"))
    if not 0 < len(message.text("MsgId")) <= head.LONGEST_ID:
        found.append(faults.no_id("/Message/MsgId", head.LONGEST_ID, tree.line(root)))
    return (*found, *_complaints(root))


def _is_ours(root: Element) -> bool:
    return tree.namespace(root).startswith(_STEM)


def _unknown(root: Element) -> tuple[Fault, ...]:
    return (faults.unknown_root(tree.local(root), tree.namespace(root)),)


def _alien(root: Element) -> tuple[Fault, ...]:
    """It must be of a version that is read."""
    return () if tree.namespace(root) in _VERSIONS else _unknown(root)


def _complaints(root: Element) -> tuple[Fault, ...]:
    """What the schema has against it; of another version than ours no schema can tell."""
    return catalogue.faults(root) if tree.namespace(root) in _VERSIONS else ()


def _message(
    found: Envelope, rprt: Fields, about: Patient | None, enclosures: tuple[Enclosure, ...], told: Report
) -> Message:
    return Message(
        envelope=found,
        kind=Kind.DISCHARGE_SUMMARY,
        patient=about,
        attachments=tuple(each.attachment for each in enclosures),
        status=STATUSES.get(rprt.attribute("ServType"), Status.NEW),
        document_id=rprt.text("ServProvId"),
        report=told,
        words=words(rprt),
    )


def words(rprt: Fields) -> str:
    """What it says in words about the stay; who sent it to whom about whom is no matter of words."""
    assert rprt.element is not None, "a summary has a report"
    told = [each for each in rprt.element if tree.local(each) not in _ADDRESSES]
    return said([*told, *rprt.of("Patient").all("PatientPrecaution")])


def envelope_of(message: Fields, rprt: Fields) -> Envelope | None:
    """All that an acknowledgement needs; `gen_date` is empty where GenDate is no point in time, as in `head`."""
    msg_id, sender = message.text("MsgId"), _party(rprt.of("ServProvider"))
    if not (0 < len(msg_id) <= head.LONGEST_ID and head.usable(sender)):
        return None
    gen_date = message.attribute("GenDate")
    generated = times.instant(gen_date)
    return Envelope(
        msg_id=MessageId(msg_id),
        type=_type(message),
        gen_date=gen_date if generated else "",
        generated=generated or head.UNKNOWN_TIME,
        sender=sender,
        receivers=_receivers(rprt),
        apprec=_apprec(message),
        test=message.attribute("Status") == "TEST",
    )


def _type(message: Fields) -> Code:
    """The message function as written, which may be "E" or missing, with the text that EPIKRISE has in 8279."""
    type = head.kept(message.code("Type"))
    text = type.text or codes.text("8279", type.value) or codes.TYPES["EPIKRISE"]
    return Code(type.value or "EPIKRISE", text, type.system)


def _apprec(message: Fields) -> str:
    """The AppRec version that it is acknowledged in: 1.0 for all before Epikrise 1.2 (HITS 1168)."""
    assert message.element is not None, "a document has a root"
    return "1.0" if tree.namespace(message.element) < EPIKRISE_1_2 else "1.1"


def _receivers(rprt: Fields) -> tuple[Receiver, ...]:
    """Primary receiver first; a summary that names nobody is for nobody, in the place where one belongs."""
    found = (*_addressed(rprt, "Requester", "PRIM"), *_addressed(rprt, "CopyDest", "COP"))
    nobody = Receiver(Party(Unit("")), path="/Message/ServRprt/Requester", line=tree.line(rprt.element))
    return found or (nobody,)


def _addressed(rprt: Fields, name: str, role: str) -> Iterator[Receiver]:
    elements = rprt.all(name)
    for number, element in enumerate(elements, 1):
        path = f"/Message/ServRprt/{name}[{number}]" if len(elements) > 1 else f"/Message/ServRprt/{name}"
        yield Receiver(_party(Fields(element)), role, path, tree.line(element))


def _party(holder: Fields) -> Party:
    """The HCP in an element; the same few hundred partners write the same ones every time, so each is read once."""
    hcp = holder.one("HCP")
    return Party(Unit("")) if hcp is None else head.remembered(hcp, lambda found: _read_party(Fields(found)))


def _read_party(hcp: Fields) -> Party:
    """An organisation with the department and the person in it, or a person alone (HIS 1153)."""
    inst, alone = hcp.of("Inst"), hcp.one("HCProf")
    if inst.element is None:
        return Party(Unit(""), professional=None if alone is None else _professional(Fields(alone)))
    departments = [_unit(Fields(each)) for each in inst.all("Dept")]
    people = [_professional(Fields(each)) for each in inst.all("HCPerson")]
    return Party(_unit(inst), _addressee(departments), _addressee(people))


def _addressee(named: list[_Named]) -> _Named | None:
    """Of several at one level, the one with an address of its own (HER-id), else the first."""
    return next((each for each in named if each.her_id), named[0] if named else None)


def _unit(fields: Fields) -> Unit:
    return Unit(head.name(fields.text("Name")), _idents(fields, "TypeId"))


def _professional(fields: Fields) -> Professional:
    """A person, whose name is one string in whatever order, and is mirrored as such."""
    return Professional(
        family_name=head.name(fields.text("Name")),
        profession=fields.attribute("Type"),
        idents=_idents(fields, "TypeId"),
    )


def _idents(fields: Fields, type: str, id: str = "Id") -> tuple[Ident, ...]:
    """The first identifier and the additional ones, as written; one without a value identifies nobody."""
    additional = (Fields(each) for each in fields.all("AdditionalId"))
    found = ((fields.text(id), fields.code(type)), *((each.text("Id"), each.code("Type")) for each in additional))
    return tuple(Ident(id, type) for id, type in found if id)


def patient(rprt: Fields) -> Patient | None:
    """Whom it is about; the name is one string, the family name first and a comma after it where there is one."""
    found = rprt.of("Patient")
    if found.element is None:
        return None
    family, _, given = head.name(found.text("Name")).partition(",")
    return Patient(
        family_name=family.strip(),
        given_name=given.strip(),
        born=_born(found.attribute("DateOfBirth")),
        sex=found.attribute("Sex"),
        idents=_idents(found, "TypeOffId", "OffId"),
    )


def _born(written: str) -> date | None:
    """A birth date, which may be written as a point in time; then it is the day in Norway."""
    at = times.instant(written)
    try:
        return at.astimezone(times.OSLO).date() if at else times.day(written)
    except OverflowError:
        return None


def _enclosures(rprt: Fields) -> Iterable[Enclosure]:
    """The files in RefDoc; XML in one is no file that people could open, whatever it is marked as."""
    for each in rprt.all("RefDoc"):
        carrier = Carrier(each)
        yield from carrier.enclosures
        for _ in carrier.bodies:
            nothing = Attachment("", "", 0, sha256().hexdigest())
            yield Enclosure(
                nothing, each, inline=True, elsewhere=False, compressed=False, broken=False, looks=content.XML
            )


def _spot(fields: Fields, path: str, name: str) -> Spot:
    found = fields.one(name)
    return Spot(f"{path}/{name}", fields.element if found is None else found)
