"""An answer to a message: DIALOG_SVAR to a request of version 1.0 (HIS 1152), else Helsefaglig dialog (HIS 1077).

What cannot be handled is returned with DIALOG_AVVIK (HIS 1151), whatever it was. Helsefaglig dialog has replaced the
older kinds in practice, and is what a note, an answer or a deviation gets; but a request of version 1.0 is owed an
answer of that version, because the regulation still requires it. A message that is passed on begins a dialogue of its
own, and says which profession it is for.
"""

from base64 import encodebytes

from hub.change import Answer, File, Forward
from hub.message import Code, Ident, Party, Patient, Professional, Unit
from hub.wire import codes, names, pen, times


def build(a: Answer | Forward) -> str:
    """A MsgHead with the text and who signed it.

    An answer goes to the original's sender in the same conversation, what is passed on to somebody else in a new one.
    """
    ref = pen.element(
        "RefDoc",
        pen.element("IssueDate", V=times.written(a.at)),
        pen.element("MsgType", V="XML", DN="XML-instans"),
        pen.element("Content", _body(a)),
    )
    files = (_file(file, a) for file in a.files)
    return pen.element("MsgHead", _head(a), pen.element("Document", ref), *files, xmlns=names.MSGHEAD)


def _body(a: Answer | Forward) -> str:
    if isinstance(a, Forward):
        return pen.element(
            "Dialogmelding", _note(a, codes.code("7322", "6"), _wanted(a.profession)), xmlns=names.DIALOG_1_1
        )
    if a.deviation:
        return pen.element("Dialogmelding", _note(a, a.deviation), xmlns=names.DIALOG_1_0)
    return _reply(a) if a.replies else _dialogue(a)


def _file(file: File, a: Answer | Forward) -> str:
    """A file in a Document of its own (HIS 1036)."""
    # Base64 needs no escaping, and may be long.
    content = f'<Base64Container xmlns="{names.BASE64}">\n{encodebytes(file.content).decode()}</Base64Container>'
    ref = pen.element(
        "RefDoc",
        pen.element("IssueDate", V=times.written(a.at)),
        pen.element("MsgType", V="A", DN="Vedlegg"),
        pen.text("MimeType", file.mime_type),
        pen.optional("Description", file.description),
        pen.element("Content", content),
    )
    return pen.element("Document", ref)


def _head(a: Answer | Forward) -> str:
    return pen.element(
        "MsgInfo",
        pen.simple("Type", codes.code("8279", a.function)),
        pen.text("MIGversion", names.MIG_MSGHEAD),
        pen.text("GenDate", times.written(a.at)),
        pen.text("MsgId", a.id),
        pen.element("ProcessingStatus", V="T", DN="Opplæring") if a.about.test else "",
        _conversation(a) if isinstance(a, Answer) else "",
        pen.element("Sender", _organisation(a.sender)),
        pen.element("Receiver", _organisation(a.about.sender if isinstance(a, Answer) else a.to)),
        _patient(a.patient) if a.patient else "",
    )


def _conversation(a: Answer) -> str:
    references = (pen.text("RefToParent", a.about.msg_id), pen.text("RefToConversation", a.first))
    return pen.element("ConversationRef", *references)


def _wanted(profession: Code) -> str:
    """Whom it is for at the receiver (9034: 24), which the first message of a dialogue must say (HIS 1077)."""
    role = pen.coded("RoleToPatient", codes.code("9034", "24"))
    return pen.element(
        "RollerRelatertNotat",
        role,
        pen.element("HealthcareProfessional", pen.simple("TypeHealthcareProfessional", profession)),
    )


def _dialogue(a: Answer) -> str:
    """A Notat about the patient (7322: 6; 8 and 9 are questions), or about receiving one who is ready (7322: 7)."""
    return pen.element(
        "Dialogmelding", _note(a, codes.code("7322", "7" if a.readiness else "6")), xmlns=names.DIALOG_1_1
    )


def _reply(a: Answer) -> str:
    """A Notat that answers (9069: 5); the request's own document id links it too, where it had one (HIS 1152)."""
    asked = a.asked if a.asked.value else codes.code("8331", "1")
    request = pen.element("Foresporsel", pen.coded("TypeForesp", asked), pen.text("DokIdForesp", a.document_id))
    note = _note(a, codes.code("9069", "5"), request if a.document_id else "")
    return pen.element("Dialogmelding", note, xmlns=names.DIALOG_1_0)


def _note(a: Answer | Forward, theme: Code, more: str = "") -> str:
    text = "\n\n".join(t for t in (a.text, a.signed_by) if t) if isinstance(a, Answer) else a.text
    return pen.element(
        "Notat",
        pen.coded("TemaKodet", theme),
        pen.text("Tema", a.subject),
        pen.text("TekstNotatInnhold", text),
        more,
    )


def _organisation(party: Party) -> str:
    """Both levels of an address (HIS 1153); one without any identifier is no address and is left out."""
    department, person = party.department, party.professional
    inner = pen.element("Organisation", *_unit(department)) if department and department.idents else ""
    return pen.element(
        "Organisation", *_unit(party.organisation), inner, _professional(person) if person and person.idents else ""
    )


def _unit(unit: Unit) -> list[str]:
    return [pen.text("OrganisationName", unit.name), *_idents(unit.idents)]


def _professional(person: Professional) -> str:
    profession = Code(person.profession, codes.text("9060", person.profession))
    return pen.element(
        "HealthcareProfessional",
        pen.simple("TypeHealthcareProfessional", profession) if person.profession else "",
        *_names(person),
        *_idents(person.idents),
    )


def _patient(patient: Patient) -> str:
    return pen.element(
        "Patient",
        *_names(patient),
        pen.optional("DateOfBirth", patient.born.isoformat() if patient.born else ""),
        pen.simple("Sex", Code(patient.sex, codes.text("3101", patient.sex))) if patient.sex else "",
        *_idents(patient.idents),
    )


def _names(person: Professional | Patient) -> list[str]:
    given = (("FamilyName", person.family_name), ("MiddleName", person.middle_name), ("GivenName", person.given_name))
    return [pen.optional(name, value) for name, value in given]


def _idents(idents: tuple[Ident, ...]) -> list[str]:
    return [pen.element("Ident", pen.text("Id", ident.id), pen.coded("TypeId", ident.type)) for ident in idents]
