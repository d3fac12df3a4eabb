"""What a broker is told about a message beside its bytes: addresses, label and times (HITS 1216 6, AMQP).

Nothing here knows a broker; `hub/broker` brings these words to it and back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from hub.message import Fault

# The message function (8279) that a label says for an acknowledgement.
APPREC = "APPREC"
# Bodies that are taken: the document itself. What is signed and enveloped cannot be opened here.
XML = ("application/xml", "text/xml")
SEALED = "application/pkcs7-mime"


# How faults speak of the encoding of bytes.
_ENCODINGS = ("encoding", "UTF-16", "US-ASCII")


class Condition(StrEnum):
    """What went wrong on the way (HITS 1216), as an error message says it."""

    REQUIRED_FIELD_MISSING = "transport:required-field-missing"
    INVALID_FIELD_VALUE = "transport:invalid-field-value"
    INVALID_ENCODING = "transport:invalid-encoding"
    NOT_WELL_FORMED_XML = "transport:not-well-formed-xml"
    UNSUPPORTED_MESSAGE = "transport:unsupported-message"
    DECRYPTION_FAILED = "transport:decryption-failed"
    INTERNAL_ERROR = "transport:internal-error"
    SPOOFING_ATTACK = "abuse:spoofing-attack"


@dataclass(frozen=True, slots=True)
class Origin:
    """What came with a delivery; every text is as it was written, and empty when it was not.

    `digest` is of the bytes that came with it: one id may be used for several.
    """

    id: str = ""
    label: str = ""
    reply_to: str = ""
    content_type: str = ""
    from_her_id: str = ""
    to_her_id: str = ""
    sent: str = ""
    digest: str = ""

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return self.content_type.partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Label:
    """What goes with a document of ours. `queue` is where to: `{HerId}_async`, or `{HerId}_error` for an error.

    `correlation` is the AMQP id that it answers; `told` are the application properties beside the addresses.
    """

    function: str
    from_her_id: str
    to_her_id: str
    queue: str
    correlation: str = ""
    content_type: str = "application/xml"
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a delivery cannot be taken: the condition its sender is told, where, and the same in words."""

    condition: Condition
    data: str
    fault: Fault


def inbound(her_id: str) -> str:
    """The queue in which a party gets messages."""
    return f"{her_id}_async"


def errors(her_id: str) -> str:
    """The queue in which a party hears that a message of its did not arrive."""
    return f"{her_id}_error"


def dead(her_id: str) -> str:
    """The queue of what could not be delivered to a party."""
    return f"{her_id}_dl"


def has_queues(her_id: str) -> bool:
    """Whether this may be a HER-id, by which queues are named: no other text becomes an address."""
    return her_id.isascii() and her_id.isdigit() and len(her_id) <= 32


def wrong(origin: Origin) -> Wrong | None:
    """The first thing that is wrong with what came with a delivery, or None."""
    return next(_wrong(origin), None)


def moment(written: str) -> datetime | None:
    """An applicationTimeStamp (yyyy-MM-ddTHH:mm:ssK), or None when it is none; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def unreadable(faults: tuple[Fault, ...]) -> Condition:
    """How a sender is told that its bytes could not be read."""
    codes = {fault.code for fault in faults}
    if "T10" in codes:
        return Condition.UNSUPPORTED_MESSAGE
    if any(word in fault.en for fault in faults for word in _ENCODINGS):
        return Condition.INVALID_ENCODING
    return Condition.NOT_WELL_FORMED_XML


def returned(origin: Origin, condition: Condition, data: str, words: str, at: datetime) -> Label | None:
    """An error message to whoever sent a delivery, or None when nobody knows who that was.

    It has no body. It goes to the sender's own error queue, whatever address for replies it gave; only where it does
    not say who it is, to the one whose queue that address is.
    """
    sender = origin.from_her_id
    if not has_queues(sender):
        sender = origin.reply_to.removesuffix(inbound("")).removesuffix(errors(""))
    if not has_queues(sender):
        return None
    told = {
        "originalMessageId": origin.id,
        "receiverTimeStamp": at.astimezone(UTC).isoformat(timespec="seconds"),
        "errorCondition": condition.value,
        "errorDescription": words,
        "errorConditionData": data,
    }
    return Label(origin.label, origin.to_her_id, sender, errors(sender), origin.id, "text/plain", told)


def _wrong(origin: Origin) -> Iterator[Wrong]:
    required = {
        "toHerId": origin.to_her_id,
        "fromHerId": origin.from_her_id,
        "Label": origin.label,
        "applicationTimeStamp": origin.sent,
        "ContentType": origin.content_type,
    }
    for name, value in required.items():
        if not value:
            yield _missing(name)
    for name, value in (("toHerId", origin.to_her_id), ("fromHerId", origin.from_her_id)):
        if not has_queues(value):
            yield _value(name, "a HER-id of digits")
    if moment(origin.sent) is None:
        yield _value("applicationTimeStamp", "a time as in 2026-11-24T08:59:00+01:00")
    if origin.media_type == SEALED:
        yield _sealed()
    elif origin.media_type not in XML:
        yield _value("ContentType", " or ".join(XML), Condition.UNSUPPORTED_MESSAGE)


def _missing(name: str) -> Wrong:
    return Wrong(
        Condition.REQUIRED_FIELD_MISSING,
        name,
        Fault("X99", f"The message property {name} is missing", f"Meldingsegenskapen {name} mangler", name),
    )


def _value(name: str, wanted: str, condition: Condition = Condition.INVALID_FIELD_VALUE) -> Wrong:
    en, nb = f"The message property {name} must be {wanted}", f"Meldingsegenskapen {name} må være {wanted}"
    return Wrong(condition, name, Fault("X99", en, nb, name))


def _sealed() -> Wrong:
    en = "The body is signed and enveloped, and this hub has no key to open it; send application/xml"
    nb = "Innholdet er signert og kryptert, og denne huben har ingen nøkkel til det; send application/xml"
    return Wrong(Condition.DECRYPTION_FAILED, "ContentType", Fault("X99", en, nb, "ContentType"))
