"""The municipal messages (PLO 1.5 and 1.6): what they are for, what they do to others, and all that they say."""

import random
from datetime import UTC, datetime

import pytest
from lxml import etree

from hub.message import (
    NOTHING_TOLD,
    Code,
    Diagnosis,
    Event,
    Fact,
    Kind,
    Medicine,
    Message,
    Report,
    Section,
    Status,
    Stay,
    Topic,
)
from hub.wire import plo, reader
from hub.wire.plo import values, vocabulary
from tests.wire import instances
from tests.wire.builders import FELLES, OID, dialogue

EPJ = "http://www.kith.no/xmlstds/epj/"
FULL = [(tag, branch) for tag in plo.PAYLOADS for branch in range(instances.branches(tag))]
IDS = [f"{tag.rpartition('xmlstds/')[2]}-{branch}" for tag, branch in FULL]
FOLDERS = ("plo", "epj", "helsepersonell", "pasientrelasjon", "personer")


def body(
    inner: str, root: str = "Konsultasjon", name: str = "HelseopplysningerTilLege", date: str = "2012-04-01"
) -> str:
    """A payload whose components stand with the prefixes po, fk1, epj1, epj2 and epj3."""
    namespaces = "".join(f' xmlns:epj{n}="{EPJ}epj{n}/2008-02-20"' for n in (1, 2, 3))
    shared = f'xmlns:po="http://www.kith.no/xmlstds/po/poKomponent/{date}" xmlns:fk1="{FELLES}"'
    own = f"http://www.kith.no/xmlstds/po/{name}/{date}"
    return f'<p:{root} xmlns:p="{own}" {shared}{namespaces}>{inner}</p:{root}>'


def logistics(choice: str, inner: str = "", status: str = "N", date: str = "2012-04-01") -> str:
    """Patient logistics with one of the five."""
    sent = f'<po:InformasjonOmForsendelsen><po:Forsendelsesstatus V="{status}"/></po:InformasjonOmForsendelsen>'
    return body(f"{sent}<p:{choice}>{inner or event()}</p:{choice}>", "Pasientlogistikk", "Pasientlogistikk", date)


def event(code: str = "3", at: str = "2026-11-24T10:30:00+01:00", estimated: str = "false", rest: str = "") -> str:
    """A TidsfestetHendelse."""
    coded = f'<po:Hendelsekode V="{code}"/>' if code else ""
    when = f'<po:TidspunktForHendelse V="{at}"/><po:Anslag>{estimated}</po:Anslag>'
    return f"<po:TidsfestetHendelse>{coded}{when}{rest}</po:TidsfestetHendelse>"


def message(payload: str, type: str = "LOG_INNLAGT") -> Message:
    """A message with that payload, read."""
    read = reader.read(dialogue(payload=payload, kind=type))
    assert isinstance(read, Message), read
    return read


def told(inner: str, root: str = "Konsultasjon", name: str = "HelseopplysningerTilLege") -> Report:
    """What components say, whether or not the schema has them there."""
    return plo.report(etree.fromstring(body(inner, root, name)), "")


def section(inner: str) -> Section:
    """The only section that a component makes."""
    (found,) = told(inner).sections
    return found


def facts(inner: str) -> list[tuple[str, str]]:
    """The facts of the only section that a component makes."""
    return [(fact.title, fact.text) for fact in section(inner).facts]


# -- nothing is lost ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tag", "branch"), FULL, ids=IDS)
def test_all_that_a_sender_writes_is_told(tag: str, branch: int) -> None:
    made = instances.full(tag, branch)
    sections = repr(message(etree.tostring(made.root, encoding="unicode")).report.sections)
    assert made.words
    assert [] == [word for word in made.words if word not in sections]
    assert [] == [day for day in made.days if values.moment(day) not in sections]


