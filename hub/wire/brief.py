"""What intake needs of a message, taken from the common shape without laying anything out for people.

Nearly every message is valid, has one payload and no files. Of such a one only what decides where it goes and what
is answered is read at once: addresses, patient, themes, and all words as one text. The whole is read when somebody
opens it. Whatever is not so, and whatever a rule could have something against, is left to the whole reading: then
there is nothing brief, and nothing is decided here.
"""

from collections.abc import Callable, Mapping

from hub.message import (
    Code,
    Conversation,
    Envelope,
    Ident,
    Kind,
    Message,
    MessageId,
    Part,
    Party,
    Patient,
    Receiver,
    Report,
    Status,
    Unit,
)
from hub.wire import (
    catalogue,
    codes,
    dialogue,
    epikrise,
    episode,
    head,
    msghead,
    payload,
    plo,
    rules,
    times,
    tree,
    words,
)
from hub.wire.names import EPIKRISE_1_1, EPIKRISE_1_2, MSGHEAD
from hub.wire.tree import Element, Fields

_MH = f"{{{MSGHEAD}}}"
_CONTENT, _MSG_TYPE, _ISSUE_DATE = f"{_MH}Content", f"{_MH}MsgType", f"{_MH}IssueDate"
_IDENT, _OTHER = f"{_MH}Ident", f"{_MH}OtherReceiver"


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
    info = root[0]
    found: dict[str, Element] = {str(child.tag): child for child in info}
    envelope, patient = _envelope(info, found, body), _patient(found.get(f"{_MH}Patient"))
    if envelope is None or patient is None or not rules.sufficient(envelope.msg_id, patient):
        return None
    kind = msghead.purpose(envelope.type.value, body)
    refers = head.reference(found.get(f"{_MH}ConversationRef"))
    return _with_payload(envelope, kind, patient, refers, body) if kind else None


def _body(ref: Element) -> Element | None:
    """The payload of a RefDoc that has nothing beside it."""
    if len(ref) < 2:
        return None
    content = ref[-1]
    if content.tag != _CONTENT or len(content) != 1 or any(c.tag not in (_MSG_TYPE, _ISSUE_DATE) for c in ref[:-1]):
        return None
    body = content[0]
    return body if payload.known(body) and tree.attribute(ref[-2], "V") != "A" else None


def _envelope(info: Element, found: Mapping[str, Element], body: Element) -> Envelope | None:
    gen_date = tree.value(found[f"{_MH}GenDate"])
    generated, sender = times.instant(gen_date), head.party(found[f"{_MH}Sender"][-1])
    if generated is None or sender is None or not head.usable(sender):
        return None
    type = head.kept(tree.code(found[f"{_MH}Type"]))
    type = type if type.text else Code(type.value, codes.text("8279", type.value), type.system)
    return Envelope(
        msg_id=MessageId(tree.value(found[f"{_MH}MsgId"])),
        type=type,
        gen_date=gen_date,
        generated=generated,
        sender=sender,
        receivers=head.receivers(Fields(info)) if _OTHER in found else (_receiver(found[f"{_MH}Receiver"]),),
        apprec=msghead.apprec(type.value, body),
        test=tree.attribute(found.get(f"{_MH}ProcessingStatus"), "V") in head.TEST_STATUS,
    )


def _receiver(element: Element) -> Receiver:
    # By the schema the organisation comes last, in a sender as in a receiver.
    found = head.party(element[-1]) or Party(Unit(""))
    return Receiver(found, "PRIM", "/MsgHead/MsgInfo/Receiver", tree.line(element))


def _patient(element: Element | None) -> Patient | None:
    if element is None:
        return None
    said, idents, sex = {}, [], ""
    for child in element:
        name = str(child.tag)
        if name == _IDENT:
            # By the schema a value comes first, and its type after it.
            if id := tree.value(child[0]):
                idents.append(Ident(id, tree.code(child[1])))
        elif name == f"{_MH}Sex":
            sex = tree.attribute(child, "V")
        else:
            said[name] = child.text or ""
    return Patient(
        family_name=head.name(said.get(f"{_MH}FamilyName", "").strip()),
        middle_name=head.name(said.get(f"{_MH}MiddleName", "").strip()),
        given_name=head.name(said.get(f"{_MH}GivenName", "").strip()),
        born=times.day(said.get(f"{_MH}DateOfBirth", "").strip()),
        sex=sex,
        idents=tuple(idents),
    )


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
