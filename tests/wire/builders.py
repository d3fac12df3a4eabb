"""Messages with defaults: a test names only what it is about."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from hub.change import Acknowledgement, Answer
from hub.message import Code, Envelope, Ident, MessageId, Party, Professional, Receiver, Unit

MSGHEAD = "http://www.kith.no/xmlstds/msghead/2006-05-24"
DIALOG_1_0 = "http://www.kith.no/xmlstds/dialog/2006-10-11"
DIALOG_1_1 = "http://www.kith.no/xmlstds/dialog/2013-01-23"
APPREC_1_0 = "http://www.kith.no/xmlstds/apprec/2004-11-21"
APPREC_1_1 = "http://www.kith.no/xmlstds/apprec/2012-02-15"
FELLES = "http://www.kith.no/xmlstds/felleskomponent1"
BASE64 = "http://www.kith.no/xmlstds/base64container"
XHTML = "http://www.w3.org/1999/xhtml"
OID = "2.16.578.1.12.4.1.1."

TYPES = {
    "DIALOG_FORESPORSEL": "Forespørsel",
    "DIALOG_SVAR": "Svar på forespørsel",
    "DIALOG_NOTAT": "Notat",
    "DIALOG_HELSEFAGLIG": "Helsefaglig dialog",
    "DIALOG_AVVIK": "Tilbakemelding om feil i mottatt melding",
}
MSG_ID = "2f1b9c1e-6a57-4d0c-9f3e-0c5d5f1f7a10"

# A synthetic person: 80 is added to the month, and the control digits are right.
HANNE = "05817611224"

# The beginnings of files, in base64.
PDF = "JVBERi0xLjQK"
JPG = "/9j/4AAQSkZJRgABAQAAAQABAAA="
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA="
WORD = "UEsDBBQAAAAAAHdvcmQvZG9jdW1lbnQueG1s"


def ident(id: str, type: str = "HER", system: str = "9051") -> str:
    """An Ident of MsgHead."""
    return f'<Ident><Id>{escape(id)}</Id><TypeId V="{type}" DN="{type}" S="{OID}{system}"/></Ident>'


def organisation(name: str, *idents: str, inner: str = "") -> str:
    """An Organisation of MsgHead."""
    return f"<Organisation><OrganisationName>{escape(name)}</OrganisationName>{''.join(idents)}{inner}</Organisation>"


def professional(family: str, given: str, *idents: str, profession: str = "") -> str:
    """A HealthcareProfessional of MsgHead."""
    type = f'<TypeHealthcareProfessional V="{profession}"/>' if profession else ""
    names = f"<FamilyName>{escape(family)}</FamilyName><GivenName>{escape(given)}</GivenName>"
    return f"<HealthcareProfessional>{type}{names}{''.join(idents)}</HealthcareProfessional>"


def patient(family: str = "Aas", given: str = "Hanne", born: str = "", sex: str = "", idents: str | None = None) -> str:
    """A Patient of MsgHead; an FNR unless other identifiers are given."""
    born = f"<DateOfBirth>{born}</DateOfBirth>" if born else ""
    sex = f'<Sex V="{sex}"/>' if sex else ""
    idents = ident(HANNE, "FNR", "8116") if idents is None else idents
    names = f"<FamilyName>{escape(family)}</FamilyName><GivenName>{escape(given)}</GivenName>"
    return f"<Patient>{names}{born}{sex}{idents}</Patient>"


HOSPITAL = organisation("Storfjell sykehus", ident("900400"), inner=organisation("Indremedisin", ident("900401")))
CENTRE = organisation("Fjordbyen legesenter", ident("900100"), inner=organisation("Fastlegetjeneste", ident("900101")))
GP = organisation(
    "Fjordbyen legesenter",
    ident("900100"),
    ident("100000016", "ENH"),
    inner=professional("Nordli", "Nora", ident("900111"), ident("990000101", "HPR", "8116"), profession="LE"),
)


def note(
    theme: str = "6",
    system: str = "7322",
    text: str = "<p>Hei</p>",
    subject: str = "Oppfølging etter opphold",
    rest: str = "",
    display: str = "Henvendelse om pasient",
) -> str:
    """A Notat; `text` is XML, `rest` comes after it."""
    return (
        f'<Notat><TemaKodet V="{theme}" DN={quoteattr(display)} S="{OID}{system}"/><Tema>{escape(subject)}</Tema>'
        f"<TekstNotatInnhold>{text}</TekstNotatInnhold>{rest}</Notat>"
    )


def request(
    theme: str = "1", system: str = "9152", question: str = "Har dere en oppdatert legemiddelliste?", rest: str = ""
) -> str:
    """A Foresporsel; `rest` comes after the question."""
    coded = f'<TypeForesp V="{theme}" DN="Helseopplysninger" S="{OID}{system}"/>'
    return f"<Foresporsel>{coded}<Sporsmal>{question}</Sporsmal>{rest}</Foresporsel>"


def wanted(role: str = "24", profession: str = "SP") -> str:
    """RollerRelatertNotat: whom the sender asks for."""
    person = f'<HealthcareProfessional><TypeHealthcareProfessional V="{profession}"/></HealthcareProfessional>'
    coded = f'<RoleToPatient V="{role}" S="{OID}9034"/>' if role else ""
    return f"<RollerRelatertNotat>{coded}{person}</RollerRelatertNotat>"


def attachment(
    mime: str = "application/pdf",
    data: str = PDF,
    description: str = "Notat",
    rest: str = "",
    content: str = "",
) -> str:
    """A further Document with a file in base64."""
    mime = f"<MimeType>{mime}</MimeType>" if mime else ""
    data = f'<Base64Container xmlns="{BASE64}">{data}</Base64Container>'
    return (
        f'<Document><RefDoc><MsgType V="A" DN="Vedlegg"/>{mime}<Description>{escape(description)}</Description>{rest}'
        f"{content or f'<Content>{data}</Content>'}</RefDoc></Document>"
    )


@dataclass(frozen=True)
class Draft:
    """The parts of a dialogue message as XML, each of which a test may change."""

    kind: str = "DIALOG_HELSEFAGLIG"
    version: str = "1.1"
    msg_id: str = MSG_ID
    gen_date: str = "2026-11-21T10:32:12+01:00"
    mig: str = "v1.2 2006-05-24"
    status: str = ""
    conversation: str = ""
    sender: str = HOSPITAL
    receiver: str = f"<Receiver>{CENTRE}</Receiver>"
    others: str = ""
    patient: str = patient()
    body: str | None = None
    attachments: str = ""
    declaration: str = '<?xml version="1.0" encoding="UTF-8"?>\n'
    payload: str | None = None

    @property
    def xml(self) -> str:
        """The whole message."""
        return (
            f'{self.declaration}<MsgHead xmlns="{MSGHEAD}">\n<MsgInfo>\n{self.head}</MsgInfo>\n'
            f'<Document><RefDoc><IssueDate V="2026-11-21"/><MsgType V="XML" DN="XML-instans"/>'
            f"<Content>{self.dialogmelding}</Content></RefDoc></Document>\n{self.attachments}</MsgHead>\n"
        )

    @property
    def head(self) -> str:
        """The content of MsgInfo, a line for each part."""
        status = f'<ProcessingStatus V="{self.status}"/>' if self.status else ""
        lines = (
            f'<Type V="{self.kind}" DN="{TYPES.get(self.kind, "")}"/>',
            f"<MIGversion>{self.mig}</MIGversion>",
            f"<GenDate>{self.gen_date}</GenDate>",
            f"<MsgId>{self.msg_id}</MsgId>{status}",
            f"{self.conversation}<Sender>{self.sender}</Sender>",
            f"{self.receiver}{self.others}",
            self.patient,
        )
        return "".join(f"{line}\n" for line in lines)

    @property
    def dialogmelding(self) -> str:
        """The payload."""
        if self.payload is not None:
            return self.payload
        ns = DIALOG_1_0 if self.version == "1.0" else DIALOG_1_1
        return f'<Dialogmelding xmlns="{ns}">{note() if self.body is None else self.body}</Dialogmelding>'


def dialogue(**overrides: str | None) -> bytes:
    """A dialogue message in UTF-8: Helsefaglig dialog 1.1 unless told otherwise."""
    return replace(Draft(), **overrides).xml.encode()


def conversation(parent: str, first: str) -> str:
    """A ConversationRef."""
    references = f"<RefToParent>{parent}</RefToParent><RefToConversation>{first}</RefToConversation>"
    return f"<ConversationRef>{references}</ConversationRef>"


def copy(organisation: str, role: str = "COP") -> str:
    """An OtherReceiver."""
    return f'<OtherReceiver><RoleReceiver V="{role}"/>{organisation}</OtherReceiver>'


def her(id: str) -> Ident:
    """A HER-id of an organisation, as a word."""
    return Ident(id, Code("HER", "HER", f"{OID}9051"))


def envelope(**overrides: object) -> Envelope:
    """An envelope as the default message has it."""
    made = Envelope(
        msg_id=MessageId(MSG_ID),
        type=Code("DIALOG_HELSEFAGLIG", "Helsefaglig dialog"),
        gen_date="2026-11-21T10:32:12+01:00",
        generated=datetime(2026, 11, 21, 9, 32, 12, tzinfo=UTC),
        sender=Party(Unit("Storfjell sykehus", (her("900400"),)), Unit("Indremedisin", (her("900401"),))),
        receivers=(
            Receiver(
                Party(Unit("Fjordbyen legesenter", (her("900100"),)), Unit("Fastlegetjeneste", (her("900101"),))),
                "PRIM",
                "/MsgHead/MsgInfo/Receiver",
                9,
            ),
        ),
    )
    return replace(made, **overrides)  # type: ignore[arg-type]


def acknowledgement(**overrides: object) -> Acknowledgement:
    """A positive acknowledgement of the default message."""
    made = Acknowledgement(
        id=MessageId("6d2f6c0e-3f1e-4b8e-9a53-7a1f0f6f2c11"),
        about=envelope(),
        receiver=0,
        at=datetime(2026, 11, 21, 9, 32, 13, tzinfo=UTC),
    )
    return replace(made, **overrides)  # type: ignore[arg-type]


def answer(**overrides: object) -> Answer:
    """An answer to the default message."""
    about = envelope()
    made = Answer(
        id=MessageId("0d3c7a52-90f3-4c0b-8a6e-27e1f3f9b501"),
        about=about,
        sender=about.receivers[0].party,
        patient=None,
        first=about.msg_id,
        asked=Code("1", "Helseopplysninger", "2.16.578.1.12.4.1.1.9152"),
        document_id="",
        subject="Svar: Oppfølging",
        text="Hei.\nVi ringer i dag.",
        signed_by="Siv Dahl, sykepleier",
        at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    )
    return replace(made, **overrides)  # type: ignore[arg-type]


def person() -> Professional:
    """A GP, as a word."""
    return Professional("Nordli", "", "Nora", "LE", (her("900111"),))
