"""Bytes become words: a Message, a Refusal, a Receipt, or Unreadable, and nothing else ever."""

from hub.message import Fault, Message, Reading, Refusal, Unreadable
from hub.wire import carrier, epikrise, faults, gate, msghead, receipt, rules, tree
from hub.wire.names import APPREC_1_0, APPREC_1_1
from hub.wire.tree import Element

# How each envelope is read, by its root's name; each has `document`, `envelope` and `lacks`.
_ENVELOPES = {"MsgHead": msghead, "Message": epikrise}
_RECEIPTS = (f"{{{APPREC_1_0}}}AppRec", f"{{{APPREC_1_1}}}AppRec")


def read(raw: bytes, limit: int = gate.LIMIT) -> Reading:
    """What the bytes say. Raises nothing about them except MemoryError; run it where that costs little."""
    encoding = gate.admit(raw, limit)
    if isinstance(encoding, Fault):
        return Unreadable((encoding,))
    root = tree.parse(raw, encoding)
    if isinstance(root, Fault):
        return _broken(tree.beginning(raw, encoding), root)
    return receipt.read(root) if root.tag in _RECEIPTS else _message(root, raw)


def _message(root: Element, raw: bytes) -> Message | Refusal | Unreadable:
    """Tolerant reading first, then the rules: being valid against a schema is not what decides (HIS 80415 3.3.4)."""
    envelope = _ENVELOPES.get(tree.local(root))
    if envelope is None:
        return Unreadable((faults.unknown_root(tree.local(root), tree.namespace(root)),))
    found = envelope.document(root)
    if found is None:
        return Unreadable(envelope.lacks(root))
    against = rules.judge(found)
    return Refusal(found.envelope, against) if against else carrier.located(found.make(), raw)


def _broken(root: Element | None, fault: Fault) -> Refusal | Unreadable:
    """Not well-formed (T01): refused when the head was whole before the break, so that its sender hears of it."""
    module = None if root is None else _ENVELOPES.get(tree.local(root))
    envelope = module.envelope(root) if module and root is not None else None
    return Refusal(envelope, (fault,)) if envelope else Unreadable((fault,))
