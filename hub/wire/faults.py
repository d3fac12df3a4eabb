"""The words for everything that can be wrong with bytes from a partner, in English and bokmål.

Each function makes one Fault: what was found, what is allowed, and where. A text never quotes what the
sender wrote beyond names of elements and attributes, codes and media types, because it may hold patient data.
"""

from hub.message import Fault
from hub.wire.names import MSGHEAD

# The standards whose messages are read; each message function (8279) has a payload of one of them.
_PAYLOADS = "Dialogmelding 1.0 or 1.1, or a municipal message (PLO) 1.5 or 1.6"
_FAGMELDINGER = "Dialogmelding 1.0 eller 1.1, eller en pleie- og omsorgsmelding (PLO) 1.5 eller 1.6"
_FORMATS = f"MsgHead 1.2 with {_PAYLOADS}; Epikrise 1.1 or 1.2; AppRec 1.0 or 1.1"
_FORMATER = f"MsgHead 1.2 med {_FAGMELDINGER}; Epikrise 1.1 eller 1.2; AppRec 1.0 eller 1.1"

_NO_DECLARATION = ("the XML declaration is not complete", "XML-deklarasjonen er ikke komplett")
_NO_CHARACTER = ("a character is not allowed in XML", "et tegn er ikke tillatt i XML")
_NO_INSTRUCTION = (
    "a processing instruction (<?...?>) is not complete",
    "en prosesseringsinstruksjon (<?...?>) er ikke komplett",
)
_ODD_NAME = ("a name has a colon in the wrong place", "et navn har kolon på feil sted")
_TWICE = ("an attribute stands twice on one element", "et attributt står to ganger på ett element")

# What is wrong when it is not well-formed, by libxml2's number; libxml2's own text would quote the document.
MALFORMED = {
    4: ("there is no start tag where the document should begin", "det er ingen starttagg der dokumentet skal begynne"),
    5: (
        "it goes on after the end of its first element or ends too early",
        "den fortsetter etter slutten på det første elementet eller slutter for tidlig",
    ),
    6: _NO_CHARACTER,
    7: _NO_CHARACTER,
    8: _NO_CHARACTER,
    9: _NO_CHARACTER,
    23: ("a ; is missing after &name, or & should be &amp;", "det mangler ; etter &navn, eller & skulle vært &amp;"),
    26: (
        "an entity such as &nbsp; is not defined; only &amp; &lt; &gt; &quot; &apos; and numbers (&#160;) are",
        "en entitet som &nbsp; er ikke definert; bare &amp; &lt; &gt; &quot; &apos; og tall (&#160;) er det",
    ),
    33: _NO_DECLARATION,
    34: _NO_DECLARATION,
    38: ("< stands in an attribute's value; write &lt;", "< står i verdien til et attributt; skriv &lt;"),
    39: ("an attribute's value has no quotes", "verdien til et attributt mangler anførselstegn"),
    40: ("an attribute's value has no end quote", "verdien til et attributt mangler anførselstegn til slutt"),
    41: ("an attribute has no value", "et attributt mangler verdi"),
    42: _TWICE,
    45: ("a comment is not finished", "en kommentar er ikke avsluttet"),
    46: _NO_INSTRUCTION,
    47: _NO_INSTRUCTION,
    57: _NO_DECLARATION,
    62: ("]]> stands in text; write ]]&gt;", "]]> står i tekst; skriv ]]&gt;"),
    63: ("a CDATA section is not finished", "en CDATA-seksjon er ikke avsluttet"),
    64: ("the XML declaration does not stand first", "XML-deklarasjonen står ikke først"),
    65: ("a blank is missing between attributes", "det mangler et mellomrom mellom attributter"),
    68: (
        "a name is missing after < or &; write &lt; or &amp; in text",
        "det mangler et navn etter < eller &; skriv &lt; eller &amp; i tekst",
    ),
    73: ("a tag is not finished", "en tagg er ikke avsluttet"),
    75: ("a = is missing after the name of an attribute", "det mangler = etter navnet på et attributt"),
    76: ("a start tag and an end tag do not match", "en starttagg og en slutttagg passer ikke sammen"),
    77: ("it ends before all elements are closed", "den slutter før alle elementer er lukket"),
    79: _NO_DECLARATION,
    80: ("-- stands in a comment", "-- står i en kommentar"),
    81: (
        "the bytes are not in the encoding that is declared (or UTF-8)",
        "bytene er ikke i tegnsettet som er oppgitt (eller UTF-8)",
    ),
    96: _NO_DECLARATION,
    99: ("a namespace is not a valid address (URI)", "et navnerom er ikke en gyldig adresse (URI)"),
    201: ("a prefix has no namespace (xmlns:...)", "et prefiks mangler navnerom (xmlns:...)"),
    202: _ODD_NAME,
    203: _TWICE,
    205: _ODD_NAME,
}