@pytest.mark.parametrize("seed", range(40))
def test_what_no_schema_knows_is_told_too(seed: int) -> None:
    """Invalid messages are refused today; a site that takes them all the same loses nothing."""
    chance = random.Random(seed)
    tag, branch = chance.choice(FULL)
    made = instances.full(tag, branch)
    spoil(made, chance)
    sections = repr(plo.report(etree.fromstring(etree.tostring(made.root, encoding="unicode")), "").sections)
    assert [] == [word for word in made.words if word not in sections]


def spoil(made: instances.Instance, chance: random.Random) -> None:
    """Text between elements, elements of no schema, and elements twice."""
    elements = [each for each in made.root.iter() if each is not made.root]
    for each in chance.sample(elements, min(20, len(elements))):
        match chance.randrange(4):
            case 0:
                each.tail = made.word("mellom")
            case 1 if len(each):
                each.text = made.word("foran")
            case 2 if len(each):
                unknown = etree.SubElement(each, "{urn:unknown}Ukjent", V=made.word("V"), DN=made.word("DN"))
                etree.SubElement(unknown, "{urn:unknown}Inni").text = made.word("inni")
            case _ if not len(each) and each.text:
                again = etree.Element(each.tag)
                again.text = made.word("igjen")
                each.addnext(again)


def test_what_is_nested_beyond_reason_is_told() -> None:
    deep = "<po:Dypt>" * 2000 + "innerst" + "</po:Dypt>" * 2000
    root = etree.fromstring(body(deep), etree.XMLParser(huge_tree=True))
    assert "innerst" in repr(plo.report(root, "").sections)


def test_units_within_units_are_told_however_many_there_are() -> None:
    opened = "<fk1:Organisation><fk1:OrganisationName>Enhet</fk1:OrganisationName>" * 200
    inner = f"{opened}{'</fk1:Organisation>' * 200}"
    name = "<fk1:OrganisationName>Kommunen</fk1:OrganisationName>"
    found = facts(f"<po:TilknyttetEnhet><po:Kontaktenhet>{name}{inner}</po:Kontaktenhet></po:TilknyttetEnhet>")
    assert [("Navn", "Kommunen"), *[("Underenhet", "Enhet")] * 200] == found


# -- the vocabulary -------------------------------------------------------------------------------------------------


def test_everything_that_the_schemas_declare_has_a_name_in_norwegian() -> None:
    assert set() == instances.names(*FOLDERS) - vocabulary.TITLES.keys() - vocabulary.SECTIONS.keys()


def test_the_vocabulary_has_no_name_that_no_schema_declares() -> None:
    known = instances.names(*FOLDERS, "felleskomponent")
    assert set() == (vocabulary.TITLES.keys() | vocabulary.SECTIONS.keys()) - known


def test_nothing_has_two_titles() -> None:
    assert set() == vocabulary.TITLES.keys() & vocabulary.SECTIONS.keys()


def test_yes_or_no_is_what_the_schemas_declare_as_boolean() -> None:
    assert instances.booleans(*FOLDERS) == vocabulary.YES_OR_NO


def test_a_heading_of_every_list_is_about_something() -> None:
    listed = {code for list in ("9141", "9142") for code in values.codes.SYSTEMS[list]}
    assert set() == listed - vocabulary.HEADINGS.keys()


# -- what it is for, and what it does -------------------------------------------------------------------------------

KINDS = {
    "Konsultasjon": Kind.TO_DOCTOR,
    "HelseopplysningerVedSoknad": Kind.EARLY_NOTICE,
    "Innleggelsesrapport": Kind.ADMISSION_REPORT,
    "OverforingMedisinskeOpplysninger": Kind.MEDICAL,
    "OrienteringOmTjenestetilbud": Kind.SERVICES,
    "TverrfagligEpikrise": Kind.DISCHARGE_REPORT,
    "MeldingFravar": Kind.ABSENCE,
}
CHOICES = {
    "MeldingInnlagtPasient": Kind.ADMITTED,
    "MeldingUtskrivningsklarPasient": Kind.READY,
    "AvmeldingUtskrivningsklarPasient": Kind.NOT_READY,
    "MeldingOmUtskrevetPasient": Kind.DISCHARGED,
    "OrienteringOmDod": Kind.DEATH,
}


