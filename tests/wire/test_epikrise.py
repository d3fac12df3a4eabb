"""The discharge summary: its envelope, its patient, and that all that is told in it reaches people."""

import re
from pathlib import Path

import pytest
from lxml import etree

from hub.message import (
    Code,
    Ident,
    Message,
    Refusal,
    Report,
    Section,
    Topic,
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
