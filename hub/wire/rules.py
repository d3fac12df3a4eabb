"""When a message is turned away: the standard's table (HIS 80415 3.3.4), for what the document alone can tell.

Row 8 (personal signature) is not asked yet: a ds:Signature is neither verified nor refused, as a dialogue message
relies on the transport's signature. Row 13 is why no row looks at a code's value: a wrong one must not reject, and
neither must a message without text. Wrong control digits of a patient's number (E31) reject nothing. Rows 1-3, 10,
11 and 14 need to know who we are and whom we know; `intake` and the store decide those.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from hub.message import Fault, Patient
from hub.wire import carrier, faults, head, tree
from hub.wire.document import Document

# The identifiers that identify a patient together with a name (HIS 80415 3.3.4); an H-number does not.
NATIONAL = ("FNR", "DNR", "FHN")


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


class Duty(StrEnum):
    """What the standard says about a row."""

    SHALL = "shall"  # always refused
    MAY = "may"  # refused here; a site may come to decide otherwise


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it looks for and the code it gives. `last` ends the judging, as nothing more can be told."""

    number: int
    code: str
    duty: Duty
    clause: str
    found: Callable[[Document], Iterable[Fault]]
    last: bool = False


def judge(document: Document) -> tuple[Fault, ...]:
    """All that speaks against a message; nothing when it is to be accepted."""
    found: list[Fault] = []
    for row in ROWS:
        faults_of_row = tuple(row.found(document))
        found += faults_of_row
        if row.last and faults_of_row:
            break
    return tuple(found)


def _not_a_uuid(d: Document) -> Iterable[Fault]:
    if not _UUID.fullmatch(d.envelope.msg_id):
        yield faults.not_uuid(d.spots["MsgId"].path, d.spots["MsgId"].line)


def _unknown_format(d: Document) -> Iterable[Fault]:
    """Head and payload must be of a version that is read."""
    yield from d.alien
    if d.kind is None and not d.alien:
        yield faults.unknown_type(d.spots["Type"].path, d.spots["Type"].line)


def _invalid(d: Document) -> Iterable[Fault]:
    """What the schema says, and what libxml2 lets pass: files that are no base64, times of no calendar."""
    yield from d.complaints
    for each in d.enclosures:
        if each.broken or (each.inline and not each.attachment.digest and not d.complaints):
            yield faults.not_base64(tree.path(each.element), tree.line(each.element))
    if not d.envelope.gen_date and not d.complaints:
        yield faults.no_time(d.spots["GenDate"].path, d.spots["GenDate"].line)


def _vague_patient(d: Document) -> Iterable[Fault]:
    """Every kind that is read is about a patient, so there must be one, and it must be clear who."""
    spot = d.spots["Patient"]
    if d.patient is None:
        yield faults.no_patient(spot.path, spot.line)
        return
    if missing := _missing(d.patient):
        en, nb = ("; ".join(words) for words in zip(*missing, strict=True))
        yield faults.vague_patient(en, nb, spot.path, spot.line)
    if any(len(ident.id) > head.LONGEST_ID for ident in d.patient.idents):
        yield faults.long_patient_id(head.LONGEST_ID, spot.path, spot.line)


def _unsupported_attachment(d: Document) -> Iterable[Fault]:
    """T99, as it is a fault of format and T10 is about the message's own format. What a file is, its bytes tell."""
    for each in d.enclosures:
        path, line = tree.path(each.element), tree.line(each.element)
        if each.elsewhere:
            yield faults.attachment_elsewhere(path, line)
        if each.compressed:
            yield faults.attachment_compressed(path, line)
        # What is no base64 has no digest, and is refused for that already.
        if each.inline and each.attachment.digest and not each.attachment.mime_type:
            yield faults.attachment_type(*each.looks, path, line)
    if (total := sum(each.attachment.size for each in d.enclosures)) > carrier.MOST_BYTES:
        last = d.enclosures[-1].element
        yield faults.attachments_too_large(total, carrier.MOST_BYTES, tree.path(last), tree.line(last))


ROWS = (
    Row(7, "E10", Duty.SHALL, "HIS 80415:2012 3.3.4", _not_a_uuid),
    Row(5, "T10", Duty.MAY, "HIS 80415:2012 3.3.4", _unknown_format, last=True),
    Row(6, "T02", Duty.MAY, "HIS 80415:2012 3.3.4", _invalid),
    Row(9, "E36", Duty.SHALL, "HIS 80415:2012 3.3.4", _vague_patient),
    Row(12, "T99", Duty.SHALL, "HIS 1036:2011, HIS 1077:2017", _unsupported_attachment),
)


def _missing(patient: Patient) -> tuple[tuple[str, str], ...]:
    """What keeps a patient from being identified, in English and bokmål; nothing when nothing does."""
    named = bool(patient.name)
    numbered = any(i.type.value in NATIONAL and _is_national(i.id) for i in patient.idents)
    if named and (numbered or (patient.born and patient.sex)):
        return ()
    lacks = (
        (named, "the name is missing", "navnet mangler"),
        (numbered, "no complete number", "intet fullstendig nummer"),
        (numbered or patient.born, "no birth date", "ingen fødselsdato"),
        (numbered or patient.sex, "no sex", "intet kjønn"),
    )
    return tuple((en, nb) for has, en, nb in lacks if not has)


def _is_national(number: str) -> bool:
    """Eleven digits, however they are spaced; whether the control digits fit is another matter (E31)."""
    plain = "".join(number.split()).replace("-", "").replace(".", "")
    return len(plain) == 11 and plain.isascii() and plain.isdecimal()
