"""The head of a message (MsgHead/MsgInfo): who sends what to whom, about which patient, in which conversation.

Everything is read by namespace and name, tolerantly: what is missing is left empty for the rules to judge.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from hub.message import (
    Code,
    Conversation,
    Envelope,
    Fault,
    Ident,
    MessageId,
    Party,
    Patient,
    Professional,
    Receiver,
    Unit,
)
from hub.wire import codes, faults, times, tree
from hub.wire.tree import Element, Fields

# Longer identifiers are no identifiers, and no database would take them as a key.
LONGEST_ID = 256

# Longer names are no names: all that is repeated of them, in lists and acknowledgements, ends here.
LONGEST_NAME = 1_000

# So much of the message function is kept: its value, its text and its code system, which acknowledgements repeat.
_LONGEST_VALUE, _LONGEST_TEXT, _LONGEST_SYSTEM = 64, 256, 256

# When GenDate tells no time: such a message is refused (T02), and this is never shown.
UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)

# Addresses by how they are written, so many and so long that they never fill the memory.
_MOST_KNOWN, _LONGEST_KNOWN = 1024, 4_000
_known_parties: dict[bytes, Party] = {}

# Training and debugging (8113) must not reach those who work.
TEST_STATUS = ("T", "D")


def envelope(info: Fields, apprec: str) -> Envelope | None:
    """All that an acknowledgement needs, or None when nobody could be answered or nothing be named.

    `gen_date` is empty where GenDate is not a point in time: an acknowledgement has to repeat it as one
    (OriginalMsgId/IssueDate), and then tells its own time instead.
    """
    msg_id, sender = info.text("MsgId"), party(info.of("Sender").one("Organisation"))
    if not (0 < len(msg_id) <= LONGEST_ID and sender and usable(sender)):
        return None
    gen_date = info.text("GenDate")
    generated = times.instant(gen_date)
    return Envelope(
        msg_id=MessageId(msg_id),
        type=type_of(info),
        gen_date=gen_date if generated else "",
        generated=generated or UNKNOWN_TIME,
        sender=sender,
        receivers=receivers(info),
        apprec=apprec,
        test=info.attribute("ProcessingStatus") in TEST_STATUS,
    )


def lacks(info: Fields) -> tuple[Fault, ...]:
    """Why there is no envelope."""
    msg_id, sender = info.text("MsgId"), party(info.of("Sender").one("Organisation"))
    line = tree.line(info.element)
    found = []
    if not (sender and usable(sender)):
        found.append(faults.no_sender(line))
    if not 0 < len(msg_id) <= LONGEST_ID:
        found.append(faults.no_id("/MsgHead/MsgInfo/MsgId", LONGEST_ID, line))
    return tuple(found)


def usable(party: Party) -> bool:
    """Whether its organisation has an identifier to answer to and to know it by."""
    idents = party.organisation.idents
    return bool(idents) and max(len(i.id) for i in idents) <= LONGEST_ID


def type_of(info: Fields) -> Code:
    """The message function (8279), with the code list's text where the sender gave none."""
    type = kept(info.code("Type"))
    return type if type.text else Code(type.value, codes.text("8279", type.value), type.system)


def kept(type: Code) -> Code:
    """A message function no longer than an acknowledgement can repeat it; no known one is as long."""
    return Code(type.value[:_LONGEST_VALUE], type.text[:_LONGEST_TEXT], type.system[:_LONGEST_SYSTEM])


def name(written: str) -> str:
    """A name, or its beginning where no name is as long."""
    return written if len(written) <= LONGEST_NAME else f"{written[: LONGEST_NAME - 1]}…"


def conversation(info: Fields) -> Conversation | None:
    """Where the message stands in a dialogue, or None for one that begins it."""
    return reference(info.one("ConversationRef"))


