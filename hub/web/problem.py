"""Errors as problem+json (RFC 9457): what is wrong, and what to mend."""

from collections.abc import Iterable
from typing import Any

from fastapi.responses import JSONResponse

from hub.errors import HubError, NotSignedIn, Stale
from hub.message import Fault
from hub.web.guessing import WAIT_SECONDS, TooManyGuesses

# When to try again what could not be done right now.
AGAIN_SECONDS = 5

MEDIA_TYPE = "application/problem+json"


def response(
    status: int, code: str, title: str, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """A problem; `code` is stable for machines, `title` and `detail` are for people."""
    body = {"type": f"urn:sambud:{code}", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def of(error: HubError, basic: bool = True) -> JSONResponse:
    """The problem that an error of ours is; without `basic` a name and a password are not offered as a way in."""
    ways = 'Bearer, Basic realm="Sambud"' if basic else "Bearer"
    headers = {"WWW-Authenticate": ways} if isinstance(error, NotSignedIn) else {}
    if isinstance(error, TooManyGuesses):
        headers = {"Retry-After": f"{WAIT_SECONDS:.0f}"}
    if error.status == 503:
        headers = {"Retry-After": str(AGAIN_SECONDS)}
    if error.status == 408:
        # What is left of the body is not waited for (RFC 9110, 15.5.9).
        headers = {"Connection": "close"}
    more = {"version": error.version, **error.first} if isinstance(error, Stale) else {}
    return response(error.status, error.code, error.title, str(error), headers, **more)


def faults(found: Iterable[Fault]) -> list[dict[str, Any]]:
    """Faults as an integrator reads them: the code, where it is, and what to mend in two languages."""
    return [{"code": f.code, "path": f.path, "line": f.line, "en": f.en, "nb": f.nb} for f in found]
