"""The standard's table of what is turned away (HIS 80415 3.3.4), row by row."""

import pytest

from hub import acceptance
from hub.acceptance import Acceptance, Choice, Duty, Place
from hub.message import Kind, Message, Refusal, Unreadable
from hub.wire import Readers, reader, rules
from hub.wire import codes as codes_of_the_wire
from hub.wire.rules import Terms
from tests.wire import builders
from tests.wire.builders import attachment, dialogue, ident, note, patient


def codes(raw: bytes) -> list[str]:
    """The codes of a refusal; none for a message that is accepted."""
    read = reader.read(raw)
    assert isinstance(read, Message | Refusal), read
    return [fault.code for fault in read.faults] if isinstance(read, Refusal) else []


IDS = {
    "a UUID": (builders.MSG_ID, []),
    "a UUID in capitals": (builders.MSG_ID.upper(), []),
    "a UUID of any version": ("00000000-0000-0000-0000-000000000000", []),
    "a short one": ("8f092g54f6e2", ["E10"]),
    "one with wrong groups": ("25904950-a0fd-11-ad55-0123456789ab", ["E10"]),
    "one without dashes": (builders.MSG_ID.replace("-", ""), ["E10"]),
    "one in braces": (f"{{{builders.MSG_ID}}}", ["E10"]),
    "one with a letter too much": (f"{builders.MSG_ID}a", ["E10"]),
}


@pytest.mark.parametrize(("msg_id", "expected"), IDS.values(), ids=IDS)
def test_row_7_an_id_that_is_no_uuid_is_refused(msg_id: str, expected: list[str]) -> None:
    assert expected == codes(dialogue(msg_id=msg_id))


FORMATS = {
    "another payload": (dialogue(payload='<a xmlns="urn:a"/>'), ["T10"]),
    "a payload of another version": (
        dialogue(payload='<Dialogmelding xmlns="http://www.kith.no/xmlstds/dialog/2005-01-01"/>'),
        ["T10"],
    ),
    "a payload without namespace": (dialogue(payload='<Dialogmelding xmlns=""/>'), ["T10"]),
    "another payload of a known type": (dialogue(kind="LOG_DOD", payload='<a xmlns="urn:a"/>'), ["T10"]),
    "no payload": (dialogue(payload=""), ["T10"]),
    "a payload in base64": (
        dialogue(payload='<Base64Container xmlns="http://www.kith.no/xmlstds/base64container"/>'),
        ["T10"],
    ),
    "another payload, no patient, no UUID": (
        dialogue(payload='<a xmlns="urn:a"/>', patient="", msg_id="1"),
        ["E10", "T10"],
    ),
}


@pytest.mark.parametrize(
    ("type", "kind"), {"DIALOG_INNBYGGER_TIMER": Kind.NOTE, "": Kind.NOTE, "DIALOG_SVAR": Kind.ANSWER}.items()
)
def test_row_13_a_type_that_is_not_known_rejects_nothing_as_the_payload_tells_its_purpose(
    type: str, kind: Kind
) -> None:
    read = reader.read(dialogue(kind=type))
    assert isinstance(read, Message)
    assert kind == read.kind


@pytest.mark.parametrize(("raw", "expected"), FORMATS.values(), ids=FORMATS)
def test_row_5_an_unknown_format_is_refused_and_not_judged_further(raw: bytes, expected: list[str]) -> None:
    assert expected == codes(raw)


