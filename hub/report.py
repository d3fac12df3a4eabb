"""What was found out about a message, for machines and in words."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.agreement import Agreement
from hub.deadline import Deadline
from hub.directory import Directory
from hub.inspection import Explanation, Verdict
from hub.message import Fault
from hub.presence import Gap
from hub.record import Kept
from hub.wire import Allowed

if TYPE_CHECKING:
    from hub.wire.schemas import Checked, Sheet


# Why a deadline is as it is, in some languages by their codes.
Reasons = Callable[[Deadline, Directory], Mapping[str, str]]


def verdict(
    v: Verdict, directory: Directory | None = None, file: str = "", reasons: Reasons | None = None
) -> dict[str, Any]:
    """A verdict for machines: `apprec` is the status (8258) that would be sent, null when none would be.

    `acknowledgements` are the documents that would be sent, the first receiver's first; `placing` is where it would
    lie, null when that is not known or not told.
    """
    envelope = v.envelope
    known = v.explanation if directory else None
    return ({"file": file} if file else {}) | {
        "verdict": v.word,
        "apprec": {"accepted": 1, "rejected": 2}.get(v.word) if envelope and not v.held else None,
        "code": v.code or None,
        "held": v.held or None,
        "kind": v.kind or None,
        "msg_id": envelope.msg_id if envelope else None,
        "sender": envelope.sender.name if envelope else None,
        "faults": [_fault(f) | {"allowed": _allowed(v.allowed.get(f))} for f in v.faults],
        "acknowledgements": [document.decode() for document in v.documents],
        "placing": explanation(known, directory, reasons) if known and directory else None,
    }


def verdict_in_words(v: Verdict, file: str) -> str:
    """A verdict for people: each fault with its code, line and path, what to mend and what is allowed there."""
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
            *(f"      {line}" for line in _allowed_in_words(v.allowed.get(f))),
        )
    ]
    return "\n".join([*head, *faults])


def _fault(f: Fault) -> dict[str, Any]:
    return {"code": f.code, "path": f.path, "line": f.line, "en": f.en, "nb": f.nb}


def _allowed(found: Allowed | None) -> dict[str, Any] | None:
    """What the schema allows where a fault is, for machines; null where it has nothing to say."""
    if found is None:
        return None
    children = [
        {"name": c.name, "least": c.least, "most": c.most, "one_of": c.one_of or None, "namespace": c.namespace or None}
        for c in found.children
    ]
    return {
        "about": found.about,
        "en": found.en or None,
        "nb": found.nb or None,
        "content": found.content or None,
        "children": children,
        "attributes": [{"name": a.name, "type": a.type, "required": a.required} for a in found.attributes],
        "type": found.type or None,
        "facets": list(found.facets),
        "example": found.example or None,
    }


def _allowed_in_words(found: Allowed | None) -> Iterator[str]:
    """The same for people, in a few lines."""
    if found is None:
        return
    yield from (line for line in (found.en, found.nb) if line)
    if found.content:
        yield f"{found.about}: {found.content}"
    if found.type:
        yield f"{found.about}: {', '.join((found.type, *found.facets))}"
    if found.attributes:
        told = (f"{a.name} ({a.type}{', required' if a.required else ''})" for a in found.attributes)
        yield f"{found.about}: attributes {', '.join(told)}"
    if found.example:
        yield f"such as {found.example}"


def explanation(e: Explanation, directory: Directory, reasons: Reasons | None = None) -> dict[str, Any]:
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
            "zone": why.zone or hours.zone,
            "because": dict(reasons(e.deadline, directory)) if reasons else {},
            "facts": list(why.facts),
            "counted": why.counted,
            "not_counted": list(why.skipped),
            "steps": [{"minutes": s.minutes, "tell": list(s.tell)} for s in e.deadline.steps],
        },
        "agreements": [agreement(a, directory) for a in e.agreements],
    }


def agreement(a: Agreement, directory: Directory) -> dict[str, Any]:
    """What two parties have promised each other, for machines."""
    ours = directory.practices.get(a.ours) or directory.municipalities[a.ours]
    return {
        "name": a.name,
        "topic": a.topic,
        "topic_names": dict(directory.agreements.topics[a.topic].names),
        "ours": {"her_id": a.ours, "name": ours.name},
        "partner": {"her_id": a.partner, "name": directory.partners[a.partner].name},
        "valid_from": a.first.isoformat(),
        "valid_to": a.last.isoformat() if a.last else None,
        "language": a.language or None,
        "deadlines": dict(a.deadlines),
        "contact": {"text": a.contact.text, "phone": a.contact.phone} if a.contact else None,
        "tasks": [{"who": task.who, "what": task.what} for task in a.tasks],
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
        *(f"           {code}: {because}" for code, because in deadline["because"].items()),
        f"Promise    {deadline['promise']} (ladder {deadline['ladder']}{agreement})",
        *(f"Not counted {day}" for day in deadline["not_counted"]),
        *(f"Step       {_offset(step['minutes'])}: {', '.join(step['tell'])}" for step in deadline["steps"]),
        *(line for a in told["agreements"] for line in _agreement_in_words(a, a["name"] == deadline["agreement"])),
    ]
    return "\n".join(lines)


def _agreement_in_words(a: dict[str, Any], used: bool) -> Iterator[str]:
    """An agreement for people, in one line; the one that was used with whom to ask, and who does what."""
    topic, until = a["topic_names"]["nb"], f" to {a['valid_to']}" if a["valid_to"] else ""
    yield f"Agreed     {'' if topic in a['name'] else f'{topic}: '}{a['name']}, from {a['valid_from']}{until}"
    if not used:
        return
    yield from (f"           deadline for {kind}: {ladder}" for kind, ladder in a["deadlines"].items())
    if contact := a["contact"]:
        yield f"           ask {', '.join(x for x in (contact['text'], contact['phone']) if x)}"
    if a["language"]:
        yield f"           language {a['language']}"
    yield from (f"           {task['who']} {task['what']}" for task in a["tasks"])


def tally_in_words(counted: dict[str, dict[str, int]]) -> str:
    """The store's counts, and whether anything was lost."""
    lines = [
        f"{name:<12}{', '.join(f'{n} {what}' for what, n in by.items()) or 'none'}" for name, by in counted.items()
    ]
    return "\n".join(lines)