_NO_FORMAT = ("has no format that is known here", "har ikke et format som er kjent her")

# Names and namespaces are told up to this length; any length is legal XML.
_LONGEST_NAME = 120


def short(name: str) -> str:
    """A name as a fault tells it: cut where it is longer than any good one."""
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def empty() -> Fault:
    """Nothing was sent."""
    return Fault("T01", "The message is empty", "Meldingen er tom")


def too_large(size: int, limit: int) -> Fault:
    """More bytes than are taken."""
    return Fault(
        "T01",
        f"The message has {size} bytes; at most {limit} are taken",
        f"Meldingen er på {size} byte; det tas imot høyst {limit}",
    )


def not_xml() -> Fault:
    """The first character is not the start of XML."""
    return Fault("T01", "This is not XML: it does not begin with <", "Dette er ikke XML: det begynner ikke med <")


def wide() -> Fault:
    """Encoded with two or four bytes for each character, or not text at all."""
    return Fault(
        "T01",
        "The bytes are UTF-16, UTF-32 or no text; use UTF-8 or ISO-8859-1",
        "Bytene er UTF-16, UTF-32 eller ikke tekst; bruk UTF-8 eller ISO-8859-1",
        line=1,
    )


def encoding() -> Fault:
    """Declared in an encoding that is not read."""
    return Fault(
        "T01",
        "The encoding that is declared is not read; use UTF-8 or ISO-8859-1",
        "Tegnsettet som er oppgitt, leses ikke; bruk UTF-8 eller ISO-8859-1",
        line=1,
    )


def not_ascii(line: int) -> Fault:
    """Declared to be ASCII, and is not."""
    return Fault(
        "T01",
        "The message declares US-ASCII and holds other characters; declare the encoding it has",
        "Meldingen oppgir US-ASCII og har andre tegn; oppgi tegnsettet den har",
        line=line,
    )


def doctype(line: int) -> Fault:
    """A document type declaration, with which text can be hidden or files be read."""
    return Fault(
        "T01",
        "The message has a DOCTYPE; document types and entities are not accepted",
        "Meldingen har en DOCTYPE; dokumenttyper og entiteter godtas ikke",
        line=line,
    )


def long_value(most: int, line: int) -> Fault:
    """An attribute that is longer than any code, name or address."""
    return _too_long(
        f"An attribute's value has more than {most} bytes; send text in elements and files as attachments",
        f"Verdien til et attributt har mer enn {most} byte; send tekst i elementer og filer som vedlegg",
        line,
    )


def long_oid(most: int, line: int) -> Fault:
    """A code list's number that is longer than any."""
    return _too_long(
        f"The number of a code list (S) or an OidRef has more than {most} characters",
        f"Nummeret på et kodeverk (S) eller en OidRef har mer enn {most} tegn",
        line,
    )


def long_text(most: int, line: int) -> Fault:
    """A text that is longer than any value, where no free text stands."""
    return _too_long(
        f"An element has more than {most} characters and is not one for free text",
        f"Et element har mer enn {most} tegn og er ikke et for fritekst",
        line,
    )


def _too_long(en: str, nb: str, line: int) -> Fault:
    return Fault("T01", en, nb, line=line)


def crowded(most: int) -> Fault:
    """More elements or attributes than any message needs."""
    return Fault(
        "T01",
        f"The message has too many elements or attributes; at most {most} of each are taken",
        f"Meldingen har for mange elementer eller attributter; det tas imot høyst {most} av hver",
    )


def crowded_element(most: int, line: int) -> Fault:
    """More elements side by side than any message needs."""
    return Fault(
        "T01",
        f"An element holds more than {most} others; send them in several messages",
        f"Et element har mer enn {most} andre i seg; send dem i flere meldinger",
        line=line,
    )


def wide_element(most: int, line: int) -> Fault:
    """More attributes on one element than any schema has."""
    return Fault(
        "T01",
        f"An element has more than {most} attributes",
        f"Et element har mer enn {most} attributter",
        line=line,
    )


