"""A partner's acknowledgement of something we sent (AppRec 1.0 and 1.1), read back into words."""

from collections.abc import Iterator

from hub.message import Code, Ident, MessageId, Party, Professional, Receipt, Unit, Unreadable
from hub.wire import catalogue, codes, faults, head, tree
from hub.wire.tree import Element, Fields


def read(root: Element) -> Receipt | Unreadable:
    """What it says about which of our messages; it is never acknowledged itself, so it is never refused."""
    fields, line = Fields(root), tree.line(root)
    msg_id, original = fields.text("Id"), fields.of("OriginalMsgId").text("Id")
    status, sender = fields.attribute("Status"), _party(fields.of("Sender").of("HCP"))
    lacks = (
        (0 < len(msg_id) <= head.LONGEST_ID, faults.no_id("/AppRec/Id", head.LONGEST_ID, line)),
        (0 < len(original) <= head.LONGEST_ID, faults.no_original(line)),
        (status, faults.no_status(line)),
        (sender and head.usable(sender), faults.no_acknowledger(line)),
    )
    missing = tuple(fault for has, fault in lacks if not has)
    if missing or sender is None:
        return Unreadable((*missing, *catalogue.faults(root)))
    return Receipt(MessageId(msg_id), sender, MessageId(original), status, tuple(map(_error, fields.all("Error"))))


def _error(element: Element) -> Code:
    """A code with all its words: DN (or the list's text) and the extra text OT, which people must see (HIS 80415)."""
    code = tree.code(element)
    text = tree.words(element)
    if not tree.attribute(element, "DN"):
        text = ": ".join(t for t in (codes.text(code.system or "8221", code.value), text) if t)
    return Code(code.value, text, code.system)


def _party(hcp: Fields) -> Party | None:
    """The one who acknowledges: an institution with a unit or person in it, or a person alone."""
    institution, person = hcp.of("Inst"), hcp.of("HCProf")
    if institution.element is not None:
        unit, inner = institution.of("Dept"), institution.of("HCPerson")
        return Party(
            organisation=_unit(institution),
            department=None if unit.element is None else _unit(unit),
            professional=None if inner.element is None else _professional(inner),
        )
    # A person alone is known by identifiers of their own, which stand where the organisation's would.
    return None if person.element is None else Party(_unit(person), professional=_professional(person))


def _unit(fields: Fields) -> Unit:
    return Unit(fields.text("Name"), tuple(_idents(fields)))


def _professional(fields: Fields) -> Professional:
    """AppRec has the whole name in one text."""
    return Professional(given_name=fields.text("Name"), idents=tuple(_idents(fields)))


def _idents(fields: Fields) -> Iterator[Ident]:
    if first := fields.text("Id"):
        yield Ident(first, fields.code("TypeId"))
    for each in map(Fields, fields.all("AdditionalId")):
        if further := each.text("Id"):
            yield Ident(further, each.code("Type"))
