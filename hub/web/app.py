"""The web application: its doors, its errors, and the headers that every answer carries."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from hub import __version__
from hub.errors import BadRequest, HubError, Unknown
from hub.seal import Seal
from hub.service import Hub
from hub.web import (
    access,
    acts,
    alerts,
    api,
    asyncapi,
    board,
    body,
    checking,
    course,
    cover,
    description,
    door,
    fhir,
    files,
    form,
    listing,
    mailboxes,
    metrics,
    pages,
    problem,
    reading,
    reconciling,
    sending,
    several,
    stream,
)
from hub.web.accounts import Remembered
from hub.web.answers import Answers
from hub.web.door import Gathering
from hub.web.feed import Feed
from hub.web.guessing import Guesses
from hub.web.pulse import Pulse
from hub.web.upload import Afloat, Incoming

log = structlog.get_logger()

HERE = Path(__file__).parent

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
# Everything but the static files may hold patient data: no cache keeps it.
NO_STORE = (b"cache-control", b"no-store")


class Application(FastAPI):
    """FastAPI, with a short way for messages: they pass none of its layers, which cost more than the hub itself.

    The headers and the limit of a body stand outside all of it, so that they hold for failures too.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        incoming = Incoming(receive)
        receive, send = incoming.receive, _headed(scope, incoming.answering(send))
        if body.nul(scope):
            await problem.of(BadRequest(body.NO_TEXT))(scope, receive, send)
            return
        if scope["path"] == door.PATH and scope["method"] == "POST":
            await self._message(scope, receive, send)
        elif (scope["path"] in checking.LARGE or form.reads(scope["path"])) and scope["method"] == "POST":
            await super().__call__(scope, receive, send)
        else:
            await body.call(super().__call__, self.state.afloat, scope, receive, send)

    async def _message(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        request = Request(scope, receive, send)
        try:
            response = await door.receive(request)
        except HubError as error:
            response = problem.of(error)
        except ClientDisconnect:
            return
        except Exception as error:
            response = await _unexpected(request, error)
        await response(scope, receive, send)


def _headed(scope: Scope, send: Send) -> Send:
    """Puts the security headers on an answer, without touching what streams."""
    static = scope["path"].startswith("/static/")

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *HEADERS, *(() if static else (NO_STORE,))]
        await send(message)

    return sending


def app(
    hub: Hub,
    limit: int,
    session_hours: int = 10,
    secure_cookies: bool = False,
    seal: Seal | None = None,
    lock_minutes: int = 10,
    contact: str | None = None,
    undo_seconds: int = 0,
) -> FastAPI:
    """The application on a hub that is open; `limit` is a message's greatest size in bytes."""

    @asynccontextmanager
    async def lifespan(made: FastAPI) -> AsyncIterator[None]:
        made.state.stopping = asyncio.Event()
        made.state.feed = Feed(hub, made.state.stopping)
        feeding = asyncio.create_task(made.state.feed.run(), name="feed")
        async with Gathering(hub) as gathering:
            made.state.gathering = gathering
            yield
        feeding.cancel()
        await asyncio.wait([feeding])

    made = Application(
        title="Sambud",
        version=__version__,
        summary="Messages in, inboxes, answers out. Systems send a key (Bearer), people HTTP Basic.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    made.state.hub, made.state.limit, made.state.remembered = hub, limit, Remembered()
    made.state.guesses, made.state.afloat, made.state.figures = Guesses(), Afloat(), metrics.Figures(hub)
    made.state.pulse, made.state.seal, made.state.answers = Pulse(hub), seal, Answers()
    made.state.session_hours, made.state.secure_cookies = session_hours, secure_cookies
    made.state.lock_minutes, made.state.contact = lock_minutes, contact
    made.state.undo = timedelta(seconds=undo_seconds)
    made.mount("/static", StaticFiles(directory=HERE / "static"), "static")
    for part in (
        *(door, checking, api, mailboxes, sending, acts, files, reading, course, alerts, cover, listing),
        *(reconciling, stream, metrics, board, several, fhir, pages),
    ):
        made.include_router(part.router)
    made.add_api_route("/health", _health, include_in_schema=True)
    described = [Depends(access.anybody)]
    for path, told in (("/v1/openapi.json", _description), ("/v1/asyncapi.json", _events)):
        made.add_api_route(path, told, include_in_schema=False, dependencies=described)
    _explain(made)
    return made


async def _health(request: Request) -> dict[str, str]:
    """Whether the hub answers and its store takes what is written; open to everybody, tells nothing else."""
    await request.app.state.pulse.feel()
    return {"status": "well", "version": __version__}


async def _description(request: Request) -> JSONResponse:
    """The API in words for machines (OpenAPI), for whoever may sign in."""
    return JSONResponse(description.of(request.app))


async def _events(request: Request) -> JSONResponse:
    """The stream of events in words for machines (AsyncAPI), for whoever may sign in."""
    return JSONResponse(asyncapi.document())


def _explain(made: FastAPI) -> None:
    """Every error is a problem+json under /v1, and a page elsewhere."""
    answers: dict[type[Exception], Callable[[Request, Any], Awaitable[Response]]] = {
        HubError: _failed,
        RequestValidationError: _invalid,
        HTTPException: _http,
        Exception: _unexpected,
    }
    for error, answer in answers.items():
        made.add_exception_handler(error, answer)


async def _failed(request: Request, error: HubError) -> Response:
    if request.url.path.startswith("/v1/"):
        # A browser that was offered Basic would ask for a password in a window of its own, over the page.
        return problem.of(error, basic="sec-fetch-dest" not in request.headers)
    return await pages.failed(request, error)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    """What a call has wrong, without repeating what it sent: that may be patient data."""
    words = "; ".join(f"{'.'.join(str(x) for x in e['loc'][1:]) or 'body'}: {e['msg']}" for e in error.errors())
    return await _failed(request, BadRequest(words))


async def _http(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return await _failed(request, Unknown(f"there is nothing at {request.url.path}"))
    detail, headers = str(error.detail), dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_methods(request)))
    if error.status_code == 405 and request.method == "GET" and not request.url.path.startswith(("/v1/", "/fhir/")):
        return pages.missed(request)
    return problem.response(error.status_code, "http", detail, detail, headers)


def _methods(request: Request) -> set[str]:
    """What can be done at a path; each route knows of its own methods only, and one of that very path goes first."""
    routes = (getattr(x, "original_route", x) for x in iter_route_contexts(request.app.routes))
    mine = [x for x in routes if isinstance(x, APIRoute) and x.path_regex.match(request.url.path)]
    named = [x for x in mine if x.path == request.url.path] or mine
    return {method for route in named for method in route.methods or ()}


async def _unexpected(request: Request, error: Exception) -> Response:
    """A failure nobody foresaw: the caller learns that much, the log where it was."""
    log.error("call.failed", path=request.scope.get("path", ""), exc_info=error)
    return await _failed(request, HubError("nothing was done; try again, and tell operations if it goes on"))