def malformed(number: int, line: int) -> Fault:
    """Not well-formed, by libxml2's number for it."""
    other = (f"rule {number} of the parser is broken", f"regel {number} i XML-tolkeren er brutt")
    en, nb = MALFORMED.get(number, other)
    return Fault(
        "T01", f"The message is not well-formed XML: {en}", f"Meldingen er ikke velformet XML: {nb}", line=line
    )


def too_deep(line: int) -> Fault:
    """Beyond what the parser takes in depth or length of a name or text."""
    return Fault(
        "T01",
        "Elements are nested too deeply, or a name or a text is too long",
        "Elementer er nøstet for dypt, eller et navn eller en tekst er for lang",
        line=line,
    )


def unknown_root(name: str, namespace: str) -> Fault:
    """A document of which not even the sender can be read."""
    name, namespace = short(name), short(namespace)
    return Fault(
        "T10",
        f"The document is {name} in namespace “{namespace}”; what is read is {_FORMATS}",
        f"Dokumentet er {name} i navnerommet «{namespace}»; det som leses, er {_FORMATER}",
        f"/{name}",
        1,
    )


def unknown_head(namespace: str, line: int) -> Fault:
    """A MsgHead of another version."""
    namespace = short(namespace)
    return Fault(
        "T10",
        f"MsgHead stands in namespace “{namespace}”; what is read is {MSGHEAD}",
        f"MsgHead står i navnerommet «{namespace}»; det som leses, er {MSGHEAD}",
        "/MsgHead",
        line,
    )


def unknown_type(path: str, line: int) -> Fault:
    """Neither the message function (8279) nor the payload tells what the message is for."""
    return Fault(
        "T10",
        "Neither Type nor the payload tells what the message is for; Type must be a message function (8279)",
        "Verken Type eller fagmeldingen sier hva meldingen er; Type må være en meldingsfunksjon (8279)",
        path,
        line,
    )


def unknown_payload(name: str, namespace: str, path: str, line: int) -> Fault:
    """A payload that is not read here."""
    name, namespace = short(name), short(namespace)
    return Fault(
        "T10",
        f"The payload is {name} in namespace “{namespace}”; what is read is {_PAYLOADS}",
        f"Fagmeldingen er {name} i navnerommet «{namespace}»; det som leses, er {_FAGMELDINGER}",
        path,
        line,
    )


def no_payload(line: int) -> Fault:
    """A head without a body."""
    return Fault(
        "T10",
        f"There is no payload; expected in Document/RefDoc/Content is {_PAYLOADS}",
        f"Det er ingen fagmelding; ventet i Document/RefDoc/Content er {_FAGMELDINGER}",
        "/MsgHead",
        line,
    )


def no_head() -> Fault:
    """A MsgHead without MsgInfo."""
    return Fault("T02", "MsgInfo is missing", "MsgInfo mangler", "/MsgHead", 1)


def no_sender(line: int) -> Fault:
    """Nobody to answer (HIS 80415 3.3.4)."""
    return Fault(
        "T02",
        "The sender's organisation has no usable identifier (HER-id), so nobody can be answered",
        "Avsenderens virksomhet har ingen brukbar identifikator (HER-id), så ingen kan få svar",
        "/MsgHead/MsgInfo/Sender/Organisation",
        line,
    )


def no_id(path: str, most: int, line: int) -> Fault:
    """Nothing that an acknowledgement could name."""
    return Fault(
        "E10",
        f"The message's id is missing or longer than {most} characters, so nothing can be acknowledged",
        f"Meldingens id mangler eller er lengre enn {most} tegn, så ingenting kan kvitteres",
        path,
        line,
    )


def not_uuid(path: str, line: int) -> Fault:
    """An id that is not a UUID (HIS 80415 3.3.4)."""
    return Fault(
        "E10",
        "MsgId is not a UUID, such as 2f1b9c1e-6a57-4d0c-9f3e-0c5d5f1f7a10",
        "MsgId er ikke en UUID, for eksempel 2f1b9c1e-6a57-4d0c-9f3e-0c5d5f1f7a10",
        path,
        line,
    )


def no_time(path: str, line: int) -> Fault:
    """A GenDate that is no point in time."""
    return Fault(
        "T02",
        "GenDate is not a point in time, such as 2026-11-21T10:32:12+01:00",
        "GenDate er ikke et tidspunkt, for eksempel 2026-11-21T10:32:12+01:00",
        path,
        line,
    )


