"""What stands around a payload is told too: how to reach the sender and the patient, and what a document is."""

import pytest

from hub.message import Message, Topic
from hub.wire import reader
from tests.wire import builders
from tests.wire.builders import attachment, dialogue, ident, organisation, patient, professional


def sections(raw: bytes) -> dict[str, tuple[Topic, list[tuple[str, str]]]]:
    """What is told beside the payload, by heading."""
    read = reader.read(raw)
    assert isinstance(read, Message), read
    assert read == reader.again(raw)
    return {each.title: (each.topic, [(fact.title, fact.text) for fact in each.facts]) for each in read.report.sections}


def telecom(address: str, type: str = "", words: str = "") -> str:
    """A TeleCom of MsgHead."""
    type = f'<TypeTelecom V="{type}" DN="{words}"/>' if type else ""
    return f'<TeleCom>{type}<TeleAddress V="{address}"/></TeleCom>'


ADDRESS = (
    '<Address><Type V="H" DN="Bostedsadresse"/><StreetAdr>Storgata 1</StreetAdr><PostalCode>9950</PostalCode>'
    '<City>Vardø</City><Postbox>Postboks 2</Postbox><County V="2028" DN="Båtsfjord"/><Country V="NO" DN="Norge"/>'
    "</Address>"
)
PLACE = "Storgata 1, Postboks 2, 9950 Vardø, Båtsfjord, Norge (Bostedsadresse)"


def test_a_sender_can_be_called_back_at_every_level() -> None:
    nora = professional("Nordli", "Nora", ident("900411"), telecom("tel:3"))
    ward = organisation("Sengepost", ident("900401"), telecom("78000002", "WP", "Arbeid"), telecom("fax:4"), inner=nora)
    own = (ADDRESS, telecom("tel:78000001"), telecom("mailto:post@b.no"))
    sender = organisation("Storfjell sykehus", ident("900400"), *own, inner=ward)
    told = [
        ("Telefon", "78000001"),
        ("E-post", "post@b.no"),
        ("Adresse", PLACE),
        ("Telefon – Sengepost", "78000002 (Arbeid)"),
        ("Faks – Sengepost", "4"),
        ("Telefon – Nora Nordli", "3"),
    ]
    assert (Topic.PEOPLE, told) == sections(dialogue(sender=sender))["Avsender"]


def test_a_patient_can_be_called_and_visited() -> None:
    more = f'<Nationality V="SE" DN="Sverige"/>{ident(builders.HANNE, "FNR", "8116")}{ADDRESS}{telecom("tel:90000000")}'
    told = [("Telefon", "90000000"), ("Adresse", PLACE), ("Statsborgerskap", "Sverige")]
    assert (Topic.PEOPLE, told) == sections(dialogue(patient=patient(idents=more)))["Pasient"]


def test_an_address_that_only_says_of_what_kind_it_is_says_nothing() -> None:
    empty = '<Address><Type V="H" DN="Bostedsadresse"/></Address>'
    assert {} == sections(dialogue(patient=patient(idents=ident(builders.HANNE, "FNR", "8116") + empty)))


def test_who_can_only_be_known_has_no_section() -> None:
    assert {} == sections(dialogue())


def test_what_a_rule_looks_for_is_no_address() -> None:
    read = reader.read(dialogue(patient=patient(idents=ident(builders.HANNE, "FNR", "8116") + ADDRESS)))
    assert isinstance(read, Message)
    assert "storgata" not in read.words


SAID = (
    '<DocumentConnection V="H"/><ContentType V="1" S="1.2" DN="Notat"/><ContentDescription>Brev</ContentDescription>'
    '<ContentCategory V="2" S="1.2" DN="Sykepleie"/><Consent V="3" S="1.2" DN="Samtykket"/>'
    '<Annotation>Viktig</Annotation><FromDate V="2026-02-01"/><ToDate V="2026-02-03"/><OidRef>1.2.3</OidRef>'
    "<EnquiryRefId>H1</EnquiryRefId>"
)
TOLD = [
    ("Innhold", "Notat"),
    ("Kategori", "Sykepleie"),
    ("Samtykke", "Samtykket"),
    ("Fra", "01.02.2026"),
    ("Til", "03.02.2026"),
    ("OID", "1.2.3"),
    ("Svar på henvendelse", "H1"),
]


def test_what_a_document_says_beside_its_payload_is_told() -> None:
    own = '<MsgType V="XML" DN="XML-instans"/>'
    raw = dialogue().replace(own.encode(), f"{own}<Id>D1</Id><Description>Om fall</Description>".encode())
    raw = raw.replace(b"<Document>", f"<Document>{SAID}".encode(), 1)
    told = [("Dokumentet er", "Hoveddokument"), ("Beskrivelse", "Om fall"), *TOLD, ("Dokument-id", "D1")]
    assert {"Om dokumentet": (Topic.OTHER, told)} == sections(raw)
    read = reader.read(raw)
    assert isinstance(read, Message)
    assert "Brev\nViktig" == read.parts[0].remark


@pytest.mark.parametrize("content", ["", "<Content/>"])
def test_a_document_that_carries_nothing_is_told_all_the_same(content: str) -> None:
    ref = f'<RefDoc><MsgType V="XML"/><Id>D1</Id><Description>Om fall</Description>{content}</RefDoc>'
    told = [
        ("Dokumentet er", "Hoveddokument"),
        ("Merknad", "Brev"),
        ("Merknad", "Viktig"),
        ("Beskrivelse", "Om fall"),
        *TOLD,
        ("Dokument-id", "D1"),
    ]
    assert {"Om dokumentet": (Topic.OTHER, told)} == sections(dialogue(attachments=f"<Document>{SAID}{ref}</Document>"))


def test_what_is_said_about_a_file_is_told_once() -> None:
    file = attachment(description="Om fall").replace("<Document>", f"<Document>{SAID}")
    raw = dialogue(attachments=file.replace('DN="Vedlegg"/>', 'DN="Vedlegg"/><Id>D1</Id>'))
    told = [("Dokumentet er", "Hoveddokument"), *TOLD, ("Dokument-id", "D1")]
    assert {"Om vedlegget": (Topic.OTHER, told)} == sections(raw)
    read = reader.read(raw)
    assert isinstance(read, Message)
    assert "Om fall; Brev; Viktig" == read.attachments[0].description


def test_how_urgent_a_sender_says_it_is_is_told() -> None:
    raw = dialogue().replace(b"</MsgId>", b'</MsgId><RequestedPriority V="H"/>')
    assert {"Om meldingen": (Topic.OTHER, [("Prioritet", "Høy")])} == sections(raw)
