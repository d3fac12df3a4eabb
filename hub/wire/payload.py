"""The payloads that a MsgHead carries, by namespace and name: which of them are read, and what each says."""

from collections.abc import Callable
from dataclasses import dataclass

from hub.message import NOTHING_TOLD, Kind, Part, Report, Status, Wanted
from hub.wire import dialogue, plo
from hub.wire.tree import Element


@dataclass(frozen=True, slots=True)
class Payload:
    """What one payload says."""

    parts: tuple[Part, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    status: Status = Status.NEW
    report: Report = NOTHING_TOLD


@dataclass(frozen=True, slots=True)
class Reader:
    """How payloads of a name are read: what they are for by themselves, and what they say."""

    kind: Callable[[Element], Kind | None]
    read: Callable[[Element, str], Payload]


def known(body: Element) -> bool:
    """Whether it is read here."""
    return body.tag in _READERS


def kind(body: Element) -> Kind | None:
    """What a payload is for by what it holds, whatever the head calls it; None when it only goes along."""
    return _READERS[str(body.tag)].kind(body)


def read(body: Element, remark: str) -> Payload:
    """What a payload says; `remark` is what the head says about it in words."""
    return _READERS[str(body.tag)].read(body, remark)


def _dialogue(body: Element, remark: str) -> Payload:
    return Payload(dialogue.parts(body, remark), dialogue.wanted(body))


def _plo(body: Element, remark: str) -> Payload:
    return Payload(status=plo.status(body), report=plo.report(body, remark))


_READERS = {
    **dict.fromkeys(dialogue.PAYLOADS, Reader(dialogue.kind, _dialogue)),
    **dict.fromkeys(plo.PAYLOADS, Reader(plo.kind, _plo)),
}
