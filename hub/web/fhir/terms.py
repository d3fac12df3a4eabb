"""The small parts that resources are made of: identifiers, codes, references and times, and the systems they are of."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from re import compile
from typing import Any

from hub import identity
from hub.message import Code

# A resource or a part of one, as JSON has it.
Json = dict[str, Any]

# Norwegian identifiers, by the OIDs of the Norwegian base profiles.
NATIONAL = {
    "FNR": "urn:oid:2.16.578.1.12.4.1.4.1",
    "DNR": "urn:oid:2.16.578.1.12.4.1.4.2",
    "FHN": "urn:oid:2.16.578.1.12.4.1.4.3",
}
HER = "urn:oid:2.16.578.1.12.4.1.2"
ORGANISATION_NUMBER = "urn:oid:2.16.578.1.12.4.1.4.101"
# What only this hub names: its people, inboxes and codes.
PERSON, INBOX = "urn:sambud:person", "urn:sambud:inbox"
KIND, PURPOSE, CLOCK = "urn:sambud:kind", "urn:sambud:purpose", "urn:sambud:clock"
URI = "urn:ietf:rfc:3986"
TEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}

# The national code systems are numbered below this one.
_LISTS = "2.16.578.1.12.4.1.1."
_OID = compile(r"[0-2](\.(0|[1-9]\d*))+")
_UUID = compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CONTROL = {n: None for n in range(32) if chr(n) not in "\t\n\r"}


def kept(parts: Mapping[str, Any]) -> Json:
    """What has a value: FHIR has neither nulls nor anything empty."""
    return {name: value for name, value in parts.items() if value not in (None, "", [], {})}


def text(written: str) -> str:
    """A text as FHIR takes it: no control characters, nothing around it."""
    return written.translate(_CONTROL).strip()


def instant(at: datetime) -> str:
    """A moment in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def identifier(system: str, value: str) -> Json:
    """An identifier; without a system where that is not known."""
    return kept({"system": system, "value": text(value)})


def national(number: str) -> Json:
    """A person's national number, in the system that it looks like it is of."""
    form = identity.form(number)
    return identifier(NATIONAL.get(form.type, "") if form else "", number)


def party(key: str) -> Json:
    """An organisation by the key of its messages: a HER-id, or another number with its type before it."""
    type, colon, number = key.rpartition(":")
    if not colon:
        return identifier(HER, key)
    return identifier(ORGANISATION_NUMBER if type == "ENH" else "", number)


def document(msg_id: str) -> Json:
    """A MsgId, which is a URI where it is a UUID."""
    plain = msg_id.lower()
    return identifier(URI, f"urn:uuid:{plain}") if _UUID.fullmatch(plain) else identifier("", msg_id)


def coded(code: Code) -> Json:
    """A coded value with its sender's text; without a system where that is no OID."""
    oid = f"{_LISTS}{code.system}" if code.system.isdigit() else code.system
    system = f"urn:oid:{oid}" if _OID.fullmatch(oid) else ""
    value = " ".join(code.value.split())
    coding = kept({"system": system if value else "", "code": value, "display": text(code.text)})
    return kept({"coding": [coding] if value else [], "text": text(code.text)})


def own(system: str, code: str, display: str, words: str = "") -> Json:
    """A code of this hub's."""
    return kept({"coding": [{"system": system, "code": code, "display": display}], "text": words})


def patient(name: str, born: date | None, number: str) -> tuple[list[Json], Json]:
    """Whom a resource is about: as contained in it, and the reference to that; nothing of nobody."""
    inside = kept(
        {
            "identifier": [national(number)] if number else [],
            "name": [{"text": text(name)}] if text(name) else [],
            "birthDate": born.isoformat() if born else None,
        }
    )
    if not inside:
        return [], {}
    told = {"type": "Patient", "identifier": national(number) if number else {}, "display": text(name)}
    return [{"resourceType": "Patient", "id": "patient", **inside}], kept({"reference": "#patient", **told})
