"""What became of a delivery, as whoever handed it in is told."""

from dataclasses import dataclass

from hub.message import Fault, MessageKey


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is in an inbox; the acknowledgement says so."""

    key: MessageKey
    document: bytes


@dataclass(frozen=True, slots=True)
class Rejected:
    """It was turned away; the acknowledgement says why."""

    key: MessageKey
    document: bytes


@dataclass(frozen=True, slots=True)
class Repeated:
    """It was here before; this is what was answered then."""

    key: MessageKey
    document: bytes | None


@dataclass(frozen=True, slots=True)
class Noted:
    """An acknowledgement of something of ours; it gets no acknowledgement."""

    key: MessageKey


@dataclass(frozen=True, slots=True)
class Held:
    """It is in quarantine: nobody can or may be answered with an AppRec.

    `why` is unreadable, address, sender, conflict, transport or parked.
    """

    why: str
    faults: tuple[Fault, ...]


Outcome = Accepted | Rejected | Repeated | Noted | Held
