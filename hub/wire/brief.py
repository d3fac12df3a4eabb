"""What intake needs of a message, taken from the common shape without laying anything out for people.

Nearly every message is valid, has one payload and no files. Of such a one only what decides where it goes and what
is answered is read at once: addresses, patient, themes, and all words as one text. The whole is read when somebody
opens it. Whatever is not so, and whatever a rule could have something against, is left to the whole reading: then
there is nothing brief, and nothing is decided here.
"""

from collections.abc import Callable

from hub.message import (
    Conversation,
    Envelope,
    Kind,
    Message,
    Part,
    Patient,
    Report,
    Status,
)
from hub.wire import (
    catalogue,
    dialogue,
    epikrise,
    episode,
    head,
    msghead,
    payload,
    plo,
    rules,
    tree,
    words,
)
from hub.wire.names import EPIKRISE_1_1, EPIKRISE_1_2, MSGHEAD
from hub.wire.tree import Element, Fields

_MH = f"{{{MSGHEAD}}}"
_CONTENT, _MSG_TYPE, _ISSUE_DATE = f"{_MH}Content", f"{_MH}MsgType", f"{_MH}IssueDate"


def read(root: Element) -> Message | None:
    """The message as far as intake needs it, or None where only the whole reading can tell."""
    shape = _SHAPES.get(str(root.tag))
    return shape(root) if shape else None


def _message(root: Element) -> Message | None:
    """A MsgHead with one Document that holds one payload and says nothing else."""
    if len(root) != 2 or len(root[1]) != 1:
        return None
    body = _body(root[1][0])
    if body is None or not catalogue.schema().validate(root):
        return None
    info = Fields(root[0])
    envelope = head.envelope(info, msghead.apprec(info.attribute("Type"), body))
    patient = head.patient(info)
    if envelope is None or not envelope.gen_date or patient is None:
        return None
    kind = msghead.purpose(envelope.type.value, body)
    if kind is None or not rules.sufficient(envelope.msg_id, patient):
        return None
    return _with_payload(envelope, kind, patient, head.conversation(info), body)


def _body(ref: Element) -> Element | None:
    """The payload of a RefDoc that has nothing beside it."""
    if len(ref) < 2:
        return None
    content = ref[-1]
    if content.tag != _CONTENT or len(content) != 1 or any(c.tag not in (_MSG_TYPE, _ISSUE_DATE) for c in ref[:-1]):
        return None
    body = content[0]
    return body if payload.known(body) and tree.attribute(ref[-2], "V") != "A" else None


def _with_payload(
    envelope: Envelope, kind: Kind, patient: Patient, refers: Conversation | None, body: Element
) -> Message:
    spoken = words.said((body,))
    if body.tag in plo.PAYLOADS:
        report, status = Report(codes=plo.codes(body)), plo.status(body)
        return Message(envelope, kind, patient, (), refers, status=status, report=report, words=spoken)
    parts: list[Part] = []
    asks = [_outline(element, parts) for element in body]
    if not parts:
        # What has neither a note nor a request may still say what kind of case it is.
        parts = list(dialogue.parts(body))
    wanted = dialogue.wanted(body) if any(asks) else ()
    return Message(envelope, kind, patient, tuple(parts), refers, wanted, words=spoken)


def _outline(element: Element, parts: list[Part]) -> bool:
    """Add theme and subject of a note or a request, and of the request within a note; whether they name people."""
    space = str(element.tag).rpartition("}")[0] + "}"
    said = {str(child.tag): child for child in element}
    theme = said.get(f"{space}TemaKodet", said.get(f"{space}TypeForesp"))
    if theme is None:
        return False
    subject = said.get(f"{space}Tema", said.get(f"{space}EmneSporsmal"))
    line = "" if subject is None else " ".join(tree.value(subject).split())
    parts.append(Part(dialogue.theme(theme), line))
    within = said.get(f"{space}Foresporsel")
    asked = within is not None and _outline(within, parts)
    return asked or f"{space}RollerRelatertNotat" in said


def _summary(root: Element) -> Message | None:
    """A discharge summary without files."""
    message = Fields(root)
    rprt = message.of("ServRprt")
    if rprt.one("RefDoc") is not None or not catalogue.schema().validate(root):
        return None
    envelope, patient = epikrise.envelope_of(message, rprt), epikrise.patient(rprt)
    if envelope is None or not envelope.gen_date or patient is None:
        return None
    if not rules.sufficient(envelope.msg_id, patient):
        return None
    return Message(
        envelope=envelope,
        kind=Kind.DISCHARGE_SUMMARY,
        patient=patient,
        status=epikrise.STATUSES.get(rprt.attribute("ServType"), Status.NEW),
        document_id=rprt.text("ServProvId"),
        report=Report(codes=episode.status(rprt), priority=episode.priority(rprt)),
        words=epikrise.words(rprt),
    )


_SHAPES: dict[str, Callable[[Element], Message | None]] = {
    f"{_MH}MsgHead": _message,
    **dict.fromkeys((f"{{{EPIKRISE_1_1}}}Message", f"{{{EPIKRISE_1_2}}}Message"), _summary),
}
