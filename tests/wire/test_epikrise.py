"""The discharge summary: its envelope, its patient, and that all that is told in it reaches people."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import etree

from hub.message import (
    Code,
    Diagnosis,
    Fact,
    Ident,
    Medicine,
    Message,
    Refusal,
    Report,
    Section,
    Status,
    Stay,
    Topic,
    Unreadable,
)
from hub.wire import epikrise, reader
from tests.wire.specimen import Grower

SCHEMAS = Path(__file__).parents[2] / "schemas" / "epikrise"
V1_1 = "http://www.kith.no/xmlstds/epikrise/2006-09-23"
V1_2 = "http://www.kith.no/xmlstds/epikrise/2012-02-15"
OID = "2.16.578.1.12.4.1.1."
MSG_ID = "5e0a4c1e-7c0a-4a55-9f0b-3b1c6a0d1400"
HANNE = "05817611224"

HOSPITAL = (
    '<Inst><Name>Storfjell sykehus</Name><Id>900400</Id><TypeId V="HER"/>'
    '<Dept><Name>Indremedisin</Name><Id>900401</Id><TypeId V="HER"/></Dept></Inst>'
)
CENTRE = '<Inst><Name>Fjordbyen legesenter</Name><Id>900100</Id><TypeId V="HER"/></Inst>'
HOME_SERVICE = '<Inst><Name>Fjordbyen kommune</Name><Id>900200</Id><TypeId V="HER"/></Inst>'
PATIENT = f'<Name>Aas, Hanne</Name><OffId>{HANNE}</OffId><TypeOffId V="FNR"/>'
STAY = '<StartDateTime V="2026-11-17T13:20:00+01:00"/><EndDateTime V="2026-11-24T12:30:00"/>'

# The format's own name, and a time that is none: the acknowledgement tells another.
NOT_TOLD = {"Message/MIGversion", "Message/GenDate"}


def summary(
    namespace: str = V1_2,
    type: str = '<Type V="EPIKRISE" DN="Epikrise"/>',
    gen_date: str = "2026-11-24T14:05:12+01:00",
    msg_id: str = MSG_ID,
    status: str = "",
    serv_type: str = "N",
    header: str = "",
    event: str | None = None,
    content: str = "",
    outcome: str = "",
    patient: str = PATIENT,
    sender: str = HOSPITAL,
    requester: str = CENTRE,
    copies: str = "",
    rest: str = "",
    document_id: str = "",
) -> bytes:
    """A discharge summary; each part is XML."""
    document_id = document_id and f"<ServProvId>{document_id}</ServProvId>"
    number = "<Id>1</Id>" if namespace == V1_1 else ""
    if event is None:
        service = f"{outcome}{number}<Service/>"
        event = f'<Event><ReportedEvent>{STAY}</ReportedEvent><ServType V="1"/>{service}{content}</Event>'
    return (
        f'<Message xmlns="{namespace}">{type}<MIGversion>v1.2 2012-02-15</MIGversion><GenDate V="{gen_date}"/>'
        f'<MsgId>{msg_id}</MsgId>{status}<ServRprt><ServType V="{serv_type}"/><IssueDate V="2026-11-24"/>'
        f'<Status V="F" DN="Endelig rapport"/>{header}<MsgDescr>Epikrise</MsgDescr>{document_id}{event}'
        f"<Patient>{patient}</Patient><ServProvider><HCP>{sender}</HCP></ServProvider>{copies}"
        f"<Requester><HCP>{requester}</HCP></Requester>{rest}</ServRprt></Message>"
    ).encode()


def item(content: str, type: str, display: str = "", rest: str = "") -> str:
    """An InfItem."""
    return f'<InfItem>{content}<Type V="{type}" DN="{display}"/>{rest}</InfItem>'


def comment(heading: str, text: str, display: str = "") -> str:
    """A Comment under a heading."""
    return f'<Comment><Heading V="{heading}" DN="{display}"/><TextResultValue>{text}</TextResultValue></Comment>'


def concept(value: str, display: str, system: str = "7110") -> str:
    """A Concept."""
    return f'<Concept V="{value}" S="{OID}{system}" DN="{display}"/>'


def accepted(raw: bytes) -> Message:
    read = reader.read(raw)
    assert isinstance(read, Message), read
    return read


def refused(raw: bytes) -> list[str]:
    read = reader.read(raw)
    assert isinstance(read, Refusal), read
    return [f"{fault.code} {fault.path}" for fault in read.faults]


def report(**parts: str) -> Report:
    return accepted(summary(**parts)).report


def about(topic: Topic, found: Report) -> list[Section]:
    return [section for section in found.sections if section.topic is topic]


def her(id: str) -> Ident:
    return Ident(id, Code("HER"))


# ------------------------------------------------------------------------------------------------ nothing is lost


def grown(version: str, turn: int, bare: bool) -> tuple[etree._Element, dict[str, str]]:
    """A valid summary with a seed in every place, and where each seed was planted."""
    grower = Grower(SCHEMAS / version / "epikrise.xsd", turn, bare, {"Message/ServRprt/ServProvider/HCP": 0})
    return grower.grow("Message"), grower.planted


@pytest.mark.parametrize("bare", [False, True], ids=["words", "codes"])
@pytest.mark.parametrize("turn", range(3))
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_all_that_is_written_in_a_summary_is_in_the_message(version: str, turn: int, bare: bool) -> None:
    """Whatever its schema has room for, in words or as codes without any."""
    root, planted = grown(version, turn, bare)
    found = epikrise.document(root)
    assert found is not None
    assert () == found.complaints
    told = set(re.findall(r"frø\d+|\b9\d{6}\b|\d\d\.\d\d\.\d{4}", repr(found.make())))
    assert NOT_TOLD == {path for seed, path in planted.items() if seed not in told}
    assert len(planted) > 1_000


def test_all_places_of_the_schema_are_grown() -> None:
    """Over the turns every branch of every choice is taken."""
    names = {each.get("name") for each in etree.parse(SCHEMAS / "1.2" / "epikrise.xsd").iter("{*}element")} - {None}
    seen = {str(each.tag).rpartition("}")[2] for turn in range(3) for each in grown("1.2", turn, False)[0].iter()}
    assert set() == names - seen


# -------------------------------------------------------------------------------------------------- the envelope


def test_the_service_provider_sends_it_and_the_requester_gets_it() -> None:
    envelope = accepted(summary()).envelope
    assert ("900400", "900401") == (envelope.sender.level_1, envelope.sender.level_2)
    assert [("PRIM", "900100", "/Message/ServRprt/Requester")] == [
        (r.role, r.party.level_1, r.path) for r in envelope.receivers
    ]


def test_every_copy_receiver_acknowledges_by_itself() -> None:
    copies = "".join(f"<CopyDest><HCP>{each}</HCP></CopyDest>" for each in (HOME_SERVICE, CENTRE))
    receivers = accepted(summary(copies=copies)).envelope.receivers
    assert ["PRIM", "COP", "COP"] == [r.role for r in receivers]
    assert ["/Message/ServRprt/CopyDest[1]", "/Message/ServRprt/CopyDest[2]"] == [r.path for r in receivers[1:]]


def test_the_first_identifier_stands_before_the_additional_ones() -> None:
    centre = CENTRE.replace("</Inst>", '<AdditionalId><Id>100000016</Id><Type V="ENH"/></AdditionalId></Inst>')
    (receiver,) = accepted(summary(requester=centre)).envelope.receivers
    assert (her("900100"), Ident("100000016", Code("ENH"))) == receiver.party.organisation.idents


def test_a_person_in_an_organisation_is_a_receiver_of_their_own() -> None:
    person = '<HCPerson><Name>Nora Nordli</Name><Id>900.111</Id><TypeId V="HER"/></HCPerson></Inst>'
    (receiver,) = accepted(summary(requester=CENTRE.replace("</Inst>", person))).envelope.receivers
    assert ("Nora Nordli", "900111") == (receiver.party.professional.name, receiver.party.level_2)


def test_of_several_departments_the_one_with_a_her_id_is_the_address() -> None:
    """The others are told in words."""
    outer = HOSPITAL.replace("<Dept>", "<Dept><Name>Medisinsk klinikk</Name></Dept><Dept>")
    message = accepted(summary(sender=outer))
    assert "Indremedisin" == message.envelope.sender.department.name
    assert "Medisinsk klinikk" in message.text


def test_a_receiver_may_be_a_person_alone() -> None:
    alone = '<HCProf><Name>Nora Nordli</Name><Id>900111</Id><TypeId V="HER"/></HCProf>'
    (receiver,) = accepted(summary(requester=alone)).envelope.receivers
    assert ("", (her("900111"),)) == (receiver.party.organisation.name, receiver.party.professional.idents)


@pytest.mark.parametrize(("namespace", "version"), [(V1_1, "1.0"), (V1_2, "1.1")])
def test_each_version_has_its_acknowledgement(namespace: str, version: str) -> None:
    assert version == accepted(summary(namespace=namespace)).envelope.apprec


@pytest.mark.parametrize(
    ("written", "value", "text"),
    [
        ('<Type V="EPIKRISE" DN="Epikrise"/>', "EPIKRISE", "Epikrise"),
        ('<Type V="E" DN="Epikriserapport"/>', "E", "Epikriserapport"),
        ('<Type V="E"/>', "E", "Epikrise"),
        ("", "EPIKRISE", "Epikrise"),
    ],
)
def test_the_type_is_repeated_as_written(written: str, value: str, text: str) -> None:
    assert Code(value, text) == accepted(summary(type=written)).envelope.type


def test_a_time_without_zone_is_norwegian() -> None:
    envelope = accepted(summary(gen_date="2026-11-24T14:05:12")).envelope
    assert (datetime(2026, 11, 24, 13, 5, 12, tzinfo=UTC), "2026-11-24T14:05:12") == (
        envelope.generated,
        envelope.gen_date,
    )


@pytest.mark.parametrize("gen_date", ["2026-11-24", "2026", "2026-11", "14:05:12"])
def test_a_day_or_a_year_is_no_time_of_sending(gen_date: str) -> None:
    """The schema takes all of them; OriginalMsgId could repeat none."""
    assert ["T02 /Message/GenDate"] == refused(summary(gen_date=gen_date))


def test_an_id_that_is_no_uuid_is_refused() -> None:
    assert ["E10 /Message/MsgId"] == refused(summary(msg_id="EPI-2026-1"))


def test_another_version_is_refused_in_the_older_acknowledgement() -> None:
    raw = summary(namespace="http://www.kith.no/xmlstds/epikrise/2005-09-21")
    read = reader.read(raw)
    assert isinstance(read, Refusal)
    assert (["T10 /Message"], "1.0") == (refused(raw), read.envelope.apprec)


@pytest.mark.parametrize("namespace", ["", "http://www.kith.no/xmlstds/labsvar/2012-02-15"])
def test_a_message_of_another_standard_is_unreadable(namespace: str) -> None:
    read = reader.read(summary(namespace=namespace))
    assert isinstance(read, Unreadable)
    assert ["T10 /Message"] == [f"{fault.code} {fault.path}" for fault in read.faults]


@pytest.mark.parametrize(
    ("sender", "msg_id", "found"),
    [
        ("<Inst><Name>Storfjell sykehus</Name></Inst>", MSG_ID, "T02 /Message/ServRprt/ServProvider/HCP/Inst"),
        (HOSPITAL, "", "E10 /Message/MsgId"),
    ],
)
def test_what_nobody_could_be_answered_about_is_unreadable(sender: str, msg_id: str, found: str) -> None:
    read = reader.read(summary(sender=sender, msg_id=msg_id))
    assert isinstance(read, Unreadable)
    assert found in [f"{fault.code} {fault.path}" for fault in read.faults]


def test_a_test_message_says_so() -> None:
    status = '<Status V="TEST"/>'
    assert [False, True] == [accepted(summary(status=s)).envelope.test for s in ("", status)]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("N", Status.NEW),
        ("M", Status.CHANGED),
        ("C", Status.CANCELLED),
        ("A", Status.NEW),
        ("H", Status.NEW),
        ("?", Status.NEW),
    ],
)
def test_a_change_and_a_cancellation_name_the_document(code: str, status: Status) -> None:
    message = accepted(summary(serv_type=code, document_id="dok-1"))
    assert (status, "dok-1") == (message.status, message.document_id)


# --------------------------------------------------------------------------------------------------- the patient


@pytest.mark.parametrize(
    ("written", "family", "given"),
    [("Aas, Hanne Marie", "Aas", "Hanne Marie"), ("Hanne Aas", "Hanne Aas", ""), ("Aas,Hanne", "Aas", "Hanne")],
)
def test_the_name_is_one_string(written: str, family: str, given: str) -> None:
    patient = accepted(summary(patient=PATIENT.replace("Aas, Hanne", written))).patient
    assert patient is not None
    assert (family, given) == (patient.family_name, patient.given_name)


@pytest.mark.parametrize("written", ["1976-01-05", "1976-01-05T00:00:00", "1976-01-04T23:00:00Z"])
def test_a_birth_date_is_the_day_in_norway(written: str) -> None:
    patient = accepted(summary(patient=f'<Sex V="2"/><DateOfBirth V="{written}"/><Name>Aas, Hanne</Name>')).patient
    assert patient is not None
    assert (date(1976, 1, 5), "2") == (patient.born, patient.sex)


def test_a_patient_has_the_official_id_and_the_additional_ones() -> None:
    more = f'{PATIENT}<AdditionalId><Id>4711</Id><Type V="XXX"/></AdditionalId>'
    patient = accepted(summary(patient=more)).patient
    assert patient is not None
    assert (Ident(HANNE, Code("FNR")), Ident("4711", Code("XXX"))) == patient.idents


@pytest.mark.parametrize("patient", ["<Name>Aas, Hanne</Name>", f"<OffId>{HANNE}</OffId><TypeOffId V='FNR'/>"])
def test_a_patient_who_cannot_be_told_from_others_is_refused(patient: str) -> None:
    assert ["E36 /Message/ServRprt/Patient"] == refused(summary(patient=patient))


# ---------------------------------------------------------------------------------------------------- the report


def test_a_stay_has_its_times_and_where_the_patient_went() -> None:
    stay = report(outcome='<AdmOutcome V="35"/>').stay
    assert Stay(
        datetime(2026, 11, 17, 12, 20, tzinfo=UTC),
        datetime(2026, 11, 24, 11, 30, tzinfo=UTC),
        Code("35", "Rehab. Inst./sykehjem", f"{OID}7300"),
    ) == stay  # fmt: skip


def test_a_day_without_a_clock_is_its_beginning() -> None:
    days = STAY.replace("T13:20:00+01:00", "").replace("T12:30:00", "")
    found = report(event=f'<Event><ReportedEvent>{days}</ReportedEvent><ServType V="1"/><Service/></Event>')
    assert found.stay is not None
    assert datetime(2026, 11, 23, 23, 0, tzinfo=UTC) == found.stay.discharged
    assert Fact("Utskrevet", "24.11.2026") in about(Topic.EVENT, found)[0].facts


def test_diagnoses_are_coded_with_the_main_one_marked() -> None:
    words = "<Description>Akutt</Description>"
    main = item(f"<Observation>{words}<CodedDescr>{concept('I50.9', 'Hjertesvikt')}</CodedDescr></Observation>", "H")
    other = item(f"<Observation><CodedDescr>{concept('K77', '', '7170')}</CodedDescr></Observation>", "B")
    found = report(content=main + other)
    assert (
        Diagnosis(Code("I50.9", "Hjertesvikt", f"{OID}7110"), "Akutt", main=True),
        Diagnosis(Code("K77", "", f"{OID}7170")),
    ) == found.diagnoses
    facts = (Fact("Hoveddiagnose", "Hjertesvikt (I50.9)\nAkutt"), Fact("Bidiagnose", "K77"))
    assert [Section(Topic.DIAGNOSIS, "Diagnoser", facts)] == about(Topic.DIAGNOSIS, found)


def test_diagnoses_of_the_referral_are_told_and_are_not_those_of_the_stay() -> None:
    request = (
        '<ServReq><ServType V="N"/><IssueDate V="2026-11-17"/><MsgDescr V="REF"/><Id>1</Id>'
        f"<Diagnosis>{concept('K77', 'Hjertesvikt', '7170')}</Diagnosis></ServReq>"
    )
    stay = f'<Event><ReportedEvent>{STAY}</ReportedEvent><ServType V="1"/><Service/></Event>'
    found = report(event=request + stay)
    facts = (Fact("Diagnose", "Hjertesvikt (K77)"),)
    assert [Section(Topic.DIAGNOSIS, "Diagnoser ved henvisning", facts)] == about(Topic.DIAGNOSIS, found)
    assert () == found.diagnoses


def test_warnings_are_those_of_the_stay_and_of_the_patient() -> None:
    cave = "".join(item(f"<Observation><Description>{t}</Description></Observation>", t) for t in ("CAVE", "SM", "NB"))
    precaution = "<PatientPrecaution><Precaution>Fallfare</Precaution></PatientPrecaution>"
    assert ("CAVE", "SM", "NB", "Fallfare") == report(content=cave, patient=PATIENT + precaution).warnings


def test_a_medicine_is_a_section_of_its_own() -> None:
    drug = (
        f'<Medication><DrugId V="C03CA01" S="{OID}7180" DN="Furosemid"/><Comment>Økt</Comment>'
        '<Status V="E" DN="Endret"/><UnitDose V="80" U="mg"/><DosageText>Morgen</DosageText></Medication>'
    )
    found = report(content=item(drug, "MEDB", "Legemiddelopplysning"))
    code = Code("C03CA01", "Furosemid", f"{OID}7180")
    assert (Medicine("Furosemid", code, "80 mg; Morgen", Code("E", "Endret"), "Økt"),) == found.medication
    facts = (
        Fact("Legemiddel", "Furosemid (C03CA01)"),
        Fact("Merknad", "Økt"),
        Fact("Status", "Endret"),
        Fact("Enkeltdose", "80 mg"),
        Fact("Dosering", "Morgen"),
    )
    assert [Section(Topic.MEDICATION, "Legemiddel", facts)] == about(Topic.MEDICATION, found)


@pytest.mark.parametrize(
    ("heading", "topic", "title"),
    [
        ("OP", Topic.FOLLOW_UP, "Planer for videre oppfølging"),
        ("UP", Topic.FOLLOW_UP, "Ubesvarte prøver"),
        ("SY", Topic.FOLLOW_UP, "Sykmelding"),
        ("ME", Topic.MEDICATION, "Medisinering"),
        ("HJ", Topic.FUNCTION, "Funksjonsnivå/hjelpetiltak"),
        ("VU", Topic.ASSESSMENT, "Vurdering"),
        ("FO", Topic.ASSESSMENT, "Forløp og behandling"),
        ("FU", Topic.ASSESSMENT, "Funn og undersøkelser"),
        ("IP", Topic.OTHER, "Informasjon til pasient/pårørende"),
        ("??", Topic.ASSESSMENT, "??"),
    ],
)
def test_a_text_is_about_what_its_heading_says(heading: str, topic: Topic, title: str) -> None:
    assert Section(topic, title, text="Tekst") in report(content=comment(heading, "Tekst")).sections


def test_a_heading_without_text_is_left_out_unless_its_words_are_the_senders_own() -> None:
    empty = comment("OP", "", "Planer for videre oppfølging") + comment("VU", "", "Ingen særskilt vurdering")
    found = report(content=empty)
    own = Section(Topic.ASSESSMENT, "Ingen særskilt vurdering (VU)", text="Ingen særskilt vurdering (VU)")
    assert [own] == [s for s in found.sections if s.topic in (Topic.FOLLOW_UP, Topic.ASSESSMENT)]


def test_a_code_stands_beside_words_that_its_list_does_not_have() -> None:
    """One of them is wrong, and people must see both."""
    found = report(outcome='<AdmOutcome V="2" DN="Ut til hjemmet"/>')
    assert Fact("Utskrevet til", "Ut til hjemmet (2)") in about(Topic.EVENT, found)[0].facts


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ('<NumResult><NumResultValue V="4820" U="ng/L"/></NumResult>', "NT-proBNP (NPU1): 4820 ng/L"),
        (
            '<NumResult><ArithmeticComp V="LT"/><NumResultValue V="5" U="mg/L"/></NumResult>',
            "NT-proBNP (NPU1): < 5 mg/L",
        ),
        ('<Interval><Low V="1" U="g"/><High V="2" U="g"/></Interval>', "NT-proBNP (NPU1): 1 g – 2 g"),
        ('<DateResult><DateResultValue V="2026-11-20"/></DateResult>', "NT-proBNP (NPU1): 20.11.2026"),
        (
            "<TextResult><Result><TextResultValue>Negativ</TextResultValue></Result></TextResult>",
            "NT-proBNP (NPU1): Negativ",
        ),
    ],
)
def test_a_result_is_told_with_what_it_is_of(result: str, told: str) -> None:
    of = f'<ClinInv><Id V="NPU1" S="{OID}7280" DN="NT-proBNP"/></ClinInv>'
    found = report(content=item(f"<ResultItem>{result}{of}</ResultItem>", "FUNN"))
    (section,) = about(Topic.ASSESSMENT, found)
    assert (Fact("Funn og undersøkelsesresultat", told),) == section.facts


def test_what_is_planned_is_to_be_followed_up() -> None:
    planned = (
        '<Event><PlannedEvent><ScheduledDate V="2027-01-12T10:15:00+01:00"/></PlannedEvent><ServType V="3"/>'
        "<Service/></Event>"
    )
    found = report(event=planned)
    facts = (Fact("Tidspunkt", "12.01.2027 kl. 10:15"), Fact("Type", "3"))
    assert ([Section(Topic.FOLLOW_UP, "Planlagt", facts)], None) == (about(Topic.FOLLOW_UP, found), found.stay)


def test_next_of_kin_and_responsible_people_are_told_with_telephones() -> None:
    kin = (
        '<PatientRelParty><Relation V="EKT" DN="Ektefelle"/><Name>Jon Aas</Name>'
        '<Address><Type V="H"/><TeleAddress V="tel:90000001"/></Address></PatientRelParty>'
        '<PatRelHCP><Relation V="FLE"/><HCP><Inst><Name>Fjordbyen legesenter</Name></Inst></HCP></PatRelHCP>'
    )
    sections = about(Topic.PEOPLE, report(patient=PATIENT + kin))[:2]
    assert [
        (Fact("Ektefelle", "Jon Aas; Adresse: H: tlf. 90000001"),),
        (Fact("Fastlege", "Fjordbyen legesenter"),),
    ] == [section.facts for section in sections]


def test_the_status_and_priority_are_codes_and_not_the_subject() -> None:
    message = accepted(summary(header='<Priority V="TEL"/>'))
    assert (Code("F", "", f"{OID}7306"),) == message.report.codes
    assert Code("TEL", "Besvares pr. telefon", f"{OID}7303") == message.report.priority
    assert "Epikrise" == message.subject


# -------------------------------------------------------------------------------------------------- attachments


def attached(content: str) -> str:
    """A RefDoc."""
    return f'<RefDoc><MsgType V="A"/><Description>EKG</Description>{content}</RefDoc>'


def test_a_file_comes_along_and_is_told() -> None:
    container = '<Base64Container xmlns="http://www.kith.no/xmlstds/base64container">JVBERi0xLjQK</Base64Container>'
    message = accepted(summary(rest=attached(f"<Content>{container}</Content>")))
    assert [("application/pdf", 9, "EKG")] == [(a.mime_type, a.size, a.description) for a in message.attachments]


@pytest.mark.parametrize("type", ["A", "XML"])
def test_xml_in_an_attachment_is_refused_as_nobody_would_see_it(type: str) -> None:
    payload = '<Dialogmelding xmlns="http://www.kith.no/xmlstds/dialog/2013-01-23"/>'
    rest = attached(f"<Content>{payload}</Content>").replace('V="A"', f'V="{type}"')
    assert ["T99 /Message/ServRprt/RefDoc"] == refused(summary(rest=rest))


def test_a_file_that_lies_elsewhere_is_refused() -> None:
    rest = attached("<FileReference>https://example.org/ekg.pdf</FileReference>")
    assert ["T99 /Message/ServRprt/RefDoc"] == refused(summary(rest=rest))


# ------------------------------------------------------------------------------ what the schema does not hold back


@pytest.mark.parametrize("written", ["0001-01-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+01:00"])
def test_times_at_the_ends_of_the_calendar_are_told_as_they_stand(written: str) -> None:
    patient = f'<Sex V="2"/><DateOfBirth V="{written}"/>{PATIENT}'
    stay = f'<Event><ReportedEvent><StartDateTime V="{written}"/></ReportedEvent><ServType V="1"/><Service/></Event>'
    (section,) = about(Topic.EVENT, report(patient=patient, event=stay))
    assert section.facts[0].text in (written, "01.01.0001")


def test_a_summary_that_breaks_its_schema_tells_all_of_its_text_when_it_is_taken() -> None:
    """Sites may take what is invalid (row 6 of the acceptance table)."""
    raw = summary(content="utenfor<Ukjent>ukjent</Ukjent>")
    found = epikrise.document(etree.fromstring(raw))
    assert found is not None
    assert found.complaints
    assert {"utenfor", "ukjent"} <= set(found.make().text.split())


def test_elements_in_elements_without_end_are_told_as_text() -> None:
    deep = "<Dept>" * 200 + "<Name>innerst</Name>" + "</Dept>" * 200
    found = epikrise.document(etree.fromstring(summary(sender=HOSPITAL.replace("</Inst>", f"{deep}</Inst>"))))
    assert found is not None
    assert "innerst" in found.make().text


def test_what_lists_and_acknowledgements_repeat_of_a_summary_is_no_longer_than_they_can() -> None:
    long = "x" * 10_000
    raw = summary(
        type=f'<Type V="EPIKRISE" DN="{long}"/>',
        patient=PATIENT.replace("Aas", long),
        sender=HOSPITAL.replace("Storfjell sykehus", long),
    )
    read = reader.read(raw)
    assert isinstance(read, Message) and read.patient
    lengths = (len(read.envelope.type.text), len(read.patient.name), len(read.envelope.sender.organisation.name))
    assert (256, 1_000, 1_000) == lengths
