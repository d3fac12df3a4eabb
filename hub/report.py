"""What was found out about a message, for machines and in words."""

from datetime import datetime
from typing import Any

from hub.directory import Directory
from hub.inspection import Explanation, Verdict
from hub.record import Kept


def verdict(file: str, v: Verdict) -> dict[str, Any]:
    """A verdict for machines: `apprec` is the status (8258) that would be sent, null when none would be."""
    envelope = v.envelope
    return {
        "file": file,
        "verdict": v.word,
        "apprec": {"accepted": 1, "rejected": 2}.get(v.word) if envelope else None,
        "code": v.code or None,
        "kind": v.kind or None,
        "msg_id": envelope.msg_id if envelope else None,
        "sender": envelope.sender.name if envelope else None,
        "faults": [{"code": f.code, "path": f.path, "line": f.line, "en": f.en, "nb": f.nb} for f in v.faults],
    }


def verdict_in_words(file: str, v: Verdict) -> str:
    """A verdict for people: each fault with its code, line and path, and what to mend."""
    envelope = v.envelope
    head = [f"{file}: {v.word}" + (f", {v.code}" if v.code else "")]
    if envelope:
        head.append(f"  {v.kind}, MsgId {envelope.msg_id}, from {envelope.sender.name}")
    faults = [
        line
        for f in v.faults
        for line in (
            f"  {f.code} {f'line {f.line} ' if f.line else ''}{f.path}".rstrip(),
            f"      {f.en}",
            f"      {f.nb}",
        )
    ]
    return "\n".join([*head, *faults])


def explanation(e: Explanation, directory: Directory) -> dict[str, Any]:
    """Where a message would go and why, for machines; times are the practice's own."""
    hours = directory.practices[e.inbox.practice].hours
    placing, why = e.item.placing, e.deadline.why
    return {
        "inbox": {"id": e.inbox.id, "name": e.inbox.name},
        "copies": [{"id": i, "name": directory.inboxes[i].name} for i in e.copies],
        "rule": placing.rule,
        "because": placing.because,
        "path": list(placing.path),
        "passed_over": [{"rule": rule, "because": because} for rule, because in placing.missed],
        "due_at": hours.local(e.deadline.due).isoformat(timespec="minutes"),
        "deadline": {
            "ladder": why.ladder,
            "promise": why.promise,
            "agreement": why.agreement or None,
            "received_at": hours.local(why.received).isoformat(timespec="minutes"),
            "counted": why.counted,
            "not_counted": list(why.skipped),
            "steps": [{"minutes": s.minutes, "tell": list(s.tell)} for s in e.deadline.steps],
        },
    }


def explanation_in_words(told: dict[str, Any]) -> str:
    """The same for people, the rules in the order they were read."""
    deadline = told["deadline"]
    agreement = f", agreement {deadline['agreement']}" if deadline["agreement"] else ""
    lines = [
        f"Inbox      {told['inbox']['name']} ({told['inbox']['id']})",
        *(f"Copy to    {copy['name']} ({copy['id']})" for copy in told["copies"]),
        f"Because    {told['because']}",
        *(f"           {step}" for step in told["path"]),
        *(f"Passed     {rule['rule']}: {rule['because']}" for rule in told["passed_over"]),
        f"Due        {_moment(told['due_at'])}: {deadline['counted']}",
        f"Promise    {deadline['promise']} (ladder {deadline['ladder']}{agreement})",
        *(f"Not counted {day}" for day in deadline["not_counted"]),
        *(f"Step       {_offset(step['minutes'])}: {', '.join(step['tell'])}" for step in deadline["steps"]),
    ]
    return "\n".join(lines)


def tally_in_words(counted: dict[str, dict[str, int]]) -> str:
    """The store's counts, and whether anything was lost."""
    lines = [
        f"{name:<12}{', '.join(f'{n} {what}' for what, n in by.items()) or 'none'}" for name, by in counted.items()
    ]
    return "\n".join(lines)


def kept(k: Kept) -> dict[str, Any]:
    """Something in quarantine, for machines."""
    return {
        "id": k.id,
        "received_at": k.received_at.isoformat(),
        "via": k.via,
        "why": k.why,
        "sender": k.sender,
        "msg_id": k.msg_id,
        "bytes": len(k.raw),
        "faults": [{"code": f.code, "path": f.path, "line": f.line, "en": f.en, "nb": f.nb} for f in k.faults],
    }


def kept_in_words(k: Kept) -> str:
    """Something in quarantine, for people: never what is in it."""
    who = f"{k.sender}/{k.msg_id}" if k.sender else "nobody known"
    head = f"{k.id}  {k.received_at:%Y-%m-%d %H:%M:%S} UTC  {k.why}  from {who}, through {k.via}, {len(k.raw)} bytes"
    return "\n".join([head, *(f"      {f.code} {f.en}" for f in k.faults)])


def _moment(written: str) -> str:
    return f"{datetime.fromisoformat(written):%A %d %B %Y %H:%M}"


def _offset(minutes: int) -> str:
    if minutes == 0:
        return "at the deadline"
    return f"{abs(minutes)} minutes {'before' if minutes < 0 else 'after'}"
