"""The routes: each type of resource is searched and read, and nothing else is done to it."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from hub.account import SystemAccount
from hub.directory import Person
from hub.errors import HubError, Unknown
from hub.web import access, condition
from hub.web.fhir import bundle, capability, finding, outcome
from hub.web.fhir.bundle import Results
from hub.web.fhir.call import Call, Calling, Reader, acceptable
from hub.web.fhir.finding import Found
from hub.web.fhir.outcome import MEDIA_TYPE, NotServed
from hub.web.fhir.search import CARE_TEAM, COMMUNICATION, RESULTS, TASK, Query, Searched

log = structlog.get_logger()

_READING = ["GET", "HEAD"]
_ALL = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# With which statuses each kind of call may be refused; a body that is too large or too slow never comes here.
_SIGNED = (401, 406, 429, 503)
_SEARCHED = (400, *_SIGNED, 422)
_READ = (*_SIGNED, 403, 404)


class Guarded(APIRoute):
    """A route on which everything that fails is an OperationOutcome, and which answers HEAD without a body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of this route."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                response = await handler(request)
            except HubError as error:
                response = _failed(request, error)
            except RequestValidationError:
                response = _failed(request, Unknown("no resource has such an id"))
            except Exception as error:
                log.error("call.failed", path=request.scope.get("path", ""), exc_info=error)
                response = _failed(request, HubError("nothing was done; try again, and tell operations if it goes on"))
            if request.method == "HEAD":
                response.body = b""
            return response

        return guarded


@dataclass(frozen=True, slots=True)
class Served:
    """A type of resource with how it is searched and read."""

    searched: Searched
    search: Callable[[Call, Query], Awaitable[Results]]
    read: Callable[[Call, str], Awaitable[Found]]


SERVED = (
    Served(TASK, finding.tasks, finding.task_of),
    Served(COMMUNICATION, finding.communications, finding.communication_of),
    Served(CARE_TEAM, finding.care_teams, finding.care_team_of),
)

router = APIRouter(prefix="/fhir", route_class=Guarded)


async def metadata(request: Request, who: Annotated[Person | SystemAccount, Depends(access.anybody)]) -> Response:
    """What works here (CapabilityStatement), for whoever may sign in."""
    acceptable(request)
    return _json(capability.of(f"{str(request.base_url).rstrip('/')}/fhir"))


def _searching(served: Served) -> Callable[..., Awaitable[Response]]:
    async def search(call: Calling) -> Response:
        query = await call.query(served.searched)
        found = await served.search(call, query)
        return _json(bundle.of(found, query, call.base, served.searched.type))

    search.__doc__ = served.searched.words
    return search


def _reading(served: Served) -> Callable[..., Awaitable[Response]]:
    async def read(
        call: Calling, id: Annotated[str, Path(pattern=r"^[A-Za-z0-9\-.]{1,64}$", description="The id of a resource")]
    ) -> Response:
        found = await served.read(call, id)
        if found.version is None or found.changed_at is None:
            return _json(found.resource)
        tag = condition.etag(found.version)
        headers = {"etag": f"W/{tag}", "last-modified": format_datetime(found.changed_at, usegmt=True)}
        wanted = call.request.headers.get("if-none-match", "")
        if wanted and found.steady and condition.unchanged(wanted, found.version):
            return Response(status_code=304, headers=headers)
        return _json(found.resource, headers)

    read.__doc__ = f"One {served.searched.type}; 304 when the caller has this version."
    return read


async def other(request: Request, who: Reader) -> Response:
    """Whatever else somebody asks for here: there is no such thing, or it can only be read."""
    allow = _allowed(request.scope["path"].strip("/").split("/")[1:])
    if allow is None:
        raise Unknown("there is no such resource here: GET /fhir/metadata tells what there is")
    raise NotServed(f"{request.method} is not done here: resources are searched and read only", ", ".join(allow))


def _allowed(path: list[str]) -> list[str] | None:
    """What can be done at a path under the door; None where there is nothing."""
    types = [x.searched.type for x in SERVED]
    match path:
        case ["metadata"]:
            return _READING
        case [type] | [type, _] if type in types:
            return ["POST"] if path[-1] == "_search" else _READING
    return None


def _parameters(searched: Searched) -> list[dict[str, Any]]:
    """The parameters of a search, as OpenAPI has them."""
    named = [(name, x.words) for x in searched.parameters for name in x.spellings]
    results = [(name, x.words) for name, x in RESULTS.items() if x.of(searched)]
    told = {"in": "query", "required": False, "schema": {"type": "string"}}
    return [{"name": name, "description": words, **told} for name, words in (*named, *results)]


def _failed(request: Request, error: HubError) -> Response:
    # A browser that was offered Basic would ask for a password in a window of its own, over the page.
    return outcome.of(error, basic="sec-fetch-dest" not in request.headers)


def _json(resource: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(resource, headers=headers, media_type=MEDIA_TYPE)


def _answers(type: str, statuses: tuple[int, ...]) -> dict[int | str, dict[str, Any]]:
    """What a call may be answered, as OpenAPI has it."""
    return {200: _answer(type), **{status: _answer("OperationOutcome") for status in statuses}}


def _answer(type: str) -> dict[str, Any]:
    schema = {"type": "object", "required": ["resourceType"], "properties": {"resourceType": {"const": type}}}
    content = {MEDIA_TYPE: {"schema": schema, "example": {"resourceType": type}}}
    return {"content": content, "description": f"A FHIR {type}"}


def _add(path: str, endpoint: Callable[..., Awaitable[Response]], answers: dict[int | str, Any], **more: Any) -> None:
    """A route for GET, which is described, and one for HEAD, which is the same without its body."""
    told: dict[str, Any] = {"response_class": Response, "responses": answers}
    router.add_api_route(path, endpoint, methods=["GET"], **told, **more)
    router.add_api_route(path, endpoint, methods=["HEAD"], include_in_schema=False, **told)


def _serve(served: Served) -> None:
    type, parameters = served.searched.type, _parameters(served.searched)
    found, search = _answers("Bundle", _SEARCHED), _searching(served)
    _add(f"/{type}", search, found, name=f"fhir_search_{type}", openapi_extra={"parameters": parameters})
    schema = {"type": "object", "properties": {x["name"]: x["schema"] for x in parameters}}
    router.add_api_route(
        f"/{type}/_search",
        search,
        methods=["POST"],
        name=f"fhir_post_search_{type}",
        response_class=Response,
        responses=found | {408: {}, 413: {}, 415: _answer("OperationOutcome")},
        openapi_extra={"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}},
    )
    # Or the word would be taken for the id of a resource.
    router.add_api_route(f"/{type}/_search", other, methods=_ALL, include_in_schema=False)
    unchanged: dict[int | str, Any] = {304: {"description": "The caller has this version"}}
    _add(f"/{type}/{{id}}", _reading(served), _answers(type, _READ) | unchanged, name=f"fhir_read_{type}")


_add("/metadata", metadata, _answers("CapabilityStatement", _SIGNED), name="fhir_metadata")
for _each in SERVED:
    _serve(_each)
router.add_api_route("", other, methods=_ALL, include_in_schema=False)
router.add_api_route("/{rest:path}", other, methods=_ALL, include_in_schema=False)
