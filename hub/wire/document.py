"""A message as found, before anybody judges it: what the rules look at, and what a Message is made of."""

from dataclasses import dataclass

from hub.message import Envelope, Fault, Kind, Message, Patient
from hub.wire import catalogue, dialogue, faults, head, tree
from hub.wire.carrier import Carrier, Enclosure
from hub.wire.names import DIALOG_1_0, MSGHEAD
from hub.wire.tree import Element, Fields

# Message functions (8279) that are read, and what each is for.
KINDS = {
    "DIALOG_FORESPORSEL": Kind.REQUEST,
    "DIALOG_SVAR": Kind.ANSWER,
    "DIALOG_NOTAT": Kind.NOTE,
    "DIALOG_HELSEFAGLIG": Kind.DIALOGUE,
    "DIALOG_AVVIK": Kind.DEVIATION,
}


@dataclass(frozen=True, slots=True)
class Document:
    """A MsgHead with its head, payloads (`bodies`, read here or not) and attachments.

    `complaints` is what the schema has against it.
    """

    root: Element
    info: Fields
    envelope: Envelope
    carriers: tuple[Carrier, ...]
    bodies: tuple[Element, ...]
    enclosures: tuple[Enclosure, ...]
    patient: Patient | None
    complaints: tuple[Fault, ...]

    @property
    def kind(self) -> Kind | None:
        """What it is for, None when that is not read here."""
        return KINDS.get(self.envelope.type.value)

    @property
    def message(self) -> Message:
        """The message, once nothing speaks against it."""
        assert self.kind is not None, "a message of an unknown kind is refused"
        bodies = [(body, "\n".join(carrier.remarks)) for carrier in self.carriers for body in carrier.bodies]
        return Message(
            envelope=self.envelope,
            kind=self.kind,
            patient=self.patient,
            parts=tuple(part for body, remark in bodies for part in dialogue.parts(body, remark)),
            conversation=head.conversation(self.info),
            wanted=tuple(dict.fromkeys(w for body, _ in bodies for w in dialogue.wanted(body))),
            attachments=tuple(e.attachment for e in self.enclosures),
        )


def envelope(root: Element) -> Envelope | None:
    """Who sends a MsgHead to whom, also when the rest cannot be looked at; None when nobody could be answered."""
    fields = Fields(root)
    bodies = tuple(body for each in fields.all("Document") for body in Carrier(each).bodies)
    return _envelope(fields.of("MsgInfo"), bodies)


def document(root: Element) -> Document | None:
    """What stands in a MsgHead, or None when nobody could be answered about it."""
    fields = Fields(root)
    info = fields.of("MsgInfo")
    carriers = tuple(Carrier(each) for each in fields.all("Document"))
    bodies = tuple(body for carrier in carriers for body in carrier.bodies)
    found = _envelope(info, bodies)
    if found is None:
        return None
    return Document(
        root=root,
        info=info,
        envelope=found,
        carriers=carriers,
        bodies=bodies,
        enclosures=tuple(enclosure for carrier in carriers for enclosure in carrier.enclosures),
        patient=head.patient(info),
        complaints=complaints(root),
    )


def complaints(root: Element) -> tuple[Fault, ...]:
    """What the schema has against a MsgHead; of another version than ours no schema can tell."""
    return catalogue.faults(root) if tree.namespace(root) == MSGHEAD else ()


def lacks(root: Element) -> tuple[Fault, ...]:
    """Why nobody could be answered."""
    info = Fields(root).of("MsgInfo")
    found = (faults.no_head(),) if info.element is None else head.lacks(info)
    return (*found, *complaints(root))


def _envelope(info: Fields, bodies: tuple[Element, ...]) -> Envelope | None:
    return head.envelope(info, _apprec(info, bodies))


def _apprec(info: Fields, bodies: tuple[Element, ...]) -> str:
    """The AppRec version that a message is acknowledged in (HIS 80415 3.3.4, HIS 1077): 1.0 for old payloads."""
    if head.type_of(info).value == "DIALOG_HELSEFAGLIG":
        return "1.1"
    return "1.0" if bodies and _is_old(tree.namespace(bodies[0])) else "1.1"


def _is_old(namespace: str) -> bool:
    """Dialogmelding 1.0, and the 2009 versions of the municipal messages."""
    return namespace == DIALOG_1_0 or (namespace.startswith("http://www.kith.no/xmlstds/po/") and "/2009-" in namespace)