INVALID = {
    "a wrong order": (
        dialogue().replace(b"<MIGversion>v1.2 2006-05-24</MIGversion>\n", b""),
        [("GenDate is not expected here; expected is MIGversion", "/MsgHead/MsgInfo/GenDate", 5)],
    ),
    "something unknown": (
        dialogue(body=note(rest="<Ukjent/>")),
        [
            (
                "Ukjent is not expected here; "
                "expected is Merknad, DokIdNotat, DatoNotat, Foresporsel, RollerRelatertNotat",
                "/MsgHead/Document/RefDoc/Content/Dialogmelding/Notat/Ukjent",
                12,
            )
        ],
    ),
    "a wrong version": (
        dialogue(mig="v1.1"),
        [("MIGversion must be “v1.2 2006-05-24”", "/MsgHead/MsgInfo/MIGversion", 5)],
    ),
    "a wrong date": (
        dialogue(body=note(rest="<DatoNotat>21.11.2026</DatoNotat>")),
        [
            (
                "DatoNotat is not a valid date, such as 2026-11-21",
                "/MsgHead/Document/RefDoc/Content/Dialogmelding/Notat/DatoNotat",
                12,
            )
        ],
    ),
    "something missing": (
        dialogue(body="<Notat/>"),
        [("Notat is not complete; next can be TemaKodet", "/MsgHead/Document/RefDoc/Content/Dialogmelding/Notat", 12)],
    ),
    "an attribute too much": (
        dialogue().replace(b"<MsgId>", b"<MsgId a='1'>"),
        [("MsgId/@a is an attribute that is not allowed", "/MsgHead/MsgInfo/MsgId", 7)],
    ),
    "text among elements": (
        dialogue(body="hei"),
        [
            (
                "Dialogmelding holds text where only elements are allowed",
                "/MsgHead/Document/RefDoc/Content/Dialogmelding",
                12,
            )
        ],
    ),
    "the second of several": (
        dialogue(patient=patient(idents=ident("1", "FNR") + ident("2", "HPR") + "<Ident><Id>3</Id></Ident>")),
        [("Ident is not complete; next can be TypeId", "/MsgHead/MsgInfo/Patient/Ident[3]", 10)],
    ),
    "a file that is no base64": (
        dialogue(attachments=attachment(data="JVBE!")),
        [("An attachment is not valid base64", "/MsgHead/Document[2]/RefDoc", 13)],
    ),
    "a file that goes on after its end": (
        dialogue(attachments=attachment(data="JVB=JVB=")),
        [
            (
                "Base64Container is not a valid base64Binary, such as JVBERi0xLjQK",
                "/MsgHead/Document[2]/RefDoc/Content/Base64Container",
                13,
            )
        ],
    ),
}


@pytest.mark.parametrize(("raw", "expected"), INVALID.values(), ids=INVALID)
def test_row_6_what_is_invalid_is_refused_with_place_and_reason(
    raw: bytes, expected: list[tuple[str, str, int]]
) -> None:
    read = reader.read(raw)
    assert isinstance(read, Refusal)
    assert expected == [(f.en, f.path, f.line) for f in read.faults if f.code == "T02"]


def test_row_6_names_places_by_element_whatever_the_prefixes() -> None:
    plain = dialogue(mig="v1.1", declaration="").decode()
    prefixed = plain.replace("<", "<m:").replace("<m:/", "</m:").replace("xmlns=", "xmlns:m=").encode()
    read, expected = reader.read(prefixed), reader.read(plain.encode())
    assert isinstance(expected, Refusal)
    assert expected == read


def test_row_6_tells_no_more_faults_than_anybody_reads() -> None:
    read = reader.read(dialogue(patient=patient(idents="<Ident><Id/><TypeId a=''/></Ident>" * 100)))
    assert isinstance(read, Refusal)
    assert 20 == sum(f.code == "T02" for f in read.faults)


NUMBERED = ident(builders.HANNE, "FNR", "8116")
PATIENTS = {
    "name and FNR": (patient(), []),
    "name and FNR with blanks": (patient(idents=ident("058176 11224", "FNR", "8116")), []),
    "name and FNR by another code system": (patient(idents=ident(builders.HANNE, "FNR", "8327")), []),
    "name and FNR with wrong control digits (E31 rejects nothing)": (patient(idents=ident("05817611225", "FNR")), []),
    "name and D-number": (patient(idents=ident("45817611224", "DNR")), []),
    "name and common helper number": (patient(idents=ident("80000000014", "FHN")), []),
    "name, birth date and sex": (patient(born="1976-01-05", sex="2", idents=""), []),
    "name, birth date, sex and H-number": (patient(born="1976-01-05", sex="2", idents=ident("05417611224", "HNR")), []),
    "family name only, and FNR": (patient(given=""), []),
    "given name only, and FNR": (patient(family=""), []),
    "no patient": ("", ["E36"]),
    "nothing about the patient": ("<Patient/>", ["E36"]),
    "name only": (patient(idents=""), ["E36"]),
    "FNR only": (patient(family="", given=""), ["E36"]),
    "blanks for a name": (patient(family=" ", given="\n"), ["E36"]),
    "name and H-number": (patient(idents=ident("05417611224", "HNR")), ["E36"]),
    "name and DUF-number": (patient(idents=ident("123456789012", "DUF")), ["E36"]),
    "name and an empty FNR": (patient(idents=ident("", "FNR")), ["E36"]),
    "name and half an FNR": (patient(idents=ident("058176", "FNR")), ["E36"]),
    "name and a word as FNR": (patient(idents=ident("ukjent", "FNR")), ["E36"]),
    "name and a number without type": (patient(idents=ident(builders.HANNE, "")), ["E36"]),
    "name and birth date": (patient(born="1976-01-05", idents=""), ["E36"]),
    "name and sex": (patient(sex="2", idents=""), ["E36"]),
    "birth date and sex only": (patient(family="", given="", born="1976-01-05", sex="2", idents=""), ["E36"]),
}


