"""What a search found, as a Bundle."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from hub.web.fhir import outcome, search
from hub.web.fhir.search import Query
from hub.web.fhir.terms import Json


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found, what comes along, what could not be told, and where it goes on.

    `total` is there where it is known.
    """

    matches: Sequence[Json] = ()
    included: Sequence[Json] = ()
    issues: Sequence[Json] = ()
    following: str = ""
    total: int | None = None


def of(found: Results, query: Query, base: str, type: str) -> Json:
    """The Bundle, with links to this page and the next; no link has whom somebody looked for."""
    entries = [_entry(x, "match", base) for x in found.matches] + [_entry(x, "include", base) for x in found.included]
    issues = [*(_ignored(name) for name in query.ignored), *found.issues]
    if issues:
        entries.append({"resource": outcome.resource(issues), "search": {"mode": "outcome"}})
    page = (("_page", query.page),) if query.page else ()
    links = [_link("self", base, type, (*query.told, *page))]
    if found.following:
        again = tuple(x for x in query.told if x[0].replace(".", ":").partition(":")[0] != search.PATIENT)
        links.append(_link("next", base, type, (*again, ("_page", found.following))))
    bundle: Json = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if found.total is not None:
        bundle["total"] = found.total
    return bundle | ({"entry": entries} if entries else {})


def _entry(resource: Json, mode: str, base: str) -> Json:
    address = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": address, "resource": resource, "search": {"mode": mode}}


def _link(relation: str, base: str, type: str, told: Sequence[tuple[str, str]]) -> Json:
    return {"relation": relation, "url": f"{base}/{type}" + (f"?{urlencode(told)}" if told else "")}


def _ignored(name: str) -> Json:
    """A parameter that nothing was made of; what it is called may be anything, so it is not repeated whole."""
    return outcome.issue("warning", "not-supported", f"ignored: {name[:40]}", "The search has more than was asked for")
