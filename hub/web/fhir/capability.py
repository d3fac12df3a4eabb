"""What works here, as a CapabilityStatement: written from the table that the searches obey."""

from hub import __version__
from hub.web.fhir.outcome import MEDIA_TYPE
from hub.web.fhir.search import CARE_TEAM, COMMUNICATION, TASK, Parameter, Searched
from hub.web.fhir.terms import Json

FHIR_VERSION = "4.0.1"
# When what is said here was written.
DATE = "2026-11-22"

SERVED = (TASK, COMMUNICATION, CARE_TEAM)
INTERACTIONS = ("read", "search-type")

_SECURITY = {
    "service": [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/restful-security-service", "code": "Basic"}]}
    ],
    "description": "HTTP Basic with a person's username and password, or the session of the pages. Everybody sees "
    "what lies in their own inboxes and those that they cover today.",
}


def of(base: str) -> Json:
    """The CapabilityStatement of the server at this address."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": DATE,
        "kind": "instance",
        "software": {"name": "Sambud", "version": __version__},
        "implementation": {"description": "Inboxes of a message hub, to be read", "url": base},
        "fhirVersion": FHIR_VERSION,
        "format": ["json", MEDIA_TYPE],
        "rest": [{"mode": "server", "security": _SECURITY, "resource": [_resource(x) for x in SERVED]}],
    }


def _resource(x: Searched) -> Json:
    sort = f" `_sort` takes {x.sort} only, which is the order in any case." if x.sort else ""
    paged = f" At most {x.most} come on a page." if x.paged else ""
    return {
        "type": x.type,
        "documentation": f"{x.words}{paged}{sort}",
        "interaction": [{"code": code} for code in INTERACTIONS],
        "versioning": "versioned" if x.versioned else "no-version",
        "readHistory": False,
        "conditionalRead": "not-match" if x.versioned else "not-supported",
        "referencePolicy": ["literal", "logical", "local"],
        **({"searchInclude": [x.include]} if x.include else {}),
        "searchParam": [_parameter(p) for p in x.parameters],
    }


def _parameter(p: Parameter) -> Json:
    said = {"name": p.name, "type": p.type, "documentation": p.words}
    return {**said, "definition": p.canonical} if p.canonical else said
