"""A call at this door: who asks, in which format, and by which parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from hub.directory import InboxId, Person
from hub.errors import BadRequest
from hub.service import Hub
from hub.web import access
from hub.web.access import TheHub
from hub.web.body import NO_TEXT
from hub.web.fhir.outcome import MEDIA_TYPE, NotAcceptable, NotTaken, Unsupported
from hub.web.fhir.search import Query, Searched, read

# What stands for FHIR as JSON in `_format` and `Accept`.
_FORMATS = frozenset({"json", MEDIA_TYPE, "application/json", "text/json"})
_ANY = frozenset({"*/*", "application/*"})
# So many parameters may a search have.
MOST = 100

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of somebody who is signed in."""

    hub: Hub
    who: Person
    request: Request

    @property
    def root(self) -> str:
        """Where this hub's own addresses begin."""
        return str(self.request.base_url).rstrip("/")

    @property
    def base(self) -> str:
        """Where those of this door begin."""
        return f"{self.root}/fhir"

    @property
    def inboxes(self) -> tuple[InboxId, ...]:
        """The inboxes of whoever asks; another directory may be in force since they were known."""
        return tuple(id for id in self.who.inboxes if id in self.hub.directory.inboxes)

    @property
    def zone(self) -> str:
        """In which zone a time without one is."""
        return next(iter(self.hub.directory.practices.values())).hours.zone

    async def query(self, searched: Searched) -> Query:
        """What is searched for. Raises BadRequest, and Unsupported for what is not known when that is to be strict."""
        query = read(searched, await _asked(self.request), self.zone)
        if query.ignored and "handling=strict" in self.request.headers.get("prefer", "").replace(" ", ""):
            raise Unsupported(f"{searched.type} cannot be searched by {', '.join(x[:40] for x in query.ignored)}")
        return query


# What a program reads by itself keeps no session from being locked, as `access.Who` would.
Reader = Annotated[Person, Depends(access.person)]


async def call(request: Request, hub: TheHub, who: Reader) -> Call:
    """A call of somebody who is signed in and takes JSON. Raises NotSignedIn or NotAcceptable."""
    acceptable(request)
    return Call(hub, who, request)


def acceptable(request: Request) -> None:
    """See to it that the caller takes what is served here. Raises NotAcceptable."""
    named = request.query_params.get("_format")
    # A plus in an address is a blank to whoever reads it as a form.
    written = [named.replace(" ", "+")] if named else request.headers.get("accept", "*/*").split(",")
    if not any(_taken(x, bool(named)) for x in written):
        raise NotAcceptable(f"ask for {MEDIA_TYPE}, FHIR version 4.0")


def _taken(written: str, exactly: bool) -> bool:
    media, *parameters = (x.strip().lower() for x in written.split(";"))
    told = {name.strip(): value.strip(' "') for name, _, value in (x.partition("=") for x in parameters)}
    if told.get("fhirversion", "4.0") not in ("4.0", "4.0.1") or told.get("q", "1").rstrip("0") in ("0.", ""):
        return False
    return media in _FORMATS or (not exactly and media in _ANY)


async def _asked(request: Request) -> Sequence[tuple[str, str]]:
    """The parameters in the address and, where a form was sent, in that."""
    written = [request.scope["query_string"]]
    if request.method == "POST":
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            raise NotTaken(f"send the parameters as {_FORM}")
        written.append(await request.body())
    try:
        found = [x for part in written for x in parse_qsl(part.decode(), True, max_num_fields=MOST, errors="strict")]
    except ValueError as fault:
        raise BadRequest(f"send at most {MOST} parameters, in UTF-8") from fault
    if any("\0" in part for pair in found for part in pair):
        raise BadRequest(NO_TEXT)
    return found


Calling = Annotated[Call, Depends(call)]
