"""An AppRec as the original's version asks for it (HIS 80415:2012, HITS 1168): one receiver's yes or no."""

from dataclasses import replace
from functools import lru_cache

from hub.change import Acknowledgement
from hub.message import Code, Envelope, Fault, Ident, Party, Professional, Receiver, Unit
from hub.wire import codes, names, pen, times

SOFTWARE = "Sambud"

_NAMESPACES = {"1.0": names.APPREC_1_0, "1.1": names.APPREC_1_1}
# What is sent to somebody because they asked or referred: an answer, and a discharge summary ("E" in version 1.1).
_TO_WHO_ASKED = ("DIALOG_SVAR", "EPIKRISE", "E")
_VERSIONS = {"1.0": names.MIG_APPREC_1_0, "1.1": names.MIG_APPREC_1_1}


def build(a: Acknowledgement, version: str) -> str:
    """Status 1 without faults, 2 with each of them as an Error; the original's id, type and time verbatim."""
    about, receiver = a.about, a.about.receivers[a.receiver]
    return pen.element(
        "AppRec",
        pen.simple("MsgType", codes.code("8279", "APPREC")),
        pen.text("MIGversion", _VERSIONS[about.apprec]),
        pen.text("SoftwareName", SOFTWARE),
        pen.optional("SoftwareVersion", version),
        pen.text("GenDate", times.written(a.at)),
        pen.text("Id", a.id),
        _end("Sender", sender_role(receiver, about), receiver.party),
        _end("Receiver", _receiver_role(about), about.sender),
        pen.simple("Status", codes.code("8258", "2" if a.faults else "1")),
        *(pen.coded("Error", codes.code("8221", fault.code), explain(fault)) for fault in a.faults),
        _original(a),
        xmlns=_NAMESPACES[about.apprec],
    )


def sender_role(receiver: Receiver, about: Envelope) -> Code:
    """The role in which the receiver answers: PRIM or COP; in 1.0 COP, REQ or SPR.

    In 1.0 REQ is who asked and SPR who provides a service (vendor tests 8-10). The receiver of an answer asked, and
    that of a discharge summary is its Requester; of anything else it is addressed as the one who shall do something.
    """
    if receiver.role.strip().upper() == "COP":
        return Code("COP", codes.RECEIVER_ROLES["COP"])
    if about.apprec == "1.1":
        return Code("PRIM", codes.RECEIVER_ROLES["PRIM"])
    return Code("REQ") if about.type.value in _TO_WHO_ASKED else Code("SPR")


def explain(fault: Fault) -> str:
    """A fault in bokmål with its place, as the user of the sending system shall see it (OT)."""
    line = f"linje {fault.line}" if fault.line else ""
    place = ", ".join(p for p in (fault.path, line) if p)
    return f"{fault.nb} ({place})" if place else fault.nb


def _receiver_role(about: Envelope) -> Code:
    return Code("AVS", "Avsender") if about.apprec == "1.1" else Code("RECEIVER")


def _original(a: Acknowledgement) -> str:
    """What is acknowledged; where the original's own time could not be read, the acknowledgement's stands in."""
    return pen.element(
        "OriginalMsgId",
        pen.simple("MsgType", a.about.type),
        pen.text("IssueDate", a.about.gen_date or times.written(a.at)),
        pen.text("Id", a.about.msg_id),
    )


@lru_cache(maxsize=1024)
def _end(name: str, role: Code, party: Party) -> str:
    """A party mirrored as the original had it, even where that was wrong (HIS 80415 3.5)."""
    if party.professional and not (party.organisation.name or party.organisation.idents):
        who = _named("HCProf", party.professional)
    else:
        who = _institution(party)
    return pen.element(name, pen.simple("Role", role), pen.element("HCP", who))


def _institution(party: Party) -> str:
    return pen.element(
        "Inst",
        *_first(party.organisation),
        _named("Dept", party.department) if party.department else "",
        *_further(party.organisation.idents),
        _named("HCPerson", _mirrored(party.professional, party)) if party.professional else "",
    )


def _mirrored(person: Professional, party: Party) -> Professional:
    """A person in an organisation; the HPR of one who only signs for a service is no address (HIS 80415 3.5)."""
    if person.her_id or not (party.department and party.department.her_id):
        return person
    return replace(person, idents=tuple(ident for ident in person.idents if ident.type.value != "HPR"))


def _named(name: str, who: Unit | Professional) -> str:
    return pen.element(name, *_first(who), *_further(who.idents))


def _first(who: Unit | Professional) -> list[str]:
    """The name and the first identifier; further ones have an element of their own."""
    first = ((pen.text("Id", ident.id), pen.simple("TypeId", ident.type)) for ident in who.idents[:1])
    return [pen.optional("Name", who.name), *(part for parts in first for part in parts)]


def _further(idents: tuple[Ident, ...]) -> list[str]:
    return [
        pen.element("AdditionalId", pen.text("Id", ident.id), pen.simple("Type", ident.type)) for ident in idents[1:]
    ]