@pytest.mark.parametrize(("written", "expected"), PATIENTS.values(), ids=PATIENTS)
def test_row_9_a_patient_must_be_told_from_others(written: str, expected: list[str]) -> None:
    assert expected == codes(dialogue(patient=written))


@pytest.mark.parametrize("kind", ["DIALOG_FORESPORSEL", "DIALOG_SVAR", "DIALOG_NOTAT", "DIALOG_AVVIK"])
def test_row_9_holds_for_every_kind(kind: str) -> None:
    assert ["E36"] == codes(dialogue(kind=kind, version="1.0", patient=""))


def test_row_9_says_what_is_missing() -> None:
    read = reader.read(dialogue(patient=patient(family="", given="", born="1976-01-05", idents="")))
    assert isinstance(read, Refusal)
    assert "utilstrekkelig identifisert: navnet mangler; intet fullstendig nummer; intet kjønn." in read.faults[0].nb


def test_an_endless_number_of_a_patient_is_refused() -> None:
    assert ["T99"] == codes(dialogue(patient=patient(idents=NUMBERED + ident("1" * 257, "FNR"))))


ELSEWHERE = "<FileReference>https://lager.example/1</FileReference>"
ATTACHMENTS = {
    "PDF": (attachment("application/pdf"), []),
    "JPG": (attachment("image/jpeg", builders.JPG), []),
    "PNG": (attachment("image/png", builders.PNG), []),
    "a known content without a type": (attachment(""), []),
    "a known content by another name": (attachment("application/msword"), []),
    "a reference to a document": ('<Document><RefDoc><MsgType V="REF"/><Id>1</Id></RefDoc></Document>', []),
    "Word": (attachment("application/msword", builders.WORD), ["T99"]),
    "Word that is called PDF": (attachment("application/pdf", builders.WORD), ["T99"]),
    "text": (attachment("text/plain", "SGVp"), ["T99"]),
    "what nobody knows": (attachment("", "AAAA"), ["T99"]),
    "nothing": (attachment(data=""), ["T99"]),
    "XML": (attachment("text/xml", content="<Content><MsgHead/></Content>"), ["T02", "T99"]),
    "elsewhere": (attachment(content=ELSEWHERE), ["T99"]),
    "compressed": (attachment(rest='<Compression V="GZ"/>'), ["T99"]),
    "two of three": (attachment(data="AAAA") + attachment() + attachment(data="AAAA"), ["T99", "T99"]),
}


@pytest.mark.parametrize(("files", "expected"), ATTACHMENTS.values(), ids=ATTACHMENTS)
def test_row_12_other_attachments_than_pdf_jpg_and_png_are_refused(files: str, expected: list[str]) -> None:
    assert expected == codes(dialogue(attachments=files))


ACCEPTED = {
    "an unknown theme": dialogue(body=note(theme="42", display="")),
    "a theme of another list": dialogue(body=note(theme="1", system="9152")),
    "an unknown list": dialogue(body=note(system="999999")),
    "an unknown role of a receiver": dialogue(others=builders.copy(builders.GP, "XX")),
    "an unknown sex": dialogue(patient=patient(born="1976-01-05", sex="7", idents="")),
    "an unknown status": dialogue(status="X"),
    "an unknown profession": dialogue(body=note(rest=builders.wanted("24", "QQ"))),
    "no text": dialogue(body=note(text="")),
    "no note": dialogue(body=""),
}


@pytest.mark.parametrize("raw", ACCEPTED.values(), ids=ACCEPTED)
def test_row_13_a_wrong_code_or_content_is_not_refused(raw: bytes) -> None:
    assert [] == codes(raw)


def test_every_fault_is_listed() -> None:
    raw = dialogue(msg_id="1", mig="v1", patient="", attachments=attachment(data="AAAA"))
    assert ["E10", "T02", "E36", "T99"] == codes(raw)


def test_every_row_of_the_table_is_there_once_and_cites_its_clause() -> None:
    assert list(range(1, 16)) == [row.number for row in acceptance.TABLE]
    assert [] == [row for row in acceptance.TABLE if not row.clause.startswith(("HIS ", "HITS "))]