@pytest.mark.parametrize("tag", plo.PAYLOADS)
def test_a_message_tells_by_its_root_what_it_is_for(tag: str) -> None:
    payload = etree.Element(tag)
    assert KINDS.get(etree.QName(payload).localname) is plo.kind(payload)


@pytest.mark.parametrize(("choice", "kind"), CHOICES.items())
def test_patient_logistics_tells_by_what_it_holds(choice: str, kind: Kind) -> None:
    assert kind is plo.kind(etree.fromstring(logistics(choice)))


def test_both_versions_of_every_message_are_read() -> None:
    versions = {date: sum(date in tag for tag in plo.PAYLOADS) for date in ("/2009-06-30}", "/2012-04-01}")}
    assert {"/2009-06-30}": 8, "/2012-04-01}": 7} == versions


@pytest.mark.parametrize(("date", "apprec"), [("2009-06-30", "1.0"), ("2012-04-01", "1.1")])
def test_the_version_decides_the_version_of_the_acknowledgement(date: str, apprec: str) -> None:
    assert apprec == message(logistics("MeldingInnlagtPasient", date=date)).envelope.apprec


STATUSES = {
    "N": Status.NEW,
    "A": Status.NEW,
    "H": Status.NEW,
    "M": Status.CHANGED,
    "C": Status.CANCELLED,
    "": Status.NEW,
    "X": Status.NEW,
}


@pytest.mark.parametrize(("written", "status"), STATUSES.items())
@pytest.mark.parametrize("date", ["2009-06-30", "2012-04-01"])
def test_the_status_of_the_shipment_says_what_it_does_to_those_before_it(
    written: str, status: Status, date: str
) -> None:
    assert status is message(logistics("MeldingInnlagtPasient", status=written, date=date)).status


def test_people_who_go_along_follow_the_message_and_decide_nothing() -> None:
    person = "<Person><f:FamilyName>Olsen</f:FamilyName></Person>"
    people = f'<Personer xmlns="http://www.kith.no/xmlstds/person/2014-03-28" xmlns:f="{FELLES}">{person}</Personer>'
    read = message(people + logistics("OrienteringOmDod"), "LOG_DOD")
    assert (Kind.DEATH, "Person") == (read.kind, read.report.sections[0].title)
    assert Section(Topic.PEOPLE, "Person", (Fact("Navn", "Olsen"),)) == read.report.sections[0]


# -- what a program can ask for -------------------------------------------------------------------------------------


def test_a_rule_can_ask_for_the_wish_that_a_doctor_looks_at_it() -> None:
    """The code cannot name its list (CS), so it gets the one that the standard gives it."""
    content = '<po:InnholdKonsultasjon><po:TypeInnholdKonsultasjon V="3"/></po:InnholdKonsultasjon>'
    assert (Code("3", "Ønske om legevurdering", f"{OID}9137"),) == told(content).codes


CONTENTS = [
    ("OverforingMedisinskeOpplysninger", "MedisinskeOpplysninger", "4", "9138", "Svar på forespørsel"),
    ("TverrfagligEpikrise", "TverrfagligEpikrise", "11", "9139", "Utskrivningsrapport"),
    ("HelseopplysningerVedSoknad", "HelseopplysningerVedSoknad", "1", "9140", "Varsel om innlagt pasient"),
]


@pytest.mark.parametrize(("root", "name", "value", "number", "text"), CONTENTS)
def test_the_content_is_coded_in_the_list_of_its_message(
    root: str, name: str, value: str, number: str, text: str
) -> None:
    report = told(f'<po:TypeInnholdIMelding><po:TypeInnhold V="{value}"/></po:TypeInnholdIMelding>', root, name)
    assert (Code(value, text, OID + number),) == report.codes
    assert (Fact("Innhold", text),) == report.sections[0].facts