def reference(element: Element | None) -> Conversation | None:
    """What a ConversationRef refers to; one that names only one message means it twice."""
    if element is None:
        return None
    refers = Fields(element)
    parent, first = refers.text("RefToParent"), refers.text("RefToConversation")
    return Conversation(MessageId(parent or first), MessageId(first or parent)) if parent or first else None


def patient(info: Fields) -> Patient | None:
    """Whom the message is about."""
    found = info.of("Patient")
    if found.element is None:
        return None
    return Patient(
        family_name=name(found.text("FamilyName")),
        middle_name=name(found.text("MiddleName")),
        given_name=name(found.text("GivenName")),
        born=times.day(found.text("DateOfBirth")),
        sex=found.attribute("Sex"),
        idents=_idents(found),
    )


def party(organisation: Element | None) -> Party | None:
    """An Organisation with the service or the person in it (HIS 1153)."""
    return None if organisation is None else remembered(organisation, _party)


def remembered(element: Element, read: Callable[[Element], Party]) -> Party:
    """What `read` makes of an address; the same few hundred partners write the same ones, so each is read once.

    An element is known by its bytes, its name and namespace among them, so readers of different envelopes share this.
    """
    written = tree.written(element)
    if written is None or len(written) > _LONGEST_KNOWN:
        return read(element)
    if (known := _known_parties.get(written)) is not None:
        return known
    if len(_known_parties) == _MOST_KNOWN:
        _known_parties.clear()
    found = _known_parties[written] = read(element)
    return found


def _party(organisation: Element) -> Party:
    outer = Fields(organisation)
    inner, person = outer.of("Organisation"), outer.of("HealthcareProfessional")
    if person.element is None:
        person = inner.of("HealthcareProfessional")
    return Party(
        organisation=_unit(outer),
        department=None if inner.element is None else _unit(inner),
        professional=None if person.element is None else _professional(person),
    )


def receivers(info: Fields) -> tuple[Receiver, ...]:
    """Primary receiver first; a message that names nobody is for nobody, in the place where one belongs."""
    found = (*_primary(info), *_others(info))
    nobody = Receiver(Party(Unit("")), path="/MsgHead/MsgInfo/Receiver", line=tree.line(info.element))
    return found or (nobody,)


def _primary(info: Fields) -> Iterator[Receiver]:
    for element, path in _numbered(info, "Receiver"):
        found = party(Fields(element).one("Organisation")) or Party(Unit(""))
        yield Receiver(found, "PRIM", path, tree.line(element))


def _others(info: Fields) -> Iterator[Receiver]:
    """Organisations and professionals that get it too; patients and private persons acknowledge nothing."""
    for element, path in _numbered(info, "OtherReceiver"):
        fields = Fields(element)
        found, person = party(fields.one("Organisation")), fields.of("HealthcareProfessional")
        if found is None and person.element is not None:
            found = Party(Unit(""), professional=_professional(person))
        if found:
            yield Receiver(found, fields.attribute("RoleReceiver"), path, tree.line(element))


def _numbered(info: Fields, name: str) -> Iterator[tuple[Element, str]]:
    """Elements of a name with their paths, numbered where there are several."""
    found = info.all(name)
    for number, element in enumerate(found, 1):
        yield element, f"/MsgHead/MsgInfo/{name}[{number}]" if len(found) > 1 else f"/MsgHead/MsgInfo/{name}"


def _unit(fields: Fields) -> Unit:
    return Unit(name(fields.text("OrganisationName")), _idents(fields))


def _professional(fields: Fields) -> Professional:
    return Professional(
        family_name=name(fields.text("FamilyName")),
        middle_name=name(fields.text("MiddleName")),
        given_name=name(fields.text("GivenName")),
        profession=fields.attribute("TypeHealthcareProfessional"),
        idents=_idents(fields),
    )


def _idents(fields: Fields) -> tuple[Ident, ...]:
    """Identifiers as written; one without a value identifies nobody and is left out."""
    found = (Fields(each) for each in fields.all("Ident"))
    return tuple(Ident(id, ident.code("TypeId")) for ident in found if (id := ident.text("Id")))
