"""The rows of the standard's table (hub/acceptance.py) that the document alone decides, each with how it does.

Row 13 is why none looks at a code's value: a wrong one must not reject, and neither must a message without text. Wrong
control digits of a patient's number (E31) reject nothing; `intake` leaves a line about them.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from hub import acceptance, identity
from hub.acceptance import Acceptance, Choice, Row
from hub.message import Fault, Patient
from hub.wire import carrier, catalogue, faults, head, signature, tree
from hub.wire.document import Document
from hub.wire.names import DIALOG_1_0, DIALOG_1_1
from hub.wire.signature_trust import Trust

# Immediate help: 1 where a request says how urgent it is (9067), and 0 in the list that referrals use (8304).
AT_ONCE = ("1", "0")

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a site decides about the rows: its choices, and whose signatures it trusts."""

    acceptance: Acceptance = acceptance.STRICT
    trust: Trust | None = None


STRICT = Terms()


@dataclass(frozen=True, slots=True)
class Case:
    """A document to be judged, with the bytes it was read from and the terms."""

    document: Document
    raw: bytes = b""
    encoding: str = "utf-8"
    terms: Terms = STRICT


@dataclass(frozen=True, slots=True)
class Judge:
    """A row and what it finds. `last` ends the judging, as nothing more can be told."""

    row: Row
    found: Callable[[Case], Iterable[Fault]]
    last: bool = False


def judge(case: Case) -> tuple[Fault, ...]:
    """What speaks against a message, of each row as much as anybody reads; nothing when it is to be accepted."""
    found: list[Fault] = []
    for each in JUDGES:
        faults_of_row = tuple(islice(each.found(case), catalogue.MOST_FAULTS))
        found += faults_of_row
        if each.last and faults_of_row:
            break
    return tuple(found)


def answered(against: Iterable[Fault], terms: Terms) -> bool:
    """Whether the sender is told by the hub: not for a format alone that a site leaves to people (row 5)."""
    left = acceptance.row(5).codes if terms.acceptance.unknown_format is Choice.ACCEPT else ()
    return any(fault.code not in left for fault in against)


def sufficient(msg_id: str, patient: Patient) -> bool:
    """Whether an id and a patient are such that rows 7 and 9 have nothing against them."""
    short = all(len(ident.id) <= head.LONGEST_ID for ident in patient.idents)
    return bool(_UUID.fullmatch(msg_id)) and short and not _missing(patient)


def _not_a_uuid(c: Case) -> Iterable[Fault]:
    d = c.document
    if not _UUID.fullmatch(d.envelope.msg_id):
        yield faults.not_uuid(d.spots["MsgId"].path, d.spots["MsgId"].line)


def _bad_signature(c: Case) -> Iterable[Fault]:
    """Only a MsgHead can be signed by a person; a signature anywhere in a payload is the payload's own."""
    d = c.document
    if tree.local(d.root) != "MsgHead":
        return ()
    at = d.envelope.generated if d.envelope.gen_date else None
    return signature.check(d.root, c.raw, c.encoding, at, c.terms.trust)


def _unknown_format(c: Case) -> Iterable[Fault]:
    """Head and payload must be of a version that is read."""
    d = c.document
    yield from d.alien
    if d.kind is None and not d.alien:
        yield faults.unknown_type(d.spots["Type"].path, d.spots["Type"].line)


def _invalid(c: Case) -> Iterable[Fault]:
    """What the schema says, and what libxml2 lets pass: files that are no base64, times of no calendar.

    A site that accepts the invalid passes over what the schema says; a file or a time that nobody can use is no use
    to anybody.
    """
    d, strict = c.document, c.terms.acceptance.invalid is Choice.REJECT
    complaints = d.complaints if strict else ()
    yield from complaints
    for each in d.enclosures:
        if each.broken or (each.inline and not each.attachment.digest and not complaints):
            yield faults.not_base64(tree.path(each.element), tree.line(each.element))
    if not d.envelope.gen_date and not complaints:
        yield faults.no_time(d.spots["GenDate"].path, d.spots["GenDate"].line)


def _vague_patient(c: Case) -> Iterable[Fault]:
    """Every kind that is read is about a patient, so it must be clear who; but who asks for help at once is heard."""
    d, spot = c.document, c.document.spots["Patient"]
    patient = d.patient
    if patient is None:
        if not _is_at_once(d):
            yield faults.no_patient(spot.path, spot.line)
        return
    if (missing := _missing(patient)) and not _is_at_once(d):
        en, nb = ("; ".join(words) for words in zip(*missing, strict=True))
        yield faults.vague_patient(en, nb, spot.path, spot.line)
    if any(len(ident.id) > head.LONGEST_ID for ident in patient.idents):
        yield faults.long_patient_id(head.LONGEST_ID, spot.path, spot.line)


def _is_at_once(d: Document) -> bool:
    """Whether a request in it says that immediate help is needed (docs/decisions/0006); asked only of a vague one."""
    requests = d.root.iter(f"{{{DIALOG_1_0}}}Foresporsel", f"{{{DIALOG_1_1}}}Foresporsel")
    return any(tree.Fields(each).attribute("Hastegrad") in AT_ONCE for each in requests)


def _unsupported_attachment(c: Case) -> Iterable[Fault]:
    """T99, as it is a fault of format and T10 is about the message's own format. What a file is, its bytes tell."""
    d = c.document
    for each in d.enclosures:
        # What is no base64 has no digest, and is refused for that already.
        alien = each.inline and each.attachment.digest and not each.attachment.mime_type
        if not (alien or each.elsewhere or each.compressed):
            continue
        path, line = tree.path(each.element), tree.line(each.element)
        if each.elsewhere:
            yield faults.attachment_elsewhere(path, line)
        if each.compressed:
            yield faults.attachment_compressed(path, line)
        if alien:
            yield faults.attachment_type(*each.looks, path, line)
    if (total := sum(each.attachment.size for each in d.enclosures)) > carrier.MOST_BYTES:
        last = d.enclosures[-1].element
        yield faults.attachments_too_large(total, carrier.MOST_BYTES, tree.path(last), tree.line(last))


JUDGES = (
    Judge(acceptance.row(7), _not_a_uuid),
    Judge(acceptance.row(8), _bad_signature),
    Judge(acceptance.row(5), _unknown_format, last=True),
    Judge(acceptance.row(6), _invalid),
    Judge(acceptance.row(9), _vague_patient),
    Judge(acceptance.row(12), _unsupported_attachment),
)


def _missing(patient: Patient) -> tuple[tuple[str, str], ...]:
    """What keeps a patient from being identified (HIS 80415 3.3.4), in English and bokmål; nothing for a clear one."""
    named = bool(patient.name)
    numbered = any(i.type.value in identity.NATIONAL and identity.plain(i.id) for i in patient.idents)
    if named and (numbered or (patient.born and patient.sex)):
        return ()
    lacks = (
        (named, "the name is missing", "navnet mangler"),
        (numbered, "no complete number", "intet fullstendig nummer"),
        (numbered or patient.born, "no birth date", "ingen fødselsdato"),
        (numbered or patient.sex, "no sex", "intet kjønn"),
    )
    return tuple((en, nb) for has, en, nb in lacks if not has)
