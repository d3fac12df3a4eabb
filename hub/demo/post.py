"""What lies in a partner's mailbox, and what the partner's system sends back for it.

A partner looks for a handful of values in documents whose form it knows, and so does this.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from uuid import NAMESPACE_OID, uuid5

from hub.demo import markup
from hub.demo.hours import local
from hub.demo.markup import element, text
from hub.directory import Partner, Practice
from hub.message import HerId
from hub.wire import codes
from hub.wire.names import APPREC_1_0, APPREC_1_1, MIG_APPREC_1_0, MIG_APPREC_1_1

_ABOUT = re.compile(r"<OriginalMsgId>.*?<Id>([^<]*)</Id>|<RefToParent>([^<]*)</RefToParent>", re.DOTALL)
_ID = re.compile(r"<(?:Id|MsgId)>([^<]*)</(?:Id|MsgId)>")
_STATUS = re.compile(r'<Status V="([^"]*)"')
_ERROR = re.compile(r'<Error V="([^"]*)"')
_TYPE = re.compile(r'<Type V="([^"]*)"')
_GEN_DATE = re.compile(r"<GenDate>([^<]*)</GenDate>")


@dataclass(frozen=True, slots=True)
class Post:
    """A document from the hub: its own id, type and time, the MsgId it is about, and what an acknowledgement says."""

    id: str
    type: str = ""
    written: str = ""
    about: str = ""
    status: str = ""
    codes: tuple[str, ...] = ()


def read(document: str) -> Post:
    """What a partner needs of a document; empty where it says nothing."""
    about = _ABOUT.search(document)
    return Post(
        id=_found(_ID, document),
        type=_found(_TYPE, document),
        written=_found(_GEN_DATE, document),
        about=unescape((about[1] or about[2] or "") if about else ""),
        status=_found(_STATUS, document),
        codes=tuple(_ERROR.findall(document)),
    )


def receipt(answer: Post, partner: Partner, service: str, practice: Practice, at: datetime) -> bytes:
    """The AppRec with which a partner says that it has an answer, of the version that goes with the answer's.

    Its id follows from the answer's, so that sending it once more is a repetition and no second receipt.
    """
    old = answer.type == "DIALOG_SVAR"
    namespace, version = (APPREC_1_0, MIG_APPREC_1_0) if old else (APPREC_1_1, MIG_APPREC_1_1)
    inner = element("Dept", *_party(partner.services[HerId(service)].name, service))
    return markup.document(
        element(
            "AppRec",
            markup.code("MsgType", "APPREC", "Applikasjonskvittering"),
            text("MIGversion", version),
            text("GenDate", local(at).isoformat(timespec="seconds")),
            text("Id", str(uuid5(NAMESPACE_OID, f"receipt {answer.id}"))),
            element("Sender", _hcp(*_party(partner.name, partner.her_id), inner)),
            element("Receiver", _hcp(*_party(practice.name, practice.her_id))),
            markup.code("Status", "1", "OK"),
            _original(answer),
            xmlns=namespace,
        )
    )


def _original(answer: Post) -> str:
    type = markup.code("MsgType", answer.type, codes.text("8279", answer.type))
    return element("OriginalMsgId", type, text("IssueDate", answer.written), text("Id", answer.id))


def _hcp(*inside: str) -> str:
    return element("HCP", element("Inst", *inside))


def _party(name: str, her_id: str) -> tuple[str, ...]:
    return text("Name", name), text("Id", her_id), markup.code("TypeId", "HER", "HER-id")


def _found(pattern: re.Pattern[str], document: str) -> str:
    found = pattern.search(document)
    return unescape(found[1]) if found else ""
