"""A reading as plain data, in which a test can say in a few lines what a message means."""

from typing import Any

from hub.message import Fault, Message, Party, Reading, Receipt, Refusal, Unreadable


def summary(reading: Reading) -> dict[str, Any]:
    """What the hub takes from a document."""
    match reading:
        case Message():
            return {"verdict": "message", **_envelope(reading), **_content(reading)}
        case Refusal():
            return {"verdict": "refusal", **_envelope(reading), "faults": [_place(f) for f in reading.faults]}
        case Receipt():
            return {
                "verdict": "receipt",
                "id": reading.msg_id,
                "sender": address(reading.sender),
                "original": reading.original,
                "status": reading.status,
                "faults": [f"{c.value} {c.text}" for c in reading.faults],
            }
        case Unreadable():
            return {"verdict": "unreadable", "faults": [_place(f) for f in reading.faults]}


def address(party: Party) -> str:
    """A party by its HER-ids at both levels."""
    return f"{party.level_1}/{party.level_2}"


def _envelope(reading: Message | Refusal) -> dict[str, Any]:
    e = reading.envelope
    return {
        "id": e.msg_id,
        "type": e.type.value,
        "generated": e.generated.isoformat(),
        "sender": address(e.sender),
        "receivers": [f"{r.role} {address(r.party)}" for r in e.receivers],
        "acknowledged in": e.apprec,
        "test": e.test,
    }


def _content(m: Message) -> dict[str, Any]:
    return {
        "kind": m.kind.value,
        "patient": (m.patient and (m.patient.national_id or m.patient.name)) or "",
        "subject": m.subject,
        "parts": [
            {
                "theme": f"{p.theme.number}:{p.theme.value} {p.theme.text}",
                "text": p.text,
                "remark": p.remark,
                "document": p.document_id,
            }
            for p in m.parts
        ],
        "conversation": [m.conversation.parent, m.conversation.first] if m.conversation else [],
        "wanted": [f"{w.role} {w.profession} {w.name}".strip() for w in m.wanted],
        "attachments": [f"{a.mime_type} {a.size} {a.description}" for a in m.attachments],
    }


def _place(fault: Fault) -> str:
    return f"{fault.code} line {fault.line} {fault.path}".strip()