def sheet_in_words(s: "Sheet") -> str:
    """A schema file, on two lines."""
    what = f"{s.standard} {s.version}".strip() or "(no schema of ours has this namespace)"
    return f"{s.file}  {what}, {s.source}\n    {s.namespace or '(no namespace)'}  sha256 {s.sha256}"


def checked_in_words(found: "Checked", directory: str) -> str:
    """What a check of schemas without any trouble says."""
    if not directory:
        return "The schemas are in order."
    lacking = [f"    {namespace}" for namespace in found.missing]
    kept = ["It does not have these namespaces; the hub's own files stay in use for them:", *lacking] if lacking else []
    return "\n".join([f"{directory} makes one set with the hub's own schemas.", *kept])


def set_in_words(place: Path, named: str, sheets: "Sequence[Sheet]") -> str:
    """What to do with a set of schemas that was written."""
    site = sum(sheet.source == "site" for sheet in sheets)
    return "\n".join(
        [
            f"{place} holds {site} files of the site and {len(sheets) - site} of the hub's own, as one set.",
            "Nothing has changed yet. To use it, put this line in the section [wire] of hub.toml and restart the hub:",
            "",
            f"schemas = {json.dumps(named)}",
            "",
            "To go back, take the line out and restart. `hub schemas list` says what is in use.",
        ]
    )


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
        "faults": [_fault(f) for f in k.faults],
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


def gap(g: Gap) -> dict[str, Any]:
    """A gap in cover for machines; `since` is null for a whole day."""
    since = f"{g.since:%H:%M}" if g.since else None
    of = {"day": g.day.isoformat(), "since": since, "practice": g.practice, "inbox": g.inbox}
    return of | {"what": g.words, "path": list(g.path)}


def gaps_in_words(gaps: Sequence[Gap], directory: Directory) -> str:
    """Gaps in cover for people, one line each; the practice is named where there are several."""
    return "\n".join(_gap_in_words(g, directory) for g in gaps)


def _gap_in_words(g: Gap, directory: Directory) -> str:
    practice = f"{directory.practices[g.practice].name}: " if len(directory.practices) > 1 else ""
    since = f" from {g.since:%H:%M}" if g.since else ""
    path = f" ({'; '.join(g.path)})" if g.path else ""
    return f"{g.day:%Y-%m-%d %a}  {practice}{g.words}{since}{path}"