def test_every_code_of_the_table_is_one_that_acknowledgements_have() -> None:
    assert set() == {code for row in acceptance.TABLE for code in row.codes} - set(codes_of_the_wire.ERRORS)


def test_the_wire_judges_the_rows_that_it_can_and_no_other() -> None:
    judged = {each.row.number for each in rules.JUDGES}
    # Rows 2 and 4 end before there is a document to judge, and row 13 is that nobody does.
    ours = {row.number for row in acceptance.TABLE if row.place is Place.WIRE}
    assert (ours - {2, 4, 13}) == judged


def test_only_what_the_standard_leaves_open_is_a_sites_choice() -> None:
    switched = {row.setting: row.duty for row in acceptance.TABLE if row.setting}
    assert dict.fromkeys(acceptance.CHOICES, Duty.MAY) == switched
    assert {Choice.REJECT} == {getattr(acceptance.STRICT, name) for name in acceptance.CHOICES}


URGENT = "<Hastegrad V='{}'/>"


@pytest.mark.parametrize(
    ("body", "expected"),
    {
        "a request for immediate help": (builders.request(rest=URGENT.format("1")), []),
        "one by the list for referrals": (builders.request(rest=URGENT.format("0")), []),
        "one within a note": (note(rest=builders.request(rest=URGENT.format("1"))), []),
        "a request within a day": (builders.request(rest=URGENT.format("3")), ["E36"]),
        "a request that says nothing of it": (builders.request(), ["E36"]),
        "a note, which asks for nothing": (note(), ["E36"]),
    }.values(),
)
@pytest.mark.parametrize("vague", ["", patient(idents=""), patient(family="", given="")])
def test_row_9_who_asks_for_immediate_help_is_heard_whoever_it_is_about(
    vague: str, body: str, expected: list[str]
) -> None:
    assert expected == codes(dialogue(patient=vague, body=body))


def lenient(**choices: Choice) -> Terms:
    """A site that accepts what it names."""
    return Terms(Acceptance(**choices))


def test_row_6_a_site_may_accept_what_is_invalid_and_usable() -> None:
    terms = lenient(invalid=Choice.ACCEPT)
    for raw, _ in list(INVALID.values())[:7]:
        assert isinstance(reader.read(raw, terms=terms), Message)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (INVALID["a file that is no base64"][0], ["T02"]),
        (INVALID["a file that goes on after its end"][0], ["T02"]),
        (dialogue(gen_date="21.11.2026", mig="v1.1"), ["T02"]),
        (dialogue(mig="v1.1", patient="", msg_id="1"), ["E10", "E36"]),
    ],
)
def test_row_6_what_nobody_can_use_and_every_other_row_still_hold(raw: bytes, expected: list[str]) -> None:
    read = reader.read(raw, terms=lenient(invalid=Choice.ACCEPT))
    assert isinstance(read, Refusal)
    assert expected == [fault.code for fault in read.faults]


def test_rows_4_and_5_a_site_may_leave_to_people_what_no_message_can_be_made_of() -> None:
    alien, cut = FORMATS["another payload"][0], dialogue()[:-30]
    assert [Refusal, Refusal] == [type(reader.read(raw)) for raw in (alien, cut)]
    assert isinstance(reader.read(alien, terms=lenient(unknown_format=Choice.ACCEPT)), Unreadable)
    assert isinstance(reader.read(cut, terms=lenient(malformed=Choice.ACCEPT)), Unreadable)


def test_row_5_a_wrong_id_is_told_also_where_a_format_is_left_to_people() -> None:
    raw = FORMATS["another payload, no patient, no UUID"][0]
    read = reader.read(raw, terms=lenient(unknown_format=Choice.ACCEPT))
    assert isinstance(read, Refusal)
    assert ["E10", "T10"] == [fault.code for fault in read.faults]


def test_what_was_accepted_before_is_read_again_whatever_the_rules_say_now() -> None:
    for raw in (dialogue(msg_id="1", patient="", mig="v1.1"), dialogue()):
        assert isinstance(reader.again(raw), Message)


async def test_a_confined_reader_judges_by_the_sites_choices() -> None:
    invalid, alien = dialogue(mig="v1.1"), FORMATS["another payload"][0]
    async with Readers(acceptance=Acceptance(invalid=Choice.ACCEPT)) as readers:
        assert [Message, Refusal] == [type(read) for read in await readers.read([invalid, alien])]
