"""A message as a Communication: as it came to one inbox, so that it has the id of its item there."""

from collections.abc import Iterator
from dataclasses import replace

from hub.browsing import Seen
from hub.message import Attachment, Code, Message, Part, Party, Section
from hub.web.fhir import terms
from hub.web.fhir.terms import Json

# So many characters at most FHIR allows in one string.
LONGEST = 1_048_576
# A message never changes.
VERSION = 1


def sketch(seen: Seen) -> Json:
    """What can be said without reading the message; searches look at nothing else."""
    item, more = seen.line.item, seen.more
    contained, patient = terms.patient(item.headline.patient, item.headline.born, more.patient)
    received = terms.instant(more.received_at)
    security = [terms.TEST] if more.test else []
    parts = {
        "meta": terms.kept({"versionId": str(VERSION), "lastUpdated": received, "security": security}),
        "contained": contained,
        "identifier": [terms.document(item.message.msg_id)],
        "status": "completed",
        "subject": patient,
        "about": [{"reference": f"Task/{item.id}", "type": "Task"}],
        "received": received,
    }
    return {"resourceType": "Communication", "id": item.id, **terms.kept(parts)}


def of(seen: Seen, message: Message, root: str) -> Json:
    """The Communication of an item's message; `root` is where this hub's own addresses begin."""
    envelope, thread = message.envelope, message.conversation
    files = f"{root}/v1/items/{seen.line.item.id}/files"
    begun = thread and thread.first != thread.parent
    parts = {
        "partOf": [_named(thread.first)] if thread and begun else [],
        "inResponseTo": [_named(thread.parent)] if thread else [],
        "category": [x for x in (terms.coded(code) for code in (_type(envelope.type), *message.themes)) if x],
        "topic": terms.kept({"text": terms.text(message.subject)}),
        "recipient": [_party(receiver.party) for receiver in envelope.receivers],
        "sender": _party(envelope.sender),
        "sent": terms.instant(envelope.generated) if envelope.gen_date else None,
        "payload": [*_texts(message), *(_file(files, n, x) for n, x in enumerate(message.attachments))],
    }
    return {**sketch(seen), **terms.kept(parts)}


def _named(msg_id: str) -> Json:
    """A message by its MsgId; where it is, if it came here at all, is not looked for."""
    return {"type": "Communication", "identifier": terms.document(msg_id)}


def _type(code: Code) -> Code:
    """What type of message it is; many senders leave out the list, which is 8279 for all of them."""
    return code if code.system else replace(code, system="8279")


def _party(party: Party) -> Json:
    told = {"identifier": terms.identifier(terms.HER, party.her_id or ""), "display": terms.text(party.name)}
    if not party.her_id:
        first = party.organisation.idents[0] if party.organisation.idents else None
        told["identifier"] = terms.party(f"{first.type.value}:{first.id}") if first else {}
    return {"type": "Organization", **terms.kept(told)}


def _texts(message: Message) -> Iterator[Json]:
    """What is said in words, a part or a section each, in the sender's order."""
    for written in (*map(_part, message.parts), *map(_section, message.report.sections)):
        for begin in range(0, len(written), LONGEST):
            yield {"contentString": written[begin : begin + LONGEST]}


def _part(part: Part) -> str:
    return terms.text("\n\n".join(x for x in (part.subject or part.theme.text, part.text, part.remark) if x))


def _section(section: Section) -> str:
    facts = "\n".join(f"{fact.title}: {fact.text}" if fact.title else fact.text for fact in section.facts)
    return terms.text("\n\n".join(x for x in (section.title, facts, section.text) if x))


def _file(files: str, place: int, file: Attachment) -> Json:
    """A file: where it is downloaded, unless it can only be had in the original message."""
    told = {
        "contentType": file.mime_type,
        "url": f"{files}/{place}" if file.length else "",
        "size": file.size,
        "title": terms.text(file.description),
    }
    return {"contentAttachment": terms.kept(told)}
