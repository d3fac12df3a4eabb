"""A message as found, before anybody judges it: what the rules look at, and what a Message is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.message import Envelope, Fault, Kind, Message, Patient
from hub.wire import tree
from hub.wire.carrier import Enclosure
from hub.wire.tree import Element


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that faults point at: its path as people know it, and the element there, or the one it is missing in."""

    path: str
    element: Element | None

    @property
    def line(self) -> int:
        """The line it stands on, 0 for none."""
        return tree.line(self.element)


@dataclass(frozen=True, slots=True)
class Document:
    """A document in either envelope (MsgHead, or the discharge summary's own), with what is wrong with its format.

    `kind` is None when it is not read here. `alien` is what its version or payload has that is not read;
    `complaints` is what the schema has against it. `spots` has MsgId, GenDate, Type and Patient. `make` makes the
    message, once nothing speaks against it.
    """

    root: Element
    envelope: Envelope
    kind: Kind | None
    patient: Patient | None
    enclosures: tuple[Enclosure, ...]
    alien: tuple[Fault, ...]
    complaints: tuple[Fault, ...]
    spots: Mapping[str, Spot]
    make: Callable[[], Message]
