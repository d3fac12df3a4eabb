"""An inbox as a CareTeam: those who share what lies in it."""

from hashlib import sha256
from re import compile

from hub.directory import Directory, Inbox, InboxId
from hub.web.fhir import terms
from hub.web.fhir.terms import Json

_ID = compile(r"[A-Za-z0-9.-]{1,64}")


def of(inbox: Inbox, directory: Directory) -> Json:
    """The CareTeam of an inbox."""
    practice = directory.practices[inbox.practice]
    return {
        "resourceType": "CareTeam",
        "id": named(inbox.id),
        "identifier": [terms.identifier(terms.INBOX, inbox.id)],
        "status": "active",
        "category": [{"text": inbox.kind.value.replace("_", " ")}],
        "name": inbox.name,
        "managingOrganization": [
            {"type": "Organization", "identifier": terms.party(practice.her_id), "display": practice.name}
        ],
    }


def named(inbox: InboxId) -> str:
    """An inbox's id as FHIR allows it: the same, or a digest of one with signs that no id there may have."""
    return inbox if _ID.fullmatch(inbox) else sha256(inbox.encode()).hexdigest()[:20]


def reference(inbox: InboxId, directory: Directory) -> Json:
    """A reference to an inbox; one that has left the directory is only named."""
    found = directory.inboxes.get(inbox)
    told = {"type": "CareTeam", "identifier": terms.identifier(terms.INBOX, inbox)}
    return {"reference": f"CareTeam/{named(inbox)}", **told, "display": found.name} if found else told


def tag(inbox: InboxId, directory: Directory) -> Json:
    """What marks all that lies in an inbox."""
    found = directory.inboxes.get(inbox)
    return terms.kept({"system": terms.INBOX, "code": inbox, "display": found.name if found else ""})
