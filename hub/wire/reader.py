"""Bytes become words: a Message, a Refusal, a Receipt, or Unreadable, and nothing else ever."""

from hub.acceptance import Choice
from hub.message import Fault, Message, Reading, Refusal, Unreadable
from hub.wire import brief, carrier, epikrise, faults, gate, msghead, receipt, rules, tree
from hub.wire.names import APPREC_1_0, APPREC_1_1
from hub.wire.rules import Case, Terms
from hub.wire.tree import Element

# How each envelope is read, by its root's name; each has `document`, `envelope` and `lacks`.
_ENVELOPES = {"MsgHead": msghead, "Message": epikrise}
_RECEIPTS = (f"{{{APPREC_1_0}}}AppRec", f"{{{APPREC_1_1}}}AppRec")


def read(raw: bytes, limit: int = gate.LIMIT, terms: Terms = rules.STRICT) -> Reading:
    """What the bytes say, all of it, judged by a site's terms.

    Raises nothing about them except MemoryError; run it where that costs little.
    """
    return _read(raw, limit, terms)


def arriving(raw: bytes, limit: int = gate.LIMIT, terms: Terms = rules.STRICT) -> Reading:
    """The same as `read`, but of a message only what intake needs, where that is enough (see `brief`)."""
    return _read(raw, limit, terms, briefly=True)


def again(raw: bytes, limit: int = gate.LIMIT) -> Reading:
    """What bytes say that were accepted before: no rule is asked anew, as what was taken in stays readable."""
    return _read(raw, limit, None)


def _read(raw: bytes, limit: int, terms: Terms | None, briefly: bool = False) -> Reading:
    encoding = gate.admit(raw, limit)
    if isinstance(encoding, Fault):
        return Unreadable((encoding,))
    root = tree.parse(raw, encoding)
    if isinstance(root, Fault):
        return _broken(tree.beginning(raw, encoding), root, terms)
    if briefly and (found := brief.read(root)):
        return found
    return receipt.read(root) if root.tag in _RECEIPTS else _message(root, raw, encoding, terms)


def _message(root: Element, raw: bytes, encoding: str, terms: Terms | None) -> Message | Refusal | Unreadable:
    """Tolerant reading first, then the rules: being valid against a schema is not what decides (HIS 80415 3.3.4)."""
    envelope = _ENVELOPES.get(tree.local(root))
    if envelope is None:
        return Unreadable((faults.unknown_root(tree.local(root), tree.namespace(root)),))
    found = envelope.document(root)
    if found is None:
        return Unreadable(envelope.lacks(root))
    # What no rule could read can be no message, whenever it was accepted.
    if terms is None and found.kind is not None and not found.alien:
        return carrier.located(found.make(), raw)
    terms = terms or rules.STRICT
    against = rules.judge(Case(found, raw, encoding, terms))
    if not against:
        return carrier.located(found.make(), raw)
    return Refusal(found.envelope, against) if rules.answered(against, terms) else Unreadable(against)


def _broken(root: Element | None, fault: Fault, terms: Terms | None) -> Refusal | Unreadable:
    """Not well-formed (T01): refused when the head was whole before the break, so that its sender hears of it."""
    module = None if root is None else _ENVELOPES.get(tree.local(root))
    envelope = module.envelope(root) if module and root is not None else None
    told = (terms or rules.STRICT).acceptance.malformed is Choice.REJECT
    return Refusal(envelope, (fault,)) if envelope and told else Unreadable((fault,))