def no_patient(path: str, line: int) -> Fault:
    """A message about a patient, without one."""
    return Fault(
        "E36",
        "Patient is missing; the message must say whom it is about",
        "Patient mangler; meldingen må si hvem den gjelder",
        path,
        line,
    )


def vague_patient(missing_en: str, missing_nb: str, path: str, line: int) -> Fault:
    """A patient who cannot be told from others (HIS 80415 3.3.4)."""
    return Fault(
        "E36",
        f"The patient is insufficiently identified: {missing_en}. Needed is a name and one of: FNR, D-number "
        "or common helper number of eleven digits, or birth date and sex",
        f"Pasienten er utilstrekkelig identifisert: {missing_nb}. Det kreves navn og ett av: fødselsnummer, D-nummer "
        "eller felles hjelpenummer på elleve siffer, eller fødselsdato og kjønn",
        path,
        line,
    )


def long_patient_id(most: int, path: str, line: int) -> Fault:
    """An identifier that no register gives out."""
    return Fault(
        "T99",
        f"An identifier of the patient is longer than {most} characters",
        f"En av pasientens identifikatorer er lengre enn {most} tegn",
        path,
        line,
    )


def attachment_type(looks_en: str, looks_nb: str, path: str, line: int) -> Fault:
    """An attachment of a format that is not read (HIS 1036, HIS 1077), with what its bytes look like."""
    found_en, found_nb = (f"looks like {looks_en}", f"ser ut som {looks_nb}") if looks_en else _NO_FORMAT
    return Fault(
        "T99",
        f"An attachment {found_en}; PDF, JPG and PNG are taken, whatever MimeType says",
        f"Et vedlegg {found_nb}; PDF, JPG og PNG tas imot, uansett hva MimeType sier",
        path,
        line,
    )


def attachments_too_large(total: int, most: int, path: str, line: int) -> Fault:
    """More in files than is taken, all of them together."""
    return Fault(
        "T99",
        f"The attachments have {total} bytes in all; at most {most} are taken. Send them in several messages",
        f"Vedleggene er på {total} byte til sammen; det tas imot høyst {most}. Send dem i flere meldinger",
        path,
        line,
    )


def not_base64(path: str, line: int) -> Fault:
    """A file whose bytes cannot be had."""
    return Fault("T02", "An attachment is not valid base64", "Et vedlegg er ikke gyldig base64", path, line)


def attachment_elsewhere(path: str, line: int) -> Fault:
    """An attachment that is only referred to."""
    return Fault(
        "T99",
        "An attachment lies elsewhere (FileReference); send it in Content/Base64Container",
        "Et vedlegg ligger et annet sted (FileReference); send det i Content/Base64Container",
        path,
        line,
    )


def attachment_compressed(path: str, line: int) -> Fault:
    """An attachment that people could not open."""
    return Fault(
        "T99",
        "An attachment is compressed (Compression); send it as it is",
        "Et vedlegg er komprimert (Compression); send det som det er",
        path,
        line,
    )


def no_original(line: int) -> Fault:
    """An acknowledgement of nothing."""
    path = "/AppRec/OriginalMsgId/Id"
    return Fault(
        "T02",
        "AppRec does not say which message it is about",
        "AppRec sier ikke hvilken melding den gjelder",
        path,
        line,
    )


def no_status(line: int) -> Fault:
    """An acknowledgement that says neither yes nor no."""
    return Fault("T02", "AppRec has no status", "AppRec har ingen status", "/AppRec/Status", line)


def no_acknowledger(line: int) -> Fault:
    """An acknowledgement from nobody."""
    path = "/AppRec/Sender/HCP"
    return Fault("T02", "AppRec's sender has no identifier", "AppRec-ens avsender har ingen identifikator", path, line)


def reader_died() -> Fault:
    """The message ended the process that read it."""
    return Fault(
        "T99",
        "Reading this message ended the reader: it needs too much memory or breaks it",
        "Lesingen av denne meldingen stanset leseren: den krever for mye minne eller ødelegger den",
    )


def reader_hung(seconds: float) -> Fault:
    """The message took longer to read than any good one does."""
    return Fault(
        "T99",
        f"Reading this message took more than {seconds:.1f} seconds and was stopped",
        f"Lesingen av denne meldingen tok mer enn {seconds:.1f} sekunder og ble stanset",
    )


def reader_failed() -> Fault:
    """A mistake of ours."""
    return Fault(
        "X99",
        "The reader failed on this message; this is the hub's mistake, and operations can see it",
        "Leseren feilet på denne meldingen; det er hubens feil, og drift kan se den",
    )
