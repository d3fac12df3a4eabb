"""A MsgHead 1.2 with its payloads and attachments (HIS 80601): what stands in it."""

from collections.abc import Iterator
from itertools import islice

from hub.message import NOTHING_TOLD, Envelope, Fact, Fault, Kind, Message, Patient, Report, Section, Status, Topic
from hub.wire import carrier, catalogue, codes, contact, faults, head, payload, text, tree, words
from hub.wire.carrier import Carrier
from hub.wire.document import Document, Spot
from hub.wire.names import DIALOG_1_0, MSGHEAD
from hub.wire.tree import Element, Fields

# Dialogue messages share their payload, so the head alone tells them apart (8279). A type that is not here rejects
# nothing, as no wrong code does: then the payload tells by itself what it is for.
DIALOGUES = {
    "DIALOG_FORESPORSEL": Kind.REQUEST,
    "DIALOG_SVAR": Kind.ANSWER,
    "DIALOG_NOTAT": Kind.NOTE,
    "DIALOG_HELSEFAGLIG": Kind.DIALOGUE,
    "DIALOG_AVVIK": Kind.DEVIATION,
    "DIALOG_STATUS_HENVISNING": Kind.REFERRAL_STATUS,
}
# What every function is for; asked where a payload does not tell, as when a site takes what is not complete.
KINDS = DIALOGUES | {
    "LOG_INNLAGT": Kind.ADMITTED,
    "LOG_UTSKRIVNINGSKLAR": Kind.READY,
    "LOG_AVMELDING": Kind.NOT_READY,
    "LOG_UTSKREVET": Kind.DISCHARGED,
    "LOG_DOD": Kind.DEATH,
    "INNLEGGELSESRAPPORT": Kind.ADMISSION_REPORT,
    "HELSEOPPL_SOKNAD": Kind.EARLY_NOTICE,
    "HELSEOPPLYSNINGER_LEGE": Kind.TO_DOCTOR,
    "KONSULTASJON": Kind.TO_DOCTOR,
    "ORIENTERING_TJENESTETILBUD": Kind.SERVICES,
    "MEDISINSKE_OPPLYSNINGER": Kind.MEDICAL,
    "UTSKRIVNINGSRAPPORT": Kind.DISCHARGE_REPORT,
    "TVERRFAGLIG_EPIKRISE": Kind.DISCHARGE_REPORT,
    "FODSELS_EPIKRISE": Kind.DISCHARGE_REPORT,
    "FRAVARSMELDING": Kind.ABSENCE,
}

# What holds no text that people write.
_NO_TEXT = ("MsgInfo", "Signature")


def envelope(root: Element) -> Envelope | None:
    """Who sends it to whom, also when the rest cannot be looked at; None when nobody could be answered."""
    fields = Fields(root)
    bodies = tuple(body for each in fields.all("Document") for one in carrier.carriers(each) for body in one.bodies)
    return _envelope(fields.of("MsgInfo"), bodies)


def document(root: Element) -> Document | None:
    """What stands in it, or None when nobody could be answered about it."""
    fields = Fields(root)
    info = fields.of("MsgInfo")
    carriers = tuple(each for document in fields.all("Document") for each in carrier.carriers(document))
    bodies = tuple(body for each in carriers for body in each.bodies)
    found = _envelope(info, bodies)
    if found is None:
        return None
    kind, about, against = purpose(found.type.value, *bodies), head.patient(info), complaints(root)
    return Document(
        root=root,
        envelope=found,
        kind=kind,
        patient=about,
        enclosures=tuple(enclosure for each in carriers for enclosure in each.enclosures),
        alien=_alien(root, bodies),
        complaints=against,
        spots={name: _spot(info, name) for name in ("MsgId", "GenDate", "Type", "Patient")},
        make=lambda: _message(found, kind, about, info, carriers, _whole(root) if against else ()),
    )


def complaints(root: Element) -> tuple[Fault, ...]:
    """What the schema has against it; of another version than ours no schema can tell."""
    return catalogue.faults(root) if tree.namespace(root) == MSGHEAD else ()


def lacks(root: Element) -> tuple[Fault, ...]:
    """Why nobody could be answered."""
    info = Fields(root).of("MsgInfo")
    found = (faults.no_head(),) if info.element is None else head.lacks(info)
    return (*found, *complaints(root))


