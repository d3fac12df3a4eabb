"""What the hub writes: acknowledgements and answers, as the standards have them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from lxml import etree

from hub.message import (
    Code,
    Conversation,
    Fault,
    Ident,
    Kind,
    Message,
    MessageId,
    Party,
    Patient,
    Professional,
    Receipt,
    Receiver,
    Unit,
)
from hub.wire import catalogue, reader, tree, writer
from tests.wire import builders
from tests.wire.builders import OID, acknowledgement, answer, envelope, her


def written(document: Any) -> etree._Element:
    """The root of what is written, which is valid."""
    root = tree.parse(writer.write(document, "9.9"), "utf-8")
    assert isinstance(root, tree.Element)
    assert () == catalogue.faults(root)
    return root


def at(root: etree._Element, path: str) -> list[Any]:
    """What stands at a path in the root's namespace, or in the payload's where a step says d:."""
    spaces = {"a": tree.namespace(root), "d": _payload(root)}
    steps = "/".join(
        step if ":" in step or step.startswith("@") or not step else f"a:{step}" for step in path.split("/")
    )
    found = root.xpath(steps, namespaces=spaces)
    assert isinstance(found, list)
    return [each if isinstance(each, str) else each.text for each in found]


def _payload(root: etree._Element) -> str:
    bodies = [tree.namespace(each) for each in root.iter("{*}Dialogmelding")]
    return bodies[0] if bodies else "none"


def test_an_acknowledgement_says_what_it_is_about() -> None:
    root = written(acknowledgement())
    assert ["APPREC"] == at(root, "MsgType/@V")
    assert ["v1.1 2012-02-15"] == at(root, "MIGversion")
    assert ["Sambud", "9.9"] == at(root, "SoftwareName") + at(root, "SoftwareVersion")
    assert ["2026-11-21T10:32:13+01:00"] == at(root, "GenDate")
    assert ["6d2f6c0e-3f1e-4b8e-9a53-7a1f0f6f2c11"] == at(root, "Id")
    assert ["1", "OK"] == at(root, "Status/@V") + at(root, "Status/@DN")
    assert [] == at(root, "Error")
    assert ["DIALOG_HELSEFAGLIG", "Helsefaglig dialog"] == at(root, "OriginalMsgId/MsgType/@*")
    assert ["2026-11-21T10:32:12+01:00"] == at(root, "OriginalMsgId/IssueDate")
    assert [builders.MSG_ID] == at(root, "OriginalMsgId/Id")


@pytest.mark.parametrize("msg_id", ["8f092g54f6e2", "E 1 <&> Æ", builders.MSG_ID.upper()])
def test_the_original_id_is_repeated_as_it_was(msg_id: str) -> None:
    assert [msg_id] == at(written(acknowledgement(about=envelope(msg_id=MessageId(msg_id)))), "OriginalMsgId/Id")


def test_a_time_that_could_not_be_read_is_replaced_by_the_acknowledgements_own() -> None:
    root = written(acknowledgement(about=envelope(gen_date="")))
    assert ["2026-11-21T10:32:13+01:00"] == at(root, "OriginalMsgId/IssueDate")


def test_addresses_are_mirrored_with_all_identifiers() -> None:
    gp = Party(
        Unit("Fjordbyen legesenter", (her("900100"), Ident("100000016", Code("ENH", "Org.nr")))),
        professional=Professional("Nordli", "Elle", "Nora", "LE", (her("900.111"), Ident("990000101", Code("HPR")))),
    )
    root = written(acknowledgement(about=envelope(receivers=(Receiver(gp),))))
    sender = "Sender/HCP/Inst"
    assert ["Fjordbyen legesenter"] == at(root, f"{sender}/Name")
    assert ["900100", "HER"] == at(root, f"{sender}/Id") + at(root, f"{sender}/TypeId/@V")
    assert ["100000016", "ENH", "Org.nr"] == at(root, f"{sender}/AdditionalId/Id") + at(
        root, f"{sender}/AdditionalId/Type/@*"
    )
    assert ["Nora Elle Nordli"] == at(root, f"{sender}/HCPerson/Name")
    assert ["900.111", "990000101"] == at(root, f"{sender}/HCPerson/Id") + at(
        root, f"{sender}/HCPerson/AdditionalId/Id"
    )
    receiver = "Receiver/HCP/Inst"
    assert ["Storfjell sykehus", "Indremedisin"] == at(root, f"{receiver}/Name") + at(root, f"{receiver}/Dept/Name")
    assert ["900400", "900401"] == at(root, f"{receiver}/Id") + at(root, f"{receiver}/Dept/Id")


def test_wrong_addresses_are_mirrored_too() -> None:
    wrong = Party(Unit("", ()), Unit("Ukjent", ()))
    root = written(acknowledgement(about=envelope(receivers=(Receiver(wrong),))))
    assert ["Ukjent"] == at(root, "Sender/HCP/Inst/Dept/Name")
    assert [] == at(root, "Sender/HCP/Inst/Name") + at(root, "Sender/HCP/Inst/Id")


def test_a_professional_alone_is_mirrored_as_one() -> None:
    alone = Party(Unit(""), professional=builders.person())
    root = written(acknowledgement(about=envelope(receivers=(Receiver(alone, "COP"),))))
    assert ["Nora Nordli", "900111"] == at(root, "Sender/HCP/HCProf/Name") + at(root, "Sender/HCP/HCProf/Id")


ROLES = [
    ("1.1", "DIALOG_HELSEFAGLIG", "PRIM", "PRIM", "AVS"),
    ("1.1", "DIALOG_SVAR", "PRIM", "PRIM", "AVS"),
    ("1.1", "DIALOG_HELSEFAGLIG", "COP", "COP", "AVS"),
    ("1.0", "DIALOG_FORESPORSEL", "PRIM", "SPR", "RECEIVER"),
    ("1.0", "DIALOG_NOTAT", "PRIM", "SPR", "RECEIVER"),
    ("1.0", "DIALOG_SVAR", "PRIM", "REQ", "RECEIVER"),
    ("1.0", "DIALOG_FORESPORSEL", "COP", "COP", "RECEIVER"),
]


@pytest.mark.parametrize(("apprec", "type", "role", "sender", "receiver"), ROLES)
def test_roles_follow_version_and_receiver(apprec: str, type: str, role: str, sender: str, receiver: str) -> None:
    (party,) = envelope().receivers
    about = envelope(apprec=apprec, type=Code(type), receivers=(replace(party, role=role),))
    root = written(acknowledgement(about=about))
    assert [sender, receiver] == at(root, "Sender/Role/@V") + at(root, "Receiver/Role/@V")


def test_the_acknowledgement_of_a_copy_comes_from_the_copy_receiver() -> None:
    (primary,) = envelope().receivers
    copy = Receiver(Party(Unit("Fjordbyen legesenter", (her("900100"),)), professional=builders.person()), "COP")
    root = written(acknowledgement(about=envelope(receivers=(primary, copy)), receiver=1))
    assert ["COP", "900111"] == at(root, "Sender/Role/@V") + at(root, "Sender/HCP/Inst/HCPerson/Id")


def test_version_1_0_is_written_in_its_own_namespace() -> None:
    root = written(acknowledgement(about=envelope(apprec="1.0")))
    assert builders.APPREC_1_0 == tree.namespace(root)
    assert ["1.0 2004-11-21"] == at(root, "MIGversion")


def test_every_fault_is_an_error_with_code_text_and_place() -> None:
    faults = (
        Fault("E10", "x", "MsgId er ikke en UUID", "/MsgHead/MsgInfo/MsgId", 7),
        Fault("T01", "x", "Meldingen er ikke XML", line=3),
        Fault("X99", "x", "Noe annet"),
    )
    root = written(acknowledgement(faults=faults))
    assert ["2", "Avvist"] == at(root, "Status/@V") + at(root, "Status/@DN")
    assert ["E10", "T01", "X99"] == at(root, "Error/@V")
    assert [f"{OID}8221"] * 3 == at(root, "Error/@S")
    names = ["Ugyldig meldingsidentifikator", "Ikke XML / ikke 'well formed' / uleselig", "Annen feil"]
    assert names == at(root, "Error/@DN")
    assert [
        "MsgId er ikke en UUID (/MsgHead/MsgInfo/MsgId, linje 7)",
        "Meldingen er ikke XML (linje 3)",
        "Noe annet",
    ] == at(root, "Error/@OT")


@pytest.mark.parametrize("apprec", ["1.0", "1.1"])
def test_an_acknowledgement_is_read_back_as_what_was_written(apprec: str) -> None:
    about = envelope(apprec=apprec)
    read = reader.read(writer.write(acknowledgement(about=about, faults=(Fault("E10", "x", "Feil", "/a", 2),))))
    assert isinstance(read, Receipt)
    assert ("6d2f6c0e-3f1e-4b8e-9a53-7a1f0f6f2c11", builders.MSG_ID, "2") == (read.msg_id, read.original, read.status)
    ours = about.receivers[0].party
    assert (ours.name, ours.level_1, ours.level_2) == (read.sender.name, read.sender.level_1, read.sender.level_2)
    assert (Code("E10", "Ugyldig meldingsidentifikator: Feil (/a, linje 2)", f"{OID}8221"),) == read.faults


def test_an_answer_is_a_professional_dialogue_in_the_same_conversation() -> None:
    root = written(answer(first=MessageId("first")))
    info = "MsgInfo"
    assert ["DIALOG_HELSEFAGLIG", "Helsefaglig dialog"] == at(root, f"{info}/Type/@*")
    assert ["2026-11-21T13:00:00+01:00"] == at(root, f"{info}/GenDate")
    assert ["0d3c7a52-90f3-4c0b-8a6e-27e1f3f9b501"] == at(root, f"{info}/MsgId")
    reference = f"{info}/ConversationRef"
    assert [builders.MSG_ID, "first"] == at(root, f"{reference}/RefToParent") + at(
        root, f"{reference}/RefToConversation"
    )
    assert [] == at(root, f"{info}/ProcessingStatus")
    note = "Document/RefDoc/Content/d:Dialogmelding/d:Notat"
    assert builders.DIALOG_1_1 == _payload(root)
    assert ["6", f"{OID}7322", "Henvendelse om pasient"] == at(root, f"{note}/d:TemaKodet/@*")
    assert ["Svar: Oppfølging"] == at(root, f"{note}/d:Tema")
    assert ["Hei.\nVi ringer i dag.\n\nSiv Dahl, sykepleier"] == at(root, f"{note}/d:TekstNotatInnhold")


def test_an_answer_is_addressed_to_the_original_sender_at_both_levels() -> None:
    gp = Party(Unit("Fjordbyen legesenter", (her("900100"),)), professional=builders.person())
    root = written(answer(sender=gp))
    sender, receiver = "MsgInfo/Sender/Organisation", "MsgInfo/Receiver/Organisation"
    assert ["900100", "900111"] == at(root, f"{sender}/Ident/Id") + at(
        root, f"{sender}/HealthcareProfessional/Ident/Id"
    )
    assert ["LE", "Lege"] == at(root, f"{sender}/HealthcareProfessional/TypeHealthcareProfessional/@*")
    assert ["900400", "900401"] == at(root, f"{receiver}/Ident/Id") + at(root, f"{receiver}/Organisation/Ident/Id")


def test_a_level_without_identifiers_is_no_address() -> None:
    sender = Party(Unit("Storfjell sykehus", (her("900400"),)), Unit("Avdeling", ()), Professional("Vang"))
    root = written(answer(about=envelope(sender=sender)))
    assert ["900400"] == at(root, "MsgInfo/Receiver/Organisation/Ident/Id")
    assert [] == at(root, "MsgInfo/Receiver/Organisation/Organisation")
    assert [] == at(root, "MsgInfo/Receiver/Organisation/HealthcareProfessional")


def test_the_patient_is_mirrored() -> None:
    patient = Patient(
        "Aas", "Elle", "Hanne", date(1976, 1, 5), "2", (Ident(builders.HANNE, Code("FNR", "Fødselsnummer", "x.8116")),)
    )
    root = written(answer(patient=patient))
    names = [at(root, f"MsgInfo/Patient/{name}") for name in ("FamilyName", "MiddleName", "GivenName", "DateOfBirth")]
    assert [["Aas"], ["Elle"], ["Hanne"], ["1976-01-05"]] == names
    assert ["2", "Kvinne"] == at(root, "MsgInfo/Patient/Sex/@*")
    # A code system that is no OID would make the answer invalid.
    assert [builders.HANNE, "FNR", "Fødselsnummer"] == at(root, "MsgInfo/Patient/Ident/Id") + at(
        root, "MsgInfo/Patient/Ident/TypeId/@*"
    )


def test_an_answer_to_a_test_is_a_test() -> None:
    assert ["T"] == at(written(answer(about=envelope(test=True))), "MsgInfo/ProcessingStatus/@V")


def test_a_request_of_version_1_0_gets_an_answer_of_that_version() -> None:
    about = envelope(type=Code("DIALOG_FORESPORSEL"), apprec="1.0")
    root = written(answer(about=about, document_id="F1"))
    note = "Document/RefDoc/Content/d:Dialogmelding/d:Notat"
    assert builders.DIALOG_1_0 == _payload(root)
    assert ["DIALOG_SVAR", "Svar på forespørsel"] == at(root, "MsgInfo/Type/@*")
    assert ["5", f"{OID}9069", "Svar på forespørsel"] == at(root, f"{note}/d:TemaKodet/@*")
    assert ["F1"] == at(root, f"{note}/d:Foresporsel/d:DokIdForesp")
    assert ["1"] == at(root, f"{note}/d:Foresporsel/d:TypeForesp/@V")
    assert [] == at(written(answer(about=about)), f"{note}/d:Foresporsel")


OTHERS = [("DIALOG_FORESPORSEL", "1.1"), ("DIALOG_NOTAT", "1.0"), ("DIALOG_SVAR", "1.0"), ("DIALOG_AVVIK", "1.0")]


@pytest.mark.parametrize(("type", "apprec"), OTHERS)
def test_anything_else_gets_a_professional_dialogue(type: str, apprec: str) -> None:
    root = written(answer(about=envelope(type=Code(type), apprec=apprec)))
    assert (["DIALOG_HELSEFAGLIG"], builders.DIALOG_1_1) == (at(root, "MsgInfo/Type/@V"), _payload(root))


def test_an_answer_is_read_back_as_what_was_written() -> None:
    patient = Patient("Aas", "", "Hanne", idents=(Ident(builders.HANNE, Code("FNR", "FNR", f"{OID}8116")),))
    sent = answer(patient=patient, first=MessageId("first"))
    read = reader.read(writer.write(sent))
    assert isinstance(read, Message)
    assert (Kind.DIALOGUE, sent.id, sent.at) == (read.kind, read.envelope.msg_id, read.envelope.generated)
    assert (sent.sender, sent.about.sender) == (read.envelope.sender, read.envelope.receivers[0].party)
    assert Conversation(builders.MSG_ID, MessageId("first")) == read.conversation
    assert (patient, sent.subject) == (read.patient, read.subject)
    assert f"{sent.text}\n\n{sent.signed_by}" == read.text


TYPED = {
    "characters that XML cannot hold": ("a\x00b\x0bc\ud800d\uffffe", "a\ufffdb\ufffdc\ufffdd\ufffde"),
    "line breaks of a form": ("en\r\nto\rtre\n", "en\nto\ntre"),
    "markup": ("<p>&amp;</p> ]]> \"'", "<p>&amp;</p> ]]> \"'"),
    "every alphabet": ("ærlig čáhci 🏥 \u2028\x85", "ærlig čáhci 🏥"),
    "blanks around": ("  a  ", "a"),
}


@pytest.mark.parametrize(("typed", "expected"), TYPED.values(), ids=TYPED)
def test_what_a_person_typed_arrives(typed: str, expected: str) -> None:
    read = reader.read(writer.write(answer(text=typed, signed_by="", patient=_hanne())))
    assert isinstance(read, Message)
    assert expected == read.text


def test_line_breaks_and_quotes_survive_in_attributes() -> None:
    read = reader.read(writer.write(acknowledgement(faults=(Fault("X99", "x", 'a\n"b"\t<c>\x00'),))))
    assert isinstance(read, Receipt)
    assert 'Annen feil: a\n"b"\t<c>\ufffd' == read.faults[0].text


def test_times_are_written_with_the_offset_of_the_day() -> None:
    summer = datetime(2026, 7, 1, 10, 0, 0, 123456, tzinfo=UTC)
    assert ["2026-07-01T12:00:00+02:00"] == at(written(acknowledgement(at=summer)), "GenDate")


def _hanne() -> Patient:
    return Patient("Aas", "", "Hanne", idents=(Ident(builders.HANNE, Code("FNR")),))
