"""What went wrong or was passed over, as an OperationOutcome."""

from collections.abc import Sequence
from typing import ClassVar

from fastapi import Response
from fastapi.responses import JSONResponse

from hub.errors import BadRequest, HubError
from hub.web import problem
from hub.web.fhir.terms import Json

MEDIA_TYPE = "application/fhir+json"

# How FHIR calls what the statuses stand for (the code system issue-type).
_TYPES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    415: "not-supported",
    422: "too-costly",
    429: "throttled",
    503: "transient",
}


class NotServed(HubError):
    """The path is one of ours, and the method is not."""

    status: ClassVar[int] = 405
    code: ClassVar[str] = "method-not-allowed"
    title: ClassVar[str] = "This can only be read"

    def __init__(self, message: str, allow: str) -> None:
        super().__init__(message)
        self.allow = allow


class NotAcceptable(HubError):
    """The caller wants another format than JSON."""

    status: ClassVar[int] = 406
    code: ClassVar[str] = "not-acceptable"
    title: ClassVar[str] = "Only FHIR R4 as JSON is served"


class NotTaken(HubError):
    """The body of a search is no form."""

    status: ClassVar[int] = 415
    code: ClassVar[str] = "unsupported-media-type"
    title: ClassVar[str] = "A search is sent as a form"


class TooCostly(HubError):
    """More would have to be looked at than one call may ask for."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "too-costly"
    title: ClassVar[str] = "There is too much to count"


class Unsupported(BadRequest):
    """A search asks for something that no search here does."""


def of(error: HubError, basic: bool = True) -> Response:
    """The answer to a call that failed, with the headers that the same failure has elsewhere."""
    headers = {k: v for k, v in problem.of(error, basic).headers.items() if k not in ("content-type", "content-length")}
    if isinstance(error, NotServed):
        headers["allow"] = error.allow
    type = "not-supported" if isinstance(error, Unsupported) else _TYPES.get(error.status, "exception")
    body = resource([issue("error", type, str(error), error.title)])
    return JSONResponse(body, error.status, headers, MEDIA_TYPE)


def issue(severity: str, type: str, diagnostics: str, title: str) -> Json:
    """One thing that went wrong."""
    return {"severity": severity, "code": type, "details": {"text": title}, "diagnostics": diagnostics or title}


def resource(issues: Sequence[Json]) -> Json:
    """An OperationOutcome of some issues."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}
