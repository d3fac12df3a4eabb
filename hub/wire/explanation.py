"""What is allowed where a message breaks its schema, told when somebody wants it told and never in intake.

lxml has decided; this only explains. It runs as a reader process of its own (`Explainer`), so that it may take a
second to begin with, and costs nobody anything when a document breaks it.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from difflib import get_close_matches
from typing import Any

from lxml import etree

from hub.message import Fault
from hub.wire import catalogue, crossing, declaration, gate, reading, tree
from hub.wire.allowed import Allowed
from hub.wire.catalogue import Complaint
from hub.wire.crossing import Explained
from hub.wire.faults import short
from hub.wire.names import DIALOG_1_1, MSGHEAD
from hub.wire.tree import Element

# More open elements than this help nobody to find the one that is not closed.
_MOST_OPEN = 30

# Explained once before the doors close, so that whatever is loaded on first use is loaded.
_WARMING = (
    b"<MsgHead><MsgInfo>",
    f'<MsgHead xmlns="{MSGHEAD}"><MsgInfo><Typ/></MsgInfo><Document><RefDoc><Content><Dialogmelding '
    f'xmlns="{DIALOG_1_1}"><Notat><TemaKodet S="1..2"/><DatoNotat>x</DatoNotat><FraDato/></Notat></Dialogmelding>'
    "</Content></RefDoc></Document></MsgHead>".encode(),
)


def main(memory: int, limit: int) -> None:
    """The program of the process that explains."""

    def prepare() -> None:
        catalogue.schema()
        declaration.declared()
        for raw in _WARMING:
            crossing.explanations([explain(raw, limit)])

    def answer(request: crossing.Request) -> bytes:
        return crossing.explanations([_safely(raw, limit) for raw in request.batch])

    reading.serve(memory, prepare, answer)


def explain(raw: bytes, limit: int = gate.LIMIT) -> list[Explained]:
    """Each fault of its form (T01, T02) about which the schemas can say more, with what they allow there."""
    encoding = gate.admit(raw, limit)
    if isinstance(encoding, Fault):
        return []
    root = tree.parse(raw, encoding)
    if isinstance(root, Fault):
        still = _open(raw, encoding)
        return [Explained(root, still)] if still else []
    told = ((complaint.fault, _allowed(complaint)) for complaint in catalogue.complaints(root))
    return [Explained(fault, found) for fault, found in told if found]


def _safely(raw: bytes, limit: int) -> list[Explained]:
    """An explanation is a help: when it fails, there is none, and operations hear of it."""
    try:
        return explain(raw, limit)
    except MemoryError:
        raise SystemExit(3) from None
    except Exception as bug:
        reading.say_where(bug)
        return []


def _allowed(complaint: Complaint) -> Allowed | None:
    element, parent = complaint.element, complaint.element.getparent()
    if complaint.kind in ("unexpected", "undeclared"):
        around = None if parent is None else _declaration(parent)
        return None if around is None else declaration.allowed(around).saying(*_misplaced(element, around))
    found = _declaration(element)
    if found is None:
        return None
    if complaint.kind == "value" and complaint.attribute:
        return declaration.allowed_value(found, complaint.attribute)
    told = declaration.allowed(found)
    return told.saying(*_unfinished(element, found)) if complaint.kind == "incomplete" else told


def _declaration(element: Element) -> Any:
    names = [tree.name(each) for each in (element, *element.iterancestors())]
    return declaration.find(names[::-1])


def _misplaced(element: Element, around: Any) -> tuple[str, str]:
    """Why an element may not stand where it stands."""
    name, place = short(tree.local(element)), around.local_name
    own = next((each for each in declaration.children(around) if each.name == tree.name(element)), None)
    if own is None:
        return _stranger(element, around)
    before = [tree.name(each) for each in element.itersiblings(preceding=True)]
    if own.max_occurs is not None and before.count(own.name) >= own.max_occurs:
        most = own.max_occurs
        return f"{place} takes {name} at most {most} time(s)", f"{place} kan ha {name} høyst {most} gang(er)"
    if first := next((each for each in reversed(before) if each in _later(own, around)), None):
        return _order(name, _plain(first), place)
    return _gap(element, around, before) or (
        f"{name} cannot stand beside what stands before it in {place}; only one of them is allowed",
        f"{name} kan ikke stå sammen med det som står foran i {place}; bare én av dem er tillatt",
    )


def _later(own: Any, around: Any) -> list[str]:
    """What must come after an element: not what is only another choice at its place."""
    children = declaration.children(around)
    after = children[children.index(own) + 1 :]
    return [each.name for each in after if not (_is_choice(own) and each.parent is own.parent)]


def _order(name: str, other: str, place: str) -> tuple[str, str]:
    return f"in {place}, {name} must stand before {other}", f"i {place} må {name} stå foran {other}"


def _gap(element: Element, around: Any, before: list[str]) -> tuple[str, str] | None:
    """What must stand before the element and does not: it stands further down, or is missing."""
    needed = [each.name for each in declaration.children(around) if each.min_occurs and not _is_choice(each)]
    known = [each.name for each in declaration.children(around)]
    place, name = around.local_name, short(tree.local(element))
    absent = [each for each in needed if each not in before and known.index(each) < known.index(tree.name(element))]
    if not absent:
        return None
    after = {tree.name(each) for each in element.itersiblings()}
    if absent[0] in after:
        return _order(_plain(absent[0]), name, place)
    gone = ", ".join(_plain(each) for each in absent if each not in after)
    return (
        f"{place} must have {gone} before {name}; it is missing",
        f"{place} må ha {gone} foran {name}; det mangler",
    )


def _stranger(element: Element, around: Any) -> tuple[str, str]:
    """An element that does not belong there at all: of another namespace, misspelt, or neither."""
    children, place, name = declaration.children(around), around.local_name, short(tree.local(element))
    namesake = next((each for each in children if each.local_name == tree.local(element)), None)
    if namesake is not None:
        uri = namesake.target_namespace
        return (
            f"{name} must stand in the namespace “{uri}” here; check its prefix or xmlns",
            f"{name} må stå i navnerommet «{uri}» her; kontroller prefikset eller xmlns",
        )
    if not children and declaration.takes_any(around):
        return (
            f"{place} takes only elements that a schema knows, and {name} in this namespace is none",
            f"{place} tar bare elementer som et skjema kjenner, og {name} i dette navnerommet er ikke det",
        )
    like = get_close_matches(tree.local(element)[:100], [each.local_name for each in children], 1, 0.7)
    en, nb = f"{place} has no element {name}", f"{place} har ikke noe element {name}"
    return (f"{en}; is it meant to be {like[0]}?", f"{nb}; er {like[0]} ment?") if like else (en, nb)


def _unfinished(element: Element, found: Any) -> tuple[str, str]:
    """What an element lacks at its end."""
    there = {tree.name(each) for each in element}
    gone = [
        each.local_name
        for each in declaration.children(found)
        if each.min_occurs and each.name not in there and not _is_choice(each)
    ]
    place, lacking = found.local_name, ", ".join(gone)
    if not gone:
        return f"{place} must have one of those below that are missing", f"{place} må ha ett av dem under som mangler"
    return f"{place} must also have {lacking}", f"{place} må også ha {lacking}"


def _is_choice(element: Any) -> bool:
    return bool(element.parent is not None and getattr(element.parent, "model", "") == "choice")


def _plain(name: str) -> str:
    return name.rpartition("}")[2]


def _open(raw: bytes, encoding: str) -> Allowed | None:
    """Which elements were open where the document breaks: one of them is what is not closed."""
    names = [short(name) for name in _unclosed(raw, encoding)]
    if not names:
        return None
    path = "/" + "/".join(names[:_MOST_OPEN])
    closing = "".join(f"</{name}>" for name in reversed(names[:_MOST_OPEN]))
    return Allowed(
        about=names[-1],
        en=f"open at this place are {path}; the innermost must be closed first",
        nb=f"åpne på dette stedet er {path}; det innerste må lukkes først",
        example=closing,
    )


def _unclosed(raw: bytes, encoding: str) -> list[str]:
    """The names of the elements that have begun and not ended, as the document writes them."""
    parser = etree.XMLPullParser(
        events=("start", "end"), encoding=encoding, resolve_entities=False, no_network=True, load_dtd=False
    )
    with suppress(etree.XMLSyntaxError):
        parser.feed(raw)
    names: list[str] = []
    for event, element in _events(parser):
        if event == "start":
            names.append(_written(element))
        elif names:
            names.pop()
    return names


def _events(parser: etree.XMLPullParser) -> Iterable[tuple[str, Element]]:
    events: Iterator[Any] = parser.read_events()
    while True:
        try:
            yield next(events)
        except (StopIteration, etree.XMLSyntaxError):
            return


def _written(element: Element) -> str:
    return f"{element.prefix}:{tree.local(element)}" if element.prefix else tree.local(element)
