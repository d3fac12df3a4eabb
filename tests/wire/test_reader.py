"""What is read from a message, part by part."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hub.message import (
    Attachment,
    Code,
    Conversation,
    Fault,
    Ident,
    Kind,
    Message,
    Party,
    Patient,
    Professional,
    Receiver,
    Refusal,
    Unit,
    Unreadable,
    Wanted,
)
from hub.wire import reader
from tests.wire import builders
from tests.wire.builders import MSG_ID, OID, dialogue, ident, note, organisation, request


def message(**overrides: str | None) -> Message:
    read = reader.read(dialogue(**overrides))
    assert isinstance(read, Message), read
    return read


def refusal(raw: bytes) -> Refusal:
    read = reader.read(raw)
    assert isinstance(read, Refusal), read
    return read


def test_the_envelope_says_who_sends_what_to_whom_and_when() -> None:
    expected = builders.envelope(
        sender=Party(Unit("Storfjell sykehus", (_her("900400"),)), Unit("Indremedisin", (_her("900401"),))),
        receivers=(
            Receiver(
                Party(Unit("Fjordbyen legesenter", (_her("900100"),)), Unit("Fastlegetjeneste", (_her("900101"),))),
                "PRIM",
                "/MsgHead/MsgInfo/Receiver",
                9,
            ),
        ),
    )
    assert expected == message().envelope


def test_a_person_is_read_at_level_two() -> None:
    party = message(receiver=f"<Receiver>{builders.GP}</Receiver>").envelope.receivers[0].party
    idents = (_her("900111"), Ident("990000101", Code("HPR", "HPR", f"{OID}8116")))
    assert Professional("Nordli", "", "Nora", "LE", idents) == party.professional
    assert ("900100", "900111") == (party.level_1, party.level_2)
    assert "Nora Nordli" == party.professional.name


def test_copy_receivers_follow_the_primary_one_with_their_roles_and_places() -> None:
    others = builders.copy(builders.GP) + builders.copy(builders.HOSPITAL, "FR")
    receivers = message(others=others).envelope.receivers
    assert [
        ("PRIM", "900101", "/MsgHead/MsgInfo/Receiver"),
        ("COP", "900111", "/MsgHead/MsgInfo/OtherReceiver[1]"),
        ("FR", "900401", "/MsgHead/MsgInfo/OtherReceiver[2]"),
    ] == [(r.role, r.party.her_id, r.path) for r in receivers]


def test_a_professional_alone_is_a_copy_receiver_and_a_private_person_is_none() -> None:
    alone = builders.copy(builders.professional("Nordli", "Nora", ident("900111")))
    private = builders.copy("<Patient><FamilyName>Aas</FamilyName></Patient>")
    receivers = message(others=alone + private).envelope.receivers
    assert ["900101", "900111"] == [r.party.her_id for r in receivers]


def test_dots_in_a_her_id_are_kept_and_do_not_count() -> None:
    sender = organisation("Storfjell sykehus", ident("900.400"))
    envelope = message(sender=sender).envelope
    assert "900.400" == envelope.sender.organisation.idents[0].id
    assert f"900400/{MSG_ID}" == str(envelope.key)


def test_blanks_around_ids_do_not_count() -> None:
    envelope = message(msg_id=f"\n  {MSG_ID}\n", sender=organisation("S", ident(" 900400\n"))).envelope
    assert f"900400/{MSG_ID}" == str(envelope.key)


def test_identifiers_without_a_value_are_left_out() -> None:
    sender = organisation("Storfjell sykehus", ident(""), ident("100000024", "ENH"))
    envelope = message(sender=sender).envelope
    assert f"ENH:100000024/{MSG_ID}" == str(envelope.key)


@pytest.mark.parametrize(("status", "test"), [("", False), ("P", False), ("T", True), ("D", True)])
def test_training_and_debugging_are_tests(status: str, test: bool) -> None:
    assert test is message(status=status).envelope.test


VERSIONS = [
    ("1.0", "DIALOG_FORESPORSEL", "1.0"),
    ("1.0", "DIALOG_NOTAT", "1.0"),
    ("1.1", "DIALOG_FORESPORSEL", "1.1"),
    ("1.1", "DIALOG_HELSEFAGLIG", "1.1"),
    ("1.0", "DIALOG_HELSEFAGLIG", "1.1"),
]


@pytest.mark.parametrize(("version", "kind", "apprec"), VERSIONS)
def test_the_payload_decides_the_version_of_the_acknowledgement(version: str, kind: str, apprec: str) -> None:
    assert apprec == message(version=version, kind=kind).envelope.apprec


KINDS = {
    "DIALOG_FORESPORSEL": Kind.REQUEST,
    "DIALOG_SVAR": Kind.ANSWER,
    "DIALOG_NOTAT": Kind.NOTE,
    "DIALOG_HELSEFAGLIG": Kind.DIALOGUE,
    "DIALOG_AVVIK": Kind.DEVIATION,
}


@pytest.mark.parametrize(("type", "kind"), KINDS.items())
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_the_type_decides_the_kind(type: str, kind: Kind, version: str) -> None:
    assert kind is message(kind=type, version=version).kind


def test_a_patient_is_read_with_all_that_is_told() -> None:
    written = builders.patient("Aas", "Hanne", "1976-01-05", "2")
    written = written.replace("<GivenName>", "<MiddleName>Elle</MiddleName><GivenName>")
    idents = (Ident(builders.HANNE, Code("FNR", "FNR", f"{OID}8116")),)
    assert Patient("Aas", "Elle", "Hanne", date(1976, 1, 5), "2", idents) == message(patient=written).patient


def test_a_conversation_is_read() -> None:
    assert Conversation("a", "b") == message(conversation=builders.conversation("a", "b")).conversation
    assert None is message().conversation


def test_half_a_reference_stands_for_both() -> None:
    assert Conversation("a", "a") == message(conversation=builders.conversation("a", "")).conversation
    assert Conversation("b", "b") == message(conversation=builders.conversation("", "b")).conversation


def test_a_note_is_read_with_all_its_words() -> None:
    rest = "<Merknad>Haster ikke.</Merknad><DokIdNotat>N1</DokIdNotat><DatoNotat>2026-11-21</DatoNotat>"
    (part,) = message(body=note(text="<p>en</p><p>to</p>", subject=" Fall\n hjemme ", rest=rest)).parts
    assert Code("6", "Henvendelse om pasient", f"{OID}7322") == part.theme
    assert "Fall hjemme" == part.subject
    assert "en\n\nto" == part.text
    assert "Haster ikke.\nNotatets dato: 2026-11-21" == part.remark
    assert "N1" == part.document_id


def test_a_request_is_read_with_its_codes_in_words() -> None:
    rest = (
        f'<Formål V="2" S="{OID}9068"/><Begrunnelse>Ny pasient.</Begrunnelse><Hastegrad V="3"/>'
        "<FraDato>2026-11-01</FraDato><TilDato>2026-11-21</TilDato>"
        f'<TypeJournalinfo V="C1" DN="Klinisk kjemi" S="{OID}9066"/><TypeJournalinfo V="E1" S="{OID}9066"/>'
        f'<KodetOpplysning V="X" DN="Kost" OT="fettfri"/><DokIdForesp>F1</DokIdForesp>'
    )
    body = request(rest=rest).replace("<Sporsmal>", "<EmneSporsmal>Prøver</EmneSporsmal><Sporsmal>")
    (part,) = message(kind="DIALOG_FORESPORSEL", body=body).parts
    assert ("1", "9152", "Helseopplysninger") == (part.theme.value, part.theme.number, part.theme.text)
    assert "Prøver" == part.subject
    assert "Har dere en oppdatert legemiddelliste?\n\nBegrunnelse: Ny pasient." == part.text
    assert (
        "Formål: Helsehjelp til pasient som har journal\nHastegrad: Innen 24 timer\n"
        "Gjelder fra 2026-11-01 til 2026-11-21\nJournalinformasjon: Klinisk kjemi\n"
        "Journalinformasjon: Røntgenopptak og liknende\n"
        "Opplysning: Kost: fettfri"
    ) == part.remark
    assert "F1" == part.document_id


def test_a_request_inside_a_note_is_a_part_of_its_own() -> None:
    body = note(rest=request(question="Hva nå?"))
    assert ["Hei", "Hva nå?"] == [part.text for part in message(body=body).parts]


def test_a_code_without_text_gets_the_text_of_its_list() -> None:
    (part,) = message(body=note(display="")).parts
    assert "Henvendelse om pasient" == part.theme.text
    assert "Helsefaglig dialog" == message().envelope.type.text


def test_what_stands_around_the_payload_goes_with_its_first_part() -> None:
    raw = dialogue(body=f'<SakstypeKodet V="1" DN="Vedtak"/><Sakstype>Hjelpemidler</Sakstype>{note()}')
    raw = raw.replace(
        b"<Document>", b"<Document><ContentDescription>Brev</ContentDescription><Annotation>Viktig</Annotation>", 1
    )
    read = reader.read(raw)
    assert isinstance(read, Message)
    assert "Sakstype: Vedtak\nSakstype: Hjelpemidler\nBrev\nViktig" == read.parts[0].remark


def test_a_message_without_any_text_is_accepted() -> None:
    assert () == message(body="").parts


WANTED = {
    "a nurse at the receiver": (builders.wanted("24", "SP"), (Wanted("24", "SP"),)),
    "the health team": (builders.wanted("22", ""), (Wanted("22", ""),)),
    "a profession without a role": (builders.wanted("", "LE"), (Wanted("", "LE"),)),
    "the same twice": (builders.wanted() * 2, (Wanted("24", "SP"),)),
    "the sender's own contact, whose profession steers nothing": (builders.wanted("9", "SP"), (Wanted("9", ""),)),
    "the role on the person": (
        '<RollerRelatertNotat><HealthcareProfessional><TypeHealthcareProfessional V="LE"/>'
        f'<RoleToPatient V="24" S="{OID}9034"/>'
        "<FamilyName>Nordli</FamilyName><GivenName>Nora</GivenName></HealthcareProfessional></RollerRelatertNotat>",
        (Wanted("24", "LE", "Nora Nordli"),),
    ),
    "the author, who is not asked for": (
        f'<RollerRelatertNotat><RolleNotat V="1" S="{OID}9057"/><HealthcareProfessional>'
        '<TypeHealthcareProfessional V="LE"/></HealthcareProfessional></RollerRelatertNotat>',
        (),
    ),
    "nobody": ("", ()),
}


@pytest.mark.parametrize(("rest", "expected"), WANTED.values(), ids=WANTED)
def test_whom_the_sender_asks_for(rest: str, expected: tuple[Wanted, ...]) -> None:
    assert expected == message(body=note(rest=rest)).wanted
    assert expected == message(kind="DIALOG_FORESPORSEL", body=request(rest=rest)).wanted


def test_a_role_that_nobody_is_named_in_is_told_by_itself() -> None:
    role = f'<RoleToPatient V="24" DN="Kontakt hos mottaker" OT="Den som har vakt" S="{OID}9034"/>'
    (part,) = message(body=note(rest=f"<RollerRelatertNotat>{role}<Person/></RollerRelatertNotat>")).parts
    assert "Kontakt hos mottaker: Den som har vakt" == part.remark


def test_everybody_named_is_told_in_words() -> None:
    fk = f'xmlns="{builders.FELLES}"'
    rest = (
        f'<RollerRelatertNotat><RolleNotat V="1" S="{OID}9057"/><RoleToPatient V="11" S="{OID}9034"/>'
        f"<TilknyttetEnhet><Kontaktenhet><OrganisationName {fk}>Sengepost 2</OrganisationName>"
        f'<Ident {fk}><Id>900405</Id><TypeId V="HER"/></Ident></Kontaktenhet>'
        "<Merknad>Ring før 14.</Merknad></TilknyttetEnhet>"
        '<HealthcareProfessional><TypeHealthcareProfessional V="SP"/><FamilyName>Vang</FamilyName>'
        f'<GivenName>Turid</GivenName><TeleCom><TeleAddress {fk} V="tel:78000000"/></TeleCom></HealthcareProfessional>'
        "</RollerRelatertNotat><RollerRelatertNotat><Person><GivenName>Per</GivenName></Person></RollerRelatertNotat>"
    )
    (part,) = message(body=note(rest=rest)).parts
    assert (
        "Forfatter, Utskrivende sykepleier: Turid Vang, Sykepleier, 78000000, Sengepost 2, Ring før 14., HER 900405"
        "\nPerson: Per"
    ) == part.remark


def test_attachments_are_described_by_their_content_and_not_by_their_declared_type() -> None:
    files = (
        builders.attachment("application/pdf", builders.PDF, "Sårprosedyre")
        + builders.attachment(
            "IMAGE/JPEG; q=1", f"\n{builders.JPG[:5]} {builders.JPG[5:9]}\r\n{builders.JPG[9:]}\n", "Bilde"
        )
        + builders.attachment("", builders.PNG, "Uten type")
        + builders.attachment("application/msword", builders.PDF, "")
    )
    assert [
        ("Sårprosedyre", "application/pdf", 9),
        ("Bilde", "image/jpeg", 20),
        ("Uten type", "image/png", 29),
        ("", "application/pdf", 9),
    ] == [(a.description, a.mime_type, a.size) for a in message(attachments=files).attachments]


def test_a_reference_to_a_file_is_told_with_its_id_and_the_sender_s_word_for_its_type() -> None:
    refers = (
        '<Document><RefDoc><MsgType V="REF"/><Id>BILDE-1</Id><MimeType>image/png</MimeType>'
        "<Description>Bilde</Description></RefDoc></Document>"
    )
    assert (Attachment("Bilde; BILDE-1", "image/png", 0),) == message(attachments=refers).attachments


def test_prefixes_do_not_matter() -> None:
    plain = dialogue(declaration="").decode()
    prefixed = plain.replace("<", "<m:").replace("<m:/", "</m:").replace("xmlns=", "xmlns:m=").encode()
    expected = reader.read(plain.encode())
    assert isinstance(expected, Message)
    assert expected == reader.read(prefixed)


def test_comments_and_instructions_do_not_matter() -> None:
    raw = dialogue().replace(b"900400", b"900<!-- a -->4<?b c?>00").replace(b"<Document>", b"<!-- d --><Document>")
    assert reader.read(dialogue()) == reader.read(raw)


def test_bytes_that_break_off_after_the_head_are_refused_to_their_sender() -> None:
    raw = dialogue()
    whole = refusal(raw[:-20])
    assert builders.MSG_ID == whole.envelope.msg_id
    assert reader.read(raw).envelope == whole.envelope  # type: ignore[union-attr]
    assert [("T01", 12)] == [(f.code, f.line) for f in whole.faults]


def test_the_version_of_the_acknowledgement_is_known_as_soon_as_the_payload_has_begun() -> None:
    raw = dialogue(kind="DIALOG_NOTAT", version="1.0")
    assert "1.0" == refusal(raw[:-100]).envelope.apprec
    assert "1.1" == refusal(raw[: raw.index(b"<Document>")]).envelope.apprec


def test_bytes_that_break_off_within_the_head_are_unreadable() -> None:
    raw = dialogue()
    assert isinstance(reader.read(raw[: raw.index(b"</MsgInfo>")]), Unreadable)


def test_wrong_bytes_after_the_head_are_refused_with_their_line() -> None:
    raw = dialogue(body=note(text="Kari er d\xe5rlig")).decode().encode("iso-8859-1").replace(b"\xf8", b"o")
    (fault,) = refusal(raw).faults
    said = "The message is not well-formed XML: the bytes are not in the encoding that is declared (or UTF-8)"
    assert ("T01", said, 12) == (fault.code, fault.en, fault.line)


NEITHER = {
    "an entity of HTML": (
        "&nbsp;",
        "an entity such as &nbsp; is not defined; only &amp; &lt; &gt; &quot; &apos; and numbers (&#160;) are",
    ),
    "a bare ampersand": ("a & b", "a name is missing after < or &; write &lt; or &amp; in text"),
    "a bare less than": ("a < b", "a name is missing after < or &; write &lt; or &amp; in text"),
    "a control character": ("a\x01b", "a character is not allowed in XML"),
    "a tag that is not closed": ("<p>a", "a start tag and an end tag do not match"),
    "a prefix without namespace": ("<x:p/>", "a prefix has no namespace (xmlns:...)"),
    "an attribute twice": ("<p a='1' a='2'/>", "an attribute stands twice on one element"),
    "a document type in the middle": ("<!DOCTYPE a>", "a name is missing after < or &; write &lt; or &amp; in text"),
}


@pytest.mark.parametrize(("text", "said"), NEITHER.values(), ids=NEITHER)
def test_what_is_not_well_formed_is_explained(text: str, said: str) -> None:
    (fault,) = refusal(dialogue(body=note(text=text))).faults
    assert ("T01", f"The message is not well-formed XML: {said}") == (fault.code, fault.en)


def test_a_namespace_that_is_no_address_is_refused() -> None:
    (fault,) = refusal(dialogue().replace(b"msghead/2006-05-24", b"msghead/2006 05 24")).faults
    assert "The message is not well-formed XML: a namespace is not a valid address (URI)" == fault.en


def test_faults_of_an_earlier_message_are_not_told_about_the_next() -> None:
    refusal(dialogue(mig="v1"))
    (fault,) = refusal(dialogue().replace(b"</MsgHead>", b"")).faults
    assert "The message is not well-formed XML: it ends before all elements are closed" == fault.en


def test_without_a_sender_nobody_can_be_answered() -> None:
    read = reader.read(dialogue(sender="<Organisation/>"))
    assert isinstance(read, Unreadable)
    assert ("T02", "/MsgHead/MsgInfo/Sender/Organisation") == (read.faults[0].code, read.faults[0].path)


@pytest.mark.parametrize("msg_id", ["", " ", "x" * 257])
def test_without_a_usable_id_nothing_can_be_acknowledged(msg_id: str) -> None:
    read = reader.read(dialogue(msg_id=msg_id))
    assert isinstance(read, Unreadable)
    assert [("E10", "/MsgHead/MsgInfo/MsgId")] == [(f.code, f.path) for f in read.faults]


def test_a_sender_with_an_endless_identifier_is_none() -> None:
    assert isinstance(reader.read(dialogue(sender=organisation("S", ident("9" * 257)))), Unreadable)


def test_a_head_without_receiver_is_for_nobody() -> None:
    (receiver,) = refusal(dialogue(receiver="")).envelope.receivers
    assert Receiver(Party(Unit("")), "PRIM", "/MsgHead/MsgInfo/Receiver", 3) == receiver


@pytest.mark.parametrize("gen_date", ["", "i dag", "2026-11-21", "2026-13-01T00:00:00"])
def test_a_time_that_is_none_is_refused_and_left_empty(gen_date: str) -> None:
    read = refusal(dialogue(gen_date=gen_date))
    assert ("", datetime(1970, 1, 1, tzinfo=UTC)) == (read.envelope.gen_date, read.envelope.generated)
    assert [("T02", "/MsgHead/MsgInfo/GenDate", 6)] == [(f.code, f.path, f.line) for f in read.faults]


def test_a_time_of_no_calendar_that_is_valid_is_refused_too() -> None:
    (fault,) = refusal(dialogue(gen_date="12026-11-21T10:32:12Z")).faults
    assert ("T02", "/MsgHead/MsgInfo/GenDate") == (fault.code, fault.path)


@pytest.mark.parametrize("raw", [b"<MsgHead/>", b"<html><body/></html>", b"<a:Envelope xmlns:a='urn:a'/>"])
def test_other_documents_are_unreadable(raw: bytes) -> None:
    assert isinstance(reader.read(raw), Unreadable)


def test_a_fault_cuts_names_that_are_too_long() -> None:
    read = reader.read(f'<{"a" * 40_000} xmlns="urn:{"b" * 40_000}"/>'.encode())
    assert isinstance(read, Unreadable)
    assert len(repr(read)) < 2_000
    long = refusal(dialogue(body=note(rest=f'<{"a" * 40_000} {"b" * 40_000}=""/>')))
    assert len(repr(long.faults)) < 2_000


def test_a_head_of_another_version_is_refused_to_its_sender() -> None:
    other = dialogue().replace(builders.MSGHEAD.encode(), b"http://www.kith.no/xmlstds/msghead/2004-01-01")
    read = refusal(other)
    assert f"900400/{MSG_ID}" == str(read.key)
    assert [("T10", "/MsgHead")] == [(f.code, f.path) for f in read.faults]


def test_what_is_refused_never_repeats_what_the_sender_wrote() -> None:
    secret = "Hemmelighet"
    raw = dialogue(
        gen_date=secret,
        body=f'<Notat><TemaKodet V="{secret}" S="{secret}"/><DatoNotat>{secret}</DatoNotat>{secret}</Notat>',
        patient=builders.patient(secret, secret, secret, secret, idents=""),
        attachments=builders.attachment(f"{secret} {secret}", secret, secret),
        mig=secret,
    )
    read = refusal(raw)
    assert len(read.faults) > 5
    assert [] == [f for f in read.faults if secret in repr(f)]


def test_a_fault_is_a_fault_in_both_languages() -> None:
    read = refusal(dialogue(msg_id="1", patient=""))
    assert [] == [f for f in read.faults if not (isinstance(f, Fault) and f.en and f.nb and f.en != f.nb)]


def _her(id: str) -> Ident:
    return replace(builders.her(id))


def test_what_lists_and_acknowledgements_repeat_is_no_longer_than_they_can() -> None:
    long = "x" * 10_000
    sender = organisation(long, ident("900400"), inner=builders.professional(long, long, ident("900401")))
    patient = builders.patient(family=long, given=long)
    raw = dialogue(sender=sender, patient=patient).replace(b'DN="Helsefaglig dialog"', f'DN="{long}"'.encode(), 1)
    read = reader.read(raw)
    assert isinstance(read, Message) and read.patient and read.envelope.sender.professional
    person, who = read.envelope.sender.professional, read.patient
    names = (read.envelope.sender.organisation.name, person.family_name, person.given_name, who.family_name)
    assert [(1_000, "…")] * 4 == [(len(name), name[-1]) for name in names]
    assert 256 == len(read.envelope.type.text)


def test_of_an_endless_message_function_the_beginning_is_kept() -> None:
    read = reader.read(dialogue().replace(b'V="DIALOG_HELSEFAGLIG"', b'V="%b"' % (b"Q" * 10_000), 1))
    assert isinstance(read, Message)
    assert "Q" * 64 == read.envelope.type.value