def test_what_it_is_about_comes_first_among_the_codes() -> None:
    asked = f'<po:Foresporsel><po:TypeForesp V="4" DN="Legemidler" S="{OID}9152"/></po:Foresporsel>'
    content = '<po:InnholdKonsultasjon><po:TypeInnholdKonsultasjon V="2"/></po:InnholdKonsultasjon>'
    codes = told(f"<po:InformasjonOmForsendelsen>{asked}</po:InformasjonOmForsendelsen>{event()}{content}").codes
    assert ["9137:2", "9152:4", "9121:3"] == [f"{code.number}:{code.value}" for code in codes]


TIMES = [
    ("2026-11-24T10:30:00+01:00", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
    ("2026-07-24T10:30:00", datetime(2026, 7, 24, 8, 30, tzinfo=UTC)),
    ("2026-11-24", datetime(2026, 11, 23, 23, 0, tzinfo=UTC)),
    ("2026-11", None),
    ("2026", None),
    ("10:30:00", None),
]


@pytest.mark.parametrize(("written", "at"), TIMES)
def test_an_event_is_at_a_moment_where_one_is_told(written: str, at: datetime | None) -> None:
    assert (at,) == tuple(each.at for each in told(event(at=written)).events)


def test_an_event_is_told_with_all_that_belongs_to_it() -> None:
    place = "<po:StedForHendelse><po:StedHendelse>Sengepost 2</po:StedHendelse></po:StedForHendelse>"
    text = "<po:BeskrivelseAvHendelse>Hjemreise</po:BeskrivelseAvHendelse>"
    written = event("2", "2026-11-27", "1", f"{text}<po:Merknad>Kl. 12</po:Merknad>{place}")
    expected = Event(
        code=Code("2", "Pasient utskrevet", f"{OID}9121"),
        text="Hjemreise",
        at=datetime(2026, 11, 26, 23, 0, tzinfo=UTC),
        estimated=True,
        remark="Kl. 12\nSted: Sengepost 2",
    )
    assert (expected,) == told(written).events


def test_a_stay_is_told_by_what_has_happened() -> None:
    report = told(event("1", "2026-11-20T08:00:00Z") + event("2", "2026-11-27T12:00:00Z"))
    assert Stay(datetime(2026, 11, 20, 8, tzinfo=UTC), datetime(2026, 11, 27, 12, tzinfo=UTC)) == report.stay


def test_what_is_only_expected_ends_no_stay() -> None:
    assert told(event("2", estimated="true")).stay is None


def test_the_message_tells_what_event_it_is_when_its_code_is_missing() -> None:
    payload = etree.fromstring(logistics("MeldingOmUtskrevetPasient", event("", "2026-11-27T12:00:00Z")))
    assert Stay(None, datetime(2026, 11, 27, 12, tzinfo=UTC)) == plo.report(payload, "").stay


def test_where_the_patient_went_is_told() -> None:
    went = told('<po:UtskrevetTil><po:Uttilstand V="9"/><po:UtTil V="11"/></po:UtskrevetTil>').stay
    assert Stay(outcome=Code("11", "Sykehjem/aldershjem/helsehus", f"{OID}8408")) == went
    left = told('<po:UtskrevetTil><po:Uttilstand V="9" DN="Bedre"/></po:UtskrevetTil>').stay
    assert Stay(outcome=Code("9", "Bedre")) == left


def test_diagnoses_are_read_and_the_main_one_is_known() -> None:
    coded = f'<po:Diagnosekode V="I50.9" DN="Hjertesvikt" S="{OID}7110"/>'
    main = f"<po:MedisinskDiagnose><po:Hoveddiagnose>1</po:Hoveddiagnose>{coded}</po:MedisinskDiagnose>"
    words = "<po:DiagnoseBeskrivelse>Kols</po:DiagnoseBeskrivelse>"
    other = f"<po:MedisinskDiagnose><po:Hoveddiagnose>false</po:Hoveddiagnose>{words}</po:MedisinskDiagnose>"
    untold = f"<po:MedisinskDiagnose>{words}</po:MedisinskDiagnose>"
    report = told(f"<po:InfoMedisinskDiagnose>{main}{other}{untold}</po:InfoMedisinskDiagnose>")
    hf, kols = Diagnosis(Code("I50.9", "Hjertesvikt", f"{OID}7110"), "", True), Diagnosis(Code(""), "Kols")
    assert (hf, kols, kols) == report.diagnoses
    said = (Fact("Hoveddiagnose", "I50.9 Hjertesvikt"), Fact("Bidiagnose", "Kols"), Fact("Diagnose", "Kols"))
    assert (Section(Topic.DIAGNOSIS, "Diagnoser", said),) == report.sections


def test_warnings_are_read() -> None:
    words = "".join(f"<epj1:StikkordCave><epj1:CaveStikkord>{w}</epj1:CaveStikkord></epj1:StikkordCave>" for w in "AB")
    substance = '<epj1:VirkestoffLegemiddel V="J01CE02" DN="Fenoksymetylpenicillin"/>'
    reaction = '<epj1:AnafylaktiskeReaksjoner V="1" DN="Ja"/>'
    against = f"<epj1:AllergiskMot>Penicillin</epj1:AllergiskMot>{substance}{reaction}"
    note = f"<epj1:Allerginotat><epj1:Allergi>{against}</epj1:Allergi></epj1:Allerginotat>"
    report = told(f"<epj1:Cave><epj1:SakshodeCave>{words}</epj1:SakshodeCave>{note}</epj1:Cave>")
    allergy = "Allergisk mot Penicillin, Fenoksymetylpenicillin (anafylaktiske reaksjoner: Ja)"
    assert ("A", "B", allergy) == report.warnings
    assert [Topic.WARNING, Topic.WARNING] == [each.topic for each in report.sections]
    assert (Fact("Cave", "A"), Fact("Cave", "B")) == report.sections[0].facts


def test_medicines_are_read() -> None:
    info = (
        "<epj3:Forskrivningsinfo><epj3:DosVeiledEnkel>1 morgen</epj3:DosVeiledEnkel><epj3:Navn>Furix</epj3:Navn>"
        '<epj3:Atc V="C03CA01" DN="Furosemid"/><epj3:Styrke V="40" U="mg"/></epj3:Forskrivningsinfo>'
    )
    status = '<epj3:StatusTilForskrivningen V="3" DN="Endret"/><epj3:Merknad>Økt fra 20 mg</epj3:Merknad>'
    prescribed = f"<epj3:ForenkletForskrivning>{status}{info}</epj3:ForenkletForskrivning>"
    report = told(f"<epj3:Legemiddelinfo>{prescribed}</epj3:Legemiddelinfo>")
    atc, changed = Code("C03CA01", "Furosemid", f"{OID}7180"), Code("3", "Endret")
    assert (Medicine("Furix 40 mg", atc, "1 morgen", changed, "Økt fra 20 mg"),) == report.medication
    assert [Fact("Navn", "Furix"), Fact("Status for forskrivningen", "Endret (kode 3)")] == list(
        report.sections[0].facts[:2]
    )


def test_what_was_given_before_the_transfer_is_medication_when_it_has_a_name() -> None:
    def given(rest: str) -> str:
        dose = '<epj3:AdmEnkeltdose V="1" U="g"/><epj3:AdmStart V="2026-11-30T12:00:00+01:00"/>'
        return f"<epj3:AdmAvHelsepersonell>{dose}{rest}</epj3:AdmAvHelsepersonell>"

    named = given("<epj3:Forskrivningsinfo><epj3:Navn>Paracet</epj3:Navn></epj3:Forskrivningsinfo>")
    all_given = (
        f"<epj3:LegemidlerAdministrertVedOverforing>{named}{given('')}</epj3:LegemidlerAdministrertVedOverforing>"
    )
    report = told(all_given)
    assert (Medicine("Paracet", dose="1 g"),) == report.medication
    assert [Topic.MEDICATION, Topic.MEDICATION] == [each.topic for each in report.sections]


# -- what people read -----------------------------------------------------------------------------------------------

TOPICS = [
    ("InformasjonOmForsendelsen", "Forsendelsesstatus", Topic.OTHER),
    ("Foresporsel", "Sporsmal", Topic.REQUEST),
    ("InnholdKonsultasjon", "Merknad", Topic.REQUEST),
    ("AnbefaltVidereTiltak", "Tiltaksbeskrivelse", Topic.FOLLOW_UP),
    ("InfoKontrolltime", "InformasjonOmTime", Topic.FOLLOW_UP),
    ("UtskrevetTil", "Merknad", Topic.EVENT),
    ("Fraversassistent", "Merknad", Topic.EVENT),
    ("InfoTidligereSykdommer", "TidligereSykdomFragment", Topic.DIAGNOSIS),
    ("ReservasjonOnske", "Gjelder", Topic.WARNING),
    ("InfoAvtaleOmLegemiddeladm", "AvtaleOmAdmLegemidler", Topic.MEDICATION),
    ("IverksatteTiltak", "Tiltaksbeskrivelse", Topic.ASSESSMENT),
    ("InfoKartleggingFunksjonsniva", "SamletVurderingFunksjonsniva", Topic.FUNCTION),
    ("EksisterendeTjeneste", "Merknad", Topic.FUNCTION),
    ("TjenesteBehov", "Enhet", Topic.FUNCTION),
    ("FasteHjelpemidler", "Merknad", Topic.FUNCTION),
    ("ParorendeForesatt", "Merknad", Topic.PEOPLE),
    ("TilknyttetEnhet", "Merknad", Topic.PEOPLE),
    ("KontaktpersonHelsepersonell", "Merknad", Topic.PEOPLE),
    ("AnsvarForRapport", "Merknad", Topic.PEOPLE),
    ("Ansvarlig", "Merknad", Topic.PEOPLE),
    ("SendtDokument", "Merknad", Topic.OTHER),
    ("NoeNytt", "Merknad", Topic.OTHER),
]


@pytest.mark.parametrize(("component", "child", "topic"), TOPICS, ids=[each[0] for each in TOPICS])
def test_a_component_is_read_under_its_topic(component: str, child: str, topic: Topic) -> None:
    assert topic is section(f"<po:{component}><po:{child}>x</po:{child}></po:{component}>").topic


def test_what_the_message_is_about_is_read_before_all_else() -> None:
    content = "<po:InnholdKonsultasjon><po:Merknad>Se på såret</po:Merknad></po:InnholdKonsultasjon>"
    sections = told(f"<po:SendtDokument><po:Merknad>x</po:Merknad></po:SendtDokument>{content}").sections
    assert ["Hva meldingen gjelder", "Sendt dokument"] == [each.title for each in sections]


def test_what_the_head_says_is_a_section_of_its_own() -> None:
    report = plo.report(etree.fromstring(body("")), "Sendt på nytt")
    assert (Section(Topic.OTHER, "Merknad til dokumentet", text="Sendt på nytt"),) == report.sections


def test_a_message_that_says_nothing_tells_nothing() -> None:
    assert NOTHING_TOLD == told(
        "<po:Sykepleierdokumentasjon/><po:InfoVurderinger><po:InnholdVurdering/></po:InfoVurderinger>"
    )


def note(code: str = "", system: str = "", text: str = "Tekst her") -> str:
    """A Journaltekst in a GenereltJournalnotat."""
    heading = f'<epj2:Overskriftskode V="{code}" {f"""S="{OID}{system}" """ if system else ""}/>' if code else ""
    written = f"<epj2:Journaltekst>{heading}<epj2:Notat>{text}</epj2:Notat></epj2:Journaltekst>"
    return f"<epj2:GenereltJournalnotat>{written}</epj2:GenereltJournalnotat>"


NOTES = [
    ("OP", "9142", Topic.FOLLOW_UP, "Planer for videre oppfølging"),
    ("OP", "", Topic.FOLLOW_UP, "Planer for videre oppfølging"),
    ("TS", "9142", Topic.DIAGNOSIS, "Tidligere sykdommer"),
    ("HJ", "9142", Topic.FUNCTION, "Funksjonsnivå/hjelpetiltak"),
    ("8", "9141", Topic.ASSESSMENT, "Sykepleiesammenfatning"),
    ("14", "9141", Topic.OTHER, "Praktiske opplysninger"),
    ("OP", "9999", Topic.ASSESSMENT, "OP"),
    ("", "", Topic.ASSESSMENT, "Journalnotat"),
]


@pytest.mark.parametrize(("code", "system", "topic", "title"), NOTES)
def test_the_heading_of_a_note_says_what_it_is_about(code: str, system: str, topic: Topic, title: str) -> None:
    assert Section(topic, title, text="Tekst her") == section(note(code, system))


def test_a_note_keeps_its_lines() -> None:
    assert "Linje 1\n\nLinje 2" == section(note(text="\nLinje 1\n\nLinje 2\n")).text


def test_a_note_about_an_allergy_stays_a_warning() -> None:
    heading = '<epj2:Overskriftskode V="OP"/>'
    written = f"<epj2:Journaltekst>{heading}<epj2:Notat>Unngå</epj2:Notat></epj2:Journaltekst>"
    found = section(f"<epj1:Allerginotat>{written}</epj1:Allerginotat>")
    assert Section(Topic.WARNING, "Planer for videre oppfølging", text="Unngå") == found


def test_what_stands_deeper_is_titled_by_what_it_stands_in() -> None:
    start = "<po:PlanlagtStart>2026-12-01</po:PlanlagtStart>"
    planned = f"<po:PlanlagtGjennomforingTiltak>{start}</po:PlanlagtGjennomforingTiltak>"
    described = f"<po:Tiltaksbeskrivelse><po:Merknad>Sår</po:Merknad>{planned}</po:Tiltaksbeskrivelse>"
    found = facts(f"<po:AnbefaltVidereTiltak>{described}</po:AnbefaltVidereTiltak>")
    assert [("Merknad", "Sår"), ("Planlagt gjennomføring – Start", "1. desember 2026")] == found


def test_what_a_patient_manages_takes_a_line_each() -> None:
    hygiene = function('<po:Funksjonsvariabel V="7" DN="Hygiene"/><po:Vurdering>3</po:Vurdering>')
    alone = function('<po:Funksjonsvariabel V="8" DN="Mat"/>')
    untitled = function("<po:Vurdering>2</po:Vurdering>")
    found = facts(f"<po:InfoKartleggingFunksjonsniva>{hygiene}{alone}{untitled}</po:InfoKartleggingFunksjonsniva>")
    assert [("Hygiene (kode 7)", "Vurdering: 3"), ("Funksjon", "Mat (kode 8)"), ("Funksjon", "Vurdering: 2")] == found


def function(inner: str) -> str:
    """A KartlagtFunksjon."""
    return f"<po:KartlagtFunksjon>{inner}</po:KartlagtFunksjon>"


CODES = [
    ('V="3" DN="Ønske om legevurdering"', "9137", "Ønske om legevurdering"),
    ('V="3"', "9137", "Ønske om legevurdering"),
    ('V="77"', "9137", "77"),
    ('DN="Noe"', "9137", "Noe"),
    ('V="3" DN="Statusrapport"', "9137", "Statusrapport (kode 3)"),
    ('V="7" DN="Datter"', "", "Datter (kode 7)"),
    ('V="Ja" DN="Ja"', "", "Ja"),
    ('V="1" DN="Annet" OT="hest"', "", "Annet: hest (kode 1)"),
    ('V="1" OT="hest"', "", "hest (kode 1)"),
    (f'V="1" S="{OID}9121"', "9137", "Pasient innlagt"),
    ("", "9137", ""),
]


@pytest.mark.parametrize(("written", "list", "words"), CODES)
def test_a_code_is_told_in_words_and_stands_beside_words_that_no_list_confirms(
    written: str, list: str, words: str
) -> None:
    assert words == values.coded(etree.fromstring(f"<a {written}/>"), list)


MOMENTS = {
    "2026-11-24T08:12:00+01:00": "24. november 2026 kl. 08.12",
    "2026-07-01T22:30:15Z": "2. juli 2026 kl. 00.30.15",
    "2026-11-24T08:12:00": "24. november 2026 kl. 08.12",
    "2026-01-05": "5. januar 2026",
    "2026-03": "mars 2026",
    "2026": "2026",
    "12:05:00": "kl. 12.05",
    "12:05:00Z": "12:05:00Z",
    "2026-13-01": "2026-13-01",
    "2026-02-30T12:00:00": "2026-02-30T12:00:00",
    "2": "2",
    "2 tabletter": "2 tabletter",
    "1" * 5000: "1" * 5000,
}


@pytest.mark.parametrize(("written", "words"), MOMENTS.items(), ids=[each[:30] for each in MOMENTS])
def test_a_time_is_told_as_norwegians_write_it(written: str, words: str) -> None:
    assert words == values.moment(written)


@pytest.mark.parametrize(("written", "words"), [("true", "ja"), ("1", "ja"), ("false", "nei"), ("0", "nei")])
def test_yes_and_no_are_told_as_such(written: str, words: str) -> None:
    living = f"<po:TilleggsopplysningPasient><po:BorAlene>{written}</po:BorAlene></po:TilleggsopplysningPasient>"
    assert [("Bor alene", words)] == facts(living)


def test_people_are_told_with_all_that_reaches_them() -> None:
    person = (
        '<fk1:TypeHealthcareProfessional V="SP"/><fk1:RoleToPatient V="9"/><fk1:FamilyName>Vik</fk1:FamilyName>'
        "<fk1:MiddleName>Moen</fk1:MiddleName><fk1:GivenName>Siv</fk1:GivenName><fk1:DateOfBirth>1970-02-01"
        f'</fk1:DateOfBirth><fk1:Ident><fk1:Id>990000201</fk1:Id><fk1:TypeId V="HPR" S="{OID}8116"/></fk1:Ident>'
        "<fk1:Address><fk1:StreetAdr>Storgata 1</fk1:StreetAdr><fk1:PostalCode>9999</fk1:PostalCode>"
        '<fk1:City>Fjordbyen</fk1:City><fk1:Country V="NO" DN="Norge"/></fk1:Address>'
        '<fk1:TeleCom><fk1:TypeTelecom V="MC" DN="Mobil"/><fk1:TeleAddress V="tel:90000000"/></fk1:TeleCom>'
        '<fk1:TeleCom><fk1:TeleAddress V="mailto:siv@example.org"/></fk1:TeleCom>'
    )
    contact = f"<po:Kontaktperson>{person}</po:Kontaktperson><po:Merknad>Dagtid</po:Merknad>"
    assert [
        ("Navn", "Siv Moen Vik"),
        ("Yrke", "Sykepleier"),
        ("Rolle", "Primærkontakt"),
        ("Født", "1. februar 1970"),
        ("HPR-nummer", "990000201"),
        ("Adresse", "Storgata 1, 9999 Fjordbyen, Norge (kode NO)"),
        ("Telefon", "90000000 (Mobil (kode MC))"),
        ("E-post", "siv@example.org"),
        ("Merknad", "Dagtid"),
    ] == facts(f"<po:KontaktpersonHelsepersonell>{contact}</po:KontaktpersonHelsepersonell>")


def test_people_outside_their_own_sections_are_titled_by_what_they_do() -> None:
    name = "<fk1:FamilyName>Vik</fk1:FamilyName>"
    profession = '<fk1:TypeHealthcareProfessional V="LE"/>'
    given = f"<po:InformasjonGittAv>{profession}{name}</po:InformasjonGittAv>"
    found = facts(f"<po:InformasjonGitt>{given}</po:InformasjonGitt>")
    assert [("Gitt av", "Vik"), ("Gitt av – Yrke", "Lege")] == found
