"""A message as a partner's system writes it: MsgHead 1.2 with Dialogmelding 1.0 or 1.1."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.demo import markup
from hub.demo.hours import local
from hub.demo.markup import element, text
from hub.directory import Partner, Practice, Service
from hub.message import HerId
from hub.wire import codes
from hub.wire.names import BASE64, CODE_SYSTEMS, DIALOG_1_0, DIALOG_1_1, MIG_MSGHEAD, MSGHEAD

HER = CODE_SYSTEMS + "9051"
PERSONS = CODE_SYSTEMS + "8116"


class Form(StrEnum):
    """What a letter is: the message function (8279), with the schema and code system that go with it."""

    DIALOGUE = "dialogue"
    REQUEST = "request"
    NOTE = "note"


FUNCTIONS = {Form.DIALOGUE: "DIALOG_HELSEFAGLIG", Form.REQUEST: "DIALOG_FORESPORSEL", Form.NOTE: "DIALOG_NOTAT"}
SCHEMAS = {Form.DIALOGUE: DIALOG_1_1, Form.REQUEST: DIALOG_1_0, Form.NOTE: DIALOG_1_0}
_THEMES = {Form.DIALOGUE: "7322", Form.REQUEST: "9152", Form.NOTE: "7321"}


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient a letter is about, as its sender knows them."""

    family_name: str
    given_name: str
    number: str = ""
    number_type: str = "FNR"
    born: date | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it, with their profession (9060)."""

    family_name: str
    given_name: str
    profession: str


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes with it."""

    description: str
    mime_type: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """All that is written in one message. `receiver` and `copies` are level-2 parties of the practice."""

    msg_id: str
    form: Form
    at: datetime
    sender: Partner
    service: Service
    practice: Practice
    receiver: HerId
    subject: Subject | None
    author: Author
    theme: str
    title: str
    words: str
    copies: tuple[HerId, ...] = ()
    wants: str = ""
    formatted: bool = False
    training: bool = False
    enclosed: Enclosed | None = None
    parent: str = ""
    first: str = ""


def write(x: Letter) -> bytes:
    """The letter as bytes."""
    documents = (_document(x), *((_enclosure(x.enclosed),) if x.enclosed else ()))
    return markup.document(element("MsgHead", _head(x), *documents, xmlns=MSGHEAD))


def _head(x: Letter) -> str:
    type = codes.code("8279", FUNCTIONS[x.form])
    return element(
        "MsgInfo",
        markup.code("Type", type.value, type.text),
        text("MIGversion", MIG_MSGHEAD),
        text("GenDate", local(x.at).isoformat(timespec="seconds")),
        text("MsgId", x.msg_id),
        markup.code("ProcessingStatus", "T", "Opplæring") if x.training else "",
        _conversation(x),
        element("Sender", _organisation(x.sender.name, x.sender.her_id, _unit(x.service))),
        element("Receiver", _ours(x.practice, x.receiver)),
        *(
            element("OtherReceiver", markup.code("RoleReceiver", "COP", "Kopimottaker"), _ours(x.practice, h))
            for h in x.copies
        ),
        _patient(x.subject) if x.subject else "",
    )


def _conversation(x: Letter) -> str:
    if not x.parent:
        return ""
    return element("ConversationRef", text("RefToParent", x.parent), text("RefToConversation", x.first))


def _organisation(name: str, her_id: str, inner: str) -> str:
    return element("Organisation", text("OrganisationName", name), _ident(her_id, "HER", HER), inner)


def _unit(service: Service) -> str:
    return _organisation(service.name, service.her_id, "")


def _ours(practice: Practice, receiver: HerId) -> str:
    """The practice with one of its services, or with one of its doctors."""
    service = practice.services.get(receiver)
    if service is None or service.person is None:
        name = service.name if service else "Ukjent tjeneste"
        inner = _organisation(name, receiver, "") if receiver else ""
    else:
        given, _, family = service.name.rpartition(" ")
        inner = element(
            "HealthcareProfessional",
            text("FamilyName", family),
            text("GivenName", given),
            _ident(receiver, "HER", HER),
        )
    return _organisation(practice.name, practice.her_id, inner)


def _patient(x: Subject) -> str:
    return element(
        "Patient",
        text("FamilyName", x.family_name),
        text("GivenName", x.given_name),
        text("DateOfBirth", x.born.isoformat()) if x.born else "",
        _ident(x.number, x.number_type, PERSONS) if x.number else "",
    )


def _ident(id: str, type: str, system: str) -> str:
    words = {"HER": "HER-id", "FNR": "Fødselsnummer", "HNR": "H-nummer"}[type]
    return element("Ident", text("Id", id), markup.code("TypeId", type, words, system))


def _document(x: Letter) -> str:
    body = _request(x) if x.form is Form.REQUEST else _note(x)
    return element(
        "Document",
        element(
            "RefDoc",
            element("IssueDate", V=local(x.at).isoformat(timespec="seconds")),
            markup.code("MsgType", "XML", "XML-instans"),
            element("Content", element("Dialogmelding", body, xmlns=SCHEMAS[x.form])),
        ),
    )


def _note(x: Letter) -> str:
    content = (
        element("TekstNotatInnhold", markup.formatted(x.words)) if x.formatted else text("TekstNotatInnhold", x.words)
    )
    return element("Notat", _theme("TemaKodet", x), text("Tema", x.title), content, _wanted(x), _written_by(x))


def _request(x: Letter) -> str:
    """Version 1.0 has no place for a title; the coded type tells what it is about."""
    question = text("Sporsmal", x.words)
    return element("Foresporsel", _theme("TypeForesp", x), question, text("DokIdForesp", x.msg_id[:8]), _written_by(x))


def _theme(name: str, x: Letter) -> str:
    theme = codes.code(_THEMES[x.form], x.theme)
    return markup.code(name, theme.value, theme.text, theme.system)


def _wanted(x: Letter) -> str:
    """The profession asked for at the receiver (HIS 1077)."""
    if not x.wants:
        return ""
    role, profession = codes.code("9034", "24"), codes.code("9060", x.wants)
    return element(
        "RollerRelatertNotat",
        markup.code("RoleToPatient", role.value, role.text, role.system),
        element("HealthcareProfessional", markup.code("TypeHealthcareProfessional", profession.value, profession.text)),
    )


def _written_by(x: Letter) -> str:
    role, profession = codes.code("9057", "1"), codes.code("9060", x.author.profession)
    return element(
        "RollerRelatertNotat",
        markup.code("RolleNotat", role.value, role.text, role.system),
        element(
            "HealthcareProfessional",
            markup.code("TypeHealthcareProfessional", profession.value, profession.text),
            text("FamilyName", x.author.family_name),
            text("GivenName", x.author.given_name),
        ),
    )


def _enclosure(x: Enclosed) -> str:
    return element(
        "Document",
        element(
            "RefDoc",
            markup.code("MsgType", "A", "Vedlegg"),
            text("MimeType", x.mime_type),
            text("Description", x.description),
            element("Content", element("Base64Container", markup.base64(x.raw), xmlns=BASE64)),
        ),
    )
