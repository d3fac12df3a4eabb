"""A reading as plain data, in which a test can say in a few lines what a message means."""

from typing import Any

from hub.message import (
    Code,
    Event,
    Fault,
    Message,
    Party,
    Reading,
    Receipt,
    Refusal,
    Report,
    Section,
    Status,
    Stay,
    Unreadable,
)


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
        **_life(m),
    }


def _life(m: Message) -> dict[str, Any]:
    """What only some messages have: it is left out where there is nothing of it."""
    found = {
        "status": "" if m.status is Status.NEW else m.status.value,
        "document": m.document_id,
        "report": _report(m.report),
    }
    return {name: value for name, value in found.items() if value}


def _report(r: Report) -> dict[str, Any]:
    found = {
        "codes": [_code(c) for c in r.codes],
        "priority": _code(r.priority),
        "stay": _stay(r.stay) if r.stay else {},
        "events": [_event(e) for e in r.events],
        "diagnoses": [f"{'main ' if d.main else ''}{_code(d.code)} | {d.text}" for d in r.diagnoses],
        "warnings": list(r.warnings),
        "medication": [f"{m.code.value} {m.name} | {m.dose} | {_code(m.status)} | {m.remark}" for m in r.medication],
        "sections": [_section(s) for s in r.sections],
    }
    return {name: value for name, value in found.items() if value}


def _section(s: Section) -> dict[str, Any]:
    said = {"facts": [f"{fact.title}: {fact.text}" for fact in s.facts], "text": s.text}
    return {"about": f"{s.topic.value} {s.title}", **{name: value for name, value in said.items() if value}}


def _stay(s: Stay) -> dict[str, str]:
    return {
        "admitted": s.admitted.isoformat() if s.admitted else "",
        "discharged": s.discharged.isoformat() if s.discharged else "",
        "outcome": _code(s.outcome),
    }


def _event(e: Event) -> str:
    at = f"{e.at.isoformat()}{' (estimated)' if e.estimated else ''}" if e.at else ""
    return f"{_code(e.code)} | {e.text} | {at} | {e.remark}"


def _code(c: Code) -> str:
    """A code with its list's number and its text, as far as it has them."""
    return f"{c.number}:{c.value} {c.text}".strip(": ")


def _place(fault: Fault) -> str:
    return f"{fault.code} line {fault.line} {fault.path}".strip()