def _message(
    found: Envelope,
    kind: Kind | None,
    about: Patient | None,
    info: Fields,
    carriers: tuple[Carrier, ...],
    further: tuple[Section, ...],
) -> Message:
    assert kind is not None, "a message of an unknown kind is refused"
    read = [payload.read(body, "\n".join(c.remarks)) for c in carriers for body in c.bodies]
    return Message(
        envelope=found,
        kind=kind,
        patient=about,
        parts=tuple(part for each in read for part in each.parts),
        conversation=head.conversation(info),
        wanted=tuple(dict.fromkeys(w for each in read for w in each.wanted)),
        attachments=tuple(e.attachment for c in carriers for e in c.enclosures),
        status=next((each.status for each in read if each.status is not Status.NEW), Status.NEW),
        report=_together([*(each.report for each in read), Report((*_beside(info, carriers), *further))]),
        words=words.said(body for c in carriers for body in c.bodies),
    )


def _beside(info: Fields, carriers: tuple[Carrier, ...]) -> Iterator[Section]:
    """What stands beside the payloads: what documents say about themselves, how to reach people, how urgent it is."""
    for each in carriers:
        yield from each.section
    yield from contact.sections(info)
    if urgent := tree.code(info.one("RequestedPriority")).value:
        said = tree.words(info.one("RequestedPriority")) or codes.text("8115", urgent) or urgent
        yield Section(Topic.OTHER, "Om meldingen", (Fact("Prioritet", said),))


def _whole(root: Element) -> tuple[Section, ...]:
    """All that stands in a message that breaks its schema and is taken all the same, as no reader knows where to look.

    Its head is left out: a name or a number there is no text, and whoever must be known is in the envelope.
    """
    found = [root.text or ""]
    for each in root:
        found += ["" if tree.local(each) in _NO_TEXT else text.everything(each), each.tail or ""]
    said = "\n".join([told for told in map(str.strip, found) if told])
    return (Section(Topic.OTHER, "Alt som står i meldingen", text=said),) if said else ()


def _together(reports: list[Report]) -> Report:
    """The first report that says anything, with the others' sections after its own."""
    told = [report for report in reports if report != NOTHING_TOLD]
    if len(told) < 2:
        return told[0] if told else NOTHING_TOLD
    first, sections = told[0], tuple(section for report in told for section in report.sections)
    return Report(
        sections,
        *(first.codes, first.stay, first.events, first.diagnoses, first.warnings, first.medication, first.priority),
    )


def purpose(type: str, *bodies: Element) -> Kind | None:
    """What it is for: what the payload can only be for, and of a dialogue message what the head says."""
    found = next((kind for body in bodies if payload.known(body) and (kind := payload.kind(body))), None)
    if found in (Kind.REQUEST, Kind.NOTE):
        return DIALOGUES.get(type, found)
    return found or KINDS.get(type)


def _alien(root: Element, bodies: tuple[Element, ...]) -> tuple[Fault, ...]:
    """Head and payload must be of a version that is read."""
    if tree.namespace(root) != MSGHEAD:
        return (faults.unknown_head(tree.namespace(root), tree.line(root)),)
    if not bodies:
        return (faults.no_payload(tree.line(root)),)
    strangers = (body for body in bodies if not payload.known(body))
    return tuple(
        faults.unknown_payload(tree.local(body), tree.namespace(body), tree.path(body), tree.line(body))
        for body in islice(strangers, catalogue.MOST_FAULTS)
    )


def _spot(info: Fields, name: str) -> Spot:
    found = info.one(name)
    return Spot(f"/MsgHead/MsgInfo/{name}", info.element if found is None else found)


def _envelope(info: Fields, bodies: tuple[Element, ...]) -> Envelope | None:
    return head.envelope(info, apprec(head.type_of(info).value, *bodies))


def apprec(type: str, *bodies: Element) -> str:
    """The AppRec version that a message is acknowledged in (HIS 80415 3.3.4, HIS 1077): 1.0 for old payloads."""
    if type == "DIALOG_HELSEFAGLIG":
        return "1.1"
    return "1.0" if bodies and _is_old(tree.namespace(bodies[0])) else "1.1"


def _is_old(namespace: str) -> bool:
    """Dialogmelding 1.0, and the 2009 versions of the municipal messages."""
    return namespace == DIALOG_1_0 or (namespace.startswith("http://www.kith.no/xmlstds/po/") and "/2009-" in namespace)
