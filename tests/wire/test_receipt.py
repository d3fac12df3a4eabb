"""A partner's acknowledgement of something we sent."""

import pytest

from hub.message import Code, Receipt, Unreadable
from hub.wire import reader
from tests.wire.builders import APPREC_1_0, APPREC_1_1, OID

INSTITUTION = (
    "<Inst><Name>Fjordbyen kommune</Name><Id>900200</Id><TypeId V='HER'/>"
    "<Dept><Name>Sykepleietjeneste</Name><Id>900201</Id><TypeId V='HER'/></Dept></Inst>"
)
ORIGINAL = "<OriginalMsgId><MsgType V='A'/><IssueDate>2026-11-21T10:00:00</IssueDate><Id>vår</Id></OriginalMsgId>"


def apprec(
    ns: str = APPREC_1_1,
    id: str = "<Id>deres</Id>",
    hcp: str = INSTITUTION,
    status: str = "<Status V='1'/>",
    errors: str = "",
    original: str = ORIGINAL,
) -> bytes:
    return (
        f"<AppRec xmlns='{ns}'><MsgType V='APPREC'/><MIGversion>v</MIGversion><GenDate>2026-11-21T10:00:01Z</GenDate>"
        f"{id}<Sender><HCP>{hcp}</HCP></Sender><Receiver><HCP>{INSTITUTION}</HCP></Receiver>{status}{errors}{original}"
        "</AppRec>"
    ).encode()


def receipt(raw: bytes) -> Receipt:
    read = reader.read(raw)
    assert isinstance(read, Receipt), read
    return read


@pytest.mark.parametrize("ns", [APPREC_1_0, APPREC_1_1])
def test_a_positive_one_names_what_it_is_about(ns: str) -> None:
    read = receipt(apprec(ns))
    assert ("deres", "vår", "1", ()) == (read.msg_id, read.original, read.status, read.faults)
    assert ("900200", "900201") == (read.sender.level_1, read.sender.level_2)


ERRORS = {
    "code and text": (
        f"<Error V='E36' S='{OID}8221' DN='Pasientopplysninger er utilstrekkelige' OT='Navn mangler'/>",
        Code("E36", "Pasientopplysninger er utilstrekkelige: Navn mangler", f"{OID}8221"),
    ),
    "code only": ("<Error V='E36'/>", Code("E36", "Pasientopplysninger er utilstrekkelige")),
    "code and extra text": (
        "<Error V='E10' OT='Prøv igjen'/>",
        Code("E10", "Ugyldig meldingsidentifikator: Prøv igjen"),
    ),
    "text only": ("<Error V='X99' DN='Duplikat!'/>", Code("X99", "Duplikat!")),
    "an unknown code": ("<Error V='Q1'/>", Code("Q1", "")),
    "nothing": ("<Error/>", Code("")),
}


@pytest.mark.parametrize(("error", "expected"), ERRORS.values(), ids=ERRORS)
def test_a_negative_one_keeps_every_word(error: str, expected: Code) -> None:
    assert (expected,) == receipt(apprec(status="<Status V='2'/>", errors=error)).faults


def test_a_person_alone_may_acknowledge() -> None:
    hcp = (
        "<HCProf><Name>Nora Nordli</Name><Id>990000101</Id><TypeId V='HPR'/>"
        "<AdditionalId><Id>900111</Id><Type V='HER'/></AdditionalId></HCProf>"
    )
    read = receipt(apprec(hcp=hcp))
    assert read.sender.professional is not None
    assert ("Nora Nordli", "900111/deres") == (read.sender.professional.name, str(read.key))


def test_one_that_is_invalid_but_clear_is_noted() -> None:
    assert "1" == receipt(apprec(errors="<Ukjent/>")).status


UNCLEAR = {
    "no id": (apprec(id=""), "E10", "/AppRec/Id"),
    "an endless id": (apprec(id=f"<Id>{'x' * 257}</Id>"), "E10", "/AppRec/Id"),
    "no original": (apprec(original=""), "T02", "/AppRec/OriginalMsgId/Id"),
    "no status": (apprec(status="<Status/>"), "T02", "/AppRec/Status"),
    "nobody": (apprec(hcp="<Inst/>"), "T02", "/AppRec/Sender/HCP"),
    "nobody at all": (apprec(hcp=""), "T02", "/AppRec/Sender/HCP"),
}


@pytest.mark.parametrize(("raw", "code", "path"), UNCLEAR.values(), ids=UNCLEAR)
def test_one_that_is_not_clear_is_unreadable_as_it_may_not_be_answered(raw: bytes, code: str, path: str) -> None:
    read = reader.read(raw)
    assert isinstance(read, Unreadable)
    assert (code, path) == (read.faults[0].code, read.faults[0].path)
